"""Which blocks spans of cells need, and how much ground of each code lies under them.

Codes are counted where they were decoded. The ground under a cell is, within a tile of a few rows and some hundred
columns, linear in its row and quadratic in its column (`ecozone.measure.ground`). Where much of a tile lies in one
shape, so that its codes' numbers and the sums of their rows, places and squared places say it all, they are found for
one code after the other by comparing whole lines of cells with it, which processors do for dozens of cells at a time.
These sums are whole numbers, so that no order of counting changes a bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ecozone.measure.compiled import kernel

#: Shorter runs of cells are not put aside for their tile.
_LONG = 12
#: A tile: rows and columns, at most.
MOST_ROWS, MOST_COLUMNS = 16, 512
#: Its cells, line after line, and for each column a number and a sum.
TILE_BYTES = (MOST_ROWS + 2) * MOST_COLUMNS


@kernel("void(int32[::1], int32[::1], int32[::1], int64, int64, int64, boolean[:,::1])")
def mark(
    span_row: Any, span_first: Any, span_last: Any, number: int, block_rows: int, block_columns: int, need: Any
) -> None:
    """Mark the blocks of a strip, ``need`` (rows of blocks, columns of blocks), that any of the spans needs."""
    row, top, left, right = -1, 0, 0, 0
    for i in range(number):
        # Most spans lie in the block of the one before.
        if row >= 0 and top <= span_row[i] < top + block_rows and left <= span_first[i] and span_last[i] <= right:
            continue
        row = span_row[i] // block_rows
        column, last = span_first[i] // block_columns, (span_last[i] - 1) // block_columns
        top, left, right = row * block_rows, column * block_columns, (last + 1) * block_columns
        for block in range(column, last + 1):
            need[row, block] = True


@kernel("void(int32[::1], int32[::1], int32[::1], int64[::1], int64, int64, boolean[:,::1], boolean[::1])")
def meet(
    span_row: Any,
    span_first: Any,
    span_last: Any,
    span_starts: Any,
    block_rows: int,
    block_columns: int,
    lost: Any,
    meeting: Any,
) -> None:
    """Mark in ``meeting`` the shapes that a block of ``lost`` (rows of blocks, columns of blocks) meets."""
    for shape in range(span_starts.size - 1):
        for i in range(span_starts[shape], span_starts[shape + 1]):
            row = span_row[i] // block_rows
            for column in range(span_first[i] // block_columns, (span_last[i] - 1) // block_columns + 1):
                meeting[shape] |= lost[row, column]


@kernel()
def _compare(lines: Any, code: Any, number: Any, later: Any) -> None:
    """Add to each column's ``number`` how often a code stands in four lines, and the number after each to ``later``."""
    # Unsigned, so that no place is looked at from the end: compilers then compare many cells at once.
    second, third, fourth = np.uint64(MOST_COLUMNS), np.uint64(2 * MOST_COLUMNS), np.uint64(3 * MOST_COLUMNS)
    for at in range(np.uint64(number.size)):
        one = np.uint8(number[at] + np.uint8(lines[at] == code))
        two = np.uint8(one + np.uint8(lines[at + second] == code))
        three = np.uint8(two + np.uint8(lines[at + third] == code))
        four = np.uint8(three + np.uint8(lines[at + fourth] == code))
        number[at] = four
        later[at] = np.uint8(later[at] + np.uint8(np.uint8(one + two) + np.uint8(three + four)))


@kernel()
def _sums(number: Any, later: Any) -> Any:
    """Return the sums of columns' numbers, of what came ``later``, of places and of squared places; leave zeros."""
    # None of them exceeds 32 bits: 16 rows of 512 places.
    total, afters, places, squares = np.uint32(0), np.uint32(0), np.uint32(0), np.uint32(0)
    for at in range(number.size):
        own, place = np.uint32(number[at]), np.uint32(at)
        total = np.uint32(total + own)
        afters = np.uint32(afters + np.uint32(later[at]))
        own = np.uint32(own * place)
        places = np.uint32(places + own)
        squares = np.uint32(squares + np.uint32(own * place))
        number[at] = 0
        later[at] = 0
    return np.int64(total), np.int64(afters), np.int64(places), np.int64(squares)


