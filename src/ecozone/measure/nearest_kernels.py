"""Compiled: the nearest edge to a shape, by a hierarchy of boxes over runs of edges."""

from __future__ import annotations

import numpy as np

from ecozone.measure.box_kernels import FAN
from ecozone.measure.compiled import kernel
from ecozone.measure.edge_kernels import edges_cross, holds
from ecozone.measure.outlines import Indices, Longs
from ecozone.measure.pairs import Floats, Mask


@kernel("int64(float64[:,::1], int64[::1], float64[:,::1], float64[:,::1], int64[::1], int64[::1])")
def runs_of(xy: Floats, rings: Longs, box: Floats, slant: Floats, start: Longs, stop: Longs) -> int:
    """Put the edges of each ring into runs; return how many there are.

    ``slant`` is the box of a run on axes turned by 45 degrees: the least x + y and x - y, and the greatest.
    """
    runs = 0
    for ring in range(rings.size - 1):
        i, last = rings[ring], rings[ring + 1] - 1
        while i < last or i == rings[ring]:
            end = min(i + FAN, last)
            box[runs, 0], box[runs, 1], box[runs, 2], box[runs, 3] = xy[i, 0], xy[i, 1], xy[i, 0], xy[i, 1]
            plus, minus = xy[i, 0] + xy[i, 1], xy[i, 0] - xy[i, 1]
            slant[runs, 0], slant[runs, 1], slant[runs, 2], slant[runs, 3] = plus, minus, plus, minus
            for k in range(i + 1, end + 1):
                box[runs, 0], box[runs, 1] = min(box[runs, 0], xy[k, 0]), min(box[runs, 1], xy[k, 1])
                box[runs, 2], box[runs, 3] = max(box[runs, 2], xy[k, 0]), max(box[runs, 3], xy[k, 1])
                plus, minus = xy[k, 0] + xy[k, 1], xy[k, 0] - xy[k, 1]
                slant[runs, 0], slant[runs, 1] = min(slant[runs, 0], plus), min(slant[runs, 1], minus)
                slant[runs, 2], slant[runs, 3] = max(slant[runs, 2], plus), max(slant[runs, 3], minus)
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
    "void(int64, int64, int64[::1], int64[::1], float64[:,::1], int64[::1], int64[::1], float64[:,::1], int64[::1], "
    "float64[:,::1], int64[::1], int64[::1], int64[::1], int32[::1], float64[::1], float64[::1], int64[::1], "
    "int64[::1], int64[::1], int32[::1], boolean[::1]) "
)
def begin_inside(
    start: int, stop: int, sites: Longs, zones: Longs, xy: Floats, rings: Longs, first: Longs, box: Floats,
    dimension: Longs, zxy: Floats, zrings: Longs, zfirst: Longs, zdimension: Longs, zend: Indices, west: Floats,
    per_m: Floats, slabs: Longs, slab_first: Longs, pointer: Longs, edge: Indices, inside: Mask,
) -> None:  # fmt: skip
    """Say of each pair whether a ring of one begins inside the other: where no edges cross, one lies in the other."""
    for pair in range(start, stop):
        site, zone = sites[pair], zones[pair]
        if zdimension[zone] == 2:
            for ring in range(first[site], first[site + 1]):
                x, y = xy[rings[ring], 0], xy[rings[ring], 1]
                if holds(x, y, zone, zxy, zend, west, per_m, slabs, slab_first, pointer, edge):
                    inside[pair] = True
                    break
        if dimension[site] < 2 or inside[pair]:
            continue
        for ring in range(zfirst[zone], zfirst[zone + 1]):
            x, y = zxy[zrings[ring], 0], zxy[zrings[ring], 1]
            if not (box[site, 0] <= x <= box[site, 2] and box[site, 1] <= y <= box[site, 3]):
                continue
            within = False
            for own in range(first[site], first[site + 1]):
                for i in range(rings[own], rings[own + 1] - 1):
                    xa, ya, xb, yb = xy[i, 0], xy[i, 1], xy[i + 1, 0], xy[i + 1, 1]
                    if xb < xa:
                        xa, ya, xb, yb = xb, yb, xa, ya
                    if xa <= x < xb and (x - xa) * (yb - ya) > (y - ya) * (xb - xa):
                        within = not within
            if within:
                inside[pair] = True
                break


