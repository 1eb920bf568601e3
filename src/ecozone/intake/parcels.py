"""Which corners of a table belong together: parcels, and within them rings.

A parcel ends where its name or number changes; where the table has none of these, at a heading, a repeated header, a
blank row, a return to the first corner, or where the corners are numbered from the start again. Numbers of rings, and
the words 外环 and 内环, hold the rings of a parcel together; so do corners that run on over the break of a page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from ecozone.errors import GeometryError, InputError
from ecozone.intake.cells import Raw
from ecozone.intake.headers import coordinate_role, ring_label
from ecozone.intake.layout import Layout, Row, holds_coordinates, is_surveyed_name
from ecozone.intake.numbering import numbered
from ecozone.intake.numerals import parse_number
from ecozone.intake.open_rings import second_start
from ecozone.intake.pages import PAGE, Piece, begins_page, find_bonds, without_page
from ecozone.intake.rowkind import LEAST_CORNERS, Columns

LineKind = Literal["corner", "edge", "gap", "header", "heading", "note"]

_note = re.compile(
    r"(注|备注|(?:地块|宗地|用地|占地|总|项目){0,3}面积|说明|附注|附|制表|制图|编制|审核|校核|复核|填表|填报|测量|测绘|检查|单位|日期|时间|合计|总计|小计|共计|"
    r"资料|数据|坐标系|坐标单位|投影|中央|note|remark|source|total|sum|page)",
    re.IGNORECASE,
)


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
    trouble : GeometryError or None
        Why it cannot be told which corners it has.
    """

    row: int
    key: tuple[str, ...] = ()
    heading: str = ""
    places: list[int] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    trouble: GeometryError | None = None

    @property
    def rings(self) -> list[list[int]]:
        """The places of the corners of each ring."""
        found: dict[int, list[int]] = {}
        for place, label in zip(self.places, self.labels, strict=True):
            found.setdefault(label, []).append(place)
        return list(found.values())


@dataclass(frozen=True)
class Grouped:
    """The parcels of a table, the rows that are none of them, how many cells were filled from above, and pages joined.

    ``joined`` holds the rows with which the further pieces of rings begin that a page break or a blank row cut.
    """

    parcels: tuple[Parcel, ...]
    left_out: tuple[Row, ...]
    repeated: int
    filled: int
    joined: tuple[int, ...] = ()


