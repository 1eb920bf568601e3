"""The tally in parts: the same bits however the work is shared out, every type of raster, blocks decoded once."""

from __future__ import annotations

import pickle
import random
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from shapely import box

from ecozone.errors import RasterError
from ecozone.geo import areal_scale
from ecozone.geo.gdal import rasterio
from ecozone.landcover import CodeReader, open_raster
from ecozone.measure import measure_zones
from ecozone.measure.ground import Ground
from ecozone.measure.partition import gather, plan, tally_strip
from ecozone.measure.threads import tally_plan
from ecozone.notices import notices_of

E0, N0 = 525_000.0, 4_330_000.0
GRID = Affine(10.0, 0.0, E0, 0.0, -10.0, N0)
Write = Callable[..., Path]
INTEGERS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a raster in tiles of 64 cells; every word of its profile may be set."""

    def make(codes: Any, name: str = "land.tif", **profile: Any) -> Path:
        known = {"driver": "GTiff", "crs": "EPSG:4548", "transform": GRID, "count": 1, "compress": "deflate"}
        tiles = {"tiled": True, "blockxsize": 64, "blockysize": 64}
        size = {"height": codes.shape[0], "width": codes.shape[1], "dtype": codes.dtype}
        with rasterio.open(tmp_path / name, "w", **{**known, **tiles, **size, **profile}) as dataset:
            dataset.write(codes, 1)
        return tmp_path / name

    return make


def stars(count: int, width: int, height: int, seed: int = 0) -> Any:
    """Make star-shaped polygons with holes, in metres of the grid, some beyond it."""
    rng = np.random.default_rng(seed)
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    found = []
    for _ in range(count):
        middle = rng.uniform([E0 - 100, N0 - 10 * height - 100], [E0 + 10 * width + 100, N0 + 100])
        reach = np.exp(rng.uniform(0, np.log(3 * width))) * rng.uniform(0.6, 1.4, 40)
        rim = middle + reach[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
        hole = middle + 0.3 * reach[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
        found.append(shapely.Polygon(rim, [hole]))
    return np.array(found, dtype=object)


def same_bits(one: Any, other: Any) -> None:
    """Assert that two tallies are the same to the bit."""
    for name in ("shapes", "codes", "valid", "areas", "lost", "overlapping"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("area", ["plane", "ellipsoidal"])
def test_threads_order_and_pickling_do_not_matter(write: Write, area: Any) -> None:
    """Threads, processes to come, and any order of strips give the same bits as one thread from top to foot."""
    codes = np.random.default_rng(1).integers(1, 9, (1500, 700)).astype(np.uint8)
    raster = open_raster(write(np.kron(codes[::5, ::5], np.ones((5, 5), np.uint8))))
    work = plan(stars(60, 700, 1500), (raster,), area=area)
    assert len(work) == 3
    alone = tally_plan(work, threads=1)
    for threads in (2, 3, 7):
        same_bits(tally_plan(work, threads=threads), alone)
    parts = [pickle.loads(pickle.dumps(part)) for part in work.parts()]
    random.Random(0).shuffle(parts)
    same_bits(gather([pickle.loads(pickle.dumps(tally_strip(part))) for part in parts]), alone)


def test_arrays_that_may_not_be_written(write: Write) -> None:
    """A part whose arrays are read-only, as some ways of pickling leave them, is tallied all the same."""
    raster = open_raster(write(np.ones((100, 100), np.uint8)))
    (part,) = plan(stars(3, 100, 100), (raster,), area="plane").parts()
    before = tally_strip(part)
    for array in (part.edges.edges, part.edges.starts, part.edges.shapes):
        array.flags.writeable = False
    same_bits(gather([tally_strip(part)]), gather([before]))


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_any_integer_type_and_code(write: Write, data: st.DataObject) -> None:
    """Whole cells of any integer type, of a few codes or of hundreds, masked or not, are counted as numpy counts."""
    dtype = np.dtype(data.draw(st.sampled_from(INTEGERS)))
    limits = np.iinfo(dtype)
    number = data.draw(st.sampled_from([1, 2, 7, 40, 256, 700]))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    values = rng.integers(limits.min, limits.max, number, dtype=dtype, endpoint=True)
    if data.draw(st.booleans()):
        values[0], values[-1] = limits.min, limits.max
    side = data.draw(st.sampled_from([1, 9]))
    codes = np.kron(rng.choice(values, (-(-130 // side), -(-1100 // side))), np.ones((side, side), dtype))[:130, :1100]
    codes = np.ascontiguousarray(codes, dtype)
    masked = data.draw(st.booleans())
    path = write(codes, "any.tif")
    mask = np.ones(codes.shape, bool)
    if masked:
        mask = rng.random(codes.shape) < 0.9
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as dataset:
            dataset.write_mask(mask.astype(np.uint8) * 255)
    frame = gpd.GeoSeries([box(E0 + 30, N0 - 1240, E0 + 10930, N0 - 50)], crs=4548)
    table = measure_zones(frame, path, area="plane").set_index("code")["area_m2"]
    seen, counts = np.unique(codes[5:124, 3:1093][mask[5:124, 3:1093]], return_counts=True)
    wanted = dict(zip(seen.tolist(), (100.0 * counts).tolist(), strict=True))
    wanted |= {"nodata": 100.0 * (~mask[5:124, 3:1093]).sum(), "outside": 0.0}
    assert table.to_dict() == wanted


@given(st.integers(0, 999), st.sampled_from(["plane", "ellipsoidal"]), st.integers(1, 8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_each_cell_against_overlay(write: Write, seed: int, area: Any, per_row: int) -> None:
    """The ground of each code is the sum over its cells of the part that overlay finds, times the cell's ground."""
    width, height = 24, 16
    codes = (np.arange(height * width).reshape(height, width) // per_row % 251 + 1).astype(np.uint8)
    raster = open_raster(write(codes, "small.tif"))
    shapes = stars(4, width, height, seed)
    found = tally_plan(plan(shapes, (raster,), area=area))
    lines, columns = np.indices(codes.shape)
    x, y = E0 + 10 * columns.ravel(), N0 - 10 * lines.ravel()
    cells = shapely.box(x, y - 10, x + 10, y)
    scale = areal_scale(x + 5, y - 5, 4548) if area == "ellipsoidal" else np.ones(cells.size)
    for number, shape in enumerate(shapes):
        parts = shapely.area(shapely.intersection(cells, shape, grid_size=2**-30)) * scale
        wanted = np.bincount(codes.ravel(), parts, 256)
        own = found.shapes == number
        ours = np.bincount(found.codes[own, 0], found.areas[own], 256)
        np.testing.assert_allclose(ours, wanted, atol=2e-5)


@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_long_runs_of_many_codes(write: Write, noise: float) -> None:
    """Runs through many tiles, of even ground or of 256 codes at random, are counted exactly, row by row."""
    rng = np.random.default_rng(2)
    codes = np.where(rng.random((70, 2000)) < noise, rng.integers(0, 256, (70, 2000)), 17).astype(np.uint8)
    rows = {row: box(E0 + 10 * row, N0 - 10 * row - 10, E0 + 20_000 - 30 * row, N0 - 10 * row) for row in range(70)}
    frame = gpd.GeoSeries({**rows, "all": box(E0, N0 - 700, E0 + 20_000, N0)}, crs=4548)
    table = measure_zones(frame, write(codes), area="plane")
    for row in range(70):
        seen, counts = np.unique(codes[row, row : 2000 - 3 * row], return_counts=True)
        own = table[(table["zone"] == row) & (table["area_m2"] > 0)]
        assert dict(zip(own["code"], own["area_m2"], strict=True)) == dict(zip(seen, 100.0 * counts, strict=True))
    seen, counts = np.unique(codes, return_counts=True)
    own = table[(table["zone"] == "all") & (table["area_m2"] > 0)]
    assert dict(zip(own["code"], own["area_m2"], strict=True)) == dict(zip(seen, 100.0 * counts, strict=True))


@pytest.mark.parametrize("crs", [4548, 32648, 3857, 4490, 2263, "ESRI:102012"])
@pytest.mark.parametrize("cell", [10.0, 30.0, 1000.0])
def test_ground_of_every_cell(write: Write, crs: Any, cell: float) -> None:
    """In tiles of any projection and size of cell, each cell's ground is its areal scale times its square, to 1e-8."""
    centre = {4490: (117.3, 39.1), 2263: (990_000, 200_000)}.get(crs)
    if centre is None:
        centre = Transformer.from_crs(4490, crs, always_xy=True).transform(117.3, 39.1)
    unit = {4490: cell / 111_320, 2263: cell / 0.3048}.get(crs, cell)
    x, y = round(centre[0], 3), round(centre[1], 3)
    name = crs if isinstance(crs, str) else f"EPSG:{crs}"
    path = write(np.ones((70, 600), np.uint8), crs=name, transform=Affine(unit, 0, x, 0, -unit, y))
    ground = Ground(open_raster(path), "ellipsoidal")
    tiles = -(-600 // ground.tile_columns)
    found = pickle.loads(pickle.dumps(ground)).tiles(0, 70, 0, np.ones(tiles, bool))
    rows, columns = np.indices((70, 600))
    tile = found[rows // ground.tile_rows, columns // ground.tile_columns]
    row, place = rows % ground.tile_rows, columns % ground.tile_columns
    ours = tile[..., 0] + tile[..., 1] * row + tile[..., 2] * place + tile[..., 3] * place**2
    theirs = areal_scale(x + unit * (columns + 0.5), y - unit * (rows + 0.5), crs) * unit**2
    # The scale in a cell's middle is the cell's mean to a part of its square over that of the earth.
    within = 1e-8 + (cell / 6.4e6) ** 2 if crs == 4490 else 1e-8
    np.testing.assert_allclose(ours, theirs, rtol=within)


def test_each_block_is_decoded_once(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many zones touch a block it is decoded once, and what none touches is not decoded."""
    read: list[tuple[int, int, int, int]] = []
    before = CodeReader.read_codes

    def reading(self: CodeReader, *window: int, **words: Any) -> Any:
        read.append(window)
        return before(self, *window, **words)

    monkeypatch.setattr(CodeReader, "read_codes", reading)
    shapes = [box(E0 + 100 + i, N0 - 6000, E0 + 1900 - i, N0 - 100) for i in range(50)]
    shapes.append(box(E0 + 4000, N0 - 6200, E0 + 4010, N0 - 6190))
    measure_zones(gpd.GeoSeries(shapes, crs=4548), write(np.ones((1000, 700), np.uint8)), threads=2)
    times = np.zeros((1000, 700), int)
    for row, column, height, width in read:
        times[row : row + height, column : column + width] += 1
    wanted = np.zeros((1000, 700), int)
    wanted[:640, :192] = 1
    wanted[576:640, 384:448] = 1
    np.testing.assert_array_equal(times, wanted)


def test_zones_in_batches(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the memory for spans is small, zones are taken in batches and large ones get more: to the same bits."""
    from ecozone.measure import partition

    codes = np.random.default_rng(3).integers(1, 9, (300, 300)).astype(np.uint8)
    work = plan(stars(40, 300, 300), (open_raster(write(codes)),), area="ellipsoidal")
    once = tally_plan(work)
    monkeypatch.setattr(partition, "_ROOM", 64)
    same_bits(tally_plan(work), once)


def test_centres_against_gdal(write: Write) -> None:
    """By centres, a zone's cells of each class are those that GDAL rasterizes."""
    from rasterio.features import rasterize

    codes = np.random.default_rng(4).integers(1, 9, (300, 200)).astype(np.uint8)
    shapes = stars(30, 200, 300)
    table = measure_zones(gpd.GeoSeries(shapes, crs=4548), write(codes), area="plane", coverage="centre")
    for number, shape in enumerate(shapes):
        burnt = rasterize([shape], codes.shape, transform=GRID).astype(bool)
        wanted = np.bincount(codes[burnt], minlength=9) * 100.0
        own = table[(table["zone"] == number) & ~table["code"].isin(["nodata", "outside"])]
        assert dict(zip(own["code"], own["area_m2"], strict=True)) == {c: a for c, a in enumerate(wanted) if a}
    outside = table[table["code"] == "outside"]["area_m2"].to_numpy()
    frame = box(E0, N0 - 3000, E0 + 2000, N0)
    np.testing.assert_allclose(outside, shapely.area(shapely.difference(shapes, frame)), atol=1e-6)


def test_unreadable_blocks_lose_their_zones_alone(write: Write, tmp_path: Path) -> None:
    """Where zones are to be kept, those that need a missing block are of unknown area and told; the others stand."""
    codes = np.random.default_rng(0).integers(1, 99, (300, 300), np.uint8)
    path = write(codes)
    short = tmp_path / "short.tif"
    short.write_bytes(path.read_bytes()[:60_000])
    shapes = {"there": box(E0, N0 - 500, E0 + 3000, N0), "cut": box(E0, N0 - 3000, E0 + 300, N0)}
    frame = gpd.GeoSeries(shapes, crs=4548)
    table = measure_zones(frame, short, on_invalid="keep")
    lost = table[table["zone"] == "cut"]
    assert lost["code"].tolist() == ["nodata", "outside"] and lost["area_m2"].isna().all()
    kept = table[table["zone"] == "there"].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, measure_zones(frame[:1], path))
    assert [(each.severity, each.place.feature) for each in notices_of(table)] == [("refused", "cut")]


def test_a_raster_that_changes_meanwhile(write: Write) -> None:
    """A file that is written to while it is measured gives no result."""
    path = write(np.ones((300, 300), np.uint8))

    def touch(done: int, total: int, what: str) -> None:
        if done == 0:
            with path.open("ab") as file:
                file.write(b"\0")

    with pytest.raises(RasterError) as caught:
        measure_zones(gpd.GeoSeries([box(E0, N0 - 500, E0 + 500, N0)], crs=4548), path, progress=touch)
    assert caught.value.key == "measure.tally_changed"


def test_a_damaged_block_in_the_middle_costs_its_zones_alone(write: Write, tmp_path: Path) -> None:
    """Of zones all over a raster, those that need the one damaged block are unknown; all others have the same bits."""
    path = write(np.random.default_rng(1).integers(1, 99, (1500, 700), np.uint8))
    with rasterio.open(path) as dataset:
        names = ("BLOCK_OFFSET_5_11", "BLOCK_SIZE_5_11")
        start, size = (int(dataset.get_tag_item(name, "TIFF", bidx=1)) for name in names)
    bytes_ = bytearray(path.read_bytes())
    bytes_[start + 8 : start + size - 8] = b"\xff" * (size - 16)
    damaged = tmp_path / "damaged.tif"
    damaged.write_bytes(bytes_)
    block = box(E0 + 5 * 640, N0 - 12 * 640, E0 + 6 * 640, N0 - 11 * 640)
    frame = gpd.GeoSeries(stars(60, 700, 1500), crs=4548)
    needs = shapely.area(shapely.intersection(np.asarray(frame.array), block)) > 0
    assert 0 < needs.sum() < 60
    table = measure_zones(frame, damaged, on_invalid="keep", threads=2)
    lost = table.groupby("zone")["area_m2"].apply(lambda areas: areas.isna().all())
    np.testing.assert_array_equal(lost.to_numpy(), needs)
    whole = measure_zones(frame, path)
    kept = [one[one["zone"].isin(np.flatnonzero(~needs))].reset_index(drop=True) for one in (table, whole)]
    pd.testing.assert_frame_equal(*kept, check_exact=True)
    assert {each.place.feature for each in notices_of(table)} == set(np.flatnonzero(needs))


@pytest.mark.parametrize("threads", [1, 2])
def test_ctrl_c_ends_a_tally(write: Write, threads: int) -> None:
    """The signal of Ctrl-C in the middle comes out as such, no thread goes on, and the next tally is right."""
    # A shell starts what runs behind it with the signal ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    path, frame = write(np.ones((4000, 80), np.uint8)), gpd.GeoSeries(stars(40, 80, 4000), crs=4548)
    seen: list[int] = []

    def stop(done: int, total: int, what: str) -> None:
        seen.append(done)
        if done == 1:
            signal.raise_signal(signal.SIGINT)

    before = set(threading.enumerate())
    with pytest.raises(KeyboardInterrupt):
        measure_zones(frame, path, threads=threads, progress=stop)
    assert max(seen) < 8
    assert not [one for one in threading.enumerate() if one.name.startswith("ecozone") and one not in before]
    table = measure_zones(frame, path, threads=threads)
    np.testing.assert_allclose(table.groupby("zone")["share"].sum(), 1.0, rtol=1e-8)
