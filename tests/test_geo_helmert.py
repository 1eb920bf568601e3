"""Control points: a known similarity is found again, and what is no similarity is refused."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from geopandas import GeoDataFrame, GeoSeries
from hypothesis import given
from hypothesis import strategies as st

from ecozone.errors import CrsError
from ecozone.geo import Helmert, area_m2, fit_helmert

LOCAL = np.array([(91_000.0, 302_000.0), (104_500.0, 299_000.0), (99_000.0, 311_500.0), (94_000.0, 307_000.0)])


def similarity(xy: np.ndarray, turn_deg: float = 0.4, scale: float = 1.00008) -> np.ndarray:
    """Turn, stretch and shift, with a matrix: another way than the module's."""
    turn = np.radians(turn_deg)
    matrix = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return (xy - [95_000.0, 300_000.0]) @ matrix.T + [530_000.0, 4_330_000.0]


def one_off(metres: float) -> np.ndarray:
    """Move the third of the points north."""
    return np.array([(0, 0), (0, 0), (0, metres), (0, 0)])


@given(turn=st.floats(-180, 180), scale=st.floats(0.9992, 1.0008))
def test_a_known_similarity_is_found_again(turn: float, scale: float) -> None:
    """Scale, turn and every point come back to a micrometre, at any turn, from points that are on no one line."""
    fit = fit_helmert(LOCAL, similarity(LOCAL, turn, scale))
    others = LOCAL + np.array([1234.5, -987.6])
    assert np.abs(np.column_stack(fit.points(*others.T)) - similarity(others, turn, scale)).max() < 1e-6
    assert np.abs(np.column_stack(fit.undo(*similarity(others, turn, scale).T)) - others).max() < 1e-6
    assert fit.scale == pytest.approx(scale, abs=1e-9)
    assert (fit.rotation_deg - turn + 180) % 360 - 180 == pytest.approx(0, abs=1e-7)
    assert max(fit.residuals_m) < 1e-6


def test_noise_stays_in_the_residuals() -> None:
    """Least squares: no other similarity near has smaller residuals, and they are of the size of the noise."""
    noise = np.random.default_rng(7).normal(0, 0.05, LOCAL.shape)
    target = similarity(LOCAL) + noise
    fit = fit_helmert(LOCAL, target)
    assert 0.005 < fit.rms_m < 0.12
    centred = LOCAL - LOCAL.mean(axis=0)
    for other in (similarity(LOCAL), target.mean(axis=0) + centred @ np.eye(2) * fit.scale):
        assert fit.rms_m <= np.sqrt(((other - target) ** 2).sum(axis=1).mean())
    design = np.zeros((8, 4))
    design[0::2] = np.column_stack([centred[:, 0], -centred[:, 1], np.ones(4), np.zeros(4)])
    design[1::2] = np.column_stack([centred[:, 1], centred[:, 0], np.zeros(4), np.ones(4)])
    solved, *_ = np.linalg.lstsq(design, (target - target.mean(axis=0)).ravel(), rcond=None)
    assert (fit.factor.real, fit.factor.imag) == pytest.approx(tuple(solved[:2]), abs=1e-10)


def test_two_points_fit_and_it_is_said() -> None:
    """Two points give the similarity with nothing to check it; three say their residuals by name."""
    two = fit_helmert(LOCAL[:2], similarity(LOCAL[:2]))
    assert not two.redundant
    assert [one.key for one in two.notices()] == ["geo.helmert_fitted", "geo.helmert_two_points"]
    three = fit_helmert(LOCAL[:3], similarity(LOCAL[:3]), names=["K1", "K2", "K3"])
    (said,) = three.notices(file="k.csv")
    assert said.fields["residuals"] == "K1 0.000, K2 0.000, K3 0.000"
    assert "+80.00 ppm" in said.message("zh")
    assert "+1440.00″" in said.message("en")


