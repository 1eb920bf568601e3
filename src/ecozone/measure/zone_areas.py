"""The ellipsoidal areas of polygons with very many vertices: the integral of `ecozone.geo.area_m2`, compiled.

Along each edge the area -∮ Q(φ) dλ is integrated by Simpson's rule as it is there; λ and Q come from polynomials in
small squares (`ecozone.geo.authalic_patches`) and not from a projection's inverse at each vertex.
"""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import geopandas as gpd
import numpy as np
from pyproj import CRS

from ecozone.errors import CrsError
from ecozone.geo import DEGREE, PATCH_M, area_m2, authalic_patches, metres_per_unit
from ecozone.measure.arrays import Floats, Shapes, processors
from ecozone.measure.compiled import kernel, prepare
from ecozone.measure.edges import Rings, rings_of

#: An edge is cut where it is longer than this: Simpson's rule holds to 10⁻¹¹ then.
_PIECE_M = 2_000.0
#: A thread costs more than the areas of so few.
_MANY_VERTICES = 200_000
#: No coordinate on the ground is larger than this, with the number of a strip in front of it or without.
_FARTHEST_M = 1e8
#: So many squares are fitted at a time, for the sake of memory.
_FEW_SQUARES = 1_000
#: Column and row of a square share one number.
_COLUMNS = 2**32


def zone_areas(shapes: Shapes, crs: CRS, rings: Rings | None = None) -> Floats:
    """Return the ellipsoidal area of each polygon, m²: what `ecozone.geo.area_m2` gives, to 10⁻¹¹.

    Parameters
    ----------
    shapes : array of Polygon or MultiPolygon
        Valid, none empty.
    crs : CRS
    rings : Rings, optional
        The same polygons taken apart.

    Raises
    ------
    CrsError, GeometryError
        As `ecozone.geo.area_m2`, which does it where the polynomials do not hold.
    """
    if not len(shapes):
        return np.zeros(0)
    prepare()
    taken = rings_of(shapes) if rings is None else rings
    areas = _areas(taken, crs)
    if areas is None:
        return np.asarray(area_m2(gpd.GeoSeries(shapes, crs=crs)), np.float64)
    return np.asarray(np.bincount(taken.owner, np.where(taken.outer, areas, -areas), len(shapes)), np.float64)


