r"""Areas of small rings in a Gauss-Krüger or UTM grid: on the ellipsoid, without taking their vertices there.

A square metre of such a grid covers s(x, y) square metres of the ellipsoid, and over a parcel s is a parabola. So the
area of a ring follows from the value, slopes and bends of s at its first vertex and from the moments of the ring about
that vertex:

.. math:: \iint s = s A + s_x M_x + s_y M_y + s_{xx} I_{xx} / 2 + s_{xy} I_{xy} + s_{yy} I_{yy} / 2

Each square of 200 km of the grid has its Chebyshev series of s, the same whatever is measured. What is left out is
below 10⁻¹¹ of the area; the digits of longitudes and latitudes, which are 10⁻⁹ m, are not in it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.polynomial import chebyshev, polynomial
from pyproj import CRS

from ecozone.geo.arrays import Floats, Ints
from ecozone.geo.crs import is_metric, unbound
from ecozone.geo.ellipsoid import authalic_m2, lonlat_rad, on_ellipsoid

#: Rings no vertex of which lies farther from the first, east or north (m).
REACH_M = 1_000.0
_PATCH_M = 200_000.0
#: Farther from the central meridian (m), beyond 4 degrees of longitude, rings are not measured so.
_FARTHEST_M, _NORTHERNMOST_M = 400_000.0, 9_000_000.0
_PER_M = 2.0 / _PATCH_M
_NODES, _KEPT = 10, 7
_AT = chebyshev.chebpts1(_NODES)
_TO_SERIES = np.linalg.inv(chebyshev.chebvander(_AT, _NODES - 1))
#: Column n: the power series of the Chebyshev polynomial of degree n.
_TO_POWERS = np.stack([np.pad(p := chebyshev.cheb2poly(row), (0, _KEPT - len(p))) for row in np.eye(_KEPT)], axis=1)


def small_ring_areas(xy: Floats, starts: Ints, crs: CRS) -> Floats:
    """Return the area inside each small ring, in m², as `ecozone.geo.boundary.ring_areas` does; NaN of the others.

    Which ring is small, and its area, does not hang on what stands beside it.

    Parameters
    ----------
    xy, starts, crs
        As of `ecozone.geo.boundary.ring_areas`.

    Returns
    -------
    ndarray, shape (rings,)
        Not negative.
    """
    middle = _central_easting(crs)
    areas = np.full(len(starts) - 1, np.nan)
    if middle is None or not len(areas):
        return areas
    counts, heads = np.diff(starts), starts[:-1]
    first = xy[heads]
    x, y = (xy[:, axis] - np.repeat(first[:, axis], counts) for axis in (0, 1))
    reach = np.maximum(np.maximum.reduceat(np.abs(x), heads), np.maximum.reduceat(np.abs(y), heads))
    near = (np.abs(first[:, 0] - middle) <= _FARTHEST_M) & (np.abs(first[:, 1]) <= _NORTHERNMOST_M)
    small = np.flatnonzero((reach <= REACH_M) & near)
    # The edge from each vertex to the next; what leads from one ring to the next counts nothing.
    x0, x1, y0, y1 = x[:-1], x[1:], y[:-1], y[1:]
    cross = np.zeros(len(x))
    cross[:-1] = x0 * y1 - x1 * y0
    cross[starts[1:] - 1] = 0.0

    def moment(of: Floats) -> Floats:
        of *= cross[:-1]
        return np.asarray(np.add.reduceat(np.append(of, 0.0), heads))[small]

    scale = _scale(first[small], crs)
    plane = np.add.reduceat(cross, heads)[small]
    total = scale[0] * plane / 2.0 + (scale[1] * moment(x0 + x1) + scale[2] * moment(y0 + y1)) / 6.0
    total += (scale[3] * moment(x0 * x0 + (x0 + x1) * x1) + scale[5] * moment(y0 * y0 + (y0 + y1) * y1)) / 24.0
    total += scale[4] * moment((x0 + x0 + x1) * y0 + (x0 + x1 + x1) * y1) / 24.0
    areas[small] = np.abs(total)
    return areas


def _scale(at: Floats, crs: CRS) -> Floats:
    """Return s at points, and its derivatives to x, y, xx, xy, yy: shape (6, points)."""
    place = np.floor(at / _PATCH_M)
    out = np.empty((6, len(at)))
    for east, north in np.unique(place, axis=0).tolist():
        rows = np.flatnonzero((place[:, 0] == east) & (place[:, 1] == north))
        x, y = (at[rows] / _PATCH_M - (east, north)).T * 2.0 - 1.0
        out[:, rows] = _values(_series(crs, int(east), int(north)), x, y)
    return out


def _values(series: Floats, x: Floats, y: Floats) -> Floats:
    # Horner's scheme written out: a matrix product may round a point otherwise at another place in the array.
    total = np.zeros((len(series), len(x)))
    for power in range(series.shape[1] - 1, -1, -1):
        inner = np.repeat(series[:, power, -1:], len(x), axis=1)
        for factor in range(series.shape[2] - 2, -1, -1):
            inner *= y
            inner += series[:, power, factor, None]
        total *= x
        total += inner
    return total


@lru_cache(maxsize=256)
def _series(crs: CRS, east: int, north: int) -> Floats:
    """Return s, the determinant of ∂(λ, Q) / ∂(x, y), and its derivatives, as power series of a square of the grid.

    Shape (6, powers of x, powers of y).
    """
    x, y = (corner * _PATCH_M + (_AT + 1.0) / 2.0 * _PATCH_M for corner in (east, north))
    lon, lat = lonlat_rad(*np.meshgrid(x, y, indexing="ij"), crs)
    slopes = []
    for values in (lon - lon[0, 0], authalic_m2(lat) - authalic_m2(lat[:1, :1])):
        series = _TO_SERIES @ values @ _TO_SERIES.T
        slopes += [chebyshev.chebgrid2d(_AT, _AT, chebyshev.chebder(series, scl=_PER_M, axis=axis)) for axis in (0, 1)]
    lon_x, lon_y, q_x, q_y = slopes
    series = (_TO_SERIES @ (lon_x * q_y - lon_y * q_x) @ _TO_SERIES.T)[:_KEPT, :_KEPT]
    value = _TO_POWERS @ series @ _TO_POWERS.T
    of_x, of_y = _slope(value, 0), _slope(value, 1)
    out = np.zeros((6, _KEPT, _KEPT))
    for found, one in zip(out, (value, of_x, of_y, _slope(of_x, 0), _slope(of_x, 1), _slope(of_y, 1)), strict=True):
        found[: one.shape[0], : one.shape[1]] = one
    return out


def _slope(series: Floats, axis: int) -> Floats:
    return np.asarray(polynomial.polyder(series, scl=_PER_M, axis=axis), dtype=np.float64)


@lru_cache(maxsize=64)
def _central_easting(crs: CRS) -> float | None:
    """Return the easting of the central meridian of a Gauss-Krüger or UTM grid in metres, None of any other CRS."""
    operation = unbound(crs).coordinate_operation
    if operation is None or not operation.method_name.startswith("Transverse Mercator"):
        return None
    if not (is_metric(crs) and on_ellipsoid(crs)) or crs.is_bound:
        return None
    values = {parameter.name: float(parameter.value) for parameter in operation.params}
    easting = values.get("False easting")
    return easting if crs.axis_info[0].unit_conversion_factor == 1.0 else None
