"""Tables of points in CSV and XLSX, whatever may be wrong with a workbook, and WKT text."""

from __future__ import annotations

import datetime as dt
import random
import struct
import time
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely

from ecozone.errors import EcozoneError, InputError
from ecozone.intake import Limits, list_layers, read_features
from ecozone.intake.numerals import parse_number
from ecozone.notices import notices_of


def csv(path: Path, text: str, codec: str = "utf-8") -> Path:
    path.write_bytes(text.encode(codec))
    return path


def xlsx(path: Path, *rows: list[Any], sheet: str = "Sheet1", more: dict[str, list[list[Any]]] | None = None) -> Path:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    for name, others in (more or {}).items():
        page = book.create_sheet(name)
        for row in others:
            page.append(row)
    book.save(path)
    return path


def keys(frame: Any) -> list[str]:
    return [one.key for one in notices_of(frame)]


def refused_rows(frame: Any) -> dict[int, str]:
    return {one.place.feature: one.key for one in notices_of(frame) if one.severity == "refused"}


def refusal(path: Path, **words: Any) -> str:
    with pytest.raises(EcozoneError) as refused:
        read_features(path, **words)
    assert refused.value.place.file == path.name
    assert refused.value.message("zh")
    assert refused.value.message("en")
    return refused.value.key


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gbk", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("mark", [",", "\t", ";", "，", "|"])
def test_encodings_and_delimiters_are_found_and_said(tmp_path: Path, codec: str, mark: str) -> None:
    """The same table in any usual encoding, with any usual delimiter, is the same table."""
    rows = [
        ["编号", "名称", "经度", "纬度"],
        ["00123", "一小", "117.32", "39.09"],
        ["00124", "二小", "117.33", "39.10"],
    ]
    frame = read_features(csv(tmp_path / "a.csv", "\r\n".join(mark.join(row) for row in rows), codec))
    assert frame["编号"].tolist() == ["00123", "00124"]
    assert frame["名称"].tolist() == ["一小", "二小"]
    assert [(p.x, p.y) for p in frame.geometry] == [(117.32, 39.09), (117.33, 39.1)]
    assert frame["source_row"].tolist() == [2, 3]
    assert {"intake.csv_delimiter", "intake.columns_lon_lat", "intake.traced_basemap"} <= set(keys(frame))
    (said,) = [one for one in notices_of(frame) if one.key.startswith("intake.csv_encoding_")]
    assert said.fields["sample"] == "编号"


@pytest.mark.parametrize(
    ("first", "second", "x", "y", "crs"),
    [
        ("经度", "纬度", 117.32, 39.09, None),
        ("lon", "lat", 117.32, 39.09, None),
        ("LNG", "Lat", 117.32, 39.09, None),
        ("Longitude", "Latitude", 117.32, 39.09, 4490),
        ("经度（°）", "纬度（°）", 117.32, 39.09, None),
        ("X", "Y", 117.32, 39.09, None),
        ("X(北)", "Y(东)", 530000, 4330000, 4548),
        ("Ｘ坐标（北）", "Ｙ坐标（东）", 39530000, 4330000, 4527),
        ("东坐标", "北坐标", 530000, 4330000, 4548),
        ("Easting", "Northing", 308753.5, 495710.3, 27700),
        ("x", "y", 39530000, 4330000, 4527),
        ("X坐标", "Y坐标", 530000, 4330000, 4548),
    ],
)
def test_headers_in_the_wild(tmp_path: Path, first: str, second: str, x: float, y: float, crs: Any) -> None:
    """Each habit of naming columns gives the point, whichever column stands first, and says what was taken for what."""
    values = {"X(北)": (y, x), "Ｘ坐标（北）": (y, x)}.get(first, (x, y))
    for flip in (False, True):
        names = [second, first] if flip else [first, second]
        numbers = list(values[::-1]) if flip else list(values)
        path = csv(tmp_path / "a.csv", f"{names[0]},{names[1]}\n{numbers[0]},{numbers[1]}\n")
        frame = read_features(path, crs=crs)
        assert (frame.geometry[0].x, frame.geometry[0].y) == (x, y)
        assert any(key.startswith("intake.columns_") for key in keys(frame))


