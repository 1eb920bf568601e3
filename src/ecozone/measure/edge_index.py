"""The index of a layer's edges: built once for a layer, asked by every site."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from ecozone.geo import shape_areas
from ecozone.measure import index_file
from ecozone.measure.outlines import Indices, Longs, Outlines, Signs, outlines_of
from ecozone.measure.pairs import Floats, Ints, Mask, Shapes
from ecozone.measure.workers import in_parts

#: The index of a layer of so many vertices is kept in a file; that of a smaller one is built as fast as it is read.
LARGE = 200_000
#: A zone has no more slabs than this.
_MOST_SLABS = 8192
#: Width of the slab of a zone that is a point or an upright line, metres.
_LEAST_WIDTH_M = 1e-3


@dataclass(frozen=True, eq=False)
class Slabs:
    """Edges listed by slabs of equal width from the west of each zone to its east.

    Attributes
    ----------
    west : ndarray, shape (zones,)
    per_m : ndarray, shape (zones,)
        Slabs in a metre.
    count : ndarray, shape (zones,)
        Slabs of each zone.
    first : ndarray, shape (zones,)
        The first slab of each zone.
    pointer : ndarray, shape (slabs + 1,)
        Where the edges of each slab start in ``edge``, and the end.
    edge : ndarray of int32
        The first vertex of an edge.
    """

    west: Floats
    per_m: Floats
    count: Longs
    first: Longs
    pointer: Longs
    edge: Indices

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """All of it, in the order in which compiled code takes it."""
        return self.west, self.per_m, self.count, self.first, self.pointer, self.edge


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """Boxes over runs of edges, boxes over those, and so on.

    Attributes
    ----------
    box : ndarray, shape (nodes, 4)
        West, south, east and north: first of the runs, then level by level.
    slant : ndarray, shape (nodes, 4)
        The same on axes turned by 45 degrees: the least x + y and x - y, and the greatest.
    level : ndarray
        Where each level starts in ``box``, and the end.
    start, stop : ndarray, shape (runs,)
        First vertex of each run's first edge, and of the edge behind its last.
    owner : ndarray of int32, shape (vertices,)
        The zone of each vertex.
    """

    box: Floats
    slant: Floats
    level: Longs
    start: Longs
    stop: Longs
    owner: Indices

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """All of it, in the order in which compiled code takes it."""
        return self.owner, self.box, self.slant, self.level, self.start, self.stop


class EdgeIndex:
    """Zones ready to be asked what sites share with them.

    Parameters
    ----------
    shapes : ndarray of geometry
        Valid; None and empty ones among them. Only polygons have an inside.
    """

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self.outlines: Outlines = outlines_of(shapes)

    @cached_property
    def digest(self) -> bytes:
        """What tells these boundaries from all others."""
        digest = hashlib.blake2b(digest_size=20)
        for part in self.outlines.walked:
            digest.update(len(part).to_bytes(8, "little"))
            digest.update(np.ascontiguousarray(part).data)
        return digest.digest()

    @cached_property
    def slabs(self) -> Slabs:
        """The edges by slabs: kept in no file, since they are listed as fast as a file is found and read."""
        return slabs_of(self.outlines)

    @cached_property
    def end(self) -> Indices:
        """The second vertex of the edge that starts at each vertex: itself for a single point."""
        end, last = np.arange(1, len(self.outlines.xy) + 1, dtype=np.int32), self.outlines.rings[1:] - 1
        end[last] = last
        return end

    @cached_property
    def side(self) -> Signs:
        """The side of its ring, for each vertex."""
        return np.repeat(self.outlines.side, np.diff(self.outlines.rings))

    @cached_property
    def plane_m2(self) -> Floats:
        """Plane area of each zone; NaN for None."""
        area: Floats = shapely.area(self.shapes)
        return area

    @cached_property
    def simple(self) -> Mask:
        """Which of the zones are polygons of one ring that are plainly valid."""
        from ecozone.measure.simple_kernels import plainly_valid

        simple, one, slabs = np.zeros(len(self.shapes), dtype=np.bool_), self.outlines, self.slabs
        arrays: tuple[Any, ...] = (
            *(one.xy, one.rings, one.first, one.dimension, self.end),
            *(slabs.count, slabs.first, slabs.pointer, slabs.edge, simple),
        )
        in_parts(lambda start, stop: plainly_valid(start, stop, *arrays), len(simple), least=1)
        return simple

    @cached_property
    def around_m(self) -> Floats:
        """Length of each boundary, metres of the plane."""
        return self.outlines.lengths

    @cached_property
    def _area_m2(self) -> dict[CRS, Floats]:
        return {}

    def areas_m2(self, zones: Ints, crs: CRS) -> Floats:
        """Return the ellipsoidal areas of some zones, whose CRS this is; each is reckoned once."""
        known = self._area_m2.setdefault(crs, np.full(len(self.shapes), np.nan))
        new = np.unique(zones[np.isnan(known[zones])])
        known[new] = shape_areas(self.shapes[new], crs)
        return np.asarray(known[zones])

    @cached_property
    def boxes(self) -> tuple[Floats, Longs, Longs]:
        """The zones' boxes and boxes over them, where each level starts, and the zone of each of the first."""
        there = np.flatnonzero(np.isfinite(self.outlines.box).all(axis=1))
        box, level, order = _boxes_over(self.outlines.box[there])
        return box, level, there[order].astype(np.int64)

    def near_boxes(self, box: Floats, reach_m: float) -> tuple[Ints, Ints]:
        """Return the pairs whose boxes come within reach of each other, ordered by box and zone."""
        from ecozone.measure.box_kernels import FEW, boxes_near

        order, box = side_by_side(box), np.ascontiguousarray(box)
        count, few = np.zeros(len(box), dtype=np.int64), np.empty(len(box) * FEW, dtype=np.int64)
        asked: tuple[Any, ...] = (order, box, float(reach_m), *self.boxes, count)
        arrays: tuple[Any, ...] = (*asked, count, few, few, False)
        in_parts(lambda start, stop: boxes_near(start, stop, *arrays), len(box))
        found, first = np.empty(int(count.sum()), dtype=np.int64), np.cumsum(count) - count
        listing: tuple[Any, ...] = (*asked, first, few, found, True)
        in_parts(lambda start, stop: boxes_near(start, stop, *listing), len(box))
        return np.repeat(np.arange(len(box)), count), found.astype(np.intp, copy=False)

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """The edges by runs and boxes over them: those of a large layer from the user's cache folder if there."""
        if len(self.outlines.xy) < LARGE:
            return hierarchy_of(self.outlines)
        kept = index_file.load(self.digest)
        if kept is not None:
            return Hierarchy(**kept)
        built = hierarchy_of(self.outlines)
        index_file.save(self.digest, {field.name: getattr(built, field.name) for field in fields(built)})
        return built

    @property
    def boundary(self) -> tuple[NDArray[Any], ...]:
        """What compiled code asks for where only the edges count."""
        return (self.outlines.xy, self.end, *self.slabs.arrays)

    def depths(self, xy: Floats, zone: Ints) -> Floats:
        """Return how far each point lies from the boundary of its zone, metres of the plane."""
        from ecozone.measure.depth_kernels import depths_of_points

        away = np.zeros(len(xy))
        arrays: tuple[Any, ...] = (np.ascontiguousarray(xy), zone.astype(np.int64), *self.boundary, away)
        in_parts(lambda start, stop: depths_of_points(start, stop, *arrays), len(xy))
        return away


