"""What polygons cover of a panel of a raster: spans of cells with the share of them that is covered.

Every edge is cut at the rows and columns of the grid. A piece that falls by ``dy`` (rises count negative), at the mean
distance ``m`` from the left side of its cell, covers ``dy`` of every cell to the right and ``dy (1 - m)`` of its own.
With outer rings running down on their left side and holes the other way, the running sum along a row is the covered
part of each cell, by Green's theorem: exact to rounding, for any polygon that does not overlap itself. Font rasterisers
fill glyphs this way. Cells that an edge enters become spans of one cell; between them the sum does not change, and one
span holds them all.

In the rule by centres, an edge counts 1 for all cells to the right of where it crosses a row's middle: a cell is
covered where its centre is.

Grid coordinates are (column, row), row 0 on top; cell (r, c) is the square [c, c + 1] × [r, r + 1].
"""

from __future__ import annotations

from math import ceil, floor
from typing import Any

import numpy as np

from ecozone.measure.compiled import kernel

#: What rounding leaves of a share that is 0, and of a running sum that is whole.
_ROUNDING = 1e-12
#: Cells of which more than this lies beyond 0 … 1 betray a polygon that overlaps itself.
_WINDING = 1e-6
#: A span's room in bytes: row, first and last column, share.
SPAN_BYTES = 20


@kernel()
def records_at_most(edges: Any, first: int, last: int, top: int, bottom: int, left: int, right: int) -> int:
    """Return a number of records that the edges ``first`` … ``last - 1`` surely do not exceed in a panel."""
    most = 0
    for i in range(first, last):
        x0, y0, x1, y1 = edges[i]
        if y1 < y0:
            x0, y0, x1, y1 = x1, y1, x0, y0
        high, low = max(y0, float(top)), min(y1, float(bottom))
        if high >= low:
            continue
        if low - high < y1 - y0:
            slope = (x1 - x0) / (y1 - y0)
            x0, x1 = x0 + (high - y0) * slope, x0 + (low - y0) * slope
        here, there = min(max(x0, left - 1.0), right + 1.0), min(max(x1, left - 1.0), right + 1.0)
        most += 2 * (ceil(low) - floor(high) + 1) + int(abs(there - here)) + 3
    return most


