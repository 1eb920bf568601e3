"""Scenarios on a chessboard: what building takes, what it leaves, and what it may not claim."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ecozone as ez
from ecozone.assess import Scenario, assess_scenario
from ecozone.errors import WorkspaceError
from ecozone.workspace import Workspace

TREES, CROPLAND, BUILT, BARE, WATER = 10, 40, 50, 60, 80
CELL = 500

TARGET = """
[[targets]]
indicator = "blue_green_ratio"
zone = "barrier:1"
baseline = { year = 2020, value = 50.0 }
target = { year = 2025, value = 70.0 }
source = "规划"
"""


def board() -> np.ndarray:
    """Return 20 × 20 cells of 500 m: trees, cropland and built ground in columns, bare ground and water in corners."""
    codes = np.tile(np.repeat([TREES, CROPLAND, BUILT, TREES], 5), (20, 1))
    codes[:4, :4] = BARE
    codes[-4:, 10:12] = WATER
    return codes


@pytest.fixture
def make(little: Any, square: Any, with_rasters: Any) -> Callable[..., Workspace]:
    """Make a barrier of two halves and three subdistricts with land cover of 2020 and 2025."""

    def made(codes: np.ndarray | None = None, more: str = TARGET) -> Workspace:
        ws = little(
            red_line=[(square(0, 0, 1000, 1000), {})],
            barrier=[(square(0, 0, 5000, 10_000), {"level": 1}), (square(5000, 0, 5000, 10_000), {"level": 2})],
            subdistrict=[
                (square(0, 0, 10_000, 3000), {"name": "甲"}),
                (square(0, 3000, 10_000, 3000), {"name": "乙"}),
                (square(0, 6000, 10_000, 4000), {"name": "丙"}),
            ],
        )
        last = board() if codes is None else codes
        toml = ws.folder / "ecozone.toml"
        toml.write_text(toml.read_text("utf-8").replace('title = { zh = "subdistrict层" }', 'name = "name"'), "utf-8")
        return with_rasters(ws, {2020: board(), 2025: last}, more)

    return made


def row(scenario: Scenario, zone: str, site: str | None = None, profile: str = "with_cropland") -> Any:
    """Return the effect on the blue-green ratio of a zone."""
    found = scenario.effects
    found = found[found["site_id"].isna() if site is None else found["site_id"] == site]
    found = found.query("zone == @zone and indicator == 'blue_green_ratio' and profile == @profile")
    assert len(found) == 1
    return found.iloc[0]


def no_change(scenario: Scenario) -> None:
    """Say that nothing at all is different after building."""
    effects, targets = scenario.effects, scenario.targets
    assert (effects["value_after"] == effects["value_before"]).all()
    assert (effects["lost_m2"] == 0).all()
    assert (effects["numerator_after_m2"] == effects["numerator_before_m2"]).all()
    for name in ("value", "status", "by_count"):
        assert targets[f"{name}_after"].equals(targets[f"{name}_before"].rename(f"{name}_after"))
    assert targets["gap_after_m2"].equals(targets["gap_before_m2"].rename("gap_after_m2"))
    ranked = effects[effects["rank_of"].notna()]
    assert ranked["rank_after"].tolist() == ranked["rank_before"].tolist()
    assert scenario.places.empty


def test_a_scenario_of_nothing_changes_nothing(make: Any, sites: Any) -> None:
    """Without a site every figure, rank and status stays as it is, to the last bit."""
    scenario = assess_scenario(make(), sites())
    no_change(scenario)
    assert scenario.complete
    assert set(scenario.effects["zone"]) >= {"barrier", "barrier:1", "subdistrict:甲"}


def test_sites_outside_all_zones_change_nothing(make: Any, sites: Any, square: Any) -> None:
    """A site beyond the district takes nothing, which is said."""
    scenario = assess_scenario(make(), sites((square(-5000, 0, 900), "boiler")))
    no_change(scenario)
    assert scenario.effects["site_id"].isna().all()
    assert "assess.scenario_outside" in {one.key for one in scenario.notices}


def test_a_site_of_built_land_changes_nothing(make: Any, sites: Any, square: Any) -> None:
    """Where all is built already nothing is lost, though the ground is taken."""
    scenario = assess_scenario(make(), sites((square(5500, 5000, 1500), "boiler")))
    no_change(scenario)
    assert row(scenario, "barrier", "S1")["taken_m2"] == pytest.approx(1500**2, rel=1e-4)


def test_what_is_built_is_what_a_raster_with_it_built_gives(make: Any, sites: Any, square: Any) -> None:
    """Sites drawn along cells give the very ratios of the same workspace with those cells built: another way to it."""
    ws = make()
    scenario = assess_scenario(ws, sites((square(1000, 1000, 2000, 1500), "boiler"), (square(8000, 0, 1000), "school")))
    codes = board()
    codes[-5:-2, 2:6] = BUILT
    codes[-2:, 16:18] = BUILT
    before = ez.assess_indicators(ws, years=[2025])
    after = ez.assess_indicators(make(codes), years=[2025])
    effects = scenario.effects[scenario.effects["site_id"].isna()].set_index(["zone", "indicator", "profile"])
    for when, ratios in (("before", before), ("after", after)):
        ratios = ratios[ratios["unit"] == "%"].set_index(["zone", "indicator", "profile"])
        assert set(ratios.index) == set(effects.index)
        for key, found in ratios.iterrows():
            assert effects.loc[key, f"value_{when}"] == pytest.approx(found["value"], abs=1e-7)
            assert effects.loc[key, f"numerator_{when}_m2"] == pytest.approx(found["numerator_m2"], abs=0.1)


def test_figures_before_are_those_of_the_ratios(make: Any, sites: Any, square: Any) -> None:
    """Both tables of one run say the same, to the last bit; the loss is what lies between before and after."""
    ws = make()
    scenario = assess_scenario(ws, sites((square(1234.5, 777.7, 1111.1), "boiler")))
    ratios = ez.assess_indicators(ws)
    shares = ratios[(ratios["year"] == 2025) & (ratios["unit"] == "%")]
    effects = scenario.effects[scenario.effects["site_id"].isna()]
    assert effects["value_before"].tolist() == shares["value"].tolist()
    assert effects["numerator_before_m2"].tolist() == shares["numerator_m2"].tolist()
    lost = effects["numerator_before_m2"] - effects["numerator_after_m2"]
    assert lost.tolist() == effects["lost_m2"].tolist()
    assert np.allclose(100 * effects["numerator_after_m2"] / effects["zone_m2"], effects["value_after"], atol=1e-9)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    boxes=st.lists(
        st.tuples(*(st.integers(0, 7000),) * 2, *(st.integers(50, 3000),) * 2), min_size=2, max_size=3, unique=True
    )
)
def test_the_whole_is_the_sum_less_overlaps(
    make: Any, sites: Any, square: Any, boxes: list[tuple[int, int, int, int]]
) -> None:
    """All together take what each takes by itself, less what is taken twice; parts of the barrier sum to it."""
    shapes = [square(*box) for box in boxes]
    kinds = [(shape, "boiler") for shape in shapes]
    scenario = assess_scenario(make(), sites(*kinds))
    twice = [one.intersection(other) for i, one in enumerate(shapes) for other in shapes[:i]]
    thrice = [shapes[0].intersection(shapes[1]).intersection(shapes[2])] if len(shapes) == 3 else []
    overlaps = [shape for shape in [*twice, *thrice] if shape.area > 0]
    apart = assess_scenario(make(), sites(*((shape, "boiler") for shape in overlaps)))

    def lost(found: Scenario, zone: str, place: int) -> float:
        mine = found.effects[(found.effects["site_id"] == f"S{place + 1}") & (found.effects["zone"] == zone)]
        mine = mine.query("indicator == 'blue_green_ratio' and profile == 'without_cropland'")
        return float(mine["lost_m2"].sum())

    for zone in ("barrier", "barrier:1", "subdistrict:乙"):
        whole = row(scenario, zone, profile="without_cropland")["lost_m2"]
        single = sum(lost(scenario, zone, place) for place in range(len(shapes)))
        shared = sum(
            lost(apart, zone, place) * (1 if place < sum(one.area > 0 for one in twice) else -1)
            for place in range(len(overlaps))
        )
        assert whole == pytest.approx(single - shared, abs=0.5)
    parts = row(scenario, "barrier:1")["lost_m2"] + row(scenario, "barrier:2")["lost_m2"]
    assert row(scenario, "barrier")["lost_m2"] == pytest.approx(parts, abs=0.1)


def test_ranks_follow_the_loss(make: Any, sites: Any, square: Any) -> None:
    """The subdistrict that loses most falls behind those it was ahead of; wholes are not ranked."""
    ws = make()
    before = ez.assess_indicators(ws, years=[2025]).query("profile == 'with_cropland'").set_index("zone")["value"]
    first = max(("subdistrict:甲", "subdistrict:乙", "subdistrict:丙"), key=lambda zone: before[zone])
    assert first == "subdistrict:甲"
    scenario = assess_scenario(ws, sites((square(500, 100, 4000, 2800), "boiler")))
    found = row(scenario, "subdistrict:甲")
    assert (found["rank_before"], found["rank_after"], found["rank_of"]) == (1, 3, 3)
    assert row(scenario, "subdistrict:乙")["rank_after"] == 1
    assert np.isnan(row(scenario, "barrier")["rank_after"])


def test_targets_without_samples_cannot_be_told(make: Any, sites: Any, square: Any) -> None:
    """The count alone may turn from met to missed; the status stays what intervals can prove, and the gap grows."""
    ws = make()
    site = sites((square(500, 500, 4500, 9000), "boiler"))
    found = assess_scenario(ws, site).targets.query("site_id.isna() and profile == 'with_cropland'").iloc[0]
    assert (found["status_before"], found["status_after"]) == ("cannot_tell", "cannot_tell")
    assert (found["by_count_before"], found["by_count_after"]) == ("met", "missed")
    lost = row(assess_scenario(ws, site), "barrier:1")["lost_m2"]
    assert found["gap_after_m2"] - found["gap_before_m2"] == pytest.approx(lost, abs=0.1)
    assert found["make_up_m2"] == found["gap_after_m2"] > 0


def test_samples_give_an_interval_after_building(make: Any, sites: Any, square: Any) -> None:
    """The estimate is of the ground that is left, by hand: each class times its own rightness, built ground as none."""
    ws = make(more='[landcover.samples]\n2025 = "s.csv"\n' + TARGET)
    rows = ["zone,map,reference,count"]
    rows += [f"barrier:1,{code},{code},90\nbarrier:1,{code},{BUILT},10" for code in (TREES, CROPLAND)]
    rows += [f"barrier:1,{BARE},{BARE},80\nbarrier:1,{BARE},{TREES},20"]
    (ws.folder / "s.csv").write_text("\n".join(rows) + "\n", "utf-8")
    taken = 2000.0 * 1500.0
    found = assess_scenario(ws, sites((square(0, 1000, 2000, 1500), "boiler"))).targets
    found = found.query("site_id.isna() and profile == 'with_cropland'").iloc[0]
    zone, bare = 5000.0 * 10_000.0, 2000.0 * 2000.0
    share = (0.9 * (zone - bare) + 0.2 * bare) / zone
    after = (0.9 * (zone - bare - taken) + 0.2 * bare) / zone
    assert found["adjusted_before"] == pytest.approx(100 * share, abs=1e-3)
    assert found["adjusted_after"] == pytest.approx(100 * after, abs=1e-3)
    assert (found["status_before"], found["status_after"]) == ("met", "met")
    trees, crops = zone / 2 - bare, zone / 2
    trees = 2500.0 * 10_000.0 - bare - taken
    crops = 2500.0 * 10_000.0
    variance = ((trees**2 + crops**2) * 0.09 + bare**2 * 0.16) / 99 / zone**2
    assert found["ci_high_after"] - found["adjusted_after"] == pytest.approx(196 * variance**0.5, abs=1e-3)


def test_points_and_lines_take_land_only_with_a_radius(make: Any, sites: Any, square: Any) -> None:
    """Without a radius they take nothing and are named; with one, the ground around them."""
    middle = square(1000, 1000, 1000).centroid
    line = shapely.LineString([(middle.x, middle.y + 2000), (middle.x + 1000, middle.y + 2000)])
    rows = [(middle, "boiler"), (line, "boiler"), (middle, "school"), (line, "school")]
    scenario = assess_scenario(make(), sites(*rows, radius={2: 100.0, 3: 50.0}))
    assert scenario.sites["use"].tolist() == ["no_extent", "no_extent", "built_on", "built_on"]
    said = [one for one in scenario.notices if one.key == "assess.scenario_no_extent"]
    assert said[0].fields["sites"] == "S1, S2"
    assert row(scenario, "barrier", "S3")["lost_m2"] == pytest.approx(np.pi * 100**2, rel=2e-3)
    assert row(scenario, "barrier", "S4")["lost_m2"] == pytest.approx(1000 * 100 + np.pi * 50**2, rel=2e-3)


def test_only_what_the_pack_declares_keeps_its_land(make: Any, sites: Any, square: Any) -> None:
    """A tag keeps land cover only where the rule pack says so of it; an unknown kind of project is built."""
    ws = make()
    rows = [(square(1000 * i, 1000, 900), kind) for i, kind in enumerate(("wetland", None, "no such kind"))]
    assert assess_scenario(ws, sites(*rows)).sites["use"].tolist() == ["built_on"] * 3
    pack = ws.folder / "little.toml"
    text = pack.read_text("utf-8").replace('en = "restoration" }', 'en = "restoration", keeps_cover = true }', 1)
    pack.write_text(text, "utf-8")
    scenario = assess_scenario(ez.open_workspace(ws.folder), sites(*rows))
    assert scenario.sites["use"].tolist() == ["cover_kept", "built_on", "built_on"]
    assert "S1" not in set(scenario.effects["site_id"])


def test_a_site_that_cannot_be_trusted_leaves_the_scenario_incomplete(make: Any, sites: Any, square: Any) -> None:
    """The sum is too small then: it is said, with the site's name, and never passed over."""
    shapes = square(1000, 1000, 900), None
    corner = square(3000, 3000, 900).bounds
    bow_tie = shapely.Polygon([corner[:2], corner[2:], (corner[2], corner[1]), (corner[0], corner[3])])
    scenario = assess_scenario(make(), sites((shapes[0], "boiler"), (shapes[1], "boiler"), (bow_tie, "boiler")))
    assert not scenario.complete
    assert scenario.sites["use"].tolist() == ["built_on", "not_usable", "not_usable"]
    said = next(one for one in scenario.notices if one.key == "assess.scenario_not_usable")
    assert (said.severity, said.fields["sites"]) == ("warning", "S2, S3")


