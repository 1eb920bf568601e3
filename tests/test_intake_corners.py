"""Tables of corners: every habit of writing them down gives the parcels that were meant, or a refusal that says why."""

from __future__ import annotations

import datetime as dt
import math
import random
from pathlib import Path
from typing import Any

import openpyxl
import pyproj
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from ecozone.errors import EcozoneError
from ecozone.geo import area_m2
from ecozone.intake import Limits, list_layers, read_features, read_sites
from ecozone.notices import notices_of
from ecozone.text import speaking

E0, N0 = 39_530_000.0, 4_330_000.0
SQUARE = [(N0, E0), (N0, E0 + 100), (N0 - 100, E0 + 100), (N0 - 100, E0)]
FAR = [(north + 1000, east) for north, east in SQUARE]
INNER = [(N0 - 20, E0 + 20), (N0 - 20, E0 + 40), (N0 - 40, E0 + 40), (N0 - 40, E0 + 20)]
Cells = list[Any]


def csv(path: Path, *rows: Cells, mark: str = ",", codec: str = "utf-8") -> Path:
    path.write_bytes("\n".join(mark.join(str(cell) for cell in row) for row in rows).encode(codec))
    return path


def xlsx(path: Path, *rows: Cells, merged: tuple[str, ...] = (), sheet: str = "Sheet1", **more: list[Cells]) -> Path:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for name, held in {sheet: list(rows), **more}.items():
        page = book[name] if name in book.sheetnames else book.create_sheet(name)
        for number, row in enumerate(held, 1):
            for column, value in enumerate(row, 1):
                if value != "":
                    page.cell(number, column, value)
    for span in merged:
        book.active.merge_cells(span)
    book.save(path)
    return path


def keys(frame: Any) -> list[str]:
    return [one.key.removeprefix("intake.") for one in notices_of(frame)]


def told(frame: Any, key: str) -> Any:
    return next(one for one in notices_of(frame) if one.key == f"intake.{key}")


def refused(frame: Any) -> dict[int, str]:
    return {one.place.feature: one.key for one in notices_of(frame) if one.severity == "refused"}


def refusal(path: Path, **words: Any) -> EcozoneError:
    with pytest.raises(EcozoneError) as caught:
        read_features(path, **words)
    assert caught.value.exit_status in (2, 3)
    for lang in ("zh", "en"):
        assert caught.value.message(lang)
    return caught.value


def read(path: Path, **words: Any) -> Any:
    frame = read_features(path, **words)
    for one in notices_of(frame):
        assert one.message("zh")
        assert one.message("en")
    return frame


def ring(corners: list[tuple[float, float]]) -> Polygon:
    return Polygon([(east, north) for north, east in corners])


def same(found: BaseGeometry, *rings: list[tuple[float, float]], holes: Any = ()) -> bool:
    wanted = shapely.union_all([ring(one) for one in rings]).difference(shapely.union_all([ring(one) for one in holes]))
    return bool(found.normalize().equals_exact(wanted.normalize(), 1e-6))


def numbered(
    corners: list[tuple[float, float]], prefix: str = "J", *, start: int = 1, close: bool = False
) -> list[Cells]:
    rows: list[Cells] = [[f"{prefix}{at}", *corner] for at, corner in enumerate(corners, start)]
    return [*rows, [f"{prefix}{start}", *corners[0]]] if close else rows


HEADER = ["点号", "X(北)", "Y(东)"]


@pytest.mark.parametrize("name", ["点号", "拐点编号", "界址点号", "界址点编号", "顶点号", "拐点", "JZDH"])
@pytest.mark.parametrize(
    "pair",
    [
        ("X(北)", "Y(东)"),
        ("X", "Y"),
        ("纵坐标", "横坐标"),
        ("纵坐标X（m）", "横坐标Y（m）"),
        ("北坐标(X)", "东坐标(Y)"),
        ("X坐标（米）", "Y坐标（米）"),
        ("N", "E"),
        ("Ｘ（北）", "Ｙ"),
        ("2000坐标X", "2000坐标Y"),
    ],
)
def test_headers_in_the_wild(tmp_path: Path, name: str, pair: tuple[str, str]) -> None:
    """Each habit of naming corners, northings and eastings gives the parcel and says what was taken for what."""
    frame = read(csv(tmp_path / "a.csv", [name, *pair], *numbered(SQUARE)), crs=4527)
    assert same(frame.geometry[0], SQUARE)
    assert told(frame, "table_corners").fields["count"] == 4
    said = (
        told(frame, "columns_swapped_east_north")
        if pair[0] in ("X", "X坐标（米）", "2000坐标X")
        else told(frame, "columns_east_north")
    )
    assert (said.fields["x"], said.fields["y"]) == (pair[1], pair[0])
    assert frame["source_row"].tolist() == [2]


def test_whichever_column_stands_first(tmp_path: Path) -> None:
    """Columns called only X and Y are told by magnitude, with and without the number of the zone."""
    for shift, crs in ((0.0, 4527), (-39_000_000.0, 4548)):
        corners = [(north, east + shift) for north, east in SQUARE]
        for turned in (False, True):
            rows = [[f"J{at}", *(corner[::-1] if turned else corner)] for at, corner in enumerate(corners, 1)]
            frame = read(csv(tmp_path / "a.csv", ["点号", "X", "Y"], *rows), crs=crs)
            assert same(frame.geometry[0], corners)


def test_titles_units_counts_lengths_and_notes(tmp_path: Path) -> None:
    """What surveyors write around the corners is not read as corners, and every such row is said."""
    rows = [
        ["某项目拐点坐标表", "", "", "", ""],
        ["坐标系：2000国家大地坐标系", "", "", "", ""],
        ["序号", "点号", "X", "Y", "边长"],
        ["", "", "(m)", "(m)", "(m)"],
        ["1", "2", "3", "4", "5"],
        *([at, name, north, east, 100] for at, (name, north, east) in enumerate(numbered(SQUARE), 1)),
        ["注：边长为平面距离", "", "", "", ""],
        ["制表：某某", "", "", "审核：某某", ""],
    ]
    frame = read(csv(tmp_path / "a.csv", *rows), crs=4527)
    assert same(frame.geometry[0], SQUARE)
    assert told(frame, "table_column_edges").fields["columns"] == "边长"
    assert told(frame, "table_column_point_names").fields["columns"] == "点号"
    left_out = told(frame, "table_left_out").fields["rows"]
    assert all(f"{number}: " in left_out for number in (1, 2, 4, 5, 10, 11))


def test_rings_are_closed_and_said(tmp_path: Path) -> None:
    """A last corner that repeats the first, by whatever name, changes nothing; where it lacks, that is said."""
    header = ["点号", "X", "Y"]
    for rows in (
        numbered(SQUARE),
        numbered(SQUARE, close=True),
        [*numbered(SQUARE), ["J5", *SQUARE[0]]],
        [*numbered(SQUARE, close=True), ["J1", *SQUARE[0]]],
    ):
        frame = read(csv(tmp_path / "a.csv", header, *rows), crs=4527)
        assert len(frame) == 1
        assert same(frame.geometry[0], SQUARE)
        assert ("txt_closed" in keys(frame)) == (len(rows) == 4)
    wrong = [*numbered(SQUARE), ["J1", SQUARE[0][0] + 1, SQUARE[0][1]]]
    assert refusal(csv(tmp_path / "a.csv", header, *wrong), crs=4527).key == "intake.all_refused"


