"""Results as frames in which a missing text is None and a missing number NaN, whatever pandas would infer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

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

    >>> columns_table({"layer": [None], "overlap_m2": [2]}, ("layer", "overlap_m2"), {"layer"}).iloc[0].tolist()
    [None, 2.0]
    """
    frame = pd.DataFrame({name: pd.Series(values[name], dtype=object if name in texts else float) for name in columns})
    return frame[list(columns)]


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame's rows as dictionaries by column name.

    >>> records(pd.DataFrame({"zone": ["barrier"]}))
    [{'zone': 'barrier'}]
    """
    rows: list[Any] = frame.to_dict("records")
    return rows
