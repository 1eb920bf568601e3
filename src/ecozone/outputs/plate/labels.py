"""Places for labels, one after the other: at the thing itself where there is room, else beside it with a leader."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecozone.outputs.plate.layout import Box

_AWAY_MM = (3.5, 6.0, 9.0, 13.0, 18.0, 24.0, 31.0)
_TURNS = tuple(math.radians(turn) for turn in (45, 135, 315, 225, 90, 0, 180, 270, 20, 160, 200, 340))
_APART_MM = 0.6
#: So many labels fill any sheet; more are not tried.
MOST = 400


@dataclass(frozen=True)
class Wanted:
    """A label to be placed: its anchor, its size, how far from the anchor a symbol reaches, and the room of its thing.

    All in mm. ``inside`` says that the label may stand on the anchor itself.
    """

    x: float
    y: float
    width: float
    height: float
    reach: float = 0.0
    inside: bool = False


def placed(wanted: Sequence[Wanted], frame: Box, taken: Sequence[Box] = ()) -> list[Box | None]:
    """Return a box for each label, None where there is no room: none overlaps another, a mark, or leaves the frame."""
    edges = frame.grown(-_APART_MM)
    marks = [Box(one.x - one.reach, one.y - one.reach, 2 * one.reach, 2 * one.reach) for one in wanted[: 4 * MOST]]
    marks = [mark for mark, one in zip(marks, wanted, strict=False) if one.reach > 0]
    full = _array([*taken, *marks])
    own = {(mark.x, mark.y): place for place, mark in enumerate([*taken, *marks])}
    found: list[Box | None] = []
    count = 0
    for one in wanted:
        box = None
        if count < MOST:
            mine = own.get((one.x - one.reach, one.y - one.reach)) if one.reach > 0 else None
            box = _first_free(one, edges, full, mine)
        found.append(box)
        if box is not None:
            count += 1
            full = np.vstack([full, _array([box])])
    return found


def _first_free(one: Wanted, edges: Box, full: NDArray[np.float64], mine: int | None) -> Box | None:
    spots = [(one.x, one.y)] if one.inside else []
    for away in _AWAY_MM:
        far = away + one.reach
        spots += [
            (one.x + math.cos(turn) * (far + one.width / 2), one.y + math.sin(turn) * (far + one.height / 2))
            for turn in _TURNS
        ]
    xy = np.array(spots)
    half = np.array((one.width / 2, one.height / 2))
    low, high = xy - half, xy + half
    good = (low >= (edges.x, edges.y)).all(axis=1) & (high <= (edges.right, edges.top)).all(axis=1)
    others = full if mine is None else np.delete(full, mine, axis=0)
    for place in np.flatnonzero(good):
        left, bottom = low[place] - _APART_MM
        right, top = high[place] + _APART_MM
        hit = (others[:, 0] < right) & (others[:, 2] > left) & (others[:, 1] < top) & (others[:, 3] > bottom)
        if not hit.any():
            return Box(float(low[place, 0]), float(low[place, 1]), one.width, one.height)
    return None


def _array(boxes: Sequence[Box]) -> NDArray[np.float64]:
    return np.array([(box.x, box.y, box.right, box.top) for box in boxes], dtype=np.float64).reshape(-1, 4)


def leader(one: Wanted, box: Box) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Return the line from a label's nearest edge to its anchor; None where the label stands on it."""
    x, y = min(max(one.x, box.x), box.right), min(max(one.y, box.y), box.top)
    return None if (x, y) == (one.x, one.y) else ((x, y), (one.x, one.y))
