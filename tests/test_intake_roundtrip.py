"""What is written is what is read, whatever the format; what is corrupted is refused or the same."""

from __future__ import annotations

import json
import random
import re
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon

from ecozone.errors import EcozoneError
from ecozone.intake import read_features, read_sites

WRITERS: dict[str, Any] = {
    "a.gpkg": lambda frame, path: frame.to_file(path, driver="GPKG"),
    "a.geojson": lambda frame, path: frame.to_file(path, driver="GeoJSON", COORDINATE_PRECISION=15),
    "a.shp": lambda frame, path: frame.to_file(path, encoding="gbk"),
    "a.fgb": lambda frame, path: frame.to_file(path, driver="FlatGeobuf", SPATIAL_INDEX="NO"),
    "a.parquet": lambda frame, path: frame.to_parquet(path),
}

millimetres = st.integers(1, 5_000_000).map(lambda value: value / 1000)
names = st.text(
    st.characters(whitelist_categories=("Lo", "Lu", "Nd"), max_codepoint=0x9FFF), min_size=1, max_size=8
).filter(lambda text: text.encode("gbk", "ignore").decode("gbk") == text)


@st.composite
def polygons(draw: st.DrawFn) -> Polygon | MultiPolygon:
    """Draw a rectangle, perhaps with a hole, perhaps twice, on the millimetres of zone 39."""
    x, y = 39_520_000 + draw(millimetres), 4_325_000 + draw(millimetres)
    width, height = 3 + draw(millimetres), 3 + draw(millimetres)
    hole = []
    if draw(st.booleans()):
        hole = [shapely.box(x + width / 3, y + height / 3, x + width / 2, y + height / 2).exterior.coords]
    one = Polygon(shapely.box(x, y, x + width, y + height).exterior.coords, hole)
    if draw(st.booleans()):
        return MultiPolygon([one, shapely.affinity.translate(one, width + 1, 0)])
    return one


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shapes=st.lists(polygons(), min_size=1, max_size=4), word=names)
def test_polygons_come_back(tmp_path: Path, name: str, shapes: list[Any], word: str) -> None:
    """Polygons with holes and parts, and a Chinese attribute, are the same after writing and reading."""
    for old in tmp_path.iterdir():
        old.unlink()
    frame = gpd.GeoDataFrame({"名称": [word] * len(shapes)}, geometry=shapes, crs=4527)
    WRITERS[name](frame, tmp_path / name)
    read = read_features(tmp_path / name)
    assert read.crs.to_epsg() == 4527
    assert read["名称"].tolist() == [word] * len(shapes)
    for before, after in zip(shapes, read.geometry, strict=True):
        # GeoPackage and FlatGeobuf layers hold one kind, so their writers make every polygon a multipolygon.
        one, other = (MultiPolygon(getattr(shape, "geoms", [shape])).normalize() for shape in (before, after))
        assert other.equals_exact(one, 1e-6)
        assert after.area == pytest.approx(before.area, rel=1e-9)


KML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>甲</name>'
    "<Placemark><name>林地</name><ExtendedData><Data name='type'><value>仓储</value></Data></ExtendedData><Polygon>"
    "<outerBoundaryIs><LinearRing><coordinates>117.3,39.1 117.31,39.1 117.31,39.11 117.3,39.1</coordinates>"
    "</LinearRing></outerBoundaryIs></Polygon></Placemark><Placemark><Point><coordinates>117.35,39.12</coordinates>"
    "</Point></Placemark></Folder></Document></kml>\n"
).encode()
GEOJSON = json.dumps(
    {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "EPSG:4490"}},
        "features": [
            {
                "type": "Feature",
                "id": 1,
                "properties": {"name": "林地", "n": None},
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[117.3, 39.1], [117.31, 39.1], [117.31, 39.11], [117.3, 39.1]]],
                },
            },
            {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [117.35, 39.12]}},
        ],
    },
    ensure_ascii=False,
).encode()
CSV = "编号,名称,经度,纬度,半径\n001,林地,117.3,39.1,50\n002,生态保护红线,117.35,39.12,\n".encode()
WKT = b"SRID=4490;POLYGON ((117.3 39.1, 117.31 39.1, 117.31 39.11, 117.3 39.1))\nSRID=4490;POINT (117.35 39.12)\n"


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.kml", KML), ("a.geojson", GEOJSON), ("a.csv", CSV), ("a.wkt", WKT)],
    ids=["kml", "geojson", "csv", "wkt"],
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10_000), byte=st.integers(0, 255), cut=st.booleans())
def test_a_corrupted_byte_is_refused_or_changes_no_shape(
    tmp_path: Path, name: str, data: bytes, at: int, byte: int, cut: bool
) -> None:
    """A changed byte or a cut gives a refusal or, outside the numbers, the original's shapes; never a crash.

    Not promised: that a digit which became another digit, or blank, is seen. It is another well-formed number, and
    these formats say nothing twice. KML and GeoJSON lose no feature; a line of a table or of WKT that ends elsewhere
    is another line.
    """
    at %= len(data)
    path = tmp_path / name
    path.write_bytes(data)
    original = read_sites(path)
    path.write_bytes(data[:at] if cut else data[:at] + bytes([byte]) + data[at + 1 :])
    try:
        read = read_sites(path)
    except EcozoneError as error:
        assert error.message("zh")
        assert error.message("en")
        assert error.exit_status in (2, 3)
        return
    numbers = [span for match in re.finditer(rb"[-+.\d]+", data) for span in range(match.start() - 1, match.end() + 1)]
    if name in ("a.kml", "a.geojson"):
        assert len(read) == len(original)
    for before, after in zip(original.geometry, read.geometry, strict=False):
        assert after is None or at in numbers or after.equals(before) or (cut and after.geom_type == "Point")
    for one in read.attrs["notices"]:
        assert one.message("zh")
        assert one.message("en")


