"""What sites share with the zones of one layer, by the index of its edges; by overlay only where that is not sure.

An area is found twice, in two ways that have nothing in common: from the edges (`ecozone.measure.edge_kernels`), and
from the shape of the overlap on the millimetre grid (`ecozone.geo.intersections`) for

- every pair whose overlap is so thin that the grid decides whether there is one;
- one of 64 of all other pairs, chosen by the coordinates of the site, so that neither the order of the rows nor the
  number of threads has a say;
- every pair whose overlap's shape is asked for, which are those that come to a finding (`Shared.shapes`), and whose
  overlay without a grid, which takes a quarter of the time, does not come to the area.

Where the two disagree by more than the grid can explain, nothing is chosen: it is a `DefectError`, and both shapes are
in a file that it names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from ecozone.geo import GRID_M, intersections
from ecozone.measure.crosscheck import agrees, chosen, require_agreement
from ecozone.measure.edge_index import EdgeIndex, side_by_side
from ecozone.measure.pairs import TOUCH_M, Floats, Ints, Mask, Shapes
from ecozone.measure.pieces import Pieces, pieces_of
from ecozone.measure.prepared import Prepared, areas_of, lengths_of
from ecozone.measure.workers import in_parts

#: Zones are cut so far away from a site, metres.
_MARGIN_M = 1.0
#: So many overlays are made at once.
_FEW_OVERLAYS = 256


@dataclass(frozen=True, eq=False)
class Shared:
    """Pairs of sites and zones that touch, or lie within a distance of each other; by site, then by zone.

    Attributes
    ----------
    sites : Prepared
    zones : EdgeIndex
    left, right : ndarray of int
        Positions of the site and of the zone.
    area_m2, length_m, count : ndarray
        What the two share: ellipsoidal area, or length of a line, or number of points.
    touch : ndarray of bool
        Whether they have a point in common; else they only lie within the distance.
    inside : ndarray of bool
        Whether the site lies inside by more than the distance.
    known : ndarray of geometry
        The overlap's shape where it has been constructed; None elsewhere.
    """

    sites: Prepared
    zones: EdgeIndex
    left: Ints
    right: Ints
    area_m2: Floats
    length_m: Floats
    count: Floats
    touch: Mask
    inside: Mask
    known: Shapes

    def __len__(self) -> int:
        return len(self.left)

    @property
    def meets(self) -> Mask:
        """Whether the two share more than a boundary."""
        return (self.area_m2 > 0) | (self.length_m > 0) | (self.count > 0)

    def only(self, rows: Ints | Mask) -> Shared:
        """Return some of the pairs."""
        names = ("left", "right", "area_m2", "length_m", "count", "touch", "inside", "known")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})

    def pieces(self, rows: Ints, margin_m: float) -> tuple[Pieces, Ints]:
        """Return the parts of zones that decide about pairs, and which of them is each pair's."""
        found = pieces_of(self.zones)
        return found, found.near(self.right[rows], self.sites.outlines.box[self.left[rows]], margin_m)

    def shapes(self, rows: Ints) -> Shapes:
        """Return the shapes of overlaps, each checked against the area that was found without it.

        Raises
        ------
        DefectError
            If the two ways to the area disagree.
        """
        found = np.where(self.inside[rows], self.sites.shapes[self.left[rows]], self.known[rows])
        new = np.flatnonzero(shapely.is_missing(found))
        found[new] = self._agreed(rows[new], None)
        self.known[rows[new]] = found[new]
        return found

    def check_by_grid(self, rows: Ints) -> None:
        """Compare areas with those of the overlaps' shapes on the millimetre grid.

        Raises
        ------
        DefectError
            If the two ways to the area disagree.
        """
        self.known[rows] = self._agreed(rows, GRID_M)

    def _agreed(self, rows: Ints, grid_m: float | None) -> Shapes:
        """Return the shapes of overlaps whose areas are known.

        That the two meet is known too, so that the relation that `ecozone.geo.intersections` looks at tells nothing
        new; it is asked where the first overlay does not come to the area.
        """
        if not len(rows):
            return np.full(0, None, dtype=object)
        site, area, along = self.sites.shapes[self.left[rows]], self.area_m2[rows], self.along_m(rows)
        pieces, which = self.pieces(rows, _MARGIN_M)
        piece = pieces.shapes(which)
        made = np.full(len(rows), None, dtype=object)

        def overlay(start: int, stop: int) -> None:
            made[start:stop] = shapely.intersection(site[start:stop], piece[start:stop], grid_size=grid_m)

        in_parts(overlay, len(rows), least=_FEW_OVERLAYS)
        plain = np.isin(shapely.get_type_id(made), _POLYGONS) & ~shapely.is_empty(made)
        plain[plain] = agrees(area[plain], made[plain], along[plain], self.sites.crs)
        again = np.flatnonzero(~plain)
        zone = self.zones.shapes[self.right[rows[again]]]
        made[again] = intersections(site[again], zone)
        require_agreement(area[again], made[again], along[again], self.sites.crs, sites=site[again], zones=zone)
        return made

    def along_m(self, rows: Ints) -> Floats:
        """Return the length of the shorter of the two boundaries of pairs, metres of the plane."""
        return np.minimum(self.sites.around_m[self.left[rows]], self.zones.around_m[self.right[rows]])


