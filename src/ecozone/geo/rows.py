"""How rows are named to the user."""

from __future__ import annotations

from typing import Any

import pandas as pd


def row_name(index: Any, position: int) -> object:
    """Return the index label of a row; of a plain 0, 1, 2 … the row as a user counts it, from 1.

    >>> row_name(pd.RangeIndex(3), 0), row_name(pd.Index(["S1", "S2"]), 1), row_name(None, 4)
    (1, 'S2', 5)
    """
    if index is None or (isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1):
        return position + 1
    label: object = index[position]
    return label
