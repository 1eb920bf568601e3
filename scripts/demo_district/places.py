"""The small things: contaminated plots and sensitive places, invented and placed where the plan leaves room."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from demo_district.drawing import Points, grown, metres, plot, together
from demo_district.noise import scatter
from demo_district.terrain import Terrain
from demo_district.zones import Zones

# Near which point, how large, and what is said of it; the plots are invented.
PLOTS = (
    ((117.3360, 39.0760), (260.0, 190.0), "未开展治理修复"),
    ((117.4440, 39.0620), (210.0, 160.0), "治理修复中"),
    ((117.2760, 39.1960), (180.0, 150.0), "治理修复完成，待效果评估"),
)
KINDS = (
    ("学校", "school", (170.0, 130.0)),
    ("医院", "hospital", (150.0, 110.0)),
    ("居民区", "housing", (380.0, 290.0)),
)
SENSITIVE_COUNT = 30
TOWN_TILT = (0.992, -0.126)


def room_near(wanted: Points, size: tuple[float, float], within: BaseGeometry, apart: BaseGeometry) -> Polygon:
    """Return the rectangle nearest to ``wanted`` that lies in ``within`` and clear of ``apart``.

    Raises
    ------
    ValueError
        If there is none within 3 km.
    """
    shapely.prepare(within)
    shapely.prepare(apart)
    for ring in range(60):
        steps = max(1, 8 * ring)
        for step in range(steps):
            place = wanted + 50.0 * ring * np.array(_direction(step / steps))
            shape = plot(place, *size, TOWN_TILT)
            if within.contains_properly(shape) and not apart.intersects(shape):
                return shape
    raise ValueError(f"no room for {size} near {wanted}")


def _direction(turn: float) -> tuple[float, float]:
    """Return a point on the unit square's border, ``turn`` of the way round: no sine, the same on every machine."""
    side, part = divmod(4.0 * turn, 1.0)
    across = 2.0 * part - 1.0
    return ((across, -1.0), (1.0, across), (-across, 1.0), (-1.0, -across))[int(side)]


def contaminated(terrain: Terrain, zones: Zones) -> list[tuple[str, str, BaseGeometry]]:
    """Return the contaminated plots: name, status, shape."""
    towns = together(zones.built_up.values())
    apart = terrain.river_water
    return [
        (f"示意污染地块{number}", status, room_near(metres([place])[0], size, towns, apart))
        for number, (place, size, status) in zip("一二三", PLOTS, strict=True)
    ]


def sensitive(zones: Zones, apart: BaseGeometry) -> list[tuple[str, str, BaseGeometry]]:
    """Return schools, hospitals and housing in the towns, clear of ``apart`` and of each other: name, kind, shape."""
    towns = grown(together(zones.built_up.values()), -60.0)
    shapely.prepare(towns)
    west, south, east, north = towns.bounds
    found: list[tuple[str, str, BaseGeometry]] = []
    tries = np.arange(4000)
    xs, ys = scatter(401, tries), scatter(402, tries)
    for x, y in zip(xs, ys, strict=True):
        word, kind, size = KINDS[len(found) % len(KINDS)]
        centre = np.array([west + x * (east - west), south + y * (north - south)])
        shape = plot(centre, *size, TOWN_TILT)
        clear = not any(shape.distance(other) < 500.0 for _, _, other in found)
        if clear and towns.contains(shape) and shape.distance(apart) > 200.0:
            found.append((f"示意{word}{len(found) // len(KINDS) + 1:02d}", kind, shape))
        if len(found) == SENSITIVE_COUNT:
            return found
    raise ValueError("no room for the sensitive places")
