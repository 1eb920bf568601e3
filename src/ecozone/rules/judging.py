"""What a rule says of a project: pure, total, and never silent where a restriction could apply."""

from __future__ import annotations

from collections.abc import Mapping

from ecozone.rules.model import UNSURE, Judgement, Rule, RulePack, Verdict

_EFFECTS: Mapping[str, Verdict] = {"prohibit": "prohibited", "restrict": "conditional", "review": "review"}


def judge(rule: Rule, *, project_tags: frozenset[str] | None) -> Judgement:
    """Judge a project by one rule that its site meets.

    Parameters
    ----------
    rule : Rule
        A rule whose layer, level and distance are already found to apply.
    project_tags : frozenset of str or None
        As `ecozone.rules.project_tags` gives them, ``?tag`` for one that is possible; None where the project's type
        is not known.

    Returns
    -------
    Judgement
        ``prohibited``, ``conditional`` or ``review``; None where the rule does not concern the project (only ever with
        a known type), or only informs. What cannot be decided is ``review``.

    >>> rule = Rule("coal", "barrier_zone", "prohibit", tags=frozenset({"coal_fired"}))
    >>> judge(rule, project_tags=frozenset({"coal_fired"})).verdict, judge(rule, project_tags=None).verdict
    ('prohibited', 'review')
    >>> judge(rule, project_tags=frozenset({"livestock"}))
    Judgement(verdict=None, reason_key='rules.because_not_concerned', concerns=False)
    """
    sure = _carries(rule.tags, project_tags) if rule.tags else True
    if sure is False:
        return Judgement(None, "rules.because_not_concerned", concerns=False)
    if _carries(rule.except_tags, project_tags):
        return Judgement(None, "rules.because_excepted", concerns=False)
    if rule.effect == "info":
        return Judgement(None, "rules.because_info")
    if project_tags is None and (rule.tags or rule.except_tags or rule.effect == "prohibit_unless"):
        return Judgement("review", "rules.because_type_unknown")
    if sure is None:
        return Judgement("review", "rules.because_tag_unsure")
    if rule.effect == "prohibit_unless":
        return _by_list(rule, project_tags)
    return Judgement(_EFFECTS[rule.effect], "rules.because_tag" if rule.tags else "rules.because_every_project")


def _by_list(rule: Rule, project_tags: frozenset[str] | None) -> Judgement:
    listed = _carries(rule.permitted, project_tags)
    if listed:
        return Judgement("conditional", "rules.because_listed")
    if listed is None:
        return Judgement("review", "rules.because_maybe_listed")
    if rule.permitted_complete:
        return Judgement("prohibited", "rules.because_not_listed")
    return Judgement("review", "rules.because_list_incomplete")


def _carries(wanted: frozenset[str], project_tags: frozenset[str] | None) -> bool | None:
    """Tell whether a project has any of the wanted tags; None where that is not known."""
    if not wanted:
        return False
    if project_tags is None:
        return None
    if wanted & project_tags:
        return True
    return None if any(UNSURE + tag in project_tags for tag in wanted) else False


def required_roles(pack: RulePack, *, project_tags: frozenset[str] | None) -> frozenset[str]:
    """Return the roles without whose data a project cannot be clear.

    They are those that the pack requires of every workspace, and those that a rule binds by a tag which the project
    has or may have: a livestock farm is not clear where nobody has drawn the livestock ban.
    """
    asked = {rule.role for rule in pack.rules if rule.tags and judge(rule, project_tags=project_tags).verdict}
    return frozenset(asked | {role.id for role in pack.roles.values() if role.required})
