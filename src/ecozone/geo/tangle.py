"""How often a boundary crosses itself, reckoned before anything is done that takes time for each crossing."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from ecozone.geo.arrays import Ints, Shapes

#: `shapely.make_valid` takes 0.3 s for 40 000 crossings, 14 s for 560 000, and hours for a little more (GEOS 3.14).
MOST_CROSSINGS = 50_000
#: So few vertices cannot cross often enough to matter.
FEW_VERTICES = 200
#: The edges of larger shapes are not put into an index, which would itself take long.
_MOST_EDGES = 500_000
_SAMPLE = 512
_TOGETHER = 16
#: Large answers of an index are asked for one after the other.
_FEW_TOGETHER = 4
_SHAPES_TOGETHER = 2_000


def crossings(shape: BaseGeometry) -> int:
    """Return about how many pairs of edges cross: exact up to 512 edges, else from as many, evenly spread.

    Above `MOST_CROSSINGS` counting stops: there are at least so many. 0 for shapes of at most 200 vertices, which are
    not looked at, and for those of more than 500 000.

    Examples
    --------
    >>> rakes = [[(i, y) for i in range(301) for y in ((0, 900) if i % 2 else (900, 0))] for _ in range(2)]
    >>> rakes[1] = [(y / 3, 3 * x) for x, y in rakes[1]]
    >>> crossings(shapely.MultiLineString(rakes)) > MOST_CROSSINGS
    True
    """
    count = shapely.get_num_coordinates(shape)
    if not FEW_VERTICES < count <= _MOST_EDGES:
        return 0
    edges = _edges(shape)
    sample = edges[:: -(-len(edges) // _SAMPLE)]
    tree = shapely.STRtree(edges)
    found, share = 0, len(edges) / len(sample) / 2
    for start in range(0, len(sample), _TOGETHER):
        found += tree.query(sample[start : start + _TOGETHER], predicate="crosses").shape[1]
        if found * share > MOST_CROSSINGS:
            break
    return round(found * share)


def entanglement(shapes: Shapes, most: int, others: Shapes | None = None) -> Ints:
    """Return about how many pairs of edges come near each other: of a shape with itself, or with the others.

    Near means that the boxes of two edges meet. Whatever overlays, buffers or indexes the shapes looks at each such
    pair, so that this number bounds its work. Of a shape of more than 512 edges as many are asked, drawn at random but
    always the same.

    Parameters
    ----------
    shapes : ndarray of geometry
        None and points have no edges.
    most : int
        Numbers that do not exceed it are given as 0; most of them need not be reckoned.
    others : ndarray of geometry, optional
        In the same CRS; without, each shape is asked about itself.

    Returns
    -------
    ndarray, shape (shapes,)

    Examples
    --------
    >>> rake = shapely.LineString([(i, y) for i in range(301) for y in ((0, 900) if i % 2 else (900, 0))])
    >>> across = shapely.transform(rake, lambda xy: xy[:, ::-1] / 3)
    >>> found = entanglement(np.array([rake, shapely.box(0, 0, 1, 1)]), 1000, np.array([across]))
    >>> bool(found[0] > 80_000), int(found[1])
    (True, 0)
    """
    found: Ints = np.zeros(len(shapes), dtype=np.int64)
    own = shapely.get_num_coordinates(shapes).astype(np.int64)
    if others is None:
        for at in np.flatnonzero(own * own > most):
            edges = _edges(shapes[at])
            found[at] = _near(edges, shapely.STRtree(edges))
    else:
        asked = np.flatnonzero(own * int(shapely.get_num_coordinates(others).sum()) > most)
        tree = shapely.STRtree(_edges(others) if len(asked) else [])
        for start in range(0, len(asked), _SHAPES_TOGETHER):
            rows = asked[start : start + _SHAPES_TOGETHER]
            about = np.bincount(tree.query(shapes[rows])[0], minlength=len(rows))
            for at in rows[own[rows] * about > most]:
                found[at] = _near(_edges(shapes[at]), tree)
    found[found <= most] = 0
    return found


def _near(edges: Shapes, tree: shapely.STRtree) -> int:
    asked = edges
    if len(edges) > _SAMPLE:
        asked = edges[np.random.default_rng(0).integers(0, len(edges), _SAMPLE)]
    pairs = 0
    for start in range(0, len(asked), _FEW_TOGETHER):
        pairs += tree.query(asked[start : start + _FEW_TOGETHER]).shape[1]
    return round(pairs * len(edges) / max(1, len(asked)))


def _edges(shapes: BaseGeometry | Shapes) -> Shapes:
    parts = shapely.get_parts(shapely.get_parts(shapes))
    lines = np.concatenate([shapely.get_rings(parts), parts[shapely.get_dimensions(parts) == 1]])
    xy, line = shapely.get_coordinates(lines, return_index=True)
    pairs = np.stack([xy[:-1], xy[1:]], axis=1)[line[:-1] == line[1:]]
    edges: Shapes = shapely.linestrings(pairs)
    return edges
