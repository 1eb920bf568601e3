"""The Word report: its numbers are those of the JSON, its texts are texts, its bytes are always the same."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import shutil
import subprocess
import tomllib
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from docx import Document
from docx.oxml.ns import qn

import ecozone as ez
from ecozone.assess import RATIO_COLUMNS, TARGET_COLUMNS, Account, overrule
from ecozone.assess.account import ACCURACY_COLUMNS
from ecozone.cli.app import run as command
from ecozone.errors import EcozoneError, InputError, UsageError
from ecozone.outputs import check_document, ratio_table
from ecozone.outputs.word.account_values import account_values
from ecozone.outputs.word.blocks import data_text
from ecozone.outputs.word.corners import MOST_POINTS
from ecozone.outputs.word.values import report_values
from ecozone.runs import verify
from ecozone.text import speaking
from ecozone.units import fixed, hectares, mu
from ecozone.workspace import Override

ODD = (
    *("=cmd|' /C calc'!A0", "<b>&amp;</w:t>", "{{7*7}}{% raw %}", "A\x00\x0b\x1b\ufffeB"),
    *("长" * 300, "x" * 300, "\u202egnp.exe\u2066", "一行\r\n两行\t", "$x^2$", "]]>"),
)
RUN = {"id": "0123456789abcdef", "date": "2026-03-01", "ecozone": "0.1.0", "inputs": []}


@pytest.fixture
def workspace(little: Any, square: Any) -> ez.Workspace:
    return little(
        red_line=[(square(1000, 1000, 1000), {"name": "河岸红线"})],
        barrier=[(square(2000, 1000, 1000), {"level": 1}), (square(3000, 1000, 1000), {"level": 2})],
        sensitive=[(square(5, 5, 1), {})],
    )


@pytest.fixture
def check(workspace: ez.Workspace, sites: Any, square: Any) -> ez.Check:
    """One site across two layers, one clear of them, one partly beyond the district."""
    frame = sites(
        (square(1900, 1100, 200, 100), "school"), (square(6000, 6000, 10), "school"), (square(-50, 8000, 100), "school")
    )
    return replace(ez.check_sites(frame, workspace), run=RUN)


def texts(path: Path) -> list[str]:
    """Return every paragraph and cell of a document."""
    document = Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [*(paragraph.text for paragraph in document.paragraphs), *cells]


def table_of(path: Path, *head: str) -> list[list[list[str]]]:
    """Return the tables whose head begins with these words, as rows of texts below the head."""
    found = [[[cell.text for cell in row.cells] for row in table.rows] for table in Document(str(path)).tables]
    return [rows[1:] for rows in found if rows[0][: len(head)] == list(head)]


def test_every_number_is_that_of_the_json(check: ez.Check, tmp_path: Path) -> None:
    """Law 6: each layer's area in three units, its share and its distance are those of the check, rounded half up."""
    path = ez.write_docx(check, tmp_path / "r.docx")
    order = {"prohibited": 0, "conditional": 1, "review": 2, "clear": 3}
    told = sorted(check_document(check)["sites"], key=lambda site: order[site["verdict"]])
    tables = table_of(path, "图层", "层内（m²）")
    assert len(tables) == len(told) == 3
    compared = 0
    for site, rows in zip(told, tables, strict=True):
        states = {one["layer"]: one for one in site["states"] if one["state"] in ("affected", "not_affected")}
        shown = {row[0]: row for row in rows}
        for key, state in states.items():
            row, area = shown[f"{key}层"], state["overlap_m2"]
            if area > 0:
                assert row[1:5] == [
                    *(fixed(area, 2), fixed(hectares(area), 4), fixed(mu(area), 2)),
                    f"{fixed(area / site['area_m2'] * 100, 2)}%",
                ]
            else:
                assert row[1:5] == ["—"] * 4
            assert row[6] == ("—" if state["distance_m"] is None else fixed(state["distance_m"], 1))
            compared += 1
    assert compared == 6