@pytest.mark.parametrize("close", [False, True])
@pytest.mark.parametrize("way", ["id", "name", "id_once", "blank", "heading", "header", "restart", "closing", "rings"])
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_several_parcels_in_one_sheet(tmp_path: Path, suffix: str, way: str, close: bool) -> None:
    """Parcels are told apart by a column, a blank row, a heading, a further header, numbers or a closing point."""
    header = list(HEADER)
    one, two = numbered(SQUARE, close=close), numbered(FAR, close=close)
    between: list[Cells] = []
    before: list[Cells] = []
    if way in ("id", "name", "id_once"):
        header = ["地块编号" if way != "name" else "地块名称", *header]
        one = [["A-01" if at == 0 or way != "id_once" else "", *row] for at, row in enumerate(one)]
        two = [["A-02" if at == 0 or way != "id_once" else "", *row] for at, row in enumerate(two)]
    elif way == "blank":
        between = [["", "", ""]]
    elif way == "heading":
        before, between = [["地块一", "", ""]], [["地块二", "", ""]]
    elif way == "header":
        between = [["", "", ""], header]
    elif way == "closing":
        if not close:
            pytest.skip("there is no closing point")
        two = numbered(FAR, start=5, close=True)
    elif way == "rings":
        header = [header[0], "圈号", *header[1:]]
        one, two = ([[row[0], 1, *row[1:]] for row in rows] for rows in (one, two))
    rows = [header, *before, *one, *between, *two]
    make = csv if suffix == "csv" else xlsx
    frame = read(make(tmp_path / f"a.{suffix}", *rows), crs=4527)
    assert len(frame) == 2
    assert same(frame.geometry[0], SQUARE)
    assert same(frame.geometry[1], FAR)
    if way in ("id", "id_once"):
        assert frame["地块编号"].tolist() == ["A-01", "A-02"]
        assert ("table_filled_down" in keys(frame)) == (way == "id_once")
    if way == "heading":
        assert frame["地块名称"].tolist() == ["地块一", "地块二"]
    first = 1 + len(before) + 1
    assert frame["source_row"].tolist() == [first, first + len(one) + len(between)]


def test_merged_cells_name_the_parcels(tmp_path: Path) -> None:
    """A parcel's number, name and area merged over its corners belong to each of them."""
    one, two = numbered(SQUARE), numbered(FAR)
    rows: list[Cells] = [["界址点坐标成果表"], ["地块编号", "地块名称", "面积(公顷)", "点号", "X", "Y"]]
    rows += [["007", "甲", 1.0, *one[0]], *(["", "", "", *row] for row in one[1:])]
    rows += [["008", "乙", "1.0000", *two[0]], *(["", "", "", *row] for row in two[1:])]
    merged = ("A1:F1", *(f"{column}{top}:{column}{top + 3}" for column in "ABC" for top in (3, 7)))
    frame = read(xlsx(tmp_path / "a.xlsx", *rows, merged=merged), crs=4527)
    assert frame["地块编号"].tolist() == ["007", "008"]
    assert frame["地块名称"].tolist() == ["甲", "乙"]
    assert "table_filled_down" not in keys(frame)
    assert "table_area_differs" not in keys(frame)
    sites = read_sites(tmp_path / "a.xlsx", crs=4527)
    assert sites["site_id"].tolist() == ["007", "008"]
    assert sites["name"].tolist() == ["甲", "乙"]


def test_two_merged_rows_a_corner(tmp_path: Path) -> None:
    """The official form merges two rows for each corner and sets the lengths between them; nothing is counted twice."""
    rows: list[Cells] = [["点号", "X", "Y", "边长"]]
    merged = []
    for name, north, east in numbered(SQUARE, close=True):
        top = len(rows) + 1
        rows += [[name, north, east, ""], ["", "", "", ""]]
        merged += [f"{column}{top}:{column}{top + 1}" for column in "ABC"]
    for at in range(4):
        rows[2 + 2 * at][3] = 100.0
        merged.append(f"D{3 + 2 * at}:D{4 + 2 * at}")
    frame = read(xlsx(tmp_path / "a.xlsx", *rows, merged=tuple(merged)), crs=4527)
    assert len(frame) == 1
    assert same(frame.geometry[0], SQUARE)
    assert told(frame, "table_rows_merged").fields["count"] == 4
    plain = [
        rows[0],
        *(
            row
            for name, north, east in numbered(SQUARE, close=True)
            for row in ([name, north, east, ""], ["", "", "", 100])
        ),
    ]
    frame = read(csv(tmp_path / "a.csv", *plain), crs=4527)
    assert len(frame) == 1
    assert same(frame.geometry[0], SQUARE)


@pytest.mark.parametrize("close", [False, True])
def test_rings_by_number_and_place(tmp_path: Path, close: bool) -> None:
    """Which ring is a hole is told by where it lies; a ring outside is a further part, whatever its number."""

    def rows(corners: list[tuple[float, float]], number: int) -> list[Cells]:
        return [[row[0], number, *row[1:]] for row in numbered(corners, close=close)]

    header = ["点号", "圈号", "X", "Y"]
    path = csv(tmp_path / "a.csv", header, *rows(SQUARE, 1), *rows(INNER, 2), *rows(FAR, 3))
    frame = read(path, crs=4527)
    assert len(frame) == 1
    assert frame.geometry[0].area == pytest.approx(2 * 10_000 - 400, abs=1e-6)
    assert isinstance(frame.geometry[0], MultiPolygon)
    turned = read(csv(tmp_path / "b.csv", header, *rows(INNER, 1), *rows(SQUARE, 2), *rows(FAR, 3)), crs=4527)
    assert turned.geometry[0].equals(frame.geometry[0])
    # A blank row between the rings of a parcel does not part them, since their numbers run on.
    apart = read(
        csv(tmp_path / "c.csv", header, *rows(SQUARE, 1), [""], *rows(INNER, 2), [""], *rows(FAR, 1)), crs=4527
    )
    assert [shape.area for shape in apart.geometry] == pytest.approx([9600, 10_000])


def test_a_ring_inside_another_without_a_number_is_asked_for(tmp_path: Path) -> None:
    """Without numbers of rings or names of parcels, a ring in a ring may be a hole or a parcel: both are refused."""
    rows = [*numbered(SQUARE), ["", "", ""], *numbered(INNER), ["", "", ""], *numbered(FAR)]
    frame = read(csv(tmp_path / "a.csv", HEADER, *rows), crs=4527)
    assert refused(frame) == {2: "intake.table_ring_inside", 7: "intake.table_ring_inside"}
    assert same(frame.geometry[2], FAR)
    named = [["甲", *row] for row in numbered(SQUARE)] + [["乙", *row] for row in numbered(INNER)]
    frame = read(csv(tmp_path / "b.csv", ["地块名称", *HEADER], *named), crs=4527)
    assert not refused(frame)
    holed = [["甲", *row] for row in [*numbered(SQUARE, close=True), *numbered(INNER, close=True)]]
    frame = read(csv(tmp_path / "c.csv", ["地块名称", *HEADER], *holed), crs=4527)
    assert [shape.area for shape in frame.geometry] == [9600]


