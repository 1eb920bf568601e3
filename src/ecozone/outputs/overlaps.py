"""What the checked sites share with the zones that they touch: shapes for files, and display copies for a page."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from ecozone.assess import Check, records
from ecozone.geo import intersection
from ecozone.outputs.escape import plain
from ecozone.outputs.map_display import display_copies, geometry_json
from ecozone.outputs.map_names import name_of, zone_title
from ecozone.outputs.map_sites import rows_by_site, worst_first

_COLUMNS = ["site_id", "layer", "zone", "zone_name"]
#: How far the lines of a display copy may move.
_TOLERANCE_M = 0.2


def shared_shapes(check: Check, sites: Collection[str] | None = None) -> gpd.GeoDataFrame:
    """Return the shape that each site shares with each zone it touches, layer by layer.

    Parameters
    ----------
    sites : collection of str, optional
        The ids of those that are asked about; all unless given.

    Returns
    -------
    GeoDataFrame
        In the workspace's CRS; ``site_id, layer, zone, zone_name, geometry``. An overlap that vanishes on the
        millimetre grid is an empty shape.
    """
    ws, findings = check.workspace, check.findings
    meets = (findings["overlap_m2"] > 0) | (findings["length_m"] > 0) | (findings["count"] > 0)
    meets &= findings["zone"].notna()
    if sites is not None:
        meets &= findings["site_id"].isin(list(sites))
    pairs = findings[meets].drop_duplicates(["site_id", "layer", "zone"])
    shapes = check.sites.set_index("site_id").geometry
    parts: list[gpd.GeoDataFrame] = []
    for key, group in pairs.groupby("layer", sort=False):
        zones = ws.features(str(key)).set_index("zone").geometry
        shared = intersection(
            shapes.loc[group["site_id"]].set_axis(group.index), zones.loc[group["zone"]].set_axis(group.index)
        )
        parts.append(gpd.GeoDataFrame(group[_COLUMNS], geometry=shared.array, crs=ws.crs))
    if not parts:
        return gpd.GeoDataFrame(columns=_COLUMNS, geometry=gpd.GeoSeries([], crs=ws.crs))
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=ws.crs)


def overlap_data(check: Check, sites: Collection[str] | None = None) -> dict[str, list[dict[str, Any]]]:
    """Return where sites and zones overlap, as the page draws it.

    Parameters
    ----------
    sites : collection of str, optional
        As for `shared_shapes`.

    Returns
    -------
    dict of str to list of dict
        By site, one entry a zone: ``layer``, ``zone``, ``title``, ``name``, ``findings`` (the places of what is found
        on it in the site's list on the page), ``g`` (GeoJSON, longitude and latitude). Nothing is measured on it.
    """
    ws = check.workspace
    shared = shared_shapes(check, sites)
    copies, _ = display_copies({None: shared.geometry}, tolerance_m=_TOLERANCE_M)
    drawn = copies[None]
    order = list(ws.layers)
    listed = rows_by_site(check.findings[check.findings["site_id"].isin(set(shared["site_id"]))])
    listed = {site: worst_first(rows, order) for site, rows in listed.items()}
    found: dict[str, list[dict[str, Any]]] = {}
    rows = records(pd.DataFrame(shared.drop(columns="geometry")))
    for at, row in zip(shared.index, rows, strict=True):
        if at not in drawn.index:
            continue
        site = row["site_id"]
        mine = [
            place
            for place, one in enumerate(listed[site])
            if one["layer"] == row["layer"] and one["zone"] == row["zone"]
        ]
        first = listed[site][mine[0]]
        found.setdefault(site, []).append(
            {
                "layer": row["layer"],
                "zone": plain(row["zone"]),
                "title": zone_title(ws, row["layer"], first["role"], first.get("level")),
                "name": name_of(row["zone_name"]),
                "findings": mine,
                "g": geometry_json(_solid(drawn.loc[at])),
            }
        )
    return found


def _solid(shape: Any) -> Any:
    """Return a shape without the lesser parts that an overlay leaves of a mixed collection."""
    parts = shapely.get_parts(shape)
    if shapely.get_type_id(shape) != shapely.GeometryType.GEOMETRYCOLLECTION:
        return shape
    dimensions = shapely.get_dimensions(parts)
    return shapely.union_all(parts[dimensions == dimensions.max()])
