"""The strips of the Gauss-Krüger grids of China."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pyproj import CRS

from ecozone.geo.crs import datum_name, norm_crs, unbound

#: datum → width of the strip → (EPSG code of the first strip with its number in the easting, the same without it).
#: 3° strips are numbered 25-45 (75°-135°), 6° strips 13-23, so a number tells its width.
_CODES = {
    "China 2000": {3: (4513, 4534), 6: (4491, 4502)},
    "Xian 1980": {3: (2349, 2370), 6: (2327, 2338)},
    "Beijing 1954": {3: (2401, 2422), 6: (21413, 21453)},
}
_FIRST = {3: 25, 6: 13}
_LAST = {3: 45, 6: 23}


@dataclass(frozen=True)
class GaussKruger:
    """The strip of a transverse Mercator CRS of scale 1.

    Parameters
    ----------
    central_meridian : float
        Degrees east.
    width : 3, 6 or None
        Degrees of longitude; None where the CRS does not tell.
    zone : int or None
        Number of the strip where eastings carry it (39 in 39 512 345), else None.
    false_easting : float
        Metres: 500 000, or the number of the strip and 500 000.
    """

    central_meridian: float
    width: int | None
    zone: int | None
    false_easting: float


def gauss_kruger(crs: Any) -> GaussKruger | None:
    """Return the strip of a Gauss-Krüger CRS, None for any other CRS (UTM has scale 0.9996).

    Examples
    --------
    >>> gauss_kruger(4527)
    GaussKruger(central_meridian=117.0, width=3, zone=39, false_easting=39500000.0)
    >>> gauss_kruger(4548).zone, gauss_kruger(4509).width, gauss_kruger(32650)
    (None, 6, None)
    """
    return _gauss_kruger(norm_crs(crs))


#: What a transverse Mercator is given by (EPSG method 9807).
_PARAMETERS = frozenset({
    "Latitude of natural origin", "Longitude of natural origin", "Scale factor at natural origin", "False easting",
    "False northing",
})  # fmt: skip


@lru_cache(maxsize=128)
def _gauss_kruger(crs: CRS) -> GaussKruger | None:
    operation = unbound(crs).coordinate_operation
    if operation is None or not operation.method_name.startswith("Transverse Mercator"):
        return None
    values = {parameter.name: float(parameter.value) for parameter in operation.params}
    if not values.keys() >= _PARAMETERS:
        # PROJ accepts a damaged definition that lacks one.
        return None
    plain = (values["Latitude of natural origin"], values["Scale factor at natural origin"], values["False northing"])
    if plain != (0.0, 1.0, 0.0) or crs.axis_info[0].unit_conversion_factor != 1.0:
        return None
    zone = int(values["False easting"] // 1e6) or None
    width = zone_width(zone) or _width(crs)
    return GaussKruger(values["Longitude of natural origin"], width, zone, values["False easting"])


def _width(crs: CRS) -> int | None:
    name = crs.name.lower().replace("_", "-")
    if "gauss-kruger" not in name and "-gk-" not in name:
        return None
    return 3 if "3-degree" in name else 6


def zone_width(zone: int | None) -> int | None:
    """Return the width in degrees of the strip with this number, None where no strip of China has it.

    >>> zone_width(39), zone_width(20), zone_width(50)
    (3, 6, None)
    """
    return next((width for width in (3, 6) if zone is not None and _FIRST[width] <= zone <= _LAST[width]), None)


def zone_meridian(zone: int) -> int:
    """Return the central meridian of the strip with this number.

    >>> zone_meridian(39), zone_meridian(20)
    (117, 117)
    """
    return 3 * zone if zone_width(zone) == 3 else 6 * zone - 3


def strip_code(crs: Any, zone: int, *, prefixed: bool) -> str | None:
    """Return the EPSG code of a strip on the datum of ``crs``, its number in the easting or not.

    >>> strip_code(4490, 39, prefixed=True), strip_code(4490, 39, prefixed=False), strip_code(2384, 20, prefixed=True)
    ('EPSG:4527', 'EPSG:4548', 'EPSG:2334')
    """
    width = zone_width(zone)
    codes = _CODES.get(datum_name(crs), _CODES["China 2000"])
    return None if width is None else f"EPSG:{codes[width][not prefixed] + zone - _FIRST[width]}"


def meridian_zone(meridian: float, width: int | None) -> int | None:
    """Return the number of the strip with this central meridian and width, None where there is none.

    >>> meridian_zone(117.0, 3), meridian_zone(117.0, 6), meridian_zone(116.5, 3)
    (39, 20, None)
    """
    zone = meridian / 3 if width != 6 else (meridian + 3) / 6
    return int(zone) if zone == int(zone) and zone_width(int(zone)) == (width or 3) else None
