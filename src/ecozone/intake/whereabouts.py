"""Where the numbers of a file lie on the Earth, read in one CRS: a box in degrees, and its distance from another."""

from __future__ import annotations

from typing import Any

import numpy as np
from pyproj import CRS

from ecozone.errors import CrsError
from ecozone.geo import is_geographic, norm_crs, transform_xy
from ecozone.geo.arrays import Floats
from ecozone.intake.ranges import Span

#: West, south, east, north; degrees.
Box = tuple[float, float, float, float]

#: Share of the points that must be in a range: one mistyped corner hides no reading.
MOST_OF = 0.9
_WORLD: tuple[Span, Span] = ((-180.0, 180.0), (-90.0, 90.0))
#: Along a meridian, to the nearest hundred metres.
KM_PER_DEGREE = 111.2


def place_name(lon: float, lat: float) -> str:
    """Return a place as people read it.

    >>> place_name(117.3501, 39.11309), place_name(-70.5, -33.4)
    ('117.3501°E 39.1131°N', '70.5000°W 33.4000°S')
    """
    return f"{abs(lon):.4f}°{'E' if lon >= 0 else 'W'} {abs(lat):.4f}°{'N' if lat >= 0 else 'S'}"


def middle_of(box: Box) -> str:
    """Return the middle of a box, as people read it."""
    west, south, east, north = box
    return place_name((west + east) / 2.0, (south + north) / 2.0)


def place_of(xy: Any, crs: CRS) -> str | None:
    """Return where coordinates lie, None where their CRS gives them no place."""
    points = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
    points = points[np.isfinite(points).all(axis=1)]
    bounds = bounds_of(points, crs) if len(points) else None
    return None if bounds is None else middle_of(bounds)


def in_ranges(points: Floats, first: Span, second: Span) -> bool:
    """Tell whether most points have their first number in one range and the second in the other."""
    x, y = points[:, 0], points[:, 1]
    inside = (x >= first[0]) & (x <= first[1]) & (y >= second[0]) & (y <= second[1])
    return bool(inside.mean() >= MOST_OF)


def bounds_of(points: Floats, crs: CRS) -> Box | None:
    """Return the box of most of the points in degrees on the CRS's own datum, None where it cannot be had."""
    low, high = np.quantile(points, (1 - MOST_OF) / 2, axis=0), np.quantile(points, (1 + MOST_OF) / 2, axis=0)
    if len(points) < 10:
        low, high = points.min(axis=0), points.max(axis=0)
    x = np.array([low[0], high[0], low[0], high[0]])
    y = np.array([low[1], low[1], high[1], high[1]])
    if not is_geographic(crs):
        assert crs.geodetic_crs is not None
        try:
            x, y = transform_xy(x, y, crs, norm_crs(crs.geodetic_crs))
        except CrsError:
            # The numbers contradict the CRS; whoever checks them says why.
            return None
    elif not in_ranges(np.column_stack([x, y]), *_WORLD):
        return None
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def touches(bounds: Box, around: Box | None) -> bool | None:
    """Tell whether two boxes share a place; None where the second is not known."""
    return None if around is None else _gaps(bounds, around) == (0.0, 0.0)


def _gaps(bounds: Box, around: Box) -> tuple[float, float]:
    east = max(around[0] - bounds[2], bounds[0] - around[2], 0.0)
    north = max(around[1] - bounds[3], bounds[1] - around[3], 0.0)
    return east, north


def away_km(bounds: Box, around: Box | None) -> float | None:
    """Return how far apart two boxes are, to the nearest kilometres; None where the second is not known."""
    if around is None:
        return None
    east, north = _gaps(bounds, around)
    middle = np.radians((around[1] + around[3]) / 2.0)
    return float(np.hypot(east * np.cos(middle), north) * KM_PER_DEGREE)
