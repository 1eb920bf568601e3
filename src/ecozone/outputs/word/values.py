"""The values of a whole report, as words: see docs/word-template.md, which names each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ecozone.assess import VERDICTS, Account, Change, Check, land_groups, overrides_of_sites, records, units_of_sites
from ecozone.errors import EcozoneError
from ecozone.geo import crs_name
from ecozone.notices import Notice
from ecozone.outputs.days import run_day
from ecozone.outputs.map_names import layer_title, name_of
from ecozone.outputs.map_notes import assumption_notes, notice_notes, schematic_notice
from ecozone.outputs.word.account_values import account_values
from ecozone.outputs.word.blocks import data_text
from ecozone.outputs.word.site_values import NONE, Row, card_values, site_values, verdict_words
from ecozone.text import say
from ecozone.units import fixed
from ecozone.workspace import Workspace

#: So many sites have pages of their own, worst first.
MOST_SITES = 100
#: So many are listed.
MOST_LISTED = 500
#: So many notices are printed.
MOST_NOTICES = 200
_SHA_SIGNS = 12


def report_values(check: Check | None, account: Account | None, run: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return every value of a report in the current language; texts from data are fit for a document."""
    values = _run_values(run)
    if check is not None:
        values |= _check_values(check, run)
    else:
        ws = None if account is None else account.workspace
        values |= {"title": say("report.title_account", name=_district(account)), "sites": [], "refused": []}
        values["schematic"] = "" if ws is None else schematic_notice(ws)
    values["account"] = None if account is None else account_values(account)
    values |= _noticed([*(check.notices if check else ()), *(account.notices if account is not None else ())])
    cleaned: dict[str, Any] = _clean(values)
    return cleaned


def change_values(change: Change) -> dict[str, Any]:
    """Return what the report of a change says at its head and its end, in the current language."""
    ws = change.workspace
    years = {"first": change.from_year, "second": change.to_year}
    head = {"title": say("report.title_change", name=ws.name, **years), "schematic": schematic_notice(ws)}
    known = _run_values(change.run)
    # No site is clear of anything here.
    known["disclaimer"] = [say(f"report.disclaimer_{at}") for at in (1, 3, 4)]
    cleaned: dict[str, Any] = _clean(known | head | _noticed(change.notices))
    return cleaned


def _district(account: Account | None) -> str:
    titles = [] if account is None else account.ratios.loc[account.ratios["layer"] == "district", "title"].tolist()
    return str(titles[0]) if titles else ""


