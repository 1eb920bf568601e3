"""Overlaps and distances: against geometry worked by hand, and laws that hold for any shapes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import translate

from ecozone.errors import CrsMismatchError
from ecozone.measure import nearest, overlay, overlay_range

E, N = 527_000.0, 4_328_000.0
GK = "EPSG:4548"


def frame(*shapes: object, index: object = None, crs: str = GK) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), index=index, crs=crs)


def box(x: float, y: float, width: float, height: float) -> shapely.Polygon:
    return shapely.box(E + x, N + y, E + x + width, N + y + height)


def test_overlap_of_two_squares_has_the_area_and_shares_that_one_can_work_out() -> None:
    """A quarter of a 1 km square inside another gives a quarter of either, to the scale of the projection."""
    table = overlay(frame(box(500, 500, 1000, 1000), index=["site"]), frame(box(0, 0, 1000, 1000), index=["zone"]))
    assert table[["site", "zone"]].to_numpy().tolist() == [["site", "zone"]]
    assert table["overlap_m2"].iloc[0] == pytest.approx(250_000, rel=5e-5)
    assert table["site_share"].iloc[0] == pytest.approx(0.25, rel=1e-6)
    assert table["zone_share"].iloc[0] == pytest.approx(0.25, rel=1e-6)
    assert table["depth_m"].iloc[0] == pytest.approx(500, abs=1)


def test_a_shared_border_is_no_overlap() -> None:
    """Neighbours that only touch share nothing."""
    assert overlay(frame(box(0, 0, 10, 10)), frame(box(10, 0, 10, 10))).empty


def test_a_line_has_a_length_inside_and_a_point_a_count() -> None:
    """What is measured follows the site's own dimension."""
    sites = frame(
        shapely.LineString([(E - 100, N + 50), (E + 60, N + 50)]), shapely.Point(E + 5, N + 5), index=["line", "point"]
    )
    table = overlay(sites, frame(box(0, 0, 100, 100))).set_index("site")
    assert table.loc["line", "length_m"] == pytest.approx(60, rel=1e-4)
    assert table.loc["line", "site_share"] == pytest.approx(60 / 160, rel=1e-6)
    assert table.loc["line", "overlap_m2"] == 0
    assert table.loc["point", "count"] == 1
    assert table.loc["point", "depth_m"] == pytest.approx(5)
    shallow = overlay(sites, frame(box(0, 0, 100, 100)), depth=False).set_index("site")
    pd.testing.assert_frame_equal(shallow, table.drop(columns="depth_m"))


def test_overlapping_zones_are_each_measured_by_themselves() -> None:
    """The table speaks of pairs; counting once is the caller's union."""
    table = overlay(frame(box(0, 0, 10, 10)), frame(box(0, 0, 10, 10), box(0, 0, 10, 10)))
    assert len(table) == 2
    assert table["overlap_m2"].nunique() == 1


def test_a_site_without_geometry_is_passed_over() -> None:
    """A refused site has no pairs and harms nobody else's."""
    assert overlay(frame(None, box(0, 0, 5, 5)), frame(box(0, 0, 10, 10)))["site"].tolist() == [1]


def test_two_crs_are_refused() -> None:
    """Numbers of two systems never meet without a word."""
    with pytest.raises(CrsMismatchError):
        overlay(frame(box(0, 0, 1, 1)), frame(box(0, 0, 1, 1), crs="EPSG:4527"))
    with pytest.raises(CrsMismatchError):
        nearest(frame(box(0, 0, 1, 1)), frame(box(0, 0, 1, 1), crs="EPSG:4527"))


def test_accuracy_gives_the_least_and_the_most_overlap() -> None:
    """Moving a straight boundary by ±5 m changes a 10 m wide overlap to 5 m and 15 m."""
    zone = frame(box(0, 0, 1000, 1000))
    table = overlay_range(frame(box(990, 400, 100, 100)), zone, accuracy_m=5)
    assert table["overlap_min_m2"].iloc[0] == pytest.approx(500, rel=1e-3)
    assert table["overlap_max_m2"].iloc[0] == pytest.approx(1500, rel=1e-3)


def test_accuracy_finds_what_lies_just_outside() -> None:
    """A site 3 m off a zone drawn to ±5 m may touch it; one 6 m off may not."""
    sites = frame(box(1003, 0, 10, 10), box(1006, 0, 10, 10))
    table = overlay_range(sites, frame(box(0, 0, 1000, 1000)), accuracy_m=5)
    assert table["site"].tolist() == [0]
    assert table["overlap_min_m2"].iloc[0] == 0
    assert table["overlap_max_m2"].iloc[0] == pytest.approx(20, rel=1e-2)


def test_nearest_says_how_far_and_where() -> None:
    """A zone 100 m to the east is 100 m away at a bearing of 90° less the meridian convergence."""
    table = nearest(frame(shapely.Point(E, N)), frame(box(300, -5, 10, 10), box(100, -5, 10, 10)))
    assert table["zone"].tolist() == [1]
    assert table["distance_m"].iloc[0] == pytest.approx(100, rel=1e-4)
    assert table["bearing_deg"].iloc[0] == pytest.approx(90, abs=0.5)


def test_nearest_looks_no_farther_than_asked_and_says_zero_inside() -> None:
    """Out of reach is absent; overlapping is 0 m with no direction."""
    sites = frame(box(2, 2, 1, 1), box(5000, 0, 1, 1))
    table = nearest(sites, frame(box(0, 0, 10, 10)), within_m=500)
    assert table["site"].tolist() == [0]
    assert table["distance_m"].iloc[0] == 0
    assert np.isnan(table["bearing_deg"].iloc[0])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(1, 40), st.integers(1, 40)),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 50),
)
def test_splitting_a_zone_keeps_the_sum_and_order_does_not_matter(
    boxes: list[tuple[int, int, int, int]], cut: int
) -> None:
    """A zone cut in two gives the same total, and shuffled sites the same rows."""
    sites = frame(*(box(*one) for one in boxes))
    whole = overlay(sites, frame(box(0, 0, 51, 80))).set_index("site")["overlap_m2"]
    halves = frame(box(0, 0, cut + 0.5, 80), box(cut + 0.5, 0, 50.5 - cut, 80))
    parts = overlay(sites, halves).groupby("site")["overlap_m2"].sum()
    pd.testing.assert_series_equal(whole, parts, rtol=1e-6, check_index_type=False)
    backwards = overlay(sites.iloc[::-1], frame(box(0, 0, 51, 80))).set_index("site")["overlap_m2"].sort_index()
    pd.testing.assert_series_equal(whole, backwards)


@settings(max_examples=20, deadline=None)
@given(st.integers(-400, 400), st.integers(-400, 400))
def test_a_shifted_pair_has_shifted_nothing(dx: int, dy: int) -> None:
    """Moving site and zone together changes the overlap by no more than the projection's scale does."""
    site, zone = box(40, 40, 100, 30), box(0, 0, 100, 100)
    before = overlay(frame(site), frame(zone))["overlap_m2"].iloc[0]
    after = overlay(frame(translate(site, dx, dy)), frame(translate(zone, dx, dy)))["overlap_m2"].iloc[0]
    assert after == pytest.approx(before, rel=1e-5)
