"""How sure a finding is: the overlap's range by an oracle, and border noise by area and by width."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

import ecozone as ez
from ecozone.geo import area_m2, length_m
from ecozone.measure import overlay_range
from ecozone.workspace import open_workspace

E0, N0 = 525_000.0, 4_325_000.0
CRS = "EPSG:4548"


@pytest.fixture
def strip_ws(little: Any, square: Any) -> Any:
    """A red line of 1 km whose overlaps narrower than 0.1 m, or below 1 m², are suspected to be noise."""
    ws = little(
        red_line=[(square(1000, 1000, 1000), {})],
        barrier=[(square(9000, 9000, 10), {"level": 1})],
        sensitive=[(square(9500, 9500, 1), {})],
    )
    toml = ws.folder / "ecozone.toml"
    toml.write_text(
        toml.read_text("utf-8").replace("min_area_m2 = 1.0", "min_area_m2 = 1.0\nmin_width_m = 0.1"), "utf-8"
    )
    return open_workspace(ws.folder)


def with_accuracy(ws: Any, words: str) -> Any:
    toml = ws.folder / "ecozone.toml"
    toml.write_text(toml.read_text("utf-8").replace("accuracy_m = 5.0", words), "utf-8")
    return open_workspace(ws.folder)


def finding(check: ez.Check) -> dict[str, Any]:
    assert len(check.findings) == 1
    return {str(key): value for key, value in check.findings.iloc[0].to_dict().items()}


coordinates = st.integers(-400, 400)
polygons = st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=7, unique=True).map(
    lambda corners: shapely.make_valid(shapely.Polygon(corners), method="structure", keep_collapsed=False)
)
lines = st.lists(st.tuples(coordinates, coordinates), min_size=2, max_size=5, unique=True).map(shapely.LineString)


def frame(*shapes: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[affinity.translate(shape, E0, N0) for shape in shapes], crs=CRS)


@given(st.one_of(polygons, lines), polygons, st.integers(1, 40))
@settings(max_examples=30, deadline=None)
def test_the_range_is_that_of_the_zone_moved_in_and_out(site: Any, zone: Any, accuracy: int) -> None:
    """GEOS's buffer of the whole zone, overlaid on the grid, gives the same least and most."""
    # Of a line that runs over itself GEOS counts that part once.
    if zone.area < 1.0 or site.is_empty or not (zone.is_valid and site.is_valid and site.is_simple):
        return
    sites, zones = frame(site), frame(zone)
    table = overlay_range(sites, zones, accuracy_m=accuracy)
    flat = site.geom_type in ("Polygon", "MultiPolygon")
    measure, unit = (area_m2, "overlap_{}_m2") if flat else (length_m, "length_{}_m")
    for end, distance in (("min", -accuracy), ("max", accuracy)):
        moved = shapely.buffer(zones.geometry.array, distance)
        shared = shapely.intersection(sites.geometry.array, moved, grid_size=0.001)
        expected = float(measure(gpd.GeoSeries(shared, crs=CRS)).iloc[0])
        found = float(table[unit.format(end)].sum())
        assert found == pytest.approx(expected, rel=1e-5, abs=0.005 * (site.length + zone.length) if flat else 0.05)


@given(polygons, polygons, st.lists(st.integers(0, 60), min_size=2, max_size=4))
@settings(max_examples=20, deadline=None)
def test_a_less_accurate_zone_has_a_wider_range(site: Any, zone: Any, accuracies: list[int]) -> None:
    """The least falls and the most rises with the accuracy; without any, both are the overlap."""
    if zone.area < 1.0 or site.area < 1.0 or not (zone.is_valid and site.is_valid):
        return
    low, high, noise = np.inf, 0.0, 0.005 * (site.length + zone.length)
    for accuracy in sorted([0.0, *accuracies]):
        table = overlay_range(frame(site), frame(zone), accuracy_m=accuracy)
        least, most = float(table["overlap_min_m2"].sum()), float(table["overlap_max_m2"].sum())
        assert least <= low + noise
        assert most >= high - noise
        assert least <= most + noise
        if accuracy == 0:
            assert least == most
        low, high = least, most


