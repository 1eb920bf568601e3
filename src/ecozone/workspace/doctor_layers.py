"""The doctor on layers: file, CRS, shapes, levels, extent, place."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

import geopandas as gpd
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from ecozone.errors import EcozoneError
from ecozone.geo import area_m2, areal_scale, crs_name, difference, norm_crs
from ecozone.notices import notices_of
from ecozone.units import M2_PER_HECTARE, M2_PER_KM2, fixed
from ecozone.workspace.doctor_shapes import examine_levels, examine_overlaps
from ecozone.workspace.layer import Layer
from ecozone.workspace.trouble import Trouble, of_error, of_notice, trouble
from ecozone.workspace.workspace import Workspace

_LEGAL_DATUM = norm_crs("EPSG:4490").datum
# The strip of another central meridian is off by far more, a neighbouring 3° strip at its edge by less.
_SCALE_LIMIT = 0.005
# Boundaries are drawn on the millimetre grid, so that neighbours may share less than this along any border.
_NOISE_M2 = 1.0
# The metres of a digitised boundary give slivers of some tens of m²; a hit above this is hardly one.
_MUCH_NOISE_M2 = 100.0
_MUCH_NOISE_M = 1.0


def examine_layers(ws: Workspace, readable: Collection[str]) -> Iterator[Trouble]:
    """Yield what is wrong with each layer by itself, and with each against the others.

    ``readable`` are the layers whose files could be read; of the others only the declaration is examined.
    """
    if not ws.layers:
        yield trouble("workspace.no_layers", file=ws.file)
    if ws.crs.datum != _LEGAL_DATUM:
        yield trouble("workspace.workspace_datum", "warning", file=ws.file, datum=_datum(ws.crs))
    for layer in ws.layers.values():
        yield from _declared(layer)
    wholes = {key: ws.zones(key).geometry.iloc[0] for key in readable}
    district = next((layer.key for layer in ws.layers_of("district") if wholes.get(layer.key)), None)
    hashes: dict[tuple[str, str | None], str] = {}
    for key, whole in wholes.items():
        layer, features = ws.layers[key], ws.features(key)
        yield from (of_notice(one) for one in notices_of(features))
        source = features.attrs["source"]
        same = hashes.setdefault((source["sha256"], layer.sublayer), key)
        if same != key and not layer.empty:
            yield trouble("workspace.same_content", "warning", file=layer.path, layer=key, other=same)
        if whole is None or layer.empty:
            continue
        ground = None if district in (None, key) else wholes[district]
        yield from _guarded(layer, _read(layer, features, whole, ws))
        yield from _guarded(layer, examine_overlaps(layer, features))
        yield from _guarded(layer, examine_levels(layer, features, ws, readable))
        yield from _guarded(layer, _extent(layer, features, whole, ws))
        if district is not None and ground is not None:
            yield from _guarded(layer, _place(layer, whole, ws, district, ground))


def _guarded(layer: Layer, examination: Iterator[Trouble]) -> Iterator[Trouble]:
    """Yield what an examination finds; what stops it is a finding too, and must not end the others."""
    try:
        yield from examination
    except EcozoneError as error:
        yield from of_error(error, file=layer.path, layer=layer.key)


def _declared(layer: Layer) -> Iterator[Trouble]:
    place: dict[str, Any] = {"file": layer.path, "layer": layer.key}
    if layer.extent is None:
        yield trouble("workspace.no_extent", "warning", **place)
    if not layer.basis:
        yield trouble("workspace.no_basis", "info", **place)
    if layer.min_area_m2 > _MUCH_NOISE_M2:
        yield trouble("workspace.much_noise", "warning", **place, field="min_area_m2", size=_plain(layer.min_area_m2))
    if layer.min_width_m > _MUCH_NOISE_M:
        size = _plain(layer.min_width_m)
        yield trouble("workspace.much_noise_width", "warning", **place, field="min_width_m", size=size)
    if layer.accuracy_m is None and not layer.empty:
        yield trouble("workspace.no_accuracy", "info", **place)
    if layer.valid_from is not None and layer.valid_from > date.today():
        yield trouble("workspace.not_yet_valid", "warning", **place, date=layer.valid_from.isoformat())


def _read(layer: Layer, features: gpd.GeoDataFrame, whole: BaseGeometry, ws: Workspace) -> Iterator[Trouble]:
    """Yield what the file is, and where its CRS, place or size surprise."""
    place: dict[str, Any] = {"file": layer.path, "layer": layer.key}
    source = features.attrs["source"]
    own = norm_crs(features.attrs["crs_of_file"])
    area = float(area_m2(gpd.GeoSeries([whole], crs=ws.crs)).iloc[0])
    words: dict[str, Any] = {"count": len(features), "area": fixed(area / M2_PER_KM2, 2), "crs": crs_name(own)}
    yield trouble("workspace.layer_read", "info", **place, **words, sha256=source["sha256"])
    if own.datum != ws.crs.datum:
        yield trouble("workspace.other_datum", "info", **place, own=_datum(own), target=_datum(ws.crs))
    middle = whole.centroid
    off = abs(float(areal_scale(middle.x, middle.y, ws.crs)) - 1.0)
    if off > _SCALE_LIMIT:
        yield trouble("workspace.scale_far", "warning", **place, crs=crs_name(ws.crs), percent=fixed(100 * off, 2))
    if layer.area_km2 is not None and not _as_published(area / M2_PER_KM2, layer.area_km2):
        sizes = {"area": fixed(area / M2_PER_KM2, 4), "published": _plain(layer.area_km2)}
        yield trouble("workspace.area_published", "warning", **place, **sizes)


def _datum(crs: CRS) -> str:
    return crs.datum.name if crs.datum is not None else crs.name


def _plain(figure: float) -> str:
    return f"{figure:g}" if figure == int(figure) else repr(figure)


def _as_published(area: float, published: float) -> bool:
    """Tell whether ``area`` rounds to a published figure: 3.66 stands for 3.655 to 3.665, 146 for 145.5 to 146.5."""
    decimals = len(_plain(published).partition(".")[2])
    return abs(area - published) <= 0.5 * 10.0**-decimals


def _extent(layer: Layer, features: gpd.GeoDataFrame, whole: BaseGeometry, ws: Workspace) -> Iterator[Trouble]:
    """Yield whether a layer lies in the extent in which it is said to be complete."""
    place: dict[str, Any] = {"file": layer.path, "layer": layer.key, "field": "extent"}
    if layer.extent in (None, layer.key):
        return
    try:
        extent = ws.extent(layer.key)
    except EcozoneError as error:
        yield from of_error(error, **place)
        return
    if shapely.disjoint(whole, extent):
        yield trouble("workspace.elsewhere", **place)
    elif shapely.get_dimensions(whole) == 2:
        beyond = _without(whole, extent, ws.crs)
        if beyond > max(_NOISE_M2, layer.min_area_m2):
            yield trouble("workspace.outside_extent", "warning", **place, area=fixed(beyond, 2))
    else:
        shapes = features.geometry.dropna()
        count = int((~shapely.covers(extent, shapes.array)).sum())
        if count:
            yield trouble("workspace.beyond_extent", "warning", **place, count=count)


def _place(layer: Layer, whole: BaseGeometry, ws: Workspace, district: str, ground: BaseGeometry) -> Iterator[Trouble]:
    """Yield whether a layer lies in the district, and whether it is complete in all of it."""
    place: dict[str, Any] = {"file": layer.path, "layer": layer.key}
    if shapely.disjoint(whole, ground):
        yield trouble("workspace.outside_district", **place, district=district)
    if layer.extent in (None, district):
        return
    try:
        extent = ws.extent(layer.key)
    except EcozoneError as error:
        yield from of_error(error, **place, field="extent")
        return
    missing = _without(ground, extent, ws.crs)
    if missing > _NOISE_M2:
        area = fixed(missing / M2_PER_HECTARE, 4)
        yield trouble("workspace.extent_short", "warning", **place, field="extent", area=area)


def _without(shape: BaseGeometry, other: BaseGeometry, crs: CRS) -> float:
    """Return the area of ``shape`` outside ``other``, in m²."""
    rest = difference(gpd.GeoSeries([shape], crs=crs), gpd.GeoSeries([other], crs=crs))
    return float(area_m2(rest).iloc[0])
