"""The codes of a part of rasters: each block that is needed is decoded once, into numbers that kernels count by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from ecozone.errors import RasterError
from ecozone.landcover import CodeReader, LandRaster
from ecozone.measure.arrays import Ints, Mask
from ecozone.measure.compiled import kernel

#: Cells that are renumbered at a time.
_CELLS = 2**21
#: Codes that 8 bits tell apart.
BYTE = 256
_WORD = 8
#: A number that stands for cells that a raster's own mask leaves out.
_MASKED = 0


class Unreadable(NamedTuple):
    """A block that cannot be decoded: its file, its rows and its columns, first and last."""

    file: str
    rows: str
    columns: str


class StripCodes:
    """The codes of one raster, or of several on one grid, strip by strip; open while in a ``with`` statement.

    One thread's own: file handles and buffers are kept from strip to strip.

    Parameters
    ----------
    rasters : tuple of LandRaster
        On one grid. What is counted is the combination of their codes in a cell.

    Attributes
    ----------
    codes : ndarray of uint8 or int32, shape (rows, columns)
        A number for each combination of codes, where it was asked for; padded to whole words of eight cells.
    lost : ndarray of bool, shape (rows of blocks, columns of blocks)
        The blocks that were asked for and cannot be decoded.
    unreadable : list of Unreadable
        The same, to be told.
    """

    def __init__(self, rasters: tuple[LandRaster, ...]) -> None:
        self.rasters = rasters
        self.block_rows, self.block_columns = rasters[0].block_shape
        self._open = ExitStack()
        self._readers: list[CodeReader] = []
        self._memory = np.zeros((3, 0), np.uint8)
        self.begin(0, 0, 0, 0)

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            self._readers = [opening.enter_context(raster.reading()) for raster in self.rasters]
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def begin(self, top: int, bottom: int, left: int, right: int) -> None:
        """Turn to other rows, from ``top`` to ``bottom``, and columns; ``top`` and ``left`` begin a block."""
        self._top, self._height, self._left, self._width = top, bottom - top, left, right - left
        padded = -(-self._width // _WORD) * _WORD
        if self._memory.shape[1] < self._height * padded:
            self._memory = np.zeros((3 if len(self.rasters) == 2 else 1, self._height * padded), np.uint8)
        own = self._memory[:, : self._height * padded].reshape(len(self._memory), self._height, padded)
        self.codes: npt.NDArray[Any] = own[0]
        in_bytes = all(map(_plain, self._readers))
        self._plain = in_bytes and len(self._readers) == 1
        self._pair = own[1:] if in_bytes and len(self._readers) == 2 else None
        self._pair_numbers = np.full(0 if self._pair is None else BYTE * BYTE, -1, np.int32)
        self._numbers = [Numbers(raster.dtype) for raster in self.rasters]
        self._joint = Numbers("int64")
        blocks = -(-self._height // self.block_rows), -(-self._width // self.block_columns)
        self._asked, self.lost = np.zeros(blocks, np.bool_), np.zeros(blocks, np.bool_)
        self.unreadable: list[Unreadable] = []

    @property
    def words(self) -> npt.NDArray[np.uint64]:
        """The same memory as ``codes``, eight codes a word; without columns where codes take more than 8 bits."""
        if self.codes.dtype != np.uint8:
            return np.zeros((self._height, 0), np.uint64)
        return self.codes.view(np.uint64)

    @property
    def size(self) -> int:
        """How many numbers may stand in ``codes``."""
        return max(BYTE, self._final.size)

    def decode(self, need: Mask) -> None:
        """Have the blocks in ``codes`` that ``need`` marks: those that were not asked for before are decoded."""
        for rows, columns in _rectangles(need & ~self._asked):
            self._asked[rows, columns] = True
            if self._decoded(rows, columns):
                continue
            # Which of the blocks is it?
            for row in range(rows.start, rows.stop):
                for column in range(columns.start, columns.stop):
                    if not self._decoded(slice(row, row + 1), slice(column, column + 1), last=True):
                        self.lost[row, column] = True

    def combinations(self, numbers: Ints) -> tuple[Ints, Mask]:
        """Return the codes of each raster that numbers in ``codes`` stand for, and whether they are valid.

        Returns
        -------
        codes : ndarray, shape (numbers, rasters)
            Unsigned codes beyond 63 bits are folded to the negative ones: see `ecozone.measure.partition.Tally`.
        valid : ndarray of bool, same shape
            False where the raster's own mask leaves a cell out.
        """
        if self._plain:
            bytes_ = np.arange(BYTE, dtype=np.uint8).view(self.rasters[0].dtype).astype(np.int64)
            return bytes_[numbers][:, None], np.ones((len(numbers), 1), np.bool_)
        if len(self.rasters) == 1:
            parts = [numbers]
        else:
            keys = self._joint.key(numbers)
            parts = [keys >> 32, keys & 0xFFFFFFFF]
        if self._pair is not None:
            bytes_of = [
                part.astype(np.uint8).view(raster.dtype) for part, raster in zip(parts, self.rasters, strict=True)
            ]
            return np.stack(bytes_of, axis=1).astype(np.int64), np.ones((len(numbers), 2), np.bool_)
        return (
            np.stack([own.key(part) for own, part in zip(self._numbers, parts, strict=True)], axis=1),
            np.stack([part != _MASKED for part in parts], axis=1),
        )

    @property
    def _final(self) -> Numbers:
        return self._numbers[0] if len(self.rasters) == 1 else self._joint

    def _decoded(self, rows: slice, columns: slice, *, last: bool = False) -> bool:
        """Decode a rectangle of blocks; say whether it could be. The ``last`` attempt tells of a failure."""
        top, foot = rows.start * self.block_rows, min(rows.stop * self.block_rows, self._height)
        left, right = columns.start * self.block_columns, min(columns.stop * self.block_columns, self._width)
        step = max(1, _CELLS // (foot - top) // self.block_columns) * self.block_columns
        if self._plain:
            step = right - left
        try:
            for first in range(left, right, step):
                self._read(top, foot, first, min(first + step, right))
        except RasterError as error:
            if last:
                file = str(error.place.file)
                self.unreadable.append(Unreadable(file, str(error.fields["rows"]), str(error.fields["columns"])))
            return False
        return True

    def _read(self, top: int, foot: int, left: int, right: int) -> None:
        window = self._top + top, self._left + left, foot - top, right - left
        if self._plain:
            target = self.codes[top:foot, left:right].view(self.rasters[0].dtype)
            self._readers[0].read_codes(*window, out=target)
            return
        if self._pair is not None:
            for reader, codes in zip(self._readers, self._pair, strict=True):
                reader.read_codes(*window, out=codes[top:foot, left:right].view(reader.raster.dtype))
            self._join(self._pair, top, foot, left, right)
            return
        parts = [own.of(*reader.read_codes(*window)) for own, reader in zip(self._numbers, self._readers, strict=True)]
        numbers = parts[0]
        if len(parts) > 1:
            numbers = self._joint.of(parts[0].astype(np.int64) << 32 | parts[1])
        if self._final.size > BYTE and self.codes.dtype == np.uint8:
            self.codes = self.codes.astype(np.int32)
        self.codes[top:foot, left:right] = numbers

    def _join(self, pair: npt.NDArray[np.uint8], top: int, foot: int, left: int, right: int) -> None:
        """Write numbers of pairs of bytes of two rasters into ``codes``."""
        words = pair.view(np.uint64)
        while self.codes.dtype == np.uint8:
            at = _joined(
                pair[0], pair[1], words[0], words[1], self._pair_numbers, top, foot, left, right, self.codes, self.words
            )
            if at < 0:
                return
            # A pair not met before.
            top = at // pair.shape[2]
            one, other = (int(byte) for byte in pair.reshape(2, -1)[:, at])
            number = int(self._joint.of(np.array([one << 32 | other]))[0])
            self._pair_numbers[one | other << 8] = number
            if number >= BYTE:
                self.codes = self.codes.astype(np.int32)
        keys = pair[:, top:foot, left:right].astype(np.int64)
        self.codes[top:foot, left:right] = self._joint.of(keys[0] << 32 | keys[1])


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


@kernel(
    "int64(uint8[:,::1], uint8[:,::1], uint64[:,::1], uint64[:,::1], int32[::1], int64, int64, int64, int64,"
    " uint8[:,::1], uint64[:,::1])"
)
def _joined(
    ones: Any,
    others: Any,
    one_words: Any,
    other_words: Any,
    numbers: Any,
    top: int,
    foot: int,
    left: int,
    right: int,
    codes: Any,
    words: Any,
) -> int:
    """Write the numbers of pairs of bytes; return the place of a pair that has none (-1), or -1."""
    one, other, joined, known = np.uint64(0), np.uint64(0), np.uint64(0), False
    for row in range(top, foot):
        for at in range(left >> 3, (right + 7) >> 3):
            # Words like the last ones are common: the sea, a forest.
            if known and one_words[row, at] == one and other_words[row, at] == other and (at + 1) << 3 <= right:
                words[row, at] = joined
                continue
            for column in range(max(at << 3, left), min((at + 1) << 3, right)):
                number = numbers[np.int64(ones[row, column]) | np.int64(others[row, column]) << 8]
                if number < 0:
                    place: int = row * ones.shape[1] + column
                    return place
                codes[row, column] = number
            one, other, joined = one_words[row, at], other_words[row, at], words[row, at]
            known = at << 3 >= left and (at + 1) << 3 <= right
    return -1


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


def _plain(reader: CodeReader) -> bool:
    """Say whether a raster's bytes can be counted as they are."""
    return np.dtype(reader.raster.dtype).itemsize == 1 and not reader.masked


def _rectangles(marked: Mask) -> Iterator[tuple[slice, slice]]:
    """Give rectangles that make up what is marked, each as wide as can be: a read costs more than its cells."""
    row = 0
    while row < len(marked):
        below = row + 1
        while below < len(marked) and (marked[below] == marked[row]).all():
            below += 1
        turns = np.flatnonzero(np.diff(marked[row], prepend=False, append=False))
        for first, last in turns.reshape(-1, 2):
            yield slice(row, below), slice(int(first), int(last))
        row = below
