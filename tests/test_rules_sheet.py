"""A pack as a workbook and back: lossless, text only, and loud about what Excel or a hand has spoilt."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecozone.errors import OutputError, WorkspaceError
from ecozone.rules import RulePack, export_sheet, import_sheet, load_packs
from ecozone.text import LANGUAGES, speaking

LITTLE = """
[pack]
name = "little"
version = "1"
title = {{ zh = "小", en = "little" }}
[tags]
coal = {{ zh = "燃煤", en = "coal" }}
[project_types]
tent = {{ zh = "帐篷", en = "tent", tags = [], names = ["营地"] }}
[roles.red_line]
zh = "红线"
required = true
colour = "#CC0000"
levels.1 = {{ zh = "一级", en = "level 1", colour = "#AA0000" }}
[[rules]]
id = "one"
role = "red_line"
levels = [1]
attributes = {{ "是否核心" = ["是", 1, true], "b c" = ["x\\ny"] }}
effect = "prohibit_unless"
permitted_complete = false
within_m = {metres}
sentence = {{ zh = {text}, en = "a" }}
confidence = "S"
"""
texts = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffe\uffff"), max_size=30)
payloads = [
    "=1+1",
    '=HYPERLINK("http://x")',
    "+1",
    "-1",
    "@x",
    "{=1}",
    "_x0041_",
    "http://a.b",
    "00123",
    "1e5",
    "TRUE",
    "#N/A",
    "'x",
    "-",
    " · ",
    "a\nb",
]


def load(folder: Path, text: str) -> RulePack:
    (folder / "pack.toml").write_text(text, "utf-8")
    return load_packs(["pack.toml"], folder=folder)


def edited(folder: Path, edit: Callable[[Any], None]) -> Path:
    """Export the district's pack, let a hand change the workbook, and save it."""
    file = export_sheet(load_packs("tianjin-dongli"), folder / "pack.xlsx")
    book = openpyxl.load_workbook(file)
    edit(book)
    book.save(file)
    return file


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["national", "tianjin-dongli", "vocabulary"])
def test_the_round_trip_is_lossless(tmp_path: Path, name: str, lang: str) -> None:
    """Exported and imported, a packaged pack is equal in every part, in either language of the headings."""
    pack = load_packs(name)
    with speaking(lang):
        file = export_sheet(pack, tmp_path / "pack.xlsx")
        assert load(tmp_path, import_sheet(file)) == pack


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts | st.sampled_from(payloads), metres=st.floats(0.001, 1e6))
def test_any_text_and_number_comes_back(tmp_path: Path, text: str, metres: float) -> None:
    """Whatever text or distance a rule holds comes back to the last digit and sign, or is refused on the way out."""
    pack = load(tmp_path, LITTLE.format(text=json.dumps(text, ensure_ascii=False), metres=repr(metres)))
    try:
        file = export_sheet(pack, tmp_path / "pack.xlsx")
    except OutputError as refused:
        assert refused.key == "rules.sheet_not_held"
        assert re.search("x005F_|_x000D_|</r>", text)
    else:
        assert load(tmp_path, import_sheet(file)) == pack


@pytest.mark.parametrize("text", ["_x005F_", "a_x000D_b", "<r><t>x</t></r>"])
def test_a_text_that_a_workbook_would_change_is_refused(tmp_path: Path, text: str) -> None:
    """The few texts that writer and reader of workbooks do not agree on are refused, not altered."""
    pack = load(tmp_path, LITTLE.format(text=json.dumps(text), metres="5.0"))
    with pytest.raises(OutputError) as refused:
        export_sheet(pack, tmp_path / "pack.xlsx")
    assert refused.value.key == "rules.sheet_not_held"
    assert not (tmp_path / "pack.xlsx").exists()


def test_no_text_becomes_a_formula(tmp_path: Path) -> None:
    """Law 10: every payload is a text cell in the workbook, not a formula, a link or a number."""
    for payload in payloads:
        pack = load(tmp_path, LITTLE.format(text=json.dumps(payload), metres="5.0"))
        book = openpyxl.load_workbook(export_sheet(pack, tmp_path / "pack.xlsx"))
        cells = [
            cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None
        ]
        assert {cell.data_type for cell in cells} == {"s"}
        assert not any(cell.hyperlink for cell in cells)


def test_equal_packs_give_equal_bytes(tmp_path: Path) -> None:
    """Law 7: the workbook does not depend on when it is written."""
    pack = load_packs("national")
    assert export_sheet(pack, tmp_path / "a.xlsx").read_bytes() == export_sheet(pack, tmp_path / "b.xlsx").read_bytes()


