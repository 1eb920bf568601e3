"""Overlay on the millimetre grid: the upstream cases, the laws, and the check that must speak up."""

from __future__ import annotations

import time

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ecozone.errors import CrsError, CrsMismatchError, DefectError, GeometryError
from ecozone.geo import GRID_M, difference, intersection, union
from ecozone.geo import overlay as overlay_module

wkt = shapely.from_wkt

#: Valid pairs whose floating-point overlay is wrong in GEOS 3.14.1: name, the pair, their true shared area.
UPSTREAM = {
    "shapely #1871: an edge shared to the last digit": (
        wkt("POLYGON ((446 -207, 315 -75.99999999999999, 557 -76, 446 -207))"),
        wkt("POLYGON ((184 -207, 315 -76, 446 -207, 315 -338, 184 -207))"),
        0.0,
    ),
    "libgeos #1344: two neighbours of the same size": (
        shapely.Polygon(
            [
                (-295.25030351249666, 4.236074061427525),
                (-295.08711234218333, -2.301948231163383),
                (-314.64218025800653, -2.7900491087570383),
                (-314.80537142831986, 3.7479731838338695),
            ]
        ),
        shapely.Polygon(
            [
                (-275.69523559667346, 4.7241749390211805),
                (-275.53204442636013, -1.8138473535697273),
                (-295.08711234218333, -2.3019482311633825),
                (-295.25030351249666, 4.236074061427525),
            ]
        ),
        0.0,
    ),
    "libgeos #1523: a hole as thin as rounding": (
        wkt("POLYGON ((379.694383 3423, 382 3423, 382 3428, 379.694383 3428, 379.694383 3423))"),
        wkt(
            "POLYGON ((380 3428.3, 382 3429, 388 3422, 377 3422, 378 3427, 380 3428.3), "
            "(379.153701 3427.199712952367, 380.736005 3427.1997128766443, "
            "379.777158 3427.199712922531, 379.153701 3427.199712952367))"
        ),
        11.528085,
    ),
    "jts #798: a triangle thinner than an atom": (
        wkt(
            "POLYGON ((66697.40120137333 185279.95469107336, 66698.375 185273.625, 66697.375 185280.125, "
            "66697.40120137333 185279.95469107336))"
        ),
        wkt("POLYGON ((66710 185280, 66710 185260, 66690 185260, 66690 185280, 66710 185280))"),
        0.0,
    ),
}


def rows(*shapes: object, crs: object = 4548) -> gpd.GeoSeries:
    return gpd.GeoSeries(list(shapes), crs=crs)


def noise(*shapes: shapely.Geometry) -> float:
    """Return what snapping each border to the grid can change."""
    return sum(shape.length for shape in shapes) * GRID_M


@pytest.mark.parametrize("name", UPSTREAM)
def test_upstream_cases_come_out_right(name: str) -> None:
    """Pairs that GEOS gets wrong in floating point have their true shared, remaining and joint areas here."""
    one, two, shared = UPSTREAM[name]
    assert one.is_valid
    assert two.is_valid
    slack = noise(one, two)
    for a, b in ((one, two), (two, one)):
        assert intersection(rows(a), rows(b))[0].area == pytest.approx(shared, abs=slack)
        assert difference(rows(a), rows(b))[0].area == pytest.approx(a.area - shared, abs=slack)
        assert union(rows(a, b)).area == pytest.approx(a.area + b.area - shared, abs=2 * slack)


def test_the_upstream_cases_still_are_cases() -> None:
    """At least one of them is still wrong in this GEOS, so that the tests above prove something."""
    wrong = [abs(one.intersection(two).area - shared) > noise(one, two) for one, two, shared in UPSTREAM.values()]
    if not any(wrong):
        pytest.skip(f"GEOS {shapely.geos_version_string} gets every known case right")


stars = st.tuples(
    st.floats(-60, 60), st.floats(-60, 60), st.lists(st.floats(20, 60), min_size=5, max_size=12)
).map(lambda s: shapely.Polygon([
    (5e5 + s[0] + r * np.cos(2 * np.pi * i / len(s[2])), 4.33e6 + s[1] + r * np.sin(2 * np.pi * i / len(s[2])))
    for i, r in enumerate(s[2])
]))  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(stars, stars)
def test_laws_of_sets(a: shapely.Polygon, b: shapely.Polygon) -> None:
    """What is shared and what is not add up to the whole; sharing and joining do not depend on the order."""
    slack = 2 * noise(a, b)
    shared = intersection(rows(a), rows(b))[0]
    assert shared.is_valid
    assert shared.area + difference(rows(a), rows(b))[0].area == pytest.approx(a.area, abs=slack)
    assert intersection(rows(b), rows(a))[0].area == pytest.approx(shared.area, abs=slack)
    joint = union(rows(a, b))
    assert joint.area == pytest.approx(a.area + b.area - shared.area, abs=slack)
    assert joint.equals_exact(union(rows(b, a)), 0)
    assert (shared.area > 0) or not a.overlaps(b) or a.intersection(b).area < slack


