"""Shapefiles, plain or zipped: shapes by GDAL, attributes by `ecozone.intake.dbf`, each part demanded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pyproj import CRS

from ecozone.errors import InputError
from ecozone.intake.archive import open_archive, sets_of, unpack
from ecozone.intake.dbf import read_dbf
from ecozone.intake.encoding import read_text
from ecozone.intake.ogr import layer_names, read_layer
from ecozone.intake.reading import Options, Reader, Reading, choose_layer, declared_crs, listed
from ecozone.intake.source import SHAPEFILE_PARTS, Source, siblings
from ecozone.notices import Notice, notice

_NEEDED = (".shx", ".dbf")


def read_plain(source: Source, layer: str | None, options: Options) -> Reading:
    """Read a ``.shp`` with the parts beside it."""
    choose_layer([source.stem], layer)
    return _read(source, siblings(source.path), source.stem, options, ())


def layers_plain(source: Source) -> list[str]:
    """Name the one layer of a plain shapefile."""
    return [source.stem]


def read_zip(source: Source, layer: str | None, options: Options) -> Reading:
    """Read one of the shapefiles of an archive, wherever in its folders it stands."""
    with open_archive(source.path, source.limits) as archive:
        groups, others = sets_of(archive, SHAPEFILE_PARTS)
        name = choose_layer(list(groups), layer)
        parts = {
            suffix: unpack(archive, member, source.folder / f"z{suffix}") for suffix, member in groups[name].items()
        }
    notices = (notice("intake.archive_others", files=listed(others)),) if others else ()
    return _read(source, parts, name, options, notices)


def layers_zip(source: Source) -> list[str]:
    """Name the shapefiles of an archive."""
    with open_archive(source.path, source.limits) as archive:
        return list(sets_of(archive, SHAPEFILE_PARTS)[0])


def _read(
    source: Source, parts: Mapping[str, Path], name: str, options: Options, notices: tuple[Notice, ...]
) -> Reading:
    missing = [suffix for suffix in _NEEDED if suffix not in parts]
    if missing:
        raise InputError(f"intake.missing{missing[0].replace('.', '_')}", layer=name)
    source.limits.require("bytes", sum(path.stat().st_size for path in parts.values()))
    # Without the table beside it, GDAL cannot guess an encoding, skip a record or fail over a text.
    for suffix in (".shp", ".shx"):
        source.link(parts[suffix], f"u{suffix}")
    path = source.folder / "u.shp"
    shapes = read_layer(source, path, layer_names(path)[0], "ESRI Shapefile", options)
    declared = parts[".cpg"].read_text("latin-1").strip()[:40] if ".cpg" in parts else None
    table = read_dbf(parts[".dbf"].read_bytes(), source.limits, declared=declared, given=options.encoding)
    if len(table.deleted) != len(shapes.rows):
        raise InputError("intake.parts_differ", layer=name, shapes=len(shapes.rows), records=len(table.deleted))
    kept = [at for at, deleted in enumerate(table.deleted) if not deleted]
    struck = [row for row, deleted in zip(shapes.rows, table.deleted, strict=True) if deleted]
    if struck:
        notices += (notice("intake.deleted_records", count=len(struck), rows=listed(struck)),)
    crs, about_crs = _crs(parts.get(".prj"), options)
    rows = [shapes.rows[at] for at in kept]
    return Reading(
        name,
        rows,
        [shapes.geometries[at] for at in kept],
        {column: [values[at] for at in kept] for column, values in table.columns.items()},
        crs,
        "declared",
        table.encoding.codec,
        (*notices, *about_crs, *shapes.notices, *table.notices),
        {row: why for row, why in shapes.refused.items() if row in set(rows)},
    )


def _crs(prj: Path | None, options: Options) -> tuple[CRS | None, tuple[Notice, ...]]:
    text = "" if prj is None else read_text(prj.read_bytes())[0].strip()
    return declared_crs(text, options) if text else (None, ())


PLAIN = Reader(layers_plain, read_plain)
ZIPPED = Reader(layers_zip, read_zip, layered=True)
