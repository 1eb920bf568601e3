"""Tilted parcels on the grid: fields in the country, blocks in the towns, and numbers for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demo_district.grid import Grid
from demo_district.noise import Floats, fractal, scatter

METRES_PER_COLUMN = 7.19  # at 39.12° N
METRES_PER_ROW = 9.25
STRIDE = 3

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Parcels:
    """Parcels of one size and tilt: for each cell its parcel's place in a table, and how near it is to its edge."""

    index: NDArray[np.int32]
    count: int
    edge_m: Floats

    def random(self, seed: int) -> Numbers:
        """Return an independent number in [0, 1) for each parcel."""
        return scatter(seed, np.arange(self.count))

    def mean(self, field: NDArray[Any]) -> Numbers:
        """Return the mean over each parcel of a field on the grid, taken on every third cell; 0 where none falls."""
        return self._mean(field[::STRIDE, ::STRIDE])

    def mean_relief(self, cell: float, seed: int, octaves: int = 1) -> Numbers:
        """Return smooth noise in [0, 1) for each parcel, alike among neighbours; ``cell`` is in pixels."""
        return self._mean(fractal(self.index[::STRIDE, ::STRIDE].shape, cell / STRIDE, seed, octaves))

    def _mean(self, field: NDArray[Any]) -> Numbers:
        cells = self.index[::STRIDE, ::STRIDE].ravel()
        size = np.bincount(cells, minlength=self.count)
        return np.round(np.bincount(cells, field.ravel(), self.count) / np.maximum(size, 1), 6)

    def on_grid(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the parcels' values on the cells."""
        return values[self.index]

    def choose(self, score: Numbers, where: Mask, area_m2: Floats, wanted_m2: float) -> Mask:
        """Return the cells in ``where`` of the highest-scoring parcels, of about ``wanted_m2`` and never less."""
        cells = self.index[where]
        size = np.bincount(cells, area_m2[where], minlength=score.size)
        order = np.argsort(-score, kind="stable")
        order = order[size[order] > 0.0]
        count = int(np.searchsorted(np.cumsum(size[order]), wanted_m2)) + 1
        taken = np.zeros(score.size, dtype=bool)
        taken[order[:count]] = wanted_m2 > 0.0
        chosen = np.zeros(where.shape, dtype=bool)
        chosen[where] = taken[cells]
        return chosen


def draw_parcels(grid: Grid, tilt: tuple[float, float], length_m: float, depth_m: float, seed: int) -> Parcels:
    """Return parcels about ``length_m`` × ``depth_m``, their rows along the unit vector ``tilt`` (east, north)."""
    east = np.arange(grid.columns, dtype=np.float32) * np.float32(METRES_PER_COLUMN)
    north = np.arange(grid.rows, dtype=np.float32)[::-1] * np.float32(METRES_PER_ROW)
    along = (north * np.float32(tilt[1]))[:, None] + (east * np.float32(tilt[0]))[None, :]
    across = (north * np.float32(tilt[0]))[:, None] - (east * np.float32(tilt[1]))[None, :]
    across -= across.min()
    across /= np.float32(depth_m)
    row = np.floor(across)
    depth = (across - row) * np.float32(depth_m)
    row = row.astype(np.int32)
    count = int(row.max()) + 1
    lengths = (length_m * (0.6 + 0.9 * scatter(seed, np.arange(count)))).astype(np.float32)
    shifts = (length_m * scatter(seed + 1, np.arange(count))).astype(np.float32)
    length = lengths[row]
    along -= along.min()
    along += shifts[row]
    along /= length
    column = np.floor(along)
    side = (along - column) * length
    np.minimum(side, length - side, out=side)
    np.minimum(depth, np.float32(depth_m) - depth, out=depth)
    column = column.astype(np.int32)
    columns = int(column.max()) + 1
    return Parcels(row * columns + column, count * columns, np.minimum(side, depth, out=side))


def patchwork(first: Parcels, second: Parcels, where: Mask) -> Parcels:
    """Return the first pattern, with the second in its place ``where`` it is true."""
    return Parcels(
        np.where(where, second.index + np.int32(first.count), first.index),
        first.count + second.count,
        np.where(where, second.edge_m, first.edge_m),
    )
