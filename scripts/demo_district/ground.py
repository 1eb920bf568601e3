"""The plan's shapes on the grid: masks of towns, fields, water, roads and zones, and the zones' exact areas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo_district.drawing import gathered, line_of, together
from demo_district.grid import Grid
from demo_district.noise import Floats
from demo_district.parcels import Mask
from demo_district.terrain import RIVER_HALF_WIDTH_M, Terrain
from demo_district.zones import Zones

# A margin of some 500 m about the district.
GRID = Grid(left=1_406_634, top=470_820, columns=3858, rows=2784)
ROAD_HALF_WIDTH_M = 17.0
ROUNDING = 1e-6


@dataclass(frozen=True)
class Ground:
    """Masks of what lies where, and for each measured zone the area that it has of each cell, in m²."""

    masks: Mapping[str, Mask]
    zone_m2: Mapping[str, Floats]
    cell_m2: Floats

    def share(self, codes: NDArray[np.uint8], zone: str, members: tuple[int, ...]) -> float:
        """Return the share of a zone that has one of the codes ``members``."""
        area = self.zone_m2[zone]
        return float(area[np.isin(codes, members)].sum(dtype=np.float64) / area.sum(dtype=np.float64))


def survey(terrain: Terrain, zones: Zones) -> Ground:
    """Return the plan on the grid."""
    cell = np.broadcast_to(GRID.cell_m2.astype(np.float32)[:, None], GRID.shape)
    measured = {
        "district": terrain.district,
        "level_1": zones.level(1),
        "barrier": gathered(zones.barrier.values()),
        "greening": gathered(zones.built_up.values()),
    }
    covered = {name: GRID.covered(shape) for name, shape in measured.items()}
    shapes = {
        "rivers": terrain.river_water,
        "banks": together(
            line_of(line).buffer(RIVER_HALF_WIDTH_M[name] + 55.0).simplify(1.0) for name, line in terrain.rivers.items()
        ),
        "canals": terrain.canal_water,
        "canal_banks": together(line.buffer(34.0) for line in terrain.canals.values()),
        "lake": terrain.lake,
        "shore": terrain.lake.buffer(75.0),
        "wetland": together(terrain.wetlands.values()),
        "wetland_edge": together(shape.buffer(80.0) for shape in terrain.wetlands.values()),
        "roads": together(road.buffer(ROAD_HALF_WIDTH_M) for road in terrain.roads),
        "verges": together(road.buffer(ROAD_HALF_WIDTH_M + 24.0) for road in terrain.roads),
        "airfield": terrain.airfield,
        "runways": together(
            [
                *(line.buffer(45.0, cap_style="flat") for line in terrain.runways),
                *(line.buffer(190.0, cap_style="flat") for line in terrain.aprons),
            ]
        ),
        "farmland": gathered(zones.farmland.values()),
        "red_line": gathered(terrain.red_line.values()),
    }
    masks = {name: GRID.inside(shape) for name, shape in shapes.items()}
    masks |= {name: share > 0.5 for name, share in covered.items()}
    # Cells that lie wholly in one zone can be changed without moving another zone's figure.
    inner = {name: share > 1.0 - ROUNDING for name, share in covered.items()}
    untouched = {name: share < ROUNDING for name, share in covered.items()}
    masks["only_level_1"] = inner["level_1"] & untouched["greening"]
    masks["only_barrier"] = inner["barrier"] & untouched["level_1"] & untouched["greening"]
    masks["only_greening"] = inner["greening"] & untouched["barrier"]
    masks["only_district"] = inner["district"] & untouched["barrier"] & untouched["greening"]
    return Ground(masks, {name: share * cell for name, share in covered.items()}, cell)
