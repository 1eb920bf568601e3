"""Evidence of a shift: synthetic parcels drawn along a synthetic ground, moved or not.

Three grounds: blocks between irregular roads at right angles, turned a little; cells of random seeds; and a lattice
that repeats itself every 200 m. Sites are parcels of the ground redrawn with an error of 2 to 3 m at each corner.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from ecozone.errors import CrsError, CrsMismatchError, GeometryError
from ecozone.geo import transform_xy
from ecozone.geo.mapshift import bd09_from_wgs84, gcj02_from_wgs84
from ecozone.geo.mapshift_evidence import LEAST_CORNERS, ShiftEvidence, detect_shift

CRS = 4548
CENTRE = np.array([530_000.0, 4_330_000.0])
TURN = 0.1
Shapes = Any


def turned(shapes: Shapes, angle: float = TURN) -> Shapes:
    """Turn shapes around 0, 0 and set them down in Dongli."""
    cosine, sine = np.cos(angle), np.sin(angle)
    return shapely.transform(shapes, lambda xy: xy @ np.array([[cosine, sine], [-sine, cosine]]) + CENTRE)


def blocks(rng: np.random.Generator) -> Shapes:
    """Blocks of 90 to 420 m between roads at right angles, 9 km on a side."""
    x, y = (np.cumsum(rng.uniform(90, 420, 36)) - 4500 for _ in range(2))
    west, south = (np.ravel(grid) for grid in np.meshgrid(x[:-1], y[:-1]))
    east, north = (np.ravel(grid) for grid in np.meshgrid(x[1:], y[1:]))
    return turned(shapely.box(west, south, east, north))


def cells(rng: np.random.Generator) -> Shapes:
    """Cells around 1,200 random seeds."""
    seeds = shapely.multipoints(rng.uniform(-4500, 4500, (1200, 2)))
    return turned(shapely.get_parts(shapely.voronoi_polygons(seeds)), 0.0)


def lattice(rng: np.random.Generator) -> Shapes:
    """Squares of 200 m, all alike."""
    x, y = (np.ravel(grid) for grid in np.meshgrid(np.arange(-4400, 4400, 200.0), np.arange(-4400, 4400, 200.0)))
    return turned(shapely.box(x, y, x + 200, y + 200))


def drawn(ground: Shapes, rng: np.random.Generator, count: int = 8, error_m: float = 2.0) -> Shapes:
    """Redraw some parcels of the ground by hand."""
    middle = shapely.get_coordinates(shapely.centroid(ground)) - CENTRE
    chosen = rng.choice(ground[np.hypot(*middle.T) < 2200], count, replace=False)
    rings = [shapely.get_coordinates(parcel)[:-1] for parcel in chosen]
    return np.array([shapely.Polygon(ring + rng.normal(scale=error_m, size=ring.shape)) for ring in rings])


def unrelated(rng: np.random.Generator, count: int = 8, angle: float | None = None) -> Shapes:
    """Draw rectangles anywhere, at any angle or at that of the roads."""
    sizes, places = rng.uniform(40, 400, (count, 2)), rng.uniform(-2200, 2200, (count, 2))
    angles = rng.uniform(0, np.pi, count) if angle is None else np.full(count, angle)
    shapes = [turned(shapely.box(*-size / 2, *size / 2), at) for size, at in zip(sizes, angles, strict=True)]
    return np.array([shapely.transform(s, lambda xy, p=p: xy + p) for s, p in zip(shapes, places, strict=True)])


def on_map(shapes: Shapes, way: Callable[..., Any], crs: int = CRS) -> Shapes:
    """Shift shapes as a web map does, read as if nothing had happened."""

    def shifted(xy: Any) -> Any:
        return np.column_stack(transform_xy(*way(*transform_xy(xy[:, 0], xy[:, 1], crs, 4490)), 4490, crs))

    return shapely.transform(shapes, shifted)


def moved(shapes: Shapes, east: float, north: float) -> Shapes:
    """Move shapes by metres."""
    return shapely.transform(shapes, lambda xy: xy + np.array([east, north]))


def frame(shapes: Shapes, crs: int = CRS) -> gpd.GeoSeries:
    """Make a series of shapes."""
    return gpd.GeoSeries(list(shapes), crs=crs)


MOVES: dict[str, Callable[[Shapes], Shapes]] = {
    "consistent": lambda shapes: shapes,
    "shifted_gcj02": lambda shapes: on_map(shapes, gcj02_from_wgs84),
    "shifted_bd09": lambda shapes: on_map(shapes, bd09_from_wgs84),
    "shifted_other": lambda shapes: moved(shapes, -310.0, 140.0),
}


# What is there is found


@pytest.mark.parametrize("verdict", MOVES)
@pytest.mark.parametrize("ground", [blocks, cells])
@pytest.mark.parametrize(("seed", "error_m"), [(1, 1.0), (2, 2.0), (3, 3.0)])
def test_a_shift_is_named(verdict: str, ground: Callable[..., Any], seed: int, error_m: float) -> None:
    """Twelve parcels redrawn with an error of 1 to 3 m say how they were shifted, or that they were not."""
    rng = np.random.default_rng(seed)
    reference = ground(rng)
    found = detect_shift(frame(MOVES[verdict](drawn(reference, rng, 12, error_m))), frame(reference), max_m=900.0)
    assert found.verdict == verdict
    assert found.score_after > 0.85
    assert (found.score_before < 0.4) == (verdict != "consistent")
    assert found.sites == 12
    assert found.corners >= 40


def test_displacements_are_measured() -> None:
    """The displacement says how the sites lie beside their place: metres on the grid and on the ellipsoid."""
    rng = np.random.default_rng(4)
    reference = blocks(rng)
    sites = drawn(reference, rng, 12)
    other = detect_shift(frame(moved(sites, -310.0, 140.0)), frame(reference))
    assert (other.dx_m, other.dy_m) == pytest.approx((-310.0, 140.0), abs=4)
    assert other.distance_m == pytest.approx(np.hypot(310, 140), abs=4)
    assert other.azimuth_deg == pytest.approx(360 - np.degrees(np.arctan2(310, 140)), abs=1.5)
    place = transform_xy(*CENTRE, CRS, 4490)
    for way in (gcj02_from_wgs84, bd09_from_wgs84):
        found = detect_shift(frame(on_map(sites, way)), frame(reference))
        azimuth, _, metres = Geod(ellps="GRS80").inv(*map(float, place), *map(float, way(*place)))
        assert found.distance_m == pytest.approx(metres, abs=12)
        assert found.azimuth_deg == pytest.approx(azimuth, abs=1.5)
    none = detect_shift(frame(sites), frame(reference))
    assert none.distance_m < 5


def test_lines_serve_as_well() -> None:
    """Roads as lines, sites as lines and multipolygons, in a CRS with a zone number, all say the same."""
    rng = np.random.default_rng(5)
    ground = blocks(rng)
    sites = on_map(drawn(ground, rng, 10), gcj02_from_wgs84)
    roads = frame(shapely.boundary(ground))
    for shapes in (
        sites,
        shapely.boundary(sites),
        np.array([shapely.MultiPolygon(list(sites)), None, shapely.Point()]),
    ):
        assert detect_shift(frame(shapes).to_crs(4527), roads.to_crs(4527)).verdict == "shifted_gcj02"


def test_a_shift_that_differs_across_a_district_is_still_one() -> None:
    """Sites 20 km apart are shifted by different vectors, and undone each by its own."""
    rng = np.random.default_rng(6)
    reference = np.concatenate([moved(cells(rng), -9_000.0, 0.0), moved(cells(rng), 11_000.0, 0.0)])
    middle = shapely.get_coordinates(shapely.centroid(reference)) - CENTRE
    inner = (np.abs(np.abs(middle[:, 0]) - 10_000) < 3500) & (np.abs(middle[:, 1]) < 2500)
    chosen = rng.choice(reference[inner], 16, replace=False)
    found = detect_shift(frame(on_map(chosen, gcj02_from_wgs84)), frame(reference))
    assert found.verdict == "shifted_gcj02"
    assert found.score_after > 0.95 > found.score_of_rival


def test_a_wrong_utm_zone_is_found_when_looked_for() -> None:
    """Sites read in UTM instead of Gauss-Krüger lie 1.73 km off, which a wider search finds."""
    rng = np.random.default_rng(7)
    reference = cells(rng)
    sites = moved(drawn(reference, rng, 8), 12.0, -1732.0)
    found = detect_shift(frame(sites), frame(reference), max_m=2000.0)
    assert found.verdict == "shifted_other"
    assert found.dy_m == pytest.approx(-1732, abs=4)


# What is not there is not found


@pytest.mark.parametrize("ground", [blocks, cells, lattice])
@pytest.mark.parametrize("angle", [None, TURN])
def test_unrelated_sites_are_never_called_shifted(ground: Callable[..., Any], angle: float | None) -> None:
    """Of a dozen sets of rectangles that have nothing to do with the ground, none gets a verdict."""
    verdicts: Counter[str] = Counter()
    for seed in range(12):
        rng = np.random.default_rng([seed, 8])
        reference, sites = ground(rng), unrelated(rng, int(rng.integers(3, 16)), angle)
        verdicts[detect_shift(frame(sites), frame(reference), max_m=900.0).verdict] += 1
    assert verdicts == {"cannot_tell": 12}


def test_parcels_of_another_ground_are_never_called_shifted() -> None:
    """Blocks as regular as the reference's, along the same directions, but of other roads, get no verdict."""
    verdicts: Counter[str] = Counter()
    for seed in range(15):
        rng = np.random.default_rng([seed, 9])
        verdicts[detect_shift(frame(drawn(blocks(rng), rng, 6)), frame(blocks(rng)), max_m=900.0).verdict] += 1
    assert verdicts == {"cannot_tell": 15}


