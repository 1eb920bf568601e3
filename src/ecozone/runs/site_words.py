"""What a person says of single sites: which are asked about, their types, how far around points and lines is built."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import geopandas as gpd
import numpy as np
import shapely

from ecozone.errors import UsageError
from ecozone.notices import Notice
from ecozone.rules import project_tags
from ecozone.runs.request import Request
from ecozone.text import near_word
from ecozone.workspace import Workspace


def with_said(
    sites: gpd.GeoDataFrame, notices: list[Notice], ws: Workspace, request: Request
) -> tuple[gpd.GeoDataFrame, list[Notice]]:
    """Return the sites that a request asks about, with the project types and radii that it names, and their notices.

    Raises
    ------
    UsageError
        If one is said of a site that is not there or of an area, a type is not known, or a radius is no length.
    """
    if request.types:
        _require_known(request.types, sites)
        for kind in set(request.types.values()):
            project_tags(ws.pack, kind, "")
        own = sites["project_type"].tolist()
        asked = map(request.types.get, sites["site_id"], own)
        sites["project_type"] = np.array(list(asked), dtype=object)
    if request.radius_m is not None:
        sites["radius_m"] = _radii(sites, request.radius_m)
    if request.only:
        return _only(sites, notices, request.only)
    return sites, notices


def _only(
    sites: gpd.GeoDataFrame, notices: list[Notice], asked: Sequence[str]
) -> tuple[gpd.GeoDataFrame, list[Notice]]:
    """Leave out the other sites, and what was noticed of them alone."""
    _require_known(asked, sites)
    wanted = sites["site_id"].isin(asked)
    places = zip(sites["source_file"], sites["source_row"].astype(str), sites["site_id"], strict=True)
    kept: set[object] = set()
    gone: set[object] = set()
    for (file, row, site), keep in zip(places, wanted, strict=True):
        (kept if keep else gone).update({(file, row), (file, site), (None, site)})
    gone -= kept
    told = [one for one in notices if (one.place.file, str(one.place.feature)) not in gone]
    return sites[wanted].reset_index(drop=True), told


def _radii(sites: gpd.GeoDataFrame, said: float | dict[str, float]) -> list[float]:
    wide = shapely.get_dimensions(sites.geometry.array) == 2
    own = sites["radius_m"].tolist()
    for value in said.values() if isinstance(said, dict) else [said]:
        if not math.isfinite(value) or value < 0:
            raise UsageError("runs.radius_no_length", value=value)
    if not isinstance(said, dict):
        return [old if area else said or np.nan for old, area in zip(own, wide, strict=True)]
    _require_known(said, sites)
    areas = [site for site, area in zip(sites["site_id"], wide, strict=True) if area and site in said]
    if areas:
        raise UsageError("runs.radius_of_area", site=areas[0])
    return [said.get(site, old) or np.nan for site, old in zip(sites["site_id"], own, strict=True)]


def _require_known(said: Iterable[str], sites: gpd.GeoDataFrame) -> None:
    known = set(sites["site_id"])
    for site in said:
        if site not in known:
            raise UsageError("runs.no_such_site", site=site, near=near_word(site, known))
