"""What a file is, told by its content."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
from shapely.geometry import Point

from ecozone.errors import InputError
from ecozone.intake import Format, Limits, list_layers, read_features, sha256, sniff, source_files

VRT = "<OGRVRTDataSource><OGRVRTLayer><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"

UNREAD = {
    "vrt": VRT.encode(),
    "service": b"<OGRWFSDataSource><URL>http://127.0.0.1:9/</URL></OGRWFSDataSource>",
    "gml": b'<?xml version="1.0"?><ogr:FeatureCollection xmlns:gml="http://www.opengis.net/gml"/>',
    "gpx": b'<?xml version="1.0"?>\n<gpx version="1.1"></gpx>',
    "html": b"<!DOCTYPE html><html><body>login</body></html>",
    "xml": b"<project/>",
    "dxf_binary": b"AutoCAD Binary DXF\r\n\x1a\x00",
    "dwg": b"AC1032\x00\x00\x00",
    "ole": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64),
    "raster": b"II*\x00" + bytes(64),
    "pdf": b"%PDF-1.7\n",
    "archive": b"Rar!\x1a\x07\x00",
    "ovital": b"OviO" + bytes(20),
    "dgn": b"\x08\x09\xfe\x02" + bytes(60),
    "e00": b"EXP  0 C:/DATA/PARCELS.E00\n",
    "mapgis": b"WMAP`D23" + bytes(60),
    "points": b"LASF" + bytes(200),
    "vct": b"HeadBegin\nDataMark:LANDUSE-VCT\nVersion:3.0\n",
    "sqlite": b"SQLite format 3\x00" + bytes(200),
    "shapefile_part": b'PROJCS["CGCS2000_3_Degree_GK_CM_117E",GEOGCS["x"]]',
    "nothing": bytes(range(256)),
}


@pytest.mark.parametrize("kind", UNREAD)
def test_what_is_not_read_is_named(tmp_path: Path, kind: str) -> None:
    """Content of another kind is refused by what it looks like, whatever its suffix says, with something to do."""
    path = tmp_path / "x.geojson"
    path.write_bytes(UNREAD[kind])
    with pytest.raises(InputError) as refused:
        read_features(path)
    assert refused.value.key == f"intake.looks_like_{kind}"
    assert refused.value.remedy("zh")
    assert refused.value.remedy("en")
    assert "root:" not in str(refused.value)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"ncols 4\r\nnrows 3\r\nxllcorner 0\r\nyllcorner 0\r\ncellsize 1\r\n1 2 3 4\r\n", "raster"),
        (b"\x89HDF\r\n\x1a\n" + bytes(60), "raster"),
        (b'{"ObjItems": [{"Object": {"Name": "a", "Gcj02": 1}}]}', "ovital"),
        (b"\x00\x00\x27\x0a\xff\xff\xfe\x70" + bytes(100), "shapefile_part"),
        (bytes.fromhex("03 7a 07 02 01000000 4100 0500") + bytes(52) + b"\r", "shapefile_part"),
        (VRT.encode("utf-16-le"), "vrt"),
        (b'<?xml version="1.0"?><wfs:FeatureCollection xmlns:gml="http://www.opengis.net/gml/3.2"/>', "gml"),
    ],
)
def test_other_shapes_of_the_same_kinds_are_named_too(tmp_path: Path, data: bytes, kind: str) -> None:
    """Grids as text and as HDF, Ovital's JSON, parts of a shapefile, VRT in two bytes a character, newer GML."""
    path = tmp_path / "x.txt"
    path.write_bytes(data)
    with pytest.raises(InputError) as refused:
        read_features(path)
    assert refused.value.key == f"intake.looks_like_{kind}"


def test_suffixes_do_not_matter(tmp_path: Path) -> None:
    """Every readable format is known under the name ``.resource``."""
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[Point(117.3, 39.1)], crs=4490)
    frame.to_file(tmp_path / "a.gpkg", driver="GPKG")
    frame.to_file(tmp_path / "a.geojson", driver="GeoJSON")
    frame.to_file(tmp_path / "a.fgb", driver="FlatGeobuf")
    frame.to_file(tmp_path / "a.shp")
    frame.to_parquet(tmp_path / "a.parquet")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
            archive.write(tmp_path / f"a{suffix}", f"a{suffix}")
    (tmp_path / "a.kml").write_text("<kml><Placemark><Point><coordinates>1,2</coordinates></Point></Placemark></kml>")
    (tmp_path / "a.csv").write_text("lon,lat\n117.3,39.1\n")
    (tmp_path / "a.wkt").write_text("POINT (117.3 39.1)\n")
    book = openpyxl.Workbook()
    book.active.append(["lon", "lat"])
    book.active.append([117.3, 39.1])
    book.save(tmp_path / "a.xlsx")
    expected = {
        "gpkg": Format.GEOPACKAGE,
        "geojson": Format.GEOJSON,
        "fgb": Format.FLATGEOBUF,
        "shp": Format.SHAPEFILE,
        "parquet": Format.GEOPARQUET,
        "zip": Format.SHAPEFILE_ZIP,
        "kml": Format.KML,
        "csv": Format.CSV,
        "wkt": Format.WKT,
        "xlsx": Format.XLSX,
    }
    for suffix, kind in expected.items():
        renamed = tmp_path / f"{suffix}.resource"
        renamed.write_bytes((tmp_path / f"a.{suffix}").read_bytes())
        assert sniff(renamed) is kind
        if kind is not Format.SHAPEFILE:
            assert len(read_features(renamed, crs=4490 if kind is Format.WKT else None)) == 1
            assert len(list_layers(renamed)) == 1


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_text_of_two_or_four_bytes_is_told_by_what_it_says(tmp_path: Path, codec: str) -> None:
    """A table, a KML and bytes that only look like such text are told apart, with a byte-order mark or without."""
    corners = "点号,经度,纬度\n" + "".join(f"一{at},117.3{at},39.1{at % 2}\n" for at in range(4))
    kml = '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>一</name></Placemark></kml>'
    for text, kind in ((corners, Format.CSV), (kml, Format.KML)):
        (tmp_path / "a").write_bytes(text.encode(codec))
        assert sniff(tmp_path / "a") is kind
    (tmp_path / "b").write_bytes((corners + "\x01").encode(codec))
    with pytest.raises(InputError) as refused:
        sniff(tmp_path / "b")
    assert refused.value.key == "intake.looks_like_nothing"


