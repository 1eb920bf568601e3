"""What a file holds, for a person or a program that looks before checking; nothing is changed."""

from __future__ import annotations

import itertools
import math
import shlex
from collections import Counter
from collections.abc import Sequence
from os import PathLike, fspath
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from ecozone.errors import EcozoneError
from ecozone.geo import (
    area_m2,
    crs_name,
    is_geographic,
    is_pseudo_mercator,
    length_m,
    norm_crs,
    plane_area_m2,
    reproject,
)
from ecozone.intake.angles import Angles
from ecozone.intake.features import list_layers, read_features
from ecozone.intake.limits import Limits
from ecozone.intake.reading import ClosedLines, RowKind
from ecozone.intake.whereabouts import Box
from ecozone.notices import Notice, notice, notices_of
from ecozone.text import say

_SAMPLES = 3

Shapes = NDArray[Any]


def inspect_file(
    path: str | PathLike[str],
    *,
    crs: Any = None,
    layer: str | None = None,
    encoding: str | None = None,
    limits: Limits | None = None,
    unit: str | None = None,
    closed_lines: ClosedLines = "line",
    datum: str | None = None,
    control_points: str | PathLike[str] | None = None,
    around: Box | None = None,
    geometry: RowKind | None = None,
    angles: Angles | None = None,
) -> dict[str, Any]:
    """Say what a file holds.

    Parameters
    ----------
    path, crs, layer, encoding, limits, unit, closed_lines, datum, control_points, around, geometry, angles
        As in `read_features`.

    Returns
    -------
    dict
        JSON-ready: ``file, sha256, format, encoding, layers, layer, crs, crs_why, crs_evidence`` (see
        `ecozone.intake.which_crs.CrsEvidence`), ``datum, features, refused, geometry_types, extent`` (x min, y min,
        x max, y max in the file's CRS), ``extent_lonlat`` (degrees), ``area_m2`` (ellipsoidal), ``plane_area_m2``
        (None in degrees and in the web maps' Mercator, where there is none), ``length_m``, ``columns``
        (``name, kind, samples``), ``rows`` (one a feature: ``feature`` as the user counts it, ``geometry_type`` or
        None, ``area_m2``, ``plane_area_m2``, ``length_m``, ``problems``: its notices, with ``what`` for the message
        without its place), ``notices`` (those of the file as a whole, and of its features), ``next`` (a command line).

    Raises
    ------
    InputError, CrsError
        As `read_features`.
    """
    features = read_features(
        path,
        crs=crs,
        layer=layer,
        encoding=encoding,
        limits=limits,
        unit=unit,
        closed_lines=closed_lines,
        datum=datum,
        control_points=control_points,
        around=around,
        geometry=geometry,
        angles=angles,
    )
    said = {"crs": crs, "encoding": encoding, "datum": datum, "control_points": control_points}
    command = check_command(path, layer=layer, **said, geometry=geometry, angles=angles, unit=unit)
    return inspect_features(features, layers=list_layers(path, limits=limits), command=command)


def inspect_features(features: gpd.GeoDataFrame, *, layers: Sequence[str] = (), command: str = "") -> dict[str, Any]:
    """Say what was read, as `inspect_file` does.

    Parameters
    ----------
    features : GeoDataFrame
        As `read_features` gives them, ``attrs`` and all.
    layers : sequence of str
        Of the file.
    command : str
        What to do next.

    Raises
    ------
    EcozoneError
        If their place or size cannot be told; it names the file.
    """
    try:
        return _report(features, layers, command)
    except EcozoneError as error:
        raise error.of_file(features.attrs["source"]["file"]) from None


def _report(features: gpd.GeoDataFrame, layers: Sequence[str], command: str) -> dict[str, Any]:
    source = features.attrs["source"]
    shapes = features.geometry.to_numpy()
    there = shapes[~shapely.is_missing(shapes)]
    rows = _rows(features)
    plane = None if not _has_plane(features.crs) else math.fsum(row["plane_area_m2"] or 0.0 for row in rows)
    return {
        "file": source["file"],
        "sha256": source["sha256"],
        "format": source["format"],
        "encoding": source["encoding"],
        "layers": list(layers),
        "layer": source["layer"],
        "crs": source["crs"],
        "crs_name": features.crs.name,
        "crs_why": source["crs_why"],
        "crs_evidence": features.attrs["crs_evidence"].as_dict(),
        "datum": source.get("datum"),
        "features": len(features),
        "refused": len(features) - len(there),
        "geometry_types": dict(sorted(Counter(row["geometry_type"] for row in rows if row["geometry_type"]).items())),
        "extent": shapely.total_bounds(there).tolist(),
        "extent_lonlat": _extent_lonlat(there, features.crs),
        "area_m2": math.fsum(row["area_m2"] or 0.0 for row in rows),
        "plane_area_m2": plane,
        "length_m": math.fsum(row["length_m"] for row in rows),
        "columns": _columns(features),
        "rows": rows,
        "notices": [one.as_dict() for one in (*notices_of(features), *_about_plane(features))],
        "next": command,
    }


