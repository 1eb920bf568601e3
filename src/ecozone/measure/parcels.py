"""The polygons of a land-use layer made ready: in a metric plane, valid, and none over another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import shapely

from ecozone.errors import InputError
from ecozone.geo import GRID_M, difference, repair, reproject, union
from ecozone.measure.edge_index import EdgeIndex
from ecozone.measure.pairs import Ints, array_of
from ecozone.measure.prepared import Prepared
from ecozone.measure.shared import by_edges
from ecozone.notices import Notice, notice
from ecozone.text import say
from ecozone.units import hectares

OnOverlap = Literal["refuse", "first"]


@dataclass(frozen=True)
class Parcels:
    """Polygons in a metric plane, their rows in the layer, what these are called, and what was noticed."""

    shapes: gpd.GeoSeries
    rows: Ints
    names: tuple[Any, ...]
    notices: tuple[Notice, ...]

    def only(self, rows: Ints) -> Parcels:
        """Return some of them."""
        return replace(self, shapes=self.shapes.iloc[rows].reset_index(drop=True), rows=self.rows[rows])


def parcels_near(layer: gpd.GeoDataFrame, zones: gpd.GeoSeries, tolerance_m: float) -> Parcels:
    """Return the polygons of a layer that may touch a zone, in the zones' CRS; straight edges stray by no more."""
    given = gpd.GeoSeries(layer.geometry.array, crs=layer.crs)
    mended, repairs = repair(given)
    here, changes = repair(reproject(mended, zones.crs, tolerance_m=tolerance_m))
    flat = (shapely.get_dimensions(here.array) == 2) & ~shapely.is_empty(here.array)
    notices = [*repairs, *changes]
    other = int((~flat & given.notna().to_numpy()).sum()) - sum(one.severity == "refused" for one in notices)
    if other > 0:
        notices.append(notice("measure.land_use_no_area", "warning", count=other))
    near = np.unique(shapely.STRtree(here.to_numpy()).query(shapely.box(*zones.bounds.to_numpy().T))[1])
    rows = near[flat[near]]
    names = tuple(layer["source_row"]) if "source_row" in layer else tuple(range(1, len(layer) + 1))
    return Parcels(here.iloc[rows].reset_index(drop=True), rows, names, tuple(notices))


def without_overlaps(parcels: Parcels, on_overlap: OnOverlap, file: str | None) -> Parcels:
    """Return parcels that do not overlap: ground under two is refused, or left to the first.

    Borders a millimetre across each other are no overlap.

    Raises
    ------
    InputError
        If parcels overlap and may not.
    """
    sites, index = Prepared(parcels.shapes), EdgeIndex(array_of(parcels.shapes))
    left, right = index.near_boxes(sites.outlines.box, 0.0)
    left, right = left[left < right], right[left < right]
    area, _, _ = by_edges(sites, index, left, right, np.ones(len(left), dtype=bool), 0.0)
    over = np.flatnonzero(area > GRID_M * np.minimum(sites.around_m[left], sites.around_m[right]))
    if not len(over):
        return parcels
    worst = over[np.argmax(area[over])]
    words: dict[str, Any] = {
        "one": parcels.names[parcels.rows[left[worst]]],
        "other": parcels.names[parcels.rows[right[worst]]],
        "area": hectares_words(float(area[worst])),
        "count": len(over),
        "total": hectares_words(float(area[over].sum())),
    }
    if on_overlap == "refuse":
        raise InputError("measure.land_use_overlap", file=file, **words)
    shapes = parcels.shapes.copy()
    for row in np.unique(right[over]).tolist():
        # Those before it are final already.
        before = shapes.iloc[left[over][right[over] == row]]
        shapes.iloc[row] = difference(shapes.iloc[[row]], gpd.GeoSeries([union(before)], [row], crs=shapes.crs)).iloc[0]
    trimmed = notice("measure.land_use_trimmed", "warning", file=file, **words)
    cut = replace(parcels, shapes=shapes, notices=(*parcels.notices, trimmed))
    return cut.only(np.flatnonzero(~shapes.is_empty.to_numpy()))


def hectares_words(area_m2: float) -> str:
    """Write an area in 公顷.

    >>> hectares_words(72_207.01)
    '7.2207 公顷'
    """
    return f"{hectares(area_m2):.4f} {say('words.hectare')}"