def test_a_parcel_named_twice_has_two_parts(tmp_path: Path) -> None:
    """Corners that come back to a parcel's name later on belong to it; behind a blank row a name must be there."""
    far = [(north + 2000, east) for north, east in SQUARE]
    rows = [["甲", *row] for row in numbered(SQUARE)] + [["乙", *row] for row in numbered(FAR)]
    frame = read(csv(tmp_path / "a.csv", ["地块", *HEADER], *rows, *(["甲", *row] for row in numbered(far))), crs=4527)
    assert frame["地块"].tolist() == ["甲", "乙"]
    assert same(frame.geometry[0], SQUARE, far)
    blank = [*rows, ["", "", "", ""], *(["", *row] for row in numbered(far))]
    assert refusal(csv(tmp_path / "b.csv", ["地块", *HEADER], *blank), crs=4527).key == "intake.table_parcel_blank"


def test_pages_and_sums(tmp_path: Path) -> None:
    """A header in the middle of corners whose numbers run on is a page's head; one with a blank row begins a parcel."""
    rows = numbered(SQUARE)
    frame = read(
        csv(tmp_path / "a.csv", HEADER, *rows[:2], ["第1页", "", ""], HEADER, *rows[2:], ["合计", "", "4"]), crs=4527
    )
    assert len(frame) == 1
    assert same(frame.geometry[0], SQUARE)


@pytest.mark.parametrize("cell", ["", "略", "4330000x", "117°75′00″", "#REF!"])
def test_a_corner_that_cannot_be_read_refuses_its_parcel(tmp_path: Path, cell: str) -> None:
    """A parcel without one of its corners would be another parcel; its neighbour is not touched."""
    one, two = ([[name, *row] for row in numbered(corners)] for name, corners in (("甲", SQUARE), ("乙", FAR)))
    one[2][3] = cell
    frame = read(csv(tmp_path / "a.csv", ["地块", *HEADER], *one, *two), crs=4527)
    assert refused(frame) == {2: "intake.table_corner_unread" if cell else "intake.table_corner_blank"}
    (said,) = [entry for entry in notices_of(frame) if entry.severity == "refused"]
    assert said.place.field == "Y(东)"
    assert said.fields["line"] == 4
    assert same(frame.geometry[1], FAR)


@pytest.mark.parametrize(
    ("area", "header", "differs"),
    [
        ("1.0000", "面积（公顷）", False),
        ("1.0", "面积", False),
        ("15.00", "用地面积(亩)", False),
        ("10,000.00", "面积(m2)", False),
        ("10000平方米", "面积", False),
        ("15亩", "地块面积", False),
        ("0.9900", "面积（公顷）", True),
        ("1.0000", "面积(亩)", True),
        ("9900", "面积", True),
        ("—", "面积", False),
    ],
)
def test_declared_areas_are_compared(tmp_path: Path, area: str, header: str, differs: bool) -> None:
    """An area in the table is compared in its unit, or in any where it names none; a difference is said."""
    rows = [[f'"{area}"', *row] for row in numbered(SQUARE)]
    frame = read(csv(tmp_path / "a.csv", [header, *HEADER], *rows), crs=4527)
    assert ("table_area_differs" in keys(frame)) == differs


@pytest.mark.parametrize(
    ("line", "differs"),
    [
        ("用地面积为1.0000公顷", False),
        ("面积：15.00亩", False),
        ("总用地面积（㎡）：10000", False),
        ("项目名称：甲，面积10000平方米（合15亩）", False),
        ("建筑面积：3000平方米", False),
        ("面积见附表", False),
        ("用地面积为5.1234公顷", True),
        ("面积：2.0公顷", True),
        ("总面积：20000平方米", True),
        ("地块面积(亩)：30.00", True),
        ("注：面积：2.0公顷", True),
    ],
)
def test_an_area_in_a_line_is_compared(tmp_path: Path, line: str, differs: bool) -> None:
    """An area above or below a single parcel is compared as one in a column is; with two parcels it is no one's."""
    rows: list[Cells] = [["界址点成果表"], HEADER, *numbered(SQUARE, close=True)]
    for name, table in {"below": [*rows, [line]], "above": [rows[0], [line], *rows[1:]]}.items():
        frame = read(csv(tmp_path / f"{name}.csv", *table), crs=4527)
        assert same(frame.geometry[0], SQUARE)
        assert ("table_area_differs" in keys(frame)) == differs
    two = read(csv(tmp_path / "two.csv", *rows, *numbered(FAR, close=True), [line]), crs=4527)
    assert "table_area_differs" not in keys(two)


POINTS_OR_CORNERS: list[tuple[list[Cells], str | None]] = [
    # Points: something in each row is its own.
    ([["名称", "X", "Y"], ["一小", *SQUARE[0]], ["二小", *SQUARE[1]], ["三小", *SQUARE[2]]], "points"),
    ([["项目编号", "X", "Y"], *([str(at), *SQUARE[at]] for at in range(4))], "points"),
    ([["id", "X", "Y"], *([str(at), *SQUARE[at]] for at in range(4))], "points"),
    ([["序号", "X", "Y", "半径"], *([at + 1, *SQUARE[at], 50] for at in range(4))], "points"),
    ([["X", "Y"], [*SQUARE[0]], [*SQUARE[1]]], "points"),
    ([["X", "Y", "人口"], *([*SQUARE[at], 100 + at] for at in range(4))], "points"),
    # Corners: names of corners, lengths, closing, numbers from 1 again, a title.
    ([["编号", "X", "Y"], *([f"J{at + 1}", *SQUARE[at]] for at in range(4))], "corners"),
    ([["序号", "X", "Y", "边长"], *([at + 1, *SQUARE[at], 100] for at in range(4))], "corners"),
    ([["序号", "X", "Y"], *([at + 1, *corner] for at, corner in enumerate([*SQUARE, SQUARE[0]]))], "corners"),
    (
        [
            ["序号", "X", "Y"],
            *([at + 1, *c] for at, c in enumerate(SQUARE)),
            *([at + 1, *c] for at, c in enumerate(FAR)),
        ],
        "corners",
    ),
    ([["宗地界址点坐标"], ["序号", "X", "Y"], *([at + 1, *SQUARE[at]] for at in range(4))], "corners"),
    ([["X", "Y"], *([*corner] for corner in [*SQUARE, SQUARE[0]])], "corners"),
    # Nothing decides, or one sign contradicts another.
    ([["序号", "X", "Y"], *([at + 1, *SQUARE[at]] for at in range(4))], None),
    ([["X", "Y"], *([*corner] for corner in SQUARE)], None),
    ([["序号", "X", "Y", "用途"], *([at + 1, *SQUARE[at], "工业用地"] for at in range(4))], None),
    ([["地块编号", "X", "Y"], *(["A", *corner] for corner in SQUARE)], None),
    ([["点号", "名称", "X", "Y"], *([f"J{at}", f"第{at}小学", *SQUARE[at]] for at in range(4))], None),
    ([["点号", "X", "Y"], ["J1", *SQUARE[0]]], None),
    ([["名称", "X", "Y"], *([f"第{at}小学", *corner] for at, corner in enumerate([*SQUARE, SQUARE[0]]))], None),
]


