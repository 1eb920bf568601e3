"""Workbooks at and beyond what Excel holds: nothing is cut in silence, and no text becomes anything else."""

from __future__ import annotations

import hashlib
import tomllib
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecozone as ez
from ecozone.outputs import sheets, workbook
from ecozone.outputs.escape import plain
from ecozone.outputs.tables import notice_table
from ecozone.outputs.workbook import NAME_LIMIT, write_book
from ecozone.runs import Request, execute
from ecozone.text import say, speaking

HERE = Path(ez.__file__).parent
FORBIDDEN = set("[]:*?/\\")
TEXTS = st.one_of(
    st.text(), st.sampled_from(["=1+1", "_x0041_", "<b>&", " a ", "红线\n二", "{{7*7}}", "\u202eabc", "😀"])
)
VALUES = st.one_of(st.none(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False), TEXTS)


def read(path: Path, sheet: str) -> list[tuple[Any, ...]]:
    """Return the rows of a sheet below its headings."""
    return list(openpyxl.load_workbook(path)[sheet].iter_rows(min_row=2, values_only=True))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.floats(-1e15, 1e15), VALUES), min_size=1, max_size=6))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]]) -> None:
    """Texts, numbers and what is mixed come back as they were, whatever they look like; no cell is a formula."""
    path = tmp_path_factory.mktemp("book") / "a.xlsx"
    write_book({"sites": pd.DataFrame(rows, columns=["name", "area_m2", "reason"])}, path)
    sheet = openpyxl.load_workbook(path)["项目"]
    assert "f" not in {cell.data_type for line in sheet.iter_rows() for cell in line}
    xml = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")
    ElementTree.fromstring(xml)
    for line, (name, area, _) in zip(sheet.iter_rows(min_row=2, values_only=True), rows, strict=True):
        assert (line[0] or "").replace("_x005F_", "_") == plain(name).replace("\r\n", "\n").replace("\r", "\n")
        assert line[1] == area


def test_rows_beyond_a_sheet_go_on_in_the_next_and_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row is in the workbook once, in order, and the notices name the sheet that goes on."""
    monkeypatch.setattr(workbook, "ROW_LIMIT", 4)
    table = pd.DataFrame({"name": [f"地块{at}" for at in range(8)], "area_m2": np.arange(8.0)})
    path = tmp_path / "a.xlsx"
    write_book({"sites": table, "notices": notice_table(())}, path)
    assert openpyxl.load_workbook(path).sheetnames == ["项目", "项目 (2)", "项目 (3)", "提示"]
    found = [row for name in ("项目", "项目 (2)", "项目 (3)") for row in read(path, name)]
    assert found == list(table.itertuples(index=False, name=None))
    said = read(path, "提示")
    assert len(said) == 1 and "项目 (2)" in said[0][5] and said[0][7] == "outputs.rows_go_on"


@pytest.mark.parametrize("sign", ["红", "a", "😀"])
@pytest.mark.parametrize("kind", ["object", "category"])
def test_a_text_beyond_a_cell_ends_in_dots_and_is_told(tmp_path: Path, sign: str, kind: str) -> None:
    """Excel counts 32,767 UTF-16 units: what fits is whole, what does not ends in …, and the notice counts it."""
    room = sheets.CELL_LIMIT // len(sign.encode("utf-16-le")) * 2
    fits, long = sign * room, sign * (room + 2)
    table = pd.DataFrame({"reason": pd.Series([fits, long, "kurz"], dtype=kind)})
    path = tmp_path / "a.xlsx"
    write_book({"states": table, "notices": notice_table(())}, path)
    whole, cut, short = (row[0] for row in read(path, "各图层状态"))
    assert (whole, short) == (fits, "kurz")
    assert cut.endswith("…") and long.startswith(cut[:-1])
    assert sheets.CELL_LIMIT - 1 <= len(cut.encode("utf-16-le")) // 2 <= sheets.CELL_LIMIT
    assert [row[7] for row in read(path, "提示")] == ["outputs.cells_cut"]
    assert "1 个单元格" in read(path, "提示")[0][5]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_names_of_sheets_are_legal(lang: str) -> None:
    """31 signs hold every sheet's name and the number behind it, and none of the signs that Excel refuses is in one."""
    texts = tomllib.loads((HERE / "texts" / "outputs.toml").read_text("utf-8"))
    names = [entry[lang] for key, entry in texts.items() if key.startswith("sheet_")]
    assert len(names) > 20
    for name in names:
        assert len(f"{name} (99)") <= NAME_LIMIT
        assert not FORBIDDEN & set(name) and not name.startswith("'") and not name.endswith("'")


def test_a_sheet_can_be_read_and_printed(little: Any, sites: Any, square: Any, tmp_path: Path) -> None:
    """Frozen headings that repeat on paper, a filter over all rows, A4 or A3 across, colours that repeat a word."""
    ws = little(red_line=[(square(0, 0, 1000), {})])
    check = ez.check_sites(sites((square(100, 100, 50), "school"), (square(6000, 6000, 10), "school")), ws)
    for lang, verdict in (("zh", "禁止"), ("en", "prohibited")):
        with speaking(lang):
            book = openpyxl.load_workbook(ez.write_xlsx(check, tmp_path / "a.xlsx"))
        sheet = book.worksheets[0]
        assert (sheet.freeze_panes, sheet.auto_filter.ref) == (
            "B2",
            f"A1:{sheet.cell(1, sheet.max_column).column_letter}3",
        )
        assert sheet.print_title_rows == "$1:$1" and sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage and not sheet.page_setup.fitToHeight
        heads = [cell.value for cell in sheet[1]]
        column = sheet.cell(1, heads.index("判定" if lang == "zh" else "Verdict") + 1).column_letter
        assert sheet[f"{column}2"].value == verdict
        rules = [
            rule.formula for where in sheet.conditional_formatting for rule in where.rules if column in str(where.sqref)
        ]
        assert [f'"{verdict}"'] in rules
        area = sheet.cell(2, heads.index("面积（平方米）" if lang == "zh" else "Area (m²)") + 1)
        assert area.value == pytest.approx(2500, rel=1e-3) and area.number_format == '#,##0.00;-#,##0.00;"—"'
        assert all(8 < size.width <= 50 for size in sheet.column_dimensions.values())


