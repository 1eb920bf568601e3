"""What is doubtful in a rule pack that loads: for `doctor` and for those who write packs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ecozone.notices import Notice, Severity, notice
from ecozone.rules.model import UNSURE, Rule, RulePack
from ecozone.text import LANGUAGES

_SEEN_OR_WELL_KNOWN = frozenset({"S", "K", "C"})


def check_pack(pack: RulePack) -> tuple[Notice, ...]:
    """Return the troubles of a pack, each a notice of severity ``warning`` or ``info``.

    A warning is something that may make a finding wrong or hard to follow: a rule whose tags no project has, a project
    type that no tag describes, a required role that no rule binds, a clause without citation, procedure or one of the
    languages, an open list or distance that does not say what is open. An info is a wording to check before it is
    quoted, a tag that no rule uses, or an optional role that no rule binds.

    >>> from ecozone.rules.load import load_packs
    >>> [trouble.key for trouble in check_pack(load_packs("tianjin-dongli")) if trouble.severity == "warning"]
    []
    """
    return (*_rules(pack), *_vocabulary(pack), *_names(pack))


def _rules(pack: RulePack) -> Iterator[Notice]:
    kinds = [kind.tags for kind in pack.project_types.values()] + [flag.tags for flag in pack.flags.values()]
    carried = {tag.removeprefix(UNSURE) for tags in kinds for tag in tags}
    for rule in pack.rules:
        file = pack.origins.get(f"rules.{rule.id}")
        for tag in sorted((rule.tags | rule.except_tags | rule.permitted) - carried):
            yield notice("rules.tag_of_nobody", "warning", file=file, feature=rule.id, tag=tag)
        yield from _rule(rule, file)


def _rule(rule: Rule, file: Path | None) -> Iterator[Notice]:
    if not any(rule.citation.values()):
        yield notice("rules.no_citation", "warning", file=file, feature=rule.id)
    if not any(rule.procedure.values()) and rule.effect != "info":
        yield notice("rules.no_procedure", "warning", file=file, feature=rule.id)
    is_open = (rule.effect == "prohibit_unless" and not rule.permitted_complete) or rule.within_parameter is not None
    if is_open and not rule.unknown:
        yield notice("rules.no_unknown", "warning", file=file, feature=rule.id)
    if rule.confidence not in _SEEN_OR_WELL_KNOWN:
        yield notice("rules.not_seen", "info", file=file, feature=rule.id, confidence=rule.confidence)
    for part in ("sentence", "procedure", "citation", "unknown"):
        texts: Mapping[str, str] = getattr(rule, part) or {}
        if 0 < sum(bool(texts.get(lang)) for lang in LANGUAGES) < len(LANGUAGES):
            yield notice("rules.one_language", "warning", file=file, feature=rule.id, part=part)


def _vocabulary(pack: RulePack) -> Iterator[Notice]:
    for kind in pack.project_types.values():
        if not kind.tags:
            file = pack.origins.get(f"project_types.{kind.id}")
            yield notice("rules.no_tags", "warning", file=file, feature=kind.id)
    # A file without rules is a vocabulary for others: what they leave unused in it is no trouble.
    speaking = {pack.origins.get(f"rules.{rule.id}") for rule in pack.rules}
    used = {tag for rule in pack.rules for tag in rule.tags | rule.except_tags | rule.permitted}
    for tag in pack.tags:
        file = pack.origins.get(f"tags.{tag}")
        if tag not in used and file in speaking:
            yield notice("rules.tag_without_rule", "info", file=file, feature=tag, tag=tag)
    bound = {rule.role for rule in pack.rules}
    for role in pack.roles.values():
        file = pack.origins.get(f"roles.{role.id}")
        if role.id not in bound and not role.reference and (role.required or file in speaking):
            severity: Severity = "warning" if role.required else "info"
            yield notice("rules.role_without_rule", severity, file=file, feature=role.id, role=role.id)


def _names(pack: RulePack) -> Iterator[Notice]:
    named = [("project_types", kind.id, kind.zh, kind.en) for kind in pack.project_types.values()]
    named += [("flags", flag.id, flag.zh, flag.en) for flag in pack.flags.values()]
    named += [("tags", tag, names.get("zh", ""), names.get("en", "")) for tag, names in pack.tags.items()]
    named += [("parameters", one.id, one.zh, one.en) for one in pack.parameters.values()]
    named += [("assumptions", one.id, one.zh, one.en) for one in pack.assumptions]
    named += [("changes", one.id, one.zh, one.en) for one in pack.changes]
    for role in pack.roles.values():
        named.append(("roles", role.id, role.zh, role.en))
        named += [("roles", role.id, level.zh, level.en) for level in role.levels.values()]
    named.append(("pack", "pack", pack.title.get("zh", ""), pack.title.get("en", "")))
    for table, thing, zh, en in named:
        if not (zh and en):
            file = pack.origins.get(f"{table}.{thing}")
            yield notice("rules.one_language", "warning", file=file, feature=thing, part="zh/en")
