"""报批坐标 TXT: each way in which planners and surveyors write it, understood and said, or refused with its reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import CRS

from ecozone.errors import CrsError, EcozoneError, InputError
from ecozone.geo import area_m2, reproject, survey_area_m2
from ecozone.intake import Format, Limits, inspect_file, list_layers, read_features, read_sites, sniff

HEADER = """[属性描述]
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
SHELL = """J1,1,4331250.000,39530120.000
J2,1,4331262.500,39530420.250
J3,1,4331010.400,39530455.800
J4,1,4330988.750,39530180.300
J1,1,4331250.000,39530120.000
"""
HOLE = """J5,2,4331150.000,39530250.000
J6,2,4331100.000,39530250.000
J7,2,4331100.000,39530300.000
J8,2,4331150.000,39530300.000
J5,2,4331150.000,39530250.000
"""
LINE = "10,7.2207,1,示例地块一,面,,工业用地,,@\n"
WHOLE = HEADER + LINE + SHELL + HOLE
#: By hand, in exact fractions of the coordinates above.
PLANE_M2 = 72_208.635
#: By the series of the land survey.
SURVEY_M2 = 72_207.010
#: Of the shell without its hole.
SOLID_M2 = PLANE_M2 + 2500.0
SOLID = "5,7.4709,1,示例地块一,面,,工业用地,,@\n"

Read = Callable[..., gpd.GeoDataFrame]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write a text as a file and read its features."""

    def reading(text: str | bytes, *, encoding: str = "gb18030", **words: Any) -> gpd.GeoDataFrame:
        path = tmp_path / "地块.txt"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return read_features(path, **words)

    return reading


def keys(frame: gpd.GeoDataFrame, *severities: str) -> list[str]:
    """Return what a frame's notices are, those that only say what was understood left out by default."""
    wanted = severities or ("warning", "repaired", "refused")
    return [one.key.removeprefix("intake.") for one in frame.attrs["notices"] if one.severity in wanted]


def refused(read: Read, text: str | bytes, **words: Any) -> EcozoneError:
    """Return the error with which a text is refused; it must have a remedy in both languages."""
    with pytest.raises(EcozoneError) as caught:
        read(text, **words)
    assert caught.value.message("zh") != caught.value.message("en")
    assert caught.value.remedy("zh")
    return caught.value


def square(north: float, east: float, side: float, ring: int, *, first: int = 1, closed: bool = True) -> str:
    """Return the lines of a square ring from its south-west corner."""
    corners = [(0, 0), (side, 0), (side, side), (0, side)]
    rows = [
        f"J{first + at},{ring},{north + dn:.3f},{39_000_000 + east + de:.3f}" for at, (dn, de) in enumerate(corners)
    ]
    return "\n".join([*rows, rows[0]] if closed else rows) + "\n"


def parcel(*rings: str, area: str = "0", kind: str = "面") -> str:
    """Return a parcel with its line of attributes."""
    body = "".join(rings)
    return f"{body.count(chr(10))},{area},1,地块,{kind},,,,@\n{body}"


def test_the_layout_as_it_should_be(read: Read) -> None:
    """The constructed example gives its published area, points and attributes, X as north, and no warning."""
    frame = read(WHOLE)
    assert frame.crs.to_epsg() == 4527
    assert frame.area[0] == pytest.approx(PLANE_M2, abs=1e-6)
    assert survey_area_m2(frame)[0] == pytest.approx(SURVEY_M2, abs=0.001)
    assert area_m2(frame)[0] == pytest.approx(SURVEY_M2, abs=0.01)
    assert frame.geometry[0].exterior.coords[0] == (39_530_120.0, 4_331_250.0)
    row = frame.iloc[0]
    assert (row["地块编号"], row["地块名称"], row["地块用途"], row["图形属性"]) == ("1", "示例地块一", "工业用地", "面")
    assert (row["申报界址点数"], row["申报面积_公顷"], row["source_row"]) == (10, 7.2207, 1)
    assert "图幅号" not in frame
    assert keys(frame) == []
    assert frame.attrs["source"]["format"] == "txt"
    assert frame.attrs["source"]["crs_why"] == "declared"
    said = next(one for one in frame.attrs["notices"] if one.key == "intake.txt_header")
    assert "示例测绘单位" in said.message("zh")


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_encodings(read: Read, encoding: str, mark: str) -> None:
    """Every encoding in use is read, with a byte-order mark or without, and said with a sample."""
    if (encoding in ("gbk", "gb18030") and mark) or (encoding.startswith("utf-32") and not mark):
        pytest.skip("GBK has no mark, and nobody writes four bytes a character without one")
    frame = read((mark + WHOLE).encode(encoding))
    assert frame.loc[0, "地块名称"] == "示例地块一"
    assert frame.area[0] == pytest.approx(PLANE_M2, abs=1e-6)
    assert any(one.startswith("csv_encoding_") for one in keys(frame, "info"))


def test_an_encoding_that_the_user_names(tmp_path: Path) -> None:
    """The user's word on the encoding is taken, and refused where the text is not in it."""
    path = tmp_path / "a.txt"
    path.write_bytes(WHOLE.encode("gbk"))
    assert read_features(path, encoding="gbk").loc[0, "地块名称"] == "示例地块一"
    with pytest.raises(InputError) as caught:
        read_features(path, encoding="utf-8")
    assert caught.value.key == "intake.not_in_encoding"


