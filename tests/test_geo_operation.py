"""The one operation between two CRS, or the reason why there is none."""

from __future__ import annotations

import threading

import numpy as np
import pyproj
import pytest
from pyproj import Transformer
from pyproj.transformer import TransformerGroup

from ecozone.errors import CrsError
from ecozone.geo import operation_notice
from ecozone.geo.operation import operation

OWN = "+proj=tmerc +lon_0=117 +k=1 +x_0=500000 +a=6378140 +rf=298.257 +towgs84=100,-50,20,0,0,0,0 +units=m +type=crs"
NO_DATUM = "+proj=tmerc +lon_0=117 +k=1 +x_0=500000 +ellps=GRS80 +units=m +type=crs"


@pytest.mark.parametrize("legacy", [2363, 2384, 4610, 2436, 2415, 4214, 4555])
@pytest.mark.parametrize("target", [4490, 4548, 4326])
def test_xian_and_beijing_are_refused_with_the_reason(legacy: int, target: int) -> None:
    """Xi'an 1980 and Beijing 1954 do not reach CGCS2000 or WGS 84, in either direction: PROJ would lose up to 60 m."""
    for src, dst in ((legacy, target), (target, legacy)):
        with pytest.raises(CrsError, match="参数不公开"):
            operation(src, dst)


def test_within_an_old_datum_nothing_is_lost() -> None:
    """Grid and degrees of one old datum lead to each other exactly."""
    assert operation(2384, 4610).kind == "exact"
    assert operation_notice(2384, 2363) is None


def test_the_users_own_parameters_are_taken_and_said() -> None:
    """A CRS that carries its seven parameters is transformed by them, not by a ballpark."""
    found = operation(OWN, 4548)
    assert found.kind == "own"
    x, y = found.apply(500000.0, 4330000.0)
    assert 50 < abs(float(x) - 500000) + abs(float(y) - 4330000) < 300
    said = operation_notice(OWN, 4548)
    assert said is not None
    assert said.key == "geo.operation_own"


def test_a_grid_without_datum_is_refused() -> None:
    """An ellipsoid alone does not say where on Earth a grid lies."""
    with pytest.raises(CrsError, match="没有从"):
        operation(NO_DATUM, 4548)


@pytest.mark.parametrize("pair", [(4326, 4490), (4490, 4326), (3857, 4548), (4548, 32650)])
def test_wgs84_and_cgcs2000_count_as_one(pair: tuple[int, int]) -> None:
    """Between these two alone PROJ's ballpark is accepted, and it is said."""
    assert operation(*pair).kind == "one_datum"
    said = operation_notice(*pair)
    assert said is not None
    assert said.key == "geo.operation_one_datum"


@pytest.mark.parametrize("pair", [(4326, 4490), (4490, 4326), (4326, 4548), (4527, 4326), (3857, 4548), (4548, 32650)])
def test_what_counts_as_one_is_all_that_proj_knows(pair: tuple[int, int]) -> None:
    """PROJ lists one way between the two datums, its ballpark, and that gives the same places to some nanometres."""
    ways = TransformerGroup(*pair, always_xy=True).transformers
    assert ["Ballpark" in way.description for way in ways] == [True]
    base = Transformer.from_crs(pyproj.CRS(pair[0]).geodetic_crs, pair[0], always_xy=True)
    x, y = base.transform(*np.meshgrid(np.linspace(116.0, 119.0, 40), np.linspace(38.0, 41.0, 40)))
    for found, known in zip(operation(*pair).apply(x, y), ways[0].transform(x, y), strict=True):
        np.testing.assert_allclose(found, known, rtol=0, atol=1e-8)
    for back, given in zip(operation(*pair).undo(*ways[0].transform(x, y)), (x, y), strict=True):
        np.testing.assert_allclose(back, given, rtol=0, atol=1e-8)


@pytest.mark.parametrize("src", [4258, 4269, 26912, 27700, 28350, 2154, 6367])
def test_other_datums_come_over_a_published_shift(src: int) -> None:
    """A foreign datum reaches CGCS2000 over WGS 84 by a shift whose accuracy EPSG states, never by a ballpark."""
    found = operation(src, 4490)
    assert found.kind == "published"
    assert found.accuracy_m is not None
    assert 0 < found.accuracy_m <= 5
    said = operation_notice(src, 4490)
    assert said is not None
    assert f"{found.accuracy_m:g}" in said.message("en")


def test_within_cgcs2000_the_zone_number_is_all_that_changes() -> None:
    """From a strip without its number to the one with it, eastings grow by 39 million and nothing else."""
    x, y = operation(4548, 4527).apply(525947.188, 4329734.049)
    assert float(x) == pytest.approx(39525947.188, abs=1e-6)
    assert float(y) == pytest.approx(4329734.049, abs=1e-6)


@pytest.mark.parametrize(("wide", "zone"), [(4509, None), (4498, 20)])
def test_six_degrees_on_the_same_meridian_have_the_same_numbers(wide: int, zone: int | None) -> None:
    """6° strip 20 lies on 117° as 3° strip 39 does: one easting and northing, but for the number in front."""
    x, y = operation(4548, wide).apply(525947.188, 4329734.049)
    assert float(x) == pytest.approx(525947.188 + (zone or 0) * 1e6, abs=1e-6)
    assert float(y) == pytest.approx(4329734.049, abs=1e-6)


@pytest.mark.parametrize(("lon", "lat"), [(117.22, 39.0), (117.22, 39.24), (117.55, 39.0), (117.55, 39.24)])
def test_utm_mistaken_for_gauss_krueger_is_one_field_off(lon: float, lat: float) -> None:
    """In Dongli the two grids of one meridian differ by 1,727 to 1,739 m of northing and 7 to 20 m of easting."""
    x, y = operation(4490, 4548).apply(lon, lat)
    utm_x, utm_y = operation(4490, 32650).apply(lon, lat)
    assert 1727 < float(y - utm_y) < 1739
    assert 7 < float(x - utm_x) < 20


def test_the_network_is_off() -> None:
    """No grid is fetched while operations are looked for."""
    operation(4267, 4326)
    assert not pyproj.network.is_network_enabled()


def test_threads_do_not_see_each_other() -> None:
    """Places that a thread leads over an operation are right, whatever the thread that first used it does meanwhile."""
    edge = np.linspace(0.0, 20_000.0, 300)
    x, y = np.meshgrid(13_050_000.0 + edge, 4_730_000.0 + edge)
    alone = operation(3857, 4326).apply(x, y)
    wrong: list[str] = []
    done = threading.Event()

    def lead() -> None:
        for _ in range(60):
            way = operation(3857, 4326)
            there = way.apply(x, y)
            back = way.undo(*there)
            if not np.array_equal(there, alone) or not np.allclose(back, (x, y), atol=1e-3):
                wrong.append("other places")
        done.set()

    thread = threading.Thread(target=lead)
    thread.start()
    elsewhere = pyproj.Transformer.from_crs(4326, 4548, always_xy=True)
    while not done.is_set():
        elsewhere.transform(np.full(2_000, 300.0), np.full(2_000, 95.0))
    thread.join()
    assert wrong == []
