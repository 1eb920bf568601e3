"""What stands on the meeting's map; how a browser shows it is tested next door."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS

from ecozone.assess import Check, check_sites
from ecozone.errors import OutputError, WorkspaceError
from ecozone.intake import read_sites
from ecozone.notices import notice
from ecozone.outputs.map import map_html, write_map
from ecozone.outputs.packing import unpacked
from ecozone.rules import Assumption, ProjectType, Role, RoleLevel, RulePack
from ecozone.text import room
from ecozone.workspace import LandCover, Layer, open_workspace

CRS_4548 = CRS.from_epsg(4548)
X, Y = 525_000.0, 4_325_000.0
DAY = date(2025, 6, 30)


@dataclass(frozen=True)
class Ground:
    """What the map asks of a workspace."""

    name: str
    layers: Mapping[str, Layer]
    frames: Mapping[str, gpd.GeoDataFrame]
    pack: RulePack
    landcover: LandCover | None = None
    schematic: bool = True
    crs: CRS = field(default_factory=lambda: CRS_4548)

    def features(self, key: str) -> gpd.GeoDataFrame:
        if key not in self.frames:
            raise WorkspaceError("map.unmapped_address", file="/home/somebody/missing.gpkg", address=key)
        return self.frames[key]


def frame(shapes: list[Any], names: list[str], levels: list[int | None] | None = None) -> gpd.GeoDataFrame:
    data = {"zone": [f"z{i}" for i in range(len(shapes))], "name": names}
    data["level"] = pd.array(levels or [None] * len(shapes), dtype="Int64")
    return gpd.GeoDataFrame(data, geometry=shapes, crs=CRS_4548)


def box(x0: float, y0: float, x1: float, y1: float) -> Any:
    return shapely.box(X + x0, Y + y0, X + x1, Y + y1)


def layer(key: str, role: str, zh: str, en: str, **more: Any) -> Layer:
    facts = {"basis": "东丽政办〔2022〕7号", "valid_from": date(2022, 6, 30), "accuracy_m": 5.0, "schematic": True}
    return Layer(key=key, role=role, path=Path(f"{key}.gpkg"), title={"zh": zh, "en": en}, **(facts | more))


ROLES = (
    Role("district", "行政区", "district", True, "#333333", outline=True, reference=True),
    Role("subdistrict", "街道", "subdistrict", False, "#8C8C8C", outline=True, reference=True),
    Role("red_line", "生态保护红线", "red line", True, "#D7191C", "diagonal"),
    Role(
        "barrier_zone",
        "绿色生态屏障",
        "green barrier",
        True,
        "#1B7837",
        levels={
            1: RoleLevel("一级管控区", "level-1 control zone", "#1B7837"),
            2: RoleLevel("二级管控区", "level-2 control zone", "#5AAE61"),
            3: RoleLevel("三级管控区", "level-3 control zone", "#A6DBA0"),
        },
    ),
    Role("farmland", "永久基本农田", "permanent farmland", True, "#E6B800", "dots"),
    Role("sensitive", "环境敏感点", "sensitive receptors", False, "#E7298A", "grid"),
)


def ground() -> Ground:
    layers = {
        one.key: one
        for one in (
            layer("red_line", "red_line", "生态保护红线", "Ecological protection red line"),
            layer("barrier", "barrier_zone", "绿色生态屏障", "Green barrier"),
            layer("farmland", "farmland", "永久基本农田", "Permanent basic farmland"),
            layer("schools", "sensitive", "学校", "Schools", basis=""),
            layer("district", "district", "东丽区界", "District"),
            layer("subdistrict", "subdistrict", "街道界", "Subdistricts"),
            layer("lost", "farmland", "已丢失图层", "Lost layer"),
        )
    }
    halves = [box(0, 0, 12_000, 20_000), box(12_000, 0, 24_000, 20_000)]
    frames = {
        "district": frame([box(0, 0, 24_000, 20_000)], ["东丽区"]),
        "subdistrict": frame(halves, ["金钟街道", "军粮城街道"]),
        "barrier": frame(
            [box(11_000, 3_000, 16_000, 12_000), box(16_000, 3_000, 19_000, 12_000), box(19_000, 3_000, 21_000, 9_000)],
            ["甲", "乙", "丙"],
            [1, 2, 3],
        ),
        "red_line": frame([box(1_000, 2_000, 23_000, 2_300)], ["海河"]),
        "farmland": frame([box(4_000, 9_000, 9_000, 13_000), box(5_000, 5_000, 6_000, 7_000)], ["", ""]),
        "schools": frame([shapely.Point(X + 8_000, Y + 16_000)], ["第一中学"]),
    }
    kinds = {"logistics": ProjectType("logistics", "仓储物流", "logistics", frozenset())}
    assumptions = (Assumption("cropland", "蓝绿空间的地类清单没有公布。", "The class list was not published.", "规划"),)
    pack = RulePack(
        name="test",
        title={"zh": "测试"},
        version="1",
        rules=(),
        project_types=kinds,
        tags={},
        flags={},
        roles={role.id: role for role in ROLES},
        parameters={},
        assumptions=assumptions,
    )
    rasters = {2020: Path("2020.tif"), 2025: Path("2025.tif")}
    return Ground("东丽区", layers, frames, pack, LandCover("worldcover", rasters, schematic=True))


def finding(site_id: str, key: str, role: str, verdict: str, **more: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(("overlap_min_m2", "overlap_max_m2", "distance_m", "bearing_deg"), np.nan)
    nothing |= dict.fromkeys(("length_min_m", "length_max_m", "width_m"), np.nan)
    zero = dict.fromkeys(("overlap_m2", "overlap_share", "zone_share", "length_m", "depth_m"), 0.0)
    base = {"site_id": site_id, "layer": key, "role": role, "level": None, "zone": "z0", "zone_name": None}
    texts = {
        "rule": "r",
        "verdict": verdict,
        "firmness": None,
        "noise": False,
        "confidence": "K",
        "sentence": "红线内除有限人为活动外禁止建设。",
        "citation": "自然资发〔2022〕142号第一条",
        "procedure": "报省级人民政府认定。",
    }
    return base | zero | nothing | texts | more


def a_check(**more: Any) -> Check:
    """Return six sites of every kind and verdict."""
    shapes = [
        box(2_000, 1_900, 2_600, 2_400),
        shapely.LineString([(X + 12_000, Y + 1_000), (X + 15_500, Y + 8_000)]),
        shapely.Point(X + 8_000, Y + 15_000).buffer(500),
        shapely.Point(X + 20_000, Y + 16_000),
        None,
        box(6_000, 10_000, 6_400, 10_300),
    ]
    sites = gpd.GeoDataFrame(
        {
            "site_id": ["S1", "S2", "S3", "S4", "S5", "S6"],
            "name": ["海河码头", "供水管线", "加油站", "监测点", "图形不可信的项目", "养殖场"],
            "project_type": ["logistics", None, "unheard_of", None, None, None],
            "verdict": ["prohibited", "conditional", "review", "clear", "review", "prohibited"],
            "radius_m": [np.nan, np.nan, 500.0, np.nan, np.nan, np.nan],
            "area_m2": [300_000.0, 0.0, 785_398.0, 0.0, np.nan, 120_000.0],
            "length_m": [0.0, 7_826.0, 0.0, 0.0, np.nan, 0.0],
            "own column": ["a", "b", "c", "d", "e", "f"],
        },
        geometry=shapes,
        crs=CRS_4548,
    )
    findings = pd.DataFrame(
        [
            finding(
                "S1",
                "red_line",
                "red_line",
                "prohibited",
                overlap_m2=180_000.0,
                overlap_min_m2=170_000.0,
                overlap_max_m2=190_000.0,
                overlap_share=0.6,
                zone_share=0.027,
                zone_name="海河",
                firmness="certain",
            ),
            finding(
                "S2",
                "barrier",
                "barrier_zone",
                "conditional",
                level=1,
                length_m=4_100.0,
                procedure="论证",
                zone_name="甲",
            ),
            finding("S3", "schools", "sensitive", "review", distance_m=999.5, bearing_deg=12.0, confidence="M"),
            finding("S6", "farmland", "farmland", "prohibited", overlap_m2=120_000.0, overlap_share=1.0, noise=True),
        ]
    )
    states = pd.DataFrame(
        [
            ("S1", "red_line", "red_line", "affected", "压占"),
            ("S3", "farmland", "farmland", "no_data", "在图层完整范围之外"),
            ("S3", None, "no_burn", "no_data", "没有图层"),
            ("S4", "red_line", "red_line", "not_affected", "500 米内没有"),
            ("S5", "red_line", "red_line", "no_data", "图形不可信"),
        ],
        columns=["site_id", "layer", "role", "state", "reason"],
    )
    notices = (notice("map.unmapped_address", "warning", file="C:\\Users\\somebody\\sites.shp", address="x"),)
    parts = {"sites": sites, "findings": findings, "states": states, "notices": notices, "workspace": ground()}
    return Check(**(parts | more))


def a_ratio(
    zone: str, indicator: str, profile: str | None, year: int | None, value: float, **more: Any
) -> dict[str, Any]:
    target = {"target_year": None, "target": None, "status": None, "gap_m2": None}
    row = {"layer": zone, "zone": zone, "title": zone, "indicator": indicator, "profile": profile, "year": year}
    return row | {"value": value, "unit": "%"} | target | more


def ratios() -> pd.DataFrame:
    aim = {"target_year": 2025, "target": 85.0}
    missed = {**aim, "status": "missed"}
    return pd.DataFrame(
        [
            a_ratio("其他街道", "blue_green_ratio", "with_cropland", 2025, 40.0),
            a_ratio("一级管控区", "blue_green_ratio", "with_cropland", 2020, 75.005, **aim),
            a_ratio("一级管控区", "blue_green_ratio", "with_cropland", 2025, 84.6, **missed, gap_m2=356_500.0),
            a_ratio("一级管控区", "blue_green_ratio", "without_cropland", 2025, 49.05, **missed, gap_m2=4e6),
            a_ratio("红线", "red_line_area", None, 2022, 3.66, unit="km2", target=3.66, status="met", gap_m2=0.0),
        ]
    )


def data_of(html: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="ecozone-data">(.*?)</script>', html, re.S)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data | {"sites": unpacked(data["sites"], [verdict["key"] for verdict in data["verdicts"]])}


def test_the_same_check_gives_the_same_file(tmp_path: Path) -> None:
    """Nothing random and no clock goes into the file, and it is written where it was asked for."""
    first = write_map(a_check(), tmp_path / "一.html", ratios=ratios(), made_on=DAY)
    second = write_map(a_check(), tmp_path / "二.html", ratios=ratios(), made_on=DAY)
    assert first == tmp_path / "一.html"
    assert first.read_bytes() == second.read_bytes()


def test_a_map_that_cannot_be_written_is_our_error(tmp_path: Path) -> None:
    """A missing folder is said, and nothing is made."""
    with pytest.raises(OutputError):
        write_map(a_check(), tmp_path / "missing" / "map.html")
    assert not list(tmp_path.iterdir())


def test_sites_stand_worst_first_and_none_is_lost() -> None:
    """The list is ordered by verdict and keeps the check's order within one; a site without a shape is in it."""
    sites = data_of(map_html(a_check(), made_on=DAY))["sites"]
    assert [site["id"] for site in sites] == ["S1", "S6", "S2", "S3", "S5", "S4"]
    assert [site["id"] for site in sites if "g" not in site] == ["S5"]