@kernel()
def cut(
    edges: Any,
    first: int,
    last: int,
    top: int,
    bottom: int,
    left: int,
    right: int,
    grade: Any,
    centres: bool,
    rows: Any,
    columns: Any,
    covers: Any,
    parts: Any,
) -> int:
    """Cut one polygon's edges at the grid lines of a panel.

    Parameters
    ----------
    edges : ndarray, shape (n, 4)
        Ends (x0, y0, x1, y1) in grid coordinates, none horizontal, covered ground on the right of those that go down.
    first, last : int
        The polygon's edges are those from ``first`` to ``last - 1``.
    top, bottom, left, right : int
        First row of the panel and the row after the last; first column and the column after the last. What lies to the
        right of them is left out, what lies to their left is carried into the first column.
    grade : ndarray, shape (bottom - top,)
        By how much the ground under a cell grows from the top of its row to its foot, as a share of the cell's ground;
        the covered part is then that of the ground and not of the square.
    centres : bool
        Whether cells are covered by their centres.
    rows, columns, covers, parts : ndarrays
        Take the records: ``cover`` for all cells to the right of (row, column), ``part`` for the cell itself; rows
        counted from ``top``, columns from ``left``; in the order of the edges; a cell may stand in several.

    Returns
    -------
    int
        How many records there are.
    """
    n = 0
    for i in range(first, last):
        x0, y0, x1, y1 = edges[i]
        sign = 1.0
        if y1 < y0:
            x0, y0, x1, y1 = x1, y1, x0, y0
            sign = -1.0
        slope = (x1 - x0) / (y1 - y0)
        if centres:
            # A centre on an edge lies below an upper one and left of a right one, as in GDAL: of two zones that meet
            # there, one has it. (GDAL burns those on a lower horizontal edge, too: for both.)
            for row in range(max(ceil(y0 - 0.5), top), min(ceil(y1 - 0.5), bottom)):
                column = floor((row + 0.5 - y0) * slope + x0 + 0.5)
                if column < right:
                    rows[n], columns[n], covers[n], parts[n] = row - top, max(column - left, 0), sign, sign
                    n += 1
            continue
        left_most, right_most = min(x0, x1), max(x0, x1)
        y, foot = max(y0, float(top)), min(y1, float(bottom))
        # Ends are kept as they are, and nothing leaves the edge: a flat edge magnifies rounding beyond any cell.
        x = x0 if y == y0 else min(max(x0 + (y - y0) * slope, left_most), right_most)
        row = floor(y)
        while y < foot:
            below = min(row + 1.0, foot)
            beyond = x1 if below == y1 else min(max(x0 + (below - y0) * slope, left_most), right_most)
            high, low = y - row, below - row
            drop = low - high
            uneven = 0.5 * grade[row - top]
            if uneven != 0.0:
                drop -= uneven * (low * (1.0 - low) - high * (1.0 - high))
            drop *= sign
            near, far = min(x, beyond), max(x, beyond)
            if near < right and drop != 0.0:
                column = floor(max(near, left - 1.0))
                if near >= left and far <= column + 1.0:
                    rows[n], columns[n], covers[n] = row - top, column - left, drop
                    parts[n] = drop * (1.0 - (0.5 * (near + far) - column))
                    n += 1
                elif far <= left:
                    rows[n], columns[n], covers[n], parts[n] = row - top, 0, drop, drop
                    n += 1
                else:
                    steep = drop / (far - near)
                    if near < left:
                        share = (left - near) * steep
                        rows[n], columns[n], covers[n], parts[n] = row - top, 0, share, share
                        n += 1
                        near, column = float(left), left
                    while near < far and column < right:
                        side = min(column + 1.0, far)
                        share = steep * (side - near)
                        rows[n], columns[n], covers[n] = row - top, column - left, share
                        parts[n] = share * (1.0 - (0.5 * (near + side) - column))
                        n += 1
                        near = side
                        column += 1
            y, x = below, beyond
            row += 1
    return n