def _extent_lonlat(shapes: Shapes, crs: Any) -> list[float]:
    """Return the extent in degrees: of the hull, whose few edges are led there instead of all that lie inside it."""
    xy = shapely.get_coordinates(shapes)
    hull = shapely.convex_hull(shapely.linestrings(np.concatenate([xy, xy[-1:]])))
    return reproject(gpd.GeoSeries([hull], crs=crs), "EPSG:4326").total_bounds.tolist()  # type: ignore[no-any-return]


def _about_plane(features: gpd.GeoDataFrame) -> list[Notice]:
    """Say why a grid in metres has no plane area; of degrees nobody expects one."""
    if not is_pseudo_mercator(features.crs):
        return []
    source = features.attrs["source"]
    return [notice("intake.no_plane_area", "warning", file=source["file"], crs=source["crs"])]


def _has_plane(crs: Any) -> bool:
    return not (is_geographic(crs) or is_pseudo_mercator(crs))


def _rows(features: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return one entry a feature: its kind, its sizes, and what was noticed of it beyond mere information."""
    numbers = features["source_row"].tolist()
    problems: dict[object, list[dict[str, Any]]] = {row: [] for row in numbers}
    for one in notices_of(features):
        if one.severity != "info" and one.place.feature in problems:
            problems[one.place.feature].append({**one.as_dict(), "what": say(one.key, **one.fields)})
    shapes = gpd.GeoSeries(features.geometry.to_numpy(), crs=features.crs)
    plane = plane_area_m2(shapes).tolist() if _has_plane(shapes.crs) else itertools.repeat(None)
    # A perimeter is no length of anything that is built.
    lines = shapes[shapely.get_dimensions(shapes.to_numpy()) == 1]
    lengths = dict(zip(lines.index.tolist(), length_m(lines).tolist(), strict=True))
    rows: list[dict[str, Any]] = []
    columns = zip(numbers, shapes.geom_type.tolist(), area_m2(shapes).tolist(), plane, strict=False)
    for at, (row, kind, area, flat) in enumerate(columns):
        # Of a missing shape pandas says NaN.
        gone = not isinstance(kind, str)
        rows.append(
            {
                "feature": row,
                "geometry_type": None if gone else kind,
                "area_m2": None if gone else area,
                "plane_area_m2": None if gone else flat,
                "length_m": lengths.get(at, 0.0),
                "problems": problems[row],
            }
        )
    return rows


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


def check_command(
    path: str | PathLike[str],
    *,
    crs: Any = None,
    layer: str | None = None,
    encoding: str | None = None,
    datum: str | None = None,
    control_points: str | PathLike[str] | None = None,
    geometry: RowKind | None = None,
    angles: Angles | None = None,
    swapped: bool = False,
    unit: str | None = None,
    workspace: str | None = None,
) -> str:
    """Return the command line that checks a file, with all that was said of it.

    >>> check_command("地块 1.txt", crs="EPSG:4527", workspace="dongli")
    "ecozone check '地块 1.txt' --crs EPSG:4527 -w dongli"
    """
    words = ["ecozone", "check", fspath(path)]
    if crs is not None:
        words += ["--crs", crs_name(norm_crs(crs))]
    if layer is not None:
        words += ["--layer", layer]
    if encoding is not None:
        words += ["--encoding", encoding]
    if datum is not None:
        words += ["--datum", datum]
    if control_points is not None:
        words += ["--control-points", fspath(control_points)]
    if geometry is not None:
        words.append(f"--{geometry}")
    if angles is not None:
        words += ["--angles", angles]
    if swapped:
        words.append("--swap-axes")
    if unit is not None:
        words += ["--unit", unit]
    if workspace is not None:
        words += ["-w", workspace]
    return shlex.join(words)
