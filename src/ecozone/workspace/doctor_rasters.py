"""The doctor on land cover: every raster by itself, against its scheme, the zones and the other years."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from importlib import import_module
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from affine import Affine

from ecozone.errors import EcozoneError
from ecozone.geo import area_m2, crs_name, reproject
from ecozone.geo.gdal import rasterio
from ecozone.landcover import LandRaster, listed, open_raster, open_scheme, schemes_with
from ecozone.log import Progress
from ecozone.notices import Severity
from ecozone.units import fixed
from ecozone.workspace.features import require_file
from ecozone.workspace.layer import LandCover
from ecozone.workspace.raster_notices import raster_notices
from ecozone.workspace.trouble import Trouble, of_error, of_notice, trouble
from ecozone.workspace.workspace import Workspace
from ecozone.workspace.zones import MEASURED_ROLES

# Cells read at once: 16 MB of bytes.
_CELLS = 2**24
# Cells are not cut along the bounds of a zone to the last bit.
_SHARE = 1e-6


def examine_rasters(ws: Workspace, readable: Collection[str], progress: Progress) -> Iterator[Trouble]:
    """Yield what is wrong with the land cover; zones are those of the ``readable`` layers."""
    cover = ws.landcover
    if cover is None or not cover.sources:
        yield trouble("workspace.no_landcover" if cover is None else "workspace.no_rasters", "warning", file=ws.file)
        return
    zones = _zones(ws, readable)
    opened: dict[int, LandRaster] = {}
    for year, path in cover.rasters.items():
        field = ".".join(("landcover", "rasters", str(year)))
        try:
            require_file(path, None, ws.folder)
            raster = open_raster(path, scheme=open_scheme(cover.scheme), crs=cover.crs)
            yield from (of_notice(one) for one in raster.notices)
            yield from _examine(raster, zones, ws, progress)
        except EcozoneError as error:
            yield from of_error(error, file=path, field=field)
            continue
        opened[year] = raster
    yield from _against_each_other(opened, cover)
    yield from _examine_samples(ws, cover)


def _examine_samples(ws: Workspace, cover: LandCover) -> Iterator[Trouble]:
    """Yield what keeps a file of samples from being read, and zones in it that do not exist."""
    for year, declared in cover.samples.items():
        place: dict[str, Any] = {"file": declared.path, "field": ".".join(("landcover", "samples", str(year)))}
        try:
            samples = ws.samples(year)
            zones = sorted(set(samples["zone"])) if samples is not None else []
            for zone in zones:
                ws.zones(zone)
        except EcozoneError as error:
            yield from of_error(error, **place)
            continue
        count = int(samples["count"].sum()) if samples is not None else 0
        yield trouble("workspace.samples_read", "info", **place, year=year, count=count, zones=", ".join(zones))


def _zones(ws: Workspace, readable: Collection[str]) -> gpd.GeoDataFrame:
    """Return every zone that will be measured, in the workspace's CRS: what lies in none of them decides nothing."""
    shapes: dict[str, Any] = {}
    for key in readable:
        if ws.layers[key].role not in MEASURED_ROLES or ws.layers[key].empty:
            continue
        zones = ws.zones(key).geometry.dropna()
        shapes |= dict(zones[shapely.get_dimensions(zones.array) == 2].items())
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs=ws.crs), crs=ws.crs)


def _examine(raster: LandRaster, zones: gpd.GeoDataFrame, ws: Workspace, progress: Progress) -> Iterator[Trouble]:
    here = reproject(zones, raster.crs).geometry
    yield from _cover(raster, here, ws)
    codes = _codes(raster, here, progress)
    words: dict[str, Any] = {
        "width": raster.width,
        "height": raster.height,
        "crs": crs_name(raster.crs),
        "codes": listed(codes) or "—",
    }
    scheme = raster.scheme
    yield trouble("workspace.raster_read", "info", file=raster.path, **words, scheme=scheme.name if scheme else "—")
    unknown = [] if scheme is None else [code for code in codes if code not in scheme.classes]
    unknown = [code for code in unknown if code not in raster.nodata_codes]
    if scheme is not None and unknown:
        valid = set(codes) - raster.nodata_codes
        elsewhere = ", ".join(schemes_with(valid)) or "—"
        words = {"scheme": scheme.name, "codes": listed(unknown), "elsewhere": elsewhere}
        yield trouble("landcover.unknown_values", file=raster.path, **words)


