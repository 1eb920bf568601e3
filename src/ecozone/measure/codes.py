"""The codes of a part of rasters: each block that is needed is decoded once, into numbers that kernels count by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from ecozone.errors import RasterError
from ecozone.landcover import CodeReader, LandRaster
from ecozone.measure.arrays import Ints, Mask
from ecozone.measure.compiled import kernel
from ecozone.measure.numbers import MASKED, Numbers

#: Cells that are renumbered at a time.
_CELLS = 2**21
#: Codes that 8 bits tell apart.
BYTE = 256
_WORD = 8


class Unreadable(NamedTuple):
    """A block that cannot be decoded: its file, its rows and its columns, ``first-last``."""

    file: str
    rows: str
    columns: str

    def ground(self, raster: LandRaster) -> BaseGeometry:
        """Return what it covers of a raster of this grid, in its CRS."""
        (top, foot), (left, right) = (map(int, ends.split("-")) for ends in (self.rows, self.columns))
        grid = raster.transform
        x = [grid.c + grid.a * column for column in (left, right + 1)]
        y = [grid.f + grid.e * row for row in (top, foot + 1)]
        return shapely.box(min(x), min(y), max(x), max(y))


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
            np.stack([part != MASKED for part in parts], axis=1),
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
