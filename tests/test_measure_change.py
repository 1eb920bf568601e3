"""Transitions between two rasters: by numpy, by the sums of each raster's own tally, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from affine import Affine
from shapely import Point, box

from ecozone.errors import RasterError, UsageError
from ecozone.geo.gdal import rasterio
from ecozone.landcover import open_raster
from ecozone.measure import measure_change, measure_zones
from ecozone.text import speaking

E0, N0 = 525_000.0, 4_330_000.0
GRID = Affine(10.0, 0.0, E0, 0.0, -10.0, N0)
CODES = np.array([10, 20, 30, 40, 50, 60, 80, 90], np.uint8)
COLUMNS = ("from_code", "to_code")
ZONES = gpd.GeoSeries(
    {"whole": box(E0 + 100, N0 - 1800, E0 + 1900, N0 - 200), "round": Point(E0 + 900, N0 - 900).buffer(1200)}, crs=4548
)
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a raster of 200 × 200 patches in WorldCover codes; every word of its profile may be set."""

    def make(seed: int, name: str, codes: Any = None, **profile: Any) -> Path:
        codes = patches(seed) if codes is None else codes
        known = {"driver": "GTiff", "crs": "EPSG:4548", "transform": GRID, "nodata": 0, "count": 1}
        size = {"height": codes.shape[0], "width": codes.shape[1], "dtype": codes.dtype}
        tiles = {"tiled": True, "blockxsize": 64, "blockysize": 64, "compress": "deflate"}
        with rasterio.open(tmp_path / name, "w", **{**known, **tiles, **size, **profile}) as dataset:
            dataset.write(codes, 1)
        return tmp_path / name

    return make


def patches(seed: int) -> Any:
    """Make a field of codes with some structure and some nodata."""
    rng = np.random.default_rng(seed)
    codes = CODES[np.kron(rng.integers(0, 8, (40, 40)), np.ones((5, 5), int))]
    codes[rng.random(codes.shape) < 0.05] = 0
    return codes


def test_whole_cells_against_numpy(write: Write) -> None:
    """Over whole cells each transition is as many cells as numpy counts, nodata and what stayed the same included."""
    table = measure_change(ZONES, write(1, "a.tif"), write(2, "b.tif"), scheme="worldcover", area="plane")
    own = table[table["zone"] == "whole"]
    before, after = (patches(seed)[20:180, 10:190].ravel() for seed in (1, 2))
    pairs, counts = np.unique(np.stack([before, after]), axis=1, return_counts=True)
    named = [tuple("nodata" if code == 0 else code for code in pair) for pair in pairs.T.tolist()]
    wanted = dict(zip(named, 100.0 * counts, strict=True)) | {("outside", "outside"): 0.0}
    assert dict(zip(zip(own["from_code"], own["to_code"], strict=True), own["area_m2"], strict=True)) == wanted


def test_sums_are_the_tallies(write: Write) -> None:
    """What leaves a class is that class's ground on the earlier raster, what comes to it that on the later one."""
    paths = write(1, "a.tif"), write(2, "b.tif", tiled=False, blockxsize=200, blockysize=7)
    table = measure_change(ZONES, *paths, scheme="worldcover")
    assert list(table.columns) == ["zone", "from_code", "to_code", "area_m2"]
    for path, column in zip(paths, ("from_code", "to_code"), strict=True):
        single = measure_zones(ZONES, path, scheme="worldcover").set_index(["zone", "code"])["area_m2"]
        sums = table.groupby(["zone", column])["area_m2"].sum()
        sums.index.names = ["zone", "code"]
        pd.testing.assert_series_equal(sums.sort_index(key=lambda level: level.astype(str)),
                                       single.sort_index(key=lambda level: level.astype(str)), rtol=1e-12)  # fmt: skip
    total = table.groupby("zone")["area_m2"].sum()
    np.testing.assert_allclose(total, [table.attrs["zone_area_m2"][zone] for zone in total.index], rtol=1e-8)


def test_order_is_told(write: Write) -> None:
    """Rows follow the zones and their codes, nodata after classes and what is outside last, whatever the threads."""
    paths = write(1, "a.tif"), write(2, "b.tif")
    table = measure_change(ZONES, *paths, threads=1)
    pd.testing.assert_frame_equal(table, measure_change(ZONES, *paths, threads=3), check_exact=True)
    assert table["zone"].drop_duplicates().tolist() == ["whole", "round"]
    for _, rows in table.groupby("zone"):
        ranks = [[{"nodata": 999, "outside": 9999}.get(code, code) for code in rows[name]] for name in COLUMNS]
        assert list(zip(*ranks, strict=True)) == sorted(zip(*ranks, strict=True))
        assert rows["from_code"].tolist()[-1] == rows["to_code"].tolist()[-1] == "outside"


