r"""Compiled: an index of edges by vertical slabs, and what two shapes share, edge by edge.

The edges of each zone are listed by slabs of equal width; what touches a slab is in its list. One index answers
whether a point is inside, how far a boundary is, and the area that a site and a zone share:

.. math:: A = \sum_i \sum_j s_i s_j \int_{u_{ij}}^{v_{ij}} G(x, \min(y_i(x), y_j(x)))\,dx

over all pairs of a site's edge i and a zone's edge j above a common piece of the x axis, s being 1 for an edge with the
shape below it and -1 for one with the shape above it, and G(x, y) the integral of the areal scale from the base of the
site up to y. It is the area under the lower of two edges, summed with signs, as each polygon is the sum with signs of
the areas under its edges (the shoelace formula); no corner of the overlap is ever constructed. The areal scale is a
polynomial of the second degree in the neighbourhood of a site, so that two Gauss nodes a piece are exact.
"""

from __future__ import annotations

import numpy as np

from ecozone.measure.compiled import kernel
from ecozone.measure.outlines import Indices, Longs, Signs
from ecozone.measure.pairs import TOUCH_M, Floats, Mask

#: What a site is to a zone: apart by more than the reach, wholly inside by more than it, or near its boundary.
APART, INSIDE, NEAR = 0, 1, 2
#: What rounding leaves of an overlap that is none: metres times the boundary of the site, and share of its area.
_ROUNDING_M = 1e-8
_ROUNDING = 1e-12
#: An edge that is no wider stands upright: of one narrower still the slope would be no number.
_UPRIGHT_M = 1e-100

_GAUSS = 0.5 - 0.5 / 3.0**0.5


@kernel()
def slab_of(x: float, west: float, per_m: float, count: int) -> int:
    """Return the slab of a zone in which x lies, the outermost where it lies beyond."""
    at = (x - west) * per_m
    if not at > 0.0:
        return 0
    return min(int(min(at, 1e9)), count - 1)


