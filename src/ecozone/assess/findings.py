"""One site × zone × rule: what was measured, what follows, how surely, and the clause behind it.

How a rule comes to a finding:

- it speaks of the layer's role, and of the feature's level and attributes; a level or attribute that is not there is
  unknown, and unknown is ``review``, never "no";
- the site meets the feature, or lies within the rule's distance of it, or, for a rule about lying outside, is not
  wholly inside;
- the rule concerns the project's type; a type that is not known is ``review``.

A rule whose source gives no distance, in a workspace that sets none, is ``review`` for every project it concerns. An
overlap below the layer's ``min_area_m2``, or one that only the positional accuracy makes possible, is ``review`` too:
it is listed, and never decides alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from ecozone.assess.sentences import fact, sentence
from ecozone.assess.table import records
from ecozone.assess.touching import Contact
from ecozone.measure import nearest
from ecozone.rules import Judgement, Rule, judge
from ecozone.text import pick, say
from ecozone.units import fixed
from ecozone.workspace import Layer, Workspace

#: Areas and lengths are ellipsoidal (m², m); shares are of the site; ``depth_m`` and ``distance_m`` in metres.
FINDING_COLUMNS = (
    "site_id",
    "layer",
    "role",
    "level",
    "zone",
    "zone_name",
    "rule",
    "verdict",
    "firmness",
    "overlap_m2",
    "overlap_min_m2",
    "overlap_max_m2",
    "overlap_share",
    "zone_share",
    "length_m",
    "count",
    "depth_m",
    "distance_m",
    "bearing_deg",
    "noise",
    "citation",
    "fact",
    "sentence",
    "procedure",
    "confidence",
)
FINDING_TEXTS = frozenset(FINDING_COLUMNS[:9]) | set(FINDING_COLUMNS[-6:])


@dataclass(frozen=True)
class Spoken:
    """The features of a layer as plain rows, and which of them each rule of its role speaks of.

    ``applies[rule id][zone label]`` is None where the rule does not speak of the feature, else what is missing to be
    sure of that, empty where nothing is.
    """

    layer: Layer
    rules: tuple[Rule, ...]
    features: Mapping[object, Mapping[str, Any]]
    applies: Mapping[str, Mapping[object, str | None]]


def spoken_of(features: gpd.GeoDataFrame, layer: Layer, ws: Workspace) -> Spoken:
    """Ask every rule of a layer's role about every feature, once."""
    rules = tuple(rule for rule in ws.pack.rules if rule.role == layer.role)
    rows = dict(zip(features.index, records(pd.DataFrame(features.drop(columns="geometry"))), strict=True))
    applies = {rule.id: {label: _applies(rule, row) for label, row in rows.items()} for rule in rules}
    return Spoken(layer, rules, rows, applies)


def findings_on(
    sites: gpd.GeoDataFrame, features: gpd.GeoDataFrame, spoken: Spoken, ws: Workspace, contact: Contact
) -> list[dict[str, Any]]:
    """Return the findings of all sites on one layer, as rows of `FINDING_COLUMNS`."""
    by_site: dict[object, list[dict[str, Any]]] = {}
    for pair in records(contact.pairs):
        label = pair["site"]
        by_site.setdefault(label, []).append(_meeting(pair, spoken.layer))
    rows: list[dict[str, Any]] = []
    near = {rule.id: _within_reach(rule, sites, features, spoken, contact, ws) for rule in spoken.rules}
    beyond = _beyond(sites, spoken.layer, contact)
    for label, site in zip(sites.index, records(pd.DataFrame(sites[["site_id", "tags"]])), strict=True):
        meetings = by_site.get(label, [])
        for rule in spoken.rules:
            if rule.position == "outside":
                asked = beyond.get(label, [])
            else:
                asked = [met for met in meetings if spoken.applies[rule.id][met["zone"]] is not None]
                if not asked and label in near[rule.id]:
                    asked = [near[rule.id][label]]
            if not asked:
                continue
            judgement = judge(rule, project_tags=site["tags"])
            if judgement.verdict is not None:
                rows += [{"site_id": site["site_id"]} | _finding(rule, judgement, met, spoken) for met in asked]
    return rows


