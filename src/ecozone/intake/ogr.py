"""Layers that GDAL reads: whole layers as WKB by pyogrio; feature by feature by fiona where one record spoils it.

WKB is decoded here, feature by feature, so that one ring that GEOS refuses costs one feature and not the layer.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from ecozone.errors import GeometryError, InputError
from ecozone.geo.gdal import pyogrio
from ecozone.intake.reading import Head, Options, Reading, column_name, declared_crs, part_length, refusal
from ecozone.intake.source import Source
from ecozone.notices import Notice, notice
from ecozone.text import say

#: Degrees of arc between two vertices of a curve made plain: a circle loses 5e-7 of its area (GDAL's own 4°: 8e-4).
ARC_STEP_DEGREES = "0.1"

#: Nested collections above this number are an attack on the stack of GEOS, which descends once a level.
_COLLECTIONS = 1000
_COLLECTION_HEADS = (b"\x01\x07\x00\x00\x00", b"\x00\x00\x00\x00\x07")

#: How GDAL says that none of its drivers, or not the one it was told, knows a file; the rest is advice to programmers.
_NOT_THIS_FORMAT = "not recognized as being in a supported file format"

#: What loses a whole file, and what GDAL's warnings arrive as.
_WHOLE_FILE = (RuntimeError, ValueError)
_SAID_BY_GDAL = (RuntimeWarning, UserWarning)


def layer_names(path: Path) -> list[str]:
    """Return the names of the layers that have geometry."""
    try:
        with _listening():
            return [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    except _WHOLE_FILE as error:
        raise InputError("intake.damaged", reason=_reason(error, path)) from error


#: Makes columns and notices of the names and values of fields, texts read as Latin-1, which loses no byte.
Decoder = Callable[[Sequence[str], Sequence[Any]], tuple[dict[str, list[Any]], list[Notice]]]


def read_layer(
    source: Source, path: Path, layer: str, driver: str, options: Options, decoder: Decoder | None = None
) -> Reading:
    """Read one layer.

    Parameters
    ----------
    path : Path
        In the private folder of ``source``.
    driver : str
        GDAL's name for the format, for fiona; pyogrio takes no such word, so the sniffed content stands for it.
    decoder : function, optional
        Of the texts, where GDAL hands on the bytes of the file and not UTF-8.

    Raises
    ------
    InputError
        Where nothing of the layer can be read, or it exceeds a limit.
    """
    notices: list[Notice] = []
    with _listening() as heard:
        try:
            # Names of fields may be in any encoding; Latin-1 stops at none, and they are not asked for here.
            info = pyogrio.read_info(path, layer=layer, force_feature_count=True, encoding="latin-1")
            count = int(info["features"])
            source.limits.require("features", count)
            try:
                reading = _whole(path, layer, decoder)
            except pyogrio.errors.DataLayerError:
                reading = _one_by_one(path, layer, driver, count)
        except _WHOLE_FILE as error:
            raise InputError("intake.damaged", layer=layer, reason=_reason(error, path)) from error
        notices += _about_curves(path, layer)
    crs, about_crs = _crs(info["crs"], options)
    notices += _heard(heard, path)
    return Reading(
        layer,
        reading.rows,
        reading.geometries,
        reading.columns,
        crs,
        "declared",
        "utf-8",
        (*about_crs, *reading.notices, *notices),
        reading.refused,
    )


def decode_wkb(blobs: Sequence[bytes | None]) -> tuple[list[BaseGeometry | None], dict[int, GeometryError]]:
    """Decode WKB one by one; what cannot be decoded is None and has its reason, by position."""
    whole = np.empty(len(blobs), dtype=object)
    whole[:] = blobs
    wrong: dict[int, GeometryError] = {}
    filled = [blob for blob in blobs if blob is not None]
    # One search tells that none holds so many.
    if _collections(b"".join(filled)) > _COLLECTIONS:
        for at, blob in enumerate(blobs):
            if blob is not None and _collections(blob) > _COLLECTIONS:
                wrong[at] = GeometryError("intake.wrong_nesting", kind="GeometryCollection")
                whole[at] = None
    geometries = shapely.from_wkb(whole, on_invalid="ignore")
    for at in np.flatnonzero(shapely.is_missing(geometries)).tolist():
        if whole[at] is not None:
            try:
                geometries[at] = shapely.from_wkb(whole[at])
            except shapely.GEOSException as error:
                wrong[at] = GeometryError("intake.shape_unreadable", reason=str(error)[:120])
    return geometries.tolist(), wrong


def _collections(data: bytes) -> int:
    return sum(data.count(head) for head in _COLLECTION_HEADS)


def _whole(path: Path, layer: str, decoder: Decoder | None = None, *, first: int = 0, **chosen: Any) -> Reading:
    """Read a layer, or of it what pyogrio's words choose, whose rows are counted from ``first``."""
    notices: list[Notice] = []
    columns: dict[str, list[Any]] = {}
    words = {"layer": layer, "datetime_as_string": True, **chosen}
    with _fine_arcs():
        try:
            codec = None if decoder is None else "latin-1"
            meta, _, blobs, values = pyogrio.raw.read(path, encoding=codec, **words)
        except UnicodeDecodeError:
            # One text that is not UTF-8 loses the layer: read bytes as Latin-1, which loses none, and decode each.
            decoder = partial(_each_decoded, first=first)
            meta, _, blobs, values = pyogrio.raw.read(path, encoding="latin-1", **words)
    if decoder is not None:
        columns, notices = decoder(meta["fields"], values)
    else:
        for number, (name, column) in enumerate(zip(meta["fields"], values, strict=True), 1):
            columns[column_name(str(name), columns, number)] = column.tolist()
    if blobs is None:
        blobs = np.full(len(values[0]) if values else 0, None, dtype=object)
    rows = range(first + 1, first + len(blobs) + 1)
    geometries, wrong = decode_wkb(list(blobs))
    refused = {rows[at]: refusal(error, rows[at]) for at, error in wrong.items()}
    return Reading(layer, rows, geometries, columns, notices=tuple(notices), refused=refused)


