r"""The smallest shift that takes a shape off a piece of ground.

A shape :math:`S` moved by :math:`v` meets the ground :math:`G` exactly where :math:`v \in G \oplus -S`, the Minkowski
sum of the ground and the reflected shape (Lozano-Pérez 1983, IEEE Trans. Comput. C-32:108-120). It is covered by the
sums of all pairs of their edges, by the ground moved back by a corner of each part of the shape, and by the reflected
parts of the shape at a corner of each part of the ground. What a disc around the origin has besides are the shifts that
do; the smallest is the point of it that is nearest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from ecozone.geo import GRID_M
from ecozone.measure.pairs import Floats, Shapes

#: By how much outlines are simplified, the ground being widened by as much: the first that leaves few enough pairs.
_TOLERANCES_M = (0.02, 0.1, 0.5, 2.0, 5.0, 20.0)
_MOST_PAIRS = 12_000
#: Looked at first: a near way out needs fewer edges.
_PARTS = (0.125, 0.5, 1.0)
_DISC_SEGMENTS = 90
_STEPS = 40
_CONVEX = 1e-9


@dataclass(frozen=True)
class Shift:
    """A shift east and north, metres of the plane; one that is shorter by more than ``tolerance_m`` does not do."""

    dx_m: float
    dy_m: float
    tolerance_m: float


def smallest_shift(shape: BaseGeometry, ground: BaseGeometry, *, within_m: float) -> Shift | None:
    """Find the smallest shift by which a shape leaves a piece of ground.

    Parameters
    ----------
    shape : geometry
        Valid points, lines or polygons, single or multi, with or without holes; metres.
    ground : geometry
        Valid polygons, complete within ``within_m`` of the shape.
    within_m : float
        No shift is longer.

    Returns
    -------
    Shift or None
        None where no shift of that length does.

    Examples
    --------
    >>> shift = smallest_shift(shapely.box(0, 0, 10, 10), shapely.box(7, -50, 90, 50), within_m=100)
    >>> round(shift.dx_m, 2), round(shift.dy_m, 2) + 0.0
    (-3.0, 0.0)
    """
    x, y = shapely.get_coordinates(shapely.centroid(shape))[0]
    # Near the origin no digit is lost.
    shape, ground = (affinity.translate(one, -x, -y) for one in (shape, ground))
    core = shapely.buffer(ground, -2.0 * GRID_M)
    shapely.prepare(core)
    if not shapely.intersects(core, shape):
        return Shift(0.0, 0.0, 0.0)
    for part in _PARTS:
        reach = part * within_m
        window = _grown(np.array(shape.bounds), reach + 1.0)
        near = _clipped(ground, window)
        simple, wide, tolerance = _simplified(shape, near)
        disc = shapely.Point(0, 0).buffer(reach, quad_segs=_DISC_SEGMENTS)
        blocked = shapely.union_all(_blocked(simple, wide, reach), grid_size=GRID_M)
        free = shapely.difference(disc, blocked, grid_size=GRID_M)
        for vector in _nearest_first(free):
            if not _meets(core, shape, vector):
                dx, dy = _shortened(core, shape, vector)
                return Shift(float(dx), float(dy), 4.0 * tolerance)
    return None


def _nearest_first(free: BaseGeometry) -> Iterator[Floats]:
    """Yield the nearest point of each part; what the grid may have opened between two edges is none."""
    parts = shapely.get_parts(shapely.buffer(free, -3.0 * GRID_M))
    parts = parts[~shapely.is_empty(parts)]
    origin = shapely.Point(0, 0)
    for part in parts[np.argsort(shapely.distance(origin, parts))]:
        yield shapely.get_coordinates(shapely.shortest_line(origin, part))[1]


def _meets(core: BaseGeometry, shape: BaseGeometry, vector: Floats) -> bool:
    return bool(shapely.intersects(core, affinity.translate(shape, *vector)))


def _shortened(core: BaseGeometry, shape: BaseGeometry, vector: Floats) -> Floats:
    """Take back, along the same direction, what simplified outlines have added."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        if _meets(core, shape, middle * vector):
            low = middle
        else:
            high = middle
    return high * vector


def _grown(box: Floats, metres: float) -> Floats:
    return box + metres * np.array([-1.0, -1.0, 1.0, 1.0])


def _clipped(ground: BaseGeometry, box: Floats) -> BaseGeometry:
    """Return the part of the ground in a box; all of it where that would not be sound."""
    part = shapely.clip_by_rect(ground, *box)
    return part if shapely.is_valid(part) and shapely.get_dimensions(part) == 2 else ground


def _simplified(shape: BaseGeometry, ground: BaseGeometry) -> tuple[BaseGeometry, BaseGeometry, float]:
    """Return outlines of few enough edges, the ground widened by what both may have lost, and the tolerance."""
    for tolerance in _TOLERANCES_M:
        simple = shapely.simplify(shape, tolerance)
        wide = shapely.simplify(shapely.buffer(ground, 2.0 * tolerance, quad_segs=4), tolerance)
        pairs = shapely.get_num_coordinates(wide) * sum(len(sets) for sets in _sets(simple))
        if pairs <= _MOST_PAIRS:
            break
    return simple, wide, tolerance


def _sets(shape: BaseGeometry) -> Iterator[Floats]:
    """Yield what a shape is made of, as arrays of convex sets of points of one size, shape (sets, points, 2).

    Of a polygon that is not convex these are its edges.
    """
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            hull = shapely.convex_hull(part)
            if hull.area <= part.area * (1.0 + _CONVEX):
                yield shapely.get_coordinates(hull)[None, :-1]
                continue
            for ring in shapely.get_rings(part):
                yield _edges(ring)
        elif part.geom_type == "Point":
            yield shapely.get_coordinates(part)[None]
        else:
            yield _edges(part)


def _edges(line: BaseGeometry) -> Floats:
    xy = shapely.get_coordinates(line)
    return np.stack([xy[:-1], xy[1:]], axis=1)


def _blocked(shape: BaseGeometry, ground: BaseGeometry, reach_m: float) -> Shapes:
    """Return polygons that together cover the shifts of at most that length that leave the shape on the ground."""
    edges = np.concatenate([_edges(ring) for ring in shapely.get_rings(shapely.get_parts(ground))])
    found: list[NDArray[np.object_]] = []
    for sets in _sets(shape):
        # Every edge of the ground with every set: the convex hull of all differences of their corners.
        sums = edges[:, None, :, None, :] - sets[None, :, None, :, :]
        sums = sums.reshape(-1, 2 * sets.shape[1], 2)
        near = (sums.min(axis=1) <= reach_m).all(axis=1) & (sums.max(axis=1) >= -reach_m).all(axis=1)
        found.append(shapely.convex_hull(shapely.multipoints(sums[near])))
    corners = [shapely.get_coordinates(part)[0] for part in shapely.get_parts(shape)]
    found.append(np.array([affinity.translate(ground, -x, -y) for x, y in corners], dtype=object))
    back = affinity.scale(shape, -1, -1, origin=(0, 0))
    solid = [part for part in shapely.get_parts(back) if part.geom_type == "Polygon"]
    anchors = [shapely.get_coordinates(part)[0] for part in shapely.get_parts(ground)]
    found.append(np.array([affinity.translate(part, *at) for part in solid for at in anchors], dtype=object))
    sums_of = np.concatenate(found)
    flat: Shapes = sums_of[shapely.area(sums_of) > 0]
    return flat
