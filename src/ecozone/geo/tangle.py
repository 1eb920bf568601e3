"""How often a boundary crosses itself, reckoned before anything is done that takes time for each crossing."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from ecozone.geo.arrays import Shapes

#: `shapely.make_valid` takes 0.3 s for 40 000 crossings, 14 s for 560 000, and hours for a little more (GEOS 3.14).
MOST_CROSSINGS = 50_000
#: So few vertices cannot cross often enough to matter.
FEW_VERTICES = 200
#: The edges of larger shapes are not put into an index, which would itself take long.
_MOST_EDGES = 500_000
_SAMPLE = 512
_TOGETHER = 16


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


def _edges(shape: BaseGeometry) -> Shapes:
    parts = shapely.get_parts(shapely.get_parts(shape))
    lines = np.concatenate([shapely.get_rings(parts), parts[shapely.get_dimensions(parts) == 1]])
    xy, line = shapely.get_coordinates(lines, return_index=True)
    pairs = np.stack([xy[:-1], xy[1:]], axis=1)[line[:-1] == line[1:]]
    edges: Shapes = shapely.linestrings(pairs)
    return edges
