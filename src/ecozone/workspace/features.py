"""A layer's file as features in the workspace's CRS, each with its zone, name and level."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from ecozone.errors import InputError, WorkspaceError
from ecozone.geo import crs_name, norm_crs, operation_notice, repair, reproject
from ecozone.intake import Database, read_features, sha256
from ecozone.notices import Notice, notice, notices_of
from ecozone.text import near_word
from ecozone.workspace.kinds import judge_kinds
from ecozone.workspace.layer import Layer
from ecozone.workspace.levels import read_levels
from ecozone.workspace.near_files import near_files
from ecozone.workspace.trouble import in_table

#: The columns that every layer's features begin with.
COLUMNS = ("zone", "name", "level")
_NAMES = ("name", "名称")


def read_layer(layer: Layer, crs: CRS, folder: Path, *, within: gpd.GeoSeries | None = None) -> gpd.GeoDataFrame:
    """Return a layer's features.

    Parameters
    ----------
    layer : Layer
        What to read.
    crs : CRS
        The workspace's, metric.
    folder : Path
        The workspace's folder, searched for similar names where the file is missing.
    within : GeoSeries, optional
        From a database, only what touches the box of this is read.

    Returns
    -------
    GeoDataFrame
        In ``crs``, RangeIndex; columns ``zone`` (str, unique), ``name`` (str), ``level`` (Int64), then the file's own
        and ``geometry``. A feature whose shape cannot be trusted keeps its row with no geometry. ``attrs`` holds
        ``notices``, ``source`` and ``crs_of_file`` (WKT: a CRS may have no name that leads back to it).

    Raises
    ------
    WorkspaceError
        If the file is missing, a declared column is, or a level is unknown.
    InputError
        If the file cannot be read or trusted.
    """
    if layer.empty:
        return _declared_empty(layer, crs)
    if not isinstance(layer.path, Database):
        require_file(layer.path, layer.key, folder)
    with in_table(f"layers.{layer.key}"):
        raw = _read(layer, within)
        source = dict(raw.attrs.get("source", {}))
        noticed = [_placed(one, layer) for one in notices_of(raw)]
        raw.attrs = {}
        crs_of_file = norm_crs(raw.crs).to_wkt()
        frame = reproject(raw, crs)
    change = operation_notice(raw.crs, crs, file=source.get("file"))
    noticed += [] if change is None else [_placed(change, layer)]
    # Valid in the file's CRS is not valid after a change of coordinates; rows are named as the user counts them.
    shapes, repairs = repair(frame.geometry.set_axis(_rows(frame)))
    noticed += [_placed(one, layer) for one in repairs]
    shapes, flat = judge_kinds(shapes, layer)
    noticed += flat
    shapes = shapes.set_axis(frame.index)
    own = frame.drop(columns=frame.geometry.name)
    columns: dict[str, Any] = {
        "zone": _zones(own, layer, noticed),
        "name": _names(own, layer),
        "level": _levels(own, layer),
    }
    rest, renamed = _own_columns(own, layer)
    noticed += renamed
    features = gpd.GeoDataFrame(columns | {str(name): rest[name] for name in rest.columns}, geometry=shapes, crs=crs)
    features.attrs = {"notices": tuple(noticed), "source": source, "crs_of_file": crs_of_file}
    return features


def _read(layer: Layer, within: gpd.GeoSeries | None) -> gpd.GeoDataFrame:
    """Read what a layer names.

    Raises
    ------
    InputError
        As `read_features`; where there is not one feature, with what to declare if that is the truth.
    """
    words: dict[str, Any] = {"crs": layer.crs, "layer": layer.sublayer, "encoding": layer.encoding}
    try:
        return read_features(layer.path, **words, closed_lines=layer.closed_lines, within=within, isolate=False)
    except InputError as error:
        if error.key != "intake.no_features":
            raise
        raise InputError("workspace.layer_empty", file=layer.path, layer=layer.key, layer_key=layer.key) from error


def _declared_empty(layer: Layer, crs: CRS) -> gpd.GeoDataFrame:
    """Return no features: the workspace file says that there are none, and its hash stands for that."""
    assert isinstance(layer.path, Path)
    columns: dict[str, Any] = {name: pd.Series([], dtype=object) for name in ("zone", "name")}
    columns["level"] = pd.Series([], dtype="Int64")
    columns["source_row"] = pd.Series([], dtype="int64")
    features = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=crs), crs=crs)
    said = notice("workspace.declared_empty", "info", file=layer.path, layer=layer.key)
    source = {"file": layer.path.name, "path": str(layer.path), "format": "declared", "layer": "", "encoding": None}
    source |= {"crs": crs_name(crs), "sha256": sha256(layer.path)}
    features.attrs = {"notices": (said,), "source": source, "crs_of_file": crs.to_wkt()}
    return features


def require_file(path: Path, layer: str | None, folder: Path) -> None:
    """Raise a `WorkspaceError` that names similar files, where ``path`` is none."""
    if path.exists():
        return
    near = near_files(path, folder)
    if near:
        raise WorkspaceError("workspace.file_missing_near", file=path, layer=layer, near=", ".join(near))
    raise WorkspaceError("workspace.file_missing", file=path, layer=layer)


def column_of(frame: pd.DataFrame, column: str, key: str, layer: Layer) -> pd.Series[Any]:
    """Return a declared column; ``key`` is its key in ``ecozone.toml``."""
    if column in frame.columns:
        return frame[column]
    known = [str(name) for name in frame.columns]
    raise WorkspaceError(
        "workspace.column_missing",
        file=layer.path,
        layer=layer.key,
        field=column,
        of=key,
        near=near_word(column, known),
        known=", ".join(known),
    )


def _rows(frame: pd.DataFrame) -> list[int]:
    """Return the rows as the user counts them."""
    return [int(row) for row in frame["source_row"]]


def _placed(one: Notice, layer: Layer) -> Notice:
    """Add the layer, and the file where it is not named, to a notice's place."""
    place = replace(one.place, file=one.place.file or str(layer.path), layer=layer.key, table=f"layers.{layer.key}")
    return replace(one, place=place)


