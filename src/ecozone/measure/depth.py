"""How far what lies inside a zone reaches in from its boundary."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from ecozone.measure.outlines import outlines_of
from ecozone.measure.pairs import Floats, Ints
from ecozone.measure.prepared import middles_of
from ecozone.measure.shared import Shared
from ecozone.measure.workers import in_parts

#: Of the corners of one shape, so many are tried where it has more: those farthest from the boundary's point nearest to
#: the shape's middle.
_CORNERS = 64
#: Of a shape whose middle lies so many times its extent from the boundary, the farthest of its corners tells enough.
_DEEP = 2.0
#: Where no corner reaches in by this share of the shape's extent (a strip across it, a zone inside it), its middle may.
_SHALLOW = 0.25
#: The centre of the largest inscribed circle is found to this share of the extent.
_FINENESS = 0.01
#: So many circles are inscribed at once.
_FEW_CIRCLES = 256


def depths_in(shared: Shared, rows: Ints) -> Floats:
    """Return how far the overlaps of pairs reach in from the boundary of their zone, at least.

    Parameters
    ----------
    shared : Shared
    rows : ndarray of int
        Of pairs that share something.

    Returns
    -------
    ndarray
        Metres of the CRS: the farthest from the boundary of the overlap's corners, a point of its surface and, where
        they all lie near the boundary, the centre of its largest inscribed circle; 0 for zones that are lines or
        points.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from ecozone.measure.shared import shared_with
    >>> from ecozone.measure.edge_index import EdgeIndex
    >>> from ecozone.measure.prepared import Prepared
    >>> zone, site = shapely.box(500000, 4e6, 500100, 4000100), shapely.box(500010, 4000040, 500030, 4000060)
    >>> shared = shared_with(Prepared(gpd.GeoSeries([site], crs=4548)), EdgeIndex(np.array([zone])))
    >>> depths_in(shared, np.array([0])).round(6).tolist()
    [30.0]
    """
    depths = np.zeros(len(rows))
    deep = np.flatnonzero(shared.zones.outlines.dimension[shared.right[rows]] == 2)
    for at in (deep[shared.inside[rows[deep]]], deep[~shared.inside[rows[deep]]]):
        if len(at):
            depths[at] = _depths(shared, rows[at])
    return depths


def _depths(shared: Shared, rows: Ints) -> Floats:
    """Return the depths of pairs that are all inside, or all not."""
    from ecozone.measure.depth_kernels import depths_of

    index, zone = shared.zones, shared.right[rows].astype(np.int64)
    shapes = shared.shapes(rows)
    if shared.inside[rows[0]]:
        which = shared.left[rows].astype(np.int64)
        outlines, middle = shared.sites.outlines, shared.sites.middle[which]
    else:
        which = np.arange(len(rows), dtype=np.int64)
        outlines, middle = outlines_of(shapes), middles_of(shapes)
    depths = np.zeros(len(rows))
    arrays: tuple[Any, ...] = (
        *(which, zone, middle, _CORNERS, _DEEP),
        *(outlines.xy, outlines.rings, outlines.first, outlines.box, *index.boundary, depths),
    )
    in_parts(lambda start, stop: depths_of(start, stop, *arrays), len(rows))
    west, south, east, north = outlines.box[which].T
    extent = np.maximum(east - west, north - south)
    shallow = np.flatnonzero((outlines.dimension[which] == 2) & (depths < _SHALLOW * extent))
    if len(shallow):
        centres = np.full(len(shallow), None, dtype=object)

        def inscribe(start: int, stop: int) -> None:
            some = shallow[start:stop]
            circles = shapely.maximum_inscribed_circle(shapes[some], tolerance=_FINENESS * extent[some])
            centres[start:stop] = shapely.get_point(circles, 0)

        in_parts(inscribe, len(shallow), least=_FEW_CIRCLES)
        depths[shallow] = np.maximum(depths[shallow], index.depths(shapely.get_coordinates(centres), zone[shallow]))
    return depths
