"""Where a series of closed years leads: pace, a straight line, and the year in which it reaches a figure.

A figure of a year is that of its end, so that the pace from 2020 to 2025 is the difference over five years. The line is
that of least squares through the measured years, each with the same weight; through two it passes exactly. Its error
is that of the samples behind the figures; how far the years themselves stray from a line is not in it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ecozone.assess.accuracy import Z_95, Estimate

#: A line that takes longer than this says no more than "not in sight".
HORIZON_YEARS = 100
# Less than this part of a year is the arithmetic's, not the line's.
_INSTANT = 1e-9


@dataclass(frozen=True)
class Line:
    """A straight line through the figures of closed years.

    Parameters
    ----------
    years : sequence of int
        At least two, all different.
    figures : sequence of Estimate
        As long as ``years``; ``se`` is NaN where it is not known.
    covariances : mapping, optional
        Between the figures at two places of ``years``, the lower place first, in the square of their unit. 0 where a
        pair is missing: samples of different years are drawn apart, so that their variances add up.

    Examples
    --------
    >>> line = Line((2020, 2022), (Estimate(60.0, 1.0), Estimate(62.0, 1.0)))
    >>> line.pace, line.at(2025).value, line.reaches(65.0)
    (1.0, 65.0, 2025)
    """

    years: Sequence[int]
    figures: Sequence[Estimate]
    covariances: Mapping[tuple[int, int], float] = field(default_factory=dict)

    @property
    def pace(self) -> float:
        """Change a year."""
        return math.fsum(weight * figure.value for weight, figure in zip(self._slopes(), self.figures, strict=True))

    def at(self, year: int) -> Estimate:
        """Return the figure at the end of a year; its error is NaN where that of any measured year is not known."""
        weights = self._weights(year)
        value = math.fsum(weight * figure.value for weight, figure in zip(weights, self.figures, strict=True))
        terms = [(weight * figure.se) ** 2 for weight, figure in zip(weights, self.figures, strict=True)]
        terms += [2 * weights[i] * weights[j] * shared for (i, j), shared in self.covariances.items()]
        # Of one sample for all years the terms may cancel to less than nothing by the last digit.
        variance = math.fsum(terms)
        return Estimate(value, math.sqrt(variance if math.isnan(variance) else max(variance, 0.0)))

    def needed_se(self, year: int, aim: float) -> float:
        """Return the standard error that each figure may have at most for the line to prove ``aim`` in a year."""
        spread = math.sqrt(math.fsum(weight**2 for weight in self._weights(year)))
        return abs(self.at(year).value - aim) / (Z_95 * spread)

    def reaches(self, aim: float) -> int | None:
        """Return the first closed year, not before the last measured one, at whose end the line is at ``aim`` or above.

        None where it falls, stands, or takes more than `HORIZON_YEARS`.
        """
        last = max(self.years)
        short = aim - self.at(last).value
        if short <= 0:
            return last
        if self.pace <= 0 or short > self.pace * HORIZON_YEARS:
            return None
        return last + math.ceil(short / self.pace - _INSTANT)

    def _weights(self, year: int) -> list[float]:
        middle = math.fsum(self.years) / len(self.years)
        return [1.0 / len(self.years) + (year - middle) * slope for slope in self._slopes()]

    def _slopes(self) -> list[float]:
        middle = math.fsum(self.years) / len(self.years)
        spread = math.fsum((year - middle) ** 2 for year in self.years)
        return [(year - middle) / spread for year in self.years]


def pace(start: float, start_year: int, end: float, end_year: int) -> float:
    """Return the change a year from the end of one closed year to that of another; NaN within one year.

    >>> pace(75.0, 2020, 85.0, 2025)
    2.0
    """
    return (end - start) / (end_year - start_year) if end_year != start_year else math.nan