def test_a_planner_reads_words_and_no_codes(little: Any, sites: Any, square: Any, tmp_path: Path) -> None:
    """Yes and no, how sure a clause is, and what is assumed stand in the language of the workbook alone."""
    ws = little(red_line=[(square(0, 0, 1000), {})])
    check = ez.check_sites(sites((square(100, 100, 50), "school")), ws)
    for lang, yes, no in (("zh", "是", "否"), ("en", "yes", "no")):
        with speaking(lang):
            path = ez.write_xlsx(check, tmp_path / "a.xlsx")
            book = openpyxl.load_workbook(path)
            sure = say("report.confidence_s")
        names = {sheet.title: [cell.value for cell in sheet[1]] for sheet in book}
        cells = {cell.value for sheet in book for row in sheet.iter_rows(min_row=2) for cell in row}
        assert {yes, no} & cells and not {True, False} & {value for value in cells if isinstance(value, bool)}
        findings = book["检查结果" if lang == "zh" else "Findings"]
        at = names[findings.title].index("依据可信度" if lang == "zh" else "Confidence") + 1
        assert findings.cell(2, at).value == sure
        assert len(names["假定与未知" if lang == "zh" else "Assumptions"]) == 3


def test_a_wide_sheet_is_printed_so_that_it_can_be_read(tmp_path: Path) -> None:
    """Columns that no A3 holds go on on a next page, the first of them and the grid on each."""
    numbers = ("planned", "started", "share")
    wide = pd.DataFrame({f"progress_{group}_{number}": [1.0] for group in range(1, 11) for number in numbers})
    for name, table, pages in (("sites", pd.DataFrame({"reason": ["长" * 200]}), 1), ("progress", wide, 2)):
        write_book({name: table}, tmp_path / "a.xlsx")
        (sheet,) = openpyxl.load_workbook(tmp_path / "a.xlsx")
        assert (sheet.page_setup.fitToWidth or 1, sheet.print_title_cols) == (pages, "$A:$A" if pages > 1 else None)
        assert sheet.print_options.gridLines


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_headings_have_room_for_their_lines(tmp_path: Path, lang: str) -> None:
    """A heading that its column is too narrow for stands in two lines, and the row is as high."""
    with speaking(lang):
        write_book({"findings": pd.DataFrame({"site_id": ["A"], "overlap_m2": [1.0]})}, tmp_path / "a.xlsx")
        write_book({"findings": pd.DataFrame({"level": [1.0]})}, tmp_path / "b.xlsx")
    two, one = (
        openpyxl.load_workbook(tmp_path / name).worksheets[0].row_dimensions[1].height for name in ("a.xlsx", "b.xlsx")
    )
    # A height of one line is that of every row, and not said.
    assert (two, one) == (2 * sheets.LINE_HEIGHT, None)


def test_the_last_sheet_names_the_run(tmp_path: Path) -> None:
    """Id, day, versions, request, and each input with the hash of its bytes."""
    ws = ez.open_workspace("demo")
    source = ws.folder / "sites" / "lines.kml"
    out = tmp_path / "a.xlsx"
    done = execute(Request(workspace="demo", parts=("check",), sites=(str(source),), outputs=(str(out),)))
    rows = {(row[0], row[1]): row for row in read(out, "运行记录")}
    assert rows["运行", "运行编号"][2] == done.run["id"] and rows["运行", "日期"][2] == done.run["date"]
    mine = next(row for key, row in rows.items() if key[0] == "输入" and str(key[1]).endswith("lines.kml"))
    assert mine[3] == hashlib.sha256(source.read_bytes()).hexdigest()
    assert len([key for key in rows if key[0] == "输入"]) == len(done.run["inputs"])


def test_the_progress_grid_has_units_and_no_number(tmp_path: Path) -> None:
    """Ten groups of three columns for each declared subdistrict: every cell but the unit's name is left to people."""
    ws = ez.open_workspace("demo")
    path = ez.write_xlsx(None, tmp_path / "r.xlsx", ratios=ez.assess_account(ws, years=[2025]))
    sheet = openpyxl.load_workbook(path)["屏障建设进度（待填）"]
    units = ws.features("subdistrict")["name"]
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == list(dict.fromkeys(units))
    assert sheet.max_column == 31
    assert {value for row in sheet.iter_rows(min_row=2, min_col=2, values_only=True) for value in row} == {None}
    heads = [cell.value for cell in sheet[1]][1:]
    assert len(set(heads)) == 30 and heads[0].startswith("拆迁与生态修复") and heads[-1].startswith("综合监管")
    assert "outputs.progress_blank" in {row[7] for row in read(path, "提示")}