def test_a_popup_gives_the_three_units() -> None:
    """An area stands in m², 公顷 and 亩, rounded half up."""
    overlap = dict(data_of(map_html(a_check(), made_on=DAY))["sites"][0]["findings"][0]["facts"])["压占面积"]
    assert overlap == "180,000.00 m² · 18.0000 公顷 · 270.00 亩"


def test_the_first_shared_text_is_not_lost() -> None:
    """Texts are shared by their place, and the place 0 is a place."""
    data = data_of(map_html(a_check(), made_on=DAY))
    first = data["sites"][0]["findings"][0]
    assert first["sentence"] == "红线内除有限人为活动外禁止建设。"
    assert data["strings"][first["citation"]] == "自然资发〔2022〕142号第一条"


def test_findings_follow_verdict_then_the_order_of_layers() -> None:
    """A prohibition stands before a condition, and among equals the planner's own order of layers decides."""
    rows = [
        finding("S1", "farmland", "farmland", "conditional", overlap_m2=9e9),
        finding("S1", "red_line", "red_line", "conditional", overlap_m2=1.0),
        finding("S1", "schools", "sensitive", "prohibited", distance_m=1.0),
    ]
    sites = data_of(map_html(a_check(findings=pd.DataFrame(rows)), made_on=DAY))["sites"]
    titles = [one["title"] for site in sites if site["id"] == "S1" for one in site["findings"]]
    assert titles == ["学校", "生态保护红线", "永久基本农田"]


