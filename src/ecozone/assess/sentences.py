"""What a finding says: the measured fact, then the rule's own sentence, then what nobody knows yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecozone.rules import Rule
from ecozone.text import pick, say, say_each
from ecozone.units import M2_PER_HECTARE, M2_PER_MU, fixed_each

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

_WINDS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")


def wind_words(bearing_deg: Floats) -> list[str]:
    """Name the directions of bearings by one of eight winds.

    >>> wind_words(np.array([85.0, 359.0]))
    ['东', '北']
    """
    names = [say(f"assess.wind_{wind}") for wind in _WINDS]
    return [names[at] for at in (np.rint(bearing_deg / 45.0).astype(np.int64) % 8).tolist()]


def area_words(area_m2: Floats) -> list[str]:
    """Write areas as planners read them.

    >>> area_words(np.array([72_207.010]))
    ['7.2207 公顷（108.31 亩）']
    """
    wide, old = area_m2 / M2_PER_HECTARE, area_m2 / M2_PER_MU
    return say_each("assess.area", hectares=fixed_each(wide, 4), mu=fixed_each(old, 2))


def facts(measured: Mapping[str, NDArray[Any]], zone: NDArray[np.object_]) -> NDArray[np.object_]:
    """Say what was measured between sites and zones, or of sites outside them.

    Parameters
    ----------
    measured : mapping of ndarray
        ``overlap_m2``, ``site_share``, ``length_m``, ``count``, ``outside`` (bool) and, where the two do not meet,
        ``distance_m`` and ``bearing_deg``.
    zone : ndarray of str
        What the zone of each row is called.
    """
    area, length, outside = (measured[name] for name in ("overlap_m2", "length_m", "outside"))
    distance, bearing = measured["distance_m"], measured["bearing_deg"]
    said = np.full(len(zone), None, dtype=object)
    open_rows = np.ones(len(zone), dtype=bool)

    def tell(key: str, where: NDArray[np.bool_], words: Callable[[Rows], Mapping[str, Sequence[str]]]) -> None:
        rows = np.flatnonzero(open_rows & where)
        open_rows[rows] = False
        if len(rows):
            said[rows] = say_each(f"assess.fact_{key}", zone=zone[rows], **words(rows))

    def areas(rows: Rows) -> Mapping[str, Sequence[str]]:
        return {"area": area_words(area[rows])}

    def lengths(rows: Rows) -> Mapping[str, Sequence[str]]:
        return {"length": fixed_each(length[rows], 1)}

    def shared(rows: Rows) -> Mapping[str, Sequence[str]]:
        return {**areas(rows), "share": fixed_each(measured["site_share"][rows] * 100.0, 2)}

    def far(rows: Rows) -> Mapping[str, Sequence[str]]:
        return {"distance": fixed_each(distance[rows], 1), "wind": wind_words(bearing[rows])}

    def nothing(_: Rows) -> Mapping[str, Sequence[str]]:
        return {}

    tell("outside_area", outside & (area > 0), areas)
    tell("outside_line", outside & (length > 0), lengths)
    tell("outside_point", outside, nothing)
    tell("area", area > 0, shared)
    tell("line", length > 0, lengths)
    tell("point", measured["count"] > 0, nothing)
    tell("none", np.isnan(distance), nothing)
    tell("touching", (distance == 0) | np.isnan(bearing), nothing)
    tell("near", ~outside, far)
    return said


def sentence(measured: str, rule: Rule, *remarks: str) -> str:
    """Join the measured fact, the rule's sentence, its unknown and further remarks into one text."""
    parts = [measured, pick(rule.sentence), *(part for part in remarks if part)]
    if rule.unknown:
        parts.append(say("assess.unknown", what=pick(rule.unknown)))
    return say("assess.joint").join(part.rstrip("。.") for part in parts if part) + say("assess.stop")