@pytest.mark.parametrize(
    ("values", "crs", "said"),
    [
        ((4330000, 530000), 4548, "intake.columns_swapped_east_north"),
        ((4330000, 39530000), 4527, "intake.columns_swapped_east_north"),
        ((530000, 4330000), 4548, "intake.columns_east_north"),
        ((39.09, 117.32), None, "intake.columns_swapped_lon_lat"),
    ],
)
def test_x_and_y_are_told_by_magnitude(tmp_path: Path, values: tuple[float, float], crs: Any, said: str) -> None:
    """Columns called only X and Y are read in the order that the numbers show, and that is said."""
    frame = read_features(csv(tmp_path / "a.csv", f"X,Y\n{values[0]},{values[1]}\n"), crs=crs)
    assert said in keys(frame)
    expected = values[::-1] if "swapped" in said else values
    assert (frame.geometry[0].x, frame.geometry[0].y) == expected


def test_an_order_that_cannot_be_told_is_refused(tmp_path: Path) -> None:
    """X and Y that lie in the CRS's area either way round are not guessed."""
    assert refusal(csv(tmp_path / "a.csv", "x,y\n300000,310000\n"), crs=27700) == "intake.order_unknown"


def test_metres_need_a_crs(tmp_path: Path) -> None:
    """Projected numbers in a table are refused without --crs, with the CRS that a zone number shows."""
    assert refusal(csv(tmp_path / "a.csv", "东坐标,北坐标\n530000,4330000\n")) == "intake.no_crs_metres"
    assert refusal(csv(tmp_path / "a.csv", "X,Y\n4330000,39530000\n")) == "intake.no_crs_zone"
    assert refusal(csv(tmp_path / "a.csv", "x,y\n12.5,13.5\n")) == "intake.no_crs_degrees"
    assert refusal(csv(tmp_path / "a.csv", "东坐标,北坐标\n39530000,4330000\n"), crs=4548) == "geo.zone_extra"
    assert refusal(csv(tmp_path / "a.csv", "经度,纬度\n39.09,117.32\n")) == "geo.degrees_swapped"
    assert refusal(csv(tmp_path / "a.csv", "经度,纬度\n530000,4330000\n")).startswith("geo.metres_as_degrees")


@pytest.mark.parametrize(
    "rows",
    [
        ["117.32,39.09", "530000,4330000"],
        ["530000,4330000", "39530000,4330000"],
        ["39530000,4330000", "40530000,4330000"],
        ["530000,4330000", "4330000,530000"],
        ["117.32,39.09", "39.09,117.32"],
    ],
)
@pytest.mark.parametrize("header", ["x,y", "东坐标,北坐标", "经度,纬度"])
def test_rows_of_two_kinds_are_refused(tmp_path: Path, header: str, rows: list[str]) -> None:
    """Degrees among metres, two zones, with and without zone, two orders: no one CRS fits, so none is used."""
    path = csv(tmp_path / "a.csv", "\n".join([header, *rows]))
    for crs in (None, 4527, 4548):
        assert refusal(path, crs=crs) == "intake.rows_of_two_kinds"


def test_a_column_that_names_the_crs(tmp_path: Path) -> None:
    """One CRS in all rows is a declaration; two refuse the table; a datum beside metres is no projection."""
    body = "坐标系,x,y\n{},39530000,4330000\n{},39530100,4330000\n"
    frame = read_features(csv(tmp_path / "a.csv", body.format("EPSG:4527", "EPSG:4527")))
    assert frame.crs.to_epsg() == 4527
    assert refusal(csv(tmp_path / "a.csv", body.format("EPSG:4527", "EPSG:4528"))) == "intake.rows_of_two_crs"
    assert refusal(csv(tmp_path / "a.csv", body.format("EPSG:4527", "EPSG:4527")), crs=4528) == "intake.crs_conflict"
    assert refusal(csv(tmp_path / "a.csv", body.format("EPSG:4490", "EPSG:4490"))) == "intake.no_crs_zone"
    assert refusal(csv(tmp_path / "a.csv", body.format("天津90", "天津90"))) == "geo.unknown_crs"
    assert "intake.crs_column_unread" in keys(
        read_features(csv(tmp_path / "a.csv", body.format("天津90", "天津90")), crs=4527)
    )


