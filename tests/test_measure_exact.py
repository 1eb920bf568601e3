"""Areas against sums of fractions, which have no rounding: shapes whose edges coincide but for their last bits."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.sides import Plane
from ecozone import read_sites
from ecozone.geo import area_m2, length_m
from ecozone.measure import EdgeIndex, nearest, overlay
from ecozone.measure.edges import rings_of
from ecozone.measure.shared import by_edges

CRS = 4528
E, N = 40_520_000.0, 4_330_000.0
PLACES = [(0.0, 0.0), (E, N)]

steps = st.integers(-3, 3)
corners = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=3, max_size=9)


def edges(shape: Any) -> Iterator[tuple[Fraction, ...]]:
    """Edges from west to east, with the sign of the area under each."""
    for part in shapely.get_parts(shape):
        for number, ring in enumerate((part.exterior, *part.interiors)):
            left = 1 if ring.is_ccw == (number == 0) else -1
            xy = [(Fraction(x), Fraction(y)) for x, y in shapely.get_coordinates(ring).tolist()]
            for (xa, ya), (xb, yb) in pairwise(xy):
                if xa < xb:
                    yield xa, ya, xb, yb, Fraction(-left)
                elif xb < xa:
                    yield xb, yb, xa, ya, Fraction(left)


def exact(one: Any, other: Any) -> float:
    """The area that two polygons share: what lies under the lower of two edges, summed with signs over all pairs."""
    total = Fraction(0)
    for xa, ya, xb, yb, sign in edges(one):
        for pa, qa, pb, qb, turn in edges(other):
            u, v = max(xa, pa), min(xb, pb)
            if u >= v:
                continue
            low, high = ((at - xa) * (yb - ya) / (xb - xa) + ya for at in (u, v))
            foot, head = ((at - pa) * (qb - qa) / (pb - pa) + qa for at in (u, v))
            under = (v - u) * (min(low, foot) + min(high, head)) / 2
            if (low - foot) * (high - head) < 0:
                share = (low - foot) / (low - foot - high + head)
                cross = low + (high - low) * share
                under = (v - u) * (share * (min(low, foot) + cross) + (1 - share) * (cross + min(high, head))) / 2
            total += sign * turn * under
    return float(total)


def blurred(shape: Any, moves: Any) -> Any:
    """The same shape, each vertex moved by so many units in the last place; closed as before."""
    count = iter(np.resize(np.array(moves), (100_000, 2)))
    seen: dict[tuple[float, float], Any] = {}

    def moved(xy: Any) -> Any:
        return np.array([seen.setdefault(tuple(at), at + next(count) * np.spacing(at)) for at in xy])

    return shapely.transform(shape, moved)


def put(shape: Any, east: float, north: float, scale: float = 1.0, angle: float = 0.0) -> Any:
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return shapely.transform(shape, lambda xy: xy @ turn * scale + (east, north))


def frame(*shapes: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs=CRS)


def in_plane(one: Any, other: Any) -> float:
    zero = np.zeros(1, dtype=np.intp)
    prepared, index = Plane(gpd.GeoSeries([one], crs=CRS)), EdgeIndex(np.array([other], dtype=object))
    return float(by_edges(prepared, index, zero, zero, np.ones(1, dtype=bool), 0.0)[0][0])


def require_exact(one: Any, other: Any) -> None:
    """Both ways round: the area in the plane is the exact one, and the public one is no defect and no other."""
    area, around = exact(one, other), one.length + other.length
    blur = 4.0 * float(np.spacing(np.abs([*one.bounds, *other.bounds]).max())) * around
    for site, zone in ((one, other), (other, one)):
        assert in_plane(site, zone) == pytest.approx(area, abs=blur + 1e-12 * area)
        if one.bounds[0] > 1e5:
            table = overlay(frame(site), frame(zone))
            assert table["overlap_m2"].sum() == pytest.approx(area, rel=4e-4, abs=0.002 * around)


def comb(teeth: int, gap: float) -> Any:
    """A back with teeth upwards, of width 1, so far apart."""
    xy: list[tuple[float, float]] = []
    for tooth in range(teeth):
        west = tooth * (1.0 + gap)
        xy += [(west, 1.0), (west, 50.0), (west + 1.0, 50.0), (west + 1.0, 1.0)]
    return shapely.Polygon([(0.0, 0.0), *xy, (xy[-1][0], 0.0)])


def board(size: int, odd: int) -> Any:
    """The fields of one colour of a chessboard, as parts that touch at corners."""
    fields = [(x, y) for x in range(size) for y in range(size) if (x + y) % 2 == odd]
    return shapely.multipolygons([shapely.box(7 * x, 7 * y, 7 * x + 7, 7 * y + 7) for x, y in fields])


RING = shapely.Polygon(shapely.box(0, 0, 90, 90).exterior.coords, [shapely.box(20, 20, 70, 70).exterior.coords[::-1]])
NESTED = shapely.multipolygons([RING, shapely.Polygon([(20, 45), (45, 20), (70, 45), (45, 70)])])
FAMILIES = {
    "combs across each other": (comb(12, 1.0), shapely.transform(comb(12, 1.0), lambda xy: xy[:, ::-1] / 2)),
    "combs that fill each other's gaps": (comb(9, 1.0), put(comb(9, 1.0), 18.0, 51.0, angle=np.pi)),
    "a comb and itself": (comb(9, 0.001), comb(9, 0.001)),
    "a chessboard and its other colour": (board(6, 0), board(6, 1)),
    "a chessboard and itself": (board(6, 0), board(6, 0)),
    "a chessboard moved by half a field": (board(6, 0), put(board(6, 0), 3.5, 3.5)),
    "a site that fills a hole": (RING, shapely.box(20, 20, 70, 70)),
    "a site with the hole filled": (RING, shapely.box(0, 0, 90, 90)),
    "an island whose corners touch the hole around it": (NESTED, shapely.box(20, 20, 70, 70)),
    "two such": (NESTED, put(NESTED, 25, 0)),
    "slivers nearly parallel": (
        shapely.Polygon([(0, 0), (1000, 1), (1000, 1.0001)]),
        shapely.Polygon([(0, 0), (1000, 1.00005), (1000, 1.01), (0, 0.00001)]),
    ),
    "a fan of needles from one point": (
        shapely.multipolygons([shapely.Polygon([(0, 0), (900, k), (900, k + 0.3)]) for k in range(9)]),
        shapely.Polygon([(0, 0), (900, -1), (450, 9)]),
    ),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", FAMILIES)
def test_families_of_shapes_wherever_they_lie(name: str, place: tuple[float, float]) -> None:
    """Straight, turned, and with the vertices of one a bit off those of the other: the area is the exact one."""
    one, other = FAMILIES[name]
    for angle, moves in ((0.0, [[0, 0]]), (0.3, [[1, 0], [0, -1], [-1, 1]])):
        site, zone = put(one, *place, angle=angle), blurred(put(other, *place, angle=angle), moves)
        if shapely.is_valid([site, zone]).all():
            require_exact(site, zone)


@settings(max_examples=25)
@given(corners, st.lists(st.tuples(steps, steps), min_size=1, max_size=9), st.sampled_from(PLACES), st.floats(0, 6.3))
def test_a_shape_and_itself_but_for_its_last_bits(
    xy: list[tuple[int, int]], moves: list[tuple[int, int]], place: tuple[float, float], angle: float
) -> None:
    """What one reads from another's file, rounded otherwise, overlaps it wholly, and is no defect."""
    shape = put(shapely.convex_hull(shapely.MultiPoint(xy)), *place, 37.0, angle)
    near = blurred(shape, moves)
    if shape.geom_type == "Polygon" and shapely.is_valid([shape, near]).all():
        require_exact(shape, near)


