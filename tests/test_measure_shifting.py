"""The smallest shift off a piece of ground: against figures that one can work out, and a search that tries them all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

from ecozone.measure import smallest_shift

WALL = shapely.box(0, -500, 40, 500)
RING = shapely.box(-100, -100, 100, 100).difference(shapely.box(-15, -15, 15, 15))


def length(shift: Any) -> float:
    return float(np.hypot(shift.dx_m, shift.dy_m))


@pytest.mark.parametrize(
    ("shape", "ground", "vector"),
    [
        (shapely.box(-5, 0, 5, 10), WALL, (-5, 0)),
        (shapely.Point(30, 3), WALL, (10, 0)),
        (shapely.LineString([(-50, 0), (3, 9)]), WALL, (-3, 0)),
        (shapely.box(-40, 0, -30, 10).union(shapely.box(-2, 0, 8, 10)), WALL, (-8, 0)),
        (shapely.box(-30, -30, 60, 30).difference(shapely.box(-9, -20, 49, 20)), shapely.box(10, -3, 52, 3), (3, 0)),
        (shapely.MultiPoint([(-3, 0), (2, 0)]), WALL, (-2, 0)),
        (shapely.box(18, -5, 28, 5), RING, (-13, 0)),
    ],
)
def test_shifts_that_one_can_work_out(shape: Any, ground: Any, vector: tuple[float, float]) -> None:
    """Areas, lines and points, parts and holes: into a hole of the ground, or with a hole of their own around it."""
    found = smallest_shift(shape, ground, within_m=200)
    assert found is not None
    assert (found.dx_m, found.dy_m) == pytest.approx(vector, abs=found.tolerance_m + 0.01)


def test_what_is_off_the_ground_needs_no_shift() -> None:
    """A border in common is no meeting."""
    found = smallest_shift(shapely.box(-9, 0, 0, 9), WALL, within_m=50)
    assert found is not None
    assert length(found) == 0


def test_a_bound_is_a_bound() -> None:
    """Just out of reach there is none, just within there is."""
    middle = shapely.box(15, 0, 25, 10)
    assert smallest_shift(middle, WALL, within_m=24.5) is None
    assert smallest_shift(middle, WALL, within_m=25.5) is not None


corners = st.tuples(st.integers(-60, 60), st.integers(-60, 60))
grounds = st.lists(st.lists(corners, min_size=3, max_size=6, unique=True), min_size=1, max_size=3).map(
    lambda many: shapely.union_all([shapely.MultiPoint(one).convex_hull.buffer(3.0) for one in many])
)
polygons = st.lists(corners, min_size=3, max_size=6, unique=True).map(
    lambda points: shapely.make_valid(
        affinity.scale(shapely.Polygon(points), 0.3, 0.3), method="structure", keep_collapsed=False
    )
)
lines = st.lists(corners, min_size=2, max_size=4, unique=True).map(
    lambda points: affinity.scale(shapely.LineString(points), 0.3, 0.3)
)


@given(st.one_of(polygons, lines), grounds)
@settings(max_examples=25, deadline=None)
def test_no_shorter_shift_does(shape: Any, ground: Any) -> None:
    """Every shift of a fine fan that is shorter by more than the tolerance still meets the ground."""
    if shape.is_empty or not shape.is_valid or not shapely.intersects(shape, ground):
        return
    within = 60.0
    found = smallest_shift(shape, ground, within_m=within)
    core = shapely.buffer(ground, -0.003)
    shapely.prepare(core)
    if found is not None:
        assert not shapely.intersects(core, affinity.translate(shape, found.dx_m, found.dy_m))
    limit = within - 0.2 if found is None else length(found) - found.tolerance_m - 0.01
    for turn in np.linspace(0, 2 * np.pi, 48, endpoint=False):
        for metres in np.arange(0.0, max(limit, 0.0), 1.5):
            moved = affinity.translate(shape, metres * np.cos(turn), metres * np.sin(turn))
            # A gap no wider than the tolerance may be passed over.
            assert shapely.intersects(core, moved) or shapely.distance(core, moved) < 0.2
