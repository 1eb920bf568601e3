"""Ellipsoidal area, length, distance and azimuth against independent truths."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from functools import cache

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod, Proj, Transformer

from ecozone.errors import CrsError, CrsMismatchError, GeometryError
from ecozone.geo import area_m2, azimuth_deg, distance_m, length_m, norm_crs, plane_area_m2, reproject
from ecozone.geo.small_rings import small_ring_areas

#: The module, which the room does not hand on.
measures = sys.modules["ecozone.geo.measures"]
GEOD = Geod(a=6378137.0, rf=298.257222101)
DONGLI = (117.4, 39.1)
CRSS = [4548, 4527, 4509, 32650, 3857, 6933, 4490, 4326]


@cache
def way(src: int, dst: int) -> Transformer:
    """Return PROJ's own way from one CRS to another."""
    return Transformer.from_crs(src, dst, always_xy=True)


@cache
def base(crs: int) -> int:
    """Return the code of a grid's own degrees."""
    return CRS.from_epsg(crs).geodetic_crs.to_epsg()


def series(*shapes: object, crs: object = 4548) -> gpd.GeoSeries:
    return gpd.GeoSeries(list(shapes), crs=crs)


def at_dongli(shape: shapely.Geometry, crs: int) -> shapely.Geometry:
    """Move a shape drawn in metres around 0, 0 to Dongli, in the units of ``crs``."""
    x, y = way(4490, crs).transform(*DONGLI)
    unit = 1 / 111_320 if base(crs) == crs else 1.0
    return shapely.transform(shape, lambda xy: xy * unit + np.array([x, y]))


def star(size: float, corners: int = 9) -> shapely.Polygon:
    """Draw an irregular polygon with a hole."""
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False) + 0.3
    reach = size * (1 + 0.3 * np.sin(5 * turn))
    outer = np.column_stack([reach * np.cos(turn), reach * np.sin(turn)])
    return shapely.Polygon(outer, [outer * 0.3])


def geodesic_area(shape: shapely.Polygon, crs: int, pieces: int = 3000) -> float:
    """Return the area by pyproj's geodesics through ``pieces`` points on each edge."""
    total = 0.0
    for i, ring in enumerate([shape.exterior, *shape.interiors]):
        dense = shapely.segmentize(ring, ring.length / len(ring.coords) / pieces)
        area, _ = GEOD.polygon_area_perimeter(*way(crs, base(crs)).transform(*np.asarray(dense.coords).T))
        total += abs(area) if i == 0 else -abs(area)
    return total


def geodesic_length(shape: shapely.LineString, crs: int) -> float:
    dense = shapely.segmentize(shape, shape.length / 20_000)
    return GEOD.line_length(*way(crs, base(crs)).transform(*np.asarray(dense.coords).T))


@pytest.mark.parametrize("crs", CRSS)
@pytest.mark.parametrize("size", [1_000.0, 10_000.0, 50_000.0])
def test_area_is_the_geodesic_truth(crs: int, size: float) -> None:
    """Polygons with holes of 2 to 100 km, in degrees and on any projection, agree with densified geodesics to 1e-8."""
    shape = at_dongli(star(size), crs)
    assert area_m2(series(shape, crs=crs))[0] == pytest.approx(geodesic_area(shape, crs), rel=1e-8)


@pytest.mark.parametrize("crs", [4548, 4527, 32650])
@pytest.mark.parametrize("size", [5.0, 50.0, 500.0])
def test_small_parcels_keep_their_digits(crs: int, size: float) -> None:
    """A 10 m parcel is right to 1e-8: its plane area over PROJ's own areal scale at its middle."""
    shape = at_dongli(star(size), crs)
    local = shapely.transform(shape, lambda xy: xy - np.asarray(shape.exterior.coords)[0])
    lon, lat = way(crs, base(crs)).transform(shape.centroid.x, shape.centroid.y)
    truth = local.area / Proj(crs).get_factors(lon, lat).areal_scale
    assert area_m2(series(shape, crs=crs))[0] == pytest.approx(truth, rel=1e-8)


