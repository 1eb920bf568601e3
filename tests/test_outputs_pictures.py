"""Pictures show their data: lengths are values, bands are areas, shapes are the ground; and they are the same again."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

import ecozone as ez
from ecozone.assess import RATIO_COLUMNS, Account, Change
from ecozone.errors import OutputError, UsageError
from ecozone.outputs.pictures import CHANGE_GROUPS, lettering
from ecozone.outputs.pictures.bars import axis_end, bars
from ecozone.outputs.pictures.board import Board
from ecozone.outputs.pictures.flows import MOST_FLOWS, OTHER, flows, flows_of
from ecozone.outputs.pictures.maps import laid_out, maps, outline_of
from ecozone.outputs.pictures.series import lines_of_account
from ecozone.outputs.pictures.trends import trends
from ecozone.text import say, speaking

Row = dict[str, Any]


def row(zone: str, year: int, value: float, **more: Any) -> Row:
    """A row of the account; everything that is not given is not known."""
    told = {"layer": zone.partition(":")[0], "zone": zone, "title": zone, "indicator": "blue_green_ratio", "unit": "%"}
    told |= {"profile": "with_cropland", "year": float(year), "value": value}
    return {**dict.fromkeys(RATIO_COLUMNS, math.nan), "status": None, "by_count": None, **told, **more}


def account(*rows: Row) -> Account:
    """An account of these rows alone."""
    frame = pd.DataFrame(rows, columns=list(RATIO_COLUMNS))
    return Account(frame, pd.DataFrame(), pd.DataFrame())


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Pictures in English need no Chinese font unless a name is Chinese."""
    with speaking("en"):
        yield


@pytest.fixture(scope="module")
def change() -> Change:
    """The demonstration's change."""
    try:
        lettering.lettering_for(["街道"])
    except OutputError:
        pytest.skip("no Chinese font is installed")
    return ez.assess_change(ez.open_workspace("demo"), 2020, 2025)


def words_of(board: Board) -> list[str]:
    """Every line of text on a board."""
    return [text.get_text() for text in board.axes.texts]


def labelled(artists: Any, kind: str) -> dict[str, Any]:
    """What is drawn of data of one kind, by the rest of its label."""
    return {str(one.get_label()): one for one in artists if str(one.get_label()).startswith(kind)}


TWO_ZONES = account(
    row("barrier:1", 2020, 75.0, target=85.0, target_year=2025.0),
    row("barrier:1", 2025, 84.6, target=85.0, target_year=2025.0, status="cannot_tell", by_count="missed"),
    row("barrier:2", 2020, 38.0),
    row("barrier:2", 2025, 36.5, adjusted=35.0, ci_low=33.0, ci_high=37.0),
    row("pond", 2025, 12.0),
)


def test_bars_are_as_long_as_their_values_from_zero_and_targets_stand_where_they_are() -> None:
    """Every bar begins at one place; its length over its value, and a target's distance over it, is one number."""
    board = bars(TWO_ZONES, 160.0, None)
    drawn = labelled(board.axes.patches, "barrier")
    values = {"barrier:1|2020": 75.0, "barrier:1|2025": 84.6, "barrier:2|2020": 38.0, "barrier:2|2025": 36.5}
    keys = {name: f"{name.split('|')[0]}|blue_green_ratio|with_cropland|{name.split('|')[1]}" for name in values}
    assert set(drawn) == set(keys.values())
    (bars_left,) = {bar.get_x() for bar in drawn.values()}
    scale = [drawn[key].get_width() / values[name] for name, key in keys.items()]
    (target,) = labelled(board.axes.lines, "target").values()
    scale.append((target.get_xdata()[0] - bars_left) / 85.0)
    assert scale == pytest.approx([scale[0]] * len(scale))


def test_an_interval_is_drawn_where_there_is_one_and_its_lack_is_said() -> None:
    """One whisker for the one year with samples; the picture says why the others have none."""
    board = bars(TWO_ZONES, 160.0, None)
    marks = [line for line in board.axes.lines if line.get_marker() == "D"]
    assert len(marks) == 2  # the key and the one figure
    assert any("not enough reference samples" in words for words in words_of(board))
    without = bars(account(row("a", 2025, 5.0)), 160.0, None)
    assert not [line for line in without.axes.lines if line.get_marker() == "D"]
    assert any("no interval is drawn" in words for words in words_of(without))