def is_note(row: Row) -> bool:
    """Tell whether a row is a remark below or between the rows, a sum, or the foot or head of a page.

    >>> is_note(Row(9, ("注：坐标系为CGCS2000", "", ""))), is_note(Row(9, ("地块二", "", "")))
    (True, False)
    """
    first = next((cell.strip() for cell in row.cells if cell.strip()), "")
    return bool(_note.match(first)) or begins_page(first)


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
    if is_note(row) and (not held <= set(columns.parcels) or begins_page(text)):
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
        self.layout = layout
        self.titles = {text for row in layout.head if (text := without_page(_text_of(row)))}
        self.kinds = [self._kind(raw) for raw in raws]
        self.corners = [place for place, kind in enumerate(self.kinds) if kind == "corner"]
        self.parcels: list[Parcel] = []
        self.named: dict[tuple[str, ...], Parcel] = {}
        self.left_out: list[Row] = []
        self.key: tuple[str, ...] = tuple("" for _ in columns.parcels)
        self.heading = ""
        self.apart = self.ends = self.paged = self.inner = self.page = False
        self.repeated = self.filled = self.label = 0
        self.pieces: list[tuple[Parcel, int, Piece]] = []
        # Rows that go on with a ring on a further page.
        self.over_pages: list[int] = []
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
                self._heading(raw.row)
            elif kind != "edge":
                self.page = self.page or bool(PAGE.search(_text_of(raw.row)))
                self.left_out.append(raw.row)
        joined = self._join()
        self._doubt_open()
        return Grouped(tuple(self.parcels), tuple(self.left_out), self.repeated, self.filled, joined)

    def _kind(self, raw: Raw) -> LineKind:
        """Say what a row is; the table's title, come again on a further page, names no parcel."""
        kind = line_kind(self.layout, raw, self.columns)
        unread = raw.first is None and raw.second is None and kind in ("gap", "corner")
        return "heading" if unread and without_page(_text_of(raw.row)) in self.titles else kind

    def _heading(self, row: Row) -> None:
        """Note a text above corners: a title that comes again on a further page, a ring's place, or a parcel's name."""
        text = _text_of(row)
        label = ring_label(text)
        own = self.current.heading if self.current is not None else ""
        if without_page(text) in self.titles or (own and without_page(text) == own):
            self.paged = True
            self.left_out.append(row)
        elif label is not None and self.current is not None and (label[0] or own) == own and (label[0] or label[1]):
            self.inner = True
        else:
            self.heading = text if label is None else label[0]
            self.ends = True

    def _key(self, row: Row) -> tuple[str, ...]:
        """Return what names the parcel of a row, blank cells being what is above them; empty where all are blank."""
        cells = [row.cell(column) for column in self.columns.parcels]
        return tuple(cell or above for cell, above in zip(cells, self.key, strict=True)) if any(cells) else ()

    def _corner(self, place: int, following: int) -> None:
        raw = self.raws[place]
        self.apart = self.apart or raw.row.apart
        key = self._key(raw.row)
        if not key and any(self.key):
            further = self.paged and self._runs_on(place) and not self._closed()
            if self.apart and self.kinds[place - 1] != "gap" and not further:
                raise InputError("intake.table_parcel_blank", feature=raw.row.number, above=self._shown())
            key = self.key
            self.filled += 1
        again = self.before >= 0 and not (self.apart or self.ends) and self._same_as_before(place)
        if again and (not any(key) or key == self.key):
            self.repeated += 1
            return
        turned = 1 if self.inner else self._ring_turns(place)
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
            same = self.current is not None and (not any(key) or found is self.current)
            cut = same and not (closed or turned)
            self.pieces.append((found, self.label, Piece([], cut, self.paged or self.page, restarted, self.heading)))
        elif self.paged:
            self.over_pages.append(raw.row.number)
        self.pieces[-1][2].places.append(place)
        found.places.append(place)
        found.labels.append(self.label)
        self.current, self.before, self.key = found, place, key or self.key
        self.apart = self.ends = self.paged = self.inner = self.page = False
        self.heading = ""

    def _join(self) -> tuple[int, ...]:
        """Join the pieces of a ring that a page break cut; note where it cannot be told whether they are one."""
        joined = self.over_pages
        bonds = find_bonds([piece for _, _, piece in self.pieces], self.raws, self.columns.names)
        parcel, label = None, 0
        for at, (own, own_label, piece) in enumerate(self.pieces):
            bond = bonds.get(at)
            if bond is None or parcel is None:
                parcel, label = own, own_label
                continue
            row = self.raws[piece.places[0]].row.number
            if bond == "unclear":
                for one in (parcel, own):
                    one.trouble = GeometryError("intake.table_ring_cut", line=row, first=parcel.row)
                continue
            joined.append(row)
            if own is parcel:
                own.labels = [label if one == own_label else one for one in own.labels]
                continue
            parcel.places += piece.places
            parcel.labels += [label] * len(piece.places)
            self.parcels.remove(own)
            # What follows in the parcel that is no more, as its further rings do, follows in the one joined.
            for later, (other, other_label, rest) in enumerate(self.pieces[at + 1 :], at + 1):
                if other is not own:
                    break
                parcel.places += rest.places
                parcel.labels += [other_label] * len(rest.places)
                self.pieces[later] = (parcel, other_label, rest)
        return tuple(sorted(joined))

    def _doubt_open(self) -> None:
        """Note where a ring that is left open may be those of two parcels."""
        notes = [place for place, kind in enumerate(self.kinds) if kind == "note"]
        for parcel in self.parcels:
            for places in parcel.rings:
                found = second_start(places, self.layout, self.raws, self.columns, notes)
                if found is not None and parcel.trouble is None:
                    row = self.raws[found[0]].row.number
                    first = self.raws[places[0]].row.number
                    parcel.trouble = GeometryError("intake.table_ring_open", line=row, first=first, sign=found[1])

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
        label = ring_label(texts[1])
        if label is not None and texts[0] and texts[0] != texts[1]:
            # A further outer ring is a further parcel.
            return 1 if label[1] else -1
        one, other = (parse_number(text) for text in texts)
        if one is None or other is None:
            return int(bool(texts[1]) and texts[0] != texts[1])
        return (other > one) - (other < one)

    def _number_at(self, place: int) -> int | None:
        column = self.columns.names
        found = numbered(self.raws[place].row.cell(column)) if column is not None and place >= 0 else None
        return None if found is None else found[1]

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


def _text_of(row: Row) -> str:
    return " ".join(dict.fromkeys(cell.strip() for cell in row.cells if cell.strip()))


def kept_columns(layout: Layout, columns: Columns, width: int) -> list[int]:
    """Return the columns that may be attributes of a parcel: all but those of its corners and edges."""
    own = {columns.name, columns.number, columns.ring, *columns.edges}
    own |= {column for half in layout.roles.values() for column in half}
    names = [layout.names[column] if column < len(layout.names) else "" for column in range(width)]
    return [column for column in range(width) if column not in own and coordinate_role(names[column]) is None]
