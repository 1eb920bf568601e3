"""Ground cut along every boundary of overlapping zones: pieces that each lie in the same zones throughout."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from ecozone.geo import GRID_M, difference, intersection, require_metric, require_same_crs, union

Shapes = NDArray[np.object_]


def arrange(ground: gpd.GeoSeries, zones: gpd.GeoSeries) -> gpd.GeoDataFrame:
    """Return ground in pieces, one for each set of zones that share a part of it.

    Cut and checked on the millimetre grid by `ecozone.geo.intersection` and `ecozone.geo.difference`: the pieces do not
    overlap and fill the ground, so that the ground of any zone is the sum of the pieces that lie in it.

    Parameters
    ----------
    ground : GeoSeries
        Polygons that do not overlap, in a metric CRS.
    zones : GeoSeries
        Valid polygons in the same CRS, overlapping as they may; index: their names. None and empty ones hold nothing.

    Returns
    -------
    GeoDataFrame
        ``zones`` (tuple of names, in the order of the index; empty for ground in none) and ``geometry``, one row a set,
        in the order in which the sets come up.

    Raises
    ------
    CrsMismatchError, CrsError, GeometryError, DefectError
        As `ecozone.geo.intersection`.

    Examples
    --------
    >>> ground = gpd.GeoSeries([shapely.box(0, 0, 10, 10)], crs=4548)
    >>> zones = gpd.GeoSeries([shapely.box(0, 0, 6, 20), shapely.box(4, 0, 10, 5)], index=["a", "b"], crs=4548)
    >>> pieces = arrange(ground, zones)
    >>> dict(zip(pieces["zones"], pieces.area, strict=True))
    {('a', 'b'): 10.0, ('a',): 50.0, ('b',): 20.0, (): 20.0}
    """
    require_metric(require_same_crs(ground, zones))
    crs = ground.crs
    shapes: Shapes = np.asarray(ground.array, dtype=object)
    held: list[tuple[object, ...]] = [()] * len(shapes)
    for name, zone in zip(zones.index, zones.array, strict=True):
        if zone is None or zone.is_empty:
            continue
        shapely.prepare(zone)
        met = np.flatnonzero(shapely.relate_pattern(shapes, zone, "T********"))
        mine = gpd.GeoSeries(shapes[met], crs=crs)
        theirs = gpd.GeoSeries(np.full(len(met), zone, dtype=object), crs=crs)
        inside = np.asarray(intersection(mine, theirs).array, dtype=object)
        outside = np.asarray(difference(mine, theirs).array, dtype=object)
        cut: dict[int, tuple[object, object]] = dict(zip(met.tolist(), zip(inside, outside, strict=True), strict=True))
        parts: list[tuple[object, tuple[object, ...]]] = []
        for row, (shape, names) in enumerate(zip(shapes, held, strict=True)):
            if row in cut:
                parts += [(cut[row][0], (*names, name)), (cut[row][1], names)]
            else:
                parts.append((shape, names))
        parts = [(shape, names) for shape, names in parts if not shapely.is_empty(shape)]
        shapes = np.array([shape for shape, _ in parts], dtype=object)
        held = [names for _, names in parts]
    return _gathered(*_without_slivers(shapes, held, crs), crs)


def _without_slivers(
    shapes: Shapes, held: list[tuple[object, ...]], crs: object
) -> tuple[Shapes, list[tuple[object, ...]]]:
    """Give slivers thinner than the grid, which rounding leaves along borders that two zones share, to a neighbour.

    To the one with the longest border along them; a sliver that has none stays.
    """
    parts, owner = shapely.get_parts(shapes, return_index=True)
    kept = shapely.area(parts) > GRID_M * shapely.length(parts)
    solid = np.flatnonzero(kept)
    tree = shapely.STRtree(parts[solid])
    joined: dict[int, list[BaseGeometry]] = {}
    for i in np.flatnonzero(~kept):
        around = shapely.buffer(parts[i], 2 * GRID_M)
        near = solid[tree.query(around, predicate="intersects")]
        if len(near):
            along = shapely.length(shapely.intersection(shapely.boundary(parts[near]), around))
            joined.setdefault(int(near[np.argmax(along)]), []).append(parts[i])
        kept[i] = not len(near)
    for row, slivers in joined.items():
        parts[row] = union(gpd.GeoSeries([parts[row], *slivers], crs=crs))
    return parts[kept], [held[i] for i in owner[kept]]


def _gathered(shapes: Shapes, held: list[tuple[object, ...]], crs: object) -> gpd.GeoDataFrame:
    """Return one row a set of zones."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for row, names in enumerate(held):
        groups.setdefault(names, []).append(row)
    whole = [union(gpd.GeoSeries(shapes[rows], crs=crs)) for rows in groups.values()]
    table = pd.DataFrame({"zones": pd.Series(list(groups), dtype=object)})
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(whole, crs=crs), crs=crs)
