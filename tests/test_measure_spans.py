"""The kernel that covers cells: how much of each a polygon covers, against overlay and by its laws."""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from ecozone.geo.gdal import rasterio
from ecozone.measure.arrays import Floats
from ecozone.measure.edges import grid_edges, rings_of
from ecozone.measure.partition import _room
from ecozone.measure.spans import spans_of

rasterize = importlib.import_module(f"{rasterio.__name__}.features").rasterize
HEIGHT, WIDTH = 7, 9
UP = Affine(1.0, 0.0, 0.0, 0.0, -1.0, HEIGHT)  # x = column, y = HEIGHT - row
CELLS = [[box(c, HEIGHT - r - 1, c + 1, HEIGHT - r) for c in range(WIDTH)] for r in range(HEIGHT)]

# Eighths put vertices on corners and edges of cells often; a prime's parts put them anywhere, and beyond the grid. Any
# float would try overlay, the oracle, with numbers like 1e-200, at which it gives up.
eighths = st.integers(-16, 8 * WIDTH + 16).map(lambda number: number / 8)
anywhere = st.integers(-3_000_000, (WIDTH + 3) * 1_000_000).map(lambda number: number / 1_000_003)


@st.composite
def polygons(draw: st.DrawFn, numbers: st.SearchStrategy[float] = eighths) -> Polygon | MultiPolygon:
    """Draw a valid polygon or several, some with holes."""
    points = st.lists(st.tuples(numbers, numbers), min_size=3, max_size=9, unique=True)
    shape = shapely.make_valid(Polygon(draw(points)), method="structure", keep_collapsed=False)
    if draw(st.booleans()):
        shape = shapely.difference(shape, Polygon(draw(points)).buffer(0), grid_size=1 / 1024)
    shape = shapely.union_all([part for part in shapely.get_parts(shape) if part.area > 0])
    assume(shape.is_valid and not shape.is_empty and shape.geom_type in ("Polygon", "MultiPolygon"))
    return shape


def parts_of(
    shapes: list[Any],
    to: Affine = UP,
    high: int = HEIGHT,
    wide: int = WIDTH,
    grade: Floats | None = None,
    centres: bool = False,
) -> Iterator[tuple[int, int, Any, Any, Any]]:
    """Give the corner of each part, its shapes, their spans (row, first, last, share) and which overlap."""
    plan = grid_edges(rings_of(np.array(shapes, dtype=object)), to, WIDTH, HEIGHT, high)
    for number, left in itertools.product(plan.strips_met(), range(0, WIDTH, wide)):
        top, bottom, right = number * high, min(number * high + high, HEIGHT), min(left + wide, WIDTH)
        own = plan.strip(number, left, right)
        places, amounts, spans = _room(2**14)
        starts, overlaps = np.zeros(len(own.shapes) + 1, np.int64), np.zeros(len(own.shapes), bool)
        grade = np.zeros(bottom - top) if grade is None else grade
        sums = np.zeros((2, right - left))
        done, more = spans_of(
            own.edges, own.starts, 0, top, bottom, left, right, grade, centres, places, amounts,
            np.empty(bottom - top + 1, np.int64), sums, *spans, starts, overlaps,
        )  # fmt: skip
        assert (done, more) == (len(own.shapes), 0) and not sums.any()
        found = [list(zip(*(part[a:b] for part in spans), strict=True)) for a, b in itertools.pairwise(starts)]
        yield top, left, own.shapes, found, overlaps


def grid_of(shape: Polygon | MultiPolygon, high: int = HEIGHT, wide: int = WIDTH, **words: Any) -> Floats:
    """Return the covered part of every cell, computed in parts of ``high`` rows and ``wide`` columns."""
    grid = np.zeros((HEIGHT, WIDTH))
    for top, left, _, found, overlaps in parts_of([shape], high=high, wide=wide, **words):
        part = np.zeros((HEIGHT - top, WIDTH - left))
        for spans in found:
            for row, first, last, share in spans:
                assert last <= wide and not part[row, first:last].any(), "a cell has one span"
                part[row, first:last] = share
            assert overlaps[0] == ((part.min() < -1e-6) or (part.max() > 1 + 1e-6))
        grid[top:, left:] += part
    return grid