def test_a_layer_that_cannot_be_read_is_named_without_its_folder() -> None:
    """A lost layer stays in the list with the reason; where the file lay on the maker's machine stays there."""
    html = map_html(a_check(), made_on=DAY)
    lost = next(layer for layer in data_of(html)["layers"] if layer["key"] == "lost")
    assert "missing.gpkg" in lost["state"] and not lost["on"] and not lost["features"]
    assert "somebody" not in html


def test_a_role_that_no_pack_knows_is_drawn_all_the_same() -> None:
    """An unknown role gives a grey layer, since a layer left out would look like nothing there."""
    ws = ground()
    stranger = replace(ws.layers["farmland"], role="unheard_of")
    check = a_check(workspace=replace(ws, layers={**ws.layers, "farmland": stranger}))
    layer = next(one for one in data_of(map_html(check, made_on=DAY))["layers"] if one["key"] == "farmland")
    assert len(layer["features"]) == 2
    assert layer["styles"][0]["fill"] == "#5f6b76"


def test_a_level_that_is_not_known_has_a_style_of_its_own() -> None:
    """A feature without a level is drawn as such and not as one of the levels."""
    ws = ground()
    barrier = ws.frames["barrier"].copy()
    barrier.loc[2, "level"] = pd.NA
    check = a_check(workspace=replace(ws, frames={**ws.frames, "barrier": barrier}))
    layer = next(one for one in data_of(map_html(check, made_on=DAY))["layers"] if one["key"] == "barrier")
    assert [layer["styles"][zone["s"]]["level"] for zone in layer["features"]] == [
        "一级管控区",
        "二级管控区",
        "级别不明",
    ]


