"""Which sites change verdict with a new version of a layer, and why."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ecozone.assess.screening import Check
from ecozone.assess.table import records, table
from ecozone.assess.verdict import worst

#: A row a site and rule whose finding on the layer differs, or a site whose state on it or whose verdict does.
#: ``verdict_…`` is the site's, ``finding_…`` the rule's worst, ``overlap_…_m2`` the sum, ``why_…`` what was measured,
#: or why nothing could be.
VERDICT_COLUMNS = (
    "site_id",
    "name",
    "verdict_old",
    "verdict_new",
    "verdict_changes",
    "rule",
    "citation",
    "finding_old",
    "finding_new",
    "overlap_old_m2",
    "overlap_new_m2",
    "why_old",
    "why_new",
)
_TEXTS = frozenset(VERDICT_COLUMNS) - {"overlap_old_m2", "overlap_new_m2"}


def compare_verdicts(old: Check, new: Check, layer: str) -> pd.DataFrame:
    """Compare two checks of the same sites that differ in one layer.

    Parameters
    ----------
    old, new : Check
        Against the workspace with the old and with the new version.
    layer : str
        The layer's key.

    Returns
    -------
    DataFrame
        `VERDICT_COLUMNS`, sites in their order; empty where the versions say the same of every site.
    """
    before, after = _by_rule(old, layer), _by_rule(new, layer)
    states = [_states(check, layer) for check in (old, new)]
    verdicts = dict(zip(new.sites["site_id"], new.sites["verdict"], strict=True))
    rows: list[dict[str, Any]] = []
    for site in records(old.sites[["site_id", "name", "verdict"]]):
        site_id, verdict = site["site_id"], verdicts[site["site_id"]]
        base = {
            "site_id": site_id,
            "name": site["name"],
            "verdict_old": site["verdict"],
            "verdict_new": verdict,
            "verdict_changes": site["verdict"] != verdict,
        }
        found = []
        for rule in dict.fromkeys([*before.get(site_id, {}), *after.get(site_id, {})]):
            was, now = before.get(site_id, {}).get(rule, {}), after.get(site_id, {}).get(rule, {})
            if any(was.get(name) != now.get(name) for name in ("verdict", "fact")):
                found.append(base | {"rule": rule} | _sides(was, now))
        said = [side.get(site_id, ("", "")) for side in states]
        if not found and (said[0] != said[1] or base["verdict_changes"]):
            found.append(base | {"why_old": said[0][1] or None, "why_new": said[1][1] or None})
        rows += found
    return table(rows, VERDICT_COLUMNS, _TEXTS)


def _sides(was: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    return {
        "citation": (now or was)["citation"],
        "finding_old": was.get("verdict"),
        "finding_new": now.get("verdict"),
        "overlap_old_m2": was.get("overlap_m2", 0.0),
        "overlap_new_m2": now.get("overlap_m2", 0.0),
        "why_old": was.get("fact"),
        "why_new": now.get("fact"),
    }


def _by_rule(check: Check, layer: str) -> dict[str, dict[str, dict[str, Any]]]:
    """Return what each rule says of each site on a layer: worst verdict, summed overlap, facts."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for row in records(check.findings[check.findings["layer"] == layer]):
        found.setdefault(row["site_id"], {}).setdefault(row["rule"], []).append(row)
    return {
        site_id: {
            rule: {
                "verdict": worst([row["verdict"] for row in mine]),
                "overlap_m2": float(sum(row["overlap_m2"] for row in mine)),
                "fact": "\n".join(dict.fromkeys(row["fact"] for row in mine)),
                "citation": mine[0]["citation"],
            }
            for rule, mine in rules.items()
        }
        for site_id, rules in found.items()
    }


def _states(check: Check, layer: str) -> dict[str, tuple[str, str]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in records(check.states[check.states["layer"] == layer]):
        found.setdefault(row["site_id"], []).append(row)
    return {
        site_id: (" ".join(row["state"] for row in mine), "\n".join(dict.fromkeys(row["reason"] for row in mine)))
        for site_id, mine in found.items()
    }