@pytest.mark.parametrize(("rows", "kind"), POINTS_OR_CORNERS)
def test_corners_or_points(tmp_path: Path, rows: list[Cells], kind: str | None) -> None:
    """Signs in the table decide what its rows are; where none or both do, both readings are named and can be said."""
    path = csv(tmp_path / "a.csv", *rows)
    if kind is None:
        error = refusal(path, crs=4527)
        assert error.key in ("intake.table_corners_or_points", "intake.table_too_few_corners")
        assert "--points" in error.remedy("zh")
        assert "--corners" in error.remedy("en") or error.key.endswith("corners")
    else:
        assert f"table_{kind}" in keys(read(path, crs=4527))
    points = read(path, crs=4527, geometry="points")
    assert set(points.geometry.geom_type) == {"Point"}
    if len(rows) > 4 and rows[0][0] != "项目编号":
        corners = read(path, crs=4527, geometry="corners")
        assert corners.geometry.area.sum() in (10_000, 20_000)


LON, LAT = 117.387_5, 39.134_75
DEGREES = [(LON, LAT), (LON + 0.002, LAT), (LON + 0.002, LAT - 0.001), (LON, LAT - 0.001)]


def dms(value: float, form: str, digits: int = 6) -> str:
    whole = round(abs(value) * 3600, digits)
    minutes, seconds = divmod(whole, 60)
    degrees, minutes = divmod(int(minutes), 60)
    text = f"{seconds:0{digits + 3}.{digits}f}"
    return form.format(d=degrees, m=minutes, s=text, mm=f"{minutes:02d}", packed=text.replace(".", ""))


@pytest.mark.parametrize(
    "form",
    [
        "{d}°{m}′{s}″",
        '{d}°{m}\'{s}""',
        "{d}度{m}分{s}秒",
        "{d}º{m}’{s}”",
        "{d}° {m}′ {s}″",
        "{d}:{mm}:{s}",
        "{d}-{mm}-{s}",
        "{d} {m} {s}",
        "{d}°{m}′{s}''",
    ],
)
@pytest.mark.parametrize("side", ["", "before", "after", "words"])
def test_degrees_minutes_and_seconds(tmp_path: Path, form: str, side: str) -> None:
    """Degrees written out in any usual way are the same degrees, with or without letters for east and north."""
    marks = {
        "": ("", "", "", ""),
        "before": ("E", "", "N", ""),
        "after": ("", "E", "", "N"),
        "words": ("东经", "", "北纬", ""),
    }
    before_lon, after_lon, before_lat, after_lat = marks[side]
    rows = [
        [f"J{at}", f'"{before_lon}{dms(lon, form)}{after_lon}"', f'"{before_lat}{dms(lat, form)}{after_lat}"']
        for at, (lon, lat) in enumerate(DEGREES, 1)
    ]
    for header in (["点号", "经度", "纬度"], ["点号", "东经", "北纬"], ["拐点编号", "L", "B"], ["点号", "X", "Y"]):
        frame = read(csv(tmp_path / "a.csv", header, *rows), crs=4490)
        assert frame.geometry[0].normalize().equals_exact(Polygon(DEGREES).normalize(), 1e-9)
        assert told(frame, "table_angles_written").fields["count"] == 8


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "header",
    [
        [["点号", "经度", "", "", "纬度", "", ""], ["", "度", "分", "秒", "度", "分", "秒"]],
        [["点号", "经度(度)", "经度(分)", "经度(秒)", "纬度(度)", "纬度(分)", "纬度(秒)"]],
        [["点号", "经度度", "经度分", "经度秒", "纬度度", "纬度分", "纬度秒"]],
        [["点号", "lon_d", "lon_m", "lon_s", "lat_d", "lat_m", "lat_s"]],
    ],
)
def test_degrees_over_three_columns(tmp_path: Path, suffix: str, header: list[Cells]) -> None:
    """Degrees, minutes and seconds in columns of their own are joined, under one row of header or two."""
    parts = [[float(part) for part in dms(value, "{d}|{m}|{s}").split("|")] for corner in DEGREES for value in corner]
    rows = [[f"J{at + 1}", *parts[2 * at], *parts[2 * at + 1]] for at in range(4)]
    if suffix == "csv":
        path = csv(tmp_path / "a.csv", *header, *rows)
    else:
        merged = ("A1:A2", "B1:D1", "E1:G1") if len(header) == 2 else ()
        path = xlsx(tmp_path / "a.xlsx", *header, *rows, merged=merged)
    frame = read(path, crs=4490)
    assert frame.geometry[0].normalize().equals_exact(Polygon(DEGREES).normalize(), 1e-9)
    bad = [list(row) for row in rows]
    bad[1][2] = 60
    assert refusal(csv(tmp_path / "b.csv", *header, *bad), crs=4490).key == "intake.all_refused"


PACKED = [
    [f"J{at}", dms(lon, "{d}.{mm}{packed}"), dms(lat, "{d}.{mm}{packed}")] for at, (lon, lat) in enumerate(DEGREES, 1)
]
LONLAT = ["点号", "经度", "纬度"]


def test_packed_degrees_are_asked_for(tmp_path: Path) -> None:
    """Where all minutes and seconds are below 60 and nothing decides, both readings are named and can be said."""
    path = csv(tmp_path / "a.csv", LONLAT, *PACKED)
    error = refusal(path, crs=4490)
    assert error.key == "intake.table_angles_unclear"
    for lang in ("zh", "en"):
        assert "117.2315" in error.message(lang)
        assert "117°23′15" in error.message(lang)
        assert "--angles" in error.remedy(lang)
    frame = read(path, crs=4490, angles="ddd.mmss")
    assert frame.geometry[0].normalize().equals_exact(Polygon(DEGREES).normalize(), 1e-9)
    plain = read(path, crs=4490, angles="decimal")
    assert plain.geometry[0].centroid.x == pytest.approx(117.23, abs=0.01)
    assert refusal(path, crs=4490, angles="dms").key == "intake.all_refused"


def test_packed_degrees_are_told_by_evidence(tmp_path: Path) -> None:
    """Lengths, areas, the workspace's place, the header, or a boundary that crosses itself decide; each is said."""
    geod = pyproj.Geod(ellps="GRS80")
    ends = [*DEGREES[1:], DEGREES[0]]
    lengths = [geod.inv(*one, *other)[2] for one, other in zip(DEGREES, ends, strict=True)]
    area = float(area_m2(__import__("geopandas").GeoSeries([Polygon(DEGREES)], crs=4490)).iloc[0])
    around = (LON - 0.1, LAT - 0.1, LON + 0.1, LAT + 0.1)
    cases: list[tuple[str, list[Cells], dict[str, Any]]] = [
        (
            "lengths",
            [[*LONLAT, "边长"], *([*row, f"{length:.2f}"] for row, length in zip(PACKED, lengths, strict=True))],
            {},
        ),
        ("areas", [[*LONLAT, "面积(m2)"], *([*row, f"{area:.0f}"] for row in PACKED)], {}),
        ("around", [LONLAT, *PACKED], {"around": around}),
        ("words", [["点号", "经度(ddd.mmss)", "纬度(dd.mmss)"], *PACKED], {}),
        ("words", [["坐标格式：度.分秒", "", ""], LONLAT, *PACKED], {}),
        ("given", [LONLAT, *PACKED], {"angles": "ddd.mmss"}),
    ]
    for why, rows, words in cases:
        frame = read(csv(tmp_path / "a.csv", *rows), crs=4490, **words)
        assert frame.geometry[0].normalize().equals_exact(Polygon(DEGREES).normalize(), 1e-9)
        assert {"table_angles_packed", f"table_because_{why}"} <= set(keys(frame))
    # The same numbers, meant as decimal degrees.
    decimal = [(float(row[1]), float(row[2])) for row in PACKED]
    ends = [*decimal[1:], decimal[0]]
    lengths = [geod.inv(*one, *other)[2] for one, other in zip(decimal, ends, strict=True)]
    rows = [[*LONLAT, "边长"], *([*row, f"{length:.2f}"] for row, length in zip(PACKED, lengths, strict=True))]
    frame = read(csv(tmp_path / "a.csv", *rows), crs=4490)
    assert {"table_angles_decimal", "table_because_lengths"} <= set(keys(frame))
    assert (
        read(csv(tmp_path / "b.csv", ["点号", "经度（十进制度）", "纬度"], *PACKED), crs=4490)
        .geometry[0]
        .equals(frame.geometry[0])
    )


