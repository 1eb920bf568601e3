"""One raster brought to the cells of another by the nearest rule, and how much ground that puts into a wrong cell.

The rule: a cell takes the class that the other raster has at the cell's centre. No class is mixed or made up, but along
the edges of classes the rule makes changes that are none; `Aligned` says how much ground it may concern.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from ecozone.errors import RasterError
from ecozone.geo import reproject, same_crs, transform_xy
from ecozone.geo.gdal import rasterio
from ecozone.landcover import CodeReader, LandRaster
from ecozone.log import Progress, no_progress
from ecozone.measure.arrays import Floats, Ints
from ecozone.text import say

#: Every type of codes by a wider one, whose least number no code has: it marks what has no class.
_WIDER = {1: "int16", 2: "int32", 4: "int64"}
_CELLS = 2**20
#: For the misaligned share so many cells are looked at, each at so many points a side.
_LOOKED_AT, _POINTS = 2_500, 20


@dataclass(frozen=True)
class Aligned:
    """A raster on the cells of another.

    Attributes
    ----------
    raster : LandRaster
        On the grid of the other one, with a class only around the ground that was asked for.
    misaligned_share : float
        The part of that ground's box in which the nearest rule takes the class of another cell than the one that lies
        there; looked up at evenly spread points.
    other_class_share : float
        The part of it in which that makes another class: what may look like change and is none, or hide some.
    """

    raster: LandRaster
    misaligned_share: float
    other_class_share: float


def aligned(
    raster: LandRaster,
    grid: LandRaster,
    ground: gpd.GeoDataFrame | gpd.GeoSeries,
    folder: Path,
    *,
    progress: Progress = no_progress,
) -> Aligned:
    """Return a raster on the cells of another, written as a GeoTIFF into a folder.

    Parameters
    ----------
    raster : LandRaster
        What is brought over.
    grid : LandRaster
        Whose cells it is brought to.
    ground : GeoDataFrame or GeoSeries
        Only its box, in the CRS of ``grid``, is filled; the rest has no class.
    folder : Path
        Of the caller's; the file lies there as long as it is needed.
    progress : Progress

    Raises
    ------
    RasterError
        If codes are of 64 bits, a block cannot be decoded, or the ground lies off ``grid``.
    CrsError
        If no trustworthy operation leads from one to the other.
    """
    wide = _WIDER.get(np.dtype(raster.dtype).itemsize)
    if wide is None:
        raise RasterError("measure.align_wide", file=raster.path, dtype=raster.dtype)
    none = int(np.iinfo(wide).min)
    path = folder / f"{raster.path.stem}-aligned.tif"
    top, bottom, left, right = _box(ground, grid)
    profile = {"driver": "GTiff", "count": 1, "dtype": wide, "nodata": none, "width": grid.width, "height": grid.height}
    profile |= {"crs": grid.crs.to_wkt(), "transform": grid.transform, "compress": "deflate", "zlevel": 1}
    profile |= {"tiled": True, "blockxsize": 512, "blockysize": 512, "sparse_ok": True, "bigtiff": "if_safer"}
    rows = list(range(top // 512 * 512, bottom, 512))
    step = 2 * 512
    with raster.reading() as reader:
        with rasterio.open(path, "w", **profile) as dataset:
            for done, row in enumerate(rows):
                progress(done, len(rows), say("measure.align_progress"))
                for column in range(left // 512 * 512, right, step):
                    high, wide_ = min(row + 512, grid.height) - row, min(column + step, grid.width) - column
                    x, y = _centres(grid, np.arange(row, row + high), np.arange(column, column + wide_))
                    found = _codes_at(reader, *_cells(x, y, grid, raster), none, wide)
                    dataset.write(found, 1, window=rasterio.windows.Window(column, row, wide_, high))
        shares = _shares(reader, grid, (top, bottom, left, right), none, wide)
    on_grid = replace(
        raster,
        path=path,
        crs=grid.crs,
        transform=grid.transform,
        width=grid.width,
        height=grid.height,
        dtype=wide,
        nodata=none,
        nodata_codes=raster.nodata_codes | {none},
        block_shape=(512, 512),
    )
    return Aligned(on_grid, *shares)


def _box(ground: gpd.GeoDataFrame | gpd.GeoSeries, grid: LandRaster) -> tuple[int, int, int, int]:
    """Return the first row, the row after the last, and the same of columns, that the ground's box may touch."""
    west, south, east, north = reproject(ground.geometry, grid.crs).total_bounds
    columns = sorted((x - grid.transform.c) / grid.transform.a for x in (west, east))
    rows = sorted((y - grid.transform.f) / grid.transform.e for y in (south, north))
    top, left = max(int(rows[0] // 1), 0), max(int(columns[0] // 1), 0)
    bottom, right = min(int(rows[1] // 1) + 1, grid.height), min(int(columns[1] // 1) + 1, grid.width)
    if top >= bottom or left >= right:
        raise RasterError("measure.align_elsewhere", file=grid.path)
    return top, bottom, left, right


def _centres(grid: LandRaster, rows: npt.NDArray[Any], columns: npt.NDArray[Any]) -> tuple[Floats, Floats]:
    """Return the places, shape (rows, columns), of cells' centres; fractions of cells are places beside them."""
    x = grid.transform.c + grid.transform.a * (columns + 0.5)
    y = grid.transform.f + grid.transform.e * (rows + 0.5)
    x, y = np.broadcast_arrays(x[None, :], y[:, None])
    return x, y


def _cells(x: Floats, y: Floats, grid: LandRaster, raster: LandRaster) -> tuple[Ints, Ints]:
    """Return the row and column of the raster's cells in which places of the grid lie."""
    if not same_crs(grid.crs, raster.crs):
        x, y = transform_xy(x, y, grid.crs, raster.crs)
    columns = np.floor((x - raster.transform.c) / raster.transform.a).astype(np.int64)
    rows = np.floor((y - raster.transform.f) / raster.transform.e).astype(np.int64)
    return rows, columns


def _codes_at(reader: CodeReader, rows: Ints, columns: Ints, none: int, wide: str) -> npt.NDArray[Any]:
    """Return the codes of cells; ``none`` where there is no cell or no valid one."""
    raster = reader.raster
    found = np.full(rows.shape, none, dtype=wide)
    there = (rows >= 0) & (rows < raster.height) & (columns >= 0) & (columns < raster.width)
    if not there.any():
        return found
    top, left = int(rows[there].min()), int(columns[there].min())
    height, width = int(rows[there].max()) + 1 - top, int(columns[there].max()) + 1 - left
    step = max(1, _CELLS // width)
    # A much finer raster is read in slices.
    for first in range(top, top + height, step):
        last = min(first + step, top + height)
        mine = there & (rows >= first) & (rows < last)
        if mine.any():
            codes, valid = reader.read_codes(first, left, last - first, width)
            at = rows[mine] - first, columns[mine] - left
            own = codes[at].astype(wide)
            found[mine] = own if valid is None else np.where(valid[at], own, none)
    return found


def _shares(
    reader: CodeReader, grid: LandRaster, box: tuple[int, int, int, int], none: int, wide: str
) -> tuple[float, float]:
    """Return `Aligned.misaligned_share` and `Aligned.other_class_share`, looked up at evenly spread cells."""
    top, bottom, left, right = box
    thin = max(1.0, ((bottom - top) * (right - left) / _LOOKED_AT) ** 0.5)
    rows = np.unique(np.arange(top, bottom, thin).astype(np.int64))
    columns = np.unique(np.arange(left, right, thin).astype(np.int64))
    beside = (np.arange(_POINTS) + 0.5) / _POINTS - 0.5
    other_cell, other_class = 0, 0
    # Row by row: a row of cells lies near a row of blocks.
    for row in rows:
        cells = _cells(*_centres(grid, np.array([row]), columns), grid, reader.raster)
        chosen = _codes_at(reader, *cells, none, wide)
        for down in beside:
            places = _centres(grid, np.array([row + down]), (columns[:, None] + beside).ravel())
            there = _cells(*places, grid, reader.raster)
            moved = [(np.repeat(own, _POINTS, axis=1) != other) for own, other in zip(cells, there, strict=True)]
            other_cell += int((moved[0] | moved[1]).sum())
            other_class += int((np.repeat(chosen, _POINTS, axis=1) != _codes_at(reader, *there, none, wide)).sum())
    points = len(rows) * len(columns) * _POINTS**2
    return other_cell / points, other_class / points