def by_overlay(shape: Polygon | MultiPolygon) -> Floats:
    """Return the covered part of every cell as GEOS has it, on a fine grid, where its overlay is sound."""
    return np.array([[shapely.intersection(shape, cell, grid_size=2**-30).area for cell in row] for row in CELLS])


@given(polygons())
def test_against_overlay_on_corners_and_edges(shape: Polygon) -> None:
    """Polygons with holes and with vertices on corners and edges of cells cover each cell as overlay says."""
    np.testing.assert_allclose(grid_of(shape), by_overlay(shape), atol=1e-8)


@given(polygons(anywhere))
def test_against_overlay_anywhere(shape: Polygon) -> None:
    """So do polygons anywhere, partly or wholly beyond the grid."""
    np.testing.assert_allclose(grid_of(shape), by_overlay(shape), atol=1e-7)


@given(polygons(anywhere), st.integers(1, HEIGHT), st.integers(1, WIDTH))
def test_parts_do_not_matter(shape: Polygon, high: int, wide: int) -> None:
    """However the grid is cut into parts, every cell comes out the same."""
    np.testing.assert_allclose(grid_of(shape, high, wide), grid_of(shape), atol=1e-14)


@given(polygons(anywhere))
def test_covered_part_is_a_part(shape: Polygon) -> None:
    """No cell is covered by less than nothing or by more than the whole."""
    grid = grid_of(shape)
    assert grid.min() >= -1e-12 and grid.max() <= 1.0 + 1e-12


@given(st.lists(st.tuples(st.floats(0, WIDTH), st.floats(0, HEIGHT)), min_size=3, max_size=8, unique=True))
def test_sum_is_the_area(points: list[tuple[float, float]]) -> None:
    """The covered parts of a polygon inside the grid sum to its area."""
    shape = shapely.convex_hull(shapely.MultiPoint(points))
    assume(shape.geom_type == "Polygon")
    assert grid_of(shape).sum() == pytest.approx(shape.area, rel=1e-12, abs=1e-8)


@given(polygons(anywhere))
def test_ring_order_and_direction_do_not_matter(shape: Polygon) -> None:
    """A polygon whose rings run the other way covers the same."""
    np.testing.assert_array_equal(grid_of(shapely.reverse(shape)), grid_of(shape))


