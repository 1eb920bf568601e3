"""Between a rule pack and plain tables (what TOML and spreadsheets hold), both ways, checked as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ecozone.errors import WorkspaceError
from ecozone.rules.declared import (
    Declared,
    DeclaredAssumption,
    DeclaredChange,
    DeclaredFlag,
    DeclaredRole,
    DeclaredRule,
    DeclaredTag,
    DeclaredType,
    Head,
    Named,
    validated,
)
from ecozone.rules.model import (
    UNSURE,
    Assumption,
    ChangeRule,
    Flag,
    Parameter,
    ProjectType,
    Role,
    RoleLevel,
    Rule,
    RulePack,
)
from ecozone.rules.projects import plain
from ecozone.text import near_word

#: The tables of a pack file that are keyed by id, and those that are lists of entries with an ``id``.
KEYED: Mapping[str, type[Declared]] = {
    "tags": DeclaredTag,
    "flags": DeclaredFlag,
    "project_types": DeclaredType,
    "roles": DeclaredRole,
    "parameters": Named,
}
LISTED: Mapping[str, type[Declared]] = {
    "rules": DeclaredRule,
    "changes": DeclaredChange,
    "assumptions": DeclaredAssumption,
}


@dataclass
class Merged:
    """Pack files read so far: entries by id, each with the file it came from, later ones over earlier ones."""

    heads: list[Head] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    entries: dict[str, dict[str, tuple[Any, Path]]] = field(
        default_factory=lambda: {name: {} for name in (*KEYED, *LISTED)}
    )

    def add(self, data: Mapping[str, Any], file: Path) -> None:
        """Check one file's tables by themselves and lay them over what is there."""
        tables = ["pack", *KEYED, *LISTED]
        for name, table in data.items():
            if name not in tables:
                raise WorkspaceError("rules.unknown_key", file=file, word=name, nearest=near_word(name, tables))
            shape: type = list if name in LISTED else dict
            if not isinstance(table, shape):
                raise WorkspaceError("rules.bad_table", file=file, field=name)
        for name, model in KEYED.items():
            for key, table in data.get(name, {}).items():
                _check_word(key, name, file)
                self._lay(name, key, validated(model, table, file=file, where=f"{name}.{key}"), file)
        for name, model in LISTED.items():
            seen: set[str] = set()
            for number, table in enumerate(data.get(name, []), start=1):
                where = str(table.get("id", number)) if isinstance(table, dict) else str(number)
                entry: Any = validated(model, table, file=file, where=where)
                if entry.id in seen:
                    raise WorkspaceError("rules.id_twice", file=file, feature=entry.id)
                seen.add(entry.id)
                self._lay(name, entry.id, entry, file)

    def _lay(self, name: str, key: str, entry: Any, file: Path) -> None:
        if isinstance(entry, Named) and not (entry.zh or entry.en):
            raise WorkspaceError("rules.no_name", file=file, feature=key)
        self.entries[name][key] = (entry, file)

    def pack(self) -> RulePack:
        """Return the whole as one pack, after checking that every word it uses is declared."""
        types = {key: _type(key, entry) for key, (entry, _) in self.entries["project_types"].items()}
        flags = {key: _flag(key, entry) for key, (entry, _) in self.entries["flags"].items()}
        self._check_tags()
        self._check_names("project_types")
        self._check_names("tags")
        self._check_names("flags")
        for entry, file in self.entries["rules"].values():
            self._check_rule(entry, file)
        for entry, file in self.entries["changes"].values():
            self._known([entry.rule], "rules", file, entry.id, "rule")
        return RulePack(
            name=" + ".join(head.name for head in self.heads),
            title={
                lang: " + ".join(text for head in self.heads if (text := head.title.get(lang, "")))
                for lang in ("zh", "en")
                if any(head.title.get(lang) for head in self.heads)
            },
            version=" + ".join(head.version for head in self.heads),
            rules=tuple(_rule(entry) for entry, _ in self.entries["rules"].values()),
            project_types=types,
            tags={key: {"zh": entry.zh, "en": entry.en} for key, (entry, _) in self.entries["tags"].items()},
            keeps_cover=frozenset(key for key, (entry, _) in self.entries["tags"].items() if entry.keeps_cover),
            flags=flags,
            roles={key: _role(key, entry) for key, (entry, _) in self.entries["roles"].items()},
            parameters={
                key: Parameter(key, entry.zh, entry.en) for key, (entry, _) in self.entries["parameters"].items()
            },
            assumptions=tuple(
                Assumption(entry.id, entry.zh, entry.en, entry.source)
                for entry, _ in self.entries["assumptions"].values()
            ),
            changes=tuple(
                ChangeRule(entry.id, entry.rule, frozenset(entry.before), frozenset(entry.after), entry.zh, entry.en)
                for entry, _ in self.entries["changes"].values()
            ),
            files=tuple(self.files),
            origins={f"{name}.{key}": file for name, table in self.entries.items() for key, (_, file) in table.items()},
        )

    def _check_tags(self) -> None:
        for name in ("project_types", "flags"):
            for key, (entry, file) in self.entries[name].items():
                self._known(entry.tags, "tags", file, key, "tags")

    def _check_names(self, name: str) -> None:
        owners: dict[str, str] = {}
        for key, (entry, file) in self.entries[name].items():
            words = {plain(word) for word in (key, entry.zh, entry.en, *getattr(entry, "names", ()))} - {""}
            for word in sorted(words):
                if owners.setdefault(word, key) != key:
                    raise WorkspaceError("rules.name_twice", file=file, feature=key, name=word, other=owners[word])

    def _check_rule(self, rule: DeclaredRule, file: Path) -> None:
        self._known([rule.role], "roles", file, rule.id, "role")
        for key in ("tags", "except_tags", "permitted"):
            self._known(getattr(rule, key), "tags", file, rule.id, key)
        if rule.within_parameter is not None:
            self._known([rule.within_parameter], "parameters", file, rule.id, "within_parameter")
        levels = self.entries["roles"][rule.role][0].levels
        if rule.levels is not None and not rule.levels:
            raise WorkspaceError("rules.no_levels", file=file, feature=rule.id, field="levels")
        for level in rule.levels or ():
            if levels and str(level) not in levels:
                known = ", ".join(levels)
                raise WorkspaceError("rules.unknown_level", file=file, feature=rule.id, level=level, known=known)
        if rule.effect == "prohibit_unless" and rule.permitted_complete is None:
            raise WorkspaceError("rules.list_without_complete", file=file, feature=rule.id)
        if rule.effect != "prohibit_unless" and (rule.permitted or rule.permitted_complete is not None):
            raise WorkspaceError("rules.list_without_effect", file=file, feature=rule.id)
        reaches = (rule.within_m is not None) + (rule.within_parameter is not None) + (rule.position == "outside")
        if reaches > 1:
            raise WorkspaceError("rules.two_distances", file=file, feature=rule.id)

    def _known(self, words: Iterable[str], table: str, file: Path, where: str, key: str) -> None:
        for word in words:
            bare = word.removeprefix(UNSURE)
            if bare not in self.entries[table]:
                near = near_word(bare, self.entries[table])
                raise WorkspaceError(
                    f"rules.unknown_{table}", file=file, feature=where, field=key, word=bare, nearest=near
                )


