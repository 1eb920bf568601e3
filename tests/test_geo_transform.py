"""Change of coordinates: finite, refused where it cannot be trusted, edges kept where they are on the ground."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from ecozone.errors import CrsError
from ecozone.geo import area_m2, norm_crs, reproject, transform_xy

BOX = shapely.box(500_000, 4_320_000, 530_000, 4_350_000)


def series(*shapes: object, crs: object = 4548) -> gpd.GeoSeries:
    return gpd.GeoSeries(list(shapes), crs=crs)


def test_rows_columns_and_attributes_stay() -> None:
    """A frame keeps its index, columns, geometry name and attrs, and a series its name; the original is untouched."""
    frame = gpd.GeoDataFrame({"a": [1, 2], "shape": [BOX, None]}, geometry="shape", crs=4548, index=["x", "y"])
    frame.attrs["notices"] = ("one",)
    moved = reproject(frame, 4490)
    assert list(moved.columns) == ["a", "shape"]
    assert list(moved.index) == ["x", "y"]
    assert moved.geometry.name == "shape"
    assert moved.crs == norm_crs(4490)
    assert moved.attrs == {"notices": ("one",)}
    assert moved.geometry.iloc[1] is None
    assert frame.geometry.iloc[0].equals_exact(BOX, 0)
    named = gpd.GeoSeries([BOX], crs=4548, name="n")
    assert reproject(named, 4490).name == "n"


def test_every_kind_of_geometry_comes_through() -> None:
    """Points, lines, rings, polygons with holes, multiparts and collections arrive and come back within 1e-8 m."""
    holed = BOX.difference(shapely.box(510_000, 4_330_000, 520_000, 4_340_000))
    far = shapely.box(540_000, 4_320_000, 541_000, 4_321_000)
    line = shapely.LineString([(450_000, 4_300_000), (550_000, 4_400_000)])
    point = shapely.Point(500_000, 4_330_000)
    ring = shapely.LinearRing(BOX.exterior.coords)
    many = [
        point, shapely.MultiPoint([point, (1 + 5e5, 4.33e6)]), line, shapely.MultiLineString([line, line.reverse()]),
        holed, shapely.MultiPolygon([holed, far]), shapely.GeometryCollection([point, line, holed]), ring,
    ]  # fmt: skip
    there = reproject(series(*many, None, shapely.Polygon()), 4490)
    back = reproject(there, 4548)
    for before, after in zip(many, back, strict=False):
        assert shapely.hausdorff_distance(before, after) < 1e-8
    assert there.iloc[-2] is None
    assert there.iloc[-1].is_empty
    assert not there.has_z.any()
    assert not reproject(series(shapely.Point(5e5, 4.33e6, 9.0)), 4490).has_z.any()


@pytest.mark.parametrize("crs", [4490, 4326, 3857, 32651, 4509])
@pytest.mark.parametrize("tolerance", [0.001, 0.1])
def test_straight_edges_stay_on_the_ground(crs: int, tolerance: float) -> None:
    """Points all along a 42 km edge, projected one by one, lie within the tolerance of the projected edge."""
    a, b = np.array([500_000.0, 4_320_000.0]), np.array([530_000.0, 4_350_000.0])
    moved = reproject(series(shapely.LineString([a, b])), crs, tolerance_m=tolerance).iloc[0]
    along = a + (b - a) * np.linspace(0, 1, 9973)[:, None]
    there = Transformer.from_crs(4548, crs, always_xy=True).transform(*along.T)
    unit = 111_320.0 if crs in (4490, 4326) else 1.0
    away = shapely.distance(shapely.points(*there), moved) * unit
    assert away.max() <= tolerance * 1.01
    assert crs == 4509 or len(moved.coords) > 2


def test_no_points_are_added_where_none_are_needed() -> None:
    """From a strip to the same strip with its number, and between CGCS2000 and WGS 84, vertices stay as many."""
    assert len(reproject(series(BOX), 4527).iloc[0].exterior.coords) == 5
    degrees = series(shapely.box(117, 39, 118, 40), crs=4326)
    assert reproject(degrees, 4490).iloc[0].equals_exact(degrees.iloc[0], 0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(5e5, 5.4e5), st.floats(4.31e6, 4.35e6)), min_size=2, max_size=6, unique=True))
def test_the_way_an_edge_is_walked_does_not_matter(points: list[tuple[float, float]]) -> None:
    """A line and its reverse get the same points to the last bit, so that a shared border stays shared."""
    line = shapely.LineString(points)
    there, back = reproject(series(line, line.reverse()), 4490)
    assert np.array_equal(shapely.get_coordinates(there), shapely.get_coordinates(back)[::-1])


def test_neighbours_stay_neighbours() -> None:
    """Two parcels that share a 30 km border still touch without overlapping in degrees, and back on the plane."""
    west = shapely.Polygon([(5e5, 4.32e6), (5.1e5, 4.32e6), (5.17e5, 4.35e6), (5e5, 4.35e6)])
    east = shapely.Polygon([(5.1e5, 4.32e6), (5.3e5, 4.32e6), (5.3e5, 4.35e6), (5.17e5, 4.35e6)])
    moved = reproject(series(west, east), 4490)
    assert moved.iloc[0].touches(moved.iloc[1])
    assert shapely.union_all(moved.array).is_valid
    whole = series(shapely.union(west, east))
    # The outer border may lie off by the tolerance of 1 mm, the inner one counts for both sides alike.
    assert area_m2(moved).sum() == pytest.approx(area_m2(whole)[0], abs=whole.length[0] * 0.001)


@settings(max_examples=40, deadline=None)
@given(st.floats(116.0, 118.5), st.floats(38.5, 40.0), st.sampled_from([4548, 4527, 4509, 32650, 3857]))
def test_points_come_back(lon: float, lat: float, crs: int) -> None:
    """A point goes to any grid and back within a micrometre."""
    x, y = transform_xy(lon, lat, 4490, crs)
    back = transform_xy(x, y, crs, 4490)
    assert np.hypot(back[0] - lon, back[1] - lat) * 111_320 < 1e-6


def test_arrays_keep_their_shape() -> None:
    """Points given as a grid of numbers come out as a grid."""
    x, y = np.meshgrid(np.linspace(117, 117.5, 3), np.linspace(39, 39.2, 2))
    there = transform_xy(x, y, 4490, 4548)
    assert there[0].shape == there[1].shape == (2, 3)
    assert transform_xy([], [], 4490, 4548)[0].size == 0


@pytest.mark.parametrize(
    ("shape", "src", "dst", "key"),
    [
        (shapely.Point(39.1, 117.3), 4490, 4548, "geo.degrees_swapped"),
        (shapely.Point(520_000, 4_330_000), 4326, 4548, "geo.metres_as_degrees"),
        (shapely.Point(520_000, 4_330_000), 4524, 4490, "geo.zone_missing"),
        (shapely.Point(-63, 10), 4326, 4548, None),
        (shapely.Point(27, 0), 4326, 4548, "geo.not_returning"),
        (shapely.Point(520_000, 4_330_000), 2384, 4548, "geo.legacy_datum"),
        (shapely.Point(520_000, 4_330_000), None, 4548, "geo.no_crs"),
    ],
)
def test_nothing_infinite_comes_out(shape: shapely.Point, src: object, dst: int, key: str | None) -> None:
    """What geopandas turns into infinity without a word is an error with a reason; what PROJ can do comes back true."""
    given_series = series(shape, crs=src)
    if key is None:
        assert np.isfinite(shapely.get_coordinates(reproject(given_series, dst).array)).all()
        return
    with pytest.raises(CrsError) as refused:
        reproject(given_series, dst)
    assert refused.value.key == key


def test_numbers_are_checked_as_shapes_are() -> None:
    """`transform_xy` refuses swapped degrees too."""
    with pytest.raises(CrsError, match="经纬度颠倒"):
        transform_xy([117.3, 39.1], [39.1, 117.3], 4490, 4548)


@pytest.mark.shared
def test_a_real_boundary_keeps_its_area(shared_data: Path) -> None:
    """Hadrian's Wall, 20,623 vertices on the Airy ellipsoid, measures the same on its grid and in CGCS2000."""
    wkt = (shared_data / "zoning" / "hadrians_wall_osgb.wkt").read_text("utf-8")
    wall = series(shapely.from_wkt(wkt), crs=27700)
    own, there = area_m2(wall), area_m2(reproject(wall, 4490, tolerance_m=1e-6))
    assert there[0] == pytest.approx(own[0], rel=1e-9)
    assert own[0] == pytest.approx(wall.area[0], rel=2e-3)
