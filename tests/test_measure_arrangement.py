"""Ground cut along overlapping zones: laws of areas, on squares and at random."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ecozone.measure import arrange

GROUND = gpd.GeoSeries([shapely.box(0, 0, 1000, 1000)], index=["all"], crs=4548)

corner = st.integers(-200, 1100)
boxes = st.builds(lambda x, y, w, h: shapely.box(x, y, x + w, y + h), corner, corner, *[st.integers(1, 900)] * 2)
turned = st.builds(shapely.affinity.rotate, boxes, st.floats(0, 90))


@settings(max_examples=60)
@given(st.lists(turned, max_size=5))
def test_pieces_fill_the_ground_once_and_each_zone_is_the_sum_of_its_own(zones: list[shapely.Polygon]) -> None:
    """Law 6: the pieces sum to the ground, no two share any, and each zone is the sum of its own."""
    named = gpd.GeoSeries(zones, index=[f"z{i}" for i in range(len(zones))], crs=4548)
    pieces = arrange(GROUND, named)
    assert pieces.area.sum() == pytest.approx(1e6, abs=1.0)
    assert shapely.union_all(pieces.geometry.array).area == pytest.approx(1e6, abs=1.0)
    assert pieces["zones"].is_unique
    assert pieces.is_valid.all()
    for name, zone in named.items():
        own = pieces.area[[name in names for names in pieces["zones"]]].sum()
        assert own == pytest.approx(zone.intersection(GROUND.iloc[0]).area, abs=2.0)


@settings(max_examples=20)
@given(st.lists(turned, min_size=2, max_size=4), st.randoms())
def test_the_order_of_the_zones_moves_no_area(zones: list[shapely.Polygon], random: object) -> None:
    """Law 7: the same sets come up with the same areas in whatever order zones are given."""
    named = gpd.GeoSeries(zones, index=[f"z{i}" for i in range(len(zones))], crs=4548)
    order = list(named.index)
    random.shuffle(order)  # type: ignore[attr-defined]
    one, other = arrange(GROUND, named), arrange(GROUND, named.loc[order])
    sizes = {frozenset(names): size for names, size in zip(one["zones"], one.area, strict=True)}
    for names, size in zip(other["zones"], other.area, strict=True):
        assert sizes.pop(frozenset(names), 0.0) == pytest.approx(size, abs=2.0)
    assert sum(sizes.values()) < 2.0


def test_zones_without_shape_hold_nothing_and_one_beyond_the_ground_has_no_piece() -> None:
    """None, an empty shape and a zone elsewhere leave the ground in one piece."""
    zones = gpd.GeoSeries([None, shapely.Polygon(), shapely.box(2000, 0, 3000, 1000)], index=list("abc"), crs=4548)
    pieces = arrange(GROUND, zones)
    assert pieces["zones"].tolist() == [()]
    assert pieces.area.tolist() == [1e6]


def test_what_rounding_leaves_along_a_border_belongs_to_a_neighbour() -> None:
    """Two zones whose common slanting border has other vertices in each: no piece is thinner than the grid."""
    steps = np.linspace(0, 1000, 38)
    west = shapely.Polygon([(0, 0), *[(400 + y * 0.1234567, y) for y in steps], (0, 1000)])
    east = shapely.Polygon([(400, 0), (400 + 123.4567, 1000), (1000, 1000), (1000, 0)])
    pieces = arrange(GROUND, gpd.GeoSeries([west, east], index=["west", "east"], crs=4548))
    assert sorted(pieces["zones"]) == [("east",), ("west",)]
    assert pieces.area.sum() == pytest.approx(1e6, abs=0.1)