def test_parcels_set_back_from_roads_are_not_called_shifted() -> None:
    """Sites 5 to 25 m inside their blocks on all sides are not displaced: at most they are consistent."""
    for seed in range(15):
        rng = np.random.default_rng([seed, 10])
        reference = cells(rng)
        sites = [parcel.buffer(-rng.uniform(5, 25), join_style="mitre") for parcel in drawn(reference, rng, 8, 0.5)]
        found = detect_shift(frame(sites), frame(reference), max_m=900.0)
        assert found.verdict in ("consistent", "cannot_tell"), seed


@pytest.mark.parametrize("verdict", MOVES)
def test_a_ground_that_repeats_itself_is_not_misread(verdict: str) -> None:
    """On a lattice many displacements fit alike: no verdict, or the right one, never another."""
    for seed in range(4):
        rng = np.random.default_rng([seed, 11])
        reference = lattice(rng)
        found = detect_shift(frame(MOVES[verdict](drawn(reference, rng, 8))), frame(reference), max_m=900.0)
        assert (
            found.verdict in ("cannot_tell", verdict) if verdict != "shifted_other" else found.verdict == "cannot_tell"
        )


def test_few_corners_cannot_tell() -> None:
    """Two rectangles fit somewhere in any town: below the least number of corners nothing is looked at."""
    rng = np.random.default_rng(12)
    reference = blocks(rng)
    found = detect_shift(frame(on_map(reference[[600, 640]], gcj02_from_wgs84)), frame(reference))
    assert found.verdict == "cannot_tell"
    assert found.corners == 8 < LEAST_CORNERS
    assert np.isnan(found.score_after)
    assert found.scores == {}


