"""Which runs of cells are connected, and which edges follow each other around a patch. Importing this loads numba."""

from __future__ import annotations

from typing import Any

import numpy as np

from ecozone.measure.arrays import Ints
from ecozone.measure.compiled import kernel


def connected(rows: Ints, starts: Ints, ends: Ints, pairs: Ints) -> Ints:
    """Return the number of each run's component: runs of one pair are connected where they share an edge of cells.

    Parameters
    ----------
    rows, starts, ends, pairs : ndarray, shape (runs,)
        Sorted by row and first column.

    Returns
    -------
    ndarray, shape (runs,)
        From 0, in the order of the first run of each component.

    Examples
    --------
    >>> rows, starts, ends = np.array([0, 0, 1, 2]), np.array([0, 4, 0, 3]), np.array([2, 6, 5, 4])
    >>> connected(rows, starts, ends, np.array([7, 7, 7, 8])).tolist()
    [0, 0, 0, 1]
    """
    order = np.lexsort((starts, rows))
    parents = np.arange(len(rows))
    _join(rows[order], starts[order], ends[order], pairs[order], parents)
    _, labels = np.unique(parents, return_inverse=True)
    found = np.empty(len(rows), np.int64)
    found[order] = labels.reshape(-1)
    return found


@kernel()
def _root(parents: Any, run: int) -> int:
    while parents[run] != run:
        parents[run] = parents[parents[run]]
        run = parents[run]
    return run


@kernel("void(int64[::1], int64[::1], int64[::1], int64[::1], int64[::1])")
def _join(rows: Any, starts: Any, ends: Any, pairs: Any, parents: Any) -> None:
    """Lead each run to the first run of its component."""
    above = 0
    for run in range(len(rows)):
        while above < run and (rows[above] < rows[run] - 1 or (rows[above] < rows[run] and ends[above] <= starts[run])):
            above += 1
        other = above
        while other < run and rows[other] == rows[run] - 1 and starts[other] < ends[run]:
            if pairs[other] == pairs[run]:
                one, two = _root(parents, run), _root(parents, other)
                parents[max(one, two)] = min(one, two)
            other += 1
    for run in range(len(rows)):
        parents[run] = _root(parents, run)


@kernel("void(int64[::1], int64[::1], int64[::1])")
def follow(following: Any, order: Any, rings: Any) -> None:
    """Write edges ring after ring: ``order`` takes the edges, ``rings`` the number of the ring of each."""
    seen = np.zeros(len(following), np.bool_)
    done, ring = 0, 0
    for edge in range(len(following)):
        if seen[edge]:
            continue
        at = edge
        while not seen[at]:
            seen[at] = True
            order[done] = at
            rings[done] = ring
            done += 1
            at = following[at]
        ring += 1
