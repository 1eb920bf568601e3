"""How much ground the cells of a raster cover: on the ellipsoid, or in the plane of its grid."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from threading import Lock
from typing import Any, Literal

import geopandas as gpd
import numpy as np
from numpy.polynomial import chebyshev
from shapely import box

from ecozone.errors import CrsError
from ecozone.geo import areal_scale, is_geographic, metres_per_unit, pixel_area_rows, plane_area_m2
from ecozone.landcover import LandRaster
from ecozone.measure.arrays import Floats, Mask

AreaKind = Literal["ellipsoidal", "plane"]
CoverageKind = Literal["fraction", "centre"]

#: The areal scale is as smooth as a projection: so many Chebyshev nodes a side give it to 1e-11 in a patch this wide.
_NODES = 12
_PATCH_M = 100_000.0
_AT = chebyshev.chebpts1(_NODES)
_TO_COEFFICIENTS = np.linalg.inv(chebyshev.chebvander(_AT, _NODES - 1))
#: Within a tile this high and wide it is linear in the row and quadratic in the column, to 1e-9 at its corners.
_TILE_M = 200.0, 5_200.0
_MOST_ROWS, _MOST_COLUMNS = 16, 512
#: Two Gauss nodes and three Chebyshev nodes.
_AT_TWO = np.array([-1.0, 1.0]) / np.sqrt(3.0)
_AT_THREE = chebyshev.chebpts1(3)


class Ground:
    """The ground under the cells of one raster: in each tile of it, linear in the row and quadratic in the column.

    May be pickled, and asked from several threads.

    Parameters
    ----------
    raster : LandRaster
    area : "ellipsoidal" or "plane"

    Attributes
    ----------
    tile_rows, tile_columns : int
        Cells in a tile: powers of two, up to 16 and 512.

    Raises
    ------
    CrsError
        Plane areas of degrees or of the web maps' Mercator.
    """

    def __init__(self, raster: LandRaster, area: AreaKind) -> None:
        self._crs, self._transform = raster.crs, raster.transform
        self._width = raster.width
        self._cell = abs(raster.transform.a * raster.transform.e)
        self._plane_cell_m2: float | None = None
        if area == "plane":
            unit = gpd.GeoSeries([box(0.0, 0.0, 1.0, 1.0)], crs=raster.crs)
            self._plane_cell_m2 = self._cell * float(plane_area_m2(unit).iloc[0])
        self._by_rows = is_geographic(raster.crs) and self._has_exact_rows()
        unit_m = metres_per_unit(raster.crs)
        high, wide = abs(raster.transform.e) * unit_m, abs(raster.transform.a) * unit_m
        plane = self._plane_cell_m2 is not None
        self.tile_rows = _MOST_ROWS if plane else _cells(_TILE_M[0] / high, _MOST_ROWS)
        self.tile_columns = _MOST_COLUMNS if plane or self._by_rows else _cells(_TILE_M[1] / wide, _MOST_COLUMNS)
        places = (_AT_THREE + 1.0) / 2.0 * self.tile_columns - 0.5
        #: From values at the nodes across a tile to coefficients.
        self._to_parabola = np.linalg.inv(np.vander(places, 3, increasing=True)).T
        self._patch_rows = _cells(_PATCH_M / high, 2**20)
        self._patch_columns = _cells(_PATCH_M / wide, 2**20)
        self._patches: dict[tuple[int, int], Floats] = {}
        self._lock = Lock()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _lock=Lock())

    def tiles(self, top: int, bottom: int, left: int, columns: Mask) -> Floats:
        """Return the ground of the tiles in the rows from ``top`` to ``bottom``; they begin at ``top`` and ``left``.

        Parameters
        ----------
        top, bottom, left : int
        columns : ndarray of bool, shape (columns of tiles,)
            Those that are asked for; what is returned of others means nothing.

        Returns
        -------
        ndarray, shape (rows of tiles, columns of tiles, 4)
            The ground, m², of the cell in row r and at place p (0, 1 …) of its tile is the sum of these times 1, r, p
            and p².
        """
        firsts = np.arange(top, bottom, self.tile_rows, dtype=np.float64)
        found = np.zeros((len(firsts), len(columns), 4))
        if self._plane_cell_m2 is not None:
            found[:, :, 0] = self._plane_cell_m2
            return found
        # Middles of cells at the nodes, counted from the tile's first cell.
        rows = (_AT_TWO + 1.0) / 2.0 * self.tile_rows - 0.5
        places = (_AT_THREE + 1.0) / 2.0 * self.tile_columns - 0.5
        if self._by_rows:
            areas = pixel_area_rows(self._transform, self.tile_rows * len(firsts), self._crs, first_row=top)
            areas = areas.reshape(len(firsts), self.tile_rows)
            middle = np.arange(self.tile_rows) - (self.tile_rows - 1) / 2.0
            slope = areas @ middle / max(float(middle @ middle), 1.0)
            found[:, :, 0] = (areas.mean(axis=1) - slope * (self.tile_rows - 1) / 2.0)[:, None]
            found[:, :, 1] = slope[:, None]
            return found
        down = (firsts[:, None] + rows + 0.5).ravel()
        across = (left + np.flatnonzero(columns)[:, None] * float(self.tile_columns) + places + 0.5).ravel()
        values = self._values(down, across).reshape(len(firsts), 2, -1, 3)
        parabolas = values @ self._to_parabola * self._cell
        mean, growth = parabolas.mean(axis=1), (parabolas[:, 1] - parabolas[:, 0]) / (rows[1] - rows[0])
        if self.tile_rows == 1:
            growth[:] = 0.0
        # The growth of the ground from row to row, in the middle of the tile.
        growth = growth @ np.array([1.0, places[1], places[1] ** 2])
        found[:, columns, 0] = mean[..., 0] - growth * (self.tile_rows - 1) / 2.0
        found[:, columns, 1] = growth
        found[:, columns, 2:] = mean[..., 1:]
        return found

    def grade(self, top: int, bottom: int) -> Floats:
        """Return by how much a cell's ground grows from its top to its foot, a row, as a share; 0 in the plane."""
        if self._plane_cell_m2 is not None:
            return np.zeros(bottom - top)
        if self._by_rows:
            areas = pixel_area_rows(self._transform, bottom - top + 2, self._crs, first_row=top - 1)
            return np.asarray((areas[2:] - areas[:-2]) / 2.0 / areas[1:-1])
        edges = self._values(np.arange(top, bottom + 1, dtype=np.float64), np.array([self._width / 2.0]))[:, 0]
        return np.asarray(2.0 * np.diff(edges) / (edges[1:] + edges[:-1]))

    def _values(self, rows: Floats, columns: Floats) -> Floats:
        """Return the areal scale at places, of shape (rows, columns); both rise."""
        found = np.empty((len(rows), len(columns)))
        high, wide = _basis(rows / self._patch_rows), _basis(columns / self._patch_columns)
        for down, own_rows in _runs(rows // self._patch_rows):
            for across, own_columns in _runs(columns // self._patch_columns):
                found[own_rows, own_columns] = high[own_rows] @ self._patch(down, across) @ wide[own_columns].T
        return found

    def _patch(self, down: int, across: int) -> Floats:
        """Return the Chebyshev coefficients of the areal scale in a patch."""
        with self._lock:
            if (down, across) not in self._patches:
                rows = (down + (_AT + 1.0) / 2.0) * self._patch_rows
                columns = (across + (_AT + 1.0) / 2.0) * self._patch_columns
                values = self._scale(rows[:, None], columns[None, :])
                self._patches[down, across] = _TO_COEFFICIENTS @ values @ _TO_COEFFICIENTS.T
            return self._patches[down, across]

    def _scale(self, row: Floats, column: Floats | float) -> Floats:
        x, y = self._transform.c + self._transform.a * column, self._transform.f + self._transform.e * row
        return areal_scale(x, y, self._crs)

    def _has_exact_rows(self) -> bool:
        try:
            pixel_area_rows(self._transform, 1, self._crs)
        except CrsError:  # degrees of another ellipsoid, which `areal_scale` leads over
            return False
        return True


def _basis(places: Floats) -> Floats:
    """Return the Chebyshev polynomials at places of patches, 0 … 1 in each."""
    angles = np.arccos(2.0 * (places - np.floor(places)) - 1.0)
    return np.asarray(np.cos(angles[:, None] * np.arange(_NODES)))


def _runs(values: Floats) -> Iterator[tuple[int, slice]]:
    """Give each of the values, which rise, and where it stands."""
    ends = np.flatnonzero(np.diff(values, append=np.nan)) + 1
    for first, last in itertools.pairwise([0, *ends.tolist()]):
        yield int(values[first]), slice(first, last)


def _cells(number: float, most: int) -> int:
    """Return a number of cells, down to a power of two from 1 to ``most``."""
    return int(min(1 << max(int(number), 1).bit_length() - 1, most))