def workbook(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write the middles of the shapes as a table."""
    book = openpyxl.Workbook()
    book.active.append(["名称", "坐标系", "东坐标", "北坐标"])
    for number, middle in enumerate(frame.geometry.centroid, 1):
        book.active.append([f"第{number}林场", "EPSG:4527", middle.x, middle.y])
    book.save(path)


def packed(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a shapefile and pack it."""
    frame.to_file(path.with_name("z.shp"), encoding="gbk")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for suffix in (".shp", ".shx", ".dbf", ".prj"):
            archive.write(path.with_name(f"z{suffix}"), f"红线/z{suffix}")


@pytest.mark.parametrize("name", ["a.xlsx", "a.zip"])
def test_a_corrupted_byte_of_an_archive_is_refused_or_changes_nothing(tmp_path: Path, name: str) -> None:
    """Archives carry checksums: any one changed byte, a digit's too, gives the very same shapes or a refusal."""
    shapes = [shapely.box(39_520_000 + 9 * i, 4_325_000, 39_520_005 + 9 * i, 4_325_005) for i in range(4)]
    frame = gpd.GeoDataFrame({"名称": ["林地"] * 4}, geometry=shapes, crs=4527)
    path = tmp_path / name
    {"a.xlsx": workbook, "a.zip": packed}[name](frame, path)
    data = path.read_bytes()
    original = read_features(path, isolate=False)
    chance = random.Random(20250615)
    outcomes = set()
    for _ in range(120):
        at = chance.randrange(len(data))
        path.write_bytes(data[:at] + bytes([(data[at] + chance.randrange(1, 256)) % 256]) + data[at + 1 :])
        try:
            read = read_features(path, isolate=False)
        except EcozoneError:
            outcomes.add("refused")
            continue
        assert read.crs == original.crs, at
        assert [shape.wkb for shape in read.geometry] == [shape.wkb for shape in original.geometry], at
        outcomes.add("same")
    assert outcomes == {"refused", "same"}


@pytest.mark.parametrize("name", ["a.gpkg", "a.fgb", "a.shp", "a.parquet", "a.dbf", "a.xlsx", "a.zip"])
def test_corrupted_binary_files_never_crash(tmp_path: Path, name: str) -> None:
    """Forty corruptions of each binary format give frames of valid shapes or refusals.

    Not promised: that a changed byte of a coordinate is seen. Only XLSX and zip carry checksums; outside an archive it
    is another well-formed number, and is refused only where it lies outside the use of the CRS or spoils the shape.
    """
    shapes = [shapely.box(39_520_000 + i, 4_325_000, 39_520_001 + i, 4_325_001) for i in range(30)]
    frame = gpd.GeoDataFrame({"名称": ["林地"] * 30}, geometry=shapes, crs=4527)
    read_as = "a.shp" if name == "a.dbf" else name
    (WRITERS | {"a.xlsx": workbook, "a.zip": packed})[read_as](frame, tmp_path / read_as)
    data = (tmp_path / name).read_bytes()
    assert len(read_features(tmp_path / read_as)) == 30
    chance = random.Random(20220630)
    seen = set()
    for _ in range(40):
        spoilt = bytearray(data)
        for _ in range(chance.choice([1, 8, 64])):
            spoilt[chance.randrange(len(data))] = chance.randrange(256)
        (tmp_path / name).write_bytes(spoilt[: chance.choice([len(data), chance.randrange(1, len(data))])])
        try:
            read = read_features(tmp_path / read_as)
        except EcozoneError as error:
            seen.add(error.key)
            assert error.message("en")
            assert str(tmp_path) not in str(error)
        else:
            assert read.geometry.dropna().is_valid.all()
    assert seen
