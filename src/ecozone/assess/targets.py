"""The plan's targets one by one: how far, how fast, by when, how sure, and what is missing.

Every figure is of closed years (`ecozone.assess.trend`). All figures of a row are error-adjusted where its year has
reference samples, else counts of the map; ``basis`` says which, and what would mix the two is left out. The account of
a target is drawn up at its own year where that was measured, else at the last year measured before it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from ecozone.assess.accuracy import Z_95, Estimate
from ecozone.assess.indicators import Measured
from ecozone.assess.judging import DECIMALS, Figure, Judgement, Together, Why, adjusted_line, count_line, judge_layer
from ecozone.assess.series import Series, aim_of, judge_series, start_of
from ecozone.assess.table import table
from ecozone.assess.trend import Line, pace
from ecozone.units import M2_PER_KM2, hectares, mu, round_half_up
from ecozone.workspace import Target, Workspace

TARGET_COLUMNS = (
    "zone",
    "title",
    "indicator",
    "measured_as",
    "profile",
    "unit",
    "kind",
    "source",
    "clause",
    "baseline_year",
    "baseline",
    "target_year",
    "target",
    "year",
    "value",
    "adjusted",
    "se",
    "ci_low",
    "ci_high",
    "basis",
    "status",
    "by_count",
    "reason",
    "gap_m2",
    "gap_hectares",
    "gap_mu",
    "reckoned_from",
    "reckoned_as",
    "progress",
    "required_pace",
    "actual_pace",
    "needed_pace",
    "method",
    "projected",
    "projected_low",
    "projected_high",
    "attainment_year",
    "needed_se",
    "change",
    "change_low",
    "change_high",
    "change_significant",
    "change_needed_se",
)

_TEXTS = frozenset(
    (
        *("zone", "title", "indicator", "measured_as", "profile", "unit", "kind", "source", "clause", "basis"),
        *("status", "by_count", "reason", "reckoned_as", "method", "change_significant"),
    )
)


# Of points², below the last digits of two variances that cancel.
_NO_SPREAD = 1e-9


def target_account(ws: Workspace, measured: Measured) -> pd.DataFrame:
    """Return a row for each target and profile.

    Parameters
    ----------
    ws : Workspace
    measured : Measured
        Of the same workspace.

    Returns
    -------
    DataFrame
        `TARGET_COLUMNS`. Figures, their intervals and paces (a year) are in ``unit``; ``gap_…`` is what is missing to
        the target, negative where it is passed. ``reckoned_from`` is the one baseline of progress and paces, and
        ``reckoned_as`` which: the plan's ``published_baseline`` where it counts what the row counts, else the
        ``measured_baseline`` of its year, or ``measured_baseline_of_profile`` where the published one is of other
        classes. ``progress`` is the part of the planned rise that has come about, of a plan that asks for one;
        ``required_pace`` is from the baseline to the target, ``actual_pace`` from the baseline to ``year``,
        ``needed_pace`` from ``year`` to the target's year. ``attainment_year`` is since when the target has been
        reached, else when the line reaches it. ``method`` names the line that ``projected`` (at the end of the target's
        year) and ``attainment_year`` rest on: ``line_of_measured_years`` by least squares, or
        ``line_from_published_baseline``. ``needed_se`` is the standard error that would prove the target one way or the
        other, for each year that the line rests on.
        ``change`` is from the first measured year of the plan's period to ``year``; it is significant where its 95 %
        interval leaves out 0, and None where that cannot be told.
    """
    return table(target_rows(ws, measured), TARGET_COLUMNS, _TEXTS)


def target_rows(ws: Workspace, measured: Measured) -> list[dict[str, Any]]:
    """Return the rows of a `target_account`, with None for what is missing; no target is without one."""
    rows: list[dict[str, Any]] = []
    for target in ws.targets:
        layers = [row for row in measured.rows if (row["indicator"], row["zone"]) == ("red_line_area", target.zone)]
        series = [one for one in measured.series if (one.planned, one.base["zone"]) == (target.indicator, target.zone)]
        if target.indicator == "red_line_area" and layers:
            rows += [_layer_row(target, row) for row in layers]
        elif series:
            rows += [row for one in series for row in _rows(target, one, measured)]
        else:
            rows.append(_unmeasured(ws, target))
    return rows


def _unmeasured(ws: Workspace, target: Target) -> dict[str, Any]:
    """Return the row of a target that nothing measures, such as the greening of ground outside the built-up area."""
    zone = {"title": ws.zones(target.zone)["title"].iloc[0], "indicator": target.indicator, "profile": None}
    record = _record(target, zone, "km2" if target.indicator == "red_line_area" else "%")
    return record | {"status": "cannot_tell", "reason": Why("no_indicator").words()}


def _record(target: Target, zone: Mapping[str, Any], unit: str) -> dict[str, Any]:
    return {
        **dict.fromkeys(TARGET_COLUMNS),
        "zone": target.zone,
        "title": zone["title"],
        "indicator": target.indicator,
        "measured_as": zone["indicator"],
        "profile": zone["profile"],
        "unit": unit,
        "kind": target.kind,
        "source": target.source or None,
        "clause": target.clause or None,
        "baseline_year": target.baseline_year,
        "baseline": target.baseline_value,
        "target_year": target.target_year,
        "target": target.target_value,
    }


def _rows(target: Target, one: Series, measured: Measured) -> Iterator[dict[str, Any]]:
    record = _record(target, one.base, "%")
    aim = aim_of(target, one)
    figures = one.until(target.target_year)
    if aim is None or not figures:
        lost = [figure.doubt for figure in one.figures if math.isnan(figure.counted) and figure.doubt is not None]
        why = lost[0] if aim is None and lost else Why("year_missing", {"year": target.target_year})
        yield record | {"status": "cannot_tell", "reason": why.words()}
        return
    last = figures[-1]
    record |= {"target": aim, "year": last.year, "value": last.counted}
    if last.adjusted is not None:
        record |= {"adjusted": last.adjusted.value, "se": last.adjusted.se}
        record |= {"ci_low": max(last.adjusted.low, 0.0), "ci_high": min(last.adjusted.high, 100.0)}
    found = _judged(target, one, aim, last.year, measured)
    if found.status is None:
        found = Judgement("cannot_tell", None, Why("not_begun"))
    record |= {"status": found.status, "by_count": found.by_count, "reason": found.why.words() if found.why else None}
    gap_m2 = (aim - last.best) / 100.0 * one.base["zone_m2"]
    record |= {"gap_m2": gap_m2, "gap_hectares": hectares(gap_m2) + 0.0, "gap_mu": mu(gap_m2) + 0.0}
    period = [figure for figure in figures if target.baseline_year is None or figure.year >= target.baseline_year]
    together = measured.together(one)
    record["basis"] = "samples" if last.adjusted is not None else "count"
    record |= _paces(target, one, period, aim) | _outlook(target, one, figures, aim, together)
    record |= _change(period, together)
    # No sample proves what another indicator, or ground without data, says of the target.
    yield record if last.doubt is None else record | {"needed_se": None}


def _judged(target: Target, one: Series, aim: float, year: int, measured: Measured) -> Judgement:
    later = [figure.year for figure in one.figures if figure.year > target.target_year]
    if year < target.target_year and later:
        # What came after the target's year says nothing sure of that year.
        return Judgement("cannot_tell", None, Why("year_missing", {"year": target.target_year}))
    return judge_series(one, target, aim, year, measured.together(one))


def _paces(target: Target, one: Series, period: Sequence[Figure], aim: float) -> dict[str, Any]:
    """Return progress and paces, all from one baseline: counts and estimates are never mixed."""
    if not period:
        return {}
    last = period[-1]
    found: dict[str, Any] = {}
    if last.year < target.target_year:
        found["needed_pace"] = pace(last.best, last.year, aim, target.target_year)
    start = _baseline(target, one, period)
    if start is None or target.baseline_year is None:
        return found
    base, found["reckoned_as"] = start
    found["reckoned_from"] = base
    found["required_pace"] = pace(base, target.baseline_year, aim, target.target_year)
    if last.year > target.baseline_year:
        found["actual_pace"] = pace(base, target.baseline_year, last.best, last.year)
        if aim > base:
            found["progress"] = (last.best - base) / (aim - base)
    return found


def _baseline(target: Target, one: Series, period: Sequence[Figure]) -> tuple[float, str] | None:
    """Return the baseline that progress is reckoned from, and which it is; None where there is none of one basis."""
    if target.baseline_value is not None and one.base["as_planned"]:
        return target.baseline_value, "published_baseline"
    first, last = period[0], period[-1]
    if first.year != target.baseline_year or (last.adjusted is not None and first.adjusted is None):
        return None
    measured = first.counted if last.adjusted is None else first.best
    name = "measured_baseline" if target.baseline_value is None else "measured_baseline_of_profile"
    return None if math.isnan(measured) else (measured, name)


def _outlook(target: Target, one: Series, figures: Sequence[Figure], aim: float, together: Together) -> dict[str, Any]:
    """Return where the line leads, and the standard error that would prove the target."""
    last = figures[-1]
    sampled = last.adjusted is not None
    counted = count_line(figures, start_of(target, one))
    line: Line | None = adjusted_line(figures, together) if sampled else counted
    found: dict[str, Any] = {"attainment_year": _reached(figures, aim)}
    if last.year >= target.target_year:
        found["needed_se"] = abs(last.best - aim) / Z_95
    elif (best := line or counted) is not None:
        found["needed_se"] = best.needed_se(target.target_year, aim)
    if line is None:
        return found
    found["method"] = "line_of_measured_years" if len(figures) > 1 else "line_from_published_baseline"
    if found["attainment_year"] is None:
        ahead_of = line.reaches(aim)
        # A line may stand at the target where the last figure itself does not.
        found["attainment_year"] = None if ahead_of == last.year else ahead_of
    if last.year < target.target_year:
        ahead = line.at(target.target_year)
        found["projected"] = min(max(ahead.value, 0.0), 100.0)
        if not math.isnan(ahead.se):
            found |= {"projected_low": max(ahead.low, 0.0), "projected_high": min(ahead.high, 100.0)}
    return found


def _reached(figures: Sequence[Figure], aim: float) -> int | None:
    """Return the first of the last years in which the target has been reached without a break, all on one basis."""
    year = None
    for figure in reversed(figures):
        now = figure.counted if figures[-1].adjusted is None else figure.best
        mixed = figure.adjusted is None and figures[-1].adjusted is not None
        if math.isnan(now):
            # A year of which nothing is known may have been the first.
            return None
        if mixed or round_half_up(now, DECIMALS) < aim:
            break
        year = figure.year
    return year


def _change(period: Sequence[Figure], together: Together) -> dict[str, Any]:
    """Return the change and what is proven of it: its variance is that of both figures less twice what they share."""
    if len(period) < 2:
        return {}
    first, last = period[0], period[-1]
    if last.adjusted is not None and first.adjusted is None:
        return {}
    shared = together(first, last)
    variance = math.nan
    if first.adjusted is not None and last.adjusted is not None and shared is not None:
        variance = first.adjusted.se**2 + last.adjusted.se**2 - 2 * shared
    change = last.counted - first.counted if last.adjusted is None else last.best - first.best
    known: dict[str, Any] = {"change": change, "change_needed_se": abs(change) / (Z_95 * math.sqrt(2))}
    # Where no sample changed there is no error to be seen, which is not to say that there is none.
    if not variance > _NO_SPREAD:
        return known
    found = Estimate(change, math.sqrt(variance))
    significant = found.low > 0 or found.high < 0
    return known | {"change_low": found.low, "change_high": found.high, "change_significant": significant}


def _layer_row(target: Target, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a red-line layer, whose area has the bounds that its accuracy leaves: nothing is sampled."""
    record = _record(target, row, "km2")
    aim = aim_of(target, None)
    record |= {"year": row["year"], "value": row["value"], "target": aim, "basis": "layer"}
    record |= {name: row.get(name) for name in ("ci_low", "ci_high")}
    if aim is None:
        return record | {"status": "cannot_tell", "reason": Why("no_aim").words()}
    gap_m2 = aim * M2_PER_KM2 - row["numerator_m2"]
    found = judge_layer(row["value"], aim, target.target_year, **row["account"])
    record |= {"status": found.status, "by_count": found.by_count, "reason": found.why.words() if found.why else None}
    return record | {"gap_m2": gap_m2, "gap_hectares": hectares(gap_m2) + 0.0, "gap_mu": mu(gap_m2) + 0.0}