HABITS: dict[str, Callable[[str], str]] = {
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "CR": lambda text: text.replace("\n", "\r"),
    "blank lines": lambda text: "\n\n" + text.replace("\n", "\n\n") + "\n \n\t\n",
    "leading spaces": lambda text: " " + text.replace("\n", "\n  "),
    "spaces between": lambda text: text.replace(",", " , "),
    "trailing spaces": lambda text: text.replace("\n", " \t\n"),
    "trailing commas": lambda text: text.replace("0\n", "0,\n"),
    "no end of line": lambda text: text.rstrip(),
    "end mark of DOS": lambda text: text + "\x1a",
    "full-width commas": lambda text: text.replace(",", "，"),
    "full-width colons": lambda text: text.replace("=", "："),
    "full-width equals": lambda text: text.replace("=", "＝"),
    "full-width digits": lambda text: text.translate(str.maketrans("0123456789.", "０１２３４５６７８９．")),
    "full-width @": lambda text: text.replace("@", "＠"),
    "tabs": lambda text: text.replace("J1,1,", "J1\t1\t").replace(",", "\t"),
    "other brackets": lambda text: text.replace("[", "【").replace("]", "】"),
    "spaces around =": lambda text: text.replace("=", " = "),
    "no J": lambda text: text.replace("J", ""),
    "zeros before": lambda text: text.replace("J", "J0"),
    "closed with 1": lambda text: text.replace("J1,1,4331250.000,39530120.000\nJ5", "1,1,4331250.000,39530120.000\nJ5"),
    "names that begin anew": lambda text: re.sub("J([5-8])", lambda name: f"J{int(name[1]) - 4}", text),
    "no names": lambda text: re.sub(r"J\d", "", text),
    "分带=3度带": lambda text: text.replace("几度分带=3", "分带=3度带"),
    "几度分带=3度": lambda text: text.replace("几度分带=3", "几度分带=3度"),
    "几度分带=三度带": lambda text: text.replace("几度分带=3", "几度分带=三度带"),
    "no version": lambda text: text.replace("格式版本号=1.01\n", ""),
    "带号=第39带": lambda text: text.replace("带号=39", "带号=第39带"),
    "公顷": lambda text: text.replace("7.2207", "7.2207公顷"),
    "平方米": lambda text: text.replace("7.2207", "72208.63平方米"),
    "亩": lambda text: text.replace("7.2207", "108.31亩"),
    "CGCS2000": lambda text: text.replace("2000国家大地坐标系", "CGCS2000"),
    "name of ESRI": lambda text: text.replace("2000国家大地坐标系", "CGCS2000_3_Degree_GK_Zone_39"),
    "2000国家大地坐标系(CGCS2000)": lambda text: text.replace("2000国家大地坐标系", "2000国家大地坐标系（CGCS2000）"),
    "parameters of zeros": lambda text: text.replace(",,,,,,\n", "0,0,0,0,0,0,0\n"),
    "parameters missing": lambda text: text.replace("转换参数=,,,,,,\n", ""),
    "project first": lambda text: "[项目信息]\n项目名称=示例项目\n" + text,
    "central meridian": lambda text: text.replace("带号=39", "带号=39\n中央子午线=117"),
    "meridian in words": lambda text: text.replace("带号=39", "带号=39\n中央子午线=东经117度"),
    "meridian with minutes": lambda text: text.replace("带号=39", "带号=39\n中央子午线=117°00′00″E"),
    "7 fields": lambda text: text.replace("工业用地,,@", "工业用地,@"),
    "9 fields": lambda text: text.replace("工业用地,,@", "工业用地,,地上,@"),
    "13 fields": lambda text: text.replace("工业用地,,@", "工业用地,0102,新增,水田,9,8,备注,@"),
    "14 fields": lambda text: text.replace("工业用地,,@", "工业用地,0102,新增,水田,9,8,备注,又一,@"),
    "@ without comma": lambda text: text.replace(",,@", ",@"),
    "comma after @": lambda text: text.replace("@", "@,"),
    "count without closing points": lambda text: text.replace("10,7.2207", "8,7.2207"),
    "count not filled in": lambda text: text.replace("10,7.2207", "0,0"),
    "count and area blank": lambda text: text.replace("10,7.2207", ","),
}


@pytest.mark.parametrize("habit", HABITS)
def test_habits_that_change_nothing(read: Read, habit: str) -> None:
    """Each habit of writing gives the same parcel, with nothing to warn of."""
    text = HABITS[habit](WHOLE)
    assert text != WHOLE
    frame = read(text)
    assert frame.crs.to_epsg() == 4527
    assert len(frame) == 1
    assert frame.area[0] == pytest.approx(PLANE_M2, abs=1e-6)
    assert len(frame.geometry[0].interiors) == 1
    assert frame.loc[0, "地块名称"] == "示例地块一"
    assert keys(frame) == []


def test_further_fields_keep_their_place_as_name(read: Read) -> None:
    """What stands behind 地类编码 differs between offices; it comes through under its place, leading zeros kept."""
    row = read(HABITS["13 fields"](WHOLE)).iloc[0]
    assert row["地类编码"] == "0102"
    assert [row[f"字段{at}"] for at in range(9, 14)] == ["新增", "水田", "9", "8", "备注"]


@pytest.mark.parametrize(
    ("line", "number", "name", "count"),
    [
        ("10,7.2207,330106104,横桥村,D8-003,地块4,面,,,,@", "D8-003", "地块4", 10),
        ("7.2207公顷,,地块1,面,,,,@", None, "地块1", None),
        ("10,7.2207,地块1,面,@", None, "地块1", 10),
    ],
)
def test_number_and_name_are_counted_back_from_the_kind(
    read: Read, line: str, number: str | None, name: str, count: int | None
) -> None:
    """Where 面 stands at another place than usual, number and name are those before it, and that is said."""
    frame = read(WHOLE.replace(LINE, line + "\n"))
    assert frame.get("地块编号", [None])[0] == number
    assert frame.loc[0, "地块名称"] == name
    assert frame.get("申报界址点数", [None])[0] == count or count is None
    assert frame.loc[0, "申报面积_公顷"] == 7.2207
    assert keys(frame) == ["txt_fields_shifted"]


def test_a_full_width_comma_in_a_name_is_part_of_it(read: Read) -> None:
    """Where the fields are separated by ASCII commas, the Chinese comma of a name stays."""
    frame = read(WHOLE.replace("示例地块一", "甲地，一期"))
    assert frame.loc[0, "地块名称"] == "甲地，一期"
    assert keys(frame) == []


def test_several_parcels(read: Read) -> None:
    """Each line of attributes begins a parcel; each has its own row, attributes and area."""
    second = square(4_332_000, 531_000, 100, 1)
    frame = read(WHOLE + "5,1.0000,2,示例地块二,面,,农用地,0101,@\n" + second)
    assert frame["地块名称"].tolist() == ["示例地块一", "示例地块二"]
    assert frame.area.tolist() == pytest.approx([PLANE_M2, 10_000.0])
    assert frame["source_row"].tolist() == [1, 2]
    assert frame["地类编码"].tolist() == [None, "0101"]
    assert keys(frame) == []


