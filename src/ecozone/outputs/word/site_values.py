"""What a report says of one site, as words: from here our own pages and a user's template take them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ecozone.assess import VERDICTS, Check, override_words
from ecozone.outputs.map_names import headed, is_outside, name_of, zone_title
from ecozone.outputs.word.corners import corner_rows
from ecozone.outputs.word.land import land_sentence
from ecozone.text import pick, say
from ecozone.units import fixed, hectares, mu, percent
from ecozone.workspace import Workspace

NONE = "—"
#: Names and facts of so many zones are listed where one clause binds many.
_FEW = 5
Row = Mapping[str, Any]


def site_values(
    site: Row,
    check: Check,
    findings: Sequence[Row],
    states: Sequence[Row],
    *,
    at: int,
    groups: Mapping[str, float] | None,
    units: Sequence[Row],
) -> dict[str, Any]:
    """Return the values of one site.

    Parameters
    ----------
    site : mapping
        A row of ``check.sites``, with its geometry.
    findings, states
        Its rows of ``check.findings`` and ``check.states``.
    at : int
        Its place in ``check.sites``.
    groups : mapping, optional
        Of `ecozone.assess.land_groups`.
    units : sequence of mapping
        Its rows of `ecozone.assess.units_of_sites`.
    """
    ws = check.workspace
    clauses = clause_values(findings, ws)
    corners, corners_note = corner_rows(site)
    override = name_of(site.get("override"))
    return {
        "at": at,
        "id": str(site["site_id"]),
        "name": name_of(site.get("name")) or str(site["site_id"]),
        "type": project_type(site, ws),
        "verdict": verdict_words(site["verdict"]),
        "verdict_code": site["verdict"],
        "override": _ruling(site, [*findings, *states]) if override else "",
        "card": card_values(site, ws),
        "answers": answer_values(findings, states, ws),
        "measures": measure_values(site, findings, states, ws),
        "clauses": clauses,
        "procedures": [one for one in dict.fromkeys(clause["procedure"] for clause in clauses) if one],
        "land": land_sentence(site, ws, states, groups),
        "units": [unit_values(unit, ws) for unit in units],
        "unchecked": unchecked_values(states, ws),
        "overrides": override_values([*findings, *states], ws),
        "corners": corners,
        "corners_note": corners_note,
    }


def _ruling(site: Row, rows: Iterable[Row]) -> str:
    """Say both verdicts of a site, and who ruled what, why and when."""
    both = say("map.override_both", before=_said(site["verdict"]), after=_said(name_of(site["override"])))
    return say("report.joint").join([both, *(words for row in rows if (words := override_words(row)))])


def number(value: Any) -> float:
    """Return a number, NaN where there is none."""
    return math.nan if value is None else float(value)


def verdict_words(verdict: str) -> str:
    """Return a verdict as a report says it."""
    return headed(_said(verdict))


def _said(verdict: str) -> str:
    return say(f"words.{verdict}")


def project_type(site: Row, ws: Workspace) -> str:
    """Return what a site's type of project is called."""
    kind = name_of(site.get("project_type"))
    known = ws.pack.project_types.get(kind)
    return pick({"zh": known.zh, "en": known.en}) if known else kind or say("map.project_type_unknown")


def card_values(site: Row, ws: Workspace) -> list[tuple[str, str]]:
    """Return the project's card: what the file says of it, and its size."""
    area, length, radius = (number(site.get(name)) for name in ("area_m2", "length_m", "radius_m"))
    pairs = [
        (say("report.card_id"), str(site["site_id"])),
        (say("report.card_name"), name_of(site.get("name")) or NONE),
        (say("report.card_type"), project_type(site, ws)),
    ]
    if area > 0:
        pairs.append((say("report.card_area"), area_words(area)))
    if length > 0:
        pairs.append((say("report.card_length"), say("map.metres", value=fixed(length, 1))))
    if radius > 0:
        pairs.append((say("report.card_radius"), say("map.metres", value=f"{radius:g}")))
    source = name_of(site.get("source_file"))
    if source:
        pairs.append((say("report.card_source"), say("report.source_row", file=source, row=site["source_row"])))
    return pairs


def area_words(area_m2: float) -> str:
    """Write an area in m², 公顷 and 亩."""
    return say("map.area_words", m2=fixed(area_m2, 2), hectares=fixed(hectares(area_m2), 4), mu=fixed(mu(area_m2), 2))