@kernel()
def _ahead(ux: float, uy: float, x: float, y: float, node: int, nodes: Floats, slants: Floats) -> float:
    """Return how far a node lies ahead of a point in a direction, at least: by that of its eight sides that are near.

    A direction is the sum of its nearest axis and its nearest diagonal, and nothing in the node lies behind the sides
    that bound it along these.
    """
    ax, ay = abs(ux), abs(uy)
    if (ux >= 0.0) == (uy >= 0.0):
        diagonal = slants[node, 0] - x - y if ux >= 0.0 else x + y - slants[node, 2]
    else:
        diagonal = slants[node, 1] - x + y if ux >= 0.0 else x - y - slants[node, 3]
    if ax >= ay:
        straight = nodes[node, 0] - x if ux >= 0.0 else x - nodes[node, 2]
    else:
        straight = nodes[node, 1] - y if uy >= 0.0 else y - nodes[node, 3]
    return float(abs(ax - ay) * straight + min(ax, ay) * diagonal)


@kernel()
def _near_by(x: float, y: float, zxy: Floats, nodes: Floats, level: Longs, run_start: Longs) -> tuple[float, float]:
    """Return an end of an edge not far from a point, if not the nearest: down the hierarchy by the middles of boxes."""
    high = level.size - 2
    low, stop = level[high], level[high + 1]
    while True:
        best, mine = np.inf, low
        for node in range(low, stop):
            dx, dy = nodes[node, 0] + nodes[node, 2] - 2.0 * x, nodes[node, 1] + nodes[node, 3] - 2.0 * y
            away2 = dx * dx + dy * dy
            if away2 < best:
                best, mine = away2, node
        if high == 0:
            vertex = run_start[mine]
            return zxy[vertex, 0], zxy[vertex, 1]
        low = level[high - 1] + (mine - level[high]) * FAN
        high -= 1
        stop = min(low + FAN, level[high + 1])


@kernel()
def _reach_of(ux: float, uy: float, x: float, y: float, xy: Floats, start: int, stop: int) -> float:
    """Return how far the farthest of some vertices lies ahead of a point in a direction."""
    most = -np.inf
    for i in range(start, stop):
        most = max(most, ux * (xy[i, 0] - x) + uy * (xy[i, 1] - y))
    return most


@kernel()
def _towards(
    qx: float, qy: float, x: float, y: float, xy: Floats, start: int, stop: int
) -> tuple[float, float, float, float]:
    """Return how far a point is from the nearest of some vertices, the direction, and how far they reach along it."""
    best, ux, uy = np.inf, 0.0, 0.0
    for i in range(start, stop):
        dx, dy = qx - xy[i, 0], qy - xy[i, 1]
        away2 = dx * dx + dy * dy
        if away2 < best:
            best, ux, uy = away2, dx, dy
    long = best**0.5
    if long > 0.0:
        ux, uy = ux / long, uy / long
    return long, ux, uy, _reach_of(ux, uy, x, y, xy, start, stop)


