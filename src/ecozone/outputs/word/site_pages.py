"""The pages of a site check: an overview, each site with its yes/no page first, and what stands behind all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ecozone.outputs.word.blocks import Blocks, Cell, Column, short
from ecozone.outputs.word.corners import MOST_POINTS
from ecozone.text import say

#: What a verdict and a state are filled with; the word stands in it, so that no reader needs the colour.
_FILLS = {"prohibited": "F4C7C3", "conditional": "FCE8B2", "review": "D9D2E9", "clear": "D9EAD3"}
_ANSWER_FILLS = {"affected": "FCE8B2", "no_data": "D9D2E9", "not_checked": "EEEEEE", "not_affected": None}
Values = Mapping[str, Any]
#: Draws the picture of a site, given its place in the check: a PNG, and the keys that it could not write.
Draw = Callable[[int], tuple[bytes, Sequence[tuple[str, str]]]]


def add_overview(blocks: Blocks, values: Values) -> None:
    """Add the first page: what was checked, and every site's verdict."""
    _head(blocks, values)
    counts = say("report.joint").join(
        say("report.verdict_count", verdict=one["words"], count=one["count"])
        for one in values["verdicts"]
        if one["count"]
    )
    blocks.paragraph(say("report.overview", count=values["count"], counts=counts))
    overruled = any(row["override"] for row in values["overview"])
    columns = [_column("id", 1.4), _column("name", 3), _column("type", 2.1), _column("size", 2.2)]
    columns += [_column("verdict", 2.6), *([_column("override", 3)] if overruled else []), _column("why", 5.2)]
    blocks.table(
        say("report.caption_overview"),
        columns,
        (
            [
                row["id"],
                short(row["name"]),
                row["type"],
                row["size"],
                _verdict(row),
                *_ruling(row, overruled),
                row["why"],
            ]
            for row in values["overview"]
        ),
    )
    if values["overview_left"]:
        blocks.note(say("report.overview_cut", left=values["overview_left"]))
    if values["sites_left"]:
        blocks.note(say("report.sites_cut", shown=len(values["sites"]), left=values["sites_left"]))


def _ruling(row: Values, overruled: bool) -> list[str]:
    return [row["override"] or "—"] if overruled else []


def _head(blocks: Blocks, values: Values) -> None:
    blocks.paragraph(values["title"], "Title")
    blocks.paragraph(say("report.subtitle", date=values["date"], run=values["run"], crs=values["crs"]), "Subtitle")
    if values["schematic"]:
        blocks.paragraph(values["schematic"], bold=True)
    blocks.note(values["disclaimer"][0])


def add_site(blocks: Blocks, site: Values, values: Values, draw: Draw) -> None:
    """Add the pages of one site."""
    blocks.new_page_heading(f"{site['id']} {site['name']}" if site["name"] != site["id"] else site["id"])
    _answers(blocks, site)
    _project(blocks, site, draw)
    _measures(blocks, site)
    _clauses(blocks, site)
    _land(blocks, site, values)
    _compliance(blocks, site)
    _units(blocks, site)
    _corners(blocks, site, values)
    _unchecked(blocks, site)
    _overrides(blocks, site)


def _column(name: str, width: float, *, number: bool = False) -> Column:
    return Column(say(f"report.head_{name}"), width, number)


def _verdict(row: Values) -> Cell:
    code = row["verdict_code"]
    return Cell(row["verdict"], _FILLS.get(code), bold=bool(code))


def _answers(blocks: Blocks, site: Values) -> None:
    blocks.paragraph(say("report.verdict", verdict=site["verdict"]), bold=True)
    if site["override"]:
        blocks.paragraph(f"{say('map.override')}{say('report.colon')}{site['override']}", bold=True)
    columns = [_column("layer", 4.8), _column("answer", 2), _column("verdict", 2.5), _column("reason", 7.4)]
    blocks.table(
        say("report.caption_answers"),
        columns,
        (
            [row["layer"], Cell(row["answer"], _ANSWER_FILLS[row["code"]], bold=True), _verdict(row), row["reason"]]
            for row in site["answers"]
        ),
    )
    blocks.note(say("report.answers_note"))


def _project(blocks: Blocks, site: Values, draw: Draw) -> None:
    blocks.heading(say("report.section_project"), 2)
    blocks.pairs(say("report.caption_card"), [*site["card"], (say("report.card_human"), "")])
    picture, keys = draw(site["at"])
    caption = say("report.caption_map", site=site["name"])
    layers = say("report.list").join(row["layer"] for row in site["answers"] if row["code"] == "affected")
    blocks.figure(picture, caption, say("report.map_words", site=site["name"], layers=layers or say("report.no_layer")))
    blocks.note(say("report.map_note"))
    if keys:
        words = say("report.joint").join(f"{key} {word}" for key, word in keys)
        blocks.note(say("report.map_keys", keys=words))
    blocks.heading(say("report.section_verdict"), 2)
    blocks.paragraph(say("report.verdict", verdict=site["verdict"]))
    if site["override"]:
        blocks.paragraph(f"{say('map.override')}{say('report.colon')}{site['override']}")
    if site["procedures"]:
        blocks.paragraph(say("report.procedures"))
        for at, words in enumerate(site["procedures"], start=1):
            blocks.paragraph(f"{at}. {words}")
    else:
        blocks.paragraph(say("report.no_procedure"))


