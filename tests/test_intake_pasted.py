"""Pasted text: however a surveyor writes corners into a box, they are the corners that were meant, or are refused."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon

from ecozone.errors import EcozoneError, InputError
from ecozone.intake import read_pasted
from ecozone.notices import notices_of
from ecozone.text import speaking

CORNERS = [(39_530_120.25, 4_331_250.5), (39_530_420.25, 4_331_250.5), (39_530_420.0, 4_331_010.0)]
SHAPE = Polygon(CORNERS)
DEGREES = [(117.375, 39.125), (117.5, 39.125), (117.5, 39.0625)]


def lines(form: str) -> str:
    return "\n".join(form.format(n=at, x=y, y=x) for at, (x, y) in enumerate(CORNERS, 1))


@pytest.mark.parametrize(
    "text",
    [
        lines("J{n},{x},{y}"),
        lines("J{n}，{x}，{y}"),
        lines("J{n}\t{x}\t{y}"),
        lines("J{n}  {x}   {y}"),
        lines("J{n}、{x}、{y}"),
        lines("J{n}；{x}；{y}；"),
        lines("J{n}, {x} {y}"),
        lines("J{n}: X={x}, Y={y}"),
        lines("X：{x}　Y：{y}") + "\nX：4331250.5　Y：39530120.25",
        lines("J{n},1,{x},{y}"),
        lines("{n} {n} {x} {y}") + "\n1 1 4331250.5 39530120.25",
        lines("{y} {x}") + "\n39530120.25 4331250.5",
        "点号，X，Y\n" + lines("{n}，{x}，{y}"),
        "点号 X(北) Y(东)\n" + lines("J{n} {x} {y}"),
        "某地块界址点坐标\n\n" + lines("{n}\t{x}\t{y}"),
        "\ufeff\r\n" + lines("J{n},{x},{y}").replace("\n", "\r\n") + "\r\n\r\n",
        lines("J{n},{x},{y},").translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    ],
)
def test_corners_as_they_are_pasted(text: str) -> None:
    """Commas of either width, tabs, blanks, labels, numbers of rings and headers or none: the same parcel."""
    sites = read_pasted(text, crs=4527)
    assert len(sites) == 1
    assert sites.geometry[0].normalize().equals_exact(SHAPE.normalize(), 1e-9)
    for one in notices_of(sites):
        assert one.place.file == "粘贴的文本"
        assert one.message("en")


@pytest.mark.parametrize(
    "text",
    [
        "J1 117°22′30″ 39°7′30″\nJ2 117°30′0″ 39°7′30″\nJ3 117°30′0″ 39°3′45″",
        "J1 117° 22′ 30″ 39° 7′ 30″\nJ2 117° 30′ 0″ 39° 7′ 30″\nJ3 117° 30′ 0″ 39° 3′ 45″",
        "J1,117度22分30秒,39度7分30秒\nJ2,117度30分0秒,39度7分30秒\nJ3,117度30分,39度3分45秒",
        "J1 117 22 30 39 7 30\nJ2 117 30 0 39 7 30\nJ3 117 30 0 39 3 45",
        "J1 39 7 30 117 22 30\nJ2 39 7 30 117 30 0\nJ3 39 3 45 117 30 0",
        "J1 E117 22 30 N39 7 30\nJ2 E117 30 0 N39 7 30\nJ3 E117 30 0 N39 3 45",
        "J1 N 39 7 30 E 117 22 30\nJ2 N 39 7 30 E 117 30 0\nJ3 N 39 3 45 E 117 30 0",
        "J1 117:22:30 39:07:30\nJ2 117:30:00 39:07:30\nJ3 117:30:00 39:03:45",
        "J1 东经117°22′30″，北纬39°7′30″\nJ2 东经117°30′，北纬39°7′30″\nJ3 东经117°30′，北纬39°3′45″",
        "J1,117.37500°,39.12500°\nJ2,117.50000°,39.12500°\nJ3,117.50000°,39.06250°",
    ],
)
def test_degrees_as_they_are_pasted(text: str) -> None:
    """Degrees in any way of writing, in either order, are the same parcel."""
    sites = read_pasted(text, datum="cgcs2000")
    assert sites.geometry[0].normalize().equals_exact(Polygon(DEGREES).normalize(), 1e-12)
    assert sites.crs.to_epsg() == 4490


def test_corners_or_points_is_said_by_the_page() -> None:
    """Numbers alone are asked for; the page's word decides."""
    bare = lines("{x} {y}")
    with pytest.raises(InputError) as refused:
        read_pasted(bare, crs=4527)
    assert refused.value.key == "intake.table_corners_or_points"
    assert refused.value.place.file == "粘贴的文本"
    assert read_pasted(bare, crs=4527, geometry="corners").geometry[0].normalize().equals(SHAPE.normalize())
    points = read_pasted(bare, crs=4527, geometry="points", project_type="school")
    assert [(point.x, point.y) for point in points.geometry] == CORNERS
    assert points["project_type"].tolist() == ["school"] * 3