def test_a_table_with_degrees_and_metres_takes_one_pair(tmp_path: Path) -> None:
    """Where both stand side by side the CRS chooses, and the other pair is said to be unused."""
    path = csv(tmp_path / "a.csv", "经度,纬度,东坐标,北坐标\n117.346818,39.103036,530000,4330000\n")
    frame = read_features(path)
    assert frame.geometry[0].x == 117.346818
    assert "intake.columns_unused" in keys(frame)
    assert read_features(path, crs=4548).geometry[0].x == 530000


def test_cells_that_are_no_numbers_refuse_their_row(tmp_path: Path) -> None:
    """Blank, Python's liberties, sixty minutes and words each refuse a row by cell; full-width digits are numbers."""
    cells = ["", "117°60'15", "1_17", "nan", "合计", "x"]
    text = "经度,纬度\n１１７．３２,39.09\n117.33 E,39.1 N\n" + "".join(f"{cell},39.1\n" for cell in cells)
    frame = read_features(csv(tmp_path / "a.csv", text), geometry="points")
    assert [point.x for point in frame.geometry[:2]] == [117.32, 117.33]
    assert refused_rows(frame) == {4: "intake.cell_blank"} | dict.fromkeys(range(5, 10), "intake.cell_not_a_number")
    assert [one.place.field for one in notices_of(frame) if one.severity == "refused"] == ["经度"] * 6


def test_titles_blank_lines_and_ragged_rows(tmp_path: Path) -> None:
    """A title above the header, blank lines and rows of other lengths keep every row's own number."""
    text = '附件一,,\n\n名称,经度,纬度\n"甲\n地",117.3,39.1,多,出\n\n乙,117.4\n,,\n丙,117.5,39.3\n'
    frame = read_features(csv(tmp_path / "a.csv", text))
    assert frame["source_row"].tolist() == [4, 7, 9]
    assert frame["名称"].tolist() == ["甲\n地", "乙", "丙"]
    assert frame["column_4"].tolist() == ["多", None, None]
    assert refused_rows(frame) == {7: "intake.cell_blank"}


def test_tables_that_are_not_points_are_refused(tmp_path: Path) -> None:
    """One corner alone, tables without coordinates, doubled columns, broken quotes and empty tables."""
    corner = csv(tmp_path / "a.csv", "点号,X(北),Y(东)\nJ1,4330000,530000\n")
    assert refusal(corner, crs=4548) == "intake.table_too_few_corners"
    assert refusal(csv(tmp_path / "a.csv", "名称,面积\n甲,5\n")) == "intake.no_coordinate_columns"
    assert refusal(csv(tmp_path / "a.csv", "lon,经度,lat\n1,2,3\n")) == "intake.two_columns_alike"
    assert refusal(csv(tmp_path / "a.csv", 'lon,lat\n117.3,"39.1\n')) == "intake.csv_damaged"
    assert refusal(csv(tmp_path / "a.csv", "lon,lat\n")) == "intake.no_features"
    utf8 = "名称,lon,lat\n生态保护红线永久基本农田城镇开发边界,117.3,39.1\n".encode()
    (tmp_path / "a.csv").write_bytes(utf8.replace("农".encode(), "农".encode()[:2] + b"\xff"))
    assert refusal(tmp_path / "a.csv") == "intake.no_encoding"


def test_a_workbook_is_read_like_its_csv(tmp_path: Path) -> None:
    """Numbers, texts, dates, truths and leading zeros of a sheet arrive as text; the points are the same."""
    path = xlsx(
        tmp_path / "a.xlsx",
        ["编号", "名称", "经度", "纬度", "日期", "真", "面积"],
        ["00123", "一小", 117.32, "３９．０９", dt.datetime(2022, 6, 30), True, 5.0],
        [7, "二小", 117.33, 39.1, dt.datetime(2022, 6, 30, 8), False, 0.1],
    )
    book = openpyxl.load_workbook(path)
    book.active["A3"].number_format = "00000"
    book.save(path)
    frame = read_features(path)
    assert frame["编号"].tolist() == ["00123", "00007"]
    assert frame["日期"].tolist() == ["2022-06-30", "2022-06-30T08:00:00"]
    assert frame["真"].tolist() == ["TRUE", "FALSE"]
    assert frame["面积"].tolist() == ["5", "0.1"]
    assert [(p.x, p.y) for p in frame.geometry] == [(117.32, 39.09), (117.33, 39.1)]
    assert frame.attrs["source"]["layer"] == "Sheet1"


