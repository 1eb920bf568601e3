"""What would clear a site in conflict: the part to give up, and the smallest shift; and what it meets instead.

Nothing here says that the rest may be built on: what is left, and the site where it was moved to, are judged again
against all layers, and what they meet stands beside them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from ecozone.assess.cut_words import cut_sentence, shift_sentence
from ecozone.assess.obstacles import Obstacle, grown, obstacle, united
from ecozone.assess.spoken import Kind, spoken_of
from ecozone.assess.subjects import kinds_of, prepare_sites
from ecozone.assess.table import records
from ecozone.errors import UsageError
from ecozone.geo import area_m2, azimuth_deg, distance_m, length_m
from ecozone.log import Progress, no_progress
from ecozone.measure import parted, smallest_shift
from ecozone.text import joined

if TYPE_CHECKING:
    from ecozone.assess.screening import Check

#: Verdicts from which a way out is asked for.
CONFLICTS = ("prohibited", "conditional")
#: How far a shift is looked for.
SHIFT_WITHIN_M = 200.0
#: No shift is looked for that is longer.
MOST_SHIFT_M = 5_000.0

#: ``layer`` is None for all layers of the site's conflicts together; sizes are ellipsoidal, ``count`` points;
#: ``verdict`` is that of what is left, on all layers, None where nothing is.
CUT_COLUMNS = (
    *("site_id", "layer", "layers", "outcome", "part_m2", "part_m", "part_count", "part_share"),
    *("left_m2", "left_m", "left_count", "left_share", "left_pieces", "margin_m", "verdict", "sentence"),
)
#: ``dx_m`` and ``dy_m`` are metres of the workspace's CRS, ``distance_m`` and ``bearing_deg`` on the ellipsoid; all are
#: missing where no shift within ``within_m`` does.
SHIFT_COLUMNS = (
    *("site_id", "layer", "layers", "outcome", "dx_m", "dy_m", "distance_m", "bearing_deg", "tolerance_m"),
    *("within_m", "margin_m", "verdict", "sentence"),
)


@dataclass(frozen=True)
class Cuts:
    """Ways out of the conflicts of a check.

    Attributes
    ----------
    cuts : GeoDataFrame
        `CUT_COLUMNS`, and two columns of shapes in the workspace's CRS: ``part`` to give up, ``geometry`` what is left.
        ``outcome``: ``cleared``, ``nothing_left`` or ``still_met`` (of a rule whose distance nobody knows, or where no
        margin was wanted).
    shifts : GeoDataFrame
        `SHIFT_COLUMNS`, and the site where it was moved to. ``outcome``: ``cleared``, ``still_met`` or ``none_within``.
        Empty where none were asked for.
    findings : DataFrame
        What is left and what was moved, judged again: findings as of a check, with ``way`` (``cut`` or ``shift``) and
        ``cleared`` (the layer, None for all) behind ``site_id``.
    """

    cuts: gpd.GeoDataFrame
    shifts: gpd.GeoDataFrame
    findings: pd.DataFrame


@dataclass
class _Way:
    """One way out of a conflict: a cut or a shift."""

    site_id: str
    layer: str | None
    layers: tuple[str, ...]
    way: str
    shape: BaseGeometry | None
    words: dict[str, Any] = field(default_factory=dict)
    part: BaseGeometry | None = None


def least_cut(
    check: Check,
    site_ids: str | Collection[str] | None = None,
    *,
    shift_within_m: float | None = SHIFT_WITHIN_M,
    margin: bool = True,
    progress: Progress = no_progress,
) -> Cuts:
    """Find what each site in conflict would have to give up, or by how much to move, to meet a layer no more.

    Parameters
    ----------
    check : Check
        As `check_sites` gives it.
    site_ids : str or collection of str, optional
        Of which sites; of all with a prohibiting or restricting finding unless given.
    shift_within_m : float, optional
        Look for shifts of at most so many metres; for none with None.
    margin : bool
        Whether a layer's positional accuracy is kept clear of as well. Without it what is left may still lie within
        it, and is then under review.
    progress : Progress
        Called once a site.

    Returns
    -------
    Cuts
        For each layer with a prohibiting or restricting finding, and for several of them together.

    Raises
    ------
    UsageError
        If a site is not in the check, or the bound of a shift makes no sense.

    Notes
    -----
    The part to give up is the site's overlap with the features that any rule of the layer asks about, widened by the
    rule's distance, the margin and a hair (`ecozone.measure.HAIR_M`); for a rule about lying outside, what lies there.
    The smallest shift is that of `ecozone.measure.smallest_shift`.

    Examples
    --------
    >>> import ecozone as ez
    >>> ws = ez.open_workspace("demo")
    >>> check = ez.check_sites(ez.read_sites(ws.folder / "sites" / "parcels_zone39.gpkg"), ws)
    >>> set(ez.least_cut(check).cuts["outcome"]) <= {"cleared", "nothing_left"}
    True
    """
    from ecozone.assess.screening import Screening

    if shift_within_m is not None and not 0 < shift_within_m <= MOST_SHIFT_M:
        raise UsageError("assess.shift_bound", value=f"{shift_within_m:g}", most=f"{MOST_SHIFT_M:g}")
    conflicts = _conflicts(check, site_ids)
    sites = check.sites[check.sites["site_id"].isin(conflicts) & check.sites.geometry.notna()]
    ways: list[_Way] = []
    grounds = _Grounds(check, sites, shift_within_m or 0.0, margin=margin)
    for done, row in enumerate(sites.index):
        site_id, shape = str(sites.loc[row, "site_id"]), sites.geometry.loc[row]
        progress(done, len(sites), site_id)
        found = [grounds.of(row, layer) for layer in conflicts[site_id]]
        for of, ground in _targets(found, check):
            ways.append(_cut(site_id, shape, of, ground, check))
            if shift_within_m is not None:
                ways.append(_shifted(site_id, shape, of, ground, shift_within_m, check))
    progress(len(sites), len(sites), "")
    again = Screening(check.workspace).check(_frame(ways, sites, check)) if any(one.shape for one in ways) else None
    findings = _judged(ways, check, again)
    cuts = [one for one in ways if one.way == "cut"]
    table = _table(cuts, CUT_COLUMNS, check)
    table.insert(len(CUT_COLUMNS), "part", gpd.GeoSeries([one.part for one in cuts], crs=check.sites.crs))
    return Cuts(table, _table([one for one in ways if one.way == "shift"], SHIFT_COLUMNS, check), findings)


def _conflicts(check: Check, site_ids: str | Collection[str] | None) -> dict[str, list[str]]:
    """Return the layers of each site's conflicts, in the order of the workspace."""
    known = set(check.sites["site_id"])
    wanted = known if site_ids is None else {site_ids} if isinstance(site_ids, str) else set(site_ids)
    unknown = sorted(wanted - known)
    if unknown:
        raise UsageError("assess.no_such_site", names=joined(unknown))
    found: dict[str, set[str]] = {}
    bad = check.findings[check.findings["verdict"].isin(CONFLICTS)]
    for site_id, layer in zip(bad["site_id"], bad["layer"], strict=True):
        if site_id in wanted:
            found.setdefault(site_id, set()).add(layer)
    return {site_id: [key for key in check.workspace.layers if key in layers] for site_id, layers in found.items()}


