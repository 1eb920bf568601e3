"""What a table or a TXT says of its CRS: shifted web maps, UTM, meridians and zones; never against the user's word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ecozone.errors import EcozoneError
from ecozone.intake import read_features
from ecozone.intake.webmaps import web_datum

DEGREES = [(117.4157310, 39.0302729), (117.4171173, 39.0303580), (117.4172355, 39.0308080)]
METRES = [(4_321_947.0, 535_998.0), (4_321_957.0, 536_118.0), (4_322_007.0, 536_128.0)]


def table(path: Path, title: str, header: str, pairs: list[tuple[float, float]], *more: str) -> Path:
    rows = [f"J{at},{one},{other}" + "".join(f",{cell}" for cell in more) for at, (one, other) in enumerate(pairs, 1)]
    path.write_text("\n".join([title, header, *rows]) if title else "\n".join([header, *rows]), encoding="utf-8")
    return path


def read(path: Path, **words: Any) -> Any:
    return read_features(path, isolate=False, **words)


def refusal(path: Path, **words: Any) -> EcozoneError:
    with pytest.raises(EcozoneError) as caught:
        read(path, **words)
    assert caught.value.message("zh")
    assert caught.value.remedy("en")
    return caught.value


@pytest.mark.parametrize(
    ("title", "datum", "other"),
    [
        ("坐标系：高德坐标（GCJ-02）", "gcj02", "bd09"),
        ("坐标系：百度坐标", "bd09", "gcj02"),
        ("坐标系统 = BD-09", "bd09", "gcj02"),
        ("注：火星坐标系", "gcj02", "bd09"),
        ("腾讯地图拾取的坐标", "gcj02", "bd09"),
        ("GCJ-02坐标，未转换", "gcj02", "bd09"),
        ("高德坐标（未纠偏）", "gcj02", "bd09"),
    ],
)
def test_a_web_map_is_believed_and_shifts_nothing_without_a_word(
    tmp_path: Path, title: str, datum: str, other: str
) -> None:
    """A table that names a web map's datum needs that word of the user's; any other word contradicts it."""
    path = table(tmp_path / "a.csv", title, "点号,经度,纬度", DEGREES)
    error = refusal(path)
    assert error.key == "intake.web_datum"
    assert f"--datum {datum}" in error.remedy("zh")
    for words in ({"crs": 4490}, {"crs": 4326}, {"datum": "wgs84"}, {"datum": "cgcs2000"}, {"datum": other}):
        assert refusal(path, **words).key == "intake.web_datum_conflict"
    plain = table(tmp_path / "b.csv", "坐标表", "点号,经度,纬度", DEGREES)
    for words in ({"datum": datum}, {"datum": datum, "crs": 4490}):
        assert read(path, **words).geometry[0].equals(read(plain, datum=datum).geometry[0])


@pytest.mark.parametrize(
    "title",
    [
        "2000国家大地坐标系 高德坐标",
        "坐标系：CGCS2000（高德地图拾取）",
        "国家2000坐标系，坐标取自百度地图",
        "文号〔2000〕12号 高德坐标",
        "WGS84(GCJ02)",
    ],
)
def test_two_datums_in_one_text_are_refused_until_the_user_tells_them_apart(tmp_path: Path, title: str) -> None:
    """A web map beside another datum is neither believed nor passed over; the user's word decides, either way."""
    path = table(tmp_path / "a.csv", title, "点号,经度,纬度", DEGREES)
    error = refusal(path)
    assert error.key == "intake.web_datum_beside"
    assert "--datum cgcs2000" in error.remedy("zh")
    plain = table(tmp_path / "b.csv", "坐标表", "点号,经度,纬度", DEGREES)
    for datum in ("gcj02", "cgcs2000"):
        assert read(path, datum=datum).geometry[0].equals(read(plain, datum=datum).geometry[0])


def test_two_web_maps_in_one_text_need_the_name_of_one(tmp_path: Path) -> None:
    """No CRS settles which of two web maps shifted the coordinates."""
    path = table(tmp_path / "a.csv", "GCJ-02（高德坐标）、BD-09（百度坐标）", "点号,经度,纬度", DEGREES)
    for words in ({}, {"crs": 4490}, {"datum": "cgcs2000"}):
        assert refusal(path, **words).key == "intake.web_datum_beside"
    assert not read(path, datum="gcj02").geometry[0].equals(read(path, datum="bd09").geometry[0])


