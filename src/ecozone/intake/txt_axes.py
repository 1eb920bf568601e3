"""Which of a point's two numbers is north, told from where the numbers of China lie; never by habit alone.

By the layout X is north and comes first; drawings and some programs write it the other way round. Northings, eastings
with and without the number of their strip, latitudes and longitudes lie in ranges that do not touch, so that the order
is either plain or unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecozone.errors import GeometryError
from ecozone.geo import zone_width
from ecozone.intake.ranges import EASTING, LATITUDE, LONGITUDE, NORTHING, ZONED_EASTING
from ecozone.intake.txt_lines import Point

Floats = NDArray[np.float64]
_UNKNOWN, _DEGREES, _PLAIN = 0, -1, 1


@dataclass(frozen=True)
class Numbers:
    """What the numbers of a parcel are.

    Parameters
    ----------
    degrees : bool
        Degrees of latitude and longitude, else metres.
    zone : int or None
        The number of the strip that the eastings carry.
    local : bool
        Metres of a system whose place the user's control points give; north comes first, as the layout has it.
    """

    degrees: bool = False
    zone: int | None = None
    local: bool = False


@dataclass(frozen=True)
class Axes:
    """The points of a parcel as x = east and y = north, and whether the file has them the other way round."""

    x: Floats
    y: Floats
    numbers: Numbers
    swapped: bool


def sort_axes(points: Sequence[Point], *, local: bool = False) -> Axes:
    """Return the coordinates of a parcel's points, one kind and one order for all.

    Parameters
    ----------
    points : sequence of Point
    local : bool
        Whether numbers of no known kind are those of a local system; otherwise they are refused.

    Raises
    ------
    GeometryError
        Where the numbers of a point are of no kind that is known, or of another kind than those of the first.
    """
    first = np.array([point.first for point in points])
    second = np.array([point.second for point in points])
    straight, turned = _kinds(first, second), _kinds(second, first)
    swapped = int(np.count_nonzero(turned)) > int(np.count_nonzero(straight))
    kinds = turned if swapped else straight
    if local and not (straight.any() or turned.any()):
        return Axes(second, first, Numbers(local=True), False)
    for at in np.flatnonzero(kinds == _UNKNOWN).tolist():
        wrong = points[at]
        key = "intake.txt_numbers_unknown" if (turned[at] == straight[at]) else "intake.txt_numbers_mixed"
        raise GeometryError(key, line=wrong.line, text=wrong.text)
    other = np.flatnonzero(kinds != kinds[0])
    if len(other):
        wrong = points[int(other[0])]
        raise GeometryError("intake.txt_numbers_mixed", line=wrong.line, text=wrong.text)
    kind = int(kinds[0])
    numbers = Numbers(kind == _DEGREES, kind if kind > _PLAIN else None)
    return Axes(first, second, numbers, True) if swapped else Axes(second, first, numbers, False)


def _within(values: Floats, span: tuple[float, float]) -> NDArray[np.bool_]:
    return (values >= span[0]) & (values <= span[1])


def _kinds(north: Floats, east: Floats) -> NDArray[Any]:
    """Return for each point the number of its strip, or one of the words above."""
    kinds = np.full(len(north), _UNKNOWN)
    kinds[_within(north, LATITUDE) & _within(east, LONGITUDE)] = _DEGREES
    metres = _within(north, NORTHING)
    kinds[metres & _within(east, EASTING)] = _PLAIN
    zones = np.where(_within(east, ZONED_EASTING), east // 1e6, 0).astype(int)
    known = np.isin(zones, [zone for zone in np.unique(zones) if zone_width(int(zone))])
    zoned = metres & known & _within(east - zones * 1e6, EASTING)
    kinds[zoned] = zones[zoned]
    return kinds
