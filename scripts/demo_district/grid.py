"""The 10 m grid of the land cover: which share of each cell a shape covers, and how large each cell is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from demo_district.drawing import BOARD, DEGREES, Points, move

CELLS_PER_DEGREE = 12_000
SEMI_MAJOR_M = 6_378_137.0
FLATTENING = 1.0 / 298.257222101


@dataclass(frozen=True)
class Grid:
    """Cells of 1/12000°, their edges on multiples of it; ``left`` and ``top`` count cells from 0°E and 0°N."""

    left: int
    top: int
    columns: int
    rows: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns

    @property
    def origin(self) -> tuple[float, float]:
        """Longitude and latitude of the north-west corner."""
        return self.left / CELLS_PER_DEGREE, self.top / CELLS_PER_DEGREE

    @cached_property
    def cell_m2(self) -> NDArray[np.float64]:
        """Ellipsoidal area (GRS80) of a cell of each row, in m²: between two parallels (Snyder 1987, eq. 3-12)."""
        squared = FLATTENING * (2.0 - FLATTENING)
        e = squared**0.5
        sine = np.sin(np.radians((self.top - np.arange(self.rows + 1)) / CELLS_PER_DEGREE))
        q = (1.0 - squared) * (sine / (1.0 - squared * sine**2) + np.arctanh(e * sine) / e)
        width = np.radians(1.0 / CELLS_PER_DEGREE)
        area: NDArray[np.float64] = SEMI_MAJOR_M**2 / 2.0 * width * (q[:-1] - q[1:])
        return np.round(area, 9)

    def covered(self, shape: BaseGeometry) -> NDArray[np.float32]:
        """Return the share of each cell that a shape on the board covers, 0 to 1 but for rounding."""
        degrees = shapely.orient_polygons(move(shape, BOARD, DEGREES))
        corner = np.array([self.left, self.top], dtype=np.float64)
        limit = [self.columns - 1e-9, self.rows - 1e-9]
        rings = [np.clip((ring * CELLS_PER_DEGREE - corner) * (1.0, -1.0), 0.0, limit) for ring in _rings(degrees)]
        starts, ends = np.vstack([ring[:-1] for ring in rings]), np.vstack([ring[1:] for ring in rings])
        total = _edge_shares(starts, ends, self.rows, self.columns)
        shares = np.cumsum(total.reshape(self.rows, self.columns + 1), axis=1)[:, :-1]
        return shares.astype(np.float32)

    def inside(self, shape: BaseGeometry) -> NDArray[np.bool_]:
        """Return the cells of which a shape on the board covers more than half."""
        result: NDArray[np.bool_] = self.covered(shape) > 0.5
        return result


def _rings(shape: BaseGeometry) -> list[Points]:
    rings: list[Points] = []
    for part in shapely.get_parts(shape):
        rings.extend(np.asarray(line.coords) for line in (part.exterior, *part.interiors))
    return rings


def _edge_shares(start: Points, end: Points, rows: int, columns: int) -> NDArray[np.float64]:
    """Return what the edges of rings add to each cell, so that a running sum along each row gives the covered shares.

    Each edge is cut where it crosses a row or a column; a piece of height h in a cell covers h × (mean distance to the
    cell's right side) of it and h of every cell to its right. Ground north of the ring's lower edges is counted in,
    north of its upper edges out.
    """
    edges, places = [np.arange(len(start))] * 2, [np.zeros(len(start)), np.ones(len(start))]
    for axis in (0, 1):
        low = np.minimum(start[:, axis], end[:, axis])
        first = np.floor(low) + 1.0
        count = np.maximum(np.ceil(np.maximum(start[:, axis], end[:, axis])) - first, 0.0).astype(np.int64)
        edge = np.repeat(np.arange(len(start)), count)
        step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        edges.append(edge)
        places.append((first[edge] + step - start[edge, axis]) / (end[edge, axis] - start[edge, axis]))
    edge, place = np.concatenate(edges), np.concatenate(places)
    order = np.lexsort((place, edge))
    edge, place = edge[order], place[order]
    points = start[edge] + (end[edge] - start[edge]) * place[:, None]
    same = edge[1:] == edge[:-1]
    a, b = points[:-1][same], points[1:][same]
    middle = (a + b) / 2.0
    row = np.clip(np.floor(middle[:, 1]).astype(np.int64), 0, rows - 1)
    column = np.clip(np.floor(middle[:, 0]).astype(np.int64), 0, columns - 1)
    height = b[:, 1] - a[:, 1]
    right = 1.0 - (middle[:, 0] - column)
    size = rows * (columns + 1)
    cell = row * (columns + 1) + column
    # Rows count southward, so a ring drawn counter-clockwise on the ground goes down on its left side.
    weight = np.concatenate([height * right, height * (1.0 - right)])
    return np.bincount(np.concatenate([cell, cell + 1]), weight, size).astype(np.float64)