def test_the_first_page_says_yes_no_or_no_data(check: ez.Check, tmp_path: Path) -> None:
    """A reader without GIS sees a word for each layer, and no data is never no."""
    answers = table_of(ez.write_docx(check, tmp_path / "r.docx"), "图层", "是否涉及")
    words = {row[0]: row[1] for row in answers[0]}
    assert words["red_line层"] == words["barrier层"] == "涉及"
    others = [{row[0]: (row[1], row[2]) for row in rows}["red_line层"] for rows in answers[1:]]
    assert others == [("无数据", "待核实"), ("不涉及", "—")]


def test_clauses_stand_with_source_confidence_and_procedure(check: ez.Check, tmp_path: Path) -> None:
    """What binds the site is quoted with where it is written, how sure that is and what follows."""
    said = "\n".join(texts(ez.write_docx(check, tmp_path / "r.docx")))
    for words in ("红线内禁止开发", "《红线通知》", "条文有公开原文可核对", "办理认定意见", "河岸红线"):
        assert words in said
    compliance = table_of(tmp_path / "r.docx", "管控要求")
    assert compliance
    assert {row[2] for rows in compliance for row in rows} == {""}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_odd_names_are_shown_as_text(
    workspace: ez.Workspace, sites: Any, square: Any, lang: str, tmp_path: Path
) -> None:
    """HAZARDS 8: no name crashes the report, is evaluated, or is cut in the table of the project."""
    frame = sites(*((square(1900 + 10 * at, 1100, 5), "school") for at in range(len(ODD))))
    frame["name"] = list(ODD)
    with speaking(lang):
        check = ez.check_sites(frame, workspace)
    path = ez.write_docx(check, tmp_path / "r.docx", lang=lang)
    said = texts(path)
    for name in ODD:
        assert data_text(name) in said
    assert not any(text == "49" for text in said)


def test_marks_of_direction_end_where_their_text_ends() -> None:
    """A name that turns the direction round cannot turn what stands behind it."""
    words = data_text("\u202egnp.exe\u2067")
    assert words == "\u2068\u202egnp.exe\u2067\u2069\u202c\u2069"
    assert data_text(words) == words
    assert data_text("普通") == "普通"


