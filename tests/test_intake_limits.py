"""Every limit by name: refused above it with its message, read below it, raised as the message says; no way around."""

from __future__ import annotations

import http.server
import json
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely

from ecozone.cli import run
from ecozone.errors import EcozoneError, InputError, UsageError
from ecozone.intake import Limits, limiting, list_layers, parse_limits, read_features
from ecozone.notices import notices_of
from ecozone.text import room, say

limits_in_force = sys.modules["ecozone.intake.limits"].limits_in_force


def points(count: int) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"n": range(count)}, geometry=shapely.points(np.linspace(117.3, 117.4, count), 39.1), crs=4490
    )


def csv(folder: Path) -> Path:
    path = folder / "a.csv"
    path.write_text("lon,lat,remark\n117.3,39.1,a\n117.4,39.2,b\n", "utf-8")
    return path


def sheet(folder: Path) -> Path:
    book = openpyxl.Workbook()
    for row in (["lon", "lat"], [117.3, 39.1], [117.4, 39.2]):
        book.active.append(row)
    book.save(folder / "a.xlsx")
    return folder / "a.xlsx"


def gpkg(folder: Path) -> Path:
    points(3).to_file(folder / "a.gpkg")
    return folder / "a.gpkg"


def zipped(folder: Path) -> Path:
    points(400).to_file(folder / "a.shp")
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.glob("a.[!z]*")):
            archive.write(part, part.name)
    return folder / "a.zip"


