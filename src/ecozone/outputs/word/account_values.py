"""What a report says of the annual account, as words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecozone.assess import Account, alone
from ecozone.outputs.documents import plain_rows
from ecozone.text import room, say
from ecozone.units import fixed, percent

_NONE = "—"
Row = Mapping[str, Any]


def account_values(account: Account) -> dict[str, Any]:
    """Return the tables of an account."""
    ratios, targets = plain_rows(account.ratios), plain_rows(account.targets)
    # A boundary is of the year in which it came into force, and no land cover.
    counted = {row["year"] for row in ratios if alone(row["indicator"]) == "by_count"} - {None}
    return {
        "years": say("report.list").join(str(year) for year in sorted(counted)),
        "targets": [_target(row) for row in targets],
        "ratios": [_ratio(row) for row in ratios],
        "accuracy": [_accuracy(row) for row in plain_rows(account.accuracy)],
        "resolved": [_resolved(row) for row in plain_rows(account.resolved)],
        "breakdown": [_part(row) for row in plain_rows(account.breakdown)],
    }


def _word(value: Any) -> str:
    return _NONE if value is None else say(f"words.{value}") if value in room("words") else str(value)


def _figure(row: Row, value: Any) -> str:
    if value is None:
        return _NONE
    unit = {"%": "%", "km2": " km²"}.get(str(row.get("unit")), "")
    return f"{fixed(value, 2)}{unit}"


def _hectares(area_m2: Any) -> str:
    return _NONE if area_m2 is None else fixed(area_m2 / 1e4, 4)


def _interval(row: Row) -> str:
    if row.get("ci_low") is None or row.get("ci_high") is None:
        return _NONE
    return say("report.interval", low=_figure(row, row["ci_low"]), high=_figure(row, row["ci_high"]))


def _year(value: Any) -> str:
    return _NONE if value is None else str(value)


def _indicator(row: Row) -> str:
    profile = row.get("profile")
    words = _word(row["indicator"])
    return words if profile is None else say("report.dated", value=words, year=_word(profile))


def _target(row: Row) -> dict[str, str]:
    measured = row["measured_as"]
    gap = row["gap_hectares"]
    return {
        "zone": str(row["title"]),
        "indicator": _indicator(row),
        "measured_as": _NONE if measured == row["indicator"] else _word(measured),
        "kind": _word(row["kind"]),
        "source": str(row["source"] or ""),
        "clause": str(row["clause"] or ""),
        "baseline": _dated(row, "baseline", "baseline_year"),
        "target": _dated(row, "target", "target_year"),
        "value": _dated(row, "value", "year"),
        "adjusted": _figure(row, row["adjusted"]),
        "interval": _interval(row),
        "status": _word(row["status"]),
        "status_code": str(row["status"]),
        "by_count": _alone(row),
        "reason": str(row["reason"] or _NONE),
        "gap": _gap(gap),
        "pace": "\n".join(_figure(row, row[name]) for name in ("required_pace", "actual_pace")),
        "attainment": _year(row["attainment_year"]),
    }


def _alone(row: Row) -> str:
    words = _word(row["by_count"])
    drawn = row["by_count"] is not None and alone(row["measured_as"]) == "by_boundary"
    return say("report.by_boundary", status=words) if drawn else words


def _gap(hectares: Any) -> str:
    if hectares is None:
        return _NONE
    key = "map.gap_missing" if hectares > 0 else "map.gap_beyond"
    return say(key, hectares=fixed(abs(hectares), 4))


def _dated(row: Row, name: str, year: str) -> str:
    if row[name] is None:
        return _NONE
    return say("report.dated", value=_figure(row, row[name]), year=_year(row[year]))


def _ratio(row: Row) -> dict[str, str]:
    return {
        "zone": str(row["title"]),
        "indicator": _indicator(row),
        "year": _year(row["year"]),
        "value": _figure(row, row["value"]),
        "adjusted": _figure(row, row["adjusted"]),
        "interval": _interval(row),
        "area": _hectares(row["numerator_m2"]),
        "zone_area": _hectares(row["zone_m2"]),
        "valid": _NONE if row["valid_share"] is None else f"{fixed(percent(row['valid_share']), 2)}%",
    }


def _accuracy(row: Row) -> dict[str, str]:
    def share(name: str, width: str) -> str:
        if row[name] is None:
            return _NONE
        half = "" if row[width] is None else f" ± {fixed(percent(row[width]), 2)}"
        return f"{fixed(percent(row[name]), 2)}{half}%"

    return {
        "year": _year(row["year"]),
        "zone": str(row["zone"]),
        "label": str(row["label"] or row["code"]),
        "samples": _year(row["samples"]),
        "adjusted": _NONE if row["adjusted_m2"] is None else fixed(row["adjusted_m2"] / 1e4, 2),
        "users": share("users_accuracy", "users_half_width"),
        "producers": share("producers_accuracy", "producers_half_width"),
        "overall": share("overall_accuracy", "overall_half_width"),
    }


def _resolved(row: Row) -> dict[str, str]:
    return {
        "zone": str(row["title"]),
        "also": str(row["also_title"] or _NONE),
        "hectares": _hectares(row["area_m2"]),
        "mu": fixed(row["area_mu"], 2),
        "share": f"{fixed(percent(row['share']), 2)}%",
    }


def _part(row: Row) -> dict[str, str]:
    profile = row["profile"]
    return {
        "part": str(row["title"]),
        "year": _year(row["year"]),
        "measure": _indicator({"indicator": row["measure"], "profile": profile}),
        "hectares": _hectares(row["area_m2"]),
        "value": _NONE if row["value"] is None else f"{fixed(row['value'], 2)}%",
    }
