"""A workbook of tables: numbers are numbers, no text is ever a formula or a link, and nothing is cut in silence."""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from ecozone.notices import notice
from ecozone.outputs.sheets import CELL_LIMIT, CUT, LINE_HEIGHT, ROW_LIMIT, SheetColumn, sheet_rows
from ecozone.text import say

#: Signs of a worksheet's name (Excel; none of ``[]:*?/\`` among them).
NAME_LIMIT = 31
_NUMBER_FORMATS = {"_m2": "#,##0.00", "_m": "#,##0.0", "_deg": "0", "share": "0.00%", "hectares": "#,##0.0000"}
_NUMBER_FORMATS["points"] = "0.0000"
_NUMBER_FORMATS |= dict.fromkeys(("accuracy", "half_width", "progress"), "0.00%")
_TWO_DECIMALS = frozenset(
    (
        *("value", "value_of_valid", "area_mu", "adjusted", "se", "ci_low", "ci_high", "baseline", "target", "gap_mu"),
        "reckoned_from",
        *("required_pace", "actual_pace", "needed_pace", "projected", "projected_low", "projected_high"),
        *("needed_se", "change", "change_low", "change_high", "change_needed_se"),
        *("value_before", "value_after", "adjusted_before", "adjusted_after", "ci_low_before", "ci_high_before"),
        *("ci_low_after", "ci_high_after", "area_mu", "lost_mu", "make_up_mu"),
    )
)
# Where there is none of it (no area of a line, no length of an area) a dash says so; a distance of 0 is one.
_DASHED = frozenset(("area_m2", "length_m", "overlap_m2", "uncovered_m2", "count"))
# A word and its colour, in whichever column it is the whole cell: the colour repeats what the word says.
_FILLS = {
    "prohibited": "#F4C7C3",
    "conditional": "#FCE8B2",
    "review": "#D9D2E9",
    "clear": "#D9EAD3",
    "no_data": "#D9D2E9",
    "met": "#D9EAD3",
    "on_track": "#E6F2E1",
    "at_risk": "#FCE8B2",
    "missed": "#F4C7C3",
    "cannot_tell": "#D9D2E9",
}
_FILLED = re.compile(r"(site_)?(verdict|status|state|by_count|override)(_words|_old|_new|_before|_after)?")
# Excel's numbers of the sizes of paper, and the width, in Latin letters, that can still be read on each.
_A3, _A4, _A3_HOLDS, _A4_HOLDS = 8, 9, 400, 200
# Least and greatest width of a column, in Latin letters; what is longer stands in several lines.
_NARROW, _WIDE = 9.0, 48.0
# The same results give the same bytes: when a run was is told by its manifest.
_NO_DATE = datetime(1980, 1, 1, tzinfo=UTC)
# Level 6 takes three times as long and saves a tenth of the size.
_PACKING = 1


@dataclass(frozen=True)
class _Sheet:
    """One worksheet: its name, its columns, and which of their rows it has."""

    name: str
    columns: Sequence[SheetColumn]
    rows: range