def test_decimal_degrees_need_no_word(tmp_path: Path) -> None:
    """One number whose minutes or seconds would reach 60, few decimals, or a place abroad show decimal degrees."""
    rows = [["J1", "117.387500", "39.134750"], ["J2", "117.389500", "39.134750"], ["J3", "117.389500", "39.133750"]]
    frame = read(csv(tmp_path / "a.csv", LONLAT, *rows), crs=4490)
    assert frame.geometry[0].exterior.coords[0] == (117.3875, 39.13475)
    assert not [key for key in keys(frame) if key.startswith("table_angles")]
    few = [["J1", "117.32", "39.13"], ["J2", "117.33", "39.13"], ["J3", "117.33", "39.12"]]
    # Decimal, and as that too coarse for corners.
    assert refusal(csv(tmp_path / "b.csv", LONLAT, *few), crs=4490).key == "intake.table_too_coarse"
    abroad = [["J1", "-1.231515", "54.231515"], ["J2", "-1.231015", "54.231515"], ["J3", "-1.231015", "54.231015"]]
    assert read(csv(tmp_path / "c.csv", LONLAT, *abroad), crs=4258).geometry[0].area > 0
    assert refusal(csv(tmp_path / "a.csv", LONLAT, *rows), crs=4490, angles="ddd.mmss").key == "intake.table_not_packed"
    header = ["点号", "经度(ddd.mmss)", "纬度"]
    assert refusal(csv(tmp_path / "d.csv", header, *rows), crs=4490).key == "intake.table_not_packed"


def test_points_can_be_packed_too(tmp_path: Path) -> None:
    """Places are read as decimal degrees with a warning that names the other reading; asked for, it is taken."""
    rows = [["一小", "117.231520", "39.080510"], ["二小", "117.231600", "39.080600"]]
    path = csv(tmp_path / "a.csv", ["名称", "经度", "纬度"], *rows)
    plain = read(path)
    assert plain.geometry[0].x == pytest.approx(117.231520)
    said = [one for one in plain.attrs["notices"] if one.key == "intake.table_angles_decimal"]
    assert [one.severity for one in said] == ["warning"]
    frame = read(path, angles="ddd.mmss")
    assert frame.geometry[0].x == pytest.approx(117 + 23 / 60 + 15.2 / 3600)
    sheet = xlsx(tmp_path / "a.xlsx", ["名称", "经度", "纬度"], *([name, float(x), float(y)] for name, x, y in rows))
    again = read(sheet, angles="ddd.mmss")
    assert again.geometry.geom_equals_exact(frame.geometry, 1e-12).all()


def test_letters_must_fit_their_column(tmp_path: Path) -> None:
    """A cell that says N in a column of longitudes refuses the table; in columns X and Y letters tell the order."""
    rows = [[f"J{at}", f"N{lat}°", f"E{lon}°"] for at, (lon, lat) in enumerate(DEGREES, 1)]
    assert refusal(csv(tmp_path / "a.csv", LONLAT, *rows), crs=4490).key == "intake.table_sides"
    frame = read(csv(tmp_path / "b.csv", ["点号", "X", "Y"], *rows), crs=4490)
    assert frame.geometry[0].normalize().equals_exact(Polygon(DEGREES).normalize(), 1e-9)


def test_a_duration_of_excel_is_an_angle(tmp_path: Path) -> None:
    """Excel turns 117:23:15 into a duration of 117 hours; it is read as the degrees that were typed."""
    rows: list[Cells] = [["点号", "经度", "纬度"]]
    for at, (lon, lat) in enumerate(DEGREES, 1):
        rows.append([f"J{at}", *(dt.timedelta(seconds=round(value * 3600, 3)) for value in (lon, lat))])
    frame = read(xlsx(tmp_path / "a.xlsx", *rows), crs=4490)
    assert frame.geometry[0].normalize().equals_exact(Polygon(DEGREES).normalize(), 1e-6)


@pytest.mark.parametrize(
    ("write", "key"),
    [
        (lambda value: f"{value:.3f}".replace(".", ","), "table_commas_decimal"),
        (lambda value: f"{value:,.3f}", "table_commas_thousands"),
        (lambda value: f"{value:,.0f}", "table_commas_thousands"),
        (lambda value: f"{value:.3f}".translate(str.maketrans("0123456789.", "０１２３４５６７８９．")), None),
        (lambda value: f"{value:.3f}米", None),
        (lambda value: f"{value:.3f} m", None),
    ],
)
def test_numbers_as_people_type_them(tmp_path: Path, write: Any, key: str | None) -> None:
    """Decimal commas, thousands, full-width digits and units in cells are the numbers that they look like."""
    rows = [[name, write(north), write(east)] for name, north, east in numbered(SQUARE)]
    frame = read(xlsx(tmp_path / "a.xlsx", HEADER, *rows), crs=4527)
    assert same(frame.geometry[0], SQUARE)
    assert [one for one in keys(frame) if one.startswith("table_commas")] == ([key] if key else [])


def test_commas_that_mean_two_things_are_refused(tmp_path: Path) -> None:
    """What can be thousands or a fraction, both somewhere in China, is not guessed."""
    rows = [["J1", "117,38700", "39,13400"], ["J2", "117,38900", "39,13400"], ["J3", "117,38900", "39,13300"]]
    frame = read(csv(tmp_path / "a.csv", LONLAT, *rows, mark=";"), crs=4490)
    assert frame.geometry[0].exterior.coords[0] == (117.387, 39.134)
    odd = [["J1", "100,387", "101,134"], ["J2", "100,389", "101,134"], ["J3", "100,389", "101,133"]]
    assert refusal(csv(tmp_path / "b.csv", ["点号", "X", "Y"], *odd, mark=";"), crs=4548).key == "intake.table_commas"


def test_several_sheets_ask_which(tmp_path: Path) -> None:
    """Two sheets of corners ask which; a cover sheet does not count, and a sheet of parcels is taken and said."""
    one, two = [HEADER, *numbered(SQUARE)], [HEADER, *numbered(FAR)]
    path = xlsx(tmp_path / "a.xlsx", ["封面"], sheet="封面", 一期=one, 二期=two)
    assert list_layers(path) == ["一期", "二期"]
    assert refusal(path, crs=4527).key == "intake.several_layers"
    assert same(read(path, crs=4527, layer="二期").geometry[0], FAR)
    single = xlsx(tmp_path / "b.xlsx", ["封面"], sheet="封面", 一期=one)
    assert "sheet_chosen" in keys(read(single, crs=4527))
    bare = xlsx(tmp_path / "c.xlsx", *numbered(SQUARE), sheet="拐点")
    assert "table_no_header" in keys(read(bare, crs=4527))


