"""Change of coordinates: checked, and with straight edges kept where they are on the ground."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from geopandas import GeoDataFrame, GeoSeries

from ecozone.geo.arrays import Floats
from ecozone.geo.coordinates import check_coordinates, check_points
from ecozone.geo.crs import norm_crs, same_crs
from ecozone.geo.densify import Course

Frame = TypeVar("Frame", GeoDataFrame, GeoSeries)


def reproject(frame: Frame, crs: Any, *, tolerance_m: float = 0.001) -> Frame:
    """Return the same rows in another CRS, their edges still where they were on the ground.

    An edge that is straight in one CRS is not in another. Each edge gets as many new points as keep it within
    ``tolerance_m`` of the true course, the same points whichever way it is walked, so that neighbours stay neighbours.
    The sagitta of n equal pieces is that of the whole over n².

    Parameters
    ----------
    frame : GeoDataFrame or GeoSeries
        With a CRS. None and empty geometries pass; heights are left out.
    crs : anything that `norm_crs` takes
    tolerance_m : float
        Metres on the ground.

    Returns
    -------
    GeoDataFrame or GeoSeries
        A new frame; index, columns, name and attrs kept.

    Raises
    ------
    CrsError
        No trustworthy operation (see `operation`); coordinates that contradict their CRS (see `check_coordinates`) or
        do not come back from the new one.

    Notes
    -----
    A polygon that is valid in one CRS may be invalid in another: see `repair`.
    """
    src, dst = norm_crs(frame.crs), norm_crs(crs)
    series = frame.geometry
    geoms = np.asarray(series.array, dtype=object)
    if not same_crs(src, dst):
        check_coordinates(series, src)
        geoms = Course(src, dst, tolerance_m).geometries(geoms)
    moved = GeoSeries(geoms, index=series.index, crs=dst, name=series.name)
    if isinstance(frame, GeoDataFrame):
        return frame.copy().set_geometry(moved)
    moved.attrs = dict(series.attrs)
    return moved


def transform_xy(x: Any, y: Any, src: Any, dst: Any) -> tuple[Floats, Floats]:
    """Return points, given as numbers, in another CRS.

    Parameters
    ----------
    x, y : float or array
        East and north (longitude and latitude) in ``src``.
    src, dst : anything that `norm_crs` takes

    Returns
    -------
    x, y : ndarray
        In ``dst``, of the shape of the input.

    Raises
    ------
    CrsError
        As `reproject`.

    Examples
    --------
    >>> x, y = transform_xy(117.3, 39.1, 4490, 4527)
    >>> round(float(x), 3), round(float(y), 3)
    (39525951.325, 4329648.477)
    """
    origin, target = norm_crs(src), norm_crs(dst)
    check_points(x, y, origin)
    return Course(origin, target).points(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))
