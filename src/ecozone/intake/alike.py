"""Features of equal shape, over a whole layer or part by part."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

from ecozone.intake.reading import listed
from ecozone.notices import Notice, notice

#: Groups of equal shapes that get a notice of their own.
MOST_GROUPS = 20
_KEY_BYTES = 8
_POLYGON_ID = shapely.GeometryType.POLYGON


def shape_keys(shapes: NDArray[np.object_]) -> NDArray[np.uint64]:
    """Return a number for each shape, the same for shapes that are drawn alike wherever their rings begin.

    >>> box = shapely.box(0, 0, 1, 1)
    >>> keys = shape_keys(np.array([box, shapely.box(0, 0, 1, 1, ccw=False), shapely.box(0, 0, 1, 2)]))
    >>> bool(keys[0] == keys[1]), bool(keys[0] == keys[2])
    (True, False)
    """
    plain = (shapely.get_type_id(shapes) == _POLYGON_ID) & (shapely.get_num_interior_rings(shapes) == 0)
    keys = np.empty(len(shapes), dtype=np.uint64)
    keys[plain] = _ring_keys(shapes[plain])
    others = np.flatnonzero(~plain)
    for at, wkb in zip(others.tolist(), shapely.to_wkb(shapely.normalize(shapes[others])), strict=True):
        keys[at] = int.from_bytes(hashlib.blake2b(wkb, digest_size=_KEY_BYTES).digest(), "little")
    return keys


def _ring_keys(polygons: NDArray[np.object_]) -> NDArray[np.uint64]:
    """Return a number for the edges of each polygon without holes, whatever their order and direction."""
    if not len(polygons):
        return np.zeros(0, dtype=np.uint64)
    xy = shapely.get_coordinates(polygons)
    ends = np.cumsum(shapely.get_num_coordinates(polygons))
    # Zero is one number and has two forms.
    bits = (xy + 0.0).view(np.uint64)
    corner = _mixed(_mixed(bits[:, 0]) + bits[:, 1])
    # Of an edge its two corners, in no order; from the last corner of a ring no edge leads on.
    edge = np.zeros(len(corner), dtype=np.uint64)
    edge[:-1] = _mixed(corner[:-1] + corner[1:]) ^ _mixed(corner[:-1] * corner[1:])
    edge[ends - 1] = 0
    found: NDArray[np.uint64] = np.add.reduceat(edge, np.concatenate([[0], ends[:-1]]))
    return found


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter numbers over all bits (Steele, Lea and Flood 2014, the finalizer of SplitMix64)."""
    out = bits + np.uint64(0x9E3779B97F4A7C15)
    out = (out ^ (out >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    out = (out ^ (out >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(out ^ (out >> np.uint64(31)))


def tell_alike(rows: NDArray[np.int64], keys: NDArray[np.uint64]) -> Iterator[Notice]:
    """Yield a warning for each group of features of equal shape, the first groups by name.

    Parameters
    ----------
    rows : ndarray of int64
        Ascending, as the user counts them.
    keys : ndarray of uint64
        As `shape_keys` gives them.
    """
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], keys[order][1:] != keys[order][:-1]])) if len(keys) else order
    sizes = np.diff(np.append(starts, len(keys)))
    groups = sorted(
        (order[start : start + size] for start, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True)),
        key=lambda group: int(group[0]),
    )
    for group in groups[:MOST_GROUPS]:
        alike = rows[group].tolist()
        yield notice("intake.same_shape", "warning", feature=alike[-1], rows=listed(alike))
    if len(groups) > MOST_GROUPS:
        yield notice("intake.same_shape_more", "warning", count=len(groups) - MOST_GROUPS)
