"""Where the pixels of a web map's tile lie, and what a raster holds there: each pixel is asked at its centre."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from affine import Affine
from pyproj import CRS

from ecozone.errors import RasterError
from ecozone.geo import is_geographic, transform_xy
from ecozone.landcover import CodeReader, LandRaster

SIDE = 256
DEEPEST = 22
#: Half the side of the square of EPSG:3857, metres: π × 6 378 137.
HALF_M = math.pi * 6_378_137.0
#: Latitude at which that square ends, degrees.
_LAST_LATITUDE = 85.0
#: Cells of a raster that one tile may decode: about a third of a second.
MOST_CELLS = 2**26
#: Cells that are held at a time.
_HELD_CELLS = 2**22
_BORDER = 65

Box = tuple[float, float, float, float]


class Grid(Protocol):
    """Whatever lies on an unrotated grid of cells: ``transform`` leads from (column, row) to (x, y) in ``crs``."""

    @property
    def crs(self) -> CRS: ...  # noqa: D102
    @property
    def transform(self) -> Affine: ...  # noqa: D102
    @property
    def width(self) -> int: ...  # noqa: D102
    @property
    def height(self) -> int: ...  # noqa: D102


class Address(NamedTuple):
    """A tile of the usual web grid: ``y`` counts from the north."""

    z: int
    x: int
    y: int

    @property
    def valid(self) -> bool:
        """Whether there is such a tile."""
        return 0 <= self.z <= DEEPEST and 0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z

    @property
    def box(self) -> Box:
        """West, south, east and north in EPSG:3857, metres."""
        side = 2 * HALF_M / 2**self.z
        west, north = self.x * side - HALF_M, HALF_M - self.y * side
        return west, north - side, west + side, north

    def centres(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return x of the columns' centres and y of the rows' in EPSG:3857, metres, ``SIDE`` each, from the north."""
        west, _, _, north = self.box
        step = 2 * HALF_M / 2**self.z / SIDE
        middle = (np.arange(SIDE) + 0.5) * step
        return west + middle, north - middle


class Found(NamedTuple):
    """What a raster holds at the pixels of a tile.

    Attributes
    ----------
    codes : ndarray of integer, shape (SIDE, SIDE)
    valid : ndarray of bool, same shape
        Where there is a class: inside the raster, readable, and no nodata.
    trouble : {"", "damaged", "too_wide"}
        Why some or all of it has none although the raster covers it.
    """

    codes: npt.NDArray[Any]
    valid: npt.NDArray[np.bool_]
    trouble: str = ""


def mercator_box(raster: Grid) -> Box:
    """Return the box of a grid in EPSG:3857, a little wider than needed."""
    along = np.linspace(0.0, 1.0, _BORDER)
    columns = np.concatenate([along, along, np.zeros(_BORDER), np.ones(_BORDER)]) * raster.width
    rows = np.concatenate([np.zeros(_BORDER), np.ones(_BORDER), along, along]) * raster.height
    x = raster.transform.c + raster.transform.a * columns
    y = raster.transform.f + raster.transform.e * rows
    if is_geographic(raster.crs):
        x, y = np.clip(x, -180.0, 180.0), np.clip(y, -_LAST_LATITUDE, _LAST_LATITUDE)
    east, north = transform_xy(x, y, raster.crs, 3857)
    # Between two points of the border it may bulge.
    room = max(float(np.ptp(east)), float(np.ptp(north))) / _BORDER
    return (
        max(float(east.min()) - room, -HALF_M),
        max(float(north.min()) - room, -HALF_M),
        min(float(east.max()) + room, HALF_M),
        min(float(north.max()) + room, HALF_M),
    )


def look_up(raster: LandRaster, box: Box, address: Address) -> Found:
    """Return what a raster holds at the centres of a tile's pixels.

    Every pixel has the code of the very cell in which its centre lies, at any zoom, so that no class is made up. Cells
    are decoded part by part, and a tile that asked for more than `MOST_CELLS` of them is left empty.

    Parameters
    ----------
    raster : LandRaster
    box : tuple of float
        `mercator_box` of it: points farther off are never led into its CRS, which may not reach there.
    address : Address

    Raises
    ------
    CrsError
        If no trustworthy operation leads from the web grid into the raster's CRS.
    """
    nothing = Found(np.zeros((SIDE, SIDE), np.int64), np.zeros((SIDE, SIDE), np.bool_))
    cells = cells_under(raster, box, address)
    if cells is None:
        return nothing
    codes, valid, trouble = _read(raster, cells)
    place = np.ix_(cells.pixel_rows, cells.pixel_columns)
    nothing.codes[place], nothing.valid[place] = codes, valid
    return nothing._replace(trouble=trouble)


