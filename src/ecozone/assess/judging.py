"""What a series of measured years says of a target: proven by its intervals, and by the count of the map alone.

- In the target's closed year, and in later ones: ``met`` where the whole 95 % interval is at the target or above,
  ``missed`` where the whole of it is below, ``cannot_tell`` otherwise.
- Before: ``on_track`` where the interval of the line through the measured years is at the target or above in the
  target's year, ``at_risk`` otherwise.
- A layer's own area lies in the range that the accuracy of its boundary leaves: a target within that range is
  ``cannot_tell``. It says nothing of a year before the layer was in force, and is ``on_track`` or ``at_risk`` for a
  year that is still to come.
- What a map shows in an indicator's place (trees, for the forest of the regulations) is not comparable with its target:
  ``cannot_tell``, and its count says nothing.
- Without samples nothing is proven: ``cannot_tell``. What the count of cells alone would say stands beside it, and is
  never more than that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ecozone.assess.accuracy import Z_95, Estimate
from ecozone.assess.trend import Line
from ecozone.text import say
from ecozone.units import fixed, round_half_up

STATUSES = ("met", "on_track", "at_risk", "missed", "cannot_tell")

#: Plans and reports give percentages with these decimals.
DECIMALS = 2


@dataclass(frozen=True)
class Why:
    """A reason, to be said in the reader's language; its ``name`` is that of a text ``assess.why_…``."""

    name: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    def words(self) -> str:
        """Say it in the current language."""
        return say(f"assess.why_{self.name}", **self.fields)


@dataclass(frozen=True)
class Figure:
    """One indicator of one zone at the end of one closed year, in per cent.

    Attributes
    ----------
    year : int
    counted : float
        From the cells of the map; NaN where they could not be counted, which ``doubt`` then tells of.
    adjusted : Estimate or None
        From reference samples.
    doubt : Why or None
        What forbids any judgement, however exact the figure.
    comparable : bool
        Whether it counts what the target counts; if not, not even the count says anything of it.
    lack : Why or None
        Why there is no ``adjusted``, where samples do not simply lack.
    """

    year: int
    counted: float
    adjusted: Estimate | None = None
    doubt: Why | None = None
    lack: Why | None = None
    comparable: bool = True

    @property
    def best(self) -> float:
        """The estimate where there is one, else the count."""
        return self.counted if self.adjusted is None else self.adjusted.value


#: Gives the covariance of the figures of two years in points², 0 where their samples were drawn apart from each other,
#: None where they were not and nothing is known of it.
Together = Callable[[Figure, Figure], float | None]


def drawn_apart(_one: Figure, _other: Figure) -> float:
    """Return the covariance of figures whose samples were drawn apart."""
    return 0.0


@dataclass(frozen=True)
class Judgement:
    """A status, what the count alone would say, and the reason; all None where there is nothing to judge yet."""

    status: str | None = None
    by_count: str | None = None
    why: Why | None = None


@dataclass(frozen=True)
class Bounds:
    """The least and the most area of a layer, in km², that a boundary as accurate as ``accuracy_m`` allows."""

    low: float
    high: float
    accuracy_m: float


def judge(
    figures: Sequence[Figure],
    aim: float,
    target_year: int,
    *,
    start: tuple[int, float | None] | None,
    together: Together = drawn_apart,
) -> Judgement:
    """Judge the last of a series of figures.

    Parameters
    ----------
    figures : sequence of Figure
        By year; the line before the target's year goes through all of them.
    aim, target_year
        The target, in per cent.
    start : (int, float or None) or None
        The plan's baseline year and its published figure. Up to that year there is nothing to judge, and where it was
        not measured the count's line starts from the published figure.
    together : Together
        Gives the covariance of two figures.

    Examples
    --------
    >>> figures = [Figure(2020, 75.0), Figure(2025, 86.0, Estimate(86.0, 1.0))]
    >>> judge(figures, 85.0, 2025, start=(2020, 75.0)).status, judge(figures, 84.0, 2025, start=(2020, 75.0)).status
    ('cannot_tell', 'met')
    """
    last = figures[-1]
    if math.isnan(last.counted):
        return Judgement("cannot_tell", None, last.doubt)
    if last.year >= target_year:
        return _at_the_end(last, aim)
    if start is not None and last.year <= start[0]:
        return Judgement()
    if start is None and len(figures) == 1:
        return Judgement()
    counted = count_line(figures, start)
    by_count = None
    if counted is not None and last.comparable:
        by_count = "on_track" if round_half_up(counted.at(target_year).value, DECIMALS) >= aim else "at_risk"
    doubt = next((figure.doubt for figure in figures if figure.doubt is not None), None)
    if doubt is not None:
        return Judgement("cannot_tell", by_count, doubt)
    line = adjusted_line(figures, together)
    if line is None:
        return Judgement("cannot_tell", by_count, _no_line(figures, counted, aim, target_year))
    ahead = line.at(target_year)
    if math.isnan(ahead.se):
        return Judgement("cannot_tell", by_count, Why("same_places"))
    words = _ends(ahead) | {"year": target_year, "value": fixed(ahead.value, DECIMALS), "aim": fixed(aim, DECIMALS)}
    status = "on_track" if ahead.low >= aim else "at_risk"
    return Judgement(status, by_count, Why(status, words))