def tables_of(pack: RulePack) -> dict[str, Any]:
    """Return a pack as the tables of one file that needs no other; what has its default is left out."""
    return {
        "pack": {"name": pack.name, "version": pack.version, "title": dict(pack.title)},
        "tags": {
            key: {**names, **({"keeps_cover": True} if key in pack.keeps_cover else {})}
            for key, names in pack.tags.items()
        },
        "flags": {flag.id: _slim(flag, "zh", "en") | {"tags": sorted(flag.tags)} for flag in pack.flags.values()},
        "project_types": {
            kind.id: _slim(kind, "zh", "en") | {"tags": sorted(kind.tags)} | _slim(kind, "names", "industry")
            for kind in pack.project_types.values()
        },
        "roles": {role.id: _role_table(role) for role in pack.roles.values()},
        "parameters": {one.id: _slim(one, "zh", "en") for one in pack.parameters.values()},
        "rules": [_rule_table(rule) for rule in pack.rules],
        "changes": [_slim(one, "id", "rule", "before", "after", "zh", "en") for one in pack.changes],
        "assumptions": [_slim(one, "id", "zh", "en", "source") for one in pack.assumptions],
    }


def _check_word(key: str, name: str, file: Path) -> None:
    bare = key.replace("_", "")
    if not (bare.isascii() and bare.isalnum() and key[0].isalpha() and key == key.lower()):
        raise WorkspaceError("rules.bad_id", file=file, field=name, word=key)


