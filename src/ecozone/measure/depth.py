"""How far what lies inside a zone reaches in from its boundary."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from ecozone.measure.pairs import Shapes

#: Of the corners of one shape, so many are tried where it has more: those farthest from the boundary's point nearest to
#: the shape's middle.
_CORNERS = 64
#: Of a shape whose middle lies so many times its extent from the boundary, the farthest of its corners tells enough.
_DEEP = 2.0
#: Where no corner reaches in by this share of the shape's extent (a strip across it, a zone inside it), its middle may.
_SHALLOW = 0.25
#: The centre of the largest inscribed circle is found to this share of the extent.
_FINENESS = 0.01


def depths_m(inside: Shapes, zones: Shapes) -> NDArray[np.float64]:
    """Return how far each shape reaches in from the boundary of its zone, at least.

    Parameters
    ----------
    inside : ndarray of geometry
        Shapes inside zones, in a metric CRS.
    zones : ndarray of geometry
        As long; the same zone may stand many times.

    Returns
    -------
    ndarray
        Metres of the CRS: the farthest from the boundary of the shape's corners, a point of its surface and, where they
        all lie near the boundary, the centre of its largest inscribed circle; 0 for zones that are lines or points.

    Examples
    --------
    >>> zone, site = shapely.box(0, 0, 100, 100), shapely.box(10, 40, 30, 60)
    >>> depths_m(np.array([site]), np.array([zone])).tolist()
    [30.0]
    """
    depths = np.zeros(len(inside))
    rows = np.flatnonzero((shapely.get_dimensions(zones) == 2) & ~shapely.is_missing(inside))
    if not len(rows):
        return depths
    _, once, which = np.unique(
        np.fromiter(map(id, zones[rows]), dtype=np.int64, count=len(rows)), return_index=True, return_inverse=True
    )
    boundaries = shapely.boundary(zones[rows[once]])
    shapely.prepare(boundaries)
    shapes = inside[rows]
    ties = shapely.shortest_line(boundaries[which], shapely.point_on_surface(shapes))
    deepest = shapely.length(ties)
    x0, y0, x1, y1 = shapely.bounds(shapes).T
    extent = np.maximum(x1 - x0, y1 - y0)
    corners, owner = shapely.get_coordinates(shapes, return_index=True)
    feet = shapely.get_coordinates(shapely.get_point(ties, 0))[owner]
    most = np.where(deepest > _DEEP * extent, 1, _CORNERS)
    corners, owner = _farthest(corners, owner, np.hypot(*(corners - feet).T), most)
    reached = shapely.length(shapely.shortest_line(boundaries[which[owner]], shapely.points(corners)))
    np.maximum.at(deepest, owner, reached)
    shallow = np.flatnonzero((shapely.get_dimensions(shapes) == 2) & (deepest < _SHALLOW * extent))
    if len(shallow):
        circles = shapely.maximum_inscribed_circle(shapes[shallow], tolerance=_FINENESS * extent[shallow])
        middles = shapely.shortest_line(boundaries[which[shallow]], shapely.get_point(circles, 0))
        deepest[shallow] = np.maximum(deepest[shallow], shapely.length(middles))
    depths[rows] = deepest
    return depths


def _farthest(
    corners: NDArray[np.float64], owner: NDArray[np.intp], away: NDArray[np.float64], most: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Keep the corners of each shape that lie farthest away, ``most`` of them."""
    order = np.lexsort((-away, owner))
    owner = owner[order]
    first = np.flatnonzero(np.concatenate([[True], owner[1:] != owner[:-1]]))
    rank = np.arange(len(owner)) - np.repeat(first, np.diff(np.concatenate([first, [len(owner)]])))
    keep = rank < most[owner]
    return corners[order[keep]], owner[keep]
