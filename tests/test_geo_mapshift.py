"""GCJ-02 and BD-09: the public formulas, their exact inverse, and frames led to CGCS2000 and back."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from ecozone.errors import CrsError, UsageError
from ecozone.geo import mapshift
from ecozone.geo.mapshift import (
    CHINA,
    bd09_from_gcj02,
    bd09_from_wgs84,
    gcj02_from_bd09,
    gcj02_from_wgs84,
    in_china,
    norm_datum,
    wgs84_from_bd09,
    wgs84_from_gcj02,
)
from ecozone.geo.mapshift_frames import from_cgcs2000, to_cgcs2000
from ecozone.notices import Notice, notice

GEOD = Geod(ellps="GRS80")
WEST, SOUTH, EAST, NORTH = CHINA
PAIRS = [
    (gcj02_from_wgs84, wgs84_from_gcj02),
    (bd09_from_gcj02, gcj02_from_bd09),
    (bd09_from_wgs84, wgs84_from_bd09),
]
inside = st.tuples(st.floats(WEST + 0.05, EAST - 0.05), st.floats(SOUTH + 0.05, NORTH - 0.05))
DONGLI = np.meshgrid(np.linspace(117.23, 117.55, 33), np.linspace(38.98, 39.22, 25))


def codes(frame: Any) -> list[str]:
    """Return the names of a frame's notices."""
    return [found.key.removeprefix("geo.mapshift_") for found in frame.attrs["notices"]]


# The formulas


