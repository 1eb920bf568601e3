"""A table of coordinates, whichever file it came in: what its columns are, what its rows are, and how its numbers read.

Nothing here is assumed without a notice, and a table whose rows are of two kinds is refused whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from ecozone.errors import InputError
from ecozone.geo import is_geographic
from ecozone.intake.angles import Angles
from ecozone.intake.axes import LONLAT, Order, choose_pair, declared_crs, find_order
from ecozone.intake.cells import Raw, read_cells, sides
from ecozone.intake.corners import Plan, area_of, build, check_areas, check_numbers
from ecozone.intake.layout import Layout, Row
from ecozone.intake.layout_find import find_layout
from ecozone.intake.limits import Limits
from ecozone.intake.numerals import parse_number
from ecozone.intake.packing import Clues, Degrees, read_degrees
from ecozone.intake.parcels import Grouped, group, is_note
from ecozone.intake.precision import about_precision, last_digit
from ecozone.intake.ranges import kind_of
from ecozone.intake.reading import Options, Reading, column_name, listed
from ecozone.intake.rowkind import Verdict, sort_columns, tell_kind
from ecozone.intake.two_pairs import compare
from ecozone.intake.txt_axes import Numbers as NumbersOf
from ecozone.intake.txt_header import find_crs, understand
from ecozone.intake.webmaps import require_word, web_datum
from ecozone.intake.wkt_column import read_wkt_column
from ecozone.intake.wording import column_entries, entries_of
from ecozone.notices import Notice, notice

_SHOWN = 200


def read_table(rows: Sequence[Row], layer: str, options: Options, limits: Limits) -> Reading:
    """Read a table as points, or as parcels where its rows are their corners.

    Parameters
    ----------
    rows : sequence of Row
        Header and all, blank rows left out.

    Returns
    -------
    Reading
        Every attribute as text (blank as None), so that ``00123`` stays what it is. A parcel's row is that of its first
        corner.

    Raises
    ------
    InputError
        Where no columns are coordinates, or the rows may be corners as well as points.
    CrsError
        Where the rows are of two kinds or name two CRS, or the order or the reading of the numbers cannot be told.
    """
    layout = find_layout(rows)
    if layout is None:
        written = read_wkt_column(rows, layer, limits)
        if written is not None:
            return written
        raise InputError("intake.no_coordinate_columns", layer=layer, columns=listed(rows[0].cells if rows else []))
    return _Table(layout, layer, options, limits).reading()


class _Table:
    """One table on its way to a `Reading`."""

    def __init__(self, layout: Layout, layer: str, options: Options, limits: Limits) -> None:
        limits.require("features", len(layout.body))
        self.layout, self.layer, self.options, self.limits = layout, layer, options, limits
        self.declared, self.notices = declared_crs(layout, options)
        self.roles = choose_pair(layout, options.crs or self.declared)
        self.raws, said = read_cells(layout, layout.body, self.roles)
        self.notices += [*self._about_header(), *said]
        whole = [raw for raw in self.raws if raw.pair is not None]
        self.columns = sort_columns(layout, whole)
        self.beside = [raw.row for raw in self.raws if raw.first is None and raw.second is None]
        self.titles = [text for row in layout.head if (text := row.lone_text())]
        try:
            self.verdict = tell_kind(layout, whole, self.columns, options.geometry, [*self.titles, layer])
        except InputError:
            if not whole:
                self._require_numbers()
            raise

    def _require_numbers(self) -> None:
        """Refuse a table of which no row has two coordinates, by the first cell that is none."""
        for raw in self.raws:
            if self.layout.is_header(raw.row) or raw.row.lone_text():
                continue
            for role, angle in zip(self.roles, (raw.first, raw.second), strict=True):
                column = self.layout.roles[role][0]
                value = " ".join(raw.row.cell(at) for at in self.layout.roles[role]).strip()
                if angle is None and value:
                    row, name = raw.row.number, self.layout.name(column)
                    raise InputError("intake.table_no_numbers", feature=row, field=name, value=value[:40])

    def reading(self) -> Reading:
        """Return the features."""
        return self._corners() if self.verdict.kind == "corners" else self._points()

    def _about_header(self) -> list[Notice]:
        layout = self.layout
        said = (
            [notice("intake.table_no_header", row=layout.body[0].number)]
            if layout.number is None
            else [notice("intake.header_row", row=layout.number)]
        )
        unused = [
            layout.name(column) for role, half in layout.roles.items() if role not in self.roles for column in half
        ]
        if unused:
            said.append(notice("intake.columns_unused", columns=listed(unused)))
        return said

    def _numbers(self, grouped: Grouped | None) -> tuple[list[Degrees], Order, Angles]:
        """Return the numbers of each row in the order of the columns, and what they are."""
        raws, given = self.raws, self.options.crs
        written = sides(raws)
        reading: Angles = "decimal"
        if self._in_degrees(written is not None):
            pairs, reading, said = read_degrees(raws, self.options.angles, self._clues(grouped))
            self.notices += said
        else:
            pairs = [
                tuple(None if angle is None else angle.degrees for angle in (raw.first, raw.second))  # type: ignore[misc]
                for raw in raws
            ]
        rows = [raw.row for raw in raws]
        order = find_order(
            rows,
            pairs,
            self.roles,
            written=written,
            given=given,
            declared=self.declared,
            local=self.options.control is not None,
        )
        first, second = (
            "+".join(self.layout.name(column) for column in self.layout.roles[role]) for role in self.roles
        )
        x, y = (second, first) if order.swapped else (first, second)
        self.notices.append(notice(f"intake.columns_{order.name}", x=x, y=y))
        return pairs, self._worded(order, pairs), reading

    def _worded(self, order: Order, pairs: Sequence[Degrees]) -> Order:
        """Return the order with the CRS that titles and remarks give, where no column gives one.

        Raises
        ------
        CrsError
            Where they name a CRS that is not known, or one that the user's word or the numbers contradict.
        """
        rows = [*self.layout.head, *self.beside]
        web = web_datum([text for row in rows if (text := row.lone_text())] + self._used())
        if web is not None:
            require_word(web, self.options)
        entries = [*entries_of(rows), *column_entries(self.layout)]
        if not entries or (order.origin == "declared" and order.crs is not None):
            return order
        said = understand(entries)
        if order.degrees:
            # A table of degrees may well say which strip its district lies in.
            said = replace(said, width=None, zone=None, meridian=None, crs=None, metres=None)
        kind = next((found for pair in pairs if (found := kind_of(*pair)) is not None), None)
        zone = None if kind is None or "zone" not in kind else int(kind.rpartition(" ")[2])
        local = kind is None and self.options.control is not None
        crs, notices = find_crs(said, NumbersOf(order.degrees, zone, local), self.options)
        words = "; ".join(f"{entry.key}={entry.value}" for entry in entries)
        self.notices.append(notice("intake.table_says", said=words[:_SHOWN]))
        self.notices += [one for one in notices if one.key != "intake.txt_decimal_degrees"]
        return order if crs is None else replace(order, crs=crs, origin="declared")

    def _used(self) -> list[str]:
        """Return the names of the coordinate columns that are used."""
        return [self.layout.name(column) for role in self.roles for column in self.layout.roles[role]]

    def _compare_pairs(self, pairs: Sequence[Degrees], degrees: bool) -> dict[int, Notice]:
        wrong, said = compare(self.layout, self.raws, self.roles, pairs if degrees else None, self.options)
        self.notices += said
        return wrong

    def _in_degrees(self, lettered: bool) -> bool:
        if self.roles in LONLAT or lettered:
            return True
        angles = [angle for raw in self.raws for angle in (raw.first, raw.second) if angle is not None]
        if any(angle.written for angle in angles):
            return True
        if self.options.crs is not None and not is_geographic(self.options.crs):
            return False
        kinds = {kind_of(*raw.pair) for raw in self.raws if raw.pair is not None}
        return bool(kinds) and all(kind is not None and kind.startswith("degrees") for kind in kinds)

    def _clues(self, grouped: Grouped | None) -> Clues:
        layout, columns = self.layout, self.columns
        words = [*layout.names, *self.titles, *(cell for row in layout.skipped for cell in row.cells)]
        words += [text for row in (grouped.left_out if grouped else ()) if (text := row.lone_text())]
        if grouped is None:
            return Clues(words, around=self.options.around)
        lengths = columns.length
        areas: list[tuple[int, float]] = []
        rings: list[list[int]] = []
        for parcel in grouped.parcels:
            area = None if columns.area is None else area_of(layout, self.raws, columns.area, parcel)
            if area is not None and area.m2 is not None and len(parcel.rings) == 1:
                areas.append((len(rings), area.m2))
            rings += parcel.rings
        return Clues(
            words,
            rings,
            [] if lengths is None else [parse_number(raw.row.cell(lengths)) for raw in self.raws],
            areas,
            self.options.around,
        )

    def _points(self) -> Reading:
        layout = self.layout
        left_out = [raw for raw in self.raws if self._is_beside(raw)]
        aside = {raw.row.number for raw in left_out}
        self.raws = [raw for raw in self.raws if raw.row.number not in aside]
        pairs, order, reading = self._numbers(None)
        self.notices += about_precision(self.raws, reading, degrees=order.degrees, corners=False)
        geometries: list[BaseGeometry | None] = []
        refused = self._compare_pairs(pairs, order.degrees)
        for raw, (first, second) in zip(self.raws, pairs, strict=True):
            if raw.row.number in refused:
                geometries.append(None)
            elif first is None or second is None:
                refused[raw.row.number] = self._unread(raw, second_is_wrong=first is not None)
                geometries.append(None)
            else:
                geometries.append(shapely.Point((second, first) if order.swapped else (first, second)))
        body = [raw.row for raw in self.raws]
        self.notices.append(notice("intake.table_points", count=len(body)))
        self._tell_left_out([raw.row for raw in left_out])
        numbers = [row.number for row in body]
        return Reading(
            self.layer,
            numbers,
            geometries,
            _columns(layout, body),
            order.crs,
            order.origin,
            None,
            tuple(self.notices),
            refused,
        )

    def _is_beside(self, raw: Raw) -> bool:
        """Tell whether a row is no point: a header again, a remark, a text over the whole width."""
        if self.layout.is_header(raw.row):
            return True
        text = raw.row.lone_text()
        if not text or raw.first is not None or raw.second is not None:
            return False
        coordinates = [column for role in self.roles for column in self.layout.roles[role]]
        return is_note(raw.row) or all(raw.row.cell(column) for column in coordinates)

    def _unread(self, raw: Raw, *, second_is_wrong: bool) -> Notice:
        layout, row = self.layout, raw.row
        half = layout.roles[self.roles[1 if second_is_wrong else 0]]
        column = next((column for column in half if not row.cell(column)), half[0])
        value = " ".join(row.cell(column) for column in half).strip()
        blank = not row.cell(column)
        key = "intake.cell_blank" if blank else "intake.cell_not_a_number"
        return notice(key, "refused", feature=row.number, field=layout.name(column), value="" if blank else value[:40])

    def _corners(self) -> Reading:
        layout, columns, raws = self.layout, self.columns, self.raws
        grouped = group(layout, raws, columns)
        if not grouped.parcels:
            raise InputError("intake.no_features")
        pairs, order, reading = self._numbers(grouped)
        self.notices += about_precision(raws, reading, degrees=order.degrees, corners=True)
        table = np.array([[np.nan if value is None else value for value in pair] for pair in pairs], dtype=np.float64)
        x, y = (table[:, 1], table[:, 0]) if order.swapped else (table[:, 0], table[:, 1])
        plan = Plan(x, y, order.degrees, order.swapped)
        built = build(layout, raws, self.roles, columns, grouped, plan, self.limits)
        built.refuse(raws, grouped, self._compare_pairs(pairs, order.degrees))
        self._about_corners(grouped, self.verdict)
        self.notices += built.notices
        crs = self.options.crs or order.crs
        if crs is not None and self.options.control is None:
            self.notices += check_areas(layout, raws, columns.area, grouped, built, crs, last_digit(raws, reading))
        self.notices += check_numbers(raws, columns.names, grouped, built)
        self._tell_left_out(list(grouped.left_out))
        return Reading(
            self.layer,
            built.rows,
            [None if shape is None else shape.geometry for shape in built.shapes],
            built.columns,
            order.crs,
            order.origin,
            None,
            tuple(self.notices),
            built.refused,
        )

    def _about_corners(self, grouped: Grouped, verdict: Verdict) -> None:
        layout, columns = self.layout, self.columns
        count = sum(len(parcel.places) for parcel in grouped.parcels)
        self.notices.append(
            notice("intake.table_corners", parcels=len(grouped.parcels), count=count, signs=verdict.signs or "—")
        )
        for key, held in (
            ("point_names", [columns.names]),
            ("rings", [columns.ring]),
            ("parcels", columns.parcels),
            ("edges", columns.edges),
        ):
            named = [layout.name(column) for column in held if column is not None]
            if named:
                self.notices.append(notice(f"intake.table_column_{key}", columns=listed(named)))
        if grouped.repeated:
            self.notices.append(notice("intake.table_rows_merged", count=grouped.repeated))
        if grouped.joined:
            self.notices.append(notice("intake.table_rings_joined", "warning", rows=listed(grouped.joined)))
        if grouped.filled:
            named = [layout.name(column) for column in columns.parcels]
            self.notices.append(notice("intake.table_filled_down", count=grouped.filled, columns=listed(named)))

    def _tell_left_out(self, rows: Sequence[Row]) -> None:
        said = [*self.layout.head, *self.layout.skipped, *rows]
        texts = [f"{row.number}: {' '.join(dict.fromkeys(cell for cell in row.cells if cell.strip()))}" for row in said]
        if texts:
            self.notices.append(notice("intake.table_left_out", rows="; ".join(texts)[:_SHOWN]))


def _columns(layout: Layout, body: Sequence[Row]) -> dict[str, list[str | None]]:
    width = max([len(layout.names), *(len(row.cells) for row in body)])
    columns: dict[str, list[str | None]] = {}
    for at in range(width):
        values = [row.cell(at) or None for row in body]
        wanted = layout.names[at] if at < len(layout.names) else ""
        if wanted.strip() or any(value is not None for value in values):
            columns[column_name(wanted, columns, at + 1)] = values
    return columns
