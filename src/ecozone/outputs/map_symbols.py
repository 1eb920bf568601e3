"""How a role is drawn: the plan's conventional colour, a hatch that survives black and white, and a level's weight."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_NEUTRAL = "#5f6b76"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_TINT = 0.18
_LEVEL_TINTS = (0.44, 0.38, 0.32)
_SPACING_PX = 9
_LEVEL_SPACING_PX = (7, 11, 16)


@dataclass(frozen=True)
class Look:
    """What a rule pack says of a role's drawing: colour ``#rrggbb``, hatch by name, outline only or filled."""

    colour: str = _NEUTRAL
    hatch: str = "none"
    outline: bool = False


def colour(text: str) -> str:
    """Return a ``#rrggbb`` colour as it is and a neutral grey for anything else.

    >>> colour("#C00000"), colour("url(x)")
    ('#C00000', '#5f6b76')
    """
    return text if _COLOUR.fullmatch(text) else _NEUTRAL


def darker(text: str, share: float = 0.35) -> str:
    """Return a ``#rrggbb`` colour mixed with black.

    >>> darker("#ff8000", 0.5)
    '#804000'
    """
    parts = (int(text[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(part * (1 - share)):02x}" for part in parts)


def symbol(look: Look, *, shape: str, rank: int | None = None) -> dict[str, Any]:
    """Return what the page needs to draw one role, or one level of it.

    Parameters
    ----------
    look : Look
        The role's, or the level's.
    shape : str
        ``area``, ``line`` or ``point``.
    rank : int, optional
        The place of a level among those of its layer, the strictest 0: it is drawn the heaviest, so that levels of one
        hue stay apart in black and white.

    Returns
    -------
    dict
        ``shape``, ``fill`` and ``stroke`` colours, ``tint`` (opacity of the fill), ``hatch``, ``spacing`` (px),
        ``weight`` (px) and ``outline``.
    """
    base = colour(look.colour)
    step = None if rank is None else min(rank, len(_LEVEL_TINTS) - 1)
    return {
        "shape": shape,
        "fill": base,
        "stroke": darker(base),
        "tint": _TINT if step is None else _LEVEL_TINTS[step],
        "hatch": look.hatch,
        "spacing": _SPACING_PX if step is None else _LEVEL_SPACING_PX[step],
        "weight": 1.5 if step is None else 1.8 - 0.4 * step,
        "outline": look.outline,
    }
