"""Compiled: the nearest edge to a shape, by a hierarchy of boxes over runs of edges."""

from __future__ import annotations

import numpy as np

from ecozone.measure.box_kernels import FAN
from ecozone.measure.compiled import kernel
from ecozone.measure.edge_kernels import edges_cross
from ecozone.measure.outlines import Indices, Longs
from ecozone.measure.pairs import Floats


@kernel("int64(float64[:,::1], int64[::1], float64[:,::1], int64[::1], int64[::1])")
def runs_of(xy: Floats, rings: Longs, box: Floats, start: Longs, stop: Longs) -> int:
    """Put the edges of each ring into runs; return how many there are."""
    runs = 0
    for ring in range(rings.size - 1):
        i, last = rings[ring], rings[ring + 1] - 1
        while i < last or i == rings[ring]:
            end = min(i + FAN, last)
            box[runs, 0], box[runs, 1], box[runs, 2], box[runs, 3] = xy[i, 0], xy[i, 1], xy[i, 0], xy[i, 1]
            for k in range(i + 1, end + 1):
                box[runs, 0], box[runs, 1] = min(box[runs, 0], xy[k, 0]), min(box[runs, 1], xy[k, 1])
                box[runs, 2], box[runs, 3] = max(box[runs, 2], xy[k, 0]), max(box[runs, 3], xy[k, 1])
            start[runs], stop[runs] = i, max(end, i + 1)
            runs += 1
            if end == last:
                break
            i = end
    return runs


@kernel()
def _foot(px: float, py: float, ax: float, ay: float, bx: float, by: float) -> tuple[float, float, float]:
    """Return the square of the distance to an edge, and the nearest point of it."""
    dx, dy = bx - ax, by - ay
    long2 = dx * dx + dy * dy
    along = 0.0 if long2 == 0.0 else ((px - ax) * dx + (py - ay) * dy) / long2
    along = min(max(along, 0.0), 1.0)
    qx, qy = ax + along * dx, ay + along * dy
    return (px - qx) ** 2 + (py - qy) ** 2, qx, qy


@kernel()
def _between(
    ax: float, ay: float, bx: float, by: float, cx: float, cy: float, dx: float, dy: float
) -> tuple[float, float, float, float, float]:
    """Return the square of the distance between two edges, and the nearest points of the first and the second."""
    if edges_cross(ax, ay, bx, by, cx, cy, dx, dy):
        return 0.0, ax, ay, ax, ay
    best, tx, ty = _foot(ax, ay, cx, cy, dx, dy)
    sx, sy = ax, ay
    away, qx, qy = _foot(bx, by, cx, cy, dx, dy)
    if away < best:
        best, sx, sy, tx, ty = away, bx, by, qx, qy
    away, qx, qy = _foot(cx, cy, ax, ay, bx, by)
    if away < best:
        best, sx, sy, tx, ty = away, qx, qy, cx, cy
    away, qx, qy = _foot(dx, dy, ax, ay, bx, by)
    if away < best:
        best, sx, sy, tx, ty = away, qx, qy, dx, dy
    return best, sx, sy, tx, ty


