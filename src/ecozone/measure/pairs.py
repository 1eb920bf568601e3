"""Which sites come near which zones, found by an index and exact predicates."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Shapes = NDArray[np.object_]


def pairs_of(sites: Shapes, zones: Shapes, *, within_m: float = 0.0) -> tuple[Ints, Ints]:
    """Return positions of the pairs that touch, or lie no farther apart than that; ordered by site and zone.

    Examples
    --------
    >>> boxes = np.array([shapely.box(0, 0, 1, 1), shapely.box(3, 0, 4, 1)])
    >>> [side.tolist() for side in pairs_of(boxes, boxes, within_m=2.0)]
    [[0, 0, 1, 1], [0, 1, 0, 1]]
    """
    words: dict[str, Any] = {"predicate": "dwithin", "distance": within_m} if within_m > 0 else {}
    # The shapes that are asked with are prepared, which pays where each is asked of many.
    if len(zones) <= len(sites):
        right, left = shapely.STRtree(sites).query(zones, **({"predicate": "intersects"} | words))
    else:
        left, right = shapely.STRtree(zones).query(sites, **({"predicate": "intersects"} | words))
    order = np.lexsort((right, left))
    return left[order], right[order]


def array_of(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> Shapes:
    """Return the shapes of a frame as an array of objects."""
    return np.asarray(frame.geometry.array, dtype=object)


def series_of(shapes: Shapes, crs: Any) -> gpd.GeoSeries:
    """Return shapes as a series with a plain index."""
    return gpd.GeoSeries(shapes, crs=crs)
