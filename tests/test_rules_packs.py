"""The packs that come with ecozone: complete, cited, true to their sources, and of no other city."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ecozone.rules import Rule, RulePack, judge, load_packs, project_tags
from ecozone.text import LANGUAGES

# A run of so many characters in the other city's plan and in none of the district's own documents is borrowed.
RUN = 12
OTHER_CITY = ("东昌府", "聊城", "Dongchangfu", "Liaocheng", "蒸吨", "35 t/h")
STATUTES = {"CN-soil-32", "CN-soil-50"}


@pytest.fixture(scope="module")
def pack() -> RulePack:
    return load_packs("tianjin-dongli")


@pytest.fixture(scope="module")
def sources(shared_data: Path) -> dict[str, str]:
    """The documents behind the rules, white space taken out, by their number."""
    folder = shared_data.parent / "sources"
    if not folder.is_dir():
        pytest.skip(f"the sources are not beside the project: {folder} is absent")
    return {file.name[:3]: re.sub(r"\s+", "", file.read_text("utf-8")) for file in folder.glob("*.txt")}


def texts(rule: Rule) -> list[str]:
    return [
        text for part in (rule.sentence, rule.procedure, rule.citation, rule.unknown or {}) for text in part.values()
    ]


def quotes(text: str) -> list[str]:
    """Return what stands between the outer “ and ” of a text; quotes inside quotes are part of it."""
    found, start, depth = [], 0, 0
    for index, sign in enumerate(text):
        if sign == "“":
            start, depth = (index + 1 if depth == 0 else start), depth + 1
        elif sign == "”":
            depth -= 1
            if depth == 0:
                found.append(text[start:index])
    assert depth == 0, text
    return found


def verdict(pack: RulePack, role: str, kind: str | None, flags: str = "", level: int | None = None) -> str:
    """Return the worst verdict of the pack's rules for a project on a layer, as screening would find it inside."""
    tags = project_tags(pack, kind, flags)
    found = {
        judge(rule, project_tags=tags).verdict
        for rule in pack.rules
        if rule.role == role and (rule.levels is None or level in rule.levels) and not rule.attributes
    }
    return next((word for word in ("prohibited", "conditional", "review") if word in found), "none")


def test_both_languages_everywhere(pack: RulePack) -> None:
    """Sentence, citation, what follows and what is unknown stand in Chinese and English, and so does every name."""
    for rule in pack.rules:
        for part in (rule.sentence, rule.citation, *filter(None, [rule.procedure, rule.unknown])):
            assert set(part) == set(LANGUAGES)
            assert all(part.values())
        assert rule.procedure or rule.effect == "info", rule.id
    for thing in (*pack.project_types.values(), *pack.flags.values(), *pack.roles.values(), *pack.assumptions):
        assert thing.zh
        assert thing.en
    assert all(re.search("[\u4e00-\u9fff]", rule.sentence["zh"]) for rule in pack.rules)
    assert not any(re.search("[\u4e00-\u9fff]", rule.sentence["en"]) for rule in pack.rules)


def test_every_numbered_clause_is_there(pack: RulePack) -> None:
    """R1 to R22 of the clauses found each have at least one rule, and R19 to R22 only inform."""
    numbers = {int(match[1]) for rule in pack.rules if (match := re.match(r"R(\d+)-", rule.id))}
    assert numbers == set(range(1, 23))
    for rule in pack.rules:
        if re.match("R(19|2[012])-", rule.id):
            assert rule.effect == "info"


def test_what_is_open_says_so(pack: RulePack) -> None:
    """Every rule with an unfinished list, a distance not given, or a wording not seen names what is unknown."""
    for rule in pack.rules:
        is_open = (
            rule.effect == "prohibit_unless" and not rule.permitted_complete
        ) or rule.within_parameter is not None
        if is_open or rule.confidence in "MU":
            assert rule.unknown, rule.id


def test_article_numbers_from_memory_are_marked(pack: RulePack) -> None:
    """Wherever a statute's article is cited, the citation says that its number is to be verified."""
    cited = [rule for rule in pack.rules if re.search("法》第.+条", rule.citation["zh"])]
    assert {rule.id for rule in cited} >= STATUTES
    for rule in cited:
        assert "须核对正式文本" in rule.citation["zh"]
        assert "to be verified against the official text" in rule.citation["en"]
        assert rule.confidence == "K"


