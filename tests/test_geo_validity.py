"""Invalid shapes: explained, repaired where nobody can doubt the area, refused otherwise."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from ecozone.geo import area_m2, repair

REFUSED = {
    "bow tie": ("POLYGON((0 0,100 100,100 0,0 100,0 0))", "self_intersection"),
    "overlaps itself": ("POLYGON((0 0,20 0,20 10,5 10,5 15,15 15,15 5,0 5,0 0))", "self_intersection"),
    "walked twice": ("POLYGON((0 0,10 0,10 10,0 10,0 0,10 0,10 10,0 10,0 0))", "self_intersection"),
    "hole outside": ("POLYGON((0 0,10 0,10 10,0 10,0 0),(20 20,30 20,30 30,20 30,20 20))", "hole_outside"),
    "hole in a hole": (
        "POLYGON((0 0,10 0,10 10,0 10,0 0),(1 1,9 1,9 9,1 9,1 1),(2 2,3 2,3 3,2 3,2 2))",
        "nested_holes",
    ),
    "parts overlap": ("MULTIPOLYGON(((0 0,10 0,10 10,0 10,0 0)),((5 0,15 0,15 10,5 10,5 0)))", "self_intersection"),
    "part in a part": ("MULTIPOLYGON(((0 0,10 0,10 10,0 10,0 0)),((2 2,3 2,3 3,2 3,2 2)))", "nested_shells"),
    "flat": ("POLYGON((0 0,10 0,5 0,0 0))", "no_area"),
    "a line of one point": ("LINESTRING(0 0,0 0)", "too_few_points"),
}
REPAIRED = {
    "touches itself": ("POLYGON((0 0,10 0,10 10,5 0,0 10,0 0))", "ring_self_intersection", 50.0),
    "spike": ("POLYGON((0 0,100 0,100 100,50 100,50 150,50 100,0 100,0 0))", "self_intersection", 1e4),
    "tiny loop": (
        "POLYGON((0 0,100 0,100 100,50 100,50.001 100.001,49.999 100.001,50 100,0 100,0 0))",
        "ring_self_intersection",
        1e4,
    ),
    "parts share an edge": (
        "MULTIPOLYGON(((0 0,10 0,10 10,0 10,0 0)),((10 0,15 0,15 10,10 10,10 0)))",
        "self_intersection",
        150.0,
    ),
    "cut apart by its hole": (
        "POLYGON((0 0,10 0,10 10,0 10,0 0),(0 5,5 0,10 5,5 10,0 5))",
        "disconnected",
        50.0,
    ),
}


def there(text: str, crs: int) -> gpd.GeoSeries:
    """Put a shape drawn around 0, 0 at Dongli."""
    scale, corner = (1e-5, (117.3, 39.1)) if crs == 4490 else (1.0, (5e5, 4.33e6))
    return gpd.GeoSeries([shapely.transform(shapely.from_wkt(text), lambda xy: xy * scale + np.array(corner))], crs=crs)


@pytest.mark.parametrize("crs", [4548, 4490])
@pytest.mark.parametrize("name", REFUSED)
def test_a_doubtful_shape_is_refused(name: str, crs: int) -> None:
    """Where different rules give different areas nobody knows what was meant: no geometry, a reason and a place."""
    text, reason = REFUSED[name]
    shapes, notices = repair(there(text, crs), file="a.shp")
    assert shapes[0] is None
    assert [(one.key, one.severity) for one in notices] == [(f"geo.refused_{reason}", "refused")]
    for lang in ("zh", "en"):
        assert notices[0].message(lang).startswith("a.shp")
        assert notices[0].remedy(lang)


@pytest.mark.parametrize("crs", [4548, 4490])
@pytest.mark.parametrize("name", REPAIRED)
def test_a_plain_slip_is_repaired(name: str, crs: int) -> None:
    """Where all rules give one area the shape is made valid, keeps that area, and the repair is said."""
    text, reason, area = REPAIRED[name]
    before = there(text, crs)
    shapes, notices = repair(before)
    assert shapes[0].is_valid
    assert area_m2(shapes)[0] == pytest.approx(area_m2(before)[0], abs=1e-5)
    assert crs == 4490 or shapes[0].area == pytest.approx(area, abs=1e-5)
    assert [(one.key, one.severity) for one in notices] == [(f"geo.repaired_{reason}", "repaired")]
    assert all(notices[0].message(lang) for lang in ("zh", "en"))


def test_valid_shapes_are_not_touched() -> None:
    """Valid, empty and missing shapes come back as they are, without notices."""
    shapes = [shapely.box(0, 0, 1 / 3, 1), None, shapely.Polygon(), shapely.Point(1, 1)]
    found, notices = repair(gpd.GeoSeries(shapes, crs=4548, index=list("abcd"), name="n"))
    assert notices == ()
    assert list(found.index) == list("abcd")
    assert found.name == "n"
    assert found.iloc[0].equals_exact(shapes[0], 0)
    assert found.iloc[1] is None


def test_rows_are_named_as_the_user_counts_them() -> None:
    """A plain index counts from 1; any other gives its labels."""
    bow = there(REFUSED["bow tie"][0], 4548)[0]
    shapes = gpd.GeoSeries([shapely.Point(0, 0), bow], crs=4548)
    assert repair(shapes)[1][0].place.feature == 2
    assert repair(shapes.set_axis(["S1", "S2"]))[1][0].place.feature == "S2"


@pytest.mark.parametrize(("loop", "kept"), [(0.5, True), (1.5, False)])
def test_both_limits_hold(loop: float, kept: bool) -> None:
    """A crossing that leaves 1 m² in doubt is refused even on a large zone, and a smaller one on a small parcel."""
    side = loop**0.5
    bow = [(1000 + side, 1000), (1000 - side, 1000 + side), (1000 + side, 1000 + side), (1000 - side, 1000)]
    ring = np.array([(0, 0), (2000, 0), (2000, 1000), *bow, (0, 1000)]) + np.array([5e5, 4.33e6])
    zone = gpd.GeoSeries([shapely.Polygon(ring)], crs=4548)
    assert not zone.is_valid[0]
    assert (repair(zone)[0][0] is not None) == kept
    assert repair(zone, max_change_share=1e-9)[0][0] is None
    assert repair(zone, max_change_m2=10.0)[0][0] is not None


def test_coordinates_that_are_no_numbers_are_refused() -> None:
    """A polygon with an infinite vertex is refused with that reason, without being measured."""
    shapes, notices = repair(gpd.GeoSeries([shapely.Polygon([(0, 0), (1, float("inf")), (1, 0)])], crs=4548))
    assert shapes[0] is None
    assert notices[0].key == "geo.refused_not_finite"