def test_formulas_without_values_are_refused_by_cell(tmp_path: Path) -> None:
    """A formula that was never calculated is named; it is not a blank."""
    path = xlsx(tmp_path / "a.xlsx", ["lon", "lat"], [117.3, 39.1], ["=A2+0.1", 39.1])
    with pytest.raises(InputError) as refused:
        read_features(path)
    assert refused.value.key == "intake.formula_without_value"
    assert refused.value.fields["cells"] == "A3"


def test_merged_cells_are_filled(tmp_path: Path) -> None:
    """The first cell of a merged range stands for all of it, titles and columns alike, and that is said."""
    path = xlsx(
        tmp_path / "a.xlsx",
        ["坐标表"],
        ["项目", "经度", "纬度"],
        ["甲", 117.3, 39.1],
        [None, 117.4, 39.2],
        ["乙", 117.5, 39.3],
    )
    book = openpyxl.load_workbook(path)
    book.active.merge_cells("A1:C1")
    book.active.merge_cells("A3:A4")
    book.save(path)
    frame = read_features(path)
    assert frame["项目"].tolist() == ["甲", "甲", "乙"]
    assert frame["source_row"].tolist() == [3, 4, 5]
    assert "intake.merged_cells" in keys(frame)


def test_hidden_rows_are_read_and_said(tmp_path: Path) -> None:
    """What a filter hides is in the file all the same: it is read, and its rows are named."""
    path = xlsx(tmp_path / "a.xlsx", ["lon", "lat"], [117.3, 39.1], [117.4, 39.2], [117.5, 39.3])
    assert "intake.hidden_rows" not in keys(read_features(path, geometry="points"))
    book = openpyxl.load_workbook(path)
    for row in (3, 4, 9):
        book.active.row_dimensions[row].hidden = True
    book.save(path)
    frame = read_features(path, geometry="points")
    assert len(frame) == 3
    (said,) = [one for one in notices_of(frame) if one.key == "intake.hidden_rows"]
    assert (said.severity, said.fields["count"], said.fields["rows"]) == ("warning", 2, "3, 4")


def test_sheets(tmp_path: Path) -> None:
    """The one sheet with coordinates is taken and said; two ask which; a notes sheet does not count."""
    rows = [["lon", "lat"], [117.3, 39.1]]
    path = xlsx(tmp_path / "a.xlsx", ["说明"], sheet="封面", more={"点": rows, "空": []})
    assert list_layers(path) == ["点"]
    frame = read_features(path)
    assert "intake.sheet_chosen" in keys(frame)
    path = xlsx(tmp_path / "b.xlsx", *rows, more={"二": rows})
    assert refusal(path) == "intake.several_layers"
    assert len(read_features(path, layer="二")) == 1
    assert refusal(path, layer="三") == "intake.no_such_layer"
    assert refusal(xlsx(tmp_path / "c.xlsx")) == "intake.no_rows"
    assert refusal(xlsx(tmp_path / "d.xlsx", ["面积"], [5])) == "intake.no_coordinate_columns"