def test_what_excel_makes_of_typing_is_understood(tmp_path: Path) -> None:
    """Numbers and booleans typed where they belong, and a new row, are read as meant."""

    def edit(book: Any) -> None:
        sheet = book["rules"]
        heads = {str(cell.value).split(" · ")[0]: cell.column for cell in sheet[1]}
        row = sheet.max_row + 1
        typed = {
            "id": "new",
            "role": "red_line",
            "levels": 1,
            "tags": "coal_fired，livestock",
            "effect": "prohibit_unless",
        }
        typed |= {
            "permitted": "military",
            "permitted_complete": True,
            "within_m": 25,
            "sentence_zh": "新",
            "confidence": "S",
        }
        for head, value in typed.items():
            sheet.cell(row, heads[head], value)

    pack = load(tmp_path, import_sheet(edited(tmp_path, edit)))
    rule = pack.rules[-1]
    assert (rule.id, rule.levels, rule.tags) == ("new", frozenset({1}), frozenset({"coal_fired", "livestock"}))
    assert (rule.permitted_complete, rule.within_m, rule.sentence) == (True, 25.0, {"zh": "新"})
    assert pack.rules[:-1] == load_packs("tianjin-dongli").rules


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "key"),
    [
        ("rules", "A2", "=1+1", "sheet_formula"),
        ("project_types", "B2", 311, "sheet_not_text"),
        ("rules", "A2", None, "missing_key"),
        ("project_types", "A2", None, "sheet_no_id"),
        ("project_types", "A3", "factory", "id_twice"),
        ("rules", "B1", "rolle", "unknown_key"),
        ("rules", "B1", "id", "sheet_column_twice"),
        ("rules", "B1", None, "sheet_stray"),
        ("rules", "B2", "redline", "unknown_roles"),
        ("rules", "C2", "eins", "sheet_bad_cell"),
        ("rules", "D2", "a = ", "sheet_bad_cell"),
        ("rules", "H2", "maybe", "sheet_bad_cell"),
        ("rules", "BK2", "far", "sheet_too_large"),
        ("rules", "A6000", "far", "sheet_too_large"),
    ],
)
def test_a_spoilt_cell_is_named(tmp_path: Path, sheet: str, cell: str, value: Any, key: str) -> None:
    """Each slip of a hand is refused with its file and sheet, and nothing is guessed or left out."""

    def edit(book: Any) -> None:
        book[sheet][cell] = value

    file = edited(tmp_path, edit)
    with pytest.raises(WorkspaceError) as refused:
        import_sheet(file)
    assert refused.value.key == f"rules.{key}"
    assert refused.value.place.file == str(file)
    assert all(refused.value.message(lang) and refused.value.remedy(lang) for lang in LANGUAGES)


def test_a_sheet_too_many_or_too_few_is_refused(tmp_path: Path) -> None:
    """A sheet that is not known is named with the nearest; one that is missing is named."""
    with pytest.raises(WorkspaceError) as refused:
        import_sheet(edited(tmp_path, lambda book: book.create_sheet("rule")))
    assert (refused.value.key, refused.value.fields["nearest"]) == ("rules.sheet_unknown", "rules")
    with pytest.raises(WorkspaceError) as refused:
        import_sheet(edited(tmp_path, lambda book: book.remove(book["tags"])))
    assert refused.value.key == "rules.sheet_missing"


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    """Any other file, a broken or a missing one is refused in our words."""
    import zipfile

    (tmp_path / "text.xlsx").write_text("id,role", "utf-8")
    with zipfile.ZipFile(tmp_path / "zip.xlsx", "w") as archive:
        archive.writestr("a.txt", "a")
    whole = export_sheet(load_packs("national"), tmp_path / "whole.xlsx").read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(whole[: len(whole) // 2])
    for name in ("text.xlsx", "zip.xlsx", "cut.xlsx", "none.xlsx"):
        with pytest.raises(WorkspaceError) as refused:
            import_sheet(tmp_path / name)
        assert refused.value.key == "rules.sheet_unreadable"


def test_a_workbook_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    """A folder that is not there is an error of ours, and no part of a file stays behind."""
    (tmp_path / "pack.xlsx").mkdir()
    for target in (tmp_path / "pack.xlsx", tmp_path / "none" / "pack.xlsx"):
        with pytest.raises(OutputError):
            export_sheet(load_packs("national"), target)
    assert [path.name for path in tmp_path.iterdir()] == ["pack.xlsx"]
