"""Changes that a clause may forbid: picked out, measured and cited. Whether they are violations is settled outdoors."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ecozone.assess.table import table
from ecozone.geo import CGCS2000, area_m2, intersection, reproject
from ecozone.landcover import Scheme
from ecozone.notices import Notice, notice
from ecozone.rules import ChangeRule, Rule
from ecozone.text import pick, say
from ecozone.units import fixed, hectares
from ecozone.workspace import Workspace

VIOLATION_COLUMNS = (
    "violation",
    "patch",
    "layer",
    "role",
    "zone",
    "title",
    "from_code",
    "from_label",
    "to_code",
    "to_label",
    "area_m2",
    "hectares",
    "subdistrict",
    "lon",
    "lat",
    "sentence",
    "rule",
    "wording",
    "citation",
    "confidence",
)
FLAG_COLUMNS = (
    "violation",
    "what",
    "layer",
    "role",
    "zone",
    "title",
    "area_m2",
    "hectares",
    "patches",
    "patches_m2",
    "small_m2",
    "rule",
    "wording",
    "citation",
    "confidence",
)
_FLAG_TEXTS = frozenset(
    ("violation", "what", "layer", "role", "zone", "title", "rule", "wording", "citation", "confidence")
)
_VIOLATION_TEXTS = _FLAG_TEXTS | {"patch", "from_code", "from_label", "to_code", "to_label", "subdistrict", "sentence"}

_OF_PATCH = ("patch", "from_code", "from_label", "to_code", "to_label", "subdistrict")

_DECIMALS = 6

Pairs = frozenset[tuple[int | str, int | str]]


def pairs_of(rule: ChangeRule, scheme: Scheme) -> Pairs:
    """Return the pairs of classes that a rule speaks of: none where the scheme does not tell such ground apart."""
    was, becomes = (
        {code for code, land in scheme.classes.items() if any(getattr(land, kind) for kind in kinds)}
        for kinds in (rule.before, rule.after)
    )
    return frozenset((one, other) for one in was for other in becomes - was)


def flag_roles(ws: Workspace) -> tuple[str, ...]:
    """Return the roles of the layers in which changes are looked at, in the order of the rule packs."""
    return tuple(dict.fromkeys(rule.role for _, rule in _rules(ws)))


def flag_notices(ws: Workspace, scheme: Scheme) -> Iterator[Notice]:
    """Say which changes cannot be looked for: nothing found there means nothing."""
    lacking: dict[str, list[str]] = {}
    for change, rule in _rules(ws):
        what = pick({"zh": change.zh, "en": change.en})
        if not ws.layers_of(rule.role):
            lacking.setdefault(rule.role, []).append(what)
        elif not pairs_of(change, scheme):
            yield notice("change.no_classes", "warning", what=what, scheme=scheme.name)
    for key, missed in lacking.items():
        role = ws.pack.roles[key]
        title = pick({"zh": role.zh, "en": role.en})
        yield notice("change.no_layer", "warning", what=say("change.list").join(missed), title=title, role=key)


def flag_tables(
    ws: Workspace,
    change: pd.DataFrame,
    zones: gpd.GeoDataFrame,
    patches: gpd.GeoDataFrame,
    scheme: Scheme,
    min_area_m2: float,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the possible violations one by one, and their sums.

    Parameters
    ----------
    ws : Workspace
    change : DataFrame
        As `ecozone.measure.measure_change` gives it.
    zones : GeoDataFrame
        The measured zones, those of `flag_roles` among them; index: their keys.
    patches : GeoDataFrame
        As `ecozone.assess.Change` has them, in the zones' CRS.
    scheme : Scheme
    min_area_m2 : float
        A patch counts for a zone where it shares this much with it.

    Returns
    -------
    violations : GeoDataFrame
        `VIOLATION_COLUMNS` and the part of the patch that lies in the zone; the largest first.
    flagged : DataFrame
        `FLAG_COLUMNS`: a row a change rule and zone. ``area_m2`` is all such ground there; ``small_m2`` the part of it
        that no listed patch holds.
    """
    rows: list[dict[str, Any]] = []
    shapes: list[Any] = []
    sums: list[dict[str, Any]] = []
    for rule, base in _rules(ws):
        pairs = pairs_of(rule, scheme)
        if not pairs:
            continue
        known = zip(patches["from_code"], patches["to_code"], strict=True)
        mine = patches[np.array([pair in pairs for pair in known], dtype=bool)]
        for key in _zone_keys(ws, base, zones):
            found, parts = _inside(mine, zones.geometry[key], min_area_m2)
            common = _common(rule, base, zones.loc[key])
            for (_, patch), area in zip(found.iterrows(), found["part_m2"], strict=True):
                told = {name: patch[name] for name in _OF_PATCH}
                rows.append({**common, **told, "area_m2": float(area), "hectares": hectares(float(area))})
            shapes += parts
            moves = change.loc[change["zone"] == key, ["from_code", "to_code", "area_m2"]]
            total = math.fsum(
                # Of a zone that could not be measured nothing is known.
                area if (one, other) in pairs else 0.0 * area
                for one, other, area in moves.itertuples(index=False)
            )
            listed = math.fsum(found["part_m2"])
            sums.append(
                common
                | {"area_m2": total, "hectares": hectares(total), "patches": len(found), "patches_m2": listed}
                | {"small_m2": max(total - listed, 0.0)}
            )
    for row, (lon, lat) in zip(rows, places(gpd.GeoSeries(shapes, crs=patches.crs)), strict=True):
        row |= {"lon": lon, "lat": lat}
        row["sentence"] = _sentence(row)
    violations = gpd.GeoDataFrame(
        table(rows, VIOLATION_COLUMNS, _VIOLATION_TEXTS), geometry=gpd.GeoSeries(shapes, crs=patches.crs)
    ).astype({"patch": "int64"})
    order = np.lexsort((np.arange(len(rows)), -np.round(violations["area_m2"].to_numpy(np.float64), 3)))
    flagged = table(sums, FLAG_COLUMNS, _FLAG_TEXTS).astype({"patches": "int64"})
    return violations.iloc[order].reset_index(drop=True), flagged