@kernel(
    "UniTuple(int64, 2)(float64[:,::1], int64[::1], int64, int64, int64, int64, int64, float64[::1], boolean,"
    " int32[:,::1], float64[:,::1], int64[::1], float64[:,::1], int32[::1], int32[::1], int32[::1], float64[::1],"
    " int64[::1], boolean[::1])"
)
def spans_of(
    edges: Any,
    starts: Any,
    first: int,
    top: int,
    bottom: int,
    left: int,
    right: int,
    grade: Any,
    centres: bool,
    places: Any,
    amounts: Any,
    row_starts: Any,
    row_sums: Any,
    span_row: Any,
    span_first: Any,
    span_last: Any,
    span_share: Any,
    span_starts: Any,
    overlaps: Any,
) -> tuple[int, int]:
    """Return the spans of polygons in a panel, from the polygon ``first`` on, as many as there is room for.

    Parameters
    ----------
    edges, top, bottom, left, right, grade, centres
        As for `cut`.
    starts : ndarray, shape (polygons + 1,)
        Where each polygon's edges start.
    first : int
    places, amounts : ndarrays, shape (4, room) and (4, room)
        Scratch for records; two of the four rows for each are in use at a time.
    row_starts : ndarray, shape (bottom - top + 1,)
        Scratch.
    row_sums : ndarray, shape (2, right - left)
        Scratch, all 0; left so.
    span_row, span_first, span_last, span_share : ndarrays, shape (2 * room,)
        Take the spans: row and columns counted from the panel's corner, first column and the column after the last,
        covered share of each cell.
    span_starts : ndarray, shape (polygons + 1,)
        Takes where the spans of polygon ``first + i`` start, and in the end where they end.
    overlaps : ndarray, shape (polygons,)
        Takes which polygons overlap themselves.

    Returns
    -------
    (int, int)
        The polygon after the last one done, and how many records it would need; 0 where all are done.
    """
    rows, columns = places[0], places[1]
    covers, parts = amounts[0], amounts[1]
    by_row, cover_by_row, part_by_row = places[2], amounts[2], amounts[3]
    used = 0
    shape = first
    span_starts[0] = 0
    while shape < starts.size - 1:
        room = records_at_most(edges, starts[shape], starts[shape + 1], top, bottom, left, right)
        if room > rows.size or used + 2 * room > span_row.size:
            return shape, room
        n = cut(
            edges,
            starts[shape],
            starts[shape + 1],
            top,
            bottom,
            left,
            right,
            grade,
            centres,
            rows,
            columns,
            covers,
            parts,
        )
        low, high = bottom, -1
        for i in range(n):
            low, high = min(low, rows[i]), max(high, rows[i])
        for row in range(low, high + 2):
            row_starts[row] = 0
        for i in range(n):
            row_starts[rows[i] + 1] += 1
        for row in range(low, high + 1):
            row_starts[row + 1] += row_starts[row]
        # Sorted by row, in the order of the edges; each row's start moves on to the next row's, and is put back.
        for i in range(n):
            row = rows[i]
            at = row_starts[row]
            row_starts[row] = at + 1
            by_row[at], cover_by_row[at], part_by_row[at] = columns[i], covers[i], parts[i]
        begin = 0
        for row in range(low, high + 1):
            end = row_starts[row]
            number = end - begin
            if number == 0:
                continue
            least, most = by_row[begin], by_row[begin]
            for i in range(begin + 1, end):
                least, most = min(least, by_row[i]), max(most, by_row[i])
            level = 0.0
            new_row = used
            if number * number > 4 * (most - least + 1) + 64:
                # Many in few columns: add them up where they lie.
                for i in range(begin, end):
                    row_sums[0, by_row[i]] += cover_by_row[i]
                    row_sums[1, by_row[i]] += part_by_row[i]
                merged = begin
                for column in range(least, most + 1):
                    cover, part = row_sums[0, column], row_sums[1, column]
                    if cover != 0.0 or part != 0.0:
                        row_sums[0, column] = 0.0
                        row_sums[1, column] = 0.0
                        by_row[merged], cover_by_row[merged], part_by_row[merged] = column, cover, part
                        merged += 1
                stop = merged
            else:
                for i in range(begin + 1, end):
                    column, cover, part = by_row[i], cover_by_row[i], part_by_row[i]
                    j = i - 1
                    while j >= begin and by_row[j] > column:
                        by_row[j + 1] = by_row[j]
                        cover_by_row[j + 1] = cover_by_row[j]
                        part_by_row[j + 1] = part_by_row[j]
                        j -= 1
                    by_row[j + 1], cover_by_row[j + 1], part_by_row[j + 1] = column, cover, part
                stop = end
            i = begin
            while i < stop:
                column, cover, part = int(by_row[i]), cover_by_row[i], part_by_row[i]
                i += 1
                while i < stop and by_row[i] == column:
                    cover += cover_by_row[i]
                    part += part_by_row[i]
                    i += 1
                # The cell itself, then those up to the next one that an edge enters.
                share = level + part
                level += cover
                whole = np.rint(level)
                if abs(level - whole) < _ROUNDING:
                    level = float(whole)
                after = by_row[i] if i < stop else right - left
                for step in range(2):
                    start, finish = (column, column + 1) if step == 0 else (column + 1, after)
                    value = share if step == 0 else level
                    # A share below 0 is rounding, too, unless it is a tangle's.
                    if -_WINDING <= value < _ROUNDING or start >= finish:
                        continue
                    if value < -_WINDING or value > 1.0 + _WINDING:
                        overlaps[shape] = True
                    if used > new_row and span_last[used - 1] == start and span_share[used - 1] == value:
                        span_last[used - 1] = finish
                        continue
                    span_row[used], span_first[used] = row, start
                    span_last[used], span_share[used] = finish, value
                    used += 1
            begin = end
        shape += 1
        span_starts[shape - first] = used
    return shape, 0