def test_without_a_header(tmp_path: Path) -> None:
    """Columns are told by their numbers: name, number of ring, north and east, in any order."""
    for rows in (
        [[f"J{at}", 1, *corner] for at, corner in enumerate(SQUARE, 1)],
        [[at, f"J{at}", *corner] for at, corner in enumerate(SQUARE, 1)],
        [[*corner[::-1], f"J{at}"] for at, corner in enumerate(SQUARE, 1)],
        [["某宗地界址点"], *([at, *corner] for at, corner in enumerate(SQUARE, 1))],
    ):
        frame = read(csv(tmp_path / "a.csv", *rows), crs=4527)
        assert same(frame.geometry[0], SQUARE)
    degrees = [[at, lon, lat] for at, (lon, lat) in enumerate([*DEGREES, DEGREES[0]], 3)]
    assert read(csv(tmp_path / "b.csv", *degrees), crs=4490).geometry[0].equals(Polygon(DEGREES))
    unknown = [["村名", "人均", "户数"], ["甲", "117.5", "39.2"], ["乙", "117.6", "39.3"]]
    assert refusal(csv(tmp_path / "c.csv", *unknown)).key == "intake.no_coordinate_columns"
    three = [[4330000, 530000, 531000], [4330001, 530001, 531001]]
    assert refusal(csv(tmp_path / "d.csv", *three), crs=4548).key == "intake.no_coordinate_columns"


def test_without_a_header_a_blank_moves_no_column(tmp_path: Path) -> None:
    """An easting that lacks refuses its corner: numbers of rings or lengths beside a northing are no eastings."""
    plain = [(north, east - 39e6) for north, east in SQUARE]
    rows: list[Cells] = [[f"J{at}", 1, *corner] for at, corner in enumerate(plain, 1)]
    rows[2] = [*rows[2][:3], ""]
    error = refusal(csv(tmp_path / "a.csv", *rows), crs=4548)
    assert error.key == "intake.all_refused"
    assert "坐标空白" in error.message("zh")
    frame = read(csv(tmp_path / "a.csv", *rows), crs=4548, geometry="points")
    assert [shape is None for shape in frame.geometry] == [False, False, True, False]
    assert frame.geometry[0].coords[0] == plain[0][::-1]
    for number in (1, 35.25):
        rows = [[f"J{at}", north, number + at] for at, (north, _) in enumerate(plain, 1)]
        assert refusal(csv(tmp_path / "b.csv", *rows), crs=4548).key == "intake.no_coordinate_columns"


def test_wrong_axes_and_zones_are_refused(tmp_path: Path) -> None:
    """A header that contradicts its numbers, two zones, and an easting whose zone is not the CRS's are not read."""
    turned = [[name, east, north] for name, north, east in numbered(SQUARE)]
    assert refusal(csv(tmp_path / "a.csv", HEADER, *turned), crs=4527).key == "geo.axes_swapped"
    assert refusal(csv(tmp_path / "a.csv", HEADER, *numbered(SQUARE)), crs=4548).key == "geo.zone_extra"
    mixed = [*numbered(SQUARE)[:3], ["J4", SQUARE[3][0], SQUARE[3][1] + 1e6]]
    assert refusal(csv(tmp_path / "a.csv", HEADER, *mixed), crs=4527).key == "intake.rows_of_two_kinds"
    assert refusal(csv(tmp_path / "a.csv", HEADER, *numbered(SQUARE))).key.startswith("intake.no_crs")


def test_a_boundary_that_crosses_itself_is_refused(tmp_path: Path) -> None:
    """Corners in a wrong order have no area that anybody meant."""
    bow = [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]]
    rows = [["甲", *row] for row in numbered(bow)] + [["乙", *row] for row in numbered(FAR)]
    frame = read(csv(tmp_path / "a.csv", ["地块", *HEADER], *rows), crs=4527)
    assert list(refused(frame)) == [2]


def test_attributes_of_parcels(tmp_path: Path) -> None:
    """What all corners of a parcel share is its attribute, zeros in front kept; what differs is left out and said."""
    header = ["地块编号", "用途", "地类", *HEADER, "点位"]
    rows = [["007", "工业", "0601", *row, f"点{at}"] for at, row in enumerate(numbered(SQUARE))]
    rows += [["008", "", "0101", *row, f"点{at}"] for at, row in enumerate(numbered(FAR))]
    path = csv(tmp_path / "a.csv", header, *rows)
    frame = read(path, crs=4527, geometry="corners")
    assert frame["地块编号"].tolist() == ["007", "008"]
    assert frame["用途"].tolist() == ["工业", None]
    assert frame["地类"].tolist() == ["0601", "0101"]
    assert "点位" not in frame.columns
    assert told(frame, "table_columns_differ").fields["columns"] == "点位"
    assert set(frame.columns) == {"source_row", "地块编号", "用途", "地类", "geometry"}


def test_limits(tmp_path: Path) -> None:
    """Rows, rings and corners of one parcel have limits of their own."""
    path = csv(tmp_path / "a.csv", HEADER, *numbered(SQUARE))
    assert refusal(path, crs=4527, limits=Limits(rows=4)).key == "intake.limit_rows"
    assert refusal(path, crs=4527, limits=Limits(features=3)).key == "intake.limit_features"


# Any polygons, written in any habit.


@st.composite
def stars(draw: st.DrawFn, east: float, north: float) -> list[tuple[float, float]]:
    """Draw a ring of 3 to 12 corners around a place, on millimetres; x, y."""
    count = draw(st.integers(3, 12))
    turn = draw(st.floats(0, 1))
    radii = draw(st.lists(st.integers(20_000, 90_000), min_size=count, max_size=count))
    corners = []
    for at, radius in enumerate(radii):
        angle = 2 * math.pi * (at + turn) / count
        corners.append(
            (round(east + radius * math.sin(angle) / 1000, 3), round(north + radius * math.cos(angle) / 1000, 3))
        )
    return corners if draw(st.booleans()) else corners[::-1]


@st.composite
def parcel_sets(draw: st.DrawFn) -> list[list[list[tuple[float, float]]]]:
    """Draw parcels, each of one to three rings: an outer one, perhaps a hole in its middle, perhaps a further part."""
    found = []
    for at in range(draw(st.integers(1, 4))):
        east, north = 530_000.0 + 1000 * at, 4_330_000.0 + draw(st.integers(0, 1_000_000)) / 1000
        rings = [draw(stars(east, north))]
        if draw(st.booleans()):
            middle = [(round(east + (x - east) * 0.1, 3), round(north + (y - north) * 0.1, 3)) for x, y in rings[0]]
            rings.append(middle)
        if draw(st.booleans()):
            rings.append(draw(stars(east + 400, north)))
        found.append(rings)
    return found


def shape_of(rings: list[list[tuple[float, float]]]) -> BaseGeometry:
    made: BaseGeometry = Polygon(rings[0])
    for one in rings[1:]:
        made = made.symmetric_difference(Polygon(one))
    return made


habits = st.fixed_dictionaries(
    {
        "suffix": st.sampled_from(["csv", "xlsx"]),
        "zone": st.sampled_from([None, 39, 38, 40]),
        "order": st.sampled_from(["xy", "named"]),
        "turned": st.booleans(),
        "close": st.booleans(),
        "prefix": st.sampled_from(["J", "", "界"]),
        "running": st.booleans(),
        "by": st.sampled_from(["id", "merged", "rings"]),
        "title": st.booleans(),
        "notes": st.booleans(),
        "text": st.booleans(),
        "mark": st.sampled_from([",", "\t", ";", "，"]),
        "codec": st.sampled_from(["utf-8", "gbk", "utf-8-sig"]),
    }
)


