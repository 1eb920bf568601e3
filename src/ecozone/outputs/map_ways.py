"""Ways out of conflicts on a map: what each site would give up, what is left of it, and where it could move to."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import geopandas as gpd

from ecozone.assess import Cuts, records
from ecozone.outputs.escape import plain
from ecozone.outputs.map_display import display_copies, geometry_json
from ecozone.outputs.map_names import layer_title
from ecozone.text import say
from ecozone.workspace import Workspace


def site_ways(cuts: Cuts | None, ws: Workspace, *, tolerance_m: float) -> dict[str, dict[str, Any]]:
    """Return the ways out of each site in conflict as the page reads them.

    Parameters
    ----------
    tolerance_m : float
        How far a drawn line may move; see `ecozone.outputs.map_display.display_copies`.

    Returns
    -------
    dict of str to dict
        By site: ``told``, all ways in words, and the shapes ``part``, ``left`` and ``moved`` of the one that clears all
        layers of the site's conflicts together.
    """
    if cuts is None:
        return {}
    found: dict[str, dict[str, Any]] = {}
    titles = {key: layer_title(ws, layer) for key, layer in ws.layers.items()}
    parts = gpd.GeoSeries(cuts.cuts["part"], crs=cuts.cuts.crs)
    shapes: dict[Hashable, gpd.GeoSeries] = {"part": parts, "left": cuts.cuts.geometry, "moved": cuts.shifts.geometry}
    drawn, _ = display_copies(shapes, tolerance_m=tolerance_m)
    for way, table, names in (("cut", cuts.cuts, ("part", "left")), ("shift", cuts.shifts, ("moved",))):
        for row, at in zip(records(table), table.index, strict=True):
            mine = found.setdefault(plain(row["site_id"]), {"told": []})
            title = say("map.way_all") if row["layer"] is None else titles[row["layer"]]
            mine["told"].append({"title": title, "way": say(f"map.way_{way}"), "sentence": plain(row["sentence"])})
            # The last of a site's is the one for all layers.
            mine |= {name: geometry_json(drawn[name].loc[at]) if at in drawn[name].index else None for name in names}
    return found
