"""Ways to write an input otherwise that change nothing of what it means: the answer must stay, or become a refusal.

Each takes the input and the frame that was read from it, and returns the input rewritten, or None where it does not
apply. Where a rewriting could change what an input means, it leaves that input alone.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import openpyxl
from openpyxl.cell import MergedCell

Rewriting = Callable[[bytes, gpd.GeoDataFrame], bytes | None]
_wide_digits = str.maketrans("0123456789", "０１２３４５６７８９")


def text_of(data: bytes, frame: gpd.GeoDataFrame) -> str:
    """Return the text of an input in the encoding that its reader found; pasted text is UTF-8."""
    codec = frame.attrs["source"]["encoding"] or "utf-8"
    return data.decode(codec, "replace" if frame.attrs["source"]["path"] is None else "strict").lstrip("\ufeff")


def _text(change: Callable[[str], str | None], codec: str = "utf-8") -> Rewriting:
    def rewrite(data: bytes, frame: gpd.GeoDataFrame) -> bytes | None:
        if frame.attrs["source"]["format"] not in ("txt", "csv"):
            return None
        text = change(text_of(data, frame))
        try:
            return None if text is None else text.encode(codec)
        except UnicodeEncodeError:
            return None

    return rewrite


def _unchanged(text: str) -> str:
    return text


def _line_ends(end: str) -> Callable[[str], str]:
    return lambda text: re.sub(r"\r\n|\r|\n", end, text)


def _trailing(blanks: str) -> Callable[[str], str | None]:
    # Inside quotes a line may go on, and blanks behind its end are a cell's.
    return lambda text: None if '"' in text else re.sub(r"(?=\r\n|\r|\n|\Z)", blanks, text)


def _wide(text: str) -> str | None:
    """Digits of full width, where none stands that would then be like another."""
    return None if re.search("[０-９]", text) else text.translate(_wide_digits)


def _wide_commas(text: str) -> str | None:
    """Commas of full width, where none stands: as text or as a separator of another level."""
    return None if "，" in text else text.replace(",", "，")


def _blank_lines_below(text: str) -> str:
    return text + "\n\n \n"


def _columns_turned(data: bytes, frame: gpd.GeoDataFrame) -> bytes | None:
    """Put the first column last, where a header of one row names every column."""
    said = {one.key: one for one in frame.attrs["notices"]}
    if "intake.header_row" not in said or "intake.csv_delimiter" not in said:
        return None
    mark = {"Tab": "\t"}.get(delimiter := said["intake.csv_delimiter"].fields["delimiter"], delimiter)
    reader = csv.reader(io.StringIO(text_of(data, frame), newline=""), delimiter=mark, strict=True)
    rows, starts = [], []
    line = 1
    for row in reader:
        rows.append(row)
        starts.append(line)
        line = reader.line_num + 1
    width = max(map(len, rows))
    header = rows[starts.index(said["intake.header_row"].fields["row"])]
    if not _names_all(header, width):
        return None
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=mark, lineterminator="\n").writerows(
        [*row[1:], *[""] * (width - len(row)), *row[:1]] if row else [] for row in rows
    )
    return out.getvalue().encode()


def _names_all(header: list[str], width: int) -> bool:
    """Tell whether a header names every column, each by a name of its own."""
    names = [name.strip() for name in header]
    return len(names) == width > 1 and all(names) and len(set(names)) == width


def _workbook(change: Callable[[Any], bool]) -> Rewriting:
    def rewrite(data: bytes, frame: gpd.GeoDataFrame) -> bytes | None:
        if frame.attrs["source"]["format"] != "xlsx":
            return None
        try:
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
            changed = bool(book.worksheets) and all(change(sheet) for sheet in book.worksheets)
            if not changed:
                return None
            out = io.BytesIO()
            book.save(out)
        except Exception:  # noqa: BLE001  what openpyxl cannot write again is left alone; the reader is not concerned
            return None
        return out.getvalue()

    return rewrite


def _saved(_: Any) -> bool:
    return True


def _each_text(change: Callable[[str], str]) -> Callable[[Any], bool]:
    def rewrite(sheet: Any) -> bool:
        texts = [cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
        if any(re.search("[０-９]", cell.value) for cell in texts):
            return False
        for cell in texts:
            cell.value = change(cell.value)
        return True

    return rewrite


def _widened(sheet: Any) -> bool:
    """Cells that hold nothing, to the right and below."""
    if sheet.max_row > 200 or sheet.max_column > 50:
        return False
    sheet.cell(sheet.max_row + 3, sheet.max_column + 2).value = " "
    return True


def _sheet_turned(sheet: Any) -> bool:
    """Put the first column last, where the first row is the header and nothing is merged."""
    if sheet.merged_cells.ranges or sheet.max_row > 200 or sheet.max_column > 50:
        return False
    rows = list(sheet.iter_rows())
    if not rows or any(isinstance(cell, MergedCell) for row in rows for cell in row):
        return False
    first = [cell.value for cell in rows[0]]
    if not all(isinstance(name, str) for name in first) or not _names_all(first, len(first)):
        return False
    for row in rows:
        held = [(cell.value, cell.number_format) for cell in row]
        for cell, (value, form) in zip(row, [*held[1:], held[0]], strict=True):
            cell.value, cell.number_format = value, form
    return True


_LINES: dict[str, Rewriting] = {
    "CRLF": _text(_line_ends("\r\n")),
    "LF": _text(_line_ends("\n")),
    "CR": _text(_line_ends("\r")),
    "blanks behind": _text(_trailing(" \t")),
    "wide blanks behind": _text(_trailing("\u3000")),
    "blank lines below": _text(_blank_lines_below),
    "wide digits": _text(_wide),
    "wide commas": _text(_wide_commas),
}
_CODECS: dict[str, Rewriting] = {
    "UTF-8": _text(_unchanged),
    "BOM": _text(_unchanged, "utf-8-sig"),
    "GB18030": _text(_unchanged, "gb18030"),
    "UTF-16": _text(_unchanged, "utf-16"),
    "UTF-16BE": lambda data, frame: (
        None
        if (text := _CODECS["UTF-8"](data, frame)) is None
        else codecs.BOM_UTF16_BE + text.decode().encode("utf-16-be")
    ),
}
_TURNED: dict[str, Rewriting] = {"columns turned": _columns_turned}
#: Target → name → rewriting.
REWRITINGS: dict[str, dict[str, Rewriting]] = {
    "txt": _LINES | _CODECS,
    "csv": _LINES | _CODECS | _TURNED,
    "paste": _LINES | _TURNED | {"BOM": _CODECS["BOM"]},
    "xlsx": {
        "saved again": _workbook(_saved),
        "blanks behind": _workbook(_each_text(lambda text: text + " ")),
        "wide digits": _workbook(_each_text(lambda text: text.translate(_wide_digits))),
        "widened": _workbook(_widened),
        "columns turned": _workbook(_sheet_turned),
    },
}
