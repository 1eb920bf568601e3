"""How far a site is from the nearest zone, and in which direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import CRS

from ecozone.geo import azimuth_deg, distance_m, is_conformal, places_apart, require_same_crs
from ecozone.measure.edge_index import EdgeIndex, index_of, side_by_side
from ecozone.measure.pairs import TOUCH_M, Floats, Ints, Shapes, array_of, series_of
from ecozone.measure.prepared import Prepared
from ecozone.measure.workers import in_parts


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
        One row a site that has a zone in reach: ``site`` and ``zone`` (index labels; the first of several zones that
        touch the site or meet at the nearest point), ``distance_m`` (geodesic, 0 where they touch or overlap),
        ``bearing_deg`` (from the site to the zone, clockwise from true north; NaN at distance 0).

    Raises
    ------
    CrsMismatchError
        If the two frames are in different CRS.
    """
    require_same_crs(sites, zones)
    found = nearest_to(Prepared(sites), index_of(array_of(zones)), within_m=within_m)
    rows = np.flatnonzero(found.zone >= 0)
    return pd.DataFrame(
        {
            "site": sites.index.to_numpy()[rows],
            "zone": zones.index.to_numpy()[found.zone[rows]],
            "distance_m": found.distance_m[rows],
            "bearing_deg": found.bearing_deg[rows],
        }
    )


@dataclass(frozen=True, eq=False)
class Nearest:
    """Of each site, the position of its nearest zone (-1 where none is in reach), how far it is, and where."""

    zone: Ints
    distance_m: Floats
    bearing_deg: Floats


def nearest_to(
    sites: Prepared,
    zones: EdgeIndex,
    *,
    rows: Ints | None = None,
    touching: Ints | None = None,
    within_m: float | None = None,
) -> Nearest:
    """Find the nearest zone of each site, or of those in ``rows`` (`nearest`).

    Parameters
    ----------
    touching : ndarray of int, optional
        The first zone that each site touches, -1 where none, where the caller knows it.
    """
    there = sites.outlines.dimension >= 0
    if rows is not None:
        asked = np.zeros(len(sites), dtype=bool)
        asked[rows] = True
        there &= asked
    zone = _touching(sites, zones, there) if touching is None else np.where(there, touching, -1)
    distance = np.where(zone >= 0, 0.0, np.nan)
    bearing = np.full(len(sites), np.nan)
    apart = np.flatnonzero((zone < 0) & there)
    plane_m, found, ends = _apart(sites, zones, apart, np.inf if within_m is None else float(within_m))
    there = found >= 0
    apart, plane_m, ends, found = apart[there], plane_m[there], ends[there], found[there]
    zone[apart] = found
    distance[apart] = 0.0
    far = np.flatnonzero(plane_m > TOUCH_M)
    if len(far):
        rows = apart[far]
        distance[rows], bearing[rows] = _measured(sites.shapes[rows], zones.shapes[found[far]], ends[far], sites.crs)
    return Nearest(zone, distance, bearing)


def _touching(sites: Prepared, zones: EdgeIndex, there: NDArray[np.bool_]) -> Ints:
    """Return the first zone that each site lies in or that lies in it, or before it one whose boundary it touches.

    -1 where there is none; the site may touch a boundary all the same.
    """
    from ecozone.measure.nearest_kernels import begin_inside

    left, right = zones.near_boxes(np.where(there[:, None], sites.outlines.box, np.nan), TOUCH_M)
    one, two = sites.outlines, zones.outlines
    inside = np.zeros(len(left), dtype=np.bool_)
    arrays: tuple[Any, ...] = (
        *(left.astype(np.int64), right.astype(np.int64), one.xy, one.rings, one.first, one.box, one.dimension),
        *(two.xy, two.rings, two.first, two.dimension, zones.end, *zones.slabs.arrays, inside),
    )
    in_parts(lambda start, stop: begin_inside(start, stop, *arrays), len(left))
    none = len(zones.shapes)
    first = np.full(len(sites), none, dtype=np.intp)
    np.minimum.at(first, left[inside], right[inside])
    # Of the boundaries that a site touches that of an earlier zone may be one.
    rows = np.flatnonzero((first > 0) & (first < none))
    _, touched, _ = _apart(sites, zones, rows, TOUCH_M)
    first[rows] = np.minimum(first[rows], np.where(touched >= 0, touched, none))
    first[first == none] = -1
    return first


def _apart(sites: Prepared, zones: EdgeIndex, rows: Ints, within_m: float) -> tuple[Floats, Ints, Floats]:
    """Return distance, zone and the two nearest points (x, y of the site's, x, y of the zone's) in the plane."""
    from ecozone.measure.nearest_kernels import nearest_edges

    distance, zone, ends = np.full(len(rows), np.nan), np.full(len(rows), -1, dtype=np.int64), np.zeros((len(rows), 4))
    one, two = sites.outlines, zones.outlines
    arrays: tuple[Any, ...] = (
        *(side_by_side(one.box[rows]), rows.astype(np.int64), within_m, TOUCH_M, one.xy, one.rings, one.first, one.box),
        *(two.xy, zones.end, *zones.hierarchy.arrays),
        *(distance, zone, ends),
    )
    if len(two.xy):
        in_parts(lambda start, stop: nearest_edges(start, stop, *arrays), len(rows))
    return distance, zone, ends


def _measured(sites: Shapes, zones: Shapes, ends: Floats, crs: CRS) -> tuple[Floats, Floats]:
    """Return distance (m) and bearing (degrees) between nearest points."""
    if is_conformal(crs):
        bearing, distance = places_apart(ends, crs)
        return distance, bearing
    # Nearest in such a plane is not nearest on the ground: the points are found anew on a better one.
    here, there = series_of(sites, crs), series_of(zones, crs)
    distance, bearing = np.asarray(distance_m(here, there)), np.asarray(azimuth_deg(here, there))
    return distance, bearing
