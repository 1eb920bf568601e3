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

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecozone.assess.meetings import Meetings
from ecozone.assess.sentences import fact, sentence
from ecozone.assess.spoken import Spoken
from ecozone.assess.table import columns_table
from ecozone.assess.touching import Contact
from ecozone.text import pick, say
from ecozone.units import fixed

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


#: Columns that a finding takes from its meeting as they are.
_MEASURES = (
    *("overlap_m2", "overlap_min_m2", "overlap_max_m2", "zone_share", "length_m", "count", "depth_m", "distance_m"),
    "bearing_deg",
)


def findings_on(
    site_ids: NDArray[np.object_], kind: NDArray[np.intp], spoken: Spoken, meetings: Meetings
) -> pd.DataFrame:
    """Return the findings of all sites on one layer: `FINDING_COLUMNS`, by site, rule and feature."""
    met = {name: meetings.table[name].to_numpy() for name in meetings.table.columns}
    rules, rows = meetings.asked["rule"].to_numpy(), meetings.asked["meeting"].to_numpy()
    facts = _facts(met, np.unique(rows), spoken)
    sites, zones = met["site"].astype(np.int64), met["zone"].astype(np.int64)
    texts: dict[str, list[Any]] = {name: [] for name in FINDING_TEXTS}
    known: dict[tuple[Any, ...], tuple[str, str]] = {}
    for at, row in zip(rules.tolist(), rows.tolist(), strict=True):
        rule, site, zone = spoken.rules[at], sites[row], zones[row]
        missing = spoken.missing[at][zone] if zone >= 0 else None
        doubts = (missing, met["no_distance"][row], met["firmness"][row], met["noise"][row])
        key = (at, kind[site], *doubts)
        if key not in known:
            known[key] = _verdict(at, int(kind[site]), doubts, spoken)
        verdict, remarks = known[key]
        texts["site_id"].append(site_ids[site])
        texts["layer"].append(spoken.layer.key)
        texts["role"].append(spoken.layer.role)
        texts["level"].append(spoken.levels[zone] if zone >= 0 else None)
        texts["zone"].append(spoken.features[zone]["zone"] if zone >= 0 else None)
        texts["zone_name"].append(spoken.features[zone]["name"] if zone >= 0 else None)
        texts["rule"].append(rule.id)
        texts["verdict"].append(verdict)
        texts["firmness"].append(met["firmness"][row])
        texts["noise"].append(bool(met["noise"][row]))
        texts["citation"].append(pick(rule.citation))
        texts["fact"].append(facts[row])
        texts["sentence"].append(facts[row].rstrip("。.") + remarks)
        texts["procedure"].append(pick(rule.procedure))
        texts["confidence"].append(rule.confidence)
    measures = {name: met[name][rows] for name in _MEASURES} | {"overlap_share": met["site_share"][rows]}
    return columns_table(texts | measures, FINDING_COLUMNS, FINDING_TEXTS)


def _facts(met: Mapping[str, NDArray[Any]], rows: NDArray[np.int64], spoken: Spoken) -> dict[int, str]:
    """Say what was measured at each meeting, whatever rules ask about it."""
    names = ("overlap_m2", "length_m", "count", "distance_m", "bearing_deg")
    columns = [met[name][rows].tolist() for name in (*names, "site_share", "zone", "outside")]
    whole = pick(spoken.layer.title)
    said: dict[int, str] = {}
    for row, *measured, share, zone, outside in zip(rows.tolist(), *columns, strict=True):
        measure = dict(zip(names, measured, strict=True), overlap_share=share)
        said[row] = fact(measure, spoken.names[zone] if zone >= 0 else whole, outside=outside)
    return said


def _verdict(at: int, kind: int, doubted: tuple[str | None, bool, str | None, bool], spoken: Spoken) -> tuple[str, str]:
    """Return what follows where nothing but the sizes differ: the verdict, and the sentence after the fact."""
    missing, no_distance, firmness, noise = doubted
    rule, judgement, layer = spoken.rules[at], spoken.judgements[at][kind], spoken.layer
    assert judgement.verdict is not None
    doubts = [missing] if missing else []
    if no_distance:
        doubts.append(say("assess.remark_no_distance", parameter=rule.within_parameter))
    if firmness == "possible":
        doubts.append(say("assess.remark_possible", accuracy=fixed(layer.accuracy_m or 0.0, 1)))
    if noise:
        doubts.append(say("assess.remark_noise", limit=fixed(layer.min_area_m2, 2)))
    remarks = list(doubts)
    if firmness == "likely":
        remarks.append(say("assess.remark_likely", accuracy=fixed(layer.accuracy_m or 0.0, 1)))
    if rule.effect == "prohibit_unless" or (judgement.verdict == "review" and rule.effect != "review"):
        remarks.insert(0, say(judgement.reason_key))
    return "review" if doubts else judgement.verdict, say("assess.joint") + sentence("", rule, *remarks)


def told_on(kind: NDArray[np.intp], spoken: Spoken, contact: Contact) -> dict[int, list[str]]:
    """Return, by site, what rules that only inform say of the features that the site meets."""
    informing = [at for at, rule in enumerate(spoken.rules) if rule.effect == "info"]
    told: dict[int, list[str]] = {}
    if not informing:
        return told
    met = contact.pairs[contact.pairs["meets"]]
    sites, zones = met["site"].to_numpy(np.int64), met["zone"].to_numpy(np.int64)
    known: dict[tuple[int, int], list[str]] = {}
    for site, zone, of in zip(sites.tolist(), zones.tolist(), kind[sites].tolist(), strict=True):
        if (zone, of) not in known:
            known[zone, of] = [
                _told(at, zone, spoken) for at in informing if spoken.applies[at, zone] and spoken.concerns[at, of]
            ]
        if known[zone, of]:
            told.setdefault(site, []).extend(known[zone, of])
    return told


def _told(at: int, zone: int, spoken: Spoken) -> str:
    what, clause = pick(spoken.rules[at].sentence).rstrip("。."), pick(spoken.rules[at].citation)
    return say("assess.told", name=spoken.features[zone]["name"] or "", what=what, clause=clause)