def shared_with(sites: Prepared, zones: EdgeIndex, *, reach_m: float = 0.0, threads: int | None = None) -> Shared:
    """Measure sites against zones.

    Parameters
    ----------
    sites : Prepared
    zones : EdgeIndex
        In the same CRS.
    reach_m : float
        Pairs no farther apart than this are in the result too, metres of the plane.
    threads : int, optional
        How many work at once; as many as there are processors without it. It makes no difference to a number.

    Raises
    ------
    DefectError
        If the two ways to an area disagree.
    """
    left, right = zones.near_boxes(sites.outlines.box, reach_m)
    plain = _plain(sites, zones, left, right)
    area, state, touch = by_edges(sites, zones, left, right, plain, reach_m, threads)
    inside = state == _INSIDE
    length, count = np.where(inside, sites.length_m[left], 0.0), np.where(inside, sites.count[left], 0.0)
    known = np.full(len(left), None, dtype=object)
    unsure = _unsure(sites, left, plain, area, state, touch)
    pieces = pieces_of(zones)
    piece = pieces.shapes(pieces.near(right[unsure], sites.outlines.box[left[unsure]], _MARGIN_M))
    made = _by_shape(sites, zones, left, right, unsure, plain, area, piece)
    known[unsure] = made
    area[unsure], length[unsure] = areas_of(made, sites.crs), lengths_of(made, sites.crs)
    points = np.minimum(sites.outlines.dimension[left[unsure]], zones.outlines.dimension[right[unsure]]) == 0
    count[unsure] = np.where(points, shapely.get_num_coordinates(made), 0)
    touch[unsure], within = _touching(sites, zones, left[unsure], right[unsure], ~shapely.is_empty(made), reach_m)
    state[unsure] = np.where(within, _NEAR, _APART)
    found = Shared(sites, zones, left, right, area, length, count, touch, inside, known).only(state != _APART)
    cut = np.flatnonzero(found.meets & ~found.inside & shapely.is_missing(found.known))
    found.check_by_grid(cut[chosen(sites.outlines.box[found.left[cut]])])
    return found


def sides_of(sites: Prepared, zones: EdgeIndex) -> tuple[Mask, Mask]:
    """Say which sites lie inside the first of the zones, and which apart from it; of those near its boundary neither.

    Examples
    --------
    >>> import geopandas as gpd
    >>> sites = gpd.GeoSeries(shapely.points([[5, 5], [0, 5], [50, 5]]) , crs=4548)
    >>> inside, apart = sides_of(Prepared(sites), EdgeIndex(np.array([shapely.box(0, 0, 10, 10)])))
    >>> inside.tolist(), apart.tolist()
    ([True, False, False], [False, False, True])
    """
    left, right = zones.near_boxes(sites.outlines.box, TOUCH_M)
    left, right = left[right == 0], right[right == 0]
    plain = _plain(sites, zones, left, right)
    _, state, _ = by_edges(sites, zones, left, right, plain, 0.0)
    inside, apart = np.zeros(len(sites), dtype=bool), np.ones(len(sites), dtype=bool)
    inside[left] = plain & (state == _INSIDE)
    apart[left] = plain & (state == _APART)
    return inside, apart