@kernel(
    "void(int64, int64, int64[::1], float64, float64, float64[:,::1], int64[::1], int64[::1], float64[:,::1], "
    "float64[:,::1], int32[::1], int32[::1], float64[:,::1], int64[::1], int64[::1], int64[::1], "
    "float64[::1], int64[::1], float64[:,::1]) "
)
def nearest_edges(
    start: int, stop: int, sites: Longs, within: float, slack: float, xy: Floats, rings: Longs, first: Longs,
    box: Floats, zxy: Floats, zend: Indices, owner: Indices, nodes: Floats, level: Longs, run_start: Longs,
    run_stop: Longs, distance: Floats, zone: Longs, ends: Floats,
) -> None:  # fmt: skip
    """Find the nearest edge of any zone to each site.

    Of zones no farther than ``slack`` beyond the nearest, the first counts. ``zone`` is -1 where none is within reach.
    """
    top = level.size - 2
    node_at, node_level, node_away2 = np.empty(1024, np.int64), np.empty(1024, np.int64), np.empty(1024)
    child, child_away2 = np.empty(FAN, np.int64), np.empty(FAN)
    close = np.empty(FAN, np.int64)
    for one in range(start, stop):
        site = sites[one]
        x0, y0, x1, y1 = box[site, 0], box[site, 1], box[site, 2], box[site, 3]
        best, mine = within, -1
        most2 = (best + slack) ** 2
        stack = 0
        for k in range(level[top + 1] - level[top]):
            node_at[stack], node_level[stack], node_away2[stack] = k, top, 0.0
            stack += 1
        while stack:
            stack -= 1
            if node_away2[stack] > most2:
                continue
            at, high = node_at[stack], node_level[stack]
            if high == 0:
                # Few edges of the run come near the box of the site, few of the site's near the run, and few of those
                # near each other.
                edges = 0
                for i in range(run_start[at], run_stop[at]):
                    j = zend[i]
                    off_x = max(min(zxy[i, 0], zxy[j, 0]) - x1, x0 - max(zxy[i, 0], zxy[j, 0]), 0.0)
                    off_y = max(min(zxy[i, 1], zxy[j, 1]) - y1, y0 - max(zxy[i, 1], zxy[j, 1]), 0.0)
                    if off_x * off_x + off_y * off_y <= most2:
                        close[edges] = i
                        edges += 1
                if edges == 0:
                    continue
                for ring in range(first[site], first[site + 1]):
                    for k in range(rings[ring], max(rings[ring + 1] - 1, rings[ring] + 1)):
                        n = min(k + 1, rings[ring + 1] - 1)
                        low_x, high_x = min(xy[k, 0], xy[n, 0]), max(xy[k, 0], xy[n, 0])
                        low_y, high_y = min(xy[k, 1], xy[n, 1]), max(xy[k, 1], xy[n, 1])
                        off_x = max(nodes[at, 0] - high_x, low_x - nodes[at, 2], 0.0)
                        off_y = max(nodes[at, 1] - high_y, low_y - nodes[at, 3], 0.0)
                        if off_x * off_x + off_y * off_y > most2:
                            continue
                        for edge in range(edges):
                            i = close[edge]
                            j = zend[i]
                            cx, cy, dx, dy = zxy[i, 0], zxy[i, 1], zxy[j, 0], zxy[j, 1]
                            off_x = max(min(cx, dx) - high_x, low_x - max(cx, dx), 0.0)
                            off_y = max(min(cy, dy) - high_y, low_y - max(cy, dy), 0.0)
                            if off_x * off_x + off_y * off_y > most2:
                                continue
                            away, sx, sy, tx, ty = _between(
                                xy[k, 0] - cx, xy[k, 1] - cy, xy[n, 0] - cx, xy[n, 1] - cy, 0.0, 0.0, dx - cx, dy - cy
                            )
                            away = away**0.5
                            if away > best + slack or (mine < 0 and away > within):
                                continue
                            nearer = away < best - slack or mine < 0
                            if nearer or owner[i] < mine or (owner[i] == mine and away < best):
                                mine = owner[i]
                                ends[one, 0], ends[one, 1] = sx + cx, sy + cy
                                ends[one, 2], ends[one, 3] = tx + cx, ty + cy
                            best = min(best, away)
                            most2 = (best + slack) ** 2
                continue
            kept = 0
            low = at * FAN
            for k in range(low, min(low + FAN, level[high] - level[high - 1])):
                node = level[high - 1] + k
                off_x = max(nodes[node, 0] - x1, x0 - nodes[node, 2], 0.0)
                off_y = max(nodes[node, 1] - y1, y0 - nodes[node, 3], 0.0)
                away2 = off_x * off_x + off_y * off_y
                if away2 > most2:
                    continue
                place = kept
                while place > 0 and child_away2[place - 1] < away2:
                    child_away2[place], child[place] = child_away2[place - 1], child[place - 1]
                    place -= 1
                child_away2[place], child[place] = away2, k
                kept += 1
            for k in range(kept):
                # The farthest first: the nearest is taken up next.
                node_at[stack], node_level[stack], node_away2[stack] = child[k], high - 1, child_away2[k]
                stack += 1
        distance[one], zone[one] = best, mine
