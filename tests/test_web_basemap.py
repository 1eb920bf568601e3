"""Basemaps: files lie where they should, a key is told to nobody, shifted maps are refused, and nothing hangs."""

from __future__ import annotations

import io
import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from affine import Affine
from fastapi import FastAPI
from PIL import Image

from ecozone.errors import CrsError, EcozoneError, UsageError
from ecozone.geo.gdal import rasterio
from ecozone.web import basemap_remote
from ecozone.web.basemap import open_basemap
from ecozone.web.basemap_remote import RemoteBasemap, tianditu
from ecozone.web.basemap_tiles import Basemap, kind_of
from ecozone.web.pixels import Address
from ecozone.web.tiles import NOTICE, tile_routes
from loopback import on_loopback

KEY = "0123456789abcdef-secret"


def png(colour: tuple[int, int, int]) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (256, 256), colour).save(written, "PNG")
    return written.getvalue()


def picture(tile: bytes) -> np.ndarray[Any, Any]:
    return np.asarray(Image.open(io.BytesIO(tile)).convert("RGBA"))


def mbtiles(path: Path, tiles: dict[tuple[int, int, int], bytes], **metadata: str) -> Path:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        database.execute(
            "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)"
        )
        database.executemany("INSERT INTO metadata VALUES (?, ?)", metadata.items())
        database.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", [(*place, data) for place, data in tiles.items()])
    return path


def test_the_rows_of_mbtiles_count_from_the_south(tmp_path: Path) -> None:
    """The north-western tile of zoom 1 is the one that MBTiles calls row 1; what is not there is clear."""
    north, south = png((200, 0, 0)), png((0, 0, 200))
    path = mbtiles(
        tmp_path / "底图 #1.mbtiles", {(1, 0, 1): north, (1, 0, 0): south}, name="航片", bounds="117,38.9,117.6,39.3"
    )
    found = open_basemap(str(path), "demo")
    assert found.tile(Address(1, 0, 0), "base").picture == north
    assert found.tile(Address(1, 0, 1), "base").picture == south
    absent = found.tile(Address(1, 1, 0), "base")
    assert not absent.trouble and not picture(absent.picture)[..., 3].any()
    about = found.about()
    assert about["name"] == "航片" and about["zooms"] == [1, 1] and about["box"] == [[38.9, 117.0], [39.3, 117.6]]
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("data", "kind"),
    [(png((1, 2, 3)), "image/png"), (b"\xff\xd8\xff\xe0rest", "image/jpeg"), (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp")],
)
def test_pictures_keep_their_type(tmp_path: Path, data: bytes, kind: str) -> None:
    """The type that a browser is told is that of the bytes, whatever the file's metadata say."""
    found = open_basemap(str(mbtiles(tmp_path / "a.mbtiles", {(0, 0, 0): data}, format="svg")), "demo")
    tile = found.tile(Address(0, 0, 0), "base")
    assert (tile.kind, tile.picture) == (kind, data)


def test_what_is_no_picture_is_not_handed_on(tmp_path: Path) -> None:
    """A page in place of a tile is an empty tile with a word."""
    path = mbtiles(tmp_path / "a.mbtiles", {(0, 0, 0): png((1, 2, 3)), (1, 0, 0): b"<svg onload=alert(1)>"})
    tile = open_basemap(str(path), "demo").tile(Address(1, 0, 1), "base")
    assert tile.trouble == "damaged" and kind_of(tile.picture) == "image/png"


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda path: path.write_bytes(b"no database at all" * 100), "web.broken_mbtiles"),
        (lambda path: sqlite3.connect(path).close() or path.touch(), "web.broken_mbtiles"),
        (lambda path: mbtiles(path, {}), "web.empty_mbtiles"),
        (lambda path: mbtiles(path, {(0, 0, 0): b"\x1f\x8b\x08\0"}, format="pbf"), "web.vector_mbtiles"),
        (lambda path: mbtiles(path, {(0, 0, 0): b"GIF89a"}), "web.vector_mbtiles"),
    ],
)
def test_files_that_are_no_basemap(tmp_path: Path, make: Any, key: str) -> None:
    """What cannot be shown is refused at the start, in words."""
    path = tmp_path / "a.mbtiles"
    make(path)
    with pytest.raises(UsageError) as caught:
        open_basemap(str(path), "demo")
    assert caught.value.key == key and str(caught.value)


GRID = Affine(30.0, 0.0, 524_000.0, 0.0, -30.0, 4_336_000.0)


def geotiff(path: Path, bands: np.ndarray[Any, Any], **profile: Any) -> Path:
    size = {"count": len(bands), "height": bands.shape[1], "width": bands.shape[2], "dtype": bands.dtype}
    with rasterio.open(
        path, "w", **{"driver": "GTiff", "crs": "EPSG:4548", "transform": GRID, **size, **profile}
    ) as file:
        file.write(bands)
    return path


