"""What sites share with zones by the index of edges: against overlay, cell counts, predicates and PostGIS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from ecozone.errors import DefectError, GeometryError
from ecozone.geo import area_m2, length_m
from ecozone.measure import EdgeIndex, Prepared, depths_in, nearest_to, overlay, shared_with, sizes_between
from ecozone.measure import shared as shared_module
from ecozone.measure.areal import scales_near
from ecozone.measure.edge_index import index_of
from ecozone.measure.outlines import outlines_of
from ecozone.measure.workers import at_most, in_parts

E, N = 527_000.0, 4_328_000.0
GK = "EPSG:4548"
#: Metres in a step of the lattice on which shapes are drawn: slivers of 3 mm beside fields of hundreds of metres.
STEPS = st.sampled_from([0.003, 1.0, 37.0])

cells = st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=24)


def on_lattice(chosen: set[tuple[int, int]], marks: list[float]) -> shapely.Geometry:
    """Return the union of chosen cells of an uneven lattice: holes, parts, corners that touch, straight runs."""
    boxes = [shapely.box(E + marks[x], N + marks[y], E + marks[x + 1], N + marks[y + 1]) for x, y in sorted(chosen)]
    whole = shapely.union_all(boxes)
    parts = [part for part in shapely.get_parts(whole) if part.is_valid]
    return shapely.multipolygons(parts) if len(parts) > 1 else whole


@st.composite
def lattices(draw: Any) -> list[float]:
    """Return where the lines of a lattice lie, in metres, on the millimetre."""
    return [0.0, *np.cumsum([draw(STEPS) for _ in range(6)]).round(3).tolist()]


@st.composite
def stars(draw: Any) -> shapely.Polygon:
    """Return a star around a lattice point, perhaps with a hole: edges in all directions."""
    corners = draw(st.integers(3, 12))
    middle = draw(st.tuples(st.integers(-60, 60), st.integers(-60, 60)))
    radii = np.array(draw(st.lists(st.integers(5, 90), min_size=corners, max_size=corners)), dtype=float)
    angles = 2 * np.pi * (np.arange(corners) + draw(st.floats(0, 0.4))) / corners
    turn = np.column_stack([np.cos(angles), np.sin(angles)])
    shell = np.array([E + middle[0], N + middle[1]]) + turn * radii[:, None]
    hole = np.array([E + middle[0], N + middle[1]]) + turn[::-1] * radii[::-1, None] * 0.3
    shape = shapely.Polygon(shell.round(3), [hole.round(3)] if draw(st.booleans()) and radii.min() > 20 else [])
    return shape if shape.is_valid else shapely.convex_hull(shape)


def series(*shapes: Any) -> gpd.GeoSeries:
    return gpd.GeoSeries(list(shapes), crs=GK)


def index(*shapes: Any) -> EdgeIndex:
    found = np.full(len(shapes), None, dtype=object)
    found[:] = shapes
    return EdgeIndex(found)


def areas(shared: Any) -> dict[tuple[int, int], float]:
    return dict(zip(zip(shared.left.tolist(), shared.right.tolist(), strict=True), shared.area_m2, strict=True))


def by_overlay(site: Any, zone: Any) -> float:
    parts = shapely.get_parts(shapely.intersection(site, zone))
    return float(area_m2(series(*parts[shapely.get_dimensions(parts) == 2])).sum()) if len(parts) else 0.0


@settings(max_examples=120)
@given(lattices(), cells, cells)
def test_shapes_with_shared_borders_holes_and_parts(marks: list[float], one: Any, two: Any) -> None:
    """On a lattice, where borders, corners and straight runs coincide, the area is that of the cells in both."""
    site, zone = on_lattice(one, marks), on_lattice(two, marks)
    common = [shapely.box(E + marks[x], N + marks[y], E + marks[x + 1], N + marks[y + 1]) for x, y in one & two]
    expected = float(area_m2(series(*common)).sum()) if common else 0.0
    found = areas(shared_with(Prepared(series(site)), index(zone))).get((0, 0), 0.0)
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-6)


@settings(max_examples=150)
@given(st.lists(stars(), min_size=1, max_size=4), st.lists(stars(), min_size=1, max_size=4))
def test_shapes_with_edges_in_all_directions(sites: list[Any], zones: list[Any]) -> None:
    """The area is that of the overlay in floating point, to 1e-6, for every pair; no pair is missed or added."""
    found = areas(shared_with(Prepared(series(*sites)), index(*zones)))
    for i, site in enumerate(sites):
        for j, zone in enumerate(zones):
            assert found.get((i, j), 0.0) == pytest.approx(by_overlay(site, zone), rel=1e-6, abs=2e-3)
            assert ((i, j) in found) == site.intersects(zone)


@settings(max_examples=60)
@given(stars(), stars(), st.floats(0.5, 40))
def test_reach_finds_what_lies_near(site: Any, zone: Any, reach: float) -> None:
    """Pairs within reach are those that shapely finds, and what lies inside by more is said to."""
    shared = shared_with(Prepared(series(site)), index(zone), reach_m=reach)
    assert bool(len(shared)) == bool(shapely.dwithin(site, zone, reach))
    if len(shared):
        deep = zone.covers(site) and zone.boundary.distance(site) > reach
        assert bool(shared.inside[0]) == deep


@settings(max_examples=60)
@given(stars(), st.lists(st.integers(-150, 150), min_size=2, max_size=6))
def test_lines_and_points_inside(zone: Any, heights: list[int]) -> None:
    """Lines have the length inside, points their number, as the shapes of the overlaps have.

    Lines go from west to east: where one turns back by a sharp angle, the grid makes one line of both arms.
    """
    xy = np.add(np.column_stack([np.linspace(-150, 150, len(heights)), heights]), (E, N))
    line, points = shapely.LineString(xy), shapely.MultiPoint(xy)
    shared = shared_with(Prepared(series(line, points)), index(zone))
    found = dict(zip(shared.left.tolist(), zip(shared.length_m, shared.count, strict=True), strict=True))
    inside = float(length_m(series(shapely.intersection(line, zone)))[0])
    assert found.get(0, (0.0, 0))[0] == pytest.approx(inside, rel=1e-6, abs=2e-2)
    assert found.get(1, (0, 0.0))[1] == shapely.get_num_coordinates(shapely.intersection(points, zone))


@settings(max_examples=40)
@given(st.lists(stars(), min_size=2, max_size=6), st.lists(stars(), min_size=2, max_size=6), st.randoms())
def test_the_order_of_sites_and_zones_does_not_matter(sites: list[Any], zones: list[Any], chance: Any) -> None:
    """Every pair has the same area to the last bit, wherever its site and its zone stand."""
    rows, columns = list(range(len(sites))), list(range(len(zones)))
    chance.shuffle(rows)
    chance.shuffle(columns)
    one = areas(shared_with(Prepared(series(*sites)), index(*zones)))
    other = areas(shared_with(Prepared(series(*[sites[i] for i in rows])), index(*[zones[j] for j in columns])))
    assert one == {(rows[i], columns[j]): area for (i, j), area in other.items()}


def scattered(count: int, seed: int) -> tuple[gpd.GeoSeries, EdgeIndex]:
    """Return many small sites over a few wiggly zones, one of them with a hole."""
    chance = np.random.default_rng(seed)
    x, y = chance.uniform(-900, 900, (2, count))
    wide, high = chance.uniform(1, 60, (2, count))
    sites = gpd.GeoSeries(shapely.box(E + x, N + y, E + x + wide, N + y + high), crs=GK)
    turn = np.linspace(0, 2 * np.pi, 700, endpoint=False)
    zones = []
    for east, radius in ((-300, 500), (300, 600), (0, 250)):
        away = radius * (1 + 0.2 * np.sin(9 * turn) + chance.uniform(0, 0.02, len(turn)))
        zones.append(shapely.Polygon(np.column_stack([E + east + away * np.cos(turn), N + away * np.sin(turn)])))
    zones.append(shapely.difference(zones[1], zones[2]))
    return sites, index(*zones)


def test_the_number_of_threads_does_not_matter() -> None:
    """One thread and three give the same bits."""
    sites, zones = scattered(4000, 1)
    one, three = (shared_with(Prepared(sites), zones, reach_m=2.0, threads=number) for number in (1, 3))
    for name in ("left", "right", "area_m2", "touch", "inside"):
        assert np.array_equal(getattr(one, name), getattr(three, name))


def test_many_sites_agree_with_overlay_on_the_grid() -> None:
    """Of thousands of pairs each area is that of the millimetre grid, as far as a millimetre of boundary tells."""
    sites, zones = scattered(1500, 2)
    shared = shared_with(Prepared(sites), zones)
    left, right = shapely.STRtree(zones.shapes).query(sites.to_numpy(), predicate="intersects")
    site, zone = sites.to_numpy()[left], zones.shapes[right]
    grid = shapely.intersection(site, zone, grid_size=0.001)
    expected = area_m2(gpd.GeoSeries(grid, crs=GK)).to_numpy()
    found = areas(shared)
    assert {pair for pair, area in found.items() if area > 0} == {
        pair for pair, area in zip(zip(left, right, strict=True), expected, strict=True) if area > 0
    }
    for pair, area, around in zip(zip(left, right, strict=True), expected, shapely.length(grid), strict=True):
        assert found[pair] == pytest.approx(area, rel=1e-6, abs=0.001 * around + 1e-6)
    assert (shared.inside.sum() > 300) and (len(shared) - shared.inside.sum() > 300)


def test_parts_of_a_zone_sum_to_it() -> None:
    """What a site shares with a zone, and with the rest of the world, is the site."""
    sites, zones = scattered(1500, 3)
    box = shapely.box(E - 2000, N - 2000, E + 2000, N + 2000)
    rest = index(*[shapely.difference(box, zone) for zone in zones.shapes])
    prepared = Prepared(sites)
    every = np.arange(len(sites))
    for number in range(len(zones.shapes)):
        both = [sizes_between(prepared, every, side, np.full(len(sites), number)) for side in (zones, rest)]
        thin = np.minimum(*both) <= prepared.thin_m2
        slack = np.where(thin, 0.001 * prepared.around_m, 1e-9 * prepared.area_m2)
        assert (np.abs(sum(both) - prepared.area_m2) <= slack).all()


@pytest.mark.parametrize("turned", [False, True])
def test_the_way_a_ring_is_walked_does_not_matter(turned: bool) -> None:
    """Rings walked the other way round, and the same zone twice, change nothing."""
    site = shapely.box(E, N, E + 100, N + 50)
    zone = shapely.Polygon(
        shapely.get_coordinates(shapely.box(E + 50, N - 50, E + 200, N + 200)),
        [shapely.get_coordinates(shapely.box(E + 60, N + 10, E + 80, N + 20))],
    )
    both = [shapely.reverse(shape) if turned else shape for shape in (site, zone)]
    shared = shared_with(Prepared(series(both[0])), index(both[1], both[1]))
    expected = area_m2(series(shapely.intersection(site, zone)))[0]
    assert shared.area_m2 == pytest.approx([expected, expected], rel=1e-9)


def test_a_notch_with_an_upright_edge_is_seen() -> None:
    """A site across an upright edge in the middle of a zone is not taken to be inside: no other edge is near it."""
    zone = shapely.Polygon(
        [(0, 0), (1000, 0), (1000, 1000), (600, 1000), (600, 300), (400, 300), (400, 1000), (0, 1000)]
    )
    zone = shapely.transform(zone, lambda xy: np.add(xy, (E, N)))
    site = shapely.box(E + 390, N + 600, E + 430, N + 640)
    shared = shared_with(Prepared(series(site)), index(zone))
    assert shared.area_m2[0] == pytest.approx(
        area_m2(series(shapely.box(E + 390, N + 600, E + 400, N + 640)))[0], rel=1e-9
    )
    assert not shared.inside[0]


def test_ellipsoidal_areas_far_from_the_central_meridian() -> None:
    """At the rim of a strip, where the scale changes across a site, the area is that of `area_m2` to 1e-9."""
    for east in (370_000.0, 630_000.0, 800_000.0):
        assert scales_near(np.array([[east, N, east + 9000, N + 7000]]), CRS(GK))[1][0]
        site, zone = shapely.box(east, N, east + 9000, N + 7000), shapely.Point(east + 5000, N).buffer(6000)
        shared = shared_with(Prepared(series(site)), index(zone))
        assert shared.area_m2[0] == pytest.approx(by_overlay(site, zone), rel=1e-9)


def test_a_site_of_half_a_country_is_measured_by_its_shape() -> None:
    """Where no polynomial holds the scale, overlay answers."""
    site, zone = shapely.box(2e5, 3.5e6, 1.1e6, 4.6e6), shapely.Point(6e5, 4e6).buffer(3e5)
    prepared = Prepared(series(site))
    assert not prepared.scale[1][0]
    shared = shared_with(prepared, index(zone))
    assert shared.area_m2[0] == pytest.approx(float(area_m2(series(zone))[0]), rel=1e-9)


@settings(max_examples=60)
@given(stars(), st.lists(stars(), min_size=1, max_size=4))
def test_nearest_is_the_nearest(site: Any, zones: list[Any]) -> None:
    """Distances are those of shapely to every zone, and the zone is the nearest, the first of equals."""
    moved = shapely.transform(site, lambda xy: np.add(xy, (230.0, 75.0)))
    found = nearest_to(Prepared(series(moved)), index(*zones))
    plane = shapely.distance(moved, np.array(zones))
    zone = int(np.flatnonzero(plane <= plane.min() + 1e-6)[0])
    assert found.zone[0] == zone
    assert found.distance_m[0] == pytest.approx(plane.min(), rel=1e-4, abs=1e-6)
    assert np.isnan(found.bearing_deg[0]) == (found.distance_m[0] == 0)


def test_nearest_of_points_lines_and_polygons_to_all_kinds() -> None:
    """Whatever the kinds, the nearest zone is that of shapely."""
    chance = np.random.default_rng(4)
    xy = np.add(chance.uniform(0, 5000, (300, 2)), (E, N))
    kinds = [
        shapely.Point,
        lambda p: shapely.LineString([p, np.add(p, (40, 25))]),
        lambda p: shapely.Point(p).buffer(20, 3),
    ]
    shapes = np.array([kinds[i % 3](p) for i, p in enumerate(xy)], dtype=object)
    sites, zones = shapes[:200], shapes[200:]
    found = nearest_to(Prepared(gpd.GeoSeries(sites, crs=GK)), EdgeIndex(zones))
    plane = shapely.distance(sites[:, None], zones[None, :])
    assert found.zone.tolist() == np.argmin(plane, axis=1).tolist()
    assert np.allclose(found.distance_m, plane.min(axis=1), rtol=1e-4)


def test_nearest_among_thousands_of_edges_in_any_order_on_any_number_of_threads() -> None:
    """Ragged zones with holes and parts, sites in them, in holes, around and far away: shapely's zone and distance."""
    sites, zones = scattered(2_500, 6)
    ragged, far = zones.shapes, (90_000.0, -50_000.0)
    ring = shapely.difference(ragged[3], shapely.box(E + 400, N - 100, E + 480, N + 30))
    shapes = np.array([ring, shapely.multipolygons([ragged[2], shapely.box(E - 900, N - 900, E - 899, N - 899)])])
    away = [shapely.transform(shape, lambda xy: np.add(xy, far)) for shape in sites[:100]]
    around = shapely.box(E - 950, N - 950, E - 800, N - 800)
    all_sites = gpd.GeoSeries([*sites, around, *away, None], crs=GK)
    found = nearest_to(Prepared(all_sites), EdgeIndex(shapes))
    assert found.zone[-1] == -1
    plane = shapely.distance(np.asarray(all_sites)[:-1, None], shapes[None, :])
    assert found.zone[:-1].tolist() == (plane <= plane.min(axis=1, keepdims=True) + 1e-6).argmax(axis=1).tolist()
    assert np.allclose(found.distance_m[:-1], plane.min(axis=1), rtol=2e-4, atol=1e-6)
    assert ((found.distance_m[:-1] == 0) == (plane.min(axis=1) <= 1e-6)).all()
    order = np.random.default_rng(6).permutation(len(all_sites))
    with at_most(3):
        turned = nearest_to(Prepared(all_sites.iloc[order]), EdgeIndex(shapes))
    for name in ("zone", "distance_m", "bearing_deg"):
        assert np.array_equal(getattr(found, name)[order], getattr(turned, name), equal_nan=name != "zone")
    nobody = nearest_to(Prepared(all_sites), EdgeIndex(np.array([None], dtype=object)))
    assert (nobody.zone == -1).all()
    assert np.isnan(nobody.distance_m).all()


