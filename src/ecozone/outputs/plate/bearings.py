"""What the edges of a map say of the earth: grid lines, longitude and latitude, and where true north is."""

from __future__ import annotations

import math
from typing import Any

from ecozone.geo import CGCS2000, transform_xy
from ecozone.outputs.plate.layout import View, round_step

#: How far apart grid lines stand on paper at least, in mm.
_APART_MM = 42.0
#: The step along the meridian that its direction is measured on, in degrees.
_STEP = 1e-3


def grid_lines(view: View) -> tuple[list[float], list[float]]:
    """Return the eastings and the northings of a view's grid, in metres: round numbers."""
    step = round_step(_APART_MM * view.scale / 1000.0)
    west, south, east, north = view.bounds
    return _multiples(west, east, step), _multiples(south, north, step)


def _multiples(low: float, high: float, step: float) -> list[float]:
    return [place * step for place in range(math.ceil(low / step), math.floor(high / step) + 1)]


def convergence_deg(x: float, y: float, crs: Any) -> float:
    """Return the meridian convergence at a place of a CRS: grid north as seen from true north, clockwise, in degrees.

    It is measured on the way that a step along the meridian takes in the plane.

    >>> round(convergence_deg(39_525_951.0, 4_329_648.0, 4527), 4)
    0.1892
    """
    longitude, latitude = transform_xy(x, y, crs, CGCS2000)
    there_x, there_y = transform_xy(longitude, latitude + _STEP, CGCS2000, crs)
    here_x, here_y = transform_xy(longitude, latitude, CGCS2000, crs)
    return -math.degrees(math.atan2(float(there_x - here_x), float(there_y - here_y)))


def corner_words(view: View, crs: Any) -> tuple[str, str, str, str]:
    """Return longitude and latitude of the corners: lower left, lower right, upper left, upper right."""
    west, south, east, north = view.bounds
    corners = ((west, south), (east, south), (west, north), (east, north))
    found = [transform_xy(x, y, crs, CGCS2000) for x, y in corners]
    words = [f"{sexagesimal(float(lon), 'EW')} {sexagesimal(float(lat), 'NS')}" for lon, lat in found]
    return words[0], words[1], words[2], words[3]


def sexagesimal(degrees: float, signs: str = "") -> str:
    """Write degrees, minutes and seconds, with a letter for the side or a sign.

    >>> sexagesimal(117.2599999, "EW"), sexagesimal(-0.1892)
    ('117°15′36″E', '−0°11′21″')
    """
    seconds = round(abs(degrees) * 3600)
    body = f"{seconds // 3600}°{seconds // 60 % 60:02d}′{seconds % 60:02d}″"
    if signs:
        return body + signs[degrees < 0]
    return ("−" if degrees < 0 else "+") + body
