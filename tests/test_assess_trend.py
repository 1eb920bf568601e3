"""Closed years, straight lines and statuses: held against numbers that one can do in the head."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecozone.assess.accuracy import Estimate
from ecozone.assess.judging import Figure, judge
from ecozone.assess.trend import Line, pace

NAN = float("nan")


def line(*points: tuple[int, float], se: float = NAN) -> Line:
    return Line([year for year, _ in points], [Estimate(value, se) for _, value in points])


def test_five_years_lie_between_the_ends_of_2020_and_2025() -> None:
    """From 75 to 85 in the plan's period is two points a year: five years, not six and not four."""
    assert pace(75.0, 2020, 85.0, 2025) == 2.0
    assert line((2020, 75.0), (2025, 85.0)).pace == pytest.approx(2.0)
    assert math.isnan(pace(75.0, 2020, 75.0, 2020))


@pytest.mark.parametrize(
    ("points", "aim", "year"),
    [
        ([(2020, 60.0), (2022, 62.0)], 65.0, 2025),  # exactly at the end of 2025
        ([(2020, 60.0), (2022, 62.0)], 65.01, 2026),  # a hair more takes another closed year
        ([(2020, 60.0), (2022, 62.0)], 62.0, 2022),  # there already
        ([(2020, 60.0), (2022, 62.0)], 50.0, 2022),
        ([(2020, 60.0), (2023, 60.3)], 60.9, 2029),  # tenths, which no binary number is
        ([(2020, 60.0), (2022, 60.0)], 65.0, None),  # stands still
        ([(2020, 62.0), (2022, 60.0)], 65.0, None),  # falls
        ([(2020, 60.0), (2022, 60.02)], 65.0, None),  # in 499 years
    ],
)
def test_the_year_of_attainment(points: list[tuple[int, float]], aim: float, year: int | None) -> None:
    """The first closed year at whose end the line is at the aim; None where it is not in sight."""
    assert line(*points).reaches(aim) == year


@given(
    st.lists(st.integers(1990, 2060), min_size=2, max_size=8, unique=True),
    st.floats(-50, 50),
    st.integers(2020, 2040),
    st.floats(0.1, 5),
)
def test_a_line_is_that_of_least_squares(years: list[int], tilt: float, at: int, se: float) -> None:
    """Value and error agree with numpy's least squares and the covariance that it gives."""
    values = [40 + tilt * math.sin(year) for year in years]
    mine = line(*zip(years, values, strict=True), se=se)
    slope, rest = np.polyfit(np.array(years) - 2025.0, values, 1)
    design = np.array([[1.0, year - 2025.0] for year in years])
    spread = np.linalg.inv(design.T @ design) * se**2
    there = np.array([1.0, at - 2025.0])
    assert mine.pace == pytest.approx(slope, abs=1e-6)
    assert mine.at(at).value == pytest.approx(rest + slope * (at - 2025.0), abs=1e-6)
    assert mine.at(at).se == pytest.approx(math.sqrt(there @ spread @ there), rel=1e-6)


def test_the_needed_error_just_proves_the_line() -> None:
    """With the standard error that is called for, the interval ends exactly at the aim."""
    points = [(2020, 60.0), (2021, 61.5), (2023, 63.0)]
    needed = line(*points).needed_se(2025, 64.0)
    assert line(*points, se=needed).at(2025).low == pytest.approx(64.0)


@pytest.mark.parametrize(
    ("year", "value", "se", "status", "by_count"),
    [
        (2024, 90.0, 1.0, "on_track", "on_track"),  # the year before: never met, however high
        (2025, 90.0, 1.0, "met", "met"),
        (2026, 90.0, 1.0, "met", "met"),
        (2025, 86.0, 1.0, "cannot_tell", "met"),  # 84.04 to 87.96
        (2025, 86.96, 1.0, "met", "met"),  # 85.00 to 88.92
        (2025, 86.95, 1.0, "cannot_tell", "met"),
        (2025, 83.03, 1.0, "missed", "missed"),  # to 84.9896
        (2025, 83.04, 1.0, "cannot_tell", "missed"),  # to 85.0
        (2025, 84.995, None, "cannot_tell", "met"),  # 85.00 half up, which proves nothing
        (2025, 84.99, None, "cannot_tell", "missed"),
        (2024, 80.0, 0.1, "at_risk", "at_risk"),
        (2023, 81.0, 0.01, "on_track", "on_track"),  # exactly on the plan's line
        (2023, 81.0, 1.0, "at_risk", "on_track"),  # too unsure to rest upon
        (2023, 81.0, None, "cannot_tell", "on_track"),
    ],
)
def test_statuses(year: int, value: float, se: float | None, status: str, by_count: str) -> None:
    """Met and missed belong to the target's closed year and need the interval; before it the line decides."""
    slack = 1e-3 if (year, se) == (2023, 0.01) else 0.0

    def figure(at: int, counted: float) -> Figure:
        return Figure(at, counted, None if se is None else Estimate(counted + slack * (at - 2020) * 40, se))

    found = judge([figure(2020, 75.0), figure(year, value)], 85.0, 2025, start=(2020, 75.0))
    assert (found.status, found.by_count) == (status, by_count)
    assert found.why is not None
    assert found.why.words()


def test_up_to_the_baseline_year_there_is_nothing_to_judge() -> None:
    """The baseline year itself has no status; the year after has one."""
    first = Figure(2020, 75.0, Estimate(75.0, 0.1))
    assert judge([first], 85.0, 2025, start=(2020, 75.0)).status is None
    found = judge([first, Figure(2021, 77.5, Estimate(77.5, 0.1))], 85.0, 2025, start=(2020, 75.0))
    assert found.status == "on_track"


def test_one_year_and_a_published_baseline_give_a_count_and_no_proof() -> None:
    """Where the baseline year was not measured the line starts from the plan's figure, which no sample proves."""
    found = judge([Figure(2022, 80.0, Estimate(80.0, 0.1))], 85.0, 2025, start=(2020, 75.0))
    assert (found.status, found.by_count, found.why and found.why.name) == ("cannot_tell", "on_track", "one_year")


def test_the_error_of_a_line_counts_what_its_years_share() -> None:
    """Errors of 1 and a covariance of 0.5: in 2030 the line is -p + 2q, whose variance is 1 + 4 - 4 × 0.5."""
    figures = [Estimate(60.0, 1.0), Estimate(65.0, 1.0)]
    assert Line([2020, 2025], figures).at(2030).se == pytest.approx(math.sqrt(5))
    assert Line([2020, 2025], figures, {(0, 1): 0.5}).at(2030).se == pytest.approx(math.sqrt(3))


def test_samples_that_partly_hang_together_are_no_proof_of_a_line() -> None:
    """Where some places were read in two years and some not, nothing here gives the error of a line."""
    figures = [Figure(2020, 75.0, Estimate(75.0, 0.1)), Figure(2023, 84.0, Estimate(84.0, 0.1))]
    assert judge(figures, 85.0, 2025, start=(2020, 75.0)).status == "on_track"
    assert judge(figures, 85.0, 2025, start=(2020, 75.0), together=lambda *_: None).status == "cannot_tell"