def test_depth_is_the_distance_from_the_boundary() -> None:
    """Of points it is their distance from the boundary; of sites at least that of every corner."""
    sites, zones = scattered(400, 5)
    prepared = Prepared(gpd.GeoSeries(shapely.centroid(sites.to_numpy()), crs=GK))
    shared = shared_with(prepared, zones)
    depth = depths_in(shared, np.arange(len(shared)))
    boundary = shapely.boundary(zones.shapes)
    expected = shapely.distance(boundary[shared.right], prepared.shapes[shared.left])
    assert np.allclose(depth, expected, atol=1e-6)
    shared = shared_with(Prepared(sites), zones)
    shared = shared.only(shared.meets)
    depth = depths_in(shared, np.arange(len(shared)))
    shapes = shared.shapes(np.arange(len(shared)))
    middle = shapely.distance(boundary[shared.right], shapely.point_on_surface(shapes))
    assert (depth >= middle - 1e-6).all()


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=9), st.sampled_from([0.0, 0.1]))
def test_what_is_plainly_valid_is_valid(corners: list[tuple[int, int]], tilt: float) -> None:
    """Of rings with crossings, spikes, corners on edges, repeated vertices: none is taken for valid that is not."""
    turn = np.array([[np.cos(tilt), np.sin(tilt)], [-np.sin(tilt), np.cos(tilt)]])
    shape = shapely.Polygon(np.array([*corners, corners[0]]) @ turn + [E, N])
    assert shape.is_valid or not index(shape).simple[0]