def test_sites_take_number_and_name(tmp_path: Path) -> None:
    """Parcels become sites under their own numbers and names."""
    (tmp_path / "a.txt").write_text(WHOLE, "gb18030")
    sites = read_sites(tmp_path / "a.txt", project_type="warehouse")
    assert sites.loc[0, ["site_id", "name", "project_type"]].tolist() == ["1", "示例地块一", "warehouse"]
    assert list_layers(tmp_path / "a.txt") == ["a"]
    found = inspect_file(tmp_path / "a.txt")
    assert found["area_m2"] == pytest.approx(SURVEY_M2, abs=0.01)
    assert found["plane_area_m2"] == pytest.approx(PLANE_M2, abs=0.01)


# ---------------------------------------------------------------------------------------------- header and CRS


@pytest.mark.parametrize(
    ("system", "width", "zone", "prefix", "epsg"),
    [
        ("2000国家大地坐标系", 3, 39, True, 4527),
        ("2000国家大地坐标系", 3, 25, True, 4513),
        ("2000国家大地坐标系", 3, 45, True, 4533),
        ("2000国家大地坐标系", 3, 39, False, 4548),
        ("2000国家大地坐标系", 3, 25, False, 4534),
        ("2000国家大地坐标系", 6, 20, True, 4498),
        ("2000国家大地坐标系", 6, 13, True, 4491),
        ("2000国家大地坐标系", 6, 20, False, 4509),
        ("80国家大地坐标系", 3, 39, True, 2363),
        ("1980西安坐标系", 3, 39, False, 2384),
        ("西安80", 6, 20, True, 2334),
        ("北京54", 3, 39, True, 2415),
        ("1954北京坐标系", 6, 20, False, 21460),
    ],
)
def test_the_crs_follows_from_the_header(
    read: Read, system: str, width: int, zone: int, prefix: bool, epsg: int
) -> None:
    """Datum, width and zone give the EPSG code; its meridian, datum and false easting are what the header says."""
    text = HEADER.replace("2000国家大地坐标系", system).replace("几度分带=3", f"几度分带={width}")
    # Zone 45 of China has ground in the far north alone.
    north = 5_200_000 if zone == 45 else 4_331_000
    text = text.replace("带号=39", f"带号={zone}") + parcel(square(north, 530_000, 100, 1), area="1.0000")
    frame = read(text.replace(",39530", f",{zone if prefix else ''}530"))
    assert frame.crs.to_epsg() == epsg
    values = {one.name: one.value for one in CRS(epsg).coordinate_operation.params}
    assert values["Longitude of natural origin"] == (3 * zone if width == 3 else 6 * zone - 3)
    assert values["False easting"] == zone * 1e6 * prefix + 500_000
    assert keys(frame) == ([] if "2000" in system else ["txt_legacy"])
    assert ("txt_no_prefix" in keys(frame, "info")) is not prefix


def test_legacy_systems_are_refused_by_the_transformation(read: Read) -> None:
    """西安80 is read as what it is, and the way to CGCS2000 is refused with its reason, not taken by guess."""
    frame = read(WHOLE.replace("2000国家大地坐标系", "80国家大地坐标系"))
    assert frame.crs.to_epsg() == 2363
    with pytest.raises(CrsError):
        reproject(frame, 4548)


def test_legacy_systems_with_the_users_own_parameters(read: Read) -> None:
    """西安80 with the seven parameters that the user has is led to CGCS2000; nothing is left to warn of."""
    system = "+proj=tmerc +lat_0=0 +lon_0=117 +k=1 +x_0=39500000 +y_0=0 +a=6378140 +rf=298.257 +units=m +no_defs"
    text = WHOLE.replace("2000国家大地坐标系", "80国家大地坐标系").replace("7.2207", "7.2209")
    frame = read(text, crs=f"{system} +towgs84=24,-123,-94,0,0,0,0")
    assert area_m2(reproject(frame, 4548))[0] == pytest.approx(SURVEY_M2, rel=1e-4)
    assert keys(frame) == []


def test_an_empty_zone_is_taken_from_the_eastings(read: Read) -> None:
    """Eastings that begin with 39 say their zone, and it is said that they did."""
    frame = read(WHOLE.replace("带号=39", "带号="))
    assert frame.crs.to_epsg() == 4527
    assert "txt_zone_from_easting" in keys(frame, "info")
    assert read(WHOLE.replace("几度分带=3\n", "").replace("带号=39", "带号=")).crs.to_epsg() == 4527


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("坐标系=2000国家大地坐标系\n", "", "no_crs_zone"),
        (HEADER, "[地块坐标]\n", "no_crs_zone"),
        (HEADER, "", "no_crs_zone"),
        ("坐标系=2000国家大地坐标系", "坐标系=地方独立坐标系", "txt_header_unread"),
        ("坐标系=2000国家大地坐标系", "坐标系=2000天津城市坐标系", "txt_header_unread"),
        ("坐标系=2000国家大地坐标系", "坐标系=WGS84坐标系", "txt_header_unread"),
        ("坐标系=2000国家大地坐标系", "坐标系=WGS84", "txt_header_unread"),
        ("几度分带=3", "几度分带=1.5", "txt_header_unread"),
        ("几度分带=3", "几度分带=6", "txt_header_unread"),
        ("带号=39", "带号=3", "txt_header_unread"),
        ("带号=39", "带号=117", "txt_header_unread"),
        ("带号=39", "带号=20", "txt_header_unread"),
        ("带号=39", "带号=39\n中央子午线=120", "txt_header_unread"),
        ("投影类型=高斯克吕格", "投影类型=UTM", "txt_header_unread"),
        ("计量单位=米", "计量单位=英尺", "txt_header_unread"),
        ("带号=39", "带号=38", "txt_zone_contradicts"),
        ("带号=39", "带号=\n中央子午线=114", "txt_zone_contradicts"),
        ("几度分带=3\n", "几度分带=6\n", "txt_header_unread"),
        ("计量单位=米", "计量单位=度", "txt_metres"),
    ],
)
def test_what_is_missing_or_contradicts_is_refused(read: Read, old: str, new: str, key: str) -> None:
    """Without a known datum, or where header and numbers disagree, the file is refused and the reason named."""
    assert old in WHOLE
    assert refused(read, WHOLE.replace(old, new)).key == f"intake.{key}"


