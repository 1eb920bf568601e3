"""The land cover of 2025: what five years are assumed to have changed since 2020.

Some of it is what the plan wants: bare ground and works in level 1 turned to grass, groves and water, parks in the
towns. Some of it only looks so: lakes dug and trees planted in permanent basic farmland. Some of it a planner must
find: new buildings in level 1, at the edges of the barrier's towns, and on one spot of the red line.
"""

from __future__ import annotations

import numpy as np

from demo_district.drawing import along, plot
from demo_district.figures import BLUE_GREEN, GREEN, KM2, SHARES, TREES
from demo_district.ground import GRID, Ground
from demo_district.mosaic import (
    BARE,
    BUILT,
    CROP,
    GRASS,
    SHRUB,
    TREE,
    WATER,
    WETLAND,
    Codes,
    Pattern,
    fixed,
    settle,
)
from demo_district.parcels import Mask, Numbers
from demo_district.terrain import Terrain

# Assumed areas of single changes, in m².
LAKES_IN_FARMLAND_M2 = 0.90 * KM2
TREES_IN_FARMLAND_M2 = 1.20 * KM2
WORKS_IN_FARMLAND_M2 = 0.30 * KM2
BUILT_IN_LEVEL_1_M2 = 0.40 * KM2
# The spot on the red line: its place as a share of the river's length, its distance from mid-river, and its size.
SPOT_RIVER, SPOT_PLACE, SPOT_ASIDE_M, SPOT_SIZE_M = "海河", 0.62, 118.0, (230.0, 70.0)


def draw_2025(before: Codes, ground: Ground, pattern: Pattern, terrain: Terrain) -> Codes:
    """Return the land cover of 2025, shape of `GRID`, in WorldCover codes."""
    codes = before.copy()
    kept = ("verges", "banks", "red_line")
    free = ~fixed(ground) & ~np.logical_or.reduce([ground.masks[name] for name in kept])
    _farmland(codes, ground, pattern, free)
    _red_line_spot(codes, ground, terrain)
    _level_1(codes, ground, pattern, free)
    _towns(codes, ground, pattern)
    _barrier_rim(codes, ground, pattern, free)
    _trees(codes, ground, pattern, free)
    settle(codes, ground, pattern, 2025)
    return codes


def _clusters(pattern: Pattern, cell: float, seed: int) -> Numbers:
    """Return a score that is high in a few places, parcel by parcel."""
    fields = pattern.fields
    return 0.8 * fields.mean_relief(cell, seed) + 0.2 * fields.random(seed + 1)


def _missing(codes: Codes, ground: Ground, zone: str, members: tuple[int, ...], share: float) -> float:
    """Return the area that a zone lacks to its share, in m²; below 0 where it has more."""
    area = float(ground.zone_m2[zone].sum(dtype=np.float64))
    return (share - ground.share(codes, zone, members)) * area


def _farmland(codes: Codes, ground: Ground, pattern: Pattern, free: Mask) -> None:
    masks, fields = ground.masks, pattern.fields
    inner = masks["farmland"] & masks["level_1"] & free
    outer = masks["farmland"] & masks["district"] & ~masks["barrier"] & free
    for where, seed, wanted, cover in (
        (inner, 301, LAKES_IN_FARMLAND_M2, WATER),
        (inner, 304, TREES_IN_FARMLAND_M2, TREE),
        (outer, 307, WORKS_IN_FARMLAND_M2, BUILT),
    ):
        score = _clusters(pattern, 70.0, seed)
        codes[fields.choose(score, where & (codes == CROP), ground.cell_m2, wanted)] = cover


def _red_line_spot(codes: Codes, ground: Ground, terrain: Terrain) -> None:
    centre, tilt = along(terrain.rivers[SPOT_RIVER], SPOT_PLACE, SPOT_ASIDE_M)
    spot = GRID.inside(plot(centre, *SPOT_SIZE_M, tilt)) & ground.masks["red_line"] & ~ground.masks["rivers"]
    codes[spot] = BUILT


def _level_1(codes: Codes, ground: Ground, pattern: Pattern, free: Mask) -> None:
    masks, fields, area = ground.masks, pattern.fields, ground.zone_m2["level_1"]
    part = masks["only_level_1"] & free
    green = part & np.isin(codes, (GRASS, SHRUB)) & ~masks["farmland"]
    lost = part & np.isin(codes, (BUILT, BARE))
    bare = fields.mean(codes == BARE)
    codes[fields.choose(_clusters(pattern, 40.0, 311), green, area, BUILT_IN_LEVEL_1_M2)] = BUILT
    wanted = _missing(codes, ground, "level_1", BLUE_GREEN, SHARES[2025]["level_1"])
    restored = fields.choose(_clusters(pattern, 60.0, 315) + 0.25 * bare, lost, area, wanted)
    kind = fields.random(319)
    # Saplings read as grass from space, so that most new planting is not yet tree cover.
    cover = np.full(kind.size, GRASS, dtype=np.uint8)
    for least, code in ((0.55, SHRUB), (0.66, TREE), (0.78, WETLAND), (0.88, WATER)):
        cover[kind > least] = code
    codes[restored] = fields.on_grid(cover)[restored]


def _towns(codes: Codes, ground: Ground, pattern: Pattern) -> None:
    """Turn built-up blocks into parks until the built-up area's share is met."""
    blocks = pattern.blocks
    wanted = _missing(codes, ground, "greening", GREEN, SHARES[2025]["greening"])
    ground_for_parks = ground.masks["only_greening"] & ~fixed(ground) & (codes == BUILT) & (blocks.edge_m > 8.0)
    score = 0.5 * blocks.random(321) + 0.5 * blocks.mean(np.isin(codes, GREEN))
    codes[blocks.choose(score, ground_for_parks, ground.zone_m2["greening"], wanted)] = GRASS


def _barrier_rim(codes: Codes, ground: Ground, pattern: Pattern, free: Mask) -> None:
    """Build at the edges of levels 2 and 3 until the barrier's share is met."""
    fields, area = pattern.fields, ground.zone_m2["barrier"]
    excess = -_missing(codes, ground, "barrier", BLUE_GREEN, SHARES[2025]["barrier"])
    green = ground.masks["only_barrier"] & free & np.isin(codes, BLUE_GREEN)
    codes[fields.choose(_clusters(pattern, 50.0, 331), green, area, excess)] = BUILT


def _trees(codes: Codes, ground: Ground, pattern: Pattern, free: Mask) -> None:
    """Let groves grow on grass outside the barrier until the district's share is met."""
    fields, area = pattern.fields, ground.zone_m2["district"]
    wanted = _missing(codes, ground, "district", TREES, SHARES[2025]["trees"])
    grass = ground.masks["only_district"] & free & (codes == GRASS)
    codes[fields.choose(_clusters(pattern, 45.0, 341), grass, area, wanted)] = TREE
