"""Accuracy and error-adjusted area: the papers' examples to the printed digit, a formula written out, trials."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecozone.assess.accuracy import Accuracy, assess_accuracy, matrix_samples
from ecozone.errors import InputError

CLASSES = ["deforestation", "gain", "forest", "other"]
TABLE_8 = pd.DataFrame([[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]], index=CLASSES, columns=CLASSES)
PIXELS = dict(zip(CLASSES, [200_000, 150_000, 3_200_000, 6_450_000], strict=True))
HECTARES = 0.09


@pytest.fixture(scope="module")
def table_8() -> Accuracy:
    return assess_accuracy(TABLE_8, {name: HECTARES * pixels for name, pixels in PIXELS.items()})


@pytest.mark.parametrize(
    ("name", "area", "half_width"),
    [
        ("deforestation", 21_158, 6_158),
        ("gain", 11_686, 3_756),
        ("forest", 285_770, 15_510),
        ("other", 581_386, 16_282),
    ],
)
def test_areas_of_olofsson_2014(table_8: Accuracy, name: str, area: float, half_width: float) -> None:
    """Error-adjusted areas and their intervals are those printed in Olofsson et al. (2014), to the hectare."""
    found = table_8.area([name])
    assert (round(found.value), round(found.half_width)) == (area, half_width)


def test_accuracies_of_olofsson_2014(table_8: Accuracy) -> None:
    """Overall 0.95 ± 0.02, and user's and producer's accuracies with their intervals as printed."""
    assert (round(table_8.overall.value, 2), round(table_8.overall.half_width, 2)) == (0.95, 0.02)
    users = [(round(a.value, 2), round(a.half_width, 2)) for a in map(table_8.users, CLASSES)]
    producers = [(round(a.value, 2), round(a.half_width, 2)) for a in map(table_8.producers, CLASSES)]
    assert users == [(0.88, 0.07), (0.73, 0.10), (0.93, 0.04), (0.96, 0.02)]
    assert producers == [(0.75, 0.21), (0.85, 0.25), (0.93, 0.03), (0.96, 0.02)]


def test_shares_of_olofsson_2014(table_8: Accuracy) -> None:
    """Shares and standard errors agree with the figures worked out by hand to eight decimals."""
    shares = [table_8.share([name]) for name in CLASSES]
    assert [round(a.value, 8) for a in shares] == [0.02350862, 0.01298462, 0.31752214, 0.64598462]
    assert [round(a.se, 8) for a in shares] == [0.00349072, 0.00212915, 0.00879242, 0.00922996]


def test_example_of_olofsson_2013() -> None:
    """The first example of Olofsson et al. (2013): shares, pixels, accuracies."""
    matrix = pd.DataFrame([[97, 0, 3], [3, 279, 18], [2, 1, 97]], index=[1, 2, 3], columns=[1, 2, 3])
    found = assess_accuracy(matrix_samples(matrix), {1: 22353, 2: 1122543, 3: 610228})
    assert [round(found.share([k]).value, 8) for k in (1, 2, 3)] == [0.02570326, 0.59828666, 0.37601009]
    area = found.area([1])
    assert (round(area.value, 2), round(area.se, 2), round(area.half_width, 2)) == (45112.40, 10751.40, 21072.75)
    assert round(found.overall.value, 6) == 0.944417
    assert [round(found.producers(k).value, 6) for k in (1, 2, 3)] == [0.480631, 0.994189, 0.896926]
    assert [round(found.users(k).value, 2) for k in (1, 2, 3)] == [0.97, 0.93, 0.97]


def test_example_of_stehman_2014() -> None:
    """Strata that are no map classes: the numerical example of Stehman (2014), pages 4932 to 4936."""
    samples = pd.DataFrame(
        {
            "stratum": list("A" * 10 + "B" * 10 + "C" * 10 + "D" * 10),
            "map": list("AAAAAAABBB" + "A" + "B" * 11 + "C" * 6 + "BB" + "D" * 10),
            "reference": list("AAAAACBABC" + "ABBBBBAABB" + "CCCCCDDBBA" + "DDDDDDDCCB"),
        }
    )
    found = assess_accuracy(samples, {"A": 40_000, "B": 30_000, "C": 20_000, "D": 10_000})
    assert [round(found.share([k]).value, 2) for k in "AC"] == [0.35, 0.20]
    assert [round(found.share([k]).se, 3) for k in "AC"] == [0.082, 0.064]
    assert (round(found.overall.value, 2), round(found.overall.se, 3)) == (0.63, 0.085)
    assert (round(found.users("B").value, 3), round(found.users("B").se, 3)) == (0.574, 0.125)
    assert round(found.producers("B").value, 3) == 0.794


counts = st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=3, max_size=3)
areas = st.lists(st.floats(1.0, 1e9), min_size=3, max_size=3)


@settings(max_examples=40)
@given(counts, areas)
def test_the_formulas_of_olofsson_written_out(cells: list[list[int]], area: list[float]) -> None:
    """Equations 7 and 11 of Olofsson et al. (2014), each written as printed, give the same as the one estimator."""
    n = np.array(cells, dtype=float) + 1
    size, big = n.sum(axis=1), np.array(area)
    found = assess_accuracy(matrix_samples(pd.DataFrame(n.astype(int))), dict(enumerate(area)))
    total = (big[:, None] * n / size[:, None]).sum(axis=0)
    for j in range(3):
        u, p = n[j, j] / size[j], big[j] * n[j, j] / size[j] / total[j]
        own = big[j] ** 2 * (1 - p) ** 2 * u * (1 - u) / (size[j] - 1)
        others = [i for i in range(3) if i != j]
        rest = sum(big[i] ** 2 * n[i, j] / size[i] * (1 - n[i, j] / size[i]) / (size[i] - 1) for i in others)
        assert found.producers(j).value == pytest.approx(p)
        assert found.producers(j).se == pytest.approx(math.sqrt((own + p**2 * rest) / total[j] ** 2), abs=1e-9)
        assert found.users(j).se == pytest.approx(math.sqrt(u * (1 - u) / (size[j] - 1)), abs=1e-9)


@settings(max_examples=40)
@given(counts, areas, st.randoms(use_true_random=False))
def test_shares_fill_the_ground_in_any_order(cells: list[list[int]], area: list[float], by: Any) -> None:
    """Law 6 and 7: the classes' shares sum to one, a class and all others have one error, rows stand in any order."""
    samples = matrix_samples(pd.DataFrame(np.array(cells) + 1))
    found = assess_accuracy(samples, dict(enumerate(area)))
    assert math.fsum(found.share([k]).value for k in range(3)) == pytest.approx(1)
    assert found.share([0]).se == pytest.approx(found.share([1, 2]).se, abs=1e-9)
    order = list(samples.index)
    by.shuffle(order)
    assert assess_accuracy(samples.loc[order], dict(enumerate(area))).share([0]) == found.share([0])


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    """Of 300 seeded samples of a known district, 95 % of the intervals hold the true share (within chance: 91-99 %)."""
    truth = {"blue": [0.9, 0.1], "green": [0.8, 0.2], "neither": [0.15, 0.85]}
    area, size = {"blue": 20.0, "green": 45.0, "neither": 35.0}, {"blue": 60, "green": 120, "neither": 100}
    share = sum(area[name] * truth[name][0] for name in area) / 100
    draw = np.random.default_rng(20250101)
    held = 0
    for _ in range(300):
        rows = [
            (name, reference, int(number))
            for name in area
            for reference, number in zip("yn", draw.multinomial(size[name], truth[name]), strict=True)
        ]
        found = assess_accuracy(pd.DataFrame(rows, columns=["map", "reference", "count"]), area).share(["y"])
        held += found.low <= share <= found.high
    assert 0.91 <= held / 300 <= 0.99


