"""How much of a site lies in which zone: areas of polygons, lengths of lines, counts of points.

Areas and lengths are ellipsoidal, whatever the metric CRS that the shapes are in. How they are found, and checked, is
in `ecozone.measure.shared`.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from ecozone.geo import require_metric, require_same_crs, require_valid
from ecozone.measure.depth import depths_in
from ecozone.measure.edge_index import EdgeIndex, index_of
from ecozone.measure.pairs import Floats, array_of
from ecozone.measure.prepared import Prepared
from ecozone.measure.shared import Shared, shared_with

COLUMNS = ("site", "zone", "overlap_m2", "site_share", "zone_share", "length_m", "count", "depth_m")


def overlay(sites: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, *, depth: bool = True) -> pd.DataFrame:
    """Measure every site against every zone that it shares more than a boundary with.

    Parameters
    ----------
    sites : GeoDataFrame
        Points, lines or polygons in a metric CRS; rows without geometry are passed over.
    zones : GeoDataFrame
        Polygons, lines or points in the same CRS. Zones may overlap each other: each is measured by itself.
    depth : bool
        Whether depths are wanted: they cost many times what all else does.

    Returns
    -------
    DataFrame
        One row a pair: ``site`` and ``zone`` (index labels), ``overlap_m2`` (ellipsoidal), ``site_share`` and
        ``zone_share`` (of the ellipsoidal areas; of the length for a line, 1 for a point), ``length_m`` (ellipsoidal,
        of lines inside; 0 for polygons), ``count`` (points inside; 0 for others), ``depth_m``: how far the overlap
        reaches in from the zone's boundary, at least (metres of the CRS; `ecozone.measure.depth`), unless it is not
        wanted. Sorted by site and zone position.

    Raises
    ------
    CrsMismatchError
        If the two frames are in different CRS.
    CrsError
        If that CRS is not metric.
    GeometryError
        If a shape is not valid, or a collection of mixed kinds.
    DefectError
        If two ways to one area disagree.
    """
    shared = shared_with(Prepared(sites), require_fit(sites, zones))
    shared = shared.only(shared.meets)
    site_share, zone_share = shares(shared)
    columns = {
        "site": sites.index.to_numpy()[shared.left],
        "zone": zones.index.to_numpy()[shared.right],
        "overlap_m2": shared.area_m2,
        "site_share": site_share,
        "zone_share": zone_share,
        "length_m": shared.length_m,
        "count": shared.count.astype("int64"),
    }
    if depth:
        columns["depth_m"] = depths_in(shared, np.arange(len(shared)))
    return pd.DataFrame(columns)


def require_fit(sites: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> EdgeIndex:
    """Refuse what cannot be measured against each other: two CRS, one that is not metric, shapes that are not valid.

    Returns
    -------
    EdgeIndex
        Of the zones.
    """
    require_metric(require_same_crs(sites, zones))
    require_valid(array_of(sites), sites.index)
    index = index_of(array_of(zones))
    rest = np.flatnonzero(~index.simple)
    require_valid(index.shapes[rest], zones.index[rest])
    return index


def shares(shared: Shared) -> tuple[Floats, Floats]:
    """Return the share of the site, and of the zone where both are polygons (NaN elsewhere), in each overlap."""
    kind = shared.sites.outlines.dimension[shared.left], shared.zones.outlines.dimension[shared.right]
    lower = np.minimum(*kind)
    size = np.select([lower == 2, lower == 1], [shared.area_m2, shared.length_m], shared.count)
    whole = shared.sites.size[shared.left]
    with np.errstate(divide="ignore", invalid="ignore"):
        of_site = np.minimum(size / whole, 1.0)
    zone_share = np.full(len(shared), np.nan)
    flat = np.flatnonzero(shared.area_m2 > 0)
    zone_m2 = shared.zones.areas_m2(shared.right[flat], shared.sites.crs)
    zone_share[flat] = np.minimum(shared.area_m2[flat] / zone_m2, 1.0)
    return of_site, zone_share
