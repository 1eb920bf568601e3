"""GeoJSON (RFC 7946), parsed by ourselves: GDAL takes text for coordinates as no geometry, and Infinity as a number."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from ecozone.errors import CrsError, GeometryError, InputError
from ecozone.geo import norm_crs
from ecozone.intake.encoding import detect, given_encoding
from ecozone.intake.geojsonshape import GEOMETRY_TYPES, Builder
from ecozone.intake.reading import CrsOrigin, Options, Reader, Reading, choose_layer, declared_crs, listed, refusal
from ecozone.intake.source import Source
from ecozone.notices import Notice, notice

WGS84 = "EPSG:4326"


class NotJson(str):
    """``NaN``, ``Infinity`` or ``-Infinity``: words of JavaScript that JSON has not."""

    __slots__ = ()


def read(source: Source, layer: str | None, options: Options) -> Reading:
    """Read a FeatureCollection, a Feature or a bare geometry."""
    document, encoding = _parse(source, options)
    name = _layer_name(document, source)
    choose_layer([name], layer)
    features = _features(document)
    source.limits.require("features", len(features))
    build = Builder(source.limits.depth)
    rows = list(range(1, len(features) + 1))
    geometries: list[BaseGeometry | None] = []
    refused: dict[int, Notice] = {}
    for row, feature in zip(rows, features, strict=True):
        geometry = None
        try:
            geometry = build.of_feature(feature)
        except GeometryError as error:
            refused[row] = refusal(error, row)
        geometries.append(geometry)
    crs, origin, notices = _crs(document, options)
    columns, about_columns = _columns(features)
    notices += about_columns + _about_ids(features) + _about_boxes(document, features)
    if build.extra:
        notices.append(notice("intake.extra_ordinates", count=build.extra))
    return Reading(name, rows, geometries, columns, crs, origin, encoding, tuple(notices), refused)


def layers(source: Source) -> list[str]:
    """Name the one layer of a GeoJSON file."""
    return [_layer_name(_parse(source, Options())[0], source)]


def _parse(source: Source, options: Options) -> tuple[dict[str, Any], str]:
    data = source.read_bytes()
    found = detect(data)
    codec = given_encoding(options.encoding).codec if options.encoding else None
    if codec is None:
        # RFC 7946 and RFC 8259 know UTF-8 only; marks of UTF-16 are plain enough to be honoured.
        if found is None or found.codec == "gb18030":
            raise InputError("intake.not_utf8")
        codec = found.codec
    try:
        document = json.loads(data.decode(codec), parse_constant=NotJson, object_pairs_hook=_object)
    except RecursionError as error:
        raise InputError("intake.limit_depth", found="…", allowed=source.limits.depth) from error
    except json.JSONDecodeError as error:
        raise InputError("intake.not_json", line=error.lineno, column=error.colno) from error
    except ValueError as error:
        raise InputError("intake.not_json", line="?", column="?") from error
    if not isinstance(document, dict):
        raise InputError("intake.not_geojson", found=type(document).__name__)
    return document, codec


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise InputError("intake.json_duplicate", name=next(name for name in names if names.count(name) > 1)[:60])
    return found


def _layer_name(document: dict[str, Any], source: Source) -> str:
    name = document.get("name")
    return name if isinstance(name, str) and name.strip() and type(name) is str else source.stem


def _features(document: dict[str, Any]) -> Sequence[Any]:
    kind = document.get("type")
    if kind == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list):
            raise InputError("intake.not_geojson", found="FeatureCollection without features")
        return features
    if kind == "Feature":
        return [document]
    if isinstance(kind, str) and kind in GEOMETRY_TYPES:
        return [{"type": "Feature", "properties": None, "geometry": document}]
    raise InputError("intake.not_geojson", found="Esri JSON" if "spatialReference" in document else str(kind)[:40])


def _crs(document: dict[str, Any], options: Options) -> tuple[CRS | None, CrsOrigin, list[Notice]]:
    """Return the CRS of the ``crs`` member of GeoJSON 2008, else what RFC 7946 fixes."""
    if "crs" not in document:
        return norm_crs(WGS84), "standard", []
    member = document["crs"]
    if member is None:
        return None, "declared", [notice("intake.crs_member_null", "warning")]
    properties = member.get("properties") if isinstance(member, dict) else None
    word = None
    if isinstance(properties, dict):
        word = {"name": properties.get("name"), "EPSG": properties.get("code")}.get(str(member.get("type")))
    if type(word) not in (str, int):
        raise CrsError("intake.crs_member", value=json.dumps(member, ensure_ascii=False)[:80])
    # CRS84 is WGS 84 with longitude first, the order of every GeoJSON.
    text = f"EPSG:{word}" if type(word) is int else str(word)
    crs, notices = declared_crs(WGS84 if text.upper().endswith(("CRS84", "CRS:84")) else text, options)
    return crs, "declared", [notice("intake.crs_member_used", value=text), *notices]


def _columns(features: Sequence[Any]) -> tuple[dict[str, list[Any]], list[Notice]]:
    """Turn properties into columns, in the order of their first appearance."""
    columns: dict[str, list[Any]] = {}
    spoiled: list[str] = []
    rows = [feature if isinstance(feature, dict) else {} for feature in features]
    properties = [row["properties"] if isinstance(row.get("properties"), dict) else {} for row in rows]
    for values in properties:
        for name in values:
            columns.setdefault(name, [])
    for name, column in columns.items():
        values = [one.get(name) for one in properties]
        if any(isinstance(value, NotJson) for value in values):
            spoiled.append(name)
            values = [None if isinstance(value, NotJson) else value for value in values]
        column.extend(values)
    if "id" not in columns and any(_id(row) is not None for row in rows):
        columns = {"id": [_id(row) for row in rows], **columns}
    return columns, [notice("intake.not_a_json_number", "warning", field=name) for name in spoiled]


def _id(feature: Any) -> str | int | float | None:
    found = feature.get("id") if isinstance(feature, dict) else None
    return found if type(found) in (str, int, float) else None


def _about_ids(features: Sequence[Any]) -> list[Notice]:
    seen: dict[str | int | float, list[int]] = {}
    for row, feature in enumerate(features, 1):
        name = _id(feature)
        if name is not None:
            seen.setdefault(name, []).append(row)
    return [
        notice("intake.duplicate_id", "warning", value=str(name)[:60], rows=listed(rows))
        for name, rows in seen.items()
        if len(rows) > 1
    ]


def _about_boxes(document: dict[str, Any], features: Sequence[Any]) -> list[Notice]:
    """Notice a ``bbox`` that is none; it is not used either way."""
    holders: list[tuple[int | None, Any]] = [(None, document)]
    for number, feature in enumerate(features, 1):
        if isinstance(feature, dict):
            holders += [(number, feature), (number, feature.get("geometry"))]
    for row, holder in holders:
        if isinstance(holder, dict) and "bbox" in holder and not _is_box(holder["bbox"]):
            return [notice("intake.bbox_ignored", "warning", feature=row)]
    return []


def _is_box(box: Any) -> bool:
    return isinstance(box, list) and len(box) in (4, 6) and all(type(value) in (int, float) for value in box)


READER = Reader(layers, read)
