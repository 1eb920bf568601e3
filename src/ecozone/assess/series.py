"""Indicators as series of closed years, and the plan's targets that they are held against."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ecozone.assess.judging import Figure, Judgement, Together, judge
from ecozone.workspace import Target

#: What a raster can show of an indicator that the plan defines otherwise: the two are not comparable.
PROXY = {"tree_cover": "forest_coverage"}


def alone(indicator: str) -> str:
    """Return what a figure without samples rests on: the count of a map, or a boundary as it is drawn.

    >>> alone("blue_green_ratio"), alone("red_line_area")
    ('by_count', 'by_boundary')
    """
    return "by_boundary" if indicator == "red_line_area" else "by_count"


@dataclass(frozen=True)
class Series:
    """One indicator of one zone under one profile, through the measured years.

    Attributes
    ----------
    base : mapping
        ``layer, zone, title, indicator, profile, zone_m2, codes`` (of the classes that count), and ``as_planned``:
        whether the plan's published figures count the same classes.
    figures : tuple of Figure
        By year.
    """

    base: Mapping[str, Any]
    figures: tuple[Figure, ...]

    @property
    def planned(self) -> str:
        """The plan's indicator that this one stands beside."""
        indicator: str = self.base["indicator"]
        return PROXY.get(indicator, indicator)

    def until(self, year: int) -> tuple[Figure, ...]:
        """Return the figures up to the end of a year."""
        return tuple(figure for figure in self.figures if figure.year <= year)


def series_of(rows: Iterable[Mapping[str, Any]]) -> list[Series]:
    """Return rows with a ``figure`` each as series, in the order of the rows."""
    grouped: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        grouped.setdefault((row["zone"], row["indicator"], row["profile"]), []).append(row)
    names = ("layer", "zone", "title", "indicator", "profile", "zone_m2", "codes", "as_planned")
    return [
        Series({name: mine[0][name] for name in names}, tuple(row["figure"] for row in mine))
        for mine in grouped.values()
    ]


def judge_series(one: Series, target: Target, aim: float, year: int, together: Together) -> Judgement:
    """Judge a series at the end of a year."""
    figures = one.until(year)
    return judge(figures, aim, target.target_year, start=start_of(target, one), together=together)


def start_of(target: Target, one: Series) -> tuple[int, float | None] | None:
    """Return the plan's baseline year, and its published figure where that is of the series' own profile."""
    if target.baseline_year is None:
        return None
    return target.baseline_year, target.baseline_value if one.base["as_planned"] else None


def aim_of(target: Target, one: Series | None) -> float | None:
    """Return the figure to reach: the target's own, else the baseline that it may not fall below.

    The baseline is the published one, else the measured one of its year. None where neither is known.
    """
    if target.target_value is not None:
        return target.target_value
    if target.baseline_value is not None or one is None:
        return target.baseline_value
    found = next((figure.best for figure in one.figures if figure.year == target.baseline_year), math.nan)
    return None if math.isnan(found) else found


def target_in(targets: Iterable[Target], indicator: str, zone: str, year: int | None) -> Target | None:
    """Return the target that a year works towards: the next one that falls due, or the last after all have."""
    mine = sorted(
        (one for one in targets if (one.indicator, one.zone) == (indicator, zone)), key=lambda one: one.target_year
    )
    due = [one for one in mine if year is not None and one.target_year >= year]
    return due[0] if due else mine[-1] if mine else None
