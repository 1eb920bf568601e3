"""The small table of indicators: per zone, indicator and profile the years side by side, the target and the status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ecozone.outputs.escape import plain
from ecozone.outputs.map_layers import name_of
from ecozone.text import pick, room, say
from ecozone.units import fixed, hectares


def ratio_table(ratios: pd.DataFrame | None) -> dict[str, Any] | None:
    """Return the indicators as the page reads them.

    Parameters
    ----------
    ratios : DataFrame or None
        As `ecozone.assess.assess_indicators` gives them.

    Returns
    -------
    dict or None
        ``years``, and ``groups`` in the order of ``ratios``, those with a target first: ``zone``, ``indicator``,
        ``targeted``, and ``rows`` of ``profile``, ``values`` (as texts, one a year), ``target``, ``status``,
        ``status_words`` and ``gap``. None where there is nothing to show.
    """
    if ratios is None or ratios.empty:
        return None
    years = sorted({int(year) for year in ratios["year"].dropna()})
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for (zone, indicator, profile), rows in ratios.groupby(["zone", "indicator", "profile"], sort=False, dropna=False):
        first = rows.iloc[0]
        group = groups.setdefault(
            (str(zone), str(indicator)),
            {"zone": _words(first["title"]) or plain(zone), "indicator": _known(str(indicator)), "rows": []},
        )
        group["rows"].append(_row(rows, years, None if pd.isna(profile) else str(profile)))
    for group in groups.values():
        group["targeted"] = any(row["target"] for row in group["rows"])
    return {"years": years, "groups": sorted(groups.values(), key=lambda group: not group["targeted"])}


def _row(rows: pd.DataFrame, years: list[int], profile: str | None) -> dict[str, Any]:
    by_year = {int(row["year"]): row for _, row in rows.iterrows() if not pd.isna(row["year"])}
    targets = rows[rows["target"].notna()].sort_values("year", na_position="first")
    target = status = gap = ""
    if len(targets):
        last = targets.iloc[-1]
        year = "" if pd.isna(last["target_year"]) else int(last["target_year"])
        target = say("map.target_words", value=_value(last["target"], last["unit"]), year=year)
        status = name_of(last["status"])
        gap = "" if pd.isna(last["gap_m2"]) else _gap(float(last["gap_m2"]))
    return {
        "profile": _known(profile) if profile else "",
        "values": [_value(by_year[year]["value"], by_year[year]["unit"]) if year in by_year else "" for year in years],
        "target": target,
        "status": status,
        "status_words": _known(status) if status else "",
        "gap": gap,
    }


def _value(value: Any, unit: Any) -> str:
    if pd.isna(value):
        return say("map.no_value")
    return fixed(float(value), 2) + {"%": " %", "km2": " km²"}.get(unit, f" {plain(unit)}")


def _gap(gap_m2: float) -> str:
    key = "map.gap_missing" if gap_m2 > 0 else "map.gap_beyond"
    return say(key, hectares=fixed(hectares(abs(gap_m2)), 2))


def _known(word: str) -> str:
    """Return a word of the design in the current language, any other as it is."""
    return say(f"words.{word}") if word in room("words") else plain(word)


def _words(title: Any) -> str:
    return plain(pick(title)) if isinstance(title, Mapping) else name_of(title)
