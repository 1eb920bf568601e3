"""Which feature of an old version has become which of a new one, and what each has gained and lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from ecozone.assess.slivers import is_thin, split_thin
from ecozone.geo import area_m2, difference, intersection, union
from ecozone.text import joined

#: What became of features: unchanged, only redrawn along the edge, changed; new, gone; one into several, several into
#: one, several into several.
FATES = ("same", "redrawn", "changed", "new", "gone", "split", "merged", "regrouped")

FEATURE_COLUMNS = (
    "fate",
    "old",
    "old_name",
    "new",
    "new_name",
    "old_m2",
    "new_m2",
    "difference_m2",
    "kept_m2",
    "added_m2",
    "removed_m2",
    "thin_added_m2",
    "thin_removed_m2",
)
FEATURE_TEXTS = frozenset({"fate", "old", "old_name", "new", "new_name"})

# Where features themselves are thin, they are the same ground where they share this part of the smaller one.
_HALF = 0.5


def matched(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, width_m: float | None, *, keyed: bool
) -> tuple[set[tuple[int, int]], list[str]]:
    """Return which old and new features belong together, and, of these, those whose keys are not equal.

    Features belong together where one is what the other shares most ground with, strips thinner than ``width_m``
    aside; with a key, where their keys are equal, and by ground only where a key is found in one version alone.

    Parameters
    ----------
    old, new : GeoDataFrame
        As `ecozone.assess.version_shapes.ready` gives them.

    Returns
    -------
    pairs : set of tuple of int
        Places of an old and a new feature.
    by_ground : list of str
        With a key: ``old → new`` of each pair that ground alone links; else empty.
    """
    left, right, area = _real_overlaps(old, new, width_m)
    pairs = set(_best(left, right, area)) | {(o, n) for n, o in _best(right, left, area)}
    by_ground: list[str] = []
    if keyed:
        place = {label: n for n, label in enumerate(new["label"])}
        equal = {(o, place[label]) for o, label in enumerate(old["label"]) if label in place}
        known_old, known_new = {o for o, _ in equal}, {n for _, n in equal}
        # A key on both sides settles its feature; one that is new or gone may still be a part of another.
        loose = {(o, n) for o, n in pairs - equal if o not in known_old or n not in known_new}
        by_ground = [f"{old['label'].iloc[o]} → {new['label'].iloc[n]}" for o, n in sorted(loose)]
        pairs = equal | loose
    return pairs, by_ground


def feature_rows(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, width_m: float | None, pairs: set[tuple[int, int]]
) -> Iterator[dict[str, Any]]:
    """Yield rows of `FEATURE_COLUMNS`, those `matched` in one, by old features, then new ones."""
    for olds, news in _groups(len(old), len(new), pairs):
        yield _row(old.iloc[olds], new.iloc[news], width_m)


def _real_overlaps(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, width_m: float | None
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    left, right = shapely.STRtree(new.geometry.array).query(old.geometry.array, predicate="intersects")
    shared = intersection(
        gpd.GeoSeries(old.geometry.to_numpy()[left], crs=old.crs),
        gpd.GeoSeries(new.geometry.to_numpy()[right], crs=old.crs),
    )
    area = area_m2(shared).to_numpy()
    least = np.minimum(old["area_m2"].to_numpy()[left], new["area_m2"].to_numpy()[right])
    real = (area > 0) & ((area >= _HALF * least) | ~np.array([is_thin(shape, width_m) for shape in shared], dtype=bool))
    return left[real], right[real], area[real]


def _best(one: NDArray[np.intp], other: NDArray[np.intp], area: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return for each of ``one`` the other that it shares most ground with."""
    order = np.lexsort((other, -area, one))
    _, first = np.unique(one[order], return_index=True)
    return list(zip(one[order][first].tolist(), other[order][first].tolist(), strict=True))


def _groups(olds: int, news: int, pairs: set[tuple[int, int]]) -> list[tuple[list[int], list[int]]]:
    """Return the features that hang together by pairs; each feature is in one group."""
    group = list(range(olds + news))

    def root(at: int) -> int:
        while group[at] != at:
            at = group[at]
        return at

    for o, n in pairs:
        first, second = sorted((root(o), root(olds + n)))
        group[second] = first
    found: dict[int, tuple[list[int], list[int]]] = {}
    for at in range(olds + news):
        mine = found.setdefault(root(at), ([], []))
        (mine[0] if at < olds else mine[1]).append(at if at < olds else at - olds)
    return list(found.values())


def _row(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, width_m: float | None) -> dict[str, Any]:
    crs = old.crs
    before, after = (gpd.GeoSeries([union(side.geometry)], crs=crs) for side in (old, new))
    thin, whole = [], []
    for one, other in ((after, before), (before, after)):
        change = difference(one, other).iloc[0]
        shapes = gpd.GeoSeries([change, split_thin(change, width_m, crs)[1]], crs=crs)
        sizes = area_m2(shapes)
        whole.append(float(sizes.iloc[0]))
        thin.append(float(sizes.iloc[1]))
    old_m2, new_m2 = (float(area_m2(side).iloc[0]) for side in (before, after))
    return {
        "fate": _fate(len(old), len(new), sum(whole), sum(thin)),
        "old": joined(old["label"]) or None,
        "old_name": joined(dict.fromkeys(name for name in old["name"] if name)) or None,
        "new": joined(new["label"]) or None,
        "new_name": joined(dict.fromkeys(name for name in new["name"] if name)) or None,
        "old_m2": old_m2,
        "new_m2": new_m2,
        "difference_m2": new_m2 - old_m2 if sum(whole) else 0.0,
        "kept_m2": kept_of(old_m2, new_m2, *whole),
        "added_m2": whole[0],
        "removed_m2": whole[1],
        "thin_added_m2": thin[0],
        "thin_removed_m2": thin[1],
    }


def kept_of(old_m2: float, new_m2: float, added_m2: float, removed_m2: float) -> float:
    """Return the ground that both versions have, so that it and what was removed, or added, come to the old or the new.

    From either side it is the same but for vertices moved to the millimetre grid: it lies half way, whichever version
    is called the old one.

    >>> kept_of(10.0, 12.0, 5.0, 3.0)
    7.0
    """
    return max((old_m2 - removed_m2 + (new_m2 - added_m2)) / 2.0, 0.0)


def _fate(olds: int, news: int, changed_m2: float, thin_m2: float) -> str:
    if olds == 0 or news == 0:
        return "gone" if news == 0 else "new"
    if olds > 1 or news > 1:
        return "split" if olds == 1 else "merged" if news == 1 else "regrouped"
    if changed_m2 == 0:
        return "same"
    return "redrawn" if thin_m2 == changed_m2 else "changed"