def sizes_between(sites: Prepared, left: Ints, zones: EdgeIndex, right: Ints) -> Floats:
    """Return what sites share with zones, pair by pair: areas of polygons, lengths of lines.

    Raises
    ------
    DefectError
        If two ways to one area disagree.
    """
    plain = _plain(sites, zones, left, right)
    size, state, touch = by_edges(sites, zones, left, right, plain, 0.0)
    lines = (state == _INSIDE) & (sites.outlines.dimension[left] == 1)
    size[lines] = sites.length_m[left[lines]]
    unsure = _unsure(sites, left, plain, size, state, touch)
    cut = np.flatnonzero((state == _NEAR) & (sites.outlines.dimension[left] == 2) & (size > 0))
    unsure = np.union1d(unsure, cut[chosen(sites.outlines.box[left[cut]])])
    sure = size[unsure]
    made = _by_shape(sites, zones, left, right, unsure, plain, size, zones.shapes[right[unsure]])
    by_shape = areas_of(made, sites.crs) + lengths_of(made, sites.crs)
    size[unsure] = np.where(sure > sites.thin_m2[left[unsure]], sure, by_shape)
    return size


def _plain(sites: Prepared, zones: EdgeIndex, left: Ints, right: Ints) -> Mask:
    """Say which pairs the index can answer: the zone is a polygon, and the scale near a polygon is known."""
    plain: Mask = (zones.outlines.dimension[right] == 2) & ((sites.outlines.dimension[left] < 2) | sites.scale[1][left])
    return plain


def _unsure(sites: Prepared, left: Ints, plain: Mask, area: Floats, state: Ints, touch: Mask) -> Ints:
    """Return the pairs of which the overlap's shape decides: lines and points near a boundary, thin ones, not plain."""
    flat = sites.outlines.dimension[left] == 2
    near = (state == _NEAR) & (~flat | (touch & (area <= sites.thin_m2[left])))
    return np.flatnonzero(~plain | near)


def _by_shape(
    sites: Prepared,
    zones: EdgeIndex,
    left: Ints,
    right: Ints,
    rows: Ints,
    plain: Mask,
    area: Floats,
    piece: Shapes,
) -> Shapes:
    """Overlay pairs, of each zone the piece that decides, and compare the areas that the index has found of them."""
    if not len(rows):
        return np.full(0, None, dtype=object)
    site, zone = sites.shapes[left[rows]], zones.shapes[right[rows]]
    made = intersections(site, piece)
    sure = np.flatnonzero(plain[rows] & (sites.outlines.dimension[left[rows]] == 2))
    along = np.minimum(sites.around_m[left[rows[sure]]], zones.around_m[right[rows[sure]]])
    require_agreement(area[rows[sure]], made[sure], along, sites.crs, sites=site[sure], zones=zone[sure])
    return made


def _touching(
    sites: Prepared, zones: EdgeIndex, left: Ints, right: Ints, met: Mask, reach_m: float
) -> tuple[Mask, Mask]:
    """Say which pairs touch and which come within reach; those that share something do both."""
    touch, within = met.copy(), met.copy()
    rest = np.flatnonzero(~met)
    site, zone = sites.shapes[left[rest]], zones.shapes[right[rest]]
    shapely.prepare(zone)
    touch[rest] = shapely.intersects(zone, site)
    within[rest] = touch[rest] | shapely.dwithin(zone, site, reach_m)
    return touch, within


_APART, _INSIDE, _NEAR = 0, 1, 2


def by_edges(
    sites: Prepared,
    zones: EdgeIndex,
    left: Ints,
    right: Ints,
    wanted: Mask,
    reach_m: float,
    threads: int | None = None,
) -> tuple[Floats, Ints, Mask]:
    """Return what the index says of pairs: area, state (`ecozone.measure.edge_kernels`), and whether they touch."""
    from ecozone.measure.edge_kernels import measure_pairs

    rows = np.flatnonzero(wanted)
    area, state, touch = np.zeros(len(rows)), np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.bool_)
    one, two = sites.outlines, zones.outlines
    arrays: tuple[Any, ...] = (
        *(side_by_side(one.box[left[rows]]), left[rows].astype(np.int64), right[rows].astype(np.int64), float(reach_m)),
        *(one.xy, one.rings, one.side, one.first, one.box, one.dimension),
        *(sites.area_m2, sites.around_m, sites.thin_m2, sites.scale[0]),
        *(two.xy, zones.end, zones.side, zones.plane_m2, *zones.slabs.arrays),
        *(area, state, touch),
    )
    in_parts(lambda start, stop: measure_pairs(start, stop, *arrays), len(rows), threads=threads)
    everywhere = np.zeros(len(left)), np.zeros(len(left), dtype=np.int64), np.zeros(len(left), dtype=np.bool_)
    for whole, part in zip(everywhere, (area, state, touch), strict=True):
        whole[rows] = part
    return everywhere


_POLYGONS = (int(shapely.GeometryType.POLYGON), int(shapely.GeometryType.MULTIPOLYGON))
