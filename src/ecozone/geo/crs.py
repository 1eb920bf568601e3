"""One place where a CRS is made plain, named, compared and refused."""

from __future__ import annotations

from functools import lru_cache
from os import PathLike
from typing import Any

from pyproj import CRS
from pyproj.exceptions import CRSError

from ecozone.errors import CrsError, CrsMismatchError

CGCS2000 = "EPSG:4490"

#: Frames of the Earth that agree within decimetres and between which EPSG publishes no operation at all.
_FAMILY = ("China 2000", "World Geodetic System 1984")
#: Older frames of China: the official parameters to CGCS2000 are not public, and those that EPSG lists for
#: Beijing 1954 hold in oil fields only.
_LEGACY = ("Xian 1980", "Beijing 1954", "New Beijing")
#: PROJ gives 100 or 90 for the same CRS under the same or a like name, 70 for the same CRS under another name;
#: below that only the names are alike, and the numbers are not (seen: a central meridian of 116.5° taken for 4548).
_SAME = 70


def norm_crs(value: Any, *, file: str | PathLike[str] | None = None) -> CRS:
    """Return the plain two-dimensional CRS that ``value`` means.

    Heights are left aside, an EPSG code is found where the definition is that of one (an ESRI ``.prj``, for
    instance), and what cannot carry a map is refused: no CRS, an unknown or local one, geocentric or vertical axes.

    Parameters
    ----------
    value : CRS, int, str or anything with ``to_wkt``
        EPSG number, ``"EPSG:4548"``, WKT, PROJ string, name of a CRS.
    file : path, optional
        Named in the error.

    Returns
    -------
    pyproj.CRS
        Geographic in degrees or projected; coordinates are always read as x = east, y = north, whatever its axis order.

    Raises
    ------
    CrsError

    Examples
    --------
    >>> norm_crs(4490).name
    'China Geodetic Coordinate System 2000'
    >>> crs_name(norm_crs("EPSG:4490+5737"))
    'EPSG:4490'
    """
    if isinstance(value, str):
        value = value.strip()
    if value is None or value == "":
        raise CrsError("geo.no_crs", file=file)
    try:
        return _norm(value if isinstance(value, (str, int, CRS)) else CRS.from_user_input(value))
    except CRSError as error:
        raise CrsError("geo.unknown_crs", file=file, value=" ".join(str(value).split())[:120]) from error
    except CrsError as error:
        raise CrsError(error.key, file=file, **error.fields) from error.__cause__


@lru_cache(maxsize=256)
def _norm(value: str | int | CRS) -> CRS:
    if isinstance(value, str) and value.isdigit():
        value = int(value)
    crs = CRS.from_user_input(value)
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if crs.is_bound and crs.source_crs is not None and in_family(crs.source_crs):
        # A shift to WGS 84 written beside CGCS2000 or WGS 84 is all zeros by definition.
        crs = crs.source_crs
    if not (crs.is_projected or (crs.is_geographic and not crs.is_derived)):
        kind = "geo.local_crs" if crs.is_engineering else "geo.crs_kind"
        raise CrsError(kind, crs=crs.name, type=crs.type_name)
    if len(crs.axis_info) > 2:
        crs = crs.to_2d()
    units = {axis.unit_name for axis in crs.axis_info}
    if (crs.is_geographic and units != {"degree"}) or len(units) != 1:
        raise CrsError("geo.crs_unit", crs=crs.name, units=", ".join(sorted(units)))
    directions = {axis.direction for axis in crs.axis_info}
    if directions != {"east", "north"}:
        raise CrsError("geo.crs_axes", crs=crs.name, axes=", ".join(sorted(directions)))
    if crs.to_authority(min_confidence=100) == ("OGC", "CRS84"):
        return CRS.from_epsg(4326)
    code = None if crs.is_bound else crs.to_epsg(min_confidence=_SAME)
    return crs if code is None else CRS.from_epsg(code)


def crs_name(crs: Any) -> str:
    """Return the short name of a CRS: its code where it has one, else its own name.

    >>> crs_name(4548)
    'EPSG:4548'
    """
    plain = norm_crs(crs)
    authority = plain.to_authority(min_confidence=_SAME)
    return ":".join(authority) if authority else plain.name


def is_geographic(crs: Any) -> bool:
    """Say whether coordinates are degrees of longitude and latitude.

    >>> is_geographic(4490), is_geographic(4548)
    (True, False)
    """
    return bool(norm_crs(crs).is_geographic)


def is_metric(crs: Any) -> bool:
    """Say whether coordinates are metres on a plane.

    >>> is_metric(4490), is_metric(4548)
    (False, True)
    """
    plain = norm_crs(crs)
    return bool(plain.is_projected) and plain.axis_info[0].unit_conversion_factor == 1.0


def is_pseudo_mercator(crs: Any) -> bool:
    """Say whether this is the web maps' Mercator, whose plane areas are 66 % too large at 39° N.

    >>> is_pseudo_mercator(3857), is_pseudo_mercator(32650)
    (True, False)
    """
    operation = norm_crs(crs).coordinate_operation
    return operation is not None and ("Pseudo" in operation.method_name or "Auxiliary" in operation.method_name)


def datum_name(crs: Any) -> str:
    """Return the name of the geodetic datum, without the word for an ensemble of realisations.

    >>> datum_name(4548), datum_name(4326)
    ('China 2000', 'World Geodetic System 1984')
    """
    geodetic = crs.geodetic_crs if isinstance(crs, CRS) else norm_crs(crs).geodetic_crs
    datum = None if geodetic is None else geodetic.datum
    return "" if datum is None else datum.name.removesuffix(" ensemble")


def in_family(crs: Any) -> bool:
    """Say whether this is CGCS2000 or WGS 84 or a grid on one of them: the same ground to some decimetres."""
    return not getattr(crs, "is_bound", False) and datum_name(crs).startswith(_FAMILY)


def is_legacy(crs: Any) -> bool:
    """Say whether this is Xi'an 1980 or Beijing 1954 with no parameters of its own."""
    return not getattr(crs, "is_bound", False) and datum_name(crs) in _LEGACY


def same_crs(first: Any, second: Any) -> bool:
    """Say whether the same numbers mean the same place in both.

    >>> same_crs("OGC:CRS84", 4326), same_crs(4548, 4527)
    (True, False)
    """
    return bool(norm_crs(first).equals(norm_crs(second), ignore_axis_order=True))


def require_same_crs(*frames: Any) -> CRS:
    """Return the one CRS of all frames.

    Parameters
    ----------
    *frames : GeoDataFrame or GeoSeries

    Raises
    ------
    CrsError
        A frame has no CRS.
    CrsMismatchError
        Two frames differ; shapely would compare their numbers without a word.
    """
    found = [norm_crs(frame.crs) for frame in frames]
    for other in found[1:]:
        if not same_crs(found[0], other):
            raise CrsMismatchError("geo.crs_mismatch", first=crs_name(found[0]), second=crs_name(other))
    return found[0]
