"""The annual account on a chessboard: what samples prove of zones and targets, and what they do not."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import ecozone as ez
from ecozone.assess import Account, assess_account
from ecozone.errors import EcozoneError, InputError
from ecozone.workspace import Workspace

TREES, CROPLAND, BUILT, WATER = 10, 40, 50, 80
E0, N0 = 525_000.0, 4_325_000.0

TARGET = """
[[targets]]
indicator = "blue_green_ratio"
zone = "barrier:1"
baseline = { year = 2020, value = 50.0 }
target = { year = 2025, value = 70.0, kind = "约束性" }
source = "规划"
clause = "指标21"
"""


def board(trees: float, built: float) -> np.ndarray:
    """Return 100 × 100 cells: trees from the north in both halves, built ground below, water in the rest."""
    codes = np.full((100, 100), WATER)
    codes[: round(100 * trees)] = TREES
    codes[round(100 * trees) : round(100 * (trees + built))] = BUILT
    return codes


@pytest.fixture
def make(little: Any, square: Any, with_rasters: Any) -> Callable[..., Workspace]:
    """Make a barrier of two halves with land cover of some years, samples and targets."""

    def made(years: dict[int, np.ndarray], samples: dict[int, str], targets: str = TARGET, inline: str = "") -> Any:
        ws = little(
            red_line=[(square(0, 0, 1000, 1000), {})],
            barrier=[(square(0, 0, 5000, 10_000), {"level": 1}), (square(5000, 0, 5000, 10_000), {"level": 2})],
        )
        for year, text in samples.items():
            (ws.folder / f"s{year}.csv").write_text(text, "utf-8")
        words = "[landcover.samples]\n" + "".join(f'{year} = "s{year}.csv"\n' for year in samples)
        return with_rasters(ws, years, (inline or words) + targets)

    return made


def sampled(zone: str, cells: dict[tuple[int, int], int]) -> str:
    """Write counted samples: {(map, reference): count}."""
    rows = [f"{zone},{mapped},{reference},{count}" for (mapped, reference), count in cells.items()]
    return "\n".join(["zone,map,reference,count", *rows]) + "\n"


def ratio(account: Account, zone: str, year: int, indicator: str = "blue_green_ratio") -> Any:
    rows = account.ratios.query("zone == @zone and year == @year and indicator == @indicator")
    return rows[rows["profile"].isin(["with_cropland", None])].iloc[0]


def target(account: Account, profile: str = "with_cropland") -> Any:
    return account.targets[account.targets["profile"] == profile].iloc[0]


GOOD = {(TREES, TREES): 190, (TREES, BUILT): 10, (BUILT, BUILT): 90, (BUILT, TREES): 10}


def test_samples_correct_the_count_and_give_the_interval(make: Any) -> None:
    """80 % trees of which 5 % are built, 20 % built of which 10 % are trees: 78 %, with the error by hand."""
    account = assess_account(make({2025: board(0.8, 0.2)}, {2025: sampled("barrier:1", GOOD)}))
    row = ratio(account, "barrier:1", 2025)
    se = 100 * math.sqrt(0.8**2 * 0.05 * 0.95 / 199 + 0.2**2 * 0.1 * 0.9 / 99)
    assert row["value"] == pytest.approx(80, abs=1e-3)
    assert row["adjusted"] == pytest.approx(78, abs=1e-3)
    assert row["se"] == pytest.approx(se, rel=1e-4)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((78 - 1.96 * se, 78 + 1.96 * se), abs=1e-3)
    assert (row["status"], row["by_count"]) == ("met", "met")
    assert row["gap_m2"] == pytest.approx(-0.08 * row["zone_m2"], rel=1e-3)


@pytest.mark.parametrize(
    ("aim", "status", "by_count"), [(70.0, "met", "met"), (79.0, "cannot_tell", "met"), (79.9, "cannot_tell", "met")]
)
def test_met_needs_the_interval_not_the_point(make: Any, aim: float, status: str, by_count: str) -> None:
    """The count says 80 %: at 70 % that is proven, at 79 % the interval straddles the target."""
    targets = TARGET.replace("value = 70.0", f"value = {aim}")
    account = assess_account(make({2025: board(0.8, 0.2)}, {2025: sampled("barrier:1", GOOD)}, targets))
    row = target(account)
    assert (row["status"], row["by_count"], row["basis"]) == (status, by_count, "samples")
    assert (row["kind"], row["source"], row["clause"]) == ("binding", "规划", "指标21")


def test_missed_is_proven_too(make: Any) -> None:
    """The count says 80 %, the samples 40 %: the target of 70 % is missed, whatever the map shows."""
    wrong = {(TREES, TREES): 100, (TREES, BUILT): 100, (BUILT, BUILT): 99, (BUILT, TREES): 1}
    row = target(assess_account(make({2025: board(0.8, 0.2)}, {2025: sampled("barrier:1", wrong)})))
    assert (row["status"], row["by_count"]) == ("missed", "met")


def test_without_samples_the_needed_accuracy_is_told(make: Any) -> None:
    """10 points above the target are proven by a standard error below 10/1.96; nothing is claimed before."""
    row = target(assess_account(make({2025: board(0.8, 0.2)}, {}, TARGET)))
    assert (row["status"], row["by_count"], row["basis"]) == ("cannot_tell", "met", "count")
    assert row["needed_se"] == pytest.approx(10 / 1.96, abs=1e-3)
    assert "5.10" in row["reason"]
    assert math.isnan(row["se"])


def test_levels_fill_the_barrier_and_not_the_district_beyond(make: Any, little: Any) -> None:
    """Samples of both levels give the whole barrier an interval whose share is the mean of theirs, by area."""
    second = {(TREES, TREES): 50, (TREES, BUILT): 50, (BUILT, BUILT): 50, (BUILT, TREES): 50}
    text = sampled("barrier:1", GOOD) + sampled("barrier:2", second).partition("\n")[2]
    account = assess_account(make({2025: board(0.8, 0.2)}, {2025: text}))
    one, two, whole = (ratio(account, zone, 2025) for zone in ("barrier:1", "barrier:2", "barrier"))
    assert whole["adjusted"] == pytest.approx((one["adjusted"] + two["adjusted"]) / 2, abs=1e-2)
    assert whole["se"] == pytest.approx(math.hypot(one["se"], two["se"]) / 2, rel=1e-3)
    # The district is the same ground, and so has the same samples; the red line is a part that they do not fill.
    assert ratio(account, "district", 2025)["adjusted"] == pytest.approx(whole["adjusted"], abs=1e-6)
    assert math.isnan(ratio(account, "red_line", 2025)["se"])


def test_the_accuracy_table_adds_up(make: Any) -> None:
    """Law 6: adjusted areas of the classes sum to the zone, and overall accuracy stands at each."""
    account = assess_account(make({2025: board(0.8, 0.2)}, {2025: sampled("barrier:1", GOOD)}))
    mine = account.accuracy[account.accuracy["zone"] == "barrier:1"]
    assert mine["adjusted_m2"].sum() == pytest.approx(ratio(account, "barrier:1", 2025)["zone_m2"], rel=1e-6)
    assert mine["overall_accuracy"].iloc[0] == pytest.approx(0.8 * 0.95 + 0.2 * 0.9, abs=1e-4)
    assert mine["label"].tolist() == ["树木", "建成区"]


def test_a_change_is_significant_only_beyond_its_interval(make: Any) -> None:
    """From 50 to 80 % is significant; from 78 to 80 % with the same samples is not; variances add up."""

    def account(before: float) -> Any:
        years = {2020: board(before, 1 - before), 2025: board(0.8, 0.2)}
        return target(assess_account(make(years, {2020: sampled("barrier:1", GOOD), 2025: sampled("barrier:1", GOOD)})))

    large, small = account(0.5), account(0.78)
    assert (large["change_significant"], small["change_significant"]) == (True, False)
    assert large["change"] == pytest.approx(0.85 * 30, abs=1e-2)
    assert small["change_low"] < 0 < small["change_high"]
    assert large["actual_pace"] == pytest.approx((78 - 50) / 5, abs=1e-3)
    assert large["required_pace"] == pytest.approx(4.0)


def test_five_points_of_change_need_errors_below_1_8(make: Any) -> None:
    """A rise from 60 to 65 % is significant at 95 % only where both years' standard errors are below 1.80 points."""
    row = target(assess_account(make({2020: board(0.60, 0.4), 2025: board(0.65, 0.35)}, {})))
    assert row["change"] == pytest.approx(5, abs=1e-3)
    assert round(row["change_needed_se"], 2) == 1.80
    assert row["change_significant"] is None


