"""Where things stand in a table that has a header: over one row or two, below titles, above rows of units."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ecozone.errors import InputError
from ecozone.intake.layout import HEADER_WITHIN_ROWS, PAIRS, Layout, Row, roles_of
from ecozone.intake.layout_shown import without_header
from ecozone.intake.numerals import parse_number

_units = re.compile(
    r"[(\[（]?(m|米|公尺|°|度|分|秒|'|′|\"|″|deg|min|sec|d|s|公顷|ha|亩|m2|㎡|平方米)[)\]）]?", re.IGNORECASE
)
_minutes = re.compile(r"[(\[（]?(分|'|′|min)[)\]）]?", re.IGNORECASE)


def find_layout(rows: Sequence[Row]) -> Layout | None:
    """Return the layout of a table; None where no columns can be told to be coordinates.

    Raises
    ------
    InputError
        Where two columns are the same coordinate.
    """
    return _with_header(rows) or without_header(rows)


def _with_header(rows: Sequence[Row]) -> Layout | None:
    for at, row in enumerate(rows[:HEADER_WITHIN_ROWS]):
        below = rows[at + 1] if at + 1 < len(rows) else None
        names, height = list(row.cells), 1
        parts = below is not None and _is_units(below, row)
        if below is not None and parts:
            height = 2
            if any(_minutes.fullmatch(cell.strip()) for cell in below.cells):
                names = _joined(row, below)
        if at and rows[at - 1].number == row.number - 1 and not rows[at - 1].lone_text():
            names = [name if name.strip() else rows[at - 1].cell(column) for column, name in enumerate(names)]
        roles, alike = roles_of(names, rows[at + height :])
        if not any(set(pair) <= set(roles) for pair in PAIRS):
            continue
        if alike is not None:
            raise InputError("intake.two_columns_alike", first=names[alike[0]], second=names[alike[1]])
        skipped = list(rows[at + 1 : at + height])
        body = list(rows[at + height :])
        if body and _is_counting(body[0], len(names)):
            skipped.append(body.pop(0))
        return Layout(row.number, tuple(names), roles, tuple(rows[:at]), tuple(body), tuple(skipped))
    return None


def _is_units(below: Row, header: Row) -> bool:
    """Tell whether the row below a header holds units, or 度 分 秒, and nothing else but what is merged with it."""
    held = [(column, cell.strip()) for column, cell in enumerate(below.cells) if cell.strip()]
    own = [cell for column, cell in held if cell != header.cell(column)]
    return bool(own) and not below.apart and all(_units.fullmatch(cell) for cell in own)


def _joined(row: Row, below: Row) -> list[str]:
    """Return names over two rows: 经度 above, 度 分 秒 below; a blank above continues what is left of it."""
    names: list[str] = []
    last = ""
    for column in range(max(len(row.cells), len(below.cells))):
        upper, lower = row.cell(column), below.cell(column)
        last = upper or last
        names.append(f"{last}({lower.strip('()（）[]')})" if lower and lower != upper else upper)
    return names


def _is_counting(row: Row, width: int) -> bool:
    """Tell whether a row numbers the columns, (1) (2) (3), as forms do."""
    numbers = [parse_number(cell.strip(" ()（）")) for cell in row.cells if cell.strip()]
    return len(numbers) >= min(3, width) and numbers == list(range(1, len(numbers) + 1)) and len(numbers) == width
