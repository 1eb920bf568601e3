"""Union on the millimetre grid, checked against its members."""

from __future__ import annotations

import numpy as np
import shapely
from geopandas import GeoSeries
from shapely.geometry.base import BaseGeometry

from ecozone.geo.arrays import Ints, Shapes
from ecozone.geo.crs import norm_crs
from ecozone.geo.grid import GRID_M, GRIDS, SHARE, defect, gathered, require_metric, require_valid


def union(series: GeoSeries) -> BaseGeometry:
    """Return the union of all shapes: overlaps counted once, whatever the order of the rows.

    A shape that touches no other stays as it is to the last digit.

    Parameters
    ----------
    series : GeoSeries
        In a projected CRS in metres; valid points, lines or polygons. None and empty ones are passed over.

    Returns
    -------
    shapely geometry
        An empty polygon where there is nothing.

    Raises
    ------
    CrsError, GeometryError, DefectError
        As `intersection`.

    Examples
    --------
    >>> union(GeoSeries([shapely.box(0, 0, 10, 10), shapely.box(8, 0, 20, 10)], crs=4548)).area
    200.0
    """
    require_metric(norm_crs(series.crs))
    shapes = np.asarray(series.array, dtype=object)
    require_valid(shapes, series.index)
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    if len(shapes) == 0:
        return shapely.Polygon()
    parts = [_merged(shapes[rows]) for rows in _touching(shapes)]
    whole = parts[0] if len(parts) == 1 else shapely.union_all(parts) if _mixed(parts) else gathered(parts)
    if not shapely.is_valid(whole):
        # Two groups nearer to each other than the grid is fine.
        whole = _merged(shapes)
    return shapely.normalize(whole)


def _mixed(shapes: list[BaseGeometry]) -> bool:
    return len(set(shapely.get_dimensions(shapes).tolist())) > 1


def _touching(shapes: Shapes) -> list[Ints]:
    """Return the rows of each group of shapes that hang together, in the order of their first rows."""
    group = np.arange(len(shapes))
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    while True:
        before = group.copy()
        np.minimum.at(group, left, group[right])
        group = group[group]
        if (group == before).all():
            return [np.flatnonzero(group == name) for name in np.unique(group)]


def _merged(shapes: Shapes) -> BaseGeometry:
    """Return the union of shapes that hang together, on the grid."""
    if len(shapes) == 1:
        alone: BaseGeometry = shapes[0]
        return alone
    # One order of the members whatever that of the rows: rounding in between depends on it.
    shapes = shapes[np.argsort(shapely.to_wkb(shapely.normalize(shapes)))]
    kind = shapely.get_dimensions(shapes)
    for grid in GRIDS:
        whole = shapely.union_all(shapes, grid_size=grid)
        if (kind < 2).any() or _holds(whole, shapes):
            return whole
    raise defect("union", *shapes)


def _holds(whole: BaseGeometry, shapes: Shapes) -> bool:
    """Say whether a union can be true: no smaller than any member, no larger than all, over the middle of each."""
    sizes, noise = shapely.area(shapes), GRID_M * shapely.length(shapes)
    slack = noise.sum() + SHARE * sizes.sum()
    shapely.prepare(whole)
    middle = shapely.intersects(whole, shapely.point_on_surface(shapes)) | (sizes <= noise)
    return bool(middle.all()) and sizes.max() - slack <= whole.area <= sizes.sum() + slack
