"""How many points lie on edges, where they are and under every displacement up to some distance.

This is the cross-correlation of the points with a raster of the edges. Points are few and edges many, so it is summed
point by point: each adds the raster around it. Sums are of whole numbers, the same in every order.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from ecozone.errors import GeometryError
from ecozone.geo.arrays import Floats, Ints, Mask, Shapes
from ecozone.geo.measures import parts_of, rings_of, vertices_of

#: Cell of the raster. A point fits where an edge runs through its cell or one of the eight around: 4 to 8 m, the
#: accuracy of layers drawn for planning together with that of a hand.
CELL_M = 4.0
#: Vertices that leave the outline this near are no corners, and shorter edges no edges.
SIMPLIFY_M = 1.0
#: An edge has a point for each of these metres, but not more than so many, lest one road decide for all.
SPACING_M, MOST_PER_EDGE = 20.0, 5
#: More points than this say nothing new; they are thinned.
MOST_POINTS = 1000

#: Side of the raster's tiles; with a search of 1.5 km around, 7 km.
_TILE_CELLS = 1000

Counts = npt.NDArray[np.uint16]


def lines_of(shapes: Shapes) -> Shapes:
    """Return the single lines and rings of all shapes; points have none, and what is not finite is a GeometryError."""
    parts, _ = parts_of(shapes)
    linear = np.isin(shapely.get_type_id(parts), (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING))
    lines: Shapes = np.concatenate([parts[linear], rings_of(parts)[0]])
    if not np.isfinite(shapely.get_coordinates(lines)).all():
        raise GeometryError("geo.not_finite_shape")
    return lines


def edges_of(lines: Shapes) -> tuple[Floats, Floats]:
    """Return the two ends, shape (edges, 2), of each edge of single lines."""
    xy, starts = vertices_of(lines)
    first = np.delete(np.arange(len(xy)), starts[1:] - 1)
    return xy[first], xy[first + 1]


def points_along(shapes: Shapes) -> tuple[Floats, int]:
    """Return points on the edges of shapes in metres, and the number of different corners between them.

    An edge that several shapes share counts once. The order of the shapes does not matter.

    Parameters
    ----------
    shapes : ndarray of geometries
        In metres.

    Returns
    -------
    points : ndarray, shape (points, 2)
        At most `MOST_POINTS`.
    corners : int
    """
    low, high = edges_of(shapely.simplify(lines_of(shapes), SIMPLIFY_M))
    size = np.hypot(*(high - low).T)
    low, high, size = low[size >= SIMPLIFY_M], high[size >= SIMPLIFY_M], size[size >= SIMPLIFY_M]
    count = np.clip(np.rint(size / SPACING_M), 1, MOST_PER_EDGE).astype(np.int64)
    edge = np.repeat(np.arange(len(size)), count)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    share = ((step + 0.5) / count[edge])[:, None]
    points = _one_per_cell(low[edge] * (1.0 - share) + high[edge] * share)
    if len(points) > MOST_POINTS:
        points = points[np.linspace(0, len(points) - 1, MOST_POINTS).astype(np.int64)]
    return points, len(_one_per_cell(np.concatenate([low, high])))


def _one_per_cell(points: Floats) -> Floats:
    inorder = points[np.lexsort(points.T)]
    _, first = np.unique(_cells(inorder), axis=0, return_index=True)
    return inorder[first]


def _cells(points: Floats) -> Ints:
    return np.floor(points / CELL_M).astype(np.int64)


class EdgeRaster:
    """The edges of a reference, rasterised where they are asked for.

    Parameters
    ----------
    lines : ndarray of lines and rings
        In metres.
    """

    def __init__(self, lines: Shapes) -> None:
        self._lines = lines
        self._tree = shapely.STRtree(lines)

    def hits(self, points: Floats, half: int) -> Counts:
        """Count the points that lie on an edge, for each displacement of all points.

        Parameters
        ----------
        points : ndarray, shape (points, 2)
            Metres; fewer than 65,536.
        half : int
            Displacements go to so many cells each way.

        Returns
        -------
        ndarray, shape (2 · half + 1, 2 · half + 1)
            Row j, column i: points moved by i - half cells east and j - half cells north.
        """
        width = 2 * half + 1
        total: Counts = np.zeros((width, width), dtype=np.uint16)
        cells = _cells(points)
        tiles, tile = np.unique(cells // _TILE_CELLS, axis=0, return_inverse=True)
        for i in range(len(tiles)):
            own = cells[tile.ravel() == i]
            corner = own.min(axis=0) - half
            grid = self._grid(corner, own.max(axis=0) + half + 1 - corner)
            for column, row in own - half - corner:
                total += grid[row : row + width, column : column + width]
        return total

    def _grid(self, corner: Ints, size: Ints) -> npt.NDArray[np.uint8]:
        """Return 1 where an edge runs through the cell or one of the eight around; row 0 is the south."""
        low, high = (corner - 1) * CELL_M, (corner + size + 1) * CELL_M
        near = self._lines[self._tree.query(shapely.box(*low, *high))]
        pieces = shapely.segmentize(shapely.clip_by_rect(near, *low, *high), CELL_M / 2.0)
        cells = _cells(shapely.get_coordinates(pieces)) - (corner - 1)
        columns, rows = cells[:, 0], cells[:, 1]
        thin = np.zeros((int(size[1]) + 2, int(size[0]) + 2), dtype=np.uint8)
        inside = (rows >= 0) & (rows < thin.shape[0]) & (columns >= 0) & (columns < thin.shape[1])
        thin[rows[inside], columns[inside]] = 1
        wide = thin[:, :-2] | thin[:, 1:-1] | thin[:, 2:]
        grid: npt.NDArray[np.uint8] = wide[:-2] | wide[1:-1] | wide[2:]
        return grid


def displacements_m(half: int) -> tuple[Floats, Floats]:
    """Return the metres east and north of each displacement of `EdgeRaster.hits`."""
    along = np.arange(-half, half + 1) * CELL_M
    east, north = np.meshgrid(along, along)
    return east, north


def highest_within(values: Floats, cells: int) -> Floats:
    """Return the highest value in the square of so many cells each way around each cell."""
    out = values
    for axis in (0, 1):
        padded = np.pad(out, [(cells, cells) if axis == other else (0, 0) for other in (0, 1)], mode="edge")
        out = np.lib.stride_tricks.sliding_window_view(padded, 2 * cells + 1, axis).max(axis=-1)
    return out


def peak(values: Floats, allowed: Mask) -> tuple[float, Floats]:
    """Return the highest allowed value, and the metres east and north of it: the middle of what is nearly as high.

    Parameters
    ----------
    values, allowed : ndarray, shape (2 · half + 1, 2 · half + 1)
        By displacement, as `EdgeRaster.hits`.
    """
    half = len(values) // 2
    east, north = displacements_m(half)
    where = np.unravel_index(int(np.argmax(np.where(allowed, values, -1.0))), values.shape)
    top = float(values[where])
    beside = (np.abs(east - east[where]) <= 3 * CELL_M) & (np.abs(north - north[where]) <= 3 * CELL_M)
    weight = np.where(beside & allowed, np.maximum(values - 0.9 * top, 0.0), 0.0)
    if not weight.any():
        return top, np.array([east[where], north[where]])
    return top, np.array([(weight * east).sum(), (weight * north).sum()]) / weight.sum()