def test_the_same_results_give_the_same_bytes(check: ez.Check, tmp_path: Path) -> None:
    """Nothing in the file depends on when, where or under which name it was made; its day is the run's."""
    one = ez.write_docx(check, tmp_path / "a.docx").read_bytes()
    other = ez.write_docx(check, tmp_path / "b.docx").read_bytes()
    assert one == other
    with zipfile.ZipFile(io.BytesIO(one)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not any("thumbnail" in name for name in archive.namelist())
        assert not any(b"w:rsid" in archive.read(name) for name in ("word/document.xml", "word/settings.xml"))
    said = Document(io.BytesIO(one)).core_properties
    assert said.created == said.modified == dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    assert "2026-03-01" in "\n".join(texts(tmp_path / "a.docx"))


def test_every_style_names_its_chinese_font(check: ez.Check, tmp_path: Path) -> None:
    """HAZARDS 8: each style says which Chinese font it has, none leaves it to the theme, and the language is told."""
    styles = Document(str(ez.write_docx(check, tmp_path / "r.docx"))).styles.element
    fonts = list(styles.iter(qn("w:rFonts")))
    assert len(fonts) > 10
    for one in fonts:
        assert one.get(qn("w:eastAsia")) in {"宋体", "黑体", "仿宋"}
        assert not any("Theme" in name for name in dict(one.attrib))
    languages = {
        tuple(one.get(qn(f"w:{script}")) for script in ("val", "eastAsia")) for one in styles.iter(qn("w:lang"))
    }
    # Latin letters that are said to be Chinese: a line could end inside a number.
    assert languages == {("en-US", "zh-CN")}


def test_what_lies_outside_a_boundary_is_no_overlap(tmp_path: Path) -> None:
    """The first page says how much lies outside, the clause says so of its area, and the areas inside have none."""
    ws = ez.open_workspace("demo")
    check = ez.check_sites(ez.read_sites(ws.folder / "sites" / "parcels_zone39.gpkg"), ws)
    truth = {row["site_id"]: row for row in check.findings.to_dict("records") if row["rule"] == "CN-urban-boundary"}
    title = ws.layer("urban_boundary").title["zh"]
    sites = {site["id"]: site for site in report_values(check, None, RUN)["sites"]}
    assert truth
    for site_id, row in truth.items():
        area = fixed(hectares(row["overlap_m2"]), 4)
        answer, inside = (
            next(one for one in sites[site_id][part] if one["layer"] == title) for part in ("answers", "measures")
        )
        assert answer["reason"].endswith(f"在{title}外") and f"有 {area} 公顷" in answer["reason"]
        assert (answer["code"], inside["m2"]) == ("not_affected", "—")
        clause = next(one for one in sites[site_id]["clauses"] if one["rule"] == row["rule"])
        assert clause["measured"].startswith("界外面积") and area in clause["measured"]
        assert "占管控区" not in clause["measured"]


def test_tables_and_figures_are_made_for_paper(check: ez.Check, tmp_path: Path) -> None:
    """Heads repeat, rows are whole, tables fit the page, captions are numbered by fields, pictures have words."""
    document = Document(str(ez.write_docx(check, tmp_path / "r.docx")))
    section = document.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    assert round(section.page_width.mm), round(section.page_height.mm) == (210, 297)
    for table in document.tables:
        rows = table._tbl.tr_lst
        assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in rows)
        assert int(table._tbl.tblPr.find(qn("w:tblW")).get(qn("w:w"))) * 635 <= room + 635
        fixed_head = rows[0].find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
        assert fixed_head or len(table.columns) == 2
    fields = [one.get(qn("w:instr")).split()[:2] for one in document.element.iter(qn("w:fldSimple"))]
    tables = sum(field == ["SEQ", "表"] for field in fields)
    assert tables == len(document.tables)
    pictures = list(document.element.iter(qn("wp:docPr")))
    assert len(pictures) == sum(field == ["SEQ", "图"] for field in fields) == 3
    assert all(len(one.get("descr")) > 10 for one in pictures)
    foot = [one.get(qn("w:instr")).strip() for one in section.footer._element.iter(qn("w:fldSimple"))]
    assert foot == ["PAGE", "NUMPAGES"]


def test_our_own_words_never_allow(check: ez.Check, tmp_path: Path) -> None:
    """Law 9: no text of the report's catalogue says that something is allowed."""
    room = tomllib.loads((Path(ez.__file__).parent / "texts" / "report.toml").read_text("utf-8"))
    words = [text for entry in room.values() for text in (entry["zh"], entry["en"])]
    assert [text for text in words if re.search(r"允许|准许|可以建|allowed|permitted|permissible", text)] == []
    assert "仅供参考，不作为审批依据" in "\n".join(texts(ez.write_docx(check, tmp_path / "r.docx")))


def test_corner_points_are_those_of_the_site_north_first(
    workspace: ez.Workspace, sites: Any, square: Any, tmp_path: Path
) -> None:
    """Each corner once, northing before easting, a long outline cut and said, of a circle the centre."""
    shape = square(1900, 1100, 200, 100)
    many = shapely.Point(shape.centroid).buffer(300, quad_segs=100)
    frame = sites((shape, "school"), (many, "school"), (many, "school"), radius={2: 300.0})
    path = ez.write_docx(ez.check_sites(frame, workspace), tmp_path / "r.docx")
    corners = sorted(table_of(path, "序号", "点号"), key=len)
    assert [len(rows) for rows in corners] == [1, 4, MOST_POINTS]
    found = {(float(east), float(north)) for _, _, north, east in corners[1]}
    assert found == {(x, y) for x, y in shape.exterior.coords}
    centre = corners[0][0]
    assert np.hypot(float(centre[3]) - shape.centroid.x, float(centre[2]) - shape.centroid.y) < 0.5
    said = "\n".join(texts(path))
    assert f"只列前 {MOST_POINTS} 点，另有 200 点" in said
    assert "先北后东" in said


