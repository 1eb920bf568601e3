"""Which blocks spans of cells need, and how much ground of each code lies under them.

Codes are counted where they were decoded. The ground under a cell is, within a tile of a few rows and some hundred
columns, linear in its row and quadratic in its column (`ecozone.measure.ground`). Long runs of cells in a tile are
therefore a histogram of pairs of neighbouring codes, with the sums of their rows, places and squared places: four
pairs, eight cells, for one load of 64 bits. These sums are whole numbers, so that no order of counting changes a bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ecozone.measure.compiled import kernel

#: Runs of at least so many cells are counted in pairs, where those of a tile make up so many words of eight cells.
_LONG = 64
_WORTH = 48
#: A tile: rows and columns, at most.
MOST_ROWS, MOST_COLUMNS = 16, 512
#: How many there are, and the sums of their words' places, of the squares and of their rows share one 64-bit number:
#: 11, 16, 22 and 15 bits, which 16 rows of 64 words do not exceed.
_PLACES, _SQUARES, _ROWS = 11, 27, 49
#: Pairs of two codes of 8 bits; a table's beginning lies aside of the other tables' in the processor's cache.
_TABLE = 2**16 + 40
PAIR_TABLE = 4 * _TABLE


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
def _pair(words: Any, start: int, stop: int, place: int, row: int, pairs: Any) -> None:
    """Count the pairs in a run of words that begins at a place of its tile, in a row of it."""
    two_bytes = np.uint64(0xFFFF)
    second, third, fourth = np.uint64(_TABLE), np.uint64(2 * _TABLE), np.uint64(3 * _TABLE)
    # What a word counts: itself, its place, the square of that, its row; then by how much that grows.
    step = np.uint64(1 | place << _PLACES | place * place << _SQUARES | row << _ROWS)
    growth = np.uint64(1 << _PLACES | (2 * place + 1) << _SQUARES)
    more = np.uint64(2 << _SQUARES)
    for at in range(start, stop):
        eight = words[at]
        pairs[eight & two_bytes] += step
        pairs[second + ((eight >> np.uint64(16)) & two_bytes)] += step
        pairs[third + ((eight >> np.uint64(32)) & two_bytes)] += step
        pairs[fourth + (eight >> np.uint64(48))] += step
        step += growth
        growth += more


@kernel()
def _fold(pairs: Any, total: int, seen: Any, known: Any, moments: Any) -> None:
    """Take the pairs of ``total`` words out of the tables: add number, rows, places and squared places to each code."""
    size = known.size - 1
    for table in range(4):
        left = total
        # Equal neighbours first: they are nearly all. Then the others, and in the end those of codes not met before.
        for turn in range(3):
            count = size if turn == 2 else known[size]
            for i in range(count):
                if left == 0:
                    break
                first: Any = i if turn == 2 else known[i]
                for j in range(i if turn == 0 else 0, i + 1 if turn == 0 else count):
                    second: Any = j if turn == 2 else known[j]
                    entry = table * _TABLE + (first | second << 8)
                    packed = pairs[entry]
                    if packed == 0:
                        continue
                    pairs[entry] = 0
                    number: Any = np.int64(packed & np.uint64((1 << _PLACES) - 1))
                    words = np.int64((packed >> np.uint64(_PLACES)) & np.uint64((1 << (_SQUARES - _PLACES)) - 1))
                    squares = np.int64((packed >> np.uint64(_SQUARES)) & np.uint64((1 << (_ROWS - _SQUARES)) - 1))
                    rows = np.int64(packed >> np.uint64(_ROWS))
                    left -= number
                    # A pair's first cell lies at place 8 × word + 2 × table.
                    places = 8 * words + 2 * table * number
                    place_squares = 64 * squares + 32 * table * words + 4 * table * table * number
                    moments[first, 0] += number
                    moments[first, 1] += rows
                    moments[first, 2] += places
                    moments[first, 3] += place_squares
                    moments[second, 0] += number
                    moments[second, 1] += rows
                    moments[second, 2] += places + number
                    moments[second, 3] += place_squares + 2 * places + number
                    if turn == 2:
                        for code in (first, second):
                            if not seen[code]:
                                seen[code] = True
                                known[known[size]] = code
                                known[size] += 1


def _count(
    span_row: Any,
    span_first: Any,
    span_last: Any,
    span_share: Any,
    span_starts: Any,
    codes: Any,
    words: Any,
    ground: Any,
    tile_rows: int,
    tile_bits: int,
    pairs: Any,
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
        Of the strip, padded to whole words of eight codes; those of blocks that no span needs are never looked at.
    words : ndarray of uint64, shape (rows, columns / 8)
        The same memory, where codes are of 8 bits; without columns elsewhere.
    ground : ndarray, shape (rows of tiles, columns of tiles, 4)
        Ground of the cell in row r and at place p of its tile: the sum of these times 1, r, p and p².
    tile_rows, tile_bits : int
        A tile has so many rows, up to `MOST_ROWS`, and two to the power of ``tile_bits`` columns.
    pairs : ndarray of uint64, shape (PAIR_TABLE,)
        Scratch, all 0; left so.
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
    moments = np.zeros((size, 4), np.int64)
    runs = np.empty((span_starts[-1], 3), np.int64)
    in_words = words.shape[1] > 0 and tile_bits >= 3
    tile_words = (1 << tile_bits) >> 3
    n = 0
    for shape in range(span_starts.size - 1):
        i, after = span_starts[shape], span_starts[shape + 1]
        while i < after:
            # The spans in one row of tiles: long runs are put aside, the others are added cell by cell.
            tile_row = span_row[i] // tile_rows
            top = tile_row * tile_rows
            begin = i
            while i < after and span_row[i] < top + tile_rows:
                i += 1
            long_words = 0
            for k in range(begin, i):
                if span_share[k] == 1.0 and span_last[k] - span_first[k] >= _LONG:
                    long_words += (span_last[k] >> 3) - ((span_first[k] + 7) >> 3)
            in_pairs = in_words and long_words >= _WORTH
            number, first_tile, last_tile = 0, ground.shape[1], 0
            for k in range(begin, i):
                row, row_of_tile, share = span_row[k], span_row[k] - top, span_share[k]
                x: Any = np.int64(span_first[k])
                last: Any = np.int64(span_last[k])
                body = after_body = last
                if in_pairs and share == 1.0 and last - x >= _LONG:
                    body, after_body = (x + 7) >> 3 << 3, last >> 3 << 3
                    runs[number, 0], runs[number, 1], runs[number, 2] = row_of_tile, body >> 3, after_body >> 3
                    number += 1
                    first_tile = min(first_tile, body >> tile_bits)
                    last_tile = max(last_tile, (after_body - 1) >> tile_bits)
                while x < last:
                    if x == body:
                        x = after_body
                        continue
                    tile = x >> tile_bits
                    base = tile << tile_bits
                    stop = min(base + (1 << tile_bits), body if x < body else last)
                    flat = share * (ground[tile_row, tile, 0] + row_of_tile * ground[tile_row, tile, 1])
                    slope, bend = share * ground[tile_row, tile, 2], share * ground[tile_row, tile, 3]
                    for column in range(x, stop):
                        code = codes[row, column]
                        if not seen[code]:
                            seen[code] = True
                            known[known[size]] = code
                            known[size] += 1
                        place = float(column - base)
                        sums[code, column & 3] += flat + place * (slope + place * bend)
                    x = stop
            for tile in range(first_tile, last_tile + 1):
                total = 0
                base = tile * tile_words
                for k in range(number):
                    start, stop = max(runs[k, 1], base), min(runs[k, 2], base + tile_words)
                    if start < stop:
                        _pair(words[top + runs[k, 0]], start, stop, start - base, runs[k, 0], pairs)
                        total += stop - start
                if total > 0:
                    _fold(pairs, total, seen, known, moments)
                    for k in range(known[size]):
                        code = known[k]
                        if moments[code, 0] != 0:
                            sums[code, 0] += (
                                ground[tile_row, tile, 0] * moments[code, 0]
                                + ground[tile_row, tile, 1] * moments[code, 1]
                                + ground[tile_row, tile, 2] * moments[code, 2]
                                + ground[tile_row, tile, 3] * moments[code, 3]
                            )
                            moments[code, :] = 0
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
    "int64(int32[::1], int32[::1], int32[::1], float64[::1], int64[::1], uint8[:,::1], uint64[:,::1],"
    " float64[:,:,::1], int64, int64, uint64[::1], float64[:,::1], int64[::1], int32[::1], int32[::1], float64[::1])"
)(_count)
#: Numbers of codes, where a strip holds more than 8 bits tell apart; compiled when that is met.
count_many = kernel()(_count)