class _Grounds:
    """The ground of each layer near each site."""

    def __init__(self, check: Check, sites: gpd.GeoDataFrame, shift_m: float, *, margin: bool) -> None:
        self._ws, self._shift_m, self._margin = check.workspace, shift_m, margin
        asked = _plain_sites(sites)
        subjects, _ = prepare_sites(asked, self._ws)
        known: dict[Kind, int] = {}
        kind = kinds_of(subjects["tags"], known)
        self._kinds = tuple(known)
        self._kind = dict(zip(sites.index, kind.tolist(), strict=True))
        self._boxes = dict(zip(sites.index, shapely.bounds(sites.geometry.array), strict=True))
        self._spoken: dict[str, Any] = {}

    def of(self, row: Any, key: str) -> Obstacle:
        features = self._ws.features(key)
        if key not in self._spoken:
            self._spoken[key] = spoken_of(features, self._ws.layers[key], self._ws, self._kinds)
        box = grown(self._boxes[row], self._shift_m)
        return obstacle(box, self._kind[row], features, self._spoken[key], self._ws, margin=self._margin)


_Of = tuple[str | None, tuple[str, ...], float]


def _targets(found: list[Obstacle], check: Check) -> list[tuple[_Of, BaseGeometry]]:
    """Return what is to be cleared: each layer, and several together."""
    targets: list[tuple[_Of, BaseGeometry]] = [((one.layer, (one.layer,), one.margin_m), one.ground) for one in found]
    if len(found) > 1:
        keys, margin_m = tuple(one.layer for one in found), max(one.margin_m for one in found)
        targets.append(((None, keys, margin_m), united([one.ground for one in found], check.workspace)))
    return targets


def _sizes(shape: BaseGeometry | None, check: Check) -> tuple[float, float, int]:
    """Return ellipsoidal area, length of lines and number of points."""
    if shape is None or shape.is_empty:
        return 0.0, 0.0, 0
    series = gpd.GeoSeries([shape], crs=check.sites.crs)
    kind = int(shapely.get_dimensions(shape))
    along = float(length_m(series).iloc[0]) if kind == 1 else 0.0
    return float(area_m2(series).iloc[0]), along, int(shapely.get_num_geometries(shape)) if kind == 0 else 0


