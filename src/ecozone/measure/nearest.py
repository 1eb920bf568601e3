"""How far a site is from the nearest zone, and in which direction."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from ecozone.geo import azimuth_deg, distance_m, ends_apart, is_conformal, require_same_crs
from ecozone.measure.pairs import Ints, Shapes, array_of, series_of

#: A point of a boundary that was reckoned lies so near to it, metres: rounding at coordinates of 4e7.
_ROUNDING_M = 1e-6


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
    crs = require_same_crs(sites, zones)
    shapes, whole = array_of(sites), array_of(zones)
    there = np.flatnonzero(~(shapely.is_missing(whole) | shapely.is_empty(whole)))
    zone = _touching(shapes, whole)
    distance = np.where(zone >= 0, 0.0, np.nan)
    bearing = np.full(len(shapes), np.nan)
    apart = np.flatnonzero((zone < 0) & ~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    if len(there) and len(apart):
        facets, owner = _facets(whole[there])
        ties = _ties(facets, shapes[apart])
        if within_m is not None:
            close = shapely.length(ties) <= within_m
            ties, apart = ties[close], apart[close]
        zone[apart] = there[_owners(facets, owner, len(there), shapely.get_point(ties, 0))]
        distance[apart], bearing[apart] = _measured(shapes[apart], whole[zone[apart]], shapely.reverse(ties), crs)
    found = np.flatnonzero(zone >= 0)
    return pd.DataFrame(
        {
            "site": sites.index.to_numpy()[found],
            "zone": zones.index.to_numpy()[zone[found]],
            "distance_m": distance[found],
            "bearing_deg": bearing[found],
        }
    )


def _touching(sites: Shapes, zones: Shapes) -> Ints:
    """Return the first zone that each site touches or overlaps, -1 where none."""
    right, left = shapely.STRtree(sites).query(zones, predicate="intersects")
    first = np.full(len(sites), len(zones), dtype=np.intp)
    np.minimum.at(first, left, right)
    first[first == len(zones)] = -1
    return first


def _ties(facets: Shapes, sites: Shapes) -> Shapes:
    """Return the shortest line from the nearest facet to each site.

    Of what touches no zone only the boundaries count. As one multi-line they are asked ten times as fast as polygons
    or a collection (GEOS 3.14).
    """
    found = np.full(len(sites), None, dtype=object)
    for kind, gather in ((1, shapely.multilinestrings), (0, shapely.multipoints)):
        mine = facets[shapely.get_dimensions(facets) == kind]
        if not len(mine):
            continue
        together = gather(mine)
        shapely.prepare(together)
        ties = shapely.shortest_line(together, sites)
        nearer = shapely.is_missing(found) | (shapely.length(ties) < shapely.length(found))
        found[nearer] = ties[nearer]
    return found


def _owners(facets: Shapes, owner: Ints, count: int, feet: Shapes) -> Ints:
    """Return the first of ``count`` zones on whose boundary each point lies."""
    tree = shapely.STRtree(facets)
    at, hit = tree.query(feet, predicate="dwithin", distance=_ROUNDING_M)
    first = np.full(len(feet), count, dtype=np.intp)
    np.minimum.at(first, at, owner[hit])
    missed = np.flatnonzero(first == count)
    if len(missed):
        at, hit = tree.query_nearest(feet[missed], all_matches=True)
        np.minimum.at(first, missed[at], owner[hit])
    return first


def _facets(zones: Shapes) -> tuple[Shapes, NDArray[np.intp]]:
    """Return the edges of zones, and their points where they are points, each with whose it is."""
    parts, owner = shapely.get_parts(zones, return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    kinds = shapely.get_dimensions(parts)
    lines = np.concatenate([rings, parts[kinds == 1]])
    whose = np.concatenate([owner[of_ring], owner[kinds == 1]])
    xy, line = shapely.get_coordinates(lines, return_index=True)
    joined = line[:-1] == line[1:]
    edges = shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1)[joined])
    points = parts[kinds == 0]
    return np.concatenate([edges, points]), np.concatenate([whose[line[:-1][joined]], owner[kinds == 0]])


def _measured(sites: Shapes, zones: Shapes, ties: Shapes, crs: CRS) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return distance (m) and bearing (degrees) along the lines between nearest points."""
    if is_conformal(crs):
        measured = ends_apart(series_of(ties, crs))
        distance, bearing = measured["distance_m"], measured["azimuth_deg"]
    else:
        # Nearest in such a plane is not nearest on the ground: the points are found anew on a better one.
        here, there = series_of(sites, crs), series_of(zones, crs)
        distance, bearing = distance_m(here, there), azimuth_deg(here, there)
    return np.asarray(distance, dtype=np.float64), np.asarray(bearing, dtype=np.float64)