def test_a_prefix_of_the_other_width_is_refused(read: Read) -> None:
    """Zone 20 is one of 6°: it cannot stand under 几度分带=3 without a number of the zone."""
    text = WHOLE.replace("带号=39", "带号=").replace(",39530", ",20530")
    assert refused(read, text).key == "intake.txt_width_contradicts"
    assert read(text.replace("几度分带=3", "几度分带=6")).crs.to_epsg() == 4498


def test_no_zone_at_all_needs_the_users_word(read: Read) -> None:
    """Without prefix, zone and meridian the place is unknown; a meridian or the user's CRS gives it."""
    text = WHOLE.replace("带号=39", "带号=").replace(",39530", ",530")
    assert refused(read, text).key == "intake.no_crs_metres"
    assert read(text.replace("带号=", "中央经线=117°")).crs.to_epsg() == 4548
    frame = read(text, crs=4548)
    assert frame.crs.to_epsg() == 4548
    assert frame.attrs["source"]["crs_why"] == "given"


@pytest.mark.parametrize(
    ("change", "crs", "epsg"),
    [
        (("", ""), 4527, 4527),
        ((HEADER, ""), 4527, 4527),
        (("坐标系=2000国家大地坐标系\n", ""), 2363, 2363),
        (("坐标系=2000国家大地坐标系", "坐标系=WGS84坐标系"), 4527, 4527),
        (("带号=39", "带号=3"), 4527, 4527),
    ],
)
def test_the_users_crs_stands_where_the_file_is_silent(
    read: Read, change: tuple[str, str], crs: int, epsg: int
) -> None:
    """--crs gives what the header lacks or says in no known word, and that is said."""
    frame = read(WHOLE.replace(*change), crs=crs)
    assert frame.crs.to_epsg() == epsg
    assert frame.area[0] == pytest.approx(PLANE_M2, abs=1e-6)


@pytest.mark.parametrize(
    ("change", "crs"),
    [
        (("", ""), 4526),
        (("", ""), 4548),
        (("", ""), 32650),
        (("坐标系=2000国家大地坐标系\n", ""), 4528),
        (("坐标系=2000国家大地坐标系\n", ""), 32650),
        (("带号=39", "带号="), 2363),
    ],
)
def test_the_users_crs_never_stands_against_the_file(read: Read, change: tuple[str, str], crs: int) -> None:
    """--crs that contradicts what the header says, whole or in part, is refused."""
    assert refused(read, WHOLE.replace(*change), crs=crs).key == "intake.crs_conflict"


def test_a_wrong_zone_in_the_header_cannot_be_overruled(read: Read) -> None:
    """Where header and eastings name two zones, one of them is wrong, and the file has to be mended."""
    assert refused(read, WHOLE.replace("带号=39", "带号=38"), crs=4527).key == "intake.txt_zone_contradicts"


def test_parameters_are_named_and_not_applied(read: Read) -> None:
    """Seven parameters in the header change no number; the user is told."""
    frame = read(WHOLE.replace(",,,,,,\n", "12.5,-3,0,0,0,0,1\n"))
    assert frame.area[0] == pytest.approx(PLANE_M2, abs=1e-6)
    assert keys(frame) == ["txt_parameters"]


def test_two_headers_must_agree(read: Read) -> None:
    """Files put together are read where their headers agree, and refused where the CRS differs."""
    other = square(4_332_000, 531_000, 100, 1)
    second = parcel(other, area="1.0000")
    assert len(read(WHOLE + HEADER.replace("2025-06-15", "2025-06-16") + second)) == 2
    error = refused(read, WHOLE + HEADER.replace("带号=39", "带号=38") + second)
    assert error.key == "intake.txt_two_headers"


def test_degrees_are_read_latitude_first_or_last(read: Read) -> None:
    """Degrees are told from metres and latitude from longitude; ddd.mmss cannot be, and the user is warned of it."""
    corners = [(39.11, 117.34), (39.12, 117.34), (39.12, 117.35), (39.11, 117.34)]
    body = "4,,1,甲,面,,,,@\n" + "".join(f"1,1,{lat},{lon}\n" for lat, lon in corners)
    header = "[属性描述]\n坐标系=2000国家大地坐标系\n[地块坐标]\n"
    frame = read(header + body)
    assert frame.crs.to_epsg() == 4490
    assert frame.geometry[0].exterior.coords[0] == (117.34, 39.11)
    assert keys(frame) == ["txt_decimal_degrees"]
    turned = read(header + "4,,1,甲,面,,,,@\n" + "".join(f"1,1,{lon},{lat}\n" for lat, lon in corners))
    assert turned.geometry[0].equals(frame.geometry[0])
    assert keys(turned) == ["txt_decimal_degrees", "txt_swapped"]
    fine = "".join(f"1,1,{lat:.8f},{lon:.8f}\n" for lat, lon in corners)
    hectares = f"{area_m2(frame)[0] / 10_000:.4f}"
    assert keys(read(header + f"4,{hectares},1,甲,面,,,,@\n" + fine)) == ["txt_decimal_degrees"]
    assert keys(read(header + "4,9.9,1,甲,面,,,,@\n" + fine)) == ["txt_decimal_degrees", "txt_area_differs"]
    assert refused(read, "[地块坐标]\n" + body).key == "intake.no_crs_degrees"
    assert refused(read, HEADER + body).key == "intake.txt_degrees"


def test_an_area_declared_in_degrees_warns_of_nothing(tmp_path: Path) -> None:
    """A declared area is compared in degrees, too, without a warning of the libraries."""
    header = HEADER.replace("计量单位=米", "计量单位=度").replace("几度分带=3\n", "").replace("带号=39\n", "")
    header = header.replace("投影类型=高斯克吕格\n", "")
    rows = "J1,1,39.10,117.30\nJ2,1,39.10,117.31\nJ3,1,39.11,117.31\nJ1,1,39.10,117.30\n"
    (tmp_path / "a.txt").write_text(header + "4,48.0,1,甲,面,,,,@\n" + rows, "utf-8")
    assert len(read_features(tmp_path / "a.txt", isolate=False)) == 1


