"""Where things stand in a table: its header, its coordinate columns, and what is above and below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ecozone.intake.headers import angle_part, coordinate_role
from ecozone.intake.numerals import narrow, parse_number

HEADER_WITHIN_ROWS = 30

#: Pairs of roles, (what becomes x, what becomes y), best first.
PAIRS = (("lon", "lat"), ("l", "b"), ("east", "north"), ("x", "y"))
_surveyed = re.compile(r"(j|jz|jzd|gd|界|拐)[\s_-]*\d{1,6}", re.IGNORECASE)
_ONE = r"(?:\d{6,8}(?:\.\d+)?|\d{2,3}\.\d{3,}|\d{2,3}\s*[°度][\d\s.'′分\"″秒]*)"
_two = re.compile(rf"(?<![\d.]){_ONE}[ENSWensw]?[\s,，、;；|]+[ENSWXYensw东西南北经纬=:：\s]*{_ONE}(?!\d)", re.ASCII)


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


def _role_of_part(header: str) -> str | None:
    part = angle_part(header)
    return part[0] if part else None


def roles_of(names: Sequence[str], body: Sequence[Row]) -> tuple[dict[str, tuple[int, ...]], tuple[int, int] | None]:
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
