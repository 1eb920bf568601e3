"""Hatches as lines and dots of their own, in mm: tiles of a viewer or printer come out faint, and in other sizes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ecozone.outputs.plate.layout import Box

#: Distance between lines in mm, by how often a mark is repeated.
_SPACING_MM = {2: 2.4, 3: 1.7, 5: 1.2}
_TURNS = {"/": (45.0,), "\\": (135.0,), "-": (0.0,), "|": (90.0,), "x": (45.0, 135.0), "+": (0.0, 90.0)}
#: Diameters of what stands in rows, in mm, by the marks that matplotlib knows, too.
_MARKS_MM = {".": 0.8, "o": 0.8, "*": 0.95}


def hatch_lines(pattern: str, box: Box) -> list[NDArray[np.float64]]:
    """Return the straight lines of a pattern that cover a box, each an array (2, 2)."""
    found: list[NDArray[np.float64]] = []
    for mark in dict.fromkeys(pattern):
        for turn in _TURNS.get(mark, ()):
            found += _lines(math.radians(turn), _SPACING_MM[pattern.count(mark)], box)
    return found


def hatch_marks(pattern: str, box: Box) -> list[tuple[str, float, NDArray[np.float64]]]:
    """Return the marks of a pattern that cover a box: which, its diameter in mm, and the places, an array (n, 2)."""
    return [
        (mark, _MARKS_MM[mark], _places(_SPACING_MM[pattern.count(mark)] * 1.15, box))
        for mark in dict.fromkeys(pattern)
        if mark in _MARKS_MM
    ]


def _lines(turn: float, spacing: float, box: Box) -> list[NDArray[np.float64]]:
    """Return parallels at ``turn`` from the x axis, counted from the sheet's corner so that neighbours fit."""
    along = np.array([math.cos(turn), math.sin(turn)])
    across = np.array([-along[1], along[0]])
    corners = np.array([(box.x, box.y), (box.right, box.y), (box.x, box.top), (box.right, box.top)])
    away, far = corners @ across, corners @ along
    steps = range(math.ceil(away.min() / spacing), math.floor(away.max() / spacing) + 1)
    return [np.array([across * step * spacing + along * end for end in (far.min(), far.max())]) for step in steps]


def _places(spacing: float, box: Box) -> NDArray[np.float64]:
    """Return places in rows, every other row shifted by a half."""
    rows = range(math.floor(box.y / spacing), math.ceil(box.top / spacing) + 1)
    columns = range(math.floor(box.x / spacing) - 1, math.ceil(box.right / spacing) + 1)
    return np.array([((column + 0.5 * (row % 2)) * spacing, row * spacing) for row in rows for column in columns])
