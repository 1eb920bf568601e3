"""Copies of shapes for drawing: clipped, simplified and in degrees. Nothing is ever measured on them."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from ecozone.geo import CGCS2000, in_place, reproject

#: What a browser still pans and zooms without effort (measured: 150 000 vertices redraw in a quarter of a second).
MAX_VERTICES = 150_000
#: Decimals of a degree that are kept: a tenth of a metre.
DECIMALS = 6
_CHORD_M = 1.0


def placeable(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return shapes without those that lie where their CRS tells no place (`ecozone.geo.in_place`)."""
    found: gpd.GeoSeries = shapes.where(in_place(shapes, shapes.crs))
    return found


def display_copies(
    shapes: Mapping[Hashable, gpd.GeoSeries],
    *,
    tolerance_m: float,
    view: tuple[float, float, float, float] | None = None,
    max_vertices: int = MAX_VERTICES,
) -> tuple[dict[Hashable, gpd.GeoSeries], float]:
    """Return copies of groups of shapes that are light enough to draw.

    Parameters
    ----------
    shapes : mapping of label to GeoSeries
        In one metric CRS; None and empty shapes are left out of the copies.
    tolerance_m : float
        How far a line may move, in metres. It is doubled until all groups together fit ``max_vertices``.
    view : tuple of float, optional
        Bounds (x_min, y_min, x_max, y_max) in the same CRS; what lies beyond is cut off.
    max_vertices : int
        The most vertices of all groups together; reached as nearly as shapes allow.

    Returns
    -------
    copies : dict of label to GeoSeries
        EPSG:4490, longitude before latitude, rounded to `DECIMALS`; index a part of the original's.
    tolerance_m : float
        The tolerance used.
    """
    drawn = {label: _present(series, view) for label, series in shapes.items()}
    simple = {label: _simplified(series, tolerance_m) for label, series in drawn.items()}
    fewest = 8 * sum(int(shapely.get_num_geometries(series.array).sum()) for series in drawn.values())
    while _vertices(simple) > max(max_vertices, fewest):
        tolerance_m *= 2
        simple = {label: _simplified(series, tolerance_m) for label, series in drawn.items()}
    return {label: _in_degrees(series) for label, series in simple.items()}, tolerance_m


def geometry_json(shape: Any) -> dict[str, Any]:
    """Return a shape as a GeoJSON geometry.

    >>> geometry_json(shapely.Point(117.3, 39.1))
    {'type': 'Point', 'coordinates': [117.3, 39.1]}
    """
    geometry: dict[str, Any] = json.loads(shapely.to_geojson(shape))
    return geometry


def latlng_bounds(shape: Any) -> list[list[float]]:
    """Return a shape's bounds as the page wants them: [[south, west], [north, east]].

    >>> latlng_bounds(shapely.box(117.2, 39.0, 117.4, 39.2))
    [[39.0, 117.2], [39.2, 117.4]]
    """
    west, south, east, north = (round(float(value), DECIMALS) for value in shapely.bounds(shape))
    return [[south, west], [north, east]]


def anchor(shape: Any) -> list[float]:
    """Return a place on a shape for its symbol as [latitude, longitude]: inside an area, half way along a line.

    >>> anchor(shapely.LineString([(117.2, 39.0), (117.4, 39.0)]))
    [39.0, 117.3]
    """
    parts = shapely.get_parts(shape)
    dimension = shapely.get_dimensions(parts)
    parts = parts[dimension == dimension.max()]
    size = shapely.area(parts) if dimension.max() == 2 else shapely.length(parts)
    part = parts[int(np.argmax(size))]
    point = (
        shapely.line_interpolate_point(part, 0.5, normalized=True)
        if dimension.max() == 1
        else shapely.point_on_surface(part)
    )
    return [round(float(point.y), DECIMALS), round(float(point.x), DECIMALS)]


def _present(series: gpd.GeoSeries, view: tuple[float, float, float, float] | None) -> gpd.GeoSeries:
    known = series[series.notna() & ~series.is_empty]
    if view is not None and len(known):
        known = known[shapely.intersects(shapely.box(*view), known.array)]
        outside = ~shapely.covers(shapely.box(*view), known.array)
        shapes = known.array.to_numpy().copy()
        shapes[outside] = shapely.clip_by_rect(shapes[outside], *view)
        known = gpd.GeoSeries(shapes, index=known.index, crs=series.crs)
        known = known[~known.is_empty]
    return known


def _simplified(series: gpd.GeoSeries, tolerance_m: float) -> gpd.GeoSeries:
    """Simplify neighbours together where they fit together, so that no slivers open between them."""
    shapes = series.array.to_numpy()
    if len(shapes) > 1 and (shapely.get_dimensions(shapes) == 2).all() and shapely.coverage_is_valid(shapes):
        simple = shapely.coverage_simplify(shapes, tolerance_m)
    else:
        simple = shapely.simplify(shapes, tolerance_m, preserve_topology=True)
    return gpd.GeoSeries(simple, index=series.index, crs=series.crs)


def _vertices(groups: Mapping[Hashable, gpd.GeoSeries]) -> int:
    return sum(int(shapely.get_num_coordinates(series.array).sum()) for series in groups.values())


def _in_degrees(series: gpd.GeoSeries) -> gpd.GeoSeries:
    if series.empty:
        return gpd.GeoSeries([], index=series.index, crs=CGCS2000)
    degrees: gpd.GeoSeries = reproject(series, CGCS2000, tolerance_m=_CHORD_M)
    rounded = shapely.transform(degrees.array.to_numpy(), lambda xy: np.round(xy, DECIMALS))
    return gpd.GeoSeries(rounded, index=series.index, crs=degrees.crs)
