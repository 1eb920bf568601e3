"""Results as frames in which a missing text is None and a missing number NaN, whatever pandas would infer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], texts: Collection[str]) -> pd.DataFrame:
    """Return rows as a frame: ``texts`` (and yes/no) as objects, all other columns as floats.

    >>> table([{"layer": None, "overlap_m2": None}], ("layer", "overlap_m2"), {"layer"})
      layer  overlap_m2
    0  None         NaN
    """
    frame = pd.DataFrame(list(rows), columns=list(columns), dtype=object)
    return frame.astype({column: float for column in columns if column not in texts})


def columns_table(
    values: Mapping[str, Sequence[Any] | NDArray[Any]], columns: Sequence[str], texts: Collection[str]
) -> pd.DataFrame:
    """Return whole columns as a frame, each as `table` would have it.

    >>> columns_table({"layer": [None], "overlap_m2": [2]}, ("layer", "overlap_m2"), {"layer"}).to_dict("records")
    [{'layer': None, 'overlap_m2': 2.0}]
    """
    found = {name: pd.Series(values[name], dtype=object if name in texts else float) for name in columns}
    return pd.DataFrame(found, columns=list(columns), copy=False)


def stacked(parts: list[pd.DataFrame], order: Callable[[pd.DataFrame], NDArray[Any]] | None = None) -> pd.DataFrame:
    """Return frames of the same columns one below the other, in an order of the whole, and empty the list.

    Column by column, so that no more than one column is ever there twice.

    >>> parts = [pd.DataFrame({"a": [2]}), pd.DataFrame({"a": [1]})]
    >>> stacked(parts, lambda whole: np.argsort(whole["a"].to_numpy()))["a"].tolist(), parts
    ([1, 2], [])
    """
    names = list(parts[0].columns)
    loose = [{name: part[name].to_numpy() for name in names} for part in parts]
    parts.clear()
    columns = {name: np.concatenate([each.pop(name) for each in loose]) for name in names}
    if order is not None:
        rows = order(_frame(columns))
        for name in columns:
            columns[name] = columns[name][rows]
    return _frame(columns)


def _frame(columns: Mapping[str, NDArray[Any]]) -> pd.DataFrame:
    # Of plain arrays pandas would make texts of its own, which take several times the room.
    return pd.DataFrame(
        {name: pd.Series(one, dtype=one.dtype, copy=False) for name, one in columns.items()}, copy=False
    )


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame's rows as dictionaries by column name.

    >>> records(pd.DataFrame({"zone": ["barrier"]}))
    [{'zone': 'barrier'}]
    """
    rows: list[Any] = frame.to_dict("records")
    return rows
