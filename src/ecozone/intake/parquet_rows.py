"""Rows of a Parquet file by their numbers: a group of a million rows is decoded once, not once for every part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

#: Rows that are decoded at once, and bytes that are read at once of each column.
_ROWS, _BUFFER_BYTES = 8192, 1 << 20


@dataclass
class _Place:
    """Where reading has come to: the next row, and what was decoded beyond it."""

    key: tuple[str, int, int, tuple[str, ...]]
    row: int
    batches: Iterator[pa.RecordBatch]
    left: list[pa.RecordBatch] = field(default_factory=list)


#: One for the process, which reads one file after the other.
_places: list[_Place] = []


def rows_of(path: Path, rows: range, columns: Sequence[str]) -> pa.Table:
    """Return some rows of a file, fewer where it ends before.

    Raises
    ------
    pyarrow.ArrowException, OSError, ValueError
        Where the file is damaged.
    """
    stat = path.stat()
    key = (str(path), stat.st_size, stat.st_mtime_ns, tuple(columns))
    place = _places.pop() if _places else None
    if place is None or place.key != key or place.row > rows.start:
        file = pq.ParquetFile(path, buffer_size=_BUFFER_BYTES)
        first, groups = _groups_from(file, rows.start)
        place = _Place(key, first, file.iter_batches(_ROWS, row_groups=groups, columns=list(columns)))
    _take(place, rows.start - place.row)
    found = _take(place, len(rows))
    _places.append(place)
    if not found:
        schema = pq.read_schema(path)
        return pa.schema([schema.field(name) for name in columns]).empty_table()
    return pa.Table.from_batches(found).select(list(columns))


def _groups_from(file: pq.ParquetFile, row: int) -> tuple[int, list[int]]:
    """Return the row groups from the one that holds ``row`` on, and the first row of these."""
    first = 0
    for group in range(file.num_row_groups):
        length = file.metadata.row_group(group).num_rows
        if row < first + length:
            return first, list(range(group, file.num_row_groups))
        first += length
    return first, []


def _take(place: _Place, count: int) -> list[pa.RecordBatch]:
    """Move on by ``count`` rows and return them."""
    taken: list[pa.RecordBatch] = []
    while count > 0:
        batch = place.left.pop() if place.left else next(place.batches, None)
        if batch is None:
            break
        if len(batch) > count:
            place.left.append(batch.slice(count))
            batch = batch.slice(0, count)
        taken.append(batch)
        count -= len(batch)
        place.row += len(batch)
    return taken