def test_before_the_target_year_the_line_of_all_years_decides(make: Any) -> None:
    """50, 56 and 62 % in 2020, 2021 and 2022 come to 80 % in 2025 by count, and reach 70 in 2024."""
    years = {2020 + i: board(0.5 + 0.06 * i, 0.5 - 0.06 * i) for i in range(3)}
    row = target(assess_account(make(years, {})))
    assert (row["year"], row["status"], row["by_count"]) == (2022, "cannot_tell", "on_track")
    assert (row["projected"], row["attainment_year"]) == (pytest.approx(80, abs=1e-2), 2024)
    assert row["method"] == "line_of_measured_years"
    assert row["progress"] == pytest.approx(12 / 20, abs=1e-3)
    assert row["needed_pace"] == pytest.approx(8 / 3, abs=1e-3)


def test_the_baseline_year_alone_says_nothing_of_the_target(make: Any) -> None:
    """With 2020 alone there is no pace and no outlook: cannot tell, and the reason."""
    row = target(assess_account(make({2020: board(0.5, 0.5)}, {})))
    assert (row["status"], row["by_count"], row["year"]) == ("cannot_tell", None, 2020)
    assert math.isnan(row["actual_pace"])
    assert row["needed_pace"] == pytest.approx(4, abs=1e-3)
    assert row["reason"]


