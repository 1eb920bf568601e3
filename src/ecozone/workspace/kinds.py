"""Which shapes a layer may have: of an area, a line does not say what is inside, and a point not even where it ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from ecozone.notices import Notice, notice
from ecozone.workspace.layer import Layer

#: Why features of an areal layer are refused.
NO_AREA = frozenset({"workspace.closed_lines_refused", "workspace.lines_refused", "workspace.points_refused"})
# Rows named in one message.
_NAMED = 10


def judge_kinds(shapes: gpd.GeoSeries, layer: Layer) -> tuple[gpd.GeoSeries, list[Notice]]:
    """Take the shapes away that cannot be what the layer's role is, and say what was taken for an area.

    Parameters
    ----------
    shapes : GeoSeries
        Index: the features' rows as the user counts them.
    layer : Layer
        Its ``geometry`` says whether only polygons tell what is inside. A closed line may bound an area, or be one of
        its holes, or a road that ends where it begins: only its owner knows, who says so with ``closed_lines``.

    Returns
    -------
    GeoSeries
        None in place of lines and points where the role is an area.
    list of Notice
    """
    dimension = shapely.get_dimensions(shapes.array)
    dimension[shapely.is_missing(shapes.array)] = -1
    closed = dimension == 1
    closed[closed] = [_closed(shape) for shape in shapes.array[closed]]
    kinds = {
        "workspace.closed_lines_refused": closed,
        "workspace.lines_refused": (dimension == 1) & ~closed,
        "workspace.points_refused": dimension == 0,
    }
    if layer.geometry == "any":
        bare = int(((dimension == 0) | (dimension == 1)).sum())
        said = [_said("workspace.without_area", "warning", layer, shapes.index[(dimension >= 0) & (dimension < 2)])]
        return shapes, said if bare else []
    told = [_said(key, "refused", layer, shapes.index[kind]) for key, kind in kinds.items() if kind.any()]
    return shapes.mask((dimension >= 0) & (dimension < 2), None), told


def refused_kinds(notices: Iterable[Notice]) -> Iterator[Notice]:
    """Yield those notices that refuse features for having no area."""
    return (one for one in notices if one.key in NO_AREA)


def _closed(shape: Any) -> bool:
    parts = shapely.get_parts(shape)
    return bool(len(parts)) and bool(np.all(shapely.is_closed(parts)))


def _said(key: str, severity: Any, layer: Layer, rows: Any) -> Notice:
    named = ", ".join(str(row) for row in rows[:_NAMED]) + ("…" if len(rows) > _NAMED else "")
    words: dict[str, Any] = {"count": len(rows), "rows": named, "layer_key": layer.key}
    return notice(key, severity, file=layer.path, layer=layer.key, **words)
