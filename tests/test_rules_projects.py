"""From a planner's words to tags: every name works, no unknown word passes."""

from __future__ import annotations

import pytest

from ecozone.errors import UsageError
from ecozone.rules import RulePack, find_project_type, load_packs, project_tags


@pytest.fixture(scope="module")
def pack() -> RulePack:
    return load_packs("tianjin-dongli")


def test_every_type_is_found_by_each_of_its_names(pack: RulePack) -> None:
    """Id, Chinese and English name, and every further name lead to the type, whatever their case and width."""
    for kind in pack.project_types.values():
        for name in (kind.id, kind.zh, kind.en, *kind.names):
            for written in (name, f"  {name.upper()} ", name.replace("（", "(").replace("）", ")")):
                assert find_project_type(pack, written) == kind


def test_an_unknown_type_names_the_nearest(pack: RulePack) -> None:
    """A misspelt type is refused, with the type that was probably meant."""
    with pytest.raises(UsageError) as refused:
        project_tags(pack, "wetland_restoraton", "")
    assert refused.value.key == "rules.unknown_type"
    assert "wetland_restoration" in refused.value.message("en") + refused.value.remedy("en")


@pytest.mark.parametrize("nothing", [None, "", "  ", "\n"])
def test_no_type_is_not_known(pack: RulePack, nothing: str | None) -> None:
    """No word for the type gives no tags at all, not an empty set that rules would pass by."""
    assert project_tags(pack, nothing, "") is None


def test_an_unknown_flag_is_refused_even_without_a_type(pack: RulePack) -> None:
    """A misspelt flag is an error, never ignored."""
    for kind in ("road", None):
        with pytest.raises(UsageError) as refused:
            project_tags(pack, kind, "nationl_major")
        assert refused.value.key == "rules.unknown_flag"
        assert "national" in str(refused.value.fields["nearest"])


def test_flags_add_tags(pack: RulePack) -> None:
    """Flags and tags are taken by id or name in either language, apart by any usual separator."""
    expected = project_tags(pack, "road", ["national_major", "temporary"])
    assert expected is not None
    assert {"national_major", "temporary"} <= expected
    for written in (
        "national_major,temporary",
        "国家重大项目；临时用地",
        "national major project | Temporary land use",
        "临时用地、国家重大项目",
    ):
        assert project_tags(pack, "road", written) == expected


def test_a_possible_tag_is_settled_by_a_flag(pack: RulePack) -> None:
    """``?tag`` becomes sure when it is named, and goes when it is denied; nothing else changes."""
    factory = project_tags(pack, "factory", "")
    assert factory is not None
    assert "?soil_polluting" in factory
    assert project_tags(pack, "factory", "soil_polluting") == factory - {"?soil_polluting"} | {"soil_polluting"}
    assert project_tags(pack, "factory", "!soil_polluting") == factory - {"?soil_polluting"}
    assert project_tags(pack, "factory", "！可能造成土壤污染") == factory - {"?soil_polluting"}


def test_a_sure_tag_cannot_be_denied(pack: RulePack) -> None:
    """What the type is sure of is not talked away by a flag."""
    with pytest.raises(UsageError) as refused:
        project_tags(pack, "coal_power", "!coal_fired")
    assert refused.value.key == "rules.flag_against_type"


def test_no_name_holds_a_separator(pack: RulePack) -> None:
    """Names of flags and tags can be written in a list: none holds what parts a list."""
    names = [name for tag in pack.tags.values() for name in tag.values()]
    names += [name for flag in pack.flags.values() for name in (flag.zh, flag.en)]
    assert [name for name in names if set(name) & set(",;|，；、!！")] == []


def test_no_tag_is_both_sure_and_possible(pack: RulePack) -> None:
    """Tags come out as one or the other."""
    for kind in pack.project_types:
        tags = project_tags(pack, kind, "national_major, major_infrastructure")
        assert tags is not None
        assert not {f"?{tag}" for tag in tags} & tags
