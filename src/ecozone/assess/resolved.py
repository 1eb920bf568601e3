"""The district with each square metre in one zone: overlaps decided by priority, and what nothing decides told.

Zones of several layers claim the same ground: a red line runs through a barrier. The workspace's priority
(`ecozone.workspace.Workspace.priority`) gives it to the first. Within a layer of levels the stricter level comes first.
Subdistricts and control units divide the district beside that; where two of one layer claim the same ground no priority
tells whose it is, and it is kept apart from both.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ecozone.assess.gaps import gap_notices, gaps_of
from ecozone.assess.table import table
from ecozone.errors import DefectError, WorkspaceError
from ecozone.geo import GRID_M, area_m2, intersection, union
from ecozone.measure import arrange
from ecozone.notices import Notice, notice
from ecozone.text import pick, say
from ecozone.units import hectares, mu
from ecozone.workspace import Workspace

#: Roles of layers whose named parts divide the district.
DIVISIONS = ("subdistrict", "control_unit")

PIECE_COLUMNS = ("zone", "also", "level", *DIVISIONS, "area_m2")
RESOLVED_COLUMNS = ("zone", "title", "also", "also_title", "area_m2", "area_hectares", "area_mu", "share")

#: Between several zones that one cell of a table names.
JOINT = " + "
#: Of the sum of the pieces against the zone that they make up.
SAME_SHARE = 1e-6


@dataclass(frozen=True)
class Resolved:
    """A district of which each square metre lies in one zone.

    Attributes
    ----------
    pieces : GeoDataFrame
        `PIECE_COLUMNS` in the workspace's CRS; index: their numbers from 1. They do not overlap, and fill the district.
        ``zone`` is the one that the ground belongs to (None: the rest of the district), ``also`` the others that claim
        it, ``level`` the level of a control zone that it lies in, whoever comes first. ``subdistrict`` and
        ``control_unit`` are None where there is none; where two claim it both are named.
    zones : DataFrame
        `RESOLVED_COLUMNS`: a row for each ``zone`` and what else claims its ground, in the order of the priority, the
        rest last. ``share`` is of the district. The rows that name a zone in either column sum to that zone.
    gaps : GeoDataFrame
        `GAP_COLUMNS` and geometry: what does not fit. ``gap_kind``: ``overlap`` of two subdistricts or units
        (``given_to`` is None: nothing tells whose it is), ``level_overlap`` of two levels in the data (given to the
        stricter), ``no_level``: ground of a layer of levels in none of them, ``outside``: part of a zone beyond the
        district, ``uncovered``: ground of the district in no part of a layer. ``places`` is the count of separate
        places, ``lon, lat`` (degrees of CGCS2000) a point in the largest; ``noise`` says that the area is below what
        the layer takes for boundary noise. Places thinner than the grid are rounding, and are left out.
    district_m2 : float
    titles : mapping
        Of every zone, and of several joined, that the pieces name, and of every layer; in the current language.
    notices : tuple of Notice
    """

    pieces: gpd.GeoDataFrame
    zones: pd.DataFrame
    gaps: gpd.GeoDataFrame
    district_m2: float
    titles: Mapping[str, str]
    notices: tuple[Notice, ...]


def resolve_zones(ws: Workspace) -> Resolved:
    """Divide a district among its zones, by priority.

    Parameters
    ----------
    ws : Workspace
        With a layer of role district; its other layers as far as it has them.

    Returns
    -------
    Resolved

    Raises
    ------
    WorkspaceError
        If there is no district, or a layer's file will not do.
    DefectError
        If the pieces and the zones that they make up contradict each other.

    Examples
    --------
    >>> import ecozone as ez
    >>> resolved = resolve_zones(ez.open_workspace("demo"))
    >>> resolved.zones[["zone", "also", "area_hectares"]].round(1).values.tolist()[:3]
    [['red_line', None, 186.4], ['red_line', 'barrier:1', 179.6], ['barrier:1', None, 8733.4]]
    """
    district = _district(ws)
    tiers = _tiers(ws)
    parts = {role: _parts(ws, role) for role in DIVISIONS}
    zones = _together([tiers, *parts.values()], district)
    titles = {str(key): str(title) for key, title in zones["title"].items()}
    titles |= {layer.key: pick(layer.title) for layer in ws.layers.values()}
    pieces = _pieces(district, zones, tiers, parts, titles)
    _check(pieces, district, zones)
    leveled = [] if tiers is None else list(dict.fromkeys(tiers["layer"]))
    gaps = gaps_of(ws, district, zones, pieces, parts, leveled, titles)
    said = [] if ws.declared_priority else [notice("assess.priority_default", order=_order(tiers, titles))]
    said += gap_notices(gaps)
    said += [
        notice("assess.zone_not_whole", "warning", layer=str(key), count=int(count))
        for key, count in zones["refused"].items()
        if count
    ]
    whole = float(area_m2(district).sum())
    summed = _summed(pieces, tiers, titles, whole)
    return Resolved(pieces.drop(columns="claims"), summed, gaps, whole, titles, tuple(said))


def _district(ws: Workspace) -> gpd.GeoSeries:
    layers = [layer for layer in ws.layers_of("district") if not layer.empty]
    shapes = [ws.zones(layer.key).geometry.iloc[0] for layer in layers]
    if not layers or any(shape is None for shape in shapes):
        raise WorkspaceError("assess.no_district", file=ws.file)
    return gpd.GeoSeries([union(gpd.GeoSeries(shapes, crs=ws.crs))], index=[layers[0].key], crs=ws.crs)


def _tiers(ws: Workspace) -> gpd.GeoDataFrame | None:
    """Return the zones that the priority names, first come first; of a layer with levels these."""
    found: dict[Hashable, gpd.GeoDataFrame] = {}
    for name in ws.priority:
        zones = ws.zones(name)
        levels = zones[zones["level"].notna()]
        for key in [name] if ":" in name or levels.empty else levels.index:
            if not ws.layers[zones["layer"].iloc[0]].empty:
                found.setdefault(key, zones.loc[[key]])
    return pd.concat(found.values()) if found else None


def _parts(ws: Workspace, role: str) -> gpd.GeoDataFrame | None:
    """Return the named parts of the layers of a role."""
    if not any(not layer.empty for layer in ws.layers_of(role)):
        return None
    zones = ws.zones(role)
    parts: gpd.GeoDataFrame = zones[(zones["zone"] != zones["layer"]) & zones["level"].isna()]
    return parts


def _together(frames: Iterable[gpd.GeoDataFrame | None], district: gpd.GeoSeries) -> gpd.GeoDataFrame:
    known = [frame for frame in frames if frame is not None and len(frame)]
    if not known:
        empty = pd.DataFrame({"zone": [], "layer": [], "title": [], "refused": []}, dtype=object)
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=district.crs), crs=district.crs)
    zones = pd.concat(known)
    # A workspace may name a subdistrict in its priority, which then is both.
    once: gpd.GeoDataFrame = zones[~zones.index.duplicated()]
    return once


def _pieces(
    district: gpd.GeoSeries,
    zones: gpd.GeoDataFrame,
    tiers: gpd.GeoDataFrame | None,
    parts: Mapping[str, gpd.GeoDataFrame | None],
    titles: dict[str, str],
) -> gpd.GeoDataFrame:
    """Return the district's pieces, each with its ``claims``; several zones that one cell names get a title."""

    def joined(keys: Sequence[str]) -> str | None:
        name = JOINT.join(keys)
        if len(keys) > 1:
            titles[name] = JOINT.join(titles[key] for key in keys)
        return name or None

    pieces = arrange(district, zones.geometry)
    order = [] if tiers is None else [str(key) for key in tiers.index]
    leveled = set() if tiers is None else set(tiers.index[tiers["level"].notna()])
    rows = []
    for claims in pieces["zones"]:
        mine = [key for key in order if key in claims]
        row = {
            "zone": mine[0] if mine else None,
            "also": joined(mine[1:]),
            "level": next((key for key in mine if key in leveled), None),
            "claims": claims,
        }
        for role, frame in parts.items():
            named = [str(key) for key in claims if frame is not None and key in frame.index]
            row[role] = joined(named)
        rows.append(row)
    found = pd.DataFrame(rows, columns=[*PIECE_COLUMNS[:-1], "claims"], dtype=object)
    found["area_m2"] = area_m2(pieces).to_numpy()
    found.index = pd.RangeIndex(1, len(found) + 1)
    return gpd.GeoDataFrame(found, geometry=list(pieces.geometry), crs=district.crs)