def test_a_cell_at_the_end_of_the_sheet_is_cheap(tmp_path: Path) -> None:
    """Content at XFD1048576 is refused, and an empty styled cell there is ignored, both at once."""
    begun = time.monotonic()
    for value, key in ((1, "limit_rows"), (None, None)):
        path = xlsx(tmp_path / "a.xlsx", ["lon", "lat"], [117.3, 39.1])
        book = openpyxl.load_workbook(path)
        book.active["XFD1048576"].value = value
        book.active["XFD1048576"].number_format = "0.00"
        book.save(path)
        if key is None:
            assert len(read_features(path)) == 1
        else:
            assert refusal(path) == f"intake.{key}"
    assert time.monotonic() - begun < 5
    path = xlsx(tmp_path / "b.xlsx", ["lon", "lat"], *([[117.3, 39.1]] * 20))
    assert refusal(path, limits=Limits(rows=10)) == "intake.limit_rows"
    assert refusal(path, limits=Limits(columns=1)) == "intake.limit_columns"
    assert refusal(path, limits=Limits(cells=41)) == "intake.limit_cells"


def test_workbooks_that_are_attacks_or_ruins(tmp_path: Path) -> None:
    """Entity bombs, bombs of rows, missing parts and cut files are refused as damaged or too large."""
    whole = xlsx(tmp_path / "a.xlsx", ["lon", "lat"], [117.3, 39.1])
    sheet = "xl/worksheets/sheet1.xml"

    def rebuilt(name: str, **changed: bytes | None) -> Path:
        with zipfile.ZipFile(whole) as old, zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as new:
            for member in old.namelist():
                content = changed.get(member.rsplit("/", 1)[-1].replace(".", "_"), old.read(member))
                if content is not None:
                    new.writestr(member, content)
        return tmp_path / name

    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><worksheet><sheetData>&b;</sheetData></worksheet>'
    assert refusal(rebuilt("b.xlsx", sheet1_xml=bomb)) == "intake.table_entities"
    assert refusal(rebuilt("c.xlsx", sheet1_xml=b"<worksheet><sheetData>")) == "intake.workbook_damaged"
    assert refusal(rebuilt("d.xlsx", sheet1_xml=None)) == "intake.workbook_damaged"
    assert refusal(rebuilt("e.xlsx", sheet1_xml=b" " * 20_000_000)) == "intake.limit_archive_ratio"
    assert refusal(rebuilt("f.xlsx", workbook_xml_rels=None)) == "intake.workbook_damaged"
    # With lxml there, openpyxl meets this as a SyntaxError.
    assert refusal(rebuilt("h.xlsx", **{"[Content_Types]_xml": b""}), isolate=False) == "intake.workbook_damaged"
    (tmp_path / "g.xlsx").write_bytes(whole.read_bytes()[:-30])
    assert refusal(tmp_path / "g.xlsx") == "intake.archive_damaged"
    assert sheet in zipfile.ZipFile(whole).namelist()


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"><c r="A2"><v>117.3</v></c><c r="B2"><v>39.1</v></c></row>' * 2,
        '<row r="3"><c r="A3"><v>117.3</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>',
        '<row r="2"><c r="A3"><v>117.3</v></c><c r="B3"><v>39.1</v></c></row>',
        '<row r="2"><c r="A2"><v>117.3</v></c><c r="B2"><v>39.1</v></c><c r="B2"><v>39.2</v></c></row>',
    ],
    ids=["row twice", "row before", "cell of another row", "cell twice"],
)
def test_a_sheet_out_of_order_is_damage(tmp_path: Path, rows: str) -> None:
    """Rows and cells that repeat or run backwards, of which each program would show others, are refused."""
    head = "".join(
        f'<c r="{at}1" t="inlineStr"><is><t>{name}</t></is></c>' for at, name in (("A", "lon"), ("B", "lat"))
    )
    whole = xlsx(tmp_path / "a.xlsx", ["lon", "lat"], [117.3, 39.1])
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    body = f'<worksheet xmlns="{space}"><sheetData><row r="1">{head}</row>{rows}</sheetData></worksheet>'
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new:
        for member in old.namelist():
            new.writestr(member, body if member.endswith("sheet1.xml") else old.read(member))
    assert refusal(tmp_path / "b.xlsx") == "intake.workbook_damaged"