def test_a_geotiff_lies_where_it_should(tmp_path: Path) -> None:
    """Each pixel is the picture's own at its centre; what is outside is clear."""
    from test_web_tiles import address_of

    bands = np.random.default_rng(5).integers(1, 255, (3, 400, 400)).astype(np.uint8)
    path = geotiff(tmp_path / "a.tif", bands)
    found = open_basemap(str(path), "demo")
    address = address_of(117.33, 39.11, 14)
    seen = picture(found.tile(address, "base").picture)
    assert (seen[..., 3] == 255).all()
    from pyproj import Transformer

    x, y = address.centres()
    easts, norths = Transformer.from_crs(3857, 4548, always_xy=True).transform(*np.meshgrid(x, y))
    expected = bands[:, ((GRID.f - norths) / 30.0).astype(int), ((easts - GRID.c) / 30.0).astype(int)]
    assert (np.moveaxis(seen[..., :3], -1, 0) == expected).mean() > 0.9999
    far = picture(found.tile(Address(14, 0, 0), "base").picture)
    assert not far[..., 3].any()
    (south, west), (north, east) = found.about()["box"]
    assert west < 117.29 < east and south < 39.1 < north


def test_grey_palette_and_nodata(tmp_path: Path) -> None:
    """One band is grey, or what its palette says; nodata is clear."""
    from test_web_tiles import address_of

    address = address_of(117.33, 39.11, 10)
    codes = np.full((1, 400, 400), 7, np.uint8)
    codes[0, :, 200:] = 0
    grey = picture(
        open_basemap(str(geotiff(tmp_path / "g.tif", codes, nodata=0)), "demo").tile(address, "base").picture
    )
    assert {tuple(one) for one in grey[grey[..., 3] > 0]} == {(7, 7, 7, 255)} and not grey[..., 3].all()
    path = geotiff(tmp_path / "p.tif", codes)
    with rasterio.open(path, "r+") as file:
        file.write_colormap(1, {7: (10, 20, 30, 255), 0: (1, 1, 1, 255)})
    coloured = picture(open_basemap(str(path), "demo").tile(address, "base").picture)
    assert (10, 20, 30, 255) in {tuple(one) for one in coloured.reshape(-1, 4)}


@pytest.mark.parametrize(
    ("profile", "key"),
    [
        ({"bands": np.zeros((2, 8, 8), np.uint8)}, "web.basemap_bands"),
        ({"bands": np.zeros((3, 8, 8), np.uint16)}, "web.basemap_bands"),
        ({"crs": None}, "web.basemap_no_crs"),
        ({"crs": "EPSG:2384"}, "geo.legacy_datum"),
        ({"transform": Affine(9.4, 3.4, 500_000.0, 3.4, -9.4, 4_330_000.0)}, "web.basemap_askew"),
    ],
)
def test_pictures_that_cannot_be_placed(tmp_path: Path, profile: dict[str, Any], key: str) -> None:
    """A picture that would lie elsewhere than it says, or is none, is refused at the start."""
    bands = profile.pop("bands", np.zeros((3, 8, 8), np.uint8))
    with pytest.raises(EcozoneError) as caught:
        open_basemap(str(geotiff(tmp_path / "a.tif", bands, **profile)), "demo")
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("address", "datum"),
    [
        ("https://webrd01.is.autonavi.com/appmaptile?x={x}&y={y}&z={z}", "GCJ-02"),
        ("http://rt0.map.gtimg.com/tile?z={z}&x={x}&y={y}", "GCJ-02"),
        ("https://mt0.google.cn/vt?lyrs=m&x={x}&y={y}&z={z}", "GCJ-02"),
        ("https://WPRD02.IS.AUTONAVI.COM./x={x}&y={y}&z={z}", "GCJ-02"),
        ("https://user@maponline0.bdimg.com:443/tile/?x={x}&y={y}&z={z}", "BD-09"),
    ],
)
def test_shifted_maps_are_refused(address: str, datum: str) -> None:
    """Maps in GCJ-02 and BD-09 are refused, with the metres that they are off in this very place."""
    with pytest.raises(CrsError) as caught:
        open_basemap(address, "demo")
    error = caught.value
    assert error.key == "web.shifted_basemap" and error.fields["datum"] == datum
    assert 400 < float(error.fields["metres"]) < 1_500
    for lang in ("zh", "en"):
        assert error.fields["metres"] in error.message(lang) and "tianditu" in error.remedy(lang)


