"""Compiled: which boxes come near which, by a hierarchy of boxes over boxes."""

from __future__ import annotations

from ecozone.measure.compiled import kernel
from ecozone.measure.outlines import Longs
from ecozone.measure.pairs import Floats

#: Children of a box.
FAN = 8


@kernel(
    "void(int64, int64, float64[:,::1], float64, float64[:,::1], int64[::1], int64[::1], int64[::1], int64[::1], "
    "boolean) "
)
def boxes_near(
    start: int, stop: int, box: Floats, reach: float, nodes: Floats, level: Longs, place: Longs, count: Longs,
    found: Longs, fill: bool,
) -> None:  # fmt: skip
    """Count the boxes within reach of each, or list them in order where ``count`` says they start.

    A box of which a side is not a number is near none.
    """
    for one in range(start, stop):
        west, south = box[one, 0] - reach, box[one, 1] - reach
        east, north = box[one, 2] + reach, box[one, 3] + reach
        first = count[one] if fill else 0
        last = first
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
                    if fill:
                        k = last
                        while k > first and found[k - 1] > place[at]:
                            found[k] = found[k - 1]
                            k -= 1
                        found[k] = place[at]
                    last += 1
                while at != top and ((at - level[high]) % FAN == FAN - 1 or at + 1 == level[high + 1]):
                    at = level[high + 1] + (at - level[high]) // FAN
                    high += 1
                if at == top and high == level.size - 2:
                    break
                at += 1
        if not fill:
            count[one] = last