def test_workbooks_that_are_long_or_wide(tmp_path: Path) -> None:
    """A million rows, a million empty ones, and merges of everything upon everything are answered in seconds."""
    whole = xlsx(tmp_path / "a.xlsx", ["lon", "lat"], [117.3, 39.1])
    cell = '<c r="{}1" t="inlineStr"><is><t>{}</t></is></c>'
    first = f'<row r="1">{cell.format("A", "lon")}{cell.format("B", "lat")}</row>'
    point = '<row r="2"><c r="A2"><v>117.3</v></c><c r="B2"><v>39.1</v></c></row>'
    chance = random.Random(7)
    many = "".join(f'<row r="{n}"><c r="A{n}"><v>{chance.random()}</v></c></row>' for n in range(3, 250_000))
    empty = "".join(f'<row r="{n}"><c r="A{n}" s="{chance.randrange(9**9)}"/></row>' for n in range(3, 250_000))
    merges = "".join('<mergeCell ref="A1:XFD1048576"/>' for _ in range(20_000))
    begun = time.monotonic()
    for body, end, key in (
        (many, "", "intake.limit_rows"),
        (empty, "", None),
        ("", f"<mergeCells>{merges}</mergeCells>", None),
        ("", f"<mergeCells>{merges * 300}</mergeCells>", "intake.limit_archive_ratio"),
    ):
        space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        rows = f'<dimension ref="A1:B2"/><sheetData>{first}{point}{body}</sheetData>'
        sheet = f'<worksheet xmlns="{space}">{rows}{end}</worksheet>'
        path = tmp_path / "b.xlsx"
        with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
            for member in old.namelist():
                new.writestr(member, sheet if member.endswith("sheet1.xml") else old.read(member))
        if key is None and not end:
            assert len(read_features(path)) == 1
        elif key is None:
            assert refusal(path, limits=Limits(cells=10_000)) == "intake.limit_cells"
        else:
            assert refusal(path) == key
    assert time.monotonic() - begun < 30


def compound(*streams: str) -> bytes:
    """Return the beginning of a compound file whose directory, in its second sector, names these streams."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<I", header, 48, 1)
    directory = b"".join(
        name.encode("utf-16-le").ljust(64, b"\x00") + struct.pack("<H", 2 * len(name) + 2) + bytes(62)
        for name in streams
    )
    return bytes(header) + bytes(512) + directory.ljust(512, b"\x00")


@pytest.mark.parametrize(
    ("data", "kind", "do"),
    [
        (compound("Root Entry", "Workbook"), "xls", ".xlsx"),
        (compound("Root Entry", "Book"), "xls", ".xlsx"),
        (compound("Root Entry", "EncryptionInfo", "EncryptedPackage"), "encrypted", "密码"),
        (compound("Root Entry", "WordDocument"), "ole", ".xlsx"),
        (compound("Root Entry")[:300], "ole", ".xlsx"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>',
            "xls",
            ".xlsx",
        ),
    ],
)
def test_old_and_locked_workbooks_are_refused_with_a_remedy(tmp_path: Path, data: bytes, kind: str, do: str) -> None:
    """XLS and locked workbooks are told apart, and each says what to do."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    with pytest.raises(InputError) as refused:
        read_features(path)
    assert refused.value.key == f"intake.looks_like_{kind}"
    assert do in refused.value.remedy("zh")


def test_numbers() -> None:
    """Only what a planner means by a number is one."""
    assert [parse_number(text) for text in ("39530120.000", "+1.", ".5", "－１１７．３", "1E3")] == [
        39530120,
        1,
        0.5,
        -117.3,
        1000,
    ]
    assert {parse_number(text) for text in ("1e999", "0x10", "1 2", "１２，３", "--1", "1e", "∞")} == {None}