# --------------------------------------------------------------------------------------------------- coordinates


def swap(text: str) -> str:
    """Write the two numbers of each point the other way round."""
    return re.sub(r"(?m)^(J\d+,\d+),([\d.]+),([\d.]+)$", r"\1,\3,\2", text)


@pytest.mark.parametrize("prefix", ["39", ""])
def test_swapped_x_and_y_are_turned_and_said(read: Read, prefix: str) -> None:
    """East before north is told by the size of the numbers, turned, and said."""
    straight = WHOLE.replace(",39530", f",{prefix}530")
    frame, turned = read(straight), read(swap(straight))
    assert turned.geometry[0].equals(frame.geometry[0])
    assert keys(turned) == ["txt_swapped"]


def test_one_swapped_parcel_among_others(read: Read) -> None:
    """The order is told for each parcel: the one that is wrong is turned and named."""
    other = parcel(square(4_332_000, 531_000, 100, 1), area="1.0000")
    frame = read(WHOLE + swap(other))
    assert frame.area.tolist() == pytest.approx([PLANE_M2, 10_000.0])
    said = next(one for one in frame.attrs["notices"] if one.key == "intake.txt_swapped")
    assert said.fields["rows"] == "2"


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ("J2,1,39530420.250,4331262.500", "txt_numbers_mixed"),
        ("J2,1,4331262.500,530420.250", "txt_numbers_mixed"),
        ("J2,1,4331262.500,38530420.250", "txt_numbers_mixed"),
        ("J2,1,39.11,117.34", "txt_numbers_mixed"),
        ("J2,1,4331262.500,50530420.250", "txt_numbers_unknown"),
        ("J2,1,433126.2500,39530420.250", "txt_numbers_unknown"),
        ("J2,1,43312625.00,39530420.250", "txt_numbers_unknown"),
        ("J2,1,4331262.500,", "txt_line"),
        ("J2,1,4331262.500", "txt_line"),
        ("J2,1,4331262,500,39530420,250", "txt_line"),
        ("J2,1,4331262.500,39530420,250", "txt_fields_differ"),
        ("J2,1,4331262.5OO,39530420.250", "txt_line"),
        ("J2,1,4.3312625e6,39530420.250", "txt_line"),
        ("J2,1,nan,39530420.250", "txt_line"),
        ("J2,一,4331262.500,39530420.250", "txt_line"),
        ("J2,4331262.500,39530420.250", "txt_fields_differ"),
        ("J2,1,4331262.500,39530420.250,5.0", "txt_fields_differ"),
        ("J2,1,4331262.500,39530420.25@", "txt_line"),
        ("J2,1,4331262.500,39530420.250J3,1,4331010.400,39530455.800", "txt_line"),
        ("10;7.2207;2;示例地块二;面", "txt_line"),
    ],
)
def test_a_point_that_cannot_be_refuses_its_parcel_alone(read: Read, wrong: str, key: str) -> None:
    """The parcel is refused, naming line and text; the next one comes through."""
    line = SHELL.splitlines()[1]
    other = parcel(square(4_332_000, 531_000, 100, 1), area="1.0000")
    frame = read((WHOLE + other).replace(line, wrong))
    assert frame.geometry.isna().tolist() == [True, False]
    assert frame.area[1] == pytest.approx(10_000.0)
    assert frame["地块名称"].tolist() == ["示例地块一", "地块"]
    notices = [one for one in frame.attrs["notices"] if one.severity == "refused"]
    assert [(one.key, one.place.feature) for one in notices] == [(f"intake.{key}", 1)]
    assert notices[0].fields["line"] == 15
    assert wrong[:10] in notices[0].message("zh")


def test_a_remark_in_place_of_a_point_is_no_point(read: Read) -> None:
    """A remark is left aside; that a point is missing there is seen from the count and the area."""
    line = SHELL.splitlines()[1]
    other = parcel(square(4_332_000, 531_000, 100, 1), area="1.0000")
    frame = read((WHOLE + other).replace(line, "// 界址点"))
    assert frame.geometry.isna().tolist() == [True, False]
    assert [one.key for one in frame.attrs["notices"] if one.severity == "refused"] == ["intake.txt_cut_off"]


def test_local_numbers_are_refused(read: Read) -> None:
    """Coordinates of a city's own system lie in no known range, and cannot be put anywhere."""
    text = WHOLE.replace(",4331", ",301").replace(",4330", ",300").replace(",39530", ",102")
    error = refused(read, text)
    assert error.key == "intake.all_refused"
    assert "第 14 行" in error.message("zh")


def test_a_local_system_is_led_by_control_points(read: Read, tmp_path: Path) -> None:
    """With the user's control points the same file lies where they say, X as north by the layout, and that is said."""
    text = WHOLE.replace(",4331", ",301").replace(",4330", ",300").replace(",39530", ",102")
    text = text.replace("坐标系=2000国家大地坐标系", "坐标系=地方独立坐标系")
    points = tmp_path / "points.csv"
    rows = [(300_000, 102_000), (301_000, 102_000), (301_000, 103_000), (300_000, 103_000)]
    lines = [f"P{at},{x},{y},{x + 4_030_000},{y + 428_000}" for at, (x, y) in enumerate(rows)]
    points.write_text("\n".join(["name,x_local,y_local,x,y", *lines]), "utf-8")
    frame = read(text, crs=4548, control_points=points)
    assert frame.crs.to_epsg() == 4548
    assert frame.geometry[0].exterior.coords[0] == pytest.approx((530_120.0, 4_331_250.0), abs=1e-3)
    assert "txt_local" in keys(frame)


def test_parcels_of_another_zone_are_refused(read: Read) -> None:
    """A frame has one CRS: the parcels that fit the header are kept, the others named."""
    other = parcel(square(4_332_000, 531_000, 100, 1), area="1.0000")
    text = HEADER + other.replace(",39", ",38") + other.replace(",39", ",38") + other
    frame = read(text)
    assert frame.geometry.isna().tolist() == [True, True, False]
    assert keys(frame, "refused") == ["txt_other_kind", "txt_other_kind"]
    assert frame.crs.to_epsg() == 4527