@pytest.mark.parametrize("crs", [4548, 4527, 4509, 32650])
@given(east=st.floats(-380e3, 380e3), north=st.floats(0, 6e6), size=st.floats(10, 370), corners=st.integers(4, 40))
@settings(max_examples=25, deadline=None)
def test_small_rings_are_measured_as_large_ones(crs: int, east: float, north: float, size: float, corners: int) -> None:
    """What the moments of a ring give anywhere in a strip is what its edges give, up to the digits of these."""
    boundary = sys.modules["ecozone.geo.boundary"]
    zone = 39.5e6 if crs == 4527 else 0.5e6
    xy = np.asarray(star(size, corners).exterior.coords) + np.array([zone + east, north])
    starts = np.array([0, len(xy)])
    plain = norm_crs(crs)
    assert np.isfinite(small_ring_areas(xy, starts, plain)).all()
    edges = boundary._large_ring_areas(xy, starts, plain)
    assert small_ring_areas(xy, starts, plain) == pytest.approx(edges, rel=1e-8 / size + 1e-11)


def test_small_parcels_in_degrees_keep_their_digits() -> None:
    """A 10 m parcel in degrees is right to 1e-8: the closed integral between two parallels and two meridians."""
    west, south, side = 117.4, 39.1, 1e-4
    a, e = 6378137.0, math.sqrt((2 - 1 / 298.257222101) / 298.257222101)
    middle = math.radians(south + side / 2)
    cell = a**2 * (1 - e**2) * math.cos(middle) / (1 - (e * math.sin(middle)) ** 2) ** 2
    # The mean over the parcel differs from the middle by the square of its size, 1e-13.
    truth = cell * math.radians((south + side) - south) * math.radians((west + side) - west)
    box = series(shapely.box(west, south, west + side, south + side), crs=4490)
    assert area_m2(box)[0] == pytest.approx(truth, rel=1e-8)


def test_the_whole_earth() -> None:
    """The area of all longitudes and latitudes is that of the ellipsoid (Snyder 1987)."""
    earth = series(shapely.box(-180, -90, 180, 90), crs=4490)
    a, f = 6378137.0, 1 / 298.257222101
    e = math.sqrt(f * (2 - f))
    truth = 2 * math.pi * a**2 * (1 + (1 - e**2) / e * math.atanh(e))
    assert area_m2(earth)[0] == pytest.approx(truth, rel=1e-9)


@pytest.mark.parametrize(("east", "truth"), [(510_000, 999_997.28), (535_000, 999_968.98), (547_000, 999_944.46)])
def test_published_squares(east: float, truth: float) -> None:
    """Squares of a kilometre have the ellipsoidal areas that are worked out for them, whatever the plane says."""
    square = shapely.box(east, 4_330_000, east + 1000, 4_331_000)
    assert area_m2(series(square))[0] == pytest.approx(truth, abs=0.006)
    assert plane_area_m2(series(square))[0] == pytest.approx(1e6, abs=1e-6)
    if east == 535_000:
        for crs, plane in ((32650, 999_200.2), (6933, 999_968.98)):
            drawn = reproject(series(square), crs)
            assert plane_area_m2(drawn)[0] == pytest.approx(plane, abs=0.06)
            assert area_m2(drawn)[0] == pytest.approx(truth, abs=0.006)
        assert reproject(series(square), 3857).area[0] == pytest.approx(1_663_037, abs=1)


def test_web_mercator_has_its_true_area() -> None:
    """A plane area 66 % too large does not come out of EPSG:3857."""
    shape = at_dongli(shapely.box(0, 0, 1000, 1000), 3857)
    assert shape.area / area_m2(series(shape, crs=3857))[0] == pytest.approx(1.663, abs=0.005)