def test_the_interval_covers_the_truth_where_strata_are_no_map_classes() -> None:
    """The same for 200 samples in two strata that mix the map's classes: share and producer's accuracy (90-99 %)."""
    area = {"a": 70.0, "b": 30.0}
    pairs = [("x", "x"), ("x", "y"), ("y", "x"), ("y", "y")]
    truth = {"a": [0.60, 0.10, 0.05, 0.25], "b": [0.20, 0.15, 0.15, 0.50]}
    share = sum(area[name] * (truth[name][0] + truth[name][2]) for name in area) / 100
    right = sum(area[name] * truth[name][0] for name in area) / 100 / share
    draw = np.random.default_rng(20250102)
    held = np.zeros(2)
    for _ in range(200):
        rows = [
            (name, *pair, int(number))
            for name in area
            for pair, number in zip(pairs, draw.multinomial(150, truth[name]), strict=True)
        ]
        found = assess_accuracy(pd.DataFrame(rows, columns=["stratum", "map", "reference", "count"]), area)
        one, two = found.share(["x"]), found.producers("x")
        held += [one.low <= share <= one.high, two.low <= right <= two.high]
    assert ((held / 200 >= 0.90) & (held / 200 <= 0.99)).all()


def test_a_class_that_the_map_lacks_gets_an_area_and_no_users_accuracy() -> None:
    """A reference class without a map class is a column of its own; what has no sample is NaN, never 0 or 1."""
    samples = pd.DataFrame({"map": [1] * 4 + [2] * 4, "reference": [1, 1, 1, 9, 2, 2, 2, 2]})
    found = assess_accuracy(samples, {1: 50.0, 2: 50.0})
    assert found.area([9]).value == pytest.approx(12.5)
    assert math.isnan(found.users(9).value)
    assert found.producers(9).value == 0.0
    table = found.table().set_index("code")
    assert table["adjusted_m2"].sum() == pytest.approx(100)
    assert math.isnan(table.at[9, "users_accuracy"])


@pytest.mark.parametrize(
    ("samples", "area", "key"),
    [
        ({"map": [1, 1, 2], "reference": [1, 1, 2]}, {1: 1.0, 2: 1.0}, "assess.accuracy_too_few"),
        ({"map": [1, 1], "reference": [1, 1]}, {1: 1.0, 2: 1.0}, "assess.accuracy_too_few"),
        ({"map": [], "reference": []}, {}, "assess.accuracy_too_few"),
        ({"map": [1, 1, 7, 7], "reference": [1, 1, 1, 1]}, {1: 1.0}, "assess.accuracy_stratum_unknown"),
        ({"map": [1, 1], "reference": [1, 2], "count": [3.5, 2]}, {1: 1.0}, "assess.accuracy_count"),
        ({1: ["3"], 2: ["x"]}, {0: 1.0}, "assess.accuracy_count"),
        ({"map": [1, 1], "reference": [1, 2], "count": [3, -1]}, {1: 1.0}, "assess.accuracy_count"),
    ],
)
def test_what_the_estimator_does_not_cover_is_refused(samples: Any, area: Any, key: str) -> None:
    """One sample or none in a stratum, a stratum without ground, counts that are none: an error that names them."""
    with pytest.raises(InputError) as caught:
        assess_accuracy(pd.DataFrame(samples), area)
    assert caught.value.key == key
    assert caught.value.remedy()