def test_places_are_the_bare_ground_that_sites_leave(make: Any, sites: Any, square: Any) -> None:
    """4 km² of bare ground less the site on part of it, by subdistrict; zones that lose nothing are not listed."""
    scenario = assess_scenario(make(), sites((square(500, 7000, 1000, 1500), "boiler")))
    places = scenario.places
    assert set(places["code"]) == {BARE}
    assert "barrier:2" not in set(places["zone"])
    whole = places.query("zone == 'barrier:1' and in_subdistrict.isna()")["area_m2"]
    assert whole.tolist() == pytest.approx([2000**2 - 500 * 1000], rel=1e-4)
    parts = places.query("zone == 'barrier:1' and in_subdistrict.notna()")
    assert parts["in_subdistrict"].tolist() == ["丙"]
    assert "assess.scenario_places" in {one.key for one in scenario.notices}


def test_ground_without_data_is_said(make: Any, sites: Any, square: Any) -> None:
    """What the raster does not know may be lost as well: its area stands beside the loss, with a warning."""
    codes = board()
    codes[-4:, :4] = 0
    scenario = assess_scenario(make(codes), sites((square(1000, 1000, 2000), "boiler")))
    found = row(scenario, "barrier:1")
    assert found["unknown_m2"] == pytest.approx(1000 * 1000, rel=1e-4)
    assert found["lost_m2"] == pytest.approx(3_000_000, rel=1e-4)
    assert "assess.scenario_unknown" in {one.key for one in scenario.notices}


