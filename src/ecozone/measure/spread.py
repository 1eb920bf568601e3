"""The least and the most overlap that the positional accuracy of zones allows."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from ecozone.geo import intersection, require_same_crs
from ecozone.measure.pairs import Ints, Shapes, array_of, pairs_of, series_of
from ecozone.measure.sizes import Sizes

RANGE_COLUMNS = ("site", "zone", "overlap_min_m2", "overlap_max_m2", "length_min_m", "length_max_m")

#: A zone of so few vertices is moved whole.
_FEW_VERTICES = 64
#: Sides of the squares that large zones are moved in: those of one site lie in few, those of neighbours in the same.
_LEAST_SIDE_M = 128.0


def overlay_range(
    sites: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    *,
    accuracy_m: float,
    valid: bool = False,
    sizes: Sizes | None = None,
) -> pd.DataFrame:
    """Measure the least and the most overlap that the zones' positional accuracy allows.

    The true boundary is taken to lie within ``accuracy_m`` of the drawn one: the least overlap is with the zone eroded
    by that distance, the most with the zone dilated by it.

    Parameters
    ----------
    sites, zones, valid, sizes
        As for `overlay`.
    accuracy_m : float
        Positional accuracy of the zones, metres.

    Returns
    -------
    DataFrame
        One row a pair whose dilated zone the site meets: ``site, zone, overlap_min_m2, overlap_max_m2, length_min_m,
        length_max_m`` (m² and m, ellipsoidal). A point inside has both areas and lengths 0.
    """
    crs = require_same_crs(sites, zones)
    sizes = sizes or Sizes(crs)
    parts, whole = array_of(sites), array_of(zones)
    left, right = pairs_of(parts, whole, within_m=accuracy_m)
    a, b = parts[left], whole[right]
    shapely.prepare(b)
    inside = shapely.covers(b, a)
    deep = inside & (shapely.get_dimensions(b) == 2)
    deep[deep] = ~_near_boundary(whole, right[deep], a[deep], accuracy_m)
    least, most = np.full(len(a), None, dtype=object), np.full(len(a), None, dtype=object)
    least[deep] = a[deep]
    most[inside] = a[inside]
    sized = shapely.get_dimensions(a) > 0
    if accuracy_m > 0:
        cut = np.flatnonzero(sized & ~deep)
        pieces, which = _pieces(whole, right[cut], a[cut], accuracy_m, crs, valid=valid)
        for shapes, rows, distance in (
            (least, np.flatnonzero(shapely.intersects(b[cut], a[cut])), -accuracy_m),
            (most, np.flatnonzero(~inside[cut]), accuracy_m),
        ):
            moved = shapely.buffer(pieces, distance)[which[rows]]
            both = intersection(series_of(a[cut[rows]], crs), series_of(moved, crs), valid=valid)
            shapes[cut[rows]] = array_of(both)
    else:
        both = array_of(intersection(series_of(a, crs), series_of(b, crs), valid=valid))
        least, most = both, both
    table = {"site": sites.index.to_numpy()[left], "zone": zones.index.to_numpy()[right]}
    for word, shapes in (("min", least), ("max", most)):
        table[f"overlap_{word}_m2"] = sizes.areas(shapes)
        table[f"length_{word}_m"] = sizes.lengths(shapes) * (shapely.get_dimensions(a) == 1)
    return pd.DataFrame(table, columns=list(RANGE_COLUMNS))


def _near_boundary(zones: Shapes, right: Ints, sites: Shapes, accuracy_m: float) -> NDArray[np.bool_]:
    boundary = shapely.boundary(zones)
    shapely.prepare(boundary)
    near: NDArray[np.bool_] = shapely.dwithin(boundary[right], sites, accuracy_m)
    return near


def _pieces(
    zones: Shapes, right: Ints, sites: Shapes, accuracy_m: float, crs: object, *, valid: bool
) -> tuple[Shapes, NDArray[np.intp]]:
    """Return the parts of zones that decide, and which of them is each pair's.

    The part reaches so far beyond the site that its cut edges, moved, do not reach it. Which square it is cut by
    depends on the site alone, whatever other sites there are.
    """
    x0, y0, x1, y1 = shapely.bounds(sites).T
    reach = np.maximum(x1 - x0, y1 - y0) / 2 + 4 * accuracy_m
    side = np.maximum(_LEAST_SIDE_M, 2.0 ** np.ceil(np.log2(2 * reach)))
    column, row = np.floor((x0 + x1) / 2 / side), np.floor((y0 + y1) / 2 / side)
    few = shapely.get_num_coordinates(zones)[right] <= _FEW_VERTICES
    keys = np.stack([right.astype(float), *(np.where(few, 0.0, of) for of in (side, column, row))], axis=1)
    unique, which = np.unique(keys, axis=0, return_inverse=True)
    zone, side, column, row = unique.T
    pieces = zones[zone.astype(np.intp)]
    cut = np.flatnonzero(side > 0)
    # A square and half as much around it: a site with its middle in the square lies inside with all its reach.
    west, south = (column - 0.5) * side, (row - 0.5) * side
    squares = shapely.box(west, south, west + 2 * side, south + 2 * side)
    pieces[cut] = array_of(intersection(series_of(pieces[cut], crs), series_of(squares[cut], crs), valid=valid))
    return pieces, which.reshape(-1)
