"""One pass over a raster: the ground of each code within each of many polygons.

Windows follow the raster's blocks. A window that no polygon touches is never read; one that is read is read once for
all of them; one that lies wholly inside a polygon is counted once for all polygons that hold it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ecozone.errors import GeometryError, RasterError
from ecozone.landcover import CodeReader, LandRaster, listed
from ecozone.log import Progress
from ecozone.measure.coverage import Coverage, Edges, Floats, Ints, Pieces, covered, cut
from ecozone.measure.ground import Ground

_WINDOW = 1024
_TALLEST_WINDOW = 4096
#: Strips as wide as the raster are cut into windows that share them; the row of windows must stay in GDAL's cache.
_STRIPS_BYTES = 32 * 2**20
#: Cells of which more than this lies beyond 0 … 1 betray a polygon that overlaps itself.
_WINDING = 1e-6

#: Ground by code; None stands for cells that the raster's own mask leaves out.
Counts = dict[int | None, float]


def window_shape(raster: LandRaster) -> tuple[int, int]:
    """Return rows and columns of the windows to read a raster in: whole blocks, about a million cells."""
    rows, columns = raster.block_shape
    width = columns * (_WINDOW // columns) if columns <= _WINDOW else _WINDOW
    wanted = _WINDOW
    if columns > _WINDOW:
        row_bytes = columns * np.dtype(raster.dtype).itemsize
        wanted = max(1, min(_WINDOW, _STRIPS_BYTES // row_bytes))
    height = max(rows * (wanted // rows), min(rows, _TALLEST_WINDOW))
    return height, width


def count(
    edges: Edges,
    names: Sequence[object],
    raster: LandRaster,
    ground: Ground,
    progress: Progress,
    window: tuple[int, int] | None = None,
) -> list[Counts]:
    """Return the ground of each code within each polygon, given by its edges on the raster's grid.

    Parameters
    ----------
    edges : Edges
    names : sequence
        What the user calls each polygon, for messages.
    raster : LandRaster
    ground : Ground
    progress : Progress
    window : (int, int), optional
        Rows and columns of the windows; `window_shape` unless given. It does not change what comes out.

    Raises
    ------
    RasterError
        If a block that a polygon needs cannot be decoded.
    GeometryError
        If a polygon overlaps itself.
    """
    counts: list[Counts] = [defaultdict(float) for _ in names]
    high, wide = window or window_shape(raster)
    strips = [(top, min(top + high, raster.height)) for top in range(0, raster.height, high)]
    columns = -(-raster.width // wide)
    with raster.reading() as reader:
        for number, (top, bottom) in enumerate(strips):
            near = edges.between(top, bottom)
            if near.shape.size:
                pieces = cut(near, top, bottom, raster.width, ground.grade(top, bottom))
                for column, touched in _windows(pieces, bottom - top, raster.width, wide):
                    _check_winding(touched, names)
                    _count_window(reader, ground, top, column, touched, counts, names)
                    progress(number * columns + column // wide, len(strips) * columns, raster.path.name)
    progress(len(strips) * columns, len(strips) * columns, raster.path.name)
    return counts


@dataclass(frozen=True)
class _Touched:
    """What the polygons cover of one window: whole (by number), or a block of it."""

    height: int
    width: int
    whole: list[int]
    partly: list[tuple[int, Coverage]]

    def bounds(self) -> tuple[int, int, int, int]:
        """Return first row, first column, height and width of what must be read of the window."""
        if self.whole:
            return 0, 0, self.height, self.width
        blocks = [(part.row, part.column, *part.share.shape) for _, part in self.partly]
        top, left = min(block[0] for block in blocks), min(block[1] for block in blocks)
        foot, right = max(block[0] + block[2] for block in blocks), max(block[1] + block[3] for block in blocks)
        return top, left, foot - top, right - left


def _windows(pieces: Pieces, height: int, width: int, wide: int) -> Iterator[tuple[int, _Touched]]:
    """Walk a strip from left to right; give each window that a polygon touches, with what it covers."""
    place = pieces.column // wide
    order = np.lexsort((pieces.shape, place))
    pieces, place = pieces.at(order), place[order]
    carries: dict[int, Floats] = {}
    for number in range(-(-width // wide)):
        first, last = np.searchsorted(place, [number, number + 1])
        here = {int(own.shape[0]): own for own in _by_shape(pieces.at(slice(first, last)))}
        column, span = number * wide, min(wide, width - number * wide)
        touched = _Touched(height, span, [], [])
        for shape in sorted(here.keys() | carries.keys()):
            carry = carries.pop(shape, None)
            if shape not in here and carry is not None and bool((carry == 1.0).all()):
                touched.whole.append(shape)
                carries[shape] = carry
                continue
            own = here.get(shape, pieces.at(slice(0, 0)))
            found = covered(own.from_column(column), np.zeros(height) if carry is None else carry, span)
            if found.carry.any():
                carries[shape] = found.carry
            if found.share.any():
                touched.partly.append((shape, found))
        if touched.whole or touched.partly:
            yield column, touched


def _by_shape(pieces: Pieces) -> Iterator[Pieces]:
    bounds = np.flatnonzero(np.diff(pieces.shape)) + 1
    for first, last in zip([0, *bounds], [*bounds, len(pieces.shape)], strict=True):
        if last > first:
            yield pieces.at(slice(first, last))


def _check_winding(touched: _Touched, names: Sequence[object]) -> None:
    for shape, part in touched.partly:
        if part.share.min() < -_WINDING or part.share.max() > 1.0 + _WINDING:
            raise GeometryError("measure.tally_overlaps_itself", feature=names[shape])


def _count_window(
    reader: CodeReader,
    ground: Ground,
    top: int,
    column: int,
    touched: _Touched,
    counts: list[Counts],
    names: Sequence[object],
) -> None:
    first, left, height, width = touched.bounds()
    try:
        codes, valid = reader.read_codes(top + first, column + left, height, width)
    except RasterError as error:
        needing = listed(str(names[shape]) for shape in (*touched.whole, *(shape for shape, _ in touched.partly)))
        fields = {key: error.fields[key] for key in ("rows", "columns")}
        raise RasterError("measure.tally_unreadable", file=error.place.file, zones=needing, **fields) from error
    values, index = _indexed(codes, valid)
    # Of the whole window, then a part of it: what a zone comes to must not hang, to the last bit, on its neighbours.
    window = np.broadcast_to(
        ground.cells_m2(top, column, touched.height, touched.width), (touched.height, touched.width)
    )
    cells = window[first : first + height, left : left + width]
    if touched.whole:
        sums = _sums(index, cells, len(values))
        for shape in touched.whole:
            _add(counts[shape], values, sums)
    for shape, part in touched.partly:
        rows, columns = part.share.shape
        row, place = part.row - first, part.column - left
        block = np.s_[row : row + rows, place : place + columns]
        _add(counts[shape], values, _sums(index[block], part.share * cells[block], len(values)))


def _sums(index: Ints, weights: Floats, size: int) -> Floats:
    if size == 1:  # open sea, nodata: much of a tile
        return np.array([weights.sum()])
    return np.asarray(np.bincount(index.ravel(), weights.ravel(), size), dtype=np.float64)


def _add(counts: Counts, values: list[int | None], sums: Floats) -> None:
    for place in np.flatnonzero(sums):
        counts[values[place]] += float(sums[place])


def _indexed(codes: npt.NDArray[Any], valid: npt.NDArray[np.bool_] | None) -> tuple[list[int | None], Ints]:
    """Return the codes that may occur, and for each cell the place of its own among them; None where not valid."""
    least, most = int(codes.min()), int(codes.max())
    if most - least < 2**16:
        values: list[int | None] = list(range(least, most + 1))
        index = codes.astype(np.intp) - least
    else:
        found, index = np.unique(codes, return_inverse=True)
        values = [int(code) for code in found]
        index = index.reshape(codes.shape).astype(np.intp)
    if valid is not None:
        index[~valid] = len(values)
        values.append(None)
    return values, index
