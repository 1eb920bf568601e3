"""Which corners of a table belong together: parcels, and within them rings.

A parcel ends where its name or number changes; where the table has none of these, at a heading, a repeated header, a
blank row, a return to the first corner, or where the corners are numbered from the start again. Numbers of rings, where
there are some, hold the rings of a parcel together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from ecozone.errors import InputError
from ecozone.intake.cells import Raw
from ecozone.intake.headers import coordinate_role
from ecozone.intake.layout import Layout, Row, holds_coordinates, is_surveyed_name
from ecozone.intake.numerals import narrow, parse_number
from ecozone.intake.rowkind import LEAST_CORNERS, Columns

LineKind = Literal["corner", "edge", "gap", "header", "heading", "note"]

_note = re.compile(
    r"(注|备注|说明|附注|附|制表|制图|编制|审核|校核|复核|填表|填报|测量|测绘|检查|单位|日期|时间|合计|总计|小计|共计|"
    r"资料|数据|坐标系|坐标单位|投影|中央|续表|接上|第\s*\d+\s*页|共\s*\d+\s*页|[-—–]\s*\d+\s*[-—–]|note|remark|source|"
    r"total|sum|page)",
    re.IGNORECASE,
)
_number = re.compile(r"(\d{1,7})\D*$", re.ASCII)


@dataclass
class Parcel:
    """Corners that bound one parcel.

    Parameters
    ----------
    row : int
        Of the first corner, as the user counts.
    key : tuple of str
        What names it in the columns of the table; empty where nothing does.
    heading : str
        The text above its corners, where there is one.
    places : list of int
        Its corners' places among the rows.
    labels : list of int
        The ring of each corner.
    """

    row: int
    key: tuple[str, ...] = ()
    heading: str = ""
    places: list[int] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)

    @property
    def rings(self) -> list[list[int]]:
        """The places of the corners of each ring."""
        found: dict[int, list[int]] = {}
        for place, label in zip(self.places, self.labels, strict=True):
            found.setdefault(label, []).append(place)
        return list(found.values())


@dataclass(frozen=True)
class Grouped:
    """The parcels of a table, the rows that are none of them, and how many cells were filled from above."""

    parcels: tuple[Parcel, ...]
    left_out: tuple[Row, ...]
    repeated: int
    filled: int


def is_note(row: Row) -> bool:
    """Tell whether a row is a remark below or between the rows, or a sum.

    >>> is_note(Row(9, ("注：坐标系为CGCS2000", "", ""))), is_note(Row(9, ("地块二", "", "")))
    (True, False)
    """
    first = next((cell.strip() for cell in row.cells if cell.strip()), "")
    return bool(_note.match(first))


def line_kind(layout: Layout, raw: Raw, columns: Columns) -> LineKind:
    """Say what a row of a table of corners is.

    Raises
    ------
    InputError
        Where the coordinates of a row stand in one cell.
    """
    row = raw.row
    if layout.is_header(row):
        return "header"
    if raw.pair is not None:
        return "corner"
    held = {column for column, cell in enumerate(row.cells) if cell.strip()}
    coordinates = {column for half in layout.roles.values() for column in half}
    text = row.lone_text()
    if is_note(row) and not held <= set(columns.parcels):
        return "note"
    if raw.first is not None or raw.second is not None:
        return "corner"
    if holds_coordinates(text):
        # Which parcel lacks this corner cannot be told.
        raise InputError("intake.table_row_unsplit", feature=row.number, value=text[:60])
    if held & coordinates and not text:
        return "corner"
    if not held & coordinates:
        # A row between two corners that holds the length of the edge is half of a pair of merged rows.
        if held <= {*columns.edges}:
            return "edge"
        named = columns.names is not None and row.cell(columns.names)
        if named and (is_surveyed_name(named) or parse_number(named) is not None):
            return "corner"
        if columns.parcels and held <= {*columns.parcels, *columns.others, columns.area}:
            return "gap"
    return "heading"


def group(layout: Layout, raws: Sequence[Raw], columns: Columns) -> Grouped:
    """Put the corners of a table into parcels and rings.

    Raises
    ------
    InputError
        Where the parcel of a corner behind a blank row is not named though others are, or the coordinates of a row
        stand in one cell.
    """
    return _Grouping(layout, raws, columns).run()


class _Grouping:
    """Goes through the rows once."""

    def __init__(self, layout: Layout, raws: Sequence[Raw], columns: Columns) -> None:
        self.raws, self.columns = raws, columns
        self.kinds = [line_kind(layout, raw, columns) for raw in raws]
        self.corners = [place for place, kind in enumerate(self.kinds) if kind == "corner"]
        self.parcels: list[Parcel] = []
        self.named: dict[tuple[str, ...], Parcel] = {}
        self.left_out: list[Row] = []
        self.key: tuple[str, ...] = tuple("" for _ in columns.parcels)
        self.heading = ""
        self.apart = self.ends = self.paged = False
        self.repeated = self.filled = self.label = 0
        self.current: Parcel | None = None
        # Where the ring began, and the corner before.
        self.start = self.before = -1

    def run(self) -> Grouped:
        last = self.corners[-1] if self.corners else -1
        following = dict(zip(self.corners, [*self.corners[1:], -1], strict=True))
        for place, (raw, kind) in enumerate(zip(self.raws, self.kinds, strict=True)):
            if kind == "corner":
                self._corner(place, following[place])
                continue
            self.apart = self.apart or (raw.row.apart and kind != "edge")
            if kind == "gap":
                self.key = self._key(raw.row) or self.key
                self.apart = True
            elif kind == "header":
                self.paged = True
                self.left_out.append(raw.row)
            elif kind == "heading" and place < last:
                self.heading = " ".join(dict.fromkeys(cell.strip() for cell in raw.row.cells if cell.strip()))
                self.ends = True
            elif kind != "edge":
                self.left_out.append(raw.row)
        return Grouped(tuple(self.parcels), tuple(self.left_out), self.repeated, self.filled)

    def _key(self, row: Row) -> tuple[str, ...]:
        """Return what names the parcel of a row, blank cells being what is above them; empty where all are blank."""
        cells = [row.cell(column) for column in self.columns.parcels]
        return tuple(cell or above for cell, above in zip(cells, self.key, strict=True)) if any(cells) else ()

    def _corner(self, place: int, following: int) -> None:
        raw = self.raws[place]
        self.apart = self.apart or raw.row.apart
        key = self._key(raw.row)
        if not key and any(self.key):
            if self.apart and self.kinds[place - 1] != "gap":
                raise InputError("intake.table_parcel_blank", feature=raw.row.number, above=self._shown())
            key = self.key
            self.filled += 1
        again = self.before >= 0 and not (self.apart or self.ends) and self._same_as_before(place)
        if again and (not any(key) or key == self.key):
            self.repeated += 1
            return
        turned = self._ring_turns(place)
        restarted = self._restarts(place, following)
        closed = self._closed()
        # A header that comes again amid corners whose numbers run on is the head of a further page.
        if self.paged and (self.apart or closed or not self._runs_on(place)):
            self.ends = True
        parted = self.apart or self.ends or restarted or closed
        if any(key):
            found = self.named.get(key)
            fresh = found is None
            new_ring = fresh or found is not self.current or parted or turned != 0
        else:
            found = self.current
            joined = turned > 0 and not self.ends
            fresh = found is None or (not joined and (parted or turned < 0))
            new_ring = fresh or turned != 0
        if fresh or found is None:
            found = Parcel(raw.row.number, key if any(key) else (), self.heading)
            self.parcels.append(found)
            if any(key):
                self.named[key] = found
        if new_ring:
            self.label += 1
            self.start = place
        found.places.append(place)
        found.labels.append(self.label)
        self.current, self.before, self.key = found, place, key or self.key
        self.apart = self.ends = self.paged = False
        self.heading = ""

    def _shown(self) -> str:
        return " ".join(text for text in self.key if text)

    def _same_as_before(self, place: int) -> bool:
        """Tell whether a row repeats the corner above it: its two halves are merged into one."""
        one, other = self.raws[self.before], self.raws[place]
        column = self.columns.names
        named = column is None or one.row.cell(column) == other.row.cell(column)
        return named and one.pair is not None and one.pair == other.pair

    def _ring_turns(self, place: int) -> int:
        """Return whether the number of the ring rises (1), falls (-1) or stays (0)."""
        column = self.columns.ring
        if column is None or self.before < 0:
            return 0
        texts = [self.raws[at].row.cell(column) for at in (self.before, place)]
        one, other = (parse_number(text) for text in texts)
        if one is None or other is None:
            return int(bool(texts[1]) and texts[0] != texts[1])
        return (other > one) - (other < one)

    def _number_at(self, place: int) -> int | None:
        column = self.columns.names
        match = _number.search(narrow(self.raws[place].row.cell(column))) if column is not None and place >= 0 else None
        return int(match[1]) if match else None

    def _restarts(self, place: int, following: int) -> bool:
        """Tell whether numbers begin again; a last corner that bears the first one's name closes its ring."""
        now, before, after = (self._number_at(at) for at in (place, self.before, following))
        if now is None or before is None or after is None:
            return False
        return now <= before and after == now + 1 and self.raws[place].pair != self.raws[self.start].pair

    def _runs_on(self, place: int) -> bool:
        now, before = self._number_at(place), self._number_at(self.before)
        return now is not None and before is not None and now == before + 1

    def _closed(self) -> bool:
        """Tell whether the corner before came back to the first of its ring."""
        if self.before < 0 or self.current is None:
            return False
        length = sum(label == self.label for label in self.current.labels[-LEAST_CORNERS - 1 :])
        one, other = self.raws[self.start].pair, self.raws[self.before].pair
        return length > LEAST_CORNERS and one is not None and one == other


def kept_columns(layout: Layout, columns: Columns, width: int) -> list[int]:
    """Return the columns that may be attributes of a parcel: all but those of its corners and edges."""
    own = {columns.name, columns.number, columns.ring, *columns.edges}
    own |= {column for half in layout.roles.values() for column in half}
    names = [layout.names[column] if column < len(layout.names) else "" for column in range(width)]
    return [column for column in range(width) if column not in own and coordinate_role(names[column]) is None]
