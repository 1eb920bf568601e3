"""Arrays by what they hold, and how near is touching."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]
Shapes = NDArray[np.object_]

#: Boundaries that lie so near to each other touch, metres: rounding at coordinates of 4e7.
TOUCH_M = 1e-6


def array_of(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> Shapes:
    """Return the shapes of a frame as an array of objects."""
    return np.asarray(frame.geometry.array, dtype=object)


def series_of(shapes: Shapes, crs: Any) -> gpd.GeoSeries:
    """Return shapes as a series with a plain index."""
    return gpd.GeoSeries(shapes, crs=crs)
