"""Compiled: which way rings are walked."""

from __future__ import annotations

from ecozone.measure.compiled import kernel
from ecozone.measure.outlines import Longs, Signs
from ecozone.measure.pairs import Floats


@kernel("void(int64, int64, float64[:,::1], int64[::1], int8[::1])")
def sides_of_rings(start: int, stop: int, xy: Floats, rings: Longs, side: Signs) -> None:
    """Say on which side of each ring its inside lies: 1 on the left, -1 on the right.

    By the shoelace formula, from the first vertex of each, so that little is lost by rounding.
    """
    for ring in range(start, stop):
        first = rings[ring]
        x, y = xy[first, 0], xy[first, 1]
        twice = 0.0
        for i in range(first + 1, rings[ring + 1] - 1):
            twice += (xy[i, 0] - x) * (xy[i + 1, 1] - y) - (xy[i + 1, 0] - x) * (xy[i, 1] - y)
        side[ring] = 1 if twice > 0.0 else -1
