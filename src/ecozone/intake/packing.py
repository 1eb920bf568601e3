"""Whether plain numbers of degrees are decimal or packed as ddd.mmss: only evidence or the user decides.

Of random decimal degrees 36 in 100 have minutes and seconds below 60, so that a table of a few rows may be either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from ecozone.errors import CrsError
from ecozone.geo import CGCS2000, area_m2, length_m
from ecozone.intake.angles import Angle, Angles, spelt, unpack
from ecozone.intake.cells import Raw
from ecozone.intake.ranges import LATITUDE, LONGITUDE, within
from ecozone.intake.whereabouts import Box
from ecozone.notices import Notice, notice

#: ddd.mmss has so many decimals, zeros at the end aside; fewer would put every point on full tens of seconds.
LEAST_DECIMALS = 4
#: How well lengths and areas that the table gives must fit one reading, and how badly the other (shares).
_FITS, _FAILS = 0.01, 0.05
_LEAST_LENGTHS = 3
_packed_words = re.compile(r"d+\.?\s*mm\.?\s*ss|度\.分|度分秒|\bdms\b", re.IGNORECASE)
_decimal_words = re.compile(r"十进制|小数度|decimal|\bd{2,3}\.d", re.IGNORECASE)

Degrees = tuple[float | None, float | None]


@dataclass(frozen=True)
class Clues:
    """What a table says beside its coordinates.

    Parameters
    ----------
    words : sequence of str
        Header cells and titles.
    rings : sequence of sequence of int
        Places, in the order of the rows, of the corners of each ring; empty for points.
    lengths : sequence of float or None
        The length of an edge (m) that each row gives, as long as the rows; empty where there is no such column.
    areas : sequence of (int, float)
        Ring, and the area (m²) that the table gives what it bounds.
    around : (west, south, east, north) or None
        Where the places are expected (degrees).
    """

    words: Sequence[str] = ()
    rings: Sequence[Sequence[int]] = ()
    lengths: Sequence[float | None] = ()
    areas: Sequence[tuple[int, float]] = ()
    around: Box | None = None


def read_degrees(raws: Sequence[Raw], given: Angles | None, clues: Clues) -> tuple[list[Degrees], Angles, list[Notice]]:
    """Return the two numbers of each row in degrees, in the order of the columns, how plain ones were read, and why.

    Raises
    ------
    CrsError
        Where the corners of parcels can be read in two ways and nothing decides, or numbers contradict what is said of
        them.
    """
    angles = [angle for raw in raws for angle in (raw.first, raw.second) if angle is not None]
    said = []
    written = sum(angle.written for angle in angles)
    if written:
        said.append(notice("intake.table_angles_written", count=written))
    reading, why, value = _choose(raws, given, clues)
    if why is not None:
        plain = next((angle.plain for angle in angles if angle.plain), "")
        name = "packed" if reading == "ddd.mmss" else "decimal"
        meant = spelt(unpack(plain or "") or 0.0) if reading == "ddd.mmss" else f"{plain}°"
        said += [
            notice(f"intake.table_angles_{name}", "info" if why == "given" else "warning", value=plain, meant=meant),
            notice(f"intake.table_because_{why}", value=value),
        ]
    return [(_degrees(raw.first, reading), _degrees(raw.second, reading)) for raw in raws], reading, said


def _degrees(angle: Angle | None, reading: Angles) -> float | None:
    if angle is None or angle.written:
        return None if angle is None else angle.degrees
    if reading == "decimal":
        return angle.degrees
    found = unpack(angle.plain or "") if reading == "ddd.mmss" else None
    return None if found is None else found if angle.degrees >= 0 else -found


def _choose(raws: Sequence[Raw], given: Angles | None, clues: Clues) -> tuple[Angles, str | None, str]:
    """Return the reading of plain numbers, the word for why where there was a choice, and a sample of that."""
    plain = [
        (raw.row.number, angle)
        for raw in raws
        for angle in (raw.first, raw.second)
        if angle is not None and not angle.written
    ]
    if not plain or given in ("decimal", "dms"):
        return given or "decimal", None, ""
    loose = next(((row, angle) for row, angle in plain if unpack(angle.plain or "") is None), None)
    words = {
        reading: next((text for text in clues.words if pattern.search(text)), None)
        for reading, pattern in (("decimal", _decimal_words), ("ddd.mmss", _packed_words))
    }
    told = words["ddd.mmss"] if words["decimal"] is None else None
    if loose is not None:
        if given is None and told is None:
            return "decimal", None, ""
        raise CrsError("intake.table_not_packed", feature=loose[0], value=loose[1].plain)
    if given is not None:
        return given, "given", ""
    if told is not None:
        return "ddd.mmss", "words", told[:40]
    decimals = max(len((angle.plain or "").partition(".")[2].rstrip("0")) for _, angle in plain)
    if words["decimal"] is not None or decimals < LEAST_DECIMALS or not _in_china(raws):
        return "decimal", None, ""
    found = dict(_evidence(raws, clues))
    if len(set(found.values())) == 1:
        why = next(iter(found))
        return found[why], why, ""
    row, angle = plain[0]
    packed = spelt(unpack(angle.plain or "") or 0.0)
    if any(clues.rings):
        raise CrsError("intake.table_angles_unclear", feature=row, value=angle.plain, packed=packed)
    # Places are sent in decimal degrees, corners by surveyors also packed; the other reading is said.
    return "decimal", "custom", packed


def _in_china(raws: Sequence[Raw]) -> bool:
    pairs = [raw.pair for raw in raws if raw.pair is not None]
    return all(within(max(pair), LONGITUDE) and within(min(pair), LATITUDE) for pair in pairs)


def _evidence(raws: Sequence[Raw], clues: Clues) -> Iterator[tuple[str, Angles]]:
    """Yield each clue that fits one reading and not the other, and which."""
    readings: tuple[Angles, Angles] = ("decimal", "ddd.mmss")
    both = [_lonlat(raws, reading) for reading in readings]
    tests = (
        ("lengths", [_misfit_of_lengths(xy, clues) for xy in both]),
        ("areas", [_misfit_of_areas(xy, clues) for xy in both]),
        ("around", [_share_outside(xy, clues.around) for xy in both]),
        ("shape", [_invalid_rings(xy, clues.rings) for xy in both]),
    )
    for name, misfits in tests:
        for reading, own, other in zip(readings, misfits, misfits[::-1], strict=True):
            if own <= _FITS and other >= _FAILS:
                yield name, reading


def _lonlat(raws: Sequence[Raw], reading: Angles) -> NDArray[np.float64]:
    """Return longitude and latitude of each row; in China the larger number is the longitude."""
    pairs = [(_degrees(raw.first, reading), _degrees(raw.second, reading)) for raw in raws]
    return np.array(
        [(np.nan, np.nan) if None in pair else (max(pair), min(pair)) for pair in pairs],  # type: ignore[type-var]
        dtype=np.float64,
    )


def _misfit_of_lengths(xy: NDArray[np.float64], clues: Clues) -> float:
    """Return by what share the edges miss the lengths that the rows give, for this edge or the one before."""
    wanted, own = [], []
    lengths = clues.lengths
    for ring in clues.rings:
        if not lengths or not np.isfinite(xy[list(ring)]).all():
            continue
        after = [*ring[1:], ring[0]]
        edges = shapely.linestrings(np.stack([xy[list(ring)], xy[after]], axis=1))
        own += length_m(gpd.GeoSeries(edges, crs=CGCS2000)).tolist()
        wanted += [(lengths[at], lengths[to]) for at, to in zip(ring, after, strict=True)]
    misfits = []
    for side in (0, 1):
        found = [(pair[side], edge) for pair, edge in zip(wanted, own, strict=True) if pair[side]]
        if len(found) >= _LEAST_LENGTHS:
            misfits.append(float(np.median([abs(edge - length) / length for length, edge in found if length])))
    return min(misfits, default=np.nan)


def _misfit_of_areas(xy: NDArray[np.float64], clues: Clues) -> float:
    misfits = []
    for at, wanted in clues.areas:
        ring = list(clues.rings[at])
        if len(ring) >= 3 and np.isfinite(xy[ring]).all():
            found = float(area_m2(gpd.GeoSeries([shapely.Polygon(xy[ring])], crs=CGCS2000)).iloc[0])
            misfits.append(abs(found - wanted) / wanted)
    return max(misfits, default=np.nan)


def _share_outside(xy: NDArray[np.float64], around: Box | None) -> float:
    """Return 0 where all points lie where they are expected, 1 where none does."""
    there = xy[np.isfinite(xy).all(axis=1)]
    if around is None or not len(there):
        return np.nan
    west, south, east, north = around
    inside = (there >= (west, south)).all(axis=1) & (there <= (east, north)).all(axis=1)
    return 0.0 if inside.all() else 1.0 if not inside.any() else np.nan


def _invalid_rings(xy: NDArray[np.float64], rings: Sequence[Sequence[int]]) -> float:
    """Return the share of rings that cross themselves."""
    made = [shapely.Polygon(xy[list(ring)]) for ring in rings if len(ring) >= 3 and np.isfinite(xy[list(ring)]).all()]
    return float(np.mean(~shapely.is_valid(made))) if made else np.nan
