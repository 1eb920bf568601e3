"""What sites share with one layer: measured once, read by findings and states alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from ecozone.assess.table import records
from ecozone.geo import area_m2, azimuth_deg, distance_m, intersection, length_m, union
from ecozone.measure import nearest, overlay, overlay_range
from ecozone.workspace import Layer


@dataclass(frozen=True)
class Contact:
    """All that was measured between the sites and one layer.

    Attributes
    ----------
    pairs : DataFrame
        One row a site and feature that overlap, or may within the layer's positional accuracy; columns of
        `ecozone.measure.overlay`, ``overlap_min_m2, overlap_max_m2, length_min_m, length_max_m`` (NaN where no
        accuracy is declared), ``meets`` (bool) and, where they do not meet, ``distance_m`` and ``bearing_deg``.
    totals : mapping
        Site label to its overlap with the whole layer, overlapping features counted once: ``overlap_m2``, ``length_m``,
        ``count``.
    near : mapping
        Site label to its nearest feature: ``zone, distance_m, bearing_deg``, at any distance.
    """

    pairs: pd.DataFrame
    totals: Mapping[object, Mapping[str, Any]]
    near: Mapping[object, Mapping[str, Any]]


def touches(sites: gpd.GeoDataFrame, features: gpd.GeoDataFrame, layer: Layer) -> Contact:
    """Measure sites against the features of one layer.

    Parameters
    ----------
    sites, features : GeoDataFrame
        In the workspace's CRS; rows without geometry are passed over.
    layer : Layer
        Its ``accuracy_m`` gives the range of overlaps.
    """
    sites = sites[sites.geometry.notna()]
    features = features[features.geometry.notna()]
    pairs = overlay(sites, features)
    if layer.accuracy_m:
        spread = overlay_range(sites, features, accuracy_m=layer.accuracy_m)
        pairs = pairs.merge(spread, on=["site", "zone"], how="outer")
        measured = ["overlap_m2", "site_share", "length_m", "count", "depth_m"]
        pairs[measured] = pairs[measured].fillna(0.0)
    else:
        pairs[["overlap_min_m2", "overlap_max_m2", "length_min_m", "length_max_m"]] = float("nan")
    pairs = pairs.sort_values(["site", "zone"], kind="stable").reset_index(drop=True)
    meets = (pairs["overlap_m2"] > 0) | (pairs["length_m"] > 0) | (pairs["count"] > 0)
    pairs["meets"], pairs["distance_m"], pairs["bearing_deg"] = meets, 0.0, float("nan")
    apart = pairs[~meets]
    if len(apart):
        here = sites.geometry.loc[apart["site"]].set_axis(apart.index)
        there = features.geometry.loc[apart["zone"]].set_axis(apart.index)
        pairs.loc[apart.index, "distance_m"] = distance_m(here, there)
        pairs.loc[apart.index, "bearing_deg"] = azimuth_deg(here, there)
    found = nearest(sites, features)
    return Contact(
        pairs,
        _totals(sites, features, pairs[meets]),
        {row["site"]: row for row in records(found)},
    )


def _totals(sites: gpd.GeoDataFrame, features: gpd.GeoDataFrame, pairs: pd.DataFrame) -> dict[object, dict[str, Any]]:
    """Return each site's overlap with the union of the features it meets."""
    counts = pairs["site"].value_counts()
    totals = {row["site"]: row for row in records(pairs[pairs["site"].map(counts) == 1])}
    several = pairs[pairs["site"].map(counts) > 1]
    if several.empty:
        return totals
    together: dict[tuple[object, ...], Any] = {}
    wanted = {site: tuple(group["zone"]) for site, group in several.groupby("site", sort=False)}
    for zones in wanted.values():
        if zones not in together:
            together[zones] = union(features.geometry.loc[list(zones)])
    labels = list(wanted)
    unions = gpd.GeoSeries([together[wanted[site]] for site in labels], index=labels, crs=features.crs)
    shared = intersection(sites.geometry.loc[labels], unions)
    kind = shapely.get_dimensions(sites.geometry.loc[labels].array)
    area, length = area_m2(shared), length_m(shared)
    for i, site in enumerate(labels):
        totals[site] = {
            "overlap_m2": float(area.iloc[i]),
            "length_m": float(length.iloc[i]) if kind[i] == 1 else 0.0,
            "count": int(shapely.get_num_geometries(shared.iloc[i])) if kind[i] == 0 else 0,
        }
    return totals