def _check(pieces: gpd.GeoDataFrame, district: gpd.GeoSeries, zones: gpd.GeoDataFrame) -> None:
    """Hold the pieces against the district, and those of each zone against what of it lies in the district."""
    where = gpd.GeoSeries(np.full(len(zones), district.iloc[0], dtype=object), index=zones.index, crs=zones.crs)
    inside = gpd.GeoSeries(intersection(zones.geometry, where), crs=zones.crs)
    own = area_m2(inside).fillna(0.0)
    edges = pd.Series(shapely.length(inside.array), index=zones.index)
    sums = dict.fromkeys(zones.index, 0.0)
    for claims, size in zip(pieces["claims"], pieces["area_m2"], strict=True):
        for key in claims:
            sums[key] += size
    all_of = (float(pieces["area_m2"].sum()), float(area_m2(district).iloc[0]), float(district.length.iloc[0]))
    wholes = {str(district.index[0]): all_of}
    wholes |= {str(key): (sums[key], float(own[key]), float(edges[key])) for key in zones.index}
    for key, (found, whole, edge) in wholes.items():
        # Rounding to the grid moves an edge by a step, which only a strip of a few millimetres would feel.
        if abs(found - whole) > max(SAME_SHARE * whole, GRID_M * edge):
            raise DefectError("assess.pieces_contradict", feature=key, pieces_m2=found, zone_m2=whole)


def _summed(
    pieces: gpd.GeoDataFrame, tiers: gpd.GeoDataFrame | None, titles: Mapping[str, str], whole: float
) -> pd.DataFrame:
    order = [] if tiers is None else [str(key) for key in tiers.index]
    rows = []
    for zone in [*order, None]:
        mine = pieces[pieces["zone"].isna() if zone is None else pieces["zone"] == zone]
        for also, group in mine.groupby(mine["also"].fillna(""), sort=True):
            size = float(group["area_m2"].sum())
            rows.append(
                {
                    "zone": zone,
                    "title": titled(zone, titles),
                    "also": also or None,
                    "also_title": titles[also] if also else None,
                    "area_m2": size,
                    "area_hectares": hectares(size),
                    "area_mu": mu(size),
                    "share": size / whole,
                }
            )
    return table(rows, RESOLVED_COLUMNS, {"zone", "title", "also", "also_title"})


def titled(zone: str | None, titles: Mapping[str, str], rest: str = "assess.rest") -> str:
    """Return what a zone is called; ground of none by the text ``rest``."""
    return say(rest) if zone is None else titles[zone]


def _order(tiers: gpd.GeoDataFrame | None, titles: Mapping[str, str]) -> str:
    return " > ".join([titles[key] for key in ([] if tiers is None else tiers.index)] + [say("assess.rest")])