def bomb(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", bytes(12_000_000))
    return folder / "a.zip"


def nested(folder: Path) -> Path:
    inside = "<Placemark><Point><coordinates>117.3,39.1</coordinates></Point></Placemark>"
    words = "<Folder>" * 30 + inside + "</Folder>" * 30
    (folder / "a.kml").write_text(f'<kml xmlns="http://www.opengis.net/kml/2.2">{words}</kml>', "utf-8")
    return folder / "a.kml"


ABOVE: dict[str, tuple[Callable[[Path], Path], float]] = {
    "bytes": (csv, 20),
    "text_bytes": (csv, 20),
    "archive_bytes": (zipped, 2_000),
    "archive_files": (zipped, 2),
    "archive_ratio": (bomb, 200),
    "features": (gpkg, 2),
    "rows": (sheet, 2),
    "columns": (sheet, 1),
    "cells": (sheet, 5),
    "vertices": (gpkg, 2),
    "depth": (nested, 20),
}


@pytest.mark.parametrize("name", ABOVE)
def test_above_a_limit_a_file_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    """The message gives what was found and what is allowed, in both languages; raised as it says, it is read."""
    make, allowed = ABOVE[name]
    path = make(tmp_path)
    with pytest.raises(InputError) as refused:
        read_features(path, limits=Limits(**{name: allowed}))
    error = refused.value
    assert error.key == f"intake.limit_{name}"
    assert error.place.file == path.name
    for lang in ("zh", "en"):
        assert str(error.fields["allowed"]) in error.message(lang)
        assert str(error.fields["found"]) in error.message(lang)
    if name not in ("archive_ratio", "depth"):
        assert f"--limit {name}=" in error.remedy()
        raised = parse_limits([error.fields["raised"].removeprefix("--limit ")])
        assert len(read_features(path, limits=Limits(**raised))) >= 1


@pytest.mark.parametrize(
    ("limits", "key"), [(Limits(feature_vertices=10), "too_many_vertices"), (Limits(feature_rings=2), "too_many_rings")]
)
def test_above_a_limit_of_one_feature_that_feature_is_refused(tmp_path: Path, limits: Limits, key: str) -> None:
    """The others come through."""
    hole = [shapely.box(535_010 + 10 * i, 4_330_010, 535_015 + 10 * i, 4_330_015).exterior for i in range(4)]
    pierced = shapely.Polygon(shapely.box(535_000, 4_330_000, 535_100, 4_330_100).exterior, hole)
    plain = shapely.box(536_000, 4_330_000, 536_100, 4_330_100)
    gpd.GeoDataFrame({"n": [1, 2]}, geometry=[plain, pierced], crs=4548).to_file(tmp_path / "a.gpkg")
    read = read_features(tmp_path / "a.gpkg", limits=limits)
    said = [one for one in notices_of(read) if one.severity == "refused"]
    assert [(one.place.feature, one.key) for one in said] == [(2, f"intake.{key}")]
    assert "--limit feature_" in said[0].remedy()
    assert read.geometry.isna().tolist() == [False, True]
    assert read_features(tmp_path / "a.gpkg").geometry.notna().all()


def test_every_limit_is_tried_and_has_its_text() -> None:
    """No limit is without a message, and none without a test here or in the room whose work it bounds."""
    elsewhere = {
        "feature_vertices", "feature_rings",  # above
        "seconds", "repair_seconds", "memory_bytes",  # test_intake_isolation
        "site_vertices", "site_tangle",  # test_assess_intricate
        "rings",  # test_intake_txt
        "query_seconds",  # test_intake_postgis
        "geodatabase_files",  # test_intake_geodatabase
    }  # fmt: skip
    names = {field.name for field in fields(Limits)}
    assert names - elsewhere == set(ABOVE)
    assert {f"limit_{name}" for name in ABOVE} <= set(room("intake"))
    assert all(getattr(Limits(), name) > 0 for name in names)
    for lang in ("zh", "en"):
        listed = say("cli.opt_limit", lang).replace("：", ": ").rpartition(": ")[2]
        assert listed.split(", ") == [field.name for field in fields(Limits)]


def test_limits_are_in_force_inside_their_block_and_no_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call's own limits go before those of the block, those before the environment's, those before the defaults."""
    path = gpkg(tmp_path)
    monkeypatch.setenv("ECOZONE_LIMITS", "features=1, seconds=7")
    assert limits_in_force() == replace(Limits(), features=1, seconds=7)
    with pytest.raises(InputError):
        read_features(path)
    with pytest.raises(InputError):
        list_layers(tmp_path / "none")
    with limiting(features=3):
        assert limits_in_force() == replace(Limits(), features=3, seconds=7)
        assert len(read_features(path)) == 3
        with pytest.raises(InputError):
            read_features(path, limits=Limits(features=2))
    assert limits_in_force().features == 1


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["bytes=2G", "text_bytes=1.5M"], {"bytes": 2 << 30, "text_bytes": 3 << 19}),
        (["seconds=1.5", "features=10"], {"seconds": 1.5, "features": 10}),
        (["memory_bytes=512mb", "memory_bytes=1k"], {"memory_bytes": 1024}),
        ([], {}),
    ],
)
def test_limits_are_read_as_people_write_them(words: list[str], found: dict[str, float]) -> None:
    """Numbers, sizes with their unit; the last word counts."""
    assert parse_limits(words) == found


@pytest.mark.parametrize(
    "word", ["feature=3", "features", "features=many", "features=-1", "features=2M", "bytes=1T", "=3"]
)
def test_a_limit_that_cannot_be_read_is_a_wrong_call(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With the nearest name or the form that numbers have; from the command line with status 2."""
    with pytest.raises(UsageError) as refused:
        parse_limits([word])
    assert refused.value.remedy("zh")
    assert refused.value.remedy("en")
    assert run(["inspect", "none.gpkg", "--limit", word]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_the_command_line_sets_limits_for_every_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--limit` bounds sites and layers alike, may be given several times, and stands in the request of the run."""
    path = gpkg(tmp_path)
    assert run(["check", str(path), "-w", "demo", "--limit", "features=1"]) == 3
    assert "--limit features=" in capsys.readouterr().err
    out = tmp_path / "check.json"
    words = ["--limit", "features=60", "--limit", "seconds=30", "-o", str(out), "--json"]
    assert run(["check", str(path), "-w", "demo", *words]) == 0
    capsys.readouterr()
    request = json.loads(out.read_text("utf-8"))["run"]["request"]
    assert request["limits"] == {"features": 60, "seconds": 30}
    assert run(["doctor", "-w", "demo", "--limit", "features=1"]) != 0


class Hits(list[str]):
    """What was asked of a server, and where that is."""

    address: str = ""


@pytest.fixture
def server() -> Iterator[Hits]:
    hits = Hits()

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"type":"FeatureCollection","features":[]}')

        do_HEAD = do_GET

        def log_message(self, *words: Any) -> None:
            pass

    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    hits.address = f"http://127.0.0.1:{listening.server_port}"
    threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True).start()
    yield hits
    listening.shutdown()
    listening.server_close()


VRT = """<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{0}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"""
KML = """<kml xmlns="http://www.opengis.net/kml/2.2"><Document><NetworkLink><Link><href>{0}/a.kml</href></Link>
</NetworkLink><Placemark><Point><coordinates>117.3,39.1</coordinates></Point></Placemark></Document></kml>"""
CONTENTS = {
    "a VRT of a file": VRT.format("{secret}"),
    "a VRT of an address": VRT.format("/vsicurl/{at}/a.json"),
    "a raster VRT": "<VRTDataset rasterXSize='1' rasterYSize='1'><VRTRasterBand><SimpleSource><SourceFilename>"
    "/vsicurl/{at}/b.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>",
    "a WFS": "<OGRWFSDataSource><URL>{at}/wfs</URL></OGRWFSDataSource>",
    "a WMS": "<GDAL_WMS><Service name='TMS'><ServerUrl>{at}/tms</ServerUrl></Service></GDAL_WMS>",
    "a KML with a DTD": '<!DOCTYPE kml SYSTEM "{at}/x.dtd">' + KML.format("{at}"),
    "an entity of a file": '<!DOCTYPE kml [<!ENTITY x SYSTEM "file://{secret}">]><kml>&x;</kml>',
    "a bomb of entities": '<!DOCTYPE kml [<!ENTITY a "aaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]><kml>&b;</kml>',
}


@pytest.mark.parametrize("suffix", [".geojson", ".kml", ".gpkg", ".shp", ".csv", ".xlsx", ".txt", ".dxf", ".tab", ""])
@pytest.mark.parametrize("content", CONTENTS)
def test_what_points_elsewhere_is_refused_under_any_name(
    tmp_path: Path, server: Hits, content: str, suffix: str
) -> None:
    """No address is asked, and no other file is read, whatever the content and the suffix say."""
    secret = tmp_path / "secret.csv"
    secret.write_text("lon,lat,word\n117.3,39.1,TOPSECRET\n", "utf-8")
    path = tmp_path / f"a{suffix}"
    path.write_text(CONTENTS[content].replace("{at}", server.address).replace("{secret}", str(secret)), "utf-8")
    with pytest.raises(InputError) as refused:
        read_features(path, crs="EPSG:4490")
    assert "TOPSECRET" not in str(refused.value)
    assert server == []


@pytest.mark.parametrize(
    "word",
    [
        "/vsicurl/{at}/a.geojson",
        "/vsizip//vsicurl/{at}/a.zip",
        "/vsistdin/",
        "/vsimem/a",
        "GeoJSON:{at}/a",
        "CSV:{secret}",
        "{at}/a.geojson",
        "WFS:{at}",
        "MVT:{at}",
        '{"type":"Point","coordinates":[0,0]}',
        "<OGRVRTDataSource/>",
    ],
)
def test_a_path_that_drivers_would_obey_is_only_a_name(tmp_path: Path, server: Hits, word: str) -> None:
    """There is no such file, and nothing is asked."""
    secret = tmp_path / "secret.csv"
    secret.write_text("lon,lat\n117.3,39.1\n", "utf-8")
    path = word.replace("{at}", server.address).replace("{secret}", str(secret))
    for read in (read_features, list_layers):
        with pytest.raises(EcozoneError) as refused:
            read(path)
        assert refused.value.key == "intake.not_found"
    assert server == []


def test_a_network_link_is_not_followed(tmp_path: Path, server: Hits) -> None:
    """The placemarks of the file itself are read; what it links to is said and left alone."""
    path = tmp_path / "a.kml"
    path.write_text(KML.format(server.address), "utf-8")
    assert len(read_features(path)) == 1
    assert server == []


def test_a_shapefile_archive_with_other_content_is_refused(tmp_path: Path, server: Hits) -> None:
    """What is packed as .shp and is a VRT is no shapefile."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.shp", VRT.format(f"/vsicurl/{server.address}/a"))
        archive.writestr("a.dbf", b"\x03" + bytes(31) + b"\r")
        archive.writestr("a.shx", b"")
    with pytest.raises(InputError):
        read_features(path)
    assert server == []


def test_a_bottomless_document_is_refused_before_it_is_built(tmp_path: Path) -> None:
    """Folders without end are left at the limit of their depth, not at the end of the file."""
    path = tmp_path / "a.kml"
    path.write_text('<kml xmlns="http://www.opengis.net/kml/2.2">' + "<Folder>" * 300_000, "utf-8")
    with pytest.raises(InputError) as refused:
        read_features(path)
    assert refused.value.key == "intake.limit_depth"
