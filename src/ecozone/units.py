"""Units of the field: m² inside; 公顷, 亩 and km² outside, rounded half up as planners do.

1 公顷 (ha) = 10 000 m² = 15 亩; 1 亩 = 2000/3 m².
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

M2_PER_HECTARE = 10_000.0
M2_PER_MU = 2000.0 / 3.0
M2_PER_KM2 = 1_000_000.0

#: Nearer to a half than this, in the last digit that is shown, a number is rounded by its decimal digits.
_NEAR_HALF = 1e-4
#: Beyond this, in absolute value, so is any number.
_EXACT = 1e9


def round_half_up(value: float, decimals: int) -> float:
    """Round half away from zero on the decimal digits that the number shows, not banker's.

    >>> round_half_up(0.125, 2), round_half_up(2.5, 0), round_half_up(1.005, 2)
    (0.13, 3.0, 1.01)
    """
    return float(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP))


def fixed(value: float, decimals: int) -> str:
    """Write a number with a fixed count of decimals, rounded half up, thousands apart by a comma.

    >>> fixed(1234.565, 2)
    '1,234.57'
    """
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return f"{rounded:,}"


def fixed_each(values: ArrayLike, decimals: int) -> list[str]:
    """Write many numbers as `fixed` does.

    >>> fixed_each([1234.565, 0.5], 2)
    ['1,234.57', '0.50']
    """
    import numpy as np

    numbers = np.asarray(values, dtype=np.float64)
    words = list(map(f"{{:,.{decimals}f}}".format, numbers.tolist()))
    # Python rounds the binary value, which differs from the digits that are shown only near a half.
    share = np.abs(np.abs(numbers) * 10.0**decimals % 1.0 - 0.5)
    for at in np.flatnonzero((share < _NEAR_HALF) | (np.abs(numbers) > _EXACT)).tolist():
        words[at] = fixed(float(numbers[at]), decimals)
    return words


def rounded_each(values: ArrayLike, decimals: int) -> Floats:
    """Round many numbers as `round_half_up` does.

    >>> rounded_each([1.005, 2.675, 1e12], 2).tolist()
    [1.01, 2.68, 1000000000000.0]
    """
    import numpy as np

    numbers = np.asarray(values, dtype=np.float64)
    large = np.abs(numbers) * 10.0**decimals
    found: Floats = np.copysign(np.floor(large + 0.5) / 10.0**decimals, numbers)
    for at in np.flatnonzero((np.abs(large % 1.0 - 0.5) < _NEAR_HALF) | (np.abs(numbers) > _EXACT)).tolist():
        found[at] = round_half_up(float(numbers[at]), decimals)
    return found


def hectares_each(area_m2: ArrayLike) -> Floats:
    """Convert many areas in m² as `hectares` does.

    >>> hectares_each([72_207.010]).tolist()
    [7.2207]
    """
    import numpy as np

    return rounded_each(np.asarray(area_m2, dtype=np.float64) / M2_PER_HECTARE, 4)


def mu_each(area_m2: ArrayLike) -> Floats:
    """Convert many areas in m² as `mu` does.

    >>> mu_each([72_207.010]).tolist()
    [108.31]
    """
    import numpy as np

    return rounded_each(np.asarray(area_m2, dtype=np.float64) / M2_PER_MU, 2)


def hectares(area_m2: float) -> float:
    """Convert m² to 公顷, 4 decimals.

    >>> hectares(72_207.010)
    7.2207
    """
    return round_half_up(area_m2 / M2_PER_HECTARE, 4)


def mu(area_m2: float) -> float:
    """Convert m² to 亩, 2 decimals.

    >>> mu(72_207.010)
    108.31
    """
    return round_half_up(area_m2 / M2_PER_MU, 2)


def km2(area_m2: float) -> float:
    """Convert m² to km², 2 decimals.

    >>> km2(3_660_000.0)
    3.66
    """
    return round_half_up(area_m2 / M2_PER_KM2, 2)


def percent(share: float) -> float:
    """Convert a share to %, 2 decimals.

    >>> percent(0.42594999999)
    42.59
    """
    return round_half_up(share * 100.0, 2)
