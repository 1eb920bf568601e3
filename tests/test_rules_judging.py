"""Judging fails closed: what cannot be decided is review, and nothing that could restrict is silent."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecozone.rules import Rule, RulePack, judge, load_packs, required_roles
from ecozone.text import LANGUAGES, say

SEVERITY = {None: 0, "review": 1, "conditional": 2, "prohibited": 3}
WORDS = ("a", "b", "c", "d")
EFFECTS = ("prohibit", "prohibit_unless", "restrict", "review", "info")

some_words = st.frozensets(st.sampled_from(WORDS))
project = st.frozensets(st.sampled_from([*WORDS, *(f"?{word}" for word in WORDS)]))


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Any rule over four tags."""
    effect = draw(st.sampled_from(EFFECTS))
    listed = effect == "prohibit_unless"
    return Rule(
        id="rule",
        role="red_line",
        effect=effect,
        tags=draw(some_words),
        except_tags=draw(some_words),
        permitted=draw(some_words) if listed else frozenset(),
        permitted_complete=draw(st.booleans()) if listed else False,
    )


def settled(tags: frozenset[str]) -> list[frozenset[str]]:
    """Every way in which the possible tags of a project can turn out."""
    sure = frozenset(tag for tag in tags if not tag.startswith("?"))
    open_tags = sorted({tag[1:] for tag in tags if tag.startswith("?")} - sure)
    return [
        sure | frozenset(chosen)
        for size in range(len(open_tags) + 1)
        for chosen in itertools.combinations(open_tags, size)
    ]


@pytest.fixture(scope="module")
def pack() -> RulePack:
    return load_packs("tianjin-dongli")


@given(rules())
def test_an_unknown_type_is_never_passed(rule: Rule) -> None:
    """Law 2: with the type not known, every rule that is more than information gives a verdict."""
    judgement = judge(rule, project_tags=None)
    assert (judgement.verdict is None) == (rule.effect == "info")
    assert judgement.concerns
    if rule.effect != "info" and (rule.tags or rule.except_tags or rule.effect == "prohibit_unless"):
        assert (judgement.verdict, judgement.reason_key) == ("review", "rules.because_type_unknown")


@given(rules(), project)
def test_silent_only_where_no_outcome_could_restrict(rule: Rule, tags: frozenset[str]) -> None:
    """A verdict is missing only if it is missing however the possible tags turn out, and stands only if it may come."""
    outcomes = [judge(rule, project_tags=case).verdict for case in settled(tags)]
    verdict = judge(rule, project_tags=tags).verdict
    if any(outcomes):
        assert verdict is not None
    elif not rule.tags & rule.except_tags:
        assert verdict is None


@given(rules(), project)
def test_a_decided_verdict_holds_for_every_outcome(rule: Rule, tags: frozenset[str]) -> None:
    """Prohibited or conditional is said only where every outcome of the possible tags says the same."""
    verdict = judge(rule, project_tags=tags).verdict
    if verdict in ("prohibited", "conditional") and not rule.except_tags:
        assert {judge(rule, project_tags=case).verdict for case in settled(tags)} == {verdict}


@given(rules(), some_words, st.sampled_from(WORDS))
def test_being_permitted_never_makes_it_worse_than_prohibited(rule: Rule, tags: frozenset[str], more: str) -> None:
    """Adding a permitted tag to a project never turns the list's answer into a harder one than without it."""
    if rule.effect != "prohibit_unless" or not rule.permitted or not rule.permitted_complete or more in rule.tags:
        return
    before = judge(rule, project_tags=tags)
    after = judge(rule, project_tags=tags | ({more} & rule.permitted))
    assert SEVERITY[after.verdict] <= SEVERITY[before.verdict]


@given(rules(), project | st.none())
def test_every_reason_can_be_read(rule: Rule, tags: frozenset[str] | None) -> None:
    """Whatever is judged, why is a text in both languages."""
    reason = judge(rule, project_tags=tags).reason_key
    assert all(say(reason, lang) for lang in LANGUAGES)


def test_an_incomplete_list_never_prohibits_and_never_passes() -> None:
    """With kinds unpublished, a project outside the known ones is under review."""
    rule = Rule("x", "barrier_zone", "prohibit_unless", permitted=frozenset({"a"}), permitted_complete=False)
    assert judge(rule, project_tags=frozenset({"b"})).verdict == "review"
    assert judge(rule, project_tags=frozenset({"b"})).reason_key == "rules.because_list_incomplete"
    assert judge(rule, project_tags=frozenset({"a"})).verdict == "conditional"
    assert judge(rule, project_tags=frozenset({"?a"})).verdict == "review"


def test_a_possible_permission_is_review() -> None:
    """A project that may be on a complete list is neither prohibited nor led on: the authority must say first."""
    rule = Rule("x", "red_line", "prohibit_unless", permitted=frozenset({"a"}), permitted_complete=True)
    assert judge(rule, project_tags=frozenset({"?a"})).verdict == "review"
    assert judge(rule, project_tags=frozenset({"?b"})).verdict == "prohibited"


def test_permission_is_conditional_and_never_silence() -> None:
    """Law 9: the best a positive list gives is a procedure."""
    rule = Rule("x", "red_line", "prohibit_unless", permitted=frozenset(WORDS), permitted_complete=True)
    for size in range(1, len(WORDS) + 1):
        for tags in itertools.combinations(WORDS, size):
            assert judge(rule, project_tags=frozenset(tags)).verdict == "conditional"


def test_every_packaged_rule_answers_every_packaged_type(pack: RulePack) -> None:
    """A rule of the pack is silent on a type exactly where the type lacks its tags or another clause speaks."""
    for rule in pack.rules:
        assert (judge(rule, project_tags=None).verdict is None) == (rule.effect == "info")
        for kind in pack.project_types.values():
            may = {tag.removeprefix("?") for tag in kind.tags}
            touched = not rule.tags or bool(rule.tags & may)
            handed_on = bool(rule.except_tags & kind.tags)
            expected = touched and not handed_on and rule.effect != "info"
            assert (judge(rule, project_tags=kind.tags).verdict is not None) == expected, (rule.id, kind.id)


def test_what_is_handed_on_is_caught(pack: RulePack) -> None:
    """Where a rule leaves a kind of project to another clause, that clause answers: no exception opens a gap."""
    for rule in pack.rules:
        for tag in rule.except_tags:
            for kind in pack.project_types.values():
                tags = kind.tags | {tag}
                if rule.tags and not rule.tags & tags:
                    continue
                others = [other for other in pack.rules if other.role == rule.role and other.id != rule.id]
                assert any(judge(other, project_tags=tags).verdict for other in others), (rule.id, tag, kind.id)


def test_a_role_is_needed_where_a_rule_names_the_project(pack: RulePack) -> None:
    """Law 1: a livestock farm is not clear without the ban zones, and an unknown project not without any."""
    always = {role.id for role in pack.roles.values() if role.required}
    assert all(always <= required_roles(pack, project_tags=kind.tags) for kind in pack.project_types.values())
    assert {"red_line", "barrier_zone", "farmland", "control_unit", "urban_boundary"} <= always
    assert "livestock_ban" in required_roles(pack, project_tags=pack.project_types["livestock_farm"].tags)
    assert "livestock_ban" not in required_roles(pack, project_tags=pack.project_types["school"].tags)
    assert {"livestock_ban", "no_burn", "sensitive", "contaminated"} <= required_roles(pack, project_tags=None)
