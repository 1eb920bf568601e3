"""Compiled: which polygons are plainly valid, so that nobody has to look closer."""

from __future__ import annotations

import numpy as np

from ecozone.measure.compiled import kernel
from ecozone.measure.outlines import Indices, Longs
from ecozone.measure.pairs import Floats, Mask
from ecozone.measure.sides import all_on_one_side, follows_on

#: Of a polygon in whose slabs edges would have to be compared more often than this for each, nothing is said.
_MOST = 64


@kernel()
def _boxes_met(box: Floats, one: int, start: int, stop: int) -> int:
    """Count the boxes from ``start`` on that touch one: without a branch, so that several are compared at once."""
    west, south, east, north = box[0, one], box[1, one], box[2, one], box[3, one]
    low_x, low_y, high_x, high_y = box[0, start:stop], box[1, start:stop], box[2, start:stop], box[3, start:stop]
    met = 0
    for k in range(low_x.size):
        met += (low_x[k] <= east) & (high_x[k] >= west) & (low_y[k] <= north) & (high_y[k] >= south)
    return met


@kernel()
def _apart(
    xy: Floats, end: Indices, edge: Indices, box: Floats, begin: int, one: int, start: int, stop: int, low: int,
    last: int,
) -> bool:  # fmt: skip
    """Say whether an edge of a ring surely has nothing in common with those whose boxes touch its own."""
    i = edge[begin + one]
    ax, ay, bx, by = xy[i, 0], xy[i, 1], xy[end[i], 0], xy[end[i], 1]
    for at in range(start, stop):
        if box[0, at] > box[2, one] or box[2, at] < box[0, one] or box[1, at] > box[3, one] or box[3, at] < box[1, one]:
            continue
        k = edge[begin + at]
        if k == i + 1 or (i == low and k == last - 1):
            continue
        cx, cy, dx, dy = xy[k, 0], xy[k, 1], xy[end[k], 0], xy[end[k], 1]
        if not (all_on_one_side(ax, ay, bx, by, cx, cy, dx, dy) or all_on_one_side(cx, cy, dx, dy, ax, ay, bx, by)):
            return False
    return True


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
    box = np.empty((4, 64))
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
            begin = pointer[slab]
            number = pointer[slab + 1] - begin
            left -= number * number // 2
            fine = left >= 0
            if fine and number > box.shape[1]:
                box = np.empty((4, 2 * number))
            for at in range(number if fine else 0):
                i = edge[begin + at]
                box[0, at], box[1, at] = min(xy[i, 0], xy[end[i], 0]), min(xy[i, 1], xy[end[i], 1])
                box[2, at], box[3, at] = max(xy[i, 0], xy[end[i], 0]), max(xy[i, 1], xy[end[i], 1])
            at = 0
            while fine and at < number:
                i = edge[begin + at]
                # The next edge of the ring is mostly the next in the list, and touches.
                after = at + 2 if at + 1 < number and edge[begin + at + 1] == i + 1 else at + 1
                if _boxes_met(box, at, after, number):
                    fine = _apart(xy, end, edge, box, begin, at, after, number, low, last)
                at += 1
            slab += 1
        plain[zone] = fine