def test_an_exact_boundary_makes_every_finding_certain(strip_ws: Any, sites: Any, square: Any) -> None:
    """Accuracy 0 is the most that can be declared: least and most are the overlap, and it is certain."""
    ws = with_accuracy(strip_ws, "accuracy_m = 0.0")
    shapes = [square(1990, 1200, 100), shapely.LineString([(E0 + 1990, N0 + 1500), (E0 + 2200, N0 + 1500)])]
    shapes.append(shapely.Point(E0 + 1999, N0 + 1300))
    found = ez.check_sites(sites(*((shape, "school") for shape in shapes)), ws).findings
    assert found["firmness"].tolist() == ["certain"] * 3
    assert (found["overlap_min_m2"] == found["overlap_m2"]).all()
    assert (found["overlap_max_m2"] == found["overlap_m2"]).all()
    assert (found["length_min_m"] == found["length_m"]).all()
    assert found["length_m"].max() == pytest.approx(10.0, abs=0.01)


def test_without_a_declared_accuracy_nobody_knows(strip_ws: Any, sites: Any, square: Any) -> None:
    """An unknown accuracy is not an exact one."""
    row = finding(ez.check_sites(sites((square(1990, 1200, 100), "school")), with_accuracy(strip_ws, "")))
    assert row["firmness"] is None
    assert np.isnan(row["overlap_min_m2"])
    assert np.isnan(row["overlap_max_m2"])


def test_a_line_has_a_range_of_lengths(strip_ws: Any, sites: Any) -> None:
    """A road that enters for 12 m does so for 7 to 17 m where the border is good to 5 m."""
    road = shapely.LineString([(E0 + 1988, N0 + 1500), (E0 + 2200, N0 + 1500)])
    row = finding(ez.check_sites(sites((road, "school")), strip_ws))
    assert [row[f"length{end}_m"] for end in ("_min", "", "_max")] == pytest.approx([7, 12, 17], abs=0.01)


def test_a_zone_that_is_a_line_is_certain_where_it_reaches_deep_into_the_site(
    little: Any, sites: Any, square: Any
) -> None:
    """A line good to 5 m that crosses a site is met wherever it lies; one along its border may lie outside."""
    line = shapely.LineString([(E0 + 1000, N0 + 1050), (E0 + 2000, N0 + 1050)])
    ws = little(red_line=[(square(9000, 9000, 10), {})], sensitive=[(line, {})], parameters={"near_school_m": 5})
    found = ez.check_sites(sites((square(1200, 1000, 100), "smelter"), (square(1400, 1048, 100), "smelter")), ws)
    mine = found.findings[found.findings["layer"] == "sensitive"].set_index("site_id")["firmness"]
    assert mine.to_dict() == {"S1": "certain", "S2": "likely"}


@pytest.mark.parametrize(("inside", "noise"), [(0.05, True), (0.099, True), (0.15, False), (5.0, False)])
def test_a_thin_strip_is_noise_whatever_its_area(
    strip_ws: Any, sites: Any, square: Any, inside: float, noise: bool
) -> None:
    """A strip of 800 m along the border is far above 1 m²; its width tells that it is no more than rounding."""
    row = finding(ez.check_sites(sites((square(2000 - inside, 1100, 50, 800), "school")), strip_ws))
    assert row["overlap_m2"] > 30
    assert row["width_m"] == pytest.approx(inside, rel=0.03)
    assert row["noise"] is noise
    assert row["verdict"] == ("review" if noise else "prohibited")


def test_noise_is_listed_and_never_clear(strip_ws: Any, sites: Any, square: Any) -> None:
    """Law 4: what may be a slip of the border stays a row, and the site is under review."""
    check = ez.check_sites(sites((square(1999.95, 1100, 50, 800), "school")), strip_ws)
    assert check.sites["verdict"].tolist() == ["review"]
    assert "0.1" in finding(check)["sentence"]


def test_what_lies_wholly_inside_is_no_noise_however_small(strip_ws: Any, sites: Any, square: Any) -> None:
    """A pillar of half a square metre in the middle of a red line is no slip of its border."""
    row = finding(ez.check_sites(sites((square(1500, 1500, 0.7), "school")), strip_ws))
    assert row["noise"] is False
    assert row["verdict"] == "prohibited"
    assert pd.isna(row["width_m"])