@pytest.mark.parametrize("measure", [area_m2, length_m])
def test_what_has_no_area_or_length(measure: Callable[[gpd.GeoSeries], object]) -> None:
    """None is not a number, empty shapes and points measure 0, whatever stands beside them."""
    found = measure(series(None, shapely.Polygon(), shapely.Point(5e5, 4.33e6), shapely.GeometryCollection()))
    assert np.isnan(found[0])
    assert found[1:].tolist() == [0, 0, 0]
    assert measure(series(None))[0] != measure(series(None))[0]
    assert len(measure(series())) == 0


def test_parts_add_up_and_the_index_stays() -> None:
    """Multiparts and collections measure the sum of their parts; lines have no area; the index is kept."""
    one, two = at_dongli(star(500), 4548), shapely.box(6e5, 4.33e6, 6.01e5, 4.331e6)
    line = shapely.LineString([(5e5, 4.33e6), (5.01e5, 4.331e6)])
    rows = series(one, two, shapely.MultiPolygon([one, two]), shapely.GeometryCollection([one, line, two]), line)
    rows.index = list("abcde")
    area, length = area_m2(rows), length_m(rows)
    assert list(area.index) == list("abcde")
    assert area["c"] == pytest.approx(area["a"] + area["b"], rel=1e-14)
    assert area["d"] == pytest.approx(area["c"], rel=1e-14)
    assert area["e"] == 0
    assert length["d"] == pytest.approx(length["a"] + length["b"] + length["e"], rel=1e-14)
    assert length["b"] == pytest.approx(length_m(series(two.exterior))[0], rel=1e-14)


@pytest.mark.parametrize("crs", CRSS)
@pytest.mark.parametrize("size", [10.0, 3_000.0, 80_000.0])
def test_length_is_the_geodesic_truth(crs: int, size: float) -> None:
    """A line is as long as the geodesics through 20,000 points on it, to 1e-9."""
    line = at_dongli(shapely.LineString([(0, 0), (size, size / 3), (size / 2, -size)]), crs)
    # GeographicLib's geodesics are good to 15 nm each, which 20,000 points add up to on a short line.
    assert length_m(series(line, crs=crs))[0] == pytest.approx(geodesic_length(line, crs), rel=1e-9, abs=2e-6)


arms = st.floats(0.1, 1.5)
quads = st.tuples(st.sampled_from([20.0, 900.0, 9e3]), arms, arms, arms, arms).map(
    lambda q: shapely.Polygon([(q[1] * q[0], 0), (0, q[2] * q[0]), (-q[3] * q[0], 0), (0, -q[4] * q[0])])
)


@settings(max_examples=60, deadline=None)
@given(quads, st.sampled_from(CRSS), st.integers(1, 3), st.floats(0.2, 0.8))
def test_laws_of_area(quad: shapely.Polygon, crs: int, turn: int, cut: float) -> None:
    """An area does not depend on where its ring starts or which way it runs, and is the sum of its two parts."""
    shape = at_dongli(quad, crs)
    corners = list(shape.exterior.coords)[:-1]
    turned = shapely.Polygon(corners[turn:] + corners[:turn])
    a, b, c, d = (np.array(corner) for corner in corners)
    east, west = shapely.Polygon([a, b, b + (d - b) * cut, d]), shapely.Polygon([b, c, d, b + (d - b) * cut])
    whole, started, reversed_, one, two = area_m2(series(shape, turned, shape.reverse(), east, west, crs=crs))
    assert started == pytest.approx(whole, rel=1e-9)
    assert reversed_ == pytest.approx(whole, rel=1e-9)
    # The cut's middle is rounded to a coordinate's last digit, 10⁻⁹ m of a 20 m parcel's border.
    assert one + two == pytest.approx(whole, rel=1e-8)


@settings(max_examples=30, deadline=None)
@given(quads)
def test_one_ground_has_one_area(quad: shapely.Polygon) -> None:
    """A parcel drawn on the grid and the same parcel in degrees, followed closely, agree to 1e-8."""
    plane = series(at_dongli(quad, 4548))
    degrees = reproject(plane, 4490, tolerance_m=1e-9 * math.sqrt(quad.area))
    assert area_m2(degrees)[0] == pytest.approx(area_m2(plane)[0], rel=1e-8)


