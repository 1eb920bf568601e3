"""The tables of a report that are no list of sites: the account, what persons ruled, and what the run read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PureWindowsPath
from typing import Any

import pandas as pd

from ecozone.assess import Account, Change, Check, Scenario, records
from ecozone.outputs.escape import plain
from ecozone.outputs.map_names import name_of, zone_title
from ecozone.outputs.tables import resolved_tables, worded
from ecozone.text import pick, say
from ecozone.units import fixed, percent

#: What stands in the tables of an account, in their order; the workbook has every column.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "targets": (
        *("title", "indicator", "profile", "kind", "baseline_year", "baseline", "target_year", "target", "year"),
        *("value", "adjusted", "ci_low", "ci_high", "status", "by_count", "basis", "gap_hectares", "required_pace"),
        *("actual_pace", "projected", "reason", "source"),
    ),
    "ratios": (
        *("title", "indicator", "profile", "year", "value", "unit", "numerator_m2", "zone_m2", "valid_share"),
        *("adjusted", "ci_low", "ci_high", "target_year", "target", "status", "by_count", "gap_m2"),
    ),
    "accuracy": (
        *("year", "zone", "code", "label", "samples", "share", "share_half_width", "adjusted_m2", "low_m2", "high_m2"),
        *("users_accuracy", "users_half_width", "producers_accuracy", "producers_half_width"),
        *("overall_accuracy", "overall_half_width"),
    ),
    "resolved": ("title", "also_title", "area_m2", "area_hectares", "area_mu", "share"),
    "breakdown": ("by", "title", "year", "measure", "profile", "area_m2", "value", "zone_m2", "valid_share"),
    "classes": ("by", "title", "year", "code", "label", "area_m2", "area_hectares", "area_mu", "share"),
    "gaps": ("gap_kind", "title", "other_title", "area_m2", "area_hectares", "places", "lon", "lat"),
}
_SCENARIO_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "targets": (
        *("site_id", "title", "indicator", "profile", "target_year", "target", "year", "value_before", "value_after"),
        *("status_before", "status_after", "reason", "make_up_hectares", "make_up_mu"),
    ),
    "effects": (
        *("site_id", "title", "indicator", "profile", "value_before", "value_after", "change_points"),
        *("lost_hectares", "lost_mu", "rank_before", "rank_after", "rank_of"),
    ),
    "places": ("title", "in_subdistrict", "label", "area_m2", "area_hectares", "area_mu"),
}
_CHANGE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "net": (
        *("title", "ground", "profile", "gain_hectares", "loss_hectares", "net_hectares", "net_share"),
        *("net_low_m2", "net_high_m2", "significance"),
    ),
    "flagged": ("what", "title", "hectares", "patches", "citation"),
    "transitions": ("title", "from_label", "to_label", "hectares", "share"),
}
_HEADS = frozenset({"title", "zone", "gap_kind", "path"})
_LONG = frozenset({"reason", "source", "override_reason", "path"})
_WHOLE = ("year", "code", "samples", "places", "patches")
_SHARES = ("share", "accuracy", "half_width")
_DECIMALS = {"hectares": 4, "lon": 5, "lat": 5, "pace": 4}


def account_tables(account: Account | None) -> list[dict[str, Any]]:
    """Return an account's tables as the page reads them, those with rows: key, title, columns and rows of texts."""
    if account is None:
        return []
    frames = {"targets": account.targets, "ratios": account.ratios, "accuracy": account.accuracy}
    frames |= resolved_tables(account)
    return [
        _table(key, worded(frames[key]), [one for one in columns if one in frames[key]])
        for key, columns in _COLUMNS.items()
        if len(frames[key])
    ]


def scenario_tables(scenario: Scenario) -> list[dict[str, Any]]:
    """Return a scenario's tables as the page reads them, those with rows."""
    frames = {
        "targets": worded(scenario.targets),
        "effects": worded(scenario.effects[scenario.effects["lost_m2"] > 0]),
        "places": pd.DataFrame(scenario.places),
    }
    return _known_tables(frames, _SCENARIO_COLUMNS)


def change_tables(change: Change) -> list[dict[str, Any]]:
    """Return the tables of a change as the page reads them, those with rows."""
    moved = change.transitions[change.transitions["changed"].astype(bool)]
    frames = {"net": worded(change.net), "flagged": pd.DataFrame(change.flagged), "transitions": pd.DataFrame(moved)}
    tables = _known_tables(frames, _CHANGE_COLUMNS)
    for table in tables:
        heads = [column for column in table["columns"] if column["head"]]
        heads[0]["title"] = say("map.head_layer" if table["key"] == "flagged" else "map.head_zone")
    return tables


