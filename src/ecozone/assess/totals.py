"""What a site shares with a whole layer: features that overlap each other count once."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from ecozone.geo import intersection, length_m, union
from ecozone.measure import EdgeIndex, Shared, sizes_between

Ints = NDArray[np.intp]
Shapes = NDArray[np.object_]


def totals_of(shared: Shared) -> pd.DataFrame:
    """Return each site's overlap with the union of the features it meets: ``overlap_m2``, ``length_m``, ``count``.

    Features of a layer that overlap each other, and no site's other features, are united once and measured like one.
    """
    count = len(shared.sites)
    met = np.flatnonzero(shared.meets)
    site, zone = shared.left[met], shared.right[met]
    measured = {"overlap_m2": shared.area_m2, "length_m": shared.length_m, "count": shared.count}
    totals = {name: np.bincount(site, all_of[met], minlength=count).astype(float) for name, all_of in measured.items()}
    several = np.bincount(site, minlength=count)[site] > 1
    flat = shared.sites.outlines.dimension[site] == 2
    solid = shared.zones.outlines.dimension[zone] == 2
    for rows in (np.flatnonzero(several & flat & solid), np.flatnonzero(several & ~flat)):
        if len(rows):
            _count_once(totals, shared, met[rows], overlapping=bool(flat[rows[0]]))
    return pd.DataFrame(totals, index=range(count), dtype=float)


def _count_once(totals: dict[str, NDArray[np.float64]], shared: Shared, rows: Ints, *, overlapping: bool) -> None:
    """Put, in place of the sum over features that hang together, what the site shares with their union.

    Features hang together where they overlap; for lines and points, which may lie on a border, where they touch.
    """
    site = shared.left[rows]
    zones, which = np.unique(shared.right[rows], return_inverse=True)
    group = _groups(shared.zones.shapes[zones], overlapping=overlapping)[which]
    keys, of, size = np.unique(np.stack([site, group]), axis=1, return_inverse=True, return_counts=True)
    of = of.reshape(-1)
    more = np.flatnonzero(size > 1)
    if not len(more):
        return
    crs = shared.sites.crs
    wanted, at = np.unique(keys[1, more], return_inverse=True)
    members = [np.unique(shared.right[rows[group == one]]) for one in wanted.tolist()]
    whole = np.array([union(gpd.GeoSeries(shared.zones.shapes[each], crs=crs)) for each in members], dtype=object)
    sites = keys[0, more]
    added = np.flatnonzero(size[of] > 1)
    for name, values in (("overlap_m2", shared.area_m2), ("length_m", shared.length_m), ("count", shared.count)):
        totals[name] -= np.bincount(site[added], values[rows[added]], minlength=len(totals[name]))
    if overlapping:
        np.add.at(totals["overlap_m2"], sites, sizes_between(shared.sites, sites, EdgeIndex(whole), at))
        return
    here, there = (gpd.GeoSeries(shapes, crs=crs) for shapes in (shared.sites.shapes[sites], whole[at]))
    common = intersection(here, there, valid=True)
    kind = shared.sites.outlines.dimension[sites]
    np.add.at(totals["length_m"], sites, np.where(kind == 1, length_m(common), 0.0))
    np.add.at(totals["count"], sites, np.where(kind == 0, shapely.get_num_geometries(common.to_numpy()), 0.0))


def _groups(shapes: Shapes, *, overlapping: bool) -> Ints:
    """Return the group of each shape: the position of the first of those that hang together with it."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    if overlapping:
        pair = one < other
        one, other = one[pair], other[pair]
        inner = shapely.relate_pattern(shapes[one], shapes[other], "T********")
        one, other = np.concatenate([one[inner], other[inner]]), np.concatenate([other[inner], one[inner]])
    group = np.arange(len(shapes))
    while True:
        before = group.copy()
        np.minimum.at(group, one, group[other])
        group = group[group]
        if (group == before).all():
            return group
