"""The 三大类 of sites: agricultural, construction and unused land, where the land use of the workspace tells them."""

from __future__ import annotations

from collections.abc import Mapping

from ecozone.assess.screening import Check
from ecozone.assess.table import records
from ecozone.assess.tallying import tally
from ecozone.landcover import open_scheme
from ecozone.log import no_progress

#: Beside the groups of the scheme.
CROPLAND: str = "cropland"
UNKNOWN: str = "unknown"


def land_groups(check: Check) -> dict[str, Mapping[str, float]]:
    """Return the ground of each area site by the groups (三大类) of the workspace's newest land use.

    Land cover seen from above does not tell what land is by law: only a scheme of polygons whose classes belong to
    groups, such as that of the 三调, answers.

    Returns
    -------
    dict
        By site, m² of each group that it has, of ``cropland`` in it, and of ``unknown`` ground, on which no polygon
        lies; empty where the workspace cannot tell.

    Raises
    ------
    EcozoneError
        If the land use cannot be read or trusted.
    """
    cover = check.workspace.landcover
    if cover is None or not cover.vectors:
        return {}
    scheme = open_scheme(cover.scheme)
    if not any(land.group for land in scheme.classes.values()):
        return {}
    areas = check.sites[check.sites["area_m2"] > 0]
    if areas.empty:
        return {}
    year = max(cover.vectors)
    zones = areas[[areas.geometry.name]].set_axis(areas["site_id"].to_numpy(object), axis=0)
    found: dict[str, dict[str, float]] = {site: {} for site in zones.index}
    for row in records(tally(zones, cover.vectors[year], scheme, cover, None, no_progress)):
        land = scheme.classes.get(row["code"])
        group = UNKNOWN if land is None or land.group is None else land.group
        mine = found[row["zone"]]
        mine[group] = mine.get(group, 0.0) + row["area_m2"]
        if land is not None and CROPLAND in land.flags:
            mine[CROPLAND] = mine.get(CROPLAND, 0.0) + row["area_m2"]
    return dict(found)