def _streamed(path: Path, layer: str, *, first: int, columns: Sequence[str], **chosen: Any) -> Reading | None:
    """Read as `_whole` does, through Arrow; None where the two would not give the same: gaps, dates, odd bytes."""
    try:
        meta, table = pyogrio.read_arrow(path, layer=layer, columns=columns, **chosen)
        named = {str(name): table.column(str(name)) for name in meta["fields"]}
        if not all(_plainly(values) for values in named.values()) or len(named) < len(columns):
            return None
        found: dict[str, list[Any]] = {}
        for number, (name, values) in enumerate(named.items(), 1):
            found[column_name(name, found, number)] = values.to_pylist()
    except (*_WHOLE_FILE, pa.ArrowException, KeyError):
        return None
    blobs: list[bytes | None] = [None] * len(table)
    if chosen["read_geometry"]:
        blobs = table.column(meta["geometry_name"] or "wkb_geometry").to_pylist()
    rows = range(first + 1, first + len(blobs) + 1)
    geometries, wrong = decode_wkb(blobs)
    refused = {rows[at]: refusal(error, rows[at]) for at, error in wrong.items()}
    return Reading(layer, rows, geometries, found, refused=refused)


def _plainly(values: pa.ChunkedArray) -> bool:
    kind = values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return True
    return bool((pa.types.is_integer(kind) or pa.types.is_floating(kind)) and not values.null_count)


def read_head(source: Source, path: Path, layer: str, options: Options) -> Head:
    """Return what a layer says of itself.

    Raises
    ------
    InputError
        As `read_layer`, but for the number of features.
    """
    with _listening() as heard:
        try:
            info = pyogrio.read_info(path, layer=layer, force_feature_count=True)
        except _WHOLE_FILE as error:
            raise InputError("intake.damaged", layer=layer, reason=_reason(error, path)) from error
        said = _about_curves(path, layer)
    columns = tuple(str(name) for name in info["fields"])
    source.limits.require("columns", len(columns))
    crs, about_crs = _crs(info["crs"], options)
    notices = (*about_crs, *_heard(heard, path), *said)
    random = bool(info["capabilities"]["random_read"])
    count = int(info["features"])
    return Head(layer, count, columns, crs, notices=notices, random=random, curved=bool(said))


