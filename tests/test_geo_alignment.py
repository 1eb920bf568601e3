"""Points on edges, counted under every displacement."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ecozone.errors import GeometryError
from ecozone.geo import alignment
from ecozone.geo.alignment import (
    CELL_M,
    EdgeRaster,
    displacements_m,
    edges_of,
    highest_within,
    lines_of,
    peak,
    points_along,
)

BLOCKS = np.array([shapely.box(x, y, x + 90, y + 70) for x in (0, 130, 400) for y in (0, 200)], dtype=object)


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), east=st.sampled_from([0.0, 525_000.0, 39_525_000.0]))
def test_hits_are_those_of_the_distances(seed: int, east: float) -> None:
    """By GEOS's distances, a point counts where an edge is within 4 m of it and not where none is within 12 m."""
    rng = np.random.default_rng(seed)
    origin = np.array([east, 4_330_000.0 if east else 0.0])
    lines = shapely.linestrings(rng.uniform(-120, 120, (6, 3, 2)) + origin)
    points = rng.uniform(-60, 60, (15, 2)) + origin
    half = 10
    hits = EdgeRaster(lines).hits(points, half)
    edges = shapely.union_all(lines)
    over_east, over_north = displacements_m(half)
    for j, i in rng.integers(0, 2 * half + 1, (40, 2)):
        moved = shapely.points(points + np.array([over_east[j, i], over_north[j, i]]))
        away = shapely.distance(moved, edges)
        assert (away <= CELL_M).sum() <= hits[j, i] <= (away <= 3 * CELL_M).sum()


def test_tiles_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """Points in several tiles of the raster count as they do in one."""
    points, _ = points_along(BLOCKS)
    raster = EdgeRaster(lines_of(BLOCKS))
    whole = raster.hits(points, 20)
    monkeypatch.setattr(alignment, "_TILE_CELLS", 7)
    np.testing.assert_array_equal(raster.hits(points, 20), whole)
    assert whole[20, 20] == len(points) == whole.max()


def test_order_and_direction_do_not_matter() -> None:
    """The same points come of the same shapes in any order, and of rings walked the other way."""
    points, corners = points_along(BLOCKS)
    again, same = points_along(shapely.reverse(BLOCKS[::-1]))
    np.testing.assert_allclose(again, points, rtol=0, atol=1e-9)
    assert corners == same == 24


def test_a_shared_edge_counts_once() -> None:
    """Neighbours share an edge and its corners, and copies of a parcel add nothing."""
    pair = np.array([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)], dtype=object)
    points, corners = points_along(pair)
    assert (len(points), corners) == (7 * 5, 6)
    assert points_along(np.concatenate([pair, pair]))[1] == 6


def test_a_long_edge_does_not_decide() -> None:
    """An edge has at most five points, vertices in a straight line are no corners, and tiny edges one point."""
    long = shapely.segmentize(shapely.LineString([(0, 0), (5000, 0), (5000, 30)]), 50)
    points, corners = points_along(np.array([long], dtype=object))
    assert (len(points), corners) == (5 + 2, 3)


def test_points_are_thinned_but_spread() -> None:
    """Of very many edges no more than the set number of points is used, from all over."""
    x, y = (np.ravel(grid) for grid in np.meshgrid(np.arange(30) * 300.0, np.arange(30) * 300.0))
    many = shapely.box(x, y, x + 100, y + 100)
    points, corners = points_along(many)
    assert len(points) == alignment.MOST_POINTS
    assert corners == 3600
    assert np.ptp(points, axis=0).min() > 8000


def test_only_lines_and_boundaries_have_edges() -> None:
    """Points, nothing and emptiness have no edges; parts, holes and collections have theirs."""
    box = shapely.box(0, 0, 100, 100)
    none = np.array([None, shapely.Point(1, 2), shapely.Polygon(), shapely.MultiPoint([(0, 0), (1, 1)])], dtype=object)
    assert lines_of(none).size == 0
    assert points_along(none)[0].shape == (0, 2)
    assert points_along(none)[1] == 0
    assert EdgeRaster(lines_of(none)).hits(np.zeros((3, 2)), 2).max() == 0
    holed = box.difference(shapely.box(40, 40, 60, 60))
    both = shapely.GeometryCollection([shapely.MultiPolygon([holed]), shapely.LineString([(0, 0), (5, 5)])])
    low, high = edges_of(lines_of(np.array([both], dtype=object)))
    assert low.shape == high.shape == (9, 2)


def test_coordinates_that_are_no_numbers_are_refused() -> None:
    """A shape with a NaN in it is an error, not a parcel without edges."""
    for bad in (np.nan, np.inf):
        with np.errstate(invalid="ignore"):
            shapes = [shapely.LineString([(0, 0), (bad, 1), (9, 9)]), shapely.Polygon([(0, 0), (0, 9), (9, bad)])]
        for shape in shapes:
            with pytest.raises(GeometryError):
                points_along(np.array([shape], dtype=object))


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_the_highest_around_is_that_of_the_square(seed: int, cells: int) -> None:
    """The running maximum equals the maximum of each square, cut off at the border."""
    values = np.random.default_rng(seed).uniform(size=(11, 11))
    found = highest_within(values, cells)
    for j, i in np.ndindex(values.shape):
        assert found[j, i] == values[max(j - cells, 0) : j + cells + 1, max(i - cells, 0) : i + cells + 1].max()


def test_the_peak_is_the_middle_of_what_is_high() -> None:
    """The answer lies between cells where two are as high, and only where it is allowed to."""
    values = np.zeros((21, 21))
    values[12, 14:16] = 1.0
    everywhere = np.ones(values.shape, dtype=bool)
    top, at = peak(values, everywhere)
    assert top == 1.0
    assert at.tolist() == [4.5 * CELL_M, 2 * CELL_M]
    everywhere[12, 15] = False
    assert peak(values, everywhere)[1].tolist() == [4 * CELL_M, 2 * CELL_M]
    assert peak(np.zeros((5, 5)), np.ones((5, 5), dtype=bool))[0] == 0.0
