"""Where features lie, in the words of a district: its subdistricts by name, or outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from ecozone.geo import area_m2, difference, intersection, repair, reproject
from ecozone.workspace.intricacy import intricate
from ecozone.workspace.workspace import Workspace
from ecozone.workspace.zones import polygons

Shapes = NDArray[Any]
Mask = NDArray[np.bool_]
Outside = Literal["no", "partly", "wholly"]


def places_of(features: gpd.GeoDataFrame, ws: Workspace) -> pd.DataFrame:
    """Say of each feature which subdistricts it lies in, and whether it leaves the district.

    Parameters
    ----------
    features : GeoDataFrame
        In any CRS that leads to the workspace's; valid shapes, or None.
    ws : Workspace
        Its layers of the roles ``subdistrict`` and ``district`` are asked.

    Returns
    -------
    DataFrame
        Index of ``features``; ``names`` (tuple of str, those with which it shares ground, in the layer's
        order) and ``outside``: ``"no"``, ``"partly"``, ``"wholly"``; None where the workspace has no such layer, or the
        feature no shape that is valid in its CRS, or one that cannot be overlaid (`intricate`). What lies outside by
        less than the layer's ``min_area_m2`` lies inside.

    Raises
    ------
    EcozoneError
        The features' CRS does not lead to the workspace's, or a layer cannot be read.
    """
    # Rounding may spoil in one CRS a boundary that is sound in another; a check tells of what it mends or refuses.
    shapes, _ = repair(reproject(features.geometry, ws.crs))
    asked = [layer for role in ("district", "subdistrict") for layer in ws.layers_of(role)]
    shapes.iloc[list(intricate(shapes.to_numpy(), ws, asked))] = None
    outside: Sequence[Outside | None] = [None] * len(shapes)
    for layer in ws.layers_of("district"):
        district = polygons(ws.features(layer.key))
        if district is not None:
            outside = _outside(shapes, district, layer.min_area_m2)
    columns: dict[str, list[Any]] = {"names": _names(shapes, ws), "outside": list(outside)}
    # As objects: pandas would make NaN of None.
    return pd.DataFrame({name: pd.Series(values, features.index, dtype=object) for name, values in columns.items()})


def _names(shapes: gpd.GeoSeries, ws: Workspace) -> list[tuple[str, ...]]:
    found: list[dict[str, None]] = [{} for _ in range(len(shapes))]
    tree = shapely.STRtree(shapes.to_numpy())
    for layer in ws.layers_of("subdistrict"):
        named = ws.features(layer.key)
        parts = named.geometry.to_numpy()
        zone, row = tree.query(parts, predicate="intersects")
        shared = _share_more_than_border(parts[zone], shapes.iloc[row].reset_index(drop=True), layer.min_area_m2)
        titles = [name or key for name, key in zip(named["name"], named["zone"], strict=True)]
        for one, other in zip(zone[shared], row[shared], strict=True):
            found[other][titles[one]] = None
    return [tuple(names) for names in found]


def _share_more_than_border(parts: Shapes, shapes: gpd.GeoSeries, noise_m2: float) -> Mask:
    """Say which pairs share ground: more than noise, or half the shape where that is smaller."""
    mine = shapes.to_numpy()
    shapely.prepare(parts)
    shared: Mask = shapely.covers(parts, mine) | ~shapely.touches(parts, mine)
    cut = np.flatnonzero(shared & ~shapely.covers(parts, mine) & (shapely.get_dimensions(mine) == 2))
    if len(cut):
        some = shapes.iloc[cut]
        both = area_m2(intersection(some, gpd.GeoSeries(parts[cut], index=some.index, crs=shapes.crs)))
        shared[cut] = both.to_numpy() > np.minimum(noise_m2, area_m2(some).to_numpy() / 2)
    return shared


def _outside(shapes: gpd.GeoSeries, district: shapely.Geometry, noise_m2: float) -> Sequence[Outside | None]:
    words = np.full(len(shapes), None, dtype=object)
    there = ~shapely.is_missing(shapes.to_numpy())
    shapely.prepare(district)
    words[there] = "no"
    beyond = np.flatnonzero(there & ~shapely.covers(district, shapes.to_numpy()))
    rest = shapes.iloc[beyond].reset_index(drop=True)
    apart = shapely.disjoint(district, rest.to_numpy()) | shapely.touches(district, rest.to_numpy())
    words[beyond] = np.where(apart, "wholly", "partly")
    cut = rest[~apart & (shapely.get_dimensions(rest.to_numpy()) == 2)]
    if len(cut):
        left = difference(cut, gpd.GeoSeries([district] * len(cut), index=cut.index, crs=cut.crs))
        words[beyond[cut.index[area_m2(left) < noise_m2]]] = "no"
    found: list[Outside | None] = words.tolist()
    return found
