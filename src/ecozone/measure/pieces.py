"""The parts of large zones that decide about small sites: what is done to a zone is done to a piece of it."""

from __future__ import annotations

import numpy as np
import shapely

from ecozone.measure.pairs import Floats, Ints, Shapes

#: A zone of so few vertices stays whole.
_FEW_VERTICES = 64
#: Sides of the squares that zones are cut by: those of one site lie in few, those of neighbours in the same.
_LEAST_SIDE_M = 128.0


def pieces_of(zones: Shapes, right: Ints, box: Floats, margin_m: float) -> tuple[Shapes, Ints]:
    """Return the parts of zones that decide about sites, and which of them is each pair's.

    The part reaches so far beyond the site that its cut edges, moved by a quarter of the margin, do not reach it. Which
    square it is cut by depends on the site alone, whatever other sites there are.

    Parameters
    ----------
    zones : ndarray of geometry
        In a metric CRS.
    right : ndarray of int
        The zone of each pair.
    box : ndarray, shape (pairs, 4)
        Of the site of each pair.
    margin_m : float

    Examples
    --------
    >>> zone = shapely.Point(0, 0).buffer(1000)
    >>> piece, which = pieces_of(np.array([zone]), np.array([0, 0]), np.array([[990, 0, 1010, 20.0]] * 2), 20.0)
    >>> len(piece), which.tolist(), piece[0].area < zone.area / 10
    (1, [0, 0], True)
    """
    x0, y0, x1, y1 = box.T
    reach = np.maximum(x1 - x0, y1 - y0) / 2 + margin_m
    side = np.maximum(_LEAST_SIDE_M, 2.0 ** np.ceil(np.log2(2 * reach)))
    column, row = np.floor((x0 + x1) / 2 / side), np.floor((y0 + y1) / 2 / side)
    few = (shapely.get_num_coordinates(zones) <= _FEW_VERTICES) | (shapely.get_dimensions(zones) < 2)
    keys = np.stack([right.astype(float), *(np.where(few[right], 0.0, of) for of in (side, column, row))], axis=1)
    unique, which = np.unique(keys, axis=0, return_inverse=True)
    zone, side, column, row = unique.T
    pieces = zones[zone.astype(np.intp)]
    cut = np.flatnonzero(side > 0)
    # A square and half as much around it: a site with its middle in the square lies inside with all its reach.
    west, south, side = ((column - 0.5) * side)[cut], ((row - 0.5) * side)[cut], 2.0 * side[cut]
    clipped = np.array(
        [
            shapely.clip_by_rect(*one)
            for one in zip(pieces[cut], west, south, west + side, south + side, strict=True)
        ],
        dtype=object,
    )  # fmt: skip
    # Where the cut leaves what is no polygon, the whole zone stands.
    sound = np.isin(shapely.get_type_id(clipped), _POLYGONS) & shapely.is_valid(clipped)
    pieces[cut[sound]] = clipped[sound]
    return pieces, which.reshape(-1)


_POLYGONS = (int(shapely.GeometryType.POLYGON), int(shapely.GeometryType.MULTIPOLYGON))
