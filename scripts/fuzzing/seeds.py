"""What a fuzz begins with: files as the writers make them, in every habit that the readers promise to understand."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import shapely

from ecozone.outputs.txt import write_txt
from fuzzing.mutations import members, packed

#: Real files beside the project, further seeds where they are there.
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "coordinates_txt"
_LARGEST = 20_000

_HEADER = """[属性描述]
格式版本号=1.01
数据产生单位=示例测绘单位
数据产生日期=2025-06-15
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=39
精度=0.001
转换参数=,,,,,,
[地块坐标]
"""
_POINTS = """J1,1,4331250.000,39530120.000
J2,1,4331262.500,39530420.250
J3,1,4331010.400,39530455.800
J4,1,4330988.750,39530180.300
J1,1,4331250.000,39530120.000
"""
_HOLE = """J5,2,4331150.000,39530250.000
J6,2,4331100.000,39530250.000
J7,2,4331100.000,39530300.000
J8,2,4331150.000,39530300.000
J5,2,4331150.000,39530250.000
"""
_LINE = "10,7.2207,1,示例地块一,面,,工业用地,,@\n"
_TXT = _HEADER + _LINE + _POINTS + _HOLE
_SQUARE = ((4330000.0, 39530000.0), (4330000.0, 39530100.0), (4329900.0, 39530100.0), (4329900.0, 39530000.0))


def seeds(target: str, *, real: bool = False) -> list[bytes]:
    """Return the inputs with which a target's fuzz begins; with ``real``, the real files of this machine behind."""
    made = list({"txt": _txt, "csv": _csv, "xlsx": _xlsx, "paste": _paste}[target]())
    if real and target == "txt":
        made += [path.read_bytes() for path in sorted(REAL.glob("*.txt")) if path.stat().st_size < _LARGEST]
    return list(dict.fromkeys(made))


def _txt() -> Iterator[bytes]:
    yield from _written()
    for codec in ("gbk", "utf-8", "utf-8-sig", "utf-16"):
        yield _TXT.encode(codec)
    unprefixed = _TXT.replace(",395", ",5")
    swapped = "\n".join(
        ",".join((*cells[:2], cells[3], cells[2])) if len(cells := line.split(",")) == 4 else line
        for line in _TXT.splitlines()
    )
    second = "5,2.0000,2,地块二,面,,农用地,0101,@\n" + _POINTS.replace("43312", "43322").replace("433", "434")
    for text in (
        " " + _TXT,
        _TXT.replace("\n", "\r\n") + "\r\n\r\n",
        _TXT.replace("几度分带=3", "几度分带=3度带"),
        _TXT.replace("带号=39", "带号="),
        _TXT.replace("格式版本号=1.01\n", ""),
        _TXT.replace("7.2207", "7.2207公顷"),
        _TXT.replace("7.2207", "108.31亩"),
        _HEADER + _LINE + _POINTS.rpartition("J1")[0] + _HOLE.rpartition("J5")[0],
        _TXT.replace("\nJ1,1,4331250", "\n1,1,4331250"),
        _TXT.replace("J", ""),
        _TXT.replace("J5,", "J1,").replace("J6,", "J2,").replace("J7,", "J3,").replace("J8,", "J4,"),
        swapped,
        unprefixed,
        unprefixed.replace("带号=39", "中央子午线=117"),
        _TXT.replace("10,7.2207", "8,7.2207"),
        _TXT + second,
        _HEADER + _LINE + _POINTS + _HOLE.replace("43311", "43361"),
        _TXT.translate(str.maketrans(",0123456789.", "，０１２３４５６７８９．")),
        "".join(f"{line},12.5\n" if line.count(",") == 3 else f"{line}\n" for line in _TXT.splitlines()),
        _HEADER + "10,7.2207,1,地块一,面,,工业用地,@\n" + _POINTS + _HOLE,
        _HEADER + "10,7.2207,1,地块一,面,,工业用地,0601,地上,@\n" + _POINTS + _HOLE,
        _HEADER + "10,7.2207,1,地块一,面,,工业用地,0601,甲,乙,丙,丁,备注,@\n" + _POINTS + _HOLE,
        _HEADER + "2,0,1,管线,线,,,,@\n" + "".join(_POINTS.splitlines(keepends=True)[:3]),
        _HEADER + "1,0,1,泵站,点,,,,@\n" + _POINTS.splitlines(keepends=True)[0],
        _POINTS,
        _HEADER.replace("计量单位=米", "计量单位=度").replace("带号=39\n", "").replace("几度分带=3\n", "")
        + _LINE
        + "J1,1,39.10000,117.30000\nJ2,1,39.10000,117.31000\nJ3,1,39.11000,117.31000\nJ1,1,39.10000,117.30000\n",
        _HEADER.replace("2000国家大地坐标系", "1980西安坐标系") + _LINE + _POINTS,
        _TXT.replace("0120.000\nJ5", "0120.000,@\nJ5"),
        _TXT.replace(",", "\t"),
    ):
        yield text.encode("gb18030")


