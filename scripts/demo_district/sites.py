"""The twelve proposed sites, invented, one for each thing that a site check has to find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from demo_district.drawing import Points, along, grown, line_of, metres, on_grid, plot, ring, together, without
from demo_district.places import room_near
from demo_district.terrain import Terrain

FENCE_OVER_M = 2.0


@dataclass(frozen=True)
class Site:
    """One site, on the board; a point has a radius."""

    site_id: str
    name: str
    project_type: str
    shape: BaseGeometry
    radius_m: float | None = None
    flags: str = ""


@dataclass(frozen=True)
class Plan:
    """What sites are placed by: the rivers, and the whole ground of each layer and of each level of the barrier."""

    terrain: Terrain
    ground: Mapping[str, BaseGeometry]

    def all_of(self, *layers: str) -> BaseGeometry:
        """Return the ground of some layers together."""
        return together(self.ground[layer] for layer in layers)


def draw_sites(plan: Plan) -> dict[str, Site]:
    """Return the sites by their ids, each placed where its case stands clear of the others."""
    drawn: dict[str, tuple[str, str, BaseGeometry, float | None, str]] = {
        "S01": ("海河滨河商业街（示意）", "office_commercial", _inside_red_line(plan), None, ""),
        "S02": (
            "海河穿越管线（示意，区内段）",
            "pipeline",
            _across_red_line(plan),
            None,
            "!soil_polluting, !groundwater_risk",
        ),
        "S03": ("东丽湖北装备工厂（示意）", "factory", _in_level_1(plan), None, ""),
        "S04": ("赤土湿地修复（示意）", "wetland_restoration", _restoration(plan), None, ""),
        "S05": (
            "军粮城仓储园（示意）",
            "warehouse",
            _in_level_2(plan),
            None,
            "!soil_polluting, !oil_storage, !groundwater_risk",
        ),
        "S06": ("东丽湖南住宅（示意）", "residential", _in_level_3(plan), None, ""),
        "S07": ("新立燃煤供热站（示意）", "coal_boiler", _in_no_burn(plan), 30.0, ""),
        "S08": ("金钟养殖场（示意）", "livestock_farm", _in_livestock_ban(plan), 60.0, ""),
        "S09": ("污染地块改住宅（示意）", "residential", _on_contaminated(plan), None, ""),
        "S10": ("永定新河光伏（示意）", "photovoltaic", _over_the_fence(plan), None, ""),
        "S11": ("金钟医院（示意）", "hospital", _clear(plan), 80.0, ""),
        "S12": ("东部联络路（示意）", "road", _leaving_district(), None, ""),
    }
    return {
        site_id: Site(site_id, name, kind, shape, radius, flags)
        for site_id, (name, kind, shape, radius, flags) in drawn.items()
    }


def _at(lon: float, lat: float) -> Points:
    place: Points = metres([(lon, lat)])[0]
    return place


def _inside_red_line(plan: Plan) -> BaseGeometry:
    """Wholly inside the strip along 海河."""
    centre, tilt = along(plan.terrain.rivers["海河"], 0.42, 112.0)
    return plot(centre, 170.0, 52.0, tilt)


def _across_red_line(plan: Plan) -> BaseGeometry:
    """From the land, across the strip along 海河, to 8 m before the middle of the river, which is the border."""
    line = plan.terrain.rivers["海河"]
    places = [along(line, 0.505 + shift, aside)[0] for shift, aside in ((0.004, 300.0), (0.001, 230.0), (0.0, 8.0))]
    return LineString(np.round(np.vstack(places), 3))


def _in_level_1(plan: Plan) -> BaseGeometry:
    apart = together([plan.all_of("farmland", "water_margin", "red_line"), plan.terrain.lake])
    return room_near(_at(117.4720, 39.2080), (320.0, 240.0), plan.ground["barrier:1"], apart)


def _restoration(plan: Plan) -> BaseGeometry:
    """Draw a bay of the wetland and its shore, its outline drawn by hand."""
    outline = [(117.4310, 39.2060), (117.4330, 39.2095), (117.4375, 39.2110), (117.4400, 39.2080), (117.4365, 39.2050)]
    shape = ring(outline, seed=500, size=0.2, finest_m=90.0)
    return without(on_grid(shape), grown(plan.ground["farmland"], 5.0))


def _in_level_2(plan: Plan) -> BaseGeometry:
    within = grown(plan.ground["barrier:2"], -60.0)
    apart = plan.all_of("contaminated", "sensitive", "water_margin")
    return room_near(_at(117.4300, 39.0640), (300.0, 210.0), within, apart)


def _in_level_3(plan: Plan) -> BaseGeometry:
    within = grown(plan.ground["barrier:3"], -60.0)
    apart = plan.all_of("contaminated", "sensitive", "water_margin")
    return room_near(_at(117.4880, 39.1500), (340.0, 260.0), within, apart)


def _in_no_burn(plan: Plan) -> BaseGeometry:
    within = shapely.intersection(plan.ground["no_burn"], plan.ground["urban_boundary"])
    apart = plan.all_of("barrier", "sensitive")
    return _centre(room_near(_at(117.3120, 39.1050), (200.0, 200.0), within, apart))


def _in_livestock_ban(plan: Plan) -> BaseGeometry:
    apart = plan.all_of("barrier", "farmland", "water_margin", "red_line")
    return _centre(room_near(_at(117.3020, 39.2100), (200.0, 200.0), plan.ground["livestock_ban"], apart))


def _on_contaminated(plan: Plan) -> BaseGeometry:
    """On the first plot, and a little beyond it."""
    first = max(shapely.get_parts(plan.ground["contaminated"]), key=lambda shape: shape.area)
    return plot(np.array(first.centroid.coords[0]) + np.array([60.0, 25.0]), 240.0, 170.0, (0.992, -0.126))


def _over_the_fence(plan: Plan) -> BaseGeometry:
    """Along the strip by 永定新河, its fence 2 m over the red line: less than the line's positional accuracy."""
    name = "永定新河"
    strip = plan.terrain.red_line[name]
    centre, tilt = along(plan.terrain.rivers[name], 0.335, -65.0)
    ray = LineString([centre, centre + 400.0 * np.array([tilt[1], -tilt[0]])])
    edge = np.array(shapely.intersection(ray, strip).coords[-1])
    inland = np.array([tilt[1], -tilt[0]])
    return without(plot(edge + inland * 50.0, 220.0, 140.0, tilt), strip.buffer(-FENCE_OVER_M))


def _clear(plan: Plan) -> BaseGeometry:
    """In the town, and on nothing else that restricts: as clear as a district covered by control units can be."""
    apart = together(
        [
            plan.all_of("barrier", "farmland", "water_margin", "sensitive", "contaminated"),
            grown(plan.ground["red_line"], 200.0),
        ]
    )
    return _centre(room_near(_at(117.2620, 39.1990), (240.0, 240.0), plan.ground["urban_boundary"], apart))


def _leaving_district() -> BaseGeometry:
    """Draw a road over the eastern border: its end lies where no layer is declared complete."""
    return line_of(metres([(117.5195, 39.1790), (117.5260, 39.1800), (117.5360, 39.1790), (117.5450, 39.1800)]))


def _centre(shape: BaseGeometry) -> Point:
    x, y = shape.centroid.coords[0]
    return Point(round(x, 3), round(y, 3))
