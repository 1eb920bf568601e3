"""Compiled: the largest circles that fit into polygons of few vertices."""

from __future__ import annotations

import math

import numpy as np

from ecozone.measure.compiled import kernel
from ecozone.measure.outlines import Longs
from ecozone.measure.pairs import Floats

_DIAGONAL = math.sqrt(2.0)


@kernel()
def clearance(x: float, y: float, shape: int, xy: Floats, rings: Longs, first: Longs) -> float:
    """Return how far a place lies from the boundary of a polygon, negative where it lies outside."""
    best, inside = np.inf, False
    for ring in range(first[shape], first[shape + 1]):
        for i in range(rings[ring], rings[ring + 1] - 1):
            ax, ay, bx, by = xy[i, 0] - x, xy[i, 1] - y, xy[i + 1, 0] - x, xy[i + 1, 1] - y
            dx, dy = bx - ax, by - ay
            if (ay > 0.0) != (by > 0.0) and (ax * dy - ay * dx > 0.0) == (dy > 0.0):
                inside = not inside
            long2 = dx * dx + dy * dy
            along = 0.0 if long2 == 0.0 else min(max(-(ax * dx + ay * dy) / long2, 0.0), 1.0)
            ex, ey = ax + along * dx, ay + along * dy
            best = min(best, ex * ex + ey * ey)
    return math.sqrt(best) if inside else -math.sqrt(best)


@kernel("void(int64, int64, float64[:,::1], int64[::1], int64[::1], float64[:,::1], float64, float64[::1]) ")
def radii_of(
    start: int, stop: int, xy: Floats, rings: Longs, first: Longs, box: Floats, fineness: float, found: Floats
) -> None:
    """Raise radii that are known to fit to the largest that do, but for a share of ``fineness``.

    The box is cut into squares, and those are quartered in which the clearance of the middle leaves room for a circle
    larger than the largest so far.
    """
    for shape in range(start, stop):
        west, south, east, north = box[shape]
        side = min(east - west, north - south)
        columns, rows = math.ceil((east - west) / side), math.ceil((north - south) / side)
        half = side / 2.0
        x, y = np.empty(columns * rows), np.empty(columns * rows)
        for at in range(columns * rows):
            x[at], y[at] = west + half + at // rows * side, south + half + at % rows * side
        best = found[shape]
        while x.size:
            room = np.empty(x.size)
            for at in range(x.size):
                clear = clearance(x[at], y[at], shape, xy, rings, first)
                best = max(best, clear)
                room[at] = clear + half * _DIAGONAL
            half /= 2.0
            kept = np.flatnonzero(room > best * (1.0 + fineness))
            quarters_x, quarters_y = np.empty(4 * kept.size), np.empty(4 * kept.size)
            for at in range(4 * kept.size):
                quarters_x[at] = x[kept[at // 4]] + (half if at % 2 else -half)
                quarters_y[at] = y[kept[at // 4]] + (half if at % 4 > 1 else -half)
            x, y = quarters_x, quarters_y
        found[shape] = best
