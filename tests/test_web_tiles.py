"""Tiles: the pixel shows the class that lies there, damage is said, and no address or state gives a wrong picture."""

from __future__ import annotations

import importlib
import io
import math
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from affine import Affine
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from PIL import Image

from ecozone.errors import EcozoneError
from ecozone.geo.gdal import rasterio
from ecozone.landcover import open_raster, open_scheme
from ecozone.outputs import CHANGE_GROUPS
from ecozone.web import pixels
from ecozone.web.land_tiles import LandTiles
from ecozone.web.pixels import Address, look_up, mercator_box
from ecozone.web.problems import problem_of
from ecozone.web.tiles import NOTICE, tile_routes
from ecozone.workspace import Workspace
from loopback import on_loopback

CLASSES = [10, 20, 30, 40, 50, 60, 80, 90]


def colours() -> dict[int, tuple[int, ...]]:
    return {
        int(code): tuple(bytes.fromhex(land.colour[1:])) for code, land in open_scheme("worldcover").classes.items()
    }


def address_of(lon: float, lat: float, z: int) -> Address:
    """Return the tile of a place by the formulas of the web grid."""
    across = (lon + 180) / 360 * 2**z
    down = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z
    return Address(z, int(across), int(down))


def picture(png: bytes) -> np.ndarray[Any, Any]:
    """Return red, green, blue and opacity of a tile."""
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


def write(path: Path, codes: np.ndarray[Any, Any], crs: str, grid: Affine, **profile: Any) -> Path:
    size = {"count": 1, "height": codes.shape[0], "width": codes.shape[1], "dtype": codes.dtype, "nodata": 0}
    with rasterio.open(path, "w", driver="GTiff", crs=crs, transform=grid, **{**size, **profile}) as file:
        file.write(codes, 1)
    return path


GRIDS = {
    "cgcs2000": ("EPSG:4548", Affine(10.0, 0.0, 524_000.0, 0.0, -10.0, 4_336_000.0)),
    "with its strip": ("EPSG:4527", Affine(30.0, 0.0, 39_524_000.0, 0.0, -20.0, 4_336_000.0)),
    "degrees": ("EPSG:4326", Affine(1e-4, 0.0, 117.28, 0.0, -1e-4, 39.16)),
    "south up": ("EPSG:4490", Affine(1e-4, 0.0, 117.28, 0.0, 1e-4, 39.08)),
    "utm": ("EPSG:32650", Affine(10.0, 0.0, 525_000.0, 0.0, -10.0, 4_336_000.0)),
}


# rasterio 1.3 multiplies in the way that affine 3 gives up.
@pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")
@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("z", [9, 12, 15, 18])
def test_a_pixel_shows_the_class_that_lies_there(tmp_path: Path, grid: str, z: int) -> None:
    """Each pixel has the class that GDAL finds at its centre, on any grid and at any zoom."""
    crs, transform = GRIDS[grid]
    codes = np.random.default_rng(7).choice([0, *CLASSES], (900, 900)).astype(np.uint8)
    path = write(tmp_path / "land.tif", codes, crs, transform)
    raster = open_raster(path, scheme="worldcover")
    address = address_of(117.31, 39.12, z)
    found = look_up(raster, mercator_box(raster), address)
    step = 2 * 20_037_508.342789244 / 2**z / 256
    west, north = address.x * 256 * step - 20_037_508.342789244, 20_037_508.342789244 - address.y * 256 * step
    centres = [(west + (i + 0.5) * step, north - (j + 0.5) * step) for j in range(0, 256, 5) for i in range(0, 256, 5)]
    warp = importlib.import_module("rasterio.warp").transform
    with rasterio.open(path) as dataset:
        xs, ys = warp("EPSG:3857", crs, *zip(*centres, strict=True))
        expected = np.array([one[0] for one in dataset.sample(zip(xs, ys, strict=True))]).reshape(52, 52)
    columns, rows = (np.array(xs) - transform.c) / transform.a, (np.array(ys) - transform.f) / transform.e
    # A centre that lies on the edge of a cell belongs to either.
    edge = np.minimum(np.abs(columns - np.round(columns)), np.abs(rows - np.round(rows))).reshape(52, 52) < 1e-5
    assert (expected > 0).any()
    valid, shown = found.valid[::5, ::5], found.codes[::5, ::5]
    assert (valid == (expected > 0))[~edge].all()
    assert (shown == expected)[~edge & valid].all()


