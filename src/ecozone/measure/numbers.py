"""Numbers for the values of a raster, in the order in which they are met: a hash table that kernels fill."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ecozone.measure.arrays import Ints, Mask
from ecozone.measure.compiled import kernel

#: The number that stands for cells that a raster's own mask leaves out.
MASKED = 0


class Numbers:
    """Numbers for whole values, in the order in which they come; 0 for masked cells.

    Parameters
    ----------
    dtype : str
        Of the values; of 64-bit unsigned ones the bits are kept.
    """

    def __init__(self, dtype: str) -> None:
        self._dtype = np.dtype(dtype)
        self._table = np.zeros(2**10, np.int32)
        self._keys = np.zeros(2**9, np.int64)
        self.size = 1

    def of(self, values: npt.NDArray[Any], valid: Mask | None = None) -> npt.NDArray[np.int32]:
        """Return the numbers of values, of their shape."""
        keys = np.ascontiguousarray(values.reshape(-1), np.int64)
        mask = np.zeros(0, np.bool_) if valid is None else np.ascontiguousarray(valid.reshape(-1))
        numbers = np.empty(len(keys), np.int32)
        done = 0
        while True:
            done, self.size = _numbered(keys, mask, done, self._table, self._keys, self.size, numbers)
            if done == len(keys):
                return numbers.reshape(values.shape)
            self._keys = np.concatenate([self._keys, np.zeros_like(self._keys)])
            self._table = np.zeros(2 * len(self._table), np.int32)
            _rehash(self._keys, self.size, self._table)

    def key(self, numbers: Ints) -> Ints:
        """Return the values that have these numbers."""
        return self._keys[numbers]


@kernel()
def _slot(key: int, size: int) -> int:
    """Return where to look for a key first in a table of 2ⁿ places (Fibonacci hashing, Knuth 6.4)."""
    mixed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    return int(mixed >> np.uint64(20)) & (size - 1)


@kernel("void(int64[::1], int64, int32[::1])")
def _rehash(keys: Any, count: int, table: Any) -> None:
    """Enter the keys of the numbers from 1 on in an empty table."""
    for number in range(1, count):
        at = _slot(keys[number], table.size)
        while table[at] != 0:
            at = (at + 1) & (table.size - 1)
        table[at] = number


@kernel(
    "UniTuple(int64, 2)(int64[::1], boolean[::1], int64, int32[::1], int64[::1], int64, int32[::1])",
)
def _numbered(values: Any, valid: Any, done: int, table: Any, keys: Any, count: int, numbers: Any) -> tuple[int, int]:
    """Return how far, from place ``done`` on, values were numbered before ``keys`` was full, and the next number."""
    masked = valid.size > 0
    last, number = np.int64(0), np.int32(0)
    for i in range(done, values.size):
        if masked and not valid[i]:
            numbers[i] = 0
            continue
        if number == 0 or values[i] != last:
            last = values[i]
            at = _slot(last, table.size)
            while table[at] != 0 and keys[table[at]] != last:
                at = (at + 1) & (table.size - 1)
            if table[at] == 0:
                if count == keys.size:
                    return i, count
                keys[count] = last
                table[at] = count
                count += 1
            number = table[at]
        numbers[i] = number
    return values.size, count
