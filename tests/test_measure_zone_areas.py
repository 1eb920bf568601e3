"""Ellipsoidal areas of polygons with many vertices, compiled."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from ecozone.geo import area_m2, norm_crs, patches
from ecozone.measure import zone_areas as module
from ecozone.measure.zone_areas import zone_areas

ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80 +units=m"


def _shape(seed: int, x: float, y: float, reach: float) -> shapely.Polygon:
    """A star with a hole, of a size and at a place."""
    rng = np.random.default_rng(seed)
    turn = np.sort(rng.uniform(0, 2 * np.pi, 40))
    star = np.column_stack([np.cos(turn), np.sin(turn)]) * rng.uniform(0.5, 1.0, (40, 1))
    return shapely.Polygon(star * reach + [x, y], [star * reach * 0.3 + [x, y]]).buffer(0)


@pytest.mark.parametrize(
    ("crs", "x", "y", "unit"),
    [(4548, 5e5, 4.33e6, 1.0), (4527, 3.95e7, 4.3e6, 1.0), (32650, 4e5, 6e5, 1.0), (3857, 1.3e7, 4.7e6, 1.0),
     (4490, 117.0, 39.0, 1e-5), (4326, -60.0, -20.0, 1e-5), (4490, 180.0, 20.0, 1e-5), (ALBERS, 1e6, 4e6, 1.0)],
)  # fmt: skip
@pytest.mark.parametrize("reach", [20.0, 900.0, 30_000.0])
def test_areas_are_those_of_area_m2(crs: int | str, x: float, y: float, unit: float, reach: float) -> None:
    """Proves that the two give one area, of parcels and of counties, in any CRS."""
    shapes = np.array([_shape(seed, x, y, reach * unit) for seed in range(3)])
    if crs == 4490 and x == 180.0:
        shapes = shapely.transform(shapes, lambda xy: xy - [reach * unit * 2, 0])
    plane = norm_crs(crs)
    # What double precision leaves of a parcel's longitudes.
    np.testing.assert_allclose(
        zone_areas(shapes, plane), area_m2(gpd.GeoSeries(shapes, crs=plane)), rtol=1e-11, atol=1e-8 * reach
    )


@given(st.integers(0, 2**32), st.floats(10.0, 200_000.0), st.floats(-1e6, 1e6))
def test_parts_sum_to_the_whole(seed: int, reach: float, move: float) -> None:
    """Proves that pieces of a polygon, in whatever squares, have its area together."""
    shape = _shape(seed, 5e5 + move, 4.3e6 + move, reach)
    x, y = shape.centroid.coords[0]
    cut = shapely.box(-1e9, -1e9, x, y + 0.1 * reach)
    parts = [shapely.intersection(shape, cut), shapely.difference(shape, cut)]
    filled = np.array([part for part in parts if part.area > 0])
    whole = zone_areas(np.array([shape]), CRS(4548))[0]
    assert zone_areas(filled, CRS(4548)).sum() == pytest.approx(whole, rel=1e-10)


def test_neither_order_nor_neighbours_nor_threads_change_a_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a polygon's area hangs on the polygon alone."""
    rng = np.random.default_rng(3)
    shapes = np.array([_shape(n, *rng.uniform([3e5, 3e6], [7e5, 5e6]), 10.0 ** rng.uniform(1, 5)) for n in range(60)])
    crs = CRS(4548)
    whole = zone_areas(shapes, crs)
    monkeypatch.setattr(module, "_MANY_VERTICES", 100)
    monkeypatch.setattr(module, "processors", lambda: 3)
    order = rng.permutation(60)
    assert (zone_areas(shapes[order], crs) == whole[order]).all()
    assert (np.concatenate([zone_areas(shapes[n : n + 1], crs) for n in range(60)]) == whole).all()


def test_what_polynomials_cannot_tell_is_left_to_area_m2(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a zone at the edge of the map, or where a projection is rough, has its area all the same."""
    pole = np.array([shapely.box(0.0, 89.99, 90.0, 90.0)])
    assert zone_areas(pole, CRS(4490))[0] == area_m2(gpd.GeoSeries(pole, crs=4490))[0]
    rough = np.array([_shape(1, 5e5, 4.3e6, 5e4)])
    monkeypatch.setattr(patches, "_MISS", 0.0)
    assert zone_areas(rough, CRS(4548))[0] == area_m2(gpd.GeoSeries(rough, crs=4548))[0]


def test_no_polygons_have_no_areas() -> None:
    """Proves that nothing in is nothing out."""
    assert not len(zone_areas(np.array([], dtype=object), CRS(4548)))
