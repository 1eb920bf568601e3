"""Which part of a site a layer can speak of: "no features here" is proof only where the layer is complete."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from ecozone.geo import area_m2, difference, length_m
from ecozone.measure import EdgeIndex, Prepared, index_of, pieces_of, sides_of
from ecozone.workspace import Layer, Workspace

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Extents are cut so far away from a site, metres.
_MARGIN_M = 1.0


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
    sites : Prepared
        In the workspace's CRS, valid.
    ws : Workspace
    indexes : dict
        The indexes of extents that are known already; more are put into it.
    """

    def __init__(self, sites: Prepared, ws: Workspace, indexes: dict[str | None, EdgeIndex]) -> None:
        self._sites = sites
        self._ws = ws
        self._indexes = indexes
        self._known: dict[str | None, Beyond | None] = {}
        self.refused: Mask = shapely.is_missing(sites.shapes)

    def beyond(self, layer: Layer) -> Beyond | None:
        """Return what lies outside a layer's extent; None where it declares none, so that nothing is proved.

        A part of a polygon outside that is smaller than the layer's ``min_area_m2`` is noise and lies inside.
        """
        if layer.extent not in self._known:
            extent = self._ws.extent(layer.key)
            if extent is not None and layer.extent not in self._indexes:
                self._indexes[layer.extent] = index_of(np.array([extent], dtype=object))
            self._known[layer.extent] = None if extent is None else self._outside(extent, self._indexes[layer.extent])
        found = self._known[layer.extent]
        if found is None:
            return None
        flat = self._sites.outlines.dimension == 2
        noise = flat & (found.area_m2 < layer.min_area_m2) & ~found.whole
        return Beyond(found.out & ~noise, found.whole, found.area_m2, found.length_m)

    def _outside(self, extent: shapely.Geometry, index: EdgeIndex) -> Beyond:
        """Ask the index of the extent's edges, and shapely only about sites near these."""
        sites, shapes = self._sites, self._sites.shapes
        inside, apart = sides_of(sites, index)
        near = np.flatnonzero(~inside & ~apart & ~self.refused)
        shapely.prepare(extent)
        out, whole = apart & ~self.refused, apart & ~self.refused
        out[near] = ~shapely.covers(extent, shapes[near])
        whole[near] = out[near] & shapely.disjoint(extent, shapes[near])
        area, length = np.where(whole, sites.area_m2, 0.0), np.where(whole, sites.length_m, 0.0)
        cut = np.flatnonzero(out & ~whole)
        if len(cut):
            pieces = pieces_of(index)
            which = pieces.near(np.zeros(len(cut), dtype=np.intp), sites.outlines.box[cut], _MARGIN_M)
            mine, there = (gpd.GeoSeries(some, crs=sites.crs) for some in (shapes[cut], pieces.shapes(which)))
            rest = difference(mine, there)
            area[cut] = area_m2(rest)
            length[cut] = np.where(sites.outlines.dimension[cut] == 1, length_m(rest), 0.0)
        return Beyond(out, whole, area, length)
