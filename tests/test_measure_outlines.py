"""Shapes taken apart: polygons without holes go a way of their own, and come to the same arrays."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
import shapely

from ecozone.measure.outlines import outlines_of


def polygons(kind: str) -> Any:
    """Triangles and quadrangles, as they turn out: large, thin, far from the origin, without any area."""
    chance = np.random.default_rng(7)
    size, away = {
        "plain": ([100.0, 100.0], [5e5, 4e6]),
        "thin": ([100.0, 1e-8], [5e5, 4e6]),
        "as small as rounding": ([1e-7, 1e-7], [4e7, 4e6]),
        "at the origin": ([1.0, 1.0], [0.0, 0.0]),
    }[kind]
    made = shapely.polygons(chance.random((3000, 3, 2)) * size + away)
    both = np.concatenate([made, shapely.reverse(made), shapely.box(*chance.random((2, 500)), 2, 2)])
    return both if kind == "as small as rounding" else both[shapely.is_valid(both)]


@pytest.mark.parametrize("kind", ["plain", "thin", "as small as rounding", "at the origin"])
def test_polygons_without_holes_are_taken_apart_alike(kind: str) -> None:
    """A polygon and a multipolygon of one part have the same rings, sides, box and place."""
    every = polygons(kind)
    assert len(every) > 1000
    every[[3, 5]] = None, shapely.Polygon()
    parts = [
        None if shape is None else shapely.multipolygons([shape] if shape.area or shape.bounds else [])
        for shape in every
    ]
    one, other = outlines_of(every), outlines_of(np.array(parts, dtype=object))
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        assert a.dtype == b.dtype, field.name
        assert np.array_equal(a, b, equal_nan=field.name == "box"), field.name
    assert {-1, 1} <= set(one.side.tolist())


def test_nothing_is_taken_apart_into_nothing() -> None:
    """Of no shapes, and of shapes that are none, there are no rings."""
    for shapes in (np.zeros(0, dtype=object), np.array([None, shapely.Polygon()], dtype=object)):
        found = outlines_of(shapes)
        assert (found.rings.tolist(), len(found.xy), len(found.box)) == ([0], 0, len(shapes))
        assert found.first.tolist() == [0] * (len(shapes) + 1)
