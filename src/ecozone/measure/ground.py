"""How much ground the cells of a raster cover: on the ellipsoid, or in the plane of its grid."""

from __future__ import annotations

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
#: Along a row a parabola through three Chebyshev nodes gives it to 1e-10 in a segment this wide.
_SEGMENT_M = 20_000.0
_LONGEST_SEGMENT = 8192
_AT_THREE = chebyshev.chebpts1(3)


class Ground:
    """The ground under the cells of one raster: along its rows, a parabola in each segment of columns.

    Segments and patches are those of the raster, whatever part of it is asked for, so that a cell's ground is the same
    to the bit in any strip. May be pickled, and asked from several threads.

    Parameters
    ----------
    raster : LandRaster
    area : "ellipsoidal" or "plane"

    Attributes
    ----------
    segment : int
        Columns in a segment: a power of two, from 2 to 8192.

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
        metres = metres_per_unit(raster.crs)
        even = self._plane_cell_m2 is not None or self._by_rows
        self.segment = _LONGEST_SEGMENT if even else _cells(_SEGMENT_M, metres * abs(raster.transform.a))
        # A patch is whole segments wide.
        self._patch_columns = max(self.segment, _cells(_PATCH_M, metres * abs(raster.transform.a), most=2**20))
        self._patch_rows = _cells(_PATCH_M, metres * abs(raster.transform.e), most=2**20)
        self._patches: dict[tuple[int, int], Floats] = {}
        self._lock = Lock()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _lock=Lock())

    def strip(self, top: int, bottom: int, columns: Mask) -> Floats:
        """Return the ground of cells in the rows from ``top`` to ``bottom``.

        Parameters
        ----------
        top, bottom : int
        columns : ndarray of bool, shape (segments,)
            The segments that are asked for; what is returned of others means nothing.

        Returns
        -------
        ndarray, shape (bottom - top, segments, 3)
            The ground, m², of the cell at place p (0, 1 …) of its segment is the sum of these times 1, p and p².
        """
        found = np.zeros((bottom - top, len(columns), 3))
        if self._plane_cell_m2 is not None:
            found[:, :, 0] = self._plane_cell_m2
        elif self._by_rows:
            found[:, :, 0] = pixel_area_rows(self._transform, bottom - top, self._crs, first_row=top)[:, None]
        else:
            # Middles of cells at the nodes, in places p, and from values there to the parabola's coefficients.
            places = (_AT_THREE + 1.0) / 2.0 * self.segment - 0.5
            to_parabola = np.linalg.inv(np.vander(places, 3, increasing=True)).T
            for number in np.flatnonzero(columns):
                across = float(number) * self.segment + places + 0.5
                for row in range(top - top % self._patch_rows, bottom, self._patch_rows):
                    high, low = max(row, top), min(row + self._patch_rows, bottom)
                    values = self._patch_values(np.arange(high, low, dtype=np.float64) + 0.5, across)
                    found[high - top : low - top, number] = values @ to_parabola * self._cell
        return found

    def grade(self, top: int, bottom: int) -> Floats:
        """Return by how much a cell's ground grows from its top to its foot, a row, as a share; 0 in the plane."""
        if self._plane_cell_m2 is not None:
            return np.zeros(bottom - top)
        edges = np.linspace(-1.0, 1.0, bottom - top + 1)
        rows = top + (bottom - top) * (_AT + 1.0) / 2.0
        scale = chebyshev.chebvander(edges, _NODES - 1) @ _TO_COEFFICIENTS @ self._scale(rows, self._width / 2)
        return np.asarray(2.0 * np.diff(scale) / (scale[1:] + scale[:-1]))

    def _patch_values(self, rows: Floats, columns: Floats) -> Floats:
        """Return the areal scale at places of one patch, of shape (rows, columns)."""
        number = int(rows[0]) // self._patch_rows, int(columns[0]) // self._patch_columns
        first_row, first_column = number[0] * self._patch_rows, number[1] * self._patch_columns
        with self._lock:
            patch = self._patches.get(number)
            if patch is None:
                down = first_row + self._patch_rows * (_AT + 1.0) / 2.0
                across = first_column + self._patch_columns * (_AT + 1.0) / 2.0
                patch = _TO_COEFFICIENTS @ self._scale(down[:, None], across[None, :]) @ _TO_COEFFICIENTS.T
                self._patches[number] = patch
        high = chebyshev.chebvander(2.0 * (rows - first_row) / self._patch_rows - 1.0, _NODES - 1)
        wide = chebyshev.chebvander(2.0 * (columns - first_column) / self._patch_columns - 1.0, _NODES - 1)
        return np.asarray(high @ patch @ wide.T)

    def _scale(self, row: Floats, column: Floats | float) -> Floats:
        x, y = self._transform.c + self._transform.a * column, self._transform.f + self._transform.e * row
        return areal_scale(x, y, self._crs)

    def _has_exact_rows(self) -> bool:
        try:
            pixel_area_rows(self._transform, 1, self._crs)
        except CrsError:  # degrees of another ellipsoid, which `areal_scale` leads over
            return False
        return True


def _cells(metres: float, cell_m: float, most: int = _LONGEST_SEGMENT) -> int:
    """Return how many cells make up a length, down to a power of two from 2 to ``most``."""
    return min(max(1 << max(int(metres / cell_m), 1).bit_length() - 1, 2), most)
