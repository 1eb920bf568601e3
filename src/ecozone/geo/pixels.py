"""How much ground a cell of a grid covers."""

from __future__ import annotations

from typing import Any

import numpy as np
from affine import Affine

from ecozone.errors import CrsError
from ecozone.geo.arrays import Floats
from ecozone.geo.crs import crs_name, norm_crs
from ecozone.geo.densify import metres_per_unit
from ecozone.geo.ellipsoid import authalic_m2, lonlat_rad, on_ellipsoid, radii_m

_STEP_M = 200.0
#: Differences of the fourth order: f' = (8 (f(+h) - f(-h)) - (f(+2h) - f(-2h))) / 12h.
_STENCIL = ((1.0, 8.0), (2.0, -1.0))


def areal_scale(x: Any, y: Any, crs: Any) -> Floats:
    """Return how many m² of the ellipsoid one square unit of the grid covers at each point.

    Parameters
    ----------
    x, y : float or array
        East and north (longitude and latitude) in ``crs``; they broadcast.
    crs : anything that `norm_crs` takes

    Returns
    -------
    ndarray
        Of the points' shape: m² per square unit of a projection, m² per square degree of degrees.

    Raises
    ------
    CrsError
        The CRS cannot be led to the ellipsoid, or a point is not on it.

    Notes
    -----
    The determinant of ∂(λ, Q)/∂(x, y), Q the authalic function; good to 10⁻⁹.

    Examples
    --------
    >>> float(areal_scale(500000.0, 4330000.0, 4548).round(9))
    1.0
    >>> float(areal_scale(117.0, 39.1, 4490).round(-3))
    9603486000.0
    """
    plain = norm_crs(crs)
    east, north = (np.asarray(v, dtype=np.float64) for v in np.broadcast_arrays(x, y))
    if plain.is_geographic and on_ellipsoid(plain):
        meridian, parallel = radii_m(lonlat_rad(east, north, plain)[1])
        return np.asarray(meridian * parallel * np.radians(1.0) ** 2)
    step = _STEP_M / metres_per_unit(plain)
    (lon_x, q_x), (lon_y, q_y) = (_gradient(east, north, plain, dx, dy) for dx, dy in ((step, 0.0), (0.0, step)))
    return np.abs(lon_x * q_y - lon_y * q_x) / step**2


def _gradient(x: Floats, y: Floats, crs: Any, dx: float, dy: float) -> tuple[Floats, Floats]:
    lon_slope, q_slope = np.zeros(x.shape), np.zeros(x.shape)
    for reach, weight in _STENCIL:
        ahead = lonlat_rad(x + reach * dx, y + reach * dy, crs)
        behind = lonlat_rad(x - reach * dx, y - reach * dy, crs)
        lon_slope += weight / 12.0 * np.remainder(ahead[0] - behind[0] + np.pi, 2.0 * np.pi) - weight / 12.0 * np.pi
        q_slope += weight / 12.0 * (authalic_m2(ahead[1]) - authalic_m2(behind[1]))
    return lon_slope, q_slope


def pixel_area_rows(transform: Affine, height: int, crs: Any, *, first_row: int = 0) -> Floats:
    """Return the area on the ellipsoid of one pixel in each row of a raster in degrees.

    Parameters
    ----------
    transform : affine.Affine
        Of the raster, not rotated.
    height : int
        Rows asked for.
    crs : anything that `norm_crs` takes
        Geographic, on GRS 80, CGCS2000 or WGS 84.
    first_row : int
        The row that they start with.

    Returns
    -------
    ndarray, shape (height,)
        m²; exact: the area of any set of rows is their sum.

    Raises
    ------
    CrsError
        The raster is not in degrees, or on another ellipsoid: take `areal_scale`.

    Examples
    --------
    >>> pixel_area_rows(Affine(1 / 12000, 0, 117, 0, -1 / 12000, 39.1), 2, 4326).round(4).tolist()
    [66.6909, 66.691]
    """
    plain = norm_crs(crs)
    if not (plain.is_geographic and on_ellipsoid(plain)):
        raise CrsError("geo.degrees_needed", crs=crs_name(plain))
    if transform.b or transform.d:
        raise ValueError("the raster is rotated")
    edges = transform.f + transform.e * np.arange(first_row, first_row + height + 1, dtype=np.float64)
    under = authalic_m2(np.radians(edges))
    areas: Floats = np.abs(np.diff(under)) * np.radians(abs(transform.a))
    return areas
