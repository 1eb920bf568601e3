"""How much of a site lies in which zone: areas of polygons, lengths of lines, counts of points.

The shape of an overlap is found in the metric CRS of the workspace on a millimetre grid (`ecozone.geo.intersection`);
its area and length are ellipsoidal, whatever that CRS.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ecozone.geo import intersection, require_same_crs
from ecozone.measure.depth import depths_m
from ecozone.measure.pairs import Floats, Shapes, array_of, pairs_of, series_of
from ecozone.measure.sizes import Sizes

COLUMNS = ("site", "zone", "overlap_m2", "site_share", "zone_share", "length_m", "count", "depth_m")


def overlay(
    sites: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, *, valid: bool = False, sizes: Sizes | None = None
) -> pd.DataFrame:
    """Measure every site against every zone that it shares more than a boundary with.

    Parameters
    ----------
    sites : GeoDataFrame
        Points, lines or polygons in a metric CRS; rows without geometry are passed over.
    zones : GeoDataFrame
        Polygons, lines or points in the same CRS. Zones may overlap each other: each is measured by itself.
    valid : bool
        The caller has made sure that every shape is.
    sizes : Sizes, optional
        Where shapes of an earlier call come again: what was measured then.

    Returns
    -------
    DataFrame
        One row a pair: ``site`` and ``zone`` (index labels), ``overlap_m2`` (ellipsoidal), ``site_share`` and
        ``zone_share`` (of the ellipsoidal areas; of the length for a line, 1 for a point), ``length_m`` (ellipsoidal,
        of lines inside; 0 for polygons), ``count`` (points inside; 0 for others), ``depth_m``: how far the overlap
        reaches in from the zone's boundary, at least (metres of the CRS; `ecozone.measure.depth`). Sorted by site and
        zone position.

    Raises
    ------
    CrsMismatchError
        If the two frames are in different CRS.
    CrsError
        If that CRS is not metric.
    """
    table, shapes = overlaps(sites, zones, valid=valid, sizes=sizes)
    whole = pd.Series(array_of(zones), index=zones.index, dtype=object)
    table["depth_m"] = depths_m(shapes, whole.loc[table["zone"]].to_numpy()) if len(table) else np.zeros(0)
    return table


def overlaps(
    sites: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, *, valid: bool = False, sizes: Sizes | None = None
) -> tuple[pd.DataFrame, Shapes]:
    """Return `overlay` without ``depth_m``, which takes longest, and the shape that each pair shares."""
    crs = require_same_crs(sites, zones)
    sizes = sizes or Sizes(crs)
    parts, whole = array_of(sites), array_of(zones)
    left, right = pairs_of(parts, whole)
    a, b = parts[left], whole[right]
    inside = array_of(intersection(series_of(a, crs), series_of(b, crs), valid=valid))
    dimension = np.minimum(shapely.get_dimensions(a), shapely.get_dimensions(b))
    overlap, length = sizes.areas(inside), sizes.lengths(inside)
    count = np.where((dimension == 0) & ~shapely.is_empty(inside), shapely.get_num_geometries(inside), 0)
    keep = np.flatnonzero((overlap > 0) | (length > 0) | (count > 0))
    measured = np.select([dimension == 2, dimension == 1], [overlap, length], count)[keep]
    table = pd.DataFrame(
        {
            "site": sites.index.to_numpy()[left[keep]],
            "zone": zones.index.to_numpy()[right[keep]],
            "overlap_m2": overlap[keep],
            "site_share": np.minimum(measured / _whole(a[keep], sizes), 1.0),
            "zone_share": np.where(
                dimension[keep] == 2, np.minimum(overlap[keep] / _whole(b[keep], sizes), 1.0), np.nan
            ),
            "length_m": length[keep],
            "count": count[keep].astype("int64"),
        }
    )
    return table, inside[keep]


def _whole(shapes: Shapes, sizes: Sizes) -> Floats:
    """Return each shape's area, or its length for lines, or its count for points."""
    dimension = shapely.get_dimensions(shapes)
    count = shapely.get_num_geometries(shapes).astype(float)
    whole: Floats = np.select([dimension == 2, dimension == 1], [sizes.areas(shapes), sizes.lengths(shapes)], count)
    return whole
