"""What sites share with one layer: measured once, read by findings and states alike."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from ecozone.geo import area_m2, azimuth_deg, distance_m, intersection, length_m, union
from ecozone.measure import Sizes, nearest, overlaps, overlay_range
from ecozone.workspace import Layer

_RANGE = ("overlap_min_m2", "overlap_max_m2", "length_min_m", "length_max_m")
_MEASURED = ("overlap_m2", "site_share", "length_m", "count")


@dataclass(frozen=True)
class Contact:
    """All that was measured between the sites and one layer.

    Attributes
    ----------
    pairs : DataFrame
        One row a site and feature that overlap, or may within the layer's positional accuracy, by their positions
        ``site`` and ``zone``; columns of `ecozone.measure.overlay` but ``depth_m``, ``overlap_min_m2, overlap_max_m2,
        length_min_m, length_max_m`` (NaN where no accuracy is declared), ``meets`` (bool) and, where they do not meet,
        ``distance_m`` and ``bearing_deg``.
    shapes : ndarray of geometry
        What the two of each pair share; None where they do not meet.
    totals : DataFrame
        A row a site: its overlap with the whole layer, overlapping features counted once: ``overlap_m2``, ``length_m``,
        ``count``; all 0 where it meets none.
    near : DataFrame
        A row a site: its nearest feature, at any distance: ``zone`` (-1 where there is none), ``distance_m``,
        ``bearing_deg``.
    """

    pairs: pd.DataFrame
    shapes: NDArray[np.object_]
    totals: pd.DataFrame
    near: pd.DataFrame


def touches(sites: gpd.GeoDataFrame, features: gpd.GeoDataFrame, layer: Layer, sizes: Sizes) -> Contact:
    """Measure sites against the features of one layer.

    Parameters
    ----------
    sites, features : GeoDataFrame
        In the workspace's CRS, valid, each with a plain index; rows without geometry are passed over.
    layer : Layer
        Its ``accuracy_m`` gives the range of overlaps.
    sizes : Sizes
        Keeps what was measured of the sites for the next layer.
    """
    count = len(sites)
    sites = sites.loc[sites.geometry.notna(), ["geometry"]]
    features = features.loc[features.geometry.notna(), ["geometry"]]
    pairs, shapes = overlaps(sites, features, valid=True, sizes=sizes)
    if layer.accuracy_m:
        spread = overlay_range(sites, features, accuracy_m=layer.accuracy_m, valid=True, sizes=sizes)
        pairs, shapes = _joined(pairs, shapes, spread)
    else:
        pairs[list(_RANGE)] = np.nan
    pairs["meets"] = (pairs["overlap_m2"] > 0) | (pairs["length_m"] > 0) | (pairs["count"] > 0)
    pairs["distance_m"], pairs["bearing_deg"] = 0.0, np.nan
    apart = pairs[~pairs["meets"]]
    if len(apart):
        here = sites.geometry.loc[apart["site"]].set_axis(apart.index)
        there = features.geometry.loc[apart["zone"]].set_axis(apart.index)
        pairs.loc[apart.index, "distance_m"] = distance_m(here, there)
        pairs.loc[apart.index, "bearing_deg"] = azimuth_deg(here, there)
    return Contact(pairs, shapes, _totals(sites, features, pairs, count), nearest_of(sites, features, count))


def nearest_of(
    sites: gpd.GeoDataFrame, features: gpd.GeoDataFrame, count: int, *, within_m: float | None = None
) -> pd.DataFrame:
    """Return `ecozone.measure.nearest` with a row for each of ``count`` sites, by position."""
    found = nearest(sites, features, within_m=within_m).set_index("site")
    near = found.reindex(range(count))
    near["zone"] = near["zone"].fillna(-1).astype(np.int64)
    return near


def _joined(
    pairs: pd.DataFrame, shapes: NDArray[np.object_], spread: pd.DataFrame
) -> tuple[pd.DataFrame, NDArray[np.object_]]:
    """Put the overlaps into the rows of their ranges, which every pair has that overlaps, and others too."""
    width = int(max(spread["zone"].max() if len(spread) else 0, pairs["zone"].max() if len(pairs) else 0)) + 1
    keys, wanted = (
        table["site"].to_numpy(np.int64) * width + table["zone"].to_numpy(np.int64) for table in (spread, pairs)
    )
    at = np.searchsorted(keys, wanted)
    joined = spread.assign(**dict.fromkeys(_MEASURED, 0.0), zone_share=np.nan)
    for column in (*_MEASURED, "zone_share"):
        values = joined[column].to_numpy().copy()
        values[at] = pairs[column].to_numpy()
        joined[column] = values
    shared = np.full(len(joined), None, dtype=object)
    shared[at] = shapes
    return joined, shared


def _totals(sites: gpd.GeoDataFrame, features: gpd.GeoDataFrame, pairs: pd.DataFrame, count: int) -> pd.DataFrame:
    """Return each site's overlap with the union of the features it meets."""
    met = pairs[pairs["meets"]]
    site = met["site"].to_numpy(np.int64)
    columns = ("overlap_m2", "length_m", "count")
    totals: dict[str, NDArray[np.float64]] = {
        column: np.bincount(site, met[column].to_numpy(float), minlength=count).astype(float) for column in columns
    }
    several = met[np.bincount(site, minlength=count)[site] > 1]
    if len(several):
        _count_once(totals, sites.geometry, features.geometry, several)
    return pd.DataFrame(totals)


def _count_once(
    totals: dict[str, NDArray[np.float64]], sites: gpd.GeoSeries, features: gpd.GeoSeries, several: pd.DataFrame
) -> None:
    """Measure sites against unions of features, where adding would count ground twice."""
    overlapping = _overlapping(features.loc[several["zone"].unique()])
    wanted: dict[int, tuple[int, ...]] = {}
    grouped = several["zone"].groupby(several["site"].to_numpy(np.int64), sort=True)
    for site, zones in ((int(str(site)), tuple(group)) for site, group in grouped):
        flat = shapely.get_dimensions(sites.loc[site]) == 2
        if not flat or any(one in overlapping and overlapping[one] & set(zones) for one in zones):
            wanted[site] = zones
    if not wanted:
        return
    unions = {zones: union(features.loc[list(zones)]) for zones in set(wanted.values())}
    labels = list(wanted)
    there = gpd.GeoSeries([unions[wanted[site]] for site in labels], index=labels, crs=features.crs)
    here = sites.loc[labels]
    shared = intersection(here, there, valid=True)
    kind = shapely.get_dimensions(here.to_numpy())
    totals["overlap_m2"][labels] = area_m2(shared)
    totals["length_m"][labels] = np.where(kind == 1, length_m(shared), 0.0)
    totals["count"][labels] = np.where(kind == 0, shapely.get_num_geometries(shared.to_numpy()), 0)


def _overlapping(features: gpd.GeoSeries) -> dict[int, set[int]]:
    """Return, for each feature, those whose interior meets its own."""
    shapes = features.to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pair = one < other
    one, other = one[pair], other[pair]
    inner = shapely.relate_pattern(shapes[one], shapes[other], "T********")
    found: dict[int, set[int]] = {}
    for first, second in zip(features.index[one[inner]], features.index[other[inner]], strict=True):
        found.setdefault(int(first), set()).add(int(second))
        found.setdefault(int(second), set()).add(int(first))
    return found
