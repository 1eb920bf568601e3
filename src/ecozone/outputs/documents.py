"""The machine form of a check and of ratios: plain dictionaries for JSON, the same wherever they are asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from ecozone.assess import RATIO_COLUMNS, Account, Check, SamplePlan, records
from ecozone.notices import notices_of
from ecozone.outputs.atomic import written
from ecozone.outputs.columns import is_whole
from ecozone.outputs.plain_values import plain_value
from ecozone.outputs.ways import way_documents

CHECK_SCHEMA = "ecozone.check/1"
RATIOS_SCHEMA = "ecozone.ratios/1"


def check_document(check: Check) -> dict[str, Any]:
    """Return a check as ``ecozone.check/1``: sites with their states, findings and notices, in the check's order."""
    findings = _by_site(check.findings)
    states = _by_site(check.states)
    spoken: dict[str, list[dict[str, Any]]] = {}
    known = set(check.sites["site_id"])
    ways = None if check.cuts is None else way_documents(check.cuts)
    for notice in check.notices:
        entry = notice.as_dict()
        if entry["feature"] in known:
            spoken.setdefault(entry["feature"], []).append(entry)
    sites = [
        {
            **{key: plain_value(site[key]) for key in ("site_id", "name", "project_type", "verdict")},
            **({"override": plain_value(site["override"])} if "override" in site else {}),
            **{key: plain_value(site[key]) for key in ("area_m2", "length_m", "source_file", "source_row")},
            "states": states.get(site["site_id"], []),
            "findings": findings.get(site["site_id"], []),
            "notices": spoken.get(site["site_id"], []),
            **({} if ways is None else {part: ways[part].get(site["site_id"], []) for part in ways}),
        }
        for site in records(check.sites.drop(columns="geometry"))
    ]
    return check_head(check) | {"sites": sites}


def check_head(check: Check) -> dict[str, Any]:
    """Return ``ecozone.check/1`` without its sites: the run, the counts, and what was noticed of no single site."""
    known = set(check.sites["site_id"])
    said = [notice.as_dict() for notice in check.notices]
    return {
        "schema": CHECK_SCHEMA,
        "run": dict(check.run) if check.run else None,
        "summary": {"sites": len(check.sites), "verdicts": check.verdicts},
        "sites": [],
        "notices": [entry for entry in said if entry["feature"] not in known],
        "assumptions": [{"id": item.id, "zh": item.zh, "en": item.en} for item in check.workspace.pack.assumptions],
    }


def ratios_document(
    ratios: pd.DataFrame | Account, run: Mapping[str, Any] | None = None, *, plan: SamplePlan | None = None
) -> dict[str, Any]:
    """Return indicators as ``ecozone.ratios/1``; of an account with its targets and accuracies."""
    account = ratios if isinstance(ratios, Account) else None
    table = ratios.ratios if isinstance(ratios, Account) else ratios
    document: dict[str, Any] = {
        "schema": RATIOS_SCHEMA,
        "run": dict(run) if run else None,
        "rows": plain_rows(table[list(RATIO_COLUMNS)]),
    }
    if account is not None:
        document |= {"targets": plain_rows(account.targets), "accuracy": plain_rows(account.accuracy)}
        if len(account.pieces):
            document |= {name: plain_rows(getattr(account, name)) for name in ("resolved", "breakdown", "classes")}
            document["gaps"] = plain_rows(pd.DataFrame(account.gaps.drop(columns="geometry")))
    if plan is not None:
        document["plan"] = {
            "year": plan.year,
            "seed": plan.seed,
            "se": plan.se,
            "accuracy": plan.accuracy,
            "strata": plain_rows(plan.strata),
            "proofs": plain_rows(plan.proofs),
        }
    return document | {"notices": [notice.as_dict() for notice in notices_of(table)]}


def write_json(document: Mapping[str, Any], path: str | PathLike[str]) -> Path:
    """Write a document as JSON, UTF-8, two spaces in."""
    with written(path) as draft:
        draft.write_text(json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2) + "\n", "utf-8")
    return Path(path)


def plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table's rows as JSON has them; years, codes and counts, which frames keep as floats, are whole.

    >>> plain_rows(pd.DataFrame({"year": [2025.0], "value": [84.0]}))
    [{'year': 2025, 'value': 84.0}]
    """
    whole = {name for name in table.columns if is_whole(name)}
    rows = []
    for row in records(table):
        values = {str(key): plain_value(value) for key, value in row.items()}
        # A code of polygons is a text, and 0301 no number.
        numbers = {key: int(value) for key, value in values.items() if key in whole and isinstance(value, float)}
        rows.append(values | numbers)
    return rows


def _by_site(table: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in records(table):
        site_id = row.pop("site_id")
        rows.setdefault(site_id, []).append({str(key): plain_value(value) for key, value in row.items()})
    return rows
