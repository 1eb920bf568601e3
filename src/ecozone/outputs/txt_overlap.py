"""What the checked sites share with the zones, as 报批坐标 TXT: the pieces that a planner has to argue about."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

import geopandas as gpd

from ecozone.assess import Check, records
from ecozone.geo import intersection
from ecozone.log import logger
from ecozone.outputs.txt import DECIMALS, grid_of, rounded, spoiled, write_txt
from ecozone.text import pick

_COLUMNS = ("地块编号", "地块名称", "geometry")
_MILLIMETRES = 3


def write_overlap_txt(check: Check, path: str | PathLike[str]) -> Path:
    """Write what the sites share with the zones that they touch as 报批坐标 TXT, one parcel a site and zone.

    地块编号 is the site's id and a running number, 地块名称 the names of site, layer and zone. An overlap thinner than
    a millimetre has no shape to write; it stands among the findings all the same. Without any overlap the file has a
    header and no parcel.

    Parameters
    ----------
    check : Check
    path : path

    Returns
    -------
    Path

    Raises
    ------
    CrsError, OutputError
        As `ecozone.outputs.txt.write_txt`.
    """
    pieces = overlap_pieces(check)
    grid = grid_of(pieces if len(pieces) else check.sites)
    # Pieces lie on a millimetre grid of the workspace; in another grid a narrow one may need more decimals.
    tried = range(_MILLIMETRES, DECIMALS[-1])
    fits = (decimals for decimals in tried if not spoiled(rounded(pieces.geometry, grid, decimals)).any())
    return write_txt(pieces, path, crs=grid, decimals=next(fits, DECIMALS[-1]))


def overlap_pieces(check: Check) -> gpd.GeoDataFrame:
    """Return the shape that each site shares with each zone it touches.

    Returns
    -------
    GeoDataFrame
        In the workspace's CRS; 地块编号, 地块名称, geometry. Overlaps that vanish on the millimetre grid are left out.
    """
    ws, findings = check.workspace, check.findings
    meets = (findings["overlap_m2"] > 0) | (findings["length_m"] > 0) | (findings["count"] > 0)
    pairs = findings[meets & findings["zone"].notna()].drop_duplicates(["site_id", "layer", "zone"])
    sites = check.sites.set_index("site_id")
    rows: list[dict[str, Any]] = []
    numbers: dict[str, int] = {}
    for key, group in pairs.groupby("layer", sort=False):
        features = ws.features(str(key)).set_index("zone")
        inside = sites.geometry.loc[group["site_id"]].set_axis(group.index)
        shared = intersection(inside, features.geometry.loc[group["zone"]].set_axis(group.index))
        title = pick(ws.layer(str(key)).title)
        for pair, shape in zip(records(group), shared, strict=True):
            site = str(pair["site_id"])
            if shape is None or shape.is_empty:
                logger.warning("the overlap of %s with %s %s is thinner than the grid", site, key, pair["zone"])
                continue
            numbers[site] = numbers.get(site, 0) + 1
            names = dict.fromkeys([sites.loc[site, "name"] or site, title, pair["zone_name"]])
            name = " ".join(str(one) for one in names if one)
            rows.append(dict(zip(_COLUMNS, (f"{site}-{numbers[site]}", name, shape), strict=True)))
    return gpd.GeoDataFrame(rows, columns=list(_COLUMNS), geometry="geometry", crs=ws.crs)