def joined(one: EdgeIndex, other: EdgeIndex) -> EdgeIndex:
    """Return the index of the zones of two, those of the other behind.

    >>> pair = joined(EdgeIndex(shapely.points([[0, 0]])), EdgeIndex(np.array([shapely.box(4, 0, 6, 2)])))
    >>> pair.outlines.dimension.tolist(), pair.depths(np.array([[5, 1.0]]), np.array([1])).tolist()
    ([0, 2], [1.0])
    """

    def behind(first: NDArray[Any], second: NDArray[Any], start: int) -> NDArray[Any]:
        return np.concatenate([first, second + first.dtype.type(start)])

    a, b = one.outlines, other.outlines
    slabs, more = one.slabs, other.slabs
    both = EdgeIndex.__new__(EdgeIndex)
    both.shapes = np.concatenate([one.shapes, other.shapes])
    both.outlines = Outlines(
        xy=np.concatenate([a.xy, b.xy]),
        rings=behind(a.rings, b.rings[1:], len(a.xy)),
        side=np.concatenate([a.side, b.side]),
        first=behind(a.first, b.first[1:], len(a.side)),
        box=np.concatenate([a.box, b.box]),
        dimension=np.concatenate([a.dimension, b.dimension]),
    )
    both.slabs = Slabs(
        west=np.concatenate([slabs.west, more.west]),
        per_m=np.concatenate([slabs.per_m, more.per_m]),
        count=np.concatenate([slabs.count, more.count]),
        first=behind(slabs.first, more.first, len(slabs.pointer) - 1),
        pointer=behind(slabs.pointer, more.pointer[1:], len(slabs.edge)),
        edge=behind(slabs.edge, more.edge, len(a.xy)),
    )
    both.plane_m2 = np.concatenate([one.plane_m2, other.plane_m2])
    both.around_m = np.concatenate([one.around_m, other.around_m])
    return both


_known: WeakValueDictionary[tuple[int, bytes], EdgeIndex] = WeakValueDictionary()


def index_of(shapes: Shapes) -> EdgeIndex:
    """Return the index of these shapes: the one that somebody holds already where there is one."""
    index = EdgeIndex(shapes)
    key = len(index.outlines.xy), hashlib.blake2b(index.outlines.box.tobytes()).digest()
    known = _known.setdefault(key, index)
    return known if known is index or known.outlines.same_as(index.outlines) else index


