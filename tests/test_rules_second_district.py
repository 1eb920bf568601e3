"""A second district is a folder: its own role, words, rules and CRS, and not a line of code."""

from __future__ import annotations

from pathlib import Path

import pytest

import ecozone as ez
from ecozone.rules import RulePack, check_pack, load_packs, project_tags

FOLDER = Path(__file__).parent / "data" / "second_district"
PACKAGE = Path(ez.__file__).parent


@pytest.fixture(scope="module")
def pack() -> RulePack:
    return load_packs(["rules/lakeside.toml"], folder=FOLDER)


def test_it_loads_and_builds_on_the_national_pack(pack: RulePack) -> None:
    """National rules and words are there, the first district's are not, and its own are."""
    ids = {rule.id for rule in pack.rules}
    assert {"CN-red-line", "LK-inner-shore", "LK-marina"} <= ids
    assert not any(rule_id.startswith(("R0", "R1", "R2", "TJ")) for rule_id in ids)
    assert "lakeshore" in pack.roles
    assert project_tags(pack, "码头", "") == {"construction", "non_agricultural", "motor_boat"}
    assert [trouble.key for trouble in check_pack(pack) if trouble.severity == "warning"] == []


def test_it_overrides_a_national_rule_by_id(pack: RulePack) -> None:
    """One rule of that id is left, the later one, in the earlier one's place."""
    ids = [rule.id for rule in pack.rules]
    assert ids.count("CN-soil-32") == 1
    assert ids.index("CN-soil-32") == [rule.id for rule in load_packs("national").rules].index("CN-soil-32")
    rule = pack.rules[ids.index("CN-soil-32")]
    assert (rule.within_m, rule.within_parameter) == (300.0, None)
    assert pack.origins["rules.CN-soil-32"] == (FOLDER / "rules" / "lakeside.toml").resolve()


def test_it_changes_a_role_for_itself_alone(pack: RulePack) -> None:
    """A role that the county redraws stays as it was for everyone else."""
    assert not pack.roles["control_unit"].required
    assert load_packs("tianjin-dongli").roles["control_unit"].required


def test_no_district_is_in_code() -> None:
    """Law 11: no module names a district, a city, a river, or an id of a rule or role that a pack declares."""
    words = ["东丽", "天津", "dongli", "tianjin", "海河", "永定", "屏障", "barrier_zone"]
    words += [rule.id for rule in load_packs("tianjin-dongli").rules]
    found = []
    for file in sorted((PACKAGE / "rules").glob("*.py")):
        lines = [line for line in file.read_text("utf-8").splitlines() if ">>>" not in line]
        found += [(file.name, word) for word in words if word in "\n".join(lines).lower()]
    assert found == []


def test_its_sites_are_judged_by_its_own_rules() -> None:
    """From files to verdicts, the county's sites get the answers of its pack in its own CRS."""
    ws = ez.open_workspace(FOLDER)
    check = ez.check_sites(ez.read_sites(FOLDER / "sites.geojson"), ws)
    verdicts = dict(zip(check.sites["site_id"], check.sites["verdict"], strict=True))
    assert verdicts == {
        "A": "conditional",
        "B": "prohibited",
        "C": "prohibited",
        "D": "conditional",
        "E": "prohibited",
        "F": "clear",
    }
    rules = set(check.findings["site_id"] + " " + check.findings["rule"])
    assert {"B CN-red-line", "C LK-inner-shore", "D LK-marina", "E CN-soil-32"} <= rules
