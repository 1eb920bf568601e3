"""The course of straight edges from one CRS to another."""

from __future__ import annotations

import numpy as np
import shapely
from pyproj import CRS

from ecozone.errors import CrsError
from ecozone.geo.arrays import Floats, Ints, Shapes
from ecozone.geo.crs import crs_name
from ecozone.geo.operation import operation

_M_PER_DEGREE = 111_320.0
#: Metres within which coordinates must come back; a projection beyond its reach misses by kilometres.
_RETURN_M = 0.01
#: Metres above which an edge is also looked at in its quarters: its midpoint may lie on the chord by symmetry.
_LONG_M = 2_000.0


def metres_per_unit(crs: CRS) -> float:
    """Return the metres in one unit of the coordinates, along the meridian for degrees."""
    return _M_PER_DEGREE if crs.is_geographic else float(crs.axis_info[0].unit_conversion_factor)


class Course:
    """Takes points and edges from ``src`` to ``dst``.

    Parameters
    ----------
    src, dst : pyproj.CRS
        As `norm_crs` gives them.
    tolerance_m : float
        How far, in metres, the chords that stand for an edge may lie from its true course.
    """

    def __init__(self, src: CRS, dst: CRS, tolerance_m: float = 0.001) -> None:
        self._src, self._dst, self._tolerance = src, dst, tolerance_m
        self._way = operation(src, dst)

    def points(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return points in ``dst``, finite and on the way back where they were; the outermost answer for the rest."""
        new_x, new_y = self._way.apply(x, y)
        if x.size == 0:
            return new_x, new_y
        lost = ~(np.isfinite(new_x) & np.isfinite(new_y))
        outermost = [
            np.argmax(lost),
            *(end(values) for end in (np.argmin, np.argmax) for values in (x, y, new_x, new_y)),
        ]
        old_x, old_y, far_x, far_y = (np.ravel(values)[outermost] for values in (x, y, new_x, new_y))
        back_x, back_y = self._way.undo(far_x, far_y)
        with np.errstate(invalid="ignore"):
            astray = ~(np.hypot(back_x - old_x, back_y - old_y) * metres_per_unit(self._src) <= _RETURN_M)
        if astray.any():
            i = int(np.argmax(astray))
            names = {"src": crs_name(self._src), "dst": crs_name(self._dst)}
            raise CrsError("geo.not_returning", x=f"{old_x[i]:.10g}", y=f"{old_y[i]:.10g}", **names)
        return new_x, new_y

    def geometries(self, geoms: Shapes) -> Shapes:
        """Return new geometries without heights; None and empty ones as they are, rings as closed lines."""
        out: Shapes = shapely.force_2d(geoms)
        kinds = shapely.get_type_id(out)
        rings = np.flatnonzero(kinds == shapely.GeometryType.LINEARRING)
        if rings.size:
            xy, owner = shapely.get_coordinates(out[rings], return_index=True)
            out[rings] = shapely.linestrings(xy, indices=owner)
            kinds[rings] = shapely.GeometryType.LINESTRING
        kinds[shapely.is_empty(out)] = -1
        for kind in np.unique(kinds[kinds >= 0]):
            rows = np.flatnonzero(kinds == kind)
            if kind in (shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT):
                out[rows] = shapely.transform(out[rows], self._xy)
            elif kind == shapely.GeometryType.GEOMETRYCOLLECTION:
                for row in rows:
                    out[row] = shapely.GeometryCollection(list(self.geometries(shapely.get_parts(out[row]))))
            else:
                out[rows] = self._edged(out[rows])
        return out

    def _xy(self, xy: Floats) -> Floats:
        return np.column_stack(self.points(xy[:, 0], xy[:, 1]))

    def _edged(self, geoms: Shapes) -> Shapes:
        kind, xy, offsets = shapely.to_ragged_array(geoms, include_z=False)
        new_xy, place = self._edges(xy, np.asarray(offsets[0], dtype=np.int64))
        return np.asarray(shapely.from_ragged_array(kind, new_xy, (place[offsets[0]], *offsets[1:])), dtype=object)

    def _edges(self, xy: Floats, starts: Ints) -> tuple[Floats, Ints]:
        """Return the new vertices, and for each old vertex (and the end) its place among them."""
        moved = self._xy(xy)
        first = np.delete(np.arange(len(xy)), starts[1:] - 1)
        last = first + 1
        # The same points whichever way an edge is walked: reckon from its western (southern) end.
        back = (xy[first, 0] > xy[last, 0]) | ((xy[first, 0] == xy[last, 0]) & (xy[first, 1] > xy[last, 1]))
        low, high = np.where(back, last, first), np.where(back, first, last)
        pieces = self._pieces(xy[low], xy[high], moved[low], moved[high])
        count = np.ones(len(xy), dtype=np.int64)
        count[first] = pieces
        place = np.concatenate([[0], np.cumsum(count)])
        new = np.empty((place[-1], 2))
        new[place[:-1]] = moved
        edge = np.repeat(np.arange(len(first)), pieces - 1)
        if edge.size:
            before = np.cumsum(pieces - 1) - (pieces - 1)
            step = np.arange(len(edge)) - before[edge] + 1
            share = np.where(back[edge], pieces[edge] - step, step) / pieces[edge]
            between = xy[low[edge]] + (xy[high[edge]] - xy[low[edge]]) * share[:, None]
            new[place[first[edge]] + step] = self._xy(between)
        return new, place

    def _pieces(self, low: Floats, high: Floats, moved_low: Floats, moved_high: Floats) -> Ints:
        """Return into how many equal pieces each edge is to be cut."""
        bow = np.zeros(len(low))
        every = np.arange(len(low))
        long = np.flatnonzero(np.hypot(*(high - low).T) * metres_per_unit(self._src) > _LONG_M)
        for share, rows in ((0.5, every), (0.25, long), (0.75, long)):
            true = self._xy(low[rows] + (high[rows] - low[rows]) * share)
            chord = moved_low[rows] + (moved_high[rows] - moved_low[rows]) * share
            away = np.hypot(*(true - chord).T) * metres_per_unit(self._dst) / (4.0 * share * (1.0 - share))
            bow[rows] = np.maximum(bow[rows], away)
        return np.maximum(np.ceil(np.sqrt(bow / self._tolerance)), 1).astype(np.int64)