def test_the_year_decides_and_later_ones_are_not_looked_at(make: Any, sites: Any, square: Any) -> None:
    """Figures are those of the year asked for, even where a later one is there; an unknown year is refused."""
    codes = board()
    codes[:] = BUILT
    ws = make(codes)
    site = sites((square(1000, 1000, 2000), "boiler"))
    assert assess_scenario(ws, site).effects["lost_m2"].eq(0).all()
    early = assess_scenario(ws, site, year=2020)
    assert early.year == 2020
    assert row(early, "barrier")["lost_m2"] > 0
    with pytest.raises(WorkspaceError, match="2021"):
        assess_scenario(ws, site, year=2021)


def test_without_land_cover_there_is_no_scenario(little: Any, sites: Any, square: Any) -> None:
    """Nothing is made up where nothing was measured."""
    ws = little(red_line=[(square(0, 0, 1000), {})])
    with pytest.raises(WorkspaceError) as caught:
        assess_scenario(ws, sites((square(0, 0, 100), "boiler")))
    assert caught.value.key == "assess.scenario_no_landcover"


def test_other_crs_and_order_do_not_matter(make: Any, sites: Any, square: Any) -> None:
    """Sites in degrees and in another order take the same."""
    ws = make()
    rows = [(square(1000, 1000, 900), "boiler"), (square(1500, 1500, 900), "school")]
    one = assess_scenario(ws, sites(*rows))
    frame: gpd.GeoDataFrame = sites(*rows).to_crs(4490).iloc[::-1]
    other = assess_scenario(ws, frame)
    for zone in ("barrier", "barrier:1"):
        assert row(other, zone)["lost_m2"] == pytest.approx(row(one, zone)["lost_m2"], abs=0.5)
        assert row(other, zone, "S1")["lost_m2"] == pytest.approx(row(one, zone, "S1")["lost_m2"], abs=0.5)
    assert isinstance(other.places, pd.DataFrame)
