"""What sites share with one layer: measured once, read by findings and states alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from ecozone.assess.totals import totals_of
from ecozone.geo import azimuth_deg, distance_m
from ecozone.measure import EdgeIndex, Nearest, Prepared, Shared, nearest_to, ranges, shared_with, shares
from ecozone.workspace import Layer

#: No plane of a metric CRS shows a distance longer than so many times what it is on the ground.
_STRETCH = 2.0
_RANGE = ("overlap_min_m2", "overlap_max_m2", "length_min_m", "length_max_m")


@dataclass(frozen=True)
class Contact:
    """All that was measured between the sites and one layer.

    Attributes
    ----------
    pairs : mapping of ndarray
        One entry a site and feature that overlap, or may within the layer's positional accuracy, by their positions
        ``site`` and ``zone``; columns of `ecozone.measure.overlay` but ``depth_m``, ``overlap_min_m2, overlap_max_m2,
        length_min_m, length_max_m`` (NaN where no accuracy is declared), ``meets`` (bool) and, where they do not meet,
        ``distance_m`` and ``bearing_deg``.
    shared : Shared
        The same pairs, with the shapes of what they share at hand.
    totals : mapping of ndarray
        An entry a site: its overlap with the whole layer, overlapping features counted once: ``overlap_m2``,
        ``length_m``, ``count``; all 0 where it meets none.
    near : Nearest
        Of each site, its nearest feature, at any distance or within the one asked for at least.
    """

    pairs: Mapping[str, NDArray[Any]]
    shared: Shared
    totals: Mapping[str, NDArray[np.float64]]
    near: Nearest


def touches(sites: Prepared, zones: EdgeIndex, layer: Layer, *, reach_m: float | None = None) -> Contact:
    """Measure sites against the features of one layer.

    Parameters
    ----------
    sites : Prepared
        In the workspace's CRS.
    zones : EdgeIndex
        The layer's features in the same, valid; None where one has no geometry.
    layer : Layer
        Its ``accuracy_m`` gives the range of overlaps.
    reach_m : float, optional
        Nothing farther than this (metres) is asked of the nearest features, with 0 nothing at all.
    """
    shared = shared_with(sites, zones, reach_m=layer.accuracy_m or 0.0)
    near = nearest_to(
        sites,
        zones,
        rows=np.zeros(0, dtype=np.intp) if reach_m == 0 else None,
        touching=_first_touched(shared),
        within_m=None if reach_m is None else _STRETCH * reach_m,
    )
    if not layer.accuracy_m:
        shared = shared.only(shared.meets)
    site_share, zone_share = shares(shared)
    unknown, none = np.full(len(shared), np.nan), np.zeros(len(shared))
    pairs: dict[str, NDArray[Any]] = {
        "site": shared.left,
        "zone": shared.right,
        "overlap_m2": shared.area_m2,
        "site_share": site_share,
        "zone_share": zone_share,
        "length_m": shared.length_m,
        "count": shared.count,
        "meets": shared.meets,
        **(dict.fromkeys(_RANGE, unknown) if layer.accuracy_m is None else ranges(shared, layer.accuracy_m)),
        "distance_m": none,
        "bearing_deg": unknown,
    }
    apart = np.flatnonzero(~shared.meets)
    if len(apart):
        pieces, which = shared.pieces(apart, 4.0 * (layer.accuracy_m or 0.0))
        here = gpd.GeoSeries(sites.shapes[shared.left[apart]], crs=sites.crs)
        there = gpd.GeoSeries(pieces.shapes(which), crs=sites.crs)
        pairs["distance_m"], pairs["bearing_deg"] = none.copy(), unknown.copy()
        pairs["distance_m"][apart] = distance_m(here, there)
        pairs["bearing_deg"][apart] = azimuth_deg(here, there)
    return Contact(pairs, shared, totals_of(shared), near)


def _first_touched(shared: Shared) -> NDArray[np.intp]:
    """Return the first feature that each site touches, -1 where none."""
    first = np.full(len(shared.sites), -1, dtype=np.intp)
    # Pairs are ordered by site and feature: the first is written last.
    touched = np.flatnonzero(shared.touch)[::-1]
    first[shared.left[touched]] = shared.right[touched]
    return first