def _bounds(raster: LandRaster) -> tuple[float, float, float, float]:
    """Return the frame, west, south, east, north; the grid may run either way but is never rotated."""
    grid = raster.transform
    x0, x1 = grid.c, grid.c + grid.a * raster.width
    y0, y1 = grid.f, grid.f + grid.e * raster.height
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _cover(raster: LandRaster, zones: gpd.GeoSeries, ws: Workspace) -> Iterator[Trouble]:
    """Yield zones that the raster's frame does not contain: an error where a target or the district hangs on it."""
    frame = _bounds(raster)
    needed = {target.zone for target in ws.targets} | {layer.key for layer in ws.layers_of("district")}
    inside = gpd.GeoSeries(shapely.clip_by_rect(zones.array, *frame), index=zones.index, crs=zones.crs)
    missing = 1.0 - area_m2(inside) / area_m2(zones)
    for key, share in missing[missing > _SHARE].items():
        severity: Severity = "error" if key in needed else "warning"
        words: dict[str, Any] = {"zone": key, "percent": fixed(100.0 * share, 2)}
        yield trouble("workspace.raster_short", severity, file=raster.path, **words)


def _codes(raster: LandRaster, zones: gpd.GeoSeries, progress: Progress) -> list[int]:
    """Return the codes of the cells that zones touch, read window by window."""
    if zones.empty:
        return []
    west, south, east, north = zones.total_bounds
    grid = raster.transform
    left, right = _span((west - grid.c) / grid.a, (east - grid.c) / grid.a, raster.width)
    top, bottom = _span((south - grid.f) / grid.e, (north - grid.f) / grid.e, raster.height)
    found: set[int] = set()
    if left == right:
        return []
    # Strips begin with the raster's blocks, so that each block is decoded once.
    block = raster.block_shape[0]
    # A part of rasterio that it does not load by itself.
    masks = import_module(f"{rasterio.__name__}.features")
    step = max(1, _CELLS // ((right - left) * block)) * block
    with raster.reading() as reader:
        row = top
        while row < bottom:
            height = min(row - row % block + step, bottom) - row
            codes, valid = reader.read_codes(row, left, height, right - left)
            here = masks.geometry_mask(
                list(zones.array),
                out_shape=codes.shape,
                transform=Affine(grid.a, 0.0, grid.c + left * grid.a, 0.0, grid.e, grid.f + row * grid.e),
                all_touched=True,
                invert=True,
            )
            found |= set(np.unique(codes[here if valid is None else here & valid]).tolist())
            row += height
            progress(row - top, bottom - top, raster.path.name)
    return sorted(found)


def _span(first: float, second: float, size: int) -> tuple[int, int]:
    """Return the whole cells from one edge to the other, inside the grid."""
    low, high = sorted((first, second))
    return min(max(math.floor(low), 0), size), max(min(math.ceil(high), size), 0)


def _against_each_other(opened: dict[int, LandRaster], cover: LandCover) -> Iterator[Trouble]:
    years = list(opened)
    for year in years[1:]:
        first, raster = opened[years[0]], opened[year]
        grid = (raster.transform, raster.width, raster.height)
        same = grid == (first.transform, first.width, first.height) and raster.crs.equals(first.crs)
        if not same:
            yield trouble("workspace.raster_grid", "warning", file=cover.rasters[year], other=years[0])
    yield from (of_notice(one) for one in raster_notices(opened))