def table_of(parcels: list[list[list[tuple[float, float]]]], habit: dict[str, Any]) -> list[Cells]:
    """Write parcels down as somebody might."""
    plain = {"xy": ("X", "Y"), "named": ("X(北)", "Y(东)")}[habit["order"]]
    pair = plain[::-1] if habit["turned"] and habit["order"] == "named" else plain
    header = ["地块编号", "点号", "圈号", *pair, "边长"]
    rows: list[Cells] = [["某项目界址点坐标成果表"]] if habit["title"] else []
    rows.append(header)
    shift = 0.0 if habit["zone"] is None else habit["zone"] * 1e6
    for at, rings in enumerate(parcels, 1):
        number = 0
        for label, corners in enumerate(rings, 1):
            start = number if habit["running"] else 0
            listed = [*corners, corners[0]] if habit["close"] else corners
            for place, (x, y) in enumerate(listed):
                name = f"{habit['prefix']}{start + 1 + place % len(corners)}"
                values: list[Any] = [x + shift, y] if habit["turned"] else [y, x + shift]
                values = (
                    [f"{value:.3f}" for value in values] if habit["text"] else [round(value, 3) for value in values]
                )
                key = f"{at:03d}" if habit["by"] == "id" or (place == 0 and label == 1) else ""
                rows.append([key, name, label, *values, "1.0"])
            number += len(corners)
    if habit["notes"]:
        rows.append(["注：面积见附表"])
    return rows


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parcels=parcel_sets(), habit=habits)
def test_polygons_come_back_from_any_habit(tmp_path: Path, parcels: Any, habit: dict[str, Any]) -> None:
    """Any polygons with holes and parts, written in any habit, zone and format, have the same parts and area."""
    rows = table_of(parcels, habit)
    if habit["suffix"] == "csv":
        path = csv(tmp_path / "a.csv", *rows, mark=habit["mark"], codec=habit["codec"])
    else:
        path = xlsx(tmp_path / "a.xlsx", *rows)
    crs = {None: 4548, 38: 4526, 39: 4527, 40: 4528}[habit["zone"]]
    frame = read(path, crs=crs)
    assert frame["地块编号"].tolist() == [f"{at:03d}" for at in range(1, len(parcels) + 1)]
    shift = 0.0 if habit["zone"] is None else habit["zone"] * 1e6
    for wanted, found in zip(parcels, frame.geometry, strict=True):
        before = shapely.affinity.translate(shape_of(wanted), shift)
        assert found.area == pytest.approx(before.area, rel=1e-6)
        assert len(getattr(found, "geoms", [found])) == len(getattr(before, "geoms", [before]))
        assert found.symmetric_difference(before).area <= 1e-6 * before.area


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    corners=stars(117.0, 39.0),
    form=st.sampled_from(["{d}°{m}′{s}″", "{d}度{m}分{s}秒", "{d}.{mm}{packed}", "{d}:{mm}:{s}"]),
)
def test_degrees_come_back_from_any_form(tmp_path: Path, corners: Any, form: str) -> None:
    """Any polygon in degrees, written out or packed, is read back to a hundred thousandth of a second."""
    lonlat = [(117.3 + (x - 117) / 1e4, 39.1 + (y - 39) / 1e4) for x, y in corners]
    rows = [[f"J{at}", dms(lon, form, 7), dms(lat, form, 7)] for at, (lon, lat) in enumerate(lonlat, 1)]
    angles = {"angles": "ddd.mmss"} if "packed" in form else {}
    frame = read(csv(tmp_path / "a.csv", LONLAT, *rows), crs=4490, **angles)
    assert frame.geometry[0].normalize().equals_exact(Polygon(lonlat).normalize(), 1e-10)


TABLE = "\n".join(
    ",".join(str(cell) for cell in row)
    for row in [
        ["某项目拐点坐标表", "", "", ""],
        ["地块编号", *HEADER],
        *(["007", *row] for row in numbered(SQUARE, close=True)),
        ["", "", "", ""],
        *(["008", *row] for row in numbered(FAR)),
        ["注：CGCS2000", "", "", ""],
    ]
).encode()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(TABLE) - 1), byte=st.integers(0, 255), cut=st.booleans())
def test_a_corrupted_byte_never_moves_a_parcel(tmp_path: Path, at: int, byte: int, cut: bool) -> None:
    """A changed byte outside the numbers gives the same parcels or a refusal; never a crash.

    Within a number it is another well-formed number; only what the table says twice shows it, and this one says
    nothing twice but the closing corner.
    """
    path = tmp_path / "a.csv"
    path.write_bytes(TABLE[:at] if cut else TABLE[:at] + bytes([byte]) + TABLE[at + 1 :])
    try:
        frame = read(path, crs=4527)
    except EcozoneError as error:
        assert error.message("zh")
        assert error.message("en")
        return
    if cut or chr(TABLE[at]) in "0123456789.\n,":
        return
    wanted = [ring(SQUARE), ring(FAR)]
    assert all(
        shape is None or any(shape.equals(one) for one in wanted) or shape.geom_type == "Point"
        for shape in frame.geometry
    )