def judge_layer(
    value: float,
    aim: float,
    target_year: int,
    *,
    bounds: Bounds | None,
    since: int | None,
    closed: int | None,
    trusted: bool,
) -> Judgement:
    """Judge the area of a layer, which needs no samples.

    Parameters
    ----------
    value, aim : float
        In km².
    target_year : int
    bounds : Bounds or None
        What the accuracy of the boundary leaves of the area; None where the accuracy is not declared, so that nothing
        is proven.
    since : int or None
        The year in which the layer came into force; None where that is not declared, so that no year is proven.
    closed : int or None
        The year that the account is drawn up for; that of ``since`` where there is no other.
    trusted : bool
        Whether all shapes of the layer can be trusted.

    Examples
    --------
    >>> years, exact = (2021, 2025, 2035), Bounds(3.66, 3.66, 0.0)
    >>> [judge_layer(3.66, 3.66, y, bounds=exact, since=2022, closed=2025, trusted=True).status for y in years]
    ['cannot_tell', 'met', 'on_track']
    >>> loose = Bounds(3.21, 4.12, 5.0)
    >>> found = judge_layer(3.66, 3.66, 2025, bounds=loose, since=2022, closed=2025, trusted=True)
    >>> found.status, found.by_count
    ('cannot_tell', 'met')
    """
    if math.isnan(value):
        return Judgement("cannot_tell", None, Why("not_trusted"))
    reached = round_half_up(value, DECIMALS) >= aim
    now = since if closed is None else closed
    if since is not None and now is not None and min(now, target_year) < since:
        return Judgement("cannot_tell", None, Why("layer_later", {"since": since, "year": min(now, target_year)}))
    ended = now is None or now >= target_year
    status = ("met" if reached else "missed") if ended else ("on_track" if reached else "at_risk")
    if not trusted:
        return Judgement("cannot_tell", status, Why("not_trusted"))
    if since is None:
        return Judgement("cannot_tell", status, Why("layer_undated"))
    if bounds is None:
        return Judgement("cannot_tell", status, Why("layer_no_accuracy"))
    words = {"value": fixed(value, DECIMALS), "aim": fixed(aim, DECIMALS)}
    words |= {"low": fixed(bounds.low, DECIMALS), "high": fixed(bounds.high, DECIMALS)}
    words |= {"accuracy": f"{bounds.accuracy_m:g}"}
    # Figures of plans are rounded, and so are both ends before they are held against one.
    if round_half_up(bounds.low, DECIMALS) < aim <= round_half_up(bounds.high, DECIMALS):
        return Judgement("cannot_tell", status, Why("layer_within", words))
    return Judgement(status, status, Why("layer_holds" if reached else "layer_short", words))


def count_line(figures: Sequence[Figure], start: tuple[int, float | None] | None) -> Line | None:
    """Return the line through the counts; from the published baseline where no year before the last was measured.

    None where a count is not known.
    """
    if any(math.isnan(figure.counted) for figure in figures):
        return None
    if len(figures) >= 2:
        return Line([figure.year for figure in figures], [Estimate(figure.counted, float("nan")) for figure in figures])
    if start is not None and start[1] is not None and start[0] < figures[-1].year:
        values = [Estimate(start[1], float("nan")), Estimate(figures[-1].counted, float("nan"))]
        return Line([start[0], figures[-1].year], values)
    return None


def adjusted_line(figures: Sequence[Figure], together: Together = drawn_apart) -> Line | None:
    """Return the line through the estimates; None where a year has none: counts and estimates are never mixed.

    Its error is NaN where the samples of two years hang together in a way that no formula here covers.
    """
    known = [figure.adjusted for figure in figures if figure.adjusted is not None]
    if len(known) != len(figures) or len(figures) < 2:
        return None
    shared = {(i, j): together(one, other) for j, other in enumerate(figures) for i, one in enumerate(figures[:j])}
    covariances = {pair: value for pair, value in shared.items() if value is not None}
    if len(covariances) < len(shared):
        known = [Estimate(one.value, math.nan) for one in known]
    return Line([figure.year for figure in figures], known, covariances)


def _at_the_end(figure: Figure, aim: float) -> Judgement:
    by_count = "met" if round_half_up(figure.counted, DECIMALS) >= aim else "missed"
    if figure.doubt is not None:
        return Judgement("cannot_tell", by_count if figure.comparable else None, figure.doubt)
    if figure.adjusted is None:
        return Judgement("cannot_tell", by_count, figure.lack or _needs(abs(figure.counted - aim) / Z_95))
    low, high = figure.adjusted.low, figure.adjusted.high
    words = _ends(figure.adjusted) | {"aim": fixed(aim, DECIMALS)}
    status = "met" if low >= aim else "missed" if high < aim else "cannot_tell"
    return Judgement(status, by_count, Why("straddles" if status == "cannot_tell" else status, words))


def _ends(estimate: Estimate) -> dict[str, Any]:
    """Return the ends of an interval in words; a share lies between 0 and 100 %."""
    return {"low": fixed(max(estimate.low, 0.0), DECIMALS), "high": fixed(min(estimate.high, 100.0), DECIMALS)}


def _no_line(figures: Sequence[Figure], counted: Line | None, aim: float, target_year: int) -> Why:
    if len(figures) < 2:
        return Why("one_year")
    lack = next((figure.lack for figure in figures if figure.lack is not None), None)
    if lack is not None or counted is None:
        return lack or Why("one_year")
    return _needs(counted.needed_se(target_year, aim))


def _needs(se: float) -> Why:
    return Why("no_samples", {"se": fixed(se, DECIMALS)}) if round_half_up(se, DECIMALS) > 0 else Why("no_room")
