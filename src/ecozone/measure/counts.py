"""Which blocks spans of cells need, and how much ground of each code lies under them.

Codes are counted where they were decoded, and the ground under a cell is a parabola along its row within a segment of
columns, which holds to 10⁻¹⁰ (`ecozone.measure.ground`). A long run of cells is therefore a histogram of pairs of
neighbouring codes, with the first two moments of their places: four pairs, eight cells, for one load of 64 bits.
Moments are whole numbers, so that no order of counting changes a bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ecozone.measure.compiled import kernel

#: Runs at least this long are counted in pairs.
_LONG = 128
#: Number, sum and sum of squares of the places share one 64-bit number: 12, 22 and 30 bits hold 1024 words.
_SUM, _SQUARES = 12, 34
#: Columns in a segment, at most.
LONGEST_SEGMENT = 8192
#: Pairs of two codes of 8 bits; a table's beginning lies aside of the other tables' in the processor's cache.
_TABLE = 2**16 + 40
PAIR_TABLE = 4 * _TABLE


@kernel("void(int32[::1], int32[::1], int32[::1], int64, int64, int64, boolean[:,::1])")
def mark(
    span_row: Any, span_first: Any, span_last: Any, number: int, block_rows: int, block_columns: int, need: Any
) -> None:
    """Mark the blocks of a strip, ``need`` (rows of blocks, columns of blocks), that any of the spans needs."""
    for i in range(number):
        row = span_row[i] // block_rows
        for column in range(span_first[i] // block_columns, (span_last[i] - 1) // block_columns + 1):
            need[row, column] = True


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


def _count(
    span_row: Any,
    span_first: Any,
    span_last: Any,
    span_share: Any,
    span_starts: Any,
    codes: Any,
    words: Any,
    ground: Any,
    segment: int,
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
    ground : ndarray, shape (rows, segments, 3)
        Ground of the cell at place p of its segment: the sum of these times 1, p and p².
    segment : int
        Columns in a segment: a power of two, up to `LONGEST_SEGMENT`.
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
    moments = np.zeros((size, 3), np.int64)
    in_words = words.shape[1] > 0 and segment >= _LONG
    low_bits, middle_bits = np.uint64((1 << _SUM) - 1), np.uint64((1 << (_SQUARES - _SUM)) - 1)
    two_bytes, one = np.uint64(0xFFFF), np.uint64(1)
    second_table, third_table, fourth_table = np.uint64(_TABLE), np.uint64(2 * _TABLE), np.uint64(3 * _TABLE)
    to_sum, to_squares = np.uint64(_SUM), np.uint64(_SQUARES)
    n = 0
    for shape in range(span_starts.size - 1):
        for i in range(span_starts[shape], span_starts[shape + 1]):
            row, x, last, share = span_row[i], np.int64(span_first[i]), np.int64(span_last[i]), span_share[i]
            while x < last:
                number = x // segment
                base = number * segment
                end = min(last, base + segment)
                flat, slope, bend = (
                    share * ground[row, number, 0],
                    share * ground[row, number, 1],
                    share * ground[row, number, 2],
                )
                if not in_words or end - x < _LONG:
                    body = body_end = end
                else:
                    body, body_end = (x + 7) // 8 * 8, end // 8 * 8
                for begin, stop in ((x, body), (body_end, end)):
                    for column in range(begin, stop):
                        code = codes[row, column]
                        if not seen[code]:
                            seen[code] = True
                            known[known[size]] = code
                            known[size] += 1
                        place = float(column - base)
                        sums[code, column & 3] += flat + place * (slope + place * bend)
                if body < body_end:
                    word = np.uint64((body - base) // 8)
                    step = one + (word << to_sum) + (word * word << to_squares)
                    growth = (one << to_sum) + ((word + word + one) << to_squares)
                    more = np.uint64(2) << to_squares
                    for at in range(body // 8, body_end // 8):
                        eight = words[row, at]
                        pairs[eight & two_bytes] += step
                        pairs[second_table + ((eight >> np.uint64(16)) & two_bytes)] += step
                        pairs[third_table + ((eight >> np.uint64(32)) & two_bytes)] += step
                        pairs[fourth_table + (eight >> np.uint64(48))] += step
                        step += growth
                        growth += more
                    for pair in range(4):
                        left = (body_end - body) // 8
                        table = pair * _TABLE
                        offset = 2 * pair
                        # Equal neighbours first: they are nearly all. Then the others, and in the end those of codes
                        # not met before in this strip.
                        for turn in range(3):
                            if left == 0:
                                break
                            count = size if turn == 2 else known[size]
                            for i_first in range(count):
                                if left == 0:
                                    break
                                first = i_first if turn == 2 else known[i_first]
                                for i_second in range(i_first if turn == 0 else 0, i_first + 1 if turn == 0 else count):
                                    second = i_second if turn == 2 else known[i_second]
                                    entry = table + (first | second << 8)
                                    packed = pairs[entry]
                                    if packed == 0:
                                        continue
                                    pairs[entry] = 0
                                    times = np.int64(packed & low_bits)
                                    total = np.int64((packed >> to_sum) & middle_bits)
                                    squares = np.int64(packed >> to_squares)
                                    left -= times
                                    places = 8 * total + offset * times
                                    place_squares = 64 * squares + 16 * offset * total + offset * offset * times
                                    moments[first, 0] += times
                                    moments[first, 1] += places
                                    moments[first, 2] += place_squares
                                    moments[second, 0] += times
                                    moments[second, 1] += places + times
                                    moments[second, 2] += place_squares + 2 * places + times
                                    if turn == 2:
                                        for code in (first, second):
                                            if not seen[code]:
                                                seen[code] = True
                                                known[known[size]] = code
                                                known[size] += 1
                    for i_known in range(known[size]):
                        code = known[i_known]
                        if moments[code, 0] != 0:
                            sums[code, 0] += (
                                flat * moments[code, 0] + slope * moments[code, 1] + bend * moments[code, 2]
                            )
                            moments[code, 0] = 0
                            moments[code, 1] = 0
                            moments[code, 2] = 0
                x = end
        for i in range(known[size]):
            code = known[i]
            area = (sums[code, 0] + sums[code, 1]) + (sums[code, 2] + sums[code, 3])
            if area != 0.0:
                found_shape[n], found_code[n], found_area[n] = shape, code, area
                n += 1
            sums[code, :] = 0.0
    return n


#: Codes of 8 bits as they were decoded.
count = kernel(
    "int64(int32[::1], int32[::1], int32[::1], float64[::1], int64[::1], uint8[:,::1], uint64[:,::1],"
    " float64[:,:,::1], int64, uint64[::1], float64[:,::1], int64[::1], int32[::1], int32[::1], float64[::1])"
)(_count)
#: Numbers of codes, where a strip holds more than 8 bits tell apart; compiled when that is met.
count_many = kernel()(_count)