def test_a_year_after_the_target_does_not_stand_in_for_it(make: Any) -> None:
    """2022 and 2026 were measured, 2025 was not: whether 2025's target was met cannot be told."""
    row = target(assess_account(make({2020: board(0.5, 0.5), 2022: board(0.6, 0.4), 2026: board(0.9, 0.1)}, {})))
    assert (row["status"], row["by_count"], row["year"]) == ("cannot_tell", None, 2022)
    assert "2025" in row["reason"]


def test_strata_that_are_no_map_classes(make: Any) -> None:
    """Two strata of 60 and 40 % of level 1: the share is weighed by them, not by the map's classes."""
    area = float(ez.assess_indicators(make({2025: board(0.8, 0.2)}, {}))["zone_m2"].max()) / 2
    rows = [f"barrier:1,a,{0.6 * area},10,{ref},{n}" for ref, n in ((10, 90), (50, 10))]
    rows += [f"barrier:1,b,{0.4 * area},50,{ref},{n}" for ref, n in ((10, 30), (50, 70))]
    text = "\n".join(["zone,stratum,stratum_m2,map,reference,count", *rows])
    row = ratio(assess_account(make({2025: board(0.8, 0.2)}, {2025: text})), "barrier:1", 2025)
    assert row["adjusted"] == pytest.approx(66, abs=0.05)


def placed(zone: str, points: list[tuple[float, float, int, int]], crs: str = "EPSG:4548") -> gpd.GeoDataFrame:
    """Return samples at metres east and north of the district's corner."""
    frame = pd.DataFrame(points, columns=["x", "y", "map", "reference"])
    shapes = gpd.points_from_xy(E0 + frame["x"], N0 + frame["y"])
    return gpd.GeoDataFrame(
        {"zone": zone, "map": frame["map"], "reference": frame["reference"]}, geometry=shapes, crs=crs
    )


def grid(reference: int = TREES) -> list[tuple[float, float, int, int]]:
    """Return 40 places in level 1: trees above 2000 m north, built ground below."""
    places = [(250.0 + 480 * i, 1000.0 + 2500 * j) for i in range(10) for j in range(4)]
    found = [(x, y, TREES if y > 2000 else BUILT, TREES if y > 2000 else BUILT) for x, y in places]
    return [(*found[0][:3], reference), *found[1:]]


def with_points(make: Any, frames: dict[int, gpd.GeoDataFrame], tmp_path: Path) -> Workspace:
    for year, frame in frames.items():
        frame.to_file(tmp_path / f"{year}.gpkg", driver="GPKG")
    words = "[landcover.samples]\n" + "".join(f'{year} = "{tmp_path / str(year)}.gpkg"\n' for year in frames)
    years = {year: board(0.8, 0.2) for year in frames}
    made: Workspace = make(years, {}, inline=words)
    return made


def test_places_of_which_some_were_read_in_both_years_give_no_interval_of_change(make: Any, tmp_path: Path) -> None:
    """Half of the places again: their errors neither add up nor are those of one sample; apart they add up."""
    first = placed("barrier:1", grid())
    moved = [(x + 40, y + 40, a, b) for x, y, a, b in grid()]
    half = placed("barrier:1", [*grid()[:20], *moved[20:]])
    mixed = target(assess_account(with_points(make, {2020: first, 2025: half}, tmp_path)))
    apart = target(assess_account(with_points(make, {2020: first, 2025: placed("barrier:1", moved)}, tmp_path)))
    assert (mixed["change_significant"], mixed["basis"]) == (None, "samples")
    assert math.isnan(mixed["change_low"])
    assert (apart["change_significant"], apart["basis"]) == (False, "samples")


