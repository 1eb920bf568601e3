"""Where things stand on a sheet of paper, in mm from its lower left corner, and the ground that its frame shows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from ecozone.errors import OutputError, UsageError

Paper = Literal["A3", "A4"]
PAPERS: tuple[str, ...] = get_args(Paper)
#: Round scales from 1:500 to 1:250 000, and beyond for sites that lie apart farther than a city is wide.
SCALES = tuple(
    int(step * power)
    for power in (100, 1_000, 10_000, 100_000, 1_000_000)
    for step in (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
    if 500 <= step * power <= 5_000_000
)
#: The least ground that is worth a plate, in metres: a point alone is shown with what is around it.
LEAST_M = 120.0
_SIZES = {"A3": (420.0, 297.0), "A4": (297.0, 210.0)}
_MARGIN, _TITLE, _BAND, _GAP = 10.0, 13.0, 5.5, 4.0
_PANEL_WIDTH = {"A3": 92.0, "A4": 68.0}
_PANEL_HEIGHT = {"A3": 118.0, "A4": 84.0}
_TEXT = {"A3": 7.0, "A4": 6.0}


@dataclass(frozen=True)
class Box:
    """A rectangle in mm."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def top(self) -> float:
        """The upper edge."""
        return self.y + self.height

    @property
    def middle(self) -> tuple[float, float]:
        """The centre."""
        return self.x + self.width / 2, self.y + self.height / 2

    def grown(self, by: float) -> Box:
        """Return the rectangle with its edges ``by`` mm farther out."""
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)


@dataclass(frozen=True)
class Layout:
    """The parts of a sheet: the paper, the title's middle, the neat lines, and columns for what is told beside the map.

    ``text`` is the size of letters in points.
    """

    paper: Box
    title: Box
    border: Box
    frame: Box
    columns: tuple[Box, ...]
    text: float


def layout_of(paper: str, landscape: bool) -> Layout:
    """Return the parts of a sheet: in landscape one column at the right of the map, else three below it.

    Raises
    ------
    UsageError
        If the paper is not known.
    """
    if paper not in PAPERS:
        raise UsageError("plate.unknown_paper", value=paper, known=" ".join(PAPERS))
    width, height = _SIZES[paper] if landscape else _SIZES[paper][::-1]
    inner = Box(_MARGIN, _MARGIN, width - 2 * _MARGIN, height - 2 * _MARGIN)
    title = Box(inner.x, inner.top - _TITLE, inner.width, _TITLE)
    if landscape:
        panel = _PANEL_WIDTH[paper]
        border = Box(inner.x, inner.y, inner.width - panel - _GAP, inner.height - _TITLE)
        columns: tuple[Box, ...] = (Box(border.right + _GAP, inner.y, panel, border.height),)
    else:
        panel = _PANEL_HEIGHT[paper]
        border = Box(inner.x, inner.y + panel + _GAP, inner.width, inner.height - _TITLE - panel - _GAP)
        each = (inner.width - 2 * _GAP) / 3
        columns = tuple(Box(inner.x + place * (each + _GAP), inner.y, each, panel) for place in range(3))
    return Layout(Box(0.0, 0.0, width, height), title, border, border.grown(-_BAND), columns, _TEXT[paper])


@dataclass(frozen=True)
class View:
    """The ground that a frame shows: 1 mm of paper is ``scale`` mm of ground in the plane of the CRS.

    ``x`` and ``y`` are east and north of the frame's lower left corner, in metres.
    """

    x: float
    y: float
    scale: int
    frame: Box

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north, in metres."""
        metres = self.scale / 1000.0
        return self.x, self.y, self.x + self.frame.width * metres, self.y + self.frame.height * metres

    @property
    def centre(self) -> tuple[float, float]:
        """East and north of the middle, in metres."""
        west, south, east, north = self.bounds
        return (west + east) / 2, (south + north) / 2

    def on_paper(self, xy: Any) -> Any:
        """Return places, an array (n, 2) of metres, in mm of the paper."""
        ground = np.asarray(xy, dtype=np.float64)
        return (ground - (self.x, self.y)) * (1000.0 / self.scale) + (self.frame.x, self.frame.y)


def view_of_ground(
    bounds: tuple[float, float, float, float], frame: Box, *, scale: int | None = None, share: float = 0.9
) -> View:
    """Return a view with some ground in its middle, at the largest round scale at which it fits.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east, north in metres.
    scale : int, optional
        The scale's denominator, where it was asked for.
    share : float
        How much of the frame the ground may fill.

    Raises
    ------
    OutputError
        If it does not fit at the scale asked for, or at any.
    """
    west, south, east, north = bounds
    wide, high = max(east - west, LEAST_M), max(north - south, LEAST_M)
    needed = max(wide / frame.width, high / frame.height) * 1000.0
    if scale is None:
        scale = next((one for one in SCALES if needed <= one * share), None)
        if scale is None:
            raise OutputError("plate.too_wide", kilometres=f"{max(wide, high) / 1000:.0f}")
    elif max((east - west) / frame.width, (north - south) / frame.height) * 1000.0 > scale:
        least = next((one for one in SCALES if needed <= one), math.ceil(needed))
        raise OutputError("plate.scale_too_large", scale=scale_words(scale), least=scale_words(least))
    metres = scale / 1000.0
    x = (west + east - frame.width * metres) / 2
    y = (south + north - frame.height * metres) / 2
    return View(x, y, scale, frame)


def scale_words(scale: int) -> str:
    """Write a scale with thin groups of digits.

    >>> scale_words(25_000)
    '1:25 000'
    """
    return "1:" + grouped(scale)


def grouped(number: float) -> str:
    """Write a whole number in groups of three digits.

    >>> grouped(39_525_000)
    '39 525 000'
    """
    return f"{number:,.0f}".replace(",", " ")


def round_step(least: float) -> float:
    """Return the least of 1, 2 and 5 times a power of ten that is no less than ``least``.

    >>> round_step(1_200.0), round_step(0.3)
    (2000.0, 0.5)
    """
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= least * (1 - 1e-9))
