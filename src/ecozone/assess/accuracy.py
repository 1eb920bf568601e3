"""How right a land-cover map is, and what that makes of its areas: estimates from a stratified random sample.

One estimator gives every figure: the combined ratio of two stratified totals (Stehman 2014, equations 27 and 28; the
population is taken as much larger than the sample). Where the strata are the map's own classes it is that of Olofsson
et al. (2014), equations 4 to 11, to the last digit.

- Olofsson, P. et al. (2014): Good practices for estimating area and assessing accuracy of land change. Remote Sensing
  of Environment 148, 42-57. doi:10.1016/j.rse.2014.02.015
- Stehman, S. V. (2014): Estimating area and map accuracy for stratified random sampling when the strata are different
  from the map classes. International Journal of Remote Sensing 35, 4923-4939. doi:10.1080/01431161.2014.930207
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field, replace
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ecozone.errors import InputError
from ecozone.landcover import listed

#: Of the 95 % interval, as the papers have it.
Z_95 = 1.96

_MOST_NAMED = 8
_NOTHING = 1e-12
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A figure with its standard error, in one unit; NaN where the samples say nothing of it."""

    value: float
    se: float

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval."""
        return self.value - Z_95 * self.se

    @property
    def high(self) -> float:
        """Upper end of the 95 % interval."""
        return self.value + Z_95 * self.se

    @property
    def half_width(self) -> float:
        """Half the 95 % interval."""
        return Z_95 * self.se


@dataclass(frozen=True)
class Accuracy:
    """What a sample tells of a map.

    Attributes
    ----------
    area_m2 : float
        Of all strata.
    samples : int
        Their count.
    classes : tuple
        Every class of map or reference, sorted.
    overall : Estimate
        Overall accuracy, a share.
    """

    area_m2: float
    samples: int
    classes: tuple[Any, ...]
    overall: Estimate
    _strata: _Strata = field(repr=False)

    def users(self, code: Hashable) -> Estimate:
        """Return user's accuracy: the share of ground mapped as a class that is of it."""
        cells = self._strata
        return cells.ratio((cells.mapped == code) & (cells.reference == code), cells.mapped == code)

    def producers(self, code: Hashable) -> Estimate:
        """Return producer's accuracy: the share of ground of a class that is mapped as it."""
        cells = self._strata
        return cells.ratio((cells.mapped == code) & (cells.reference == code), cells.reference == code)

    def share(self, codes: Collection[Hashable]) -> Estimate:
        """Return the error-adjusted share of the ground that is of any of ``codes``."""
        cells = self._strata
        return cells.ratio(np.isin(cells.reference, _objects(codes)), np.ones(len(cells.count), dtype=bool))

    def area(self, codes: Collection[Hashable]) -> Estimate:
        """Return the error-adjusted area of the ground that is of any of ``codes``, in m²."""
        share = self.share(codes)
        return Estimate(self.area_m2 * share.value, self.area_m2 * share.se)

    @property
    def strata(self) -> tuple[Any, ...]:
        """The names of the strata."""
        return self._strata.names

    def without(self, taken_m2: Mapping[Hashable, float]) -> Accuracy:
        """Return what the sample tells of the ground that is left where some of each stratum is taken away.

        The ground that is left is taken to be mapped as rightly as its stratum was as a whole.

        Parameters
        ----------
        taken_m2 : mapping
            Area taken, by stratum; of one that is not named nothing is taken.
        """
        taken = np.array([taken_m2.get(name, 0.0) for name in self.strata])
        left = replace(self._strata, area=np.maximum(self._strata.area - taken, 0.0))
        overall = left.ratio(left.mapped == left.reference, np.ones(len(left.count), dtype=bool))
        return replace(self, area_m2=math.fsum(left.area), overall=overall, _strata=left)

    def table(self) -> pd.DataFrame:
        """Return a row a class: shares, areas in m², accuracies and half the width of their 95 % intervals.

        Returns
        -------
        DataFrame
            ``code, samples`` (mapped as it), ``share, share_half_width, adjusted_m2, se_m2, low_m2, high_m2,
            users_accuracy, users_half_width, producers_accuracy, producers_half_width``; NaN where the sample has
            nothing mapped as a class, or nothing of it.
        """
        rows = []
        for code in self.classes:
            share, area, users, producers = (
                self.share([code]),
                self.area([code]),
                self.users(code),
                self.producers(code),
            )
            rows.append(
                {
                    "code": code,
                    "samples": int(self._strata.count[self._strata.mapped == code].sum()),
                    "share": share.value,
                    "share_half_width": share.half_width,
                    "adjusted_m2": area.value,
                    "se_m2": area.se,
                    "low_m2": max(area.low, 0.0),
                    "high_m2": min(area.high, self.area_m2),
                    "users_accuracy": users.value,
                    "users_half_width": users.half_width,
                    "producers_accuracy": producers.value,
                    "producers_half_width": producers.half_width,
                }
            )
        return pd.DataFrame(rows)


@dataclass(frozen=True, eq=False)
class _Strata:
    """Samples counted by stratum, map class and reference class; ``names``, ``area``, ``size`` are of each stratum."""

    names: tuple[Any, ...]
    stratum: npt.NDArray[np.intp]
    mapped: npt.NDArray[np.object_]
    reference: npt.NDArray[np.object_]
    count: _Floats
    area: _Floats
    size: _Floats

    def ratio(self, y: npt.NDArray[np.bool_], x: npt.NDArray[np.bool_]) -> Estimate:
        """Return the ratio of the ground on which ``y`` holds to that on which ``x`` holds."""
        ground = math.fsum(self.area * self._means(x.astype(float)))
        if ground <= 0:
            return Estimate(math.nan, math.nan)
        ratio = math.fsum(self.area * self._means(y.astype(float))) / ground
        # Squares of what is left over, not differences of squares: next to a share of 0 or 1 those cancel.
        left = y - ratio * x
        left = left - self._means(left)[self.stratum]
        # A stratum whose samples agree has no error at all, and not the last bit of one.
        left[np.abs(left) < _NOTHING] = 0.0
        # n/(n-1) makes the variance of the sample, and 1/n that of its mean.
        variance = math.fsum(self.area**2 * self._means(left**2) / (self.size - 1)) / ground**2
        return Estimate(ratio, math.sqrt(variance))

    def _means(self, values: _Floats) -> _Floats:
        return np.bincount(self.stratum, self.count * values, len(self.area)) / self.size