def both_years(make: Any, tmp_path: Path, first: list[int], second: list[int], more: str = "") -> Workspace:
    """Make one sample of two strata, half of level 1 each, read in 2020 and 2025, each in a column of its own."""
    ws = make({2020: board(0.5, 0.5), 2025: board(0.5, 0.5)}, {})
    area = float(ez.assess_indicators(ws)["zone_m2"].max()) / 4
    places = [(250.0 + 225 * i, 500.0 + 2250 * j) for j in range(4) for i in range(20)]
    frame = placed("barrier:1", [(x, y, 0, 0) for x, y in places]).drop(columns=["map", "reference"])
    frame["stratum"], frame["stratum_m2"] = ["south"] * 40 + ["north"] * 40, area
    frame["ref20"], frame["ref25"] = first, second
    frame.to_file(tmp_path / "both.gpkg", driver="GPKG")
    file = f'path = "{tmp_path / "both.gpkg"}", reference'
    words = f'[landcover.samples]\n2020 = {{ {file} = "ref20" }}\n2025 = {{ {file} = "{more or "ref25"}" }}\n'
    made: Workspace = make({2020: board(0.5, 0.5), 2025: board(0.5, 0.5)}, {}, inline=words)
    return made


def test_one_sample_read_in_two_years_gives_the_change_its_own_interval(make: Any, tmp_path: Path) -> None:
    """Of 40 southern places 8 became trees, of 40 northern ones 2 were lost: the mean of the differences, by hand."""
    first = [BUILT] * 38 + [TREES] * 2 + [TREES] * 36 + [BUILT] * 4
    second = [TREES] * 8 + [BUILT] * 30 + [TREES] * 2 + [BUILT] * 2 + [TREES] * 34 + [BUILT] * 4
    row = target(assess_account(both_years(make, tmp_path, first, second)))
    change = 100 * (8 / 40 - 2 / 40) / 2
    south, north = (share * (1 - share) / 39 for share in (8 / 40, 2 / 40))
    se = 100 * math.sqrt((south + north) / 4)
    assert (row["basis"], row["change"]) == ("samples", pytest.approx(change, abs=1e-6))
    assert (row["change_high"] - row["change_low"]) / 2 == pytest.approx(1.96 * se, rel=1e-6)
    assert row["change_significant"] is True
    # Taken for two samples drawn apart, the same change would not be significant.
    alone = [100 * math.sqrt(sum(p * (1 - p) / 39 for p in parts) / 4) for parts in ((0.05, 0.9), (0.25, 0.85))]
    assert 1.96 * math.hypot(*alone) > change


def test_rows_of_one_file_are_one_sample_without_places_too(make: Any, tmp_path: Path) -> None:
    """The same readings in a table without places; where two samples share a row there is no interval."""
    first = [BUILT] * 38 + [TREES] * 2 + [TREES] * 36 + [BUILT] * 4
    second = [TREES] * 8 + [BUILT] * 30 + [TREES] * 2 + [BUILT] * 2 + [TREES] * 34 + [BUILT] * 4
    placed_row = target(assess_account(both_years(make, tmp_path, first, second)))
    table = gpd.read_file(tmp_path / "both.gpkg").drop(columns="geometry").assign(map=TREES)
    rows = []
    for counts in (1, 2):
        table.assign(count=counts).to_csv(tmp_path / "both.csv", index=False)
        file = f'path = "{tmp_path / "both.csv"}", reference'
        words = f'[landcover.samples]\n2020 = {{ {file} = "ref20" }}\n2025 = {{ {file} = "ref25" }}\n'
        years = {2020: board(0.5, 0.5), 2025: board(0.5, 0.5)}
        account = assess_account(make(years, {}, inline=words))
        assert "assess.samples_apart_assumed" not in {one.key for one in account.notices}
        rows.append(target(account))
    assert rows[0]["change_low"] == pytest.approx(placed_row["change_low"], abs=1e-9)
    assert rows[1]["change_significant"] is None


def test_one_sample_in_which_nothing_changed_proves_no_change_away(make: Any, tmp_path: Path) -> None:
    """Among 80 places none changed: that shows no error, and is no proof that nothing did."""
    same = [BUILT] * 38 + [TREES] * 2 + [TREES] * 36 + [BUILT] * 4
    assert target(assess_account(both_years(make, tmp_path, same, same)))["change_significant"] is None


def test_one_column_for_two_years_is_refused(make: Any, tmp_path: Path) -> None:
    """What stood there in 2020 is not what stood there in 2025; a column that is not there names the nearest."""
    same = [BUILT] * 40 + [TREES] * 40
    with pytest.raises(EcozoneError) as caught:
        both_years(make, tmp_path, same, same, more="ref20")
    assert [trouble.key for trouble in caught.value.troubles] == ["workspace.samples_same_column"]
    with pytest.raises(InputError) as lacking:
        assess_account(both_years(make, tmp_path, same, same, more="ref2025"))
    assert lacking.value.key == "landcover.samples_no_column"
    assert "ref25" in str(lacking.value)


def test_samples_without_places_are_taken_as_drawn_apart_and_it_is_said(make: Any) -> None:
    """Two tables of counts: nobody can see whether the same places were read."""
    years = {2020: board(0.5, 0.5), 2025: board(0.8, 0.2)}
    account = assess_account(make(years, {2020: sampled("barrier:1", GOOD), 2025: sampled("barrier:1", GOOD)}))
    assert "assess.samples_apart_assumed" in {one.key for one in account.notices}


