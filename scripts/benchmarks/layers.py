"""Sites and layers of zones, made once and kept in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

CRS = "EPSG:4548"
WEST, SOUTH, WIDTH = 400_000.0, 4_200_000.0, 200_000.0
#: Zones and the vertices of each: what a layer is made of.
LAYERS: dict[str, tuple[tuple[int, int], ...]] = {
    "intricate": ((10, 100_000),),
    "many": ((49_980, 40), (20, 100_000)),
    "small": ((300, 40), (2, 5_000)),
}


def sites(folder: Path, count: int) -> Any:
    """Return polygons of up to 12 corners, 0.5 to 50 ha; of fewer, those that come first among more."""
    return _kept(folder / f"sites-{count}.parquet", lambda: make_sites(count))


def zones(folder: Path, layer: str) -> Any:
    """Return the zones of a layer."""
    return _kept(folder / f"zones-{layer}.parquet", lambda: make_zones(LAYERS[layer]))


def series(shapes: Any) -> gpd.GeoSeries:
    """Return shapes with their CRS."""
    return gpd.GeoSeries(shapes, crs=CRS)


def make_sites(count: int, seed: int = 1) -> Any:
    """Make convex polygons here and there, areas evenly spread on a scale of logarithms."""
    chance = np.random.default_rng(seed)
    x, y, size, *turn = chance.random((count, 15)).T
    middle = np.column_stack([WEST + WIDTH * x, SOUTH + WIDTH * y])
    radius = np.sqrt(10 ** (3.7 + 2.0 * size) / np.pi)
    angle = np.sort(2 * np.pi * np.stack(turn, axis=1), axis=1)
    ring = middle[:, None] + radius[:, None, None] * np.stack([np.cos(angle), np.sin(angle)], axis=2)
    return shapely.convex_hull(shapely.polygons(np.concatenate([ring, ring[:, :1]], axis=1)))


def make_zones(parts: tuple[tuple[int, int], ...], seed: int = 2) -> Any:
    """Make zones with ragged boundaries, side by side on a grid for each kind."""
    chance = np.random.default_rng(seed)
    made = []
    for count, vertices in parts:
        cells = int(np.ceil(np.sqrt(count)))
        cell = WIDTH / cells
        turn = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
        for place in range(count):
            waves = sum(
                chance.normal(0, 0.12 / k) * np.cos(k * turn + chance.uniform(0, 7)) for k in (2, 3, 5, 9, 17, 33)
            )
            away = cell * np.clip(0.4 * (1 + waves) + chance.normal(0, 0.02 / np.sqrt(vertices), vertices), 0.05, 0.7)
            x, y = WEST + cell * (place % cells + 0.5), SOUTH + cell * (place // cells + 0.5)
            made.append(shapely.Polygon(np.column_stack([x + away * np.cos(turn), y + away * np.sin(turn)])))
    return np.array(made, dtype=object)


def _kept(path: Path, make: Any) -> Any:
    if not path.exists():
        aside = path.with_suffix(".part")
        series(make()).to_frame("geometry").to_parquet(aside)
        aside.replace(path)
    return np.asarray(gpd.read_parquet(path).geometry.array, dtype=object)
