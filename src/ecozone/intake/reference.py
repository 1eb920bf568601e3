"""Which CRS a file is in: what it declares against what the user says; never a guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from ecozone.errors import CrsError
from ecozone.geo import CGCS2000, crs_name, gauss_kruger, is_geographic, norm_crs
from ecozone.geo.crs import is_legacy
from ecozone.geo.helmert import MOST_REACH
from ecozone.intake.control_points import ControlPoints
from ecozone.intake.datum import require_degrees
from ecozone.intake.reading import Options, Reading
from ecozone.intake.whereabouts import KM_PER_DEGREE, Box, place_of
from ecozone.intake.which_crs import FAR_KM, CrsEvidence, CrsReading, which_crs
from ecozone.notices import Notice, notice

#: ``given`` by the user, from where the reader has it, or by the user's control points.
CrsWhy = Literal["given", "declared", "standard", "detected", "control"]

#: EPSG codes of the zones of CGCS2000 / 3-degree Gauss-Krüger with the zone number in the easting: 25 → 4513.
_ZONES, _FIRST_CODE = range(25, 46), 4513
#: So many readings outside the workspace are named in one message, the nearest.
_NAMED = 4


def locate(reading: Reading, options: Options) -> tuple[Reading, CRS, CrsWhy, tuple[Notice, ...]]:
    """Return a reading in a known CRS: the one that is said of it, or the one its control points lead to.

    Raises
    ------
    CrsError
        As `settle`; or a web map's shift is said of metres.
    """
    control, datum, given = options.control, options.datum, options.crs
    if control is not None:
        if _is_local(reading):
            moved, said = _controlled(reading, control)
            return moved, control.crs, "control", said
        given = None
    if datum is not None and given is None and reading.crs is None and _shows_degrees(reading.geometries):
        given = norm_crs(CGCS2000)
    settled, why, said = settle(reading, given, around=options.around)
    if control is not None:
        said += (notice("intake.which_control_unused", "warning", control=control.file, crs=crs_name(settled)),)
    if datum is not None:
        require_degrees(settled, datum)
        said = tuple(one for one in said if one.key != "intake.traced_basemap")
    return reading, settled, why, said


def settle(reading: Reading, given: CRS | None, *, around: Box | None = None) -> tuple[CRS, CrsWhy, tuple[Notice, ...]]:
    """Return the CRS of a reading, why, and what to say of it.

    Parameters
    ----------
    given : CRS, optional
        The user's word. It stands where the file declares nothing, and against what only a standard or the numbers
        say; against another declaration it is a contradiction, unless it is the declared CRS with the user's own
        parameters of a shift (``+towgs84``).
    around : tuple of float, optional
        Extent of the workspace in degrees, for the refusal of a file that declares nothing.

    Returns
    -------
    CRS, "given" | "declared" | "standard" | "detected", notices

    Raises
    ------
    CrsError
        Where nothing says the CRS, or the file declares another than the user.
    """
    found = reading.crs
    there = _there(reading.geometries)
    if found is None:
        if given is None:
            raise _unknown(there, around)
        return given, "given", (_notice("intake.crs_given", there, given),)
    if given is None:
        return found, reading.crs_origin, _said(reading, found, there)
    if same(found, given):
        return given, reading.crs_origin, ()
    if reading.crs_origin == "detected" or _completes(given, found):
        return given, "given", (_notice("intake.crs_given", there, given),)
    if reading.crs_origin == "declared":
        raise CrsError("intake.crs_conflict", declared=crs_name(found), given=crs_name(given))
    text = notice("intake.crs_given_over_standard", "warning", crs=crs_name(given), standard=crs_name(found))
    return given, "given", (text,)


def same(one: CRS, other: CRS) -> bool:
    """Tell whether two CRS mean the same numbers in the order x, y."""
    return bool(one == other or one.equals(other, ignore_axis_order=True))


def weigh(xy: NDArray[np.float64], crs: CRS, why: CrsWhy, around: Box | None) -> tuple[CrsEvidence, tuple[Notice, ...]]:
    """Return the evidence for the CRS that a file is read in, and a warning where that may well be another.

    It lies far from the workspace; or it is UTM, and the same numbers read as Gauss-Krüger, which China's surveys use,
    lie in the workspace too, 1.7 km away.

    Parameters
    ----------
    xy : array, shape (points, 2)
        In ``crs``.
    """
    evidence = which_crs(xy, declared=crs, status="detected" if why == "detected" else "declared", around=around)
    if not evidence.far or not evidence.readings:
        return evidence, _twins(evidence, crs)
    words = {
        "crs": crs_name(crs),
        "place": evidence.readings[0].place,
        "distance": f"{evidence.away_km:.0f}",
        "limit": f"{FAR_KM:g}",
    }
    if not evidence.fitting:
        return evidence, (notice("intake.which_far", "warning", **words),)
    first = evidence.fitting[0]
    kind = "prefix" if first.why == "wrong_prefix" else "fits"
    return evidence, (
        notice(f"intake.which_far_{kind}", "warning", fits=_listed(evidence.fitting), epsg=first.crs, **words),
    )


def _twins(evidence: CrsEvidence, crs: CRS) -> tuple[Notice, ...]:
    """Warn of a CRS with another scale on the meridian whose numbers fit a Gauss-Krüger strip as well."""
    twin = next((one for one in evidence.fitting if one.why == "meridian" and not one.swapped), None)
    if twin is None or gauss_kruger(crs) is not None:
        return ()
    own = evidence.readings[0]
    apart = abs(own.bounds[1] - twin.bounds[1]) * KM_PER_DEGREE
    words = {"crs": crs_name(crs), "place": own.place, "fits": str(twin), "epsg": twin.crs, "distance": f"{apart:.1f}"}
    return (notice("intake.which_utm", "warning", **words),)


def _is_local(reading: Reading) -> bool:
    """Say whether control points may speak of a file: it has no CRS, or a grid of Xi'an 80 or Beijing 54."""
    if reading.crs is None:
        return not _shows_degrees(reading.geometries)
    return bool(is_legacy(reading.crs) and not is_geographic(reading.crs))


