"""The strips of the Gauss-Krüger grids of China."""

from __future__ import annotations

import pytest
from pyproj import CRS

from ecozone.geo import gauss_kruger
from ecozone.geo.strips import meridian_zone, strip_code, zone_meridian, zone_width

ZONES = [*range(13, 24), *range(25, 46)]


@pytest.mark.parametrize(("base", "datum"), [(4490, "China 2000"), (4610, "Xian 1980"), (4214, "Beijing 1954")])
def test_codes_agree_with_the_epsg_register(base: int, datum: str) -> None:
    """The code of every strip, with its number in the easting and without, is what EPSG's own definition says."""
    for zone in ZONES:
        for prefixed in (True, False):
            code = strip_code(base, zone, prefixed=prefixed)
            crs, strip = CRS.from_user_input(code), gauss_kruger(code)
            assert strip is not None
            assert crs.geodetic_crs is not None
            assert crs.geodetic_crs.datum.name == datum
            assert (strip.central_meridian, strip.width) == (zone_meridian(zone), zone_width(zone))
            assert strip.zone == (zone if prefixed else None)
            assert strip.false_easting == (zone * 1e6 if prefixed else 0) + 500_000


def test_numbers_and_meridians_belong_together() -> None:
    """Each strip's number leads to its meridian and back; other numbers and meridians to none."""
    assert all(meridian_zone(zone_meridian(zone), zone_width(zone)) == zone for zone in ZONES)
    assert [zone_width(zone) for zone in (12, 24, 46, None)] == [None] * 4
    assert meridian_zone(116.5, 3) is None
    assert strip_code(4490, 24, prefixed=True) is None


@pytest.mark.parametrize("crs", [4490, 32650, 3857, 27700, 5070, 28350])
def test_other_grids_have_no_strip(crs: int) -> None:
    """Degrees, UTM (scale 0.9996) and other projections are not Gauss-Krüger."""
    assert gauss_kruger(crs) is None


def test_an_own_meridian_is_a_strip_without_a_width() -> None:
    """A local grid on its own meridian is known as such; nothing tells its width."""
    strip = gauss_kruger("+proj=tmerc +lon_0=116.5 +k=1 +x_0=500000 +ellps=GRS80 +units=m +type=crs")
    assert strip is not None
    assert (strip.central_meridian, strip.width, strip.zone) == (116.5, None, None)
