"""How far a site is from the nearest zone, and in which direction."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ecozone.geo import azimuth_deg, distance_m, require_same_crs


def nearest(sites: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, *, within_m: float | None = None) -> pd.DataFrame:
    """Find the nearest zone of each site.

    Parameters
    ----------
    sites, zones : GeoDataFrame
        In the same metric CRS; rows without geometry are passed over.
    within_m : float, optional
        Look no farther than this many metres of the CRS; without it, as far as there is a zone.

    Returns
    -------
    DataFrame
        One row a site that has a zone in reach: ``site`` and ``zone`` (index labels; the first zone where several are
        equally near), ``distance_m`` (geodesic, 0 where they touch or overlap), ``bearing_deg`` (from the site to the
        zone, clockwise from true north; NaN at distance 0).

    Raises
    ------
    CrsMismatchError
        If the two frames are in different CRS.
    """
    crs = require_same_crs(sites, zones)
    tree = shapely.STRtree(zones.geometry.array)
    present = np.flatnonzero(~(sites.geometry.isna() | sites.geometry.is_empty).to_numpy())
    shapes = sites.geometry.array[present]
    found = tree.query_nearest(shapes, max_distance=within_m, all_matches=True)
    pairs = pd.DataFrame({"site": found[0], "zone": found[1]}).sort_values(["site", "zone"]).drop_duplicates("site")
    here = gpd.GeoSeries(shapes[pairs["site"]], crs=crs).reset_index(drop=True)
    there = gpd.GeoSeries(zones.geometry.array[pairs["zone"]], crs=crs).reset_index(drop=True)
    distance = distance_m(here, there).to_numpy()
    bearing = np.where(distance > 0, azimuth_deg(here, there).to_numpy(), np.nan)
    return pd.DataFrame(
        {
            "site": sites.index.to_numpy()[present[pairs["site"]]],
            "zone": zones.index.to_numpy()[pairs["zone"]],
            "distance_m": distance,
            "bearing_deg": bearing,
        }
    )