OWN = (
    TARGET
    + """
[profiles."林水"]
blue_green_ratio = [10, 80]
"""
)


def test_a_profile_of_the_users_own_stands_beside_the_packaged_ones(make: Any) -> None:
    """Trees and water alone: 80 % under every profile but one of built ground; the target has a row for each."""
    own = OWN + '[profiles."建成"]\nblue_green_ratio = [50]\n'
    account = assess_account(make({2025: board(0.8, 0.15)}, {}, own), by=["resolved"])
    rows = account.ratios.query("zone == 'barrier:1' and indicator == 'blue_green_ratio'").set_index("profile")
    assert list(rows.index) == ["with_cropland", "without_cropland", "林水", "建成"]
    assert rows["value"].round(6).tolist() == [85.0, 85.0, 85.0, 15.0]
    assert account.targets["profile"].tolist() == list(rows.index)
    assert set(account.breakdown["profile"].dropna()) == set(rows.index)


def test_the_users_own_profile_may_come_first_and_be_a_file(make: Any, tmp_path: Path) -> None:
    """``profile`` of ``[landcover]`` names it, or its file, whose indicators beside are reported too."""
    declared = (
        'profile = "建成"\n' + TARGET + '[profiles."建成"]\nblue_green_ratio = [50]\nforest_coverage = [10, 80]\n'
    )
    ws = make({2025: board(0.8, 0.15)}, {}, inline=declared, targets="")
    assert ws.landcover.first_profile.name == "建成"
    row = target(assess_account(ws), "建成")
    assert (row["value"], row["required_pace"]) == (pytest.approx(15, abs=1e-6), pytest.approx(4.0))
    trees = ez.assess_indicators(ws).query("zone == 'barrier:1' and indicator == 'tree_cover'").set_index("profile")
    assert trees["value"].round(6).to_dict() == {None: 80.0, "建成": 85.0}
    file = tmp_path / "own.toml"
    words = 'name = "裸地"\ntitle = { zh = "裸地", en = "bare" }\nbase = "without_cropland"\nscheme = "worldcover"\n'
    file.write_text(words + "[include]\nblue_green_ratio = [50]\n", "utf-8")
    ws = make({2025: board(0.8, 0.15)}, {}, inline=f'profile = "{file}"\n' + TARGET, targets="")
    assert target(assess_account(ws), "裸地")["value"] == pytest.approx(100)
    assert file in ws.inputs.values()


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ("[profiles.a]\nblue_green_ratio = [11]\n", "landcover.profile_codes"),
        ("[profiles.with_cropland]\n", "workspace.profile_name_taken"),
        ("[profiles.a]\nblue_gren_ratio = [10]\n", "workspace.key_misspelt"),
        ("[profiles.a]\nblue_green_ratio = 10\n", "workspace.value_not_list"),
        ('[profiles.a]\nbase = "b"\n', "workspace.value_no_choice"),
    ],
)
def test_a_profile_that_cannot_be_counted_is_refused(make: Any, more: str, key: str) -> None:
    """Codes that the scheme does not have, a packaged name, a misspelt indicator: each told with its line."""
    with pytest.raises(EcozoneError) as caught:
        make({2025: board(0.8, 0.2)}, {}, TARGET + more)
    assert [trouble.key for trouble in caught.value.troubles] == [key]


def test_years_out_of_order_are_refused(make: Any) -> None:
    """A baseline after its target is told with its line."""
    with pytest.raises(EcozoneError) as caught:
        make({2025: board(0.8, 0.2)}, {}, TARGET.replace("year = 2020", "year = 2026"))
    assert [trouble.key for trouble in caught.value.troubles] == ["workspace.target_years"]


def test_a_reference_class_that_the_map_lacks_is_counted_and_one_of_no_scheme_refused(make: Any) -> None:
    """Grass found where the map knows trees and built ground has an adjusted area; the class 99 is in no legend."""
    cells = {**GOOD, (TREES, 30): 10}
    account = assess_account(make({2025: board(0.8, 0.2)}, {2025: sampled("barrier:1", cells)}))
    grass = account.accuracy[(account.accuracy["code"] == 30) & (account.accuracy["zone"] == "barrier:1")].iloc[0]
    assert grass["adjusted_m2"] == pytest.approx(
        0.8 * 10 / 210 * ratio(account, "barrier:1", 2025)["zone_m2"], rel=1e-4
    )
    assert math.isnan(grass["users_accuracy"])
    with pytest.raises(InputError) as caught:
        assess_account(make({2025: board(0.8, 0.2)}, {2025: sampled("barrier:1", {**GOOD, (TREES, 99): 1})}))
    assert caught.value.key == "landcover.samples_class"


