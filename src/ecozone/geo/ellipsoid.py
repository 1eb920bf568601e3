"""Ellipsoidal area, length, distance, azimuth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pyproj import Geod

from ecozone.geo.crs import CGCS2000, norm_crs

GEOD = Geod(a=6378137.0, rf=298.257222101)


def _ll(series: Any) -> Any:
    return series.geometry.to_crs(CGCS2000)


def area_m2(series: Any) -> pd.Series:
    return pd.Series(
        [np.nan if g is None else abs(GEOD.geometry_area_perimeter(g)[0]) for g in _ll(series)],
        index=series.index,
        dtype=float,
    )


def length_m(series: Any) -> pd.Series:
    return pd.Series(
        [np.nan if g is None else GEOD.geometry_length(g) for g in _ll(series)], index=series.index, dtype=float
    )


def _points(a: Any, b: Any) -> Any:
    import shapely

    lines = shapely.shortest_line(_ll(a).array, _ll(b).array)
    xy = shapely.get_coordinates(lines).reshape(-1, 4)
    return GEOD.inv(*xy.T)


def distance_m(a: Any, b: Any) -> pd.Series:
    return pd.Series(_points(a, b)[2], index=a.index, dtype=float)


def azimuth_deg(a: Any, b: Any) -> pd.Series:
    return pd.Series(_points(a, b)[0] % 360, index=a.index, dtype=float)


def plane_area_m2(series: Any) -> pd.Series:
    return series.geometry.area


def authalic_m2(latitude: Any) -> Any:
    a, f = 6378137.0, 1 / 298.257222101
    e = np.sqrt(f * (2 - f))
    s = np.sin(np.radians(latitude))
    return a * a * (1 - e * e) / 2 * (s / (1 - e * e * s * s) + np.arctanh(e * s) / e)


def pixel_area_rows(transform: Any, height: int, crs: Any) -> Any:
    """m² of one pixel in each row of a north-up geographic raster; shape (height,)."""
    rows = authalic_m2(transform.f + transform.e * np.arange(height + 1))
    return np.abs(np.diff(rows)) * np.radians(abs(transform.a))


def areal_scale(x: Any, y: Any, crs: Any) -> Any:
    """m² of ellipsoid per m² (or deg²) of the grid at points."""
    from ecozone.geo.transform import transform_xy

    x, y = np.asarray(x, float), np.asarray(y, float)
    h = 1e-3 if norm_crs(crs).is_geographic else 100.0
    la, pa = transform_xy(x + h, y, crs, CGCS2000)
    lb, pb = transform_xy(x - h, y, crs, CGCS2000)
    lc, pc = transform_xy(x, y + h, crs, CGCS2000)
    ld, pd_ = transform_xy(x, y - h, crs, CGCS2000)
    dl, dq = np.radians(la - lb), authalic_m2(pa) - authalic_m2(pb)
    el, eq = np.radians(lc - ld), authalic_m2(pc) - authalic_m2(pd_)
    return np.abs(dl * eq - dq * el) / (4 * h * h)
