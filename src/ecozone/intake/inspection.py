"""What a file holds, for a person or a program that looks before checking; nothing is changed."""

from __future__ import annotations

import shlex
from collections import Counter
from os import PathLike, fspath
from typing import Any

import geopandas as gpd
import numpy as np

from ecozone.geo import area_m2, crs_name, is_geographic, length_m, norm_crs, plane_area_m2, reproject
from ecozone.intake.features import list_layers, read_features
from ecozone.intake.limits import Limits
from ecozone.notices import notices_of

_SAMPLES = 3


def inspect_file(
    path: str | PathLike[str],
    *,
    crs: Any = None,
    layer: str | None = None,
    encoding: str | None = None,
    limits: Limits | None = None,
) -> dict[str, Any]:
    """Say what a file holds.

    Parameters
    ----------
    path, crs, layer, encoding, limits
        As in `read_features`.

    Returns
    -------
    dict
        JSON-ready: ``file, sha256, format, encoding, layers, layer, crs, crs_why, features, refused, geometry_types,
        extent`` (x min, y min, x max, y max in the file's CRS), ``extent_lonlat`` (degrees), ``area_m2``
        (ellipsoidal), ``plane_area_m2`` (None in degrees), ``length_m``, ``columns`` (``name, kind, samples``),
        ``notices``, ``next`` (a command line).

    Raises
    ------
    InputError, CrsError
        As `read_features`.
    """
    features = read_features(path, crs=crs, layer=layer, encoding=encoding, limits=limits)
    source = features.attrs["source"]
    there = features[features.geometry.notna()]
    lonlat = reproject(there.geometry, "EPSG:4326")
    polygons = there[there.geometry.geom_type.isin(["Polygon", "MultiPolygon"])].geometry
    plane = None if is_geographic(features.crs) else float(plane_area_m2(polygons).sum())
    return {
        "file": source["file"],
        "sha256": source["sha256"],
        "format": source["format"],
        "encoding": source["encoding"],
        "layers": list_layers(path, limits=limits),
        "layer": source["layer"],
        "crs": source["crs"],
        "crs_name": features.crs.name,
        "crs_why": source["crs_why"],
        "features": len(features),
        "refused": len(features) - len(there),
        "geometry_types": dict(sorted(Counter(there.geometry.geom_type).items())),
        "extent": [float(value) for value in there.total_bounds],
        "extent_lonlat": [float(value) for value in lonlat.total_bounds],
        "area_m2": float(area_m2(polygons).sum()),
        "plane_area_m2": plane,
        "length_m": float(length_m(there.geometry[there.geometry.geom_type.str.contains("Line")]).sum()),
        "columns": _columns(features),
        "notices": [one.as_dict() for one in notices_of(features)],
        "next": _next(fspath(path), crs, layer),
    }


def _columns(features: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    found = []
    for name in features.columns.drop(["source_row", "geometry"]):
        values = features[name].dropna()
        samples = [_json(value) for value in dict.fromkeys(values.tolist())][:_SAMPLES]
        kind = "text" if values.empty or isinstance(samples[0], str) else type(samples[0]).__name__
        found.append({"name": name, "kind": kind, "filled": len(values), "samples": samples})
    return found


def _json(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    return value[:60] if isinstance(value, str) else value


def _next(path: str, crs: Any, layer: str | None) -> str:
    words = ["ecozone", "check", path]
    if crs is not None:
        words += ["--crs", crs_name(norm_crs(crs))]
    if layer is not None:
        words += ["--layer", layer]
    return shlex.join(words)