def slabs_of(outlines: Outlines) -> Slabs:
    """List edges by slabs."""
    from ecozone.measure.edge_kernels import count_slabs, fill_slabs

    there: Mask = outlines.dimension >= 0
    west = np.where(there, outlines.box[:, 0], 0.0)
    width = np.maximum(np.where(there, outlines.box[:, 2] - outlines.box[:, 0], 0.0), _LEAST_WIDTH_M)
    count, entries = np.ones((2, len(west)), dtype=np.int64)
    shape = outlines.xy, outlines.rings, outlines.first, west
    in_parts(
        lambda start, stop: count_slabs(start, stop, *shape, width, _MOST_SLABS, count, entries), len(west), least=2
    )
    per_m = count / width
    first = np.cumsum(count) - count
    pointer = np.zeros(int(count.sum()) + 1, dtype=np.int64)
    pointer[-1] = entries.sum()
    begin, edge = np.cumsum(entries) - entries, np.empty(pointer[-1], dtype=np.int32)
    arrays: tuple[Any, ...] = (*shape, per_m, count, first, begin, pointer, edge)
    in_parts(lambda start, stop: fill_slabs(start, stop, *arrays), len(west), least=2)
    return Slabs(west, per_m, count, first, pointer, edge)


def hierarchy_of(outlines: Outlines) -> Hierarchy:
    """Build boxes over runs of edges that lie near each other (Morton 1966)."""
    from ecozone.measure.box_kernels import FAN
    from ecozone.measure.nearest_kernels import runs_of

    most = len(outlines.xy) // FAN + len(outlines.rings)
    box, slant = np.empty((2, most, 4))
    start, stop = np.empty((2, most), dtype=np.int64)
    runs = runs_of(outlines.xy, outlines.rings, box, slant, start, stop)
    start, stop = start[:runs], stop[:runs]
    whole, level, order = _boxes_over(box[:runs])
    turned = np.concatenate(_levels(slant[order]))
    owner = np.repeat(np.arange(len(outlines.box)), np.diff(outlines.rings[outlines.first])).astype(np.int32)
    return Hierarchy(whole, turned, level, start[order], stop[order], owner)


def _boxes_over(box: Floats) -> tuple[Floats, Longs, Ints]:
    """Return boxes and boxes over those that lie near each other, level by level; where each starts; their order."""
    order = np.argsort(_along_curve((box[:, :2] + box[:, 2:]) / 2.0), kind="stable")
    levels = _levels(box[order])
    level = np.cumsum([0, *(len(each) for each in levels)]).astype(np.int64)
    return np.concatenate(levels), level, order


def _levels(box: Floats) -> list[Floats]:
    """Return boxes, boxes over them, and so on; the first two sides of a box are its least, the others its greatest."""
    from ecozone.measure.box_kernels import FAN

    levels = [box]
    while len(levels[-1]) > FAN:
        below = levels[-1]
        ends = np.arange(0, len(below), FAN)
        low, high = np.minimum.reduceat(below[:, :2], ends), np.maximum.reduceat(below[:, 2:], ends)
        levels.append(np.concatenate([low, high], axis=1))
    return levels


def side_by_side(box: Floats) -> Longs:
    """Return an order of boxes in which those that lie near each other follow each other.

    What is asked for one after the other in this order is found in the processor's cache.
    """
    x, y = box[:, 0] + box[:, 2], box[:, 1] + box[:, 3]
    there = np.isfinite(x + y)
    place = np.zeros(len(box), dtype=np.uint16)
    if there.any():
        west, south = x[there].min(), y[there].min()
        per_m = 255.0 / max(x[there].max() - west, y[there].max() - south, 1e-9)
        place[there] = _in_turn((x[there] - west) * per_m) | (_in_turn((y[there] - south) * per_m) << np.uint16(1))
    return place.argsort(kind="stable").astype(np.int64, copy=False)


def _in_turn(cell: Floats) -> NDArray[np.uint16]:
    """Return the eight bits of whole numbers with gaps between them."""
    bits = cell.astype(np.uint16)
    for shift, mask in ((4, 0x0F0F), (2, 0x3333), (1, 0x5555)):
        bits = (bits | (bits << np.uint16(shift))) & np.uint16(mask)
    return bits


def _along_curve(xy: Floats) -> NDArray[np.uint64]:
    """Return the place of points along a curve that fills the plane: the bits of x and y in turn."""
    if not len(xy):
        return np.zeros(0, dtype=np.uint64)
    corner = xy.min(axis=0)
    cells = ((xy - corner) * (65_535.0 / max(float((xy.max(axis=0) - corner).max()), 1e-9))).astype(np.uint64)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        cells = (cells | (cells << np.uint64(shift))) & np.uint64(mask)
    place: NDArray[np.uint64] = cells[:, 0] | (cells[:, 1] << np.uint64(1))
    return place