def test_samples_that_all_agree_prove_nothing(make: Any, tmp_path: Path) -> None:
    """No error among 40 samples does not make the error zero: no interval, and nothing is met."""
    row = target(assess_account(with_points(make, {2025: placed("barrier:1", grid(BUILT))}, tmp_path)))
    assert (row["status"], math.isnan(row["se"])) == ("cannot_tell", True)


def test_the_map_class_is_read_where_it_is_not_written(make: Any, tmp_path: Path) -> None:
    """Points without a map class take that of the cell under them."""
    frame = placed("barrier:1", grid())
    written = ratio(assess_account(with_points(make, {2025: frame}, tmp_path)), "barrier:1", 2025)
    read = ratio(assess_account(with_points(make, {2025: frame.drop(columns="map")}, tmp_path)), "barrier:1", 2025)
    assert (read["adjusted"], read["se"]) == (written["adjusted"], written["se"])


@pytest.mark.parametrize(
    ("point", "key"),
    [
        ((7000.0, 5000.0, TREES, TREES), "assess.sample_outside"),
        ((1000.0, 5000.0, WATER, TREES), "assess.sample_other_map"),
    ],
)
def test_a_sample_in_another_place_is_refused(make: Any, tmp_path: Path, point: Any, key: str) -> None:
    """A point outside its zone, or on another class than it says, tests something else."""
    ws = with_points(make, {2025: placed("barrier:1", [*grid(), point])}, tmp_path)
    with pytest.raises(InputError) as caught:
        assess_account(ws)
    assert caught.value.key == key
    assert caught.value.remedy()


def test_a_rounded_place_still_tests_its_cell(make: Any, tmp_path: Path) -> None:
    """Coordinates written to the metre may fall into the next cell: that is no other map."""
    ws = with_points(make, {2025: placed("barrier:1", [*grid(), (1000.0, 1999.7, TREES, TREES)])}, tmp_path)
    assert ratio(assess_account(ws), "barrier:1", 2025)["se"] > 0


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (sampled("barrier:1", {(TREES, TREES): 9}), "assess.stratum_unsampled"),
        (sampled("barrier:1", {(TREES, TREES): 9, (BUILT, BUILT): 1}), "assess.accuracy_too_few"),
        (sampled("barrier:1", {**GOOD, (WATER, WATER): 5}), "assess.accuracy_stratum_unknown"),
        (sampled("barrier:9", GOOD), "workspace.zone_unknown"),
        (sampled("barrier_zone", GOOD), "assess.samples_zone_not_measured"),
        ("zone,map,reference\nbarrier:1,,10\n", "assess.sample_no_map"),
        ("zone,stratum,stratum_m2,map,reference\nbarrier:1,a,5000,10,10\n", "assess.strata_not_filling"),
    ],
)
def test_samples_that_the_estimator_does_not_cover_are_refused(make: Any, text: str, key: str) -> None:
    """Each case is an error of its own that says where and what to do."""
    with pytest.raises(EcozoneError) as caught:
        assess_account(make({2025: board(0.8, 0.2)}, {2025: text}))
    assert caught.value.key == key
    assert caught.value.remedy()


def test_an_error_matrix_of_a_declared_zone_counts_as_samples(make: Any) -> None:
    """A matrix says the same as a row for each of its cells."""
    matrix = "图上地类,10,50\n10,190,10\n50,10,90\n"
    inline = '[landcover.samples]\n2025 = { path = "s2025.csv", zone = "barrier:1" }\n'
    mine = ratio(assess_account(make({2025: board(0.8, 0.2)}, {2025: matrix}, inline=inline)), "barrier:1", 2025)
    rows = ratio(assess_account(make({2025: board(0.8, 0.2)}, {2025: sampled("barrier:1", GOOD)})), "barrier:1", 2025)
    assert (mine["adjusted"], mine["se"]) == (rows["adjusted"], rows["se"])


def test_a_handful_of_samples_gives_no_interval(make: Any) -> None:
    """Twenty samples of a zone have a standard error, but not one whose interval holds what it promises."""
    few = {(TREES, TREES): 9, (TREES, BUILT): 1, (BUILT, BUILT): 9, (BUILT, TREES): 1}
    row = target(assess_account(make({2025: board(0.8, 0.2)}, {2025: sampled("barrier:1", few)})))
    assert (row["status"], row["by_count"], math.isnan(row["se"])) == ("cannot_tell", "met", True)
    assert "20" in row["reason"]


def test_a_target_without_a_source_is_said(make: Any) -> None:
    """The auditor is told that nobody could look the figure up."""
    account = assess_account(make({2025: board(0.8, 0.2)}, {}, TARGET.replace('source = "规划"\n', "")))
    assert "assess.target_no_source" in {one.key for one in account.notices}
    assert target(account)["source"] is None


