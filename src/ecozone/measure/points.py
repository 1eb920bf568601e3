"""Points on a land-cover raster: which class each lies on, and points drawn at random in an area."""

from __future__ import annotations

from os import PathLike
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from ecozone.errors import GeometryError
from ecozone.geo import reproject
from ecozone.landcover import LandRaster, Scheme, open_raster

#: A shape that fills less of its box than this part would need too many trials.
_LEAST_FILL = 1e-5


def codes_at(
    points: gpd.GeoSeries,
    raster: str | PathLike[str] | LandRaster,
    *,
    scheme: str | PathLike[str] | Scheme | None = None,
    crs: Any = None,
) -> npt.NDArray[np.object_]:
    """Return the code of the cell that each point lies in.

    A point on the line between two cells belongs to that with the greater column and row. Each block of the raster is
    decoded once.

    Parameters
    ----------
    points : GeoSeries
        Points in any CRS.
    raster : path or LandRaster
        See `ecozone.landcover.open_raster`.
    scheme, crs : optional
        As for `ecozone.landcover.open_raster`, of a raster that is given by its path.

    Returns
    -------
    ndarray of object, as long as ``points``
        int, or None where the point lies beyond the raster or on a cell without data.

    Raises
    ------
    RasterError
        If the raster cannot be trusted, or a block cannot be decoded.

    Examples
    --------
    >>> from ecozone.workspace import demo_source
    >>> points = gpd.GeoSeries(gpd.points_from_xy([117.35, 118.0], [39.1, 39.1]), crs=4490)
    >>> codes = codes_at(points, demo_source() / "landcover" / "2020.tif", scheme="worldcover")
    >>> codes[0] is None, codes[1] is None
    (False, True)
    """
    raster = raster if isinstance(raster, LandRaster) else open_raster(raster, scheme=scheme, crs=crs)
    here = reproject(points, raster.crs)
    x, y = np.asarray(here.x, dtype=float), np.asarray(here.y, dtype=float)
    column = np.floor((x - raster.transform.c) / raster.transform.a)
    row = np.floor((y - raster.transform.f) / raster.transform.e)
    inside = (column >= 0) & (column < raster.width) & (row >= 0) & (row < raster.height)
    found = np.full(len(points), None, dtype=object)
    at = np.flatnonzero(inside)
    columns, rows = column[at].astype(np.intp), row[at].astype(np.intp)
    high, wide = raster.block_shape
    block = (rows // high) * -(-raster.width // wide) + columns // wide
    order = np.argsort(block, kind="stable")
    starts = np.flatnonzero(np.diff(block[order], prepend=-1))
    with raster.reading() as reader:
        for first, last in zip(starts, [*starts[1:], len(order)], strict=True):
            mine = order[first:last]
            top, left = int(rows[mine].min()), int(columns[mine].min())
            height, width = int(rows[mine].max()) - top + 1, int(columns[mine].max()) - left + 1
            codes, valid = reader.read_codes(top, left, height, width)
            place = rows[mine] - top, columns[mine] - left
            known = np.ones(len(mine), dtype=bool) if valid is None else valid[place]
            for target, code, sure in zip(at[mine], codes[place], known, strict=True):
                found[target] = int(code) if sure and int(code) not in raster.nodata_codes else None
    return found


def scatter(shape: BaseGeometry, count: int, draw: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return points that lie in a shape with equal chance everywhere in the plane of its CRS.

    Parameters
    ----------
    shape : geometry
        Areal, in metres of a projection whose scale hardly changes over it.
    count : int
    draw : numpy.random.Generator
        The same state gives the same points.

    Returns
    -------
    ndarray of float, shape (count, 2)
        x and y.

    Raises
    ------
    GeometryError
        If the shape has no area, or so little in its box that trials do not end.

    Examples
    --------
    >>> scatter(shapely.box(0, 0, 10, 10), 3, np.random.default_rng(1)).shape
    (3, 2)
    """
    west, south, east, north = shape.bounds if not shape.is_empty else (0.0, 0.0, 0.0, 0.0)
    box = (east - west) * (north - south)
    if box <= 0 or shape.area < _LEAST_FILL * box:
        raise GeometryError("measure.scatter_no_area")
    shapely.prepare(shape)
    kept: list[npt.NDArray[np.float64]] = []
    left = count
    while left > 0:
        trial = draw.random((int(1.2 * left * box / shape.area) + 16, 2)) * [east - west, north - south]
        trial += [west, south]
        inside = trial[shapely.contains_xy(shape, trial[:, 0], trial[:, 1])][:left]
        kept.append(inside)
        left -= len(inside)
    return np.concatenate(kept) if kept else np.empty((0, 2))