def _measures(blocks: Blocks, site: Values) -> None:
    blocks.heading(say("report.section_measures"), 2)
    names = {"m2": 2.3, "hectares": 1.7, "mu": 1.6, "share": 1.9, "length": 1.8, "distance": 1.8, "firmness": 1.9}
    columns = [
        _column("layer", 4.3),
        *(_column(name, width, number=name != "firmness") for name, width in names.items()),
    ]
    blocks.table(
        say("report.caption_measures"),
        columns,
        ([row["layer"], *(row[name] for name in names)] for row in site["measures"]),
    )
    blocks.note(say("report.measures_note"))


def _clauses(blocks: Blocks, site: Values) -> None:
    blocks.heading(say("report.section_clauses"), 2)
    if not site["clauses"]:
        blocks.paragraph(say("report.no_clause"))
    for clause in site["clauses"]:
        rows: list[tuple[str, str | Cell]] = [
            (say("report.head_verdict"), _verdict(clause)),
            (say("report.head_zones"), clause["zones"]),
            (say("report.head_measured"), clause["measured"]),
            (say("report.head_sentence"), clause["sentence"]),
            (say("report.head_citation"), clause["citation"]),
            (say("report.head_rule"), clause["rule"]),
            (say("report.head_confidence"), clause["confidence"]),
            (say("report.head_procedure"), clause["procedure"] or say("report.no_procedure")),
        ]
        if clause["override"]:
            rows.append((say("map.override"), clause["override"]))
        blocks.pairs(say("report.caption_clause", title=clause["title"]), rows)
    if any(row["told"] for row in site["answers"]):
        blocks.table(
            say("report.caption_told"),
            [_column("layer", 4), _column("told", 12.5)],
            ([row["layer"], row["told"]] for row in site["answers"] if row["told"]),
        )


def _land(blocks: Blocks, site: Values, values: Values) -> None:
    blocks.heading(say("report.section_land"), 2)
    blocks.paragraph(site["land"])
    if values["land_note"]:
        blocks.note(values["land_note"])


def _compliance(blocks: Blocks, site: Values) -> None:
    blocks.heading(say("report.section_compliance"), 2)
    if not site["clauses"]:
        blocks.paragraph(say("report.no_clause"))
        return
    blocks.table(
        say("report.caption_compliance"),
        [_column("requirement", 7), _column("facts", 5.5), _column("complies", 3.8)],
        ([f"{one['requirement']}\n{one['citation']}", one["fact"], ""] for one in site["clauses"]),
    )
    blocks.note(say("report.compliance_note"))


def _units(blocks: Blocks, site: Values) -> None:
    blocks.heading(say("report.section_units"), 2)
    if not site["units"]:
        blocks.paragraph(say("report.no_units"))
        return
    for unit in site["units"]:
        blocks.table(
            say("report.caption_unit", code=unit["code"], name=unit["name"], kind=unit["kind"]),
            [_column("dimension", 3.2), _column("requirement", 5.6), _column("project", 4.1), _column("complies", 3.8)],
            ([one["title"], one["text"], "", ""] for one in unit["dimensions"]),
        )
    if not all(one["text"] for unit in site["units"] for one in unit["dimensions"]):
        blocks.note(say("report.units_note"))


def _corners(blocks: Blocks, site: Values, values: Values) -> None:
    blocks.heading(say("report.section_corners"), 2)
    blocks.paragraph(say("report.corners_crs", crs=values["crs"]))
    columns = [_column("number", 1.5), _column("point", 2.5), _column("north", 4, number=True)]
    blocks.table(
        say("report.caption_corners"),
        [*columns, _column("east", 4, number=True)],
        ([row["number"], row["point"], row["north"], row["east"]] for row in site["corners"][:MOST_POINTS]),
    )
    if site["corners_note"]:
        blocks.note(site["corners_note"])


def _unchecked(blocks: Blocks, site: Values) -> None:
    blocks.heading(say("report.section_unchecked"), 2)
    if not site["unchecked"]:
        blocks.paragraph(say("report.all_checked"))
        return
    blocks.table(
        say("report.caption_unchecked"),
        [_column("layer", 4.4), _column("state", 3), _column("reason", 9)],
        ([row["layer"], row["state"], row["reason"]] for row in site["unchecked"]),
    )


def _overrides(blocks: Blocks, site: Values) -> None:
    if not site["overrides"]:
        return
    blocks.heading(say("report.section_overrides"), 2)
    names = {"layer": 3.6, "before": 2.2, "after": 2.2, "reason": 4.4, "by": 1.6, "date": 2.3}
    blocks.table(
        say("report.caption_overrides"),
        [_column("ruling" if name == "reason" else name, width) for name, width in names.items()],
        ([row[name] for name in names] for row in site["overrides"]),
    )


def add_back(blocks: Blocks, values: Values) -> None:
    """Add what stands behind the sites: those refused, the data, what was noticed and what is not known."""
    if values["refused"]:
        blocks.heading(say("report.section_refused"), 1)
        blocks.table(
            say("report.caption_refused"),
            [_column("id", 2), _column("name", 4), _column("source", 4), _column("reason", 6.5)],
            ([row["id"], row["name"], row["source"], row["reason"]] for row in values["refused"]),
        )
    if values["layers"]:
        blocks.heading(say("report.section_data"), 1)
        names = {"title": 3.7, "basis": 4.6, "valid_from": 2.1, "accuracy": 1.6, "file": 2.7, "sha256": 2.5}
        blocks.table(
            say("report.caption_data"),
            [_column(name, width) for name, width in names.items()],
            ([row[name] for name in names] for row in values["layers"]),
        )