def test_heights_are_left_aside(read: Read) -> None:
    """A height as fourth value is not part of the plan, and that is said."""
    frame = read(re.sub(r"(?m)^(J\d.*)$", r"\1,3.25", WHOLE))
    assert frame.area[0] == pytest.approx(PLANE_M2, abs=1e-6)
    assert not frame.geometry[0].has_z
    assert "txt_heights" in keys(frame, "info")


def test_points_without_ring_numbers(read: Read) -> None:
    """``name,X,Y`` is read too: rings end where they come back to their first point."""
    frame = read(re.sub(r"(?m)^(J\d),\d,", r"\1,", WHOLE))
    assert frame.area[0] == pytest.approx(PLANE_M2, abs=1e-6)


# --------------------------------------------------------------------------------------------------------- rings

OUTER = square(4_331_000, 530_000, 100, 1)


@pytest.mark.parametrize(
    ("rings", "area", "parts", "holes"),
    [
        ([OUTER], 10_000, 1, 0),
        ([OUTER, square(4_331_020, 530_020, 60, 2, first=5)], 6_400, 1, 1),
        # The number of a ring says nothing: the same hole as ring 1, and the hole before its shell.
        ([OUTER, square(4_331_020, 530_020, 60, 1, first=5)], 6_400, 1, 1),
        ([square(4_331_020, 530_020, 60, 1), square(4_331_000, 530_000, 100, 2, first=5)], 6_400, 1, 1),
        # A ring 2 outside is a further part, with ring 2 or ring 1 as its number.
        ([OUTER, square(4_331_000, 530_200, 60, 2, first=5)], 13_600, 2, 0),
        ([OUTER, square(4_331_000, 530_200, 60, 1)], 13_600, 2, 0),
        # An island in a hole, and a pond on the island.
        (
            [
                OUTER,
                square(4_331_020, 530_020, 60, 2),
                square(4_331_030, 530_030, 40, 3),
                square(4_331_040, 530_040, 20, 4),
            ],
            10_000 - 3_600 + 1_600 - 400,
            2,
            2,
        ),
        # Rings numbered anew in each part.
        (
            [
                OUTER,
                square(4_331_020, 530_020, 60, 2),
                square(4_331_000, 530_200, 60, 1),
                square(4_331_010, 530_210, 20, 2),
            ],
            6_400 + 3_200,
            2,
            2,
        ),
        # Parts and holes that touch at a corner.
        ([OUTER, square(4_331_100, 530_100, 50, 2)], 12_500, 2, 0),
        ([OUTER, square(4_331_000, 530_000, 0, 1)[:0], square(4_331_020, 530_020, 30, 2)], 9_100, 1, 1),
    ],
)
def test_rings_are_told_by_where_they_lie(read: Read, rings: list[str], area: float, parts: int, holes: int) -> None:
    """Shells, holes, islands and further parts follow from containment, whatever the numbers of the rings say."""
    frame = read(HEADER + parcel(*rings, area=f"{area / 1e4:.4f}"))
    shape = frame.geometry[0]
    assert shape.is_valid
    assert shape.area == pytest.approx(area)
    assert shapely.get_num_geometries(shape) == parts
    assert sum(len(part.interiors) for part in shapely.get_parts(shape)) == holes
    assert keys(frame) == []


def test_the_order_of_the_rings_does_not_matter(read: Read) -> None:
    """The same rings in any order are the same shape."""
    sizes = [(0, 100, 1), (20, 60, 2), (30, 40, 3), (40, 20, 4)]
    rings = [square(4_331_000 + at, 530_000 + at, side, ring) for at, side, ring in sizes]
    shapes = [read(HEADER + parcel(*(rings[at] for at in order))).geometry[0] for order in ((0, 1, 2, 3), (3, 1, 0, 2))]
    assert shapes[0].normalize().equals(shapes[1].normalize())


@pytest.mark.parametrize("last", ["J1,1,4331000.000,39530000.004\n", ""])
def test_unclosed_rings_are_closed_and_said(read: Read, last: str) -> None:
    """A ring that does not come back is closed, each such ring with a notice that names its last line."""
    rings = square(4_331_000, 530_000, 100, 1, closed=False) + last + square(4_331_020, 530_020, 60, 2, closed=False)
    frame = read(HEADER + parcel(rings))
    assert frame.area[0] == pytest.approx(6_400, abs=0.1)
    assert keys(frame) == ["txt_closed", "txt_closed"]


def test_a_closing_point_that_stands_there_twice(read: Read) -> None:
    """The first point as last one, and again, closes the ring once."""
    frame = read(HEADER + parcel(OUTER + OUTER.splitlines()[0] + "\n", area="1.0000"))
    assert frame.area[0] == pytest.approx(10_000)
    assert keys(frame) == []


def test_a_closing_point_with_one_number_twice_is_mended(read: Read) -> None:
    """A program writes the northing in both places of the closing point; its name says what it is."""
    broken = OUTER.rstrip().rsplit("\n", 1)[0] + "\nJ1,1,4331000.000,4331000.000\n"
    frame = read(HEADER + parcel(broken, area="1.0000"))
    assert frame.area[0] == pytest.approx(10_000)
    assert keys(frame) == ["txt_closing_mended"]


@pytest.mark.parametrize(
    ("points", "key"),
    [
        # The closing point bears the name of the first and lies elsewhere.
        (OUTER.rstrip().rsplit("\n", 1)[0] + "\nJ1,1,4331000.000,39530003.000\n", "txt_closing_differs"),
        # Two rings under one number, neither closed, numbered anew: nobody can tell where the first ends.
        (
            square(4_331_000, 530_000, 100, 1, closed=False) + square(4_331_000, 530_200, 60, 1, closed=False),
            "txt_name_returns",
        ),
        # The number of the second point's ring is wrong.
        (OUTER.replace("J2,1", "J2,2"), "txt_too_few_points"),
        (
            square(4_331_000, 530_000, 100, 1, closed=False)
            + square(4_331_000, 530_200, 60, 2)
            + square(4_331_050, 530_050, 20, 1, first=5),
            "txt_ring_returns",
        ),
        (OUTER + OUTER.replace(",1,", ",2,"), "txt_ring_twice"),
        ("J1,1,4331000.000,39530000.000\nJ2,1,4331000.000,39530100.000\n", "txt_too_few_points"),
        ("", "txt_no_points"),
    ],
)
def test_rings_that_cannot_be_told_apart_are_refused(read: Read, points: str, key: str) -> None:
    """What could mean two shapes means none; the parcel beside it comes through."""
    other = parcel(square(4_332_000, 531_000, 100, 1), area="1.0000")
    frame = read(HEADER + parcel(points) + other)
    assert frame.geometry.isna().tolist() == [True, False]
    assert keys(frame, "refused") == [key]


