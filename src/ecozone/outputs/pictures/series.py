"""The figures of an account as lines through the years: one for each zone, indicator and profile."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ecozone.assess import PROXY, records
from ecozone.text import room, say
from ecozone.units import fixed

Kind = tuple[str, str | None]


@dataclass(frozen=True)
class Figure:
    """What was found for one year, in the unit of its line; None where it is not known."""

    year: int
    value: float | None
    adjusted: float | None
    low: float | None
    high: float | None
    status: str | None
    by_count: str | None


@dataclass(frozen=True)
class Line:
    """The years of one zone, indicator and profile, in order."""

    layer: str
    zone: str
    title: str
    indicator: str
    profile: str | None
    unit: str
    figures: tuple[Figure, ...]
    target: float | None
    target_year: int | None

    @property
    def kind(self) -> Kind:
        """The indicator and profile."""
        return (self.indicator, self.profile)

    @property
    def other(self) -> str | None:
        """The plan's indicator that the target is of, where it is another one and not comparable."""
        return PROXY.get(self.indicator)


def lines_of_account(ratios: pd.DataFrame) -> tuple[Line, ...]:
    """Return the lines in `ecozone.assess.RATIO_COLUMNS`, in its order; rows without a year are left out."""
    rows: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in records(ratios.astype(object).where(ratios.notna(), None)):
        if row["year"] is not None:
            rows.setdefault((row["zone"], row["indicator"], row["profile"]), []).append(row)
    return tuple(_line(sorted(mine, key=lambda row: int(row["year"]))) for mine in rows.values())


def _line(rows: list[Mapping[str, Any]]) -> Line:
    first = rows[0]
    aims = [row for row in rows if _number(row["target"]) is not None]
    aim = aims[-1] if aims else None
    year = None if aim is None else _number(aim["target_year"])
    return Line(
        layer=str(first["layer"]),
        zone=str(first["zone"]),
        title=str(first["title"] or first["zone"]),
        indicator=str(first["indicator"]),
        profile=first["profile"],
        unit=str(first["unit"]),
        figures=tuple(_figure(row) for row in rows),
        target=None if aim is None else _number(aim["target"]),
        target_year=None if year is None else int(year),
    )


def _figure(row: Mapping[str, Any]) -> Figure:
    value, adjusted, low, high = (_number(row[name]) for name in ("value", "adjusted", "ci_low", "ci_high"))
    return Figure(int(row["year"]), value, adjusted, low, high, row["status"], row["by_count"])


def _number(value: Any) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def kind_words(kind: Kind) -> str:
    """Say an indicator, with its profile where there are several."""
    indicator, profile = kind
    return known_words(indicator) + ("" if profile is None else say("pictures.profile", profile=known_words(profile)))


def known_words(word: str) -> str:
    """Return a word of the design in the current language, any other as it is."""
    return say(f"words.{word}") if word in room("words") else word


def value_words(value: float | None, unit: str) -> str:
    """Write a value with its unit."""
    if value is None:
        return say("pictures.no_value")
    return fixed(value, 2) + {"%": "%", "km2": " km²"}.get(unit, f" {unit}")
