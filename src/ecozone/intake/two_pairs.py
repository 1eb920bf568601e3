"""Tables that give each place twice, in degrees and in metres: the two must be the same place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer

from ecozone.geo import CGCS2000, is_geographic, norm_crs, strip_code, zone_width
from ecozone.intake.angles import unpack
from ecozone.intake.axes import LONLAT
from ecozone.intake.cells import Raw, read_cells
from ecozone.intake.corners import M_PER_DEGREE
from ecozone.intake.layout import PAIRS, Layout
from ecozone.intake.packing import Degrees
from ecozone.intake.ranges import kind_of
from ecozone.intake.reading import Options
from ecozone.notices import Notice, notice

#: How far the two may lie apart (m): CGCS2000 and WGS 84 differ by less, the older frames and web maps by much more.
MOST_APART_M = 10.0
_MERIDIAN_DEG, _WIDE_DEG = 3, 6

Floats = NDArray[np.float64]


def compare(
    layout: Layout, raws: Sequence[Raw], roles: tuple[str, str], degrees: Sequence[Degrees] | None, options: Options
) -> tuple[dict[int, Notice], list[Notice]]:
    """Return, by row, the refusal of what is two places, and what to say where none is.

    Parameters as in `apart`. What is shifted by a web map, or local, is not compared.
    """
    aside = options.datum is not None or options.control is not None
    found = None if aside else apart(layout, raws, roles, degrees, options.crs)
    if found is None:
        return {}, []
    distances, most = found
    wrong = {
        row: notice("intake.table_pairs_differ", "refused", feature=row, line=row, distance=f"{distance:.1f}")
        for row, distance in zip([raw.row.number for raw in raws], distances.tolist(), strict=True)
        if distance > most
    }
    return wrong, [] if wrong else [notice("intake.table_pairs_agree", distance=f"{np.nanmax(distances):.2f}")]


def apart(
    layout: Layout, raws: Sequence[Raw], roles: tuple[str, str], degrees: Sequence[Degrees] | None, given: CRS | None
) -> tuple[Floats, float] | None:
    """Return how far the two places of each row lie apart (m, NaN where one lacks), and how far they may.

    Metres are read in the user's CRS where that is a plane one, in the strip whose number they carry, or, as nothing
    else is known of them, in whichever strip around the degrees fits them best.

    Parameters
    ----------
    roles : (str, str)
        The pair of columns that is used.
    degrees : sequence or None
        What the numbers of that pair are, where they are degrees; longitude is the larger one.
    given : CRS or None

    Returns
    -------
    (array of float64, float) or None
        None where the table has no second pair, or it cannot be read.
    """
    others = [pair for pair in PAIRS if set(pair) <= set(layout.roles) and pair != roles]
    other = next((pair for pair in others if (pair in LONLAT) != (roles in LONLAT)), None)
    if other is None:
        return None
    second = read_cells(layout, [raw.row for raw in raws], other)[0]
    metres, angles = (second, raws) if roles in LONLAT else (raws, second)
    readings = [_plain(angles)] if degrees is None else [_sorted(degrees)]
    if degrees is None:
        # Without a word on them they may be packed.
        readings.append(_packed(angles))
    east_north = _east_north(metres)
    there = np.flatnonzero(np.isfinite(np.hstack([east_north, readings[0]])).all(axis=1))
    if not len(there):
        return None
    found = [
        _between(reading, east_north, crs)
        for reading in readings
        for crs in _systems(reading, east_north, there, given)
    ]
    if not found:
        return None
    best = min(found, key=lambda distances: float(np.nanmedian(distances)) if np.isfinite(distances).any() else np.inf)
    halves = ([raw.first for raw in angles], [raw.second for raw in angles])
    step = max(min((angle.step for angle in half if angle is not None), default=0.0) for half in halves)
    return best, max(MOST_APART_M, step * M_PER_DEGREE)


def _sorted(pairs: Sequence[Degrees]) -> Floats:
    return np.array(
        [(np.nan, np.nan) if None in pair else (max(pair), min(pair)) for pair in pairs],  # type: ignore[type-var]
        dtype=np.float64,
    ).reshape(-1, 2)


def _plain(raws: Sequence[Raw]) -> Floats:
    return _sorted([raw.pair or (None, None) for raw in raws])


def _packed(raws: Sequence[Raw]) -> Floats:
    angles = [(raw.first, raw.second) for raw in raws]
    return _sorted(
        [
            (None, None) if one is None or other is None else (unpack(one.plain or ""), unpack(other.plain or ""))
            for one, other in angles
        ]
    )


def _east_north(raws: Sequence[Raw]) -> Floats:
    pairs = []
    for raw in raws:
        kind = None if raw.pair is None else kind_of(*raw.pair)
        if raw.pair is None or kind is None or kind.startswith("degrees"):
            pairs.append((np.nan, np.nan))
        else:
            pairs.append(raw.pair if kind.startswith("east") else raw.pair[::-1])
    return np.array(pairs, dtype=np.float64).reshape(-1, 2)


def _systems(lonlat: Floats, east_north: Floats, there: NDArray[np.int64], given: CRS | None) -> Iterator[CRS]:
    """Yield the CRS that the metres may be in."""
    if given is not None and not is_geographic(given):
        yield given
        return
    zone = int(np.median(east_north[there, 0]) // 1e6)
    if zone:
        if zone_width(zone):
            yield norm_crs(strip_code(CGCS2000, zone, prefixed=True))
        return
    lon = float(np.nanmedian(lonlat[there, 0])) if np.isfinite(lonlat[there]).any() else np.nan
    if not 73 <= lon <= 136:
        return
    for number in (round(lon / _MERIDIAN_DEG) + step for step in (-1, 0, 1)):
        code = strip_code(CGCS2000, number, prefixed=False)
        if code is not None:
            yield norm_crs(code)
    wide = int(lon // _WIDE_DEG)
    yield norm_crs(strip_code(CGCS2000, wide + 1, prefixed=False))
    yield norm_crs(f"EPSG:{32600 + wide + 31}")


def _between(lonlat: Floats, east_north: Floats, crs: CRS) -> Floats:
    found = np.full(len(lonlat), np.nan)
    there = np.isfinite(lonlat).all(axis=1) & np.isfinite(east_north).all(axis=1)
    base = norm_crs(crs).geodetic_crs
    lon, lat = Transformer.from_crs(crs, base, always_xy=True).transform(*east_north[there].T)
    good = np.isfinite(lon) & np.isfinite(lat)
    rows = np.flatnonzero(there)[good]
    found[rows] = Geod(ellps="GRS80").inv(lonlat[rows, 0], lonlat[rows, 1], lon[good], lat[good])[2]
    return found