def test_half_shifted_sites_cannot_tell() -> None:
    """A file whose sites are half on one map and half on the ground is not called either."""
    rng = np.random.default_rng(13)
    reference = cells(rng)
    sites = drawn(reference, rng, 12)
    mixed = np.concatenate([sites[:6], on_map(sites[6:], gcj02_from_wgs84)])
    assert detect_shift(frame(mixed), frame(reference)).verdict == "cannot_tell"


@pytest.mark.parametrize(
    "nothing", [[], [None], [shapely.Point(*CENTRE)], [shapely.Polygon()], [shapely.box(0, 4e6, 10, 4e6 + 10)]]
)
def test_nothing_to_compare_cannot_tell(nothing: list[Any]) -> None:
    """Without edges among the sites or in the reference, or with a reference elsewhere, nothing can be told."""
    shapes = drawn(cells(np.random.default_rng(14)), np.random.default_rng(14))
    assert detect_shift(frame(shapes), frame(nothing)).verdict == "cannot_tell"
    assert detect_shift(frame(nothing), frame(shapes)).verdict == "cannot_tell"


# How it behaves


def test_nothing_is_moved_and_order_does_not_matter() -> None:
    """The sites stay as they were, and any order of sites and features gives the same evidence to the bit."""
    rng = np.random.default_rng(15)
    reference = frame(blocks(rng))
    sites = frame(on_map(drawn(blocks(np.random.default_rng(15)), rng), gcj02_from_wgs84))
    before = sites.copy()
    found = detect_shift(sites, reference)
    assert sites.geom_equals(before).all()
    assert detect_shift(sites[::-1], reference.sample(frac=1.0, random_state=1)) == found


