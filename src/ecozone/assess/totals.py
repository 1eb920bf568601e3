"""What a site shares with a whole layer: features that overlap each other count once."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from ecozone.geo import intersections, shape_lengths, union
from ecozone.measure import EdgeIndex, Shared, sizes_between

Ints = NDArray[np.intp]
Shapes = NDArray[np.object_]


def totals_of(shared: Shared) -> dict[str, NDArray[np.float64]]:
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
    return totals


def _count_once(totals: dict[str, NDArray[np.float64]], shared: Shared, rows: Ints, *, overlapping: bool) -> None:
    """Put, in place of the sum over features that hang together, what the site shares with their union.

    Features hang together where they overlap; for lines and points, which may lie on a border, where they touch. Only
    those that the site itself meets are united: its answer is the same to the bit, whatever sites stand beside it.
    """
    together = _together(shared, rows, _beside(shared, np.unique(shared.right[rows]), overlapping=overlapping))
    if not together:
        return
    crs = shared.sites.crs
    wanted = {members: at for at, members in enumerate(dict.fromkeys(members for _, _, members in together))}
    whole = np.array([union(gpd.GeoSeries(shared.zones.shapes[[*each]], crs=crs)) for each in wanted], dtype=object)
    sites = np.array([site for site, _, _ in together], dtype=np.intp)
    at = np.array([wanted[members] for _, _, members in together], dtype=np.intp)
    added = np.concatenate([of for _, of, _ in together])
    for name, values in (("overlap_m2", shared.area_m2), ("length_m", shared.length_m), ("count", shared.count)):
        totals[name] -= np.bincount(shared.left[added], values[added], minlength=len(totals[name]))
    if overlapping:
        np.add.at(totals["overlap_m2"], sites, sizes_between(shared.sites, sites, EdgeIndex(whole), at))
        return
    common = intersections(shared.sites.shapes[sites], whole[at])
    kind = shared.sites.outlines.dimension[sites]
    np.add.at(totals["length_m"], sites, np.where(kind == 1, shape_lengths(common, crs), 0.0))
    np.add.at(totals["count"], sites, np.where(kind == 0, shapely.get_num_geometries(common), 0.0))


def _together(shared: Shared, rows: Ints, beside: Mapping[int, set[int]]) -> list[tuple[int, Ints, tuple[int, ...]]]:
    """Return, for each site and features of it that hang together, the site, its rows with them, and the features."""
    found: list[tuple[int, Ints, tuple[int, ...]]] = []
    known: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
    for of in np.split(rows, np.flatnonzero(np.diff(shared.left[rows])) + 1):
        zones = tuple(shared.right[of].tolist())
        if zones not in known:
            known[zones] = _hanging(zones, beside)
        site = int(shared.left[of[0]])
        found += [(site, of[np.isin(shared.right[of], members)], members) for members in known[zones]]
    return found


def _hanging(zones: tuple[int, ...], beside: Mapping[int, set[int]]) -> list[tuple[int, ...]]:
    """Return the groups of two or more that hang together by way of each other.

    >>> _hanging((1, 2, 3, 4), {1: {3}, 3: {1, 9}, 9: {3, 4}, 4: {9}})
    [(1, 3)]
    """
    left = set(zones)
    groups: list[tuple[int, ...]] = []
    for zone in zones:
        stack, group = [zone], set()
        while stack:
            one = stack.pop()
            if one in left:
                left.remove(one)
                group.add(one)
                stack += beside.get(one, ())
        if len(group) > 1:
            groups.append(tuple(sorted(group)))
    return groups


def _beside(shared: Shared, zones: Ints, *, overlapping: bool) -> dict[int, set[int]]:
    """Return, of these features, which hang together with which."""
    shapes: Shapes = shared.zones.shapes[zones]
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pair = one < other
    one, other = one[pair], other[pair]
    if overlapping:
        inner = shapely.relate_pattern(shapes[one], shapes[other], "T********")
        one, other = one[inner], other[inner]
    found: dict[int, set[int]] = {}
    for first, second in zip(zones[one].tolist(), zones[other].tolist(), strict=True):
        found.setdefault(first, set()).add(second)
        found.setdefault(second, set()).add(first)
    return found
