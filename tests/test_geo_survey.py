"""The land survey's ellipsoidal area against its published vectors."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Transformer

from ecozone.errors import CrsError
from ecozone.geo import area_m2, survey_area_m2
from ecozone.geo.strips import gauss_kruger
from ecozone.geo.survey import _latitude_longitude

VECTORS = [
    (4_330_000, 39_510_000, 1000, 999_997.28),
    (4_330_000, 39_535_000, 1000, 999_968.97),
    (4_330_000, 39_547_000, 1000, 999_944.47),
    (4_330_000, 39_535_000, 100, 9_999.697),
]


@pytest.mark.parametrize(("north", "east", "side", "area"), VECTORS)
def test_vectors(north: float, east: float, side: float, area: float) -> None:
    """The test squares come out to 0.01 m², with the strip's number in the easting and without."""
    box = shapely.box(east, north, east + side, north + side)
    plain = shapely.box(east - 39e6, north, east - 39e6 + side, north + side)
    assert survey_area_m2(gpd.GeoSeries([box], crs=4527))[0] == pytest.approx(area, abs=0.01)
    for crs in (4548, 4509):
        assert survey_area_m2(gpd.GeoSeries([plain], crs=crs))[0] == pytest.approx(area, abs=0.01)


def test_holes_subtract_and_parts_add() -> None:
    """A part less its hole and another part make up a multipart; None, points and the index behave as everywhere."""
    outer, hole = shapely.box(5e5, 4.33e6, 5.01e5, 4.331e6), shapely.box(500_300, 4_330_300, 500_600, 4_330_600)
    far = shapely.box(5.2e5, 4.33e6, 5.201e5, 4.3301e6)
    rows = [outer, hole, far, shapely.MultiPolygon([outer.difference(hole), far]), None, shapely.Point(5e5, 4.33e6)]
    found = survey_area_m2(gpd.GeoSeries(rows, crs=4548, index=list("abcdef")))
    assert found["d"] == pytest.approx(found["a"] - found["b"] + found["c"], abs=1e-3)
    assert np.isnan(found["e"])
    assert found["f"] == 0


def test_it_stays_near_the_ellipsoidal_area() -> None:
    """On an irregular zone of 80 km² the survey's rule and the exact integral differ by less than 0.01 m² per km²."""
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    reach = 5000 * (1 + 0.2 * np.sin(7 * turn))
    ring = np.column_stack([5.35e5 + reach * np.cos(turn), 4.33e6 + reach * np.sin(turn)])
    zone = gpd.GeoSeries([shapely.Polygon(ring)], crs=4548)
    assert survey_area_m2(zone)[0] == pytest.approx(area_m2(zone)[0], abs=0.01 * area_m2(zone)[0] / 1e6)


def test_the_inverse_series_is_that_of_the_projection() -> None:
    """The survey's series gives PROJ's latitude and longitude to 5e-6 seconds, 0.15 mm."""
    x, y = np.meshgrid(np.linspace(4.0e5, 6.0e5, 9), np.linspace(2.5e6, 5.5e6, 7))
    lon, lat = Transformer.from_crs(4548, 4490, always_xy=True).transform(x.ravel(), y.ravel())
    strip = gauss_kruger(4548)
    assert strip is not None
    b, length = _latitude_longitude(np.column_stack([x.ravel(), y.ravel()]), strip)
    assert np.abs(np.degrees(b) - lat).max() * 3600 < 5e-6
    assert np.abs(np.degrees(length) - lon).max() * 3600 < 5e-6


@pytest.mark.parametrize("crs", [4490, 32650, 3857, 2384])
def test_only_gauss_krueger_of_cgcs2000(crs: int) -> None:
    """Degrees, UTM, Mercator and older datums are refused."""
    with pytest.raises(CrsError, match="高斯"):
        survey_area_m2(gpd.GeoSeries([shapely.box(117, 39, 117.1, 39.1)], crs=crs))
