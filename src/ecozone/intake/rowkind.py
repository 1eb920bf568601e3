"""What the rows of a table are: points, each a place of its own, or corners, several of which bound a parcel.

Read as points, a parcel would be checked at its corners alone; read as corners, places would become an area that does
not exist. So only signs in the table, or the user, decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ecozone.errors import InputError
from ecozone.intake.cells import Raw
from ecozone.intake.headers import (
    AREAS,
    ASIDES,
    CRS_NAMES,
    EDGES,
    LENGTHS,
    NUMBERS,
    PARCELS,
    POINT_NAMES,
    RINGS,
    SITE_COLUMNS,
    TITLES,
    coordinate_role,
    plain_header,
    ring_label,
)
from ecozone.intake.layout import Layout, is_surveyed_name
from ecozone.intake.numerals import narrow, parse_number
from ecozone.intake.reading import RowKind, listed

#: A shape has so many corners.
LEAST_CORNERS = 3
_SITE_NAMES = frozenset(name for names in SITE_COLUMNS.values() for name in names) - NUMBERS


@dataclass(frozen=True)
class Columns:
    """The columns beside the coordinates, by what they hold; None or empty where there is none.

    Parameters
    ----------
    name : int or None
        Names of corners.
    number : int or None
        Running numbers.
    ring : int or None
        Numbers of rings.
    length, area : int or None
    edges : tuple of int
        Lengths, directions and ends of edges.
    parcels : tuple of int
        What names the parcel of a corner.
    others : tuple of int
        Attributes.
    """

    name: int | None = None
    number: int | None = None
    ring: int | None = None
    length: int | None = None
    area: int | None = None
    edges: tuple[int, ...] = ()
    parcels: tuple[int, ...] = ()
    others: tuple[int, ...] = ()

    @property
    def names(self) -> int | None:
        """The column that tells corners apart: their names, else their numbers."""
        return self.number if self.name is None else self.name


@dataclass(frozen=True)
class Verdict:
    """What the rows are, and the signs of it: names of columns, names of corners, rows that close a ring."""

    kind: RowKind
    signs: str


def sort_columns(layout: Layout, raws: Sequence[Raw]) -> Columns:
    """Tell the columns beside the coordinates apart, by their headers and, for names of corners, by what they hold."""
    found: dict[str, list[int]] = {}
    width = max([len(layout.names), *(len(raw.row.cells) for raw in raws)], default=0)
    taken = {column for columns in layout.roles.values() for column in columns}
    for column in range(width):
        header = plain_header(layout.names[column]) if column < len(layout.names) else ""
        cells = [cell for raw in raws if (cell := raw.row.cell(column))]
        if column in taken or coordinate_role(header) is not None or not (header or cells):
            continue
        found.setdefault(_sort(header, cells), []).append(column)
    first = {name: columns[0] for name, columns in found.items()}
    return Columns(
        first.get("name"),
        first.get("number"),
        first.get("ring"),
        next((column for column in found.get("edge", ()) if plain_header(layout.names[column]) in LENGTHS), None),
        first.get("area"),
        tuple(found.get("edge", ())),
        tuple(found.get("parcel", ())),
        tuple(found.get("other", ())),
    )


def _sort(header: str, cells: Sequence[str]) -> str:
    surveyed = len(cells) >= LEAST_CORNERS and all(is_surveyed_name(cell) for cell in cells)
    if header in POINT_NAMES or surveyed:
        return "name"
    if header in RINGS or (cells and all((label := ring_label(cell)) is not None and not label[0] for cell in cells)):
        return "ring"
    if header in EDGES:
        return "edge"
    if "面积" in header or header in AREAS:
        return "area"
    if header in NUMBERS or not header:
        counted = bool(cells) and all((digits := narrow(cell)).isascii() and digits.isdigit() for cell in cells)
        if counted or (header and not cells):
            return "number"
    if header in PARCELS:
        return "parcel"
    return "aside" if header in ASIDES or header in CRS_NAMES else "other"


def tell_kind(
    layout: Layout, raws: Sequence[Raw], columns: Columns, given: RowKind | None, titles: Sequence[str]
) -> Verdict:
    """Say whether rows are corners or points.

    Raises
    ------
    InputError
        Where the signs contradict each other, or there are none and the rows are enough for a shape.
    """
    if given is not None:
        return Verdict(given, f"--{given}")
    there = [raw for raw in raws if raw.pair is not None]
    surveyed = _corner_signs(layout, there, columns, titles)
    single = _point_signs(layout, there, columns, numbers=not surveyed)
    places = len({raw.pair for raw in there})
    if surveyed and not single and places >= LEAST_CORNERS:
        return Verdict("corners", listed(surveyed, 6))
    if not surveyed and (single or places < LEAST_CORNERS):
        return Verdict("points", listed(single, 6))
    blocks = [layout.name(column) for column in columns.parcels if _shortest_block(there, column) >= LEAST_CORNERS]
    raise InputError(
        "intake.table_too_few_corners" if places < LEAST_CORNERS else "intake.table_corners_or_points",
        rows=len(there),
        corners=listed(surveyed or blocks, 6) or "—",
        points=listed(single, 6) or "—",
    )


def _corner_signs(layout: Layout, raws: Sequence[Raw], columns: Columns, titles: Sequence[str]) -> list[str]:
    signs = [layout.name(column) for column in (columns.name, columns.ring, *columns.edges[:1]) if column is not None]
    signs += [match[0] for text in titles if (match := TITLES.search(text))][:1]
    if columns.number is not None and _restarts(raws, columns.number):
        signs.append(f"{layout.name(columns.number)} …{_restarts(raws, columns.number)}, 1…")
    closed = _closed(raws)
    if closed:
        signs.append(f"{closed[0]} = {closed[1]}")
    return signs


def _restarts(raws: Sequence[Raw], column: int) -> int | None:
    """Return the number after which running numbers begin again at 1; None where they run through or jump."""
    numbers = [parse_number(raw.row.cell(column)) for raw in raws]
    ends: list[int] = []
    for before, after in zip([None, *numbers], numbers, strict=False):
        if after is None or (before is None and after != 1):
            return None
        if before is not None and after != before + 1:
            if after != 1 or before < LEAST_CORNERS:
                return None
            ends.append(int(before))
    return ends[0] if ends else None


def _closed(raws: Sequence[Raw]) -> tuple[int, int] | None:
    """Return the first two rows that close a ring where every row lies in one that is closed."""
    start, found = 0, None
    for at, raw in enumerate(raws):
        if at > start and raw.row.apart:
            return None
        if at - start >= LEAST_CORNERS and raw.pair == raws[start].pair:
            found = found or (raws[start].row.number, raw.row.number)
            start = at + 1
    return found if start == len(raws) else None


def _point_signs(layout: Layout, raws: Sequence[Raw], columns: Columns, *, numbers: bool) -> list[str]:
    """Return the attributes that change from row to row, as they cannot within a parcel, and a radius.

    A column of numbers may be measured at corners too; it is a sign only where ``numbers`` says so.
    """
    signs = []
    for column in (*columns.parcels, *columns.others):
        header = plain_header(layout.names[column]) if column < len(layout.names) else ""
        cells = [cell for raw in raws if (cell := raw.row.cell(column))]
        if not cells:
            continue
        radius = header in SITE_COLUMNS["radius_m"]
        counted = header not in _SITE_NAMES and all(parse_number(cell) is not None for cell in cells)
        if counted and not radius and not numbers:
            continue
        if radius or (len(set(cells)) > 1 and _shortest_block(raws, column) < LEAST_CORNERS):
            signs.append(layout.name(column))
    return signs


def _shortest_block(raws: Sequence[Raw], column: int) -> int:
    """Return the length of the shortest run of rows with one value, blank cells being what is above them."""
    runs: list[int] = []
    last: str | None = None
    for raw in raws:
        cell = raw.row.cell(column)
        if runs and cell in ("", last):
            runs[-1] += 1
        else:
            runs.append(1)
            last = cell
    return min(runs, default=0)