def numbered(path: Path, head: Head) -> Head:
    """Return the head of a layer of a database with the numbers of its features, where they follow one another."""
    try:
        column = str(pyogrio.read_info(path, layer=head.layer)["fid_column"])
        quoted = [name.replace('"', '""') for name in (column, head.layer)]
        query = 'SELECT MIN("{0}") AS low, MAX("{0}") AS high FROM "{1}"'.format(*quoted)  # noqa: S608 (names of its own)
        _, _, _, ends = pyogrio.raw.read(path, sql=query, read_geometry=False)
        low, high = (int(values[0]) for values in ends)
    except (*_WHOLE_FILE, IndexError, KeyError):
        return head
    return replace(head, numbers=(column, low)) if column and high - low + 1 == head.count else head


def read_part(
    path: Path, head: Head, rows: range, columns: Sequence[str], *, geometry: bool, by_number: bool
) -> Reading:
    """Read some rows of a layer.

    Parameters
    ----------
    by_number : bool
        Ask for each row by its number (of formats that number them from 0) instead of passing over those before.

    Raises
    ------
    InputError
        Where they cannot be read, or are not as many as the layer promised.
    """
    chosen: dict[str, Any] = {"columns": list(columns), "read_geometry": geometry}
    # One more than promised at the end: a layer that holds more than it says must not be cut.
    last = rows.stop == head.count
    if by_number:
        chosen["fids"] = np.arange(rows.start, rows.stop)
    elif head.numbers is not None:
        column, low = head.numbers
        name = column.replace('"', '""')
        bounds = [f'"{name}" >= {low + rows.start}', *([] if last else [f'"{name}" < {low + rows.stop}'])]
        chosen["where"] = " AND ".join(bounds)
    else:
        chosen |= {"skip_features": rows.start, "max_features": len(rows) + last}
    with _listening() as heard:
        try:
            # Of a database only: GDAL 3.12 gives the shapes of a FlatGeobuf wrong ends where one is missing.
            streamed = head.numbers is not None and not head.curved
            reading = _streamed(path, head.layer, first=rows.start, **chosen) if streamed else None
            reading = reading or _whole(path, head.layer, first=rows.start, **chosen)
        except _WHOLE_FILE as error:
            reason = _reason(error, path)
            raise InputError("intake.part_damaged", first=rows.start + 1, last=rows.stop, reason=reason) from error
    if len(reading.rows) != len(rows):
        raise part_length(rows, len(reading.rows))
    return replace(reading, notices=(*reading.notices, *_heard(heard, path)))


def _heard(heard: Sequence[warnings.WarningMessage], path: Path) -> tuple[Notice, ...]:
    said = dict.fromkeys(str(one.message) for one in heard if issubclass(one.category, _SAID_BY_GDAL))
    return tuple(notice("intake.driver_says", "warning", reason=_plain(message, path)) for message in said)


def _each_decoded(
    names: Sequence[str], values: Sequence[Any], *, first: int = 0
) -> tuple[dict[str, list[Any]], list[Notice]]:
    columns: dict[str, list[Any]] = {}
    notices: list[Notice] = []
    for number, (name, column) in enumerate(zip(names, values, strict=True), 1):
        label = column_name(_either(str(name))[0] or "", columns, number)
        columns[label] = []
        for row, value in enumerate(column.tolist(), first + 1):
            if isinstance(value, str):
                text, codec = _either(value)
                if codec != "utf-8":
                    key = "intake.text_in_gb18030" if text is not None else "intake.text_unreadable"
                    notices.append(notice(key, "warning", feature=row, field=label, sample=(text or "")[:30]))
                columns[label].append(text)
            else:
                columns[label].append(value)
    return columns, notices