def by_layer(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return rows by the layer that they speak of; of a role without a layer, by its role."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["layer"] or row["role"], []).append(row)
    return found


def layer_name(row: Row, ws: Workspace) -> str:
    """Return what the layer of a finding or state is called."""
    return zone_title(ws, row["layer"], row["role"], None)


def answer_values(findings: Sequence[Row], states: Sequence[Row], ws: Workspace) -> list[dict[str, str]]:
    """Return the first page: of each layer whether the site touches it, and what follows."""
    found = by_layer(findings)
    answers = []
    for key, rows in by_layer(states).items():
        kinds = [row["state"] for row in rows]
        kind = next(kind for kind in ("affected", "no_data", "not_checked", "not_affected") if kind in kinds)
        partly = kind == "affected" and "no_data" in kinds
        mine = [row["verdict"] for row in found.get(key, ())]
        # A boundary that a site should lie in is met where the site does not: the verdict is of what lies outside.
        beyond = [row["fact"].rstrip("。.") for row in found.get(key, ()) if is_outside(row)]
        worst = min(mine, key=VERDICTS.index) if mine else ""
        blocked = not worst and any(row["blocks_clear"] for row in rows)
        answers.append(
            {
                "layer": layer_name(rows[0], ws),
                "answer": say("report.answer_partly" if partly else f"report.answer_{kind}"),
                "code": kind,
                "reason": "\n".join(dict.fromkeys([*(_told(row)[0] for row in rows if row["reason"]), *beyond])),
                "told": "\n".join(words for row in rows if (words := _told(row)[1])),
                "verdict": verdict_words(worst or "review") if worst or blocked else NONE,
                "verdict_code": worst or ("review" if blocked else ""),
            }
        )
    return answers


def _told(row: Row) -> tuple[str, str]:
    """Return why a state is what it is, and what rules that only inform say behind it."""
    first, _, rest = name_of(row["reason"]).partition(say("assess.joint"))
    return (first, rest) if row["state"] == "affected" else (name_of(row["reason"]), "")


def measure_values(site: Row, findings: Sequence[Row], states: Sequence[Row], ws: Workspace) -> list[dict[str, str]]:
    """Return what was measured on each layer; overlapping features of a layer count once."""
    found = by_layer(findings)
    whole = number(site["area_m2"])
    rows = []
    for key, told in by_layer(states).items():
        met = next((row for row in told if row["state"] in ("affected", "not_affected")), None)
        if met is None:
            continue
        area, length, away = (number(met[name]) for name in ("overlap_m2", "length_m", "distance_m"))
        firm = [name_of(row["firmness"]) for row in found.get(key, ()) if name_of(row["firmness"])]
        firmness = min(firm, key=("certain", "likely", "possible").index) if firm else ""
        rows.append(
            {
                "layer": layer_name(met, ws),
                "m2": fixed(area, 2) if area > 0 else NONE,
                "hectares": fixed(hectares(area), 4) if area > 0 else NONE,
                "mu": fixed(mu(area), 2) if area > 0 else NONE,
                "share": f"{fixed(percent(area / whole), 2)}%" if area > 0 and whole > 0 else NONE,
                "length": fixed(length, 1) if length > 0 and not area > 0 else NONE,
                "distance": NONE if math.isnan(away) else fixed(away, 1),
                "firmness": say(f"words.{firmness}") if firmness else NONE,
            }
        )
    return rows


def clause_values(findings: Sequence[Row], ws: Workspace) -> list[dict[str, str]]:
    """Return the clauses that bind a site, worst first, each with what was measured on its zones."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in findings:
        groups.setdefault((row["verdict"], row["layer"], row["level"], row["rule"]), []).append(row)
    rules = {rule.id: rule for rule in ws.pack.rules}
    clauses = []
    for rows in sorted(groups.values(), key=lambda rows: VERDICTS.index(rows[0]["verdict"])):
        first = rows[0]
        rule = rules[first["rule"]]
        names = list(dict.fromkeys(name_of(row["zone_name"]) or name_of(row["zone"]) for row in rows))
        clauses.append(
            {
                "rule": first["rule"],
                "verdict": verdict_words(first["verdict"]),
                "verdict_code": first["verdict"],
                "title": zone_title(ws, first["layer"], first["role"], first["level"]),
                "zones": few([name for name in names if name], say("report.list")) or NONE,
                "fact": few([row["fact"].rstrip("。.") for row in rows], "\n"),
                "measured": few([words for row in rows if (words := measured_words(row))], "\n") or NONE,
                "sentence": few(list(dict.fromkeys(row["sentence"] for row in rows)), "\n"),
                "requirement": pick(rule.sentence),
                "citation": name_of(first["citation"]),
                "confidence": say(f"report.confidence_{str(first['confidence']).lower()}"),
                "procedure": name_of(first["procedure"]),
                "override": "\n".join(words for row in rows if (words := override_words(row))),
            }
        )
    return clauses


def few(words: Sequence[str], joint: str) -> str:
    """Join a few words, and say how many more there are."""
    shown = list(words[:_FEW])
    if len(words) > _FEW:
        shown.append(say("report.and_more", count=len(words) - _FEW))
    return joint.join(shown)


def measured_words(row: Row) -> str:
    """Say everything that was measured between a site and a zone, in one line."""
    words = []
    overlap, length = number(row["overlap_m2"]), number(row["length_m"])
    if is_outside(row):
        words.append(_named("map.outside", area_words(overlap)))
        words.append(say("map.shares_outside", site=fixed(percent(number(row["overlap_share"])), 2)))
    elif overlap > 0:
        words.append(area_words(overlap))
        share, zone = (fixed(percent(number(row[name])), 2) for name in ("overlap_share", "zone_share"))
        words.append(say("map.shares_words", site=share, zone=zone))
    low, high = number(row["overlap_min_m2"]), number(row["overlap_max_m2"])
    if not math.isnan(low + high) and fixed(low, 0) != fixed(high, 0):
        shown = say("map.range_words", low=fixed(hectares(low), 4), high=fixed(hectares(high), 4))
        words.append(_named("map.overlap_range", shown))
    if length > 0 and not overlap > 0:
        words.append(_named("map.crossing", say("map.metres", value=fixed(length, 1))))
    away = number(row["distance_m"])
    if away > 0:
        words.append(_named("map.distance", say("map.metres", value=fixed(away, 1))))
    for name, key in (("depth_m", "map.depth"), ("width_m", "report.width")):
        if number(row.get(name)) > 0 and fixed(number(row[name]), 1) != "0.0":
            words.append(_named(key, say("map.metres", value=fixed(number(row[name]), 1))))
    if name_of(row["firmness"]):
        words.append(_named("map.firmness", say(f"words.{row['firmness']}")))
    if row["noise"] is True:
        words.append(say("columns.noise"))
    return say("report.joint").join(words)


def _named(key: str, words: str) -> str:
    return f"{say(key)} {words}"


def unit_values(unit: Row, ws: Workspace) -> dict[str, Any]:
    """Return a control unit with its four dimensions; what its layer does not say is left for the human."""
    level = unit.get("level")
    layer = ws.layers[unit["layer"]]
    return {
        "code": name_of(unit.get("zone")),
        "name": name_of(unit.get("name")),
        "kind": zone_title(ws, unit["layer"], layer.role, level),
        "dimensions": [
            {"title": say(f"report.dimension_{name}"), "text": _attribute(unit, columns)}
            for name, columns in _DIMENSIONS.items()
        ],
    }


#: The four dimensions of an admission list, by the columns that working platforms give them.
_DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "layout": ("KJBJYS", "空间布局约束"),
    "emissions": ("WRWPFGK", "PWWPFGK", "污染物排放管控"),
    "risk": ("HJFXFK", "环境风险防控"),
    "resources": ("ZYKFXLYQ", "ZYLYXLYQ", "资源利用效率要求", "资源开发效率要求"),
}


def _attribute(row: Row, columns: tuple[str, ...]) -> str:
    """Return the first of these columns that says something; their names arrive with stray ends of lines."""
    trimmed = {str(name).strip().casefold(): value for name, value in row.items()}
    found = (name_of(trimmed.get(column.casefold())).strip() for column in columns)
    return next((words for words in found if words), "")


def unchecked_values(states: Sequence[Row], ws: Workspace) -> list[dict[str, str]]:
    """Return the layers that could not tell, and why."""
    return [
        {"layer": layer_name(row, ws), "state": say(f"words.{row['state']}"), "reason": name_of(row["reason"])}
        for row in states
        if row["state"] in ("no_data", "not_checked")
    ]


def override_values(rows: Iterable[Row], ws: Workspace) -> list[dict[str, str]]:
    """Return what persons ruled, both verdicts beside each other."""
    return [
        {
            "layer": layer_name(row, ws),
            "before": verdict_words(row.get("verdict", "review")),
            "after": verdict_words(row["override"]),
            "reason": str(row["override_reason"]),
            "by": str(row["override_by"]),
            "date": str(row["override_date"]),
        }
        for row in rows
        if name_of(row.get("override"))
    ]
