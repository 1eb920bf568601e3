"""Arrays by what they hold, rows added up by their keys, and how many processors there are for that."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
#: shapely geometries.
Shapes = npt.NDArray[np.object_]


def processors() -> int:
    """Return how many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def added_up(keys: Sequence[npt.NDArray[Any]], areas: Floats) -> tuple[Ints, Floats]:
    """Add up the areas of rows with equal keys, one after the other in the order of the rows.

    Returns
    -------
    ndarray
        The first row of each combination of keys, sorted by them.
    ndarray
        The sums.
    """
    order = np.asarray(np.lexsort(keys[::-1]), np.int64)
    new = np.zeros(len(order), np.bool_)
    new[:1] = True
    for key in keys:
        new[1:] |= key[order][1:] != key[order][:-1]
    if not len(order):
        return np.zeros(0, np.int64), np.zeros(0)
    return order[new], np.asarray(np.bincount(np.cumsum(new) - 1, areas[order]), np.float64)