def _either(latin: str) -> tuple[Any, str | None]:
    data = latin.encode("latin-1")
    for codec in ("utf-8", "gb18030"):
        try:
            return data.decode(codec), codec
        except UnicodeDecodeError:
            continue
    return None, None


def _one_by_one(path: Path, layer: str, driver: str, count: int) -> Reading:
    """Read what can be read of a damaged layer; what its header promises beyond that is refused row by row."""
    # fiona brings a second GDAL, which only a damaged file is worth.
    from ecozone.geo.gdal import fiona

    geometries: list[BaseGeometry | None] = []
    properties: list[dict[str, Any]] = []
    refused: dict[int, Notice] = {}
    with fiona.open(path, layer=layer, enabled_drivers=[driver]) as stream:
        names = list(stream.schema["properties"])
        for row, feature in enumerate(stream, 1):
            geometry = None
            try:
                geometry = None if feature.geometry is None else shape(feature.geometry)
            except (shapely.GEOSException, ValueError, TypeError) as error:
                wrong = GeometryError("intake.shape_unreadable", reason=str(error)[:120])
                refused[row] = refusal(wrong, row)
            geometries.append(geometry)
            properties.append(dict(feature.properties))
    found = len(geometries)
    for row in range(found + 1, count + 1):
        refused[row] = notice("intake.record_lost", "refused", feature=row)
    lost = max(0, count - found)
    columns = {name: [*(one.get(name) for one in properties), *([None] * lost)] for name in names}
    return Reading(
        layer,
        range(1, found + lost + 1),
        [*geometries, *([None] * lost)],
        columns,
        notices=(notice("intake.damaged_layer", "warning", found=found, count=count),),
        refused=refused,
    )


def _about_curves(path: Path, layer: str) -> list[Notice]:
    """Notice curves: GDAL hands on polygons and forgets that they were drawn otherwise."""
    quoted = layer.replace("\\", "\\\\").replace('"', '\\"')
    query = f'SELECT DISTINCT OGR_GEOMETRY FROM "{quoted}"'  # noqa: S608 (a quoted name that the file itself listed)
    try:
        _, _, _, (kinds,) = pyogrio.raw.read(path, sql=query, sql_dialect="OGRSQL", read_geometry=False)
    except _WHOLE_FILE as error:
        return [notice("intake.curves_unknown", "warning", reason=_reason(error, path))]
    curved = sorted({str(kind) for kind in kinds if re.search("CURVE|CIRCULAR|SURFACE", str(kind))})
    if not curved:
        return []
    return [notice("intake.curves", "warning", kinds=", ".join(curved), step=ARC_STEP_DEGREES)]


def _crs(text: str | None, options: Options) -> tuple[CRS | None, tuple[Notice, ...]]:
    """Return what the layer declares; an undefined system (GeoPackage ids -1 and 0) declares nothing."""
    return (None, ()) if not text or "Undefined" in text[:60] else declared_crs(text, options)


@contextmanager
def _fine_arcs() -> Iterator[None]:
    before = pyogrio.get_gdal_config_option("OGR_ARC_STEPSIZE")
    pyogrio.set_gdal_config_options({"OGR_ARC_STEPSIZE": ARC_STEP_DEGREES})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_ARC_STEPSIZE": before})


@contextmanager
def _listening() -> Iterator[list[warnings.WarningMessage]]:
    """Hear what GDAL warns of, to say it in a notice."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        yield heard


def _reason(error: Exception, path: Path) -> str:
    words = _plain(str(error), path)
    return say("intake.reason_content") if _NOT_THIS_FORMAT in words else say("intake.reason_gdal", words=words)


def _plain(message: str, path: Path) -> str:
    """Leave the private folder, and the user's, out of GDAL's words."""
    real = path.resolve()
    for spoken, meant in ((path, path.name), (real, real.name), (path.parent, ""), (real.parent, "")):
        message = message.replace(str(spoken), meant)
    return message[:200]
