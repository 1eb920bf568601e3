"""Rows of a worksheet as Excel stores them, made by columns: what is the same in many rows is written once.

XlsxWriter makes the workbook about them (`ecozone.outputs.workbook`). Cell by cell, as every library of Python writes
them, the 1.3 million states of 100,000 sites take minutes; so the cells alone are made here (ECMA-376, 18.3.1.4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ecozone.outputs.columns import bytes_of, number_words, plain_column
from ecozone.text import say

#: Rows of a worksheet, its headings among them, and signs of a cell (ECMA-376; Excel counts UTF-16 units).
ROW_LIMIT = 1_048_576
CELL_LIMIT = 32_767
#: What stands where a text was cut.
CUT = "…"
_ROWS_AT_ONCE = 2_000
#: Points; a row is no higher than Excel lets it be.
LINE_HEIGHT, _MOST_HEIGHT = 15, 409
# Excel reads _x0041_ in a text as the sign with this number.
_ESCAPED = r"(_x[0-9A-Fa-f]{4}_)"
_MARKED = r"[&<>\r]|_x[0-9A-Fa-f]{4}_"
_REPLACED = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r\n", "\n"), ("\r", "\n"))


@dataclass(frozen=True)
class SheetColumn:
    """A column of a worksheet, whose cells are made when they are written.

    Attributes
    ----------
    is_text, has_lines : bool
        Whether it holds texts, and such of several lines.
    extent : float
        The width of its longest text or number, in Latin letters.
    cut : int
        Its texts that are longer than a cell holds.
    """

    name: str
    values: pd.Series[Any]
    is_text: bool
    has_lines: bool
    extent: float
    cut: int

    @classmethod
    def of(cls, name: str, values: pd.Series[Any]) -> SheetColumn:
        """Look through a column of a table."""
        is_text = has_lines = False
        extent, cut = 0.0, 0
        for start in range(0, len(values), _ROWS_AT_ONCE):
            cells = _arrow(values.iloc[start : start + _ROWS_AT_ONCE])
            found = _used(cells)
            if pa.types.is_string(found.type):
                is_text = True
                has_lines |= bool(pc.any(pc.match_substring(found, "\n")).as_py())
                # A Chinese sign takes three bytes and two places, a Latin one takes one of each.
                both = pc.max(pc.add(pc.binary_length(found), pc.utf8_length(found))).as_py()
                extent = max(extent, (both or 0) / 2)
                cut += _too_long(cells)
            elif pa.types.is_floating(found.type) and found.null_count < len(found):
                extent = max(extent, len(f"{pc.max(pc.abs(found)).as_py():,.4f}"))
        return cls(name, values, is_text, has_lines, extent, cut)

    def cells(self, start: int, stop: int) -> pa.Array:
        """Return some of its cells; a text beyond `CELL_LIMIT` ends in `CUT`."""
        cells = _arrow(self.values.iloc[start:stop])
        if not self.cut or not _too_long(cells):
            return cells
        texts = cells.dictionary_decode() if pa.types.is_dictionary(cells.type) else cells
        return pa.array([_fitted(text) for text in texts.to_pylist()], pa.string())


def sheet_rows(
    columns: Sequence[SheetColumn], rows: range, styles: Sequence[str], wrapped: Mapping[int, float]
) -> Iterator[memoryview]:
    """Yield the rows of a worksheet below its headings, thousands at a time.

    A row is as high as its texts need: Excel finds that out by itself, other programs do not.

    Parameters
    ----------
    rows : range
        Those of the columns that this worksheet has.
    styles : sequence of str
        The attribute that names each column's format.
    wrapped : mapping
        Width of each column whose texts take several lines, by its place.
    """
    for start in range(rows.start, rows.stop, _ROWS_AT_ONCE):
        stop = min(start + _ROWS_AT_ONCE, rows.stop)
        first = start - rows.start + 2
        numbers = pa.array(np.arange(first, first + stop - start)).cast(pa.string())
        values = [one.cells(start, stop) for one in columns]
        lines = np.ones(stop - start)
        for at, width in wrapped.items():
            lines = np.maximum(lines, _lines(values[at], width))
        heights = pa.array(np.minimum(lines * LINE_HEIGHT, _MOST_HEIGHT).astype(np.int64)).cast(pa.string())
        cells = [
            _cells(found, _letters(at), numbers, style)
            for at, (found, style) in enumerate(zip(values, styles, strict=True))
        ]
        head = ('<row r="', numbers, '" ht="', heights, '">')
        yield bytes_of(pc.binary_join_element_wise(*head, *cells, "</row>", ""))


def _lines(cells: pa.Array, width: float) -> NDArray[np.float64]:
    """Return how many lines each text takes in a column of this width."""
    texts = _values(cells)
    if not pa.types.is_string(texts.type):
        return np.ones(len(cells))
    # Of each line of its own a half is lost on average, and no sign is cut in two.
    long = pc.divide(pc.add(pc.binary_length(texts), pc.utf8_length(texts)), 2 * (width - 3))
    lines = pc.add(pc.ceil(long), pc.cast(pc.count_substring(texts, "\n"), pa.float64()))
    if pa.types.is_dictionary(cells.type):
        lines = pc.take(lines, cells.indices)
    return np.asarray(pc.fill_null(lines, 1.0).to_numpy(zero_copy_only=False), dtype=np.float64)


def _cells(array: pa.Array, letters: str, numbers: pa.Array, style: str) -> pa.Array:
    """Return the cells of a column; where there is no value there is none."""
    head, kind = f'<c r="{letters}', _values(array).type
    if pa.types.is_null(kind):
        return pa.array([""] * len(array), pa.string())
    if pa.types.is_boolean(kind):
        # Excel would say TRUE and FALSE, in whatever language it speaks.
        array, kind = pc.if_else(array, say("outputs.yes"), say("outputs.no")), pa.string()
    if pa.types.is_string(kind):
        begin, end = f'"{style} t="inlineStr"><is><t xml:space="preserve">', "</t></is></c>"
        words = (
            pc.take(_escaped(_values(array)), array.indices) if pa.types.is_dictionary(array.type) else _escaped(array)
        )
    else:
        begin, end = f'"{style}><v>', "</v></c>"
        words = number_words(array) if pa.types.is_floating(kind) else array.cast(pa.string())
    return pc.fill_null(pc.binary_join_element_wise(head, numbers, begin, words, end, ""), "")


def _escaped(texts: pa.Array) -> pa.Array:
    if not pc.any(pc.match_substring_regex(texts, _MARKED)).as_py():
        return texts
    texts = pc.replace_substring_regex(texts, _ESCAPED, r"_x005F\1")
    for sign, words in _REPLACED:
        texts = pc.replace_substring(texts, sign, words)
    return texts


def _arrow(values: pd.Series[Any]) -> pa.Array:
    if isinstance(values.dtype, pd.CategoricalDtype) and len(values.cat.categories) > len(values):
        values = values.cat.remove_unused_categories()
    return plain_column(values)


def _too_long(cells: pa.Array) -> int:
    """Return how many texts are longer than a cell holds."""
    texts = _values(cells)
    # No sign takes more than two units.
    if not pa.types.is_string(texts.type) or not pc.any(pc.greater(pc.utf8_length(texts), CELL_LIMIT // 2)).as_py():
        return 0
    whole = cells.dictionary_decode() if pa.types.is_dictionary(cells.type) else cells
    return sum(text is not None and _units(text) > CELL_LIMIT for text in whole.to_pylist())


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _fitted(text: str | None) -> str | None:
    if text is None or _units(text) <= CELL_LIMIT:
        return text
    return text.encode("utf-16-le")[: 2 * (CELL_LIMIT - len(CUT))].decode("utf-16-le", "ignore") + CUT


def _values(array: pa.Array) -> pa.Array:
    return array.dictionary if pa.types.is_dictionary(array.type) else array


def _used(array: pa.Array) -> pa.Array:
    """Return the values of an array, of a dictionary those that it uses."""
    return pc.take(array.dictionary, pc.unique(array.indices)) if pa.types.is_dictionary(array.type) else array


def _letters(at: int) -> str:
    """Return a column's letters.

    >>> _letters(0), _letters(25), _letters(26), _letters(701), _letters(702)
    ('A', 'Z', 'AA', 'ZZ', 'AAA')
    """
    above, last = divmod(at, 26)
    return (_letters(above - 1) if above else "") + chr(ord("A") + last)