@settings(max_examples=25)
@given(corners, corners, st.sampled_from([1 / 3, 1e-6 / 7, 700.0 / 3]), st.floats(0, 6.3), st.sampled_from(PLACES))
def test_neighbours_cut_from_one_field(
    one: list[tuple[int, int]], other: list[tuple[int, int]], scale: float, angle: float, place: tuple[float, float]
) -> None:
    """Polygons of corners of one lattice, which share edges and corners that rounding has moved: exact, no defect."""
    shapes = [put(shapely.convex_hull(shapely.MultiPoint(xy)), *place, scale, angle) for xy in (one, other)]
    if all(shape.geom_type == "Polygon" for shape in shapes) and shapely.is_valid(shapes).all():
        require_exact(*shapes)


@settings(max_examples=25)
@given(
    st.tuples(st.integers(1, 999), st.integers(1, 999)),
    st.lists(st.integers(1, 29), min_size=2, max_size=5, unique=True),
    st.lists(st.tuples(steps, steps), min_size=1, max_size=5),
)
def test_lines_that_rounding_has_moved_off_each_other(
    end: tuple[int, int], thirtieths: list[int], moves: list[tuple[int, int]]
) -> None:
    """Parts of one straight line, and of a border: no defect, no distance, and never longer than the part."""
    whole = shapely.LineString([(E, N), (E + end[0], N + end[1])])
    share = np.sort(thirtieths)[:, None] / 30
    part = blurred(shapely.LineString(np.array([E, N]) + np.array(end) * share), moves)
    field = shapely.Polygon([(E, N), (E + end[0], N + end[1]), (E + end[0] - 1000, N + end[1] + 2000)])
    expected = float(length_m(gpd.GeoSeries([part], crs=CRS)).iloc[0])
    for site, zone in ((part, whole), (whole, part), (part, field)):
        assert overlay(frame(site), frame(zone))["length_m"].sum() <= expected + 0.01
        assert nearest(frame(site), frame(zone))["distance_m"].tolist() == [0.0]


