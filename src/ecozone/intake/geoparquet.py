"""GeoParquet (OGC, 1.0 and 1.1), through pyarrow: WKB of the primary column, CRS as PROJJSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import CRS

from ecozone.errors import InputError
from ecozone.geo import norm_crs
from ecozone.intake.ogr import decode_wkb
from ecozone.intake.parquet_rows import rows_of
from ecozone.intake.reading import (
    CrsOrigin,
    Head,
    Options,
    Parts,
    Reader,
    Reading,
    choose_layer,
    declared_crs,
    part_length,
    refusal,
)
from ecozone.intake.source import Source
from ecozone.notices import Notice, notice

WGS84 = "EPSG:4326"


def read(source: Source, layer: str | None, options: Options) -> Reading:
    """Read the rows with the geometry of the primary column."""
    choose_layer([source.stem], layer)
    with _open(source) as file:
        geo = _metadata(file)
        source.limits.require("features", file.metadata.num_rows)
        source.limits.require("columns", file.metadata.num_columns)
        groups = (file.metadata.row_group(at).total_byte_size for at in range(file.num_row_groups))
        source.limits.require("bytes", sum(groups))
        primary, column = _primary(geo, file.schema_arrow)
        table = file.read()
    crs, origin, notices = _about(geo, primary, column, options)
    own = [name for name in table.column_names if name not in geo["columns"]]
    return _reading(source, table, primary, own, crs, origin, notices)


def head(source: Source, layer: str | None, options: Options) -> Head:
    """Open the file for reading part by part."""
    choose_layer([source.stem], layer)
    with _open(source) as file:
        geo = _metadata(file)
        source.limits.require("columns", file.metadata.num_columns)
        primary, column = _primary(geo, file.schema_arrow)
        count = int(file.metadata.num_rows)
        own = tuple(name for name in file.schema_arrow.names if name not in geo["columns"])
    crs, origin, notices = _about(geo, primary, column, options)
    return Head(source.stem, count, own, crs, origin, notices)


def part(source: Source, of: Head, rows: range, columns: Sequence[str], geometry: bool) -> Reading:
    """Read some rows; those that follow the last ones read are found at once."""
    with _open(source) as file:
        primary, _ = _primary(_metadata(file), file.schema_arrow)
        table = rows_of(source.path, rows, [*columns, *([primary] if geometry else [])])
    if len(table) != len(rows):
        raise part_length(rows, len(table))
    return _reading(source, table, primary if geometry else None, columns, of.crs, of.crs_origin, (), rows.start)


def layers(source: Source) -> list[str]:
    """Name the one layer of a Parquet file."""
    return [source.stem]


@contextmanager
def _open(source: Source) -> Iterator[pq.ParquetFile]:
    try:
        with pq.ParquetFile(source.path) as file:
            yield file
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise InputError("intake.damaged", reason=str(error)[:200].replace(str(source.path), source.name)) from error


def _reading(
    source: Source,
    table: pa.Table,
    primary: str | None,
    own: Sequence[str],
    crs: CRS | None,
    origin: CrsOrigin,
    notices: tuple[Notice, ...],
    first: int = 0,
) -> Reading:
    blobs = [None] * len(table) if primary is None else table.column(primary).to_pylist()
    if not all(blob is None or isinstance(blob, bytes) for blob in blobs):
        raise InputError("intake.parquet_encoding", found=str(table.schema.field(str(primary)).type)[:60])
    geometries, wrong = decode_wkb(blobs)
    rows = range(first + 1, first + len(blobs) + 1)
    return Reading(
        source.stem,
        rows,
        geometries,
        {name: table.column(name).to_pylist() for name in own},
        crs,
        origin,
        "utf-8",
        notices,
        {rows[at]: refusal(error, rows[at]) for at, error in wrong.items()},
    )


def _about(
    geo: dict[str, Any], primary: str, column: dict[str, Any], options: Options
) -> tuple[CRS | None, CrsOrigin, tuple[Notice, ...]]:
    """Return the CRS, and what to say of the file as a whole."""
    crs, origin, about_crs = _crs(column, options)
    others = [name for name in geo["columns"] if name != primary]
    return crs, origin, (*about_crs, *(notice("intake.second_geometry", field=name) for name in others))


def _metadata(file: pq.ParquetFile) -> dict[str, Any]:
    raw = (file.schema_arrow.metadata or {}).get(b"geo")
    if raw is None:
        raise InputError("intake.not_geoparquet")
    geo = json.loads(raw)
    if not isinstance(geo, dict) or not isinstance(geo.get("columns"), dict):
        raise InputError("intake.not_geoparquet")
    return geo


def _primary(geo: dict[str, Any], schema: pa.Schema) -> tuple[str, dict[str, Any]]:
    name = geo.get("primary_column")
    column = geo["columns"].get(name) if isinstance(name, str) else None
    if not isinstance(column, dict) or schema.names.count(str(name)) != 1:
        raise InputError("intake.not_geoparquet")
    if column.get("encoding") != "WKB":
        raise InputError("intake.parquet_encoding", found=str(column.get("encoding"))[:60])
    if column.get("edges", "planar") != "planar":
        raise InputError("intake.parquet_edges", found=str(column["edges"])[:60])
    return str(name), column


def _crs(column: dict[str, Any], options: Options) -> tuple[CRS | None, CrsOrigin, tuple[Notice, ...]]:
    """Return the declared CRS; by the standard no word means OGC:CRS84 and null means that nobody knows."""
    if "crs" not in column:
        return norm_crs(WGS84), "standard", ()
    declared = column["crs"]
    if declared is None:
        return None, "declared", ()
    text = json.dumps(declared) if isinstance(declared, dict) else str(declared)
    crs, notices = declared_crs(text, options)
    return crs, "declared", notices


READER = Reader(layers, read, parts=Parts(head, part))
