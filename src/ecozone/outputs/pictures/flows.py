"""The flow picture: what ground was on the left, what it became on the right, as wide as its area."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from ecozone.assess import Change, records
from ecozone.errors import UsageError
from ecozone.landcover import LandClass, open_scheme
from ecozone.outputs.map_symbols import colour
from ecozone.outputs.pictures.board import INK, MARGIN, Board, lines_of, saved
from ecozone.outputs.pictures.lettering import lettering_for
from ecozone.text import near_word, say
from ecozone.units import fixed, hectares

#: So many flows at most have a band of their own, and each is at least this share of what changed.
MOST_FLOWS, LEAST_SHARE = 14, 0.01
#: Both ends of the band of what is too small for its own.
OTHER = "…"

_HEIGHT_MM, _SLOT_MM, _GAP_MM, _NODE_MM = 95.0, 3.6, 1.4, 4.0
_NEUTRAL = "#9a9a9a"


def draw_flows(
    change: Change,
    path: str | PathLike[str],
    *,
    zone: str | None = None,
    lang: str | None = None,
    width_mm: float = 160.0,
    height_mm: float | None = None,
) -> Path:
    """Draw what became of what in one zone between two years; ground that stayed the same is told in a note.

    Parameters
    ----------
    change : Change
    path : path
        ``.svg`` or ``.png``; replaced where it exists.
    zone : str, optional
        Key of a zone; the widest unless given.
    lang : {"zh", "en"}, optional
        Language of what is written in it; the current one unless given.
    width_mm, height_mm : float
        Size; a height of 95 mm and the notes unless given.

    Raises
    ------
    UsageError
        If the suffix is another one, or there is no such zone.
    OutputError
        If the file cannot be written, or Chinese text has no font.
    """
    return saved(lambda: flows(change, width_mm, height_mm, zone=zone), path, lang)


@dataclass(frozen=True)
class Flow:
    """So much ground of one class that became another; both are `OTHER` for the sum of many."""

    before: Any
    after: Any
    area_m2: float


@dataclass(frozen=True)
class Flows:
    """What is drawn of a zone: the flows by area, how many pairs the last gathers, and what stayed the same."""

    flows: tuple[Flow, ...]
    gathered: int
    same_m2: float

    @property
    def changed_m2(self) -> float:
        """The area of all flows."""
        return math.fsum(flow.area_m2 for flow in self.flows)


def flows_of(transitions: pd.DataFrame, zone: str) -> Flows:
    """Return the flows of a zone in `ecozone.assess.TRANSITION_COLUMNS`; they sum to the ground that changed."""
    mine = transitions[(transitions["zone"] == zone) & (transitions["area_m2"] > 0)]
    moved = mine["changed"].astype(bool)
    found = sorted(
        (Flow(row["from_code"], row["to_code"], float(row["area_m2"])) for row in records(mine[moved])),
        key=lambda flow: -round(flow.area_m2, 3),
    )
    least = LEAST_SHARE * math.fsum(flow.area_m2 for flow in found)
    own = [flow for flow in found[:MOST_FLOWS] if flow.area_m2 >= least]
    # Sorted by rounded areas: what is too small need not stand behind all that is not.
    rest = [flow for flow in found if flow not in own]
    if len(rest) > 1:
        own.append(Flow(OTHER, OTHER, math.fsum(flow.area_m2 for flow in rest)))
    else:
        own += rest
    return Flows(tuple(own), len(rest) if len(rest) > 1 else 0, math.fsum(mine.loc[~moved, "area_m2"]))


def flows(change: Change, width: float, height: float | None, *, zone: str | None = None) -> Board:
    """Return the picture of `draw_flows` in the current language."""
    table = change.transitions
    if zone is None:
        zone = widest_zone(change)
    elif zone not in set(table["zone"]):
        raise UsageError("pictures.no_zone", zone=zone, near=near_word(zone, dict.fromkeys(table["zone"])))
    found = flows_of(table, zone)
    mine = table[table["zone"] == zone]
    classes = _classes(change)
    names = _names(mine, classes)
    title = mine["title"].iloc[0] or zone
    letters = lettering_for([*names.values(), title])
    years = {"first": change.from_year, "second": change.to_year}
    heading = say("pictures.flow_title", zone=title, **years)
    about = say("pictures.flow_about", hectares=_hectares(found.changed_m2), count=len(found.flows))
    board = Board(width, letters, heading, about)
    y = board.heading(heading)
    notes = _notes(found)
    if not found.flows:
        y = board.notes(y, notes)
        return board.finish(y + MARGIN if height is None else height)
    for x, year, across in ((MARGIN, change.from_year, "left"), (width - MARGIN, change.to_year, "right")):
        board.text(x, y + 2.0, say("pictures.year", year=year), size=8.0, bold=True, across=across)
    y += 5.5
    order = [*dict.fromkeys((*classes, *names)), OTHER]
    sides = [_sums(found.flows, side, order) for side in ("before", "after")]
    least = max(len(side) for side in sides) * (_SLOT_MM + _GAP_MM)
    room = _HEIGHT_MM if height is None else height - y - MARGIN - 1.0 - lines_of(letters, notes, width)
    room = max(room, least)
    scale = min(_scale(side.values(), room) for side in sides)
    label = min(0.3 * width, 46.0)
    left, right = MARGIN + label, width - MARGIN - label - _NODE_MM
    places = [_places(side, y, room, scale) for side in sides]
    _bands(board, found.flows, places, (left + _NODE_MM, right), scale, order, classes)
    for side, place, x, sign in ((sides[0], places[0], left, "−"), (sides[1], places[1], right, "+")):
        for code, area in side.items():
            top, tall = place[code], area * scale
            board.box(x, top, _NODE_MM, tall, fill=_colour(code, classes), label=f"node|{sign}|{code}")
            amount = f" {'' if code == OTHER else sign}{_hectares(area)}"
            name = letters.fitted(names.get(code, say("pictures.other")), 7.0, label - 2.0 - letters.width(amount, 7.0))
            beside, across = (x - 1.5, "right") if sign == "−" else (x + _NODE_MM + 1.5, "left")
            board.text(beside, top + tall / 2, name + amount, size=7.0, across=across)
    y = board.notes(y + room + 1.0, notes)
    return board.finish(max(y + MARGIN, height or 0.0))


def widest_zone(change: Change) -> str:
    """Return the key of the district; of the widest zone, to the square metre, where there is none."""
    known = dict.fromkeys(change.transitions["zone"])
    district = [layer.key for layer in change.workspace.layers_of("district") if layer.key in known]
    sizes = change.transitions.groupby("zone", sort=False)["area_m2"].sum().round()
    return district[0] if district else str(sizes.idxmax())


def _classes(change: Change) -> Mapping[Any, LandClass]:
    cover = change.workspace.landcover
    assert cover is not None
    return open_scheme(cover.scheme).classes


def _names(rows: pd.DataFrame, classes: Mapping[Any, LandClass]) -> dict[Any, str]:
    """Return what each code is called: a class in the current language, ground without one as the table has it."""
    named = {row[f"{side}_code"]: row[f"{side}_label"] for row in records(rows) for side in ("from", "to")}
    blank = {"nodata": say("measure.tally_nodata")}
    return {code: classes[code].label() if code in classes else blank.get(code, word) for code, word in named.items()}


def _hectares(area_m2: float) -> str:
    return say("pictures.hectares", value=fixed(hectares(area_m2), 2))


def _colour(code: Any, classes: Mapping[Any, LandClass]) -> str:
    return colour(classes[code].colour) if code in classes else _NEUTRAL


def _notes(found: Flows) -> list[str]:
    notes = [] if found.flows else [say("pictures.flow_none")]
    if found.gathered:
        area = _hectares(found.flows[-1].area_m2)
        notes.append(say("pictures.gathered", count=found.gathered, hectares=area))
    total = found.changed_m2 + found.same_m2
    if total > 0:
        share = fixed(100 * found.same_m2 / total, 2)
        notes.append(say("pictures.same", hectares=_hectares(found.same_m2), share=share))
    return notes


def _sums(flows: Iterable[Flow], side: str, order: Sequence[Any]) -> dict[Any, float]:
    """Return the area of each class on one side, in the order of the scheme."""
    parts: dict[Any, list[float]] = {}
    for flow in flows:
        parts.setdefault(getattr(flow, side), []).append(flow.area_m2)
    return {code: math.fsum(parts[code]) for code in dict.fromkeys(order) if code in parts}


def _scale(areas: Iterable[float], room: float) -> float:
    """Return mm a square metre, so that nodes with room for a line of text each fill ``room``."""
    sizes = list(areas)
    low, high = 0.0, room / math.fsum(sizes)
    for _ in range(60):
        middle = (low + high) / 2
        taken = math.fsum(max(size * middle, _SLOT_MM) + _GAP_MM for size in sizes)
        low, high = (middle, high) if taken <= room else (low, middle)
    return low


def _places(side: Mapping[Any, float], y: float, room: float, scale: float) -> dict[Any, float]:
    """Return the upper edge of each node, the column in the middle of its room."""
    slots = {code: max(area * scale, _SLOT_MM) + _GAP_MM for code, area in side.items()}
    y += (room - math.fsum(slots.values())) / 2
    found = {}
    for code, area in side.items():
        found[code] = y + (slots[code] - area * scale) / 2
        y += slots[code]
    return found


def _bands(
    board: Board,
    flows: Sequence[Flow],
    places: Sequence[Mapping[Any, float]],
    ends: tuple[float, float],
    scale: float,
    order: Sequence[Any],
    classes: Mapping[Any, LandClass],
) -> None:
    """Draw each flow as a band of one width from its left node to its right one."""
    rank = {code: at for at, code in reversed(list(enumerate(order)))}
    tops: list[dict[Flow, float]] = []
    for side, other, place in (("before", "after", places[0]), ("after", "before", places[1])):
        used = dict(place)
        top: dict[Flow, float] = {}
        for flow in sorted(flows, key=lambda flow: (rank[getattr(flow, side)], rank[getattr(flow, other)])):
            code = getattr(flow, side)
            top[flow] = used[code]
            used[code] += flow.area_m2 * scale
        tops.append(top)
    for flow in flows:
        tall = flow.area_m2 * scale
        one, other_top = tops[0][flow], tops[1][flow]
        looks = {"facecolor": _colour(flow.before, classes), "alpha": 0.55, "edgecolor": INK, "linewidth": 0.35}
        looks["hatch"] = "xxxx" if flow.before == OTHER else None
        board.shape(_band(ends, one, other_top, tall), label=f"flow|{flow.before}|{flow.after}", **looks)
        if tall >= 2.6:
            words = fixed(hectares(flow.area_m2), 2)
            board.text(ends[0] + 1.2, one + tall / 2, words, size=6.0, colour=INK)


def _band(ends: tuple[float, float], top: float, other: float, tall: float) -> Any:
    from matplotlib.path import Path as Outline

    (one, two), half = ends, sum(ends) / 2
    points = [(one, top), (half, top), (half, other), (two, other)]
    points += [(two, other + tall), (half, other + tall), (half, top + tall), (one, top + tall), (one, top)]
    curve = [Outline.MOVETO, *3 * [Outline.CURVE4], Outline.LINETO, *3 * [Outline.CURVE4], Outline.CLOSEPOLY]
    return Outline(points, curve)
