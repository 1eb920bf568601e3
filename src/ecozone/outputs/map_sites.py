"""The sites of a map, worst first: verdict, findings with their clauses, and what could not be told."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from ecozone.assess import VERDICTS, override_words
from ecozone.log import Progress, no_progress
from ecozone.outputs.escape import plain
from ecozone.outputs.map_display import anchor, geometry_json
from ecozone.outputs.map_names import is_outside, name_of, zone_title
from ecozone.text import pick, say
from ecozone.units import fixed, hectares, mu, percent
from ecozone.workspace import Workspace

#: Confidence marks of clauses whose wording nobody has compared with the official text.
NOT_COMPARED = frozenset("MUI")

_FIRST_PART = re.compile(r"[^;；]*[;；]\s*(?=\S)")

Strings = dict[str, int]
#: Sites between two reports of progress.
_REPORTED = 100


def site_list(
    sites: gpd.GeoDataFrame,
    findings: pd.DataFrame,
    states: pd.DataFrame,
    ws: Workspace,
    drawn: gpd.GeoSeries,
    strings: Strings,
    progress: Progress = no_progress,
) -> list[dict[str, Any]]:
    """Return the sites as the page reads them.

    Parameters
    ----------
    sites, findings, states
        Of a check; one row of ``sites`` for each entry.
    ws : Workspace
        For the names of layers, roles and project types.
    drawn : GeoSeries
        Display copies (degrees), index a part of that of ``sites``. A site that is not there is listed, not drawn.
    strings : dict
        Long texts that many findings share: text → its place; added to here.
    progress : callable
        ``progress(sites done, sites, "")``, now and then.

    Returns
    -------
    list of dict
        Worst first, then as in ``sites``.
    """
    order = list(ws.layers)
    by_site = rows_by_site(findings)
    states_of = rows_by_site(states)
    entries = []
    for done, (label, row) in enumerate(zip(sites.index, sites.to_dict("records"), strict=True)):
        if done % _REPORTED == 0:
            progress(done, len(sites), "")
        found = worst_first(by_site.get(row["site_id"], []), order)
        told = [_state(state, ws, strings) for state in states_of.get(row["site_id"], [])]
        entry = {
            "id": plain(row["site_id"]),
            "name": name_of(row.get("name")) or plain(row["site_id"]),
            "verdict": row["verdict"],
            "summary": _summary(found, told, ws),
            "facts": [*_facts(row, ws), *_ruling(row, [*found, *states_of.get(row["site_id"], [])])],
            "findings": [_finding(finding, ws, strings) for finding in found],
            "states": told,
            "cells": _site_cells(row, ws),
        }
        if label in drawn.index:
            shape = drawn.loc[label]
            entry |= {"g": geometry_json(shape), "at": anchor(shape)}
            if _number(row.get("radius_m")) > 0:
                entry["round"] = True
        entries.append(entry)
    return sorted(entries, key=lambda entry: _rank(entry["verdict"]))


def worst_first(found: Iterable[dict[str, Any]], order: list[str]) -> list[dict[str, Any]]:
    """Return the findings of a site as the page lists them; ``order`` is the workspace's own of its layers."""
    return sorted(found, key=lambda finding: _severity(finding, order))


def area_words(area_m2: float) -> str:
    """Write an area in m², 公顷 and 亩.

    >>> area_words(72_207.010)
    '72,207.01 m² · 7.2207 公顷 · 108.31 亩'
    """
    return say(
        "map.area_words",
        m2=fixed(area_m2, 2),
        hectares=fixed(hectares(area_m2), 4),
        mu=fixed(mu(area_m2), 2),
    )


