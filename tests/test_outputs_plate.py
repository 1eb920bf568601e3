"""The print map: exact on paper, the same bytes each time, and nothing in its legend that is not on it."""

from __future__ import annotations

import datetime as dt
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Proj

from ecozone.assess import VERDICTS, Check, check_sites, overrule
from ecozone.errors import CrsError, OutputError, UsageError
from ecozone.outputs import plate_scale, write_plate
from ecozone.outputs.pictures import lettering
from ecozone.outputs.plate.bearings import convergence_deg, grid_lines
from ecozone.outputs.plate.content import content_of
from ecozone.outputs.plate.labels import Wanted, placed
from ecozone.outputs.plate.layout import SCALES, Box, layout_of, view_of_ground
from ecozone.outputs.plate.pages import plate_of
from ecozone.outputs.plate.sheet import Sheet, settings
from ecozone.text import speaking
from ecozone.units import fixed, hectares
from ecozone.workspace import parse_override

E0, N0 = 525_000.0, 4_325_000.0
NASTY = ("$x_1$ \\frac{a}", "<b>&{{7*7}}", "一行\n又一行", "长" * 300, "\u202eabc\u202c שלום", "A\x00B\x0bC", "=1+1")
DAY = dt.date(2025, 1, 2)
POINTS_PER_MM = 72.0 / 25.4


@pytest.fixture(autouse=True)
def _drawn_by_our_settings() -> Iterator[None]:
    with settings():
        yield


@pytest.fixture
def checked(little: Callable[..., Any], square: Callable[..., Any], sites: Callable[..., Any]) -> Callable[..., Check]:
    """Check some shapes against a red line in the south-west, levels in the middle and a school in the north-east."""

    def make(*shapes: Any, names: tuple[str, ...] = ()) -> Check:
        ws = little(
            red_line=[(square(500, 500, 800), {"name": "甲"})],
            barrier=[(square(4_000, 4_000, 900), {"level": 1}), (square(4_900, 4_000, 900), {"level": 2})],
            sensitive=[(shapely.Point(E0 + 9_000, N0 + 9_000), {"name": "学校"})],
        )
        frame = sites(*((shape, "boiler") for shape in shapes))
        if names:
            frame["name"] = list(names)
        return check_sites(frame, ws)

    return make


def said(sheet: Sheet) -> list[str]:
    """Return every text on a sheet."""
    return [text.get_text() for text in sheet.axes.texts]


def streams(data: bytes) -> bytes:
    """Return what the streams of a PDF hold, unpacked."""
    found = []
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:
            continue
    return b"\n".join(found)


@pytest.mark.parametrize(("paper", "landscape", "size"), [("A3", True, (420, 297)), ("A4", False, (210, 297))])
def test_the_paper_is_exact(
    checked: Callable[..., Check], square: Callable[..., Any], tmp_path: Path, paper: str, landscape: bool, size: Any
) -> None:
    """The PDF's page is the paper to a hundredth of a millimetre, and so are the SVG's width and height."""
    check = checked(square(600, 600, 300))
    words = {"paper": paper, "landscape": landscape}
    data = write_plate(check, tmp_path / "a.pdf", **words).read_bytes()
    boxes = re.findall(rb"/MediaBox \[ ?([\d. ]+)\]", data)
    assert len(boxes) == 1
    assert np.allclose([float(one) / POINTS_PER_MM for one in boxes[0].split()], [0, 0, *size], atol=0.01)
    svg = write_plate(check, tmp_path / "a.svg", **words).read_text("utf-8")
    found = re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', svg)
    assert found is not None
    assert np.allclose([float(one) / POINTS_PER_MM for one in found.groups()], size, atol=0.01)