def test_samples_not_drawn_at_random_give_no_interval(make: Any) -> None:
    """Purposive or clustered samples have no estimator here: it is said, and nothing is proven."""
    inline = '[landcover.samples]\n2025 = { path = "s2025.csv", design = "purposive" }\n'
    account = assess_account(make({2025: board(0.8, 0.2)}, {2025: sampled("barrier:1", GOOD)}, inline=inline))
    assert target(account)["status"] == "cannot_tell"
    assert "assess.samples_not_random" in {one.key for one in account.notices}


@pytest.mark.parametrize("zone", ["barrier:9", "red_line:9"])
def test_a_target_of_a_zone_that_is_not_there_is_refused(make: Any, zone: str) -> None:
    """A target never vanishes: a level that the layer does not hold is an error that names what there is."""
    with pytest.raises(EcozoneError) as caught:
        assess_account(make({2025: board(0.8, 0.2)}, {}, TARGET.replace("barrier:1", zone)))
    assert zone in str(caught.value)


@pytest.mark.parametrize("indicator", ["greening_coverage", "red_line_area"])
def test_a_target_that_nothing_measures_keeps_its_row(make: Any, indicator: str) -> None:
    """Neither the greening nor the red-line area of a barrier is measured: cannot tell, and the reason."""
    account = assess_account(make({2025: board(0.8, 0.2)}, {}, TARGET.replace("blue_green_ratio", indicator)))
    row = account.targets.iloc[0]
    assert (len(account.targets), row["zone"], row["status"]) == (1, "barrier:1", "cannot_tell")
    assert row["reason"]
    assert math.isnan(row["value"])


RED_LINE = """
[[targets]]
indicator = "red_line_area"
zone = "red_line"
target = { year = 2025, value = 1.0 }
source = "规划"
"""


@pytest.mark.parametrize(
    ("since", "year", "aim", "status"),
    [
        (2022, 2025, 1.0, "met"),
        (2022, 2025, 1.1, "missed"),
        (2022, 2022, 1.0, "met"),
        (2022, 2021, 1.0, "cannot_tell"),
        (2022, 2035, 1.0, "on_track"),
        (2022, 2035, 1.1, "at_risk"),
        (2026, 2025, 1.0, "cannot_tell"),
        (2026, 2035, 1.0, "cannot_tell"),
        (None, 2025, 1.0, "cannot_tell"),
    ],
)
def test_a_layer_is_judged_of_the_years_that_it_holds(
    make: Any, since: int | None, year: int, aim: float, status: str
) -> None:
    """Land cover ends in 2025: 1 km² of 2022 tells nothing of years before, nothing final of years to come."""
    targets = RED_LINE.replace("2025, value = 1.0", f"{year}, value = {aim}")
    ws = make({2020: board(0.5, 0.5), 2025: board(0.8, 0.2)}, {}, targets)
    account = assess_account(dated(ws, since, "0.0"))
    row, ratios = account.targets.iloc[0], account.ratios.query("indicator == 'red_line_area'").iloc[0]
    assert (row["status"], ratios["status"]) == (status, status)
    assert row["reason"]
    assert row["value"] == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    ("accuracy", "aim", "status", "by_count"),
    [
        ("0.0", 1.0, "met", "met"),
        # 1 km² with a boundary of 4 km: ±5 m are between 0.98 and 1.02 km².
        ("5.0", 1.0, "cannot_tell", "met"),
        ("5.0", 1.02, "cannot_tell", "missed"),
        ("5.0", 0.98, "met", "met"),
        ("5.0", 1.03, "missed", "missed"),
        # What rounds to the plan's two decimals is no doubt.
        ("1.0", 1.0, "met", "met"),
        (None, 1.0, "cannot_tell", "met"),
    ],
)
def test_a_red_line_target_within_the_accuracy_of_the_boundary_cannot_be_told(
    make: Any, accuracy: str | None, aim: float, status: str, by_count: str
) -> None:
    """The least and the most area that the declared accuracy allows decide, and stand as the interval of the row."""
    ws = make({2020: board(0.5, 0.5), 2025: board(0.8, 0.2)}, {}, RED_LINE.replace("value = 1.0", f"value = {aim}"))
    account = assess_account(dated(ws, 2022, accuracy))
    row, ratios = account.targets.iloc[0], account.ratios.query("indicator == 'red_line_area'").iloc[0]
    for found in (row, ratios):
        assert (found["status"], found["by_count"]) == (status, by_count)
        assert math.isnan(found["se"])
    if accuracy is None:
        assert math.isnan(row["ci_low"])
        assert "accuracy_m" in row["reason"]
        return
    by = float(accuracy) / 1000.0
    # Eroded, a square; dilated, one with round corners.
    assert row["ci_low"] == pytest.approx((1 - 2 * by) ** 2, abs=2e-4)
    assert row["ci_high"] == pytest.approx(1 + 4 * by + math.pi * by**2, abs=2e-4)
    if status == "cannot_tell":
        assert f"±{float(accuracy):g}" in row["reason"]


