"""Pairs of polygons that break overlay programs: the area by the edges is the area of GEOS, wherever they lie."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from benchmarks.sides import Plane
from ecozone.errors import GeometryError
from ecozone.geo import area_m2
from ecozone.measure import EdgeIndex, Prepared, overlay, shared_with
from ecozone.measure.shared import by_edges

CRS = 4548
#: Name, one polygon, another: drawn on a field of 100 by 100.
PAIRS = {
    "corners touch at a point": ("POLYGON((0 0,10 0,10 10,0 10,0 0))", "POLYGON((10 10,20 10,20 20,10 20,10 10))"),
    "a corner touches the middle of an edge": ("POLYGON((0 0,10 0,10 10,0 10,0 0))", "POLYGON((10 5,20 0,20 10,10 5))"),
    "a corner touches an edge from inside": (
        "POLYGON((0 0,30 0,30 30,0 30,0 0))",
        "POLYGON((30 15,20 10,20 20,30 15))",
    ),
    "neighbours share a whole edge": ("POLYGON((0 0,10 0,10 10,0 10,0 0))", "POLYGON((10 0,20 0,20 10,10 10,10 0))"),
    "neighbours share part of an edge": ("POLYGON((0 0,10 0,10 10,0 10,0 0))", "POLYGON((10 3,20 3,20 17,10 17,10 3))"),
    "neighbours share a slanting edge with other vertices": (
        "POLYGON((0 0,30 10,60 20,90 30,0 90,0 0))",
        "POLYGON((0 0,90 0,90 30,45 15,0 0))",
    ),
    "overlap with partly common edges": ("POLYGON((0 0,20 0,20 10,0 10,0 0))", "POLYGON((5 0,15 0,15 20,5 20,5 0))"),
    "all edges on common lines": ("POLYGON((0 0,20 0,20 20,0 20,0 0))", "POLYGON((0 10,20 10,20 30,0 30,0 10))"),
    "inside, with common edges": ("POLYGON((0 0,50 0,50 50,0 50,0 0))", "POLYGON((0 0,20 0,20 50,0 50,0 0))"),
    "inside, one common corner": ("POLYGON((0 0,50 0,50 50,0 50,0 0))", "POLYGON((0 0,30 10,10 30,0 0))"),
    "inside, apart from the boundary": (
        "POLYGON((0 0,50 0,50 50,0 50,0 0))",
        "POLYGON((10 10,20 10,20 20,10 20,10 10))",
    ),
    "equal": ("POLYGON((0 0,70 10,90 80,20 60,0 0))", "POLYGON((0 0,70 10,90 80,20 60,0 0))"),
    "equal, one with vertices along its edges": (
        "POLYGON((0 0,40 0,80 0,80 40,80 80,40 80,0 80,0 40,0 0))",
        "POLYGON((0 0,80 0,80 80,0 80,0 0))",
    ),
    "equal, with a repeated vertex": (
        "POLYGON((0 0,40 0,40 0,40 40,40 40,40 40,0 40,0 0))",
        "POLYGON((0 0,40 0,40 40,0 40,0 0))",
    ),
    "a hole that the other fills": (
        "POLYGON((0 0,50 0,50 50,0 50,0 0),(10 10,40 10,40 40,10 40,10 10))",
        "POLYGON((10 10,40 10,40 40,10 40,10 10))",
    ),
    "a hole that the other fills but for a rim": (
        "POLYGON((0 0,50 0,50 50,0 50,0 0),(10 10,40 10,40 40,10 40,10 10))",
        "POLYGON((12 10,40 10,40 40,10 40,12 10))",
    ),
    "a hole crossed": (
        "POLYGON((0 0,50 0,50 50,0 50,0 0),(10 10,40 10,40 40,10 40,10 10))",
        "POLYGON((5 20,60 20,60 30,5 30,5 20))",
    ),
    "equal holes": (
        "POLYGON((0 0,50 0,50 50,0 50,0 0),(10 10,40 10,40 40,10 40,10 10))",
        "POLYGON((0 0,50 0,50 50,0 50,0 0),(10 10,10 40,40 40,40 10,10 10))",
    ),
    "holes that are side by side": (
        "POLYGON((0 0,50 0,50 50,0 50,0 0),(10 10,25 10,25 40,10 40,10 10))",
        "POLYGON((0 0,50 0,50 50,0 50,0 0),(25 10,40 10,40 40,25 40,25 10))",
    ),
    "a hole that touches its shell": (
        "POLYGON((0 0,50 0,50 50,0 50,0 0),(25 0,40 20,10 20,25 0))",
        "POLYGON((0 0,50 0,50 20,0 20,0 0))",
    ),
    "two holes that touch": (
        "POLYGON((0 0,60 0,60 60,0 60,0 0),(10 10,30 30,10 50,10 10),(30 30,50 10,50 50,30 30))",
        "POLYGON((20 0,40 0,40 60,20 60,20 0))",
    ),
    "an island in a hole": (
        "MULTIPOLYGON(((0 0,90 0,90 90,0 90,0 0),(10 10,80 10,80 80,10 80,10 10)),((30 30,60 30,60 60,30 60,30 30)))",
        "POLYGON((20 20,95 20,95 50,20 50,20 20))",
    ),
    "an island in a hole, and its complement": (
        "MULTIPOLYGON(((0 0,90 0,90 90,0 90,0 0),(10 10,80 10,80 80,10 80,10 10)),((30 30,60 30,60 60,30 60,30 30)))",
        "POLYGON((10 10,80 10,80 80,10 80,10 10),(30 30,60 30,60 60,30 60,30 30))",
    ),
    "three nested levels against three others": (
        (
            "MULTIPOLYGON(((0 0,90 0,90 90,0 90,0 0),(10 10,80 10,80 80,10 80,10 10)),"
            "((20 20,70 20,70 70,20 70,20 20),(30 30,60 30,60 60,30 60,30 30)),((40 40,50 40,50 50,40 50,40 40)))"
        ),
        (
            "MULTIPOLYGON(((5 5,85 5,85 85,5 85,5 5),(15 15,75 15,75 75,15 75,15 15)),"
            "((25 25,65 25,65 65,25 65,25 25),(35 35,55 35,55 55,35 55,35 35)))"
        ),
    ),
    "parts that touch at a corner": (
        "MULTIPOLYGON(((0 0,20 0,20 20,0 20,0 0)),((20 20,40 20,40 40,20 40,20 20)))",
        "POLYGON((10 10,30 10,30 30,10 30,10 10))",
    ),
    "parts of a chessboard": (
        "MULTIPOLYGON(((0 0,20 0,20 20,0 20,0 0)),((20 20,40 20,40 40,20 40,20 20)),((40 0,60 0,60 20,40 20,40 0)))",
        "MULTIPOLYGON(((20 0,40 0,40 20,20 20,20 0)),((0 20,20 20,20 40,0 40,0 20)),((40 20,60 20,60 40,40 40,40 20)))",
    ),
    "a needle across": ("POLYGON((0 50,100 50.00001,100 50.00002,0 50))", "POLYGON((40 0,60 0,60 90,40 90,40 0))"),
    "two needles that cross": ("POLYGON((0 0,90 90.001,90 90.002,0 0))", "POLYGON((0 90,90 0.001,90 0.002,0 90))"),
    "nearly equal slanting edges": (
        "POLYGON((0 0,90 30,90 90,0 0))",
        "POLYGON((0 0.0000001,90 30.0000001,90 0,0 0.0000001))",
    ),
    "a gore between two that nearly meet": (
        "POLYGON((0 0,50 0,50.0000001 50,50 90,0 90,0 0))",
        "POLYGON((50 0,90 0,90 90,50 90,50 45,50 0))",
    ),
    "a shell that nearly touches itself": (
        "POLYGON((0 0,90 0,90 90,50.000001 90,50.000001 10,50 10,50 90,0 90,0 0))",
        "POLYGON((20 20,80 20,80 80,20 80,20 20))",
    ),
    "combs that mesh": (
        "POLYGON((0 0,90 0,90 10,10 10,10 20,80 20,80 30,10 30,10 40,80 40,80 50,0 50,0 0))",
        "POLYGON((90 10,10 10,10 20,80 20,80 30,10 30,10 40,80 40,80 60,90 60,90 10))",
    ),
    "combs at right angles": (
        "POLYGON((0 0,90 0,90 10,10 10,10 20,90 20,90 30,10 30,10 40,90 40,90 50,0 50,0 0))",
        "POLYGON((0 0,0 90,10 90,10 5,20 5,20 90,30 90,30 5,40 5,40 90,50 90,50 0,0 0))",
    ),
    "a star and a star": (
        "POLYGON((50 0,60 40,100 50,60 60,50 100,40 60,0 50,40 40,50 0))",
        "POLYGON((15 15,50 35,85 15,65 50,85 85,50 65,15 85,35 50,15 15))",
    ),
    "vertices on the edges of the other": (
        "POLYGON((0 0,60 0,60 60,0 60,0 0))",
        "POLYGON((30 0,60 30,30 60,0 30,30 0))",
    ),
    "a vertex crosses an edge by a hair": (
        "POLYGON((0 0,60 0,60 60,0 60,0 0))",
        "POLYGON((59.99999999 30,90 20,90 40,59.99999999 30))",
    ),
    "through a vertex of the other": ("POLYGON((0 0,40 40,80 0,40 80,0 0))", "POLYGON((40 40,90 40,40 90,40 40))"),
    "upright edges on one line": (
        "POLYGON((50 0,50 30,50 60,0 60,0 0,50 0))",
        "POLYGON((50 20,50 50,90 50,90 20,50 20))",
    ),
    "boxes that touch and shapes that do not": ("POLYGON((0 0,90 0,0 90,0 0))", "POLYGON((90 90,90 10,10 90,90 90))"),
    "apart": ("POLYGON((0 0,10 0,10 10,0 10,0 0))", "POLYGON((50 50,60 50,60 60,50 60,50 50))"),
}
#: A field is so wide, and its corner lies so far from the origin: from nanometres to the rim of the world.
PLACES = [
    *((1e-9 / 100, 0.0), (1e-6 / 100, 0.0), (1e-3, 0.0), (1.0, 0.0), (1e3, 0.0), (1e5, 0.0)),
    *((1e-3, 1e3), (1.0, 1e6), (1.0, 1e7), (1.0, -1e7), (1e3, 1e7)),
]


def turned(shape: Any) -> Iterator[Any]:
    """The same shape: its rings the other way round, and begun at each of a few vertices."""
    yield shape
    yield shapely.reverse(shape)
    for start in (1, 2):
        parts = []
        for part in shapely.get_parts(shape):
            rings = [np.roll(shapely.get_coordinates(ring)[:-1], start, axis=0) for ring in shapely.get_rings(part)]
            parts.append(shapely.Polygon(rings[0], rings[1:]))
        yield shapely.multipolygons(parts) if len(parts) > 1 else parts[0]


def in_plane(sites: Any, zones: Any) -> Any:
    """The areas of each site in each zone by the edges alone."""
    prepared, index = Plane(gpd.GeoSeries(sites, crs=CRS)), EdgeIndex(zones)
    left, right = np.divmod(np.arange(len(sites) * len(zones)), len(zones))
    return by_edges(prepared, index, left, right, np.ones(len(left), dtype=bool), 0.0)[0].reshape(len(sites), -1)


def by_geos(sites: Any, zones: Any) -> Any:
    """The areas of the overlays in floating point."""
    return shapely.area(shapely.intersection(sites[:, None], zones[None, :]))


def shapes(scale: float = 1.0, east: float = 0.0, north: float = 0.0) -> Any:
    """All polygons of all pairs, those that are valid where they are put."""
    every = shapely.from_wkt([shape for pair in PAIRS.values() for shape in pair])
    put = shapely.transform(every, lambda xy: xy * scale + [east, north])
    assert east or shapely.is_valid(put).all()
    return put[shapely.is_valid(put)]


@pytest.mark.parametrize("name", PAIRS)
def test_areas_however_rings_are_walked(name: str) -> None:
    """Whichever is the site, wherever its rings begin, whichever way they go: to 1e-12."""
    one, two = (np.array(list(turned(shapely.from_wkt(shape))), dtype=object) for shape in PAIRS[name])
    expected = by_geos(one[:1], two[:1])[0, 0]
    slack = 1e-12 * max(1.0, min(one[0].area, two[0].area))
    assert in_plane(one, two) == pytest.approx(np.full((4, 4), expected), abs=slack)
    assert in_plane(two, one) == pytest.approx(np.full((4, 4), expected), abs=slack)


@pytest.mark.parametrize(("scale", "away"), PLACES)
def test_areas_at_all_scales_and_places(scale: float, away: float) -> None:
    """Each with each, from a nanometre to the width of a country, here and far away: as far as doubles can tell."""
    every = shapes(scale, away, -away)
    assert len(every) > 70
    found, expected = in_plane(every, every), by_geos(every, every)
    around, area = shapely.length(every), shapely.area(every)
    # A vertex is known to half a unit in the last place, along all the boundary.
    blur = 2.0 * np.spacing(abs(away) + 100 * scale) * (around[:, None] + around[None, :])
    assert (np.abs(found - expected) <= blur + 1e-12 * np.minimum(area[:, None], area[None, :])).all()


@pytest.mark.parametrize("angle", [0.1, 1.0, 2.5])
def test_turned_fields_have_the_same_areas(angle: float) -> None:
    """Turned, so that no edge is level and common edges differ by rounding, each shares with each what it shared."""
    every = shapes()
    cosine, sine = np.cos(angle), np.sin(angle)
    around = np.array([[cosine, sine], [-sine, cosine]])
    found = in_plane(*[shapely.transform(every, lambda xy: xy @ around)] * 2)
    assert found == pytest.approx(by_geos(every, every), abs=1e-10)


@pytest.mark.parametrize(
    ("scale", "east", "north"),
    [(0.01, 527_000.0, 4_328_000.0), (30.0, 527_000.0, 4_328_000.0), (1e-9, 0.0, 0.0), (1000.0, 0.0, 0.0)],
)
def test_overlaps_on_the_ellipsoid(scale: float, east: float, north: float) -> None:
    """Each with each: none is a defect when it is compared with itself on the millimetre grid, and the area is GEOS's.

    Half a unit in the last place along the boundary is left to rounding, and a millimetre where the grid has a say: in
    thin overlaps, and where a site is so wide that no polynomial holds the scale of the CRS.
    """
    every = shapes(scale, east, north)
    frame = gpd.GeoDataFrame(geometry=every, crs=CRS)
    found = np.zeros((len(every), len(every)))
    table = overlay(frame, frame)
    found[table["site"], table["zone"]] = table["overlap_m2"]
    parts, pair = shapely.get_parts(shapely.intersection(every[:, None], every[None, :]).ravel(), return_index=True)
    flat = shapely.get_dimensions(parts) == 2
    areas = area_m2(gpd.GeoSeries(parts[flat], crs=CRS))
    expected = np.bincount(pair[flat], areas, minlength=found.size).reshape(found.shape)
    around = shapely.length(every)[:, None] + shapely.length(every)[None, :]
    by_grid = (expected <= 0.002 * around) | (scale >= 1000.0)
    slack = 1e-9 * (expected + around) + np.where(by_grid, 0.001 * around, 0.0)
    assert (np.abs(found - expected) <= slack).all()
    assert (np.abs(found - found.T) <= slack).all()


EMPTY = ["POLYGON EMPTY", "MULTIPOLYGON EMPTY", "GEOMETRYCOLLECTION EMPTY", "LINESTRING EMPTY", "POINT EMPTY", None]


@pytest.mark.parametrize("empty", EMPTY)
def test_nothing_is_shared_with_nothing(empty: str | None) -> None:
    """An empty shape, or none, shares nothing, as a site and as a zone, and those beside it are measured."""
    there = shapely.box(0, 0, 10, 10)
    frame = gpd.GeoDataFrame(geometry=[None if empty is None else shapely.from_wkt(empty), there], crs=CRS)
    for one, two in ((frame, frame.iloc[1:]), (frame.iloc[1:], frame)):
        found = overlay(one, two)
        assert found[["site", "zone"]].to_numpy().tolist() == [[1, 1]]


INVALID = {
    "a bow-tie": "POLYGON((0 0,20 20,20 0,0 20,0 0))",
    "a spike": "POLYGON((0 0,20 0,20 20,10 20,10 30,10 20,0 20,0 0))",
    "a hole outside": "POLYGON((0 0,20 0,20 20,0 20,0 0),(30 30,40 30,40 40,30 40,30 30))",
    "holes that overlap": "POLYGON((0 0,50 0,50 50,0 50,0 0),(5 5,30 5,30 30,5 30,5 5),(9 9,45 9,45 45,9 45,9 9))",
    "parts that overlap": "MULTIPOLYGON(((0 0,20 0,20 20,0 20,0 0)),((10 10,30 10,30 30,10 30,10 10)))",
    "parts with a common edge": "MULTIPOLYGON(((0 0,20 0,20 20,0 20,0 0)),((20 0,30 0,30 20,20 20,20 0)))",
    "a hole that fills its shell": "POLYGON((0 0,20 0,20 20,0 20,0 0),(0 0,20 0,20 20,0 20,0 0))",
    "a hole that cuts its shell in two": "POLYGON((0 0,20 0,20 20,0 20,0 0),(10 0,12 10,10 20,8 10,10 0))",
    "no area": "POLYGON((0 0,20 0,20 0,0 0))",
    "a collection": "GEOMETRYCOLLECTION(POLYGON((0 0,20 0,20 20,0 20,0 0)),POINT(5 5))",
}


@pytest.mark.parametrize("name", INVALID)
def test_what_has_no_inside_is_refused(name: str) -> None:
    """A shape whose inside is not defined is refused by its row, as a site and as a zone."""
    wrong = gpd.GeoDataFrame(geometry=[shapely.from_wkt(INVALID[name])], index=["here"], crs=CRS)
    right = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 10, 10)], crs=CRS)
    for one, two in ((wrong, right), (right, wrong)):
        with pytest.raises(GeometryError) as caught:
            overlay(one, two)
        assert "here" in caught.value.message("en")


@pytest.mark.parametrize("shape", ["LINESTRING(-5 5,5 5,15 5)", "POINT(10 10)", "LINESTRING(0 0,10 0)", "POINT(5 5)"])
def test_lines_and_points_have_no_area(shape: str) -> None:
    """Whether they cross, touch or follow the boundary: the length or the number is GEOS's, and the area 0."""
    line, box = shapely.from_wkt(shape), shapely.box(0, 0, 10, 10)
    inside = shapely.intersection(line, box)
    for sites, zones in ((line, box), (box, line)):
        found = shared_with(Prepared(gpd.GeoSeries([sites], crs=CRS)), EdgeIndex(np.array([zones], dtype=object)))
        assert found.area_m2.tolist() == [0.0]
        assert found.length_m.sum() == pytest.approx(inside.length, rel=5e-3)
        assert found.count.sum() == (inside.geom_type == "Point")
