"""DXF drawings, written here as text so that every group is known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ecozone.errors import EcozoneError, InputError, UsageError
from ecozone.geo.gdal import pyogrio
from ecozone.intake import Format, Limits, inspect_file, list_layers, read_features, read_sites, sniff
from ecozone.intake.arcs import bulged, circle
from ecozone.intake.dxf_hatch import assembled
from ecozone.notices import notices_of

E, N = 530_000.0, 4_330_000.0
SQUARE = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0)]
METRES = {"$ACADVER": (1, "AC1015"), "$DWGCODEPAGE": (3, "ANSI_936"), "$INSUNITS": (70, "6")}


def groups(*pairs: tuple[int, Any]) -> str:
    return "".join(f"{code:3d}\n{value}\n" for code, value in pairs)


def light(
    corners: Sequence[tuple[float, ...]],
    layer: str = "用地红线",
    closed: bool = True,
    count: int | None = None,
    more: str = "",
) -> str:
    """Write a light polyline; the third number of a corner is its bulge."""
    head = groups((0, "LWPOLYLINE"), (5, "2A"), (100, "AcDbEntity"), (8, layer), (100, "AcDbPolyline"))
    head += groups((90, len(corners) if count is None else count), (70, int(closed)), (43, 0.0)) + more
    for x, y, *bulge in corners:
        head += groups((10, E + x), (20, N + y), *((42, value) for value in bulge))
    return head


def old(corners: Sequence[tuple[float, ...]], layer: str = "用地红线", flags: int = 1) -> str:
    """Write a polyline of R12."""
    text = groups((0, "POLYLINE"), (8, layer), (66, 1), (10, 0.0), (20, 0.0), (30, 0.0), (70, flags))
    for x, y, *bulge in corners:
        text += groups((0, "VERTEX"), (8, layer), (10, E + x), (20, N + y), (30, 0.0), *((42, b) for b in bulge))
    return text + groups((0, "SEQEND"), (8, layer))


def line(x: float, y: float, to_x: float, to_y: float, layer: str = "用地红线") -> str:
    return groups((0, "LINE"), (8, layer), (10, E + x), (20, N + y), (11, E + to_x), (21, N + to_y))


def section(name: str, body: str) -> str:
    return groups((0, "SECTION"), (2, name)) + body + groups((0, "ENDSEC"))


def drawing(
    path: Path,
    *entities: str,
    header: dict[str, tuple[int, str]] | None = None,
    codec: str = "gbk",
    tables: str = "",
    blocks: str = "",
    ending: str = "\r\n",
) -> Path:
    words = METRES if header is None else header
    text = section("HEADER", "".join(groups((9, name), pair) for name, pair in words.items()))
    if tables:
        text += section("TABLES", tables)
    if blocks:
        text += section("BLOCKS", blocks)
    text += section("ENTITIES", "".join(entities)) + groups((0, "EOF"))
    path.write_bytes(text.encode(codec).replace(b"\n", ending.encode()))
    return path


def read(path: Path, **words: Any) -> gpd.GeoDataFrame:
    return read_features(path, crs=words.pop("crs", 4548), isolate=False, **words)


def keys(frame: Any) -> list[str]:
    return [one.key.removeprefix("intake.") for one in notices_of(frame)]


def said(frame: Any, key: str) -> dict[str, Any]:
    (one,) = [one for one in notices_of(frame) if one.key == f"intake.{key}"]
    return dict(one.fields)


def refused(frame: Any) -> dict[int, str]:
    return {
        int(str(one.place.feature)): one.key.removeprefix("intake.")
        for one in notices_of(frame)
        if one.severity == "refused"
    }


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_closed_polylines_are_areas_in_any_version(tmp_path: Path, ending: str) -> None:
    """Light and old polylines, closed by flag or by coming back, are the same square; x is east."""
    path = drawing(
        tmp_path / "a.dxf",
        light(SQUARE),
        light([*SQUARE, SQUARE[0]], closed=False),
        light([*SQUARE, SQUARE[0]], closed=True),
        light([*SQUARE, (0.0, 0.0009)], closed=False),
        old(SQUARE),
        old([*SQUARE, SQUARE[0]], flags=0),
        old(SQUARE, flags=9),
        ending=ending,
    )
    frame = read(path)
    assert sniff(path) is Format.DXF
    assert frame.geometry.geom_type.tolist() == ["Polygon"] * 7
    for shape in frame.geometry:
        assert shape.normalize().equals_exact(shapely.box(E, N, E + 100, N + 100).normalize(), 1e-9)
    assert frame["entity"].tolist() == ["LWPOLYLINE"] * 4 + ["POLYLINE"] * 3
    assert frame["layer"].unique().tolist() == ["用地红线"]
    assert frame["handle"].tolist()[:1] == ["2A"]


@pytest.mark.parametrize("bulge", [0.1, 0.4142135623730951, 1.0, 2.5, -0.3, -1.0])
@pytest.mark.parametrize("make", [light, old])
def test_bulges_are_arcs(tmp_path: Path, make: Any, bulge: float) -> None:
    """An edge that bulges adds the segment of its circle, outside where positive on a ring counter-clockwise."""
    corners = [(0.0, 0.0), (100.0, 0.0, bulge), (100.0, 300.0), (-400.0, 300.0), (-400.0, 0.0)]
    frame = read(drawing(tmp_path / "a.dxf", make(corners)))
    angle = 4 * math.atan(abs(bulge))
    radius = 150 / math.sin(angle / 2)
    segment = radius**2 / 2 * (angle - math.sin(angle))
    # Each chord cuts off two thirds of its rise at the most.
    lost = abs(frame.area[0] - (150_000 + math.copysign(segment, bulge)))
    assert lost <= 0.001 * radius * angle * 2 / 3
    assert lost <= 1e-6 * 150_000
    arcs = said(frame, "dxf_arcs")
    assert arcs["deviation"] == "1"
    assert arcs["rows"] == "1"
    rim = shapely.get_coordinates(frame.geometry[0])
    centre = np.array([E + 100 - math.copysign(1, bulge) * radius * math.cos(angle / 2), N + 150])
    on_arc = rim[np.abs(np.hypot(*(rim - centre).T) - abs(radius)) < 1e-6]
    assert len(on_arc) > 30


def test_two_corners_that_bulge_are_a_circle(tmp_path: Path) -> None:
    """A circle as a polyline of two arcs, and as CIRCLE, loses less than a millionth of its area."""
    text = groups((0, "CIRCLE"), (8, "用地红线"), (10, E), (20, N), (40, 50.0))
    frame = read(drawing(tmp_path / "a.dxf", light([(0.0, 0.0, 1.0), (100.0, 0.0, 1.0)]), text))
    assert frame.area.tolist() == pytest.approx([math.pi * 2500] * 2, rel=1e-6)


def test_arcs_stay_within_a_millimetre() -> None:
    """However large the circle, no edge leaves it by more than the deviation that is said."""
    for radius in (0.5, 10.0, 2_000.0, 100_000.0):
        ring = circle(complex(E, N), radius)
        middles = (ring[1:] + ring[:-1]) / 2
        assert np.max(radius - np.abs(middles - complex(E, N))) < 0.001001
        assert ring[0] == ring[-1]
    assert len(bulged(0j, 10 + 0j, 1e-12)) == 2


def test_a_mirrored_polyline_lies_where_it_is_drawn(tmp_path: Path) -> None:
    """An entity seen from below (extrusion 0,0,-1) has its x and its bulges the other way; a tilted one is refused."""
    corners = [(-2 * E - 0.0, 0.0), (-2 * E - 100.0, 0.0, 1.0), (-2 * E - 100.0, 100.0), (-2 * E - 0.0, 100.0)]
    mirrored = light(corners, more=groups((210, 0.0), (220, 0.0), (230, -1.0)))
    tilted = light(SQUARE, more=groups((210, 0.0), (220, 0.7), (230, 0.7)))
    frame = read(drawing(tmp_path / "a.dxf", mirrored, tilted))
    assert refused(frame) == {2: "dxf_tilted"}
    # Seen from below the ring runs clockwise, so that a positive bulge turns inwards.
    assert frame.geometry[0].bounds == pytest.approx((E, N, E + 100, N + 100))
    assert frame.area[0] == pytest.approx(10_000 - math.pi * 1250, rel=1e-6)


def test_several_layers_of_outlines_ask_which(tmp_path: Path) -> None:
    """Layers with outlines are listed; lines and texts on others do not count, and are named."""
    text = groups((0, "TEXT"), (8, "注记"), (10, E), (20, N), (40, 2.5), (1, "地块一"))
    path = drawing(tmp_path / "a.dxf", light(SQUARE), light(SQUARE, "建筑"), line(0, 0, 9, 9, "道路"), text)
    assert list_layers(path, isolate=False) == ["用地红线", "建筑"]
    with pytest.raises(InputError) as wrong:
        read(path)
    assert wrong.value.key == "intake.several_layers"
    frame = read(path, layer="建筑")
    assert len(frame) == 1
    assert said(frame, "dxf_other_layers")["others"] == "用地红线, 道路"
    assert read(path, layer="道路").geometry.geom_type.tolist() == ["LineString"]
    with pytest.raises(UsageError):
        read(path, layer="绿地")


def test_lines_are_not_joined_and_that_is_said(tmp_path: Path) -> None:
    """Four lines around a parcel stay lines; that they bound an area, and which polyline is nearly closed, is said."""
    around = [line(*a, *b) for a, b in zip(SQUARE, [*SQUARE[1:], SQUARE[0]], strict=True)]
    nearly = light([(200.0, 0.0), (300.0, 0.0), (300.0, 100.0), (200.0, 100.0), (200.0, 0.5)], closed=False)
    frame = read(drawing(tmp_path / "a.dxf", light([(x + 500, y) for x, y in SQUARE]), *around, nearly))
    assert frame.geometry.geom_type.tolist() == ["Polygon"] + ["LineString"] * 5
    assert said(frame, "dxf_lines") == {"count": 5, "rows": "2, 3, 4, 5, 6"}
    assert said(frame, "dxf_chains") == {"count": 1}
    assert said(frame, "dxf_gap") == {"count": 1, "rows": "6", "gap": "0.500"}


def test_what_is_not_read_is_counted(tmp_path: Path) -> None:
    """Texts, points beside outlines, blocks with outlines, outlines on paper, hidden layers: all are said."""
    block = groups((0, "BLOCK"), (8, "0"), (2, "地块块"), (70, 0), (10, 0.0), (20, 0.0)) + light(SQUARE)
    block += groups((0, "ENDBLK"), (8, "0"))
    other = groups((0, "BLOCK"), (8, "0"), (2, "参照"), (70, 4), (1, "c:/x.dwg")) + groups((0, "ENDBLK"), (8, "0"))
    insert = "".join(groups((0, "INSERT"), (8, "用地红线"), (2, name), (10, E), (20, N)) for name in ("地块块", "参照"))
    point = groups((0, "POINT"), (8, "用地红线"), (10, E), (20, N))
    text = groups((0, "TEXT"), (8, "用地红线"), (10, E), (20, N), (1, "地块一"))
    paper = light(SQUARE).replace("100\nAcDbEntity", " 67\n1\n100\nAcDbEntity")
    layer = groups((0, "TABLE"), (2, "LAYER"), (0, "LAYER"), (2, "用地红线"), (70, 0), (62, -1), (0, "ENDTAB"))
    path = drawing(tmp_path / "a.dxf", light(SQUARE), insert, point, text, paper, tables=layer, blocks=block + other)
    frame = read(path)
    assert len(frame) == 1
    assert said(frame, "dxf_blocks") == {"count": 1, "names": "地块块 × 1"}
    assert said(frame, "dxf_elsewhere") == {"count": 1, "names": "参照 × 1"}
    assert said(frame, "dxf_paper") == {"count": 1}
    assert said(frame, "dxf_hidden") == {"name": "用地红线"}
    assert said(frame, "dxf_passed") == {"kinds": "INSERT × 2, POINT × 1, TEXT × 1"}


def test_a_drawing_of_blocks_alone_says_what_it_holds(tmp_path: Path) -> None:
    """Where nothing is an outline, a hatch, a line or a point, the refusal counts what there is."""
    path = drawing(tmp_path / "a.dxf", groups((0, "INSERT"), (8, "0"), (2, "B"), (10, E), (20, N)))
    with pytest.raises(InputError) as wrong:
        read(path)
    assert wrong.value.key == "intake.dxf_no_shapes"
    assert wrong.value.fields["kinds"] == "INSERT × 1"


def test_shapes_that_cannot_be_exact_are_refused_row_by_row(tmp_path: Path) -> None:
    """A spline, a mesh, an unknown entity beside a parcel: the parcel is read, each other is a refused row."""
    frame = read(
        drawing(
            tmp_path / "a.dxf",
            light(SQUARE),
            groups((0, "SPLINE"), (8, "用地红线"), (70, 1)),
            old(SQUARE, flags=16),
            groups((0, "LWPOLYLINF"), (8, "用地红线")),
            light([(0.0, 0.0), (1.0, 1.0)]),
        )
    )
    assert refused(frame) == {2: "dxf_kind", 3: "dxf_kind", 4: "dxf_kind", 5: "too_few_points"}
    assert frame.area[0] == 10_000


def test_an_area_inside_another_is_no_hole_without_a_word(tmp_path: Path) -> None:
    """A ring inside a ring stays an area of its own, and a warning asks."""
    inner = [(x / 2 + 20, y / 2 + 20) for x, y in SQUARE]
    frame = read(drawing(tmp_path / "a.dxf", light(SQUARE), light(inner)))
    assert frame.area.tolist() == [10_000, 2_500]
    assert said(frame, "dxf_inside") == {"count": 1, "rows": "2"}


@pytest.mark.parametrize(
    ("unit", "stated", "factor"),
    [("4", "mm", 0.001), ("4", "m", 1.0), ("5", "cm", 0.01), ("1", "m", 1.0), ("0", "mm", 0.001)],
)
def test_a_unit_that_is_not_the_metre_must_be_stated(tmp_path: Path, unit: str, stated: str, factor: float) -> None:
    """Millimetres in the header refuse the file until the user says what the numbers are; nothing is scaled unsaid."""
    header = METRES | {"$INSUNITS": (70, unit)}
    scaled = [((E + x) / factor - E, (N + y) / factor - N) for x, y in SQUARE]
    path = drawing(tmp_path / "a.dxf", light(scaled), header=header)
    if unit != "0":
        with pytest.raises(InputError) as wrong:
            read(path)
        assert wrong.value.key == "intake.dxf_unit"
    frame = read(path, unit=stated)
    assert frame.area[0] == pytest.approx(10_000, rel=1e-9)
    assert "dxf_unit_given" in " ".join(keys(frame))
    with pytest.raises(UsageError):
        read(path, unit="furlong")


def test_no_unit_is_metres_and_said(tmp_path: Path) -> None:
    """R12 names no unit; metres are taken and said, and no CRS is ever taken."""
    path = drawing(tmp_path / "a.dxf", old(SQUARE), header={"$ACADVER": (1, "AC1009")})
    assert "dxf_no_unit" in keys(read(path))
    with pytest.raises(EcozoneError) as wrong:
        read_features(path, isolate=False)
    assert wrong.value.key.startswith("intake.no_crs")


def test_the_prefix_of_the_zone_is_checked(tmp_path: Path) -> None:
    """Eastings without a prefix contradict a CRS with one, as in any other file."""
    path = drawing(tmp_path / "a.dxf", light(SQUARE))
    with pytest.raises(EcozoneError):
        read(path, crs=4527)


@pytest.mark.parametrize(
    ("version", "page", "codec", "expected"),
    [
        ("AC1015", "ANSI_936", "gbk", "declared"),
        ("AC1015", "ANSI_1252", "gbk", "other"),
        ("AC1015", None, "gbk", "detected"),
        ("AC1015", None, "utf-8", "detected"),
        ("AC1027", "ANSI_936", "utf-8", "declared"),
        ("AC1027", "ANSI_936", "gbk", "other"),
    ],
)
def test_names_are_read_in_their_encoding(
    tmp_path: Path, version: str, page: str | None, codec: str, expected: str
) -> None:
    """The code page before 2007, UTF-8 since; what the bytes contradict is read as they are, and said."""
    header = {"$ACADVER": (1, version)} | ({} if page is None else {"$DWGCODEPAGE": (3, page)})
    frame = read(drawing(tmp_path / "a.dxf", light(SQUARE), header=header, codec=codec))
    assert frame["layer"].tolist() == ["用地红线"]
    assert said(frame, f"dxf_encoding_{expected}")["sample"] == "用地红线"


def test_escapes_and_the_users_encoding(tmp_path: Path) -> None:
    r"""``\U+XXXX`` and ``\M+5XXXX`` are letters; --encoding stands above the header."""
    path = drawing(tmp_path / "a.dxf", light(SQUARE, r"\U+7EA2\M+5CFDF"))
    assert read(path)["layer"].tolist() == ["红线"]
    path = drawing(tmp_path / "b.dxf", light(SQUARE, "紅線"), codec="big5")
    assert read(path, encoding="big5")["layer"].tolist() == ["紅線"]


def test_words_of_other_programs_are_a_column(tmp_path: Path) -> None:
    """Extended data, in which CASS keeps the parcel's number and owner, comes as text."""
    words = groups((1001, "SOUTH"), (1000, "300000"), (1000, "120110001"), (1000, "示例单位"))
    frame = read(drawing(tmp_path / "a.dxf", light(SQUARE) + words, light([(x + 200, y) for x, y in SQUARE])))
    assert frame["xdata"].tolist() == ["SOUTH; 300000; 120110001; 示例单位", None]