@pytest.mark.parametrize("scale", [None, 20_000, 12_345])
def test_the_scale_is_exact(checked: Callable[..., Check], tmp_path: Path, scale: int | None) -> None:
    """Two known places are as far apart in the PDF as on the ground, divided by the scale that stands on the sheet."""
    east, north = 1_234.5, 777.25
    check = checked(shapely.LineString([(E0 + 3_000, N0 + 2_000), (E0 + 3_000 + east, N0 + 2_000 + north)]))
    data = write_plate(check, tmp_path / "a.pdf", scale=scale).read_bytes()
    sheet = plate_of(check, scale=scale).whole()
    told = next(text for text in said(sheet) if text.startswith("比例尺"))
    denominator = int(told.removeprefix("比例尺 1:").replace(" ", ""))
    assert denominator == scale if scale else denominator in SCALES
    wanted = np.array([east, north]) / denominator * 1000 * POINTS_PER_MM
    lines = re.findall(rb"(-?[\d.]+)\s+(-?[\d.]+)\s+m\s+(-?[\d.]+)\s+(-?[\d.]+)\s+l\s", streams(data))
    moved = np.array([[float(x2) - float(x1), float(y2) - float(y1)] for x1, y1, x2, y2 in lines])
    assert np.abs(moved - wanted).max(axis=1).min() < 0.01


def test_the_same_bytes_each_time(checked: Callable[..., Check], square: Callable[..., Any], tmp_path: Path) -> None:
    """Each format, and an atlas, is written with the same bytes again, whatever the user's own settings are."""
    import matplotlib as mpl

    check = checked(square(600, 600, 300), square(4_500, 4_100, 900))
    check = replace(check, run={"date": "2025-06-30"})
    for name, atlas in (("a.pdf", False), ("b.pdf", True), ("a.svg", False), ("a.png", False)):
        first = write_plate(check, tmp_path / name, paper="A4", atlas=atlas).read_bytes()
        with mpl.rc_context({"font.size": 31.0, "lines.linewidth": 7.0, "axes.facecolor": "red"}):
            assert write_plate(check, tmp_path / name, paper="A4", atlas=atlas).read_bytes() == first
        assert b"CreationDate" not in first
        assert b"<dc:date>" not in first


def test_the_legend_holds_what_is_shown_alone(checked: Callable[..., Check], square: Callable[..., Any]) -> None:
    """A layer outside the frame is in neither legend nor sources; one inside is in both, by level."""
    check = checked(square(600, 600, 300), square(4_100, 4_100, 200))
    sheets = list(plate_of(check).atlas(lambda *_: None))
    index, red, middle = (said(sheet) for sheet in sheets)

    def has(words: list[str], label: str) -> bool:
        return any(label in text for text in words)

    assert [has(index, label) for label in ("red_line层", "barrier层 · ", "sensitive层")] == [True, True, False]
    assert [has(red, label) for label in ("red_line层", "barrier层")] == [True, False]
    assert [has(middle, label) for label in ("red_line层", "barrier层", "1 级")] == [False, True, True]


def test_an_outline_whose_line_is_outside_is_not_explained(
    checked: Callable[..., Check], square: Callable[..., Any]
) -> None:
    """A frame in the middle of the district shows no line of it, and its legend none either."""
    check = checked(square(4_100, 4_100, 200))
    roles = dict(check.workspace.pack.roles)
    roles["district"] = replace(roles["district"], outline=True)
    check.workspace.__dict__["pack"] = replace(check.workspace.pack, roles=roles)
    near, wide = plate_of(check, scale=2_000).whole(), plate_of(check, scale=100_000).whole()
    assert "district层" not in said(near)
    assert "district层" in said(wide)


def test_verdicts_are_told_with_the_sign_that_stands_on_the_map(
    checked: Callable[..., Check], square: Callable[..., Any]
) -> None:
    """Sites are numbered from the worst on, and a legend explains only the verdicts that are there."""
    words = said(plate_of(checked(square(8_000, 1_000, 300), square(600, 600, 300))).whole())
    assert words.count("✕ 1") == 2
    assert "✕ 禁止" in words
    assert not any(text.startswith("△") for text in words)


def test_an_override_stands_beside_the_verdict(checked: Callable[..., Check], square: Callable[..., Any]) -> None:
    """Both verdicts, the reason, the person and the date are on the sheet, and the number has a star."""
    check = checked(square(600, 600, 300))
    rule = check.findings["rule"].iloc[0]
    layer = check.findings["layer"].iloc[0]
    words = f"site=S1;layer={layer};rule={rule};verdict=conditional;by=LW;reason=现场复核"
    check = overrule(check, [parse_override(words, DAY)])
    told = said(plate_of(check).whole())
    assert "禁止 → 人工认定：受限需论证" in told
    assert "✕ 1*" in told
    assert all(any(part in text for text in told) for part in ("现场复核", "LW", "2025-01-02"))