def _areas(taken: Rings, crs: CRS) -> Floats | None:
    """Return the area inside each ring; None where that is not sure."""
    xy, rings = taken.xy, taken.rings
    side, piece = PATCH_M / metres_per_unit(crs), _PIECE_M / metres_per_unit(crs)
    if not np.abs(xy).max() * metres_per_unit(crs) < _FARTHEST_M:  # nor where one is not finite
        return None
    keys = np.empty(len(xy), np.int64)
    while (count := _squares(xy, rings, side, piece, keys)) > len(keys):
        keys = np.empty(count, np.int64)
    keys = np.unique(keys[:count])
    columns = (keys + _COLUMNS // 2) % _COLUMNS - _COLUMNS // 2
    squares = np.column_stack([columns, (keys - columns) // _COLUMNS])
    try:
        found = [authalic_patches(few, side, crs) for few in np.array_split(squares, len(squares) // _FEW_SQUARES + 1)]
    except CrsError:  # of a place in a square that is none of the zones'
        return None
    coefficients, middle, true = (np.concatenate(column) for column in zip(*found, strict=True))
    if not true.all():
        return None
    areas = np.empty(len(rings) - 1)
    cuts = np.searchsorted(rings, len(xy) * np.arange(1, processors()) / processors())
    threads = processors() if len(xy) > _MANY_VERTICES else 1
    chunks = list(itertools.pairwise([0, *(cuts if threads > 1 else ()), len(rings) - 1]))
    with ThreadPoolExecutor(threads) as pool:
        works = [
            pool.submit(_under, xy, rings, int(first), int(last), side, piece, keys, coefficients, middle, areas)
            for first, last in chunks
        ]
        around = [work.result() for work in works]
    # A boundary around a pole is `area_m2`'s to refuse.
    return None if any(around) else areas


@kernel()
def _pieces(across: float, up: float, piece: float) -> int:
    """Return into how many pieces an edge is cut."""
    square = across * across + up * up
    return 1 if square <= piece * piece else int(np.sqrt(square) / piece) + 1


@kernel("int64(float64[:,::1], int64[::1], float64, float64, int64[::1])")
def _squares(xy: Any, rings: Any, side: float, piece: float, keys: Any) -> int:
    """List the squares in which pieces of edges have their middles, each time that they change; return how many."""
    n = 0
    for ring in range(rings.size - 1):
        west, south = np.nan, np.nan
        for i in range(rings[ring], rings[ring + 1] - 1):
            x, y = xy[i]
            across, up = xy[i + 1, 0] - x, xy[i + 1, 1] - y
            pieces = _pieces(across, up, piece)
            for part in range(pieces):
                share = 0.5 if pieces == 1 else (part + 0.5) / pieces
                xm, ym = x + across * share, y + up * share
                if not (west <= xm < west + side and south <= ym < south + side):
                    column, row = np.floor(xm / side), np.floor(ym / side)
                    west, south = column * side, row * side
                    if n < keys.size:
                        keys[n] = int(row) * _COLUMNS + int(column)
                    n += 1
    return n


@kernel()
def _place(coefficients: Any, patch: int, x: float, y: float) -> tuple[float, float]:
    """Return longitude and authalic function, from the middle of a patch on, at a place in it."""
    # Sums of a few terms each, for the processor to add side by side.
    lon, area, power, term = 0.0, 0.0, 1.0, 0
    for i in range(DEGREE + 1):
        lon_row, area_row, rise = 0.0, 0.0, power
        for _ in range(DEGREE + 1 - i):
            lon_row += rise * coefficients[patch, term, 0]
            area_row += rise * coefficients[patch, term, 1]
            rise *= y
            term += 1
        lon += lon_row
        area += area_row
        power *= x
    return lon, area


@kernel(
    "boolean(float64[:,::1], int64[::1], int64, int64, float64, float64, int64[::1], float64[:,:,::1], float64[::1],"
    " float64[::1])"
)
def _under(
    xy: Any,
    rings: Any,
    first: int,
    last: int,
    side: float,
    piece: float,
    keys: Any,
    coefficients: Any,
    middle: Any,
    areas: Any,
) -> bool:
    """Write the areas inside the rings from ``first`` to ``last - 1``; say whether one goes around a pole."""
    scale = 2.0 / side
    patch, around = 0, False
    for ring in range(first, last):
        west, south = np.nan, np.nan
        total, turn, datum = 0.0, 0.0, 0.0
        # Where the piece before ended, in the same patch.
        lon0, area0, begun = 0.0, 0.0, False
        for i in range(rings[ring], rings[ring + 1] - 1):
            x, y = xy[i]
            across, up = xy[i + 1, 0] - x, xy[i + 1, 1] - y
            pieces = _pieces(across, up, piece)
            for part in range(pieces):
                here, share, there = 0.0, 0.5, 1.0
                if pieces > 1:
                    here, share, there = part / pieces, (part + 0.5) / pieces, (part + 1.0) / pieces
                xm, ym = x + across * share, y + up * share
                if not (west <= xm < west + side and south <= ym < south + side):
                    column, row = np.floor(xm / side), np.floor(ym / side)
                    west, south = column * side, row * side
                    patch, begun = int(np.searchsorted(keys, int(row) * _COLUMNS + int(column))), False
                if not begun:
                    u, v = (x + across * here - west) * scale - 1.0, (y + up * here - south) * scale - 1.0
                    lon0, area0 = _place(coefficients, patch, u, v)
                    if i == rings[ring] and part == 0:
                        datum = middle[patch] + area0
                    begun = True
                u, v = (xm - west) * scale - 1.0, (ym - south) * scale - 1.0
                lon1, area1 = _place(coefficients, patch, u, v)
                u, v = (x + across * there - west) * scale - 1.0, (y + up * there - south) * scale - 1.0
                lon2, area2 = _place(coefficients, patch, u, v)
                offset = middle[patch] - datum
                # λ' at the ends and in the middle, from λ there; Simpson's weights.
                begins, middles, ends = lon1 - lon0, lon2 - lon0, lon2 - lon1
                total += (
                    (area0 + offset) * (4.0 * begins - middles)
                    + 4.0 * (area1 + offset) * middles
                    + (area2 + offset) * (4.0 * ends - middles)
                ) / 6.0
                turn += middles
                lon0, area0 = lon2, area2
        areas[ring] = abs(total)
        around |= abs(turn) > 1.0
    return around
