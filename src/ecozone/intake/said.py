"""Whether what a user says of files makes sense by itself, before the first of them is read."""

from __future__ import annotations

from os import PathLike
from typing import Any

from ecozone.intake.control_points import read_control_points
from ecozone.intake.datum import said_of
from ecozone.intake.dxf_units import known_unit
from ecozone.intake.encoding import given_encoding


def require_declared(
    crs: Any = None,
    datum: str | None = None,
    encoding: str | None = None,
    unit: str | None = None,
    control_points: str | PathLike[str] | None = None,
) -> None:
    """Refuse words that are wrong of every file, so that they are not told once a file.

    Parameters
    ----------
    crs, datum, encoding, unit, control_points
        As in `ecozone.intake.read_features`.

    Raises
    ------
    UsageError
        An unknown datum, encoding or unit.
    InputError
        An unknown CRS, one that contradicts the datum, or control points that cannot be read or trusted.

    Examples
    --------
    >>> require_declared("EPSG:4527", encoding="gbk", unit="mm")
    >>> require_declared(unit="inch")
    Traceback (most recent call last):
        ...
    ecozone.errors.UsageError: 没有单位“inch”
    可用：m, dm, cm, mm, km
    """
    said_of(crs, datum)
    if encoding is not None:
        given_encoding(encoding)
    if unit is not None:
        known_unit(unit)
    if control_points is not None:
        read_control_points(control_points, crs=crs)