def test_wide_codes_and_many_pairs(write: Write) -> None:
    """Codes of other types, and more pairs of them than a byte tells apart, are counted as numpy counts them."""
    rng = np.random.default_rng(5)
    codes = [rng.integers(-300, 300, (200, 200)).astype(np.int16), rng.integers(0, 9, (200, 200)).astype(np.uint32)]
    paths = [write(0, f"{i}.tif", own, nodata=None) for i, own in enumerate(codes)]
    table = measure_change(ZONES[:1], *paths, area="plane")
    pairs, counts = np.unique(np.stack([own[20:180, 10:190].ravel() for own in codes]), axis=1, return_counts=True)
    wanted = dict(zip(map(tuple, pairs.T.tolist()), 100.0 * counts, strict=True)) | {("outside", "outside"): 0.0}
    assert dict(zip(zip(table["from_code"], table["to_code"], strict=True), table["area_m2"], strict=True)) == wanted


@pytest.mark.parametrize(
    ("key", "profile", "differs"),
    [
        ("measure.change_grid", {"transform": Affine(10.0, 0.0, E0 + 5, 0.0, -10.0, N0)}, "origin"),
        ("measure.change_grid", {"transform": Affine(10.001, 0.0, E0, 0.0, -10.0, N0)}, "cell size"),
        ("measure.change_grid", {"codes": np.full((200, 199), 10, np.uint8)}, "columns × rows"),
        ("measure.change_crs", {"crs": "EPSG:4549"}, "CRS"),
    ],
)
def test_other_cells_are_refused(write: Write, key: str, profile: dict[str, Any], differs: str) -> None:
    """Rasters whose cells are not the same are refused with both names, and with what of the grid differs, alone."""
    first, second = write(1, "a.tif"), write(2, "b.tif", **profile)
    with speaking("en"), pytest.raises(RasterError, match=r"b\.tif") as caught:
        measure_change(ZONES, first, second)
    said = caught.value.message("en")
    assert caught.value.key == key and str(first) in said
    assert [word for word in ("origin", "cell size", "columns × rows", "CRS") if word in said] == [differs]


def test_two_schemes_are_refused(write: Write) -> None:
    """One number is two classes in two schemes: rasters opened with different ones are not compared."""
    first = open_raster(write(1, "a.tif"), scheme="worldcover")
    with pytest.raises(UsageError):
        measure_change(ZONES, first, open_raster(write(2, "b.tif")))


def test_unknown_values_are_refused(write: Write) -> None:
    """A value that the scheme does not have is refused on either raster."""
    odd = patches(2)
    odd[100, 100] = 7
    for paths in ((write(1, "a.tif"), write(2, "b.tif", odd)), (write(2, "b.tif", odd), write(1, "a.tif"))):
        with pytest.raises(RasterError, match=r"7 \(") as caught:
            measure_change(ZONES, *paths, scheme="worldcover")
        assert caught.value.place.file.endswith("b.tif")


def test_zones_without_shape_are_kept(write: Write) -> None:
    """A zone without a measurable shape is a row of unknown area for nodata and one for outside, where asked for."""
    frame = gpd.GeoSeries({"point": Point(E0, N0), **ZONES.to_dict()}, crs=4548)
    table = measure_change(frame, write(1, "a.tif"), write(2, "b.tif"), on_invalid="keep")
    own = table[table["zone"] == "point"]
    assert own["from_code"].tolist() == ["nodata", "outside"] and own["area_m2"].isna().all()


def test_far_away(write: Write) -> None:
    """A zone that the rasters do not touch is outside as a whole."""
    frame = gpd.GeoSeries([box(E0 + 9000, N0, E0 + 9500, N0 + 500)], crs=4548)
    table = measure_change(frame, write(1, "a.tif"), write(2, "b.tif"), scheme="worldcover")
    assert table[["from_code", "to_code"]].to_numpy().tolist() == [["outside", "outside"]]
    assert table["area_m2"].tolist() == list(table.attrs["zone_area_m2"].values())


def test_two_years_of_a_real_tile(shared_data: Path) -> None:
    """Of a real island, the changed cells between the two years of WorldCover are those that numpy counts."""
    paths = sorted((shared_data / "landcover").glob("ESA_WorldCover*.tif"))
    window = rasterio.windows.Window(6000, 25000, 1500, 1200)
    codes = []
    for path in paths:
        with rasterio.open(path) as dataset:
            codes.append(dataset.read(1, window=window).ravel())
            grid = dataset.transform
    west, north = grid.c + 6000 * grid.a, grid.f + 25000 * grid.e
    frame = box(west, north + 1200 * grid.e, west + 1500 * grid.a, north)
    table = measure_change(gpd.GeoSeries([frame], crs=4326), *paths, scheme="worldcover", coverage="centre")
    changed = table[table["from_code"] != table["to_code"]]
    pairs = np.unique(np.stack(codes)[:, codes[0] != codes[1]], axis=1)
    named = {tuple("nodata" if code == 0 else code for code in pair) for pair in pairs.T.tolist()}
    assert set(zip(changed["from_code"], changed["to_code"], strict=True)) == named
    share = changed["area_m2"].sum() / table["area_m2"].sum()
    assert share == pytest.approx((codes[0] != codes[1]).mean(), rel=1e-3)