def test_what_is_covered_comes_out_to_the_last_digit() -> None:
    """A site inside a zone is its own overlap, bit by bit, and leaves nothing; so is one shape within the other."""
    site = shapely.Polygon([(5e5 + 0.12345678, 4.33e6), (5e5 + 20.98765432, 4.33e6), (5e5 + 9, 4.33e6 + 17.7654321)])
    zone = shapely.box(4.9e5, 4.32e6, 5.1e5, 4.34e6)
    for a, b in ((site, zone), (zone, site)):
        assert intersection(rows(a), rows(b))[0].equals_exact(site, 0)
    assert difference(rows(site), rows(zone))[0].is_empty
    assert difference(rows(site), rows(shapely.box(0, 0, 1, 1)))[0].equals_exact(site, 0)


def test_a_shared_border_is_no_overlap() -> None:
    """Neighbours share nothing, also where rounding lets them overlap by 1e-7 m; a band of 1 cm is an overlap."""
    zone = shapely.box(5e5, 4.33e6, 5.01e5, 4.331e6)
    for reach, area in ((0.0, 0.0), (1e-7, 0.0), (0.01, 10.0)):
        site = shapely.box(5.01e5 - reach, 4.33e6, 5.02e5, 4.331e6)
        shared = intersection(rows(site), rows(zone))[0]
        assert shared.area == pytest.approx(area, abs=0.01)
        assert shared.is_empty == (area == 0.0)
        assert difference(rows(site), rows(zone))[0].area == pytest.approx(site.area - area, abs=2 * noise(site))


def test_lines_and_points() -> None:
    """A line is cut to its length inside, also along a border; a point on a border is inside; corners are not lines."""
    zone = shapely.box(0, 0, 100, 100)
    through, along = shapely.LineString([(-50, 50), (150, 50)]), shapely.LineString([(0, -10), (0, 60)])
    corner, out = shapely.LineString([(-10, 10), (10, -10)]), shapely.LineString([(200, 0), (300, 0)])
    lines = rows(through, along, corner, out)
    shared = intersection(lines, rows(*[zone] * 4))
    assert shared.length.tolist() == [100.0, 60.0, 0.0, 0.0]
    assert shared.geom_type.tolist() == ["LineString"] * 4
    assert intersection(rows(*[zone] * 4), lines).length.tolist() == [100.0, 60.0, 0.0, 0.0]
    assert difference(lines, rows(*[zone] * 4)).length.tolist() == pytest.approx([100.0, 10.0, corner.length, 100.0])
    points = rows(shapely.Point(0, 50), shapely.Point(-1, 50), shapely.MultiPoint([(1, 1), (200, 1)]))
    inside = intersection(points, rows(*[zone] * 3))
    assert inside.is_empty.tolist() == [False, True, False]
    assert shapely.get_num_coordinates(inside.array).tolist() == [1, 0, 1]
    crossing = intersection(rows(through), rows(shapely.LineString([(50, -50), (50, 150)])))[0]
    assert crossing.is_empty


def test_missing_and_empty_shapes() -> None:
    """None gives None, empty shapes give empty ones, the index stays, and no rows give none."""
    a = gpd.GeoSeries([None, shapely.Polygon(), shapely.box(0, 0, 1, 1)], crs=4548, index=list("xyz"))
    b = gpd.GeoSeries([shapely.box(0, 0, 1, 1)] * 3, crs=4548, index=list("xyz"))
    for function in (intersection, difference):
        found = function(a, b)
        assert list(found.index) == list("xyz")
        assert found.iloc[0] is None
        assert found.iloc[1].is_empty
        assert len(function(a[:0], b[:0])) == 0
    assert union(a).equals_exact(shapely.normalize(shapely.box(0, 0, 1, 1)), 0)
    assert union(a[:2]).is_empty