@pytest.mark.parametrize("what", ["ftp://a.example/{z}/{x}/{y}", "https://a.example/{z}/{x}", "nowhere.tif", "a.gpkg"])
def test_other_words_are_refused(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address without its places, a file that is not there, and a file of another kind are refused."""
    monkeypatch.chdir(tmp_path)
    Path("a.gpkg").touch()
    with pytest.raises(UsageError):
        open_basemap(what, "demo")


def test_tianditu_needs_a_key() -> None:
    """Without the user's own key there is no 天地图."""
    with pytest.raises(UsageError) as caught:
        open_basemap("tianditu", "demo", environment={})
    assert caught.value.key == "web.no_tianditu_key" and "ECOZONE_TIANDITU_KEY" in str(caught.value)
    assert list(open_basemap("tianditu", "demo", environment={"ECOZONE_TIANDITU_KEY": KEY}).layers) == ["vec", "cva"]


@contextmanager
def elsewhere(answer: Any) -> Iterator[tuple[str, list[str]]]:
    """Start a server that stands for one on the network; give its address and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            answer(self)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def send(handler: BaseHTTPRequestHandler, data: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


@contextmanager
def page(basemap: Basemap) -> Iterator[httpx.Client]:
    app = FastAPI()
    app.include_router(tile_routes("demo", basemap))
    with on_loopback(app) as base, httpx.Client(base_url=base, trust_env=False) as client:
        yield client


def test_the_key_stays_with_the_server(caplog: pytest.LogCaptureFixture) -> None:
    """天地图 is asked with the key, for the very tile; no answer, header, log or word of the page holds it."""
    caplog.set_level(logging.DEBUG)
    street = png((9, 9, 9))
    with elsewhere(lambda handler: send(handler, street)) as (host, asked):
        basemap = tianditu(KEY, host)
        with page(basemap) as client:
            answers = [client.get("/tiles/basemap/12/3383/1563", params={"layer": one}) for one in ("vec", "cva")]
    assert [one.content for one in answers] == [street, street]
    assert len(asked) == 2 and all(f"tk={KEY}" in one for one in asked)
    assert "LAYER=vec&" in asked[0] and "LAYER=cva&" in asked[1]
    assert "TILEMATRIX=12&TILEROW=1563&TILECOL=3383" in asked[0] and "/vec_w/wmts?" in asked[0]
    told = [str(dict(one.headers)) for one in answers] + [str(basemap.about(lang)) for lang in ("zh", "en")]
    ours = [record for record in caplog.records if not record.name.startswith("httpx")]
    assert not any(KEY in text for text in [*told, *(record.getMessage() for record in ours)])


def test_a_server_that_refuses_is_said_and_its_words_are_not(caplog: pytest.LogCaptureFixture) -> None:
    """A refused key gives an empty tile and a word; what the server wrote, which may hold the key, goes nowhere."""
    with (
        elsewhere(lambda handler: send(handler, f"bad key {KEY}".encode(), 403)) as (host, _),
        page(tianditu(KEY, host)) as client,
    ):
        answer = client.get("/tiles/basemap/12/3383/1563")
    assert answer.status_code == 200 and answer.headers[NOTICE] == "refused"
    assert not picture(answer.content)[..., 3].any() and KEY.encode() not in answer.content and KEY not in caplog.text


def test_nobody_is_followed_elsewhere() -> None:
    """A server that sends on to another place is not obeyed: the key would go there."""
    with elsewhere(lambda handler: send(handler, png((1, 1, 1)))) as (other, reached):
        onward = {"Location": f"{other}/x"}
        with elsewhere(lambda handler: send(handler, b"", 302, **onward)) as (host, _):
            tile = tianditu(KEY, host).tile(Address(12, 3383, 1563), "vec")
    assert tile.trouble == "refused" and reached == []


def test_what_is_no_picture_or_too_large_is_left_out() -> None:
    """A page of words with status 200, and an endless tile, are an empty tile with a word."""
    for data in (b"<html>quota</html>", png((1, 1, 1)) + b"\0" * 5_000_000):
        with elsewhere(lambda handler, data=data: send(handler, data)) as (host, _):
            assert tianditu(KEY, host).tile(Address(12, 3383, 1563), "vec").trouble == "damaged"


def test_without_a_network_nothing_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that never answers costs three time-outs; then every tile is answered at once for a while."""
    monkeypatch.setattr(basemap_remote, "_TIMEOUT_S", 0.2)
    still = threading.Event()
    with elsewhere(lambda _: still.wait(5)) as (host, asked):
        basemap = RemoteBasemap(name="x", templates={"base": host + "/{z}/{x}/{y}"})
        begun = time.monotonic()
        troubles = [basemap.tile(Address(12, x, 0), "base").trouble for x in range(40)]
        took = time.monotonic() - begun
        still.set()
    assert troubles == ["unreachable"] * 40 and len(asked) <= 3 and took < 3
