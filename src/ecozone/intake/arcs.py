"""Arcs of circles made of straight edges, finely enough that no area check can tell.

Points of the plane are complex numbers, x + iy.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.complex128]

#: An edge stays as near to its arc as this (m) …
DEVIATION_M = 0.001
#: … and is no longer than this part of a circle, so that a small circle loses 5e-7 of its area at the most.
STEP_DEGREES = 0.1
#: An arc that rises less than this above its chord (m) is straight.
_STRAIGHT_M = 1e-6


def sweep(centre: complex, start: complex, angle: float, metre: float = 1.0) -> Points:
    """Return points on a circle, from ``start`` through ``angle``; both ends are among them.

    Parameters
    ----------
    centre, start : complex
        Metres or degrees.
    angle : float
        Radians, counter-clockwise; clockwise where negative.
    metre : float
        How long a metre is in their unit.

    Examples
    --------
    >>> half = sweep(0j, 10 + 0j, math.pi)
    >>> len(half), round(float(half[-1].real), 9)
    (1801, -10.0)
    """
    arm = start - centre
    step = math.radians(STEP_DEGREES)
    deviation = DEVIATION_M * metre
    if abs(arm) > deviation:
        # The rise of an arc above its chord is r (1 - cos(step / 2)) = 2 r sin²(step / 4).
        step = min(step, 4 * math.asin(math.sqrt(deviation / (2 * abs(arm)))))
    count = max(1, math.ceil(abs(angle) / step - 1e-9))
    turned: Points = centre + arm * np.exp(1j * np.linspace(0.0, angle, count + 1))
    turned[0] = start
    return turned


def circle(centre: complex, radius: float, metre: float = 1.0) -> Points:
    """Return a closed ring, counter-clockwise from the east."""
    ring = sweep(centre, centre + radius, 2 * math.pi, metre)
    ring[-1] = ring[0]
    return ring


def bulged(start: complex, end: complex, bulge: float, metre: float = 1.0) -> Points:
    """Return the points of an edge from ``start`` to ``end`` that bulges as in a DXF; both ends are among them.

    Parameters
    ----------
    bulge : float
        Tangent of a quarter of the arc's angle, positive to the right of the way (AutoCAD DXF reference, LWPOLYLINE,
        group 42).

    Examples
    --------
    >>> complex(np.round(bulged(0j, 2 + 0j, 1.0)[900], 9))
    (1-1j)
    """
    chord = end - start
    if abs(bulge * chord) / 2 < _STRAIGHT_M * metre:
        return np.array([start, end])
    centre = start + chord * (0.5 + 0.25j * (1 - bulge * bulge) / bulge)
    points = sweep(centre, start, 4 * math.atan(bulge), metre)
    points[-1] = end
    return points