def write_book(sheets: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Write tables as a workbook, a sheet each, named and headed in the current language.

    A table of more rows than a sheet holds goes on in a next one, and a text longer than a cell holds ends in …; the
    sheet of notices says either.
    """
    tables = dict(sheets)
    made = {name: _columns(table) for name, table in tables.items() if name != "notices"}
    if "notices" in tables:
        said = [found for name, columns in made.items() for found in _limits(name, columns)]
        if said:
            more = pd.DataFrame([one.as_dict() for one in said], columns=tables["notices"].columns)
            tables["notices"] = more if tables["notices"].empty else pd.concat([tables["notices"], more])
        spoken = [say(f"map_page.severity_{severity}") for severity in tables["notices"]["severity"]]
        made["notices"] = _columns(tables["notices"].assign(severity=spoken))
    parts = [part for name in tables for part in _parts(name, made[name])]
    frame = BytesIO()
    book = xlsxwriter.Workbook(frame, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": _NO_DATE})
    forms = _Formats(book)
    for part in parts:
        _add_frame(book, part, forms)
    book.close()
    _fill(frame, parts, path)


def _columns(table: pd.DataFrame) -> list[SheetColumn]:
    return [SheetColumn.of(str(name), table[name]) for name in table.columns]


def _parts(name: str, columns: Sequence[SheetColumn]) -> list[_Sheet]:
    title, count = say(f"outputs.sheet_{name}"), len(columns[0].values) if columns else 0
    held = ROW_LIMIT - 1
    starts = range(0, max(count, 1), held)
    return [
        _Sheet(title if not start else f"{title} ({at})", columns, range(start, min(start + held, count)))
        for at, start in enumerate(starts, start=1)
    ]


def _limits(name: str, columns: Sequence[SheetColumn]) -> list[Any]:
    """Return notices of what a sheet cannot hold as it is."""
    sheet = say(f"outputs.sheet_{name}")
    said = [
        notice("outputs.cells_cut", "warning", sheet=sheet, field=say(f"columns.{one.name}"), count=one.cut,
               limit=CELL_LIMIT, mark=CUT)
        for one in columns
        if one.cut
    ]  # fmt: skip
    parts = _parts(name, columns)
    if len(parts) > 1:
        rows = len(columns[0].values)
        said.append(notice("outputs.rows_go_on", sheet=sheet, rows=rows, limit=ROW_LIMIT, next=parts[1].name))
    return said


class _Formats:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        top = {"valign": "top"}
        self._book, self._plain, self._wrap = book, book.add_format(top), book.add_format(top | {"text_wrap": True})
        self.head = book.add_format(top | {"bold": True, "bg_color": "#DCE6E0", "border": 1, "text_wrap": True})
        self._numbers = {end: book.add_format(top | {"num_format": code}) for end, code in _NUMBER_FORMATS.items()}
        self._two = book.add_format(top | {"num_format": "#,##0.00"})
        ends = {end: f'{code};-{code};"—"' for end, code in (("_m2", "#,##0.00"), ("_m", "#,##0.0"), ("count", "0"))}
        self._dashed = {end: book.add_format(top | {"num_format": code}) for end, code in ends.items()}
        # What people are to fill in is yellow until they have.
        self.open = book.add_format({"bg_color": "#FFF9C4"})
        self.fills = {say(f"words.{word}"): book.add_format({"bg_color": hue}) for word, hue in _FILLS.items()}

    def of(self, one: SheetColumn) -> Any:
        """Return the format of a column's cells."""
        if one.is_text:
            return self._wrap if _wraps(one) else self._plain
        if one.name in _DASHED:
            return next(form for end, form in self._dashed.items() if one.name.endswith(end))
        if one.name in _TWO_DECIMALS:
            return self._two
        return next((self._numbers[end] for end in self._numbers if one.name.endswith(end)), self._plain)


def _wraps(one: SheetColumn) -> bool:
    return one.is_text and (one.has_lines or one.extent + 2 > _WIDE)


def _width(one: SheetColumn) -> float:
    # Headings stand in two lines and leave room for the filter's button.
    return min(max(_head_width(one) / 2 + 4, one.extent + 2, _NARROW), _WIDE)


def _head_width(one: SheetColumn) -> float:
    """Return the width of a heading, which is bold, in one line."""
    words = say(f"columns.{one.name}")
    return (len(words) + len(words.encode())) / 2 * 1.15


def _add_frame(book: Any, part: _Sheet, forms: _Formats) -> None:
    """Add a worksheet with all but its rows, and below its headings one blank cell of each column's format."""
    sheet = book.add_worksheet(part.name)
    last, right = len(part.rows), max(len(part.columns) - 1, 0)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    whole = sum(map(_width, part.columns))
    sheet.set_paper(_A3 if whole > _A4_HOLDS else _A4)
    sheet.fit_to_pages(max(math.ceil(whole / _A3_HOLDS), 1), 0)
    sheet.repeat_rows(0)
    if whole > _A3_HOLDS:
        sheet.repeat_columns(0)
    sheet.hide_gridlines(0)  # not even on paper
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&L&A&R&P / &N")
    lines = 2 if any(_head_width(one) + 3 > _width(one) for one in part.columns) else 1
    sheet.set_row(0, lines * LINE_HEIGHT)
    for at, one in enumerate(part.columns):
        form = forms.of(one)
        sheet.set_column(at, at, _width(one), form)
        sheet.write_string(0, at, say(f"columns.{one.name}"), forms.head)
        sheet.write_blank(1, at, None, form)
        if last and _FILLED.fullmatch(one.name):
            for word, fill in forms.fills.items():
                rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": fill}
                sheet.conditional_format(1, at, last, at, rule)
        if last and one.name.startswith("progress_"):
            sheet.conditional_format(1, at, last, at, {"type": "blanks", "format": forms.open})
    if last:
        sheet.autofilter(0, 0, last, right)


_MODEL = re.compile(rb'<row r="2".*?</row>')
_STYLE = re.compile(rb'<c r="[A-Z]+2"( s="\d+")')
_SIZE = re.compile(rb'(<dimension ref="A1:[A-Z]+)\d+"')


def _fill(frame: BytesIO, parts: Sequence[_Sheet], path: Path) -> None:
    """Copy a workbook, each worksheet with its rows in place of the cells that show their formats."""
    with (
        zipfile.ZipFile(frame) as source,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_PACKING) as target,
    ):
        of = {f"xl/worksheets/sheet{at}.xml": part for at, part in enumerate(parts, start=1)}
        for entry in source.infolist():
            data, part = source.read(entry), of.get(entry.filename)
            known = zipfile.ZipInfo(entry.filename, _NO_DATE.timetuple()[:6])
            known.compress_type = zipfile.ZIP_DEFLATED
            if part is None or not part.columns:
                target.writestr(known, data)
                continue
            model = _MODEL.search(data)
            assert model is not None
            styles = [found.decode() for found in _STYLE.findall(model[0])]
            before, behind = data[: model.start()], data[model.end() :]
            with target.open(known, "w", force_zip64=True) as out:
                out.write(_SIZE.sub(rb'\g<1>%d"' % (len(part.rows) + 1), before))
                wrapped = {at: _width(one) for at, one in enumerate(part.columns) if _wraps(one)}
                for rows in sheet_rows(part.columns, part.rows, styles, wrapped):
                    out.write(rows)
                out.write(behind)
