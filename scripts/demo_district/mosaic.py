"""The land cover of 2020: a mosaic of fields, villages, towns, water and trees, brought to the plan's shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo_district.figures import BLUE_GREEN, GREEN, SHARES, TREES
from demo_district.ground import GRID, Ground
from demo_district.noise import Floats, fractal, relief
from demo_district.parcels import Mask, Parcels, draw_parcels, patchwork
from demo_district.trim import Trim, highest, trim

TREE, SHRUB, GRASS, CROP, BUILT, BARE, WATER, WETLAND = 10, 20, 30, 40, 50, 60, 80, 90
Codes = NDArray[np.uint8]

# Assumed: how much of the open country outside the barrier is not blue-green, and of the towns' rim inside it.
COUNTRY_DEVELOPED = 0.27
BARRIER_TOWN_GREEN = 0.36
# Cells without data in the north-east corner: rows and columns from it, together.
NODATA_CORNER = 260
FIELD_TILT = (0.96, 0.28)
TOWN_TILT = (0.992, -0.126)


@dataclass(frozen=True)
class Pattern:
    """The parcels and noise that both years share: noise by the size of its patches in cells."""

    fields: Parcels
    blocks: Parcels
    fine: Floats
    patches: Floats
    broad: Floats


def draw_pattern() -> Pattern:
    """Return the pattern of parcels and noise."""
    broad = fractal(GRID.shape, 300.0, seed=231, octaves=3)
    along = draw_parcels(GRID, FIELD_TILT, 230.0, 95.0, seed=201)
    upright = draw_parcels(GRID, (FIELD_TILT[1], -FIELD_TILT[0]), 190.0, 80.0, seed=205)
    return Pattern(
        fields=patchwork(along, upright, relief(GRID.shape, 230.0, 209) > 0.55),
        blocks=draw_parcels(GRID, TOWN_TILT, 250.0, 210.0, seed=211),
        fine=fractal(GRID.shape, 9.0, seed=221, octaves=2),
        patches=fractal(GRID.shape, 80.0, seed=225, octaves=2),
        broad=broad,
    )


def draw_2020(ground: Ground, pattern: Pattern) -> Codes:
    """Return the land cover of 2020, shape of `GRID`, in WorldCover codes."""
    codes = _country(ground, pattern)
    _towns(codes, ground, pattern)
    _waters(codes, ground, pattern)
    _roads(codes, ground, pattern)
    _develop(codes, ground, pattern)
    _plant(codes, ground, pattern)
    settle(codes, ground, pattern, 2020)
    return codes


def fixed(ground: Ground) -> Mask:
    """Return the cells that neither calibration nor change may touch: rivers, lake, roads, airfield."""
    masks = ground.masks
    return masks["rivers"] | masks["lake"] | masks["canals"] | masks["wetland"] | masks["roads"] | masks["airfield"]


def _country(ground: Ground, pattern: Pattern) -> Codes:
    """Fields, fallow, groves and ponds by parcel, with belts along some of their edges."""
    fields, masks = pattern.fields, ground.masks
    lean = fields.mean(masks["level_1"])
    kind = fields.random(241) * 0.65 + fields.mean(pattern.patches) * 0.35 - 0.12 * lean
    wet = fields.mean_relief(110.0, 243) + 0.1 * lean
    cover = np.full(kind.size, GRASS, dtype=np.uint8)
    cover[kind > 0.40] = CROP
    cover[kind < 0.15] = SHRUB
    pond = (wet > 0.66) & (fields.random(244) < 0.6)
    codes: Codes = fields.on_grid(cover).astype(np.uint8)
    codes[masks["farmland"] & fields.on_grid(fields.random(245) < 0.95)] = CROP
    codes[fields.on_grid(pond) & ~masks["farmland"] & (fields.edge_m > 9.0)] = WATER
    codes[fields.on_grid(fields.random(246) < 0.22) & (fields.edge_m < 8.0)] = GRASS
    return codes


def _towns(codes: Codes, ground: Ground, pattern: Pattern) -> None:
    """Blocks with streets; the greenest cells of the built-up area are green until its share is met.

    The barrier's towns are greener by less than the rest: their share is what the barrier's own leaves them.
    """
    masks, blocks = ground.masks, pattern.blocks
    town = masks["greening"]
    codes[town] = BUILT
    green = 0.55 * pattern.fine + 0.45 * blocks.on_grid(
        0.5 * blocks.random(251) + 0.5 * blocks.mean(pattern.patches)
    ).astype(np.float32)
    open_ground = town & (blocks.edge_m > 8.0) & ~fixed(ground)
    area = ground.zone_m2["greening"]
    whole = float(area.sum(dtype=np.float64))
    inner = masks["barrier"] & town
    inner_share = BARRIER_TOWN_GREEN * float(area[inner].sum(dtype=np.float64)) / whole
    codes[highest(green, open_ground & inner, area, inner_share)] = GRASS
    codes[highest(green, open_ground & ~inner, area, SHARES[2020]["greening"] - inner_share)] = GRASS


def _waters(codes: Codes, ground: Ground, pattern: Pattern) -> None:
    masks = ground.masks
    bank = (masks["banks"] | masks["canal_banks"] | masks["shore"]) & ~masks["greening"]
    codes[bank] = GRASS
    codes[bank & (pattern.fine > 0.62)] = TREE
    codes[masks["banks"] & (pattern.fine < 0.36) & ~masks["greening"]] = WETLAND
    codes[masks["wetland"]] = WETLAND
    codes[masks["wetland"] & (pattern.fine > 0.58)] = WATER
    codes[masks["rivers"] | masks["canals"] | masks["lake"]] = WATER


def _roads(codes: Codes, ground: Ground, pattern: Pattern) -> None:
    masks = ground.masks
    water = masks["rivers"] | masks["lake"]
    verge = masks["verges"] & ~water & ~masks["greening"]
    codes[verge] = TREE
    codes[verge & (pattern.fine < 0.4)] = GRASS
    codes[masks["airfield"]] = GRASS
    codes[masks["runways"]] = BUILT
    codes[masks["roads"] & ~water] = BUILT


def _develop(codes: Codes, ground: Ground, pattern: Pattern) -> None:
    """Villages, works and bare ground: the likeliest parcels of each part until its share is met."""
    fields, masks = pattern.fields, ground.masks
    score = 0.55 * fields.mean_relief(95.0, 261, octaves=2) + 0.33 * fields.mean_relief(26.0, 263)
    score += 0.12 * fields.random(264)
    kept = ("greening", "farmland", "banks", "canal_banks", "shore", "wetland_edge", "verges", "red_line")
    free = ~fixed(ground) & ~np.logical_or.reduce([masks[name] for name in kept])
    parts = {
        "level_1": (masks["level_1"], 1.0 - SHARES[2020]["level_1"]),
        "barrier": (masks["barrier"] & ~masks["level_1"], 1.0 - SHARES[2020]["barrier"]),
        "district": (~masks["barrier"], COUNTRY_DEVELOPED),
    }
    bare = fields.on_grid(fields.random(265) > 0.78)
    for name, (part, share) in parts.items():
        area = ground.zone_m2[name] if name != "district" else ground.cell_m2
        of = float(area.sum(dtype=np.float64)) if name != "district" else float(area[part].sum(dtype=np.float64))
        lost = np.isin(codes, (BUILT, BARE)) & ((area > 0.0) if name != "district" else part)
        wanted = share * of - float(area[lost].sum(dtype=np.float64))
        open_ground = part & free & np.isin(codes, BLUE_GREEN)
        chosen = fields.choose(score, open_ground, area, wanted) & (fields.edge_m > 4.0)
        codes[chosen] = BUILT
        codes[chosen & bare] = BARE


def _plant(codes: Codes, ground: Ground, pattern: Pattern) -> None:
    """Trees, grass and some shrub on the green cells: where noise is highest, until the district's share is met."""
    green = np.isin(codes, GREEN)
    likely = 0.6 * pattern.fine + 0.25 * pattern.patches + 0.15 * pattern.broad
    likely[codes == TREE] += np.float32(0.12)
    likely[ground.masks["level_1"]] += np.float32(0.04)
    likely[ground.masks["airfield"]] = 0.0
    shrub = green & (codes == SHRUB)
    codes[green] = GRASS
    codes[shrub] = SHRUB
    codes[highest(likely, green & (codes == GRASS), ground.zone_m2["district"], SHARES[2020]["trees"])] = TREE


def settle(codes: Codes, ground: Ground, pattern: Pattern, year: int) -> None:
    """Change single cells, each wholly in one zone, until every share of the year is met to a cell."""
    free = ~fixed(ground)
    shares = SHARES[year]
    greens = (GRASS,)
    for step in (
        Trim("greening", GREEN, shares["greening"], "only_greening", greens, (BUILT,)),
        Trim("level_1", BLUE_GREEN, shares["level_1"], "only_level_1", (GRASS,), (BARE, BUILT)),
        Trim("barrier", BLUE_GREEN, shares["barrier"], "only_barrier", (GRASS,), (BARE, BUILT)),
        Trim("district", TREES, shares["trees"], "only_district", (TREE,), (GRASS,)),
    ):
        trim(codes, ground, step, pattern.fine, free)


def cover_outside(codes: Codes, ground: Ground) -> Codes:
    """Return the codes with no data where a satellite's strip might end: a corner that no zone reaches."""
    row, column = np.ogrid[: GRID.rows, : GRID.columns]
    corner = (GRID.columns - column) + row < NODATA_CORNER
    if ground.masks["district"][corner].any():
        raise ValueError("the corner without data reaches the district")
    return np.where(corner, np.uint8(0), codes)
