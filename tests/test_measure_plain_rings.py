"""Polygons that GEOS is not asked about are valid, and those that are not are repaired or refused as ever."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from ecozone.geo import repair
from ecozone.measure import measure_zones
from ecozone.measure.edges import rings_of
from ecozone.measure.plain_rings import plainly_valid

EAST, NORTH, CELL = 530_000.0, 4_330_000.0, 10.0
#: Few places, so that corners, edges and rings coincide; and parts of a cell, so that loops may be small.
PLACES = st.integers(0, 12).map(lambda number: number * 3.7)
CORNERS = st.lists(st.tuples(PLACES, PLACES), min_size=3, max_size=9)


def moved(shape: Any) -> Any:
    return shapely.transform(shape, lambda xy: xy + np.array([EAST, NORTH - 50 * CELL]))


def star(corners: int, seed: int, scale: float) -> Any:
    """A polygon around a point, of which no edges cross."""
    rng = np.random.default_rng(seed)
    turn, reach = np.linspace(0, 2 * np.pi, corners, endpoint=False), rng.uniform(0.2, 1.0, corners) * scale
    return shapely.Polygon(np.column_stack([np.cos(turn), np.sin(turn)]) * reach[:, None] + 100.0)


@st.composite
def shapes(draw: st.DrawFn) -> Any:
    """Polygons valid and not: bow ties, rings that touch themselves, holes outside, nested shells, rings twice."""
    kind = draw(st.sampled_from(["ring", "twice", "hole", "shells", "star", "knot", "box"]))
    ring = draw(CORNERS)
    if kind == "ring":
        return shapely.Polygon(ring)
    if kind == "twice":
        return shapely.Polygon([*ring, *ring])
    if kind == "hole":
        return shapely.Polygon(ring, [draw(CORNERS)])
    if kind == "shells":
        return shapely.MultiPolygon([shapely.Polygon(ring), shapely.Polygon(draw(CORNERS))])
    if kind == "star":
        return star(draw(st.integers(3, 60)), draw(st.integers(0, 99)), draw(st.sampled_from([0.01, 5.0, 90.0])))
    if kind == "box":
        return shapely.box(*ring[0], ring[0][0] + 10.0, ring[0][1] + 10.0)
    # A star of which two neighbouring corners change places: a loop as small as the star.
    xy = shapely.get_coordinates(
        star(draw(st.integers(5, 30)), draw(st.integers(0, 99)), draw(st.sampled_from([1, 90])))
    )
    at = draw(st.integers(1, len(xy) - 3))
    xy[[at, at + 1]] = xy[[at + 1, at]]
    return shapely.Polygon(xy)


@settings(max_examples=200)
@given(st.lists(shapes(), min_size=1, max_size=4))
def test_what_is_plainly_valid_is_valid(found: list[Any]) -> None:
    """No polygon that is taken for valid is not; those that plainly are need not be asked about."""
    array = np.array([moved(shape) for shape in found], dtype=object)
    plain = plainly_valid(rings_of(array), len(array))
    assert shapely.is_valid(array[plain]).all()


@pytest.mark.parametrize("corners", [3, 4, 30, 48])
def test_parcels_are_plain(corners: int) -> None:
    """Parcels of few corners are said to be valid, whichever way they run, and larger ones left to GEOS."""
    parcels = np.array([moved(star(corners, seed, 50.0)) for seed in range(50)], dtype=object)
    assert shapely.is_valid(parcels).all()
    assert plainly_valid(rings_of(parcels), 50).all()
    assert plainly_valid(rings_of(shapely.reverse(parcels)), 50).all()
    assert not plainly_valid(rings_of(np.array([star(60, 1, 50.0)])), 1).any()


@pytest.fixture(scope="module")
def raster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A raster of one class."""
    path = tmp_path_factory.mktemp("plain") / "land.tif"
    grid = {"crs": "EPSG:4548", "transform": Affine(CELL, 0, EAST, 0, -CELL, NORTH)}
    size = {"driver": "GTiff", "width": 50, "height": 50, "count": 1, "dtype": "uint8"}
    with rasterio.open(path, "w", **size, **grid) as dataset:
        dataset.write(np.full((50, 50), 10, np.uint8), 1)
    return path


@settings(max_examples=60, deadline=None)
@given(found=st.lists(shapes(), min_size=1, max_size=4))
def test_repaired_or_refused_as_ever(raster: Path, found: list[Any]) -> None:
    """Each zone is measured as it is, repaired or left out just as `repair` says of it, with the same notices."""
    zones = gpd.GeoSeries([moved(shape) for shape in found], crs=4548)
    mended, notices = repair(zones)
    table = measure_zones(zones, raster, on_invalid="keep", area="plane")
    told = [(each.key, each.place.feature) for each in table.attrs["notices"] if each.key.startswith("geo.")]
    assert told == [(each.key, each.place.feature) for each in notices]
    areas = table.groupby("zone", sort=False)["area_m2"].sum(min_count=1).to_numpy()
    fit = shapely.get_dimensions(mended.array) == 2
    assert (np.isnan(areas) == ~fit).all()
    assert areas[fit] == pytest.approx(shapely.area(mended.array)[fit], rel=1e-9, abs=1e-6)
