"""GCJ-02 and BD-09, the shifted coordinates of Chinese web maps, to CGCS2000 and back without loss.

Neither is published by its makers, who state no accuracy. GCJ-02 (Amap, Tencent, Google's map of China) is WGS 84 plus
a polynomial and sines of the place; the formula became public as ``EvilTransform.cs`` (on4wp7, changeset 21483) and
stands alike in eviltransform (googollee), coordtransform (wandergis) and gcoord (hujiulong). BD-09 (Baidu) turns and
stretches GCJ-02 once more around 0°, 0° (the latter two).

The way back has no formula. It is the fixed point of ``shifted - shift(place)``: each step leaves 1 % of the error for
GCJ-02 and 2 % for BD-09, so that a few steps reach `TOLERANCE_DEG`, and what does not reach it is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args

import numpy as np

from ecozone.errors import CrsError, UsageError
from ecozone.geo.arrays import Floats, Mask

Datum = Literal["gcj02", "bd09", "wgs84", "cgcs2000"]
DATUMS: tuple[Datum, ...] = get_args(Datum)
#: How users and files write them; ovkml's ``OvCoordType`` among them.
DATUM_NAMES: dict[Datum, str] = {"gcj02": "GCJ-02", "bd09": "BD-09", "wgs84": "WGS 84", "cgcs2000": "CGCS2000"}

#: West, south, east, north of the formula's own "inside China", degrees of WGS 84, edges included. It is a rectangle:
#: Korea, Vietnam, Nepal and much of Mongolia lie in it, and a point outside is not shifted.
CHINA: tuple[float, float, float, float] = (72.004, 0.8293, 137.8347, 55.8271)

#: The formula's own ellipsoid: Krassovsky 1940 (a, e²). Only the size of a degree is taken from it.
_A, _EE = 6_378_245.0, 0.006_693_421_622_965_943_23
#: BD-09's own constants: frequency of its waves, their height along and across, and its offset in degrees.
_WAVE, _ALONG, _ACROSS, _EAST, _NORTH = np.pi * 3000.0 / 180.0, 2e-5, 3e-6, 0.0065, 0.006

#: An answer, shifted again, is this near to what was asked: 0.1 µm.
TOLERANCE_DEG = 1e-12
_MOST_STEPS = 30
#: No GCJ-02 shift inside `CHINA` is longer; farther out a point cannot come from inside.
_REACH_DEG = 0.05

_Way = Callable[[Floats, Floats], tuple[Floats, Floats]]


def norm_datum(value: str) -> Datum:
    """Return the datum that a word means, however it is written.

    Raises
    ------
    UsageError
        Not one of `DATUMS`.

    Examples
    --------
    >>> norm_datum("GCJ-02"), norm_datum("WGS 84")
    ('gcj02', 'wgs84')
    """
    plain = "".join(letter for letter in value.casefold() if letter not in "-_ ")
    for datum in DATUMS:
        if plain == datum:
            return datum
    raise UsageError("geo.mapshift_unknown", value=value, known=", ".join(DATUMS))


def in_china(lon: Any, lat: Any) -> Mask:
    """Say which places lie in the rectangle `CHINA`, degrees of WGS 84.

    >>> in_china([117.4, 2.35], [39.1, 48.85]).tolist()
    [True, False]
    """
    west, south, east, north = CHINA
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    inside: Mask = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    return inside


def gcj02_from_wgs84(lon: Any, lat: Any) -> tuple[Floats, Floats]:
    """Return GCJ-02 longitude and latitude of places in WGS 84 or CGCS2000.

    Parameters
    ----------
    lon, lat : float or array
        Degrees, of shapes that fit each other.

    Returns
    -------
    lon, lat : ndarray
        Degrees. Places outside `CHINA` are as they were.

    Raises
    ------
    CrsError
        Not numbers of degrees.

    Examples
    --------
    >>> lon, lat = gcj02_from_wgs84(117.403, 39.1325)
    >>> round(float(lon), 9), round(float(lat), 9)
    (117.409566915, 39.133682545)
    """
    x, y = _degrees(lon, lat)
    inside = in_china(x, y)
    shift_x, shift_y = _gcj02_shift(x[inside], y[inside])
    x[inside] += shift_x
    y[inside] += shift_y
    return x, y


def wgs84_from_gcj02(lon: Any, lat: Any) -> tuple[Floats, Floats]:
    """Return the one place in WGS 84 (CGCS2000) whose `gcj02_from_wgs84` is given.

    Parameters
    ----------
    lon, lat : float or array
        Degrees of GCJ-02.

    Returns
    -------
    lon, lat : ndarray
        Degrees, to `TOLERANCE_DEG`.

    Raises
    ------
    CrsError
        Not numbers of degrees; or no place or two places have these coordinates, as happens within 0.8 km of the edge
        of `CHINA`, where the shift sets in at once.

    Examples
    --------
    >>> lon, lat = wgs84_from_gcj02(*gcj02_from_wgs84(117.403, 39.1325))
    >>> round(float(lon), 11), round(float(lat), 11)
    (117.403, 39.1325)
    """
    x, y = _degrees(lon, lat)
    west, south, east, north = CHINA
    near = (x >= west - _REACH_DEG) & (x <= east + _REACH_DEG) & (y >= south - _REACH_DEG) & (y <= north + _REACH_DEG)
    from_x, from_y = _undo(_gcj02, x[near], y[near], "GCJ-02")
    shifted, as_is = in_china(from_x, from_y), ~in_china(x[near], y[near])
    if (shifted == as_is).any():
        i = int(np.argmax(shifted == as_is))
        raise _no_inverse(x[near][i], y[near][i], "GCJ-02")
    x[near], y[near] = np.where(shifted, from_x, x[near]), np.where(shifted, from_y, y[near])
    return x, y


def bd09_from_gcj02(lon: Any, lat: Any) -> tuple[Floats, Floats]:
    """Return BD-09 longitude and latitude (Baidu's ``bd09ll``) of places in GCJ-02, wherever they are.

    Parameters and errors as `gcj02_from_wgs84`; the formula has no edge.

    Examples
    --------
    >>> lon, lat = bd09_from_gcj02(117.409566915, 39.133682545)
    >>> round(float(lon), 6), round(float(lat), 6)
    (117.41618, 39.139386)
    """
    return _bd09(*_degrees(lon, lat))


def gcj02_from_bd09(lon: Any, lat: Any) -> tuple[Floats, Floats]:
    """Return the place in GCJ-02 whose `bd09_from_gcj02` is given, to `TOLERANCE_DEG`.

    Parameters and errors as `wgs84_from_gcj02`.
    """
    return _undo(_bd09, *_degrees(lon, lat), "BD-09")


def bd09_from_wgs84(lon: Any, lat: Any) -> tuple[Floats, Floats]:
    """Return BD-09 longitude and latitude of places in WGS 84 or CGCS2000, over GCJ-02."""
    return bd09_from_gcj02(*gcj02_from_wgs84(lon, lat))


def wgs84_from_bd09(lon: Any, lat: Any) -> tuple[Floats, Floats]:
    """Return the place in WGS 84 (CGCS2000) whose `bd09_from_wgs84` is given; as `wgs84_from_gcj02`."""
    return wgs84_from_gcj02(*gcj02_from_bd09(lon, lat))


def _same(lon: Any, lat: Any) -> tuple[Floats, Floats]:
    return _degrees(lon, lat)


#: WGS 84 and CGCS2000 count as one: they differ by decimetres, and no shift between them is published.
FROM_CGCS2000: dict[Datum, _Way] = {
    "gcj02": gcj02_from_wgs84,
    "bd09": bd09_from_wgs84,
    "wgs84": _same,
    "cgcs2000": _same,
}
TO_CGCS2000: dict[Datum, _Way] = {
    "gcj02": wgs84_from_gcj02,
    "bd09": wgs84_from_bd09,
    "wgs84": _same,
    "cgcs2000": _same,
}


def _degrees(lon: Any, lat: Any) -> tuple[Floats, Floats]:
    """Return copies that can be written to, checked."""
    x, y = np.broadcast_arrays(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
    x, y = np.array(x), np.array(y)
    lost = ~((np.abs(x) <= 180.0) & (np.abs(y) <= 90.0))
    if lost.any():
        i = int(np.argmax(lost))
        raise CrsError("geo.mapshift_not_degrees", x=f"{x.flat[i]:.10g}", y=f"{y.flat[i]:.10g}")
    return x, y


def _gcj02_shift(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return the shift in degrees, the formula's metres over the metres in a degree."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    waves = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    north = waves + 20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi * y / 3.0)
    north += 160.0 * np.sin(np.pi * y / 12.0) + 320.0 * np.sin(np.pi * y / 30.0)
    east = waves + 20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi * x / 3.0)
    east += 150.0 * np.sin(np.pi * x / 12.0) + 300.0 * np.sin(np.pi * x / 30.0)
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + 2.0 / 3.0 * north
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + 2.0 / 3.0 * east
    latitude = np.radians(lat)
    w2 = 1.0 - _EE * np.sin(latitude) ** 2
    w = np.sqrt(w2)
    return np.degrees(east_m * w / (_A * np.cos(latitude))), np.degrees(north_m * w2 * w / (_A * (1.0 - _EE)))


def _gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return GCJ-02 as if the formula had no edge."""
    shift_x, shift_y = _gcj02_shift(lon, lat)
    return lon + shift_x, lat + shift_y


def _bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    radius = np.hypot(lon, lat) + _ALONG * np.sin(lat * _WAVE)
    angle = np.arctan2(lat, lon) + _ACROSS * np.cos(lon * _WAVE)
    return radius * np.cos(angle) + _EAST, radius * np.sin(angle) + _NORTH


def _undo(shifted: _Way, lon: Floats, lat: Floats, name: str) -> tuple[Floats, Floats]:
    """Return the place that ``shifted`` takes to ``lon``, ``lat``."""
    x, y = lon.copy(), lat.copy()
    far = np.ones(lon.shape, dtype=np.bool_)
    for _ in range(_MOST_STEPS):
        to_x, to_y = shifted(x, y)
        far = ~(np.maximum(np.abs(to_x - lon), np.abs(to_y - lat)) <= TOLERANCE_DEG)
        if not far.any():
            return x, y
        # A point that has arrived stays, so that its answer does not depend on the others in the array.
        x, y = np.where(far, x + (lon - to_x), x), np.where(far, y + (lat - to_y), y)
    i = int(np.argmax(far))
    raise _no_inverse(lon.flat[i], lat.flat[i], name)


def _no_inverse(lon: float, lat: float, name: str) -> CrsError:
    return CrsError("geo.mapshift_no_inverse", x=f"{lon:.10g}", y=f"{lat:.10g}", datum=name)