def told_on(sites: gpd.GeoDataFrame, spoken: Spoken, contact: Contact) -> dict[object, list[str]]:
    """Return, by site label, what rules that only inform say of the features that the site meets."""
    rules = [rule for rule in spoken.rules if rule.effect == "info"]
    told: dict[object, list[str]] = {}
    if not rules:
        return told
    tags = dict(zip(sites.index, sites["tags"], strict=True))
    for pair in records(contact.pairs[contact.pairs["meets"]]):
        name = spoken.features[pair["zone"]]["name"] or ""
        for rule in rules:
            spoken_of_it = spoken.applies[rule.id][pair["zone"]] is not None
            if spoken_of_it and judge(rule, project_tags=tags[pair["site"]]).concerns:
                what, clause = pick(rule.sentence).rstrip("。."), pick(rule.citation)
                told.setdefault(pair["site"], []).append(say("assess.told", name=name, what=what, clause=clause))
    return told


def _within_reach(
    rule: Rule, sites: gpd.GeoDataFrame, features: gpd.GeoDataFrame, spoken: Spoken, contact: Contact, ws: Workspace
) -> dict[object, dict[str, Any]]:
    """Return, for a rule that reaches beyond the zone, each site's nearest feature of those it speaks of.

    Where neither the source nor the workspace gives the distance, every site has an entry, however far.
    """
    if rule.within_m is None and rule.within_parameter is None:
        return {}
    reach = rule.within_m
    if reach is None and rule.within_parameter is not None:
        reach = ws.parameters.get(rule.within_parameter)
    near = contact.near
    if rule.levels is not None or rule.attributes:
        mine = [label for label, missing in spoken.applies[rule.id].items() if missing is not None]
        chosen = features.loc[mine]
        found = nearest(sites, chosen[chosen.geometry.notna()], within_m=reach)
        near = {row["site"]: row for row in records(found)}
    nothing = {"zone": None, "distance_m": math.nan, "bearing_deg": math.nan}
    return {
        label: {**_APART, **near.get(label, nothing), "no_distance": reach is None}
        for label in sites.index[sites.geometry.notna()]
        if reach is None or (label in near and near[label]["distance_m"] <= reach)
    }


def _beyond(sites: gpd.GeoDataFrame, layer: Layer, contact: Contact) -> dict[object, list[dict[str, Any]]]:
    """Return, for sites not wholly inside a layer, how much of each lies outside it."""
    found: dict[object, list[dict[str, Any]]] = {}
    for label, area, length, shape in zip(
        sites.index, sites["area_m2"], sites["length_m"], sites.geometry, strict=True
    ):
        total = contact.totals.get(label)
        inside = {"overlap_m2": 0.0, "length_m": 0.0, "count": 0} if total is None else total
        out_m2 = area - inside["overlap_m2"] if area > 0 else 0.0
        out_m = length - inside["length_m"] if length > 0 else 0.0
        point_out = area == 0 and length == 0 and inside["count"] == 0
        if shape is not None and (out_m2 > layer.min_area_m2 or out_m > _LENGTH_NOISE_M or point_out):
            share = out_m2 / area if area > 0 else 1.0
            place = {"zone": None, "distance_m": math.nan, "bearing_deg": math.nan, "outside": True}
            found[label] = [{**_APART, **place, "overlap_m2": out_m2, "length_m": out_m, "site_share": share}]
    return found


def _meeting(pair: Mapping[str, Any], layer: Layer) -> dict[str, Any]:
    """Add a pair's firmness: certain where even the eroded zone is met, possible where only the dilated one is."""
    least = max(pair["overlap_min_m2"], pair["length_min_m"])
    if math.isnan(least):
        firmness = None
    elif not pair["meets"]:
        firmness = "possible"
    elif least > 0 or (pair["count"] > 0 and pair["depth_m"] >= (layer.accuracy_m or 0.0)):
        firmness = "certain"
    else:
        firmness = "likely"
    return {**pair, "firmness": firmness, "noise": 0 < pair["overlap_m2"] < layer.min_area_m2}


