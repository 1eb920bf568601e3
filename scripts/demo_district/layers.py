"""The thirteen layers of the demonstration as tables: one row a feature, with the columns that its file gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shapely.geometry.base import BaseGeometry

from demo_district.drawing import BOARD, DEGREES, together
from demo_district.places import contaminated, sensitive
from demo_district.sites import Plan
from demo_district.terrain import Terrain
from demo_district.zones import Zones

ZONE_39 = "EPSG:4527"
COVERINGS = ("subdistrict", "control_unit")
UNIT_CLASSES = {"1": "优先保护", "2": "重点管控", "3": "一般管控"}


@dataclass(frozen=True)
class Table:
    """One layer: its CRS on file, and its features on the board with their attributes."""

    crs: str
    rows: tuple[tuple[Mapping[str, Any], BaseGeometry], ...]


def draw_layers(terrain: Terrain, zones: Zones) -> tuple[dict[str, Table], Plan]:
    """Return every layer by its key, and the plan that sites are placed by."""
    plots = contaminated(terrain, zones)
    places = sensitive(zones, together(shape for _, _, shape in plots))
    barrier_names = {1: "一级管控区", 2: "二级管控区", 3: "三级管控区"}
    tables = {
        "district": _table("DL", {"东丽区": terrain.district}),
        "subdistrict": _table("JD", terrain.subdistricts),
        "red_line": _table(
            "HX",
            {f"{river}河滨岸带": shape for river, shape in terrain.red_line.items()},
            lambda _: {"core_area": "否"},
        ),
        "barrier": Table(
            DEGREES,
            tuple(
                (
                    {
                        "code": f"PZ{level}-{number:02d}",
                        "name": f"{name}",
                        "level": level,
                        "type": barrier_names[level],
                    },
                    shape,
                )
                for number, ((level, name), shape) in enumerate(zones.barrier.items(), start=1)
            ),
        ),
        "no_burn": _table("JR", zones.no_burn),
        "farmland": _table("JBNT", zones.farmland, crs=ZONE_39),
        "urban_boundary": _table("KFBJ", zones.urban_boundary),
        "control_unit": Table(
            DEGREES,
            tuple(
                (
                    {
                        "code": code,
                        "name": f"东丽区{UNIT_CLASSES[code[8]]}单元{code[9:]}",
                        "level": int(code[8]),
                        "type": UNIT_CLASSES[code[8]],
                    },
                    shape,
                )
                for code, shape in zones.control_unit.items()
            ),
        ),
        "contaminated": Table(
            BOARD,
            tuple(
                ({"code": f"WR-{number:02d}", "name": name, "status": status}, shape)
                for number, (name, status, shape) in enumerate(plots, start=1)
            ),
        ),
        "livestock_ban": _table("JY", zones.livestock_ban),
        "water_margin": _table("HH", {f"{name}岸线": shape for name, shape in zones.water_margin.items()}),
        "sensitive": Table(
            DEGREES,
            tuple(
                ({"code": f"MG-{number:02d}", "name": name, "type": kind}, shape)
                for number, (name, kind, shape) in enumerate(places, start=1)
            ),
        ),
        "built_up": _table("JCQ", zones.built_up),
    }
    ground = {key: together(shape for _, shape in table.rows) for key, table in tables.items() if key not in COVERINGS}
    return tables, Plan(terrain, ground | {f"barrier:{level}": zones.level(level) for level in barrier_names})


def _table(
    prefix: str,
    shapes: Mapping[str, BaseGeometry],
    more: Callable[[str], Mapping[str, Any]] = lambda _: {},
    crs: str = DEGREES,
) -> Table:
    return Table(
        crs,
        tuple(
            ({"code": f"{prefix}-{number:02d}", "name": name, **more(name)}, shape)
            for number, (name, shape) in enumerate(shapes.items(), start=1)
        ),
    )
