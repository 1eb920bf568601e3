"""A layer's file as features in the workspace's CRS, each with its zone, name and level."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from ecozone.errors import WorkspaceError
from ecozone.geo import operation_notice, repair, reproject
from ecozone.intake import Database, read_features
from ecozone.notices import Notice, notice, notices_of
from ecozone.text import near_word
from ecozone.workspace.layer import Layer
from ecozone.workspace.levels import read_levels
from ecozone.workspace.near_files import near_files

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
        ``notices`` and ``source``.

    Raises
    ------
    WorkspaceError
        If the file is missing, a declared column is, or a level is unknown.
    InputError
        If the file cannot be read or trusted.
    """
    if not isinstance(layer.path, Database):
        require_file(layer.path, layer.key, folder)
    raw = read_features(
        layer.path, crs=layer.crs, layer=layer.sublayer, encoding=layer.encoding, within=within, isolate=False
    )
    source = dict(raw.attrs.get("source", {}))
    noticed = [_placed(one, layer) for one in notices_of(raw)]
    raw.attrs = {}
    frame = reproject(raw, crs)
    change = operation_notice(raw.crs, crs, file=source.get("file"))
    noticed += [] if change is None else [_placed(change, layer)]
    # Valid in the file's CRS is not valid after a change of coordinates; rows are named as the user counts them.
    shapes, repairs = repair(frame.geometry.set_axis(_rows(frame)))
    noticed += [_placed(one, layer) for one in repairs]
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
    features.attrs = {"notices": tuple(noticed), "source": source}
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
    place = replace(one.place, file=one.place.file or str(layer.path), layer=layer.key)
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
    return read_levels(values, known=layer.levels.keys(), file=layer.path, layer=layer.key)


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