def test_refused_sites_are_named(workspace: ez.Workspace, sites: Any, square: Any, tmp_path: Path) -> None:
    """A site without a shape is in the overview and in a list of its own, never left out and never clear."""
    frame = sites((square(1900, 1100, 200), "school"), (None, "school"))
    path = ez.write_docx(ez.check_sites(frame, workspace), tmp_path / "r.docx")
    (refused,) = table_of(path, "编号", "项目名称", "来源")
    assert [row[:2] for row in refused] == [["S2", "项目2"]]
    (overview,) = table_of(path, "编号", "项目名称", "项目类型")
    assert {row[0]: row[4] for row in overview}["S2"] == "待核实"


def test_overrides_show_both_verdicts(check: ez.Check, tmp_path: Path) -> None:
    """What a person ruled stands beside the verdict with reason, initials and date, and the verdict stays."""
    row = next(one for one in check.findings.to_dict("records") if one["rule"] == "red-line")
    ruling = Override(
        site=row["site_id"],
        layer=row["layer"],
        rule=row["rule"],
        zone=row["zone"],
        verdict="clear",
        reason="现场核实<b>",
        by="WL",
        date=dt.date(2026, 2, 3),
        overlap_m2=float(row["overlap_m2"]),
    )
    path = ez.write_docx(overrule(check, [ruling]), tmp_path / "r.docx")
    (ruled,) = table_of(path, "图层", "系统判定")
    before = {"prohibited": "禁止", "conditional": "受限需论证", "review": "待核实"}[row["verdict"]]
    assert ruled == [["red_line层", before, "未涉及", "现场核实<b>", "WL", "2026-02-03"]]
    (overview,) = table_of(path, "编号", "项目名称", "项目类型")
    assert (
        overview[0][4]
        == {"prohibited": "禁止", "conditional": "受限需论证", "review": "待核实"}[check.sites["verdict"].iloc[0]]
    )


def test_the_account_has_the_numbers_of_its_ratios(
    workspace: ez.Workspace, with_rasters: Callable[..., ez.Workspace], tmp_path: Path
) -> None:
    """Every indicator and target of an account stands in its report, rounded half up."""
    more = """
[[targets]]
indicator = "blue_green_ratio"
zone = "barrier:1"
baseline = { year = 2020, value = 40.0 }
target = { year = 2025, value = 85.0, kind = "约束性" }
source = "《规划》"
"""
    rng = np.random.default_rng(1)
    ws = with_rasters(workspace, {year: rng.choice([10, 40, 50, 80], (50, 50)) for year in (2020, 2025)}, more)
    account = ez.assess_account(ws)
    path = ez.write_docx(None, tmp_path / "r.docx", account=account, run=RUN)
    (rows,) = table_of(path, "区", "指标", "年份")
    assert len(rows) == len(account.ratios)
    for row, truth in zip(rows, account.ratios.to_dict("records"), strict=True):
        assert row[3].rstrip("% km²") == fixed(truth["value"], 2)
        assert row[5] == fixed(truth["numerator_m2"] / 1e4, 4)
    assert "土地覆盖年份：2020、2025。" in texts(path)
    targets = table_of(path, "区", "指标", "基准")[0]
    assert [row[4].split("%")[0] for row in targets] == [fixed(value, 2) for value in account.targets["value"]]


def test_an_account_of_drawn_shapes_says_so(tmp_path: Path) -> None:
    """Where layers or land cover are schematic the first page of an account bears the banner, as a site report does."""
    ws = ez.open_workspace("demo")
    path = tmp_path / "r.docx"
    for schematic in (True, False):
        layers = {key: replace(layer, schematic=schematic) for key, layer in ws.layers.items()}
        cover = replace(ws.landcover, schematic=schematic)
        account = replace(a_small_account(), workspace=replace(ws, layers=layers, landcover=cover))
        ez.write_docx(None, path, account=account, run=RUN)
        assert any("示意" in text and "不" in text for text in texts(path)[:4]) == schematic


