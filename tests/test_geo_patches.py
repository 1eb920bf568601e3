"""Longitude and the authalic function as polynomials in small squares."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import CRS

from ecozone.geo import PATCH_M, authalic_patches, metres_per_unit
from ecozone.geo.ellipsoid import authalic_m2, lonlat_rad
from ecozone.geo.patches import TERMS

ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80 +units=m"


@pytest.mark.parametrize(
    ("crs", "square"),
    [
        (4548, (26, 216)),
        (4527, (1975, 216)),
        (32650, (10, 20)),
        (3857, (650, 240)),
        (4490, (650, 290)),
        (ALBERS, (70, 200)),
    ],
)
def test_polynomials_give_the_projection_s_own_inverse(crs: int | str, square: tuple[int, int]) -> None:
    """Proves that longitude and authalic function are those of the projection to a micrometre, anywhere in a square."""
    plane = CRS(crs)
    side = PATCH_M / metres_per_unit(plane)
    coefficients, middle, true = authalic_patches(np.array([square]), side, plane)
    places = np.random.default_rng(0).uniform(-1.0, 1.0, (200, 2))
    powers = places[:, :1] ** TERMS[:, 0] * places[:, 1:] ** TERMS[:, 1]
    at = np.vstack([[0.0, 0.0], places]) / 2.0 + 0.5 + square
    lon, lat = lonlat_rad(at[:, 0] * side, at[:, 1] * side, plane)
    found = powers @ coefficients[0]
    assert true.all()
    assert np.abs(found[:, 0] - (lon[1:] - lon[0])).max() < 1e-13
    assert np.abs(found[:, 1] + middle[0] - authalic_m2(lat[1:])).max() < 4e13 * 1e-13


def test_a_square_across_the_date_line_is_whole() -> None:
    """Proves that longitude does not jump inside a square."""
    coefficients, _, true = authalic_patches(np.array([[1000, 100]]), 0.18, CRS(4490))
    assert true.all()
    assert np.abs(coefficients[0, :, 0]).max() < 0.01


def test_where_polynomials_do_not_hold_that_is_said() -> None:
    """Proves that a square as large as a continent is found not to hold."""
    assert not authalic_patches(np.array([[0, 1]]), 2_000_000.0, CRS(4548))[2].any()