def test_marks_are_apart_without_colour(checked: Callable[..., Check], square: Callable[..., Any]) -> None:
    """No two entries of a legend have the same hatch, dashes and mark: they are told apart in grey."""
    layers = content_of(checked(square(600, 600, 300)), DAY).layers
    looks = [(one.hatch, one.dash, one.weight, one.mark) for printed in layers for one in printed.symbols]
    assert len(looks) >= 5
    assert len(set(looks)) == len(looks)


def test_a_small_site_has_a_symbol_and_a_number(checked: Callable[..., Check], square: Callable[..., Any]) -> None:
    """A site of ten metres on a sheet of kilometres is a symbol that the legend explains."""
    words = said(plate_of(checked(square(600, 600, 10), square(9_000, 9_000, 10))).whole())
    assert "太小、按比例画不出的项目用符号表示" in words
    assert "太小、按比例画不出的项目用符号表示" not in said(plate_of(checked(square(600, 600, 300))).whole())


@pytest.mark.parametrize("name", NASTY)
def test_odd_names_are_text(
    checked: Callable[..., Check], square: Callable[..., Any], tmp_path: Path, name: str
) -> None:
    """What looks like mathematics, markup or a formula stands there as it is, on one line, cut where it is too long."""
    check = checked(square(600, 600, 300), names=(name,))
    data = write_plate(check, tmp_path / "a.pdf", paper="A4", title=name).read_bytes()
    assert data.startswith(b"%PDF")
    sheet = plate_of(check, paper="A4", title=name).whole()
    paper, canvas = layout_of("A4", True).paper, sheet.figure.canvas
    plain = " ".join(re.sub("[\x00\x0b\u202a-\u202e]", "", name).split())
    title = said(sheet)[0]
    assert title == plain or (title.endswith("…") and plain.startswith(title[:-1]))
    for text in sheet.axes.texts:
        assert not text.get_parse_math()
        box = text.get_window_extent(canvas.get_renderer())
        assert box.x0 >= 0
        assert box.x1 <= paper.width * POINTS_PER_MM + 0.5