def _known_tables(frames: Mapping[str, pd.DataFrame], columns: Mapping[str, tuple[str, ...]]) -> list[dict[str, Any]]:
    return [_table(key, frames[key], columns[key]) for key in columns if len(frames[key])]


def override_tables(check: Check) -> list[dict[str, Any]]:
    """Return what persons ruled, with the verdict of layers and rules beside each; nothing where nobody did."""
    rows = []
    names = dict(zip(check.sites["site_id"], check.sites["name"], strict=True)) if "name" in check.sites else {}
    for found in (check.findings, check.states):
        for row in records(found[found["override"].notna()]) if "override" in found else ():
            layer = zone_title(check.workspace, row["layer"], row["role"], row.get("level"))
            before = row.get("verdict") or "review"
            verdicts = [say(f"words.{verdict}") for verdict in (before, row["override"])]
            who = [name_of(row[column]) for column in ("override_reason", "override_by", "override_date")]
            rows.append([plain(row["site_id"]), name_of(names.get(row["site_id"])), layer, *verdicts, *who])
    heads = ("site_id", "name", "layer", "verdict_words", "override_words", "override_reason", "override_by")
    columns = [_column(key, head=key == "site_id") for key in (*heads, "override_date")]
    return [{"key": "overrides", "title": say("map.table_overrides"), "columns": columns, "rows": rows}] if rows else []


def run_tables(run: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return what a run read, each file with its SHA-256, and the versions that decide its numbers."""
    if run is None:
        return []
    # A page leaves the machine it was made on: files are named without their folders.
    read = [[_file(entry), _size(entry), str(entry["sha256"])] for entry in run.get("inputs", ())]
    made = [[say("map.run_id"), str(run["id"])], ["ecozone", str(run["ecozone"])]]
    made += [[plain(name), plain(version)] for name, version in run.get("libraries", {}).items()]
    titles = ("map.run_file", "map.run_bytes", "map.run_hash")
    kinds = ("text", "number", "text")
    files = [
        {"title": say(key), "kind": kind, "head": at == 0}
        for at, (key, kind) in enumerate(zip(titles, kinds, strict=True))
    ]
    versions = [
        {"title": say(key), "kind": "text", "head": at == 0}
        for at, key in enumerate(("map.run_what", "map.run_version"))
    ]
    return [
        {"key": "files", "title": say("map.table_files"), "columns": files, "rows": read},
        {"key": "versions", "title": say("map.table_versions"), "columns": versions, "rows": made},
    ]


def _file(entry: Mapping[str, Any]) -> str:
    # PureWindowsPath knows both separators; a table of a database stands behind its address.
    layer = entry.get("layer")
    return plain(" · ".join(part for part in (PureWindowsPath(entry["path"]).name, layer) if part))


def _size(entry: Mapping[str, Any]) -> str:
    return f"{entry['bytes']:,}" if "bytes" in entry else ""


def _table(key: str, frame: pd.DataFrame, names: Iterable[str]) -> dict[str, Any]:
    known = list(names)
    cells = [[_cell(name, value) for value in frame[name]] for name in known]
    columns = [_column(name, number=_is_number(frame[name]), head=name in _HEADS) for name in known]
    title = say(f"outputs.sheet_{key}")
    return {"key": key, "title": title, "columns": columns, "rows": [list(row) for row in zip(*cells, strict=True)]}


def _column(name: str, *, number: bool = False, head: bool = False) -> dict[str, Any]:
    kind = "number" if number else "long" if name in _LONG else "text"
    return {"title": say(f"columns.{name}"), "kind": kind, "head": head}


def _is_number(values: pd.Series[Any]) -> bool:
    return bool(pd.api.types.is_numeric_dtype(values)) and not pd.api.types.is_bool_dtype(values)


def _cell(name: str, value: Any) -> str:
    """Write a cell as a reader sees it: numbers with the decimals of their unit, shares in per cent."""
    if isinstance(value, Mapping):
        return plain(pick(value))
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return plain(value)
    if name.endswith(_WHOLE):
        return str(int(value))
    if name.endswith(_SHARES):
        return f"{fixed(percent(float(value)), 2)}%"
    return fixed(float(value), next((count for end, count in _DECIMALS.items() if name.endswith(end)), 2))
