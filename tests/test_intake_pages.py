"""Breaks of pages and labels of rings: the corners of one ring stay one ring, or it is said that none can tell."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import Polygon

from ecozone.errors import EcozoneError
from ecozone.intake import read_features
from ecozone.notices import notices_of

E0, N0 = 39_535_998.0, 4_321_947.0
#: A parcel with a wedge: cut after its third corner, its halves leave out what lies between them.
WEDGE = [(0, 0), (120, 10), (130, 60), (60, 70), (55, 140), (-10, 130)]
#: Beside it.
OTHER = [(400, 0), (500, 0), (500, 80), (400, 80)]
HOLE = [(430, 20), (460, 20), (460, 50), (430, 50)]
TITLE = ["界址点坐标表（2000国家大地坐标系 3度带 39带）", "", ""]
HEADER = ["点号", "X", "Y"]
BLANK = ["", "", ""]
BREAKS = {
    "blank": [BLANK],
    "header": [BLANK, HEADER],
    "title": [TITLE, HEADER],
    "page": [["第1页 共2页", "", ""], TITLE, HEADER],
    "foot": [["测绘单位：某测绘院", "", "2024年5月6日"], BLANK, TITLE, HEADER],
}
Rows = list[list[Any]]


def corners(ring: list[tuple[float, float]], *, start: int = 1, close: bool = True, name: str = "J") -> Rows:
    rows: Rows = [[f"{name}{at}", N0 + y, E0 + x] for at, (x, y) in enumerate(ring, start)]
    return [*rows, rows[0]] if close else rows


def shape(ring: list[tuple[float, float]], *holes: list[tuple[float, float]]) -> Polygon:
    return Polygon([(E0 + x, N0 + y) for x, y in ring], [[(E0 + x, N0 + y) for x, y in hole] for hole in holes])


def read(path: Path, *rows: list[Any], **words: Any) -> Any:
    path.write_text("\n".join(",".join(str(cell) for cell in row) for row in rows), encoding="utf-8")
    return read_features(path, isolate=False, **words)


def keys(frame: Any, severity: str) -> list[str]:
    return [one.key.removeprefix("intake.") for one in notices_of(frame) if one.severity == severity]


def same(found: Any, *wanted: Polygon) -> bool:
    return len(found) == len(wanted) and all(
        one is not None and one.normalize().equals_exact(other.normalize(), 1e-6)
        for one, other in zip(found.geometry, wanted, strict=True)
    )


@pytest.mark.parametrize("way", BREAKS)
@pytest.mark.parametrize("at", range(1, 7))
def test_a_break_within_a_ring_does_not_cut_it(tmp_path: Path, way: str, at: int) -> None:
    """Wherever a page ends within corners that run on to the first one, the parcel is the same, and that is said."""
    rows = corners(WEDGE)
    frame = read(tmp_path / "a.csv", TITLE, HEADER, *rows[:at], *BREAKS[way], *rows[at:])
    assert same(frame, shape(WEDGE))
    assert "table_rings_joined" in keys(frame, "warning")
    assert frame["source_row"].tolist() == [3]


def test_any_breaks_leave_any_parcels(tmp_path: Path) -> None:
    """Stars broken at several places, each closed under its own numbers, come back as they are, whatever the breaks."""
    chance = random.Random(4)
    for _ in range(30):
        stars, rows = [], Rows()
        for place in range(chance.randint(1, 3)):
            count = chance.randint(4, 12)
            angles = sorted(math.tau * (one + chance.uniform(0, 0.5)) / count for one in range(count))
            star = [
                (round(1000 * place + radius * math.cos(angle), 3), round(radius * math.sin(angle), 3))
                for angle in angles
                if (radius := chance.uniform(100, 400))
            ]
            stars.append(star)
            for row in corners(star):
                rows += [*chance.choice(list(BREAKS.values()))] if chance.random() < 0.3 else []
                rows.append(row)
        frame = read(tmp_path / "a.csv", TITLE, HEADER, *rows)
        assert same(frame, *map(shape, stars))


def test_a_named_parcel_is_not_cut_either(tmp_path: Path) -> None:
    """Within a parcel that a column names, a break is no second part."""
    rows = [["甲", *row] for row in corners(WEDGE)]
    frame = read(tmp_path / "a.csv", ["地块名称", *HEADER], *rows[:3], ["", *BLANK], *rows[3:], crs=4527)
    assert same(frame, shape(WEDGE))


def test_a_ring_that_is_left_open_runs_on_over_a_page(tmp_path: Path) -> None:
    """Corners that run on and never close are one ring over a page's head; over a blank row none can tell."""
    rows = corners(WEDGE, close=False)
    frame = read(tmp_path / "a.csv", TITLE, HEADER, *rows[:3], *BREAKS["page"], *rows[3:])
    assert same(frame, shape(WEDGE))
    with pytest.raises(EcozoneError) as caught:
        read(tmp_path / "b.csv", TITLE, HEADER, *rows[:3], BLANK, *rows[3:])
    assert "第 7 行起的拐点可能是第 3 行起的同一圈的后半" in caught.value.message("zh")


