"""Compiled: which polygons are plainly valid, so that nobody has to look closer."""

from __future__ import annotations

from ecozone.measure.compiled import kernel
from ecozone.measure.outlines import Indices, Longs
from ecozone.measure.pairs import Floats, Mask
from ecozone.measure.sides import all_on_one_side, follows_on

#: Of a polygon in whose slabs edges would have to be compared more often than this for each, nothing is said.
_MOST = 64


@kernel(
    "void(int64, int64, float64[:,::1], int64[::1], int64[::1], int64[::1], int32[::1], int64[::1], int64[::1], "
    "int64[::1], int32[::1], boolean[::1]) "
)
def plainly_valid(
    start: int, stop: int, xy: Floats, rings: Longs, first: Longs, dimension: Longs, end: Indices, slabs: Longs,
    slab_first: Longs, pointer: Longs, edge: Indices, plain: Mask,
) -> None:  # fmt: skip
    """Say which shapes are polygons of one ring of which no two edges touch but neighbours where they meet.

    Of a shape with more rings, or edges that touch, nothing is said. Edges that have a point in common share a slab.
    """
    for zone in range(start, stop):
        if dimension[zone] != 2 or first[zone + 1] - first[zone] != 1:
            continue
        low, last = rings[first[zone]], rings[first[zone] + 1] - 1
        fine = True
        for i in range(low, last):
            n = i + 2 if i + 2 <= last else low + 1
            # What is not finite is greater than nothing, and lies on no side.
            fine = fine and follows_on(xy[i, 0], xy[i, 1], xy[i + 1, 0], xy[i + 1, 1], xy[n, 0], xy[n, 1])
        slab, left = slab_first[zone], _MOST * (last - low)
        while fine and slab < slab_first[zone] + slabs[zone]:
            stop_at = pointer[slab + 1]
            entry = pointer[slab]
            left -= (stop_at - entry) * (stop_at - entry) // 2
            fine = left >= 0
            while fine and entry < stop_at:
                i = edge[entry]
                ax, ay, bx, by = xy[i, 0], xy[i, 1], xy[end[i], 0], xy[end[i], 1]
                low_y, high_y, low_x, high_x = min(ay, by), max(ay, by), min(ax, bx), max(ax, bx)
                for other in range(entry + 1, stop_at):
                    k = edge[other]
                    cx, cy, dx, dy = xy[k, 0], xy[k, 1], xy[end[k], 0], xy[end[k], 1]
                    if min(cy, dy) > high_y or max(cy, dy) < low_y or min(cx, dx) > high_x or max(cx, dx) < low_x:
                        continue
                    if k == i + 1 or (i == low and k == last - 1):
                        continue
                    if not (
                        all_on_one_side(ax, ay, bx, by, cx, cy, dx, dy)
                        or all_on_one_side(cx, cy, dx, dy, ax, ay, bx, by)
                    ):
                        fine = False
                        break
                entry += 1
            slab += 1
        plain[zone] = fine
