"""One place where a CRS is made plain, named, compared and refused."""

from __future__ import annotations

import math
import re
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
#: What programs call the datum CGCS2000 beside China 2000 and D_China_2000, which PROJ knows; without blanks and signs.
_CGCS2000_NAMES = frozenset(
    {"cgcs2000", "dcgcs2000", "chinageodeticcoordinatesystem2000", "dchinageodeticcoordinatesystem2000"}
)
#: PROJ's guesses at a code, from 25 of 100 up: some are alike in name alone (seen: a central meridian of 116.5° taken
#: for EPSG:4548), some are right but for the order of their axes, so each is compared number by number.
_GUESS = 20
#: By how little numbers of one definition may differ: degrees, metres, scale.
_ALIKE = 1e-9


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


class _Known(CRS):
    """A CRS that keeps its hash: PROJ writes it out as text each time, and it is looked up thousands of times."""

    def __hash__(self) -> int:
        kept: dict[str, Any] = self.__dict__
        if "_hash" not in kept:
            kept["_hash"] = super().__hash__()
        return int(kept["_hash"])


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
    units = {axis.unit_conversion_factor for axis in crs.axis_info}
    if len(units) != 1 or (crs.is_geographic and abs(units.pop() - math.radians(1.0)) > _ALIKE):
        names = sorted({axis.unit_name for axis in crs.axis_info})
        raise CrsError("geo.crs_unit", crs=crs.name, units=", ".join(names))
    directions = {axis.direction for axis in crs.axis_info}
    if directions != {"east", "north"}:
        raise CrsError("geo.crs_axes", crs=crs.name, axes=", ".join(sorted(directions)))
    return _Known(crs if crs.is_bound else _registered(_on_cgcs2000(crs)))


def _on_cgcs2000(crs: CRS) -> CRS:
    """Return a CRS whose datum is CGCS2000 by another name, and by its ellipsoid, on the datum that PROJ knows."""
    known = CRS.from_user_input(CGCS2000)
    name = re.sub(r"[^a-z0-9]", "", datum_name(crs).casefold())
    if name not in _CGCS2000_NAMES or crs.ellipsoid is None or known.ellipsoid is None:
        return crs
    wanted, found = known.ellipsoid, crs.ellipsoid
    shape = (found.semi_major_metre, found.inverse_flattening), (wanted.semi_major_metre, wanted.inverse_flattening)
    greenwich = crs.prime_meridian is None or crs.prime_meridian.longitude == 0.0
    if not (greenwich and all(math.isclose(*pair, rel_tol=_ALIKE) for pair in zip(*shape, strict=True))):
        return crs
    if crs.is_geographic:
        return known
    return CRS.from_json_dict({**crs.to_json_dict(), "base_crs": known.to_json_dict()})


def _own_code(crs: CRS) -> tuple[str, str] | None:
    own = crs.to_json_dict().get("id")
    return (str(own["authority"]), str(own["code"])) if own else None


def _registered(crs: CRS) -> CRS:
    """Return the CRS of the EPSG register that has this definition, or ``crs`` itself."""
    codes = [found.code for found in crs.list_authority("EPSG", min_confidence=_GUESS)]
    own = _own_code(crs)
    if own == ("OGC", "CRS84"):
        return CRS.from_epsg(4326)
    if own and own[0] == "EPSG":
        codes.insert(0, own[1])
    alike = [known for known in map(CRS.from_epsg, dict.fromkeys(codes)) if _alike(known, crs)]
    return min(alike, key=lambda known: known.name != crs.name, default=crs)


def _alike(one: CRS, other: CRS) -> bool:
    """Say whether two definitions are the same but for names and the order of axes."""
    return (
        datum_name(one) == datum_name(other)
        and _numbers(one).keys() == _numbers(other).keys()
        and all(
            math.isclose(value, _numbers(other)[name], rel_tol=_ALIKE, abs_tol=_ALIKE)
            for name, value in _numbers(one).items()
        )
    )


def _numbers(crs: CRS) -> dict[str, float]:
    """Return what makes up a CRS beside its datum, by name."""
    numbers = {"axes": float(len(crs.axis_info)), "unit": float(crs.axis_info[0].unit_conversion_factor)}
    if crs.prime_meridian is not None:
        numbers["prime meridian"] = float(crs.prime_meridian.longitude)
    if crs.is_projected and crs.coordinate_operation is not None:
        numbers[crs.coordinate_operation.method_name] = 0.0
        numbers |= {parameter.name: float(parameter.value) for parameter in crs.coordinate_operation.params}
    return numbers


def crs_name(crs: Any) -> str:
    """Return the short name of a CRS: its code where it has one, else its own name.

    >>> crs_name(4548)
    'EPSG:4548'
    """
    plain = norm_crs(crs)
    code = _own_code(plain)
    return ":".join(code) if code else plain.name


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
    operation = unbound(norm_crs(crs)).coordinate_operation
    return operation is not None and ("Pseudo" in operation.method_name or "Auxiliary" in operation.method_name)


def unbound(crs: CRS) -> CRS:
    """Return the CRS without the shift to WGS 84 that its user wrote beside it (``+towgs84``)."""
    return crs.source_crs if crs.is_bound and crs.source_crs is not None else crs


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