@pytest.mark.parametrize("names", [["J1", "J2", "J3", "K7", "K8", "K9", "J1"], [""] * 7])
def test_what_comes_back_under_other_names_is_asked_for(tmp_path: Path, names: list[str]) -> None:
    """A part that ends where the part before began, without numbers that run on, is refused with its neighbour."""
    rows = [[name, *row[1:]] for name, row in zip(names, corners(WEDGE), strict=True)]
    with pytest.raises(EcozoneError) as caught:
        read(tmp_path / "a.csv", TITLE, HEADER, *rows[:3], BLANK, *rows[3:], geometry="corners")
    assert caught.value.key == "intake.all_refused"
    rows = corners(WEDGE)
    with pytest.raises(EcozoneError) as caught:
        read(tmp_path / "b.csv", TITLE, HEADER, *rows[:3], ["地块二", "", ""], *rows[3:])
    assert caught.value.key == "intake.all_refused"


def test_parcels_whose_numbers_run_on_stay_apart(tmp_path: Path) -> None:
    """Parcels numbered through, closed or not, and parcels that share corners, are several."""
    for close in (False, True):
        for between in (BLANK, HEADER, ["地块二", "", ""]):
            if between is HEADER and not close:
                # A header alone between corners that run on is the head of a page.
                continue
            one, two = corners(WEDGE, close=close), corners(OTHER, start=7, close=close)
            frame = read(tmp_path / "a.csv", TITLE, HEADER, *one, between, *two)
            assert same(frame, shape(WEDGE), shape(OTHER))
    # The second parcel lies north of the first and ends with two of its corners.
    south, north = [(0, 100), (100, 100), (100, 0), (0, 0)], [(0, 200), (100, 200), (100, 100), (0, 100)]
    two = [[name, *row[1:]] for name, row in zip(("J5", "J6", "J2", "J1"), corners(north, close=False), strict=True)]
    frame = read(tmp_path / "a.csv", TITLE, HEADER, *corners(south, close=False), BLANK, *two)
    assert same(frame, shape(south), shape(north))


@pytest.mark.parametrize("words", [("外圈", "内圈"), ("外环", "内环"), ("外边界", "内边界1"), ("外环：", "（内环）")])
def test_rings_that_are_called_outer_and_inner(tmp_path: Path, words: tuple[str, str]) -> None:
    """外环 and 内环, above the corners or in a column, are rings of one parcel; their place tells which is a hole."""
    one, two = corners(OTHER), corners(HOLE, start=5)
    above = read(tmp_path / "a.csv", TITLE, HEADER, [words[0], "", ""], *one, [words[1], "", ""], *two)
    assert same(above, shape(OTHER, HOLE))
    apart = read(tmp_path / "b.csv", TITLE, HEADER, [words[0], "", ""], *one, BLANK, [words[1], "", ""], *two)
    assert same(apart, shape(OTHER, HOLE))
    rows = [[words[0], *row] for row in one] + [[words[1], *row] for row in two]
    beside = read(tmp_path / "c.csv", ["地块名称", *HEADER], *rows, crs=4527)
    assert same(beside, shape(OTHER, HOLE))


def test_outer_rings_begin_parcels(tmp_path: Path) -> None:
    """A further outer ring is a further parcel; a ring in a ring that nothing calls inner stays refused."""
    rows = [["外环"], *corners(OTHER), ["内环"], *corners(HOLE, start=5), ["外环"], *corners(WEDGE, start=9)]
    assert same(read(tmp_path / "a.csv", TITLE, HEADER, *rows), shape(OTHER, HOLE), shape(WEDGE))
    named = [["外环", *row] for row in corners(OTHER)] + [["内环", *row] for row in corners(HOLE)]
    named += [["外环", *row] for row in corners(WEDGE)]
    assert same(read(tmp_path / "b.csv", ["类别", *HEADER], *named, crs=4527), shape(OTHER, HOLE), shape(WEDGE))
    titled = [["地块一（外环）"], *corners(OTHER), ["地块一（内环）"], *corners(HOLE), ["地块二"], *corners(WEDGE)]
    frame = read(tmp_path / "c.csv", TITLE, HEADER, *titled)
    assert same(frame, shape(OTHER, HOLE), shape(WEDGE))
    assert frame["地块名称"].tolist() == ["地块一", "地块二"]
    plain = read(tmp_path / "d.csv", TITLE, HEADER, *corners(OTHER), BLANK, *corners(HOLE), BLANK, *corners(WEDGE))
    assert [one is None for one in plain.geometry] == [True, True, False]


