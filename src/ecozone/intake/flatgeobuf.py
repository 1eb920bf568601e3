"""FlatGeobuf, through GDAL."""

from __future__ import annotations

from ecozone.intake.ogr import layer_names, read_layer
from ecozone.intake.reading import Options, Reader, Reading, choose_layer
from ecozone.intake.source import Source


def read(source: Source, layer: str | None, options: Options) -> Reading:
    """Read the one layer."""
    path = source.link(source.path, "u.fgb")
    return read_layer(source, path, choose_layer(layer_names(path), layer), "FlatGeobuf", options)


def layers(source: Source) -> list[str]:
    """Name the one layer."""
    return layer_names(source.link(source.path, "u.fgb"))


READER = Reader(layers, read)
