"""Compiled: which boxes come near which, by a hierarchy of boxes over boxes."""

from __future__ import annotations

from ecozone.measure.compiled import kernel
from ecozone.measure.outlines import Longs
from ecozone.measure.pairs import Floats

#: Children of a box.
FAN = 8
#: So many boxes near one are kept at once; of those that have more near them, all are listed anew.
FEW = 4


@kernel()
def _list_near(
    one: int, box: Floats, reach: float, nodes: Floats, level: Longs, place: Longs, found: Longs, first: int, most: int
) -> int:
    """List the boxes within reach of one in order, from ``first`` on but no more than ``most``; return their number."""
    west, south, east, north = box[one, 0] - reach, box[one, 1] - reach, box[one, 2] + reach, box[one, 3] + reach
    count = 0
    for top in range(level[level.size - 2], level[level.size - 1]):
        # Without a stack: down to the first child, then on to the next place that is not below a box passed over.
        at, high = top, level.size - 2
        while True:
            near = nodes[at, 0] <= east and nodes[at, 2] >= west and nodes[at, 1] <= north and nodes[at, 3] >= south
            if near and high > 0:
                at = level[high - 1] + (at - level[high]) * FAN
                high -= 1
                continue
            if near:
                if count < most:
                    k = first + count
                    while k > first and found[k - 1] > place[at]:
                        found[k] = found[k - 1]
                        k -= 1
                    found[k] = place[at]
                count += 1
            while at != top and ((at - level[high]) % FAN == FAN - 1 or at + 1 == level[high + 1]):
                at = level[high + 1] + (at - level[high]) // FAN
                high += 1
            if at == top and high == level.size - 2:
                break
            at += 1
    return count


@kernel(
    "void(int64, int64, int64[::1], float64[:,::1], float64, float64[:,::1], int64[::1], int64[::1], int64[::1], "
    "int64[::1], int64[::1], int64[::1], boolean) "
)
def boxes_near(
    start: int, stop: int, order: Longs, box: Floats, reach: float, nodes: Floats, level: Longs, place: Longs,
    count: Longs, first: Longs, few: Longs, found: Longs, fill: bool,
) -> None:  # fmt: skip
    """Count the boxes within reach of each and keep a few, or list all in order where ``first`` says they start.

    One box is tried after the other in the ``order`` given. A box of which a side is not a number is near none.
    """
    for turn in range(start, stop):
        one = order[turn]
        if fill and count[one] <= FEW:
            for k in range(count[one]):
                found[first[one] + k] = few[one * FEW + k]
            continue
        into = found if fill else few
        at, most = (first[one], count[one]) if fill else (one * FEW, FEW)
        count[one] = _list_near(one, box, reach, nodes, level, place, into, at, most)