@kernel()
def _below(end: int) -> tuple[int, int]:
    """Return the sum of the places before ``end``, and of their squares."""
    return end * (end - 1) // 2, (end - 1) * end * (2 * end - 1) // 6


@kernel()
def _tiled(
    runs: Any, codes: Any, top: int, rows: int, base: int, columns: int, ground: Any, tile: Any, known: Any, seen: Any,
    sums: Any,
) -> None:  # fmt: skip
    """Add the ground of each code in a tile's runs (row of the tile, first column and the column after the last)."""
    size = known.size - 1
    number = tile[MOST_ROWS * MOST_COLUMNS :][:columns]
    later = tile[(MOST_ROWS + 1) * MOST_COLUMNS :][:columns]
    lines = (rows + 3) >> 2 << 2
    # Cells of other ground take one of the tile's own codes, and are taken off in the end.
    other: Any = np.uint8(codes[top + runs[0, 0], runs[0, 1]])
    left = lines * columns
    off_cells, off_rows = left, lines * (lines - 1) // 2 * columns
    off_places, off_squares = _below(columns)
    off_places *= lines
    off_squares *= lines
    for line in range(lines):
        tile[line * MOST_COLUMNS :][:columns] = other
    for k in range(len(runs)):
        row, first, last = runs[k, 0], runs[k, 1] - base, runs[k, 2] - base
        source = codes[top + row, runs[k, 1] : runs[k, 2]]
        target = tile[row * MOST_COLUMNS + first :][: last - first]
        for at in range(source.size):
            target[at] = np.uint8(source[at])
        off_cells -= last - first
        off_rows -= row * (last - first)
        for end, sign in ((last, 1), (first, -1)):
            place_sum, square_sum = _below(end)
            off_places -= sign * place_sum
            off_squares -= sign * square_sum
    k = 0
    missed = False
    while left > 0:
        if k == known[size]:
            for line in range(lines):
                for at in range(columns):
                    code = tile[line * MOST_COLUMNS + at]
                    if not seen[code]:
                        seen[code] = True
                        known[known[size]] = code
                        known[size] += 1
        code = np.uint8(known[k])
        for line in range(0, lines, 4):
            _compare(tile[line * MOST_COLUMNS :][: 4 * MOST_COLUMNS], code, number, later)
        cells, afters, places, squares = _sums(number, later)
        left -= cells
        if cells > 0:
            row_sum = lines * cells - afters
            if code == other:
                cells -= off_cells
                row_sum -= off_rows
                places -= off_places
                squares -= off_squares
            sums[code, 0] += ground[0] * cells + ground[1] * row_sum + ground[2] * places + ground[3] * squares
            if missed:
                # What is found comes forward: the next tile is like this one.
                known[k], known[k - 1] = known[k - 1], known[k]
        missed = cells == 0
        k += 1


