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


def shape_keys(shapes: NDArray[np.object_]) -> NDArray[np.uint64]:
    """Return a number for each shape, the same for shapes that are drawn alike wherever their rings begin.

    >>> box = shapely.box(0, 0, 1, 1)
    >>> keys = shape_keys(np.array([box, shapely.box(0, 0, 1, 1, ccw=False), shapely.box(0, 0, 1, 2)]))
    >>> bool(keys[0] == keys[1]), bool(keys[0] == keys[2])
    (True, False)
    """
    digests = (
        hashlib.blake2b(wkb, digest_size=_KEY_BYTES).digest() for wkb in shapely.to_wkb(shapely.normalize(shapes))
    )
    return np.frombuffer(b"".join(digests), dtype=np.uint64)


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
