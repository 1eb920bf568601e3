"""The doctor on what features of one layer share: the same shape twice, overlaps, levels that do not add up."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ecozone.geo import area_m2, intersection, union
from ecozone.notices import notices_of
from ecozone.units import M2_PER_KM2, fixed
from ecozone.workspace.layer import Layer
from ecozone.workspace.trouble import Trouble, of_notice, trouble
from ecozone.workspace.workspace import Workspace

# A layer whose every feature overlaps another is told in a screenful; the rest is counted.
_TOLD = 20
_NOISE_M2 = 1.0


def examine_overlaps(layer: Layer, features: gpd.GeoDataFrame) -> Iterator[Trouble]:
    """Yield features that stand twice, then pairs that overlap by more than noise, then how many more there are."""
    known = features[features.geometry.notna()]
    found = iter([*_duplicates(layer, known), *_overlaps(layer, known)])
    yield from islice(found, _TOLD)
    more = sum(1 for _ in found)
    if more:
        yield trouble("workspace.overlaps_more", "warning", file=layer.path, layer=layer.key, count=more)


def _duplicates(layer: Layer, features: gpd.GeoDataFrame) -> Iterator[Trouble]:
    plain = pd.Series(shapely.to_wkb(shapely.normalize(features.geometry.array)), index=features.index)
    first = plain.groupby(plain).transform(lambda group: group.index[0])
    for index in features.index[(first != features.index).to_numpy()]:
        row, other = _row(features, index), _row(features, first[index])
        yield trouble("workspace.duplicate", "warning", file=layer.path, layer=layer.key, feature=row, other=other)


def _overlaps(layer: Layer, features: gpd.GeoDataFrame) -> Iterator[Trouble]:
    flat = features[shapely.get_dimensions(features.geometry.array) == 2]
    shapes = flat.geometry
    left, right = shapely.STRtree(shapes.array).query(shapes.array, predicate="intersects")
    left, right = left[left < right], right[left < right]
    # Neighbours that only share a border need no overlay; and a shape that stands twice has been told.
    meeting = shapely.relate_pattern(shapes.array[left], shapes.array[right], "2********")
    same = shapely.equals_exact(shapely.normalize(shapes.array[left]), shapely.normalize(shapes.array[right]))
    left, right = left[meeting & ~same], right[meeting & ~same]
    if not left.size:
        return
    first, second = (gpd.GeoSeries(shapes.array[side], crs=flat.crs) for side in (left, right))
    areas = area_m2(intersection(first, second)).to_numpy()
    for pair in np.flatnonzero(areas > max(_NOISE_M2, layer.min_area_m2)):
        row, other = (_row(flat, flat.index[side[pair]]) for side in (right, left))
        words: dict[str, Any] = {"other": other, "area": fixed(float(areas[pair]), 2)}
        yield trouble("workspace.overlap", "warning", file=layer.path, layer=layer.key, feature=row, **words)


def _row(features: gpd.GeoDataFrame, index: Any) -> int:
    """Return a feature's row as the user counts it."""
    return int(features.loc[index, "source_row"])


def examine_levels(
    layer: Layer, features: gpd.GeoDataFrame, ws: Workspace, readable: Collection[str]
) -> Iterator[Trouble]:
    """Yield whether the levels add up to the whole, and to a layer of the same role that is not divided."""
    if layer.level_column is None:
        return
    place: dict[str, Any] = {"file": layer.path, "layer": layer.key}
    zones = ws.zones(layer.key)
    told = len(notices_of(features))
    yield from (of_notice(one) for one in notices_of(zones)[told:])
    known = features[features.geometry.notna()]
    shapes = {level: union(part.geometry) for level, part in known.groupby("level", sort=True)}
    areas = area_m2(gpd.GeoSeries(list(shapes.values()), index=list(shapes), crs=features.crs))
    whole, total = float(area_m2(zones).iloc[0]), float(areas.sum())
    words: dict[str, Any] = {
        "parts": " + ".join(fixed(area / M2_PER_KM2, 2) for area in areas),
        "sum": fixed(total / M2_PER_KM2, 2),
        "whole": fixed(whole / M2_PER_KM2, 2),
        "difference": fixed(total - whole, 2),
    }
    agree = abs(total - whole) <= max(_NOISE_M2, layer.min_area_m2)
    yield trouble("workspace.levels_agree" if agree else "workspace.levels_sum", "info", **place, **words)
    for other in ws.layers_of(layer.role):
        if other.level_column is None and other.key in readable:
            undivided = float(area_m2(ws.zones(other.key)).iloc[0])
            if abs(undivided - whole) > max(_NOISE_M2, layer.min_area_m2, other.min_area_m2):
                words |= {"other": other.key, "whole": fixed(undivided / M2_PER_KM2, 2)}
                yield trouble("workspace.levels_other_layer", "warning", **place, **words)