def test_an_account_has_the_blank_progress_grid(tmp_path: Path) -> None:
    """Three rows a subdistrict and ten groups of works, all of them blank: no layer tells what is planned."""
    account = replace(a_small_account(), workspace=ez.open_workspace("demo"))
    path = ez.write_docx(None, tmp_path / "r.docx", account=account, run=RUN)
    (rows,) = table_of(path, "单位", "数", "拆迁与生态修复")
    assert len(rows) == 3 * 11
    assert all(len(row) == 12 and set(row[2:]) == {""} for row in rows)


def test_a_red_line_is_judged_by_its_boundary_and_no_count(workspace: ez.Workspace) -> None:
    """Nothing is counted in the area of a layer: what it shows alone is by its boundary, and its year no land cover."""
    account = ez.assess_account(red_line_target(workspace))
    values = account_values(account)
    assert values["years"] == "" and account.ratios["year"].notna().any()
    (told,) = [row["by_count"] for row in values["targets"]]
    assert told.endswith("（按所画边界）")
    (group,) = [one for one in ratio_table(account.ratios)["groups"] if one["target"]]
    assert all(row["by_count"].startswith("按所画边界：") for row in group["rows"])


def red_line_target(workspace: ez.Workspace) -> ez.Workspace:
    """Add a target that is within what the accuracy of the red line leaves."""
    toml = workspace.folder / "ecozone.toml"
    words = toml.read_text("utf-8").replace(
        'title = { zh = "red_line层" }', 'title = { zh = "红线" }\nvalid_from = 2022-06-30'
    )
    target = """
[[targets]]
indicator = "red_line_area"
zone = "red_line"
target = { year = 2025, value = 1.0 }
source = "《规划》"
"""
    toml.write_text(words + target, "utf-8")
    return ez.open_workspace(workspace.folder)


def a_small_account() -> Account:
    """An account without rows."""
    columns = (RATIO_COLUMNS, TARGET_COLUMNS, ACCURACY_COLUMNS)
    return Account(*(pd.DataFrame(columns=list(names)) for names in columns))


def test_nothing_to_report_is_said(tmp_path: Path) -> None:
    """Without a check and an account there is no report."""
    with pytest.raises(UsageError, match="没有可写的结果"):
        ez.write_docx(None, tmp_path / "r.docx")


def template(path: Path, *paragraphs: str, table: tuple[str, ...] = ()) -> Path:
    """Write a template of paragraphs and one table of a column."""
    document = Document()
    for words in paragraphs:
        document.add_paragraph(words)
    for words in table:
        rows = document.tables[0] if document.tables else document.add_table(0, 1)
        rows.add_row().cells[0].text = words
    document.save(str(path))
    return path


def test_a_template_is_filled_with_the_same_values(check: ez.Check, tmp_path: Path) -> None:
    """The user's document gets our values, tables row by row, a picture with words, and names as text."""
    check = replace(check, sites=check.sites.assign(name=["{{7*7}}<b>&", "二", "三"]))
    rows = ("{%tr for row in sites[0].measures %}", "{{ row.layer }} {{ row.m2 }}", "{%tr endfor %}")
    mine = template(
        tmp_path / "t.docx", "《{{ title }}》{{ date }}", "{{ sites[0].name }}{{ sites[0].map }}", table=rows
    )
    path = ez.write_docx(check, tmp_path / "r.docx", template=mine)
    said = texts(path)
    assert "《示范区项目用地管控核查报告》2026-03-01" in said
    assert "{{7*7}}<b>&" in said
    shown = [
        f"{row[0]} {row[1]}" for row in table_of(ez.write_docx(check, tmp_path / "own.docx"), "图层", "层内（m²）")[0]
    ]
    assert [text for text in said if text in shown] == shown
    (picture,) = Document(str(path)).element.iter(qn("wp:docPr"))
    assert "{{7*7}}<b>&" in picture.get("descr")
    assert path.read_bytes() == ez.write_docx(check, tmp_path / "again.docx", template=mine).read_bytes()


def named(values: Any) -> set[str]:
    """Return every name in the values of a report, at any depth."""
    if isinstance(values, dict):
        return set(values) | {name for value in values.values() for name in named(value)}
    return {name for value in values for name in named(value)} if isinstance(values, list) else set()


