"""What the workspace says of where sites lie: where they are expected, and whether they look displaced in it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ecozone.geo import CGCS2000, detect_shift, in_place, is_metric, transform_xy
from ecozone.notices import Notice, notice
from ecozone.workspace import Workspace

#: Roles whose edges parcels follow, the surest first; ``reference`` is a layer drawn for this (roads, parcels).
REFERENCE_ROLES = ("reference", "contaminated", "farmland", "control_unit", "subdistrict", "district")
#: With fewer polygons of a file chance decides.
LEAST_SITES = 3
#: Bounds of the work: vertices of the reference, and files that are looked at.
MOST_VERTICES, MOST_FILES = 50_000, 20
#: The reference must reach as far beyond the sites as they may be displaced.
REACH_M = 2000.0


def extent_lonlat(ws: Workspace) -> tuple[float, float, float, float] | None:
    """Return the box that the workspace's layers are declared complete in, or that they fill where none is declared.

    Returns
    -------
    tuple of float or None
        West, south, east, north in degrees; None where there is no layer.

    Raises
    ------
    EcozoneError
        A layer or an extent cannot be read; no check is possible then.

    Examples
    --------
    >>> import ecozone as ez
    >>> [round(degrees, 1) for degrees in extent_lonlat(ez.open_workspace("demo"))]
    [117.2, 39.0, 117.5, 39.2]
    """
    extents = [extent for key in ws.layers if (extent := ws.extent(key)) is not None]
    boxes = [extent.bounds for extent in dict.fromkeys(extents)]
    if not boxes:
        layers = ws.layers_of("district") or tuple(ws.layers.values())
        boxes = [tuple(ws.features(layer.key).total_bounds) for layer in layers]
    bounds = np.array([box for box in boxes if np.isfinite(box).all()])
    if not len(bounds):
        return None
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    lon, lat = transform_xy([west, east, west, east], [south, south, north, north], ws.crs, CGCS2000)
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def shift_notices(sites: gpd.GeoDataFrame, ws: Workspace) -> list[Notice]:
    """Return a warning for each file whose polygons look displaced as a whole against the workspace's own edges.

    Nothing is moved, and what is consistent or cannot be told says nothing.

    Parameters
    ----------
    sites : GeoDataFrame
        In the workspace's CRS, with ``source_file``.
    """
    if not is_metric(ws.crs) or sites.empty:
        return []
    found: list[Notice] = []
    areas = sites[sites.geometry.notna() & sites.geometry.geom_type.isin(["Polygon", "MultiPolygon"])]
    areas = areas[in_place(areas.geometry, areas.crs)]
    groups = [group for _, group in areas.groupby("source_file", sort=True) if len(group) >= LEAST_SITES]
    for group in groups[:MOST_FILES]:
        reference = _reference(group, ws)
        if reference.empty:
            continue
        said = detect_shift(group.geometry, reference).notice(file=str(group["source_file"].iloc[0]))
        if said is not None:
            found.append(said)
    return found


def astray_notices(sites: gpd.GeoDataFrame) -> list[Notice]:
    """Return a warning for each site that lies where the workspace's CRS tells no place, such as 0° 0°.

    Parameters
    ----------
    sites : GeoDataFrame
        In the workspace's CRS.
    """
    astray = sites[~in_place(sites.geometry, sites.crs)]
    rows = zip(astray["site_id"], astray["source_file"], strict=True)
    return [notice("runs.site_astray", "warning", file=str(file), site=site) for site, file in rows]


def _reference(sites: gpd.GeoDataFrame, ws: Workspace) -> gpd.GeoSeries:
    """Return the edges near the sites, as many as the bounds allow, of the surest layers first."""
    near = shapely.box(*sites.total_bounds).buffer(REACH_M)
    boxes = shapely.buffer(shapely.envelope(sites.geometry.to_numpy()), REACH_M, cap_style="square")
    keys = [layer.key for role in REFERENCE_ROLES for layer in ws.layers_of(role)]
    if "reference" in ws.layers and "reference" not in keys:
        keys.insert(0, "reference")
    parts: list[gpd.GeoSeries] = []
    left = MOST_VERTICES
    for key in keys:
        shapes = ws.features(key).geometry.dropna()
        touching = shapely.STRtree(boxes).query(shapes.to_numpy(), predicate="intersects")[0]
        lines = shapes.iloc[np.unique(touching)].boundary
        lines = gpd.GeoSeries(shapely.clip_by_rect(lines.to_numpy(), *near.bounds), crs=ws.crs)
        lines = lines[~lines.is_empty]
        left -= int(shapely.get_num_coordinates(lines.to_numpy()).sum())
        if left < 0:
            break
        parts.append(lines)
    return gpd.GeoSeries(pd.concat(parts), crs=ws.crs) if parts else gpd.GeoSeries([], crs=ws.crs)