@pytest.mark.parametrize(
    ("local", "target", "key"),
    [
        (LOCAL[:1], similarity(LOCAL[:1]), "helmert_few_points"),
        (LOCAL[:0], similarity(LOCAL[:0]), "helmert_few_points"),
        (LOCAL[[0, 0, 0]], similarity(LOCAL[[0, 0, 0]]), "helmert_too_near"),
        (LOCAL[:2], np.array([(500_000.0, 4_300_000.0)] * 2), "helmert_too_near"),
        (LOCAL, similarity(LOCAL, scale=1.01), "helmert_scale"),
        (LOCAL[:2], similarity(LOCAL[:2], scale=0.3048), "helmert_scale"),
        (LOCAL, similarity(LOCAL)[[1, 0, 2, 3]], "helmert_residual"),
        (LOCAL, similarity(LOCAL) + one_off(2.5), "helmert_residual"),
        (LOCAL[:, ::-1], similarity(LOCAL), "helmert_mirrored"),
        (LOCAL, similarity(LOCAL)[:, ::-1], "helmert_mirrored"),
        (LOCAL[:2, ::-1], similarity(LOCAL[:2]), "helmert_mirrored"),
        (np.where(LOCAL[0, 0] == LOCAL, np.nan, LOCAL), similarity(LOCAL), "helmert_not_finite"),
        (LOCAL, np.where(LOCAL[0, 0] == LOCAL, np.inf, LOCAL), "helmert_not_finite"),
    ],
)
def test_what_is_no_similarity_is_refused(local: np.ndarray, target: np.ndarray, key: str) -> None:
    """Too few points, points on a heap, another unit, mixed-up points, one wrong point, X and Y exchanged once."""
    with pytest.raises(CrsError) as refused:
        fit_helmert(local, target, file="k.csv")
    assert refused.value.key == f"geo.{key}"
    assert refused.value.place.file == "k.csv"
    assert refused.value.remedy("zh")
    assert refused.value.remedy("en")


def test_the_limit_of_residuals_can_be_set() -> None:
    """A point 0.3 m off is accepted by default and refused under a stricter limit."""
    target = similarity(LOCAL) + one_off(0.3)
    assert fit_helmert(LOCAL, target).rms_m > 0.05
    with pytest.raises(CrsError, match="0\\.1"):
        fit_helmert(LOCAL, target, most_residual_m=0.1)


def test_a_frame_keeps_all_but_its_place() -> None:
    """Rows, columns, attrs, heights, None and empty shapes stay; shapes have the area of their image."""
    fit = fit_helmert(LOCAL, similarity(LOCAL, scale=1.0))
    square = shapely.box(95_000, 303_000, 95_100, 303_100)
    shapes = [square, None, shapely.Point(95_000, 303_000, 7.0), shapely.Polygon()]
    frame = GeoDataFrame({"a": [1, 2, 3, 4]}, geometry=shapes, index=["p", "q", "r", "s"])
    frame.attrs["kept"] = "yes"
    moved = fit.frame(frame, 4548)
    assert (list(moved.index), list(moved["a"]), moved.attrs["kept"]) == (["p", "q", "r", "s"], [1, 2, 3, 4], "yes")
    assert moved.crs.to_epsg() == 4548
    assert moved.geometry["p"].area == pytest.approx(10_000, abs=1e-3)
    assert area_m2(moved.geometry)["p"] == pytest.approx(10_000, rel=1e-4)
    assert moved.geometry["q"] is None
    assert moved.geometry["r"].z == 7.0
    assert moved.geometry["s"].is_empty
    assert frame.geometry["p"].equals(square)
    assert isinstance(fit.frame(frame.geometry, 4548), GeoSeries)
    for crs in (4490, 3857):
        with pytest.raises(CrsError):
            fit.frame(frame, crs)


def test_reach_is_measured_from_the_control_points() -> None:
    """What lies among the points counts less than 1, what lies far away more."""
    fit = fit_helmert(LOCAL, similarity(LOCAL))
    assert isinstance(fit, Helmert)
    assert fit.beyond(*LOCAL.T) == pytest.approx(1)
    assert fit.beyond(*LOCAL.mean(axis=0)) < 1e-6
    assert fit.beyond(*(LOCAL + 100_000).T) > 10
