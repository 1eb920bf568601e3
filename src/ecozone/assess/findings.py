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
from numpy.typing import NDArray

from ecozone.assess.meetings import FIRMNESSES, Meetings
from ecozone.assess.sentences import facts, sentence
from ecozone.assess.spoken import Spoken
from ecozone.assess.table import Columns, unique_rows
from ecozone.assess.touching import Contact
from ecozone.assess.verdict import VERDICTS
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


def findings_on(kind: NDArray[np.intp], spoken: Spoken, meetings: Meetings) -> Columns:
    """Return the findings of all sites on one layer, by site, rule and feature.

    Parameters
    ----------
    kind : ndarray of int
        Of each site, its position among ``spoken.kinds``.

    Returns
    -------
    mapping
        `FINDING_COLUMNS` but ``site_id`` and ``verdict``; ``row``: the position of the site; ``worth``: that of the
        verdict in `VERDICTS`.
    """
    met, rules, rows = meetings.table, meetings.rule, meetings.meeting
    site, zone = met["site"][rows], met["zone"][rows]
    worth, remarks = _verdicts(rules, kind[site], zone, {name: met[name][rows] for name in _DOUBTS}, spoken)
    told = _facts(met, np.unique(rows), spoken)[rows]

    def by_zone(values: Sequence[Any]) -> NDArray[Any]:
        return np.asarray(_objects([*values, None])[zone])

    def by_rule(values: Sequence[Any]) -> NDArray[Any]:
        return np.asarray(_objects(values)[rules])

    return {
        "row": site,
        "worth": worth,
        "layer": spoken.layer.key,
        "role": spoken.layer.role,
        "level": by_zone(spoken.levels),
        "zone": by_zone([feature["zone"] for feature in spoken.features]),
        "zone_name": by_zone([feature["name"] for feature in spoken.features]),
        "rule": by_rule([rule.id for rule in spoken.rules]),
        "firmness": _objects(FIRMNESSES)[met["firmness"][rows]],
        "noise": met["noise"][rows].astype(object),
        "citation": by_rule([pick(rule.citation) for rule in spoken.rules]),
        "fact": told,
        "sentence": [fact.rstrip("。.") + remark for fact, remark in zip(told.tolist(), remarks.tolist(), strict=True)],
        "procedure": by_rule([pick(rule.procedure) for rule in spoken.rules]),
        "confidence": by_rule([rule.confidence for rule in spoken.rules]),
        **{name: met[name][rows] for name in _MEASURES},
        "overlap_share": met["site_share"][rows],
    }


def _objects(values: Sequence[Any]) -> NDArray[np.object_]:
    found = np.full(len(values), None, dtype=object)
    found[:] = values
    return found


def _facts(met: Mapping[str, NDArray[Any]], rows: NDArray[np.intp], spoken: Spoken) -> NDArray[np.object_]:
    """Say what was measured at each of these meetings, whatever rules ask about it; None at the others."""
    names = _objects([*spoken.names, pick(spoken.layer.title)])
    said = np.full(len(met["site"]), None, dtype=object)
    said[rows] = facts({name: values[rows] for name, values in met.items()}, names[met["zone"][rows]])
    return said


_DOUBTS = ("no_distance", "firmness", "noise")


def _verdicts(
    rules: NDArray[Any], kind: NDArray[Any], zone: NDArray[Any], doubts: Mapping[str, NDArray[Any]], spoken: Spoken
) -> tuple[NDArray[np.intp], NDArray[np.object_]]:
    """Return the worth of each finding and the sentence after its fact, each thought of once for all alike."""
    missing = [[*row, None] for row in spoken.missing]
    words = list(dict.fromkeys(word for row in missing for word in row))
    number = {word: at for at, word in enumerate(words)}
    lacking = np.array([[number[word] for word in row] for row in missing], dtype=np.int64)
    lacks = lacking[rules, zone] if len(rules) else np.zeros(0, dtype=np.int64)
    keys, which = unique_rows(rules, kind, lacks, *(doubts[name] for name in _DOUBTS))
    found = []
    for at, of, lack, far, firm, noise in keys:
        doubted = words[lack], bool(far), FIRMNESSES[firm], bool(noise)
        if (at, of, doubted) not in spoken.verdicts:
            spoken.verdicts[at, of, doubted] = _verdict(at, of, doubted, spoken)
        found.append(spoken.verdicts[at, of, doubted])
    worths = np.array([VERDICTS.index(verdict) for verdict, _ in found], dtype=np.intp)
    return worths[which], _objects([remark for _, remark in found])[which]


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


def told_on(kind: NDArray[np.intp], spoken: Spoken, contact: Contact) -> NDArray[np.object_]:
    """Return, for each site, what rules that only inform say of the features that it meets; empty where nothing."""
    told = np.full(len(kind), "", dtype=object)
    if not spoken.informing:
        return told
    met = np.flatnonzero(contact.shared.meets)
    sites, zones = contact.shared.left[met], contact.shared.right[met]
    keys, which = unique_rows(zones, kind[sites])
    words = _objects([spoken.informed(zone, of) for zone, of in keys])
    telling = np.flatnonzero((words != "")[which])
    sites, words = sites[telling], words[which[telling]]
    first = np.flatnonzero(np.diff(sites, prepend=-1))
    told[sites[first]] = words[first]
    for at in np.setdiff1d(np.arange(len(sites)), first).tolist():
        told[sites[at]] += words[at]
    return told
