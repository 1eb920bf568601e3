"""The resolved account: each square metre in one zone, what does not fit told, every table of a run the same ground."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import ecozone as ez
from ecozone.assess import BREAKDOWNS, Account, assess_account
from ecozone.errors import EcozoneError
from ecozone.geo import area_m2
from ecozone.workspace import DeclarationError, Workspace, diagnose, open_workspace

TREES, BUILT = 10, 50
#: What the tables of one run may differ by: the share of an area that the millimetre grid moves.
SAME = 1e-6


@pytest.fixture(scope="module")
def demo() -> tuple[Workspace, Account]:
    """The demonstration with every breakdown."""
    ws = open_workspace("demo")
    return ws, assess_account(ws, by=BREAKDOWNS)


def grounds(account: Account, by: str) -> pd.DataFrame:
    """Return the grounds of a breakdown, each once."""
    rows = account.breakdown[account.breakdown["by"] == by]
    return rows.drop_duplicates(["zone", "part"])[["zone", "part", "zone_m2"]]


def test_every_pair_of_tables_of_a_run_agrees(demo: tuple[Workspace, Account]) -> None:
    """Law 6: for each year and measure, all breakdowns sum to the district of the ratios, pair by pair to 1e-6."""
    ws, account = demo
    district = float(area_m2(ws.zones("district")).iloc[0])
    measures = account.breakdown.drop_duplicates(["year", "measure", "profile"])[["year", "measure", "profile"]]
    assert len(measures) == 2 * 7
    for year, measure, profile in measures.itertuples(index=False):
        mine = account.breakdown[(account.breakdown["year"] == year) & (account.breakdown["measure"] == measure)]
        mine = mine[mine["profile"].isna() if profile is None else mine["profile"] == profile]
        sums = mine.groupby("by")["area_m2"].sum()
        assert set(sums.index) == set(BREAKDOWNS)
        for one, other in itertools.combinations(sums, 2):
            assert one == pytest.approx(other, rel=SAME)
        if measure == "blue_green_ratio":
            row = account.ratios.query("zone == 'district' and year == @year and profile == @profile").iloc[0]
            assert sums.iloc[0] == pytest.approx(row["numerator_m2"], rel=SAME)
    for by in BREAKDOWNS:
        assert grounds(account, by)["zone_m2"].sum() == pytest.approx(district, rel=SAME)
    assert account.pieces["area_m2"].sum() == pytest.approx(district, rel=SAME)
    assert account.resolved["area_m2"].sum() == pytest.approx(district, rel=SAME)


def test_zones_of_the_ratios_are_the_sums_of_their_parts(demo: tuple[Workspace, Account]) -> None:
    """Red line, levels, subdistricts: ground and blue-green ground of each are those of the rows that make it up."""
    _, account = demo
    rows = account.breakdown.query("measure == 'blue_green_ratio'")
    ratios = account.ratios.query("indicator == 'blue_green_ratio'").set_index(["zone", "year", "profile"])
    wanted = {
        **{f"barrier:{level}": ("level-subdistrict", "zone") for level in (1, 2, 3)},
        **{key: ("subdistrict", "part") for key in ratios.index.levels[0] if key.startswith("subdistrict:")},
    }
    assert len(wanted) == 14
    for (key, (by, column)), year, profile in itertools.product(
        wanted.items(), (2020, 2025), ("with_cropland", "without_cropland")
    ):
        mine = rows[(rows["by"] == by) & (rows[column] == key) & (rows["year"] == year) & (rows["profile"] == profile)]
        whole = ratios.loc[(key, year, profile)]
        assert mine["zone_m2"].sum() == pytest.approx(whole["zone_m2"], rel=SAME)
        assert mine["area_m2"].sum() == pytest.approx(whole["numerator_m2"], rel=SAME)
    for year, profile in itertools.product((2020, 2025), ("with_cropland", "without_cropland")):
        whole = ratios.loc[("barrier", year, profile)]
        levels = rows[(rows["by"] == "level-subdistrict") & rows["zone"].notna() & (rows["year"] == year)]
        levels = levels[levels["profile"] == profile]
        assert levels["zone_m2"].sum() == pytest.approx(whole["zone_m2"], rel=SAME)
        assert levels["area_m2"].sum() == pytest.approx(whole["numerator_m2"], rel=SAME)


def test_classes_sum_to_the_ground_and_to_the_sums_of_them(demo: tuple[Workspace, Account]) -> None:
    """Each ground is its classes and what has none; blue, green, cropland and neither are all that has one."""
    _, account = demo
    keys = ["by", "zone", "part", "year"]
    classes = account.classes.groupby(keys, dropna=False).agg(area=("area_m2", "sum"), whole=("zone_m2", "first"))
    assert np.allclose(classes["area"], classes["whole"], rtol=SAME)
    plain = account.breakdown[account.breakdown["measure"].isin(["blue", "green", "cropland", "neither"])]
    sums = plain.groupby(keys, dropna=False).agg(
        area=("area_m2", "sum"), whole=("zone_m2", "first"), valid=("valid_share", "first")
    )
    assert np.allclose(sums["area"], sums["whole"] * sums["valid"], rtol=SAME)
    assert len(sums) == len(classes)


def test_the_red_line_comes_before_the_barrier_and_both_sum_to_themselves(demo: tuple[Workspace, Account]) -> None:
    """What two layers claim stands once, named with both: each layer is the sum of the rows that name it."""
    ws, account = demo
    table = account.resolved
    shared = table[table["zone"].eq("red_line") & table["also"].eq("barrier:1")]
    assert shared["area_m2"].iloc[0] == pytest.approx(1_796_010, rel=1e-5)
    for key in ("red_line", "barrier:1", "barrier:2", "barrier:3"):
        named = table["zone"].eq(key) | table["also"].eq(key)
        assert table.loc[named, "area_m2"].sum() == pytest.approx(float(area_m2(ws.zones(key)).iloc[0]), rel=SAME)
    assert table["zone"].tolist()[-1] is None
    assert "assess.priority_default" not in {one.key for one in account.notices}


def test_the_layers_of_the_demonstration_fit(demo: tuple[Workspace, Account]) -> None:
    """Nothing overlaps undecided, nothing is left over, and no rounding stands in a table as a row of its own."""
    _, account = demo
    assert len(account.gaps) == 0
    assert account.pieces["area_m2"].min() > 1
    assert grounds(account, "subdistrict")["part"].notna().all()


@pytest.fixture
def make(little: Any, square: Any, with_rasters: Any) -> Callable[..., Workspace]:
    """Make a district of 100 km² with a red line across two levels and, where asked for, other layers."""

    def made(more: str = "", south: int = BUILT, **layers: Any) -> Workspace:
        given = {
            "red_line": [(square(4000, 0, 2000, 1000), {})],
            "barrier": [(square(0, 0, 5000, 4000), {"level": 1}), (square(5000, 0, 5000, 4000), {"level": 2})],
            **layers,
        }
        ws = little(**given)
        toml = ws.folder / "ecozone.toml"
        toml.write_text(toml.read_text("utf-8").replace("[parameters]", f"{more}\n[parameters]"), "utf-8")
        codes = np.full((100, 100), south)
        codes[:50] = TREES
        return with_rasters(open_workspace(ws.folder), {2025: codes})

    return made


def named(*shapes: Any) -> list[tuple[Any, dict[str, str]]]:
    """Return parts of a layer, called 甲, 乙, 丙."""
    return [(shape, {"name": name}) for shape, name in zip(shapes, "甲乙丙", strict=False)]


def km2(frame: pd.DataFrame) -> dict[tuple[Any, ...], float]:
    """Return the rows of the resolved account in km²."""
    rows = frame[["zone", "also", "area_m2"]].itertuples(index=False)
    return {(zone, also): round(size / 1e6, 2) for zone, also, size in rows}


def test_priority_is_the_workspaces_word(make: Any) -> None:
    """By default the red line keeps its 2 km²; behind level 2 it keeps the half that level 1 would have had."""
    default = ez.resolve_zones(make())
    assert km2(default.zones) == {
        ("red_line", "barrier:1"): 1.0,
        ("red_line", "barrier:2"): 1.0,
        ("barrier:1", None): 19.0,
        ("barrier:2", None): 19.0,
        (None, None): 60.0,
    }
    assert {one.key for one in default.notices} == {"assess.priority_default"}
    declared = ez.resolve_zones(make('[account]\npriority = ["barrier:2", "red_line", "barrier"]'))
    assert km2(declared.zones) == {
        ("barrier:2", None): 19.0,
        ("barrier:2", "red_line"): 1.0,
        ("red_line", "barrier:1"): 1.0,
        ("barrier:1", None): 19.0,
        (None, None): 60.0,
    }
    assert not declared.notices


def test_what_two_subdistricts_claim_is_given_to_neither(make: Any, square: Any) -> None:
    """An overlap of 100 m and a gap of 200 m are rows of their own, listed with area and place, and the sum holds."""
    parts = named(square(0, 0, 5100, 10_000), square(5000, 0, 3000, 10_000), square(8200, 0, 1800, 10_000))
    ws = make(subdistrict=parts)
    account = assess_account(ws, by=["subdistrict"])
    found = grounds(account, "subdistrict").set_index("part")["zone_m2"]
    both = "subdistrict:乙 + subdistrict:甲"
    assert (found / 1e6).round(2).to_dict() == {
        "subdistrict:甲": 50.0,
        both: 1.0,
        "subdistrict:乙": 29.0,
        "subdistrict:丙": 18.0,
        None: 2.0,
    }
    gaps = account.gaps.set_index("gap_kind")
    assert set(gaps.index) == {"overlap", "uncovered"}
    overlap = gaps.loc["overlap"]
    assert {overlap["zone"], overlap["other"]} == {"subdistrict:甲", "subdistrict:乙"}
    assert overlap["given_to"] is None
    assert gaps.loc["uncovered", "area_hectares"] == pytest.approx(200, rel=1e-3)
    assert {one.key for one in account.notices} >= {"assess.gap"}
    for kind in gaps.index:
        point = gpd.GeoSeries(gpd.points_from_xy([gaps.loc[kind, "lon"]], [gaps.loc[kind, "lat"]]), crs=4490)
        assert gaps.loc[kind, "geometry"].contains(point.to_crs(4548).iloc[0])


def test_levels_that_overlap_in_the_data_are_told_and_given_to_the_stricter(make: Any, square: Any) -> None:
    """Level 2 reaches 100 m into level 1: 40 ha, listed as such; the levels still sum to the barrier."""
    barrier = [(square(0, 0, 5000, 4000), {"level": 1}), (square(4900, 0, 5100, 4000), {"level": 2})]
    ws = make(barrier=barrier)
    resolved = ez.resolve_zones(ws)
    (gap,) = resolved.gaps.to_dict("records")
    assert (gap["gap_kind"], gap["zone"], gap["other"], gap["given_to"]) == (
        "level_overlap",
        "barrier:1",
        "barrier:2",
        "barrier:1",
    )
    assert gap["area_hectares"] == pytest.approx(40, rel=1e-3)
    leveled = resolved.pieces[resolved.pieces["level"].notna()]
    assert leveled["area_m2"].sum() == pytest.approx(float(area_m2(ws.zones("barrier")).iloc[0]), rel=SAME)


def test_ground_beyond_the_district_is_told_and_not_counted(make: Any, square: Any) -> None:
    """A red line half outside: the part inside is in the account, the other in the list, both make the red line."""
    ws = make(red_line=[(square(9000, 5000, 2000, 1000), {})])
    resolved = ez.resolve_zones(ws)
    (gap,) = resolved.gaps.to_dict("records")
    assert (gap["gap_kind"], gap["zone"], gap["other"]) == ("outside", "red_line", "district")
    inside = resolved.zones.set_index("zone")["area_m2"]["red_line"]
    whole = float(area_m2(ws.zones("red_line")).iloc[0])
    assert inside + gap["area_m2"] == pytest.approx(whole, rel=SAME)
    assert resolved.pieces["area_m2"].sum() == pytest.approx(resolved.district_m2, rel=SAME)


def test_a_barrier_in_one_piece_needs_no_levels(make: Any, square: Any) -> None:
    """A layer of the priority without levels is a zone as a whole; level × subdistrict is refused."""
    ws = make('[account]\npriority = ["red_line"]', subdistrict=named(square(0, 0, 10_000)))
    assert list(km2(ez.resolve_zones(ws).zones)) == [("red_line", None), (None, None)]
    with pytest.raises(EcozoneError) as caught:
        assess_account(ws, by=["level-subdistrict"])
    assert caught.value.key == "assess.breakdown_no_levels"
    assert caught.value.remedy()


@pytest.mark.parametrize(
    ("by", "key"),
    [("subdistrict", "assess.breakdown_no_layer"), ("street", "assess.breakdown_unknown")],
)
def test_a_breakdown_without_its_layer_is_refused(make: Any, by: str, key: str) -> None:
    """What is lacking is said before anything is measured, and what to do."""
    with pytest.raises(EcozoneError) as caught:
        assess_account(make(), by=[by])
    assert caught.value.key == key
    assert caught.value.remedy()


@pytest.mark.parametrize(
    ("priority", "key"),
    [
        ('["red_lien"]', "workspace.target_zone_unknown"),
        ('["district", "red_line"]', "workspace.priority_district"),
        ('["red_line", "red_line"]', "workspace.priority_twice"),
        ("[]", "workspace.value_empty"),
        ('["red_line:1"]', "workspace.target_zone_no_level"),
        ('"red_line"', "workspace.value_not_list"),
    ],
)
def test_a_priority_that_cannot_be_meant_is_refused(make: Any, priority: str, key: str) -> None:
    """Unknown, double, empty, the whole district: told with its line, as every other key."""
    with pytest.raises(DeclarationError) as caught:
        make(f"[account]\npriority = {priority}")
    assert [trouble.key for trouble in caught.value.troubles] == [key]
    assert caught.value.troubles[0].fields["line"] > 1


def test_a_level_that_is_not_there_is_told_by_the_doctor(make: Any) -> None:
    """Which levels a layer has is known once it is read: the doctor reads it, and the account refuses."""
    ws = make('[account]\npriority = ["red_line", "barrier:9"]')
    assert "workspace.zone_unknown" in {trouble.key for trouble in diagnose(ws.folder) if trouble.severity == "error"}
    with pytest.raises(EcozoneError, match="barrier:9"):
        ez.resolve_zones(ws)


def test_ground_without_data_is_no_class_and_in_no_sum(make: Any) -> None:
    """A raster whose southern half is nodata: valid share one half, and the ratio of valid ground beside."""
    rows = assess_account(make(south=0), by=["resolved"]).breakdown.query("profile == 'with_cropland'")
    rest = rows[rows["zone"].isna()].iloc[0]
    assert rest["valid_share"] == pytest.approx(50 / 60, abs=1e-3)
    assert (rest["value"], rest["value_of_valid"]) == (pytest.approx(100 * 50 / 60, abs=0.1), pytest.approx(100))


def test_without_a_breakdown_nothing_is_resolved(make: Any) -> None:
    """The account of before: empty tables with their columns, and no word of priorities."""
    account = assess_account(make())
    assert [len(frame) for frame in (account.resolved, account.breakdown, account.classes, account.gaps)] == [0] * 4
    assert "assess.priority_default" not in {one.key for one in account.notices}