def test_the_schematic_notice_stands_only_where_something_is_schematic() -> None:
    """A real workspace has no such notice; a schematic one has it."""
    assert data_of(map_html(a_check(), made_on=DAY))["schematic"]
    assert not data_of(map_html(a_check(workspace=replace(ground(), schematic=False)), made_on=DAY))["schematic"]


def test_ratios_with_a_target_come_first_and_a_zero_gap_is_not_said() -> None:
    """The plan's indicators lead, years stand side by side half up, and a value of another year says its year."""
    table = data_of(map_html(a_check(), ratios=ratios(), made_on=DAY))["ratios"]
    assert table["years"] == [2020, 2025]
    assert [group["zone"] for group in table["groups"]] == ["一级管控区", "红线", "其他街道"]
    with_cropland, without = table["groups"][0]["rows"]
    assert (with_cropland["values"], with_cropland["gap"]) == (["75.01%", "84.60%"], "差 35.6500 公顷")
    assert without["values"] == ["", "49.05%"]
    line = table["groups"][1]["rows"][0]
    assert (line["other"], line["status"], line["gap"]) == ("3.66 km²（2022）", "met", "")


def test_ratios_show_the_interval_and_what_the_count_alone_says() -> None:
    """A status that the samples prove stands beside the interval; where the count says otherwise, that is said too."""
    unsure = {"target_year": 2025, "target": 65.0, "status": "cannot_tell", "by_count": "met", "gap_m2": -1e6}
    sure = {"adjusted": 64.2, "ci_low": 62.004, "ci_high": 66.396}
    rows = [
        a_ratio("屏障", "blue_green_ratio", "with_cropland", 2020, 60.0, target_year=2025, target=65.0),
        a_ratio("屏障", "blue_green_ratio", "with_cropland", 2025, 65.4, **unsure, **sure),
    ]
    (group,) = data_of(map_html(a_check(), ratios=pd.DataFrame(rows), made_on=DAY))["ratios"]["groups"]
    assert group["rows"][0]["intervals"] == ["", "校正 64.20（62.00～66.40）"]
    assert (group["rows"][0]["status"], group["rows"][0]["by_count"]) == ("cannot_tell", "按图计数：达到")


