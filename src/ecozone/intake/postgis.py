"""A PostGIS table as a layer: rows in one state of the database, their shapes as WKB, and a hash of what was read.

A table has no row numbers and no file hash. Its rows are named by their key where they have a whole-numbered one, else
counted in an order that only their content decides; the hash is of their content, whatever order the server gives.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import geopandas as gpd
from pyproj import CRS

from ecozone.errors import CrsError, InputError
from ecozone.intake.limits import Limits
from ecozone.intake.ogr import ARC_STEP_DEGREES, decode_wkb
from ecozone.intake.postgis_address import Database
from ecozone.intake.postgis_catalogue import Attribute, GeometryColumn, attributes, choose, geometry_columns
from ecozone.intake.postgis_query import count_of, crs_words, near, rows_of, srid_of
from ecozone.intake.postgis_session import session
from ecozone.intake.reading import Options, Reading, declared_crs, listed, refusal
from ecozone.notices import Notice, notice

_WHOLE = frozenset({"int2", "int4", "int8"})
_MOMENTS = frozenset({"timestamp", "timestamptz"})
_SHAPES = frozenset({"geometry", "geography"})
#: Pictures and files: no attribute of a zone, and often larger than all the rest.
_UNREAD = frozenset({"bytea", "raster"})
#: Names of a column that counts rows where no primary key says so, as in a view.
_COUNTERS = ("gid", "fid", "ogc_fid", "objectid", "id")


@dataclass(frozen=True)
class TableReading:
    """A table as it was read, with the SHA-256 of its rows: their WKB, attributes and the CRS, in no order."""

    reading: Reading
    sha256: str


def read_table(
    database: Database, table: str | None, options: Options, limits: Limits, within: gpd.GeoSeries | None = None
) -> TableReading:
    """Read the rows of a table or view.

    Parameters
    ----------
    database : Database
    table : str or None
        See `ecozone.intake.postgis_catalogue.choose`.
    within : GeoSeries, optional
        With a CRS: only rows whose box touches the box of it are read, and those that lie nowhere.

    Raises
    ------
    UsageError
        Where the extra ``postgis`` is not installed.
    InputError
        Where the database cannot be reached or refuses, the table is missing or may not be read, or is too large.
    CrsError
        Where its shapes have several SRIDs, another than declared, or one that the database does not know.
    """
    with session(database, limits) as opened:
        chosen = choose(opened, table)
        if chosen.geography:
            raise InputError("postgis.geography", layer=chosen.layer)
        wanted, notices = _wanted(attributes(opened, chosen), chosen)
        limits.require("columns", len(wanted), layer=chosen.layer)
        srid, total = srid_of(opened, chosen)
        words = crs_words(opened, srid) if srid else None
        crs, about_crs = _crs(words, srid, options, chosen)
        query, count = rows_of(opened, chosen, wanted), total
        if within is not None:
            known = options.crs if crs is None else crs
            if known is None:
                raise CrsError("intake.no_crs", layer=chosen.layer)
            query = query.where(near(opened, chosen, srid, within, known))
            count = count_of(opened, query)
            if total and not count:
                raise InputError("postgis.none_near", layer=chosen.layer, total=total)
            notices.append(notice("postgis.near", found=count, total=total))
        limits.require("features", count, layer=chosen.layer)
        rows = [_row(values, wanted) for values in _bounded(opened.stream(query), limits, chosen)]
    if chosen.filtered:
        notices.append(notice("postgis.filtered", "warning"))
    rows, numbers, about_rows = _numbered(rows, wanted)
    notices += [*about_crs, about_rows, *_about_curves(rows)]
    geometries, wrong = decode_wkb([row.wkb for row in rows])
    columns = {one.name: _column([row.values[at] for row in rows], one.kind) for at, one in enumerate(wanted)}
    refused = {numbers[at]: refusal(error, numbers[at]) for at, error in wrong.items()}
    reading = Reading(chosen.layer, numbers, geometries, columns, crs, "declared", "utf-8", tuple(notices), refused)
    return TableReading(reading, _hash(rows, words))


def table_names(database: Database, limits: Limits) -> list[str]:
    """Return the names of the tables and views with geometry that the user may read.

    Raises
    ------
    InputError, UsageError
        As `read_table`.
    """
    with session(database, limits) as opened:
        return [one.layer for one in geometry_columns(opened) if one.readable]


@dataclass(frozen=True)
class _Row:
    wkb: bytes | None
    curve: str | None
    values: tuple[Any, ...]
    digest: bytes


def _wanted(every: Sequence[Attribute], chosen: GeometryColumn) -> tuple[list[Attribute], list[Notice]]:
    """Return the attributes to read, and say which are left out."""
    wanted: list[Attribute] = []
    said: list[Notice] = []
    for one in every:
        if one.name == chosen.column:
            continue
        if one.kind in _SHAPES:
            said.append(notice("intake.second_geometry", field=one.name))
        elif one.kind in _UNREAD:
            said.append(notice("intake.field_unread", "warning", field=one.name))
        elif not one.readable:
            said.append(notice("postgis.column_no_right", "warning", field=one.name))
        else:
            wanted.append(one)
    return wanted, said


def _crs(
    words: str | None, srid: int, options: Options, chosen: GeometryColumn
) -> tuple[CRS | None, tuple[Notice, ...]]:
    """Return the CRS that the database declares; where it only has a number for it, the user's word must stand in."""
    if words is not None:
        return declared_crs(words, options)
    if srid == 0:
        return None, ()
    if options.crs is None:
        raise CrsError("postgis.srid_unknown", layer=chosen.layer, srid=srid)
    return None, (notice("intake.crs_unreadable", "warning", value=f"SRID {srid}"),)