def test_what_cannot_be_overlaid_is_refused() -> None:
    """Degrees, two CRS, two indexes, invalid shapes and mixed collections are errors, the last two naming the row."""
    box, bow = shapely.box(0, 0, 1, 1), shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    with pytest.raises(CrsError, match="以米为单位"):
        intersection(rows(box, crs=4490), rows(box, crs=4490))
    with pytest.raises(CrsError, match="以米为单位"):
        union(rows(box, crs=4490))
    with pytest.raises(CrsMismatchError):
        intersection(rows(box), rows(box, crs=4527))
    with pytest.raises(ValueError, match="row by row"):
        intersection(rows(box), rows(box).set_axis(["x"]))
    for bad in (bow, shapely.GeometryCollection([box, shapely.Point(9, 9)])):
        for call in (lambda s: intersection(s, rows(box, box)), lambda s: difference(rows(box, box), s), union):
            with pytest.raises(GeometryError) as refused:
                call(rows(box, bad))
            assert refused.value.place.feature == 2


@pytest.mark.parametrize("lie", [shapely.Polygon(), shapely.box(0, 0, 1000, 1000)])
def test_a_result_that_contradicts_its_inputs_is_a_defect(
    lie: shapely.Polygon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the overlay to lose an overlap, or to return more than either shape, the run stops and says so."""

    def wrong(a: np.ndarray, *_: object, **__: object) -> np.ndarray:
        return np.array([lie] * len(a), dtype=object)

    a, b = rows(shapely.box(0, 0, 10, 10)), rows(shapely.box(8, 0, 20, 10))
    monkeypatch.setattr(overlay_module.shapely, "intersection", wrong)
    with pytest.raises(DefectError):
        intersection(a, b)
    monkeypatch.undo()
    monkeypatch.setattr(overlay_module.shapely, "difference", wrong)
    with pytest.raises(DefectError):
        difference(a, b)
    monkeypatch.undo()
    monkeypatch.setattr(shapely, "union_all", lambda *_, **__: lie)
    with pytest.raises(DefectError):
        union(rows(a[0], b[0]))


def test_union_counts_once_in_any_order() -> None:
    """Overlapping, nested, touching and lonely shapes: each m² once, the same bits in any order of the rows."""
    rng = np.random.default_rng(5)
    corners = rng.uniform(0, 900, (120, 2)) + np.array([5e5, 4.33e6])
    shapes = [shapely.Point(*corner).buffer(r) for corner, r in zip(corners, rng.uniform(5, 60, 120), strict=True)]
    shapes += [shapely.box(6e5 + 1 / 3, 4.33e6, 6e5 + 100, 4.331e6)]
    joint = union(rows(*shapes))
    assert joint.is_valid
    assert joint.area == pytest.approx(shapely.union_all(shapes).area, abs=noise(*shapes))
    order = rng.permutation(len(shapes))
    assert union(rows(*[shapes[i] for i in order])).equals_exact(joint, 0)
    assert any(part.equals_exact(shapely.normalize(shapes[-1]), 0) for part in shapely.get_parts(joint))


def test_a_large_zone_is_not_walked_for_each_site() -> None:
    """2,000 sites against a zone of 20,000 vertices take less than half the time of as many full overlays."""
    turn = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
    reach = 10_000 * (1 + 0.05 * np.sin(60 * turn))
    zone = shapely.Polygon(np.column_stack([5e5 + reach * np.cos(turn), 4.33e6 + reach * np.sin(turn)]))
    corner = np.random.default_rng(1).uniform(-10_500, 10_500, (2_000, 2)) + np.array([5e5, 4.33e6])
    sites = gpd.GeoSeries(shapely.box(*corner.T, *(corner + 100).T), crs=4548)
    zones = gpd.GeoSeries([zone] * len(sites), crs=4548)
    start = time.perf_counter()
    shapely.intersection(sites.array[:50], zones.array[:50], grid_size=GRID_M)
    one_full_overlay = (time.perf_counter() - start) / 50
    start = time.perf_counter()
    shared = intersection(sites, zones).area
    rest = difference(sites, zones).area
    assert time.perf_counter() - start < 0.5 * one_full_overlay * 2 * len(sites)
    assert (shared + rest).to_numpy() == pytest.approx(sites.area.to_numpy(), abs=1.0)
    assert shared.sum() == pytest.approx(shapely.area(shapely.intersection(sites.array, zone)).sum(), rel=1e-7)
