"""Rows of a text, whatever separates its columns: found, not assumed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import suppress

from ecozone.errors import InputError
from ecozone.intake.layout import HEADER_WITHIN_ROWS, Layout, Row, holds_coordinates
from ecozone.intake.layout_find import find_layout
from ecozone.intake.limits import Limits
from ecozone.intake.parcels import is_note

#: Characters that separate columns, and the names of the two ways that are more than one character.
DELIMITERS = (",", "\t", ";", "，", "|", "；")
BLANKS, MIXED = "blanks", "mixed"

#: Degrees, minutes and seconds with blanks between them are one cell: blanks behind a sign or a letter go.
_inside = re.compile(
    r"(?<![A-Za-z\u4e00-\u9fff])([ENWS东西南北]|东经|西经|北纬|南纬)[ \u3000]+(?=\d)"
    r"|(?<=[°度′'’分=:：])[ \u3000]+(?=\d)"
    r"|[ \u3000]+(?=[°度′'’分\"″”秒=:：])"
)
_MARKS = (",", "，", "、", ";", "；", "|")
#: No row of a table is so long (characters); to look for columns in one that is takes a minute.
_LONGEST_LINE = 1_000_000
_endless = re.compile(rf"[^\r\n]{{{_LONGEST_LINE + 1}}}")
#: What may part the corners of one line, by how it is told.
_ENDS = {";": "[;；]", "|": r"\|", "、": "、", ",": "[,，]", " ": r"[ \t\u3000]+"}
_number = re.compile(r"(?<![\d.])(?:\d{6,8}(?:\.\d+)?|\d{2,3}\.\d{3,})(?![\d.])|\d{2,3}[ \u3000]*[°度]")
_degrees = re.compile("[°度]")
_blanks = re.compile(r"[\s\u3000]+")
_mixed = re.compile(r"[\s\u3000]*[,，、;；|\t][\s\u3000]*|[\s\u3000]+")


class _CrowdedError(Exception):
    """A line holds more coordinates than one point has."""


def split(text: str, limits: Limits) -> tuple[list[Row], str, str]:
    r"""Return the rows of a text that hold anything, what separates their cells, and what ends rows beside line ends.

    The last is empty but where several corners stand in one line: it is the mark that parts them, by which coordinates
    are found and none is left out.

    Raises
    ------
    InputError
        Where quotes are broken, or rows or columns exceed their limits, or several corners stand in one line and it
        cannot be told what parts them.

    Examples
    --------
    >>> rows, way, _ = split("J1 117°23′ 15.2″ 39°8′5″\nJ2、117°23′16″、39°8′5″", Limits())
    >>> [row.cells for row in rows], way
    ([('J1', '117°23′15.2″', '39°8′5″'), ('J2', '117°23′16″', '39°8′5″')], 'mixed')
    >>> rows, way, mark = split("4331250,39530120; 4331250,39530420; 4331010,39530420", Limits())
    >>> len(rows), way, mark
    (3, ',', ';')
    """
    if "\x00" in text:
        raise InputError("intake.csv_damaged", line="?", reason="NUL")
    if (match := _endless.search(text)) is not None:
        raise InputError("intake.line_endless", line=text.count("\n", 0, match.start()) + 1, most=_LONGEST_LINE)
    try:
        way = _way(text, limits)
    except _CrowdedError:
        for mark in _ENDS:
            lines = re.sub(_ENDS[mark], "\n", text)
            with suppress(_CrowdedError):
                way = _way(lines, limits)
                rows = list(_rows(lines, way, limits))
                if len(rows) > len(text.splitlines()) and find_layout(rows) is not None:
                    return rows, way, mark
        raise InputError("intake.table_crowded") from None
    return list(_rows(text, way, limits)), way, ""


def _way(text: str, limits: Limits) -> str:
    """Return the first way under which coordinates are found, else the most frequent delimiter.

    Raises
    ------
    _CrowdedError
        If there are more coordinates in a row than a point has.
    """
    head = "\n".join(text.splitlines()[: 2 * HEADER_WITHIN_ROWS])
    failure: InputError | None = None
    second_best: str | None = None
    crowded = False
    for with_header in (True, False):
        for way in (*DELIMITERS, BLANKS, MIXED):
            try:
                rows = list(_rows(head, way, limits, strict=False))
                if way == BLANKS and any(cell.endswith(_MARKS) for row in rows for cell in row.cells):
                    continue
                layout = find_layout(rows)
            except InputError as error:
                failure = failure or error
                continue
            if layout is None or (layout.number is not None) != with_header:
                continue
            if _ignores(layout):
                crowded = True
            elif not _loses(layout):
                return way
            else:
                second_best = second_best or way
    if second_best is not None:
        return second_best
    if failure is not None and failure.key == "intake.two_columns_alike":
        raise failure
    found = max(DELIMITERS, key=head.count)
    if crowded or any(_is_crowded(line) for line in head.splitlines()):
        raise _CrowdedError
    return found if found in head else BLANKS


def _is_crowded(line: str) -> bool:
    """Tell whether a line holds at least two pairs of coordinates, and no shape in brackets, as WKT is."""
    return "(" not in line and len(_number.findall(line)) >= 4 and holds_coordinates(line)


def _ignores(layout: Layout) -> bool:
    """Tell whether a row of a table that has no header, to say what they are, holds more than its two coordinates."""
    columns = {column for half in layout.roles.values() for column in half}

    def holds_more(row: Row) -> bool:
        beside = [cell for column, cell in enumerate(row.cells) if column not in columns]
        return any(map(holds_coordinates, beside)) or len(_degrees.findall(" ".join(row.cells))) > 2

    return layout.number is None and any(holds_more(row) and not is_note(row) for row in layout.body)


def _loses(layout: Layout) -> bool:
    """Tell whether a row holds coordinates, but not in their columns: its cells are separated in another way."""
    columns = [column for half in layout.roles.values() for column in half]
    return any(
        any(holds_coordinates(cell) for cell in row.cells) and not is_note(row)
        for row in layout.body
        if not all(row.cell(column) for column in columns)
    )


def _rows(text: str, way: str, limits: Limits, *, strict: bool = True) -> Iterator[Row]:
    count = 0
    apart = False
    for number, cells in (_quoted if way in DELIMITERS else _plain)(text, way, limits, strict):
        if any(cells):
            count += 1
            limits.require("rows", count)
            yield Row(number, tuple(cells), apart)
        apart = not any(cells)


def _quoted(text: str, way: str, limits: Limits, strict: bool) -> Iterator[tuple[int, list[str]]]:
    # A lone carriage return ends a line too; the csv module stops at it.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=way, strict=strict)
    before = 0
    try:
        for cells in reader:
            limits.require("columns", len(cells))
            yield before + 1, [cell.strip() for cell in cells]
            before = reader.line_num
    except csv.Error as error:
        raise InputError("intake.csv_damaged", line=reader.line_num, reason=str(error)) from error


def _plain(text: str, way: str, limits: Limits, strict: bool) -> Iterator[tuple[int, list[str]]]:
    del strict
    cut: Callable[[str], list[str]] = (_blanks if way == BLANKS else _mixed).split
    for number, line in enumerate(io.StringIO(text, newline=None), 1):
        bare = line.strip().strip(",，、;；|")
        cells = cut(_inside.sub(r"\1", bare)) if bare else []
        limits.require("columns", len(cells))
        yield number, [cell.strip().rstrip(":：") for cell in cells]
