"""Noise that is the same on every machine: integer hashing, and only +, -, ×, ÷ and floor on top of it.

A NumPy generator may change its stream between releases and a sine its last digit between processors; the files of
the demonstration must not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float32]


def scatter(seed: int, *keys: ArrayLike) -> NDArray[np.float64]:
    """Return numbers in [0, 1), one for each broadcast tuple of integer ``keys``.

    The mixing steps are those of a 32-bit integer finaliser (two multiplications, three shifts).
    """
    arrays = np.broadcast_arrays(*(np.atleast_1d(np.asarray(key)).astype(np.int64) for key in keys))
    state = np.full(arrays[0].shape, (seed * 2_654_435_761 + 97) & 0xFFFFFFFF, dtype=np.uint32)
    for key in arrays:
        state = (state ^ key.astype(np.uint32)) * np.uint32(0x9E3779B9)
        state ^= state >> np.uint32(16)
        state *= np.uint32(0x7FEB352D)
        state ^= state >> np.uint32(15)
        state *= np.uint32(0x846CA68B)
        state ^= state >> np.uint32(16)
    return state.astype(np.float64) / 4_294_967_296.0


def _lattice(position: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    node = np.floor(position)
    part = position - node
    return node.astype(np.int64), part * part * (3.0 - 2.0 * part)


def ripple(distance: NDArray[np.float64], cell: float, seed: int) -> NDArray[np.float64]:
    """Return smooth noise in [-1, 1) along a line; ``distance`` and ``cell`` in one unit."""
    node, part = _lattice(distance / cell)
    start, end = scatter(seed, node), scatter(seed, node + 1)
    return 2.0 * (start + (end - start) * part) - 1.0


def relief(shape: tuple[int, int], cell: float, seed: int) -> Floats:
    """Return smooth noise in [0, 1) on a grid of ``shape`` rows and columns; ``cell`` is in pixels."""
    row, row_part = _lattice(np.arange(shape[0]) / cell)
    column, column_part = _lattice(np.arange(shape[1]) / cell)
    nodes = scatter(seed, np.arange(row[-1] + 2)[:, None], np.arange(column[-1] + 2)[None, :]).astype(np.float32)
    down = nodes[row] + (nodes[row + 1] - nodes[row]) * row_part.astype(np.float32)[:, None]
    left = down[:, column]
    result: Floats = left + (down[:, column + 1] - left) * column_part.astype(np.float32)[None, :]
    return result


def fractal(shape: tuple[int, int], cell: float, seed: int, octaves: int = 3) -> Floats:
    """Return noise in [0, 1) whose detail halves in size and weight with each octave."""
    total = np.zeros(shape, dtype=np.float32)
    weight, whole = 1.0, 0.0
    for octave in range(octaves):
        total += np.float32(weight) * relief(shape, cell / 2**octave, seed + octave)
        whole += weight
        weight /= 2.0
    return total / np.float32(whole)
