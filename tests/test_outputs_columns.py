"""Columns made into the words of CSV and JSON at once: what Python's own writers make of them value by value."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecozone.outputs.columns import bytes_of, csv_lines, csv_words, json_lists, json_objects, json_words, plain_column
from ecozone.outputs.escape import plain

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
TEXTS = st.one_of(st.none(), st.text(), st.sampled_from(["=1+1", '"', "a,b", "红线\n", "\x00", "\ud800", "-5", "﻿"]))
NUMBERS = st.one_of(st.floats(allow_infinity=False), st.sampled_from([0.0, -0.0, 1e16, 1e-5, 0.1 + 0.2]))


def forms(values: list[Any]) -> list[pd.Series[Any]]:
    """Return texts as objects, as a categorical, and as pandas' own texts where these can hold them."""
    known = list(dict.fromkeys(value for value in values if value is not None))
    codes = [-1 if value is None else known.index(value) for value in values]
    categories = pd.Index(known, dtype=object)
    found = [pd.Series(values, dtype=object), pd.Series(pd.Categorical.from_codes(codes, categories))]
    if not any("\ud800" <= letter <= "\udfff" for value in known for letter in value):
        found.append(pd.Series(values, dtype=pd.StringDtype("pyarrow")))
    return found


@settings(max_examples=80, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=8))
def test_texts_of_every_kind_of_column_are_the_same_words(values: list[str | None]) -> None:
    """A text is guarded and quoted as Python's csv does it, and escaped as its json does, however it is stored."""
    safe = [None if value is None else plain(value) for value in values]
    guarded = ["" if v is None else f"'{v}" if v.startswith(FORMULA_STARTS) else v for v in safe]
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([("x", cell) for cell in guarded])
    for column in forms(values):
        cells = csv_words(column)
        assert bytes(csv_lines([pa.array(["x"] * len(values)), cells])).decode() == out.getvalue()
        assert plain_column(column).to_pylist() == safe
        if "\ud800" not in "".join(value or "" for value in values):
            assert json_words(column).to_pylist() == [json.dumps(value, ensure_ascii=False) for value in values]


@settings(max_examples=80, deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=8))
def test_numbers_are_written_as_python_writes_them(values: list[float]) -> None:
    """Every digit of a measure stands in CSV and JSON; not-a-number is empty there and null here."""
    column = pd.Series(values, dtype=float)
    assert csv_words(column).to_pylist() == ["" if np.isnan(value) else repr(value) for value in values]
    assert json_words(column).to_pylist() == ["null" if np.isnan(value) else json.dumps(value) for value in values]


def test_mixed_values_keep_what_they_are() -> None:
    """Of a column of numbers, texts and yes/no only the texts are guarded, and JSON keeps the types."""
    column = pd.Series([-5, "-5", True, None, 2.5, "a"], dtype=object)
    assert csv_words(column).to_pylist() == ["-5", "'-5", "True", "", "2.5", "a"]
    assert [json.loads(word) for word in json_words(column).to_pylist()] == [-5, "-5", True, None, 2.5, "a"]
    assert json_words(pd.Series([True, None], dtype=object)).to_pylist() == ["true", "null"]
    assert csv_words(pd.Series([True, np.nan], dtype=object)).to_pylist() == ["True", ""]


@pytest.mark.parametrize("owners", [[0, 0, 2], [], [3, 3, 3]])
def test_lists_of_rows_stand_with_their_owner(owners: list[int]) -> None:
    """Each of four owners has the JSON list of its rows, in their order; one without rows an empty list."""
    rows = pd.DataFrame({"no": range(len(owners)), "名": [f'"{at}' for at in range(len(owners))]})
    objects = json_objects({name: json_words(rows[name]) for name in rows})
    lists = [json.loads(words) for words in json_lists(objects, np.array(owners, np.int64), 4).to_pylist()]
    assert lists == [[{"no": at, "名": f'"{at}'} for at, of in enumerate(owners) if of == owner] for owner in range(4)]


def test_bytes_are_those_of_the_rows_asked_for() -> None:
    """A slice of an array gives its own texts alone, and none gives nothing."""
    texts = pa.array(["一", "two", "", "三"])
    assert bytes(bytes_of(texts.slice(1, 3))).decode() == "two三"
    assert bytes(bytes_of(texts.slice(4))) == b""