def _clean(value: Any) -> Any:
    """Return values with each text as `data_text` gives it."""
    if isinstance(value, str):
        return data_text(value)
    if isinstance(value, Mapping):
        return {key: _clean(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(one) for one in value]
    return value


def _run_values(run: Mapping[str, Any] | None) -> dict[str, Any]:
    day = run_day(run)
    return {
        "date": NONE if day is None else day.isoformat(),
        "run": NONE if not run else str(run["id"])[:_SHA_SIGNS],
        "ecozone": NONE if not run else str(run["ecozone"]),
        "disclaimer": [say(f"report.disclaimer_{at}") for at in (1, 2, 3, 4)],
    }


def _check_values(check: Check, run: Mapping[str, Any] | None) -> dict[str, Any]:
    ws = check.workspace
    numbered = [{**site, "at": at} for at, site in enumerate(records(pd.DataFrame(check.sites)))]
    rows = sorted(numbered, key=lambda site: VERDICTS.index(site["verdict"]))
    trusted = [site for site in rows if site["geometry"] is not None]
    refused = [site for site in rows if site["geometry"] is None]
    findings, states = _by_site(check.findings), _by_site(check.states)
    units = _by_site(units_of_sites(check))
    groups, land_note = _groups(check)
    sites = [
        site_values(
            site,
            check,
            findings.get(site["site_id"], []),
            states.get(site["site_id"], []),
            at=site["at"],
            groups=groups.get(site["site_id"]),
            units=units.get(site["site_id"], []),
        )
        for site in trusted[:MOST_SITES]
    ]
    ruled = overrides_of_sites(check)
    told = {str(one.place.feature): one for one in check.notices if one.severity == "refused" and one.place.feature}
    return {
        "title": say("report.title", name=ws.name),
        "district": ws.name,
        "crs": crs_name(ws.crs),
        "schematic": schematic_notice(ws),
        "count": len(rows),
        "verdicts": [
            {"words": verdict_words(code), "code": code, "count": count} for code, count in check.verdicts.items()
        ],
        "overview": [
            _overview(site, ws, findings.get(site["site_id"], []), ruled.get(site["site_id"], []))
            for site in rows[:MOST_LISTED]
        ],
        "overview_left": max(len(rows) - MOST_LISTED, 0),
        "sites": sites,
        "sites_left": max(len(trusted) - MOST_SITES, 0),
        "land_note": land_note,
        "refused": [
            {
                "id": str(site["site_id"]),
                "name": name_of(site.get("name")) or str(site["site_id"]),
                "source": say("report.source_row", file=site["source_file"], row=site["source_row"])
                if name_of(site.get("source_file"))
                else NONE,
                "reason": told[site["site_id"]].message() if site["site_id"] in told else say("report.refused_shape"),
            }
            for site in refused
        ],
        "layers": [_layer_values(key, ws, run) for key in ws.layers],
        "assumptions": assumption_notes(ws.pack.assumptions),
    }


def _overview(site: Row, ws: Workspace, findings: list[Row], ruled: list[str]) -> dict[str, str]:
    decided = [row["fact"].rstrip("。.") for row in findings if row["verdict"] == site["verdict"]]
    card = card_values(site, ws)
    return {
        "id": str(site["site_id"]),
        "name": card[1][1],
        "type": card[2][1],
        "size": _size(site),
        "verdict": verdict_words(site["verdict"]),
        "verdict_code": site["verdict"],
        "override": "\n".join([verdict_words(site["override"]), *ruled]) if name_of(site.get("override")) else "",
        "why": decided[0] if decided else say(f"report.why_{'shape' if site['geometry'] is None else site['verdict']}"),
    }


def _size(site: Row) -> str:
    if site["area_m2"] is not None and site["area_m2"] > 0:
        return say("report.hectares", value=fixed(site["area_m2"] / 1e4, 4))
    if site["length_m"] is not None and site["length_m"] > 0:
        return say("map.metres", value=fixed(site["length_m"], 1))
    return NONE


def _groups(check: Check) -> tuple[Mapping[str, Mapping[str, float]], str]:
    """Return the 三大类 of the sites, and why there are none where the land use cannot be read."""
    try:
        return land_groups(check), ""
    except EcozoneError as error:
        return {}, error.message()


def _by_site(table: pd.DataFrame) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    for row in records(table):
        rows.setdefault(row["site_id"], []).append(row)
    return rows


def _layer_values(key: str, ws: Workspace, run: Mapping[str, Any] | None) -> dict[str, str]:
    layer = ws.layers[key]
    name, digest = NONE, NONE
    if isinstance(layer.path, Path):
        name = layer.path.name
        digest = _digest(layer.path, ws, run)
    return {
        "title": layer_title(ws, layer),
        "basis": layer.basis or say("map.no_basis"),
        "valid_from": str(layer.valid_from or say("map.no_date")),
        "accuracy": NONE if layer.accuracy_m is None else f"{layer.accuracy_m:g}",
        "file": name,
        "sha256": digest,
    }


def _digest(path: Path, ws: Workspace, run: Mapping[str, Any] | None) -> str:
    """Return the beginning of the hash by which the run knows a file; the run may have been made elsewhere."""
    below = path.relative_to(ws.folder).as_posix() if path.is_relative_to(ws.folder) else path.name
    entries = [] if not run else [entry for entry in run["inputs"] if "bytes" in entry]
    hashes = {str(entry["sha256"]) for entry in entries if f"/{entry['path']}".endswith(f"/{below}")}
    return next(iter(hashes))[:_SHA_SIGNS] if len(hashes) == 1 else NONE


def _noticed(notices: Iterable[Notice]) -> dict[str, Any]:
    noticed = notice_notes(one for one in dict.fromkeys(notices) if one.severity != "info")
    return {"notices": noticed[:MOST_NOTICES], "notices_left": max(len(noticed) - MOST_NOTICES, 0)}
