"""The ellipsoidal area of the national land survey (三调), an opt-in for figures that must match the survey's.

TD/T 1055-2019 第三次全国国土调查技术规程: the plane boundary is densified to 70 m, led to latitude and longitude, and
summed as trapezoids between each edge and the meridian L = 0.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from ecozone.errors import CrsError
from ecozone.geo.arrays import Floats, Ints
from ecozone.geo.crs import crs_name, datum_name, norm_crs
from ecozone.geo.measures import sum_rings
from ecozone.geo.strips import GaussKruger, gauss_kruger

# The constants as the survey prints them; b is not that of GRS 80 to the last digit.
_B = 6_356_752.31414036
_C = 6_399_593.62586
_E2 = 0.00669438002290
_EP2 = 0.00673949677548
_SECONDS = 206_264.8062471
_K = (1.57048761144159e-7, 0.00505250178820567, 0.0000298472900956587, 2.41626669230084e-7, 2.22241238938534e-9)
_E4, _E6, _E8 = _E2**2, _E2**3, _E2**4
_SERIES = (
    1 + 3 / 6 * _E2 + 30 / 80 * _E4 + 35 / 112 * _E6 + 630 / 2304 * _E8,
    1 / 6 * _E2 + 15 / 80 * _E4 + 21 / 112 * _E6 + 420 / 2304 * _E8,
    3 / 80 * _E4 + 7 / 112 * _E6 + 180 / 2304 * _E8,
    1 / 112 * _E6 + 45 / 2304 * _E8,
    5 / 2304 * _E8,
)
_STEP_M = 70.0


def survey_area_m2(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> pd.Series[float]:
    """Return the area of each geometry as the land survey's acceptance tests compute it.

    Coordinates are rounded to 0.1 mm, edges longer than 70 m get ``int(length / 70)`` equally spaced points, latitude
    and longitude are rounded to 10⁻⁶ seconds. Outer rings add, holes subtract.

    Parameters
    ----------
    frame : GeoDataFrame or GeoSeries
        In a Gauss-Krüger CRS of CGCS2000, the number of the strip in the easting or not.

    Returns
    -------
    Series
        m², index kept, not rounded; 0 for points and lines, NaN for None.

    Raises
    ------
    CrsError
        Any other CRS.
    GeometryError
        Coordinates that are not finite.

    Examples
    --------
    >>> import shapely
    >>> square = gpd.GeoSeries([shapely.box(39535000, 4330000, 39536000, 4331000)], crs=4527)
    >>> round(float(survey_area_m2(square)[0]), 2)
    999968.97
    """
    crs = norm_crs(frame.crs)
    strip = gauss_kruger(crs)
    if strip is None or datum_name(crs) != "China 2000":
        raise CrsError("geo.gauss_needed", crs=crs_name(crs))
    shapes = np.asarray(frame.geometry.array, dtype=object)
    total = sum_rings(shapes, lambda xy, starts: _ring_areas(xy, starts, strip))
    return pd.Series(total, index=frame.index, dtype=float)


def _ring_areas(xy: Floats, starts: Ints, strip: GaussKruger) -> Floats:
    plane = _rounded(xy, 4)
    first = np.delete(np.arange(len(plane)), starts[1:] - 1)
    low, high = plane[first], plane[first + 1]
    length = np.hypot(*(high - low).T)
    pieces = np.where(length > _STEP_M, (length / _STEP_M).astype(np.int64) + 1, 1)
    edge = np.repeat(np.arange(len(first)), pieces)
    part = (np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces))[:, None]
    ends = []
    for step in (part, part + 1):
        at = low[edge] + (high - low)[edge] * (step / pieces[edge, None])
        at = np.where(step == 0, low[edge], np.where(step == pieces[edge, None], high[edge], _rounded(at, 6)))
        ends.append([_rounded(angle * _SECONDS, 6) / _SECONDS for angle in _latitude_longitude(at, strip)])
    (b1, l1), (b2, l2) = ends
    ring = np.repeat(np.arange(len(starts) - 1), np.diff(starts) - 1)[edge]
    return np.abs(np.bincount(ring, _trapezoids(b1, l1, b2, l2), minlength=len(starts) - 1))


def _rounded(values: Floats, decimals: int) -> Floats:
    scale = 10.0**decimals
    return np.floor(values * scale + 0.5) / scale


def _latitude_longitude(xy: Floats, strip: GaussKruger) -> tuple[Floats, Floats]:
    """Return B and L in radians by the survey's series."""
    x, y = xy[:, 1], xy[:, 0] - strip.false_easting
    arc = _K[0] * x
    sine = np.sin(arc)
    foot = arc + np.cos(arc) * sine * (_K[1] - sine**2 * (_K[2] - sine**2 * (_K[3] - sine**2 * _K[4])))
    t, cosine = np.tan(foot), np.cos(foot)
    eta2 = _EP2 * cosine**2
    v2 = 1 + eta2
    r = y * np.sqrt(v2) / _C
    t2 = t * t
    latitude = foot - v2 * t * (
        r**2 / 2 - (5 + 3 * t2 + eta2 - 9 * eta2 * t2) * r**4 / 24 + (61 + 90 * t2 + 45 * t2 * t2) * r**6 / 720
    )
    along = r - (1 + 2 * t2 + eta2) * r**3 / 6 + (5 + 28 * t2 + 24 * t2 * t2 + 6 * eta2 + 8 * eta2 * t2) * r**5 / 120
    return latitude, along / cosine + np.radians(strip.central_meridian)


def _trapezoids(b1: Floats, l1: Floats, b2: Floats, l2: Floats) -> Floats:
    half, middle = (b2 - b1) / 2, (b1 + b2) / 2
    total = np.zeros_like(half)
    for k, factor in enumerate(_SERIES):
        total += (-1.0) ** k * factor * np.sin((2 * k + 1) * half) * np.cos((2 * k + 1) * middle)
    return _B**2 * (l1 + l2) * total
