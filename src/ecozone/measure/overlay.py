"""How much of a site lies in which zone: areas of polygons, lengths of lines, counts of points.

The shape of an overlap is found in the metric CRS of the workspace on a millimetre grid (`ecozone.geo.intersection`);
its area and length are ellipsoidal, whatever that CRS.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from ecozone.geo import area_m2, intersection, length_m, require_same_crs

COLUMNS = ("site", "zone", "overlap_m2", "site_share", "zone_share", "length_m", "count", "depth_m")
RANGE_COLUMNS = ("site", "zone", "overlap_min_m2", "overlap_max_m2", "length_min_m", "length_max_m")


def overlay(sites: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """Measure every site against every zone that it shares more than a boundary with.

    Parameters
    ----------
    sites : GeoDataFrame
        Points, lines or polygons in a metric CRS; rows without geometry are passed over.
    zones : GeoDataFrame
        Polygons, lines or points in the same CRS. Zones may overlap each other: each is measured by itself.

    Returns
    -------
    DataFrame
        One row a pair: ``site`` and ``zone`` (index labels), ``overlap_m2`` (ellipsoidal), ``site_share`` and
        ``zone_share`` (of the ellipsoidal areas; of the length for a line, 1 for a point), ``length_m`` (ellipsoidal,
        of lines inside; 0 for polygons), ``count`` (points inside; 0 for others), ``depth_m``: how far the overlap
        reaches in from the zone's boundary, at least (metres of the CRS): the farthest of the overlap's corners and
        the centre of its largest inscribed circle. Sorted by site and zone position.

    Raises
    ------
    CrsMismatchError
        If the two frames are in different CRS.
    CrsError
        If that CRS is not metric.
    """
    require_same_crs(sites, zones)
    left, right = _candidates(sites, zones)
    if len(left) == 0:
        return pd.DataFrame(columns=list(COLUMNS)).astype({"overlap_m2": float, "length_m": float, "depth_m": float})
    a = sites.geometry.iloc[left].reset_index(drop=True)
    b = zones.geometry.iloc[right].reset_index(drop=True)
    inside = intersection(a, b)
    dimension = np.minimum(shapely.get_dimensions(a.array), shapely.get_dimensions(b.array))
    overlap = area_m2(inside).to_numpy()
    length = np.where(dimension == 1, length_m(inside).to_numpy(), 0.0)
    count = np.where(dimension == 0, shapely.get_num_geometries(inside.array), 0)
    count[shapely.is_empty(inside.array)] = 0
    keep = (overlap > 0) | (length > 0) | (count > 0)
    site_size = _size(sites.geometry)[left]
    zone_size = _size(zones.geometry)[right]
    measured = np.select([dimension == 2, dimension == 1], [overlap, length], count)
    table = pd.DataFrame(
        {
            "site": sites.index.to_numpy()[left],
            "zone": zones.index.to_numpy()[right],
            "overlap_m2": overlap,
            "site_share": np.minimum(measured / site_size, 1.0),
            "zone_share": np.where(dimension == 2, np.minimum(overlap / zone_size, 1.0), np.nan),
            "length_m": length,
            "count": count.astype("int64"),
            "depth_m": 0.0,
        }
    )[keep].reset_index(drop=True)
    table["depth_m"] = _depth(inside[keep].array, b[keep].array)
    return table


def overlay_range(sites: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, *, accuracy_m: float) -> pd.DataFrame:
    """Measure the least and the most overlap that the zones' positional accuracy allows.

    The true boundary is taken to lie within ``accuracy_m`` of the drawn one: the least overlap is with the zone eroded
    by that distance, the most with the zone dilated by it.

    Parameters
    ----------
    sites, zones : GeoDataFrame
        As for `overlay`.
    accuracy_m : float
        Positional accuracy of the zones, metres.

    Returns
    -------
    DataFrame
        One row a pair whose dilated zone the site meets: ``site, zone, overlap_min_m2, overlap_max_m2, length_min_m,
        length_max_m`` (m² and m, ellipsoidal). A point inside has both areas and lengths 0.
    """
    require_same_crs(sites, zones)
    left, right = _candidates(sites, zones, within_m=accuracy_m)
    a = sites.geometry.iloc[left].reset_index(drop=True)
    b = zones.geometry.iloc[right].reset_index(drop=True)
    # Only the zone's part near the site is moved; its cut edges lie farther away than the boundary can move.
    # A box from the bounds: GEOS buffers the envelope of a level line to a triangle.
    x0, y0, x1, y1 = shapely.bounds(a.array).T
    margin = 4 * accuracy_m
    reach = shapely.box(x0 - margin, y0 - margin, x1 + margin, y1 + margin)
    near = intersection(b, gpd.GeoSeries(reach, crs=a.crs, index=a.index))
    table = {"site": sites.index.to_numpy()[left], "zone": zones.index.to_numpy()[right]}
    for word, distance in (("min", -accuracy_m), ("max", accuracy_m)):
        moved = gpd.GeoSeries(shapely.buffer(near.array, distance), crs=a.crs, index=a.index)
        inside = intersection(a, moved)
        table[f"overlap_{word}_m2"] = area_m2(inside).to_numpy()
        table[f"length_{word}_m"] = length_m(inside).to_numpy() * (shapely.get_dimensions(a.array) == 1)
    return pd.DataFrame(table, columns=list(RANGE_COLUMNS))


def _candidates(
    sites: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, within_m: float = 0.0
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return positions of the pairs that meet, ordered by site and zone."""
    tree = shapely.STRtree(zones.geometry.array)
    if within_m > 0:
        pairs = tree.query(sites.geometry.array, predicate="dwithin", distance=within_m)
    else:
        pairs = tree.query(sites.geometry.array, predicate="intersects")
    order = np.lexsort((pairs[1], pairs[0]))
    return pairs[0][order], pairs[1][order]


def _size(shapes: gpd.GeoSeries) -> NDArray[np.float64]:
    """Return each shape's area, or its length for lines, or its count for points."""
    dimension = shapely.get_dimensions(shapes.array)
    sizes = [area_m2(shapes).to_numpy(), length_m(shapes).to_numpy()]
    chosen: NDArray[np.float64] = np.select(
        [dimension == 2, dimension == 1], sizes, shapely.get_num_geometries(shapes.array).astype(float)
    )
    return chosen


def _depth(inside: NDArray[np.object_], zones: NDArray[np.object_]) -> NDArray[np.float64]:
    depth = np.zeros(len(inside))
    for i, (shape, zone) in enumerate(zip(inside, zones, strict=True)):
        if shapely.get_dimensions(zone) < 2:
            continue
        corners = shapely.points(shapely.get_coordinates(shape))
        if shapely.get_dimensions(shape) == 2:
            centre = shapely.get_point(shapely.maximum_inscribed_circle(shape), 0)
            corners = np.append(corners, centre)
        depth[i] = shapely.distance(corners, shapely.boundary(zone)).max()
    return depth
