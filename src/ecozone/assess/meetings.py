"""What rules can be asked about between sites and one layer: what they share, what lies near, what lies outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from ecozone.assess.spoken import Spoken
from ecozone.assess.touching import Contact
from ecozone.measure import Prepared, Shared, depths_in, index_of, nearest_to, widths_in
from ecozone.rules import Rule
from ecozone.workspace import Layer, Workspace

Ints = NDArray[np.int64]

_LENGTH_NOISE_M = 0.01
#: What is known of how sure an overlap is, by its number in a meeting; the last, which -1 counts as, is not known.
FIRMNESSES = ("certain", "likely", "possible", None)
_CERTAIN, _LIKELY, _POSSIBLE, _UNKNOWN = range(len(FIRMNESSES))
_RANGE = ("overlap_min_m2", "overlap_max_m2", "length_min_m", "length_max_m")
#: What a meeting holds, and what it is where there is no overlap; ``zone`` is -1 where it speaks of no feature.
_NONE: Mapping[str, Any] = {
    "zone": -1,
    **dict.fromkeys(("overlap_m2", "site_share", "zone_share", "length_m", "count", "depth_m"), 0.0),
    **dict.fromkeys((*_RANGE, "width_m", "distance_m", "bearing_deg"), np.nan),
    "firmness": _UNKNOWN,
    **dict.fromkeys(("noise", "outside", "no_distance"), False),
}
Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Meetings:
    """The meetings of all sites with one layer, and which of them each rule asks about.

    Attributes
    ----------
    table : mapping of ndarray
        ``site, zone`` (-1 where it speaks of no feature), ``overlap_m2, overlap_min_m2, overlap_max_m2, site_share,
        zone_share, length_m, length_min_m, length_max_m, count, depth_m, width_m, distance_m, bearing_deg, firmness``
        (position in `FIRMNESSES`), ``noise, outside, no_distance``.
    rule, meeting : ndarray of int
        The position of a rule and of an entry of ``table``: what comes to a finding, by site, rule and feature.
    """

    table: Mapping[str, NDArray[Any]]
    rule: Ints
    meeting: Ints


def meetings_of(
    sites: gpd.GeoDataFrame,
    prepared: Prepared,
    kind: NDArray[np.intp],
    features: gpd.GeoDataFrame,
    spoken: Spoken,
    ws: Workspace,
    contact: Contact,
) -> Meetings:
    """Find what every rule is to be asked about.

    Parameters
    ----------
    sites, features : GeoDataFrame
        Each with a plain index.
    prepared : Prepared
        The sites, ready to be measured.
    kind : ndarray of int
        Of each site, its position among ``spoken.kinds``.
    """
    met = _met(contact, spoken.layer)
    beyond = _beyond(sites, spoken.layer, contact)
    tables, start = [met, beyond], len(met["site"]) + len(beyond["site"])
    there = sites.geometry.notna().to_numpy()
    asked: list[tuple[int, Ints]] = []
    for at, rule in enumerate(spoken.rules):
        concerned = spoken.restricts[at][kind]
        if rule.position == "outside":
            rows = len(met["site"]) + np.flatnonzero(concerned[beyond["site"]])
        else:
            rows = np.flatnonzero(spoken.applies[at][met["zone"]])
            free = concerned & there
            free[met["site"][rows]] = False
            rows = rows[concerned[met["site"][rows]]]
            near = _within_reach(at, rule, prepared, np.flatnonzero(free), features, spoken, contact, ws)
            asked.append((at, start + np.arange(len(near["site"]))))
            tables.append(near)
            start += len(near["site"])
        asked.append((at, rows))
    table = {name: np.concatenate([one[name] for one in tables]) for name in met}
    rules = np.concatenate([np.full(len(rows), at, dtype=np.int64) for at, rows in asked] or [np.zeros(0, np.int64)])
    rows = np.concatenate([rows for _, rows in asked] or [np.zeros(0, np.int64)]).astype(np.int64)
    order = np.lexsort((rows, rules, table["site"][rows]))
    deep = np.unique(rows[rows < len(met["site"])])
    deep = deep[contact.shared.meets[deep]]
    # Reckoned only where they are asked for: they take longest.
    table["depth_m"][deep] = depths_in(contact.shared, deep)
    table["width_m"][deep] = widths = widths_in(contact.shared, deep)
    table["noise"][deep[widths < spoken.layer.min_width_m]] = True
    return Meetings(table, rules[order], rows[order])


def _met(contact: Contact, layer: Layer) -> Columns:
    """Return the pairs with their firmness: certain where even the eroded zone is met, possible where only the dilated.

    A point is certainly inside where it lies deeper than the boundary can move, and so is a zone that is a line or a
    point in a site. What lies wholly inside is no boundary noise, however small it is.
    """
    pairs, accuracy_m = contact.pairs, layer.accuracy_m or 0.0
    least, overlap = np.maximum(pairs["overlap_min_m2"], pairs["length_min_m"]), pairs["overlap_m2"]
    firmness = np.full(len(least), _LIKELY)
    firmness[least > 0] = _CERTAIN
    points = np.flatnonzero(pairs["count"] > 0)
    firmness[points[depths_in(contact.shared, points) >= accuracy_m]] = _CERTAIN
    firmness[_thin_inside(contact.shared, accuracy_m)] = _CERTAIN
    firmness[~pairs["meets"]] = _POSSIBLE
    firmness[np.isnan(least)] = _UNKNOWN
    noise = (overlap > 0) & (overlap < layer.min_area_m2) & ~contact.shared.inside
    known = {name: pairs[name] for name in _NONE if name in pairs}
    return _meetings(pairs["site"], **known | {"firmness": firmness, "noise": noise})


def _thin_inside(shared: Shared, accuracy_m: float) -> Ints:
    """Return the pairs whose zone, a line or a point, reaches deeper into the site than it can be off."""
    rows = np.flatnonzero(shared.meets & (shared.zones.outlines.dimension[shared.right] < 2))
    if accuracy_m > 0:
        rows = rows[shared.sites.outlines.dimension[shared.left[rows]] == 2]
        sites, zones = shared.sites.shapes[shared.left[rows]], shared.zones.shapes[shared.right[rows]]
        rows = rows[shapely.intersects(shapely.buffer(sites, -accuracy_m), zones)]
    return rows


def _beyond(sites: gpd.GeoDataFrame, layer: Layer, contact: Contact) -> Columns:
    """Return, for sites not wholly inside a layer, how much of each lies outside it; less than rounding is nothing."""
    area, length = sites["area_m2"].to_numpy(float), sites["length_m"].to_numpy(float)
    totals = contact.totals
    with np.errstate(invalid="ignore"):
        out_m2 = np.where(area > 0, area - totals["overlap_m2"], 0.0)
        out_m = np.where(length > 0, length - totals["length_m"], 0.0)
        share = np.where(area > 0, out_m2 / np.where(area > 0, area, 1.0), 1.0)
    point_out = (area == 0) & (length == 0) & (totals["count"] == 0)
    rounding_m2 = np.minimum(contact.shared.sites.thin_m2, layer.min_area_m2)
    out = (out_m2 > rounding_m2) | (out_m > _LENGTH_NOISE_M) | point_out
    rows = np.flatnonzero(out & sites.geometry.notna().to_numpy())
    noise = (out_m2 > 0) & (out_m2 < layer.min_area_m2)
    known = {"overlap_m2": out_m2[rows], "length_m": out_m[rows], "site_share": share[rows], "noise": noise[rows]}
    return _meetings(rows, **known, outside=np.ones(len(rows), dtype=bool))


def reach_of(rules: Iterable[Rule], ws: Workspace) -> float | None:
    """Return within how many metres rules ask for the nearest of all features; None for any distance, 0 for none."""
    reach = 0.0
    for rule in rules:
        if rule.position == "outside" or rule.levels is not None or rule.attributes:
            continue
        if rule.within_m is not None or rule.within_parameter is not None:
            mine = _metres(rule, ws)
            if mine is None:
                return None
            reach = max(reach, mine)
    return reach


def _metres(rule: Rule, ws: Workspace) -> float | None:
    """Return the distance within which a rule asks, None where neither its source nor the workspace gives it."""
    if rule.within_m is not None or rule.within_parameter is None:
        return rule.within_m
    return ws.parameters.get(rule.within_parameter)


def _within_reach(
    at: int,
    rule: Rule,
    prepared: Prepared,
    rows: Ints,
    features: gpd.GeoDataFrame,
    spoken: Spoken,
    contact: Contact,
    ws: Workspace,
) -> Columns:
    """Return, for a rule that reaches beyond the zone, each site's nearest feature of those it speaks of.

    Where neither the source nor the workspace gives the distance, every site has an entry, however far.
    """
    if not len(rows) or (rule.within_m is None and rule.within_parameter is None):
        return _meetings(np.zeros(0, np.int64))
    reach = _metres(rule, ws)
    near, zone = contact.near, contact.near.zone
    if rule.levels is not None or rule.attributes:
        chosen = np.flatnonzero(spoken.applies[at])
        shapes = np.asarray(features.geometry.array, dtype=object)[chosen]
        near = nearest_to(prepared, index_of(shapes), rows=rows, within_m=reach)
        zone = np.where(near.zone >= 0, np.append(chosen, -1)[near.zone], -1)
    if reach is not None:
        rows = rows[near.distance_m[rows] <= reach]
    known = {"zone": zone[rows], "distance_m": near.distance_m[rows], "bearing_deg": near.bearing_deg[rows]}
    return _meetings(rows, **known, no_distance=np.full(len(rows), reach is None))


def _meetings(site: Ints, **known: NDArray[Any]) -> Columns:
    """Return meetings of which no more is known than this."""
    return {"site": site} | {name: known.get(name, np.full(len(site), value)) for name, value in _NONE.items()}
