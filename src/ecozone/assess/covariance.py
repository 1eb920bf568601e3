"""What the samples of two years share: nothing where they were drawn apart, all where one sample was read in both."""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from ecozone.assess.adjusted import Adjusted

Ints = NDArray[np.intp]

# Coordinates rounded to metres move a sample this far.
_SAME_PLACE_M = 1.0
_SAME_SHARE = 1e-6


def covariance(one: Adjusted, other: Adjusted, zone: Hashable, codes: Collection[Hashable]) -> float | None:
    """Return the covariance of the shares of ``codes`` in a zone that two years of samples give.

    0 where no place was looked at in both years, or two files give no places. Where every place was looked at in both
    years, and lies in the same stratum of the same area in both, it is the sum over strata of ``W² s₁₂ / n``: W the
    stratum's share of the zone, ``s₁₂`` the covariance of the two readings among its n samples. The variance of a
    change is then that of the stratified estimator for the difference of the two readings of each sample. None in every
    other case, which no formula here covers.

    Parameters
    ----------
    one, other : Adjusted
        Of two years.
    zone : hashable
        The key of a measured zone.
    codes : collection
        Of the classes that count.
    """
    if one.samples is None or other.samples is None:
        return 0.0
    mine, theirs = _of_zone(one, zone), _of_zone(other, zone)
    if mine is None or theirs is None:
        return 0.0
    first, second = _pairs(one, other, mine, theirs)
    if not len(first):
        return 0.0
    here, there = one.samples.iloc[first], other.samples.iloc[second]
    whole = len(mine) == len(theirs) == len(first) == len(set(first)) == len(set(second))
    if not whole or not _alike(here, there) or not _same_strata(one, other, set(here["stratum"])):
        return None
    stratum, names = pd.factorize(here["stratum"])
    areas = np.array([one.strata_m2[name] for name in names])
    size = np.bincount(stratum)
    y = [here["reference"].isin(list(codes)).to_numpy(float), there["reference"].isin(list(codes)).to_numpy(float)]
    left = [values - (np.bincount(stratum, values) / size)[stratum] for values in y]
    shared = np.bincount(stratum, left[0] * left[1]) / size / (size - 1)
    return math.fsum((areas / areas.sum()) ** 2 * shared)


def _pairs(one: Adjusted, other: Adjusted, mine: Ints, theirs: Ints) -> tuple[Ints, Ints]:
    """Return the samples of both years that were read at the same place: in a row of one file, or within a metre."""
    if one.file == other.file:
        here, there = _rows(one)[mine], _rows(other)[theirs]
        second = there.get_indexer(here)
        return mine[second >= 0], theirs[second[second >= 0]]
    if one.places is None or other.places is None:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    tree = shapely.STRtree(one.places.to_numpy()[mine])
    found = tree.query(other.places.to_numpy()[theirs], predicate="dwithin", distance=_SAME_PLACE_M)
    return mine[found[1]], theirs[found[0]]


def _rows(adjusted: Adjusted) -> pd.MultiIndex:
    """Return for each sample the row of its file, and which of that row's it is: a year may have left some out."""
    assert adjusted.samples is not None
    index = adjusted.samples.index
    return pd.MultiIndex.from_arrays([index, adjusted.samples.groupby(index).cumcount()])


def _of_zone(adjusted: Adjusted, zone: Hashable) -> Ints | None:
    """Return the places in the table of the samples that fill a zone, None where none do."""
    if adjusted.samples is None or zone not in adjusted.parts:
        return None
    return np.flatnonzero(adjusted.samples["zone"].isin(list(adjusted.parts[zone])).to_numpy())


def _alike(here: pd.DataFrame, there: pd.DataFrame) -> bool:
    """Say whether each pair is one place of one stratum."""
    single = bool((here["count"] == 1).all() and (there["count"] == 1).all())
    return single and here["stratum"].tolist() == there["stratum"].tolist()


def _same_strata(one: Adjusted, other: Adjusted, names: Collection[Hashable]) -> bool:
    return all(math.isclose(one.strata_m2[name], other.strata_m2[name], rel_tol=_SAME_SHARE) for name in names)
