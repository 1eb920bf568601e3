"""Units of the field, and how planners round them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecozone.units import M2_PER_HECTARE, M2_PER_KM2, M2_PER_MU, fixed, hectares, km2, mu, percent, round_half_up


def test_units_hang_together() -> None:
    """1 公顷 is 15 亩 and 1 km² 1,500, exactly: 亩 is 2000/3 m² and not 666.67."""
    assert pytest.approx(15 * M2_PER_MU, rel=1e-15) == M2_PER_HECTARE
    assert pytest.approx(1500 * M2_PER_MU, rel=1e-15) == M2_PER_KM2
    assert mu(1500 * 2000 / 3) == 1500.0
    assert mu(1_000_000_000) == 1_500_000.0


def test_decimals_are_those_of_the_papers() -> None:
    """公顷 has four decimals, 亩, km² and % have two; the example of the layout comes out as it is printed."""
    assert (hectares(72_207.010), mu(72_207.010)) == (7.2207, 108.31)
    assert (km2(3_655_000), percent(0.097)) == (3.66, 9.7)


@given(st.integers(0, 10**9), st.sampled_from([1, -1]), st.integers(0, 4))
def test_halves_go_up(number: int, sign: int, decimals: int) -> None:
    """What ends in 5 behind the last digit kept goes away from zero, after an even digit as after an odd one."""
    step = sign * Decimal(1).scaleb(-decimals)
    half = float((number + Decimal("0.5")) * step)
    assert Decimal(repr(round_half_up(half, decimals))) == (number + 1) * step
    assert Decimal(fixed(half, decimals).replace(",", "")) == (number + 1) * step