def test_hatches_stand_in_for_outlines(tmp_path: Path) -> None:
    """A layer of hatches alone is read as areas with holes; beside outlines they are passed over."""
    ring = "".join(groups((10, E + x), (20, N + y)) for x, y in SQUARE)
    inner = [(x / 2 + 20, y / 2 + 20) for x, y in SQUARE]
    ends = [*inner[1:], inner[0]]
    edges = "".join(
        groups((72, 1), (10, E + a[0]), (20, N + a[1]), (11, E + b[0]), (21, N + b[1]))
        for a, b in zip(inner, ends, strict=True)
    )
    hatch = groups((0, "HATCH"), (8, "填充"), (10, 0.0), (20, 0.0), (30, 0.0), (2, "SOLID"), (70, 1), (71, 0), (91, 2))
    hatch += groups((92, 3), (72, 0), (73, 1), (93, 4)) + ring + groups((97, 0))
    hatch += groups((92, 0), (93, 4)) + edges + groups((97, 0), (75, 0), (76, 1), (98, 0))
    frame = read(drawing(tmp_path / "a.dxf", hatch))
    assert frame.area.tolist() == [7_500]
    assert "dxf_hatches" in keys(frame)
    arc = hatch.replace(" 72\n1\n", " 72\n2\n", 1)
    assert refused(read(drawing(tmp_path / "b.dxf", hatch, arc))) == {2: "dxf_hatch_edge"}
    both = read(drawing(tmp_path / "c.dxf", hatch, light(SQUARE, "填充")))
    assert both["entity"].tolist() == ["LWPOLYLINE"]
    assert said(both, "dxf_passed") == {"kinds": "HATCH × 1"}


