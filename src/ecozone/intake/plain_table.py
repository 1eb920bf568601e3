"""A table as it stands, for files of a form of our own that hold no shapes: texts in rows, nothing understood."""

from __future__ import annotations

import csv
import io
from os import PathLike

import pandas as pd

from ecozone.errors import EcozoneError, InputError
from ecozone.intake.encoding import read_text
from ecozone.intake.layout import Row
from ecozone.intake.limits import Limits
from ecozone.intake.source import Source, opening

#: What `read_plain_table` reads, by suffix.
PLAIN_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx")

_DELIMITERS = (",", "\t", ";", "，")


def read_plain_table(path: str | PathLike[str], *, limits: Limits | None = None) -> pd.DataFrame:
    r"""Return a delimited text or the only sheet of a workbook as texts under the names of its first row.

    Parameters
    ----------
    path : path
        One of `PLAIN_SUFFIXES`. The encoding and the delimiter of a text are found.
    limits : Limits, optional

    Returns
    -------
    DataFrame
        Columns of str, in the order of the file; blank cells are ``""``. The index is the row as the user counts it.
        Blank rows are left out.

    Raises
    ------
    InputError
        Where it cannot be read, holds no row below its names, has two columns of a name, or several sheets.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "a.csv")
    ...     _ = file.write_text("map,reference\n10,10\n\n40,50\n", encoding="utf-8")
    ...     read_plain_table(file)
      map reference
    2  10        10
    4  40        50
    """
    with opening(path, limits or Limits()) as source:
        try:
            return _framed(_workbook(source) if source.path.suffix.lower() == ".xlsx" else _text(source))
        except EcozoneError as error:
            raise error.of_file(source.name) from None


def _workbook(source: Source) -> list[Row]:
    # openpyxl takes a tenth of a second to load.
    from ecozone.intake.xlsxfile import sheets_of

    sheets = sheets_of(source)
    if len(sheets) > 1:
        raise InputError("intake.plain_sheets", sheets=", ".join(sheets))
    return [row for sheet in sheets.values() for row in sheet.rows]


def _text(source: Source) -> list[Row]:
    text, _ = read_text(source.read_bytes())
    first = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=first.count), strict=True)
    rows: list[Row] = []
    before = 0
    try:
        for cells in reader:
            source.limits.require("columns", len(cells))
            if any(cell.strip() for cell in cells):
                rows.append(Row(before + 1, tuple(cells)))
                source.limits.require("rows", len(rows))
            before = reader.line_num
    except csv.Error as error:
        raise InputError("intake.csv_damaged", line=reader.line_num, reason=str(error)) from error
    return rows


def _framed(rows: list[Row]) -> pd.DataFrame:
    if len(rows) < 2:
        raise InputError("intake.no_rows")
    head = rows[0]
    width = max(i + 1 for i in range(len(head.cells)) if head.cell(i))
    names = [head.cell(i) for i in range(width)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError("intake.plain_columns_alike", names=", ".join(twice))
    wide = next(
        (row for row in rows if any(row.cells[width:]) and any(cell.strip() for cell in row.cells[width:])), None
    )
    if wide is not None:
        raise InputError("intake.plain_row_wide", feature=wide.number, columns=width)
    cells = [[row.cell(i) for i in range(width)] for row in rows[1:]]
    return pd.DataFrame(cells, columns=names, index=[row.number for row in rows[1:]], dtype=object)
