"""Where things stand in a table without a header: its columns are told by where their numbers lie."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, pairwise

from ecozone.intake.angles import join, parse_angle
from ecozone.intake.headers import coordinate_role
from ecozone.intake.layout import HEADER_WITHIN_ROWS, PAIRS, Layout, Row, is_surveyed_name, roles_of
from ecozone.intake.numerals import COMMAS, narrow
from ecozone.intake.ranges import EASTING, LATITUDE, LONGITUDE, NORTHING, kind_of, within

#: Rows of a table without a header that are looked at; what they show must hold for all, or rows are refused.
LOOK_AT_ROWS, LOOK_AT_COLUMNS = 500, 40
LEAST_OF_RING = 3
#: Headers that a table without one is given, for what its columns show.
POINT_NAME, RING, NUMBER = "点号", "圈号", "序号"

_label = re.compile(r"\s*([^\d=:：°]{1,6})[=:：]\s*(.+)")
_counted = re.compile(r"\d{1,6}", re.ASCII)


def without_header(rows: Sequence[Row]) -> Layout | None:
    """Find the coordinates of a table without a header, by what all of its rows show."""
    labelled = _labelled(rows)
    if labelled is not None:
        return labelled
    looked = [row for row in rows[:LOOK_AT_ROWS] if not row.lone_text()]
    inside = [row for row in looked if sum(_value(cell) is not None for cell in row.cells) >= 2]
    # A row of texts above the numbers is a header that is not understood: its columns may be anything.
    if not inside or inside[0] is not looked[0] or len(inside) < len(looked) // 2:
        return None
    width = min(max(len(row.cells) for row in inside), LOOK_AT_COLUMNS)
    numeric = [column for column in range(width) if _is_numeric([row.cell(column) for row in inside])]
    found = _split_pair(inside, numeric) or _pair_by_kind(inside, numeric)
    if found is None:
        return None
    taken = {column for columns in found for column in columns}
    names = _shown_names(inside, [column for column in range(width) if column not in taken], width)
    first = next(at for at, row in enumerate(rows) if row is inside[0])
    return Layout(None, names, dict(zip(("x", "y"), found, strict=True)), tuple(rows[:first]), tuple(rows[first:]))


def _is_numeric(cells: Sequence[str]) -> bool:
    """Tell whether a column holds numbers: a blank among them is a number that lacks, not another kind of column."""
    held = [cell for cell in cells if cell]
    return 2 * len(held) > len(cells) and all(_value(cell) is not None for cell in held)


def _value(cell: str) -> float | None:
    """Return what a coordinate's cell may be worth, commas read either way."""
    for text in (cell, *(read(cell) for read in COMMAS.values())):
        angle = parse_angle(text)
        if angle is not None:
            return angle.degrees
    return None


def _pair_by_kind(rows: Sequence[Row], numeric: Sequence[int]) -> tuple[tuple[int], tuple[int]] | None:
    """Return the one pair of columns of which every row is degrees, or metres, of China; else the only two columns."""
    found = []
    for place, first in enumerate(numeric):
        for second in numeric[place + 1 :]:
            both = [row for row in rows if row.cell(first) and row.cell(second)]
            kinds = {kind_of(_value(row.cell(first)), _value(row.cell(second))) for row in both}
            if len({None if kind is None else kind.partition(",")[0] == "degrees" for kind in kinds}) != 1:
                continue
            kind = next(iter(kinds))
            # Numbers of rows and rings look like latitudes, but have no fractions.
            counts = (all(_counted.fullmatch(narrow(row.cell(column))) for row in both) for column in (first, second))
            if kind is not None and not (kind.startswith("degrees") and any(counts)):
                found.append(((first,), (second,)))
    if len(found) == 1:
        return found[0]
    return ((numeric[0],), (numeric[1],)) if not found and len(numeric) == 2 and _may_be_pair(rows, numeric) else None


