"""The short form of a page's sites gives back every character and every place."""

from __future__ import annotations

import json
from typing import Any

import shapely
from hypothesis import given
from hypothesis import strategies as st

from ecozone.outputs.map_display import geometry_json
from ecozone.outputs.packing import line_text, packed, points_of, unpacked

VERDICTS = ["prohibited", "clear"]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.from_regex(
    r"(压占 [0-9]{1,3}(,[0-9]{3})?\.[0-9]{1,4} [°#]?[0-9]*°?[\t\n;]?){1,4}", fullmatch=True
)
MICRO = st.integers(-180_000_000, 180_000_000).map(lambda value: value / 1e6)


def sites(texts: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "id": text,
            "name": texts[0],
            "verdict": VERDICTS[len(text) % 2],
            "facts": [[text, text]],
            "findings": [{"sentence": text, "cells": texts}, {"sentence": texts[-1]}],
            "states": [{"reason": one} for one in texts],
        }
        for text in texts
    ]


@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_what_is_packed_comes_back_to_the_letter(texts: list[str]) -> None:
    """Figures, tabs, semicolons, marks and empty texts: nothing is lost and nothing is mixed up."""
    whole = sites(texts)
    carried = json.loads(json.dumps(packed(whole, VERDICTS)))
    assert unpacked(carried, VERDICTS) == whole


def test_more_figures_than_digits_come_back() -> None:
    """A text of more figures than one digit can number, many of them twice."""
    text = " ".join(f"{i}.25" for i in range(9_000)) + " 70.25 8999.25 0.25"
    whole = sites([text])
    assert unpacked(packed(whole, VERDICTS), VERDICTS) == whole


@given(st.lists(st.tuples(MICRO, MICRO), max_size=9))
def test_places_come_back_to_the_micro_degree(points: list[tuple[float, float]]) -> None:
    """Differences of whole micro-degrees add up again, wherever on the globe."""
    assert points_of(line_text(points)) == [list(point) for point in points]


def test_every_kind_of_shape_comes_back() -> None:
    """Points, lines, areas with holes, many of each and collections keep their parts and their order."""
    hole = shapely.box(117, 39, 117.01, 39.01).difference(shapely.box(117.002, 39.002, 117.004, 39.004))
    far = shapely.box(117.5, 39.5, 117.6, 39.6)
    line = shapely.LineString([(117, 39), (117.5, 39.25), (-117, -39)])
    shapes = [shapely.Point(117, 39), line, hole, shapely.MultiPolygon([hole, far])]
    shapes += [shapely.MultiLineString([line, line]), shapely.MultiPoint([(117, 39), (118, 40)])]
    shapes += [shapely.GeometryCollection([far, line])]
    whole = [
        {**site, "g": geometry_json(shape), "at": [39.5, 117.25]} | ({"round": True} if i % 2 else {})
        for i, (site, shape) in enumerate(zip(sites([f"S{i}" for i in range(7)]), shapes, strict=True))
    ]
    assert unpacked(json.loads(json.dumps(packed(whole, VERDICTS))), VERDICTS) == whole


def test_a_thousand_alike_take_a_tenth() -> None:
    """Sentences that differ in their figures alone are written once."""
    clause = "；建设项目须避让，确需占用的应当办理审批。" * 8
    whole = [
        sites([f"地块 {i}"])[0] | {"findings": [{"sentence": f"压占 {i}.2500 公顷{clause}"}] * 3} for i in range(1_000)
    ]
    assert len(json.dumps(packed(whole, VERDICTS))) * 10 < len(json.dumps(whole))