def test_quoted_words_are_the_documents_own(pack: RulePack, sources: dict[str, str]) -> None:
    """Each quoted clause of the district's documents stands in them word for word."""
    own = sources["000"] + sources["001"] + sources["002"]
    quoted = 0
    for rule in pack.rules:
        document = "东丽" in rule.citation["zh"] or "金桥" in rule.citation["zh"]
        if not (rule.id.startswith("R") and document):
            continue
        for text in (rule.sentence["zh"], rule.citation["zh"]):
            for quote in quotes(text):
                clean = re.sub(r"\s+", "", quote)
                if len(clean) >= 8:
                    quoted += 1
                    assert clean in own, (rule.id, quote)
    assert quoted >= 20


def test_nothing_is_borrowed_from_the_other_city(pack: RulePack, sources: dict[str, str]) -> None:
    """No run of twelve signs comes from the other city's plan alone; the two statutes, which it repeats, are law."""
    own = re.sub("[“”]", "", sources["000"] + sources["001"] + sources["002"])
    other = re.sub("[“”]", "", sources["004"])
    everything = [(rule.id, text) for rule in pack.rules if rule.id not in STATUTES for text in texts(rule)]
    everything += [(one.id, one.zh) for one in pack.assumptions]
    for place, text in everything:
        assert not any(word in text for word in OTHER_CITY)
        plain = re.sub(r"《[^》]*》|[\s“”]+", "", text)  # a law's title is nobody's wording
        runs = {plain[i : i + RUN] for i in range(len(plain) - RUN + 1)}
        borrowed = sorted(run for run in runs if run in other and run not in own)
        assert borrowed == [], place


def test_no_rule_rests_on_the_tampered_document(pack: RulePack) -> None:
    """The tampered copy is cited by no rule, and its being set aside is told."""
    assert not any("督察" in rule.citation["zh"] or "整改方案" in rule.citation["zh"] for rule in pack.rules)
    assert any(one.id == "city-rectification-plan" for one in pack.assumptions)


def test_the_unknowns_are_a_list(pack: RulePack) -> None:
    """What nobody published, and what is recalled, is named for the report."""
    assert {one.id for one in pack.assumptions} >= {
        "level-1-kinds", "level-2-3-articles", "blue-green-classes", "buffer-distances", "barrier-level-split",
        "control-unit-codes", "permanent-eco-area", "zone-geometries", "kiln-fuel", "tree-cover", "red-line-core",
        "red-line-items", "statute-articles",
    }  # fmt: skip
    assert len({one.id for one in pack.assumptions}) == len(pack.assumptions)


def test_every_role_of_the_design_is_drawn_apart(pack: RulePack) -> None:
    """The roles are all there, and no two share colour and hatch, so that screen and print can part them."""
    assert set(pack.roles) >= {
        "district", "subdistrict", "red_line", "barrier_zone", "no_burn", "farmland", "urban_boundary", "control_unit",
        "contaminated", "livestock_ban", "water_margin", "sensitive", "built_up",
    }  # fmt: skip
    looks = [(role.colour.upper(), role.hatch) for role in pack.roles.values()]
    assert len(set(looks)) == len(looks)
    assert pack.roles["barrier_zone"].levels.keys() == {1, 2, 3}


