"""The pages of a change: possible violations first, then gains, losses and transitions by zone, then patches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from ecozone.assess import Change, ground_words, records
from ecozone.outputs.pictures import draw_changes, draw_flows
from ecozone.outputs.word.account_pages import add_picture
from ecozone.outputs.word.blocks import Blocks, Cell, Column
from ecozone.outputs.word.paper import WIDTH_MM
from ecozone.text import say
from ecozone.units import fixed, hectares, percent, round_half_up

#: Roles whose zones have a part of their own, with a picture; the others are rows of one table.
_MAIN = ("barrier_zone", "red_line", "district", "farmland")
#: So many zones have a part of their own, and so many rows of a table are printed; a workbook holds all.
_MOST_ZONES, _MOST_TRANSITIONS, _MOST_PLACES, _MOST_PATCHES, _MOST_ROWS = 12, 12, 20, 40, 500
#: What is told of the zones without a part of their own.
_BRIEFLY = (("blue_green", "with_cropland"), ("cropland", None), ("built", None))
_FILL = "F4C7C3"
Row = Mapping[str, Any]


def add_change(blocks: Blocks, change: Change) -> None:
    """Add all of a change, what should be looked at on the ground before the rest."""
    _flagged(blocks, change)
    blocks.heading(say("report.section_zones", **_years(change)), 1)
    key = "cli.change_unproved" if set(change.net["significance"]) <= {"cannot_tell"} else "report.change_proved"
    blocks.note(say(key))
    roles = {key: layer.role for key, layer in change.workspace.layers.items()}
    zones = dict.fromkeys(change.net["zone"])
    own = [zone for zone in zones if roles[zone.partition(":")[0]] in _MAIN] or list(zones)
    for zone in own[:_MOST_ZONES]:
        _zone(blocks, change, zone)
    _others(blocks, change, [zone for zone in zones if zone not in own[:_MOST_ZONES]])
    _patches(blocks, change)


def _years(change: Change) -> dict[str, int]:
    return {"first": change.from_year, "second": change.to_year}


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    return records(plain.astype(object).where(plain.notna(), None))


def _columns(widths: Mapping[str, float], words: Iterable[str]) -> list[Column]:
    texts = set(words)
    return [Column(say(f"report.head_{name}"), width, name not in texts) for name, width in widths.items()]


def _cut(blocks: Blocks, rows: int, most: int) -> None:
    if rows > most:
        blocks.note(say("report.rows_cut", left=rows - most))


def _flagged(blocks: Blocks, change: Change) -> None:
    """Add what a clause may forbid: the sums by zone, each with its clause, then the patches."""
    blocks.heading(say("report.section_violations"), 1)
    found = change.flagged[~(change.flagged["area_m2"] == 0)].sort_values("area_m2", ascending=False, kind="stable")
    if found.empty:
        blocks.paragraph(say("cli.flagged_none"))
        return
    blocks.note(say("report.violations_mean"))
    rows = _rows(found)
    widths = {"possible": 5.2, "zone": 4.0, "hectares": 2.0, "patches": 1.4, "small": 2.2, "rule": 3.2}
    blocks.table(
        say("report.caption_violations"),
        _columns(widths, ("possible", "zone", "rule")),
        (
            [
                Cell(row["what"], _FILL, bold=True),
                row["title"],
                _figure(row["hectares"]),
                str(int(row["patches"])),
                _size(row["small_m2"]),
                row["rule"],
            ]
            for row in rows[:_MOST_ROWS]
        ),
    )
    _cut(blocks, len(rows), _MOST_ROWS)
    patches = _rows(change.violations)
    for rule, row in {row["rule"]: row for row in rows}.items():
        told = [
            (say("report.head_requirement"), row["wording"] or ""),
            (say("report.head_citation"), row["citation"] or ""),
            (say("report.head_confidence"), say(f"report.confidence_{str(row['confidence']).lower()}")),
        ]
        blocks.pairs(say("report.caption_clause", title=row["what"], rule=rule), told)
        _places(blocks, row, [one for one in patches if one["violation"] == row["violation"]])


def _places(blocks: Blocks, flagged: Row, patches: list[dict[str, Any]]) -> None:
    """Add the largest patches that one rule speaks of, with where they lie."""
    if not patches:
        return
    widths = {"patch": 1.3, "change": 4.2, "zone": 4.2, "hectares": 2.0, "subdistrict": 2.4, "place": 3.7}
    blocks.table(
        say("report.caption_places", what=flagged["what"], count=len(patches)),
        _columns(widths, ("patch", "change", "zone", "subdistrict", "place")),
        ([str(row["patch"]), *_described(row, row["title"])] for row in patches[:_MOST_PLACES]),
    )
    _cut(blocks, len(patches), _MOST_PLACES)


def _described(row: Row, *zone: str) -> list[str]:
    return [
        say("change.map_pair", before=row["from_label"], after=row["to_label"]),
        *zone,
        _figure(row["hectares"]),
        row["subdistrict"] or "—",
        f"{fixed(row['lon'], 5)}, {fixed(row['lat'], 5)}",
    ]


def _zone(blocks: Blocks, change: Change, zone: str) -> None:
    """Add gains and losses of a zone, its largest transitions, and what became of what as a picture."""
    mine = _rows(change.net[change.net["zone"] == zone])
    title = str(mine[0]["title"])
    blocks.heading(title, 2)
    widths = {"ground": 4.6, "before_ha": 2.3, "after_ha": 2.3, "gain": 2.1, "loss": 2.1, "net": 2.3, "net_share": 1.7}
    blocks.table(
        say("report.caption_net", zone=title, **_years(change)),
        [*_columns(widths, ("ground",)), Column(say("report.head_significance"), 1.9)],
        (
            [
                ground_words(row),
                *(_size(row[name]) for name in ("from_m2", "to_m2", "gain_m2", "loss_m2")),
                _signed(row["net_hectares"]),
                _share(row["net_share"]),
                say(f"words.{row['significance']}"),
            ]
            for row in mine
        ),
    )
    moved = change.transitions[(change.transitions["zone"] == zone) & change.transitions["changed"].astype(bool)]
    if moved.empty:
        blocks.paragraph(say("report.no_transition"))
        return
    if moved["area_m2"].isna().any():
        blocks.paragraph(say("report.not_measured"))
        return
    rows = _rows(moved.sort_values("area_m2", ascending=False, kind="stable"))
    blocks.table(
        say("report.caption_transitions", zone=title, count=len(rows), hectares=_size(float(moved["area_m2"].sum()))),
        _columns({"from": 4.4, "to": 4.4, "hectares": 3.2, "zone_share": 2.6}, ("from", "to")),
        (
            [row["from_label"], row["to_label"], _figure(row["hectares"]), _share(row["share"]).lstrip("+")]
            for row in rows[:_MOST_TRANSITIONS]
        ),
    )
    _cut(blocks, len(rows), _MOST_TRANSITIONS)
    words = say("report.caption_flow", zone=title, **_years(change))
    add_picture(blocks, words, partial(draw_flows, change, zone=zone, width_mm=WIDTH_MM))


def _others(blocks: Blocks, change: Change, zones: list[str]) -> None:
    """Add the zones without a part of their own: a row each, with the kinds of ground that matter most."""
    rows: dict[str, dict[Any, str]] = {}
    titles: dict[str, str] = {}
    for row in _rows(change.net[change.net["zone"].isin(zones)]):
        kind = (row["ground"], row["profile"])
        titles[row["zone"]] = str(row["title"])
        rows.setdefault(row["zone"], {})[kind] = _signed(row["net_hectares"])
    if not rows:
        return
    blocks.heading(say("report.section_others"), 2)
    heads = [ground_words({"ground": ground, "profile": profile}) for ground, profile in _BRIEFLY]
    blocks.table(
        say("report.caption_others", **_years(change)),
        [Column(say("report.head_zone"), 5.0), *(Column(head, 3.6, number=True) for head in heads)],
        ([titles[zone], *(mine.get(kind, "—") for kind in _BRIEFLY)] for zone, mine in list(rows.items())[:_MOST_ROWS]),
    )
    _cut(blocks, len(rows), _MOST_ROWS)


def _patches(blocks: Blocks, change: Change) -> None:
    """Add the patches of change as small maps, and the largest of them as a table."""
    blocks.heading(say("report.section_patches"), 1)
    least = fixed(change.min_area_m2, 0)
    if change.patches.empty:
        blocks.paragraph(say("cli.patches_none", least=least))
        return
    add_picture(
        blocks, say("report.caption_patch_maps", **_years(change)), partial(draw_changes, change, width_mm=WIDTH_MM)
    )
    total = _size(float(change.patches["area_m2"].sum()))
    widths = {"patch": 1.3, "change": 5.2, "hectares": 2.4, "subdistrict": 3.0, "place": 3.6}
    blocks.table(
        say("report.caption_patches", count=len(change.patches), least=least, hectares=total),
        _columns(widths, ("patch", "change", "subdistrict", "place")),
        ([str(row["patch"]), *_described(row)] for row in _rows(change.patches.head(_MOST_PATCHES))),
    )
    _cut(blocks, len(change.patches), _MOST_PATCHES)


def _figure(size: float | None) -> str:
    return "—" if size is None else fixed(size, 4)


def _size(area_m2: float | None) -> str:
    return "—" if area_m2 is None else fixed(hectares(area_m2), 4)


def _signed(size: float | None) -> str:
    if size is None:
        return "—"
    known = round_half_up(size, 4)
    return f"{'+' if known > 0 else ''}{fixed(known + 0.0, 4)}"


def _share(share: float | None) -> str:
    if share is None:
        return "—"
    known = round_half_up(percent(share), 2)
    return f"{'+' if known > 0 else ''}{fixed(known + 0.0, 2)}%"
