"""The 三线一单 control units that sites lie in, with what their layer says of each."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from ecozone.assess.screening import Check

#: The role of a layer of 生态环境管控单元.
UNIT_ROLE = "control_unit"


def units_of_sites(check: Check) -> pd.DataFrame:
    """Return the control units that each site meets, more than at an edge.

    Returns
    -------
    DataFrame
        One row a site × unit, sites as in the check: ``site_id``, ``layer``, and the columns of
        `ecozone.workspace.Workspace.features` but the geometry.
    """
    parts = [pd.DataFrame({"site_id": [], "layer": []}, dtype=object)]
    sites = check.sites
    shapes = np.asarray(sites.geometry.array, dtype=object)
    for layer in check.workspace.layers_of(UNIT_ROLE):
        units = check.workspace.features(layer.key)
        zones = np.asarray(units.geometry.array, dtype=object)
        at, unit = shapely.STRtree(zones).query(shapes, predicate="intersects")
        inside = ~shapely.touches(shapes[at], zones[unit])
        at, unit = at[inside], unit[inside]
        order = np.lexsort((unit, at))
        met = pd.DataFrame(units.drop(columns="geometry")).iloc[unit[order]].reset_index(drop=True)
        met.insert(0, "site_id", sites["site_id"].to_numpy(object)[at[order]])
        met.insert(1, "layer", layer.key)
        met.attrs = {}
        parts.append(met)
    return pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
