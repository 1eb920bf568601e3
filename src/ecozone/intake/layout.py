"""Where things stand in a table: its header, over one row or two, its coordinate columns, and what is above and below.

A table without a header has its coordinate columns told by where their numbers lie.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from ecozone.errors import InputError
from ecozone.intake.angles import join, parse_angle
from ecozone.intake.headers import angle_part, coordinate_role
from ecozone.intake.numerals import COMMAS, narrow, parse_number
from ecozone.intake.ranges import EASTING, LATITUDE, LONGITUDE, NORTHING, kind_of, within

HEADER_WITHIN_ROWS = 30
#: Rows of a table without a header that are looked at; what they show must hold for all, or rows are refused.
LOOK_AT_ROWS, LOOK_AT_COLUMNS = 500, 40

LEAST_OF_RING = 3

#: Pairs of roles, (what becomes x, what becomes y), best first.
PAIRS = (("lon", "lat"), ("l", "b"), ("east", "north"), ("x", "y"))
#: Headers that a table without one is given, for what its columns show.
POINT_NAME, RING, NUMBER = "点号", "圈号", "序号"

_units = re.compile(
    r"[(\[（]?(m|米|公尺|°|度|分|秒|'|′|\"|″|deg|min|sec|d|s|公顷|ha|亩|m2|㎡|平方米)[)\]）]?", re.IGNORECASE
)
_minutes = re.compile(r"[(\[（]?(分|'|′|min)[)\]）]?", re.IGNORECASE)
_label = re.compile(r"\s*([^\d=:：°]{1,6})[=:：]\s*(.+)")
_surveyed = re.compile(r"(j|jz|jzd|gd|界|拐)[\s_-]*\d{1,6}", re.IGNORECASE)
_ONE = r"(?:\d{6,8}(?:\.\d+)?|\d{2,3}\.\d{3,}|\d{2,3}\s*[°度][\d\s.'′分\"″秒]*)"
_two = re.compile(rf"(?<![\d.]){_ONE}[ENSWensw]?[\s,，、;；|]+[ENSWXYensw东西南北经纬=:：\s]*{_ONE}(?!\d)", re.ASCII)
_counted = re.compile(r"\d{1,6}", re.ASCII)


@dataclass(frozen=True)
class Row:
    """One row of a table: its number as the user counts it, its cells as text, and whether a blank row precedes it."""

    number: int
    cells: tuple[str, ...]
    apart: bool = False

    def cell(self, column: int) -> str:
        """Return a cell without blanks around it, empty beyond the end of the row."""
        return self.cells[column].strip() if column < len(self.cells) else ""

    def lone_text(self) -> str:
        """Return the one text of a row that holds nothing else, as a merged title does; else empty."""
        held = {cell.strip() for cell in self.cells if cell.strip()}
        text = held.pop() if len(held) == 1 else ""
        return text if parse_number(text) is None else ""


@dataclass(frozen=True)
class Layout:
    """Where things stand.

    Parameters
    ----------
    number : int or None
        Row of the header as the user counts it; None where there is none.
    names : tuple of str
        Of the columns; blank where a column has none.
    roles : dict of str to tuple of int
        Role of a coordinate → its column, or the columns of its degrees, minutes and seconds.
    head, body : tuple of Row
        What stands above the header, and below it.
    skipped : tuple of Row
        Rows of units or of column numbers right below the header.
    """

    number: int | None
    names: tuple[str, ...]
    roles: dict[str, tuple[int, ...]]
    head: tuple[Row, ...]
    body: tuple[Row, ...]
    skipped: tuple[Row, ...] = ()

    def name(self, column: int) -> str:
        """Return what a column is called, its place where it has no name."""
        text = self.names[column].strip() if column < len(self.names) else ""
        return text or f"column_{column + 1}"

    def is_header(self, row: Row) -> bool:
        """Tell whether a row names the same coordinates once more."""
        return all(
            bool(cell := row.cell(column))
            and (cell == self.names[column].strip() or role in (coordinate_role(cell), _role_of_part(cell)))
            for role, columns in self.roles.items()
            for column in columns
        )


def find_layout(rows: Sequence[Row]) -> Layout | None:
    """Return the layout of a table; None where no columns can be told to be coordinates.

    Raises
    ------
    InputError
        Where two columns are the same coordinate.
    """
    return _with_header(rows) or _without_header(rows)


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
        roles, alike = _roles(names, rows[at + height :])
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


def _role_of_part(header: str) -> str | None:
    part = angle_part(header)
    return part[0] if part else None


def _roles(names: Sequence[str], body: Sequence[Row]) -> tuple[dict[str, tuple[int, ...]], tuple[int, int] | None]:
    """Return the columns of each role, and two columns of one role where they differ in what they hold."""
    parts: dict[str, dict[int, int]] = {}
    for column, name in enumerate(names):
        part = angle_part(name)
        if part is not None:
            parts.setdefault(part[0], {}).setdefault(part[1], column)
    split = {
        role: tuple(places[place] for place in (0, 1, 2) if place in places)
        for role, places in parts.items()
        if {0, 1} <= set(places)
    }
    taken = {column for columns in split.values() for column in columns}
    roles: dict[str, tuple[int, ...]] = dict(split)
    alike: tuple[int, int] | None = None
    for column, name in enumerate(names):
        role = None if column in taken else coordinate_role(name)
        if role is None:
            continue
        if role not in roles:
            roles[role] = (column,)
        elif not _same_or_blank(body, roles[role][0], column):
            if _same_or_blank(body, column, roles[role][0]):
                roles[role] = (column,)
            else:
                alike = alike or (roles[role][0], column)
    return _completed(roles), alike


def _same_or_blank(body: Sequence[Row], column: int, other: int) -> bool:
    """Tell whether ``other`` holds nothing that ``column`` does not: a merged header spans blank or equal columns."""
    return bool(body) and all(row.cell(other) in ("", row.cell(column)) for row in body)


def _completed(roles: dict[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Give a column called only X or Y its direction where the other one of the pair has one."""
    found = dict(roles)
    for named, missing in (("north", "east"), ("east", "north")):
        bare = [role for role in ("x", "y") if role in found]
        if named in found and missing not in found and len(bare) == 1:
            found[missing] = found.pop(bare[0])
    return found


def _without_header(rows: Sequence[Row]) -> Layout | None:
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
    named = next((column for column in columns if all(_surveyed.fullmatch(cell) for cell in values[column])), None)
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
    roles, alike = _roles([names.get(column, "") for column in range(max(names, default=-1) + 1)], ())
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


def holds_coordinates(text: str) -> bool:
    """Tell whether a text holds two coordinates one after the other: cells that are separated in another way.

    >>> texts = ("J2，4331250.1，39530420.1", "E117°23′15″、N39°8′5″", "宗地120110001，面积72000.5", "2")
    >>> [holds_coordinates(text) for text in texts]
    [True, True, False, False]
    """
    return bool(_two.search(narrow(text)))


def is_surveyed_name(text: str) -> bool:
    """Tell whether a text is the name of a corner, J1 or 界12.

    >>> is_surveyed_name("J01"), is_surveyed_name("A1")
    (True, False)
    """
    return bool(_surveyed.fullmatch(narrow(text).strip()))
