"""The meeting's map, mostly as a real browser shows it, with the network blocked."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS

from ecozone.assess import Check
from ecozone.errors import EcozoneError, WorkspaceError
from ecozone.geo import reproject
from ecozone.notices import Notice, notice
from ecozone.outputs.map import map_html, write_map
from ecozone.outputs.map_display import anchor, display_copies
from ecozone.rules import Assumption, ProjectType, Role, RoleLevel, RulePack
from ecozone.workspace import LandCover, Layer

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
            {"site_id": "S1", "layer": "red_line", "role": "red_line", "state": "affected", "reason": "压占"},
            {
                "site_id": "S3",
                "layer": "farmland",
                "role": "farmland",
                "state": "no_data",
                "reason": "在图层完整范围之外",
            },
            {"site_id": "S3", "layer": None, "role": "no_burn", "state": "no_data", "reason": "没有图层"},
            {
                "site_id": "S4",
                "layer": "red_line",
                "role": "red_line",
                "state": "not_affected",
                "reason": "500 米内没有",
            },
            {"site_id": "S5", "layer": "red_line", "role": "red_line", "state": "no_data", "reason": "图形不可信"},
        ]
    )
    notices = (notice("map.unmapped_address", "warning", file="C:\\Users\\somebody\\sites.shp", address="x"),)
    parts = {"sites": sites, "findings": findings, "states": states, "notices": notices, "workspace": ground()}
    return Check(**(parts | more))