def dated(ws: Any, since: int | None, accuracy: str | None) -> Any:
    """The workspace with a red line in force since a year, of an accuracy in metres."""
    head, red, tail = ws.file.read_text("utf-8").partition('role = "red_line"\n')
    tail = tail.replace("accuracy_m = 5.0\n", f"accuracy_m = {accuracy}\n" if accuracy else "", 1)
    ws.file.write_text(head + red + (f"valid_from = {since}-06-30\n" if since else "") + tail, "utf-8")
    return ez.open_workspace(ws.folder)


def test_an_account_up_to_a_year_does_not_judge_the_years_after_it(make: Any) -> None:
    """Up to 2020, a layer of 2022 says nothing; each of two targets of one layer has its own status."""
    two = RED_LINE + RED_LINE.replace("2025", "2035")
    ws = dated(make({2020: board(0.5, 0.5), 2025: board(0.8, 0.2)}, {}, two), 2022, "0.0")
    assert assess_account(ws).targets["status"].tolist() == ["met", "on_track"]
    assert assess_account(ws, years=[2020]).targets["status"].tolist() == ["cannot_tell", "cannot_tell"]


def test_all_figures_of_a_sampled_row_rest_on_the_samples(make: Any) -> None:
    """80 % by count, 78 % by samples of 2025 alone: against 79 % the row never says that the target is passed."""
    years = {2020: board(0.5, 0.5), 2025: board(0.8, 0.2)}
    targets = TARGET.replace("value = 70.0", "value = 79.0")
    row = target(assess_account(make(years, {2025: sampled("barrier:1", GOOD)}, targets)))
    assert (row["basis"], row["gap_m2"] > 0) == ("samples", True)
    assert row["progress"] == pytest.approx((78 - 50) / (79 - 50), abs=1e-4)
    assert row["actual_pace"] == pytest.approx((78 - 50) / 5, abs=1e-3)
    assert math.isnan(row["attainment_year"])
    assert math.isnan(row["change"])
    met = target(assess_account(make(years, {2025: sampled("barrier:1", GOOD)})))
    assert (met["basis"], met["status"], met["attainment_year"]) == ("samples", "met", 2025)


def test_a_target_that_was_reached_and_lost_is_not_reached(make: Any) -> None:
    """80 % in 2021 and 60 % in 2025 against 70 %: the row does not say that it was reached in 2021."""
    years = {2020: board(0.5, 0.5), 2021: board(0.8, 0.2), 2025: board(0.6, 0.4)}
    row = target(assess_account(make(years, {})))
    assert row["by_count"] == "missed"
    assert not row["attainment_year"] <= 2025


def test_progress_has_one_baseline_and_names_it(make: Any) -> None:
    """Published 60 %, measured 50 → 80 %, aim 85 %: (80 − 60)/(85 − 60); under another profile the measured one."""
    codes = {2020: board(0.5, 0.5), 2025: board(0.8, 0.2)}
    for year, rows in ((2020, 40), (2025, 45)):
        # Cropland, which the second profile leaves out.
        codes[year][:rows] = CROPLAND
    targets = TARGET.replace("value = 50.0", "value = 60.0").replace("value = 70.0", "value = 85.0")
    account = assess_account(make(codes, {}, targets))
    row, other = target(account), target(account, "without_cropland")
    assert (row["reckoned_from"], row["reckoned_as"]) == (60.0, "published_baseline")
    assert row["progress"] == pytest.approx(20 / 25, abs=1e-4)
    assert (row["required_pace"], row["actual_pace"]) == pytest.approx((5, 4), abs=1e-3)
    assert other["reckoned_as"] == "measured_baseline_of_profile"
    assert other["reckoned_from"] == pytest.approx(10, abs=1e-3)
    assert other["progress"] == pytest.approx((35 - 10) / (85 - 10), abs=1e-4)
    assert (other["required_pace"], other["actual_pace"]) == pytest.approx((15, 5), abs=1e-3)


def test_the_published_baseline_of_one_profile_starts_no_line_of_another(make: Any) -> None:
    """With 2022 alone measured, the line from the published figure is drawn under its own profile only."""
    account = assess_account(make({2022: board(0.6, 0.4)}, {}))
    assert target(account)["method"] == "line_from_published_baseline"
    other = target(account, "without_cropland")
    assert (other["method"], other["by_count"], other["status"]) == (None, None, "cannot_tell")
    assert math.isnan(other["actual_pace"])
