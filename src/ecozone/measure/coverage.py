"""How much of each cell of a grid a polygon covers: exact, by accumulating signed areas along its edges.

Arrays in, arrays out; nothing here knows of files, CRS or classes, so another engine can take its place.

Every edge is cut at the rows and columns of the grid. A piece that falls by ``dy`` (rises count negative), at the mean
distance ``m`` from the left side of its cell, covers ``dy`` of every cell to the right and ``dy (1 - m)`` of its own.
With outer rings running counter-clockwise on the ground and inner ones clockwise, the running sum along a row is the
covered part of each cell, by Green's theorem: exact to rounding, for any polygon that does not overlap itself. Font
rasterisers fill glyphs this way.

Grid coordinates are (column, row), row 0 on top; cell (r, c) is the square [c, c + 1] × [r, r + 1].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from affine import Affine

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

#: Vertices this near a grid line, in cells, lie on it: 10 nm on a 10 m grid, what degrees in double precision resolve.
_SNAP = 1e-9
#: What rounding leaves of a sum that is 0 or 1.
_ROUNDING = 1e-12
_RUNNING_ROUNDING = 1e-9


@dataclass(frozen=True)
class Edges:
    """The edges of polygons in grid coordinates, top end first, the horizontal ones left out.

    Each array has one entry an edge: ends (x0, y0) and (x1, y1) with y0 < y1, ``sign`` +1 where covered ground lies to
    the right, and the number of the ``shape`` that the edge belongs to.
    """

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    sign: Floats
    shape: Ints

    def between(self, top: int, bottom: int) -> Edges:
        """Return the edges that enter the rows from ``top`` to ``bottom``, uncut."""
        found = np.flatnonzero((self.y0 < bottom) & (self.y1 > top))
        return self._at(found)

    def _at(self, rows: Ints) -> Edges:
        return Edges(self.x0[rows], self.y0[rows], self.x1[rows], self.y1[rows], self.sign[rows], self.shape[rows])


@dataclass(frozen=True)
class Pieces:
    """What edges leave in the cells they touch: ``cover`` for all cells to the right, ``part`` for the cell itself."""

    shape: Ints
    row: Ints
    column: Ints
    cover: Floats
    part: Floats

    def at(self, which: Ints | slice) -> Pieces:
        """Return some of them."""
        return Pieces(self.shape[which], self.row[which], self.column[which], self.cover[which], self.part[which])

    def from_column(self, column: int) -> Pieces:
        """Return them with columns counted from ``column``."""
        return Pieces(self.shape, self.row, self.column - column, self.cover, self.part)


@dataclass(frozen=True)
class Coverage:
    """The covered part of each cell in a block of a window; 0 elsewhere in the window.

    ``share`` has the block's shape and stands at (``row``, ``column``) of the window; ``carry`` (one a row of the
    window) is what holds to the right of the window.
    """

    row: int
    column: int
    share: Floats
    carry: Floats


def edges_of(shapes: npt.NDArray[np.object_], transform: Affine) -> Edges:
    """Return the edges of polygons on the grid of ``transform``.

    Parameters
    ----------
    shapes : array of Polygon or MultiPolygon
        In the CRS of the grid; each valid.
    transform : Affine
        From (column, row) to (x, y), not rotated.
    """
    parts, owner = shapely.get_parts(shapely.orient_polygons(shapes), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    columns = _snapped((xy[:, 0] - transform.c) / transform.a, xy[:, 0], transform.a)
    rows = _snapped((xy[:, 1] - transform.f) / transform.e, xy[:, 1], transform.e)
    first = np.flatnonzero((ring[1:] == ring[:-1]) & (rows[1:] != rows[:-1]))
    last = first + 1
    down = rows[last] > rows[first]
    top, foot = np.where(down, first, last), np.where(down, last, first)
    # Rows run southwards on a north-up grid: a ring that is counter-clockwise on the ground goes down on its left side.
    upright = 1.0 if transform.a * transform.e < 0 else -1.0
    return Edges(
        x0=columns[top],
        y0=rows[top],
        x1=columns[foot],
        y1=rows[foot],
        sign=np.where(down, upright, -upright),
        shape=np.asarray(owner[part[ring[first]]], dtype=np.intp),
    )


def cut(edges: Edges, top: int, bottom: int, width: int, grade: Floats | None = None) -> Pieces:
    """Cut edges at the grid lines between two rows.

    Parameters
    ----------
    edges : Edges
    top, bottom : int
        First row, and the row after the last.
    width : int
        Columns of the grid; what lies to their right is left out, what lies to their left is carried into column 0.
    grade : ndarray, shape (bottom - top,), optional
        By how much the ground under a cell grows from the top of its row to its foot, as a share of the cell's ground;
        the covered part is then that of the ground and not of the square. 0 where left out.

    Returns
    -------
    Pieces
        Rows counted from ``top``; in no order; a cell may stand in several.
    """
    x, y, sign, shape, row = _at_rows(edges, top, bottom)
    if grade is not None:
        depth = y - row[:, None]
        y = row[:, None] + depth - 0.5 * grade[row - top][:, None] * depth * (1.0 - depth)
    drop = sign * (y[:, 1] - y[:, 0])
    return _at_columns(np.sort(x, axis=1), drop, shape, row - top, width)


def covered(pieces: Pieces, carry: Floats, width: int) -> Coverage:
    """Add up the pieces of one shape in one window.

    Parameters
    ----------
    pieces : Pieces
        Rows and columns counted from the window's corner.
    carry : ndarray, shape (height,)
        What holds to the left of the window, as the window before has given it.
    width : int
        Columns of the window.
    """
    after = carry + _summed(pieces.row, pieces.cover, len(carry))
    nearest = np.rint(after)
    after[np.abs(after - nearest) < _RUNNING_ROUNDING] = nearest[np.abs(after - nearest) < _RUNNING_ROUNDING]
    live = np.flatnonzero(np.bincount(pieces.row, minlength=len(carry)) + (carry != 0))
    first, last = (int(live[0]), int(live[-1]) + 1) if live.size else (0, 0)
    left = 0 if carry.any() or not pieces.column.size else int(pieces.column.min())
    right = width if after.any() or not pieces.column.size else int(pieces.column.max()) + 1
    shape = (last - first, right - left)
    cell = (pieces.row - first) * shape[1] + pieces.column - left
    size = shape[0] * shape[1]
    cover = _summed(cell, pieces.cover, size).reshape(shape)
    share = np.cumsum(cover, axis=1)
    share -= cover
    share += _summed(cell, pieces.part, size).reshape(shape)
    share += carry[first:last, None]
    share[np.abs(share) < _ROUNDING] = 0.0
    return Coverage(first, left, share, after)


def _summed(place: Ints, values: Floats, size: int) -> Floats:
    return np.asarray(np.bincount(place, values, minlength=size), dtype=np.float64)


def _snapped(place: Floats, coordinate: Floats, cell: float) -> Floats:
    """Put coordinates that lie on a grid line but for rounding onto it."""
    resolution = 4.0 * np.spacing(np.abs(coordinate).max(initial=0.0)) / abs(cell)
    line = np.rint(place)
    return np.asarray(np.where(np.abs(place - line) < max(_SNAP, resolution), line, place))


def _at_rows(edges: Edges, top: int, bottom: int) -> tuple[Floats, Floats, Floats, Ints, Ints]:
    """Return x and y of both ends (n, 2), sign, shape and row of what each edge leaves in each row."""
    start = np.clip(np.floor(edges.y0), top, bottom).astype(np.intp)
    count = np.clip(np.ceil(edges.y1), top, bottom).astype(np.intp) - start
    edge, step = _unrolled(count)
    row = start[edge] + step
    x0, y0, x1, y1 = (values[edge] for values in (edges.x0, edges.y0, edges.x1, edges.y1))
    y = np.column_stack([np.maximum(y0, row), np.minimum(y1, row + 1)])
    x = x0[:, None] + (y - y0[:, None]) * ((x1 - x0) / (y1 - y0))[:, None]
    # Ends are kept as they are, and nothing leaves the edge: a flat edge magnifies rounding beyond any cell.
    x = np.where(y == y0[:, None], x0[:, None], np.where(y == y1[:, None], x1[:, None], x))
    x = np.clip(x, np.minimum(x0, x1)[:, None], np.maximum(x0, x1)[:, None])
    return x, y, edges.sign[edge], edges.shape[edge], row


def _at_columns(x: Floats, drop: Floats, shape: Ints, row: Ints, width: int) -> Pieces:
    """Share each row's piece, x from left to right, out to the columns it crosses."""
    kept = (x[:, 0] < width) & (drop != 0.0)
    x, drop, shape, row = x[kept], drop[kept], shape[kept], row[kept]
    left, right = x[:, 0], x[:, 1]
    slope = np.divide(drop, right - left, out=np.zeros_like(drop), where=right > left)
    before = np.where(left < 0.0, np.where(right > 0.0, -left * slope, drop), 0.0)
    start = np.maximum(np.floor(left), 0.0)
    stop = np.minimum(np.where(right > left, np.ceil(right), start + 1.0), width)
    count = np.maximum(stop - start, 0.0).astype(np.intp)
    count[right <= 0.0] = np.where(left[right <= 0.0] == 0.0, 1, 0)
    piece, step = _unrolled(count)
    column = start[piece].astype(np.intp) + step
    here, there = np.maximum(left[piece], column), np.minimum(right[piece], column + 1)
    cover = np.where(right[piece] > left[piece], slope[piece] * (there - here), drop[piece])
    part = cover * (1.0 - (0.5 * (here + there) - column))
    carried = np.flatnonzero(before)
    return Pieces(
        shape=np.concatenate([shape[piece], shape[carried]]),
        row=np.concatenate([row[piece], row[carried]]),
        column=np.concatenate([column, np.zeros(len(carried), dtype=np.intp)]),
        cover=np.concatenate([cover, before[carried]]),
        part=np.concatenate([part, before[carried]]),
    )


def _unrolled(count: Ints) -> tuple[Ints, Ints]:
    """Return 0, 0, 0, 1, 2, 2 … (i as often as ``count[i]`` says) and 0, 1, 2, 0, 0, 1 …, the step within each."""
    owner = np.repeat(np.arange(len(count)), count)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
