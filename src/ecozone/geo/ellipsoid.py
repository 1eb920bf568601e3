"""The CGCS2000 ellipsoid, and where coordinates lie on it.

CGCS2000: a = 6 378 137 m, 1/f = 298.257222101 (GB 22021-2008). WGS 84 differs by 0.1 mm in b, 2·10⁻¹¹ of an area.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from pyproj import CRS, Geod

from ecozone.errors import CrsError
from ecozone.geo.arrays import Floats
from ecozone.geo.crs import CGCS2000, crs_name, norm_crs
from ecozone.geo.operation import operation, to_lonlat

SEMI_MAJOR_M = 6_378_137.0
INVERSE_FLATTENING = 298.257222101
GEOD = Geod(a=SEMI_MAJOR_M, rf=INVERSE_FLATTENING)

_E2 = (2.0 - 1.0 / INVERSE_FLATTENING) / INVERSE_FLATTENING
_E = math.sqrt(_E2)
_B2 = SEMI_MAJOR_M**2 * (1.0 - _E2)


def authalic_m2(latitude: Floats) -> Floats:
    """Return the area between the equator and a latitude, per radian of longitude.

    Snyder (1987), Map Projections, USGS PP 1395, equation 3-12 times a²/2.

    Parameters
    ----------
    latitude : ndarray
        Radians.

    Returns
    -------
    ndarray
        m² per radian of longitude.

    Examples
    --------
    >>> sphere = 4 * np.pi * authalic_m2(np.array(np.pi / 2))
    >>> round(float(sphere) / 1e12, 6)
    510.065622
    """
    sine = np.sin(latitude)
    return 0.5 * _B2 * (sine / (1.0 - _E2 * sine * sine) + np.arctanh(_E * sine) / _E)


def radii_m(latitude: Floats) -> tuple[Floats, Floats]:
    """Return the metres in a radian along the meridian and along the parallel at a latitude in radians."""
    w2 = 1.0 - _E2 * np.sin(latitude) ** 2
    w = np.sqrt(w2)
    return SEMI_MAJOR_M * (1.0 - _E2) / (w2 * w), SEMI_MAJOR_M * np.cos(latitude) / w


@lru_cache(maxsize=256)
def on_ellipsoid(crs: CRS) -> bool:
    """Say whether a CRS stands on GRS 80, CGCS2000 or WGS 84, whose areas are the same."""
    ellipsoid = crs.ellipsoid
    return (
        ellipsoid is not None
        and abs(ellipsoid.semi_major_metre - SEMI_MAJOR_M) < 1e-3
        and abs(ellipsoid.inverse_flattening - INVERSE_FLATTENING) < 1e-5
    )


def lonlat_rad(x: Any, y: Any, crs: CRS) -> tuple[Floats, Floats]:
    """Return longitude and latitude in radians on the CGCS2000 ellipsoid.

    On its own kind of ellipsoid a CRS keeps its own longitude and latitude: a realisation of the datum moves a parcel
    as a whole by decimetres and leaves its area. From another ellipsoid the way leads through a checked datum shift.

    Raises
    ------
    CrsError
        There is none, or a point has no longitude and latitude.
    """
    lon, lat = to_lonlat(x, y, crs) if on_ellipsoid(crs) else operation(crs, norm_crs(CGCS2000)).apply(x, y)
    lost = ~(np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90.0))
    if lost.any():
        i = int(np.argmax(lost))
        place = {"x": f"{np.ravel(x)[i]:.10g}", "y": f"{np.ravel(y)[i]:.10g}"}
        raise CrsError("geo.off_the_map", crs=crs_name(crs), **place)
    return np.radians(lon), np.radians(lat)
