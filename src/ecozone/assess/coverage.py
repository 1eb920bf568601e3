"""Which part of a site a layer can speak of: "no features here" is proof only where the layer is complete."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from ecozone.geo import area_m2, difference, length_m
from ecozone.workspace import Layer, Workspace

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Beyond:
    """What of each site lies outside one extent: ``out``, ``whole`` and the sizes of the part outside (ellipsoidal).

    A line has a length outside, a polygon an area, a point neither.
    """

    out: Mask
    whole: Mask
    area_m2: Floats
    length_m: Floats


class Coverage:
    """The sites against the extents in which layers are complete; layers that share one are answered at once.

    Parameters
    ----------
    sites : GeoDataFrame
        In the workspace's CRS, valid.
    """

    def __init__(self, sites: gpd.GeoDataFrame, ws: Workspace) -> None:
        self._shapes = sites.geometry
        self._ws = ws
        self._known: dict[str | None, Beyond | None] = {}
        self.refused: Mask = sites.geometry.isna().to_numpy()

    def beyond(self, layer: Layer) -> Beyond | None:
        """Return what lies outside a layer's extent; None where it declares none, so that nothing is proved.

        A part of a polygon outside that is smaller than the layer's ``min_area_m2`` is noise and lies inside.
        """
        if layer.extent not in self._known:
            extent = self._ws.extent(layer.key)
            self._known[layer.extent] = None if extent is None else self._outside(extent)
        found = self._known[layer.extent]
        if found is None:
            return None
        flat = shapely.get_dimensions(self._shapes.to_numpy()) == 2
        noise = flat & (found.area_m2 < layer.min_area_m2) & ~found.whole
        return Beyond(found.out & ~noise, found.whole, found.area_m2, found.length_m)

    def _outside(self, extent: shapely.Geometry) -> Beyond:
        shapes = self._shapes.to_numpy()
        shapely.prepare(extent)
        out = ~self.refused & ~shapely.covers(extent, shapes)
        whole = np.zeros(len(shapes), dtype=bool)
        whole[out] = shapely.disjoint(extent, shapes[out])
        area, length = np.zeros(len(shapes)), np.zeros(len(shapes))
        rows = np.flatnonzero(out)
        if len(rows):
            mine = self._shapes.iloc[rows].reset_index(drop=True)
            rest = difference(mine, gpd.GeoSeries([extent] * len(rows), crs=mine.crs))
            area[rows] = area_m2(rest)
            length[rows] = np.where(shapely.get_dimensions(mine.to_numpy()) == 1, length_m(rest), 0.0)
        return Beyond(out, whole, area, length)
