"""The sites as they are judged: in the workspace's CRS, with their radius drawn, sized and tagged."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from ecozone.assess.spoken import Kind
from ecozone.errors import EcozoneError
from ecozone.geo import area_m2, length_m, operation_notice, repair, reproject
from ecozone.notices import Notice, notice, notices_of
from ecozone.rules import RulePack, project_tags
from ecozone.text import Place
from ecozone.workspace import Workspace, intricate

_QUADRANT_SEGMENTS = 32


def prepare_sites(sites: gpd.GeoDataFrame, ws: Workspace) -> tuple[gpd.GeoDataFrame, tuple[Notice, ...]]:
    """Bring sites into the workspace's CRS, ready to be measured.

    Parameters
    ----------
    sites : GeoDataFrame
        As `ecozone.intake.read_sites` gives them, in any CRS.
    ws : Workspace
        Gives the metric CRS and the rule pack.

    Returns
    -------
    sites : GeoDataFrame
        The same rows and index, in the workspace's CRS; a point or line with ``radius_m`` has become the polygon that
        encloses its buffer; added columns ``area_m2`` and ``length_m`` (ellipsoidal), ``tags`` (frozenset, or None
        where the project type is not known). A site that cannot be trusted has no geometry.
    notices : tuple of Notice
        Those of the frame, and what was noticed here.
    """
    notices = list(notices_of(sites))
    source = sites.attrs.get("source", {})
    frame = reproject(sites, ws.crs)
    change = operation_notice(sites.crs, ws.crs, file=source.get("file"))
    notices += [] if change is None else [change]
    frame.attrs = {}  # pandas copies them deeply at every step
    shapes, repairs = repair(_with_radius(frame))
    notices += repairs
    for at, one in intricate(shapes.to_numpy(), ws).items():
        shapes.iloc[at] = None
        notices.append(replace(one, place=Place(source.get("file"), feature=frame["site_id"].iloc[at])))
    frame = frame.set_geometry(shapes)
    if "source_file" not in frame:
        frame["source_file"] = source.get("file")
    frame["area_m2"] = area_m2(shapes)
    lines = shapely.get_dimensions(shapes.array) == 1
    lengths = np.zeros(len(shapes))
    lengths[lines] = length_m(shapes[lines])
    frame["length_m"] = lengths
    # A column of texts has NaN for what is missing.
    kinds = frame["project_type"].astype(object).where(frame["project_type"].notna(), None)
    asked = list(zip(kinds, frame["flags"], strict=True))
    known = {each: None if each[0] is None else _tags(ws.pack, *each) for each in dict.fromkeys(asked)}
    tags = [known[each] for each in asked]
    for row in [row for row, found in enumerate(tags) if not isinstance(found, frozenset)]:
        found, site_id = tags[row], frame["site_id"].iloc[row]
        tags[row] = None
        if isinstance(found, EcozoneError):
            fields = {"why": str(found), "site": site_id}
            notices.append(Notice("assess.unknown_project_type", "warning", fields=fields))
        else:
            notices.append(notice("assess.no_project_type", "warning", feature=site_id))
    frame["tags"] = pd.Series(tags, index=frame.index, dtype=object)
    return frame, tuple(notices)


def kinds_of(tags: pd.Series[Any], known: dict[Kind, int]) -> NDArray[np.intp]:
    """Return of each site the number of its kind of project; kinds that are new get the next numbers.

    >>> known = {None: 0}
    >>> kinds_of(pd.Series([frozenset({"school"}), None], dtype=object), known).tolist(), len(known)
    ([1, 0], 2)
    """
    return np.array([known.setdefault(one, len(known)) for one in tags], dtype=np.intp)


def _tags(pack: RulePack, kind: str, flags: str) -> frozenset[str] | EcozoneError | None:
    """Return the tags of a type with flags; an unknown type counts as not known, which no rule lets pass."""
    try:
        return project_tags(pack, kind, flags)
    except EcozoneError as error:
        return error


def _with_radius(frame: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Draw each point's or line's radius as a polygon that encloses the true buffer, so that nothing near is missed."""
    shapes = frame.geometry
    radius = frame["radius_m"].to_numpy(dtype=float)
    wide = (radius > 0) & (shapely.get_dimensions(shapes.array) < 2) & ~shapes.isna().to_numpy()
    around = radius / math.cos(math.pi / (4 * _QUADRANT_SEGMENTS))
    drawn = shapes.array.to_numpy().copy()
    drawn[wide] = shapely.buffer(drawn[wide], around[wide], quad_segs=_QUADRANT_SEGMENTS)
    return gpd.GeoSeries(drawn, index=frame.index, crs=frame.crs)