@pytest.mark.parametrize(
    "rings",
    [
        # Two rings that cross, and a bow tie.
        [OUTER, square(4_331_050, 530_050, 100, 2)],
        [
            "J1,1,4331000.0,39530000.0\nJ2,1,4331100.0,39530100.0\nJ3,1,4331100.0,39530000.0\n",
            "J4,1,4331000.0,39530100.0\nJ1,1,4331000.0,39530000.0\n",
        ],
    ],
)
def test_crossing_rings_are_refused(read: Read, rings: list[str]) -> None:
    """Rings that cross have more than one area, and the parcel none."""
    other = parcel(square(4_332_000, 531_000, 100, 1), area="1.0000")
    frame = read(HEADER + parcel(*rings) + other)
    assert frame.geometry.isna().tolist() == [True, False]
    assert len(keys(frame, "refused")) == 1


def test_a_parcel_may_be_a_line_or_points(read: Read) -> None:
    """记录图形属性 decides: the same points are an area, a line or points, and a closed line stays one."""
    text = HEADER + parcel(OUTER, kind="线") + parcel(OUTER + square(4_331_000, 530_200, 60, 2), kind="线")
    frame = read(text + parcel(OUTER.splitlines()[0] + "\n", kind="点") + parcel(OUTER, kind="点") + parcel(OUTER))
    assert frame.geom_type.tolist() == ["LineString", "MultiLineString", "Point", "MultiPoint", "Polygon"]
    assert frame.length[0] == pytest.approx(400)
    assert keys(frame) == []


def test_a_kind_that_is_blank_is_read_as_area_and_said(read: Read) -> None:
    """Nothing where 面 should stand gives an area with a warning; another word gives a refusal."""
    frame = read(HEADER + parcel(OUTER, kind=""))
    assert frame.area[0] == pytest.approx(10_000)
    assert keys(frame) == ["txt_kind_blank"]
    assert "环" in refused(read, HEADER + parcel(OUTER, kind="环")).message("zh")


def test_the_number_of_rings_has_a_limit(read: Read) -> None:
    """A parcel of more rings than allowed is refused, and 2,000 rings one in another are read in a second or two."""
    rings = [square(4_331_000 + at / 10, 530_000 + at / 10, 1000 - at / 5, at + 1) for at in range(2000)]
    frame = read(HEADER + parcel(*rings))
    assert len(frame.geometry[0].geoms) == 1000
    other = parcel(square(4_335_000, 531_000, 100, 1), area="1.0000")
    frame = read(HEADER + parcel(*rings) + other, limits=Limits(feature_rings=1999))
    assert frame.geometry.isna().tolist() == [True, False]
    assert keys(frame, "refused") == ["too_many_rings"]


# -------------------------------------------------------------------------------------------- lines of attributes


def test_a_line_of_attributes_that_lost_its_mark(read: Read) -> None:
    """面 tells a line of attributes too, and that the @ is missing is said."""
    other = parcel(square(4_332_000, 531_000, 100, 1), area="1.0000")
    frame = read(WHOLE + other.replace(",@", ","))
    assert frame.area.tolist() == pytest.approx([PLANE_M2, 10_000.0])
    assert keys(frame) == ["txt_no_mark"]


def test_points_without_a_line_of_attributes(read: Read) -> None:
    """Points straight after [地块坐标] are one parcel, and that is said."""
    frame = read(HEADER + SHELL)
    assert frame.area[0] == pytest.approx(SOLID_M2, abs=1e-6)
    assert keys(frame) == ["txt_no_attributes"]


def test_a_damaged_line_of_attributes_gives_no_parcel_of_half_its_lines(read: Read) -> None:
    """Where the first line of attributes cannot be told as one, its points are not trusted."""
    assert refused(read, WHOLE.replace(LINE, "10/7.2207/1\n")).key == "intake.all_refused"


def test_lines_outside_the_parcels_are_named(read: Read) -> None:
    """A line of the header that means nothing, and points in a section that is not read, are listed."""
    frame = read("说明\n[控制点]\nK1,1,4331250.000,39530120.000\n" + WHOLE)
    assert frame.area[0] == pytest.approx(PLANE_M2, abs=1e-6)
    assert keys(frame) == ["txt_stray", "txt_stray"]


def test_numbers_of_the_attributes_that_are_none(read: Read) -> None:
    """A template's words in the place of count and area are left blank and named."""
    frame = read(WHOLE.replace("10,7.2207", "【总点数】,【宗地面积】"))
    assert keys(frame) == ["txt_field_unread", "txt_field_unread"]


@pytest.mark.parametrize(
    ("count", "area", "expected"),
    [
        ("10", "7.2207", []),
        ("10", "7.2209", []),
        ("10", "7.22", []),
        ("10", "7.2212", ["txt_area_differs"]),
        ("10", "7.2204", ["txt_area_differs"]),
        ("10", "72207.01", ["txt_area_differs"]),
        ("9", "7.2207", ["txt_count_differs"]),
    ],
)
def test_what_is_declared_is_checked(read: Read, count: str, area: str, expected: list[str]) -> None:
    """Count and area that differ from the coordinates by more than rounding are reported with both areas of ours."""
    frame = read(WHOLE.replace("10,7.2207", f"{count},{area}"))
    assert keys(frame) == expected
    if "txt_area_differs" in expected:
        said = next(one for one in frame.attrs["notices"] if one.key == "intake.txt_area_differs").message("zh")
        assert "平面 7.2209 公顷" in said
        assert "椭球 7.2207 公顷" in said