def _count(
    span_row: Any,
    span_first: Any,
    span_last: Any,
    span_share: Any,
    span_starts: Any,
    codes: Any,
    ground: Any,
    tile_rows: int,
    tile_bits: int,
    tile: Any,
    sums: Any,
    known: Any,
    found_shape: Any,
    found_code: Any,
    found_area: Any,
) -> int:
    """Add up the ground of each code under the spans of each shape.

    Parameters
    ----------
    span_row, span_first, span_last, span_share, span_starts : ndarrays
        As `ecozone.measure.spans.spans_of` gives them.
    codes : ndarray, shape (rows, columns)
        Of the strip; those of blocks that no span needs are never looked at.
    ground : ndarray, shape (rows of tiles, columns of tiles, 4)
        Ground of the cell in row r and at place p of its tile: the sum of these times 1, r, p and p².
    tile_rows, tile_bits : int
        A tile has so many rows, up to `MOST_ROWS`, and two to the power of ``tile_bits`` columns.
    tile : ndarray of uint8, shape (TILE_BYTES,)
        Scratch, all 0 at first; best where a line of the processor's cache begins.
    sums : ndarray, shape (codes that may occur, 4)
        Scratch, all 0; left so.
    known : ndarray of int64, shape (codes that may occur + 1,)
        Codes met so far in the strip, their number last; it grows.
    found_shape, found_code, found_area : ndarrays, shape (shapes × codes that may occur,)
        Take what was found: number of the shape, code, ground.

    Returns
    -------
    int
        How many records there are.
    """
    size = sums.shape[0]
    seen = np.zeros(size, np.bool_)
    for i in range(known[size]):
        seen[known[i]] = True
    columns = 1 << tile_bits
    # Fewer cells than that are added one by one.
    worth = 64 + tile_rows * columns // 16 if codes.itemsize == 1 else tile_rows * columns + 1
    runs = np.empty((span_starts[-1], 3), np.int64)
    own = np.empty((span_starts[-1], 3), np.int64)
    n = 0
    for shape in range(span_starts.size - 1):
        i, after = span_starts[shape], span_starts[shape + 1]
        while i < after:
            # The spans in one row of tiles: long runs are put aside for their tiles, where they are many.
            tile_row = span_row[i] // tile_rows
            top = tile_row * tile_rows
            begin, cells, number, first_tile, last_tile = i, 0, 0, ground.shape[1], -1
            while i < after and span_row[i] < top + tile_rows:
                if span_share[i] == 1.0 and span_last[i] - span_first[i] >= _LONG:
                    cells += span_last[i] - span_first[i]
                    first_tile = min(first_tile, span_first[i] >> tile_bits)
                    last_tile = max(last_tile, (span_last[i] - 1) >> tile_bits)
                i += 1
            in_tiles = cells >= worth * (last_tile + 1 - first_tile)
            for k in range(begin, i):
                row, share = span_row[k], span_share[k]
                first: Any = np.int64(span_first[k])
                last: Any = np.int64(span_last[k])
                if in_tiles and share == 1.0 and last - first >= _LONG:
                    runs[number, 0], runs[number, 1], runs[number, 2] = row - top, first, last
                    number += 1
                    continue
                line = float(row - top)
                for column in range(first, last):
                    code = codes[row, column]
                    if not seen[code]:
                        seen[code] = True
                        known[known[size]] = code
                        known[size] += 1
                    here, place = column >> tile_bits, float(column & (columns - 1))
                    sums[code, (row + column) & 3] += share * (
                        ground[tile_row, here, 0]
                        + line * ground[tile_row, here, 1]
                        + place * (ground[tile_row, here, 2] + place * ground[tile_row, here, 3])
                    )
            for place in range(first_tile, last_tile + 1 if number else first_tile):
                some = 0
                base = place << tile_bits
                for k in range(number):
                    start, stop = max(runs[k, 1], base), min(runs[k, 2], base + columns)
                    if start < stop:
                        own[some, 0], own[some, 1], own[some, 2] = runs[k, 0], start, stop
                        some += 1
                if some:
                    _tiled(
                        own[:some], codes, top, tile_rows, base, columns, ground[tile_row, place], tile, known, seen,
                        sums,
                    )  # fmt: skip
        for k in range(known[size]):
            code = known[k]
            area = (sums[code, 0] + sums[code, 1]) + (sums[code, 2] + sums[code, 3])
            if area != 0.0:
                found_shape[n], found_code[n], found_area[n] = shape, code, area
                n += 1
            sums[code, :] = 0.0
    return n


#: Codes of 8 bits as they were decoded.
count = kernel(
    "int64(int32[::1], int32[::1], int32[::1], float64[::1], int64[::1], uint8[:,::1], float64[:,:,::1], int64, int64,"
    " uint8[::1], float64[:,::1], int64[::1], int32[::1], int32[::1], float64[::1])"
)(_count)
#: Numbers of codes, where a strip holds more than 8 bits tell apart; compiled when that is met.
count_many = kernel()(_count)
