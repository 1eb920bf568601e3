"""What becomes of indicators, ranks and targets where ground that counts for them is built on."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ecozone.assess.accuracy import Accuracy, Estimate
from ecozone.assess.indicators import Measured
from ecozone.assess.judging import Figure, Why
from ecozone.assess.series import Series
from ecozone.assess.taking import TOGETHER, UNMEASURED, Taken
from ecozone.assess.targets import target_rows
from ecozone.landcover import Scheme
from ecozone.units import hectares, mu
from ecozone.workspace import Workspace

#: A row a site (None: all together), zone, indicator and profile. Areas in m², values in %, ``change_points`` in
#: percentage points; ``lost_…`` is what would have to be made up for the zone to keep its value.
EFFECT_COLUMNS = (
    "site_id",
    "layer",
    "zone",
    "title",
    "indicator",
    "profile",
    "year",
    "zone_m2",
    "taken_m2",
    "unknown_m2",
    "value_before",
    "value_after",
    "change_points",
    "numerator_before_m2",
    "numerator_after_m2",
    "lost_m2",
    "lost_hectares",
    "lost_mu",
    "rank_before",
    "rank_after",
    "rank_of",
)
EFFECT_TEXTS = frozenset({"site_id", "layer", "zone", "title", "indicator", "profile"})

#: A row a site (None: all together), target and profile; ``make_up_…`` is what the target then asks for in all.
SCENARIO_TARGET_COLUMNS = (
    "site_id",
    "zone",
    "title",
    "indicator",
    "measured_as",
    "profile",
    "unit",
    "target_year",
    "target",
    "year",
    "value_before",
    "value_after",
    "adjusted_before",
    "ci_low_before",
    "ci_high_before",
    "adjusted_after",
    "ci_low_after",
    "ci_high_after",
    "status_before",
    "by_count_before",
    "status_after",
    "by_count_after",
    "reason",
    "gap_before_m2",
    "gap_after_m2",
    "make_up_m2",
    "make_up_hectares",
    "make_up_mu",
)
SCENARIO_TARGET_TEXTS = frozenset(
    (
        *("site_id", "zone", "title", "indicator", "measured_as", "profile", "unit"),
        *("status_before", "by_count_before", "status_after", "by_count_after", "reason"),
    )
)

# Values nearer than this, in per cent, share a rank.
_EQUAL = 1e-9


@dataclass(frozen=True)
class Consequences:
    """The measured years of a workspace, the last of which a scenario changes, and what its sites take.

    Attributes
    ----------
    year : int
        The last measured year.
    taken : Taken
        Of every zone that is measured.
    """

    ws: Workspace
    measured: Measured
    year: int
    scheme: Scheme
    taken: Taken

    def effects(self, site_ids: Sequence[str]) -> list[dict[str, Any]]:
        """Return rows of `EFFECT_COLUMNS`: of all sites together for every zone, of each site for those it touches."""
        rows = [row for row in self.measured.rows if row["year"] == self.year and row["unit"] == "%"]
        of_zone: dict[str, list[int]] = {}
        for at, row in enumerate(rows):
            of_zone.setdefault(row["zone"], []).append(at)
        rivals = _rivals(rows)
        before = {_key(row): float(row["value"]) for row in rows}
        found: list[dict[str, Any]] = []
        for site_id in (TOGETHER, *site_ids):
            touched = [at for zone in self.taken.zones_of(site_id) for at in of_zone.get(zone, ())]
            left = {_key(rows[at]): self._after(rows[at], site_id) for at in touched}
            after = {_key(rows[at]): 100.0 * left[_key(rows[at])] / float(rows[at]["zone_m2"]) for at in touched}
            mine = range(len(rows)) if site_id == TOGETHER else sorted(touched)
            found += [self._effect(rows[at], site_id, left, (before, after), rivals) for at in mine]
        return found

    def targets(self, site_ids: Sequence[str]) -> list[dict[str, Any]]:
        """Return rows of `SCENARIO_TARGET_COLUMNS`, in the same order; of targets that this year decides."""
        before = self._account(self.measured.series, self.measured.rows)
        found: list[dict[str, Any]] = []
        for site_id in (TOGETHER, *site_ids):
            touched = set(self.taken.zones_of(site_id))
            if site_id != TOGETHER and not touched:
                continue
            mine = [one for one in self.measured.series if site_id == TOGETHER or one.base["zone"] in touched]
            layers = self.measured.rows if site_id == TOGETHER else ()
            after = self._account([self._series(one, site_id) for one in mine], layers)
            found += [_compared(site_id, before[key], row) for key, row in after.items()]
        return found

    def _account(
        self, series: Sequence[Series], rows: Sequence[Mapping[str, Any]]
    ) -> dict[tuple[Any, ...], dict[str, Any]]:
        whole = replace(self.measured, series=series, rows=rows)
        names = ("zone", "indicator", "profile", "target_year")
        return {
            tuple(row[name] for name in names): row
            for row in target_rows(self.ws, whole)
            if row["year"] == self.year or row["basis"] == "layer"
        }

    def _after(self, row: Mapping[str, Any], site_id: str) -> float:
        """Return what is left of a numerator, m²."""
        lost = self.taken.of(site_id, row["zone"], row["codes"])
        return max(float(row["numerator_m2"]) - lost, 0.0)

    def _effect(
        self,
        row: Mapping[str, Any],
        site_id: str,
        numerators: Mapping[tuple[Any, ...], float],
        values: tuple[Mapping[tuple[Any, ...], float], Mapping[tuple[Any, ...], float]],
        rivals: Mapping[tuple[Any, ...], Sequence[tuple[Any, ...]]],
    ) -> dict[str, Any]:
        """Return the effect on a zone; ``numerators`` and the later ``values`` are of the zones that lose ground."""
        key = _key(row)
        before, after = values
        left = numerators.get(key, float(row["numerator_m2"]))
        lost = row["numerator_m2"] - left if key in numerators else 0.0
        if math.isnan(row["numerator_m2"]) and lost:
            # What a zone loses may be known where what it has is not.
            lost = self.taken.of(site_id, row["zone"], row["codes"])
        among = rivals.get(_group(row), ())
        value = after.get(key, before[key])
        ranked = _is_part(row)
        ground = self.taken.ground.get((site_id, row["zone"]), {})
        return {
            **{name: row[name] for name in ("layer", "zone", "title", "indicator", "profile", "year", "zone_m2")},
            "site_id": site_id or None,
            "taken_m2": sum(ground.values()),
            "unknown_m2": ground.get(None, 0.0) + ground.get(UNMEASURED, 0.0),
            "value_before": row["value"],
            "value_after": value if lost else row["value"],
            "change_points": value - row["value"] if lost else 0.0,
            "numerator_before_m2": row["numerator_m2"],
            "numerator_after_m2": left,
            "lost_m2": lost,
            "lost_hectares": hectares(lost),
            "lost_mu": mu(lost),
            "rank_before": _rank(before[key], [before[rival] for rival in among]) if ranked else None,
            "rank_after": _rank(value, [after.get(rival, before[rival]) for rival in among]) if ranked else None,
            "rank_of": len(among) if ranked else None,
        }

    def _series(self, one: Series, site_id: str) -> Series:
        """Return a series whose last year is changed by the scenario."""
        zone = one.base["zone"]
        last = one.figures[-1]
        lost = self.taken.of(site_id, zone, one.base["codes"])
        if last.year != self.year or (site_id, zone) not in self.taken.ground:
            return one
        counted = max(last.counted - 100.0 * lost / one.base["zone_m2"], 0.0) if lost else last.counted
        return replace(one, figures=(*one.figures[:-1], self._figure(replace(last, counted=counted), one, site_id)))

    def _figure(self, figure: Figure, one: Series, site_id: str) -> Figure:
        """Return a figure with what samples say of the ground that is left."""
        if figure.adjusted is None:
            return figure
        accuracy = self.measured.adjusted[self.year].accuracies[one.base["zone"]]
        taken = self._strata(accuracy, site_id)
        if taken is None:
            return replace(figure, adjusted=None, lack=Why("strata_not_classes"))
        left = accuracy.without(taken)
        if left.area_m2 <= 0:
            return replace(figure, adjusted=None, lack=Why("no_spread"))
        share, part = left.share(one.base["codes"]), 100.0 * left.area_m2 / accuracy.area_m2
        if not share.se > 0:
            return replace(figure, adjusted=None, lack=Why("no_spread"))
        return replace(figure, adjusted=Estimate(part * share.value, part * share.se))

    def _strata(self, accuracy: Accuracy, site_id: str) -> dict[Any, float] | None:
        """Return what a site takes of each stratum; None where strata are not the classes of measured zones."""
        known = {row["zone"] for row in self.measured.rows}
        if any(zone not in known or code not in self.scheme.classes for zone, code in accuracy.strata):
            return None
        return {(zone, code): self.taken.of(site_id, zone, {code}) for zone, code in accuracy.strata}


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["zone"], row["indicator"], row["profile"]


def _is_part(row: Mapping[str, Any]) -> bool:
    """Tell whether a zone is one of several parts of a layer: only these are ranked among each other."""
    return bool(row["zone"] != row["layer"])


def _group(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["layer"], row["indicator"], row["profile"]


def _rivals(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[Any, ...], list[tuple[Any, ...]]]:
    found: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for row in rows:
        if _is_part(row):
            found.setdefault(_group(row), []).append(_key(row))
    return found


def _rank(value: float, values: Collection[float]) -> int | None:
    """Return the place of a value among all, 1 for the largest, where all are known; equal values share theirs."""
    if any(map(math.isnan, values)):
        return None
    return 1 + sum(other > value + _EQUAL for other in values)


def _compared(site_id: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    gap = after["gap_m2"]
    make_up = None if gap is None or math.isnan(gap) else max(gap, 0.0)
    found = {name: after[name] for name in SCENARIO_TARGET_COLUMNS if name in after}
    for name in ("value", "adjusted", "ci_low", "ci_high", "status", "by_count"):
        found |= {f"{name}_before": before[name], f"{name}_after": after[name]}
    return found | {
        "site_id": site_id or None,
        "gap_before_m2": before["gap_m2"],
        "gap_after_m2": gap,
        "make_up_m2": make_up,
        "make_up_hectares": None if make_up is None else hectares(make_up),
        "make_up_mu": None if make_up is None else mu(make_up),
    }


def lost_zones(effects: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the zones that all sites together take something from that counted, each once."""
    yield from dict.fromkeys(row["zone"] for row in effects if row["site_id"] is None and row["lost_m2"] > 0)