def rows_by_site(table: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a table of findings or states by site."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in table.to_dict("records"):
        groups.setdefault(row["site_id"], []).append({str(key): value for key, value in row.items()})
    return groups


def _rank(verdict: object) -> int:
    return VERDICTS.index(verdict) if verdict in VERDICTS else len(VERDICTS)


def _number(value: Any) -> float:
    """Return a number, 0 where there is none."""
    return 0.0 if value is None or pd.isna(value) else float(value)


def _severity(finding: Mapping[str, Any], order: list[str]) -> tuple[int, bool, int, float, float]:
    """Return a sort key: the worst verdict first, then the workspace's own order of layers, then the largest."""
    size = _number(finding["overlap_m2"]) + _number(finding["length_m"])
    layer = order.index(finding["layer"]) if finding["layer"] in order else len(order)
    return _rank(finding["verdict"]), bool(finding["noise"]), layer, -size, _number(finding["distance_m"])


def _measure(finding: Mapping[str, Any]) -> str:
    """Return the one figure that says how a site meets a zone."""
    if _number(finding["overlap_m2"]) > 0:
        return say("map.hectares", value=fixed(hectares(finding["overlap_m2"]), 4))
    if _number(finding["length_m"]) > 0:
        return say("map.metres", value=fixed(finding["length_m"], 1))
    if _number(finding["distance_m"]) > 0:
        return say("map.apart", value=fixed(finding["distance_m"], 1))
    return ""


def _summary(found: list[dict[str, Any]], states: list[dict[str, Any]], ws: Workspace) -> str:
    """Return the one line that stands below a site's name in the list."""
    parts = []
    if found:
        parts = [_title(found[0], ws), _measure(found[0]).replace(" ", "\u00a0")]
    unknown = list(dict.fromkeys(state["title"] for state in states if state["state"] == "no_data"))
    if unknown and (not found or found[0]["verdict"] == "review"):
        key = "map.unknown_layer" if len(unknown) == 1 else "map.unknown_layers"
        parts.append(say(key, count=len(unknown), first=unknown[0]))
    return " · ".join(part for part in parts if part) or say("words.clear")


def _kind(row: Mapping[str, Any], ws: Workspace) -> str:
    kind = name_of(row.get("project_type"))
    known = ws.pack.project_types.get(kind)
    return plain(pick({"zh": known.zh, "en": known.en})) if known else kind


def _site_cells(row: Mapping[str, Any], ws: Workspace) -> list[str]:
    """Return a site's table cells: ruling, type, area in m², hectares and mu, length, and where it was read."""
    area = _number(row.get("area_m2"))
    ruled = name_of(row.get("override"))
    file = name_of(row.get("source_file"))
    return [
        say(f"words.{ruled}") if ruled else "",
        _kind(row, ws),
        *([fixed(area, 2), fixed(hectares(area), 4), fixed(mu(area), 2)] if area > 0 else ["", "", ""]),
        fixed(row["length_m"], 1) if _number(row.get("length_m")) > 0 else "",
        f"{file} #{row['source_row']}" if file else "",
    ]


def _facts(row: Mapping[str, Any], ws: Workspace) -> list[list[str]]:
    pairs: list[tuple[str, str]] = [(say("map.project_type"), _kind(row, ws) or say("map.project_type_unknown"))]
    if _number(row.get("area_m2")) > 0:
        pairs.append((say("map.site_area"), area_words(row["area_m2"])))
    if _number(row.get("length_m")) > 0:
        pairs.append((say("map.site_length"), say("map.metres", value=fixed(row["length_m"], 1))))
    if _number(row.get("radius_m")) > 0:
        pairs.append((say("map.site_radius"), say("map.metres", value=f"{row['radius_m']:g}")))
    return [list(pair) for pair in pairs]


def _ruling(row: Mapping[str, Any], things: Iterable[Mapping[str, Any]]) -> list[list[str]]:
    """Return what persons ruled of a site, both its verdicts first."""
    if name_of(row.get("override")) == "":
        return []
    verdicts = {"before": say(f"words.{row['verdict']}"), "after": say(f"words.{row['override']}")}
    said = [say("map.override_both", **verdicts), *(plain(words) for words in map(override_words, things) if words)]
    return [[say("map.override"), words] for words in said]


def _title(row: Mapping[str, Any], ws: Workspace) -> str:
    return zone_title(ws, row["layer"], row["role"], row.get("level"))


def _finding(finding: Mapping[str, Any], ws: Workspace, strings: Strings) -> dict[str, Any]:
    name = name_of(finding["zone_name"])
    title = _title(finding, ws)
    sentence, more = _begun(finding["sentence"], strings)
    texts = {part: _placed(finding[part], strings) for part in ("citation", "procedure")}
    entry = {
        "layer": finding["layer"],
        "verdict": finding["verdict"],
        "title": title,
        "name": "" if name == title else name,
        "facts": [list(pair) for pair in _measures(finding)],
        "cells": _cells(finding),
        "sentence": sentence,
        "more": more,
        "noise": bool(finding["noise"]),
        "uncompared": finding["confidence"] in NOT_COMPARED,
        **texts,
    }
    # Identity, not equality: the first shared text has the place 0, and 0 == False.
    return {key: value for key, value in entry.items() if value is not None and value is not False and value != ""}


def _cells(finding: Mapping[str, Any]) -> list[str]:
    """Return a finding's figures for a table: overlap in hectares, shares in %, length, distance, depth, ruling."""
    overlap = _number(finding["overlap_m2"])
    sized = overlap > 0 and not is_outside(finding)
    return [
        fixed(hectares(overlap), 4) if sized else "",
        *(fixed(percent(_number(finding[key])), 2) if sized else "" for key in ("overlap_share", "zone_share")),
        fixed(finding["length_m"], 1) if _number(finding["length_m"]) > 0 else "",
        fixed(finding["distance_m"], 1) if _number(finding["distance_m"]) > 0 else "",
        fixed(finding["depth_m"], 1) if _number(finding["depth_m"]) > 0 else "",
        say(f"words.{finding['firmness']}") if name_of(finding["firmness"]) else "",
        plain(override_words(finding)),
    ]


def _measures(finding: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    overlap = _number(finding["overlap_m2"])
    if is_outside(finding):
        yield say("map.outside"), area_words(overlap)
        site = fixed(percent(_number(finding["overlap_share"])), 2)
        yield say("map.shares"), say("map.shares_outside", site=site)
    elif overlap > 0:
        yield say("map.overlap"), area_words(overlap)
        share, zone = (fixed(percent(_number(finding[key])), 2) for key in ("overlap_share", "zone_share"))
        yield say("map.shares"), say("map.shares_words", site=share, zone=zone)
    low, high = finding["overlap_min_m2"], finding["overlap_max_m2"]
    if not (pd.isna(low) or pd.isna(high)) and fixed(low, 0) != fixed(high, 0):
        low_words, high_words = (fixed(hectares(value), 4) for value in (low, high))
        yield say("map.overlap_range"), say("map.range_words", low=low_words, high=high_words)
    if overlap == 0 and _number(finding["length_m"]) > 0:
        yield say("map.crossing"), say("map.metres", value=fixed(finding["length_m"], 1))
    low, high = finding["length_min_m"], finding["length_max_m"]
    if not (pd.isna(low) or pd.isna(high)) and fixed(low, 1) != fixed(high, 1):
        yield say("map.length_range"), say("map.length_words", low=fixed(low, 1), high=fixed(high, 1))
    distance = finding["distance_m"]
    if not pd.isna(distance) and not (distance == 0 and (overlap > 0 or _number(finding["length_m"]) > 0)):
        bearing = _number(finding["bearing_deg"])
        known = distance > 0 and not math.isnan(finding["bearing_deg"])
        away = say("map.distance_words", metres=fixed(distance, 1), bearing=fixed(bearing, 0))
        yield say("map.distance"), away if known else say("map.metres", value=fixed(distance, 1))
    if _number(finding["depth_m"]) > 0:
        yield say("map.depth"), say("map.metres", value=fixed(finding["depth_m"], 1))
    if not pd.isna(finding["width_m"]):
        yield say("map.width"), say("map.metres", value=fixed(finding["width_m"], 2))
    if name_of(finding["firmness"]):
        yield say("map.firmness"), say(f"words.{finding['firmness']}")
    if words := override_words(finding):
        yield say("map.override"), plain(words)


def _state(state: Mapping[str, Any], ws: Workspace, strings: Strings) -> dict[str, Any]:
    reason, more = _begun(state["reason"], strings)
    entry = {
        "state": state["state"],
        "title": _title(state, ws),
        "words": say(f"words.{state['state']}"),
        "reason": reason,
    }
    return entry if more is None else entry | {"more": more}


def _begun(text: Any, strings: Strings) -> tuple[str, int | None]:
    """Return a text up to its first semicolon, where the figures stand, and the place of the rest."""
    words = name_of(text)
    end = _FIRST_PART.match(words)
    return (words, None) if end is None else (end[0], _placed(words[end.end() :], strings))


def _placed(text: Any, strings: Strings) -> int | None:
    """Return where a text stands among the shared ones, None for no text."""
    words = name_of(text)
    return strings.setdefault(words, len(strings)) if words else None