@pytest.mark.parametrize(
    "words",
    ["续表", "（续表）", "(续表1)", "续上表", "转下页", "[接上页]", "第 2 页", "- 2 -", "TITLE（续）", "TITLE 续表"],
)
@pytest.mark.parametrize("close", [True, False])
def test_words_of_a_page_do_not_cut_a_ring(tmp_path: Path, words: str, close: bool) -> None:
    """However a page says that it goes on, with brackets or behind the title, the ring is one."""
    rows, text = corners(WEDGE, close=close), words.replace("TITLE", TITLE[0])
    frame = read(tmp_path / "a.csv", TITLE, HEADER, *rows[:3], [text, "", ""], HEADER, *rows[3:])
    assert same(frame, shape(WEDGE))
    beside = read(tmp_path / "c.csv", TITLE, HEADER, *rows[:3], [TITLE[0], "", "续表"], HEADER, *rows[3:])
    assert same(beside, shape(WEDGE))
    named = [["甲" if at == 0 else "", *row] for at, row in enumerate(rows)]
    table = [[*TITLE, ""], ["地块名称", *HEADER], *named[:3], [text, *BLANK], ["地块名称", *HEADER], *named[3:]]
    assert same(read(tmp_path / "b.csv", *table), shape(WEDGE))


def test_a_title_that_comes_again_names_no_parcel(tmp_path: Path) -> None:
    """Parcels named in their first row alone go on behind a page's head, blank rows or not; what does not is asked."""
    header = ["地块号", *HEADER]
    one, two = (
        [["DK1", *row] if at == 0 else ["", *row] for at, row in enumerate(corners(ring))] for ring in (OTHER, WEDGE)
    )
    two[0][0] = "DK2"
    for between in ([[*TITLE, ""], header], [["", *BLANK], [*TITLE, ""], header]):
        frame = read(tmp_path / "a.csv", [*TITLE, ""], header, *one, *two[:3], *between, *two[3:])
        assert same(frame, shape(OTHER), shape(WEDGE))
        assert frame["地块号"].tolist() == ["DK1", "DK2"]
    two[0][0] = ""
    with pytest.raises(EcozoneError) as caught:
        read(tmp_path / "b.csv", [*TITLE, ""], header, *one, ["", *BLANK], [*TITLE, ""], header, *two)
    assert caught.value.key == "intake.table_parcel_blank"


#: A second parcel whose numbers run on, with a sign that it is another: header, its column for each, a row between.
SIGNS: dict[str, tuple[list[str], list[Any], list[Any], Rows]] = {
    "number": (["序号"], [1, 2, 3, 4], [1, 2, 3, 4], []),
    "owner": (["权利人"], ["张三"] * 4, ["李四"] * 4, []),
    "area": (["面积(公顷)"], [0.8] * 4, [0.9] * 4, []),
    "merged": (["面积(公顷)"], [0.8, "", "", ""], [0.9, "", "", ""], []),
    "line": (["类型"], [""] * 4, [""] * 4, [["面积：0.8000公顷", *BLANK]]),
}


@pytest.mark.parametrize("sign", SIGNS)
def test_an_open_ring_within_which_something_begins_again_is_asked_for(tmp_path: Path, sign: str) -> None:
    """Corners that run on and never close are not joined over a sign of another parcel; once they close, they are."""
    header, one, two, between = SIGNS[sign]
    near = [(600, 0), (700, 0), (700, 80), (600, 80)]
    rows = corners([*OTHER, *near], close=False)
    table = [[cell, *row] for cell, row in zip([*one, *two], rows, strict=True)]
    table[4:4] = between
    with pytest.raises(EcozoneError) as caught:
        read(tmp_path / "a.csv", [*TITLE, ""], [*header, *HEADER], *table)
    assert "看不出" in caught.value.message("zh")
    assert "加“地块编号”列" in caught.value.remedy("zh")
    ring = [*OTHER[:2], (500, -50), (800, -50), (800, 80), (700, 90), (600, 90), (500, 80)]
    closed = [[cell, *row] for cell, row in zip([*one, *two, two[-1]], corners(ring), strict=True)]
    closed[4:4] = between
    assert same(read(tmp_path / "b.csv", [*TITLE, ""], [*header, *HEADER], *closed), shape(ring))


def test_what_changes_from_corner_to_corner_parts_no_ring(tmp_path: Path) -> None:
    """A column of the corners, not of the parcels, leaves an open ring whole."""
    rows = [[cell, *row] for cell, row in zip("甲甲甲乙甲乙", corners(WEDGE, close=False), strict=True)]
    table = [[*TITLE, ""], ["埋设", *HEADER], *rows]
    assert same(read(tmp_path / "a.csv", *table, geometry="corners"), shape(WEDGE))
