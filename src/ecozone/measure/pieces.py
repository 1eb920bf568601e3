"""The parts of large zones that decide about small sites: what is done to a zone is done to a piece of it."""

from __future__ import annotations

from threading import RLock
from weakref import WeakKeyDictionary

import numpy as np
import shapely

from ecozone.measure.edge_index import EdgeIndex, joined
from ecozone.measure.pairs import Floats, Ints, Shapes

#: A zone of so few vertices stays whole.
_FEW_VERTICES = 64
#: Sides of the squares that zones are cut by: those of one site lie in few, those of neighbours in the same.
_LEAST_SIDE_M = 128.0
#: Pieces of a layer are kept for the next sites until they have so many vertices together: those of a million sites all
#: over it would take hundreds of megabytes, and save no time.
_MOST_VERTICES = 10_000

_Key = tuple[int, float, float, float]


class Pieces:
    """Pieces of the zones of one layer, each cut when it is first asked for.

    Parameters
    ----------
    zones : ndarray of geometry
        In a metric CRS.
    """

    def __init__(self, zones: Shapes) -> None:
        self._zones = zones
        self._few = (shapely.get_num_coordinates(zones) <= _FEW_VERTICES) | (shapely.get_dimensions(zones) < 2)
        self._number: dict[_Key, int] = {}
        self._shapes: Shapes = np.full(0, None, dtype=object)
        self._moved: dict[float, _Moved] = {}
        self._vertices = 0
        self._lock = RLock()

    @property
    def full(self) -> bool:
        """Whether these are so many that others had better begin anew."""
        return self._vertices > _MOST_VERTICES

    def near(self, right: Ints, box: Floats, margin_m: float) -> Ints:
        """Return the number of the piece that decides about each pair.

        The piece reaches so far beyond the site that its cut edges, moved by a quarter of the margin, do not reach it.
        Which square it is cut by depends on the site alone, whatever other sites there are.

        Parameters
        ----------
        right : ndarray of int
            The zone of each pair.
        box : ndarray, shape (pairs, 4)
            Of the site of each pair.
        margin_m : float

        Examples
        --------
        >>> zone = shapely.Point(0, 0).buffer(1000)
        >>> pieces = Pieces(np.array([zone]))
        >>> which = pieces.near(np.array([0, 0]), np.array([[990, 0, 1010, 20.0]] * 2), 20.0)
        >>> which.tolist(), pieces.shapes(which)[0].area < zone.area / 10
        ([0, 0], True)
        """
        x0, y0, x1, y1 = box.T
        reach = np.maximum(x1 - x0, y1 - y0) / 2 + margin_m
        side = np.maximum(_LEAST_SIDE_M, 2.0 ** np.ceil(np.log2(2 * reach)))
        column, row = np.floor((x0 + x1) / 2 / side), np.floor((y0 + y1) / 2 / side)
        square = [np.where(self._few[right], 0.0, of) for of in (side, column, row)]
        order = np.lexsort((*square, right))
        keys = [right[order], *(of[order] for of in square)]
        first = np.ones(len(order), dtype=bool)
        first[1:] = np.any([of[1:] != of[:-1] for of in keys], axis=0)
        unique = list(zip(*(of[first].tolist() for of in keys), strict=True))
        with self._lock:
            new = [key for key in unique if key not in self._number]
            if new:
                self._add(new)
            number = np.array([self._number[key] for key in unique], dtype=np.intp)
        which = np.empty(len(order), dtype=np.intp)
        which[order] = number[np.cumsum(first) - 1] if len(order) else number
        return which

    def shapes(self, which: Ints) -> Shapes:
        """Return pieces by their numbers."""
        found: Shapes = self._shapes[which]
        return found

    def moved(self, which: Ints, distance_m: float) -> tuple[EdgeIndex, Ints]:
        """Return an index of pieces made larger or smaller by a distance, and where each of these stands in it."""
        with self._lock:
            moved = self._moved.setdefault(distance_m, _Moved())
            return moved.index(which, self._shapes, distance_m)

    def _add(self, keys: list[_Key]) -> None:
        zone, side, column, row = (np.array(of) for of in zip(*keys, strict=True))
        pieces = self._zones[zone]
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
        start = len(self._shapes)
        self._shapes = np.concatenate([self._shapes, pieces])
        self._vertices += int(shapely.get_num_coordinates(pieces).sum())
        self._number |= {key: start + at for at, key in enumerate(keys)}


def pieces_of(zones: EdgeIndex) -> Pieces:
    """Return the pieces of the zones of an index: those that were cut for other sites are still there."""
    found = _known.get(zones)
    if found is None or found.full:
        found = _known[zones] = Pieces(zones.shapes)
    return found


_known: WeakKeyDictionary[EdgeIndex, Pieces] = WeakKeyDictionary()


class _Moved:
    """The pieces that have been moved by one distance."""

    def __init__(self) -> None:
        self._place = np.full(0, -1, dtype=np.intp)
        self._index: EdgeIndex | None = None

    def index(self, which: Ints, pieces: Shapes, distance_m: float) -> tuple[EdgeIndex, Ints]:
        """Return the index of those moved so far, with these among them, and the place of each of these."""
        self._place = np.concatenate([self._place, np.full(len(pieces) - len(self._place), -1)])
        new = np.unique(which[self._place[which] < 0])
        if len(new) or self._index is None:
            added = EdgeIndex(shapely.buffer(pieces[new], distance_m))
            start = 0 if self._index is None else len(self._index.shapes)
            self._index = added if self._index is None else joined(self._index, added)
            self._place[new] = start + np.arange(len(new))
        return self._index, self._place[which]


_POLYGONS = (int(shapely.GeometryType.POLYGON), int(shapely.GeometryType.MULTIPOLYGON))
