"""Which polygons are plainly valid: parcels of a few corners, of which GEOS need not be asked."""

from __future__ import annotations

from typing import Any

import numpy as np

from ecozone.measure.arrays import Mask
from ecozone.measure.compiled import kernel, prepare
from ecozone.measure.edges import Rings
from ecozone.measure.sides import all_on_one_side, follows_on
from ecozone.measure.workers import in_parts

#: Of rings with more edges nothing is said: to compare each with each takes longer than GEOS does.
_FEW_EDGES = 48


def plainly_valid(taken: Rings, count: int) -> Mask:
    """Say which polygons are of one ring of a few edges of which no two touch but neighbours where they meet.

    Each sign that this hangs on is sure. Of others, valid or not, nothing is said.

    Parameters
    ----------
    taken : Rings
        Polygons taken apart.
    count : int
        How many there are.
    """
    prepare()
    simple = np.zeros(len(taken.owner), np.bool_)
    in_parts(lambda first, last: _simple(first, last, taken.xy, taken.rings, simple), len(simple))
    plain = np.zeros(count, np.bool_)
    plain[taken.owner] = simple
    plain &= np.bincount(taken.owner, minlength=count) == 1
    return plain


@kernel("void(int64, int64, float64[:,::1], int64[::1], boolean[::1])")
def _simple(start: int, stop: int, xy: Any, rings: Any, simple: Any) -> None:
    """Write which of the rings from ``start`` to ``stop - 1`` surely do not touch themselves."""
    for ring in range(start, stop):
        first, last = rings[ring], rings[ring + 1] - 1
        fine = 3 <= last - first <= _FEW_EDGES
        i = first
        while fine and i < last:
            ax, ay, bx, by = xy[i, 0], xy[i, 1], xy[i + 1, 0], xy[i + 1, 1]
            n = i + 2 if i + 2 <= last else first + 1
            # What is not finite is greater than nothing, and lies on no side.
            fine = follows_on(ax, ay, bx, by, xy[n, 0], xy[n, 1])
            low_x, high_x, low_y, high_y = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
            # The first edge and the last are neighbours.
            for k in range(i + 2, last - 1 if i == first else last):
                cx, cy, dx, dy = xy[k, 0], xy[k, 1], xy[k + 1, 0], xy[k + 1, 1]
                beside = (min(cx, dx) > high_x) | (max(cx, dx) < low_x)
                if beside | (min(cy, dy) > high_y) | (max(cy, dy) < low_y):
                    continue
                if not (
                    all_on_one_side(ax, ay, bx, by, cx, cy, dx, dy) or all_on_one_side(cx, cy, dx, dy, ax, ay, bx, by)
                ):
                    fine = False
                    break
            i += 1
        simple[ring] = fine
