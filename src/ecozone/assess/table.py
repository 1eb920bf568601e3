"""Results as frames in which a missing text is None and a missing number NaN, whatever pandas would infer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

#: A table whose columns are arrays, or one value for all rows; ``row`` says which site each row speaks of.
Columns = dict[str, Any]
#: Of so many possible rows each is marked; of more, those that there are get sorted.
_DENSE = 10_000_000


def table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], texts: Collection[str]) -> pd.DataFrame:
    """Return rows as a frame: ``texts`` (and yes/no) as objects, all other columns as floats.

    >>> table([{"layer": None, "overlap_m2": None}], ("layer", "overlap_m2"), {"layer"})
      layer  overlap_m2
    0  None         NaN
    """
    frame = pd.DataFrame(list(rows), columns=list(columns), dtype=object)
    return frame.astype({column: float for column in columns if column not in texts})


def stacked(
    parts: list[Columns],
    columns: Sequence[str],
    texts: Collection[str],
    order: NDArray[np.intp] | None = None,
) -> pd.DataFrame:
    """Return tables one below the other as a frame, in an order of the whole, and take their columns from them.

    Column by column, so that no more than one is ever there twice.

    Parameters
    ----------
    parts : list of mapping
        Each of as many rows as its ``row`` has; a column that is no array is of one value.

    Examples
    --------
    >>> parts = [{"row": np.array([4, 5]), "a": 2, "b": "x"}, {"row": np.array([3]), "a": np.array([1]), "b": None}]
    >>> stacked(parts, ("a", "b"), {"b"}, np.array([2, 0, 1])).to_dict("list")
    {'a': [1.0, 2.0, 2.0], 'b': [None, 'x', 'x']}
    """
    found: dict[str, pd.Series[Any]] = {}
    ends = np.cumsum([0, *(len(part["row"]) for part in parts)]).tolist()
    for name in columns:
        whole = np.empty(ends[-1], dtype=object if name in texts else np.float64)
        for part, (start, stop) in zip(parts, pairwise(ends), strict=True):
            whole[start:stop] = part.pop(name)
        # Of plain arrays pandas would make texts of its own, which take several times the room.
        found[name] = pd.Series(whole if order is None else whole[order], dtype=whole.dtype, copy=False)
    return pd.DataFrame(found, columns=list(columns), copy=False)


def once(texts: Iterable[str], known: dict[str, str]) -> NDArray[np.object_]:
    """Return texts, what is the same kept once; ``known`` are those that are kept already.

    >>> texts = once(["".join("ab"), "".join("ab")], {})
    >>> texts[0] is texts[1]
    True
    """
    return np.array([*(known.setdefault(text, text) for text in texts), None], dtype=object)[:-1]


def unique_rows(*columns: NDArray[Any]) -> tuple[list[tuple[int, ...]], NDArray[np.intp]]:
    """Return the rows that there are among columns of small whole numbers, sorted, and of each row its place there.

    >>> unique_rows(np.array([2, 0, 2]), np.array([True, False, True]))
    ([(0, 0), (2, 1)], array([1, 0, 1]))
    """
    sizes = [int(column.max(initial=0)) + 1 for column in columns]
    key = np.ravel_multi_index([column.astype(np.intp) for column in columns], sizes)
    if prod(sizes) <= _DENSE:
        seen = np.zeros(prod(sizes), dtype=bool)
        seen[key] = True
        kept, which = np.flatnonzero(seen), (np.cumsum(seen) - 1)[key]
    else:
        kept, which = np.unique(key, return_inverse=True)
    rows = zip(*(column.tolist() for column in np.unravel_index(kept, sizes)), strict=True)
    return list(rows), which


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame's rows as dictionaries by column name.

    >>> records(pd.DataFrame({"zone": ["barrier"]}))
    [{'zone': 'barrier'}]
    """
    rows: list[Any] = frame.to_dict("records")
    return rows