def _text(values: Iterable[Any]) -> list[str]:
    return ["" if pd.isna(value) else str(value).strip() for value in values]


def _zones(own: pd.DataFrame, layer: Layer, noticed: list[Notice]) -> list[str]:
    """Return one unique id a feature; an id that is missing or repeated gets the row's number, which is said."""
    rows = _rows(own)
    numbered = [f"{layer.key}#{row}" for row in rows]
    if layer.zone_column is None:
        return numbered
    words = _text(column_of(own, layer.zone_column, "zone", layer))
    seen: set[str] = set()
    zones: list[str] = []
    for word, number, row in zip(words, numbered, rows, strict=True):
        zone = word or number
        if zone in seen:
            zone = f"{zone}#{row}"
        if zone != word:
            key = "workspace.zone_repeated" if word else "workspace.zone_empty"
            place: dict[str, Any] = {"file": layer.path, "layer": layer.key, "feature": row, "field": layer.zone_column}
            noticed.append(notice(key, "warning", **place, zone=word, written=zone))
        seen.add(zone)
        zones.append(zone)
    return zones


def _names(own: pd.DataFrame, layer: Layer) -> list[str]:
    """Return the declared column, or one called ``name`` or 名称; a name decides nothing."""
    column = layer.name_column or next((name for name in _NAMES if name in own.columns), None)
    return [""] * len(own) if column is None else _text(column_of(own, column, "name", layer))


def _levels(own: pd.DataFrame, layer: Layer) -> pd.Series[Any]:
    if layer.level_column is None:
        return pd.Series(pd.NA, index=own.index, dtype="Int64")
    values = column_of(own, layer.level_column, "level", layer)
    return read_levels(values, known=layer.levels.keys(), words=layer.level_words, file=layer.path, layer=layer.key)


def _own_columns(own: pd.DataFrame, layer: Layer) -> tuple[pd.DataFrame, list[Notice]]:
    """Return the file's columns without those that became ours; one that only shares a name is renamed, and said."""
    taken = {layer.zone_column, layer.level_column, layer.name_column or next(iter(_NAMES))}
    rest = own.drop(columns=[name for name in COLUMNS if name in taken and name in own.columns])
    renames = {name: f"{name}_in_file" for name in COLUMNS if name in rest.columns}
    said = [
        notice("workspace.column_renamed", "info", file=layer.path, layer=layer.key, field=name, written=written)
        for name, written in renames.items()
    ]
    return rest.rename(columns=renames), said
