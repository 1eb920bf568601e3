"""Shapes that nothing can be overlaid with in reasonable time: known before it is tried, and named with the limit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ecozone.geo import entanglement
from ecozone.intake import limits_in_force
from ecozone.notices import Notice, notice
from ecozone.text import say
from ecozone.workspace.layer import Layer
from ecozone.workspace.workspace import Workspace


def intricate(shapes: NDArray[Any], ws: Workspace, layers: Iterable[Layer] | None = None) -> dict[int, Notice]:
    """Return the shapes that are too intricate to be checked against the layers, by position, with the reason.

    Parameters
    ----------
    shapes : ndarray of geometry
        In the workspace's CRS.
    ws : Workspace
    layers : iterable of Layer, optional
        Those to be overlaid; all, where left out.

    Returns
    -------
    dict of int to Notice
        ``refused``, without a place.

    Raises
    ------
    EcozoneError
        A layer cannot be read.
    """
    limits = limits_in_force()
    found: dict[int, Notice] = {}

    def refuse(limit: str, counts: NDArray[np.int64], **words: Any) -> None:
        for at in np.flatnonzero(counts > getattr(limits, limit)):
            count = int(counts[at])
            fields = {"found": count, "allowed": getattr(limits, limit), "raised": limits.raised(limit, count), **words}
            found.setdefault(int(at), notice(f"workspace.{limit}", "refused", **fields))

    def left() -> NDArray[Any]:
        rest = shapes.copy()
        rest[list(found)] = None
        return rest

    vertices = shapely.get_num_coordinates(shapes).astype(np.int64)
    refuse("site_vertices", vertices)
    refuse("site_tangle", entanglement(left(), limits.site_tangle), near=say("workspace.itself"))
    for layer in ws.layers.values() if layers is None else layers:
        if vertices.max(initial=0) * ws.vertices(layer.key) <= limits.site_tangle:
            continue
        drawn = ws.features(layer.key).geometry.to_numpy()
        refuse("site_tangle", entanglement(left(), limits.site_tangle, drawn), near=layer.key)
    return found
