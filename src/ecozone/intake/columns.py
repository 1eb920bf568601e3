"""A file's attributes as columns of plain values, which every output can hold."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ecozone.intake.reading import column_name
from ecozone.notices import Notice, notice

#: Columns that every frame has of its own.
RESERVED = ("source_row", "geometry")
_TEXTS = frozenset((str, type(None)))


def own_columns(columns: Mapping[str, Sequence[Any]]) -> tuple[dict[str, pd.Series[Any]], list[Notice]]:
    """Return the file's attributes as plain columns under names that are free."""
    found: dict[str, Any] = dict.fromkeys(RESERVED)
    renamed: list[Notice] = []
    for number, (wanted, values) in enumerate(columns.items(), 1):
        name = column_name(wanted, found, number)
        if name != wanted:
            renamed.append(notice("intake.column_renamed", field=wanted, name=name))
        if {type(value) for value in values} <= _TEXTS:
            found[name] = pd.Series(values, dtype=object)
        else:
            found[name] = _series([_plain(value) for value in values])
    return {name: values for name, values in found.items() if name not in RESERVED}, renamed


def _series(values: list[Any]) -> pd.Series[Any]:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool} and None not in values:
        return pd.Series(values, dtype=bool)
    if kinds == {int} and None not in values and all(-(2**63) <= value < 2**63 for value in values):
        return pd.Series(values, dtype="int64")
    if kinds == {int} and all(value is None or abs(value) < 2**53 for value in values):
        return pd.Series(values, dtype="Int64")
    if kinds == {float}:
        return pd.Series(values, dtype=float)
    return pd.Series(values, dtype=object)


def _plain(value: Any) -> Any:
    """Return a value that every output can hold: number, text, truth, or None; the rest as text."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, bytes):
        return value.hex()
    return str(value)
