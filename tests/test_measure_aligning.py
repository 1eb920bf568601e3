"""Rasters of other cells brought to one grid: the nearest rule cell by cell, and the shares that it misplaces."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from affine import Affine
from shapely import box

from ecozone.errors import RasterError
from ecozone.geo import transform_xy
from ecozone.geo.gdal import rasterio
from ecozone.landcover import LandRaster, open_raster
from ecozone.measure import aligned, measure_change, same_cells

E0, N0 = 525_000.0, 4_330_000.0
CODES = np.array([10, 20, 30, 40, 50, 60, 80, 90], np.uint8)
GROUND = gpd.GeoSeries([box(E0 + 200, N0 - 1200, E0 + 1200, N0 - 200)], crs=4548)
Write = Callable[..., LandRaster]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write codes as a raster and open it."""

    def make(name: str, codes: Any, transform: Affine, crs: str = "EPSG:4548", nodata: int | None = 0) -> LandRaster:
        profile = {"driver": "GTiff", "crs": crs, "transform": transform, "nodata": nodata, "count": 1}
        size = {"height": codes.shape[0], "width": codes.shape[1], "dtype": codes.dtype}
        with rasterio.open(tmp_path / name, "w", **profile, **size) as dataset:
            dataset.write(codes, 1)
        return open_raster(tmp_path / name, scheme="worldcover")

    return make


def grid(x: float = 0.0, y: float = 0.0, cell: float = 10.0) -> Affine:
    return Affine(cell, 0.0, E0 + x, 0.0, -cell, N0 - y)


def codes(seed: int, side: int = 160) -> Any:
    return CODES[np.random.default_rng(seed).integers(0, 8, (side, side))]


def read(raster: LandRaster) -> Any:
    with rasterio.open(raster.path) as dataset:
        return dataset.read(1)


@pytest.mark.parametrize(("x", "y", "share"), [(2.5, 0.0, 0.25), (2.5, 5.0, 0.625), (0.0, -2.5, 0.25)])
def test_a_shift_misplaces_what_it_shifts(write: Write, tmp_path: Path, x: float, y: float, share: float) -> None:
    """A shift by parts of a cell keeps each cell's class and misplaces 1 - (1 - dx)(1 - dy) of the ground."""
    one, other = write("a.tif", codes(1), grid()), write("b.tif", codes(1), grid(x, y))
    assert not same_cells(one, other)
    found = aligned(other, one, GROUND, tmp_path)
    assert found.misaligned_share == pytest.approx(share, abs=1e-9)
    # Neighbours are of another class in 7 of 8 cases.
    assert found.other_class_share == pytest.approx(share * 7 / 8, abs=0.02)
    table = measure_change(GROUND, one, found.raster)
    if abs(y) < 5:
        assert (table.loc[table["from_code"] != table["to_code"], "area_m2"] == 0).all()
    assert same_cells(one, found.raster) and found.raster.scheme == one.scheme


def test_another_extent_of_one_grid_is_aligned_without_loss(write: Write, tmp_path: Path) -> None:
    """Cells that coincide are taken as they are; ground beyond the later raster has no class."""
    one = write("a.tif", codes(1), grid())
    other = write("b.tif", codes(1)[40:, 30:], grid(300, 400))
    found = aligned(other, one, GROUND, tmp_path)
    assert (found.misaligned_share, found.other_class_share) == (0.0, 0.0)
    got = read(found.raster)[20:120, 20:120]
    assert (got[20:, 10:] == codes(1)[40:120, 30:120]).all() and (got[:20] == found.raster.nodata).all()
    table = measure_change(GROUND, one, found.raster)
    gone = table[(table["from_code"] != table["to_code"]) & (table["to_code"] != "nodata")]
    assert gone.empty and set(table["to_code"]) >= {"nodata"}


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:32650"])
def test_another_crs_takes_the_class_at_each_centre(write: Write, tmp_path: Path, crs: str) -> None:
    """Each cell has the class that the other raster has where its centre lies, looked up one by one."""
    one = write("a.tif", codes(1), grid())
    west, north = (float(part) for part in transform_xy(E0 - 50, N0 + 50, 4548, crs))
    cell = (1e-4, 0.8e-4) if crs == "EPSG:4490" else (7.0, 11.0)
    other = write("b.tif", codes(2, 300), Affine(cell[0], 0.0, west, 0.0, -cell[1], north), crs)
    found = aligned(other, one, GROUND, tmp_path)
    got = read(found.raster)
    for row, column in np.random.default_rng(3).integers(20, 120, (60, 2)):
        x, y = transform_xy(E0 + 10 * column + 5, N0 - 10 * row - 5, 4548, crs)
        wanted = codes(2, 300)[int((north - float(y)) // cell[1]), int((float(x) - west) // cell[0])]
        assert got[row, column] == wanted
    assert 0.2 < found.misaligned_share < 0.9


def test_a_raster_without_nodata_keeps_all_its_codes(write: Write, tmp_path: Path) -> None:
    """Where nothing lies is told by a value that no code of the raster can have."""
    every = np.arange(256, dtype=np.uint8).reshape(16, 16)
    one = write("a.tif", codes(1), grid())
    other = open_raster(write("b.tif", every, grid(300, 300), nodata=None).path)
    found = aligned(other, one, GROUND, tmp_path)
    got = read(found.raster)
    assert (got[30:46, 30:46] == every).all() and found.raster.nodata not in range(256)
    assert (got == found.raster.nodata).sum() == got.size - 256


def test_what_cannot_be_aligned_is_refused(write: Write, tmp_path: Path) -> None:
    """Codes of 64 bits, and zones off the grid, are refused with the file's name."""
    one = write("a.tif", codes(1), grid())
    with pytest.raises(RasterError, match=r"b\.tif"):
        aligned(write("b.tif", codes(1).astype(np.int64), grid(5)), one, GROUND, tmp_path)
    far = gpd.GeoSeries([box(E0 + 90_000, N0, E0 + 90_100, N0 + 100)], crs=4548)
    with pytest.raises(RasterError, match=r"a\.tif"):
        aligned(write("c.tif", codes(1), grid(5)), one, far, tmp_path)