def test_one_point() -> None:
    """One line, as copied from a map, is one point."""
    for text in (
        "117.375 39.125",
        "117.375,39.125",
        "N39°7′30″ E117°22′30″",
        "39°7′30″，117°22′30″",
        "X=39.125, Y=117.375",
    ):
        sites = read_pasted(text)
        assert [(one.x, one.y) for one in sites.geometry] == [(117.375, 39.125)]


def test_other_text_is_read_as_what_it_is() -> None:
    """WKT, GeoJSON and the official text layout are pasted too."""
    assert read_pasted(SHAPE.wkt, crs=4527).geometry[0].equals(SHAPE)
    square = '{"type": "Polygon", "coordinates": [[[117.3, 39.1], [117.31, 39.1], [117.31, 39.11], [117.3, 39.1]]]}'
    assert read_pasted(square).geometry[0].area > 0
    official = "[属性描述]\n坐标系=2000国家大地坐标系\n带号=39\n[地块坐标]\n3,,1,甲,面,,,,@\n" + lines("J{n},1,{x},{y}")
    assert read_pasted(official).geometry[0].normalize().equals(SHAPE.normalize())


def test_what_is_no_table_is_refused() -> None:
    """Nothing, words, and numbers that are no coordinates are refused under the name of the box."""
    for text in ("", " \n\t\n", "请见附件", "你好\n再见", "1 2 3\n4 5 6", "\x00", "J1,,\nJ2,,", "a" * 100_000):
        with pytest.raises(EcozoneError) as refused:
            read_pasted(text, crs=4527)
        assert refused.value.place.file == "粘贴的文本"
    with speaking("en"), pytest.raises(EcozoneError, match="pasted text"):
        read_pasted("", crs=4527)


def test_the_source_is_the_text() -> None:
    """The hash is of the text, and no path of a file that is gone is shown."""
    text = lines("J{n},{x},{y}")
    source = read_pasted(text, crs=4527).attrs["source"]
    assert source["path"] is None
    assert source["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert not [key for key in source["parts"] if "txt" in key]


@settings(max_examples=200)
@given(text=st.text(st.sampled_from("0123456789.,，、; \t\nJEN°′″度分秒-xyXY点号:=\"'"), max_size=120))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever is typed gives shapes or a refusal with both texts, never a crash."""
    try:
        sites = read_pasted(text, crs=4527)
    except EcozoneError as error:
        assert error.message("zh")
        assert error.message("en")
        assert error.exit_status in (2, 3)
        return
    assert shapely.is_valid(sites.geometry.dropna()).all()


@settings(max_examples=40)
@given(data=st.data())
def test_a_line_lost_or_repeated_is_never_silent(data: Any) -> None:
    """A parcel without its closing line says so; one with a line twice is the same parcel, and says so."""
    rows = [f"J{at},{4_331_000 + 100 * (at in (1, 2))},{39_530_000 + 100 * (at in (2, 3))}" for at in range(1, 5)]
    again = data.draw(st.integers(0, 3))
    sites = read_pasted("\n".join([*rows[: again + 1], *rows[again:]]), crs=4527)
    assert sites.geometry[0].area == 10_000
    keys = [one.key for one in notices_of(sites)]
    assert "intake.table_rows_merged" in keys
    assert "intake.txt_closed" in keys


@pytest.mark.parametrize(
    "line",
    [
        "4332000,39530000;4332000,39530200;4332200,39530200",
        "4332000，39530000；4332000，39530200；4332200，39530200",
        "4332000 39530000, 4332000 39530200, 4332200 39530200",
        "4332000,39530000 4332000,39530200 4332200,39530200",
        "4332000,39530000、4332000,39530200、4332200,39530200",
        "J1,4332000,39530000|J2,4332000,39530200|J3,4332200,39530200",
    ],
)
def test_corners_in_one_line_are_all_read_and_it_is_said(line: str) -> None:
    """Several corners in a line are a parcel, never one point made of the first northing and the last easting."""
    sites = read_pasted(line, crs=4527, geometry="corners")
    (shape,) = sites.geometry
    assert shape.area == 200 * 200 / 2
    assert "intake.table_rows_in_line" in [one.key for one in sites.attrs["notices"]]


@pytest.mark.parametrize("line", ["4332000,39530000,4332000,39530200", "4332000 39530000 4332000 39530200 4332200"])
def test_a_line_of_numbers_that_cannot_be_told_apart_is_refused(line: str) -> None:
    """Where nothing parts the corners of a line, none of them is taken for the whole."""
    with pytest.raises(InputError) as refused:
        read_pasted(line, crs=4527)
    assert refused.value.key == "intake.table_crowded"


@pytest.mark.parametrize("mark", ["；", " ", "、", " | "])
def test_degrees_of_several_corners_in_one_line(mark: str) -> None:
    """Degrees, minutes and seconds are parted like metres, and are no single point either."""
    corners = ("39°06'00\"N,117°24'00\"E", "39°06'00\"N,117°25'00\"E", "39°07'00\"N,117°25'00\"E")
    line = mark.join(corners)
    (shape,) = read_pasted(line, crs=4490, geometry="corners").geometry
    assert shape.equals(Polygon([(117.4, 39.1), (117 + 25 / 60, 39.1), (117 + 25 / 60, 39 + 7 / 60)]))
