"""The control layers that the plan gives a figure for, and those cut from them: shapes on the board, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from demo_district import figures
from demo_district.drawing import (
    both,
    cut,
    dissolved,
    fit,
    gathered,
    grown,
    metres,
    plot,
    ragged,
    ring,
    together,
    valid,
    without,
)
from demo_district.noise import relief, scatter
from demo_district.sketch import named, on_board, outlines
from demo_district.terrain import Terrain

FIELD_M = (460.0, 290.0)
FIELD_TILT = (0.96, 0.28)
TOWN_CORE_M = -130.0
URBAN_MARGIN_M = 380.0
LEAST_PART_M2 = 60_000.0


@dataclass(frozen=True)
class Zones:
    """The control layers, each a mapping from a feature's name to its shape on the board."""

    barrier: Mapping[tuple[int, str], BaseGeometry]
    built_up: Mapping[str, BaseGeometry]
    urban_boundary: Mapping[str, BaseGeometry]
    no_burn: Mapping[str, BaseGeometry]
    farmland: Mapping[str, BaseGeometry]
    control_unit: Mapping[str, BaseGeometry]
    livestock_ban: Mapping[str, BaseGeometry]
    water_margin: Mapping[str, BaseGeometry]

    def level(self, level: int) -> BaseGeometry:
        """Return the ground of one level of the barrier."""
        return together(shape for (own, _), shape in self.barrier.items() if own == level)


def draw_zones(terrain: Terrain) -> Zones:
    """Return the control layers, grown or shrunk to their figures."""
    barrier = _barrier(terrain)
    level_1 = together(shape for (level, _), shape in barrier.items() if level == 1)
    built_up = _built_up(terrain, barrier, level_1)
    urban = without(both(grown(built_up, URBAN_MARGIN_M), terrain.district), level_1)
    urban = without(urban, together(terrain.red_line.values()))
    urban_parts = _numbered("城镇开发边界", urban)
    return Zones(
        barrier=barrier,
        built_up=_numbered("建成区", built_up),
        urban_boundary=urban_parts,
        no_burn=_numbered("禁燃区", _fitted("no_burn", 80, terrain, figures.NO_BURN_M2)),
        farmland=_farmland(terrain, together(urban_parts.values()), level_1),
        control_unit=_control_units(terrain, barrier, together(urban_parts.values())),
        livestock_ban=_numbered(
            "畜禽禁养区",
            both(together(ring(line, 90 + i) for i, line in enumerate(outlines("livestock_ban"))), terrain.district),
        ),
        water_margin=_water_margins(terrain),
    )


def _barrier(terrain: Terrain) -> dict[tuple[int, str], BaseGeometry]:
    west, east = ragged(on_board("barrier_west"), seed=4), ragged(on_board("barrier_east"), seed=5)

    # Not the same for every vertex: on a millimetre grid a border that moves as a whole moves by 20 m² or not at all.
    part = 1.0 - 0.2 * np.arange(len(west)) / len(west)

    def belt(by_m: float) -> BaseGeometry:
        moved = west - np.column_stack([part * by_m, np.zeros(len(west))])
        return both(valid(Polygon(np.vstack([moved, east]))), terrain.district)

    barrier = fit(belt, figures.BARRIER_M2, -3000.0, 3000.0)
    towns = {
        level: {
            name: ring(line, 100 * level + i, size=0.06)
            for i, (name, line) in enumerate(named(f"level_{level}").items())
        }
        for level in (2, 3)
    }
    second = fit(
        lambda by_m: both(grown(together(towns[2].values()), by_m), barrier), figures.LEVEL_M2[2], -600.0, 900.0
    )
    left = without(barrier, second)
    third = fit(lambda by_m: both(grown(together(towns[3].values()), by_m), left), figures.LEVEL_M2[3], -600.0, 900.0)
    seeds = {1: _places("level_1"), 2: _middles(towns[2]), 3: _middles(towns[3])}
    borders = [LineString(ragged(metres(line), 110 + i)) for i, line in enumerate(outlines("level_1_borders"))]
    shapely.prepare(second)
    shapely.prepare(third)

    def level_of(place: Point) -> int:
        return 2 if second.contains(place) else 3 if third.contains(place) else 1

    def key(place: Point) -> str:
        level = level_of(place)
        return f"{level}{min(seeds[level], key=lambda name: seeds[level][name].distance(place))}"

    pieces = dissolved(cut(barrier, [second.boundary, third.boundary, *borders]), key)
    return {(int(name[0]), name[1:]): shape for name, shape in pieces.items()}


def _places(name: str) -> dict[str, BaseGeometry]:
    return {key: shapely.MultiPoint(metres(places)) for key, places in named(name).items()}


def _middles(shapes: Mapping[str, BaseGeometry]) -> dict[str, BaseGeometry]:
    return {name: shape.centroid for name, shape in shapes.items()}


