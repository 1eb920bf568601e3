"""The width of an overlap: the largest circle that fits, by three ways that have nothing in common."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

from ecozone.measure import widths_of

lengths = st.floats(0.05, 500.0)
#: GEOS overflows on numbers near the least that there are.
coordinates = st.floats(0, 300, allow_subnormal=False).map(lambda value: round(value, 6))
FINE = 0.021


def widths(*shapes: shapely.Geometry) -> list[float]:
    return [float(width) for width in widths_of(np.array(shapes, dtype=object))]


@given(lengths, lengths, st.floats(0, 180))
def test_a_rectangle_is_as_wide_as_its_shorter_side(long: float, short: float, turn: float) -> None:
    """Whichever way it is turned: a strip of a kilometre reads as thin as it is."""
    shape = affinity.translate(affinity.rotate(shapely.box(0, 0, long, short), turn), 525_000, 4_325_000)
    assert widths(shape)[0] == pytest.approx(min(long, short), rel=FINE, abs=1e-6)


@given(st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=12, unique=True))
@settings(max_examples=60, deadline=None)
def test_a_circle_of_the_width_fits_and_no_larger_one(corners: list[tuple[float, float]]) -> None:
    """The oracle is GEOS's own search for the largest inscribed circle, finer than ours."""
    shape = shapely.make_valid(shapely.Polygon(corners), method="structure", keep_collapsed=False)
    if shape.area < 1.0 or shape.geom_type != "Polygon":
        return
    oracle = 2.0 * shapely.length(shapely.maximum_inscribed_circle(shape, tolerance=shape.area / shape.length / 500))
    assert widths(shape)[0] == pytest.approx(oracle, rel=2 * FINE)


def test_parts_and_holes_are_seen() -> None:
    """The widest part decides; a hole in the middle of a square leaves a frame."""
    parts = shapely.MultiPolygon([shapely.box(0, 0, 100, 1), shapely.box(0, 50, 9, 59)])
    holes = [shapely.box(x, y, x + 8, y + 8).exterior for x in range(1, 99, 10) for y in range(1, 99, 10)]
    sieve = shapely.Polygon(shapely.box(0, 0, 99, 99).exterior, holes)
    oracle = 2.0 * shapely.length(shapely.maximum_inscribed_circle(sieve, tolerance=0.001))
    assert widths(parts, sieve) == [pytest.approx(9.0, rel=FINE), pytest.approx(oracle, rel=FINE)]
    squares = shapely.MultiPolygon([shapely.box(0, 0, 7, 7), shapely.box(50, 50, 60, 60)])
    frame = shapely.box(0, 0, 90, 90).difference(shapely.box(30, 10, 80, 80))
    assert widths(squares, frame) == [pytest.approx(10.0, rel=FINE), pytest.approx(30.0, rel=FINE)]
    assert widths(shapely.Polygon(), shapely.LineString([(0, 0), (9, 9)])) == [0.0, 0.0]
    assert widths() == []


@given(st.floats(0.01, 50), st.floats(0, 90))
@settings(max_examples=40, deadline=None)
def test_the_width_grows_with_the_shape(factor: float, turn: float) -> None:
    """Ten times as large is ten times as wide, for a shape that is not convex."""
    shape = shapely.LineString([(0, 0), (40, 30), (80, 0), (130, 70)]).buffer(4.0)
    scaled = affinity.rotate(affinity.scale(shape, factor, factor, origin=(0, 0)), turn, origin=(0, 0))
    assert widths(scaled)[0] == pytest.approx(factor * widths(shape)[0], rel=2 * FINE)