def test_wkt_lines(tmp_path: Path) -> None:
    """One geometry a line, broken lines refused alone, geometries over several lines, and the CRS from SRID."""
    path = tmp_path / "a.wkt"
    path.write_text(
        "POLYGON ((530000 4330000, 530100 4330000, 530100 4330100, 530000 4330000))\n\n"
        "POLYGON ((530000 4330000, 530100 4330000, 530100 4330100\n"
        "POINT (530000 4330000)\n"
        "MULTIPOLYGON (((530000 4330000, 530100 4330000,\n 530100 4330200, 530000 4330000)))\n"
        "POINT EMPTY\n"
        "POLYGON ((530000 4330000, 530100 4330000, 530100 4330100, 530000 4330001))\n"
    )
    frame = read_features(path, crs=4548)
    assert frame["source_row"].tolist() == [1, 3, 4, 5, 7, 8]
    assert refused_rows(frame) == {3: "intake.wkt_unreadable", 7: "intake.no_geometry", 8: "intake.wkt_unreadable"}
    assert refusal(path) == "intake.no_crs_metres"
    path.write_text("SRID=4548;POINT (530000 4330000)\n")
    assert read_features(path).crs.to_epsg() == 4548
    path.write_text("SRID=4548;POINT (530000 4330000)\nSRID=4527;POINT (39530000 4330000)\n")
    assert refusal(path) == "intake.several_srids"
    path.write_text("GEOMETRYCOLLECTION(" * 300_000 + "POINT(1 1)" + ")" * 300_000)
    assert refusal(path, crs=4548) == "intake.all_refused"
    path.write_text("GEOMETRYCOLLECTION (\nPOINT (530000 4330000),\nPOINT (530001 4330000)\n)\n")
    assert read_features(path, crs=4548).geometry.geom_type.tolist() == ["MultiPoint"]


def test_a_real_wall(shared_data: Path) -> None:
    """Hadrian's Wall, 20,623 vertices on one line, is a valid layer in the British grid."""
    frame = read_features(shared_data / "zoning" / "hadrians_wall_osgb.wkt", crs="EPSG:27700")
    assert frame.geometry.count_coordinates().sum() == 20_623
    assert frame.geometry.is_valid.all()
    assert not refused_rows(frame)


def test_a_real_register(shared_data: Path) -> None:
    """A council's register of brownfield land gives its eight points in the CRS that its own column names."""
    frame = read_features(shared_data / "zoning" / "xlsx.resource")
    assert len(frame) == 8
    assert frame.crs.to_epsg() == 4258
    assert frame.geometry.y.between(54, 55).all()


def test_a_text_of_too_many_vertices_is_refused_before_it_is_a_shape(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WKT above the limits of vertices or of nesting never reaches GEOS; what fits in the same file is read."""
    path = tmp_path / "a.wkt"
    corners = ", ".join(f"{500_000 + at} {4_330_000 + at % 2}" for at in range(60))
    path.write_text(f"LINESTRING ({corners})\nPOINT (500000 4330000)\nPOLYGON {'(' * 5000}\n", "utf-8")
    made: list[str] = []
    parse = shapely.from_wkt
    monkeypatch.setattr(shapely, "from_wkt", lambda text: made.append(text) or parse(text))
    frame = read_features(path, crs=4548, limits=Limits(feature_vertices=50), isolate=False)
    assert refused_rows(frame) == {1: "intake.too_many_vertices", 3: "intake.wrong_nesting"}
    assert made == ["POINT (500000 4330000)"]
    with pytest.raises(InputError, match="vertices=80"):
        read_features(path, crs=4548, limits=Limits(vertices=40), isolate=False)


def test_a_column_of_wkt_is_read(tmp_path: Path) -> None:
    """A table whose column is called WKT gives each row's shape and attributes; a broken one is refused alone."""
    square = "POLYGON ((39530000 4330000, 39530100 4330000, 39530100 4330100, 39530000 4330000))"
    text = f'编号,WKT,用途\n007,"{square}",工业\n008,"POLYGON ((1",\n009,,\n'
    path = csv(tmp_path / "a.csv", text)
    frame = read_features(path, crs=4527)
    assert frame["编号"].tolist() == ["007", "008", "009"]
    assert frame.geometry[0].area == 5000
    assert refused_rows(frame) == {3: "intake.wkt_unreadable", 4: "intake.cell_blank"}
    assert refusal(path) == "intake.no_crs_zone"
    assert read_features(csv(tmp_path / "b.csv", text.replace("POLYGON", "SRID=4527;POLYGON"))).crs.to_epsg() == 4527


def test_a_line_without_end_is_no_table(tmp_path: Path) -> None:
    """A line of some megabytes is refused before columns are looked for in it."""
    assert refusal(csv(tmp_path / "a.txt", "abc def 123 " * 200_000)) == "intake.line_endless"
