"""报批坐标 TXT written: what is written is what is read, and what the layout cannot hold is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon

from ecozone.assess import check_sites
from ecozone.errors import CrsError, OutputError, UsageError
from ecozone.geo import area_m2, plane_area_m2, reproject
from ecozone.intake import read_features
from ecozone.outputs import write_overlap_txt, write_txt
from ecozone.runs import Request, execute
from ecozone.units import hectares
from ecozone.workspace import demo_source

SHELL = [(0, 0), (100, 0), (100, 100), (0, 100)]
HOLE = [(20, 20), (20, 80), (80, 80), (80, 20)]
ISLAND = [(30, 30), (70, 30), (70, 70), (30, 70)]


def placed(shape: Any, east: float = 39_530_000, north: float = 4_331_000) -> Any:
    """Move a shape drawn from 0 to its place in zone 39."""
    return shapely.affinity.translate(shape, east, north)


def frame_of(*shapes: Any, crs: Any = 4527, **columns: Any) -> gpd.GeoDataFrame:
    """Return a frame of shapes."""
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


ATOLL = placed(MultiPolygon([Polygon(SHELL, [HOLE]), Polygon(ISLAND)]))


def warnings(frame: gpd.GeoDataFrame) -> list[str]:
    """Return the notices of a frame that are more than information."""
    return [one.key for one in frame.attrs["notices"] if one.severity != "info"]


def test_the_layout(tmp_path: Path) -> None:
    """Header, attributes, points: clockwise from the first, north first, each ring closed and numbered, CRLF, GBK."""
    frame = frame_of(placed(Polygon(SHELL, [HOLE])), 地块编号=["A-1"], 地块名称=["甲,乙@"], 地块用途=["工业用地"])
    data = write_txt(frame, tmp_path / "a.txt").read_bytes()
    assert data.decode("gbk").split("\r\n") == [
        "[属性描述]",
        "格式版本号=1.01",
        "数据产生单位=",
        "数据产生日期=",
        "坐标系=2000国家大地坐标系",
        "几度分带=3",
        "投影类型=高斯克吕格",
        "计量单位=米",
        "带号=39",
        "精度=0.001",
        "转换参数=,,,,,,",
        "[地块坐标]",
        "10,0.6400,A-1,甲，乙＠,面,,工业用地,,@",
        "J1,1,4331000.000,39530000.000",
        "J2,1,4331100.000,39530000.000",
        "J3,1,4331100.000,39530100.000",
        "J4,1,4331000.000,39530100.000",
        "J1,1,4331000.000,39530000.000",
        "J5,2,4331020.000,39530020.000",
        "J6,2,4331020.000,39530080.000",
        "J7,2,4331080.000,39530080.000",
        "J8,2,4331080.000,39530020.000",
        "J5,2,4331020.000,39530020.000",
        "",
    ]


OPTIONS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "no prefix": {"prefix": ""},
    "not closed": {"closed": False},
    "numbered by part": {"renumber": "part"},
    "numbered by part, not closed": {"renumber": "part", "closed": False},
    "six decimals": {"decimals": 6},
    "no zone in the easting": {"crs": 4548},
    "6 degrees": {"crs": 4498},
    "6 degrees, no zone": {"crs": 4509},
    **{encoding: {"encoding": encoding} for encoding in ("gbk", "utf-8", "utf-8-sig", "utf-16")},
}


@pytest.mark.parametrize("name", OPTIONS)
def test_every_option_is_read_back(tmp_path: Path, name: str) -> None:
    """Whatever the options, shapes, attributes and kinds come back, with nothing to warn of but rings left open."""
    line = placed(shapely.LineString(SHELL))
    pair = placed(shapely.MultiPoint(SHELL[:2]))
    columns = {
        "地块编号": ["001", "2", "3", "4"],
        "地块名称": ["甲，一期", "面", "c", "示例 地块"],
        "图幅号": ["J50", None, None, ""],
        "地块用途": ["工业用地", "", None, ""],
        "地类编码": ["0601", None, "1001", ""],
        "字段9": ["地上", None, None, ""],
        "字段11": ["备注", None, None, ""],
    }
    frame = frame_of(ATOLL, placed(Polygon(SHELL)), line, pair, **columns)
    options = OPTIONS[name]
    back = read_features(write_txt(frame, tmp_path / "a.txt", **options))
    assert back.crs.to_epsg() == options.get("crs", 4527)
    # The way to another grid leaves noise in the ninth decimal.
    expected = shapely.transform(frame.to_crs(back.crs).geometry.array.to_numpy(), lambda xy: xy.round(6))
    for before, after in zip(expected, back.geometry, strict=True):
        assert after.normalize().equals_exact(before.normalize(), 1e-6)
    for column, values in columns.items():
        assert [value or None for value in back[column]] == [value or None for value in values]
    assert back["图形属性"].tolist() == ["面", "面", "线", "点"]
    assert set(warnings(back)) == ({"intake.txt_closed"} if "closed" in options else set())


def test_numbers_begin_anew_in_each_part(tmp_path: Path) -> None:
    """With ``renumber="part"`` each part starts at J1, holes running on; rings keep counting."""
    text = write_txt(frame_of(ATOLL), tmp_path / "a.txt", renumber="part").read_text("gbk")
    points = [line.split(",")[:2] for line in text.splitlines() if line.startswith("J")]
    assert [",".join(one) for one in points[::5]] == ["J1,1", "J5,2", "J1,3"]


def test_the_area_is_that_of_the_plane(tmp_path: Path) -> None:
    """地块面积 is the plane area in 公顷, not the ellipsoidal one; far from the meridian they differ."""
    frame = frame_of(placed(shapely.box(0, 0, 1000, 1000), 39_620_000))
    text = write_txt(frame, tmp_path / "a.txt").read_text("gbk")
    assert "\n5,100.0000,," in text
    assert hectares(area_m2(frame)[0]) == 99.9643


@pytest.mark.parametrize(
    ("crs", "zone"), [(4490, 39), (4326, 39), (4548, 39), (4527, 39), (4528, 40), (4509, 39), (32650, 39)]
)
def test_the_zone_follows_from_the_data(tmp_path: Path, crs: int, zone: int) -> None:
    """A 3° grid of the data stays; from degrees and other grids the zone is that in which the data lie."""
    frame = reproject(frame_of(ATOLL), crs)
    back = read_features(write_txt(frame, tmp_path / "a.txt"))
    assert back.crs.to_epsg() == 4488 + zone
    assert area_m2(back)[0] == pytest.approx(area_m2(frame)[0], rel=1e-5)
    assert warnings(back) == []


def test_a_wide_grid_gives_the_zone_in_which_the_data_lie(tmp_path: Path) -> None:
    """Data in the east of a 6° zone belong to the 3° zone beside its meridian."""
    frame = reproject(gpd.GeoDataFrame(geometry=[shapely.box(119.0, 39.0, 119.01, 39.01)], crs=4490), 4498)
    assert read_features(write_txt(frame, tmp_path / "a.txt")).crs.to_epsg() == 4528


coordinates = st.integers(1, 2_000_000).map(lambda value: value / 1000)


@st.composite
def shapes(draw: st.DrawFn) -> Polygon | MultiPolygon:
    """Draw up to three parts side by side, each a star of random corners with up to two holes, one with an island."""
    parts = []
    for at in range(draw(st.integers(1, 3))):
        radii = draw(st.lists(st.integers(400_000, 900_000), min_size=3, max_size=9))
        angles = [360 * turn / len(radii) for turn in range(len(radii))]
        star = Polygon(
            [
                shapely.affinity.rotate(shapely.Point(radius / 1000, 0), angle, origin=(0, 0)).coords[0]
                for radius, angle in zip(radii, angles, strict=True)
            ]
        )
        size = draw(st.integers(10, 60))
        hole = shapely.box(-size, -size, size, size)
        rings = [hole] if draw(st.booleans()) and star.contains(hole) else []
        whole = star.difference(shapely.union_all(rings)) if rings else star
        parts.append(shapely.affinity.translate(whole, 2000 * at, 0))
        if rings and draw(st.booleans()):
            parts.append(shapely.affinity.translate(shapely.box(-4, -4, 4, 4), 2000 * at, 0))
    moved = placed(MultiPolygon(parts), 39_520_000 + draw(coordinates), 4_325_000 + draw(coordinates))
    rounded = shapely.set_precision(moved, 0.001)
    return rounded.geoms[0] if rounded.geom_type == "MultiPolygon" and len(rounded.geoms) == 1 else rounded


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    drawn=st.lists(shapes(), min_size=1, max_size=3),
    name=st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp", "Zs", "Cf")), max_size=12),
    closed=st.booleans(),
    renumber=st.sampled_from(["parcel", "part"]),
    crs=st.sampled_from([None, 4527, 4548, 4528, 4498]),
)
def test_what_is_written_is_read(
    tmp_path: Path, drawn: list[Any], name: str, closed: bool, renumber: Any, crs: int | None
) -> None:
    """Any polygons with holes, islands and parts have the same parts, holes and area to 1e-6 after the way there."""
    frame = frame_of(*drawn, 地块名称=[name] * len(drawn))
    path = write_txt(frame, tmp_path / "a.txt", crs=crs, decimals=4, closed=closed, renumber=renumber)
    back = read_features(path)
    expected = reproject(frame, back.crs)
    for before, after in zip(expected.geometry, back.geometry, strict=True):
        one, other = (MultiPolygon(getattr(shape, "geoms", [shape])) for shape in (before, after))
        assert sorted(len(part.interiors) for part in one.geoms) == sorted(len(part.interiors) for part in other.geoms)
        assert after.hausdorff_distance(before) < 1e-3
    assert area_m2(back).tolist() == pytest.approx(area_m2(frame).tolist(), rel=1e-6)
    assert plane_area_m2(back).tolist() == pytest.approx(plane_area_m2(expected).tolist(), rel=1e-6)
    wanted = name.replace(",", "，").replace("@", "＠")
    assert back.get("地块名称", pd.Series([None] * len(drawn)))[0] == (wanted.strip("\u3000\ufeff\u200b") or None)
    assert [one for one in warnings(back) if one not in ("intake.txt_closed", "intake.same_shape")] == []


@pytest.mark.parametrize(
    ("words", "error", "key"),
    [
        ({"decimals": 0}, UsageError, "outputs.txt_decimals"),
        ({"decimals": 7}, UsageError, "outputs.txt_decimals"),
        ({"encoding": "latin-1"}, UsageError, "outputs.txt_encoding"),
        ({"crs": 4490}, UsageError, "outputs.txt_crs"),
        ({"crs": 32650}, UsageError, "outputs.txt_crs"),
        ({"crs": 2363}, UsageError, "outputs.txt_crs"),
        ({"encoding": "gbk"}, OutputError, "outputs.txt_character"),
    ],
)
def test_wrong_options_are_refused(tmp_path: Path, words: dict[str, Any], error: type[Exception], key: str) -> None:
    """Options that the layout has not are refused by name, and nothing is written."""
    with pytest.raises(error) as caught:
        write_txt(frame_of(ATOLL, name=["𠮷"]), tmp_path / "a.txt", **words)
    assert caught.value.key == key  # type: ignore[attr-defined]
    assert caught.value.remedy("zh")  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("shape", "key"),
    [
        (None, "outputs.txt_no_shape"),
        (Polygon(), "outputs.txt_no_shape"),
        (shapely.GeometryCollection([shapely.Point(1, 1), placed(Polygon(SHELL))]), "outputs.txt_no_shape"),
        (placed(shapely.box(0, 0, 100, 0.0002)), "outputs.txt_rounding"),
    ],
)
def test_shapes_that_cannot_be_written_are_refused(tmp_path: Path, shape: Any, key: str) -> None:
    """A row without a shape is not left out in silence, and one that rounding spoils is not written."""
    with pytest.raises(OutputError) as caught:
        write_txt(frame_of(ATOLL, shape), tmp_path / "a.txt")
    assert caught.value.key == key
    assert caught.value.place.feature == 2
    assert list(tmp_path.iterdir()) == []


def test_other_datums_and_other_places_are_refused(tmp_path: Path) -> None:
    """西安80 has no public way to CGCS2000, and data outside China have no zone."""
    with pytest.raises(CrsError):
        write_txt(frame_of(ATOLL, crs=2363), tmp_path / "a.txt", crs=4527)
    with pytest.raises(OutputError) as caught:
        write_txt(frame_of(shapely.box(2.0, 48.0, 2.1, 48.1), crs=4326), tmp_path / "a.txt")
    assert caught.value.key == "outputs.txt_no_zone"


@pytest.mark.parametrize("name", ["44120000072", "44120000105", "44120000120"])
def test_real_files_go_there_and_back(shared_data: Path, tmp_path: Path, name: str) -> None:
    """A real file read, written and read again has the same points, attributes and declared area."""
    first = read_features(shared_data / "coordinates_txt" / f"{name}.txt")
    again = read_features(write_txt(first, tmp_path / "a.txt"))
    assert again.drop(columns="geometry").equals(first.drop(columns="geometry"))
    assert again.geometry[0].normalize().equals_exact(first.geometry[0].normalize(), 0)


# ------------------------------------------------------------------------------------------------------- overlaps


def test_overlaps_of_a_check(
    tmp_path: Path, little: Callable[..., Any], square: Callable[..., Any], sites: Callable[..., Any]
) -> None:
    """Each site and zone that share ground give one parcel, of the area that the finding has."""
    ws = little(
        red_line=[(square(0, 0, 100), {"name": "河岸"}), (square(300, 0, 100), {"name": "湖岸"})],
        barrier=[(square(50, 0, 300, 50), {"level": 2, "name": None})],
    )
    proposed = sites((square(80, 10, 240, 20), "boiler"), (square(5000, 5000, 50), "boiler"))
    check = check_sites(proposed, ws)
    back = read_features(write_overlap_txt(check, tmp_path / "重叠.txt"))
    assert warnings(back) == []
    assert back.crs.to_epsg() == 4527
    found = dict(zip(back["地块名称"], back.area, strict=True))
    assert found == pytest.approx({"项目1 red_line层 河岸": 400, "项目1 red_line层 湖岸": 400, "项目1 barrier层": 4800})
    assert back["地块编号"].tolist() == ["S1-1", "S1-2", "S1-3"]
    overlaps = check.findings.drop_duplicates(["layer", "zone"])["overlap_m2"]
    assert sorted(area_m2(back)) == pytest.approx(sorted(overlaps[overlaps > 0]), rel=1e-6)


def test_a_check_without_overlap_gives_a_file_without_parcels(
    tmp_path: Path, little: Callable[..., Any], square: Callable[..., Any], sites: Callable[..., Any]
) -> None:
    """Nothing shared is a header and nothing else."""
    ws = little(red_line=[(square(0, 0, 100), {"name": "河岸"})], barrier=[(square(0, 0, 50), {"level": 2})])
    path = write_overlap_txt(check_sites(sites((square(5000, 5000, 50), "boiler")), ws), tmp_path / "a.txt")
    assert path.read_text("gb18030").splitlines()[-1] == "[地块坐标]"


def test_lines_and_points_give_lines_and_points(
    tmp_path: Path, little: Callable[..., Any], square: Callable[..., Any], sites: Callable[..., Any]
) -> None:
    """What a line or a point shares with a zone is written as 线 or 点."""
    ws = little(red_line=[(square(0, 0, 100), {"name": "河岸"})], barrier=[(square(0, 0, 50), {"level": 2})])
    box = square(0, 0, 100)
    west, south, *_ = box.bounds
    road = shapely.LineString([(west - 50, south + 70), (west + 50, south + 70)])
    check = check_sites(sites((road, "boiler"), (shapely.Point(west + 70, south + 70), "boiler")), ws)
    back = read_features(write_overlap_txt(check, tmp_path / "a.txt"))
    assert back["图形属性"].tolist() == ["线", "点"]
    assert back.length[0] == pytest.approx(50)


def test_a_run_writes_the_overlaps(tmp_path: Path) -> None:
    """``-o x.txt`` of a check gives the pieces of the demonstration's sites, each of its finding's area."""
    target = tmp_path / "重叠.txt"
    sites = (str(demo_source() / "sites"),)
    outcome = execute(Request(workspace="demo", parts=("check",), sites=sites, outputs=(str(target),)))
    assert outcome.check is not None
    findings = outcome.check.findings.dropna(subset=["zone"]).drop_duplicates(["site_id", "layer", "zone"])
    overlaps = findings.loc[findings["overlap_m2"] > 0, "overlap_m2"]
    back = read_features(target)
    assert [one for one in warnings(back) if one != "intake.same_shape"] == []
    areas = back[back["图形属性"] == "面"]
    assert len(areas) == len(overlaps) > 0
    assert sorted(area_m2(areas)) == pytest.approx(sorted(overlaps), rel=1e-5, abs=0.01)
