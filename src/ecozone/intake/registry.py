"""Format → reader: a further format is a module, a line here, and what `ecozone.intake.sniffing` knows it by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from ecozone.intake.reading import Reader
from ecozone.intake.sniffing import Format

#: The module of each format, and the name of its reader there.
_HOMES: dict[Format, tuple[str, str]] = {
    Format.CSV: ("csvfile", "READER"),
    Format.DXF: ("dxf", "READER"),
    Format.FILEGDB: ("filegdb", "READER"),
    Format.FILEGDB_ZIP: ("filegdb", "READER"),
    Format.FLATGEOBUF: ("flatgeobuf", "READER"),
    Format.GEOJSON: ("geojson", "READER"),
    Format.GEOPACKAGE: ("geopackage", "READER"),
    Format.GEOPARQUET: ("geoparquet", "READER"),
    Format.KML: ("kml", "READER"),
    Format.KMZ: ("kmz", "READER"),
    Format.MAPINFO_MIF: ("mapinfo", "MIF"),
    Format.MAPINFO_TAB: ("mapinfo", "TAB"),
    Format.MAPINFO_ZIP: ("mapinfo", "ZIPPED"),
    Format.SHAPEFILE: ("shapefile", "PLAIN"),
    Format.SHAPEFILE_ZIP: ("shapefile", "ZIPPED"),
    Format.TXT: ("txt", "READER"),
    Format.WKT: ("wkt", "READER"),
    Format.XLSX: ("xlsxfile", "READER"),
}


class _Readers(Mapping[Format, Reader]):
    """Readers by format, each with the libraries that it needs loaded when it is asked for."""

    def __getitem__(self, kind: Format) -> Reader:
        module, name = _HOMES[kind]
        found: Reader = getattr(import_module(f"ecozone.intake.{module}"), name)
        return found

    def __iter__(self) -> Iterator[Format]:
        return iter(_HOMES)

    def __len__(self) -> int:
        return len(_HOMES)


READERS: Mapping[Format, Reader] = _Readers()
