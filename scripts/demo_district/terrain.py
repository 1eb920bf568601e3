"""The ground of the demonstration: its outline, rivers, lake, wetlands, canals and roads, in metres on the board."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from demo_district import figures
from demo_district.drawing import (
    Points,
    curve,
    cut,
    dissolved,
    fit,
    line_of,
    meander,
    metres,
    ragged,
    ribbon,
    ring,
    rounded,
    together,
    valid,
)
from demo_district.sketch import named, on_board, outlines, points

RIVER_HALF_WIDTH_M = {"海河": 60.0, "永定新河": 75.0}
CANAL_HALF_WIDTH_M = 14.0
# Where along each river the red line runs, as shares of its length in the district, and on which bank (1 = left).
RED_LINE_REACH = {"海河": (0.30, 0.93, 1), "永定新河": (0.22, 0.78, -1)}
RED_LINE_INSIDE_WATER_M = 10.0


@dataclass(frozen=True)
class Terrain:
    """What lies in the district, drawn once."""

    rivers: Mapping[str, Points]
    district: Polygon
    red_line: Mapping[str, Polygon]
    lake: BaseGeometry
    wetlands: Mapping[str, BaseGeometry]
    canals: Mapping[str, LineString]
    roads: tuple[LineString, ...]
    runways: tuple[LineString, ...]
    airfield: Polygon
    aprons: tuple[LineString, ...]
    subdistricts: Mapping[str, BaseGeometry]

    @cached_property
    def river_water(self) -> BaseGeometry:
        """The water of the two rivers, half of it outside the district."""
        return together(line_of(line).buffer(RIVER_HALF_WIDTH_M[name]) for name, line in self.rivers.items())

    @cached_property
    def canal_water(self) -> BaseGeometry:
        """The water of the canals."""
        return together(line.buffer(CANAL_HALF_WIDTH_M) for line in self.canals.values())


def draw_terrain() -> Terrain:
    """Return the ground, its outline and red line grown to their figures."""
    rivers = {
        "海河": meander(on_board("haihe"), [(120.0, 2100.0), (30.0, 750.0), (6.0, 210.0)], seed=11),
        "永定新河": meander(on_board("yongding"), [(100.0, 2300.0), (25.0, 900.0), (6.0, 210.0)], seed=21),
    }
    district = fit(lambda by: _outline(rivers, by), figures.DISTRICT_M2, -1500.0, 1500.0)
    if not isinstance(district, Polygon):
        raise TypeError("the district fell into parts")
    canals = {
        name: LineString(meander(metres(line), [(25.0, 800.0)], seed=30 + index))
        for index, (name, line) in enumerate(named("canals").items())
    }
    return Terrain(
        rivers=rivers,
        district=district,
        red_line=_red_line(rivers),
        lake=rounded(points("lake"), seed=41),
        wetlands={
            name: rounded(line, 50 + index, swing_m=40.0)
            for index, (name, line) in enumerate(named("wetlands").items())
        },
        canals=canals,
        roads=tuple(LineString(curve(metres(line))) for line in outlines("roads")),
        runways=tuple(LineString(metres(line)) for line in outlines("runways")),
        airfield=ring(points("airfield"), seed=61),
        aprons=tuple(LineString(metres(line)) for line in outlines("aprons")),
        subdistricts=_subdistricts(district),
    )


def _outline(rivers: Mapping[str, Points], by_m: float) -> BaseGeometry:
    """Return the district whose eastern border is pushed out by ``by_m`` in its middle and not at its ends."""
    east, west = on_board("east"), on_board("west")
    north, south = rivers["永定新河"], rivers["海河"]
    east[0], east[-1], west[0], west[-1] = north[-1], south[-1], south[0], north[0]
    east, west = ragged(east, seed=1), ragged(west, seed=2)
    part = np.arange(len(east)) / (len(east) - 1)
    east[:, 0] += by_m * 4.0 * part * (1.0 - part)
    return valid(Polygon(np.round(np.vstack([north, east[1:], south[::-1][1:], west[1:]]), 3)))


def _red_line(rivers: Mapping[str, Points]) -> dict[str, Polygon]:
    def strips(width_m: float) -> list[Polygon]:
        return [
            ribbon(
                rivers[name],
                start,
                end,
                side,
                RIVER_HALF_WIDTH_M[name] - RED_LINE_INSIDE_WATER_M,
                width_m,
                seed=70 + index,
            )
            for index, (name, (start, end, side)) in enumerate(RED_LINE_REACH.items())
        ]

    fitted = fit(lambda width_m: shapely.MultiPolygon(strips(width_m)), figures.RED_LINE_M2, 40.0, 300.0)
    return dict(zip(RED_LINE_REACH, shapely.get_parts(fitted).tolist(), strict=True))


def _subdistricts(district: Polygon) -> dict[str, BaseGeometry]:
    """Return the parts of the district nearest to each name's seeds, with ragged common borders and no gap."""
    seeds = [(name, Point(seed)) for name, places in named("subdistricts").items() for seed in metres(places)]
    edges = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint([seed for _, seed in seeds]), extend_to=district, only_edges=True)
    )
    borders = [
        LineString(ragged(np.asarray(edge.coords), seed=300 + index, size=0.13, finest_m=220.0))
        for index, edge in enumerate(edges)
    ]
    tree = shapely.STRtree([seed for _, seed in seeds])
    return dissolved(cut(district, borders), lambda place: seeds[int(tree.nearest(place))][0])
