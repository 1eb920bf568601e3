"""The zones of a layer that are measured: the whole, each level, each named part."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from ecozone.geo import area_m2, difference, intersection, union
from ecozone.notices import Notice, Severity, notice, notices_of
from ecozone.text import pick, say
from ecozone.units import fixed
from ecozone.workspace.layer import Layer

#: Roles whose features are zones of their own, by name: the ratios are reported for each.
BY_NAME = frozenset({"subdistrict", "control_unit"})

#: Roles whose zones the indicators measure against land cover.
MEASURED_ROLES = ("district", "barrier_zone", "red_line", "subdistrict", "built_up")

COLUMNS = ("zone", "layer", "role", "level", "title", "refused")


def zones_of(layer: Layer, features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the measured zones of one layer.

    Parameters
    ----------
    layer : Layer
        Where it has a level column, each level is a zone beside the whole; where its role is in `BY_NAME`, each name.
    features : GeoDataFrame
        As `ecozone.workspace.features.read_layer` gives them, in the workspace's CRS.

    Returns
    -------
    GeoDataFrame
        Index: the zone's key (``barrier``, ``barrier:1``, ``subdistrict:金钟街道``). Columns ``zone`` (the same),
        ``layer``, ``role``, ``level`` (Int64), ``title`` (in the current language), ``refused`` (count of features
        left out of the shape because theirs could not be trusted), ``geometry``: the union of the features. Levels
        never overlap: ground that two levels claim belongs to the stricter one, so that the levels add up to the
        whole; a notice in ``attrs`` tells its area.
    """
    title = pick(layer.title)
    groups: list[tuple[str, int | None, str, gpd.GeoDataFrame]] = [(layer.key, None, title, features)]
    if layer.level_column is not None:
        for level in sorted(int(value) for value in features["level"].dropna().unique()):
            part = features[(features["level"] == level).fillna(value=False)]
            groups.append(
                (
                    f"{layer.key}:{level}",
                    level,
                    say("workspace.zone_title", title=title, level=level_word(level, layer)),
                    part,
                )
            )
    if layer.role in BY_NAME:
        names = features["name"].where(features["name"] != "", features["zone"])
        groups += [(f"{layer.key}:{name}", None, str(name), part) for name, part in features.groupby(names, sort=True)]
    # Of a layer that is declared empty the whole has an area, which is 0; of one that was refused it has none.
    shapes = [Polygon() if layer.empty else _union(part) for _, _, _, part in groups]
    said = _resolve([level for _, level, _, _ in groups], shapes, features.crs, layer)
    table = pd.DataFrame(
        {
            "zone": [key for key, _, _, _ in groups],
            "layer": layer.key,
            "role": layer.role,
            "level": pd.array([level for _, level, _, _ in groups], dtype="Int64"),
            "title": [words for _, _, words, _ in groups],
            "refused": [int(part.geometry.isna().sum()) for _, _, _, part in groups],
        }
    )
    zones = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, crs=features.crs), crs=features.crs)
    zones.index = pd.Index(table["zone"].tolist())
    zones.attrs = {"notices": (*notices_of(features), *said)}
    return zones


def _union(features: gpd.GeoDataFrame) -> BaseGeometry | None:
    shapes = features.geometry.dropna()
    return None if shapes.empty else union(shapes)


def level_word(level: int, layer: Layer | None = None) -> str:
    """Return what a level is called: by the layer's role, or else by its number.

    >>> level_word(1), level_word(2)
    ('一级', '二级')
    """
    named = None if layer is None else layer.levels.get(level)
    return say(f"workspace.level_{level}") if named is None else pick(named)


def _resolve(levels: list[int | None], shapes: list[Any], crs: Any, layer: Layer) -> list[Notice]:
    """Give ground that two levels claim to the stricter one, in place; return what was noticed."""
    said: list[Notice] = []
    stricter: BaseGeometry | None = None
    for index, level in enumerate(levels):
        shape = shapes[index]
        if level is None or shape is None:
            continue
        if stricter is not None:
            mine, theirs = gpd.GeoSeries([shape], crs=crs), gpd.GeoSeries([stricter], crs=crs)
            shared = float(area_m2(intersection(mine, theirs)).iloc[0])
            if shared > 0:
                shapes[index] = difference(mine, theirs).iloc[0]
                severity: Severity = "info" if shared < layer.min_area_m2 else "warning"
                words: dict[str, Any] = {"zone": f"{layer.key}:{level}", "area": fixed(shared, 2)}
                said.append(notice("workspace.levels_overlap", severity, file=layer.path, layer=layer.key, **words))
        stricter = shape if stricter is None else union(gpd.GeoSeries([stricter, shape], crs=crs))
    return said


def polygons(features: gpd.GeoDataFrame) -> BaseGeometry | None:
    """Return the union of the polygons among ``features``, None where there are none."""
    shapes = features.geometry.dropna()
    flat = shapes[shapely.get_dimensions(shapes.array) == 2]
    return None if flat.empty else union(flat)
