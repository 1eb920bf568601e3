"""How sharp the coordinates of a table are: what their last digit leaves open."""

from __future__ import annotations

from collections.abc import Sequence

from ecozone.errors import InputError
from ecozone.intake.angles import Angles
from ecozone.intake.cells import Raw
from ecozone.intake.corners import M_PER_DEGREE
from ecozone.notices import Notice, notice

#: Half the last digit (m) from which on it is said, and above which corners are refused. Surveys of some decades ago
#: gave corners in whole seconds, ±15 m, and there is nothing sharper to ask for.
_SHARP_M, _MOST_OFF_M = 1.0, 20.0


def last_digit(raws: Sequence[Raw], reading: Angles) -> float:
    """Return the value of the last digit of the coordinates, in metres or degrees; of two columns the coarser one's.

    >>> from ecozone.intake.angles import parse_angle
    >>> from ecozone.intake.layout import Row
    >>> last_digit([Raw(Row(1, ()), parse_angle("117.4"), parse_angle("39.031"))], "decimal")
    0.1
    """
    packed = 1e4 / 3600 if reading == "ddd.mmss" else 1.0
    halves = [
        [angle for angle in half if angle is not None]
        for half in ([raw.first for raw in raws], [raw.second for raw in raws])
    ]
    steps = [[angle.step * (1.0 if angle.written else packed) for angle in half] for half in halves]
    return max(min(half, default=0.0) for half in steps) or 1.0


def about_precision(raws: Sequence[Raw], reading: Angles, *, degrees: bool, corners: bool) -> list[Notice]:
    """Say how far off the last digit leaves the places, where that is much.

    Raises
    ------
    InputError
        Where it leaves the corners of parcels so far off that a boundary near them says nothing.
    """
    step = last_digit(raws, reading)
    off = 0.5 * step * (M_PER_DEGREE if degrees else 1.0)
    if off < _SHARP_M:
        return []
    written = any(angle.written for raw in raws for angle in (raw.first, raw.second) if angle is not None)
    digit = f"{step:g} m" if not degrees else f"{step * 3600:.3g}″" if written else f"{step:.3g}°"
    if corners and off > _MOST_OFF_M:
        raise InputError("intake.table_too_coarse", digit=digit, off=f"{off:.0f}")
    return [notice("intake.table_coarse", "warning", digit=digit, off=f"{off:.1f}")]