@pytest.fixture
def land(little: Callable[..., Workspace], with_rasters: Callable[..., Workspace]) -> Workspace:
    """A district of 10 km with random classes in two years, of which a corner has none."""
    random = np.random.default_rng(3)
    first = random.choice(CLASSES, (200, 200))
    second = np.where(random.random((200, 200)) < 0.3, random.choice(CLASSES, (200, 200)), first)
    first[:20, :20] = 0
    return with_rasters(little(), {2020: first, 2025: second})


@pytest.fixture
def client(land: Workspace) -> Iterator[httpx.Client]:
    app = FastAPI()
    app.include_router(tile_routes(str(land.folder)))

    @app.exception_handler(EcozoneError)
    def told(_: Request, error: EcozoneError) -> JSONResponse:
        problem = problem_of(error, "zh", hidden=[str(land.folder)])
        return JSONResponse(problem, problem["status"])

    with on_loopback(app) as base, httpx.Client(base_url=base, trust_env=False) as started:
        yield started


HERE = address_of(117.35, 39.10, 12)
PLACE = f"{HERE.z}/{HERE.x}/{HERE.y}"


def test_the_colours_are_those_of_the_scheme(client: httpx.Client, land: Workspace) -> None:
    """A tile has the colours of the classes below it, is clear where none is, and no other colour."""
    answer = client.get(f"/tiles/landcover/2020/{PLACE}.png")
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/png"
    assert NOTICE not in answer.headers
    seen = picture(answer.content)
    assert land.landcover is not None
    raster = open_raster(land.landcover.rasters[2020], scheme="worldcover")
    found = look_up(raster, mercator_box(raster), HERE)
    assert found.valid.any() and not found.valid.all()
    assert ((seen[..., 3] > 0) == found.valid).all()
    for code, colour in colours().items():
        here = found.valid & (found.codes == code)
        assert (seen[here, :3] == colour).all()


def test_change_is_coloured_by_what_it_means(client: httpx.Client, land: Workspace) -> None:
    """Ground of one class in both years is clear; the rest has the colour of the maps of change."""
    seen = picture(client.get(f"/tiles/change/2020-2025/{PLACE}.png").content)
    assert land.landcover is not None
    both = []
    for year in (2020, 2025):
        raster = open_raster(land.landcover.rasters[year], scheme="worldcover")
        both.append(look_up(raster, mercator_box(raster), HERE))
    valid = both[0].valid & both[1].valid
    changed = valid & (both[0].codes != both[1].codes)
    assert changed.any()
    assert ((seen[..., 3] > 0) == changed).all()
    fills = {name: tuple(bytes.fromhex(fill[1:])) for name, (fill, _) in CHANGE_GROUPS.items()}
    for before, after, group in (
        (80, 50, "eco_lost"),
        (40, 60, "crop_built"),
        (40, 10, "crop_eco"),
        (50, 90, "eco_gained"),
    ):
        here = changed & (both[0].codes == before) & (both[1].codes == after)
        assert here.any() and (seen[here, :3] == fills[group]).all()


def test_far_away_and_far_out_is_clear(client: httpx.Client) -> None:
    """Tiles elsewhere, of the whole world and of a spot are pictures with nothing wrong on them."""
    for place in ("12/0/0", "12/4095/4095", "0/0/0", "1/1/0"):
        answer = client.get(f"/tiles/landcover/2020/{place}.png")
        assert answer.status_code == 200 and not picture(answer.content)[..., 3].any()
    deep = address_of(117.35, 39.10, 22)
    seen = picture(client.get(f"/tiles/landcover/2025/{deep.z}/{deep.x}/{deep.y}.png").content)
    assert len(np.unique(seen.reshape(-1, 4), axis=0)) == 1 and seen[0, 0, 3] == 255


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("landcover/2020/12/4096/0.png", 404),
        ("landcover/2020/3/0/8.png", 404),
        ("landcover/1999/12/0/0.png", 404),
        ("change/2020-1999/12/0/0.png", 404),
        ("landcover/2020/23/0/0.png", 422),
        ("landcover/2020/12/-1/0.png", 422),
        ("landcover/2020/12/a/0.png", 422),
        ("landcover/2020/12/0/0.jpg", 404),
        ("landcover/../12/0/0.png", 404),
        ("basemap/12/0/0", 404),
    ],
)
def test_a_wrong_address_is_a_problem(client: httpx.Client, land: Workspace, address: str, status: int) -> None:
    """What is no tile is said to be none, and no path of the machine is told."""
    answer = client.get(f"/tiles/{address}")
    assert answer.status_code == status
    assert str(land.folder) not in answer.text