@kernel(
    "void(int64, int64, int64[::1], int64[::1], float64, float64, float64[:,::1], int64[::1], int64[::1], "
    "float64[:,::1], float64[:,::1], int32[::1], int32[::1], float64[:,::1], float64[:,::1], int64[::1], int64[::1], "
    "int64[::1], float64[::1], int64[::1], float64[:,::1]) "
)
def nearest_edges(
    start: int, stop: int, order: Longs, sites: Longs, within: float, slack: float, xy: Floats, rings: Longs,
    first: Longs, box: Floats, zxy: Floats, zend: Indices, owner: Indices, nodes: Floats, slants: Floats,
    level: Longs, run_start: Longs, run_stop: Longs, distance: Floats, zone: Longs, ends: Floats,
) -> None:  # fmt: skip
    """Find the nearest edge of any zone to each site, one site after the other in the ``order`` given.

    Of zones no farther than ``slack`` beyond the nearest, the first counts. ``zone`` is -1 where none is within reach.

    Two shapes are at least as far apart as their shadows on any straight line. What the boxes alone do not rule out is
    tried on the line of the shortest connection found so far, along which most of what is in question lies.
    """
    top = level.size - 2
    node_at, node_level, node_away2 = np.empty(1024, np.int64), np.empty(1024, np.int64), np.empty(1024)
    child, child_away2 = np.empty(FAN, np.int64), np.empty(FAN)
    close, close_ahead = np.empty(FAN, np.int64), np.empty(FAN)
    for turn in range(start, stop):
        one = order[turn]
        site = sites[one]
        x0, y0, x1, y1 = box[site, 0], box[site, 1], box[site, 2], box[site, 3]
        mx, my = 0.5 * (x0 + x1), 0.5 * (y0 + y1)
        # Not far from the site there is an edge, from which it is no farther than ``known``: towards its end, ahead of
        # the site's middle, the site reaches so far.
        qx, qy = _near_by(mx, my, zxy, nodes, level, run_start)
        known, ux, uy, reach = _towards(qx, qy, mx, my, xy, rings[first[site]], rings[first[site + 1]])
        best, mine = within, -1
        most = min(best, known) + slack
        most2 = most**2
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
                edges, least_ahead = 0, np.inf
                for i in range(run_start[at], run_stop[at]):
                    j = zend[i]
                    off_x = max(min(zxy[i, 0], zxy[j, 0]) - x1, x0 - max(zxy[i, 0], zxy[j, 0]), 0.0)
                    off_y = max(min(zxy[i, 1], zxy[j, 1]) - y1, y0 - max(zxy[i, 1], zxy[j, 1]), 0.0)
                    if off_x * off_x + off_y * off_y > most2:
                        continue
                    ahead = min(
                        ux * (zxy[i, 0] - mx) + uy * (zxy[i, 1] - my), ux * (zxy[j, 0] - mx) + uy * (zxy[j, 1] - my)
                    )
                    if ahead - reach <= most:
                        close[edges], close_ahead[edges] = i, ahead
                        least_ahead = min(least_ahead, ahead)
                        edges += 1
                if edges == 0:
                    continue
                turned = False
                for ring in range(first[site], first[site + 1]):
                    for k in range(rings[ring], max(rings[ring + 1] - 1, rings[ring] + 1)):
                        n = min(k + 1, rings[ring + 1] - 1)
                        mine_ahead = max(
                            ux * (xy[k, 0] - mx) + uy * (xy[k, 1] - my), ux * (xy[n, 0] - mx) + uy * (xy[n, 1] - my)
                        )
                        if least_ahead - mine_ahead > most:
                            continue
                        low_x, high_x = min(xy[k, 0], xy[n, 0]), max(xy[k, 0], xy[n, 0])
                        low_y, high_y = min(xy[k, 1], xy[n, 1]), max(xy[k, 1], xy[n, 1])
                        off_x = max(nodes[at, 0] - high_x, low_x - nodes[at, 2], 0.0)
                        off_y = max(nodes[at, 1] - high_y, low_y - nodes[at, 3], 0.0)
                        if off_x * off_x + off_y * off_y > most2:
                            continue
                        for edge in range(edges):
                            i = close[edge]
                            if close_ahead[edge] - mine_ahead > most:
                                continue
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
                                turned = away > 0.0
                            best = min(best, away)
                            most = min(best, known) + slack
                            most2 = most**2
                if turned:
                    ux, uy = ends[one, 2] - ends[one, 0], ends[one, 3] - ends[one, 1]
                    long = (ux * ux + uy * uy) ** 0.5
                    ux, uy = ux / long, uy / long
                    reach = _reach_of(ux, uy, mx, my, xy, rings[first[site]], rings[first[site + 1]])
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
                ahead = _ahead(ux, uy, mx, my, node, nodes, slants) - reach
                if ahead > most:
                    continue
                if ahead > 0.0:
                    away2 = max(away2, ahead * ahead)
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