def test_the_page_has_every_text_that_its_scripts_say() -> None:
    """No script names a text that is not in the catalogue, and none stands there that no script says."""
    folder = resources.files("ecozone") / "outputs" / "map_assets"
    scripts = "".join(path.read_text("utf-8") for path in folder.iterdir() if path.name.endswith(".js"))
    said = set(re.findall(r"\be\.t\('([a-z_]+)'", scripts))
    texts = room("map_page")
    assert [name for name in said if name not in texts and not name.endswith("_")] == []
    begun = tuple(name for name in said if name.endswith("_"))
    assert [name for name in texts if not (f"'{name}'" in scripts or name.startswith(begun))] == []


def test_every_source_stands_with_its_date() -> None:
    """Each layer has its date and basis, or says that none is given; the land cover has its years."""
    sources = {source["title"]: source for source in data_of(map_html(a_check(), made_on=DAY))["sources"]}
    assert sources["生态保护红线"]["date"] == "2022-06-30"
    assert sources["学校"]["basis"] == "未注明"
    assert sources["土地覆盖（遥感）"]["date"] == "2020, 2025"


def test_a_check_without_sites_or_shapes_still_gives_a_map() -> None:
    """An empty check and a workspace of which no layer can be read are drawn, not refused."""
    check = a_check()
    empty = replace(check, sites=check.sites.iloc[:0], findings=check.findings.iloc[:0], states=check.states.iloc[:0])
    assert data_of(map_html(empty, made_on=DAY))["sites"] == []
    nothing = replace(empty, workspace=replace(ground(), frames={}))
    assert all(not layer["features"] for layer in data_of(map_html(nothing, made_on=DAY))["layers"])


def test_the_originals_are_left_as_they_were() -> None:
    """Simplifying, clipping and rounding happen on copies."""
    check = a_check()
    sites = check.sites.copy()
    farmland = check.workspace.features("farmland").copy()
    map_html(check, made_on=DAY)
    assert check.sites.equals(sites)
    assert check.workspace.features("farmland").equals(farmland)


def test_a_map_without_indicators_says_how_to_get_them() -> None:
    """A check computes none: its map names the command that does; a workspace without land cover says that."""
    ws = open_workspace("demo")
    check = check_sites(read_sites(ws.folder / "sites" / "points.csv"), ws)
    assert "ecozone map" in map_html(check)
    bare = map_html(check, ratios=pd.DataFrame())
    assert "ecozone map" not in bare
    assert "没有土地覆盖栅格" in bare
