"""The small table of indicators: per zone, indicator and profile the years side by side, the target and the status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ecozone.assess import PROXY, alone
from ecozone.outputs.escape import plain
from ecozone.outputs.map_names import name_of
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
        ``years`` of the land cover, and ``groups`` in the order of ``ratios``, those with a target first: ``zone``,
        ``indicator``, ``target``, and ``rows`` of ``profile``, ``values`` (as texts, one a year), ``intervals`` (the
        error-adjusted value with its 95 % interval, empty where it is not known), ``other`` (a value of another year),
        ``status``, ``status_words``, ``by_count`` and ``gap``. None where there is nothing to show.
    """
    if ratios is None or ratios.empty:
        return None
    shares = ratios[ratios["unit"] == "%"]
    years = sorted({int(year) for year in (ratios if shares.empty else shares)["year"].dropna()})
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for (zone, indicator, profile), rows in ratios.groupby(["zone", "indicator", "profile"], sort=False, dropna=False):
        first = rows.iloc[0]
        group = groups.setdefault(
            (str(zone), str(indicator)),
            {
                "zone": _words(first["title"]) or plain(zone),
                "indicator": _known(str(indicator)),
                "target": _target(rows, str(indicator)),
                "rows": [],
            },
        )
        group["rows"].append(_row(rows, years, profile if isinstance(profile, str) else None))
    return {"years": years, "groups": sorted(groups.values(), key=lambda group: not group["target"])}


def _target(rows: pd.DataFrame, indicator: str) -> str:
    known = rows[rows["target"].notna()]
    if known.empty:
        return ""
    last = known.iloc[-1]
    value = _value(last["target"], last["unit"])
    if not pd.isna(last["target_year"]):
        value = say("map.target_words", value=value, year=int(last["target_year"]))
    other = PROXY.get(indicator)
    return value if other is None else say("map.target_of_other", indicator=say(f"words.{other}"), value=value)


def _row(rows: pd.DataFrame, years: list[int], profile: str | None) -> dict[str, Any]:
    by_year = {int(row["year"]): row for row in rows[rows["year"].notna()].to_dict("records")}
    values = [_value(by_year[year]["value"], by_year[year]["unit"]) if year in by_year else "" for year in years]
    last = rows.sort_values("year", na_position="first").iloc[-1]
    other = "" if any(values) else _value(last["value"], last["unit"])
    if other and not pd.isna(last["year"]):
        other = say("map.target_words", value=other, year=int(last["year"]))
    status = name_of(last["status"])
    proxy = last["indicator"] in PROXY
    gap_known = status and not proxy and not pd.isna(last["gap_m2"])
    return {
        "profile": _known(profile) if profile else "",
        "values": values,
        "intervals": [_interval(by_year.get(year, {})) for year in years],
        "other": other,
        "status": status,
        "status_words": _known(status) if status else "",
        "by_count": say("words.not_comparable") if status and proxy else _by_count(last, status),
        "gap": _gap(float(last["gap_m2"])) if gap_known else "",
    }


def _interval(row: Mapping[Any, Any]) -> str:
    if pd.isna(row.get("adjusted")):
        return ""
    numbers = {name: fixed(float(row[name]), 2) for name in ("adjusted", "ci_low", "ci_high")}
    return say("map.interval", value=numbers["adjusted"], low=numbers["ci_low"], high=numbers["ci_high"])


def _by_count(row: pd.Series, status: str) -> str:
    by_count = name_of(row.get("by_count"))
    return say(f"map.{alone(row['indicator'])}", status=_known(by_count)) if by_count and by_count != status else ""


def _value(value: Any, unit: Any) -> str:
    if pd.isna(value):
        return say("map.no_value")
    return fixed(float(value), 2) + {"%": "%", "km2": " km²"}.get(unit, f" {plain(unit)}")


def _gap(gap_m2: float) -> str:
    size = fixed(hectares(abs(gap_m2)), 4)
    if float(size.replace(",", "")) == 0:
        return ""
    return say("map.gap_missing" if gap_m2 > 0 else "map.gap_beyond", hectares=size)


def _known(word: str) -> str:
    """Return a word of the design in the current language, any other as it is."""
    return say(f"words.{word}") if word in room("words") else plain(word)


def _words(title: Any) -> str:
    return plain(pick(title)) if isinstance(title, Mapping) else name_of(title)
