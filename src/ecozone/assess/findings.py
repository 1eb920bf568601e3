"""One site × zone × rule: what was measured, what follows, how surely, and the clause behind it.

How a rule comes to a finding:

- it speaks of the layer's role, and of the feature's level and attributes; a level or attribute that is not there is
  unknown, and unknown is ``review``, never "no";
- the site meets the feature, or lies within the rule's distance of it, or, for a rule about lying outside, is not
  wholly inside;
- the rule concerns the project's type; a type that is not known is ``review``.

A rule whose source gives no distance, in a workspace that sets none, is ``review`` for every project it concerns. An
overlap below the layer's ``min_area_m2`` or nowhere as wide as its ``min_width_m``, or one that only the positional
accuracy makes possible, is ``review`` too: it is listed, and never decides alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecozone.assess.meetings import Meetings
from ecozone.assess.sentences import facts, sentence
from ecozone.assess.spoken import Spoken
from ecozone.assess.table import columns_table
from ecozone.assess.touching import Contact
from ecozone.text import pick, say
from ecozone.units import fixed

#: Areas and lengths are ellipsoidal (m², m); shares are of the site; ``depth_m``, ``width_m`` and
#: ``distance_m`` in metres. The width is that of the largest circle in the overlap; none
#: where the whole site lies inside.
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
    "length_min_m",
    "length_max_m",
    "count",
    "depth_m",
    "width_m",
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
    *("overlap_m2", "overlap_min_m2", "overlap_max_m2", "zone_share", "length_m", "length_min_m", "length_max_m"),
    *("count", "depth_m", "width_m", "distance_m", "bearing_deg"),
)


def findings_on(
    site_ids: NDArray[np.object_], kind: NDArray[np.intp], spoken: Spoken, meetings: Meetings
) -> pd.DataFrame:
    """Return the findings of all sites on one layer: `FINDING_COLUMNS`, by site, rule and feature."""
    met = {name: meetings.table[name].to_numpy() for name in meetings.table.columns}
    rules, rows = meetings.asked["rule"].to_numpy(), meetings.asked["meeting"].to_numpy()
    sites, zones = met["site"].astype(np.int64), met["zone"].astype(np.int64)
    site, zone = sites[rows], zones[rows]
    verdicts, remarks = _verdicts(rules, kind[site], zone, {name: met[name][rows] for name in _DOUBTS}, spoken)
    told = _facts(met, np.unique(rows), spoken)[rows]

    def by_zone(values: Sequence[Any]) -> NDArray[Any]:
        return np.asarray(_objects([*values, None])[zone])

    def by_rule(values: Sequence[Any]) -> NDArray[Any]:
        return np.asarray(_objects(values)[rules])

    texts: dict[str, Sequence[Any] | NDArray[Any]] = {
        "site_id": site_ids[site],
        "layer": [spoken.layer.key] * len(rows),
        "role": [spoken.layer.role] * len(rows),
        "level": by_zone(spoken.levels),
        "zone": by_zone([feature["zone"] for feature in spoken.features]),
        "zone_name": by_zone([feature["name"] for feature in spoken.features]),
        "rule": by_rule([rule.id for rule in spoken.rules]),
        "verdict": verdicts,
        "firmness": met["firmness"][rows],
        "noise": met["noise"][rows].astype(bool).astype(object),
        "citation": by_rule([pick(rule.citation) for rule in spoken.rules]),
        "fact": told,
        "sentence": [fact.rstrip("。.") + remark for fact, remark in zip(told.tolist(), remarks.tolist(), strict=True)],
        "procedure": by_rule([pick(rule.procedure) for rule in spoken.rules]),
        "confidence": by_rule([rule.confidence for rule in spoken.rules]),
    }
    measures = {name: met[name][rows] for name in _MEASURES} | {"overlap_share": met["site_share"][rows]}
    return columns_table(texts | measures, FINDING_COLUMNS, FINDING_TEXTS)


def _objects(values: Sequence[Any]) -> NDArray[np.object_]:
    found = np.full(len(values), None, dtype=object)
    found[:] = values
    return found


def _facts(met: Mapping[str, NDArray[Any]], rows: NDArray[np.int64], spoken: Spoken) -> NDArray[np.object_]:
    """Say what was measured at each of these meetings, whatever rules ask about it; None at the others."""
    names = _objects([*spoken.names, pick(spoken.layer.title)])
    said = np.full(len(met["site"]), None, dtype=object)
    said[rows] = facts({name: values[rows] for name, values in met.items()}, names[met["zone"][rows].astype(np.int64)])
    return said


_DOUBTS = ("no_distance", "firmness", "noise")


def _verdicts(
    rules: NDArray[Any], kind: NDArray[Any], zone: NDArray[Any], doubts: Mapping[str, NDArray[Any]], spoken: Spoken
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return the verdict of each finding and the sentence after its fact, each thought of once for all alike."""
    missing = [[*row, None] for row in spoken.missing]
    words = list(dict.fromkeys(word for row in missing for word in row))
    number = {word: at for at, word in enumerate(words)}
    lacking = np.array([[number[word] for word in row] for row in missing], dtype=np.int64)
    firmness, firmnesses = pd.factorize(doubts["firmness"], use_na_sentinel=False)
    flags = [doubts[name].astype(np.int64) for name in ("no_distance", "noise")]
    lacks = lacking[rules, zone] if len(rules) else np.zeros(0, dtype=np.int64)
    keys, which = np.unique(np.stack([rules, kind, lacks, firmness, *flags]), axis=1, return_inverse=True)
    found = []
    for at, of, lack, firm, far, noise in keys.T.tolist():
        sure = None if pd.isna(firmnesses[firm]) else firmnesses[firm]
        found.append(_verdict(at, of, (words[lack], bool(far), sure, bool(noise)), spoken))
    which = which.reshape(-1)
    return _objects([verdict for verdict, _ in found])[which], _objects([remark for _, remark in found])[which]


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
        thin = "_thin" if layer.min_width_m > 0 else ""
        words = {"limit": fixed(layer.min_area_m2, 2), "width": f"{layer.min_width_m:g}"}
        doubts.append(say(f"assess.remark_noise{thin}", **words))
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
    met = np.flatnonzero(contact.shared.meets)
    sites, zones = contact.shared.left[met], contact.shared.right[met]
    keys, which = np.unique(np.stack([zones, kind[sites]]), axis=1, return_inverse=True)
    words = [
        [_told(at, zone, spoken) for at in informing if spoken.applies[at, zone] and spoken.concerns[at, of]]
        for zone, of in keys.T.tolist()
    ]
    which = which.reshape(-1)
    spoken_of = np.flatnonzero(np.array([bool(said) for said in words], dtype=bool)[which])
    for site, at in zip(sites[spoken_of].tolist(), which[spoken_of].tolist(), strict=True):
        told.setdefault(site, []).extend(words[at])
    return told


def _told(at: int, zone: int, spoken: Spoken) -> str:
    what, clause = pick(spoken.rules[at].sentence).rstrip("。."), pick(spoken.rules[at].citation)
    return say("assess.told", name=spoken.features[zone]["name"] or "", what=what, clause=clause)
