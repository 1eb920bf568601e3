"""Overlay on a millimetre grid."""

from __future__ import annotations

from typing import Any

import shapely
from geopandas import GeoSeries

GRID_M = 0.001


def intersection(a: GeoSeries, b: GeoSeries) -> GeoSeries:
    return GeoSeries(shapely.intersection(a.array, b.array, grid_size=GRID_M), index=a.index, crs=a.crs)


def difference(a: GeoSeries, b: GeoSeries) -> GeoSeries:
    return GeoSeries(shapely.difference(a.array, b.array, grid_size=GRID_M), index=a.index, crs=a.crs)


def union(series: GeoSeries) -> Any:
    return shapely.union_all(series.array, grid_size=GRID_M)