def test_a_column_and_a_header_of_a_txt_say_it_too(tmp_path: Path) -> None:
    """GCJ-02 in a column of coordinate systems, beside the name of a column or in a TXT is no unknown word."""
    column = table(tmp_path / "a.csv", "", "点号,经度,纬度,坐标系", DEGREES, "GCJ-02")
    beside = table(tmp_path / "b.csv", "", "点号,经度(GCJ-02),纬度(GCJ-02)", DEGREES)
    points = "".join(f"J{at},1,{lat},{lon}\n" for at, (lon, lat) in enumerate(DEGREES, 1))
    txt = tmp_path / "a.txt"
    txt.write_text(f"[属性描述]\n坐标系=GCJ02\n计量单位=度\n[地块坐标]\n3,,1,甲,面,,,,@\n{points}", encoding="utf-8")
    for path in (column, beside, txt):
        assert refusal(path).key == "intake.web_datum"
        assert refusal(path, crs=4490).key == "intake.web_datum_conflict"
        assert read(path, datum="gcj02").crs.to_epsg() == 4490


@pytest.mark.parametrize(
    "text",
    ["底图：高德地图", "由GCJ-02转换为CGCS2000", "百度大厦用地", "2000国家大地坐标系", "BD-0901地块", "高德坐标已纠偏"],
)
def test_other_texts_name_no_web_map(text: str) -> None:
    """A basemap, what coordinates were converted from, and names are no datum."""
    assert web_datum([text]) is None


@pytest.mark.parametrize("title", ["坐标系：WGS84 UTM 50N", "坐标系：WGS_1984_UTM_Zone_50N", "UTM投影第50带"])
def test_utm_is_understood(tmp_path: Path, title: str) -> None:
    """A title that names a zone of UTM declares it; another CRS of the user's contradicts it."""
    path = table(tmp_path / "a.csv", title, "点号,X,Y", METRES)
    assert read(path).crs.to_epsg() == 32650
    assert read(path, crs=32650).crs.to_epsg() == 32650
    for crs in (4548, 32651):
        assert refusal(path, crs=crs).key == "intake.crs_conflict"
    prefixed = table(tmp_path / "b.csv", title, "点号,X,Y", [(north, east + 39e6) for north, east in METRES])
    assert refusal(prefixed).key == "intake.txt_zone_contradicts"


def test_a_column_of_zones_is_a_declaration(tmp_path: Path) -> None:
    """带号 in a column counts as in a header: it is no attribute to be overlooked beside --crs."""
    wrong = table(tmp_path / "a.csv", "", "点号,X,Y,带号", METRES, "38")
    error = refusal(wrong, crs=4548)
    assert error.key == "intake.crs_conflict"
    assert "带号 38" in error.message("zh")
    assert read(table(tmp_path / "b.csv", "", "点号,X,Y,带号", METRES, "39"), crs=4548).crs.to_epsg() == 4548
    meridian = table(tmp_path / "c.csv", "", "点号,X,Y,中央经线", METRES, "120")
    assert refusal(meridian, crs=4548).key == "intake.crs_conflict"


def test_a_meridian_is_enough_without_a_number_in_the_easting(tmp_path: Path) -> None:
    """Datum and central meridian give the CRS of plain eastings, whose strips of 3° and 6° are one projection."""
    path = table(tmp_path / "a.csv", "坐标系：CGCS2000 中央经线117°", "点号,X,Y", METRES)
    assert read(path).crs.to_epsg() == 4548
    assert refusal(path, crs=4549).key == "intake.crs_conflict"
    other = table(tmp_path / "b.csv", "坐标系：CGCS2000 中央经线114°", "点号,X,Y", METRES)
    assert read(other).crs.to_epsg() == 4547
    none = table(tmp_path / "c.csv", "西安80，带号39", "点号,X,Y", METRES)
    error = refusal(none, crs=4548)
    assert "Geodetic Coordinate System" not in error.message("zh")