def test_outside_china_no_map_shift_is_looked_for() -> None:
    """Where GCJ-02 is not shifted, sites are consistent or displaced, and nothing else is tried."""
    rng = np.random.default_rng(16)
    ground = shapely.transform(cells(rng), lambda xy: xy - CENTRE + np.array([448_000.0, 5_412_000.0]))
    found = detect_shift(frame(ground[:9], 32631), frame(ground, 32631), max_m=300.0)
    assert found.verdict == "consistent"
    assert set(found.scores) == {"none", "other"}


@pytest.mark.parametrize("crs", [4490, 4326, 3857])
def test_only_metres_are_compared(crs: int) -> None:
    """Degrees and the web maps' Mercator have no metres to compare by."""
    shapes = frame([shapely.box(117.4, 39.1, 117.41, 39.11)], crs)
    with pytest.raises(CrsError, match="以米为单位"):
        detect_shift(shapes, shapes)


def test_two_crs_are_refused() -> None:
    """Sites and reference in two CRS would be compared number by number."""
    shapes = frame(drawn(cells(np.random.default_rng(17)), np.random.default_rng(17)))
    with pytest.raises(CrsMismatchError):
        detect_shift(shapes, shapes.to_crs(4527))


def test_bad_numbers_are_refused() -> None:
    """Coordinates that are no numbers, and a reach that makes no sense, are errors."""
    with np.errstate(invalid="ignore"):
        bad = frame([shapely.LineString([(0, 0), (np.nan, 1)])])
    with pytest.raises(GeometryError):
        detect_shift(bad, bad)
    for reach in (0.0, -5.0, np.nan, 1e6):
        with pytest.raises(ValueError, match="max_m"):
            detect_shift(bad, bad, max_m=reach)


@pytest.mark.parametrize(
    ("verdict", "hypothesis", "word"),
    [
        ("shifted_gcj02", "gcj02", "--datum gcj02"),
        ("shifted_bd09", "bd09", "--datum bd09"),
        ("shifted_other", "other", "坐标系"),
    ],
)
def test_the_warning_says_what_to_do(verdict: Any, hypothesis: Any, word: str) -> None:
    """A shift is told with its metres, its direction and its scores, and what to do; nothing was moved."""
    found = ShiftEvidence(verdict, hypothesis, 545.0, 131.0, 561.4, 77.6, 0.123, 0.967, corners=48)
    said = found.notice(file="a.kml")
    assert said is not None
    assert (said.severity, said.place.file) == ("warning", "a.kml")
    for text in (said.message("zh"), said.message("en")):
        assert all(number in text for number in ("561", "78", "12", "97", "48"))
    assert word in said.remedy("zh")
    assert "未作任何移动" in said.remedy("zh")
    assert "Nothing was moved" in said.remedy("en")


@pytest.mark.parametrize("verdict", ["consistent", "cannot_tell"])
def test_no_warning_without_a_shift(verdict: Any) -> None:
    """What is consistent, or cannot be told, troubles nobody."""
    assert ShiftEvidence(verdict).notice() is None