def _type(key: str, entry: DeclaredType) -> ProjectType:
    return ProjectType(key, entry.zh, entry.en, frozenset(entry.tags), tuple(entry.names), tuple(entry.industry))


def _flag(key: str, entry: DeclaredFlag) -> Flag:
    return Flag(key, entry.zh, entry.en, frozenset(entry.tags))


def _role(key: str, entry: DeclaredRole) -> Role:
    return Role(
        id=key,
        zh=entry.zh,
        en=entry.en,
        required=entry.required,
        colour=entry.colour,
        hatch=entry.hatch,
        outline=entry.outline,
        reference=entry.reference,
        geometry=entry.geometry,
        levels={
            int(number): RoleLevel(level.zh, level.en, level.colour, tuple(level.names))
            for number, level in entry.levels.items()
        },
    )


def _rule(entry: DeclaredRule) -> Rule:
    return Rule(
        id=entry.id,
        role=entry.role,
        effect=entry.effect,
        sentence=_texts(entry.sentence),
        citation=_texts(entry.citation),
        confidence=entry.confidence,
        levels=None if entry.levels is None else frozenset(entry.levels),
        attributes={key: tuple(values) for key, values in entry.attributes.items()},
        tags=frozenset(entry.tags),
        except_tags=frozenset(entry.except_tags),
        permitted=frozenset(entry.permitted),
        permitted_complete=bool(entry.permitted_complete),
        within_m=entry.within_m,
        within_parameter=entry.within_parameter,
        position=entry.position,
        procedure=_texts(entry.procedure),
        unknown=_texts(entry.unknown or {}) or None,
    )


def _texts(pair: Mapping[Any, str]) -> dict[str, str]:
    return {str(lang): text for lang, text in pair.items() if text}


def _slim(thing: object, *keys: str) -> dict[str, Any]:
    values = {key: getattr(thing, key) for key in keys}
    return {key: _listed(value) for key, value in values.items() if value not in ("", (), None) and value != {}}


def _listed(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value


def _role_table(role: Role) -> dict[str, Any]:
    table = _slim(role, "zh", "en", "required", "colour", "hatch", "outline", "reference", "geometry")
    if role.levels:
        table["levels"] = {
            str(number): _slim(level, "zh", "en", "colour", "names") for number, level in role.levels.items()
        }
    return table


def _rule_table(rule: Rule) -> dict[str, Any]:
    table = _slim(rule, "id", "role", "levels")
    if rule.attributes:
        table["attributes"] = {key: list(values) for key, values in rule.attributes.items()}
    for key in ("tags", "except_tags", "permitted"):
        if getattr(rule, key):
            table[key] = sorted(getattr(rule, key))
    if rule.effect == "prohibit_unless":
        table["permitted_complete"] = rule.permitted_complete
    table |= _slim(rule, "effect", "within_m", "within_parameter", "position", "sentence")
    return table | _slim(rule, "procedure", "citation", "confidence", "unknown")
