"""Longitude and the authalic function as polynomials in small squares of a CRS: for very many places at once.

In a square of 20 km both are smooth to the last digit of double precision; a polynomial of the fifth degree takes the
place of a projection's inverse, which costs a hundred times as much. Where it does not hold, as where a datum shift by
grid has an edge, that is found out and said.
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial import chebyshev
from pyproj import CRS

from ecozone.geo.arrays import Floats, Ints, Mask
from ecozone.geo.ellipsoid import SEMI_MAJOR_M, authalic_m2, lonlat_rad

#: Side of a square, metres, and the degree of the polynomials.
PATCH_M = 20_000.0
DEGREE = 5
#: Powers of the first and of the second coordinate in each term.
TERMS = np.array([(i, j) for i in range(DEGREE + 1) for j in range(DEGREE + 1 - i)])
#: By how much a polynomial may miss, radians: a tenth of a micrometre, 10⁻¹¹ of a patch.
_MISS = 2e-14
#: How far edges that begin in a square may lead, in halves of its side.
_REACH = 1.1


def _powers(places: Floats) -> Floats:
    return np.asarray(places[:, :1] ** TERMS[:, 0] * places[:, 1:] ** TERMS[:, 1])


def _pairs(along: Floats) -> Floats:
    return np.stack(np.meshgrid(along, along, indexing="ij"), axis=-1).reshape(-1, 2)


_NODES = _pairs(chebyshev.chebpts1(DEGREE + 2) * _REACH)
_FIT = np.linalg.pinv(_powers(_NODES))
_TRIED = _pairs(np.array([-_REACH, 0.1, _REACH]))
_AT_TRIED = _powers(_TRIED)


def authalic_patches(squares: Ints, side: float, crs: CRS) -> tuple[Floats, Floats, Mask]:
    """Fit longitude and authalic function in squares of a CRS.

    Parameters
    ----------
    squares : ndarray, shape (n, 2)
        Column and row of each square in the lattice through the origin of the CRS.
    side : float
        Of a square, in units of the CRS.
    crs : CRS

    Returns
    -------
    coefficients : ndarray, shape (n, terms, 2)
        Of the products of powers of the two coordinates that `TERMS` lists, -1 … 1 in the square, 0 in its middle: of
        the longitude (radians) and of the authalic function (m² a radian), both from the square's middle on.
    middle_m2 : ndarray, shape (n,)
        The authalic function in the middle.
    true : ndarray of bool, shape (n,)
        Whether the polynomials hold to the last digits.

    Raises
    ------
    CrsError
        As `ecozone.geo.ellipsoid.lonlat_rad`: some of these places may lie off the map though no vertex does.

    Examples
    --------
    >>> _, middle, true = authalic_patches(np.array([[26, 216]]), 20_000.0, CRS(4548))
    >>> middle.round(-9).tolist(), true.tolist()
    ([25532000000000.0], [True])
    """
    places = np.concatenate([[[0.0, 0.0]], _NODES, _TRIED])
    at = (squares[:, None, :] + 0.5 + places / 2.0) * side
    lon, lat = lonlat_rad(at[..., 0], at[..., 1], crs)
    area = authalic_m2(lat)
    lon, from_middle = np.remainder(lon - lon[:, :1] + np.pi, 2.0 * np.pi) - np.pi, area - area[:, :1]
    values = np.stack([lon, from_middle], axis=-1)
    found = np.zeros((len(squares), len(TERMS), 2))
    nodes, tried = values[:, 1 : 1 + len(_NODES)], values[:, 1 + len(_NODES) :]
    # Sums written out: a matrix product may round a row otherwise at another place in the array.
    for node in range(len(_NODES)):
        found += _FIT[:, node, None] * nodes[:, node, None]
    missed = -tried
    for term in range(len(TERMS)):
        missed += _AT_TRIED[:, term, None] * found[:, term, None]
    true = np.abs(missed) <= [_MISS, _MISS * SEMI_MAJOR_M**2]
    return found, area[:, 0], np.asarray(true.all(axis=(1, 2)))