def test_rings_in_rings_alternate() -> None:
    """The even-odd rule: the third ring from outside is an area again, and two areas side by side are two parts."""
    boxes = [shapely.box(0, 0, 9, 9), shapely.box(1, 1, 8, 8), shapely.box(2, 2, 3, 3), shapely.box(20, 0, 21, 1)]
    made = assembled(boxes)
    assert made.is_valid
    assert made.area == 81 - 49 + 1 + 1
    assert len(made.geoms) == 3


DAMAGE = {
    "cut": (lambda text: text[: text.index("EOF")], "dxf_cut"),
    "cut in the middle": (lambda text: text[: len(text) // 2], "dxf_"),
    "no entities": (lambda text: text.replace("ENTITIES", "ENTITIEZ"), "dxf_no_entities"),
    "a group that is no number": (lambda text: text.replace(" 90\n4", " 9O\n4"), "dxf_damaged"),
    "no end of a section": (lambda text: text.replace("ENDSEC", "ENDSEX", 1), "dxf_damaged"),
    "no layer": (lambda text: text.replace("  8\n", "  7\n"), "dxf_damaged"),
    "a word of no sense": (lambda text: "  0\nSECTIONS\n" + text, None),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_file_is_refused_with_the_line(tmp_path: Path, name: str) -> None:
    """What breaks the grammar refuses the file; nothing is read up to the damage."""
    spoil, key = DAMAGE[name]
    path = drawing(tmp_path / "a.dxf", light(SQUARE), light(SQUARE, closed=False), ending="\n")
    path.write_bytes(spoil(path.read_bytes().decode("gbk")).encode("gbk"))
    with pytest.raises(EcozoneError) as wrong:
        read(path)
    assert key is None or wrong.value.key.startswith(f"intake.{key}")


@pytest.mark.parametrize(
    ("spoil", "key"),
    [
        (lambda text: text.replace(" 90\n4", " 90\n5"), "dxf_vertices"),
        (lambda text: text.replace(" 42\n1.0", " 43\n1.0"), "dxf_group"),
        (lambda text: text.replace(" 42\n1.0", " 41\n1.0"), "dxf_group"),
        (lambda text: text.replace(f" 20\n{N}", f" 21\n{N}", 1), "dxf_group"),
        (lambda text: text.replace(f" 10\n{E}", f" 10\n{E}x", 1), "dxf_number"),
        (lambda text: text.replace(f" 10\n{E}", " 10\n1e300", 1), "out_of_range"),
    ],
)
def test_a_damaged_entity_costs_itself_alone(tmp_path: Path, spoil: Any, key: str) -> None:
    """A corner lost, an arc lost, a number spoilt: that row is refused, the next is read."""
    first = spoil(light([(0.0, 0.0), (100.0, 0.0, 1.0), (100.0, 100.0), (0.0, 100.0)]))
    frame = read(drawing(tmp_path / "a.dxf", first, light([(x + 500, y) for x, y in SQUARE])))
    assert refused(frame) == {1: key}
    assert frame.area[1] == 10_000


def test_limits_hold(tmp_path: Path) -> None:
    """Entities, vertices and bytes are bounded."""
    path = drawing(tmp_path / "a.dxf", *[old(SQUARE)] * 20)
    for limits in (Limits(features=10), Limits(vertices=60), Limits(text_bytes=500)):
        with pytest.raises(InputError) as wrong:
            read(path, limits=limits)
        assert wrong.value.key.startswith("intake.limit_")


def test_binary_drawings_are_refused_by_name(tmp_path: Path) -> None:
    """Binary DXF and DWG say what they are and what to do."""
    for head, kind in ((b"AutoCAD Binary DXF\r\n\x1a\x00", "dxf_binary"), (b"AC1032\x00", "dwg")):
        (tmp_path / "a.dxf").write_bytes(head)
        with pytest.raises(InputError) as wrong:
            read(tmp_path / "a.dxf")
        assert wrong.value.key == f"intake.looks_like_{kind}"
        assert wrong.value.remedy("zh")


def test_sites_and_inspection(tmp_path: Path) -> None:
    """Sites of a drawing have ids, and inspect shows its layers; in the worker process too."""
    path = drawing(tmp_path / "a.dxf", "999\n注释\n" + light(SQUARE))
    sites = read_sites(path, crs=4548)
    assert sites["site_id"].tolist() == ["S1"]
    assert inspect_file(path, crs=4548)["layers"] == ["用地红线"]
    commented = tmp_path / "b.dxf"
    commented.write_bytes("999\r\n注释\r\n".encode("gbk") + path.read_bytes())
    assert sniff(commented) is Format.DXF


def test_gdal_reads_the_same_arcs(tmp_path: Path) -> None:
    """GDAL's own reader of drawings, fine enough, gives the same areas: an independent reading of bulges."""
    corners = [(0.0, 0.0, 0.2), (100.0, 0.0, -0.4), (130.0, 90.0), (0.0, 100.0, 0.7)]
    path = drawing(tmp_path / "a.dxf", light(corners), old([(x + 500, y, *b) for x, y, *b in corners]))
    before = pyogrio.get_gdal_config_option("OGR_ARC_STEPSIZE")
    pyogrio.set_gdal_config_options({"OGR_ARC_STEPSIZE": "0.05"})
    try:
        blobs = pyogrio.raw.read(path, columns=[])[2]
    finally:
        pyogrio.set_gdal_config_options({"OGR_ARC_STEPSIZE": before})
    theirs = [shapely.Polygon(shapely.get_coordinates(shapely.from_wkb(blob))).area for blob in blobs]
    assert read(path).area.tolist() == pytest.approx(theirs, rel=1e-5)


@settings(max_examples=25, deadline=None)
@given(
    corners=st.lists(st.tuples(*[st.integers(-10_000, 10_000)] * 2), min_size=3, max_size=9, unique=True),
    bulges=st.lists(st.floats(-2, 2, allow_nan=False), min_size=9, max_size=9),
)
def test_both_kinds_of_polyline_are_alike(tmp_path_factory: Any, corners: Any, bulges: Any) -> None:
    """The old and the light polyline of the same corners give the same ring, however it bends."""
    bent = [(x / 100, y / 100, b) for (x, y), b in zip(corners, bulges, strict=False)]
    folder = tmp_path_factory.mktemp("dxf")
    results = []
    for make in (light, old):
        try:
            results.append(read(drawing(folder / "a.dxf", make(bent))).geometry[0].wkt)
        except EcozoneError as error:
            results.append(error.key)
    assert results[0] == results[1]
