"""Ellipsoidal sizes of many shapes among which the same object stands again and again, each measured once."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from ecozone.geo import area_m2, length_m
from ecozone.measure.pairs import Floats, Shapes


class Sizes:
    """Areas and lengths by object: what lies wholly inside a zone is its own overlap, and need not be measured again.

    Parameters
    ----------
    crs : CRS
        Of every shape that is asked about.

    Examples
    --------
    >>> square = shapely.box(535000, 4330000, 535010, 4330010)
    >>> shapes = np.array([square, square, None], dtype=object)
    >>> Sizes(CRS("EPSG:4548")).areas(shapes).round(1).tolist()
    [100.0, 100.0, 0.0]
    """

    def __init__(self, crs: CRS) -> None:
        self._crs = crs
        self._known: dict[str, dict[int, float]] = {"area": {}, "length": {}}
        # An object that is gone may leave its identity to another.
        self._kept: list[Shapes] = []

    def areas(self, shapes: Shapes) -> Floats:
        """Return the area of each shape in m²; 0 for points, lines and None."""
        return self._measured("area", shapes, shapely.get_dimensions(shapes) == 2)

    def lengths(self, shapes: Shapes) -> Floats:
        """Return the length of each line in m; 0 for points, polygons and None."""
        return self._measured("length", shapes, shapely.get_dimensions(shapes) == 1)

    def _measured(self, what: str, shapes: Shapes, wanted: NDArray[np.bool_]) -> Floats:
        sizes = np.zeros(len(shapes))
        rows = np.flatnonzero(wanted & ~shapely.is_empty(shapes))
        if not len(rows):
            return sizes
        names, once, back = np.unique(
            np.fromiter(map(id, shapes[rows]), dtype=np.int64, count=len(rows)), return_index=True, return_inverse=True
        )
        known = self._known[what]
        found = np.array([known.get(name, np.nan) for name in names.tolist()])
        new = np.flatnonzero(np.isnan(found))
        if len(new):
            series = gpd.GeoSeries(shapes[rows[once[new]]], crs=self._crs)
            found[new] = (area_m2 if what == "area" else length_m)(series).to_numpy()
            known.update(zip(names[new].tolist(), found[new].tolist(), strict=True))
            self._kept.append(shapes[rows[once[new]]])
        sizes[rows] = found[back]
        return sizes
