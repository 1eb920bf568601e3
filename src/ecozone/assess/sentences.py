"""What a finding says: the measured fact, then the rule's own sentence, then what nobody knows yet."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ecozone.rules import Rule
from ecozone.text import pick, say
from ecozone.units import fixed, hectares, mu, percent

_WINDS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")


def bearing_word(bearing_deg: float) -> str:
    """Name the direction of a bearing by one of eight winds.

    >>> bearing_word(85.0)
    '东'
    """
    return say(f"assess.wind_{_WINDS[round(bearing_deg / 45) % 8]}")


def area_words(area_m2: float) -> str:
    """Write an area as planners read it.

    >>> area_words(72_207.010)
    '7.2207 公顷（108.31 亩）'
    """
    return say("assess.area", hectares=fixed(hectares(area_m2), 4), mu=fixed(mu(area_m2), 2))


def fact(measure: Mapping[str, Any], zone: str, *, outside: bool = False) -> str:
    """Say what was measured between a site and a zone, or of the site outside it.

    ``measure`` holds ``overlap_m2``, ``overlap_share``, ``length_m``, ``count`` and, where they do not meet,
    ``distance_m`` and ``bearing_deg``.
    """
    if outside:
        return _fact_outside(measure, zone)
    if measure["overlap_m2"] > 0:
        share = fixed(percent(measure["overlap_share"]), 2)
        return say("assess.fact_area", zone=zone, area=area_words(measure["overlap_m2"]), share=share)
    if measure["length_m"] > 0:
        return say("assess.fact_line", zone=zone, length=fixed(measure["length_m"], 1))
    if measure["count"] > 0:
        return say("assess.fact_point", zone=zone)
    if math.isnan(measure["distance_m"]):
        return say("assess.fact_none", zone=zone)
    if measure["distance_m"] == 0 or math.isnan(measure["bearing_deg"]):
        return say("assess.fact_touching", zone=zone)
    return say(
        "assess.fact_near",
        zone=zone,
        distance=fixed(measure["distance_m"], 1),
        wind=bearing_word(measure["bearing_deg"]),
    )


def _fact_outside(measure: Mapping[str, Any], zone: str) -> str:
    if measure["overlap_m2"] > 0:
        return say("assess.fact_outside_area", zone=zone, area=area_words(measure["overlap_m2"]))
    if measure["length_m"] > 0:
        return say("assess.fact_outside_line", zone=zone, length=fixed(measure["length_m"], 1))
    return say("assess.fact_outside_point", zone=zone)


def sentence(measured: str, rule: Rule, *remarks: str) -> str:
    """Join the measured fact, the rule's sentence, its unknown and further remarks into one text."""
    parts = [measured, pick(rule.sentence), *(part for part in remarks if part)]
    if rule.unknown:
        parts.append(say("assess.unknown", what=pick(rule.unknown)))
    return say("assess.joint").join(part.rstrip("。.") for part in parts if part) + say("assess.stop")