@given(polygons(anywhere))
def test_a_mirrored_grid_is_mirrored(shape: Polygon) -> None:
    """Where rows run northwards, or columns westwards, the same ground is covered."""
    south_up = Affine(1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    westwards = Affine(-1.0, 0.0, WIDTH, 0.0, -1.0, HEIGHT)
    np.testing.assert_allclose(grid_of(shape, to=south_up)[::-1], grid_of(shape), atol=1e-9)
    np.testing.assert_allclose(grid_of(shape, to=westwards)[:, ::-1], grid_of(shape), atol=1e-9)


@given(polygons(anywhere), anywhere)
def test_halves_make_the_whole(shape: Polygon, where: float) -> None:
    """A polygon cut in two covers what its halves cover."""
    total = np.zeros((HEIGHT, WIDTH))
    for side in (box(-9, -9, where, 99), box(where, -9, 99, 99)):
        parts = shapely.get_parts(shapely.intersection(shape, side, grid_size=2**-30))
        total += sum((grid_of(part) for part in parts if part.area > 0), np.zeros((HEIGHT, WIDTH)))
    np.testing.assert_allclose(total, grid_of(shape), atol=1e-7)


@pytest.mark.parametrize("thin", [1e-3, 1e-6, 1e-8])
def test_slivers(thin: float) -> None:
    """A sliver across many cells keeps its area, however thin."""
    sliver = Polygon([(0.3, 0.2), (8.7, 6.1), (8.7, 6.1 + thin)])
    assert grid_of(sliver).sum() == pytest.approx(sliver.area, rel=1e-6)


def test_whole_cells_are_exactly_whole() -> None:
    """Edges on grid lines give exactly 1 inside and exactly 0 outside, so that plane areas are counts of cells."""
    grid = grid_of(box(2, 1, 6, 5))
    wanted = np.zeros((HEIGHT, WIDTH))
    wanted[2:6, 2:6] = 1.0
    np.testing.assert_array_equal(grid, wanted)
    np.testing.assert_array_equal(grid_of(box(-5, -5, 50, 50)), np.ones((HEIGHT, WIDTH)))
    assert not grid_of(box(20, 1, 25, 5)).any() and not grid_of(box(-9, 1, 0, 5)).any()


def test_rounding_of_coordinates_leaves_no_crumbs() -> None:
    """Cell corners written in degrees, which are no binary fractions, still lie on the grid lines."""
    to = Affine(1 / 12000, 0.0, 117.2, 0.0, -1 / 12000, 39.2)
    shape = box(117.2 + 2 / 12000, 39.2 - 6 / 12000, 117.2 + 6 / 12000, 39.2 - 2 / 12000)
    assert sorted(np.unique(grid_of(shape, to=to))) == [0.0, 1.0]


def test_self_overlap_shows() -> None:
    """Ground that a ring winds around twice counts twice: the tally's sign that the polygon overlaps itself."""
    twice = Polygon(
        [(1, 1), (5, 1), (5, 5), (1, 5), (1, 1), (1.5, 1.5), (4.5, 1.5), (4.5, 4.5), (1.5, 4.5), (1.5, 1.5), (1, 1)]
    )
    assert grid_of(twice).max() == pytest.approx(2.0)


@given(st.floats(-0.5, 0.5), st.floats(0.1, 0.9))
def test_grade_moves_ground_within_a_cell(grade: float, depth: float) -> None:
    """Where the ground grows down a cell, its upper part holds the integral of a linear density, and whole cells 1."""
    upper = grid_of(box(2, HEIGHT - depth, 5, HEIGHT), grade=np.full(HEIGHT, grade))
    assert upper[0, 2:5] == pytest.approx([depth + grade * (depth**2 - depth) / 2] * 3)
    whole = grid_of(box(2, HEIGHT - 1, 5, HEIGHT), grade=np.full(HEIGHT, grade))
    assert whole[0, 2:5].tolist() == [1, 1, 1]


def test_shapes_are_kept_apart() -> None:
    """Edges carry the number of their shape, so that many shapes are cut in one go; those outside have none."""
    shapes = [box(0, 0, 2, 2), box(20, 0, 21, 9), box(1, 1, 4, 4), Polygon([(0, 0), (1, 0), (0, 1)])]
    ((_, _, numbers, found, _),) = parts_of(shapes)
    assert numbers.tolist() == [0, 2, 3]
    for number, spans in zip(numbers, found, strict=True):
        area = sum((last - first) * share for _, first, last, share in spans)
        assert area == pytest.approx(shapes[number].area)


def test_many_records_in_a_row() -> None:
    """A shape that crosses a row hundreds of times, on few columns or many, covers what overlay says."""
    comb = shapely.union_all([box(0.01 + 0.05 * i, 0.2, 0.03 + 0.05 * i, 6.7) for i in range(170)])
    comb = shapely.union_all([comb, box(0.01, 0.1, 8.6, 0.3)])
    np.testing.assert_allclose(grid_of(comb), by_overlay(comb), atol=1e-9)


@given(polygons(anywhere))
def test_centres_as_gdal_rasterizes(shape: Polygon) -> None:
    """By centres, whole cells are covered: those that GDAL burns."""
    burnt = rasterize([shape], (HEIGHT, WIDTH), transform=UP)
    np.testing.assert_array_equal(grid_of(shape, centres=True), burnt)


@given(st.lists(st.tuples(eighths, eighths, eighths, eighths), min_size=1, max_size=4), eighths, st.booleans())
def test_a_centre_on_a_common_edge_counts_once(corners: list[Any], line: float, across: bool) -> None:
    """Of two polygons that meet on a line, through centres or not, each centre is in one of them."""
    shape = shapely.union_all([box(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in corners])
    sides = [box(-9, -9, 99, line), box(-9, line, 99, 99)] if across else [box(-9, -9, line, 99), box(line, -9, 99, 99)]
    total = np.zeros((HEIGHT, WIDTH))
    for part in (part for side in sides for part in shapely.get_parts(shapely.intersection(shape, side))):
        total += grid_of(part, centres=True) if part.area > 0 else 0.0
    assume(shape.area > 0)
    np.testing.assert_array_equal(total, grid_of(shape, centres=True))
