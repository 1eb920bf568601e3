"""The pages of the annual account: targets first, then the indicators, and how sure they are."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from ecozone.assess import Account
from ecozone.errors import OutputError
from ecozone.outputs.pictures import draw_ratios, draw_trends
from ecozone.outputs.progress import PROGRESS_GROUPS, PROGRESS_NUMBERS, progress_grid
from ecozone.outputs.word.blocks import Blocks, Cell, Column
from ecozone.outputs.word.paper import WIDTH_MM
from ecozone.text import say
from ecozone.workspace import Workspace

_FILLS = {"met": "D9EAD3", "on_track": "E6F2E1", "at_risk": "FCE8B2", "missed": "F4C7C3", "cannot_tell": "D9D2E9"}
#: Columns by table: their names in the values, and their share of the width.
_TABLES: Mapping[str, Mapping[str, float]] = {
    "ratios": {
        "zone": 3.6,
        "indicator": 3.2,
        "year": 1.2,
        "value": 1.9,
        "interval": 2.4,
        "area": 2.4,
        "zone_area": 2.4,
        "valid": 1.7,
    },
    "accuracy": {
        "year": 1.2,
        "zone": 2.6,
        "label": 2.4,
        "samples": 1.4,
        "adjusted": 2.2,
        "users": 2.6,
        "producers": 2.6,
        "overall": 2.4,
    },
    "resolved": {"zone": 5, "also": 4.6, "hectares": 2.6, "mu": 2.6, "share": 1.8},
    "breakdown": {"part": 5, "year": 1.4, "measure": 4.6, "hectares": 2.8, "value": 2},
}
_WORDS = frozenset({"zone", "indicator", "year", "label", "also", "part", "measure"})
#: So many rows of a table are printed; a workbook holds all.
_MOST_ROWS = 500
Values = Mapping[str, Any]


def add_account(blocks: Blocks, values: Values, account_itself: Account) -> None:
    """Add the pictures and tables of an account, those with rows."""
    account = values["account"]
    blocks.heading(say("report.section_account"), 1)
    blocks.paragraph(say("report.account_years", years=account["years"] or "—"))
    if account["targets"]:
        blocks.heading(say("report.section_targets"), 2)
        _targets(blocks, account["targets"])
    if account["ratios"]:
        for name, draw in (("ratios", draw_ratios), ("trends", draw_trends)):
            picture = partial(draw, account_itself, width_mm=WIDTH_MM)
            add_picture(blocks, say(f"report.caption_picture_{name}"), picture)
    for name, widths in _TABLES.items():
        rows = account[name]
        if not rows:
            continue
        blocks.heading(say(f"report.section_{name}"), 2)
        columns = [Column(say(f"report.head_{one}"), width, one not in _WORDS) for one, width in widths.items()]
        shown = rows[:_MOST_ROWS]
        blocks.table(say(f"report.caption_{name}"), columns, ([row[one] for one in widths] for row in shown))
        if len(rows) > len(shown):
            blocks.note(say("report.rows_cut", left=len(rows) - len(shown)))
    blocks.note(say("report.account_note"))
    if account_itself.workspace is not None:
        _progress(blocks, account_itself.workspace)


def _progress(blocks: Blocks, ws: Workspace) -> None:
    """Add the blank grid of the barrier's progress report: three rows a unit, a column a group of works."""
    grid = progress_grid(ws)
    if grid is None:
        return
    blocks.heading(say("report.section_progress"), 2)
    groups = [Column(say(f"report.progress_{group}"), 1.5) for group in PROGRESS_GROUPS]
    columns = [Column(say("columns.unit_name"), 2.4), Column(say("report.head_progress"), 2.1), *groups]
    blank = [""] * len(groups)
    rows = [
        [unit, say(f"report.progress_{number}"), *blank] for unit in grid["unit_name"] for number in PROGRESS_NUMBERS
    ]
    blocks.table(say("report.caption_progress"), columns, rows)
    blocks.note(say("report.progress_note"))


def add_picture(blocks: Blocks, words: str, draw: Callable[[Path], Path]) -> None:
    """Add a picture of tables, or say why the machine cannot draw it."""
    with tempfile.TemporaryDirectory(prefix="ecozone-") as folder:
        try:
            picture = draw(Path(folder) / "picture.png").read_bytes()
        except OutputError as error:
            if error.key != "pictures.no_font":
                raise
            blocks.note(say("report.no_picture", why=say(error.key)))
            return
    blocks.figure(picture, words, say("report.picture_words", caption=words), WIDTH_MM)


def _targets(blocks: Blocks, targets: list[Values]) -> None:
    names = {"zone": 3.4, "indicator": 2.9, "baseline": 2.1, "target": 2.1, "value": 2.2, "status": 1.9, "gap": 2.5}
    blocks.table(
        say("report.caption_targets"),
        [Column(say(f"report.head_{name}"), width) for name, width in names.items()],
        ([_status(row) if name == "status" else row[name] for name in names] for row in targets),
    )
    more = {
        "zone": 3,
        "indicator": 2.6,
        "measured_as": 1.9,
        "interval": 2.4,
        "by_count": 1.9,
        "why": 4.8,
        "pace": 2,
        "attainment": 1.4,
    }
    blocks.table(
        say("report.caption_evidence"),
        [Column(say(f"report.head_{name}"), width) for name, width in more.items()],
        ([row["reason" if name == "why" else name] for name in more] for row in targets),
    )
    clauses: dict[str, list[str]] = {}
    for row in targets:
        clauses.setdefault(row["source"], []).append(row["clause"])
    for source, named in clauses.items():
        if source:
            blocks.note(say("report.source", source=source, clauses=say("report.list").join(dict.fromkeys(named))))


def _status(row: Values) -> Cell:
    return Cell(row["status"], _FILLS.get(row["status_code"]), bold=True)
