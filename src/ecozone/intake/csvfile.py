"""Tables in delimited text."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from ecozone.errors import InputError
from ecozone.intake.encoding import read_text, sample_of
from ecozone.intake.reading import Options, Reader, Reading, choose_layer
from ecozone.intake.source import Source
from ecozone.intake.table import HEADER_WITHIN_ROWS, Row, find_header, read_table
from ecozone.notices import notice

_DELIMITERS = (",", "\t", ";", "，", "|")


def read(source: Source, layer: str | None, options: Options) -> Reading:
    """Read points from a delimited text, in an encoding and with a delimiter that are found and said."""
    choose_layer([source.stem], layer)
    text, encoding = read_text(source.read_bytes(), given=options.encoding)
    delimiter = _delimiter(text)
    rows = _rows(text, delimiter, source)
    reading = read_table(rows, source.stem, options, source.limits)
    said = [notice("intake.csv_delimiter", delimiter={"\t": "Tab"}.get(delimiter, delimiter))]
    if encoding.why != "ascii":
        sample = sample_of(cell for row in rows for cell in row.cells)
        said.append(notice(f"intake.csv_encoding_{encoding.why}", encoding=encoding.name, sample=sample))
    return replace(reading, encoding=encoding.codec, notices=(*said, *reading.notices))


def layers(source: Source) -> list[str]:
    """Name the one table of a text."""
    return [source.stem]


def _delimiter(text: str) -> str:
    """Return the delimiter under which a header is found, else the most frequent one."""
    head = "\n".join(text.splitlines()[:HEADER_WITHIN_ROWS])
    for delimiter in _DELIMITERS:
        try:
            rows = [Row(0, tuple(cells)) for cells in csv.reader(io.StringIO(head), delimiter=delimiter)]
        except csv.Error:
            continue
        if find_header(rows) is not None:
            return delimiter
    return max(_DELIMITERS, key=head.count)


def _rows(text: str, delimiter: str, source: Source) -> list[Row]:
    if "\x00" in text:
        raise InputError("intake.csv_damaged", line="?", reason="NUL")
    # A lone carriage return ends a line too; the csv module stops at it.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    before = 0
    try:
        for cells in reader:
            source.limits.require("columns", len(cells))
            if any(cell.strip() for cell in cells):
                rows.append(Row(before + 1, tuple(cell.strip() for cell in cells)))
                source.limits.require("rows", len(rows))
            before = reader.line_num
    except csv.Error as error:
        raise InputError("intake.csv_damaged", line=reader.line_num, reason=str(error)) from error
    return rows


READER = Reader(layers, read)