def _may_be_pair(rows: Sequence[Row], columns: Sequence[int]) -> bool:
    """Tell whether two columns of no known kind may be coordinates: a ring or a length beside a northing is none."""
    for row in rows:
        values = sorted(value for column in columns if (value := _value(row.cell(column))) is not None)
        if len(values) == 2 and abs(values[0]) < EASTING[0] and within(values[1], NORTHING):
            return False
    return True


def _split_pair(rows: Sequence[Row], numeric: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Return six columns side by side that are degrees, minutes and seconds, twice."""
    for first in numeric:
        columns = tuple(range(first, first + 6))
        if not set(columns) <= set(numeric):
            continue
        ways = set()
        for row in rows:
            pair = [join([row.cell(column) for column in half]) for half in (columns[:3], columns[3:])]
            values = [angle.degrees for angle in pair if angle is not None]
            if len(values) < 2:
                break
            one, other = values
            ways.add(
                "straight"
                if within(one, LONGITUDE) and one > 90 and within(other, LATITUDE)
                else "turned"
                if within(other, LONGITUDE) and other > 90 and within(one, LATITUDE)
                else "no"
            )
        else:
            if ways in ({"straight"}, {"turned"}):
                return columns[:3], columns[3:]
    return None


def _shown_names(rows: Sequence[Row], columns: Sequence[int], width: int) -> tuple[str, ...]:
    """Name the other columns by what they show: names of corners, numbers of rings, running numbers."""
    names = [""] * width
    values = {column: [narrow(row.cell(column)) for row in rows] for column in columns}
    named = next((column for column in columns if all(is_surveyed_name(cell) for cell in values[column])), None)
    if named is not None:
        names[named] = POINT_NAME
    for column in columns:
        cells = values[column]
        if column == named or not all(_counted.fullmatch(cell) for cell in cells):
            continue
        numbers = [int(cell) for cell in cells]
        steps = [after - before for before, after in pairwise(numbers)]
        running = NUMBER not in names and any(steps) and sum(step != 1 for step in steps) <= len(steps) // 3
        if running:
            names[column] = NUMBER
        elif (named is not None or NUMBER in names) and numbers[0] == 1 and min(_runs(numbers)) >= LEAST_OF_RING:
            names[column] = RING
    return tuple(names)


def _runs(numbers: Sequence[int]) -> list[int]:
    """Return the lengths of the runs of equal numbers."""
    return [len(list(run)) for _, run in groupby(numbers)]


def _labelled(rows: Sequence[Row]) -> Layout | None:
    """Read cells that bear their own label, ``X=4331250.1``, as columns of that name."""
    if not any(_label.fullmatch(cell) for row in rows[:HEADER_WITHIN_ROWS] for cell in row.cells[:LOOK_AT_COLUMNS]):
        return None
    texts = [row for row in rows if not row.lone_text() or _label.fullmatch(row.lone_text())]
    names: dict[int, str] = {}
    for column in range(min(max(len(row.cells) for row in texts), LOOK_AT_COLUMNS)):
        found = {match[1].strip() if (match := _label.fullmatch(row.cell(column))) else "" for row in texts}
        label = found.pop() if len(found) == 1 else ""
        if label and coordinate_role(label) is not None:
            names[column] = label
    roles, alike = roles_of([names.get(column, "") for column in range(max(names, default=-1) + 1)], ())
    if alike is not None or not any(set(pair) <= set(roles) for pair in PAIRS):
        return None
    body = tuple(
        Row(
            row.number,
            tuple(
                match[2].strip() if column in names and (match := _label.fullmatch(cell)) else cell
                for column, cell in enumerate(row.cells)
            ),
            row.apart,
        )
        for row in texts
    )
    width = max(len(row.cells) for row in body)
    shown = _shown_names(body, [column for column in range(width) if column not in names], width)
    return Layout(
        None,
        tuple(names.get(column, shown[column]) for column in range(width)),
        roles,
        tuple(row for row in rows if row.number < body[0].number),
        body,
    )
