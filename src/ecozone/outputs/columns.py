"""Whole columns as Arrow has them, and as the words of a CSV or of JSON: what is the same in many rows is written once.

A line is what Python's own writers would have made of it: numbers by ``repr``, texts quoted where they must be.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ecozone.outputs.escape import plain, plain_all

#: As `ecozone.outputs.escape` has them, without the lone surrogates that no Arrow text holds.
_UNPRINTABLE = "[\\x{0}-\\x{8}\\x{B}\\x{C}\\x{E}-\\x{1F}\\x{7F}\\x{FFFE}\\x{FFFF}]"
_FORMULA_START = "^[=+\\-@\\t\\r]"
_CSV_MARKED = '[,"\\r\\n]'
_JSON_MARKED = '[\\x{0}-\\x{1F}"\\\\]'
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

#: Numbers that are whole, which frames keep as floats where some are missing; so is every ``…_year``.
_WHOLE = frozenset({"year", "code", "samples", "places", "patch", "patches"})

Words = Callable[[pa.Array], pa.Array]


def is_whole(name: object) -> bool:
    """Tell whether a column's numbers are whole: years, codes and counts.

    >>> is_whole("target_year"), is_whole("value")
    (True, False)
    """
    return name in _WHOLE or str(name).endswith("_year")


def with_whole(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose years, codes and counts are whole numbers; codes that are texts stay texts.

    >>> with_whole(pd.DataFrame({"year": [2025.0, None], "value": [84.0, 1.5]})).dtypes.astype(str).to_dict()
    {'year': 'Int64', 'value': 'float64'}
    """
    floats = table.select_dtypes("float").columns
    return table.astype({name: "Int64" for name in floats if is_whole(name)})