def assess_accuracy(samples: pd.DataFrame, area_m2: Mapping[Any, float]) -> Accuracy:
    """Estimate the accuracy of a map and the true areas of its classes from a stratified random sample.

    Parameters
    ----------
    samples : DataFrame
        A row a sample, or a row for many alike: ``map`` and ``reference`` (class codes), ``stratum`` (the map class
        unless there is such a column), ``count`` (1 unless there is such a column). Or an error matrix: map classes
        down the index, reference classes across the columns, counts in the cells.
    area_m2 : mapping
        Every stratum's area; any one unit will do, as the areas come out in it. A stratum without area is left out.

    Returns
    -------
    Accuracy

    Raises
    ------
    InputError
        Where the estimator does not cover the case: a stratum without sample or with a single one, samples of a
        stratum that is not there, counts that are none, no sample at all.

    Examples
    --------
    The first example of Olofsson et al. (2013), Remote Sensing of Environment 129, 122-131:

    >>> matrix = pd.DataFrame([[97, 0, 3], [3, 279, 18], [2, 1, 97]], index=[1, 2, 3], columns=[1, 2, 3])
    >>> found = assess_accuracy(matrix, {1: 22353, 2: 1122543, 3: 610228})
    >>> round(found.overall.value, 6), round(found.area([1]).value, 2), round(found.area([1]).half_width, 2)
    (0.944417, 45112.4, 21072.75)
    """
    if not {"map", "reference"} <= set(samples.columns):
        samples = matrix_samples(samples)
    cells = pd.DataFrame(
        {
            "stratum": samples["stratum" if "stratum" in samples else "map"],
            "map": samples["map"],
            "reference": samples["reference"],
            "count": samples.get("count", 1),
        }
    )
    _check_counts(cells["count"])
    cells = cells.groupby(["stratum", "map", "reference"], sort=True)[["count"]].sum().reset_index()
    cells = cells[cells["count"] > 0]
    areas = {stratum: float(area) for stratum, area in area_m2.items() if area > 0}
    _check_strata(cells, areas)
    names = sorted(areas, key=str)
    place = {name: number for number, name in enumerate(names)}
    stratum = cells["stratum"].map(place).to_numpy(dtype=np.intp)
    count = cells["count"].to_numpy(dtype=np.float64)
    strata = _Strata(
        names=tuple(names),
        stratum=stratum,
        mapped=_objects(cells["map"]),
        reference=_objects(cells["reference"]),
        count=count,
        area=np.array([areas[name] for name in names]),
        size=np.bincount(stratum, count, len(names)).astype(np.float64),
    )
    return Accuracy(
        area_m2=math.fsum(areas.values()),
        samples=int(count.sum()),
        classes=tuple(sorted({*cells["map"], *cells["reference"]}, key=lambda code: (isinstance(code, str), code))),
        overall=strata.ratio(strata.mapped == strata.reference, np.ones(len(count), dtype=bool)),
        _strata=strata,
    )


def matrix_samples(matrix: pd.DataFrame) -> pd.DataFrame:
    """Return an error matrix of counts (rows: map classes, columns: reference classes) as `assess_accuracy` takes it.

    >>> matrix_samples(pd.DataFrame([[5]], index=[10], columns=[40])).to_dict("records")
    [{'map': 10, 'reference': 40, 'count': 5}]
    """
    rows = [
        {"map": mapped, "reference": reference, "count": matrix.at[mapped, reference]}
        for mapped in matrix.index
        for reference in matrix.columns
    ]
    return pd.DataFrame(rows, columns=["map", "reference", "count"])


def _objects(codes: Collection[Any] | pd.Series) -> npt.NDArray[np.object_]:
    found = np.empty(len(codes), dtype=object)
    found[:] = list(codes)
    return found


def _check_counts(count: pd.Series) -> None:
    wrong = [value for value in count if not _is_count(value)]
    if wrong:
        raise InputError("assess.accuracy_count", value=wrong[0])


def _is_count(value: Any) -> bool:
    return isinstance(value, Real) and float(value) >= 0 and float(value).is_integer()


def _check_strata(cells: pd.DataFrame, areas: Mapping[Any, float]) -> None:
    """Refuse what has no variance: every stratum needs two samples, and every sample a stratum."""
    sizes = cells.groupby("stratum")["count"].sum()
    strange = [name for name in sizes.index if name not in areas]
    if strange:
        raise InputError("assess.accuracy_stratum_unknown", strata=_named(strange), known=_named(areas))
    few = [f"{_stratum(name)} ({int(sizes.get(name, 0))})" for name in areas if sizes.get(name, 0) < 2]
    if few or not areas:
        raise InputError("assess.accuracy_too_few", strata=_named(few) or "—")


def _named(names: Collection[Any]) -> str:
    return listed({_stratum(name) for name in names}, _MOST_NAMED)


def _stratum(name: Any) -> str:
    """Write a stratum as people do; one of a zone has the zone before it."""
    return " · ".join(map(str, name)) if isinstance(name, tuple) else str(name)
