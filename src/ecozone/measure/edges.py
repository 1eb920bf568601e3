"""The edges of polygons on a raster's grid, and which of them each strip of the raster needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from affine import Affine

from ecozone.measure.arrays import Floats, Ints, Mask, Shapes
from ecozone.measure.compiled import kernel

#: Vertices this near a grid line, in cells, lie on it: 10 nm on a 10 m grid, what degrees in double precision resolve.
_SNAP = 1e-9


@dataclass(frozen=True)
class StripEdges:
    """The edges that enter one strip: what a strip needs to know of the polygons.

    ``edges``, shape (n, 4): ends (x0, y0, x1, y1) in grid coordinates, uncut, covered ground on the right of those
    that go down. ``shapes``: numbers of the polygons they belong to, rising; ``starts``, one longer: where each one's
    edges start.
    """

    shapes: Ints
    starts: Ints
    edges: Floats


@dataclass(frozen=True)
class GridEdges:
    """Polygons on a grid, with the edges that enter each strip.

    ``xy``: vertices in grid coordinates, ring after ring; ``rings``: where each ring starts, and the end; ``owner``:
    the polygon of each ring; ``reach``, shape (polygons, 2): the columns that each polygon reaches from and to. Edges
    go by the number of their first vertex: ``order[strips[s]:strips[s + 1]]`` are those that enter strip ``s``.
    """

    xy: Floats
    rings: Ints
    owner: Ints
    reach: Floats
    order: Ints
    strips: Ints

    def strip(self, number: int, left: int, right: int) -> StripEdges:
        """Return what the columns from ``left`` to ``right`` of a strip need: of what lies left of them, too."""
        order = self.order[self.strips[number] : self.strips[number + 1]]
        edges, owners = np.empty((len(order), 4)), np.empty(len(order), np.int64)
        count = _gather(order, self.xy, self.rings, self.owner, self.reach, float(left), float(right), edges, owners)
        starts = np.flatnonzero(np.diff(owners[:count], prepend=-1))
        return StripEdges(owners[starts], np.append(starts, count), edges[:count])

    def strips_met(self) -> list[int]:
        """Return the numbers of the strips that any edge enters."""
        return [int(number) for number in np.flatnonzero(np.diff(self.strips))]


@dataclass(frozen=True)
class Rings:
    """Polygons taken apart.

    ``xy``: vertices, ring after ring; ``rings``: where each ring starts, and the end; ``outer``: which are outer ones;
    ``owner``: the polygon of each.
    """

    xy: Floats
    rings: Ints
    outer: Mask
    owner: Ints


def grid_edges(taken: Rings, transform: Affine, width: int, height: int, strip_height: int) -> GridEdges:
    """Return polygons' edges on the grid of a raster.

    Parameters
    ----------
    taken : Rings
        Polygons in the CRS of the grid. Their vertices are moved to where they lie on it, in place.
    transform : Affine
        From (column, row) to (x, y), not rotated.
    width, height : int
        Columns and rows of the grid.
    strip_height : int
        Rows of a strip.
    """
    count = -(-height // strip_height)
    if not len(taken.owner):
        nothing = np.zeros(0, np.int64)
        ends = np.zeros(1, np.int64), nothing, np.zeros((0, 2)), nothing, np.zeros(count + 1, np.int64)
        return GridEdges(np.zeros((0, 2)), *ends)
    xy, rings, outer, owner = taken.xy, taken.rings, taken.outer, taken.owner
    snaps = [
        max(_SNAP, 4.0 * float(np.spacing(max(abs(values.min()), abs(values.max())))) / abs(cell))
        for values, cell in ((xy[:, 0], transform.a), (xy[:, 1], transform.e))
    ]
    grid = np.array([transform.c, transform.a, transform.f, transform.e, *snaps])
    _to_grid(xy, rings, outer, grid)
    strips = np.zeros(count + 1, np.int64)
    _enter(xy, rings, strip_height, height, float(width), strips[1:], np.zeros(0, np.int64))
    strips = np.cumsum(strips)
    order = np.empty(strips[-1], np.int64)
    _enter(xy, rings, strip_height, height, float(width), strips[:-1].copy(), order)
    low = np.minimum.reduceat(xy[:, 0], rings[:-1])
    high = np.maximum.reduceat(xy[:, 0], rings[:-1])
    firsts = np.flatnonzero(np.diff(owner, prepend=-1))
    reach = np.column_stack([np.minimum.reduceat(low, firsts), np.maximum.reduceat(high, firsts)])
    return GridEdges(xy, rings, owner, reach, order, strips)


def rings_of(shapes: Shapes) -> Rings:
    """Take polygons apart; none is empty."""
    if not len(shapes):
        nothing = np.zeros(0, np.int64)
        return Rings(np.zeros((0, 2)), np.zeros(1, np.int64), np.zeros(0, np.bool_), nothing)
    if (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON).all() and not shapely.get_num_interior_rings(
        shapes
    ).any():
        # To take polygons apart costs more than all the rest where they are many and have one ring each.
        rings = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(shapes))]).astype(np.int64)
        return Rings(shapely.get_coordinates(shapes), rings, np.ones(len(shapes), np.bool_), np.arange(len(shapes)))
    _, xy, offsets = shapely.to_ragged_array(shapes, include_z=False)
    rings, polygons = np.asarray(offsets[0], np.int64), np.asarray(offsets[1], np.int64)
    outer = np.zeros(len(rings) - 1, np.bool_)
    outer[polygons[:-1][np.diff(polygons) > 0]] = True
    firsts = polygons if len(offsets) == 2 else polygons[np.asarray(offsets[2], np.int64)]
    owner = np.repeat(np.arange(len(shapes)), np.diff(firsts))
    filled = np.diff(rings) > 0
    rings = np.append(rings[:-1][filled], rings[-1])
    return Rings(np.require(xy, np.float64, ("C", "W")), rings, outer[filled], owner[filled])


@kernel("void(float64[:,::1], int64[::1], boolean[::1], float64[::1])")
def _to_grid(xy: Any, rings: Any, outer: Any, grid: Any) -> None:
    """Take vertices to grid coordinates; turn rings round so that covered ground lies right of edges that go down."""
    for ring in range(rings.size - 1):
        first, last = rings[ring], rings[ring + 1]
        for i in range(first, last):
            for axis in range(2):
                place = (xy[i, axis] - grid[2 * axis]) / grid[2 * axis + 1]
                line = np.rint(place)
                xy[i, axis] = line if abs(place - line) < grid[4 + axis] else place
        twice = 0.0
        x, y = xy[first]
        for i in range(first, last - 1):
            twice += (xy[i, 0] - x) * (xy[i + 1, 1] - y) - (xy[i + 1, 0] - x) * (xy[i, 1] - y)
        if (twice > 0.0) == outer[ring]:
            for i in range((last - first) // 2):
                for axis in range(2):
                    here = xy[first + i, axis]
                    xy[first + i, axis] = xy[last - 1 - i, axis]
                    xy[last - 1 - i, axis] = here


@kernel("void(float64[:,::1], int64[::1], int64, int64, float64, int64[::1], int64[::1])")
def _enter(xy: Any, rings: Any, strip_height: int, height: int, width: float, at: Any, order: Any) -> None:
    """Write each edge's number for every strip that it enters, strip s from place ``at[s]`` on, which moves on.

    With no room in ``order``, count them only: ``at[s]`` grows by the edges that enter strip s.
    """
    writing = order.size > 0
    strip, top, foot = 0, 0.0, float(strip_height)
    for ring in range(rings.size - 1):
        for i in range(rings[ring], rings[ring + 1] - 1):
            high, low = min(xy[i, 1], xy[i + 1, 1]), max(xy[i, 1], xy[i + 1, 1])
            if high == low or low <= 0.0 or high >= height or min(xy[i, 0], xy[i + 1, 0]) >= width:
                continue
            if high < top or high >= foot:
                strip = int(max(high, 0.0)) // strip_height
                top = float(strip * strip_height)
                foot = top + strip_height
            entered, end = strip, foot
            while True:
                if writing:
                    order[at[entered]] = i
                at[entered] += 1
                entered += 1
                if low <= end or entered == at.size:
                    break
                end += strip_height


@kernel(
    "int64(int64[::1], float64[:,::1], int64[::1], int64[::1], float64[:,::1], float64, float64, float64[:,::1],"
    " int64[::1])"
)
def _gather(
    order: Any, xy: Any, rings: Any, owner: Any, reach: Any, left: float, right: float, edges: Any, owners: Any
) -> int:
    """Write the ends of the edges that matter to some columns, and their polygons; return how many there are."""
    ring, n = 0, 0
    for k in range(order.size):
        i = order[k]
        while rings[ring + 1] <= i:
            ring += 1
        shape = owner[ring]
        if reach[shape, 0] < right and reach[shape, 1] > left and min(xy[i, 0], xy[i + 1, 0]) < right:
            owners[n] = shape
            edges[n, 0], edges[n, 1] = xy[i]
            edges[n, 2], edges[n, 3] = xy[i + 1]
            n += 1
    return n
