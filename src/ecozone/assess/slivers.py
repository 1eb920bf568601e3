"""Thin strips along a boundary, as redrawing leaves them, apart from the rest of a shape."""

from __future__ import annotations

import geopandas as gpd
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from ecozone.geo import GRID_M, difference, intersection

_MITRE = "mitre"


def split_thin(shape: BaseGeometry, width_m: float | None, crs: CRS) -> tuple[BaseGeometry, BaseGeometry]:
    """Return what of a polygon is as wide as ``width_m`` or wider, and what is thinner; together they are the polygon.

    The wide part is the polygon's morphological opening: where it is shrunk by half the width and grown again. Corners
    are kept sharp, so that a wide part loses nothing at its own.

    Parameters
    ----------
    shape : polygon
        Valid, in a metric CRS.
    width_m : float or None
        Nothing is thin where it is None.

    Examples
    --------
    >>> crs = CRS.from_epsg(4548)
    >>> flag = shapely.union(shapely.box(0, 0, 100, 2), shapely.box(0, 0, 30, 50))
    >>> [part.area for part in split_thin(flag, 10.0, crs)]
    [1500.0, 140.0]
    """
    nothing = shapely.Polygon()
    if width_m is None or shape.is_empty:
        return shape, nothing
    # A strip of just this width is not thinner.
    reach = width_m / 2.0 - GRID_M
    core = shapely.buffer(shape, -reach, join_style=_MITRE)
    if core.is_empty:
        return nothing, shape
    grown = shapely.buffer(core, reach, join_style=_MITRE)
    one = gpd.GeoSeries([shape], crs=crs)
    wide = intersection(one, gpd.GeoSeries([grown], crs=crs))
    thin = difference(one, wide).iloc[0]
    if thin.area <= GRID_M * shape.length:
        return shape, nothing
    return wide.iloc[0], thin


def is_thin(shape: BaseGeometry, width_m: float | None) -> bool:
    """Tell whether all of a polygon is thinner than ``width_m``."""
    return shape.is_empty or (width_m is not None and shapely.buffer(shape, GRID_M - width_m / 2.0).is_empty)
