"""Patches of change: connected ground that went from one class to one other, as polygons on the cells' own edges.

Rasters are read window by window, and of each window only its runs of changed cells are kept: memory hangs on how much
changed, not on how large the rasters are. What is connected is settled over all windows, so that their size decides
nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from os import PathLike
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ecozone.errors import RasterError, UsageError
from ecozone.geo import area_m2, areal_scale, intersection, reproject, same_crs, union
from ecozone.landcover import CodeReader, LandRaster, Scheme
from ecozone.log import Progress, no_progress
from ecozone.measure.arrays import Floats, Ints, Shapes
from ecozone.measure.change import vetted_pair
from ecozone.measure.grid_zones import OnInvalid
from ecozone.text import say

PATCH_COLUMNS = ("from_code", "to_code", "area_m2", "geometry")

#: Cells that are compared at a time; whole blocks always.
_WINDOW_CELLS = 2**22
_ROWS = 512
#: A patch is looked at more closely from this part of the least area on.
_NEARLY = 0.98
_TOLERANCE_M = 0.001

#: Row, first column, column after the last, number of the pair of classes.
Runs = tuple[Ints, Ints, Ints, Ints]


def measure_patches(
    ground: gpd.GeoDataFrame | gpd.GeoSeries,
    raster_a: str | PathLike[str] | LandRaster,
    raster_b: str | PathLike[str] | LandRaster,
    *,
    scheme: str | PathLike[str] | Scheme | None = None,
    min_area_m2: float = 0.0,
    crs: Any = None,
    on_invalid: OnInvalid = "refuse",
    window_cells: int = _WINDOW_CELLS,
    progress: Progress = no_progress,
) -> gpd.GeoDataFrame:
    """Return the connected parts of some ground that changed from one class to another.

    Cells are connected by their edges, not by corners alone. Ground without a class in either year is no change. With
    ``min_area_m2`` 0 the areas of a pair of classes sum to what `ecozone.measure.measure_change` gives for the union of
    ``ground``.

    Parameters
    ----------
    ground : GeoDataFrame or GeoSeries
        Valid polygons in a metric CRS; patches end where their union ends.
    raster_a, raster_b, scheme, crs
        As for `ecozone.measure.measure_change`; a scheme is needed.
    min_area_m2 : float
        Smaller patches are left out; m² on the ellipsoid.
    on_invalid : "refuse" or "keep"
        What to do about a block that cannot be decoded: raise, or take it for ground without change. ``ground`` is then
        to leave out what needs it, as zones do that `ecozone.measure.measure_change` could measure.
    window_cells : int
        Cells that are compared at a time. It does not change what comes out.
    progress : Progress

    Returns
    -------
    GeoDataFrame
        `PATCH_COLUMNS` in the CRS of ``ground``, the largest first, then from north to south and west to east.

    Raises
    ------
    UsageError
        If no scheme says what the codes mean, or the rasters were opened with different ones.
    RasterError
        If the cells of the rasters are not the same, or a block cannot be decoded.
    CrsError
        If no trustworthy operation leads from the rasters to the ground.

    Examples
    --------
    >>> from ecozone.workspace import open_workspace, demo_source
    >>> ws = open_workspace(demo_source())
    >>> rasters = ws.landcover.rasters
    >>> patches = measure_patches(
    ...     ws.zones("barrier:1"), rasters[2020], rasters[2025], scheme="worldcover", min_area_m2=1e5
    ... )
    >>> patches.columns.tolist(), bool((patches["area_m2"] >= 1e5).all())
    (['from_code', 'to_code', 'area_m2', 'geometry'], True)
    """
    before, after = vetted_pair(raster_a, raster_b, scheme, crs)
    if before.scheme is None:
        raise UsageError("measure.patches_no_scheme", file=before.path)
    codes = np.array(sorted(before.scheme.classes), dtype=np.int64)
    whole = union(ground.geometry.dropna())
    found: list[gpd.GeoDataFrame] = []
    box = _window(gpd.GeoSeries([whole], crs=ground.crs), before)
    if box is not None and not whole.is_empty:
        shapely.prepare(whole)
        for runs, labels in _components(before, after, codes, box, window_cells, on_invalid, progress):
            runs, labels = _large(runs, labels, before, min_area_m2)
            if len(labels):
                found.append(_polygons(runs, labels, before, codes, whole, ground.crs, min_area_m2))
    return _in_order(found, ground.crs)


def _window(ground: gpd.GeoSeries, raster: LandRaster) -> tuple[int, int, int, int] | None:
    """Return the first row, the row after the last, and the same of columns, that some ground may touch."""
    west, south, east, north = reproject(ground, raster.crs).total_bounds
    if not np.isfinite([west, south, east, north]).all():
        return None
    columns = sorted((x - raster.transform.c) / raster.transform.a for x in (west, east))
    rows = sorted((y - raster.transform.f) / raster.transform.e for y in (south, north))
    top, left = max(int(rows[0] // 1) - 1, 0), max(int(columns[0] // 1) - 1, 0)
    bottom, right = min(int(rows[1] // 1) + 2, raster.height), min(int(columns[1] // 1) + 2, raster.width)
    return (top, bottom, left, right) if top < bottom and left < right else None


def _components(
    before: LandRaster,
    after: LandRaster,
    codes: Ints,
    box: tuple[int, int, int, int],
    window_cells: int,
    on_invalid: OnInvalid,
    progress: Progress,
) -> Iterator[tuple[Runs, Ints]]:
    """Yield the runs of components that are complete, with the number of each run's component, strip by strip."""
    # numba takes a quarter of a second to load.
    from ecozone.measure.patch_kernels import connected

    top, bottom, left, right = box
    # Whole blocks, and enough rows to be worth it.
    step = max(1, _ROWS // before.block_shape[0]) * before.block_shape[0]
    strips = list(range(top // step * step, bottom, step))
    open_: Runs = _no_runs()
    with before.reading() as first, after.reading() as second:
        for done, at in enumerate(strips):
            progress(done, len(strips), say("measure.patches_progress"))
            low, high = max(at, top), min(at + step, bottom)
            new = _runs_of(first, second, codes, (low, high, left, right), window_cells, on_invalid)
            runs = tuple(np.concatenate(pair) for pair in zip(open_, new, strict=True))
            labels = connected(*runs)
            last = np.zeros(int(labels.max(initial=-1)) + 1, np.int64)
            np.maximum.at(last, labels, runs[0])
            ended = np.full(len(labels), high == bottom) | (last[labels] < high - 1)
            open_ = _picked(runs, ~ended)  # type: ignore[arg-type]
            yield _picked(runs, ended), labels[ended]  # type: ignore[arg-type]
        progress(len(strips), len(strips), say("measure.patches_progress"))


def _no_runs() -> Runs:
    none = np.zeros(0, np.int64)
    return none, none, none, none


def _picked(runs: Runs, which: Any) -> Runs:
    return runs[0][which], runs[1][which], runs[2][which], runs[3][which]


def _runs_of(
    first: CodeReader,
    second: CodeReader,
    codes: Ints,
    box: tuple[int, int, int, int],
    window_cells: int,
    on_invalid: OnInvalid,
) -> Runs:
    """Return the runs of changed cells in a window, sorted by row and column."""
    top, bottom, left, right = box
    block = first.raster.block_shape[1]
    step = max(1, window_cells // (bottom - top) // block) * block
    parts = []
    for at in range(left // block * block, right, step):
        window = top, bottom, max(at, left), min(at + step, right)
        try:
            parts.append(_changed(first, second, codes, *window))
        except RasterError:
            if on_invalid == "refuse":
                raise
            parts += _decodable(first, second, codes, *window)
    rows, starts, ends, pairs = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((starts, rows))
    rows, starts, ends, pairs = rows[order], starts[order], ends[order], pairs[order]
    # A run that a window's edge has cut is one.
    new = np.ones(len(rows), np.bool_)
    new[1:] = (rows[1:] != rows[:-1]) | (pairs[1:] != pairs[:-1]) | (starts[1:] != ends[:-1])
    heads = np.flatnonzero(new)
    tails = np.concatenate([heads[1:], [len(rows)]])[: len(heads)] - 1
    return rows[heads], starts[heads], ends[tails], pairs[heads]


def _decodable(
    first: CodeReader, second: CodeReader, codes: Ints, top: int, bottom: int, left: int, right: int
) -> Iterator[Runs]:
    """Yield the runs of changed cells of each block of a window that can be decoded in both years."""
    (high, wide), (other_high, other_wide) = first.raster.block_shape, second.raster.block_shape
    high, wide = math.gcd(high, other_high), math.gcd(wide, other_wide)
    for row in range(top // high * high, bottom, high):
        for column in range(left // wide * wide, right, wide):
            window = max(row, top), min(row + high, bottom), max(column, left), min(column + wide, right)
            # What no ground needs, the caller has made sure of it, may be anything.
            with suppress(RasterError):
                yield _changed(first, second, codes, *window)
    yield _no_runs()


def _changed(first: CodeReader, second: CodeReader, codes: Ints, top: int, bottom: int, left: int, right: int) -> Runs:
    width = right - left
    (one, one_valid), (other, other_valid) = (
        reader.read_codes(top, left, bottom - top, width) for reader in (first, second)
    )
    differs = one != other
    for valid in (one_valid, other_valid):
        if valid is not None:
            differs &= valid
    at = np.flatnonzero(differs)
    places = []
    for reader, cells in ((first, one), (second, other)):
        values = cells.ravel()[at]
        place = np.minimum(np.searchsorted(codes, values.astype(np.int64)), len(codes) - 1)
        known = (codes[place] == values.astype(np.int64)) & ~np.isin(values, list(reader.raster.nodata_codes))
        places.append(np.where(known, place, -1))
    known = (places[0] >= 0) & (places[1] >= 0)
    at, pairs = at[known], (places[0] * len(codes) + places[1])[known]
    rows, columns = np.divmod(at, width)
    new = np.ones(len(at), np.bool_)
    new[1:] = (at[1:] != at[:-1] + 1) | (pairs[1:] != pairs[:-1]) | (columns[1:] == 0)
    heads = np.flatnonzero(new)
    lengths = np.diff(np.concatenate([heads, [len(at)]]))
    starts = columns[heads] + left
    return rows[heads] + top, starts, starts + lengths, pairs[heads]


def _large(runs: Runs, labels: Ints, raster: LandRaster, min_area_m2: float) -> tuple[Runs, Ints]:
    """Return the runs of components that may reach the least area, by the size of a cell where each begins."""
    if not len(labels):
        return runs, labels
    names, first, own = np.unique(labels, return_index=True, return_inverse=True)
    cells = np.bincount(own, runs[2] - runs[1], minlength=len(names))
    x = raster.transform.c + raster.transform.a * (runs[1][first] + 0.5)
    y = raster.transform.f + raster.transform.e * (runs[0][first] + 0.5)
    cell_m2 = areal_scale(x, y, raster.crs) * abs(raster.transform.a * raster.transform.e)
    kept = (cells * cell_m2 >= _NEARLY * min_area_m2)[own]
    return _picked(runs, kept), own[kept]


def _polygons(
    runs: Runs, labels: Ints, raster: LandRaster, codes: Ints, whole: Any, crs: Any, min_area_m2: float
) -> gpd.GeoDataFrame:
    """Return components as polygons, cut to the ground and of no less than the least area."""
    from ecozone.measure.patch_outlines import outlined

    corners, names = outlined(runs[0], runs[1], runs[2], labels)
    shapes: Shapes = shapely.transform(corners, lambda xy: _placed(xy, raster))
    _, first = np.unique(labels, return_index=True)
    pairs = runs[3][first][names]
    there = gpd.GeoSeries(shapes, crs=raster.crs)
    here = there if same_crs(raster.crs, crs) else reproject(there, crs, tolerance_m=_TOLERANCE_M)
    inside = shapely.contains(whole, here.array)
    edge = ~inside & shapely.intersects(whole, here.array)
    cut = intersection(here[edge], gpd.GeoSeries([whole] * int(edge.sum()), index=here.index[edge], crs=here.crs))
    parts, owner = shapely.get_parts(np.asarray(cut.array, dtype=object), return_index=True)
    flat = shapely.get_dimensions(parts) == 2
    every = np.concatenate([np.asarray(here.array, dtype=object)[inside], parts[flat]])
    whose = np.concatenate([pairs[inside], pairs[edge][owner[flat]]])
    table = gpd.GeoDataFrame(
        {"from_code": codes[whose // len(codes)], "to_code": codes[whose % len(codes)]},
        geometry=gpd.GeoSeries(every, crs=crs),
        crs=crs,
    )
    table.insert(2, "area_m2", area_m2(table).to_numpy())
    return table[table["area_m2"] >= min_area_m2]


def _placed(xy: Floats, raster: LandRaster) -> Floats:
    scale = np.array([raster.transform.a, raster.transform.e])
    return np.asarray(xy * scale + np.array([raster.transform.c, raster.transform.f]))


def _in_order(found: list[gpd.GeoDataFrame], crs: Any) -> gpd.GeoDataFrame:
    kept = [part for part in found if len(part)]
    if not kept:
        empty = {"from_code": np.zeros(0, np.int64), "to_code": np.zeros(0, np.int64), "area_m2": np.zeros(0)}
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=crs), crs=crs)
    table = gpd.GeoDataFrame(pd.concat(kept, ignore_index=True), crs=crs)
    west, _, _, north = shapely.bounds(table.geometry.array).T
    # Equal patches of neighbouring columns differ in their last digits: the millimetre is enough to order by.
    order = np.lexsort((west, -north, -np.round(table["area_m2"].to_numpy(), 3)))
    return table.iloc[order].reset_index(drop=True)
