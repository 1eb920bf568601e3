"""Shapes taken apart into rings and edges, as plain arrays that compiled code reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ecozone.geo import rings_of
from ecozone.measure.pairs import Floats, Shapes
from ecozone.measure.workers import in_parts

Longs = NDArray[np.int64]
Indices = NDArray[np.int32]
Signs = NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Outlines:
    """The boundaries of shapes.

    Attributes
    ----------
    xy : ndarray, shape (vertices, 2)
        All vertices, ring after ring; metres of a plane CRS.
    rings : ndarray, shape (rings + 1,)
        Where each ring (or line, or single point) starts in ``xy``, and the end.
    side : ndarray of int8, shape (rings,)
        1 where what lies to the left of a ring belongs to the shape, -1 where what lies to the right does, 0 for lines
        and points.
    first : ndarray, shape (shapes + 1,)
        Where the rings of each shape start, and the end; None and empty shapes have none.
    box : ndarray, shape (shapes, 4)
        West, south, east and north; NaN for None and empty shapes.
    dimension : ndarray, shape (shapes,)
        0 for points, 1 for lines, 2 for polygons, -1 for None and empty shapes.
    """

    xy: Floats
    rings: Longs
    side: Signs
    first: Longs
    box: Floats
    dimension: Longs

    @property
    def walked(self) -> tuple[NDArray[Any], ...]:
        """What tells these boundaries from all others."""
        return self.xy, self.rings, self.side, self.first

    def same_as(self, other: Outlines) -> bool:
        """Say whether these boundaries are those of another, to the last bit."""
        return all(np.array_equal(one, two) for one, two in zip(self.walked, other.walked, strict=True))

    @property
    def lengths(self) -> Floats:
        """Length of each shape's boundary, or of a line, in metres of the plane; 0 for points."""
        step = np.hypot(*np.diff(self.xy, axis=0).T) if len(self.xy) > 1 else np.zeros(0)
        step = np.concatenate([step, [0.0]])[: len(self.xy)]
        ends = self.rings[1:] - 1
        step[ends] = 0.0
        owner = np.repeat(np.arange(len(self.box)), np.diff(self.rings[self.first]))
        return np.bincount(owner, step, minlength=len(self.box)).astype(np.float64)


def outlines_of(shapes: Shapes) -> Outlines:
    """Take shapes apart.

    Parameters
    ----------
    shapes : ndarray of geometry
        Valid points, lines and polygons, single or multi, with or without holes; None and empty ones among them.

    Examples
    --------
    >>> found = outlines_of(np.array([shapely.box(0, 0, 2, 1), None, shapely.Point(5, 5)]))
    >>> found.rings.tolist(), found.first.tolist(), found.side.tolist(), found.dimension.tolist()
    ([0, 5, 6], [0, 1, 1, 2], [1, 0], [2, -1, 0])
    """
    if _one_ring_each(shapes):
        return _of_rings(shapes)
    if ((shapely.get_type_id(shapes) == shapely.GeometryType.POINT) & ~shapely.is_empty(shapes)).all():
        return _of_points(shapes)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    kept = ~shapely.is_empty(parts)
    parts, owner = parts[kept], owner[kept]
    kind = shapely.get_dimensions(parts)
    rings, polygon = rings_of(parts)
    hole = np.concatenate([[False], polygon[1:] == polygon[:-1]])[: len(rings)]
    side = np.where(shapely.is_ccw(rings) != hole, 1, -1)
    open_parts = kind < 2
    lines = np.concatenate([rings, parts[open_parts]])
    whose = np.concatenate([owner[polygon], owner[open_parts]])
    side = np.concatenate([side, np.zeros(int(open_parts.sum()), dtype=np.int64)])
    order = np.argsort(whose, kind="stable")
    lines, whose, side = lines[order], whose[order], side[order]
    dimension = np.where(shapely.is_missing(shapes) | shapely.is_empty(shapes), -1, shapely.get_dimensions(shapes))
    return Outlines(
        xy=np.ascontiguousarray(shapely.get_coordinates(lines)),
        rings=np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(lines))]).astype(np.int64),
        side=side.astype(np.int8),
        first=np.searchsorted(whose, np.arange(len(shapes) + 1)).astype(np.int64),
        box=shapely.bounds(shapes).reshape(-1, 4),
        dimension=dimension.astype(np.int64),
    )


def _one_ring_each(shapes: Shapes) -> bool:
    """Tell whether all shapes are polygons without holes, as parcels are."""
    plain = (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(shapes)
    return bool((plain & (shapely.get_num_interior_rings(shapes) == 0)).all())


def _of_rings(shapes: Shapes) -> Outlines:
    """Take polygons without holes apart: their vertices are those of their rings, which need not be made."""
    from ecozone.measure.outline_kernels import sides_of_rings

    xy, places = np.ascontiguousarray(shapely.get_coordinates(shapes)), np.arange(len(shapes) + 1, dtype=np.int64)
    rings = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(shapes))]).astype(np.int64)
    side = np.empty(len(shapes), dtype=np.int8)
    in_parts(lambda start, stop: sides_of_rings(start, stop, xy, rings, side), len(shapes), least=2)
    return Outlines(
        xy=xy,
        rings=rings,
        side=side,
        first=places,
        box=shapely.bounds(shapes).reshape(-1, 4),
        dimension=np.full(len(shapes), 2, dtype=np.int64),
    )


def _of_points(shapes: Shapes) -> Outlines:
    """Take single points apart: there is nothing to take."""
    xy, places = np.ascontiguousarray(shapely.get_coordinates(shapes)), np.arange(len(shapes) + 1, dtype=np.int64)
    return Outlines(
        xy=xy,
        rings=places,
        side=np.zeros(len(shapes), dtype=np.int8),
        first=places,
        box=np.hstack([xy, xy]),
        dimension=np.zeros(len(shapes), dtype=np.int64),
    )
