"""GeoPackage: a SQLite database, read through GDAL without a write beside the user's file."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ecozone.errors import InputError
from ecozone.intake.ogr import layer_names, numbered, read_head, read_layer, read_part
from ecozone.intake.reading import Head, Options, Parts, Reader, Reading, choose_layer
from ecozone.intake.source import Source, write_ahead_log
from ecozone.notices import notice

#: Bytes 18 and 19 of a SQLite file are 2 where it keeps a write-ahead log (SQLite file format, 1.3.3).
_JOURNAL_AT, _WRITE_AHEAD = 18, 2
_HEADER_BYTES = 100


def read(source: Source, layer: str | None, options: Options) -> Reading:
    """Read one layer; with the changes of an open project that still stand in the log beside the file."""
    path = _private(source)
    reading = read_layer(source, path, choose_layer(layer_names(path), layer), "GPKG", options)
    if write_ahead_log(source.path) is None:
        return reading
    return replace(reading, notices=(*reading.notices, notice("intake.write_ahead_log", "warning")))


def head(source: Source, layer: str | None, options: Options) -> Head:
    """Open one layer for reading part by part."""
    path = _private(source)
    found = numbered(path, read_head(source, path, choose_layer(layer_names(path), layer), options))
    if write_ahead_log(source.path) is None:
        return found
    return replace(found, notices=(*found.notices, notice("intake.write_ahead_log", "warning")))


def part(source: Source, of: Head, rows: range, columns: Sequence[str], geometry: bool) -> Reading:
    """Read some rows; SQLite passes over those before at no cost."""
    return read_part(_private(source), of, rows, columns, geometry=geometry, by_number=False)


def layers(source: Source) -> list[str]:
    """Name the layers that have geometry."""
    return layer_names(_private(source))


def _private(source: Source) -> Path:
    """Link the file, or copy it where SQLite would write a log and its index beside it."""
    place = source.folder / "u.gpkg"
    if place.exists():
        return place
    with source.path.open("rb") as stream:
        head = stream.read(_HEADER_BYTES)
    _require_whole(head, source)
    if head[_JOURNAL_AT] != _WRITE_AHEAD:
        return source.link(source.path, place.name)
    log = write_ahead_log(source.path)
    if log is not None:
        source.copy(log, "u.gpkg-wal")
    return source.copy(source.path, place.name)


def _require_whole(head: bytes, source: Source) -> None:
    """Refuse a database that is shorter than its header says (SQLite file format, 1.3.2 and 1.3.7)."""
    if len(head) < _HEADER_BYTES:
        raise InputError("intake.truncated", expected=_HEADER_BYTES, found=len(head))
    page, pages = struct.unpack_from(">H", head, 16)[0], struct.unpack_from(">I", head, 28)[0]
    expected = (65_536 if page == 1 else page) * pages
    found = source.path.stat().st_size
    # The number of pages counts only where the last writer kept it.
    if head[24:28] == head[92:96] and found < expected:
        raise InputError("intake.truncated", expected=expected, found=found)


READER = Reader(layers, read, layered=True, parts=Parts(head, part))