def test_lines_that_cross_at_a_hair_are_one_on_the_grid() -> None:
    """What lies along a line within a millimetre, and meets it in a point only, is as long as it is."""
    start, step = np.array([E + 17 / 7, N + 110 / 7]), np.array([400 / 7, 901 / 7])
    part = shapely.LineString([start, start + step])
    whole = shapely.LineString([start, start + 2 * step, (E + 1000, N)])
    assert not part.covered_by(whole)
    expected = float(length_m(gpd.GeoSeries([part], crs=CRS)).iloc[0])
    for site, zone in ((part, whole), (whole, part)):
        assert overlay(frame(site), frame(zone))["length_m"].tolist() == pytest.approx([expected], abs=0.01)


def test_points_on_corners_and_edges() -> None:
    """Points on a boundary, in a hole and inside: as GEOS counts them, one by one and as one shape."""
    zone = put(RING, E, N, 1 / 3, 0.4)
    around = shapely.points(shapely.get_coordinates(shapely.segmentize(zone, 1.0)))
    points = np.concatenate([around, shapely.points(shapely.get_coordinates(put(board(8, 0), E, N, 0.5)))])
    inside = shapely.intersects(zone, points)
    found = overlay(frame(*points), frame(zone))
    assert found["site"].tolist() == np.flatnonzero(inside).tolist()
    unlike = shapely.multipoints(np.unique(shapely.get_coordinates(points), axis=0))
    expected = shapely.get_num_coordinates(shapely.intersection(zone, unlike))
    assert overlay(frame(unlike), frame(zone))["count"].tolist() == [expected]


TRIANGLE = "(527000 4328000,527100 4328000,527100 4328100,527000 4328000)"
HOLE = "(527080 4328010,527090 4328010,527090 4328020,527080 4328010)"
HOLLOW = {
    f"POLYGON({TRIANGLE},EMPTY)": f"POLYGON({TRIANGLE})",
    f"POLYGON({TRIANGLE},EMPTY,{HOLE})": f"POLYGON({TRIANGLE},{HOLE})",
    f"POLYGON({TRIANGLE},{HOLE},EMPTY)": f"POLYGON({TRIANGLE},{HOLE})",
    f"MULTIPOLYGON(EMPTY,({TRIANGLE},EMPTY),EMPTY)": f"POLYGON({TRIANGLE})",
    f"MULTILINESTRING(EMPTY,{TRIANGLE})": f"LINESTRING{TRIANGLE}",
    "MULTIPOINT(EMPTY,(527090 4328005))": "POINT(527090 4328005)",
}


@pytest.mark.parametrize("hollow", HOLLOW)
def test_parts_and_holes_without_a_vertex(hollow: str, tmp_path: Path) -> None:
    """They are valid, GeoPackage and GeoJSON hold them, and they change nothing: not a number, not what is read."""
    box = shapely.box(527_020, 4_327_900, 527_600, 4_328_600)
    with_them, without = (gpd.GeoDataFrame(geometry=[shapely.from_wkt(w)], crs=4548) for w in (hollow, HOLLOW[hollow]))
    other = gpd.GeoDataFrame(geometry=[box], crs=4548)
    for measure in (overlay, nearest):
        assert measure(with_them, other).equals(measure(without, other))
        assert measure(other, with_them).equals(measure(other, without))
        assert measure(with_them, with_them).equals(measure(without, without))
    assert area_m2(with_them).tolist() == area_m2(without).tolist()
    assert length_m(with_them).tolist() == length_m(without).tolist()
    if area_m2(without)[0]:
        hollow_rings, rings = (rings_of(np.asarray(frame.geometry)) for frame in (with_them, without))
        for name in ("xy", "rings", "outer", "owner"):
            assert np.array_equal(getattr(hollow_rings, name), getattr(rings, name))
    with_them.assign(name="a").to_file(tmp_path / "sites.gpkg")
    assert read_sites(tmp_path / "sites.gpkg").geometry.iloc[0].equals_exact(without.geometry.iloc[0])