def test_every_value_is_documented(check: ez.Check) -> None:
    """The page on templates names each value that a template may take."""
    values = named(report_values(check, None, RUN))
    page = Path(__file__).parent.parent / "docs" / "word-template.md"
    known = set(re.findall(r"[a-z_0-9]+", page.read_text("utf-8")))
    # For our own pages: places, codes of colours, and counts of what was left out.
    internal = {"at", "code", "verdict_code", "overview_left", "notices_left", "land_note"}
    assert values - known - internal == set()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("{{ titel }}", "最接近的是“title”"),
        ("{% for s in sites %}{{ s.nmae }}{% endfor %}", "最接近的是“name”"),
        ("{{ title.__class__.__mro__ }}", "__class__"),
        ("{{ ''['__class__'] }}", "__class__"),
        ("{{ sites.append }}", "append"),
        ("{{ cycler.__init__.__globals__.os.system }}", "cycler"),
        ("{{ self._TemplateReference__context }}", "_TemplateReference__context"),
        ("{{ loop.__class__ }}", "loop"),
        ("{% for s in sites %}{{ loop.__class__ }}{% endfor %}", "__class__"),
        ("{{ lipsum() }}", "Call"),
        ("{{ title.format('') }}", "Call"),
        ("{% include '/etc/passwd' %}", "Include"),
        ("{% import 'x' as y %}", "Import"),
        ("{% extends 'x' %}", "Extends"),
        ("{% macro m() %}{% endmacro %}", "Macro"),
        ("{% set a = title ~ title %}", "Assign"),
        ("{{ 'x' * 999999999 }}", "Mul"),
        ("{{ title|safe }}", "safe"),
        ("{{ title|map('upper') }}", "map"),
        ("{{ title|attr('__class__') }}", "attr"),
        ("{% for c in title %}{% endfor %}", "for"),
        ("{% for s in sites recursive %}{% endfor %}", "recursive"),
        ("{{ sites }}", "不支持"),
        ("{% for x %}", "“end of statement block”处写法不对"),
        ("{% if title %}", "没有写 endfor 或 endif"),
        ("{{ title }", "“}”处写法不对"),
        ("{% fro s in sites %}", "没有“fro”这种标签"),
        ("{{ title|uper }}", "uper"),
        ("{% for a in sites %}" * 12 + "{% endfor %}" * 12, "循环太多"),
    ],
)
def test_a_template_can_do_nothing_but_show(check: ez.Check, words: str, said: str, tmp_path: Path) -> None:
    """Python's objects, files, calls, arithmetic and endless loops are refused, and the old report stays."""
    old = tmp_path / "r.docx"
    old.write_bytes(b"old")
    with pytest.raises(InputError) as caught:
        ez.write_docx(check, old, template=template(tmp_path / "t.docx", words))
    assert said in caught.value.message()
    assert caught.value.remedy()
    assert old.read_bytes() == b"old"


