"""How much ground a cell of a grid covers."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from pyproj import CRS, Proj, Transformer

from ecozone.errors import CrsError
from ecozone.geo import area_m2, areal_scale, pixel_area_rows


@pytest.mark.parametrize("crs", [4548, 4527, 32650, 6933, 5070])
def test_scale_agrees_with_proj(crs: int) -> None:
    """At many points the areal scale is the inverse of what PROJ's own derivatives give, to 1e-8."""
    lon, lat = np.meshgrid(np.linspace(116.5, 118, 7), np.linspace(38, 40, 5))
    if crs == 5070:
        lon = lon - 200
    x, y = Transformer.from_crs(CRS.from_epsg(crs).geodetic_crs, crs, always_xy=True).transform(lon, lat)
    truth = 1 / np.asarray(Proj(crs).get_factors(lon, lat).areal_scale)
    found = areal_scale(x, y, crs)
    assert found.shape == lon.shape
    assert found == pytest.approx(truth, rel=1e-8)


@pytest.mark.parametrize(("crs", "x", "y", "side"), [(4490, 117.4, 39.1, 1e-5), (3857, 13_068_907, 4_738_000, 2.0)])
def test_scale_is_the_area_of_a_small_cell(crs: int, x: float, y: float, side: float) -> None:
    """Times a small cell, the scale gives the cell's own area."""
    cell = gpd.GeoSeries([shapely.box(x, y, x + side, y + side)], crs=crs)
    scale = areal_scale(x + side / 2, y + side / 2, crs)
    assert float(scale) * side * side == pytest.approx(area_m2(cell)[0], rel=1e-7)


@pytest.mark.parametrize("south_up", [False, True])
def test_rows_of_pixels_are_exact(south_up: bool) -> None:
    """Each row's pixel is the area of its box, and rows add up to the area of the whole raster."""
    step = 1 / 1200
    transform = Affine(step, 0, 117, 0, step if south_up else -step, 39)
    rows = pixel_area_rows(transform, 240, 4326)
    assert rows.shape == (240,)
    assert np.array_equal(pixel_area_rows(transform, 40, 4326, first_row=200), rows[200:])
    top, bottom = 39 + transform.e * 17, 39 + transform.e * 18
    box = gpd.GeoSeries([shapely.box(117, min(top, bottom), 117 + step, max(top, bottom))], crs=4326)
    assert rows[17] == pytest.approx(area_m2(box)[0], rel=1e-8)
    edge = 39 + transform.e * 240
    whole = gpd.GeoSeries([shapely.box(117, min(39, edge), 117.3, max(39, edge))], crs=4326)
    assert rows.sum() * 360 == pytest.approx(area_m2(whole)[0], rel=1e-11)


def test_rows_need_degrees_that_are_not_turned() -> None:
    """A raster in metres, on another ellipsoid or turned has no pixel area by rows."""
    plain = Affine(1, 0, 0, 0, -1, 0)
    for crs in (4548, 4267):
        with pytest.raises(CrsError, match="经纬度"):
            pixel_area_rows(plain, 1, crs)
    with pytest.raises(ValueError, match="rotated"):
        pixel_area_rows(Affine(1, 0.1, 0, 0, -1, 0), 1, 4326)
