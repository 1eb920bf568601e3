"""GeoParquet (OGC, 1.0 and 1.1), through pyarrow: WKB of the primary column, CRS as PROJJSON."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import CRS

from ecozone.errors import InputError
from ecozone.geo import norm_crs
from ecozone.intake.ogr import decode_wkb
from ecozone.intake.reading import CrsOrigin, Options, Reader, Reading, choose_layer, declared_crs, refusal
from ecozone.intake.source import Source
from ecozone.notices import Notice, notice

WGS84 = "EPSG:4326"


def read(source: Source, layer: str | None, options: Options) -> Reading:
    """Read the rows with the geometry of the primary column."""
    choose_layer([source.stem], layer)
    try:
        with pq.ParquetFile(source.path) as file:
            geo = _metadata(file)
            source.limits.require("features", file.metadata.num_rows)
            source.limits.require("columns", file.metadata.num_columns)
            groups = (file.metadata.row_group(at).total_byte_size for at in range(file.num_row_groups))
            source.limits.require("bytes", sum(groups))
            table = file.read()
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise InputError("intake.damaged", reason=str(error)[:200].replace(str(source.path), source.name)) from error
    primary, column = _primary(geo, table)
    blobs = table.column(primary).to_pylist()
    if not all(blob is None or isinstance(blob, bytes) for blob in blobs):
        raise InputError("intake.parquet_encoding", found=str(table.schema.field(primary).type)[:60])
    geometries, wrong = decode_wkb(blobs)
    rows = range(1, len(blobs) + 1)
    others = [name for name in geo["columns"] if name != primary]
    notices: list[Notice] = [notice("intake.second_geometry", field=name) for name in others]
    crs, origin, about_crs = _crs(column, options)
    return Reading(
        source.stem,
        rows,
        geometries,
        {name: table.column(name).to_pylist() for name in table.column_names if name not in geo["columns"]},
        crs,
        origin,
        "utf-8",
        (*about_crs, *notices),
        {rows[at]: refusal(error, rows[at]) for at, error in wrong.items()},
    )


def layers(source: Source) -> list[str]:
    """Name the one layer of a Parquet file."""
    return [source.stem]


def _metadata(file: pq.ParquetFile) -> dict[str, Any]:
    raw = (file.schema_arrow.metadata or {}).get(b"geo")
    if raw is None:
        raise InputError("intake.not_geoparquet")
    geo = json.loads(raw)
    if not isinstance(geo, dict) or not isinstance(geo.get("columns"), dict):
        raise InputError("intake.not_geoparquet")
    return geo


def _primary(geo: dict[str, Any], table: pa.Table) -> tuple[str, dict[str, Any]]:
    name = geo.get("primary_column")
    column = geo["columns"].get(name) if isinstance(name, str) else None
    if not isinstance(column, dict) or table.column_names.count(str(name)) != 1:
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


READER = Reader(layers, read)
