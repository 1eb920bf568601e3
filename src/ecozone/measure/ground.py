"""How much ground the cells of a raster cover: on the ellipsoid, or in the plane of its grid."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from numpy.polynomial import chebyshev
from shapely import box

from ecozone.errors import CrsError
from ecozone.geo import areal_scale, is_geographic, pixel_area_rows, plane_area_m2
from ecozone.landcover import LandRaster

Floats = npt.NDArray[np.float64]
AreaKind = Literal["ellipsoidal", "plane"]

#: The areal scale is as smooth as a projection: these many Chebyshev nodes a side give it to 1e-9 within a window of
#: hundreds of kilometres.
_NODES = 12
_AT = chebyshev.chebpts1(_NODES)
_TO_COEFFICIENTS = np.linalg.inv(chebyshev.chebvander(_AT, _NODES - 1))


class Ground:
    """The ground under the cells of one raster.

    Parameters
    ----------
    raster : LandRaster
    area : "ellipsoidal" or "plane"

    Raises
    ------
    CrsError
        Plane areas of degrees or of the web maps' Mercator.
    """

    def __init__(self, raster: LandRaster, area: AreaKind) -> None:
        self._crs, self._transform = raster.crs, raster.transform
        self._middle = raster.width / 2
        self._cell = abs(raster.transform.a * raster.transform.e)
        self.plane_cell_m2: float | None = None
        if area == "plane":
            unit = gpd.GeoSeries([box(0.0, 0.0, 1.0, 1.0)], crs=raster.crs)
            self.plane_cell_m2 = self._cell * float(plane_area_m2(unit).iloc[0])
        self._by_rows = is_geographic(raster.crs) and self._has_exact_rows()

    def cells_m2(self, row: int, column: int, height: int, width: int) -> Floats:
        """Return the area of each cell of a window, of shape (height, width) or one that broadcasts to it."""
        if self.plane_cell_m2 is not None:
            return np.full((1, 1), self.plane_cell_m2)
        if self._by_rows:
            return pixel_area_rows(self._transform, height, self._crs, first_row=row)[:, None]
        down, across = _basis(height), _basis(width)
        rows, columns = row + height * (_AT + 1.0) / 2.0, column + width * (_AT + 1.0) / 2.0
        scale = self._scale(rows[:, None], columns[None, :])
        return np.asarray(down @ scale @ across.T * self._cell)

    def grade(self, top: int, bottom: int) -> Floats | None:
        """Return by how much a cell's ground grows from its top to its foot, a row, as a share; None in the plane."""
        if self.plane_cell_m2 is not None:
            return None
        edges = np.linspace(-1.0, 1.0, bottom - top + 1)
        rows = top + (bottom - top) * (_AT + 1.0) / 2.0
        scale = chebyshev.chebvander(edges, _NODES - 1) @ _TO_COEFFICIENTS @ self._scale(rows, self._middle)
        return np.asarray(2.0 * np.diff(scale) / (scale[1:] + scale[:-1]))

    def _scale(self, row: Floats, column: Floats | float) -> Floats:
        x, y = self._transform.c + self._transform.a * column, self._transform.f + self._transform.e * row
        return areal_scale(x, y, self._crs)

    def _has_exact_rows(self) -> bool:
        try:
            pixel_area_rows(self._transform, 1, self._crs)
        except CrsError:  # degrees of another ellipsoid, which `areal_scale` leads over
            return False
        return True


def _basis(cells: int) -> Floats:
    """Return the matrix that takes values at the nodes to the middles of the cells."""
    middles = (2.0 * np.arange(cells) + 1.0) / cells - 1.0
    return np.asarray(chebyshev.chebvander(middles, _NODES - 1) @ _TO_COEFFICIENTS)