def test_a_target_of_another_indicator_is_dashed_and_said_not_to_be_comparable() -> None:
    """Trees of a satellite beside the target of the forest regulations: a dashed line, and words for a status."""
    trees = row("district", 2025, 9.86, target=9.9, target_year=2025.0, status="cannot_tell") | {
        "indicator": "tree_cover",
        "profile": None,
    }
    board = bars(account(trees, row("barrier:1", 2025, 84.6, target=85.0, status="cannot_tell")), 160.0, None)
    looks = {name.split("|")[1]: line.get_linestyle() for name, line in labelled(board.axes.lines, "target").items()}
    assert looks == {"district": "--", "barrier:1": "-"}
    told = [words for words in words_of(board) if "forest coverage" in words]
    assert len(told) == 1
    assert "not comparable" in told[0]
    assert "cannot tell" not in told[0]


def test_the_range_of_a_layers_area_is_drawn_and_named_as_none_of_samples() -> None:
    """A whisker about a bar of km², and a note: the accuracy of a boundary is no sampling error."""
    red = row("red_line", 2022, 3.66, target=3.66, ci_low=3.38, ci_high=3.94, status="cannot_tell", by_count="met")
    board = bars(account(red | {"indicator": "red_line_area", "profile": None, "unit": "km2"}), 160.0, None)
    assert len([line for line in board.axes.lines if line.get_marker() == "D"]) == 2
    assert any("none of samples" in words for words in words_of(board))
    assert not any("95%" in words for words in words_of(board))


def test_what_has_no_target_is_left_out_and_counted_unless_nothing_has_one() -> None:
    """A layer with a target is drawn with all its zones, the rest is a number; without any target all is drawn."""
    assert "1 more have no target and are not drawn." in words_of(bars(TWO_ZONES, 160.0, None))
    board = bars(account(row("a", 2025, 5.0), row("b", 2025, 6.0)), 160.0, None)
    assert len(labelled(board.axes.patches, "a|") | labelled(board.axes.patches, "b|")) == 2
    assert any("No target is set" in words for words in words_of(board))


def test_a_missing_value_has_no_bar_and_says_so() -> None:
    """Not known is not zero."""
    board = bars(account(row("a", 2020, math.nan), row("a", 2025, 0.0)), 160.0, None)
    assert list(labelled(board.axes.patches, "a|")) == ["a|blue_green_ratio|with_cropland|2025"]
    assert words_of(board).count("no data") == 1
    assert any("no ratio" in words for words in words_of(bars(account(), 160.0, None)))


@given(st.lists(st.floats(0.001, 1e7), min_size=1, max_size=5))
def test_an_axis_ends_beyond_every_value_and_not_far(values: list[float]) -> None:
    """Bars fit their panel, and the longest takes a third of it at least."""
    end = axis_end(lines_of_account(account(*(row(str(i), 2025, value) for i, value in enumerate(values))).ratios))
    assert max(values) <= end * (1 + 1e-12)
    assert end <= max(values) * 3


@pytest.mark.parametrize("build", [bars, trends])
@pytest.mark.parametrize("height", [60.0, 90.0, 140.0])
def test_a_picture_is_no_higher_than_asked_and_counts_what_does_not_fit(
    build: Callable[..., Board], height: float
) -> None:
    """What is drawn and what is counted as left out are all of it, and nothing lies below the edge."""
    many = account(*(row(f"zone {at}", year, 10.0 + at) for at in range(40) for year in (2020, 2025)))
    board = build(many, 160.0, height)
    shown = sum(words.startswith("zone ") for words in words_of(board))
    (cut,) = [words for words in words_of(board) if "do not fit" in words]
    assert shown + int(cut.split()[0]) == 40
    assert board.height == height
    assert max(text.get_position()[1] for text in board.axes.texts) < height


