"""FlatGeobuf, through GDAL."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ecozone.errors import InputError
from ecozone.intake.ogr import layer_names, read_head, read_layer, read_part
from ecozone.intake.reading import Head, Options, Parts, Reader, Reading, choose_layer
from ecozone.intake.source import Source


def read(source: Source, layer: str | None, options: Options) -> Reading:
    """Read the one layer."""
    path = _private(source)
    return read_layer(source, path, choose_layer(_names(path), layer), "FlatGeobuf", options)


def head(source: Source, layer: str | None, options: Options) -> Head:
    """Open the one layer for reading part by part."""
    path = _private(source)
    return read_head(source, path, choose_layer(_names(path), layer), options)


def part(source: Source, of: Head, rows: range, columns: Sequence[str], geometry: bool) -> Reading:
    """Read some rows, by the file's index where it has one."""
    return read_part(_private(source), of, rows, columns, geometry=geometry, by_number=of.random)


def _private(source: Source) -> Path:
    place = source.folder / "u.fgb"
    return place if place.exists() else source.link(source.path, place.name)


def layers(source: Source) -> list[str]:
    """Name the one layer."""
    return _names(_private(source))


def _names(path: Path) -> list[str]:
    names = layer_names(path)
    if not names:
        # A whole FlatGeobuf has a layer, so GDAL could not read the header.
        raise InputError("intake.damaged", reason="FlatGeobuf")
    return names


READER = Reader(layers, read, parts=Parts(head, part))
