"""Area, length, distance and azimuth on the CGCS2000 ellipsoid, of any geometry in any CRS."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import TransverseMercatorConversion

from ecozone.errors import CrsError, GeometryError
from ecozone.geo.arrays import Floats, Ints, Shapes
from ecozone.geo.boundary import line_lengths, ring_areas
from ecozone.geo.crs import crs_name, is_metric, is_pseudo_mercator, norm_crs, require_same_crs, unbound
from ecozone.geo.densify import Course
from ecozone.geo.ellipsoid import GEOD, lonlat_rad
from ecozone.geo.operation import to_lonlat

_PORTION_VERTICES = 250_000


def area_m2(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> pd.Series[float]:
    r"""Return the ellipsoidal area of each geometry.

    An edge is straight in the CRS of the data. The area is :math:`-\oint Q(\varphi)\,d\lambda` along the boundary, Q
    being the area between the equator and a latitude per radian of longitude; outer rings add, holes subtract.

    Parameters
    ----------
    frame : GeoDataFrame or GeoSeries
        In any CRS on GRS 80, CGCS2000 or WGS 84, or with a trustworthy operation to CGCS2000. Polygons must be valid:
        see `repair`.

    Returns
    -------
    Series
        m², index kept; 0 for points, lines and empty geometries, NaN for None.

    Raises
    ------
    CrsError
        The CRS cannot be led to the ellipsoid.
    GeometryError
        Coordinates that are not finite, a boundary around a pole.

    Examples
    --------
    >>> square = gpd.GeoSeries([shapely.box(39535000, 4330000, 39536000, 4331000)], crs=4527)
    >>> round(float(area_m2(square)[0]), 2)
    999968.98
    """
    shapes, crs = _shapes(frame)
    return pd.Series(shape_areas(shapes, crs), index=frame.index, dtype=float)


def shape_areas(shapes: Shapes, crs: CRS) -> Floats:
    """Return the ellipsoidal area of each shape in m²; `area_m2` on an array.

    Of a polygon that is not valid, each ring counts as its shoelace formula has it.
    """
    return sum_rings(shapes, lambda xy, starts: ring_areas(xy, starts, crs))


def sum_rings(shapes: Shapes, areas_of: Callable[[Floats, Ints], Floats]) -> Floats:
    """Return the sum of each shape's outer rings less its holes; 0 without any, NaN for None."""
    portions = [_sum_rings(shapes[rows], areas_of) for rows in _portions(shapes)]
    return np.concatenate(portions) if portions else np.zeros(0)


def _portions(shapes: Shapes) -> list[slice]:
    """Return slices of shapes that have about so many vertices together that working on them takes little memory."""
    before = np.cumsum(shapely.get_num_coordinates(shapes)) // _PORTION_VERTICES
    cuts = [0, *(np.flatnonzero(np.diff(before)) + 1).tolist(), len(shapes)]
    return [slice(start, end) for start, end in itertools.pairwise(cuts) if end > start]


def _sum_rings(shapes: Shapes, areas_of: Callable[[Floats, Ints], Floats]) -> Floats:
    if _one_ring_each(shapes):
        # Their vertices are those of their rings, which need not be taken out of them.
        return areas_of(*vertices_of(shapes))
    parts, owner = parts_of(shapes)
    rings, polygon = rings_of(parts)
    total = np.where(shapely.is_missing(shapes), np.nan, 0.0)
    if not len(rings):
        return total
    areas = areas_of(*vertices_of(rings))
    areas[1:][polygon[1:] == polygon[:-1]] *= -1.0
    return total + np.bincount(owner[polygon], areas, minlength=len(shapes))


def _one_ring_each(shapes: Shapes) -> bool:
    """Tell whether all shapes are polygons without holes."""
    plain = (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON) & (
        shapely.get_num_interior_rings(shapes) == 0
    )
    return bool(plain.all() and not shapely.is_empty(shapes).any())


