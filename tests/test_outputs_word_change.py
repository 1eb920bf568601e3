"""The Word report of a change: its numbers are those of the JSON, possible violations first, always the same bytes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document

import ecozone as ez
from ecozone.assess import Change
from ecozone.cli import run
from ecozone.outputs import change_document, write_change_docx
from ecozone.outputs.word import change_pages
from ecozone.text import say, speaking
from ecozone.units import fixed


@pytest.fixture(scope="module")
def change() -> Change:
    """The demonstration's change."""
    return ez.assess_change(ez.open_workspace("demo"), 2020, 2025)


def tables(path: Path) -> list[list[list[str]]]:
    """Every table as rows of texts."""
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in Document(str(path)).tables]


def test_every_number_is_that_of_the_json(change: Change, tmp_path: Path) -> None:
    """Gains, losses and transitions of each zone, and what may be a violation, as in the document of the change."""
    path = write_change_docx(change, tmp_path / "c.docx")
    document = change_document(change)
    found = tables(path)
    net = [rows[1:] for rows in found if rows[0][0] == say("report.head_ground")]
    shown = [row for rows in net for row in rows]
    main = {key for key, layer in change.workspace.layers.items() if layer.role in change_pages._MAIN}
    own = [row for row in document["net"] if row["layer"] in main]
    assert len(shown) == len(own) > 20
    for cells, row in zip(shown, own, strict=True):
        assert cells[1:5] == [fixed(row[f"{name}_m2"] / 1e4, 4) for name in ("from", "to", "gain", "loss")]
        assert cells[5].lstrip("+") == fixed(row["net_hectares"] + 0.0, 4)
    (flagged,) = [rows[1:] for rows in found if rows[0][0] == say("report.head_possible")]
    told = sorted((row for row in document["flagged"] if row["area_m2"]), key=lambda row: -row["area_m2"])
    assert told
    assert [[row[0], row[2], row[3]] for row in flagged] == [
        [row["what"], fixed(row["hectares"], 4), str(int(row["patches"]))] for row in told
    ]
    moved = [rows[1:] for rows in found if rows[0][0] == say("report.head_from")]
    areas = {fixed(row["hectares"], 4) for row in document["transitions"] if row["changed"]}
    assert moved and {row[2] for rows in moved for row in rows} <= areas


def test_possible_violations_come_first_with_their_clause(change: Change, tmp_path: Path) -> None:
    """Before gains and losses a reader meets what to verify, the words of the clause and where each patch lies."""
    path = write_change_docx(change, tmp_path / "c.docx")
    heads = [one.text for one in Document(str(path)).paragraphs if one.style.name == "Heading 1"]
    assert heads[0] == say("report.section_violations")
    cells = {cell for rows in tables(path) for row in rows for cell in row}
    for row in change_document(change)["flagged"]:
        if row["area_m2"]:
            assert row["citation"] in cells and row["wording"] in cells
    worst = max(change_document(change)["violations"], key=lambda row: row["area_m2"])
    assert f"{fixed(worst['lon'], 5)}, {fixed(worst['lat'], 5)}" in cells


def test_a_change_of_nothing_says_so(change: Change, tmp_path: Path) -> None:
    """Without patches and violations the report says that none was found, and of what."""
    same = change.transitions[~change.transitions["changed"].astype(bool)]
    empty = replace(
        change,
        transitions=same,
        patches=change.patches.iloc[:0],
        violations=change.violations.iloc[:0],
        flagged=change.flagged.iloc[:0],
    )
    path = write_change_docx(empty, tmp_path / "c.docx")
    words = [one.text for one in Document(str(path)).paragraphs]
    for key in ("cli.flagged_none", "report.no_transition"):
        assert say(key) in words


def test_long_tables_are_cut_and_say_so(change: Change, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left out of a table is counted below it."""
    monkeypatch.setattr(change_pages, "_MOST_PATCHES", 2)
    path = write_change_docx(change, tmp_path / "c.docx")
    words = [one.text for one in Document(str(path)).paragraphs]
    assert say("report.rows_cut", left=len(change.patches) - 2) in words


def test_it_is_the_same_again_in_either_language(change: Change, tmp_path: Path) -> None:
    """The same change gives the same bytes; headings and words are those of the language asked for."""
    for lang in ("zh", "en"):
        made = [write_change_docx(change, tmp_path / f"{name}.docx", lang=lang).read_bytes() for name in "ab"]
        assert made[0] == made[1]
        with speaking(lang):
            words = [one.text for one in Document(str(tmp_path / "a.docx")).paragraphs]
            assert say("map.schematic") in words and say("report.section_violations") in words


def test_the_command_writes_it(tmp_path: Path) -> None:
    """``change -o x.docx`` writes the report and its manifest."""
    target = tmp_path / "c.docx"
    assert run(["change", "2020", "2025", "-w", "demo", "-o", str(target), "-q"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.docx", "c.run.json"]
    assert tables(target)
