"""Which CRS a file is in: what it declares against what the user says; never a guess."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from ecozone.errors import CrsError
from ecozone.geo import crs_name, is_geographic
from ecozone.intake.reading import Reading
from ecozone.notices import Notice, notice

#: ``given`` by the user, or from where the reader has it.
CrsWhy = Literal["given", "declared", "standard", "detected"]

#: EPSG codes of the zones of CGCS2000 / 3-degree Gauss-Krüger with the zone number in the easting: 25 → 4513.
_ZONES, _FIRST_CODE = range(25, 46), 4513


def settle(reading: Reading, given: CRS | None) -> tuple[CRS, CrsWhy, tuple[Notice, ...]]:
    """Return the CRS of a reading, why, and what to say of it.

    Parameters
    ----------
    given : CRS, optional
        The user's word. It stands where the file declares nothing, and against what only a standard or the numbers
        say; against another declaration it is a contradiction.

    Returns
    -------
    CRS, "given" | "declared" | "standard" | "detected", notices

    Raises
    ------
    CrsError
        Where nothing says the CRS, or the file declares another than the user.
    """
    found = reading.crs
    if found is None:
        if given is None:
            raise _unknown(reading.geometries)
        return given, "given", (notice("intake.crs_given", crs=crs_name(given)),)
    if given is None:
        return found, reading.crs_origin, _said(reading, found)
    if same(found, given):
        return given, reading.crs_origin, ()
    if reading.crs_origin == "detected":
        return given, "given", (notice("intake.crs_given", crs=crs_name(given)),)
    if reading.crs_origin == "declared":
        raise CrsError("intake.crs_conflict", declared=crs_name(found), given=crs_name(given))
    text = notice("intake.crs_given_over_standard", "warning", crs=crs_name(given), standard=crs_name(found))
    return given, "given", (text,)


def same(one: CRS, other: CRS) -> bool:
    """Tell whether two CRS mean the same numbers in the order x, y."""
    return bool(one == other or one.equals(other, ignore_axis_order=True))


def _said(reading: Reading, crs: CRS) -> tuple[Notice, ...]:
    found: tuple[Notice, ...] = (notice(f"intake.crs_{reading.crs_origin}", crs=crs_name(crs)),)
    if reading.crs_origin != "declared" and is_geographic(crs):
        # AMap, Tencent and Baidu shift by 0.5 to 1.4 km at 39° N, and the numbers look the same.
        found += (notice("intake.traced_basemap", "warning"),)
    return found


def _unknown(geometries: Sequence[BaseGeometry | None]) -> CrsError:
    """Say which CRS the numbers would fit; the user has to say it."""
    there = [geometry for geometry in geometries if geometry is not None]
    xy = shapely.get_coordinates(np.array(there, dtype=object))
    xy = xy[np.isfinite(xy).all(axis=1)]
    if not len(xy):
        return CrsError("intake.no_crs")
    x, y = np.median(xy, axis=0)
    if abs(x) <= 180 and abs(y) <= 90:
        return CrsError("intake.no_crs_degrees", x=f"{x:.6g}", y=f"{y:.6g}")
    zone = int(x // 1e6)
    if zone in _ZONES:
        return CrsError("intake.no_crs_zone", x=f"{x:.0f}", zone=zone, epsg=_FIRST_CODE + zone - _ZONES.start)
    return CrsError("intake.no_crs_metres", x=f"{x:.0f}", y=f"{y:.0f}")
