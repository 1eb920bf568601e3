"""Small bars and lines of block characters, for a terminal that is wide enough; a pipe and ``--json`` get none."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ecozone.cli.common import SETTINGS, console

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_STEPS = "▁▂▃▄▅▆▇█"
_MARK, _TINY = "│", "·"
#: Cells of a bar up to its target, and beyond.
_TO_TARGET, _BEYOND = 10, 2
#: A narrower terminal needs its room for words.
_LEAST_WIDTH = 110


def blocks_read_well() -> bool:
    """Tell whether bars may be drawn: on a wide terminal whose encoding has the characters."""
    if SETTINGS.json or not sys.stdout.isatty() or console().width < _LEAST_WIDTH:
        return False
    try:
        f"{_EIGHTHS}{_STEPS}{_MARK}{_TINY}".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def against_target(value: float, target: float) -> str:
    """Return a bar from zero with a mark at the target; what is far beyond it is cut.

    >>> against_target(42.5, 85.0), against_target(90.0, 75.0)
    ('█████     │', '██████████│██')
    """
    if target <= 0 or value < 0:
        return ""
    eighths = min(int(value / target * _TO_TARGET * 8 + 1e-9), (_TO_TARGET + _BEYOND) * 8)
    cells = "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")
    return f"{cells[:_TO_TARGET]:{_TO_TARGET}}{_MARK}{cells[_TO_TARGET:]}"


def whole_cells(value: float, largest: float, cells: int) -> str:
    """Return a bar of whole cells; a dot for what is there and less than half of one.

    >>> whole_cells(5.0, 10.0, 6), whole_cells(0.1, 10.0, 6), whole_cells(0.0, 10.0, 6)
    ('███', '·', '')
    """
    if value <= 0 or largest <= 0:
        return ""
    return "█" * int(value / largest * cells + 0.5) or _TINY


def sparkline(values: Sequence[float | None]) -> str:
    """Return a step a value between the least and the greatest; a space where one is not known.

    >>> sparkline([1.0, None, 2.0, 8.0]), sparkline([3.0, 3.0])
    ('▁ ▂█', '▄▄')
    """
    known = [value for value in values if value is not None]
    low, span = min(known, default=0.0), max(known, default=0.0) - min(known, default=0.0)
    if span == 0:
        return "".join(" " if value is None else _STEPS[3] for value in values)
    return "".join(" " if value is None else _STEPS[round((value - low) / span * 7)] for value in values)