def test_neither_order_nor_company_moves_an_area() -> None:
    """An area is the same to the last bit in any order of the rows and beside any others."""
    rng = np.random.default_rng(7)
    shapes = [at_dongli(star(size), 4548) for size in rng.uniform(5, 30_000, 60)]
    together = area_m2(series(*shapes)).to_numpy()
    order = rng.permutation(60)
    assert np.array_equal(area_m2(series(*[shapes[i] for i in order])).to_numpy(), together[order])
    assert [area_m2(series(shape))[0] for shape in shapes] == together.tolist()


def test_another_ellipsoid_comes_over_a_checked_shift_or_not_at_all() -> None:
    """An area on the Airy ellipsoid is that of the ground; on Xi'an 1980, which has no public shift, it is refused."""
    shape = shapely.box(400_000, 500_000, 401_000, 501_000)
    lon, lat = way(27700, 4277).transform(400_500, 500_500)
    truth = 1e6 / Proj(27700).get_factors(lon, lat).areal_scale
    # The British datum is some 20 ppm larger than the Earth's.
    assert area_m2(series(shape, crs=27700))[0] == pytest.approx(truth, rel=1e-4)
    with pytest.raises(CrsError, match="西安80"):
        area_m2(series(shapely.box(5e5, 4.33e6, 5.01e5, 4.331e6), crs=2384))


def test_what_cannot_be_measured_is_refused() -> None:
    """Coordinates that are not finite, no CRS, and a boundary across the 180° meridian are errors, not numbers."""
    broken = shapely.Polygon([(5e5, 4.33e6), (5.01e5, float("inf")), (5.01e5, 4.33e6)])
    with pytest.raises(GeometryError, match="无效的坐标值"):
        area_m2(series(broken))
    with pytest.raises(CrsError, match="没有坐标系"):
        area_m2(series(shapely.box(0, 0, 1, 1), crs=None))
    around = shapely.Point(0, 1e6).buffer(1e6)
    with pytest.raises(GeometryError, match="极点"):
        area_m2(series(around, crs="+proj=laea +lat_0=80 +lon_0=0 +ellps=GRS80 +type=crs"))


def test_the_180th_meridian_is_no_border() -> None:
    """A parcel across it on a grid of the Pacific has its own area, not that of the other way round the Earth."""
    x, y = way(4326, 3832).transform(179.9999, 39.1)
    across = shapely.box(x, y, x + 30_000, y + 10_000)
    beside = shapely.box(x - 90_000, y, x - 60_000, y + 10_000)
    found = area_m2(series(across, beside, crs=3832))
    assert found[0] == pytest.approx(found[1], rel=1e-12)


def test_plane_area_has_its_place() -> None:
    """Plane areas exist on a grid, in m² whatever its unit; not in degrees, not in the web maps' Mercator."""
    assert plane_area_m2(series(shapely.box(5e5, 4.33e6, 5.01e5, 4.331e6), None)).tolist()[0] == 1e6
    feet = plane_area_m2(series(shapely.box(1e6, 2e5, 1e6 + 100, 2e5 + 100), crs=2263))[0]
    assert feet == pytest.approx(1e4 * (1200 / 3937) ** 2)
    for crs in (4490, 3857):
        with pytest.raises(CrsError, match="没有可用的平面面积"):
            plane_area_m2(series(shapely.box(0, 0, 1, 1), crs=crs))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([4490, 4548, 32650, 3857]),
    st.floats(-2e4, 2e4), st.floats(-2e4, 2e4), st.floats(-2e4, 2e4), st.floats(-2e4, 2e4),
)  # fmt: skip
def test_distance_between_points_is_the_geodesic(crs: int, ax: float, ay: float, bx: float, by: float) -> None:
    """Distances and azimuths of points are those of pyproj's geodesic; distance does not depend on the order."""
    a, b = at_dongli(shapely.Point(ax, ay), crs), at_dongli(shapely.Point(bx, by), crs)
    to_degrees = way(crs, 4490).transform
    azimuth, _, truth = GEOD.inv(*to_degrees(a.x, a.y), *to_degrees(b.x, b.y))
    one, two = series(a, crs=crs), series(b, crs=crs)
    assert distance_m(one, two)[0] == pytest.approx(truth, abs=1e-6)
    assert distance_m(two, one)[0] == pytest.approx(distance_m(one, two)[0], abs=1e-9)
    if truth > 1:
        off = (azimuth_deg(one, two)[0] - azimuth + 180) % 360 - 180
        assert abs(off) < 1e-4 / truth + 1e-7