def test_an_index_of_shapes_is_not_a_shapefile(tmp_path: Path) -> None:
    """.shx begins with the bytes of .shp and is told from it."""
    gpd.GeoDataFrame({"a": [1]}, geometry=[Point(117.3, 39.1)], crs=4490).to_file(tmp_path / "a.shp")
    with pytest.raises(InputError) as refused:
        sniff(tmp_path / "a.shx")
    assert refused.value.key == "intake.looks_like_shapefile_part"


@pytest.mark.parametrize(
    "word", ["/vsicurl/http://127.0.0.1:9/x", "CSV:/etc/passwd", "GeoJSON:http://x/y", "a\x00b", ""]
)
def test_drivers_words_are_not_paths(word: str) -> None:
    """GDAL's prefixes, NUL and nothing are no files."""
    with pytest.raises(InputError) as refused:
        read_features(word)
    assert refused.value.key in ("intake.not_found", "intake.is_folder")


def test_a_name_that_reads_as_a_command_is_a_name(tmp_path: Path) -> None:
    """A real file whose name looks like a driver's prefix is read as the file that it is."""
    path = tmp_path / "CSV:evil /vsizip.gpkg"
    path.parent.mkdir()
    gpd.GeoDataFrame({"a": [1]}, geometry=[Point(117.3, 39.1)], crs=4490).to_file(tmp_path / "b.gpkg", driver="GPKG")
    path.write_bytes((tmp_path / "b.gpkg").read_bytes())
    assert read_features(path).attrs["source"]["file"] == "vsizip.gpkg"


def test_folders_pipes_and_empty_files_are_refused(tmp_path: Path) -> None:
    """Only a regular file with content is opened: a pipe would wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty.csv").touch()
    (tmp_path / "d.gdb").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    keys = {"pipe": "not_regular", "empty.csv": "empty_file", "d.gdb": "is_folder", "loop": "not_found"}
    for name, key in keys.items():
        with pytest.raises(InputError) as refused:
            read_features(tmp_path / name)
        assert refused.value.key == f"intake.{key}"


def test_nothing_is_written_beside_the_file(tmp_path: Path) -> None:
    """Reading leaves a read-only folder as it was, also where a GeoPackage keeps a write-ahead log."""
    import sqlite3

    gpd.GeoDataFrame({"a": [1]}, geometry=[Point(117.3, 39.1)], crs=4490).to_file(tmp_path / "a.gpkg", driver="GPKG")
    connection = sqlite3.connect(tmp_path / "a.gpkg")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    read_features(tmp_path / "a.gpkg")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_open_changes_of_a_geopackage_are_read_and_said(tmp_path: Path) -> None:
    """Edits that still stand in the log of an open project count, and the log is hashed with the file."""
    import sqlite3

    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"a": [1]}, geometry=[Point(117.3, 39.1)], crs=4490).to_file(path, driver="GPKG")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        # They call functions that only GDAL brings.
        connection.execute(f'DROP TRIGGER "{name}"')
    connection.execute("UPDATE a SET a = 7")
    connection.commit()
    frame = read_features(path)
    assert frame["a"].tolist() == [7]
    assert any(one.key == "intake.write_ahead_log" for one in frame.attrs["notices"])
    assert list(frame.attrs["source"]["parts"]) == ["a.gpkg", "a.gpkg-wal"]
    connection.close()


def test_files_of_a_source_are_all_hashed(tmp_path: Path) -> None:
    """A shapefile's sources are all its parts, each with its own hash."""
    gpd.GeoDataFrame({"a": [1]}, geometry=[Point(117.3, 39.1)], crs=4490).to_file(tmp_path / "a.shp")
    assert [path.suffix for path in source_files(tmp_path / "a.shp")] == [".shp", ".shx", ".dbf", ".prj", ".cpg"]
    parts = read_features(tmp_path / "a.shp").attrs["source"]["parts"]
    assert parts == {path.name: sha256(path) for path in source_files(tmp_path / "a.shp")}


@pytest.mark.parametrize(
    ("limits", "key"),
    [
        (Limits(bytes=10), "limit_bytes"),
        (Limits(text_bytes=10), "limit_text_bytes"),
        (Limits(features=1), "limit_features"),
        (Limits(vertices=1), "limit_vertices"),
        (Limits(columns=1), "limit_columns"),
        (Limits(rows=1), "limit_rows"),
    ],
)
def test_each_limit_has_its_message(tmp_path: Path, limits: Limits, key: str) -> None:
    """What is above a limit is refused with that limit's name."""
    path = tmp_path / "a.csv"
    path.write_text("lon,lat\n117.3,39.1\n117.4,39.2\n")
    assert len(read_features(path)) == 2
    with pytest.raises(InputError) as refused:
        read_features(path, limits=limits)
    assert refused.value.key == f"intake.{key}"
    assert refused.value.message("zh") != refused.value.message("en")