def test_lines_of_a_column_share_a_scale_and_break_where_a_year_is_missing() -> None:
    """A rise of twice as much is twice as high; an unknown year is a gap and no line across it."""
    board = trends(
        account(
            *(row("a", year, value) for year, value in ((2018, 10.0), (2019, 12.0), (2020, math.nan), (2021, 11.0))),
            *(row("b", year, value) for year, value in ((2018, 50.0), (2019, 54.0), (2020, 53.0), (2021, 52.0))),
        ),
        160.0,
        None,
    )
    runs = [line for line in board.axes.lines if str(line.get_label()).startswith("a|")]
    assert [len(line.get_xdata()) for line in runs] == [2, 1]
    (other,) = [line for line in board.axes.lines if str(line.get_label()).startswith("b|")]
    rise = {"a": runs[0].get_ydata(), "b": other.get_ydata()}
    assert rise["b"][0] - rise["b"][1] == pytest.approx(2 * (rise["a"][0] - rise["a"][1]))
    assert rise["b"][1] < rise["b"][0]  # up is more


MATRIX = st.dictionaries(
    st.tuples(st.integers(0, 7), st.integers(0, 7)), st.floats(0.0, 1e9, allow_subnormal=False), max_size=40
)


def transitions(matrix: dict[tuple[int, int], float]) -> pd.DataFrame:
    """A table of transitions of one zone."""
    rows = [
        {"zone": "z", "from_code": one, "to_code": other, "area_m2": area, "changed": one != other}
        for (one, other), area in matrix.items()
    ]
    return pd.DataFrame(rows, columns=["zone", "from_code", "to_code", "area_m2", "changed"])


@given(MATRIX)
@example({(0, 1): 1e-30, (0, 2): 1e-5})
def test_flows_sum_to_the_matrix(matrix: dict[tuple[int, int], float]) -> None:
    """Bands sum to the ground that changed, the note to what did not, and no pair is lost or counted twice."""
    found = flows_of(transitions(matrix), "z")
    moved = {pair: area for pair, area in matrix.items() if pair[0] != pair[1] and area > 0}
    assert found.changed_m2 == pytest.approx(math.fsum(moved.values()))
    assert found.same_m2 == pytest.approx(math.fsum(area for (a, b), area in matrix.items() if a == b))
    own = [flow for flow in found.flows if flow.before != OTHER]
    assert len(own) + found.gathered == len(moved)
    assert len(own) <= MOST_FLOWS + 1
    assert all(moved[flow.before, flow.after] == flow.area_m2 for flow in own)


def test_bands_and_nodes_are_as_wide_as_their_areas(change: Change) -> None:
    """Each node is as high as its bands together, both sides alike, by one number of millimetres a square metre."""
    board = flows(change, 160.0, None)
    found = flows_of(change.transitions, "district")
    nodes = labelled(board.axes.patches, "node|")
    for sign, side in (("−", "before"), ("+", "after")):
        sums: dict[Any, float] = {}
        for flow in found.flows:
            sums[getattr(flow, side)] = sums.get(getattr(flow, side), 0.0) + flow.area_m2
        scales = [nodes[f"node|{sign}|{code}"].get_height() / area for code, area in sums.items()]
        assert scales == pytest.approx([scales[0]] * len(scales))
    bands = labelled(board.axes.patches, "flow|")
    assert len(bands) == len(found.flows)
    for flow in found.flows:
        points = bands[f"flow|{flow.before}|{flow.after}"].get_path().vertices
        assert points[7, 1] - points[0, 1] == pytest.approx(flow.area_m2 * scales[0])
        assert points[4, 1] - points[3, 1] == pytest.approx(flow.area_m2 * scales[0])
    with pytest.raises(UsageError, match="barrier"):
        flows(change, 160.0, None, zone="bariers")


