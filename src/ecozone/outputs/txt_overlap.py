"""What the checked sites share with the zones, as 报批坐标 TXT: the pieces that a planner has to argue about."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from ecozone.assess import Check, records
from ecozone.log import logger
from ecozone.outputs.overlaps import shared_shapes
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
    shared = shared_shapes(check)
    names = dict(zip(check.sites["site_id"], check.sites["name"], strict=True))
    rows: list[dict[str, Any]] = []
    numbers: dict[str, int] = {}
    for pair, shape in zip(records(pd.DataFrame(shared.drop(columns="geometry"))), shared.geometry, strict=True):
        site, key = str(pair["site_id"]), str(pair["layer"])
        if shape is None or shape.is_empty:
            logger.warning("the overlap of %s with %s %s is thinner than the grid", site, key, pair["zone"])
            continue
        numbers[site] = numbers.get(site, 0) + 1
        parts = dict.fromkeys([names[site] or site, pick(check.workspace.layer(key).title), pair["zone_name"]])
        name = " ".join(str(one) for one in parts if one)
        rows.append(dict(zip(_COLUMNS, (f"{site}-{numbers[site]}", name, shape), strict=True)))
    return gpd.GeoDataFrame(rows, columns=list(_COLUMNS), geometry="geometry", crs=check.workspace.crs)
