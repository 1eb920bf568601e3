"""Tables in workbooks: values by openpyxl, streaming; what it then does not tell, by `ecozone.intake.xlsxsheet`."""

from __future__ import annotations

import datetime as dt
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

import openpyxl
from defusedxml.common import DefusedXmlException
from openpyxl.utils.exceptions import InvalidFileException

from ecozone.errors import InputError
from ecozone.intake.archive import BROKEN_ARCHIVE, open_archive
from ecozone.intake.layout import Row
from ecozone.intake.layout_find import find_layout
from ecozone.intake.limits import Limits
from ecozone.intake.reading import Options, Reader, Reading, choose_layer, listed
from ecozone.intake.source import Source
from ecozone.intake.table import read_table
from ecozone.intake.xlsxsheet import SheetFacts, sheet_facts, sheet_members
from ecozone.notices import Notice, notice

_zeros = re.compile(r"0+")

#: What a broken workbook raises inside openpyxl, which checks little of what it reads.
_BROKEN = (
    *BROKEN_ARCHIVE,
    ParseError,
    ExpatError,
    DefusedXmlException,
    InvalidFileException,
    # Of lxml, which openpyxl uses where it is installed.
    SyntaxError,
    ArithmeticError,
    TypeError,
    AttributeError,
)


@dataclass(frozen=True)
class Sheet:
    """One sheet: its rows that hold anything, and what its XML says."""

    rows: list[Row]
    facts: SheetFacts


def read(source: Source, layer: str | None, options: Options) -> Reading:
    """Read points or parcels from the sheet asked for, or from the only one that has coordinate columns."""
    sheets = sheets_of(source)
    pointed = _with_points(sheets)
    # Where no sheet fits, the columns of the first make the message.
    name = choose_layer(list(sheets), layer) if layer is not None else choose_layer(pointed or list(sheets)[:1], None)
    sheet = sheets[name]
    if sheet.facts.uncalculated:
        raise InputError("intake.formula_without_value", layer=name, cells=listed(sheet.facts.uncalculated, 5))
    reading = read_table(sheet.rows, name, options, source.limits)
    notices: list[Notice] = []
    if len(sheets) > 1:
        notices.append(notice("intake.sheet_chosen", sheet=name, others=listed([one for one in sheets if one != name])))
    if sheet.facts.merged:
        notices.append(notice("intake.merged_cells", count=len(sheet.facts.merged)))
    if sheet.facts.hidden:
        rows = listed(sheet.facts.hidden)
        notices.append(notice("intake.hidden_rows", "warning", count=len(sheet.facts.hidden), rows=rows))
    return replace(reading, notices=(*notices, *reading.notices))


def layers(source: Source) -> list[str]:
    """Name the sheets that have coordinate columns; all that hold anything where none has."""
    sheets = sheets_of(source)
    return _with_points(sheets) or list(sheets)


def _with_points(sheets: dict[str, Sheet]) -> list[str]:
    """Return the sheets that have coordinate columns: those with a header, else those whose numbers show it."""
    headed: list[str] = []
    bare: list[str] = []
    for name, sheet in sheets.items():
        try:
            layout = find_layout(sheet.rows)
        except InputError:
            # It has them, and reading it says what is wrong.
            headed.append(name)
            continue
        if layout is not None:
            (bare if layout.number is None else headed).append(name)
    return headed or bare


def sheets_of(source: Source) -> dict[str, Sheet]:
    """Read every sheet that holds anything."""
    source.limits.require("text_bytes", source.path.stat().st_size)
    with open_archive(source.path, source.limits) as archive:
        try:
            facts = {
                name: sheet_facts(archive, member, source.limits) for name, member in sheet_members(archive).items()
            }
        except DefusedXmlException as error:
            raise InputError("intake.table_entities") from error
        except _BROKEN as error:
            raise InputError("intake.workbook_damaged") from error
    if not any(fact.last_row for fact in facts.values()):
        raise InputError("intake.no_rows")
    try:
        with warnings.catch_warnings():
            # openpyxl warns of styles and validations that it leaves out; values are not among them.
            warnings.simplefilter("ignore")
            # openpyxl believes suffixes, so it gets a link that has the right one.
            path = source.folder / "u.xlsx"
            book = openpyxl.load_workbook(
                path if path.exists() else source.link(source.path, path.name),
                read_only=True,
                data_only=True,
                keep_links=False,
            )
            try:
                found = {
                    name: Sheet(_rows(book[name], fact, source.limits), fact)
                    for name, fact in facts.items()
                    if fact.last_row
                }
            finally:
                book.close()
    except DefusedXmlException as error:
        raise InputError("intake.table_entities") from error
    except _BROKEN as error:
        raise InputError("intake.workbook_damaged") from error
    return found


def _rows(sheet: Any, facts: SheetFacts, limits: Limits) -> list[Row]:
    limits.require("cells", facts.last_row * facts.last_column)
    grid = [
        [_text(cell) for cell in cells] for cells in sheet.iter_rows(max_row=facts.last_row, max_col=facts.last_column)
    ]
    for left, top, right, bottom in facts.merged:
        value = _at(grid, top, left)
        for row in grid[top - 1 : bottom]:
            for column in range(left - 1, min(right, len(row))):
                row[column] = value
    rows: list[Row] = []
    for number, cells in enumerate(grid, 1):
        if any(cells):
            rows.append(Row(number, tuple(cells), apart=number > 1 and not any(grid[number - 2])))
    return rows


def _at(grid: Sequence[Sequence[str]], row: int, column: int) -> str:
    inside = row <= len(grid) and column <= len(grid[row - 1])
    return grid[row - 1][column - 1] if inside else ""


def _text(cell: Any) -> str:
    """Return a cell as the text that a user sees, without the rounding of a number's format."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, int):
        # 00123 is often the number 123 under the format 00000.
        width = len(cell.number_format) if _zeros.fullmatch(cell.number_format or "") else 0
        return str(value).zfill(width)
    if isinstance(value, dt.timedelta):
        return _hours(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value).strip()


def _hours(value: dt.timedelta) -> str:
    """Return a duration as its cell shows it: Excel makes one of 117:23:15.2, which are degrees.

    >>> _hours(dt.timedelta(days=4, hours=21, minutes=23, seconds=15, milliseconds=200))
    '117:23:15.2'
    """
    tenths = round(value.total_seconds() * 1e4)
    minutes, rest = divmod(abs(tenths), 600_000)
    seconds = f"{rest // 10_000:02d}.{rest % 10_000:04d}".rstrip("0").rstrip(".")
    return f"{'-' if tenths < 0 else ''}{minutes // 60}:{minutes % 60:02d}:{seconds}"


READER = Reader(layers, read, layered=True)
