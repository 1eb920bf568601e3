"""The outlines of connected cells: polygons with holes, from runs of cells and without a picture of them."""

from __future__ import annotations

import numpy as np
import shapely

from ecozone.measure.arrays import Ints, Shapes
from ecozone.measure.patch_kernels import follow

# Which way an edge goes, its own ground always on the left; rows count downward. The next number turns left.
_DOWN, _RIGHT, _UP, _LEFT = range(4)


def outlined(rows: Ints, starts: Ints, ends: Ints, labels: Ints) -> tuple[Shapes, Ints]:
    """Return the polygon of each component, in columns and rows of the grid's corners.

    Parameters
    ----------
    rows, starts, ends : ndarray, shape (runs,)
        Runs of cells: row, first column, column after the last. Those of one component share edges, not only corners,
        and no two of one row touch.
    labels : ndarray, shape (runs,)
        The component of each.

    Returns
    -------
    polygons : ndarray of Polygon
        Valid, in normal form, without corners on straight lines; holes that meet at a corner stay two.
    names : ndarray of int
        The place of each polygon's label among the sorted labels.

    Examples
    --------
    >>> polygons, _ = outlined(np.array([0, 1]), np.array([0, 0]), np.array([2, 1]), np.array([5, 5]))
    >>> float(polygons[0].area), len(polygons[0].exterior.coords) - 1
    (3.0, 6)
    """
    names, own = np.unique(labels, return_inverse=True)
    edges = _edges(rows, starts, ends, own.reshape(-1).astype(np.int64))
    owner, x0, y0, x1, y1, way = edges
    order, rings = _ringed(owner, x0, y0, x1, y1, way)
    owner, x0, y0, way = owner[order], x0[order], y0[order], way[order]
    heads = np.flatnonzero(np.diff(rings, prepend=-1))
    sizes = np.diff(np.concatenate([heads, [len(rings)]]))
    before = np.arange(len(order)) - 1
    before[heads] += sizes
    kept = way != way[before]
    # The shoelace formula; downward rows make outer rings, whose ground is on the left, negative.
    after = np.arange(len(order)) + 1
    after[heads + sizes - 1] -= sizes
    twice = np.add.reduceat(x0 * y0[after] - x0[after] * y0, heads) if len(heads) else np.zeros(0, np.int64)
    hole = twice > 0
    ring_owner = owner[heads]
    # Rings of a component together, the outer one first.
    sequence = np.lexsort((hole, ring_owner))
    rank = np.empty(len(sequence), np.int64)
    rank[sequence] = np.arange(len(sequence))
    place = np.lexsort((np.arange(len(order)), rank[rings]))
    place = place[kept[place]]
    corners = np.bincount(rank[rings[kept]], minlength=len(heads))
    xy = np.stack([x0[place], y0[place]], axis=1).astype(np.float64)
    ring_of = np.repeat(np.arange(len(heads)), corners)
    linear = shapely.linearrings(xy, indices=ring_of) if len(heads) else np.zeros(0, dtype=object)
    polygons = shapely.polygons(linear[~hole[sequence]])
    inner = linear[hole[sequence]]
    if len(inner):
        whose = ring_owner[sequence][hole[sequence]]
        many, first = np.unique(whose, return_index=True)
        for one, holes in zip(many, np.split(inner, first[1:]), strict=True):
            polygons[one] = shapely.polygons(shapely.get_exterior_ring(polygons[one]), holes=holes)
    found: Shapes = shapely.normalize(polygons)
    return found, np.arange(len(names))


def _edges(rows: Ints, starts: Ints, ends: Ints, own: Ints) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints]:
    """Return the edges around runs: component, column and row of both ends, and way."""
    across = (
        (own, starts, rows, starts, rows + 1, np.full(len(rows), _DOWN)),
        (own, ends, rows + 1, ends, rows, np.full(len(rows), _UP)),
    )
    # Along each line between rows: what lies below, less what lies above.
    owner = np.tile(own, 4)
    line = np.concatenate([rows, rows, rows + 1, rows + 1])
    column = np.concatenate([starts, ends, starts, ends])
    step = np.repeat([1, -1, -1, 1], len(rows))
    order = np.lexsort((column, line, owner))
    owner, line, column = owner[order], line[order], column[order]
    level = np.cumsum(step[order])
    there = np.flatnonzero((level[:-1] != 0) & (column[1:] != column[:-1])) if len(level) else np.zeros(0, np.int64)
    owner, line, low, high, below = owner[there], line[there], column[there], column[there + 1], level[there] > 0
    along = (owner, np.where(below, high, low), line, np.where(below, low, high), line, np.where(below, _LEFT, _RIGHT))
    parts = [np.concatenate(column) for column in zip(*across, along, strict=True)]
    return parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]


def _ringed(owner: Ints, x0: Ints, y0: Ints, x1: Ints, y1: Ints, way: Ints) -> tuple[Ints, Ints]:
    """Return the edges in the order of their rings, and the number of the ring of each."""
    width = int(max(x0.max(initial=0), x1.max(initial=0))) + 1
    height = int(max(y0.max(initial=0), y1.max(initial=0))) + 1
    leave = (owner * height + y0) * width + x0
    arrive = (owner * height + y1) * width + x1
    order = np.argsort(leave, kind="stable")
    sorted_leave = leave[order]
    first = np.searchsorted(sorted_leave, arrive, side="left")
    two = np.searchsorted(sorted_leave, arrive, side="right") - first == 2
    # Where two cells of a component meet at a corner, turning right keeps to the ground outside: no ring meets itself.
    turned = way[order[first]] == (way + 3) % 4
    first = first + (two & ~turned)
    following = np.ascontiguousarray(order[first])
    out, rings = np.empty(len(following), np.int64), np.empty(len(following), np.int64)
    follow(following, out, rings)
    return out, rings