@dataclass(frozen=True)
class Cells:
    """The cells under some rows and columns of a tile's pixels: row, column, and whether the grid has them."""

    pixel_rows: npt.NDArray[np.intp]
    pixel_columns: npt.NDArray[np.intp]
    rows: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int64]
    inside: npt.NDArray[np.bool_]

    def window(self) -> tuple[int, int, int, int]:
        """Return first row, one behind the last, and the same of the columns."""
        rows, columns = self.rows[self.inside], self.columns[self.inside]
        return int(rows.min()), int(rows.max()) + 1, int(columns.min()), int(columns.max()) + 1


def cells_under(grid: Grid, box: Box, address: Address) -> Cells | None:
    """Return the cells under a tile's pixels, as `look_up`; None where the grid lies elsewhere."""
    x, y = address.centres()
    west, south, east, north = box
    columns = np.flatnonzero((x >= west) & (x <= east))
    rows = np.flatnonzero((y >= south) & (y <= north))
    if not (columns.size and rows.size):
        return None
    east_m, north_m = np.meshgrid(x[columns], y[rows])
    here_x, here_y = transform_xy(east_m, north_m, 3857, grid.crs)
    to_cell = grid.transform
    column = np.floor((here_x - to_cell.c) / to_cell.a).astype(np.int64)
    row = np.floor((here_y - to_cell.f) / to_cell.e).astype(np.int64)
    inside = (column >= 0) & (column < grid.width) & (row >= 0) & (row < grid.height)
    return Cells(rows, columns, row, column, inside) if inside.any() else None


def _read(raster: LandRaster, cells: Cells) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_], str]:
    top, bottom, left, right = cells.window()
    codes = np.zeros(cells.rows.shape, np.int64)
    valid = np.zeros(cells.rows.shape, np.bool_)
    if (bottom - top) * (right - left) > MOST_CELLS:
        return codes, valid, "too_wide"
    trouble = ""
    block = raster.block_shape[0]
    step = max(1, _HELD_CELLS // (right - left) // block) * block
    with raster.reading() as reader:
        for start in range(top // block * block, bottom, step):
            mine = cells.inside & (cells.rows >= start) & (cells.rows < start + step)
            if not mine.any():
                continue
            first, last = int(cells.rows[mine].min()), int(cells.rows[mine].max()) + 1
            part, whole = _strip(reader, first, last, left, right)
            at = cells.rows[mine] - first, cells.columns[mine] - left
            codes[mine], valid[mine] = part.codes[at], part.valid[at]
            trouble = trouble if whole else "damaged"
    valid &= ~np.isin(codes, list(raster.nodata_codes))
    return codes, valid, trouble


def _strip(reader: CodeReader, top: int, bottom: int, left: int, right: int) -> tuple[Found, bool]:
    """Return the codes of some rows, and whether all of it could be decoded."""
    try:
        codes, valid = reader.read_codes(top, left, bottom - top, right - left)
    except RasterError:
        return _blocks(reader, top, bottom, left, right), False
    return Found(codes, np.ones(codes.shape, np.bool_) if valid is None else valid), True


def _blocks(reader: CodeReader, top: int, bottom: int, left: int, right: int) -> Found:
    """Return the same block by block, without those that are damaged."""
    high, wide = reader.raster.block_shape
    codes = np.zeros((bottom - top, right - left), reader.raster.dtype)
    valid = np.zeros(codes.shape, np.bool_)
    for row in range(top // high * high, bottom, high):
        for column in range(left // wide * wide, right, wide):
            rows = slice(max(row, top), min(row + high, bottom))
            columns = slice(max(column, left), min(column + wide, right))
            place: Any = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
            try:
                found, masked = reader.read_codes(
                    rows.start, columns.start, rows.stop - rows.start, columns.stop - columns.start
                )
            except RasterError:
                continue
            codes[place] = found
            valid[place] = True if masked is None else masked
    return Found(codes, valid)