_LENGTH_NOISE_M = 0.01
# An attribute says "no" only in one of these words; any other that the rule does not list is unknown.
_DENIALS = frozenset({"否", "不是", "非", "0", "0.0", "n", "no", "f", "false"})
_APART: Mapping[str, Any] = {
    "overlap_m2": 0.0,
    "overlap_min_m2": math.nan,
    "overlap_max_m2": math.nan,
    "site_share": 0.0,
    "zone_share": 0.0,
    "length_m": 0.0,
    "count": 0,
    "depth_m": 0.0,
    "firmness": None,
    "noise": False,
}


def _finding(rule: Rule, judgement: Judgement, met: Mapping[str, Any], spoken: Spoken) -> dict[str, Any]:
    layer = spoken.layer
    feature = None if met["zone"] is None else spoken.features[met["zone"]]
    missing = None if feature is None else spoken.applies[rule.id][met["zone"]]
    doubts = [missing] if missing else []
    if met.get("no_distance"):
        doubts.append(say("assess.remark_no_distance", parameter=rule.within_parameter))
    if met["firmness"] == "possible":
        doubts.append(say("assess.remark_possible", accuracy=fixed(layer.accuracy_m or 0.0, 1)))
    if met["noise"]:
        doubts.append(say("assess.remark_noise", limit=fixed(layer.min_area_m2, 2)))
    remarks = list(doubts)
    if met["firmness"] == "likely":
        remarks.append(say("assess.remark_likely", accuracy=fixed(layer.accuracy_m or 0.0, 1)))
    if rule.effect == "prohibit_unless" or (judgement.verdict == "review" and rule.effect != "review"):
        remarks.insert(0, say(judgement.reason_key))
    title = pick(layer.title)
    name = None if feature is None else feature["name"]
    zone_words = say("assess.zone_level", layer=title, name=name) if name and name != title else title
    measured = fact({**met, "overlap_share": met["site_share"]}, zone_words, outside=met.get("outside", False))
    level = None if feature is None or pd.isna(feature["level"]) else int(feature["level"])
    return {
        "layer": layer.key,
        "role": layer.role,
        "level": level,
        "zone": None if feature is None else feature["zone"],
        "zone_name": name,
        "rule": rule.id,
        "verdict": "review" if doubts else judgement.verdict,
        "firmness": met["firmness"],
        "overlap_m2": met["overlap_m2"],
        "overlap_min_m2": met["overlap_min_m2"],
        "overlap_max_m2": met["overlap_max_m2"],
        "overlap_share": met["site_share"],
        "zone_share": met["zone_share"],
        "length_m": met["length_m"],
        "count": met["count"],
        "depth_m": met["depth_m"],
        "distance_m": met["distance_m"],
        "bearing_deg": met["bearing_deg"],
        "noise": bool(met["noise"]),
        "citation": pick(rule.citation),
        "fact": measured,
        "sentence": sentence(measured, rule, *remarks),
        "procedure": pick(rule.procedure),
        "confidence": rule.confidence,
    }


def _applies(rule: Rule, feature: Mapping[str, Any]) -> str | None:
    """Return None where a rule does not speak of a feature, else what is missing to be sure, empty where nothing is."""
    if rule.levels is not None:
        if pd.isna(feature["level"]):
            return say("assess.remark_level")
        if int(feature["level"]) not in rule.levels:
            return None
    for attribute, values in rule.attributes.items():
        value = feature.get(attribute)
        if value is None or pd.isna(value):
            return say("assess.remark_attribute", attribute=attribute)
        if str(value) in {str(known) for known in values}:
            continue
        if str(value).casefold() in _DENIALS:
            return None
        return say("assess.remark_attribute_value", attribute=attribute, value=value)
    return ""