def _rules(ws: Workspace) -> Iterator[tuple[ChangeRule, Rule]]:
    by_id = {rule.id: rule for rule in ws.pack.rules}
    for change in ws.pack.changes:
        yield change, by_id[change.rule]


def _zone_keys(ws: Workspace, rule: Rule, zones: gpd.GeoDataFrame) -> list[str]:
    """Return the zones that a rule binds: its levels, or the whole of each layer of its role."""
    layers = [layer.key for layer in ws.layers_of(rule.role)]
    if rule.levels is None:
        return [key for key in layers if key in zones.index]
    wanted = [f"{key}:{level}" for key in layers for level in sorted(rule.levels)]
    return [key for key in wanted if key in zones.index]


def _inside(patches: gpd.GeoDataFrame, zone: Any, min_area_m2: float) -> tuple[pd.DataFrame, list[Any]]:
    """Return the patches that share enough ground with a zone, with that ground, and its shapes."""
    shapes = np.asarray(patches.geometry.array, dtype=object)
    met = patches[shapely.intersects(shapes, zone)] if len(patches) else patches
    whole = gpd.GeoSeries([zone] * len(met), index=met.index, crs=patches.crs)
    parts = intersection(gpd.GeoSeries(met.geometry, crs=patches.crs), whole)
    flat = shapely.get_dimensions(np.asarray(parts.array, dtype=object)) == 2
    parts, met = parts[flat], met[flat]
    sizes = area_m2(parts)
    large = sizes.to_numpy() >= min_area_m2 if len(sizes) else np.zeros(0, dtype=bool)
    found = pd.DataFrame(met.drop(columns="geometry"))[large].assign(part_m2=sizes[large])
    return found, list(parts[large])


def _common(rule: ChangeRule, base: Rule, zone: Mapping[str, Any] | Any) -> dict[str, Any]:
    return {
        "violation": rule.id,
        "what": pick({"zh": rule.zh, "en": rule.en}),
        "layer": zone["layer"],
        "role": zone["role"],
        "zone": zone["zone"],
        "title": zone["title"],
        "rule": base.id,
        "wording": pick(base.sentence),
        "citation": pick(base.citation),
        "confidence": base.confidence,
    }


def _sentence(row: Mapping[str, Any]) -> str:
    return say(
        "change.possible",
        what=row["what"],
        zone=row["title"],
        hectares=fixed(row["hectares"], 4),
        before=row["from_label"],
        after=row["to_label"],
        place=row["subdistrict"] or "—",
        lon=f"{row['lon']:.5f}",
        lat=f"{row['lat']:.5f}",
    )


def places(shapes: gpd.GeoSeries) -> list[tuple[float, float]]:
    """Return a place inside each polygon: longitude and latitude in CGCS2000."""
    if shapes.empty:
        return []
    points = gpd.GeoSeries(shapely.point_on_surface(np.asarray(shapes.array, dtype=object)), crs=shapes.crs)
    there = np.round(shapely.get_coordinates(reproject(points, CGCS2000).array), _DECIMALS)
    return [(float(lon), float(lat)) for lon, lat in there]