def _bounded(rows: Iterable[Sequence[Any]], limits: Limits, chosen: GeometryColumn) -> Iterator[Sequence[Any]]:
    """Pass rows on until they are larger than allowed."""
    size = 0
    for values in rows:
        size += sum(len(value) for value in values if isinstance(value, bytes | str))
        limits.require("bytes", size, layer=chosen.layer)
        yield values


def _row(values: Sequence[Any], wanted: Sequence[Attribute]) -> _Row:
    wkb, arc, kind, *own = values
    # By name: a column that only moved in its table changes nothing.
    plain = [str(value) if isinstance(value, Decimal) else value for value in own]
    named = dict(zip([one.name for one in wanted], plain, strict=True))
    content = hashlib.sha256(json.dumps([wkb is None, named], ensure_ascii=False, sort_keys=True).encode())
    content.update(wkb or b"")
    return _Row(wkb, kind if arc else None, tuple(own), content.digest())


def _numbered(rows: list[_Row], wanted: Sequence[Attribute]) -> tuple[list[_Row], list[int], Notice]:
    """Return the rows in an order of their own, the number that names each, and where that is from."""
    at = _counter(rows, wanted)
    if at is None:
        ordered = sorted(rows, key=lambda row: row.digest)
        return ordered, list(range(1, len(rows) + 1)), notice("postgis.counted")
    ordered = sorted(rows, key=lambda row: int(row.values[at]))
    return ordered, [int(row.values[at]) for row in ordered], notice("postgis.named", field=wanted[at].name)


def _counter(rows: Sequence[_Row], wanted: Sequence[Attribute]) -> int | None:
    """Return which attribute names the rows: the primary key, or else a column of one of the usual names."""
    numbers = [at for at, one in enumerate(wanted) if one.kind in _WHOLE]
    keys = [at for at in numbers if wanted[at].key]
    usual = [at for name in _COUNTERS for at in numbers if wanted[at].name.casefold() == name]
    for at in (*keys, *usual):
        values = {row.values[at] for row in rows}
        if None not in values and len(values) == len(rows):
            return at
    return None


def _about_curves(rows: Sequence[_Row]) -> list[Notice]:
    kinds = sorted({row.curve for row in rows if row.curve is not None})
    return [notice("intake.curves", "warning", kinds=listed(kinds), step=ARC_STEP_DEGREES)] if kinds else []


def _column(values: list[Any], kind: str) -> list[Any]:
    """Return a column as every reader gives it: numbers as such, moments in ISO 8601 with a T."""
    if kind == "numeric":
        finite = [value if value is not None and value.is_finite() else None for value in values]
        whole = all(value is None or _is_whole(value) for value in finite)
        return [value if value is None else int(value) if whole else float(value) for value in finite]
    if kind in _MOMENTS:
        return [value if value is None else value.replace(" ", "T", 1) for value in values]
    return values


def _is_whole(value: Decimal) -> bool:
    return abs(value) < 2**63 and value == value.to_integral_value()


def _hash(rows: Sequence[_Row], crs: str | None) -> str:
    whole = hashlib.sha256(json.dumps(crs, ensure_ascii=False).encode())
    for digest in sorted(row.digest for row in rows):
        whole.update(digest)
    return whole.hexdigest()