@pytest.mark.parametrize("name", ["44120000072", "44120000105", "44120000120", "44120000669_44120001725_44120002171"])
def test_real_files(shared_data: Path, name: str) -> None:
    """The real files are read without a warning; the declared hectares are those of the plane."""
    path = shared_data / "coordinates_txt" / f"{name}.txt"
    frame = read_features(path)
    assert frame.crs.to_epsg() == 4526
    assert frame.geometry.is_valid.all()
    assert round(frame.area[0] / 1e4, 4) == frame.loc[0, "申报面积_公顷"]
    assert keys(frame) == []
    assert sniff(path) is Format.TXT


# -------------------------------------------------------------------------------------------------------- sniffing


@pytest.mark.parametrize(
    ("text", "format_"),
    [
        (LINE + SHELL, Format.TXT),
        ("[地块坐标]\n", Format.TXT),
        ("【属性描述】\r\n", Format.TXT),
        ("编号,邮箱,备注,甲,乙,丙@\n1,a@b,c,d,e,f\n", Format.CSV),
        ("编号,经度,纬度\n[地块坐标],117.3,39.1\n", Format.CSV),
        ('{"type": "Feature", "name": "[地块坐标]"}', Format.GEOJSON),
    ],
)
def test_only_this_layout_is_taken_for_it(tmp_path: Path, text: str, format_: Format) -> None:
    """A section or a line of attributes with points tells the layout; tables and JSON that speak of it are no such."""
    (tmp_path / "a").write_text(text, "utf-8")
    assert sniff(tmp_path / "a") is format_


def test_without_parcels_there_is_nothing_to_read(read: Read) -> None:
    """A header alone is refused."""
    assert refused(read, HEADER).key == "intake.txt_no_parcels"


# -------------------------------------------------------------------------------------------------------- corruption

SAMPLE = (WHOLE + "5,1.0000,2,地块二,面,,农用地,0101,@\n" + square(4_332_000, 531_000, 100, 1)).encode("gb18030")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> gpd.GeoDataFrame:
    """The sample as it reads unharmed."""
    path = tmp_path_factory.mktemp("txt") / "a.txt"
    path.write_bytes(SAMPLE)
    return read_features(path)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=st.integers(0, len(SAMPLE) - 1), byte=st.integers(0, 255), how=st.sampled_from(["change", "cut", "drop", "add"])
)
def test_a_corrupted_byte_is_never_a_shape_without_a_word(
    tmp_path: Path, original: gpd.GeoDataFrame, at: int, byte: int, how: str
) -> None:
    """One byte changed, dropped, added or the rest cut off: the same shapes, a refusal, or a notice; never a crash.

    The layout says much twice: declared area, number of points, closing points. Not promised: that a digit is seen
    which moves a corner by less than the last digit of the declared area tells, or that whole parcels are cut off.
    """
    kept = {"change": SAMPLE[at + 1 :], "cut": b"", "drop": SAMPLE[at + 1 :], "add": SAMPLE[at:]}[how]
    added = bytes([byte]) if how in ("change", "add") else b""
    path = tmp_path / "a.txt"
    path.write_bytes(SAMPLE[:at] + added + kept)
    try:
        frame = read_features(path)
    except EcozoneError as error:
        assert error.message("zh")
        assert error.message("en")
        assert error.exit_status in (2, 3)
        return
    for one in frame.attrs["notices"]:
        assert one.message("zh")
        assert one.message("en")
    assert frame.crs == original.crs or keys(frame)
    # What is cut off at the end of a parcel leaves no trace: nothing says how many there are.
    whole = how == "cut" or len(frame) == len(original)
    same = whole and all(
        after is not None and after.equals(before)
        for before, after in zip(original.geometry, frame.geometry, strict=False)
    )
    # A digit behind the point that moves a corner by less than the declared area can tell is all that goes unseen.
    close = len(frame) == len(original) and all(
        after is not None and after.symmetric_difference(before).area < 4.0
        for before, after in zip(original.geometry, frame.geometry, strict=False)
    )
    assert same or close or keys(frame)
    assert frame.geometry.dropna().is_valid.all()


corners = st.tuples(st.integers(1, 3), st.integers(0, 6), st.integers(0, 6))


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(points=st.lists(corners, max_size=24), ordered=st.booleans())
def test_any_rings_make_a_valid_shape_or_none(
    tmp_path: Path, points: list[tuple[int, int, int]], ordered: bool
) -> None:
    """Rings that touch, cross, fold or repeat anything give a valid shape or a refusal, and never a crash."""
    rows = [
        f",{ring},{4_331_000 + 10 * north},{39_530_000 + 10 * east}\n"
        for ring, north, east in (sorted(points, key=lambda point: point[0]) if ordered else points)
    ]
    path = tmp_path / "a.txt"
    path.write_text(HEADER + parcel(*rows) + parcel(square(4_332_000, 531_000, 100, 1)), "gb18030")
    frame = read_features(path)
    assert frame.area[1] == pytest.approx(10_000)
    assert frame.geometry.dropna().is_valid.all()
    assert frame.geometry[0] is not None or len(keys(frame, "refused")) == 1


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.permutations(SAMPLE.decode("gb18030").splitlines()), cut=st.integers(2, 30))
def test_lines_in_disorder_never_crash(tmp_path: Path, lines: list[str], cut: int) -> None:
    """Lines shuffled and lost give frames of valid shapes or refusals."""
    path = tmp_path / "a.txt"
    path.write_text("[地块坐标]\n" + "\n".join(lines[:cut]), "utf-8")
    try:
        frame = read_features(path, crs=4527)
    except EcozoneError as error:
        assert error.exit_status in (2, 3)
    else:
        assert frame.geometry.dropna().is_valid.all()


@pytest.mark.parametrize("remark", ["制表人：张三", "# 审核通过", "备注: 坐标由甲方提供"])
def test_a_remark_below_the_points_is_left_aside(read: Read, remark: str) -> None:
    """Who drew it, and remarks, below a parcel are named as lines that were not read; they refuse nothing."""
    frame = read(f"{WHOLE}{remark}\n")
    assert keys(frame) == ["txt_stray"]
    assert frame.geometry[0].equals(read(WHOLE).geometry[0])
    damaged = refused(read, f"{WHOLE}备注：4331262.500\n")
    assert damaged.key == "intake.all_refused"
