"""The state of every site on every layer: affected, not affected, no data, or not checked, and why."""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from typing import Any

import geopandas as gpd

from ecozone.assess.coverage import Uncovered
from ecozone.assess.sentences import area_words, bearing_word
from ecozone.assess.touching import Contact
from ecozone.rules import required_roles
from ecozone.text import pick, say
from ecozone.units import fixed
from ecozone.workspace import Layer, Workspace

#: ``blocks_clear`` marks a state that makes the site's verdict at least ``review``. Areas are ellipsoidal.
STATE_COLUMNS = (
    "site_id",
    "layer",
    "role",
    "state",
    "reason",
    "overlap_m2",
    "length_m",
    "distance_m",
    "bearing_deg",
    "uncovered_m2",
    "blocks_clear",
)
STATE_TEXTS = frozenset({"site_id", "layer", "role", "state", "reason", "blocks_clear"})


def layer_states(
    sites: gpd.GeoDataFrame,
    layer: Layer,
    ws: Workspace,
    contact: Contact,
    gaps: Mapping[object, Uncovered],
    found: Set[str],
    told: Mapping[object, list[str]],
    near_m: float,
) -> list[dict[str, Any]]:
    """Return the states of all sites on one layer.

    A site partly outside the layer's extent has a ``no_data`` row for that part; beside it stands ``affected`` where
    the part inside is affected, and nothing where it is not, so that no reader takes the whole site for not affected.

    Parameters
    ----------
    found : set of str
        The sites that have a finding on this layer.
    told : mapping
        Site label to what rules that only inform say of it (`ecozone.assess.findings.told_on`).
    """
    pack = ws.pack
    rows: list[dict[str, Any]] = []
    ruled = any(rule.role == layer.role for rule in pack.rules)
    damage = ws.damage(layer.key)
    needed = _needed(sites, ws)
    for label, site in zip(sites.index, sites["site_id"], strict=True):
        required = layer.required or layer.role in needed[label]
        base = _row(site, layer.key, layer.role)
        total = contact.totals.get(label)
        gap = gaps.get(label)
        if layer.role not in pack.roles:
            rows.append(base | _no_data(say("assess.reason_unknown_role", role=layer.role), required=True))
            continue
        if not ruled:
            blocks = required and not pack.roles[layer.role].reference
            rows.append(base | {"state": "not_checked", "reason": say("assess.reason_no_rule"), "blocks_clear": blocks})
            continue
        if total is not None:
            rows.append(base | _affected(total, restricted=site in found))
            rows[-1]["reason"] = say("assess.joint").join([rows[-1]["reason"], *told.get(label, [])])
        if gap is not None:
            size = {"uncovered_m2": gap.area_m2}
            rows.append(base | _no_data(_gap_words(gap), required=required) | size)
        if damage:
            why = say("assess.reason_layer_damaged", why="; ".join(damage))
            rows.append(base | _no_data(why, required=required))
        if total is None and gap is None and not damage:
            rows.append(base | _not_affected(contact.near.get(label), near_m))
    return rows


def missing_role_states(sites: gpd.GeoDataFrame, ws: Workspace) -> list[dict[str, Any]]:
    """Return ``no_data`` for every role that the rules speak of and the workspace has no layer of."""
    present = {layer.role for layer in ws.layers.values()}
    missing = sorted({rule.role for rule in ws.pack.rules} - present)
    needed = _needed(sites, ws)
    rows = []
    for role in missing:
        known = ws.pack.roles[role]
        reason = say("assess.reason_no_layer", role=pick({"zh": known.zh, "en": known.en}))
        rows += [
            _row(site, None, role) | {"state": "no_data", "reason": reason, "blocks_clear": role in needed[label]}
            for label, site in zip(sites.index, sites["site_id"], strict=True)
        ]
    return rows


def _needed(sites: gpd.GeoDataFrame, ws: Workspace) -> dict[object, frozenset[str]]:
    """Return, by site label, the roles without whose data its kind of project cannot be clear."""
    by_tags = {tags: required_roles(ws.pack, project_tags=tags) for tags in set(sites["tags"])}
    return {label: by_tags[tags] for label, tags in zip(sites.index, sites["tags"], strict=True)}


def _row(site_id: str, layer: str | None, role: str) -> dict[str, Any]:
    nothing = {"overlap_m2": 0.0, "length_m": 0.0, "distance_m": math.nan, "bearing_deg": math.nan, "uncovered_m2": 0.0}
    return {"site_id": site_id, "layer": layer, "role": role, **nothing, "blocks_clear": False}


def _affected(total: Mapping[str, Any], *, restricted: bool) -> dict[str, Any]:
    if total["overlap_m2"] > 0:
        key = "reason_affected" if restricted else "reason_not_restricted"
        reason = say(f"assess.{key}", area=area_words(total["overlap_m2"]))
    elif not restricted:
        reason = say("assess.reason_met_not_restricted")
    elif total["length_m"] > 0:
        reason = say("assess.reason_affected_line", length=fixed(total["length_m"], 1))
    else:
        reason = say("assess.reason_affected_point")
    sizes = {"overlap_m2": total["overlap_m2"], "length_m": total["length_m"], "distance_m": 0.0}
    return {"state": "affected", "reason": reason, **sizes}


def _not_affected(near: Mapping[str, Any] | None, near_m: float) -> dict[str, Any]:
    if near is None or near["distance_m"] > near_m:
        reason = say("assess.reason_far", distance=fixed(near_m, 0))
        distance = {} if near is None else {"distance_m": near["distance_m"], "bearing_deg": near["bearing_deg"]}
        return {"state": "not_affected", "reason": reason, **distance}
    distance = {"distance_m": near["distance_m"], "bearing_deg": near["bearing_deg"]}
    if near["distance_m"] == 0:
        return {"state": "not_affected", "reason": say("assess.reason_touching"), **distance}
    metres, wind = fixed(near["distance_m"], 1), bearing_word(near["bearing_deg"])
    return {"state": "not_affected", "reason": say("assess.reason_near", distance=metres, wind=wind), **distance}


def _no_data(why: str, *, required: bool) -> dict[str, Any]:
    return {"state": "no_data", "reason": why, "blocks_clear": required}


def _gap_words(gap: Uncovered) -> str:
    if gap.reason != "assess.reason_outside_extent":
        return say(gap.reason)
    if gap.whole:
        return say("assess.reason_outside_whole")
    if gap.area_m2 > 0:
        return say("assess.reason_outside_area", area=area_words(gap.area_m2))
    if gap.length_m > 0:
        return say("assess.reason_outside_length", length=fixed(gap.length_m, 1))
    return say("assess.reason_outside_extent")