def test_every_panel_has_one_scale_and_every_patch_its_place(change: Change) -> None:
    """All zones are drawn by one number of mm a metre, north up; each patch lies in a panel, none in two groups."""
    board = maps(change, 160.0, None)
    zones = change.workspace.zones("subdistrict").drop("subdistrict")
    drawn = labelled(board.axes.patches, "zone|")
    assert set(drawn) == {f"zone|{key}" for key in zones.index}
    scales = []
    for key, zone in zones.geometry.items():
        box = drawn[f"zone|{key}"].get_path().get_extents()
        scales += [box.width / (zone.bounds[2] - zone.bounds[0]), box.height / (zone.bounds[3] - zone.bounds[1])]
        assert box.x0 >= 0 and box.x1 <= 160.0 and box.y0 >= 0 and box.y1 <= board.height
    assert scales == pytest.approx([scales[0]] * len(scales), rel=1e-3)
    (bar,) = labelled(board.axes.lines, "scale").values()
    metres = np.ptp(bar.get_xdata()) / scales[0]
    assert f"{metres / 1000:g} km" in words_of(board)
    assert {label.split("|")[2] for label in labelled(board.axes.patches, "patches|")} <= set(CHANGE_GROUPS)
    marked = change.patches[change.patches["violations"] != ""]
    touched = {f"possible|{key}" for key, zone in zones.geometry.items() if marked.intersects(zone).any()}
    assert touched and set(labelled(board.axes.patches, "possible|")) <= touched


def test_an_outline_keeps_area_holes_and_the_way_to_the_north() -> None:
    """The path's signed area is the ground's by the scale squared, a hole taken out; what is north lies higher."""
    shape = shapely.box(0, 0, 1000, 400) - shapely.box(100, 100, 200, 200)
    north = shapely.box(0, 600, 100, 700)
    path = outline_of(np.array([shape, north]), (0.0, 700.0), (5.0, 7.0), 0.01)
    area = sum(0.5 * np.sum(p[:-1, 0] * p[1:, 1] - p[1:, 0] * p[:-1, 1]) for p in path.to_polygons(closed_only=True))
    assert abs(area) == pytest.approx((400_000 - 10_000 + 10_000) * 1e-4)
    assert path.get_extents().extents.tolist() == pytest.approx([5.0, 7.0, 15.0, 14.0])
    alone = outline_of(np.array([north]), (0.0, 700.0), (5.0, 7.0), 0.01)
    assert alone.get_extents().extents.tolist() == pytest.approx([5.0, 7.0, 6.0, 8.0])


@given(st.lists(st.tuples(st.floats(10, 1e5), st.floats(10, 1e5)), min_size=1, max_size=30), st.floats(40, 400))
def test_panels_never_overlap_and_stay_within_the_width(sizes: list[tuple[float, float]], room: float) -> None:
    """However zones are shaped, each panel has its own place on the sheet."""
    zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, wide, tall) for wide, tall in sizes])
    layout = laid_out(zones, 154.0, room)
    boxes = [
        shapely.box(x, y, x + width, y + max(tall * layout.scale, 1.0))
        for (x, y), width, (_, tall) in zip(layout.corners, layout.widths, sizes, strict=True)
    ]
    assert all(box.bounds[2] <= 154.0 + 1e-6 for box in boxes)
    assert shapely.union_all(boxes).area == pytest.approx(sum(box.area for box in boxes))
    assert all(end >= box.bounds[3] for end, box in zip(layout.ends, boxes, strict=True))


def test_bytes_are_the_same_again_whatever_the_users_own_settings(tmp_path: Path) -> None:
    """No date, no program's version, no random name; a user's style changes nothing, and is there again after."""
    for suffix in (".svg", ".png"):
        one, other = (tmp_path / f"{name}{suffix}" for name in "ab")
        ez.draw_ratios(TWO_ZONES, one)
        with mpl.rc_context({"font.size": 30.0, "svg.fonttype": "none", "lines.linewidth": 9.0}):
            ez.draw_ratios(TWO_ZONES, other)
            assert mpl.rcParams["font.size"] == 30.0
        assert one.read_bytes() == other.read_bytes()
        assert b"Matplotlib" not in one.read_bytes()


def test_an_svg_has_a_name_and_a_description_and_letters_as_paths(tmp_path: Path) -> None:
    """Who does not see the picture is told what it is; who lacks the font sees it all the same."""
    root = ElementTree.fromstring(ez.draw_ratios(TWO_ZONES, tmp_path / "a.svg").read_text("utf-8"))
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    assert [root[0].tag, root[1].tag] == [f"{space}title", f"{space}desc"]
    assert root[0].text == "Ratios against targets" and "2 ratios" in (root[1].text or "")
    assert root.find(f".//{space}text") is None