def length_m(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> pd.Series[float]:
    """Return the length on the ellipsoid of each line, and the perimeter of each polygon.

    Parameters
    ----------
    frame : GeoDataFrame or GeoSeries
        As `area_m2`; an edge is straight in the CRS of the data.

    Returns
    -------
    Series
        m, index kept; 0 for points and empty geometries, NaN for None.

    Raises
    ------
    CrsError, GeometryError
        As `area_m2`.

    Examples
    --------
    >>> line = gpd.GeoSeries([shapely.LineString([(117.0, 39.0), (117.0, 39.1)])], crs=4490)
    >>> round(float(length_m(line)[0]), 3)
    11101.644
    """
    return pd.Series(shape_lengths(*_shapes(frame)), index=frame.index, dtype=float)


def shape_lengths(shapes: Shapes, crs: CRS) -> Floats:
    """Return the length on the ellipsoid of each shape in m; `length_m` on an array."""
    parts, owner = parts_of(shapes)
    rings, polygon = rings_of(parts)
    linear = np.isin(shapely.get_type_id(parts), (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING))
    lines, owners = np.concatenate([parts[linear], rings]), np.concatenate([owner[linear], owner[polygon]])
    total = np.where(shapely.is_missing(shapes), np.nan, 0.0)
    if len(lines):
        total = total + np.bincount(owners, line_lengths(*vertices_of(lines), crs), minlength=len(shapes))
    return total


def distance_m(a: gpd.GeoDataFrame | gpd.GeoSeries, b: gpd.GeoDataFrame | gpd.GeoSeries) -> pd.Series[float]:
    """Return the geodesic distance between the nearest points of ``a`` and ``b``, row by row.

    The nearest points are found on a conformal plane, the data's own Gauss-Krüger or UTM grid or one laid through the
    middle of the data, and their distance on the ellipsoid.

    Parameters
    ----------
    a, b : GeoDataFrame or GeoSeries
        Of one index and one CRS.

    Returns
    -------
    Series
        m, index of ``a``; 0 where they touch, NaN where one is None or empty.

    Raises
    ------
    CrsMismatchError, CrsError

    Examples
    --------
    >>> a = gpd.GeoSeries([shapely.Point(117.0, 39.0)], crs=4490)
    >>> b = gpd.GeoSeries([shapely.Point(117.0, 39.1)], crs=4490)
    >>> round(float(distance_m(a, b)[0]), 3)
    11101.644
    """
    return pd.Series(_between(a, b)[1], index=a.index, dtype=float)


def azimuth_deg(a: gpd.GeoDataFrame | gpd.GeoSeries, b: gpd.GeoDataFrame | gpd.GeoSeries) -> pd.Series[float]:
    """Return the azimuth from ``a`` to ``b`` at their nearest points, row by row.

    Parameters
    ----------
    a, b : GeoDataFrame or GeoSeries
        As `distance_m`.

    Returns
    -------
    Series
        Degrees from true north, clockwise, in [0, 360); index of ``a``; NaN where they touch or one is None or empty.

    Raises
    ------
    CrsMismatchError, CrsError

    Examples
    --------
    >>> a = gpd.GeoSeries([shapely.Point(117.0, 39.0)], crs=4490)
    >>> b = gpd.GeoSeries([shapely.Point(117.0, 38.9)], crs=4490)
    >>> float(azimuth_deg(a, b)[0])
    180.0
    """
    return pd.Series(_between(a, b)[0], index=a.index, dtype=float)


def plane_area_m2(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> pd.Series[float]:
    """Return the plane area of each geometry in its own projection: a figure to stand beside `area_m2`, labelled.

    Parameters
    ----------
    frame : GeoDataFrame or GeoSeries
        In a projected CRS.

    Returns
    -------
    Series
        m² of the plane, index kept; NaN for None.

    Raises
    ------
    CrsError
        Degrees have no plane area, and that of the web maps' Mercator is 66 % too large at 39° N.
    """
    crs = norm_crs(frame.crs)
    if crs.is_geographic or is_pseudo_mercator(crs):
        raise CrsError("geo.no_plane_area", crs=crs_name(crs))
    unit = crs.axis_info[0].unit_conversion_factor
    return pd.Series(shapely.area(frame.geometry.array) * unit**2, index=frame.index, dtype=float)


def _shapes(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> tuple[Shapes, CRS]:
    return np.asarray(frame.geometry.array, dtype=object), norm_crs(frame.crs)


def parts_of(shapes: Shapes) -> tuple[Shapes, Ints]:
    """Return the single points, lines and polygons of all shapes, and whose they are."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    while (shapely.get_type_id(parts) >= shapely.GeometryType.MULTIPOINT).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    filled = ~shapely.is_empty(parts)
    return parts[filled], owner[filled]


def rings_of(shapes: Shapes) -> tuple[Shapes, Ints]:
    """Return the rings of polygons and whose they are, but for holes without a vertex, which files may hold."""
    rings, owner = shapely.get_rings(shapes, return_index=True)
    filled = ~shapely.is_empty(rings)
    return rings[filled], owner[filled]


def vertices_of(lines: Shapes) -> tuple[Floats, Ints]:
    """Return the vertices of all lines, one after the other, and where each starts (and the end)."""
    xy = shapely.get_coordinates(lines)
    if not np.isfinite(xy).all():
        raise GeometryError("geo.not_finite_shape")
    return xy, np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(lines))])


def _between(a: gpd.GeoDataFrame | gpd.GeoSeries, b: gpd.GeoDataFrame | gpd.GeoSeries) -> tuple[Floats, Floats]:
    """Return azimuth (degrees) and distance (m) between nearest points."""
    crs = require_same_crs(a, b)
    first, second = _shapes(a)[0], _shapes(b)[0]
    if not a.index.equals(b.index):
        raise ValueError("distances are taken row by row: the two indexes differ")
    plane = crs
    if not is_conformal(crs):
        plane = _local_plane(first, second, crs)
        course = Course(crs, plane)
        first, second = course.geometries(first), course.geometries(second)
    # The shape with more vertices comes first: it is the one whose prepared form pays.
    larger = shapely.get_num_coordinates(first) >= shapely.get_num_coordinates(second)
    one, two = np.where(larger, first, second), np.where(larger, second, first)
    shapely.prepare(one)
    ties = shapely.shortest_line(one, two)
    ties = np.where(larger, ties, shapely.reverse(ties))
    return _along(ties, plane)


def _along(ties: Shapes, crs: CRS) -> tuple[Floats, Floats]:
    """Return azimuth (degrees) and distance (m) from the first to the second end of lines of two vertices."""
    found = ~(shapely.is_missing(ties) | shapely.is_empty(ties))
    azimuth, distance = np.full(len(ties), np.nan), np.full(len(ties), np.nan)
    azimuth[found], distance[found] = places_apart(shapely.get_coordinates(ties[found]).reshape(-1, 4), crs)
    return azimuth, distance


def places_apart(ends: Floats, crs: CRS) -> tuple[Floats, Floats]:
    """Return azimuth (degrees, NaN where both are one place) and geodesic distance (m) between pairs of places.

    Parameters
    ----------
    ends : ndarray, shape (n, 4)
        x and y of the first, x and y of the second.
    crs : CRS

    Raises
    ------
    CrsError
        As `distance_m`.

    Examples
    --------
    >>> azimuth, distance = places_apart(np.array([[117.0, 39.0, 117.0, 39.1]]), norm_crs(4490))
    >>> azimuth.round(3).tolist(), distance.round(3).tolist()
    ([0.0], [11101.644])
    """
    lon, lat = lonlat_rad(ends[:, 0::2], ends[:, 1::2], crs)
    forward, _, metres = GEOD.inv(lon[:, 0], lat[:, 0], lon[:, 1], lat[:, 1], radians=True)
    apart = (ends[:, :2] != ends[:, 2:]).any(axis=1)
    return np.where(apart, np.mod(np.degrees(forward), 360.0), np.nan), np.where(apart, metres, 0.0)


def is_conformal(crs: CRS) -> bool:
    """Say whether nearest points in the plane of a CRS are nearest points on the ground: a transverse Mercator."""
    operation = unbound(crs).coordinate_operation
    return is_metric(crs) and operation is not None and operation.method_name.startswith("Transverse Mercator")


def _local_plane(first: Shapes, second: Shapes, crs: CRS) -> CRS:
    west, south, east, north = shapely.total_bounds(np.concatenate([first, second]))
    if not np.isfinite(west):
        return crs
    lon, _ = to_lonlat(np.array([(west + east) / 2]), np.array([(south + north) / 2]), crs)
    return _conformal_plane(crs, round(float(lon[0])))


@lru_cache(maxsize=64)
def _conformal_plane(crs: CRS, meridian: int) -> CRS:
    conversion = TransverseMercatorConversion(longitude_natural_origin=meridian)
    return norm_crs(ProjectedCRS(conversion, geodetic_crs=unbound(crs).geodetic_crs))