@pytest.mark.parametrize(
    ("role", "kind", "flags", "level", "expected"),
    [
        ("barrier_zone", "coal_power", "", 1, "prohibited"),
        ("barrier_zone", "coal_boiler", "", 3, "prohibited"),
        ("barrier_zone", "wetland_restoration", "", 1, "conditional"),
        ("barrier_zone", "road", "major_infrastructure", 1, "conditional"),
        ("barrier_zone", "hospital", "major_livelihood", 1, "conditional"),
        ("barrier_zone", "road", "", 1, "review"),
        ("barrier_zone", "factory", "", 1, "review"),
        ("barrier_zone", "factory", "", 2, "conditional"),
        ("barrier_zone", "residential", "", 3, "conditional"),
        ("barrier_zone", None, "", 1, "review"),
        ("red_line", "bridge", "", None, "conditional"),
        ("red_line", "dyke_works", "", None, "conditional"),
        ("red_line", "tourism", "", None, "conditional"),
        ("red_line", "geothermal_existing", "", None, "conditional"),
        ("red_line", "geothermal", "", None, "prohibited"),
        ("red_line", "residential", "", None, "prohibited"),
        ("red_line", "factory", "", None, "prohibited"),
        ("red_line", "factory", "temporary", None, "prohibited"),
        ("red_line", "factory", "no_new_land", None, "prohibited"),
        ("red_line", "factory", "military", None, "conditional"),
        ("red_line", "power_line", "national_major", None, "conditional"),
        ("red_line", "factory", "national_major", None, "conditional"),
        ("red_line", "other_lawful", "", None, "review"),
        ("red_line", None, "", None, "review"),
        ("no_burn", "coal_boiler", "", None, "prohibited"),
        ("no_burn", "high_pollution_fuel_facility", "", None, "prohibited"),
        ("no_burn", "factory", "", None, "review"),
        ("no_burn", "factory", "!high_pollution_fuel", None, "none"),
        ("no_burn", "school", "", None, "none"),
        ("farmland", "warehouse", "", None, "prohibited"),
        ("farmland", "railway", "", None, "prohibited"),
        ("farmland", "railway", "national_major", None, "conditional"),
        ("farmland", "landscape_lake", "", None, "prohibited"),
        ("farmland", "landscape_lake", "national_major", None, "prohibited"),
        ("farmland", "afforestation", "", None, "prohibited"),
        ("farmland", "agricultural_facility", "", None, "review"),
        ("farmland", "chemical_plant", "national_major", None, "prohibited"),
        ("farmland", "geological_survey", "", None, "none"),
        ("contaminated", "residential", "", None, "prohibited"),
        ("contaminated", "warehouse", "", None, "prohibited"),
        ("contaminated", "soil_remediation", "", None, "conditional"),
        ("contaminated", "afforestation", "", None, "conditional"),
        ("livestock_ban", "livestock_farm", "", None, "prohibited"),
        ("livestock_ban", "residential", "", None, "none"),
        ("sensitive", "metal_surface_treatment", "", None, "prohibited"),
        ("sensitive", "factory", "", None, "review"),
        ("sensitive", "school", "", None, "none"),
        ("control_unit", "school", "", 1, "conditional"),
        ("control_unit", "school", "", 3, "none"),
        ("control_unit", "metal_surface_treatment", "", 2, "conditional"),
        ("control_unit", None, "", 1, "review"),
        ("water_margin", "bridge", "", None, "conditional"),
        ("district", "coal_boiler", "", None, "prohibited"),
        ("district", "coal_kiln", "", None, "prohibited"),
        ("district", "industrial_kiln", "", None, "review"),
        ("district", "two_high_project", "!coal_boiler,!coal_kiln,!coal_fired,!industrial_kiln", None, "conditional"),
        ("district", "school", "", None, "none"),
        ("district", "oil_storage", "", None, "none"),
        ("urban_boundary", "residential", "", None, "review"),
        ("urban_boundary", "bridge", "", None, "none"),
        ("aquaculture_zone", "aquaculture", "", 1, "prohibited"),
        ("aquaculture_zone", "aquaculture", "", 2, "conditional"),
        ("subdistrict", "factory", "", None, "none"),
    ],
)
def test_what_the_plan_says_comes_out(
    pack: RulePack, role: str, kind: str | None, flags: str, level: int | None, expected: str
) -> None:
    """Project by layer, the pack's answer is what a planner reads in the plan and the notices."""
    assert verdict(pack, role, kind, flags, level) == expected


def test_distances_are_never_invented(pack: RulePack) -> None:
    """No rule carries a number of metres: no source gives one, so every reach is the workspace's to set."""
    assert [rule.id for rule in pack.rules if rule.within_m is not None] == []
    assert pack.rules[[rule.id for rule in pack.rules].index("CN-soil-32")].within_parameter == "sensitive_buffer_m"


def test_only_lying_outside_concerns_the_urban_boundary(pack: RulePack) -> None:
    """The one rule on the urban development boundary speaks of what lies outside it, and forbids nothing."""
    found = [(rule.position, rule.effect) for rule in pack.rules if rule.role == "urban_boundary"]
    assert found == [("outside", "review")]
    assert {rule.position for rule in pack.rules if rule.role != "urban_boundary"} == {"inside"}