def _built_up(terrain: Terrain, barrier: Mapping[tuple[int, str], BaseGeometry], level_1: BaseGeometry) -> BaseGeometry:
    towns = together(ring(line, 120 + i, size=0.2, finest_m=420.0) for i, line in enumerate(outlines("towns")))
    cores = together(grown(shape, TOWN_CORE_M) for (level, _), shape in barrier.items() if level != 1)
    ground = without(without(grown(terrain.district, -90.0), grown(level_1, 40.0)), terrain.airfield)

    def towns_grown(by_m: float) -> BaseGeometry:
        return both(together([grown(towns, by_m), cores]), ground)

    return fit(towns_grown, figures.BUILT_UP_M2, -600.0, 900.0)


def _fitted(name: str, seed: int, terrain: Terrain, target_m2: float) -> BaseGeometry:
    drawn = together(ring(line, seed + i) for i, line in enumerate(outlines(name)))
    return fit(lambda by_m: both(grown(drawn, by_m), terrain.district), target_m2, -900.0, 900.0)


def _numbered(name: str, shape: BaseGeometry) -> dict[str, BaseGeometry]:
    """Return the parts of a shape, the largest first, each with a name."""
    parts = sorted(shapely.get_parts(shape).tolist(), key=lambda part: -part.area)
    return {f"{name}{number:02d}": part for number, part in enumerate(parts, start=1)}


def _farmland(terrain: Terrain, urban: BaseGeometry, level_1: BaseGeometry) -> dict[str, BaseGeometry]:
    """Return fields on a tilted grid where noise allows, clear of towns, water and roads; touching ones joined."""
    kept_off = together(
        [
            grown(urban, 60.0),
            terrain.lake.buffer(90.0),
            terrain.river_water.buffer(260.0),
            terrain.canal_water.buffer(30.0),
            terrain.airfield.buffer(150.0),
            *(wetland.buffer(60.0) for wetland in terrain.wetlands.values()),
            *(road.buffer(35.0) for road in terrain.roads),
        ]
    )
    free = without(grown(terrain.district, -150.0), kept_off)
    along, across = np.array(FIELD_TILT), np.array([-FIELD_TILT[1], FIELD_TILT[0]])
    corner = np.array([516_000.0, 4_312_000.0])
    rows, columns = 130, 90
    plenty = relief((rows, columns), 7.0, seed=130)
    chance = scatter(131, np.arange(rows)[:, None], np.arange(columns)[None, :])
    shapely.prepare(level_1)
    fields = []
    for row in range(rows):
        for column in range(columns):
            middle = corner + along * (column * FIELD_M[0]) + across * (row * FIELD_M[1])
            least = 0.58 if shapely.contains_xy(level_1, *middle) else 0.47
            if plenty[row, column] > least and chance[row, column] < 0.86:
                fields.append(plot(middle, FIELD_M[0] - 24.0, FIELD_M[1] - 24.0, FIELD_TILT))
    shapely.prepare(free)
    inside = [both(field, free) for field in fields if free.intersects(field)]
    patches = shapely.get_parts(together(grown(field, 13.0) for field in inside if field.area > 20_000.0))
    tidy = [both(patch, free) for patch in patches]
    return _numbered(
        "永久基本农田",
        gathered(part for shape in tidy for part in shapely.get_parts(shape) if part.area > LEAST_PART_M2),
    )


def _control_units(
    terrain: Terrain, barrier: Mapping[tuple[int, str], BaseGeometry], urban: BaseGeometry
) -> dict[str, BaseGeometry]:
    """Return units that cover the district once: priority (red line, level 1), key (towns), general (the rest).

    A unit's code is ZH, the county's six digits, the class (1 priority, 2 key, 3 general) and a serial number.
    """
    priority = {**terrain.red_line, **{name: shape for (level, name), shape in barrier.items() if level == 1}}
    covers = [*priority.values(), urban, *terrain.subdistricts.values()]
    for shape in covers:
        shapely.prepare(shape)
    quarters = list(terrain.subdistricts.items())

    def code(place: Point) -> str:
        for serial, shape in enumerate(priority.values(), start=1):
            if shape.contains(place):
                return f"ZH1201101{serial:04d}"
        serial = 1 + min(range(len(quarters)), key=lambda index: quarters[index][1].distance(place))
        return f"ZH1201102{serial:04d}" if urban.contains(place) else "ZH12011030001"

    return dissolved(cut(terrain.district, [shape.boundary for shape in covers]), code)


def _water_margins(terrain: Terrain) -> dict[str, BaseGeometry]:
    waters = {
        "东丽湖": terrain.lake,
        **terrain.canals,
        **{name: LineString(line) for name, line in terrain.rivers.items()},
    }
    reach = {"东丽湖": 0.0, **dict.fromkeys(terrain.canals, 14.0), "海河": 60.0, "永定新河": 75.0}
    strip = {"东丽湖": 60.0, **dict.fromkeys(terrain.canals, 20.0), "海河": 50.0, "永定新河": 50.0}
    margins: dict[str, BaseGeometry] = {}
    taken = together(
        water.buffer(reach[name]).simplify(1.5) if reach[name] else water for name, water in waters.items()
    )
    for name, water in waters.items():
        margin = water.buffer(reach[name] + strip[name]).simplify(1.5)
        margins[name] = both(without(margin, taken), terrain.district)
        taken = together([taken, margins[name]])
    return margins
