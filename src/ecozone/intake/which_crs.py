"""Which CRS is this? What the numbers can be read as, where each reading would put them, and what speaks for it.

Numbers prove little. Degrees, an easting that carries the number of its strip, and the order of north and east can be
seen; a central meridian cannot, nor UTM from Gauss-Krüger (1.7 km apart at 39° N), nor Xi'an 80 from CGCS2000. What can
be shown is where each reading lies, and which of them lie in the workspace. Nothing is chosen here: a file that
declares nothing stays unknown until its user has said it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from ecozone.geo import CGCS2000, crs_name, norm_crs, strip_code, zone_meridian, zone_width
from ecozone.geo.arrays import Floats
from ecozone.intake.ranges import EASTING, LATITUDE, LONGITUDE, NORTHING
from ecozone.intake.whereabouts import MOST_OF, Box, away_km, bounds_of, in_ranges, middle_of, touches
from ecozone.text import say

Status = Literal["declared", "detected", "unknown"]
#: What makes numbers fit a CRS: degrees; the number of a strip in the easting; a strip whose meridian is any one's
#: guess, of 3° or only as wide as 6°; UTM; a strip's number that is not the one in the easting; the file's own word.
Why = Literal["degrees", "prefix", "meridian", "wide", "utm", "wrong_prefix", "declared"]

#: Farther from the workspace than neighbours' data reach, nearer than any wrong meridian or strip throws them (86 km).
FAR_KM = 20.0
#: Degrees from its meridian to which a strip is used: half its width, and some more for what lies across its edge.
_REACH_DEG: dict[Why, float] = {"meridian": 2.0, "wrong_prefix": 2.0, "wide": 3.5, "utm": 3.5}
_ZONES_3, _ZONES_6, _ZONES_UTM = range(25, 46), range(13, 24), range(43, 54)


@dataclass(frozen=True)
class CrsReading:
    """One way to read the numbers.

    Attributes
    ----------
    crs : str
        ``EPSG:4548``, or a name.
    why : str
        What makes the numbers fit; see `Why`.
    swapped : bool
        Whether the first number is north (or latitude) in this reading.
    bounds : tuple of float
        Where it would lie: west, south, east, north in degrees on its own datum.
    fits_workspace : bool or None
        Whether that touches the workspace's extent; None where that is not known.
    """

    crs: str
    why: Why
    swapped: bool
    bounds: Box
    fits_workspace: bool | None = None

    @property
    def place(self) -> str:
        """The middle, as people read it."""
        return middle_of(self.bounds)

    def __str__(self) -> str:
        order = say("intake.which_north_first") if self.swapped else None
        return f"{self.crs} ({', '.join(word for word in (self.place, order) if word)})"


@dataclass(frozen=True)
class CrsEvidence:
    """What is known of a file's CRS.

    Attributes
    ----------
    declared : str or None
        What the file, its format or the user says.
    readings : tuple of CrsReading
        The declared one first; then what else the numbers fit, the nearest to the workspace before the others. Beside a
        declared CRS only those are named that lie in the workspace.
    answer : str or None
        The CRS that is used.
    status : {"declared", "detected", "unknown"}
        ``declared`` by the file, its format or the user; ``detected`` from numbers and names of columns.
    away_km : float or None
        How far the answer lies from the workspace's extent.
    """

    declared: str | None
    readings: tuple[CrsReading, ...]
    answer: str | None
    status: Status
    away_km: float | None = None

    @property
    def fitting(self) -> tuple[CrsReading, ...]:
        """The readings, other than the answer, that lie in the workspace."""
        return tuple(one for one in self.readings if one.fits_workspace and one.why != "declared")

    @property
    def far(self) -> bool:
        """Whether the answer lies far outside the workspace."""
        return self.away_km is not None and self.away_km > FAR_KM

    def as_dict(self) -> dict[str, Any]:
        """Return the form that JSON outputs use, with the reasons in words."""
        words = asdict(self)
        for one in words["readings"]:
            one["bounds"] = [round(value, 6) for value in one["bounds"]]
            one["reason"] = say(f"intake.which_why_{one['why']}")
        for one, reading in zip(words["readings"], self.readings, strict=True):
            one["place"] = reading.place
        words["readings"] = list(words["readings"])
        return words


def which_crs(xy: Any, *, declared: Any = None, status: Status | None = None, around: Box | None = None) -> CrsEvidence:
    """Return what the numbers of a file can be, with the place that each reading gives them.

    Parameters
    ----------
    xy : array, shape (points, 2)
        As the file has them; rows that are not finite are left out.
    declared : CRS or anything that `norm_crs` takes, optional
        What is said of them, by whomever.
    status : {"declared", "detected", "unknown"}, optional
        How the declared CRS is known; ``declared`` unless given.
    around : tuple of float, optional
        Extent of the workspace: west, south, east, north in degrees.

    Returns
    -------
    CrsEvidence

    Examples
    --------
    >>> corners = [(530120, 4331250), (530455, 4330980)]
    >>> around = (117.0, 38.9, 117.6, 39.3)
    >>> for one in which_crs(corners, around=around).fitting:
    ...     print(one.crs, one.why, one.place)
    EPSG:4548 meridian 117.3502°E 39.1131°N
    EPSG:32650 utm 117.3504°E 39.1287°N
    >>> which_crs([(4331250, 39530120)]).readings[0].crs
    'EPSG:4527'
    """
    points = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
    points = points[np.isfinite(points).all(axis=1)]
    given = None if declared is None else norm_crs(declared)
    # Beside a declared CRS only what lies in the workspace is named.
    wanted = bool(len(points)) and (given is None or around is not None)
    found = list(_readings(points, around, near=given is not None)) if wanted else []
    found.sort(key=lambda one: (not one.fits_workspace, away_km(one.bounds, around) or 0.0))
    if given is None:
        return CrsEvidence(None, tuple(found), None, "unknown")
    name = crs_name(given)
    others = tuple(one for one in found if one.fits_workspace and (one.crs != name or one.swapped))
    bounds = bounds_of(points, given) if len(points) else None
    if bounds is None:
        return CrsEvidence(name, others, name, status or "declared")
    own = CrsReading(name, "declared", False, bounds, touches(bounds, around))
    return CrsEvidence(name, (own, *others), name, status or "declared", away_km(bounds, around))


def _readings(points: Floats, around: Box | None, *, near: bool) -> Iterator[CrsReading]:
    """Yield the readings as they stand, then with the two numbers exchanged; only those ``near`` the workspace."""
    if _degrees(points):
        # Both orders of degrees may lie on the Earth; only in China does the size of the numbers tell them apart.
        plain, turned = in_ranges(points, LONGITUDE, LATITUDE), in_ranges(points[:, ::-1], LONGITUDE, LATITUDE)
        if plain or not turned:
            yield from _placed(points, CGCS2000 if plain else "EPSG:4326", "degrees", False, around)
        if turned:
            yield from _placed(points[:, ::-1], CGCS2000, "degrees", True, around)
        return
    for swapped in (False, True):
        own = points[:, ::-1] if swapped else points
        for crs, why, numbers in _grids(own, around):
            if near and around is not None and not _may_reach(crs, around):
                continue
            yield from _placed(numbers, crs, why, swapped, around)


def _degrees(points: Floats) -> bool:
    x, y = (np.abs(points[:, i]) for i in (0, 1))
    return bool(np.mean((x <= 180.0) & (y <= 180.0) & ((x <= 90.0) | (y <= 90.0))) >= MOST_OF)


def _grids(points: Floats, around: Box | None) -> Iterator[tuple[str, Why, Floats]]:
    """Yield the grids of China whose eastings and northings look like these, with the numbers that fit them."""
    zone = int(np.median(points[:, 0]) // 1e6)
    if zone_width(zone):
        base = points - [zone * 1e6, 0.0]
        if not in_ranges(base, EASTING, NORTHING):
            return
        yield _strip(zone, prefixed=True), "prefix", points
        if around is None:
            return
        for other in _ZONES_3:
            if zone_meridian(other) != zone_meridian(zone):
                yield _strip(other, prefixed=True), "wrong_prefix", base + np.array([other * 1e6, 0.0])
        return
    if zone != 0 or not in_ranges(points, EASTING, NORTHING):
        return
    for other in _ZONES_3:
        yield _strip(other, prefixed=False), "meridian", points
    for other in _ZONES_6:
        yield _strip(other, prefixed=False), "wide", points
    for other in _ZONES_UTM:
        yield f"EPSG:{32600 + other}", "utm", points


def _strip(zone: int, *, prefixed: bool) -> str:
    code = strip_code(CGCS2000, zone, prefixed=prefixed)
    assert code is not None, "the zones of China all have codes"
    return code


def _placed(points: Floats, crs: str, why: Why, swapped: bool, around: Box | None) -> Iterator[CrsReading]:
    """Yield the reading, unless its places lie nowhere or too far from the meridian."""
    bounds = bounds_of(points, norm_crs(crs))
    if bounds is None:
        return
    reach = _REACH_DEG.get(why)
    if reach is not None:
        offset = float(np.abs(np.array([bounds[0], bounds[2]]) - _meridian(crs)).max())
        # Inside a strip of 3° one of 6° has the same numbers and says nothing more.
        if offset > reach or (why == "wide" and offset <= _REACH_DEG["meridian"]):
            return
    yield CrsReading(crs, why, swapped, bounds, touches(bounds, around))


def _meridian(crs: str) -> float:
    operation = norm_crs(crs).coordinate_operation
    assert operation is not None, "a grid has one"
    return next(float(one.value) for one in operation.params if one.name == "Longitude of natural origin")


def _may_reach(crs: str, around: Box) -> bool:
    """Say whether a strip's meridian is near the workspace; nothing is transformed for that."""
    reach = max(_REACH_DEG.values())
    return around[0] - reach <= _meridian(crs) <= around[2] + reach