def test_independent_implementations_agree(shared_data: Path) -> None:
    """GCJ-02 is what three independent implementations compute, to 1e-9°, and leads back to where it came from."""
    with (shared_data / "gcj02" / "vectors.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 5
    wgs, gcj = (
        np.array([[float(row[f"{name}_{axis}"]) for row in rows] for axis in ("lon", "lat")]) for name in ("wgs", "gcj")
    )
    np.testing.assert_allclose(gcj02_from_wgs84(*wgs), gcj, rtol=0, atol=1e-9)
    np.testing.assert_allclose(wgs84_from_gcj02(*gcj), wgs, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("way", "place", "published"),
    [
        (gcj02_from_wgs84, (116.404, 39.915), (116.41024449916938, 39.91640428150164)),
        (bd09_from_gcj02, (116.404, 39.915), (116.41036949371029, 39.92133699351021)),
        (bd09_from_wgs84, (116.403988, 39.914266), (116.41661560068297, 39.92196580126834)),
        (bd09_from_wgs84, (116.404, 39.915), (116.41662724378733, 39.922699552216216)),
    ],
)
def test_published_examples(
    way: Callable[..., Any], place: tuple[float, float], published: tuple[float, float]
) -> None:
    """The examples that coordtransform and gcoord publish come out to 1e-9°."""
    np.testing.assert_allclose(way(*place), published, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("place", "metres"),
    [
        ((104.0665, 30.5723), 360),
        ((116.4074, 39.9042), 556),
        ((121.4737, 31.2304), 482),
        ((87.6168, 43.8256), 266),
        ((91.1409, 29.6456), 337),
    ],
)
def test_known_distances_in_five_cities(place: tuple[float, float], metres: float) -> None:
    """Chengdu, Beijing, Shanghai, Urumqi and Lhasa are shifted by the metres that are known of them."""
    assert GEOD.inv(*place, *map(float, gcj02_from_wgs84(*place)))[2] == pytest.approx(metres, abs=4)


def test_dongli_is_shifted_as_the_facts_say() -> None:
    """In Dongli GCJ-02 lies 543 to 577 m toward azimuth 78°, BD-09 1,330 to 1,380 m, a few metres more at its ends."""
    azimuth, _, metres = GEOD.inv(*DONGLI, *gcj02_from_wgs84(*DONGLI))
    assert 543 <= metres.mean() <= 577
    assert 530 <= metres.min() < metres.max() <= 590
    assert azimuth.mean() == pytest.approx(78.5, abs=1)
    further = GEOD.inv(*DONGLI, *bd09_from_wgs84(*DONGLI))[2]
    assert 1330 <= further.mean() <= 1380
    assert 1315 <= further.min() < further.max() <= 1400


def test_the_edge_of_china_belongs_to_it() -> None:
    """The formula shifts on the rectangle's edge and nowhere beyond it, however near."""
    at = np.array([WEST, np.nextafter(WEST, 0), EAST, np.nextafter(EAST, 180), 117.0, 117.0, 117.0, 117.0])
    lat = np.array([40.0, 40.0, 40.0, 40.0, SOUTH, np.nextafter(SOUTH, 0), NORTH, np.nextafter(NORTH, 90)])
    moved = gcj02_from_wgs84(at, lat)
    assert in_china(at, lat).tolist() == [True, False] * 4
    assert ((moved[0] != at) | (moved[1] != lat)).tolist() == [True, False] * 4


# The way back


@pytest.mark.parametrize(("way", "back"), PAIRS)
@given(place=inside)
def test_the_way_back_is_exact(way: Callable[..., Any], back: Callable[..., Any], place: tuple[float, float]) -> None:
    """Anywhere in China a place comes back to 1e-11°, a µm, from each system, and so does a shifted point."""
    np.testing.assert_allclose(back(*way(*place)), place, rtol=0, atol=1e-11)
    np.testing.assert_allclose(way(*back(*place)), place, rtol=0, atol=1e-11)


@pytest.mark.parametrize(("way", "back"), PAIRS)
@given(offset=st.floats(-1e-9, 1e-9), lat=st.floats(20.0, 50.0))
def test_the_cusp_at_105_degrees_comes_back(
    way: Callable[..., Any], back: Callable[..., Any], offset: float, lat: float
) -> None:
    """The square root in the formula has no slope at 105° E, and yet the way back finds the place."""
    place = (105.0 + offset, lat)
    np.testing.assert_allclose(back(*way(*place)), place, rtol=0, atol=1e-10)


def test_no_point_of_china_is_lost() -> None:
    """All over China the way back and forth ends less than a thousandth of a millimetre from where it began."""
    lon, lat = np.meshgrid(np.linspace(73.5, 135.0, 300), np.linspace(3.5, 53.5, 300))
    for way, back in PAIRS:
        assert GEOD.inv(lon, lat, *back(*way(lon, lat)))[2].max() < 1e-6


@pytest.mark.parametrize("back", [wgs84_from_gcj02, gcj02_from_bd09, wgs84_from_bd09])
def test_a_point_comes_back_alike_alone_and_in_company(back: Callable[..., Any]) -> None:
    """The answer for a point is the same to the bit whatever else is in the array."""
    lon, lat = np.ravel(DONGLI[0]), np.ravel(DONGLI[1])
    together = np.array(back(np.append(lon, 105.0 + 1e-12), np.append(lat, 35.0)))[:, :-1]
    alone = np.array([back(x, y) for x, y in zip(lon[:100], lat[:100], strict=True)]).T
    np.testing.assert_array_equal(together[:, :100], alone)


@given(place=st.tuples(st.floats(WEST - 0.02, WEST + 0.02), st.floats(20.0, 50.0)))
def test_at_the_western_edge_a_point_comes_back_or_is_refused(place: tuple[float, float]) -> None:
    """Where the shift sets in, a point that no place has is refused, and what is answered is right."""
    try:
        found = wgs84_from_gcj02(*place)
    except CrsError as error:
        assert error.key == "geo.mapshift_no_inverse"
    else:
        np.testing.assert_allclose(gcj02_from_wgs84(*found), place, rtol=0, atol=1e-11)


def test_points_that_none_or_two_places_have_are_refused() -> None:
    """East of the western edge lies a gap that no place is shifted to, east of the eastern one places lie twice."""
    shift = float(gcj02_from_wgs84(WEST, 40.0)[0]) - WEST
    assert shift > 1e-3
    with pytest.raises(CrsError, match="唯一"):
        wgs84_from_gcj02(WEST + shift / 2, 40.0)
    twice = gcj02_from_wgs84(EAST - 1e-4, 40.0)
    assert not in_china(*twice)
    with pytest.raises(CrsError, match="唯一"):
        wgs84_from_gcj02(*twice)


def test_no_answer_is_given_that_did_not_converge(monkeypatch: pytest.MonkeyPatch) -> None:
    """A way back that has not arrived is an error that names the point, never an answer."""
    monkeypatch.setattr(mapshift, "_MOST_STEPS", 2)
    for back in (wgs84_from_gcj02, gcj02_from_bd09):
        with pytest.raises(CrsError, match=r"117\.4"):
            back([117.4], [39.1])


@pytest.mark.parametrize("way", [way for pair in PAIRS for way in pair])
@pytest.mark.parametrize("place", [(np.nan, 39.0), (117.0, np.inf), (39.0, 117.0), (525000.0, 4330000.0), (181.0, 0.0)])
def test_numbers_that_are_no_degrees_are_refused(way: Callable[..., Any], place: tuple[float, float]) -> None:
    """Nothing that is no place on Earth goes through: NaN, infinity, latitude first, metres."""
    with pytest.raises(CrsError, match="不是经纬度"):
        way([117.0, place[0]], [39.0, place[1]])


@pytest.mark.parametrize("way", [way for pair in PAIRS for way in pair])
def test_shapes_are_kept_and_inputs_left_alone(way: Callable[..., Any]) -> None:
    """Numbers, lists, grids and empty arrays come out in their shape, and the caller's arrays as they were."""
    assert way(117.0, 39.0)[0].shape == ()
    assert way([], [])[1].shape == (0,)
    assert way([[117.0], [118.0]], [39.0, 40.0, 41.0])[0].shape == (2, 3)
    lon, lat = np.array([117.0]), np.array([39.0])
    way(lon, lat)
    assert (lon[0], lat[0]) == (117.0, 39.0)


def test_outside_china_nothing_is_shifted_by_gcj02() -> None:
    """Paris is in GCJ-02 where it is in WGS 84, on the way there and on the way back."""
    for way in (gcj02_from_wgs84, wgs84_from_gcj02):
        np.testing.assert_array_equal(way(2.35, 48.85), (2.35, 48.85))


@pytest.mark.parametrize(
    ("word", "datum"),
    [
        ("GCJ02", "gcj02"),
        ("GCJ-02", "gcj02"),
        ("bd_09", "bd09"),
        ("BD-09", "bd09"),
        ("WGS 84", "wgs84"),
        ("CGCS2000", "cgcs2000"),
    ],
)
def test_a_datum_has_many_spellings(word: str, datum: str) -> None:
    """Files and users write the same datum in several ways."""
    assert norm_datum(word) == datum


@pytest.mark.parametrize("word", ["", "gcj", "bd09mc", "EPSG:4490", "火星"])
def test_an_unknown_datum_is_refused(word: str) -> None:
    """What is not one of the four is not taken for the nearest: Baidu's metres are not its degrees."""
    with pytest.raises(UsageError, match="gcj02, bd09, wgs84, cgcs2000"):
        norm_datum(word)


# Frames


@pytest.fixture
def parcels() -> gpd.GeoDataFrame:
    """Two neighbours, a line, a point with a height, nothing, and emptiness, under an index of their own."""
    shapes = [
        shapely.box(117.40, 39.10, 117.401, 39.101),
        shapely.box(117.401, 39.10, 117.402, 39.101),
        shapely.LineString([(117.40, 39.10), (117.403, 39.104)]),
        shapely.Point(117.40, 39.10, 12.0),
        None,
        shapely.Polygon(),
    ]
    frame = gpd.GeoDataFrame({"name": list("abcdef")}, geometry=shapes, crs=4326, index=[9, 7, 5, 3, 2, 1])
    frame.attrs = {"source": {"file": "a.kml"}, "notices": (notice("geo.mapshift_none", src="", dst="", count=""),)}
    return frame


@pytest.mark.parametrize("datum", ["gcj02", "bd09", "wgs84", "cgcs2000"])
@pytest.mark.parametrize("crs", [4326, 4490, "OGC:CRS84"])
def test_a_frame_goes_there_and_back(parcels: gpd.GeoDataFrame, datum: str, crs: Any) -> None:
    """Index, columns, attrs and the kinds of shapes stay; the result is CGCS2000; back again nothing has moved."""
    frame = parcels.set_crs(crs, allow_override=True)
    ground = to_cgcs2000(frame, datum)
    assert ground.crs.to_epsg() == 4490
    assert ground.index.equals(frame.index)
    assert ground["name"].equals(frame["name"])
    assert ground.attrs["source"] == {"file": "a.kml"}
    assert ground.attrs["notices"][:1] == frame.attrs["notices"]
    assert len(ground.attrs["notices"]) == 2
    assert ground.geom_type.tolist() == frame.geom_type.tolist()
    assert not ground.has_z.any()
    again = from_cgcs2000(ground, datum)
    assert shapely.equals_exact(again.geometry.array, shapely.force_2d(frame.geometry.array), 1e-11)[:4].all()
    moved = GEOD.inv(117.40, 39.10, *ground.geometry.iloc[3].coords[0])[2]
    assert moved == pytest.approx({"gcj02": 570, "bd09": 1360}.get(datum, 0), abs=30)


def test_the_frame_given_is_left_alone(parcels: gpd.GeoDataFrame) -> None:
    """The user's frame keeps its shapes, its CRS and its attrs."""
    before, attrs = parcels.copy(), dict(parcels.attrs)
    to_cgcs2000(parcels, "gcj02")
    assert parcels.equals(before)
    assert parcels.attrs == attrs
    assert parcels.crs.to_epsg() == 4326


def test_a_series_goes_as_a_frame_does(parcels: gpd.GeoDataFrame) -> None:
    """A GeoSeries keeps its name and gets the same shapes and notices."""
    series = parcels.geometry.rename("shape")
    ground = to_cgcs2000(series, "bd09")
    assert isinstance(ground, gpd.GeoSeries)
    assert ground.name == "shape"
    assert ground.to_wkb().equals(to_cgcs2000(parcels, "bd09").geometry.to_wkb())
    assert codes(ground)[-1] == "undone"


def test_neighbours_stay_neighbours(parcels: gpd.GeoDataFrame) -> None:
    """A corner that two parcels share is shared afterwards, to the bit, and rings stay closed."""
    ground = to_cgcs2000(parcels, "gcj02").geometry
    shared = set(ground.iloc[0].exterior.coords) & set(ground.iloc[1].exterior.coords)
    assert len(shared) == 2
    assert ground.iloc[0].touches(ground.iloc[1])


def test_the_notice_says_how_far(parcels: gpd.GeoDataFrame) -> None:
    """Least, mean and most metres in the notice are the geodesic distances of all vertices."""
    ground = to_cgcs2000(parcels, "GCJ-02", file="a.kml")
    was, now = (shapely.get_coordinates(frame.geometry.array) for frame in (parcels, ground))
    metres = GEOD.inv(*was.T, *now.T)[2]
    said: Notice = ground.attrs["notices"][-1]
    assert (said.key, said.severity, said.place.file) == ("geo.mapshift_undone", "info", "a.kml")
    assert said.fields["count"] == str(len(metres)) == "13"
    for name, value in (("least", metres.min()), ("mean", metres.mean()), ("most", metres.max())):
        assert float(said.fields[name]) == pytest.approx(value, abs=0.051)
    assert "GCJ-02" in said.message("zh")
    assert "led back" in said.message("en")


def test_shifted_numbers_are_marked(parcels: gpd.GeoDataFrame) -> None:
    """A frame made for a web map carries a warning and its datum, since its CRS cannot say it."""
    frame = from_cgcs2000(parcels, "bd09")
    assert frame.attrs["datum"] == "bd09"
    assert frame.attrs["notices"][-1].severity == "warning"
    assert codes(frame)[-1] == "applied"


def test_a_shift_is_never_undone_twice(parcels: gpd.GeoDataFrame) -> None:
    """What was led to CGCS2000 is not taken for a shifted map again, nor a shifted frame for CGCS2000."""
    ground = to_cgcs2000(parcels, "gcj02")
    for datum in ("gcj02", "bd09"):
        with pytest.raises(UsageError, match="已是 CGCS2000"):
            to_cgcs2000(ground, datum)
    for again in (to_cgcs2000(ground, "cgcs2000"), to_cgcs2000(ground, "wgs84")):
        assert again.geometry.iloc[0].equals(ground.geometry.iloc[0])
    shifted = from_cgcs2000(ground, "gcj02")
    for wrong in (lambda: from_cgcs2000(shifted, "gcj02"), lambda: to_cgcs2000(shifted, "bd09")):
        with pytest.raises(UsageError, match="已是 GCJ-02"):
            wrong()


@pytest.mark.parametrize("crs", [4548, 3857, 4214, 4258, 4610])
def test_only_degrees_of_cgcs2000_or_wgs84_are_taken(crs: int) -> None:
    """Metres, the web maps' Mercator and other datums have no shift that is known."""
    series = gpd.GeoSeries([shapely.Point(117.4, 39.1)], crs=crs)
    for way in (to_cgcs2000, from_cgcs2000):
        with pytest.raises(CrsError, match="需要 CGCS2000 或 WGS84 经纬度"):
            way(series, "gcj02")
    with pytest.raises(CrsError, match="没有坐标系"):
        to_cgcs2000(gpd.GeoSeries([shapely.Point(117.4, 39.1)]), "gcj02")


def test_numbers_that_contradict_degrees_are_refused() -> None:
    """Latitude before longitude is found before anything is shifted, and the file and feature are named."""
    series = gpd.GeoSeries([shapely.Point(117.4, 39.1), shapely.Point(39.1, 117.4)], crs=4326)
    with pytest.raises(CrsError, match=r"a\.kml · .*2.*经纬度颠倒"):
        to_cgcs2000(series, "gcj02", file="a.kml")


def test_a_point_without_one_place_names_the_file() -> None:
    """At the edge of the shift a whole frame is refused with its file, rather than one point being guessed."""
    shift = float(gcj02_from_wgs84(WEST, 40.0)[0]) - WEST
    with pytest.raises(CrsError, match=r"a\.kml.*唯一"):
        to_cgcs2000(gpd.GeoSeries([shapely.Point(WEST + shift / 2, 40.0)], crs=4326), "gcj02", file="a.kml")


def test_points_outside_china_are_said() -> None:
    """A point outside the formula's rectangle stays where it is, with a warning that counts it."""
    ground = to_cgcs2000(gpd.GeoSeries([shapely.Point(117.4, 39.1), shapely.Point(139.7, 35.7)], crs=4326), "gcj02")
    assert ground.iloc[1].coords[0] == (139.7, 35.7)
    assert codes(ground) == ["undone", "outside"]
    assert ground.attrs["notices"][-1].fields["count"] == 1
    assert codes(from_cgcs2000(ground, "gcj02")) == ["undone", "outside", "applied", "outside"]


@pytest.mark.parametrize(("datum", "far"), [("gcj02", 5.0), ("bd09", 15.0)])
def test_long_edges_that_bend_are_said(datum: str, far: float) -> None:
    """Vertices alone move; the metres by which a 17 km edge leaves its course are those of its densified course."""
    ends = [(117.3, 39.05), (117.5, 39.05)]
    ground = to_cgcs2000(gpd.GeoSeries([shapely.LineString(ends)], crs=4326), datum)
    assert len(ground.iloc[0].coords) == 2
    assert codes(ground) == ["undone", "bent"]
    said = ground.attrs["notices"][-1]
    assert said.severity == "warning"
    dense = gpd.GeoSeries([shapely.segmentize(shapely.LineString(ends), 1e-3)], crs=4326)
    course = to_cgcs2000(dense, datum).to_crs(4548).iloc[0]
    true = shapely.distance(shapely.points(course.coords), ground.to_crs(4548).iloc[0]).max()
    assert far < float(said.fields["bend"])
    assert float(said.fields["bend"]) == pytest.approx(true, rel=0.5)


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_parcels_do_not_bend(datum: str) -> None:
    """Edges up to 500 m stay within a metre of their course anywhere in China, so no notice speaks of them."""
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(74, 134, 4000), rng.uniform(18, 53, 4000)
    to = GEOD.fwd(lon, lat, rng.uniform(0, 360, 4000), np.full(4000, 500.0))[:2]
    way = {"gcj02": wgs84_from_gcj02, "bd09": wgs84_from_bd09}[datum]
    middle = np.array(way((lon + to[0]) / 2, (lat + to[1]) / 2))
    chord = (np.array(way(lon, lat)) + np.array(way(*to))) / 2
    assert GEOD.inv(*middle, *chord)[2].max() < 1.0


@pytest.mark.parametrize("rows", [[], [None], [shapely.Polygon()]])
def test_nothing_to_move(rows: list[Any]) -> None:
    """A frame without a vertex goes through and says nothing of metres."""
    ground = to_cgcs2000(gpd.GeoSeries(rows, crs=4326), "gcj02")
    assert len(ground) == len(rows)
    assert ground.attrs == {"datum": "cgcs2000", "notices": ()}


def test_every_kind_of_shape_keeps_its_build() -> None:
    """Holes, parts and collections come out with as many vertices and parts, in the same order."""
    box = shapely.box(117.40, 39.10, 117.41, 39.11)
    holed = box.difference(shapely.box(117.402, 39.102, 117.404, 39.104))
    shapes = [
        holed,
        shapely.MultiPolygon([holed, shapely.box(117.5, 39.1, 117.51, 39.11)]),
        shapely.MultiPoint([(117.4, 39.1), (117.5, 39.2)]),
        shapely.LinearRing(box.exterior),
        shapely.GeometryCollection([box, shapely.Point(117.4, 39.1)]),
    ]
    ground = to_cgcs2000(gpd.GeoSeries(shapes, crs=4490), "bd09")
    assert ground.geom_type.tolist() == [shape.geom_type for shape in shapes]
    assert ground.count_coordinates().tolist() == [shapely.get_num_coordinates(shape) for shape in shapes]
    assert ground.iloc[:4].is_valid.all()
    back = from_cgcs2000(ground, "bd09")
    assert shapely.equals_exact(back.array, np.array(shapes, dtype=object), 1e-11).all()
