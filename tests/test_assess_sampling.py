"""The planned sample: sizes that one can work out, places drawn evenly, and a plan that comes back as evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

import ecozone as ez
from ecozone.assess import assess_account, plan_samples
from ecozone.errors import EcozoneError, GeometryError, OutputError
from ecozone.measure import codes_at, scatter
from ecozone.outputs import write_samples
from ecozone.workspace import Workspace

TREES, CROPLAND, BUILT, WATER = 10, 40, 50, 80
E0, N0 = 525_000.0, 4_325_000.0
TARGETS = """
[[targets]]
indicator = "blue_green_ratio"
zone = "barrier:1"
target = { year = 2025, value = 70.0 }
[[targets]]
indicator = "blue_green_ratio"
zone = "barrier"
target = { year = 2025, value = 70.0 }
"""


def board() -> np.ndarray:
    """Return 60 % trees, 30 % built ground, 9.9 % water and 0.1 % cropland, in bands from the north."""
    codes = np.full((1000, 1000), WATER)
    codes[:600], codes[600:900], codes[999:] = TREES, BUILT, CROPLAND
    return codes


@pytest.fixture
def ws(little: Any, square: Any, with_rasters: Any) -> Workspace:
    """A barrier of two halves."""
    plain = little(
        red_line=[(square(0, 0, 1000, 1000), {})],
        barrier=[(square(0, 0, 5000, 10_000), {"level": 1}), (square(5000, 0, 5000, 10_000), {"level": 2})],
    )
    made: Workspace = with_rasters(plain, {2025: board()}, TARGETS)
    return made


def test_the_size_is_that_of_the_formula(ws: Workspace) -> None:
    """U (1-U) / S² shared out by area, 50 at the least, and the sliver of cropland joins the largest stratum."""
    plan = plan_samples(ws, se=1.0)
    needed = plan.accuracy * (1 - plan.accuracy) / 0.01**2
    one = plan.strata[plan.strata["zone"] == "barrier:1"].set_index("stratum")
    assert set(one.index) == {"forest", "neither", "blue"}
    assert one["samples"]["forest"] == pytest.approx(0.601 * needed, abs=3)
    assert one["share"].sum() == pytest.approx(1)
    assert (plan.strata["samples"] >= 50).all()
    assert plan.strata.groupby("zone")["samples"].sum()["barrier:1"] >= needed
    assert (plan.proofs["expected_se"] <= 1.0).all()


def test_a_gap_decides_whether_the_sample_is_enough(ws: Workspace) -> None:
    """70 % of blue and green ground where 70 are asked cannot be proved; where 60 are asked it can."""
    assert plan_samples(ws, se=1.0).proofs["proves"].tolist() == [False, False]
    toml = ws.folder / "ecozone.toml"
    toml.write_text(toml.read_text("utf-8").replace("value = 70.0", "value = 60.0"), "utf-8")
    assert plan_samples(ez.open_workspace(ws.folder), se=1.0).proofs["proves"].tolist() == [True, True]


def test_each_place_lies_in_its_zone_and_stratum(ws: Workspace) -> None:
    """What is planned is what is drawn: as many as the table says, each in its zone and on a class of its stratum."""
    plan = plan_samples(ws, se=2.0)
    counts = plan.points.groupby(["zone", "stratum"]).size()
    for row in plan.strata.itertuples():
        assert counts[row.zone, row.stratum] == row.samples
    flags = {TREES: "forest", BUILT: "neither", WATER: "blue", CROPLAND: "forest"}
    found = codes_at(plan.points.geometry, ws.folder / "2025.tif", scheme="worldcover")
    assert [flags[code] for code in found] == plan.points["stratum"].tolist()
    for zone, mine in plan.points.groupby("zone"):
        assert mine.within(ws.zones(str(zone)).geometry[zone]).all()
    assert plan.points["id"].is_unique
    assert set(plan.points["reference"]) == {""}


def test_the_seed_decides_the_places(ws: Workspace) -> None:
    """Law 7: one seed gives one sample; another gives another."""
    first, again, other = (plan_samples(ws, se=3.0, seed=seed).points for seed in (1, 1, 2))
    assert first.equals(again)
    assert not first.geometry.equals(other.geometry)


def test_places_are_drawn_evenly() -> None:
    """In an L of three squares each gets a third of 30,000 points, within four standard errors."""
    shape = shapely.union_all([shapely.box(0, 0, 2, 1), shapely.box(0, 0, 1, 2)])
    at = scatter(shape, 30_000, np.random.default_rng(5))
    parts = [np.sum(at[:, 0] > 1), np.sum(at[:, 1] > 1), np.sum((at < 1).all(axis=1))]
    assert sum(parts) == 30_000
    assert all(abs(part - 10_000) < 4 * np.sqrt(30_000 * 2 / 9) for part in parts)
    with pytest.raises(GeometryError):
        scatter(shapely.LineString([(0, 0), (1, 1)]), 1, np.random.default_rng(1))


def test_a_filled_plan_comes_back_as_evidence(ws: Workspace, tmp_path: Path) -> None:
    """Drawn, written, filled with a truth of 5 % errors, declared: the interval holds that truth and proves 60 %."""
    file = write_samples(plan_samples(ws, se=1.5, seed=7), tmp_path / "2025.gpkg")
    with pytest.raises(OutputError):
        write_samples(plan_samples(ws, se=3.0), file)
    filled = gpd.read_file(file)
    codes = codes_at(filled.geometry, ws.folder / "2025.tif", scheme="worldcover")
    wrong = np.random.default_rng(3).random(len(filled)) < 0.05
    filled["reference"] = [str(BUILT if bad else code) for bad, code in zip(wrong, codes, strict=True)]
    filled.to_file(tmp_path / "filled.gpkg", driver="GPKG")
    toml = ws.folder / "ecozone.toml"
    words = toml.read_text("utf-8").replace("value = 70.0", "value = 60.0")
    head, _, rest = words.partition("[[targets]]")
    samples = f'[landcover.samples]\n2025 = "{tmp_path / "filled.gpkg"}"\n'
    toml.write_text(f"{head}{samples}[[targets]]{rest}", "utf-8")
    account = assess_account(ez.open_workspace(ws.folder))
    for row in account.targets[account.targets["profile"] == "with_cropland"].itertuples():
        assert row.ci_low < 0.95 * 70 < row.ci_high
        assert (row.status, row.basis) == ("met", "samples")
        assert row.se < 1.5


def test_points_beyond_the_raster_and_on_nodata_have_no_code(ws: Workspace) -> None:
    """Cells are found to the edge: half a metre inside the last cell, and half a metre outside."""
    raster = ws.folder / "2025.tif"
    points = [(E0 + 0.5, N0 + 9999.5), (E0 + 9999.5, N0 + 0.5), (E0 - 0.5, N0 + 5000), (E0 + 5000, N0 + 10_000.5)]
    codes = codes_at(gpd.GeoSeries(gpd.points_from_xy(*zip(*points, strict=True)), crs=4548), raster)
    assert codes.tolist() == [TREES, CROPLAND, None, None]


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ({"se": 0.0}, "assess.plan_se"),
        ({"se": 0.01}, "assess.plan_too_many"),
        ({"year": 2019}, "assess.no_raster_year"),
    ],
)
def test_a_plan_that_nobody_could_carry_out_is_refused(ws: Workspace, words: Any, key: str) -> None:
    """A year without land cover, an error of nothing or of next to nothing."""
    with pytest.raises(EcozoneError) as caught:
        plan_samples(ws, **words)
    assert caught.value.key == key


def test_without_a_provable_target_there_is_nothing_to_plan(little: Any, square: Any, with_rasters: Any) -> None:
    """Forest coverage by the regulations is not what a map's trees are: no sample of it would prove that target."""
    forest = '[[targets]]\nindicator = "forest_coverage"\nzone = "district"\ntarget = { year = 2025, value = 9.9 }\n'
    plain = little(red_line=[(square(0, 0, 100), {})])
    with pytest.raises(EcozoneError) as caught:
        plan_samples(with_rasters(plain, {2025: np.full((10, 10), TREES)}, forest))
    assert caught.value.key == "assess.plan_no_target"
