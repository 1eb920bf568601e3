"""Compiled: how far points and shapes lie inside the boundary of a zone."""

from __future__ import annotations

import numpy as np

from ecozone.measure.compiled import kernel
from ecozone.measure.edge_kernels import slab_of
from ecozone.measure.outlines import Indices, Longs
from ecozone.measure.pairs import Floats


@kernel()
def boundary_foot(
    x: float,
    y: float,
    zone: int,
    zxy: Floats,
    zend: Indices,
    west: Floats,
    per_m: Floats,
    slabs: Longs,
    slab_first: Longs,
    pointer: Longs,
    edge: Indices,
) -> tuple[float, float, float]:
    """Return the square of the distance to a zone's boundary and the nearest point, walking outwards slab by slab."""
    here = slab_of(x, west[zone], per_m[zone], slabs[zone])
    best, foot_x, foot_y = np.inf, x, y
    open_west, open_east = True, True
    for step in range(slabs[zone]):
        # The nearer edge of a slab tells whether it can hold anything nearer.
        off = x - (west[zone] + (here - step + 1) / per_m[zone]) if step else 0.0
        open_west = open_west and here - step >= 0 and not (off > 0.0 and off * off > best)
        off = west[zone] + (here + step) / per_m[zone] - x if step else 0.0
        open_east = open_east and here + step < slabs[zone] and not (off > 0.0 and off * off > best)
        if not (open_west or open_east):
            break
        for turn in range(2):
            if (turn == 0 and not open_west) or (turn == 1 and (step == 0 or not open_east)):
                continue
            at = slab_first[zone] + (here - step if turn == 0 else here + step)
            for entry in range(pointer[at], pointer[at + 1]):
                i = edge[entry]
                j = zend[i]
                ax, ay = zxy[i, 0], zxy[i, 1]
                dx, dy = zxy[j, 0] - ax, zxy[j, 1] - ay
                long2 = dx * dx + dy * dy
                along = 0.0 if long2 == 0.0 else ((x - ax) * dx + (y - ay) * dy) / long2
                along = min(max(along, 0.0), 1.0)
                ex, ey = x - ax - along * dx, y - ay - along * dy
                if ex * ex + ey * ey < best:
                    best, foot_x, foot_y = ex * ex + ey * ey, ax + along * dx, ay + along * dy
    return best, foot_x, foot_y


@kernel(
    "void(int64, int64, int64[::1], int64[::1], float64[:,::1], int64, float64, float64[:,::1], int64[::1], "
    "int64[::1], float64[:,::1], float64[:,::1], int32[::1], float64[::1], float64[::1], int64[::1], "
    "int64[::1], int64[::1], int32[::1], float64[::1]) "
)
def depths_of(
    start: int, stop: int, shapes: Longs, zones: Longs, middle: Floats, corners: int, deep: float, xy: Floats,
    rings: Longs, first: Longs, box: Floats, zxy: Floats, zend: Indices, west: Floats, per_m: Floats, slabs: Longs,
    slab_first: Longs, pointer: Longs, edge: Indices, found: Floats,
) -> None:  # fmt: skip
    """Find how deep shapes lie in their zones: the deepest of their middle and of their corners that lie farthest away.

    Of one whose middle lies ``deep`` times its extent from the boundary, the corner farthest from the boundary's
    nearest point is tried; of another ``corners`` of them.
    """
    for pair in range(start, stop):
        shape, zone = shapes[pair], zones[pair]
        best2, foot_x, foot_y = boundary_foot(
            middle[pair, 0], middle[pair, 1], zone, zxy, zend, west, per_m, slabs, slab_first, pointer, edge
        )
        depth = best2**0.5
        extent = max(box[shape, 2] - box[shape, 0], box[shape, 3] - box[shape, 1])
        low, high = rings[first[shape]], rings[first[shape + 1]]
        most = min(1 if depth > deep * extent else corners, high - low)
        taken = np.zeros(high - low, dtype=np.bool_)
        for rank in range(most):
            at = low + rank
            if most < high - low:
                # The farthest of those that are left: few of many, so that sorting them all would not pay.
                far = -1.0
                for i in range(low, high):
                    away = (xy[i, 0] - foot_x) ** 2 + (xy[i, 1] - foot_y) ** 2
                    if away > far and not taken[i - low]:
                        far, at = away, i
                taken[at - low] = True
            away2, _, _ = boundary_foot(
                xy[at, 0], xy[at, 1], zone, zxy, zend, west, per_m, slabs, slab_first, pointer, edge
            )
            depth = max(depth, away2**0.5)
        found[pair] = depth


@kernel(
    "void(int64, int64, float64[:,::1], int64[::1], float64[:,::1], int32[::1], float64[::1], float64[::1], "
    "int64[::1], int64[::1], int64[::1], int32[::1], float64[::1]) "
)
def depths_of_points(
    start: int,
    stop: int,
    points: Floats,
    zones: Longs,
    zxy: Floats,
    zend: Indices,
    west: Floats,
    per_m: Floats,
    slabs: Longs,
    slab_first: Longs,
    pointer: Longs,
    edge: Indices,
    found: Floats,
) -> None:
    """Find how far points lie from the boundary of their zone."""
    for point in range(start, stop):
        best2, _, _ = boundary_foot(
            points[point, 0], points[point, 1], zones[point], zxy, zend, west, per_m, slabs, slab_first, pointer, edge
        )
        found[point] = best2**0.5