@kernel(
    "void(int64, int64, float64[:,::1], int64[::1], int64[::1], float64[::1], float64[::1], int64, int64[::1], "
    "int64[::1]) "
)
def count_slabs(
    start: int, stop: int, xy: Floats, rings: Longs, zones: Longs, west: Floats, width: Floats, most: int,
    slabs: Longs, entries: Longs,
) -> None:  # fmt: skip
    """Choose the number of slabs of each zone, so that long edges do not fill all of them, and count entries."""
    for zone in range(start, stop):
        edges = 0
        for ring in range(zones[zone], zones[zone + 1]):
            edges += max(rings[ring + 1] - rings[ring] - 1, 1)
        number = min(max(edges // 4, 1), most)
        while True:
            per_m = number / width[zone]
            found = 0
            for ring in range(zones[zone], zones[zone + 1]):
                for i in range(rings[ring], max(rings[ring + 1] - 1, rings[ring] + 1)):
                    j = min(i + 1, rings[ring + 1] - 1)
                    one = slab_of(xy[i, 0], west[zone], per_m, number)
                    two = slab_of(xy[j, 0], west[zone], per_m, number)
                    found += abs(two - one) + 1
            if number == 1 or found <= 8 * edges + 64:
                break
            number //= 2
        slabs[zone] = number
        entries[zone] = found


@kernel(
    "void(int64, int64, float64[:,::1], int64[::1], int64[::1], float64[::1], float64[::1], int64[::1], int64[::1], "
    "int64[::1], int64[::1], int32[::1]) "
)
def fill_slabs(
    start: int, stop: int, xy: Floats, rings: Longs, zones: Longs, west: Floats, per_m: Floats, slabs: Longs,
    slab_first: Longs, entry_first: Longs, pointer: Longs, edge: Indices,
) -> None:  # fmt: skip
    """List the edges of each slab by their first vertex, in the order of the vertices; ``pointer`` is 0 before."""
    for zone in range(start, stop):
        low, high = slab_first[zone], slab_first[zone] + slabs[zone]
        for turn in range(2):
            for ring in range(zones[zone], zones[zone + 1]):
                for i in range(rings[ring], max(rings[ring + 1] - 1, rings[ring] + 1)):
                    j = min(i + 1, rings[ring + 1] - 1)
                    one = slab_of(xy[i, 0], west[zone], per_m[zone], slabs[zone])
                    two = slab_of(xy[j, 0], west[zone], per_m[zone], slabs[zone])
                    for at in range(low + min(one, two), low + max(one, two) + 1):
                        if turn == 1:
                            edge[pointer[at]] = i
                        pointer[at] += 1
            # What each slab has makes it known where each begins; there each is then filled up to where the next does.
            begin = entry_first[zone]
            for at in range(low, high):
                found = pointer[at]
                pointer[at] = begin
                begin = begin + found if turn == 0 else found


@kernel()
def holds(
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
) -> bool:
    """Say whether a point lies inside a zone, by the parity of the edges above it."""
    at = slab_first[zone] + slab_of(x, west[zone], per_m[zone], slabs[zone])
    inside = False
    for entry in range(pointer[at], pointer[at + 1]):
        i = edge[entry]
        j = zend[i]
        xa, ya, xb, yb = zxy[i, 0], zxy[i, 1], zxy[j, 0], zxy[j, 1]
        if xb < xa:
            xa, ya, xb, yb = xb, yb, xa, ya
        above = max(ya, yb) > y and (min(ya, yb) > y or (x - xa) * (yb - ya) > (y - ya) * (xb - xa))
        if xa <= x < xb and above:
            inside = not inside
    return inside


@kernel()
def _under(scale: Floats, site: int, x: float, y: float) -> float:
    """Integrate the areal scale from the base of the site up to y."""
    area: float = y * (
        scale[site, 0]
        + x * (scale[site, 1] + x * scale[site, 3])
        + y * (0.5 * (scale[site, 2] + x * scale[site, 4]) + y * scale[site, 5] / 3.0)
    )
    return area


@kernel()
def _strip(scale: Floats, site: int, u: float, v: float, low: float, high: float) -> float:
    """Integrate over the strip from u to v under the straight line from low to high."""
    step, rise = (v - u) * _GAUSS, (high - low) * _GAUSS
    return 0.5 * (v - u) * (_under(scale, site, u + step, low + rise) + _under(scale, site, v - step, high - rise))


@kernel()
def _shared_area(
    site: int,
    zone: int,
    xy: Floats,
    rings: Longs,
    side: Signs,
    first: Longs,
    box: Floats,
    scale: Floats,
    zxy: Floats,
    zend: Indices,
    zside: Signs,
    west: Floats,
    per_m: Floats,
    slabs: Longs,
    slab_first: Longs,
    pointer: Longs,
    edge: Indices,
) -> float:
    """Return the area that a polygon shares with a zone."""
    x0, y0 = box[site, 0], box[site, 1]
    total = 0.0
    for ring in range(first[site], first[site + 1]):
        for i in range(rings[ring], rings[ring + 1] - 1):
            sign = float(side[ring])
            xa, ya, xb, yb = xy[i, 0], xy[i, 1] - y0, xy[i + 1, 0], xy[i + 1, 1] - y0
            if abs(xb - xa) < _UPRIGHT_M:
                continue
            if xb < xa:
                xa, ya, xb, yb = xb, yb, xa, ya
            else:
                sign = -sign
            one = slab_of(xa, west[zone], per_m[zone], slabs[zone])
            two = slab_of(xb, west[zone], per_m[zone], slabs[zone])
            xa -= x0
            xb -= x0
            slope = (yb - ya) / (xb - xa)
            for slab in range(one, two + 1):
                low_x = xa if slab == one else max(xa, west[zone] + slab / per_m[zone] - x0)
                high_x = xb if slab == two else min(xb, west[zone] + (slab + 1) / per_m[zone] - x0)
                for entry in range(pointer[slab_first[zone] + slab], pointer[slab_first[zone] + slab + 1]):
                    k = edge[entry]
                    other = zend[k]
                    pa, qa, pb, qb = zxy[k, 0] - x0, zxy[k, 1] - y0, zxy[other, 0] - x0, zxy[other, 1] - y0
                    if max(qa, qb) <= 0.0 or abs(pb - pa) < _UPRIGHT_M:
                        continue
                    sign_zone = float(zside[k])
                    if pb < pa:
                        pa, qa, pb, qb = pb, qb, pa, qa
                    else:
                        sign_zone = -sign_zone
                    u, v = max(low_x, pa), min(high_x, pb)
                    if v <= u:
                        continue
                    steep = (qb - qa) / (pb - pa)
                    b0 = qa if u == pa else qa + (u - pa) * steep
                    b1 = qb if v == pb else qa + (v - pa) * steep
                    # Below the base there is nothing of the site.
                    if b0 <= 0.0 and b1 <= 0.0:
                        continue
                    if b0 < 0.0:
                        u += (v - u) * b0 / (b0 - b1)
                        b0 = 0.0
                    elif b1 < 0.0:
                        v -= (v - u) * b1 / (b1 - b0)
                        b1 = 0.0
                    a0, a1 = ya + (u - xa) * slope, ya + (v - xa) * slope
                    d0, d1 = a0 - b0, a1 - b1
                    if d0 <= 0.0 and d1 <= 0.0:
                        found = _strip(scale, site, u, v, a0, a1)
                    elif d0 >= 0.0 and d1 >= 0.0:
                        found = _strip(scale, site, u, v, b0, b1)
                    else:
                        share = d0 / (d0 - d1)
                        middle, height = u + (v - u) * share, a0 + (a1 - a0) * share
                        found = _strip(scale, site, u, middle, min(a0, b0), height)
                        found += _strip(scale, site, middle, v, height, min(a1, b1))
                    total += sign * sign_zone * found
    return total


@kernel()
def point_to_edge2(px: float, py: float, ax: float, ay: float, bx: float, by: float) -> float:
    """Return the square of the distance from a point to an edge."""
    dx, dy = bx - ax, by - ay
    long2 = dx * dx + dy * dy
    along = 0.0 if long2 == 0.0 else ((px - ax) * dx + (py - ay) * dy) / long2
    along = min(max(along, 0.0), 1.0)
    ex, ey = px - ax - along * dx, py - ay - along * dy
    return ex * ex + ey * ey


@kernel()
def edges_cross(ax: float, ay: float, bx: float, by: float, cx: float, cy: float, dx: float, dy: float) -> bool:
    """Say whether two edges cross each other in their midst."""
    one = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    two = (bx - ax) * (dy - ay) - (by - ay) * (dx - ax)
    if one * two >= 0.0:
        return False
    one = (dx - cx) * (ay - cy) - (dy - cy) * (ax - cx)
    two = (dx - cx) * (by - cy) - (dy - cy) * (bx - cx)
    return one * two < 0.0


@kernel()
def edge_to_edge2(ax: float, ay: float, bx: float, by: float, cx: float, cy: float, dx: float, dy: float) -> float:
    """Return the square of the distance between two edges."""
    if edges_cross(ax, ay, bx, by, cx, cy, dx, dy):
        return 0.0
    return min(
        min(point_to_edge2(ax, ay, cx, cy, dx, dy), point_to_edge2(bx, by, cx, cy, dx, dy)),
        min(point_to_edge2(cx, cy, ax, ay, bx, by), point_to_edge2(dx, dy, ax, ay, bx, by)),
    )


@kernel()
def _gap(
    site: int,
    zone: int,
    reach: float,
    xy: Floats,
    rings: Longs,
    first: Longs,
    box: Floats,
    zxy: Floats,
    zend: Indices,
    west: Floats,
    per_m: Floats,
    slabs: Longs,
    slab_first: Longs,
    pointer: Longs,
    edge: Indices,
) -> float:
    """Return how far apart two boundaries are where that is within reach, else infinity."""
    one = slab_of(box[site, 0] - reach, west[zone], per_m[zone], slabs[zone])
    two = slab_of(box[site, 2] + reach, west[zone], per_m[zone], slabs[zone])
    # What lies farther than the nearest so far is passed over.
    near, found = reach, False
    for entry in range(pointer[slab_first[zone] + one], pointer[slab_first[zone] + two + 1]):
        k = edge[entry]
        j = zend[k]
        cx, cy, dx, dy = zxy[k, 0], zxy[k, 1], zxy[j, 0], zxy[j, 1]
        x0, y0, x1, y1 = min(cx, dx) - near, min(cy, dy) - near, max(cx, dx) + near, max(cy, dy) + near
        if x0 > box[site, 2] or x1 < box[site, 0] or y0 > box[site, 3] or y1 < box[site, 1]:
            continue
        for ring in range(first[site], first[site + 1]):
            for i in range(rings[ring], max(rings[ring + 1] - 1, rings[ring] + 1)):
                n = min(i + 1, rings[ring + 1] - 1)
                ax, ay, bx, by = xy[i, 0], xy[i, 1], xy[n, 0], xy[n, 1]
                if min(ax, bx) > x1 or max(ax, bx) < x0 or min(ay, by) > y1 or max(ay, by) < y0:
                    continue
                away = edge_to_edge2(ax - cx, ay - cy, bx - cx, by - cy, 0.0, 0.0, dx - cx, dy - cy)
                if away <= near * near:
                    near, found = away**0.5, True
                    if near <= TOUCH_M:
                        return float(near)
                    x0, y0, x1, y1 = min(cx, dx) - near, min(cy, dy) - near, max(cx, dx) + near, max(cy, dy) + near
    return float(near) if found else np.inf


@kernel(
    "void(int64, int64, int64[::1], int64[::1], int64[::1], float64, float64[:,::1], int64[::1], int8[::1], "
    "int64[::1], float64[:,::1], int64[::1], float64[::1], float64[::1], float64[::1], float64[:,::1], float64[:,::1], "
    "int32[::1], int8[::1], float64[::1], float64[::1], float64[::1], int64[::1], int64[::1], int64[::1], "
    "int32[::1], float64[::1], int64[::1], boolean[::1]) "
)
def measure_pairs(
    start: int, stop: int, order: Longs, sites: Longs, zones: Longs, reach: float, xy: Floats, rings: Longs,
    side: Signs, first: Longs, box: Floats, dimension: Longs, whole: Floats, around: Floats, thin: Floats,
    scale: Floats, zxy: Floats, zend: Indices, zside: Signs, zone_m2: Floats, west: Floats, per_m: Floats,
    slabs: Longs, slab_first: Longs, pointer: Longs, edge: Indices, area: Floats, state: Longs, touch: Mask,
) -> None:  # fmt: skip
    """Measure pairs in the order given: the area shared, APART, INSIDE or NEAR, and whether the two touch.

    Of lines and points that are NEAR nothing more is found here.
    """
    least = max(reach, TOUCH_M)
    for turn in range(start, stop):
        pair = order[turn]
        site, zone = sites[pair], zones[pair]
        x0, y0, x1, y1 = box[site, 0] - least, box[site, 1] - least, box[site, 2] + least, box[site, 3] + least
        one = slab_of(x0, west[zone], per_m[zone], slabs[zone])
        two = slab_of(x1, west[zone], per_m[zone], slabs[zone])
        met = False
        for entry in range(pointer[slab_first[zone] + one], pointer[slab_first[zone] + two + 1]):
            k = edge[entry]
            j = zend[k]
            if (
                min(zxy[k, 0], zxy[j, 0]) <= x1
                and max(zxy[k, 0], zxy[j, 0]) >= x0
                and min(zxy[k, 1], zxy[j, 1]) <= y1
                and max(zxy[k, 1], zxy[j, 1]) >= y0
            ):
                met = True
                break
        if not met:
            # No edge of the zone comes near the box of the site: one point of it speaks for all.
            inside = holds(
                0.5 * (x0 + x1), 0.5 * (y0 + y1), zone, zxy, zend, west, per_m, slabs, slab_first, pointer, edge
            )
            state[pair] = INSIDE if inside else APART
            touch[pair] = inside
            area[pair] = whole[site] if inside else 0.0
            continue
        if dimension[site] < 2:
            gap = _gap(
                site, zone, least, xy, rings, first, box, zxy, zend, west, per_m, slabs, slab_first, pointer, edge
            )
            state[pair], touch[pair], area[pair] = NEAR, gap <= TOUCH_M, 0.0
            if gap > reach:
                inner, outer = False, False
                for ring in range(first[site], first[site + 1]):
                    i = rings[ring]
                    if holds(xy[i, 0], xy[i, 1], zone, zxy, zend, west, per_m, slabs, slab_first, pointer, edge):
                        inner = True
                    else:
                        outer = True
                touch[pair] = touch[pair] or inner
                if not (inner and outer) and gap > TOUCH_M:
                    state[pair] = INSIDE if inner else APART
            elif gap > TOUCH_M:
                for ring in range(first[site], first[site + 1]):
                    i = rings[ring]
                    if holds(xy[i, 0], xy[i, 1], zone, zxy, zend, west, per_m, slabs, slab_first, pointer, edge):
                        touch[pair] = True
            continue
        found = _shared_area(
            site, zone, xy, rings, side, first, box, scale, zxy, zend, zside, west, per_m, slabs, slab_first, pointer,
            edge,
        )  # fmt: skip
        rounding = _ROUNDING * whole[site] + _ROUNDING_M * around[site]
        state[pair], touch[pair], area[pair] = NEAR, True, found
        if thin[site] < found < whole[site] - thin[site] or zone_m2[zone] <= thin[site]:
            continue
        gap = _gap(site, zone, least, xy, rings, first, box, zxy, zend, west, per_m, slabs, slab_first, pointer, edge)
        if found >= whole[site] - rounding and gap > least:
            state[pair], area[pair] = INSIDE, whole[site]
        elif found <= rounding and gap > TOUCH_M:
            touch[pair], area[pair] = False, 0.0
            state[pair] = NEAR if gap <= reach else APART
