"""The ground that a site has to leave: what lies within a distance of zones, or outside them.

All is reckoned in the plane of a metric CRS, a little too wide rather than too narrow: `HAIR_M` beyond the distance, so
that what is left stays apart from the zone on the millimetre grid and after a change of coordinates, and round corners
no more than `HAIR_M` outside the true curve.
"""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from ecozone.geo import difference, intersection, places_apart, union
from ecozone.measure.pairs import Floats, Shapes
from ecozone.measure.pieces import Pieces

#: Metres by which more is left than the distance asks for.
HAIR_M = 0.01
_MARGIN_M = 4.0
_DIRECTIONS = 16
_SPAN_M = 1000.0


def ground_within(zones: Shapes, box: Floats, distance_m: float, crs: CRS) -> BaseGeometry:
    """Return the ground within a distance of zones, as far as it lies near a box.

    Parameters
    ----------
    zones : ndarray of geometry
        Valid points, lines or polygons.
    box : ndarray, shape (4,)
        West, south, east and north; only here the result is complete.
    distance_m : float
        Metres of the plane, 0 or more.
    crs : CRS
        Metric, of zones and box.

    Returns
    -------
    shapely geometry
        An empty polygon where there is none.

    Examples
    --------
    >>> zone = shapely.box(500000, 4e6, 500100, 4000100)
    >>> ground = ground_within(np.array([zone]), np.array([500090, 4e6, 500200, 4000100]), 5.0, CRS("EPSG:4548"))
    >>> round(ground.bounds[2] - 500100, 2)
    5.02
    """
    near = _near(zones, box, distance_m)
    return union(gpd.GeoSeries(_moved(near, distance_m + HAIR_M), crs=crs))


def ground_outside(zones: Shapes, box: Floats, distance_m: float, crs: CRS) -> BaseGeometry:
    """Return the ground in a box that does not lie inside the union of zones by more than a distance.

    Parameters
    ----------
    zones, box, distance_m, crs
        As for `ground_within`; zones that are no polygons have no inside.

    Examples
    --------
    >>> zone = shapely.box(500000, 4e6, 500100, 4000100)
    >>> ground = ground_outside(np.array([zone]), np.array([500090, 4000010, 500110, 4000020]), 5.0, CRS("EPSG:4548"))
    >>> round(500100 - ground.bounds[0], 2)
    5.02
    """
    window = gpd.GeoSeries([shapely.box(*(box + HAIR_M * np.array([-1.0, -1.0, 1.0, 1.0])))], crs=crs)
    near = _near(zones[shapely.get_dimensions(zones) == 2], box, distance_m)
    inside = _moved(np.array([union(gpd.GeoSeries(near, crs=crs))], dtype=object), -(distance_m + HAIR_M))
    ground: BaseGeometry = difference(window, gpd.GeoSeries(inside, crs=crs)).iloc[0]
    return ground


def parted(shape: BaseGeometry, ground: BaseGeometry, crs: CRS) -> tuple[BaseGeometry, BaseGeometry]:
    """Return what of a shape lies on the ground, and what is left of it."""
    one, other = gpd.GeoSeries([shape], crs=crs), gpd.GeoSeries([ground], crs=crs)
    return intersection(one, other).iloc[0], difference(one, other).iloc[0]


def plane_metres(distance_m: float, box: Floats, crs: CRS) -> float:
    """Return how many metres of the plane a distance on the ellipsoid takes near a box, in no direction less.

    >>> round(plane_metres(1000.0, np.array([500000, 4e6, 500100, 4000100]), CRS("EPSG:32650")), 3)
    999.601
    """
    if not distance_m:
        return 0.0
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    turn = np.linspace(0.0, 2.0 * math.pi, _DIRECTIONS, endpoint=False)
    start = np.tile([x, y], (_DIRECTIONS, 1))
    _, ground = places_apart(np.hstack([start, start + _SPAN_M * np.column_stack([np.cos(turn), np.sin(turn)])]), crs)
    return float(distance_m * _SPAN_M / ground.min()) * (1.0 + 1e-6)


def _near(zones: Shapes, box: Floats, distance_m: float) -> Shapes:
    """Return the parts of zones that decide about a box."""
    reach = distance_m + HAIR_M
    around = shapely.box(*(box + reach * np.array([-1.0, -1.0, 1.0, 1.0])))
    near = zones[shapely.intersects(around, zones)]
    pieces = Pieces(near)
    return pieces.shapes(pieces.near(np.arange(len(near)), np.tile(box, (len(near), 1)), 4.0 * reach + _MARGIN_M))


def _moved(shapes: Shapes, distance_m: float) -> Shapes:
    """Move boundaries out, or in where the distance is negative, by it or at most a hair more."""
    quarter = max(16, math.ceil(math.pi / 4.0 * math.sqrt(abs(distance_m) / (2.0 * HAIR_M))))
    enclosing = distance_m / math.cos(math.pi / (4 * quarter))
    moved: Shapes = shapely.buffer(shapes, enclosing, quad_segs=quarter)
    return moved
