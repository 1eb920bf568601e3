"""The numbers of a table's coordinate columns, as far as each cell alone tells them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ecozone.errors import CrsError, InputError
from ecozone.intake.angles import Angle, join, parse_angle
from ecozone.intake.layout import Layout, Row
from ecozone.intake.numerals import COMMAS, has_comma
from ecozone.intake.ranges import EASTING, LATITUDE, LONGITUDE, NORTHING, ZONED_EASTING, within
from ecozone.notices import Notice, notice

_metres = re.compile(r"(?<=\d)\s*(m|米)$")
_SIDES = {"lon": "EW", "l": "EW", "east": "EW", "lat": "NS", "b": "NS", "north": "NS"}


class Raw(NamedTuple):
    """A row's two coordinates in the order of the columns; None where a cell is blank or no number."""

    row: Row
    first: Angle | None
    second: Angle | None

    @property
    def pair(self) -> tuple[float, float] | None:
        """The two numbers, plain ones as they stand."""
        return None if self.first is None or self.second is None else (self.first.degrees, self.second.degrees)


def read_cells(layout: Layout, rows: Iterable[Row], roles: tuple[str, str]) -> tuple[list[Raw], list[Notice]]:
    """Return the coordinates of each row, and what had to be found out to read them.

    Raises
    ------
    InputError
        Where commas can mean decimals or thousands.
    CrsError
        Where a column of longitudes holds latitudes by its own letters, or the reverse.
    """
    rows = list(rows)
    columns = (layout.roles[roles[0]], layout.roles[roles[1]])
    commas, said = _commas(layout, rows, columns)
    raws = []
    for row in rows:
        first, second = (_angle([_plain(row.cell(column), commas) for column in half]) for half in columns)
        raws.append(Raw(row, first, second))
    _require_sides(layout, raws, roles, columns)
    return raws, said


def sides(raws: Sequence[Raw]) -> tuple[str, str] | None:
    """Return the roles that the letters in the cells give two columns, where all of them do.

    >>> east, north = Angle(117.0, "E"), Angle(39.0, "N")
    >>> sides([Raw(Row(1, ()), north, east)]), sides([Raw(Row(1, ()), Angle(39.0), east)])
    (('lat', 'lon'), None)
    """
    there = [raw for raw in raws if raw.pair is not None]
    halves = [{_half(raw.first) for raw in there}, {_half(raw.second) for raw in there}]
    found = {("EW", "NS"): ("lon", "lat"), ("NS", "EW"): ("lat", "lon")}
    one, other = (half.pop() if len(half) == 1 else "" for half in halves)
    return found.get((one, other))


def _half(angle: Angle | None) -> str:
    side = angle.side if angle is not None else ""
    return next((letters for letters in ("EW", "NS") if side and side in letters), "")


def _plain(cell: str, commas: str | None) -> str:
    bare = _metres.sub("", cell)
    return COMMAS[commas](bare) if commas is not None and has_comma(bare) else bare


def _angle(texts: list[str]) -> Angle | None:
    return parse_angle(texts[0]) if len(texts) == 1 else join(texts)


def _require_sides(
    layout: Layout, raws: Sequence[Raw], roles: tuple[str, str], columns: tuple[tuple[int, ...], tuple[int, ...]]
) -> None:
    for raw in raws:
        for role, angle, half in zip(roles, (raw.first, raw.second), columns, strict=True):
            if angle is not None and angle.side and angle.side not in _SIDES.get(role, "EWNS"):
                name, value = layout.name(half[0]), raw.row.cell(half[0])[:40]
                raise CrsError("intake.table_sides", feature=raw.row.number, field=name, value=value)


def _commas(
    layout: Layout, rows: Sequence[Row], columns: tuple[tuple[int, ...], tuple[int, ...]]
) -> tuple[str | None, list[Notice]]:
    """Return how commas in numbers are meant, None where there are none or no reading makes numbers of all."""
    held = [
        (row, column, text)
        for row in rows
        for half in columns
        for column in half
        if has_comma(text := _metres.sub("", row.cell(column)))
    ]
    readings = {}
    for name, read in COMMAS.items():
        values = [parse_angle(read(text)) if has_comma(text) else None for _, _, text in held]
        numbers = [value.degrees for value in values if value is not None]
        if numbers and len(numbers) == len(held):
            readings[name] = numbers
    if len(readings) > 1:
        # 530,120 is an easting or 530.12 of nothing; 117,387 is a longitude or 117387 of nothing.
        likely = {name for name, numbers in readings.items() if all(_is_somewhere(number) for number in numbers)}
        readings = {name: numbers for name, numbers in readings.items() if name in likely} or readings
    if not readings:
        return None, []
    row, column, text = held[0]
    if len(readings) > 1:
        raise InputError("intake.table_commas", feature=row.number, field=layout.name(column), value=text[:40])
    chosen = next(iter(readings))
    return chosen, [notice(f"intake.table_commas_{chosen}", "warning", field=layout.name(column), value=text[:40])]


def _is_somewhere(value: float) -> bool:
    return any(within(value, span) for span in (LONGITUDE, LATITUDE, NORTHING, EASTING, ZONED_EASTING))
