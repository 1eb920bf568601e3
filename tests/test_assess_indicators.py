"""Indicators: numbers that one can work out on a chessboard, and the cases in which nothing may be claimed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import ecozone as ez
from ecozone.errors import WorkspaceError
from ecozone.notices import notices_of
from ecozone.workspace import Workspace

TREES, CROPLAND, BUILT, WATER = 10, 40, 50, 80


def quarters(a: int, b: int, c: int, d: int) -> np.ndarray:
    """Return 1,000 × 1,000 cells in four quarters: north-west, north-east, south-west, south-east."""
    codes = np.empty((1000, 1000))
    codes[:500, :500], codes[:500, 500:], codes[500:, :500], codes[500:, 500:] = a, b, c, d
    return codes


TARGET = """
[[targets]]
indicator = "blue_green_ratio"
zone = "barrier:1"
baseline = { year = 2020, value = 75.0 }
target = { year = 2025, value = 85.0, kind = "约束性" }
source = "规划"

[[targets]]
indicator = "forest_coverage"
zone = "district"
baseline = { year = 2020, value = 9.7 }
target = { year = 2025, value = 9.9 }
source = "规划"
"""


@pytest.fixture
def ws(little: Any, square: Any, with_rasters: Any) -> Workspace:
    """A barrier of two levels: level 1 the western half, level 2 the eastern."""
    plain = little(
        red_line=[(square(0, 0, 1000, 1000), {})],
        barrier=[(square(0, 0, 5000, 10_000), {"level": 1}), (square(5000, 0, 5000, 10_000), {"level": 2})],
    )
    years = {2020: quarters(TREES, BUILT, CROPLAND, WATER), 2025: quarters(WATER, BUILT, BUILT, WATER)}
    made: Workspace = with_rasters(plain, years, TARGET)
    return made


def one(ratios: pd.DataFrame, zone: str, indicator: str, year: int, profile: str | None = None) -> Any:
    rows = ratios[(ratios["zone"] == zone) & (ratios["indicator"] == indicator) & (ratios["year"] == year)]
    rows = rows[rows["profile"] == profile] if profile else rows
    assert len(rows) == 1
    return rows.iloc[0]


def test_quarters_give_quarters(ws: Workspace) -> None:
    """Trees and cropland fill level 1: 100 % with cropland, 50 % without; half of level 2 is water."""
    ratios = ez.assess_indicators(ws)
    wide = one(ratios, "barrier:1", "blue_green_ratio", 2020, "with_cropland")
    assert wide["value"] == pytest.approx(100, abs=1e-4)
    assert one(ratios, "barrier:1", "blue_green_ratio", 2020, "without_cropland")["value"] == pytest.approx(
        50, abs=1e-2
    )
    assert one(ratios, "barrier:2", "blue_green_ratio", 2020, "with_cropland")["value"] == pytest.approx(50, abs=1e-2)
    assert one(ratios, "district", "tree_cover", 2020)["value"] == pytest.approx(25, abs=1e-2)


def test_the_whole_is_the_sum_of_its_levels(ws: Workspace) -> None:
    """Law 6: numerators of the levels add up to the barrier's, whose ratio is not the mean of theirs by chance."""
    ratios = ez.assess_indicators(ws).query("indicator == 'blue_green_ratio' and profile == 'with_cropland'")
    for year in (2020, 2025):
        parts = ratios[(ratios["year"] == year) & ratios["zone"].isin(["barrier:1", "barrier:2"])]["numerator_m2"].sum()
        assert one(ratios, "barrier", "blue_green_ratio", year)["numerator_m2"] == pytest.approx(parts, rel=1e-9)


def test_a_target_is_judged_in_its_year_with_the_gap(ws: Workspace) -> None:
    """Half of level 1 is blue-green in 2025 where 85 % is asked: missed by the count, and 35 % of its area short."""
    ratios = ez.assess_indicators(ws)
    row = one(ratios, "barrier:1", "blue_green_ratio", 2025, "with_cropland")
    assert (row["status"], row["by_count"]) == ("cannot_tell", "missed")
    assert (row["target"], row["target_year"]) == (85.0, 2025)
    assert row["gap_m2"] == pytest.approx(0.35 * row["zone_m2"], rel=1e-3)
    assert one(ratios, "barrier:1", "blue_green_ratio", 2020, "with_cropland")["status"] is None


def test_tree_cover_never_claims_the_forest_target(ws: Workspace) -> None:
    """A satellite's trees stand beside the target of the forest regulations and do not decide it."""
    row = one(ez.assess_indicators(ws), "district", "tree_cover", 2025)
    assert (row["status"], row["by_count"], row["target"]) == ("cannot_tell", None, 9.9)


def test_a_raster_that_knows_half_a_zone_decides_nothing(little: Any, square: Any, with_rasters: Any) -> None:
    """Half of the ground without data: the ratio is of the whole zone, the valid share is said, no target is judged."""
    plain = little(red_line=[(square(0, 0, 100), {})], barrier=[(square(0, 0, 10_000), {"level": 1})])
    ratios = ez.assess_indicators(with_rasters(plain, {2025: quarters(WATER, 0, WATER, 0)}, TARGET))
    row = one(ratios, "barrier:1", "blue_green_ratio", 2025, "with_cropland")
    assert row["valid_share"] == pytest.approx(0.5, abs=1e-4)
    assert row["value"] == pytest.approx(50, abs=1e-2)
    assert row["value_of_valid"] == pytest.approx(100, abs=1e-4)
    assert row["status"] == "cannot_tell"
    assert any(notice.key == "assess.part_valid" for notice in notices_of(ratios))


def test_a_baseline_unlike_the_published_one_is_said(ws: Workspace) -> None:
    """The plan starts level 1 at 75 %, the raster says 100 %: the reader is told."""
    said = [notice for notice in notices_of(ez.assess_indicators(ws)) if notice.key == "assess.baseline_differs"]
    assert [notice.place.layer for notice in said] == ["barrier:1"]


def test_a_year_without_raster_is_refused(ws: Workspace) -> None:
    """Nothing is interpolated: the years that exist are named."""
    with pytest.raises(WorkspaceError, match="2020"):
        ez.assess_indicators(ws, years=[2023])


def test_the_demonstration_starts_where_the_plan_does(tmp_path: Path) -> None:
    """75.00, 60.00, 9.70 and 42.59 % in 2020; in 2025 level 1 counts less than 85 %, the barrier more than 65."""
    ratios = ez.assess_indicators(ez.open_workspace("demo"))
    start = [
        one(ratios, "barrier:1", "blue_green_ratio", 2020, "with_cropland"),
        one(ratios, "barrier", "blue_green_ratio", 2020, "with_cropland"),
        one(ratios, "district", "tree_cover", 2020),
        one(ratios, "built_up", "greening_coverage", 2020),
    ]
    assert [round(row["value"], 2) for row in start] == [75.00, 60.00, 9.70, 42.59]
    assert one(ratios, "barrier:1", "blue_green_ratio", 2025, "with_cropland")["by_count"] == "missed"
    assert one(ratios, "barrier", "blue_green_ratio", 2025, "with_cropland")["by_count"] == "met"
    assert set(ratios["status"].dropna()) == {"cannot_tell"}
    assert ratios.query("indicator == 'red_line_area'")["value"].iloc[0] == pytest.approx(3.66, abs=0.005)