def test_without_a_chinese_font_nothing_is_drawn_as_boxes(
    checked: Callable[..., Check], square: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal names the package, and no file is left."""
    check = checked(square(600, 600, 300))
    monkeypatch.setattr(lettering, "CHINESE_FAMILIES", ("No Such Font",))
    with pytest.raises(OutputError) as caught:
        write_plate(check, tmp_path / "a.pdf")
    assert "fonts-noto-cjk" in str(caught.value)
    assert list(tmp_path.glob("a.*")) == []


def test_an_atlas_has_a_page_for_each_site(
    checked: Callable[..., Check], square: Callable[..., Any], tmp_path: Path
) -> None:
    """The index comes first and names the page of each site; a site that could not be trusted is listed without one."""
    check = checked(square(600, 600, 300), square(4_100, 4_100, 2_000), None)
    data = write_plate(check, tmp_path / "a.pdf", paper="A4", atlas=True).read_bytes()
    assert len(re.findall(rb"/Type /Page\b", data)) == 3
    index, first, second = (said(sheet) for sheet in plate_of(check, paper="A4").atlas(lambda *_: None))
    assert sum("第 2 页" in text or "第 3 页" in text for text in index) == 2
    assert sum("图形不可信" in text for text in index) == 1
    scales = [next(text for text in page if text.startswith("比例尺")) for page in (first, second)]
    assert len(set(scales)) == 2
    for suffix in (".svg", ".png"):
        with pytest.raises(UsageError, match="PDF"):
            write_plate(check, tmp_path / f"a{suffix}", atlas=True)


def test_a_page_of_an_atlas_tells_how_much_of_its_site_lies_on_each_layer(
    checked: Callable[..., Check], square: Callable[..., Any]
) -> None:
    """Size and share of every layer that the site touches, as its states have them; of no other site."""
    check = checked(square(600, 600, 300), square(4_100, 4_100, 2_000))
    index, *pages = (said(sheet) for sheet in plate_of(check).atlas(lambda *_: None))
    order = sorted(range(2), key=lambda at: VERDICTS.index(check.sites["verdict"].iloc[at]))
    assert any(site.measures for site in content_of(check, dt.date(2026, 3, 1)).sites)
    for at, page in zip(order, pages, strict=True):
        site = check.sites.iloc[at]
        mine = check.states[(check.states["site_id"] == site["site_id"]) & (check.states["state"] == "affected")]
        sizes = [fixed(hectares(area), 4) for area in mine["overlap_m2"]]
        told = [text for text in page if text.endswith("%）")]
        assert [text.split(" ")[0] for text in told] == sizes
    assert not [text for text in index if text.endswith("%）")]


def test_many_sites_are_all_listed_in_an_atlas(checked: Callable[..., Check], square: Callable[..., Any]) -> None:
    """What finds no room beside the index map is listed on the sheets behind it, each site once."""
    check = checked(*(square(300 + 500 * (i % 18), 300 + 500 * (i // 18), 200) for i in range(60)))
    sheets = []
    for sheet in plate_of(check, paper="A4").atlas(lambda *_: None):
        if any("索引" in text for text in said(sheet)[:1]):
            sheets.append(said(sheet))
        else:
            break
    pages = [int(found[1]) for page in sheets for text in page if (found := re.search(r"第 (\d+) 页$", text))]
    assert pages == list(range(len(sheets) + 1, len(sheets) + 61))


def test_what_does_not_fit_is_refused(
    checked: Callable[..., Check], square: Callable[..., Any], tmp_path: Path
) -> None:
    """A scale at which a site would fall off the sheet is refused, with the one that fits."""
    check = checked(square(100, 100, 300), square(9_000, 9_000, 300))
    with pytest.raises(OutputError, match="1:") as caught:
        write_plate(check, tmp_path / "a.pdf", scale=1_000)
    least = plate_scale(re.findall(r"--scale (1:[\d ]+\d)", str(caught.value))[0])
    assert write_plate(check, tmp_path / "a.pdf", scale=least).is_file()
    with pytest.raises(OutputError, match="坐标"):
        view_of_ground((0.0, 0.0, 9e6, 1.0), layout_of("A4", True).frame)


@pytest.mark.parametrize("words", [{"paper": "A0"}, {"scale": 0}])
def test_words_that_no_plate_can_have(
    checked: Callable[..., Check], square: Callable[..., Any], tmp_path: Path, words: dict[str, Any]
) -> None:
    """Paper and scale are refused before anything is drawn, and so is another format."""
    check = checked(square(600, 600, 300))
    with pytest.raises(UsageError):
        write_plate(check, tmp_path / "a.pdf", **words)
    with pytest.raises(UsageError):
        write_plate(check, tmp_path / "a.docx")


def test_no_scale_in_degrees(checked: Callable[..., Check], square: Callable[..., Any], tmp_path: Path) -> None:
    """A workspace in degrees has no plate: its scale would be wrong everywhere."""
    check = checked(square(600, 600, 300))
    ws = replace(check.workspace, crs=CRS.from_epsg(4490))
    with pytest.raises(CrsError):
        write_plate(replace(check, workspace=ws), tmp_path / "a.pdf")


@pytest.mark.parametrize(("x", "y"), [(500_000.0, 4_330_000.0), (545_000.0, 4_330_000.0), (470_000.0, 4_310_000.0)])
def test_convergence_is_that_of_the_projection(x: float, y: float) -> None:
    """The angle measured along the meridian is PROJ's own, sign included: positive east of the central meridian."""
    crs = Proj("EPSG:4548")
    longitude, latitude = crs(x, y, inverse=True)
    assert convergence_deg(x, y, 4548) == pytest.approx(
        crs.get_factors(longitude, latitude).meridian_convergence, abs=1e-5
    )
    assert np.sign(round(convergence_deg(x, y, 4548), 6)) == np.sign(x - 500_000.0)


@given(st.floats(1.0, 200_000.0), st.floats(1.0, 200_000.0), st.sampled_from(["A3", "A4"]), st.booleans())
def test_the_ground_fits_at_the_largest_round_scale(wide: float, high: float, paper: str, landscape: bool) -> None:
    """What is to be shown is inside the frame, and would not be, with its margin, at the next larger scale."""
    frame = layout_of(paper, landscape).frame
    view = view_of_ground((E0, N0, E0 + wide, N0 + high), frame)
    west, south, east, north = view.bounds
    assert west < E0 < E0 + wide < east
    assert south < N0 < N0 + high < north
    larger = SCALES.index(view.scale) - 1
    if larger >= 0 and max(wide, high) > 120.0:
        metres = SCALES[larger] / 1000.0 * 0.9
        assert max(wide, 120.0) > frame.width * metres or max(high, 120.0) > frame.height * metres
    for lines, low, far in zip(grid_lines(view), (west, south), (east, north), strict=True):
        assert all(low <= line <= far for line in lines)
        assert len({round(step, 6) for step in np.diff(lines)}) <= 1


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 80), st.booleans()), max_size=40))
def test_labels_do_not_overlap(anchors: list[tuple[float, float, bool]]) -> None:
    """Whatever the places, labels that are placed stay in the frame and apart from each other."""
    frame = Box(0.0, 0.0, 100.0, 80.0)
    wanted = [Wanted(x, y, 9.0, 4.0, reach=0.0 if inside else 1.4, inside=inside) for x, y, inside in anchors]
    boxes = [box for box in placed(wanted, frame) if box is not None]
    shapes = [shapely.box(box.x, box.y, box.right, box.top) for box in boxes]
    assert all(shapely.box(0, 0, 100, 80).contains(shape) for shape in shapes)
    assert not any(one.intersects(other) for at, one in enumerate(shapes) for other in shapes[:at])


