"""Any file → proposed sites: features with an id, a name, a project type, a radius and flags in front."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from ecozone.intake.angles import Angles
from ecozone.intake.features import read_features
from ecozone.intake.headers import SITE_COLUMNS, bracketed, find_column
from ecozone.intake.limits import Limits
from ecozone.intake.numerals import parse_number
from ecozone.intake.reading import ClosedLines, RowKind
from ecozone.intake.site_ids import named, plan_ids
from ecozone.intake.sniffing import Format
from ecozone.intake.whereabouts import Box
from ecozone.notices import Notice, notice, notices_of
from ecozone.text import Place

#: Bytes after which a shapefile cuts the name of a column.
_SHAPEFILE_NAME_BYTES = 10
_METRES = {"": 1.0, "m": 1.0, "米": 1.0, "km": 1000.0, "公里": 1000.0, "千米": 1000.0}
_radius = re.compile(r"([^a-z米公千]+)(m|米|km|公里|千米)?")


def read_sites(
    path: str | PathLike[str],
    *,
    crs: Any = None,
    datum: str | None = None,
    layer: str | None = None,
    project_type: str | None = None,
    encoding: str | None = None,
    limits: Limits | None = None,
    unit: str | None = None,
    closed_lines: ClosedLines = "line",
    control_points: str | PathLike[str] | None = None,
    around: Box | None = None,
    geometry: RowKind | None = None,
    angles: Angles | None = None,
    swapped: bool = False,
    called: str | None = None,
) -> gpd.GeoDataFrame:
    r"""Read proposed sites.

    Parameters
    ----------
    path, crs, datum, layer, encoding, limits, unit, closed_lines, control_points, around, geometry, angles, swapped
        As in `read_features`.
    called : str, optional
        As in `read_features`.
    project_type : str, optional
        Of the sites whose file does not say theirs.

    Returns
    -------
    GeoDataFrame
        As `read_features`, with columns in front: ``site_id`` (text, unique; "S1" … where the file has none), ``name``
        (text, "" where unknown), ``project_type`` (text or None), ``radius_m`` (m, NaN where none), ``flags`` (text,
        "" where none), ``source_row``, ``geometry``; the file's own columns behind.

    Raises
    ------
    InputError, CrsError
        As `read_features`.
    UsageError
        Where ``datum`` is unknown.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "sites.csv")
    ...     _ = file.write_text("项目编号,项目名称,经度,纬度,半径\n007,冷库,117.32,39.09,50\n", encoding="utf-8")
    ...     sites = read_sites(file, project_type="warehouse")
    >>> sites.loc[0, "site_id"], sites.loc[0, "name"], sites.loc[0, "project_type"], float(sites.loc[0, "radius_m"])
    ('007', '冷库', 'warehouse', 50.0)
    """
    features = read_features(
        path,
        crs=crs,
        datum=datum,
        layer=layer,
        encoding=encoding,
        limits=limits,
        unit=unit,
        closed_lines=closed_lines,
        control_points=control_points,
        around=around,
        geometry=geometry,
        angles=angles,
        swapped=swapped,
        called=called,
    )
    return as_sites(features, project_type=project_type)


def site_columns(own: Sequence[str], source: Mapping[str, Any]) -> dict[str, str | None]:
    """Return which of a file's columns tells each thing about a site, None where none does.

    Parameters
    ----------
    own : sequence of str
        Columns of the file.
    source : mapping
        ``attrs["source"]`` of its features.
    """
    shapefile = source["format"] in (Format.SHAPEFILE, Format.SHAPEFILE_ZIP)
    cut_at = _SHAPEFILE_NAME_BYTES if shapefile else None
    taken = {role: find_column(own, role, cut_at=cut_at) for role in SITE_COLUMNS}
    by_alias = {alias: column for column, alias in source["aliases"].items() if column in own}
    for role, column in taken.items():
        if column is None and (alias := find_column(list(by_alias), role)) is not None:
            taken[role] = by_alias[alias]
    return taken


def as_sites(
    features: gpd.GeoDataFrame,
    *,
    project_type: str | None = None,
    names: dict[int, str] | None = None,
    first: int = 0,
    place: Place | None = None,
) -> gpd.GeoDataFrame:
    """Return features as sites.

    Parameters
    ----------
    features : GeoDataFrame
        As `read_features` gives them, or the part of a layer.
    names : mapping of int to str, optional
        Of a part: as `ecozone.intake.site_ids.plan_ids` gives it for the whole layer.
    first : int
        Of a part: position of its first feature in the layer.
    place : Place, optional
        File and layer, where no notice of the features tells them.
    """
    source = features.attrs["source"]
    own = [name for name in features.columns if name not in ("source_row", "geometry")]
    taken = site_columns(own, source)
    texts = {role: _texts(features, column) for role, column in taken.items()}
    rows = features["source_row"].tolist()
    said: list[Notice] = [
        notice("intake.column_taken", field=column, role=role) for role, column in taken.items() if column is not None
    ]
    if names is None:
        names = {} if taken["site_id"] is None else plan_ids(lambda: [texts["site_id"]])
    ids, about_ids = named(texts["site_id"], rows, taken["site_id"], names, first=first)
    types, about_types = _types(texts["project_type"], project_type)
    radii, unread = _radii(texts["radius_m"], taken["radius_m"], rows)
    geometry = features.geometry.mask(np.isin(features["source_row"], list(unread)), None)
    front = {
        "site_id": pd.Series(ids, dtype=object),
        "name": pd.Series([text or "" for text in texts["name"]], dtype=object),
        "project_type": pd.Series(types, dtype=object),
        "radius_m": pd.Series(radii, dtype=float),
        "flags": pd.Series([text or "" for text in texts["flags"]], dtype=object),
        "source_row": features["source_row"],
    }
    behind, renamed = _behind(features, own, set(taken.values()), set(front))
    sites = gpd.GeoDataFrame({**front, "geometry": geometry, **behind}, geometry="geometry", crs=features.crs)
    place = place or Place(source["file"], next((one.place.layer for one in notices_of(features)), None))
    new = [*said, *about_ids, *about_types, *renamed, *unread.values()]
    sites.attrs["notices"] = (*notices_of(features), *(_placed(one, place) for one in new))
    sites.attrs["source"] = source
    sites.attrs["crs_evidence"] = features.attrs.get("crs_evidence")
    return sites


def _texts(features: gpd.GeoDataFrame, column: str | None) -> list[str | None]:
    return [None] * len(features) if column is None else texts_of(features[column])


def texts_of(values: Iterable[Any]) -> list[str | None]:
    """Return the values of a column as texts, None where blank."""
    return [(value.strip() or None) if type(value) is str else _text(value) for value in values]


def _text(value: Any) -> str | None:
    """Return a value as text, None where blank; a gap makes 12.0 of 12 in a column of numbers."""
    if value is None or value is pd.NA:
        return None
    if isinstance(value, float):
        if not np.isfinite(value):
            return None
        value = int(value) if value.is_integer() else value
    return str(value).strip() or None


def _types(found: Sequence[str | None], given: str | None) -> tuple[list[str | None], list[Notice]]:
    if given is None:
        return list(found), []
    filled = sum(text is None for text in found)
    kept = len(found) - filled
    notices = [notice("intake.project_type_given", filled=filled, kept=kept, value=given)]
    return [text or given for text in found], notices


def _radii(
    texts: Sequence[str | None], column: str | None, rows: Sequence[int]
) -> tuple[list[float], dict[int, Notice]]:
    """Read radii as metres; a radius that cannot be read refuses its site, which would be checked too small."""
    unit = bracketed(column) if column is not None else ""
    radii: list[float] = []
    refused: dict[int, Notice] = {}
    for text, row in zip(texts, rows, strict=True):
        radius = np.nan if text is None else _metres(text, unit)
        if radius is None:
            refused[row] = notice("intake.radius_unread", "refused", feature=row, field=column, value=str(text)[:40])
        # A radius of nothing is no radius.
        radii.append(radius or np.nan)
    return radii, refused


def _metres(text: str, unit: str) -> float | None:
    match = _radius.fullmatch(unicodedata.normalize("NFKC", text).casefold().replace(" ", ""))
    factor = _METRES.get((match[2] if match else None) or unit)
    number = parse_number(match[1]) if match else None
    return None if number is None or factor is None or number < 0 else number * factor


def _behind(
    features: gpd.GeoDataFrame, own: Sequence[str], taken: set[str | None], front: set[str]
) -> tuple[dict[str, Any], list[Notice]]:
    """Return the file's own columns; one that bears the name of a front column and is not it gets another name."""
    columns: dict[str, Any] = {}
    renamed: list[str] = []
    for name in own:
        if name in front:
            if name in taken:
                continue
            renamed.append(name)
        columns[f"{name}_in_file" if name in front else name] = features[name]
    return columns, [notice("intake.column_renamed", field=name, name=f"{name}_in_file") for name in renamed]


def _placed(one: Notice, place: Place) -> Notice:
    return replace(one, place=replace(one.place, file=place.file, layer=place.layer))