def _controlled(reading: Reading, control: ControlPoints) -> tuple[Reading, tuple[Notice, ...]]:
    shapes = np.empty(len(reading.geometries), dtype=object)
    shapes[:] = reading.geometries
    x, y = _finite(_there(reading.geometries)).T
    said = [*control.notices]
    times = control.helmert.beyond(x, y)
    if times > MOST_REACH:
        said.append(notice("geo.helmert_beyond", "warning", times=f"{times:.1f}"))
    moved = control.helmert.geometries(shapes)
    place = place_of(_there(moved), control.crs)
    source = crs_name(reading.crs) if reading.crs is not None else "—"
    said.append(notice("intake.which_control", source=source, crs=crs_name(control.crs), place=place or "—"))
    return replace(reading, geometries=list(moved), crs=control.crs), tuple(said)


def _completes(given: CRS, declared: CRS) -> bool:
    """Say whether the user's CRS is the declared one with parameters of a shift that the file cannot say."""
    strips = gauss_kruger(given), gauss_kruger(declared)
    if not given.is_bound or declared.is_bound or not is_legacy(declared) or None in strips:
        return False
    ellipsoids = [one.ellipsoid for one in (given, declared)]
    numbers = [(one.central_meridian, one.false_easting) for one in strips if one is not None]
    sizes = [(round(one.semi_major_metre, 1), round(one.inverse_flattening, 3)) for one in ellipsoids if one]
    return len(sizes) == 2 and sizes[0] == sizes[1] and numbers[0] == numbers[1]


def _said(reading: Reading, crs: CRS, there: NDArray[np.float64]) -> tuple[Notice, ...]:
    found: tuple[Notice, ...] = (_notice(f"intake.crs_{reading.crs_origin}", there, crs),)
    if reading.crs_origin != "declared" and is_geographic(crs):
        # AMap, Tencent and Baidu shift by 0.5 to 1.4 km at 39° N, and the numbers look the same.
        found += (notice("intake.traced_basemap", "warning"),)
    return found


def _notice(key: str, there: NDArray[np.float64], crs: CRS) -> Notice:
    return notice(key, crs=crs_name(crs), place=place_of(there, crs) or "—")


def _there(geometries: Sequence[BaseGeometry | None] | NDArray[np.object_]) -> NDArray[np.float64]:
    shapes = np.empty(len(geometries), dtype=object)
    shapes[:] = geometries
    xy: NDArray[np.float64] = shapely.get_coordinates(shapes)
    return xy


def _finite(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    return xy[np.isfinite(xy).all(axis=1)]


def _shows_degrees(geometries: Sequence[BaseGeometry | None]) -> bool:
    xy = _finite(_there(geometries))
    return bool(len(xy)) and bool((np.abs(np.median(xy, axis=0)) <= 180.0).all())


def _unknown(there: NDArray[np.float64], around: Box | None) -> CrsError:
    """Say which CRS the numbers would fit and where; the user has to say it. The evidence goes along with it."""
    xy = _finite(there)
    if not len(xy):
        return CrsError("intake.no_crs")
    evidence = which_crs(xy, around=around)
    error = _which(xy, evidence, around)
    error.more["crs_evidence"] = evidence.as_dict()
    return error


def _which(xy: NDArray[np.float64], evidence: CrsEvidence, around: Box | None) -> CrsError:
    x, y = np.median(xy, axis=0)
    degrees = abs(x) <= 180 and abs(y) <= 180
    words = {"x": f"{x:.6g}" if degrees else f"{x:.0f}", "y": f"{y:.6g}" if degrees else f"{y:.0f}"}
    if evidence.fitting:
        outside = [one for one in evidence.readings if not one.fits_workspace and one.why != "wrong_prefix"]
        first = evidence.fitting[0]
        kind = "swapped" if first.swapped else "prefix" if first.why == "wrong_prefix" else "plain"
        fits = {"inside": _listed(evidence.fitting), "epsg": first.crs}
        return CrsError(f"intake.which_fits_{kind}", **words, **fits, outside=_listed(outside, most=_NAMED) or "—")
    if degrees:
        return CrsError("intake.no_crs_degrees", **words, readings=_listed(evidence.readings) or "—")
    if not evidence.readings:
        return CrsError("intake.which_local", **words)
    if around is not None:
        return CrsError("intake.which_none_fits", **words, readings=_listed(evidence.readings, most=_NAMED))
    first = evidence.readings[0]
    zone = int((y if first.swapped else x) // 1e6)
    if first.swapped:
        return CrsError("intake.which_swapped", **words, readings=_listed(evidence.readings, of=first.why))
    if zone in _ZONES:
        return CrsError(
            "intake.no_crs_zone", **words, zone=zone, epsg=_FIRST_CODE + zone - _ZONES.start, place=first.place
        )
    if zone:
        return CrsError("intake.which_zone_wide", **words, zone=zone, epsg=first.crs, place=first.place)
    return CrsError("intake.no_crs_metres", **words, readings=_listed(evidence.readings, of="meridian"))


def _listed(readings: Sequence[CrsReading], *, of: str | None = None, most: int | None = None) -> str:
    named = [one for one in readings if of in (None, one.why)]
    shown = named if most is None else named[:most]
    return "; ".join([*map(str, shown), *(["…"] if len(named) > len(shown) else [])])