def test_the_mark_follows_the_file(client: httpx.Client, land: Workspace) -> None:
    """A tile that the client holds is not sent again, until the raster is another one."""
    address = f"/tiles/landcover/2020/{PLACE}.png"
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304 and not again.content
    assert land.landcover is not None
    path = land.landcover.rasters[2020]
    with rasterio.open(path, "r+") as file:
        file.write(np.full((200, 200), 80, np.uint8), 1)
    os.utime(path, ns=(1, 1))
    changed = client.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200 and changed.headers["etag"] != first.headers["etag"]
    shown = picture(changed.content)
    assert {tuple(one) for one in shown[shown[..., 3] > 0][:, :3]} == {colours()[80]}


def test_a_year_that_was_added_is_found(client: httpx.Client, land: Workspace) -> None:
    """The workspace is read anew when its file changes."""
    assert client.get(f"/tiles/landcover/2023/{PLACE}.png").status_code == 404
    text = land.file.read_text("utf-8")
    land.file.write_text(text.replace('2025 = "', '2023 = "2020.tif", 2025 = "'), "utf-8")
    assert client.get(f"/tiles/landcover/2023/{PLACE}.png").status_code == 200


def test_a_missing_raster_is_a_problem(client: httpx.Client, land: Workspace) -> None:
    """A raster that went is named without its folder; the other year is still shown."""
    assert land.landcover is not None
    land.landcover.rasters[2020].unlink()
    answer = client.get(f"/tiles/landcover/2020/{PLACE}.png")
    assert answer.status_code == 422 and answer.json()["code"] == "landcover.no_raster"
    assert str(land.folder) not in answer.text
    assert client.get(f"/tiles/landcover/2025/{PLACE}.png").status_code == 200


def test_damaged_blocks_are_left_out_and_said(tmp_path: Path) -> None:
    """Of a truncated file the blocks that are there are shown, the rest is empty, and the tile says so."""
    crs, transform = GRIDS["cgcs2000"]
    codes = np.full((1024, 1024), 10, np.uint8)
    path = write(tmp_path / "land.tif", codes, crs, transform, tiled=True, blockxsize=256, blockysize=256)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 5 * 256 * 256)
    raster = open_raster(path, scheme="worldcover")
    found = look_up(raster, mercator_box(raster), address_of(117.31, 39.12, 11))
    whole = write(tmp_path / "whole.tif", codes, crs, transform)
    sound = look_up(open_raster(whole, scheme="worldcover"), mercator_box(raster), address_of(117.31, 39.12, 11))
    assert found.trouble == "damaged" and not sound.trouble
    assert 0 < found.valid.sum() < sound.valid.sum()
    assert sound.valid[found.valid].all() and (found.codes[found.valid] == 10).all()


def test_the_work_of_a_tile_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tile that would decode too much is empty and says so; part by part gives what one read gives."""
    codes = np.random.default_rng(1).choice(CLASSES, (700, 700)).astype(np.uint8)
    raster = open_raster(write(tmp_path / "land.tif", codes, *GRIDS["cgcs2000"]), scheme="worldcover")
    address, box = address_of(117.31, 39.12, 11), mercator_box(raster)
    whole = look_up(raster, box, address)
    monkeypatch.setattr(pixels, "_HELD_CELLS", 5_000)
    parts = look_up(raster, box, address)
    assert (parts.codes == whole.codes).all() and (parts.valid == whole.valid).all() and whole.valid.any()
    monkeypatch.setattr(pixels, "MOST_CELLS", 10_000)
    far = look_up(raster, box, address)
    assert far.trouble == "too_wide" and not far.valid.any()
    near = look_up(raster, box, address_of(117.31, 39.12, 17))
    assert not near.trouble and near.valid.all()


def test_an_unknown_code_is_shown_and_said(land: Workspace) -> None:
    """A code that the scheme does not know has a colour of its own and no class's."""
    assert land.landcover is not None
    with rasterio.open(land.landcover.rasters[2020], "r+") as file:
        file.write(np.full((200, 200), 77, np.uint8), 1)
    tile = LandTiles(str(land.folder)).land(2020, HERE)
    seen = picture(tile.png)
    assert tile.trouble == "unknown"
    shown = {tuple(one) for one in seen[seen[..., 3] > 0][:, :3]}
    assert len(shown) == 1 and not shown & set(colours().values())


def test_many_threads_get_the_same(land: Workspace) -> None:
    """Tiles that several threads ask for at once are those that one gets, and memory is bounded."""
    tiles = LandTiles(str(land.folder))
    places = [Address(13, 2 * HERE.x + i, 2 * HERE.y + j) for i in (0, 1) for j in (0, 1)]
    alone = [LandTiles(str(land.folder)).land(2020, place).png for place in places]
    found: list[list[bytes]] = []
    threads = [
        threading.Thread(target=lambda: found.append([tiles.land(2020, one).png for one in places])) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [alone] * 6