@pytest.mark.parametrize("crs", [4490, 4548, 32650, 3857, 6933])
def test_distance_from_a_long_border(crs: int) -> None:
    """From a point to a slanting border of 60 km, any projection gives the least geodesic distance to its points."""
    border = at_dongli(shapely.LineString([(-30_000, -8_000), (30_000, 12_000)]), crs)
    point = at_dongli(shapely.Point(1_000, -9_000), crs)
    dense = np.asarray(shapely.segmentize(border, border.length / 200_000).coords)
    to_degrees = way(crs, 4490).transform
    lon, lat = to_degrees(*dense.T)
    here = to_degrees(point.x, point.y)
    truth = GEOD.inv(np.full_like(lon, here[0]), np.full_like(lat, here[1]), lon, lat)[2].min()
    assert distance_m(series(point, crs=crs), series(border, crs=crs))[0] == pytest.approx(truth, abs=2e-3)


def test_azimuths_are_from_true_north_clockwise() -> None:
    """North, east, south and west of a point lie at 0, 90, 180 and 270 degrees."""
    here = shapely.Point(117.4, 39.1)
    ways = [(0, 0.01), (0.01, 0), (0, -0.01), (-0.01, 0)]
    there = gpd.GeoSeries([shapely.Point(117.4 + dx, 39.1 + dy) for dx, dy in ways], crs=4490)
    found = azimuth_deg(gpd.GeoSeries([here] * 4, crs=4490), there)
    assert found.tolist() == pytest.approx([0, 90, 180, 270], abs=0.01)


def test_where_shapes_meet_there_is_no_distance() -> None:
    """Touching and overlapping shapes are 0 apart and have no azimuth; None and empty shapes have neither."""
    a = series(shapely.box(0, 0, 1, 1), shapely.box(0, 0, 2, 2), None, shapely.Polygon())
    b = series(shapely.box(1, 0, 2, 1), shapely.box(1, 1, 3, 3), shapely.box(0, 0, 1, 1), shapely.box(0, 0, 1, 1))
    for left, right in ((a, b), (b, a)):
        assert distance_m(left, right).tolist()[:2] == [0, 0]
        assert distance_m(left, right)[2:].isna().all()
        assert azimuth_deg(left, right).isna().all()
    assert distance_m(series(None, crs=4490), series(None, crs=4490)).isna().all()


def test_distances_need_one_crs_and_one_index() -> None:
    """Rows of two CRS or of two indexes are not paired silently."""
    a = series(shapely.Point(5e5, 4.33e6))
    with pytest.raises(CrsMismatchError):
        distance_m(a, a.set_crs(4527, allow_override=True))
    with pytest.raises(ValueError, match="row by row"):
        distance_m(a, a.set_axis(["x"]))


def test_portions_do_not_move_an_area(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many vertices are taken together, each shape has the same area to the bit."""
    shapes = [star(10.0 * count, count) for count in range(5, 60)]
    frame = series(*(at_dongli(shape, 4548) for shape in shapes), None, shapely.Polygon(), shapely.Point(5e5, 4.33e6))
    whole = area_m2(frame).tolist()
    for most in (1, 7, 100):
        monkeypatch.setattr(measures, "_PORTION_VERTICES", most)
        np.testing.assert_array_equal(area_m2(frame).tolist(), whole)
    assert area_m2(frame[:0]).tolist() == []
