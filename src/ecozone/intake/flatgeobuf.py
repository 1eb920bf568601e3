"""FlatGeobuf, through GDAL."""

from __future__ import annotations

from pathlib import Path

from ecozone.errors import InputError
from ecozone.intake.ogr import layer_names, read_layer
from ecozone.intake.reading import Options, Reader, Reading, choose_layer
from ecozone.intake.source import Source


def read(source: Source, layer: str | None, options: Options) -> Reading:
    """Read the one layer."""
    path = source.link(source.path, "u.fgb")
    return read_layer(source, path, choose_layer(_names(path), layer), "FlatGeobuf", options)


def layers(source: Source) -> list[str]:
    """Name the one layer."""
    return _names(source.link(source.path, "u.fgb"))


def _names(path: Path) -> list[str]:
    names = layer_names(path)
    if not names:
        # A whole FlatGeobuf has a layer, so GDAL could not read the header.
        raise InputError("intake.damaged", reason="FlatGeobuf")
    return names


READER = Reader(layers, read)