def _written() -> Iterator[bytes]:
    """Yield what the writer makes of shapes of each kind, in each of its forms."""
    square, hole = (
        shapely.box(39_520_000, 4_325_000, 39_520_300, 4_325_200),
        shapely.box(39_520_050, 4_325_050, 39_520_100, 4_325_100),
    )
    ring = square.difference(hole)
    shapes = [ring, shapely.MultiPolygon([ring, shapely.affinity.translate(square, 500)]), square]
    frame = gpd.GeoDataFrame(
        {"地块编号": ["001", "A-2", "3"], "地块名称": ["甲", "乙，丙", ""]}, geometry=shapes, crs=4527
    )
    lines = gpd.GeoDataFrame(geometry=[square.exterior, square.centroid], crs=4527)
    forms: tuple[dict[str, Any], ...] = (
        {},
        {"crs": 4548, "encoding": "utf-8", "prefix": "", "closed": False},
        {"crs": 4498, "decimals": 6, "renumber": "part"},
        {"decimals": 1, "encoding": "utf-8-sig"},
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.txt")
        for words in forms:
            write_txt(frame, path, **words)
            yield path.read_bytes()
        write_txt(lines, path)
        yield path.read_bytes()


Cells = Sequence[Any]


def _corners(*, prefix: str = "J", close: bool = False, shift: float = 0.0, start: int = 1) -> list[list[Any]]:
    rows = [[f"{prefix}{at}", north + shift, east] for at, (north, east) in enumerate(_SQUARE, start)]
    return [*rows, rows[0]] if close else rows


def _tables() -> Iterator[list[Cells]]:
    """Yield tables as planners write them, header and all."""
    header = ["点号", "X(北)", "Y(东)"]
    yield [header, *_corners(close=True)]
    yield [header, *_corners(), ["", "", ""], *_corners(shift=1000.0)]
    yield [["序号", "点号", "X坐标", "Y坐标", "边长"], *([at, *row, 100.0] for at, row in enumerate(_corners(), 1))]
    yield [["拐点编号", "横坐标Y", "纵坐标X"], *([name, east, north] for name, north, east in _corners(close=True))]
    yield [
        ["地块编号", *header, "面积(公顷)"],
        *(["007", *row, "1.0000"] for row in _corners()),
        *(["008", *row, "1.0000"] for row in _corners(shift=500.0)),
    ]
    yield [
        ["地块编号", "圈号", *header],
        *(["1", "1", *row] for row in _corners()),
        *(["1", "2", *row] for row in _inner()),
    ]
    yield [
        ["某项目拐点坐标表（CGCS2000，3度带，带号39）", "", ""],
        header,
        *_corners(close=True),
        ["注：中央子午线117°", "", ""],
    ]
    yield [header, *_corners(), header, *_corners(start=5, shift=-200.0)]
    yield [["名称", "经度", "纬度", "半径"], ["冷库", "117.32", "39.09", "50"], ["学校", "117.35", "39.12", ""]]
    yield [
        ["编号", "坐标系", "东坐标", "北坐标"],
        ["001", "EPSG:4527", 39530000.5, 4330000.5],
        ["002", "EPSG:4527", 39530100.5, 4330000.5],
    ]
    degrees = [("117°23′15.20″", "39°08′05.10″"), ("117°23′25.20″", "39°08′05.10″"), ("117°23′25.20″", "39°08′15.10″")]
    yield [["点号", "经度", "纬度"], *([f"J{at}", *pair] for at, pair in enumerate(degrees, 1))]
    packed = [("117.231520", "39.080510"), ("117.232520", "39.080510"), ("117.232520", "39.081510")]
    yield [["点号", "经度(ddd.mmss)", "纬度(ddd.mmss)"], *([f"J{at}", *pair] for at, pair in enumerate(packed, 1))]
    yield [
        ["点号", "经度", "", "", "纬度", "", ""],
        ["", "度", "分", "秒", "度", "分", "秒"],
        *([f"J{at}", 117, 23, 15.2 + at * 5, 39, 8, 5.1 + (at == 3) * 9] for at in (1, 2, 3)),
    ]
    yield [
        ["拐点", "东经", "北纬"],
        *(
            [f"J{at}", f"E{lon:.5f}", f"N{lat:.5f}"]
            for at, (lon, lat) in enumerate(((117.3, 39.1), (117.31, 39.1), (117.31, 39.11)), 1)
        ),
    ]
    yield _corners(close=True)
    yield [[name, 1, north, east] for name, north, east in _corners(close=True)]
    yield [["点号", "X", "Y"], *([name, f"{north:,.3f}", f"{east:,.3f}"] for name, north, east in _corners(close=True))]


def _inner() -> list[list[Any]]:
    return [[f"J{at}", (north + 4329950) / 2, (east + 39530050) / 2] for at, (north, east) in enumerate(_SQUARE, 5)]


def _joined(rows: Sequence[Cells], mark: str) -> str:
    quoted = [[f'"{cell}"' if mark in str(cell) else str(cell) for cell in row] for row in rows]
    return "\n".join(mark.join(row) for row in quoted) + "\n"


def _csv() -> Iterator[bytes]:
    for at, rows in enumerate(_tables()):
        yield _joined(rows, ",").encode(("utf-8", "gbk", "utf-8-sig", "utf-16")[at % 4], "replace")
        yield _joined(rows, ("\t", ";", "，", "|")[at % 4]).encode("gb18030")
    square = next(_tables())
    yield "\r\n".join(" ".join(map(str, row)) for row in square).encode("gb18030")
    yield (
        ";".join(("点号", "X", "Y")).encode()
        + b"\n"
        + "\n".join(
            f"J{at};{north:.3f};{east:.3f}".replace(".", ",") for at, (north, east) in enumerate(_SQUARE, 1)
        ).encode()
    )


def _paste() -> Iterator[bytes]:
    for at, rows in enumerate(_tables()):
        yield _joined(rows, ("，", " ", "、", "\t", "；")[at % 5]).encode()
    for text in (
        "J1，4331250，39530120\nJ2，4331250，39530420\nJ3，4331010，39530420",
        "J1 117°23′ 15.2″ 39°8′5″\nJ2、117°23′16″、39°8′5″\nJ3, 117°23′16″, 39°8′9″",
        "X=4331250.1,Y=39530120.2\nX=4331250.1,Y=39530420.2\nX=4331010.1,Y=39530420.2",
        "J1：X=4331250.1 Y=39530120.2；\nJ2：X=4331250.1 Y=39530420.2；\nJ3：X=4331010.1 Y=39530420.2；",
        "117.32, 39.09",
        "东经117度23分15秒，北纬39度8分5秒",
        "POLYGON ((117.3 39.1, 117.31 39.1, 117.31 39.11, 117.3 39.1))",
        "SRID=4490;POINT (117.35 39.12)",
        '{"type": "Point", "coordinates": [117.35, 39.12]}',
        _TXT,
    ):
        yield text.encode()


def _xlsx() -> Iterator[bytes]:
    for at, rows in enumerate(_tables()):
        yield _workbook(rows, numbers=at % 2 == 0)
    rows = [["地块编号", "点号", "X(北)", "Y(东)"], *(["007", *row] for row in _corners())]
    yield _workbook(rows, merged="A2:A5")
    yield _workbook([["拐点坐标表", None, None, None], *rows], merged="A1:D1", other=[["说明"], ["无"]])
    yield _workbook(rows, formula="=1+1")
    yield _workbook(rows, form="00000")


def _workbook(
    rows: Sequence[Cells],
    *,
    numbers: bool = True,
    merged: str | None = None,
    other: Sequence[Cells] = (),
    formula: str | None = None,
    form: str | None = None,
) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            if value not in ("", None):
                cell = sheet.cell(number, column, value if numbers else str(value))
                cell.number_format = form or cell.number_format
    if formula:
        sheet.cell(len(rows), len(rows[0]) + 1, formula)
    if merged:
        sheet.merge_cells(merged)
    if other:
        page = book.create_sheet("说明")
        for row in other:
            page.append(list(row))
    out = io.BytesIO()
    book.save(out)
    # The colours of a theme are most of the bytes of a small workbook, and no reader of ours looks at them.
    held = members(out.getvalue()) or {}
    return packed({name: b"" if "theme" in name else data for name, data in held.items()})