def _cut(site_id: str, shape: BaseGeometry, of: _Of, ground: BaseGeometry, check: Check) -> _Way:
    part, left = parted(shape, ground, check.sites.crs)
    given, kept, whole = (_sizes(one, check) for one in (part, left, shape))
    size = sum(whole)
    words: dict[str, Any] = dict(zip(("part_m2", "part_m", "part_count"), given, strict=True))
    words |= dict(zip(("left_m2", "left_m", "left_count"), kept, strict=True))
    words |= {"part_share": min(sum(given) / size, 1.0), "left_share": min(sum(kept) / size, 1.0)}
    words |= {"left_pieces": 0 if left.is_empty else int(shapely.get_num_geometries(left)), "margin_m": of[2]}
    return _Way(site_id, of[0], of[1], "cut", None if left.is_empty else left, words, None if part.is_empty else part)


def _shifted(site_id: str, shape: BaseGeometry, of: _Of, ground: BaseGeometry, within_m: float, check: Check) -> _Way:
    words: dict[str, Any] = {"within_m": within_m, "margin_m": of[2]}
    found = smallest_shift(shape, ground, within_m=within_m)
    if found is None:
        return _Way(site_id, of[0], of[1], "shift", None, words)
    moved = affinity.translate(shape, found.dx_m, found.dy_m)
    ends = [gpd.GeoSeries([one.centroid], crs=check.sites.crs) for one in (shape, moved)]
    words |= {"dx_m": found.dx_m, "dy_m": found.dy_m, "tolerance_m": found.tolerance_m}
    words |= {"distance_m": float(distance_m(*ends).iloc[0]), "bearing_deg": float(azimuth_deg(*ends).iloc[0])}
    return _Way(site_id, of[0], of[1], "shift", moved, words)


def _plain_sites(sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return sites as intake gives them: what the check has added is gone, and a radius is drawn already."""
    plain = sites.drop(columns=["verdict", "area_m2", "length_m"]).reset_index(drop=True)
    plain["radius_m"] = np.nan
    plain.attrs = {}
    return plain


def _frame(ways: list[_Way], sites: gpd.GeoDataFrame, check: Check) -> gpd.GeoDataFrame:
    """Return what is left and what was moved as sites, each called by its position among the ways."""
    rows = [at for at, one in enumerate(ways) if one.shape is not None]
    place = {site_id: at for at, site_id in enumerate(sites["site_id"])}
    frame = _plain_sites(sites).iloc[[place[ways[at].site_id] for at in rows]].reset_index(drop=True)
    frame["site_id"] = [str(at) for at in rows]
    shapes = gpd.GeoSeries([ways[at].shape for at in rows], crs=check.sites.crs)
    return frame.set_geometry(shapes)


def _judged(ways: list[_Way], check: Check, again: Check | None) -> pd.DataFrame:
    """Add outcome, verdict and sentence to each way; return the findings that are left."""
    findings = check.findings.iloc[:0] if again is None else again.findings
    by_way: dict[int, list[Mapping[str, Any]]] = {}
    for row in records(findings):
        by_way.setdefault(int(row["site_id"]), []).append(row)
    verdicts = {} if again is None else dict(zip(again.sites["site_id"], again.sites["verdict"], strict=True))
    for at, one in enumerate(ways):
        found = by_way.get(at, [])
        met = any(row["layer"] in one.layers for row in found)
        gone = "nothing_left" if one.way == "cut" else "none_within"
        outcome = gone if one.shape is None else "still_met" if met else "cleared"
        one.words |= {"outcome": outcome, "verdict": verdicts.get(str(at))}
        titles = [check.workspace.layers[key].title for key in one.layers]
        tell = cut_sentence if one.way == "cut" else shift_sentence
        one.words["sentence"] = tell(one.words, titles, found)
    places = findings["site_id"].astype(int).to_numpy()
    left = findings.assign(site_id=np.array([ways[at].site_id for at in places], dtype=object))
    left.insert(1, "way", np.array([ways[at].way for at in places], dtype=object))
    left.insert(2, "cleared", np.array([ways[at].layer for at in places], dtype=object))
    return left


def _table(ways: list[_Way], columns: tuple[str, ...], check: Check) -> gpd.GeoDataFrame:
    said = {"site_id", "layer", "layers", "outcome", "verdict", "sentence"}
    rows = [{"site_id": one.site_id, "layer": one.layer, "layers": ", ".join(one.layers), **one.words} for one in ways]
    frame = pd.DataFrame(rows, columns=list(columns), dtype=object)
    typed = {name: pd.Series(frame[name], dtype=object if name in said else float) for name in columns}
    for name in said:
        typed[name] = typed[name].where(typed[name].notna(), None)
    return gpd.GeoDataFrame(typed, geometry=gpd.GeoSeries([one.shape for one in ways], crs=check.sites.crs))
