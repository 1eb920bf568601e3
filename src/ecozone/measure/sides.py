"""Compiled: on which side of a line a point surely lies, and what follows for edges."""

from __future__ import annotations

from ecozone.measure.compiled import kernel

#: A determinant of differences of doubles that is larger than this share of its terms has the right sign (Shewchuk).
_SURE = 4e-16


@kernel()
def _side(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    """Return on which side of a line a point lies: 1 or -1, 0 where that is not sure."""
    one, two = (bx - ax) * (py - ay), (by - ay) * (px - ax)
    if abs(one - two) > _SURE * (abs(one) + abs(two)):
        return 1 if one > two else -1
    return 0


@kernel()
def all_on_one_side(ax: float, ay: float, bx: float, by: float, cx: float, cy: float, dx: float, dy: float) -> bool:
    """Say whether the second edge surely lies on one side of the line of the first."""
    side = _side(ax, ay, bx, by, cx, cy)
    return side != 0 and side == _side(ax, ay, bx, by, dx, dy)


@kernel()
def follows_on(ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> bool:
    """Say whether an edge from b to c surely has nothing but b in common with that from a to b."""
    return _side(ax, ay, bx, by, cx, cy) != 0 or (bx - ax) * (cx - bx) + (by - ay) * (cy - by) > 0.0