def test_corrupted_workbooks_never_crash(tmp_path: Path) -> None:
    """Changed and cut bytes of a workbook of corners give parcels or refusals."""
    path = xlsx(
        tmp_path / "a.xlsx", ["地块编号", *HEADER], *(["007", *row] for row in numbered(SQUARE)), merged=("A2:A5",)
    )
    data = path.read_bytes()
    chance = random.Random(20250615)
    for _ in range(60):
        spoilt = bytearray(data)
        for _ in range(chance.choice([1, 4, 64])):
            spoilt[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(spoilt[: chance.choice([len(data), chance.randrange(1, len(data))])])
        try:
            frame = read(path, crs=4527)
        except EcozoneError as error:
            assert error.message("en")
        else:
            assert frame.geometry.dropna().is_valid.all()


WIDE = str.maketrans("0123456789.,", "０１２３４５６７８９．，")


@pytest.mark.parametrize(
    "rows",
    [
        [HEADER, *numbered(SQUARE), HEADER, *numbered(FAR, start=5)],
        [["序号", "X(北)", "Y(东)"], *numbered(SQUARE, ""), *numbered(FAR, "")],
        [[name, 1, *pair] for name, *pair in numbered(SQUARE, close=True)],
        [["坐标系", *HEADER], *([4527, *row] for row in numbered(SQUARE))],
    ],
    ids=["further page", "numbers restart", "no header", "column of codes"],
)
def test_digits_of_full_width_are_digits_everywhere(tmp_path: Path, rows: list[Cells]) -> None:
    """Numbers of corners, rings and codes group the rows the same way whatever their width."""
    narrow = read(csv(tmp_path / "a.csv", *rows), crs=4527, geometry="corners")
    path = tmp_path / "b.csv"
    path.write_text((tmp_path / "a.csv").read_text("utf-8").translate(WIDE), "utf-8")
    wide = read(path, crs=4527, geometry="corners")
    assert [shape.wkt for shape in wide.geometry] == [shape.wkt for shape in narrow.geometry]


def test_a_row_of_full_width_in_one_cell_is_not_lost(tmp_path: Path) -> None:
    """A corner whose coordinates stand in one cell is refused whatever the width of its digits."""
    rows: list[Cells] = [HEADER, *numbered(SQUARE)]
    for text in ("J5 4330000.5 39530050.5", "J5 4330000.5 39530050.5".translate(WIDE)):
        assert refusal(xlsx(tmp_path / "a.xlsx", *rows, [text]), crs=4527).key == "intake.table_row_unsplit"


@pytest.mark.parametrize(
    ("titles", "zone", "words", "found"),
    [
        (["2000国家大地坐标系"], 39, {}, 4527),
        (["界址点坐标表（CGCS2000，3度分带）"], 39, {}, 4527),
        (["坐标系统：国家2000；中央子午线：117°；三度带"], None, {}, 4548),
        (["坐标系：CGCS2000", "带号：39"], None, {}, 4548),
        (["坐标系为2000国家大地坐标系，投影带号39"], 39, {"crs": 4527}, 4527),
        (["由1980西安坐标系转换为2000国家大地坐标系"], 39, {"crs": 4527}, 4527),
        (["某项目"], 39, {}, "intake.no_crs"),
        (["2000国家大地坐标系"], None, {}, "intake.no_crs"),
        (["1980西安坐标系"], 39, {"crs": 4527}, "intake.crs_conflict"),
        (["1980年西安坐标系"], None, {"crs": 4548}, "intake.crs_conflict"),
        (["坐标系：CGCS2000，带号：38"], 39, {}, "intake.txt_zone_contradicts"),
        (["1990年天津市任意直角坐标系"], None, {}, "intake.txt_header_unread"),
        (["2000天津城市坐标系"], None, {}, "intake.txt_header_unread"),
        (["坐标系：CGCS2000，中央子午线117°30′"], None, {}, "intake.txt_header_unread"),
    ],
)
def test_the_texts_around_a_table_say_its_crs(
    tmp_path: Path, titles: list[str], zone: int | None, words: dict[str, Any], found: int | str
) -> None:
    """Datum, strip and meridian in a title or a remark count as a declaration: with the numbers or against them."""
    shift = -39e6 if zone is None else 0.0
    rows = [[name, north, east + shift] for name, north, east in numbered(SQUARE)]
    for above in (True, False):
        texts: list[Cells] = [[title, "", ""] for title in titles]
        remarks: list[Cells] = [[f"注：{title}", "", ""] for title in titles]
        path = csv(tmp_path / "a.csv", *(texts if above else []), HEADER, *rows, *([] if above else remarks))
        if isinstance(found, int):
            frame = read(path, **words)
            assert frame.crs.to_epsg() == found
            assert ("table_says" in keys(frame)) == ("由" not in titles[0])
        else:
            assert refusal(path, **words).key.startswith(found)


def test_degrees_take_the_datum_that_is_named(tmp_path: Path) -> None:
    """A table of degrees under the name of CGCS2000 is in CGCS2000; under that of WGS84, or of none, in WGS84."""
    rows = [[f"J{at}", f"{lon}°", f"{lat}°"] for at, (lon, lat) in enumerate(DEGREES, 1)]
    for title, epsg in (("坐标系：CGCS2000，3度带", 4490), ("坐标系：WGS84", 4326), ("坐标表", 4326)):
        frame = read(csv(tmp_path / "a.csv", [title, "", ""], LONLAT, *rows))
        assert frame.crs.to_epsg() == epsg


def test_a_row_written_in_another_way_is_never_lost(tmp_path: Path) -> None:
    """A corner whose cells are separated otherwise is read all the same, or refuses the table; it is no title."""
    one = [f"{name},{north},{east}" for name, north, east in numbered(SQUARE)]
    one[1] = one[1].replace(",", "，")
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["点号,X,Y", *one]))
    frame = read(path, crs=4527)
    assert same(frame.geometry[0], SQUARE)
    two = [["甲", *row] for row in numbered(FAR)]
    for column in range(4):
        lost: Cells = ["", "", "", ""]
        lost[column] = "J2，4330000.0，39530100.0"
        rows = [["甲", *row] for row in numbered([*SQUARE, (N0 - 50, E0 - 30)])]
        rows[1] = lost
        sheet = xlsx(tmp_path / "b.xlsx", ["地块", *HEADER], *rows, *([["乙", *row[1:]] for row in two]))
        assert refusal(sheet, crs=4527).key == "intake.table_row_unsplit"


def test_the_command_line_says_what_rows_and_numbers_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--corners``, ``--points`` and ``--angles`` answer what a table leaves open; ``inspect`` repeats them."""
    from ecozone.cli import run as command

    path = str(csv(tmp_path / "a.csv", ["序号", "经度", "纬度"], *([row[0][1:], *row[1:]] for row in PACKED)))

    def run(*words: str) -> tuple[int, str]:
        status = command(["inspect", path, "--datum", "cgcs2000", "--lang", "en", *words])
        said = capsys.readouterr()
        return status, said.out + said.err

    with speaking("en"):
        _answers(run)


def _answers(run: Any) -> None:
    assert run()[0] == 3
    status, said = run("--corners", "--angles", "ddd.mmss")
    assert status == 0
    assert "Polygon" in said
    assert "--corners --angles ddd.mmss" in said
    status, said = run("--points", "--angles", "decimal")
    assert status == 0
    assert "Point 4" in said
    assert run("--angles", "grad")[0] == 2


def test_a_fault_comes_before_the_crs_that_lacks(tmp_path: Path) -> None:
    """A table whose one parcel is refused says that first: naming a CRS would not help it."""
    rows = numbered(SQUARE, close=True)
    rows[2][1] = "见附图"
    error = refusal(csv(tmp_path / "a.csv", ["点号", "X", "Y"], *rows))
    assert error.key == "intake.all_refused"
    assert "见附图" in error.message("zh")


def test_a_table_of_cells_that_are_no_numbers_says_which(tmp_path: Path) -> None:
    """Where no row can be read, the first cell at fault is named, not a number of rows."""
    rows = [[f"J{at}", "117°75′30″", "39°8′5″"] for at in range(1, 5)]
    error = refusal(csv(tmp_path / "a.csv", LONLAT, *rows))
    assert error.key == "intake.table_no_numbers"
    assert "117°75′30″" in error.message("zh")


def test_an_area_below_a_table_is_no_place(tmp_path: Path) -> None:
    """面积 below the rows is a remark, of corners and of points."""
    foot: Cells = ["面积", "12250", "平方米"]
    corners = read(csv(tmp_path / "a.csv", HEADER, *numbered(SQUARE, close=True), foot), crs=4527)
    assert same(corners.geometry[0], SQUARE)
    places = [["甲", E0, N0], ["乙", E0 + 10, N0]]
    points = read(
        csv(tmp_path / "b.csv", ["名称", "东坐标", "北坐标"], *places, ["面积 12250 平方米", "", ""]), crs=4527
    )
    assert len(points) == 2
    assert not refused(points)


def test_the_last_edge_has_its_unit(tmp_path: Path) -> None:
    """A ring that is closed by us says how long that edge is, in metres or in degrees."""
    frame = read(csv(tmp_path / "a.csv", HEADER, *numbered(SQUARE)), crs=4527)
    assert told(frame, "txt_closed").fields["gap"] == "100.000 m"
    rows = [[f"J{at}", f"{lon}°", f"{lat}°"] for at, (lon, lat) in enumerate(DEGREES, 1)]
    assert told(read(csv(tmp_path / "b.csv", LONLAT, *rows)), "txt_closed").fields["gap"] == "0.0010000°"