def repacked(path: Path, member: str, change: Callable[[bytes], bytes]) -> Path:
    """Write a template again with one member changed or added."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[member] = change(parts.get(member, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


LINK = (
    b'<Relationship Id="rX" Type="http://x/relationships/attachedTemplate" Target="http://x/y" TargetMode="External"/>'
)


@pytest.mark.parametrize(
    ("member", "change"),
    [
        ("word/_rels/document.xml.rels", lambda data: data.replace(b"</Relationships>", LINK + b"</Relationships>")),
        ("word/vbaProject.bin", lambda _: b"macro"),
        ("word/document.xml", lambda data: b'<!DOCTYPE a [<!ENTITY b "c">]>' + data),
        (
            "word/document.xml",
            lambda data: data.replace(
                b"<w:body>", b"<w:body><w:p><w:r><w:instrText>DDEAUTO c</w:instrText></w:r></w:p>"
            ),
        ),
        ("word/media/zero.bin", lambda _: bytes(60_000_000)),
        ("word/document.xml", lambda _: b"<broken"),
    ],
)
def test_a_template_that_fetches_or_runs_is_refused(
    check: ez.Check, member: str, change: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    """Links to other files, macros, entities, fields that fetch, and bombs never get as far as Word."""
    mine = repacked(template(tmp_path / "t.docx", "{{ title }}"), member, change)
    with pytest.raises(InputError) as caught:
        ez.write_docx(check, tmp_path / "r.docx", template=mine)
    assert "t.docx" in caught.value.message()


@pytest.mark.parametrize("data", [None, b"", b"not a zip", b"PK\x03\x04"])
def test_what_is_no_template_is_refused(check: ez.Check, data: bytes | None, tmp_path: Path) -> None:
    """A file that is missing or no document gives a sentence."""
    mine = tmp_path / "t.docx"
    if data is not None:
        mine.write_bytes(data)
    with pytest.raises(EcozoneError, match=r"t\.docx"):
        ez.write_docx(check, tmp_path / "r.docx", template=mine)


def test_without_a_chinese_font_the_picture_has_letters(
    check: ez.Check, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No boxes are drawn: the legend's words stand below the picture, each by its letter."""
    monkeypatch.setattr("ecozone.outputs.pictures.lettering.CHINESE_FAMILIES", ("No Such Font",))
    said = "\n".join(texts(ez.write_docx(check, tmp_path / "r.docx")))
    assert "图例以字母代替：A 项目用地；B red_line层" in said


def test_the_command_makes_a_report_that_is_verified(
    workspace: ez.Workspace, square: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """`ecozone report` writes the document, its record and the archive, from a template too, and all is proved."""
    import geopandas as gpd

    sites = workspace.folder / "parcels.gpkg"
    gpd.GeoDataFrame({"编号": ["P1"]}, geometry=[square(1900, 1100, 200)], crs="EPSG:4548").to_file(sites)
    mine = template(workspace.folder / "t.docx", "{{ title }} {{ sites[0].verdict }}")
    words = [
        "report",
        str(sites),
        "-w",
        str(workspace.folder),
        "-o",
        str(tmp_path / "报告.docx"),
        "--date",
        "2026-03-01",
    ]
    assert command([*words, "-o", str(tmp_path / "r.zip"), "--with-inputs", "--json"]) == 0
    files = json.loads(capfd.readouterr().out)["files"]
    assert [Path(one).name for one in files] == ["报告.docx", "报告.run.json", "r.zip"]
    layers = table_of(tmp_path / "报告.docx", "图层", "依据")[0]
    assert all(re.fullmatch(r"[0-9a-f]{12}", row[5]) for row in layers)
    assert command([*words[:5], str(tmp_path / "own.docx"), "--template", str(mine), "-q"]) == 0
    manifest = json.loads((tmp_path / "own.run.json").read_text("utf-8"))
    assert str(mine) in {entry["path"] for entry in manifest["inputs"]}
    assert verify(tmp_path / "own.run.json").sound
    shutil.move(workspace.folder, tmp_path / "gone")
    assert verify(tmp_path / "r.zip").sound
    assert command(["report", str(sites), "-w", str(tmp_path / "gone")]) == 2


@pytest.mark.office
def test_the_report_opens_in_an_office_program(check: ez.Check, tmp_path: Path) -> None:
    """LibreOffice makes pages of it that hold what the report says."""
    for program in ("soffice", "pdftotext"):
        if shutil.which(program) is None:
            pytest.skip(
                f"{program} is not on this machine (Debian: apt install libreoffice-writer-nogui poppler-utils)"
            )
    path = ez.write_docx(check, tmp_path / "r.docx")
    home = f"-env:UserInstallation={(tmp_path / 'home').as_uri()}"
    words = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)]
    subprocess.run(words, check=True, capture_output=True, timeout=300)
    asked = subprocess.run(["pdftotext", "-layout", tmp_path / "r.pdf", "-"], check=True, capture_output=True)
    said = asked.stdout.decode()
    assert said.count("\f") >= 4
    for expected in (
        "示范区项目用地管控核查报告",
        "一、S1",
        "（一）项目情况与位置",
        "第 1 页，共",
        "仅供参考，不作为审批依据",
    ):
        assert expected in said