def test_stars_are_plainly_valid_and_what_nobody_can_tell_is_left_to_others() -> None:
    """A ring of thousands of vertices is told at once; holes, parts, lines, nothing and a bow-tie are not."""
    zones = scattered(1, 3)[1].shapes
    bow = shapely.Polygon([(E, N), (E + 9, N + 9), (E + 9, N), (E, N + 9)])
    parts = shapely.multipolygons([zones[0], shapely.box(E - 5000, N, E - 4900, N + 9)])
    found = index(*zones[:3], zones[3], parts, bow, shapely.LineString([(E, N), (E + 1, N)]), None, shapely.Point(E, N))
    assert found.simple.tolist() == [True] * 3 + [False] * 6
    with pytest.raises(GeometryError, match="Self-intersection"):
        overlay(gpd.GeoDataFrame(geometry=series(zones[0])), gpd.GeoDataFrame(geometry=series(zones[0], bow)))


def test_long_edges_do_not_fill_every_slab() -> None:
    """A comb of thousands of long teeth makes an index no larger than a few entries an edge."""
    teeth = 3000
    y = np.repeat(np.arange(teeth + 1), 2)[1:-1] * 1.0
    x = np.tile([10_000.0, 10_000.0, 0.5, 0.5], teeth // 2)[: len(y)]
    comb = shapely.Polygon(np.vstack([np.column_stack([E + x, N + y]), [[E, N + teeth], [E, N]]]))
    assert comb.is_valid
    zones = index(comb)
    assert len(zones.slabs.edge) <= 8 * shapely.get_num_coordinates(comb) + 64
    site = shapely.box(E + 5000, N + 100.25, E + 5010, N + 130.75)
    shared = shared_with(Prepared(series(site)), zones)
    assert shared.area_m2[0] == pytest.approx(by_overlay(site, comb), rel=1e-8)


def test_disagreement_is_a_defect_with_both_shapes_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two areas that differ are never chosen between: the error names a file from which the case can be run again."""
    honest = shared_module.by_edges

    def wrong(*words: Any, **more: Any) -> Any:
        area, state, touch = honest(*words, **more)
        return area * np.where(state == 2, 1.01, 1.0), state, touch

    monkeypatch.setattr(shared_module, "by_edges", wrong)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    site, zone = shapely.box(E, N, E + 100, N + 100), shapely.box(E + 50, N + 50, E + 300, N + 300)
    shared = shared_with(Prepared(series(site)), index(zone))
    with pytest.raises(DefectError) as caught:
        shared.shapes(np.array([0]))
    kept = json.loads(Path(str(caught.value.place.file)).read_text("utf-8"))
    assert shapely.from_wkb(kept["site"]).equals(site)
    assert shapely.from_wkb(kept["zone"]).equals(zone)
    assert kept["by_edges_m2"] == pytest.approx(kept["by_shape_m2"] * 1.01, rel=1e-6)


def test_a_share_of_all_pairs_is_checked_though_nobody_asks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of thousands of pairs some are compared with overlay unasked, so that a wrong area cannot stay unseen."""
    sites, zones = scattered(3000, 6)
    honest = shared_module.by_edges

    def wrong(*words: Any, **more: Any) -> Any:
        area, state, touch = honest(*words, **more)
        return area * np.where(state == 2, 1.05, 1.0), state, touch

    monkeypatch.setattr(shared_module, "by_edges", wrong)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(DefectError):
        shared_with(Prepared(sites), zones)


def test_equal_layers_share_an_index_while_somebody_holds_it() -> None:
    """The same boundaries are indexed once; others never get that index."""
    zone = shapely.box(E, N, E + 10, N + 10)
    one = index_of(np.array([zone], dtype=object))
    assert index_of(np.array([shapely.from_wkb(zone.wkb)], dtype=object)) is one
    assert index_of(np.array([shapely.box(E, N, E + 10, N + 10.000001)], dtype=object)) is not one
    in_its_box = shapely.Polygon([(E, N), (E + 10, N + 2), (E + 10, N + 10), (E, N + 10)])
    assert index_of(np.array([in_its_box], dtype=object)) is not one


def test_work_in_parts_is_done_once_each() -> None:
    """Every row is done once, whatever the number of threads, and an error comes out."""
    for threads in (1, 2, 5):
        done = np.zeros(5000, dtype=int)

        def work(start: int, stop: int, done: Any = done) -> None:
            done[start:stop] += 1

        in_parts(work, len(done), threads=threads)
        assert (done == 1).all()

    def fail(start: int, stop: int) -> None:
        raise ValueError(start)

    with pytest.raises(ValueError, match="0"):
        in_parts(fail, 5000, threads=2)


def test_areas_are_those_of_postgis(server: Any) -> None:
    """PostGIS, which overlays on a plane and measures on the ellipsoid by itself, finds the same areas to 1e-6."""
    sites, zones = scattered(60, 7)
    shared = shared_with(Prepared(sites), zones)
    rows = ",".join(
        f"({i},{j},'{sites.iloc[i].wkb_hex}','{zones.shapes[j].wkb_hex}')"
        for i, j in zip(shared.left, shared.right, strict=True)
    )
    answer = server.sql(
        "SELECT i, j, ST_Area(ST_Transform(ST_Intersection(ST_SetSRID(a::geometry, 4548),"
        f" ST_SetSRID(b::geometry, 4548)), 4326)::geography) FROM (VALUES {rows}) AS pairs(i, j, a, b)"
    )
    found = areas(shared)
    assert len(answer) == len(found) > 50
    for i, j, area in answer:
        assert found[i, j] == pytest.approx(area, rel=1e-6, abs=1e-4)


def test_plain_polygons_and_points_are_taken_apart_like_any_others() -> None:
    """The short way for polygons without holes, and for points, comes to the rings, sides and boxes of the long one."""
    draw = np.random.default_rng(2)
    round_ones = [shapely.Point(E + x, N + y).buffer(r, quad_segs=3) for x, y, r in draw.uniform(0.001, 500, (60, 3))]
    round_ones[::2] = [shapely.reverse(one) for one in round_ones[::2]]
    for shapes in (round_ones, list(shapely.points(draw.uniform(0, 1e6, (50, 2))))):
        short = outlines_of(np.array(shapes, dtype=object))
        long = outlines_of(np.array([*shapes, shapely.LineString([(0, 0), (1, 1)])], dtype=object))
        count, rings = len(shapes), int(long.first[len(shapes)])
        assert np.array_equal(short.xy, long.xy[: long.rings[rings]])
        assert np.array_equal(short.rings, long.rings[: rings + 1])
        assert np.array_equal(short.side, long.side[:rings])
        assert np.array_equal(short.first, long.first[: count + 1])
        assert np.array_equal(short.box, long.box[:count])
        assert np.array_equal(short.dimension, long.dimension[:count])
