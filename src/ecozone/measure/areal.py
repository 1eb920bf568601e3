"""The areal scale of a projection near each shape, as a polynomial of the second degree."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from ecozone.geo import area_m2
from ecozone.measure.pairs import Floats, Mask

#: Squares in which one polynomial holds, metres; a larger shape has a larger square of its own.
_LEAST_SIDE_M = 16_384.0
#: By how little a polynomial may miss the scale of any cell, share.
_MISS = 5e-9
#: Cells of a square, west to east and south to north; the polynomial is fitted to their areas.
_CELLS = 4
_STEP = 2.0 / _CELLS
_SOUTHWEST = np.array([(i * _STEP - 1.0, j * _STEP - 1.0) for i in range(_CELLS) for j in range(_CELLS)])


def _means(low: Floats, step: float) -> Floats:
    """Return the means of 1, x, y, x², xy and y² over square cells."""
    x, y = (low + step / 2.0).T
    spread = step * step / 12.0
    return np.column_stack([np.ones_like(x), x, y, x * x + spread, x * y, y * y + spread])


_MEANS = _means(_SOUTHWEST, _STEP)
_FIT = np.linalg.pinv(_MEANS)


def scales_near(box: Floats, crs: CRS) -> tuple[Floats, Mask]:
    """Fit the areal scale around each box.

    Parameters
    ----------
    box : ndarray, shape (n, 4)
        West, south, east and north; metres of ``crs``, which is metric.
    crs : CRS

    Returns
    -------
    coefficients : ndarray, shape (n, 6)
        Of 1, x, y, x², xy and y², metres from the south-western corner of the box; m² of the ellipsoid per m².
    true : ndarray of bool, shape (n,)
        Whether the polynomial holds to 5·10⁻⁹; not for boxes of a hundred kilometres.

    Examples
    --------
    >>> scale, true = scales_near(np.array([[535e3, 433e4, 536e3, 4331e3]]), CRS("EPSG:4548"))
    >>> scale[0, :2].round(8).tolist(), true.tolist()
    ([0.99996985, -0.0], [True])
    """
    coefficients, true = np.zeros((len(box), 6)), np.zeros(len(box), dtype=bool)
    coefficients[:, 0] = 1.0
    rows = np.flatnonzero(np.isfinite(box).all(axis=1))
    if not len(rows):
        return coefficients, true
    corner, far = box[rows, :2], box[rows, 2:]
    extent = (far - corner).max(axis=1)
    side = np.maximum(_LEAST_SIDE_M, 2.0 ** np.ceil(np.log2(np.maximum(2.0 * extent, 1.0))))
    square = np.floor((corner + far) / 2.0 / side[:, None])
    keys, of = np.unique(np.column_stack([side, square]), axis=0, return_inverse=True)
    of = of.reshape(-1)
    sides, middles = keys[:, 0], (keys[:, 1:] + 0.5) * keys[:, :1]
    # A shape with its middle in the square reaches no farther than a quarter of a side beyond it.
    half = 0.75 * sides
    low = middles[:, None, :] + half[:, None, None] * _SOUTHWEST
    wide = (half * _STEP)[:, None]
    cells = shapely.box(low[..., 0], low[..., 1], low[..., 0] + wide, low[..., 1] + wide)
    found = area_m2(gpd.GeoSeries(cells.ravel(), crs=crs)).to_numpy().reshape(cells.shape) / wide**2
    fitted, missed = np.zeros((len(keys), 6)), np.zeros(len(keys))
    # Sums written out: a matrix product may round a row otherwise at another place in the array.
    for term in range(6):
        for cell in range(len(_SOUTHWEST)):
            fitted[:, term] += _FIT[term, cell] * found[:, cell]
    for cell, means in enumerate(_MEANS):
        there = np.zeros(len(keys))
        for term in range(6):
            there += means[term] * fitted[:, term]
        missed = np.maximum(missed, np.abs(there / found[:, cell] - 1.0))
    c, d, e, f, g, h = (fitted[of] / half[of, None] ** np.array([0, 1, 1, 2, 2, 2])).T
    x, y = (corner - middles[of]).T
    coefficients[rows] = np.column_stack(
        [c + d * x + e * y + f * x * x + g * x * y + h * y * y, d + 2 * f * x + g * y, e + g * x + 2 * h * y, f, g, h]
    )
    true[rows] = (missed <= _MISS)[of]
    return coefficients, true