@pytest.mark.parametrize("words", ["", "1:", "0", "abc", "1:0.5", "nan", "-5", "1:1e99"])
def test_scales_that_cannot_be_read(words: str) -> None:
    """A scale that is none is refused, whatever it looks like."""
    with pytest.raises(UsageError):
        plate_scale(words)


@pytest.mark.parametrize("words", ["1:5000001", "1:10000000", "1:900000000000"])
def test_a_scale_that_shows_more_than_a_district_is_refused_by_the_scale(
    words: str, checked: Callable[..., Check], square: Callable[..., Any], tmp_path: Path
) -> None:
    """A sheet wider than its grid of coordinates is no question of the CRS: the smallest scale is named."""
    with pytest.raises(UsageError) as caught:
        write_plate(checked(square(600, 600, 300)), tmp_path / "p.png", scale=plate_scale(words))
    assert caught.value.key == "plate.scale_range"
    assert "1:5 000 000" in caught.value.message()


def test_both_languages(checked: Callable[..., Check], square: Callable[..., Any]) -> None:
    """What is written by us is English where English is spoken; without a schematic layer it is no title document."""
    check = checked(square(600, 600, 300))
    with speaking("en"):
        words = said(plate_of(check).whole())
    assert "This map is not a title document" in words
    assert "Legend" in words
    assert "本图不作为权属依据" in said(plate_of(check).whole())


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("landscape", [True, False])
def test_none_of_our_own_words_are_cut(
    checked: Callable[..., Check], square: Callable[..., Any], lang: str, landscape: bool
) -> None:
    """What it is not, and all else that we say, is there in full on the smallest sheet, schematic or not."""
    check = checked(square(600, 600, 300))
    schematic = {key: replace(layer, schematic=True) for key, layer in check.workspace.layers.items()}
    for ws in (check.workspace, replace(check.workspace, layers=schematic)):
        with speaking(lang):
            words = said(plate_of(replace(check, workspace=ws), paper="A4", landscape=landscape).whole())
        assert not any(text.endswith("…") for text in words)
        warning = {"zh": ("不作为权属依据", "不是法定界线"), "en": ("not a title document", "not legal boundaries")}[
            lang
        ]
        whole = ("" if lang == "zh" else " ").join(words)
        assert [part in whole for part in warning] == [ws is check.workspace, ws is not check.workspace]
