"""Copies of shapes for drawing: light, true to a tolerance, and never the originals."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from ecozone.outputs.map_display import anchor, display_copies

CRS_4548 = "EPSG:4548"
X, Y = 525_000.0, 4_325_000.0


def box(x0: float, y0: float, x1: float, y1: float) -> Any:
    return shapely.box(X + x0, Y + y0, X + x1, Y + y1)


def wavy(x0: float, x1: float, count: int) -> Any:
    """Return a polygon with a wavy upper edge of ``count`` vertices."""
    x = np.linspace(x0, x1, count)
    edge = list(zip(X + x, Y + 1_000 + 3 * np.sin(x), strict=True))
    return shapely.Polygon([(X + x0, Y), *edge, (X + x1, Y)])


def test_display_copies_fit_the_limit_and_stay_near_the_original() -> None:
    """Too many vertices are thinned until they fit; no point moves farther than the tolerance that is told."""
    shapes = gpd.GeoSeries([wavy(0, 1_000, 4_000), None, wavy(2_000, 3_000, 4_000)], crs=CRS_4548)
    copies, tolerance = display_copies({"a": shapes}, tolerance_m=0.01, max_vertices=1_000)
    drawn = copies["a"]
    assert list(drawn.index) == [0, 2]
    assert shapely.get_num_coordinates(drawn.array).sum() <= 1_000
    back = drawn.to_crs(CRS_4548)
    for label in drawn.index:
        assert shapely.hausdorff_distance(back[label], shapes[label]) <= tolerance + 0.2


def test_neighbours_stay_neighbours_when_simplified() -> None:
    """Zones that share an edge still share it on the map: no sliver opens between them."""
    x = np.linspace(0, 1_000, 2_000)
    middle = list(zip(X + x, Y + 1_000 + 3 * np.sin(x / 7), strict=True))
    below = shapely.Polygon([(X, Y), *middle, (X + 1_000, Y)])
    above = shapely.Polygon([(X, Y + 2_000), *middle, (X + 1_000, Y + 2_000)])
    copies, _ = display_copies({"a": gpd.GeoSeries([below, above], crs=CRS_4548)}, tolerance_m=2.0)
    assert shapely.coverage_is_valid(copies["a"].array.to_numpy())
    assert shapely.get_num_coordinates(copies["a"].array).sum() < 2_000


def test_what_lies_outside_the_view_is_cut_off() -> None:
    """A layer that reaches far beyond the view is clipped to it, and its far features are left out."""
    shapes = gpd.GeoSeries([box(0, 0, 900_000, 100), box(500_000, 0, 500_100, 100)], crs=CRS_4548)
    copies, _ = display_copies({"a": shapes}, tolerance_m=1.0, view=(X - 10, Y - 10, X + 1_000, Y + 1_000))
    assert list(copies["a"].index) == [0]
    assert copies["a"].to_crs(CRS_4548).total_bounds[2] < X + 1_001


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Polygon([(0, 0), (4, 0), (4, 1), (1, 1), (1, 4), (0, 4)]),
        shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 9, 9)]),
        shapely.LineString([(0, 0), (4, 4)]),
        shapely.MultiLineString([[(0, 0), (1, 0)], [(5, 5), (9, 9)]]),
        shapely.Point(1, 2),
    ],
)
def test_a_sign_stands_on_its_shape(shape: Any) -> None:
    """The place of the sign is on the shape, for every kind of it, and on its largest part."""
    latitude, longitude = anchor(shape)
    assert shape.distance(shapely.Point(longitude, latitude)) < 1e-6
    if shape.geom_type.startswith("Multi"):
        assert latitude >= 5
