"""How wide an overlap is where it is widest: a strip along a border is thin however much area it has."""

from __future__ import annotations

import numpy as np
import shapely

from ecozone.measure.outlines import outlines_of
from ecozone.measure.pairs import Floats, Ints, Mask, Shapes
from ecozone.measure.shared import Shared
from ecozone.measure.workers import in_parts

#: Widths are found to this share of themselves.
_FINENESS = 0.02
_CONVEX = 1e-9
#: Of shapes up to this square of the perimeter per area, strips 25 times as long as wide, the circle is searched for.
_PLUMP = 100.0
#: GEOS constructs the circle of a triangle or convex quadrangle, whose ring closes with its first corner.
_QUADRANGLE = 5
#: An index of edges, which GEOS makes for each shape, pays only for more.
_FEW_CORNERS = 64
#: With fewer, GEOS lets go of what lies in the corner between two walls and a bend.
_QUADRANT_SEGMENTS = 16
#: So many shapes are measured at once.
_FEW_SHAPES = 256


def widths_in(shared: Shared, rows: Ints) -> Floats:
    """Return the widths of the overlaps of pairs, metres of the CRS.

    Parameters
    ----------
    shared : Shared
    rows : ndarray of int
        Of pairs that share something.

    Returns
    -------
    ndarray
        `widths_of` each overlap; NaN where it has no area, and where the site lies wholly inside: there it is the
        site's own.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from ecozone.measure.edge_index import EdgeIndex
    >>> from ecozone.measure.prepared import Prepared
    >>> from ecozone.measure.shared import shared_with
    >>> zone, site = shapely.box(500000, 4e6, 500100, 4000100), shapely.box(500099.5, 4000000, 500150, 4000080)
    >>> shared = shared_with(Prepared(gpd.GeoSeries([site], crs=4548)), EdgeIndex(np.array([zone])))
    >>> widths_in(shared, np.array([0])).round(2).tolist()
    [0.5]
    """
    widths = np.full(len(rows), np.nan)
    cut = np.flatnonzero((shared.area_m2[rows] > 0) & ~shared.inside[rows])
    if len(cut):
        widths[cut] = widths_of(shared.shapes(rows[cut]))
    return widths


def widths_of(shapes: Shapes) -> Floats:
    r"""Return the diameter of the largest circle that fits into each polygon.

    Parameters
    ----------
    shapes : ndarray of geometry
        Valid polygons, single or multi, with or without holes.

    Returns
    -------
    ndarray
        In units of the coordinates; at most 2 % too small, of long bent strips a few per cent. 0 for what has no area.

    Notes
    -----
    Of a triangle or convex quadrangle the circle is constructed, of other shapes that are convex or not long it is
    searched for. Of a long bent one the radius :math:`r` is enclosed and halved by erosion, which leaves nothing beyond
    :math:`r`; a search would take up to a hundred times as long, and GEOS erodes strips well, but not the middle of a
    plump shape. Erosion, and the search among few corners, start from
    :math:`A \le P r + \pi (h - 1) r^2` with the area, the length of all boundaries and the number of holes (inner
    parallel curves are no longer than :math:`P + 2 \pi (h - 1) t`: Sz.-Nagy 1959, Acta Sci. Math. 20:36-47), and from
    :math:`\pi r^2 \le A`.

    Examples
    --------
    >>> bend = shapely.LineString([(0, 0), (100, 30), (200, 0)]).buffer(1.5, cap_style="flat")
    >>> [round(float(width), 1) for width in widths_of(np.array([shapely.box(0, 0, 40, 3), bend]))]
    [3.0, 3.0]
    """
    widths = np.zeros(len(shapes))

    def measure(start: int, stop: int) -> None:
        widths[start:stop] = _widths(shapes[start:stop])

    in_parts(measure, len(shapes), least=_FEW_SHAPES)
    return widths


def _widths(shapes: Shapes) -> Floats:
    area, around, corners = shapely.area(shapes), shapely.length(shapes), shapely.get_num_coordinates(shapes)
    flat = area > 0
    convex = flat & (shapely.area(shapely.convex_hull(shapes)) <= area * (1.0 + _CONVEX))
    plump = flat & (around**2 <= _PLUMP * area)
    few = plump & (corners <= _FEW_CORNERS) & ~(convex & (corners <= _QUADRANGLE))
    widths = np.zeros(len(shapes))
    found = np.flatnonzero((convex | plump) & ~few)
    if len(found):
        fine = _FINENESS * area[found] / around[found]
        widths[found] = 2.0 * shapely.length(shapely.maximum_inscribed_circle(shapes[found], tolerance=fine))
    rest = np.flatnonzero(flat & ~(convex | plump) | few)
    if len(rest):
        holes = np.bincount(*_holes(shapes[rest]), minlength=len(rest))
        curl = np.pi * np.maximum(holes - 1, 0)
        low = 2.0 * area[rest] / (around[rest] + np.sqrt(around[rest] ** 2 + 4.0 * curl * area[rest]))
        some, bent = few[rest], ~few[rest]
        widths[rest[some]] = 2.0 * _searched(shapes[rest[some]], low[some])
        widths[rest[bent]] = 2.0 * _radii(shapes[rest[bent]], low[bent], np.sqrt(area[rest[bent]] / np.pi))
    return widths


def _searched(shapes: Shapes, low: Floats) -> Floats:
    """Return the largest radii that fit, of which some that fit are known."""
    from ecozone.measure.circle_kernels import radii_of

    outlines = outlines_of(shapes)
    radii_of(0, len(shapes), outlines.xy, outlines.rings, outlines.first, outlines.box, _FINENESS, low)
    return low


def _holes(shapes: Shapes) -> tuple[Ints, Floats]:
    """Return the owner of every part of shapes, and how many holes that part has."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    return owner, shapely.get_num_interior_rings(parts).astype(np.float64)


def _radii(shapes: Shapes, low: Floats, high: Floats) -> Floats:
    """Return the largest radii that fit, between these."""
    while True:
        rows = np.flatnonzero(high > low * (1.0 + _FINENESS))
        if not len(rows):
            return low
        middle = np.sqrt(low[rows] * high[rows])
        gone = _without_disc(shapes[rows], middle)
        high[rows[gone]], low[rows[~gone]] = middle[gone], middle[~gone]


def _without_disc(shapes: Shapes, radius: Floats) -> Mask:
    """Say of each polygon whether no disc of that radius fits into it."""
    gone: Mask = shapely.is_empty(shapely.buffer(shapes, -radius, quad_segs=_QUADRANT_SEGMENTS))
    return gone