def test_a_name_is_text_on_one_line_whatever_it_holds(tmp_path: Path) -> None:
    """Formulas, marks of HTML, line breaks and control characters stay what they are or become a space."""
    name = "$x_1^2$ <b>A</b> & \\frac \n\x07 _B_"
    board = bars(account(row("a", 2025, 5.0, title=name)), 160.0, None)
    assert "$x_1^2$ <b>A</b> & \\frac _B_" in words_of(board)
    ElementTree.fromstring(ez.draw_ratios(account(row("a", 2025, 5.0, title=name)), tmp_path / "a.svg").read_text())
    long = bars(account(row("a", 2025, 5.0, title="long " * 90)), 160.0, None)
    (cut,) = [words for words in words_of(long) if words.startswith("long")]
    assert cut.endswith("…") and long.lettering.width(cut, 7.0) <= 160.0


def test_without_a_chinese_font_nothing_is_drawn_as_boxes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chinese words or names are refused with what to install; English ones need no such font."""
    monkeypatch.setattr(lettering, "CHINESE_FAMILIES", ("No Such Font",))
    ez.draw_ratios(TWO_ZONES, tmp_path / "a.png")
    for lang, title in (("zh", "a"), ("en", "万新街道")):
        with pytest.raises(OutputError, match="fonts-noto-cjk"):
            ez.draw_ratios(account(row("a", 2025, 5.0, title=title)), tmp_path / "b.png", lang=lang)
    assert not (tmp_path / "b.png").exists()


def test_a_rare_character_becomes_the_printers_mark() -> None:
    """A character that no font has is marked and no reason to draw nothing."""
    letters = lettering.lettering_for(["A\U000e0041"])
    assert letters.words("A\U000e0041") == "A?"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_all_four_are_drawn_in_both_languages(change: Change, lang: str, tmp_path: Path) -> None:
    """Each writes the file that it is asked for and returns it; another suffix is refused."""
    for name, draw, data in (
        ("a", ez.draw_ratios, TWO_ZONES),
        ("b", ez.draw_trends, TWO_ZONES),
        ("c", ez.draw_flows, change),
        ("d", ez.draw_changes, change),
    ):
        path = draw(data, tmp_path / f"{name}.png", lang=lang, width_mm=120.0, height_mm=150.0)
        assert path.read_bytes().startswith(b"\x89PNG")
        with pytest.raises(UsageError, match="svg"):
            draw(data, tmp_path / "x.jpg", lang=lang)
    assert say("pictures.bars_title", lang)


def test_a_thousand_zones_make_a_picture_that_a_png_can_hold(tmp_path: Path) -> None:
    """Without a height it ends somewhere, and what is beyond is counted."""
    many = account(*(row(f"zone {at}", year, 10.0) for at in range(1000) for year in (2020, 2025)))
    for build in (bars, trends):
        board = build(many, 160.0, None)
        assert board.height <= 2000.0
        shown = sum(words.startswith("zone ") for words in words_of(board))
        assert f"{1000 - shown} more do not fit and are not drawn." in words_of(board)


@given(st.lists(st.text(st.sampled_from("蓝绿空间，。（）“口径ab 1"), min_size=1, max_size=12), min_size=1, max_size=8))
def test_broken_lines_hold_all_words_within_the_width(parts: list[str]) -> None:
    """Nothing is lost at a break, and no line is wider than there is room but one that cannot be broken."""
    try:
        letters = lettering.lettering_for(["蓝绿空间占比口径"])
    except OutputError:
        pytest.skip("no Chinese font is installed")
    words = "".join(parts)
    lines = letters.wrapped(words, 7.0, 30.0)
    assert "".join("".join(lines).split()) == "".join(words.split())
    # A mark that may not stand alone brings at most its neighbour along.
    assert all(letters.width(line, 7.0) <= 30.0 + 6.0 or " " not in line for line in lines)
