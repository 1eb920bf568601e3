"""Intersection, difference and union on a millimetre grid, each result checked against the relation of its inputs.

GEOS's overlay in floating point is silently wrong for some valid inputs (libgeos #942, #965, #1170, #1344, #1523,
shapely #1871): a shared edge became an overlap of 15 851 m², a union lost one of its two members. On a grid it was
right each time, and so was ``relate``, which is reckoned in another way; here the two must agree.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from geopandas import GeoSeries
from shapely.geometry.base import BaseGeometry

from ecozone.geo.arrays import Floats, Ints, Mask, Shapes
from ecozone.geo.crs import norm_crs, require_same_crs
from ecozone.geo.grid import GRID_M, GRIDS, SHARE, defect, gathered, require_metric, require_valid

_EMPTY = np.array([shapely.MultiPoint(), shapely.LineString(), shapely.Polygon()], dtype=object)


def intersection(a: GeoSeries, b: GeoSeries) -> GeoSeries:
    """Return what ``a`` and ``b`` share, row by row, in the lower of their two dimensions.

    A border shared by two polygons is no overlap; a line along a border is inside, as is a point on it. Where one shape
    covers the other the result is that other to the last digit; else its vertices lie on the grid. An overlap thinner
    than the grid may vanish, and lines that run along each other or along a border so near that the grid does not tell
    them apart may share what they run along.

    Parameters
    ----------
    a, b : GeoSeries
        Of one index and one projected CRS in metres; valid points, lines or polygons (see `repair`).

    Returns
    -------
    GeoSeries
        Index of ``a``; empty where nothing is shared, None where one is None.

    Raises
    ------
    CrsMismatchError, CrsError
        Two CRS, or one that is not in metres.
    GeometryError
        A shape is not valid, or a collection of mixed kinds.
    DefectError
        The overlay contradicts the relation of the two shapes.

    Examples
    --------
    >>> a = GeoSeries([shapely.box(0, 0, 10, 10)], crs=4548)
    >>> b = GeoSeries([shapely.box(8, 0, 20, 10)], crs=4548)
    >>> float(intersection(a, b).area[0])
    20.0
    """
    first, second = _pair(a, b)
    return GeoSeries(intersections(first, second), index=a.index, crs=norm_crs(a.crs))


def difference(a: GeoSeries, b: GeoSeries) -> GeoSeries:
    """Return what of ``a`` lies outside ``b``, row by row.

    ``a`` itself, to the last digit, where the two share nothing. The area (length) of the two parts of ``a`` must be
    that of ``a``.

    Parameters
    ----------
    a, b : GeoSeries
        As for `intersection`.

    Returns
    -------
    GeoSeries
        Index of ``a``; empty where ``b`` covers ``a``, None where one is None.

    Raises
    ------
    CrsMismatchError, CrsError, GeometryError, DefectError
        As `intersection`.

    Examples
    --------
    >>> a = GeoSeries([shapely.box(0, 0, 10, 10)], crs=4548)
    >>> b = GeoSeries([shapely.box(8, 0, 20, 10)], crs=4548)
    >>> float(difference(a, b).area[0])
    80.0
    """
    first, second = _pair(a, b)
    shapely.prepare(second)
    shared = intersections(first, second)
    out = first.copy()
    out[shapely.is_missing(shared)] = None
    kind = shapely.get_dimensions(first)
    lower = kind > shapely.get_dimensions(second)
    covered = shapely.covers(second, first)
    out[covered] = _EMPTY[kind[covered]]
    rows = np.flatnonzero(~shapely.is_missing(shared) & ~shapely.is_empty(shared) & ~covered & ~lower)
    if rows.size:
        cut = _settle(
            first[rows],
            second[rows],
            kind[rows],
            shapely.difference,
            lambda cut: (
                np.abs(_size(cut) + _size(shared[rows]) - _size(first[rows]))
                <= _noise(cut) + _noise(shared[rows]) + _noise(first[rows]) + SHARE * _size(first[rows])
            ),
            "difference",
        )
        out[rows] = cut
    return GeoSeries(out, index=a.index, crs=norm_crs(a.crs))


def _pair(a: GeoSeries, b: GeoSeries) -> tuple[Shapes, Shapes]:
    require_metric(require_same_crs(a, b))
    if not a.index.equals(b.index):
        raise ValueError("shapes are overlaid row by row: the two indexes differ")
    first, second = (np.asarray(series.array, dtype=object) for series in (a, b))
    for shapes in (first, second):
        require_valid(shapes, a.index)
    return first, second


def _size(shapes: Shapes) -> Floats:
    """Return area, length or count, by the dimension of each shape."""
    kind = shapely.get_dimensions(shapes)
    count = shapely.get_num_coordinates(shapes).astype(np.float64)
    size: Floats = np.select([kind == 2, kind == 1], [shapely.area(shapes), shapely.length(shapes)], count)
    return size


def _noise(shapes: Shapes) -> Floats:
    """Return the change of size that moving vertices by a grid step can make."""
    kind = shapely.get_dimensions(shapes)
    noise: Floats = GRID_M * np.select(
        [kind == 2, kind == 1], [shapely.length(shapes), 2.0 * shapely.get_num_coordinates(shapes)], 0.0
    )
    return noise


def _meets(first: Shapes, second: Shapes) -> Mask:
    """Say whether two shapes share something of the lower of their dimensions, by their DE-9IM relation."""
    kinds = shapely.get_dimensions(first), shapely.get_dimensions(second)
    relation = np.asarray(shapely.relate(first, second), dtype="U9").view("U1").reshape(-1, 9)
    inside = relation[:, 0]
    # Interior of the line with the border of the polygon.
    along = np.where(kinds[0] <= kinds[1], relation[:, 1], relation[:, 3])
    either = np.isin(relation[:, [0, 1, 3, 4]], ["0", "1", "2"]).any(axis=1)
    lower = np.minimum(*kinds)
    one_line = (lower == 1) & (kinds[0] != kinds[1])
    return np.select([lower == 2, lower == 1], [inside == "2", (inside == "1") | (one_line & (along == "1"))], either)


def intersections(first: Shapes, second: Shapes) -> Shapes:
    """Return `intersection` of arrays.

    The caller has made sure that all are in one CRS in metres and valid, which takes longer to see than to overlay many
    of them.
    """
    out = np.full(len(first), None, dtype=object)
    known = ~(shapely.is_missing(first) | shapely.is_missing(second))
    lower = np.minimum(shapely.get_dimensions(first), shapely.get_dimensions(second))
    out[known] = _EMPTY[np.maximum(lower[known], 0)]
    # The shape with more vertices comes first: it is the one whose prepared form pays.
    larger = shapely.get_num_coordinates(first) >= shapely.get_num_coordinates(second)
    one, two = np.where(larger, first, second), np.where(larger, second, first)
    shapely.prepare(one)
    rows = np.flatnonzero(known & shapely.intersects(one, two))
    if not rows.size:
        return out
    one, two, lower = one[rows], two[rows], lower[rows]
    # What is covered is shared whole, whatever its relation says beyond that.
    whole_two = (shapely.get_dimensions(two) == lower) & shapely.covers(one, two)
    whole_one = ~whole_two & (shapely.get_dimensions(one) == lower) & _boxed(two, one)
    whole_one[whole_one] = shapely.covers(two[whole_one], one[whole_one])
    rest = ~(whole_two | whole_one)
    meets = np.ones(len(one), dtype=bool)
    meets[rest] = _meets(one[rest], two[rest])
    found = np.where(whole_two, two, np.where(whole_one, one, _EMPTY[lower]))
    points = meets & (lower == 0) & ~whole_two & ~whole_one
    found[points] = shapely.intersection(one[points], two[points])
    cut = np.flatnonzero(~(whole_two | whole_one) & (lower > 0))
    if cut.size:
        found[cut] = _settle(
            one[cut],
            two[cut],
            lower[cut],
            shapely.intersection,
            lambda shared: _agrees(shared, one[cut], two[cut], meets[cut], lower[cut]),
            "intersection",
        )
        # Areas that only touch leave slivers on the grid; lines that run along each other are one there, or are not.
        none = cut[~meets[cut] & (_size(found[cut]) <= _noise(found[cut]))]
        found[none] = _EMPTY[lower[none]]
    out[rows] = found
    return out


def _boxed(outer: Shapes, inner: Shapes) -> Mask:
    """Say whether the box of ``inner`` lies in that of ``outer``: only then can it be covered."""
    far, near = shapely.bounds(outer), shapely.bounds(inner)
    within: Mask = (far[:, :2] <= near[:, :2]).all(axis=1) & (far[:, 2:] >= near[:, 2:]).all(axis=1)
    return within


def _agrees(shared: Shapes, one: Shapes, two: Shapes, meets: Mask, lower: Ints) -> Mask:
    """Say whether an intersection can be true: it is there if the shapes meet, and no larger than either."""
    size, noise = _size(shared), _noise(shared)
    least = np.minimum(*(np.where(shapely.get_dimensions(side) == lower, _size(side), np.inf) for side in (one, two)))
    fine = np.where(meets, size <= least * (1.0 + SHARE) + noise, size <= noise)
    for i in np.flatnonzero(meets & (size == 0.0)):
        fine[i] = _thin(one[i], two[i])
    for i in np.flatnonzero(~fine & ~meets & (lower == 1)):
        fine[i] = all(shapely.covers(shapely.buffer(side, 2.0 * GRID_M), shared[i]) for side in (one[i], two[i]))
    return fine


def _thin(one: BaseGeometry, two: BaseGeometry) -> bool:
    """Say whether no disc of two grid steps fits into the overlap, so that it may vanish on the grid."""
    inner = [shapely.buffer(side, -2.0 * GRID_M) if shapely.get_dimensions(side) == 2 else side for side in (one, two)]
    if all(shapely.get_dimensions(side) == 1 for side in inner):
        return True
    return not shapely.intersects(*inner)


def _settle(
    one: Shapes,
    two: Shapes,
    kind: Ints,
    overlay: Callable[..., Shapes],
    fine: Callable[[Shapes], Mask],
    what: str,
) -> Shapes:
    """Overlay on one grid after the other until the result is fine."""
    out = np.full(len(one), None, dtype=object)
    wrong = np.ones(len(one), dtype=bool)
    for grid in GRIDS:
        out[wrong] = _only(overlay(one[wrong], two[wrong], grid_size=grid), kind[wrong])
        wrong = ~fine(out)
        if not wrong.any():
            return out
    i = int(np.argmax(wrong))
    raise defect(what, one[i], two[i])


def _only(shapes: Shapes, kind: Ints) -> Shapes:
    """Leave the parts of the wanted dimension: where shapes touch, an overlay also returns lines and points."""
    out = shapes.copy()
    for i in np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION):
        parts = shapely.get_parts(shapes[i])
        out[i] = gathered([part for part in parts if shapely.get_dimensions(part) == kind[i]] or [_EMPTY[kind[i]]])
    other = ~shapely.is_empty(out) & (shapely.get_dimensions(out) != kind)
    out[other | shapely.is_empty(out)] = _EMPTY[kind[other | shapely.is_empty(out)]]
    return out