def column(values: pd.Series[Any]) -> pa.Array:
    """Return a column of one type, None and not-a-number as nulls; of a categorical its categories and codes.

    Raises
    ------
    pyarrow.ArrowException
        Where texts, numbers and yes/no are mixed.

    >>> column(pd.Series(["A", None], dtype=object)).to_pylist(), column(pd.Series([1, None], dtype=object)).type
    (['A', None], DataType(int64))
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        texts = column(pd.Series(values.cat.categories.to_numpy(object), dtype=object))
        if pa.types.is_dictionary(texts.type):
            texts = texts.dictionary_decode()
        codes = values.cat.codes.to_numpy()
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=codes < 0), texts)
    if values.dtype == object:
        found = values.to_numpy()
        try:
            return _of_objects(found)
        except UnicodeEncodeError:
            # Lone surrogates, which no file can carry.
            return _of_objects(np.array([*plain_all(found), None], dtype=object)[:-1])
    array = pa.Array.from_pandas(values)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    return array.cast(pa.string()) if pa.types.is_large_string(array.type) else array


def _of_objects(found: NDArray[np.object_]) -> pa.Array:
    if pd.api.types.infer_dtype(found, skipna=True) not in ("string", "empty"):
        return pa.array(found, from_pandas=True)
    codes, texts = pd.factorize(found)
    # Of a text that Arrow reads Python keeps a second copy, in UTF-8, as long as the text lives.
    known = pa.array([text.encode() for text in texts.tolist()], pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=codes < 0), known)


def plain_column(values: pd.Series[Any]) -> pa.Array:
    """Return a `column` whose texts hold no character that no file can carry; what is mixed becomes text."""
    try:
        array = column(values)
    except pa.ArrowException:
        array = pa.array([None if _missing(value) else plain(value) for value in values], pa.string())
    return _changed(_plain, array)


def csv_words(values: pd.Series[Any]) -> pa.Array:
    """Return a column as the cells of a CSV that no spreadsheet takes for formulas; missing values are empty."""
    try:
        return pc.fill_null(_words(column(values), _csv_texts, ("True", "False")), "")
    except pa.ArrowException:
        # Of mixed values only the texts may look like formulas.
        cells = [None if _missing(value) else _guarded(value) for value in values]
        return pc.fill_null(_quoted(pa.array(cells, pa.string())), "")


def json_words(values: pd.Series[Any]) -> pa.Array:
    """Return a column as JSON has it; missing values, and numbers that are not finite, are ``null``."""
    try:
        return pc.fill_null(_words(column(values), _json_texts, ("true", "false")), "null")
    except pa.ArrowException:
        cells = ["null" if _missing(value) else json.dumps(value, ensure_ascii=False) for value in values.tolist()]
        return pa.array(cells, pa.string())


def csv_lines(cells: Sequence[pa.Array]) -> memoryview:
    """Return the lines of a CSV, made of the cells of its columns."""
    ends = pc.binary_join_element_wise(cells[-1], "", "\r\n")
    return bytes_of(pc.binary_join_element_wise(*cells[:-1], ends, ","))


def json_objects(columns: Mapping[str, pa.Array], end: str = "", *, depth: int | None = None) -> pa.Array:
    """Return each row as a JSON object, made of the words of its values, with what is to stand behind it.

    With ``depth`` each value has a line of its own, so many times two spaces in.
    """
    first, between, last = _breaks(depth)
    parts: list[Any] = []
    for at, (name, words) in enumerate(columns.items()):
        parts += [f"{between if at else '{' + first}{json.dumps(name, ensure_ascii=False)}: ", words]
    return pc.binary_join_element_wise(*parts, last + "}" + end, "")


def json_lists(objects: pa.Array, owner: NDArray[np.int64], count: int, *, depth: int | None = None) -> pa.Array:
    """Return the JSON list of each owner's objects; those of one owner stand together, owners ascending.

    With ``depth`` each object has lines of its own, so many times two spaces in.
    """
    first, between, last = _breaks(depth)
    counts = np.bincount(owner, minlength=count)
    lists = pa.ListArray.from_arrays(pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int32()), objects)
    words = pc.binary_join_element_wise("[" + first, pc.binary_join(lists, between), last + "]", "")
    return pc.if_else(pa.array(counts > 0), words, "[]")


def _breaks(depth: int | None) -> tuple[str, str, str]:
    """Return what stands before the first value of a list or object, between two, and behind the last."""
    if depth is None:
        return "", ", ", ""
    line = "\n" + "  " * depth
    return line, "," + line, line[:-2]


def bytes_of(texts: pa.Array) -> memoryview:
    """Return texts one after the other."""
    if not len(texts):
        return memoryview(b"")
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, np.int32)
    return memoryview(data)[ends[texts.offset] : ends[texts.offset + len(texts)]]


def _words(array: pa.Array, of_texts: Words, truths: tuple[str, str]) -> pa.Array:
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _words(array.dictionary, of_texts, truths).take(array.indices)
    if pa.types.is_string(kind):
        return of_texts(array)
    if pa.types.is_floating(kind):
        return number_words(array)
    if pa.types.is_boolean(kind):
        return pc.if_else(array, *truths)
    if pa.types.is_integer(kind) or pa.types.is_null(kind):
        return array.cast(pa.string())
    raise pa.ArrowNotImplementedError(str(kind))


def number_words(array: pa.Array) -> pa.Array:
    """Return numbers as Python writes them, each that occurs once; those that are not finite are missing."""
    finite = pc.if_else(pc.is_finite(array), array, None)
    known = finite.dictionary_encode()
    words = pa.array(list(map(repr, known.dictionary.to_pylist())), pa.string())
    return words.take(known.indices)


def _csv_texts(texts: pa.Array) -> pa.Array:
    texts = _plain(texts)
    formulas = pc.match_substring_regex(texts, _FORMULA_START)
    if pc.any(formulas).as_py():
        texts = pc.if_else(formulas, pc.binary_join_element_wise("'", texts, ""), texts)
    return _quoted(texts)


def _quoted(texts: pa.Array) -> pa.Array:
    marked = pc.match_substring_regex(texts, _CSV_MARKED)
    if not pc.any(marked).as_py():
        return texts
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(texts, '"', '""'), '"', "")
    return pc.if_else(marked, quoted, texts)


def _json_texts(texts: pa.Array) -> pa.Array:
    marked = pc.match_substring_regex(texts, _JSON_MARKED)
    words = pc.binary_join_element_wise('"', texts, '"', "")
    if not pc.any(marked).as_py():
        return words
    escaped = [json.dumps(text, ensure_ascii=False) for text in texts.filter(marked).to_pylist()]
    return pc.replace_with_mask(words, pc.fill_null(marked, fill_value=False), pa.array(escaped, pa.string()))


def _plain(texts: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(texts, _UNPRINTABLE, "") if _may_be_unprintable(texts) else texts


def _may_be_unprintable(texts: pa.Array) -> bool:
    """Say whether any byte is of a control character, or begins one of the last 64 of the basic plane."""
    raw = np.frombuffer(bytes_of(texts), np.uint8)
    high = np.flatnonzero(raw[:-1] == 0xEF)
    return bool((raw < 0x20).any() or (raw == 0x7F).any() or (raw[high + 1] == 0xBF).any())


def _changed(change: Words, array: pa.Array) -> pa.Array:
    """Return an array with its texts changed, whether they stand in it or in its dictionary."""
    if pa.types.is_string(array.type):
        return change(array)
    if pa.types.is_dictionary(array.type) and pa.types.is_string(array.type.value_type):
        return pa.DictionaryArray.from_arrays(array.indices, change(array.dictionary))
    return array


def _guarded(value: Any) -> str:
    """Return a cell that no spreadsheet takes for a formula; numbers stay numbers."""
    text = plain(value)
    return "'" + text if isinstance(value, str) and text.startswith(_FORMULA_STARTS) else text


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and not np.isfinite(value))
