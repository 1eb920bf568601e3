"""The ground that a site has to leave, so that no rule of a layer asks about it any more."""

from __future__ import annotations

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from ecozone.assess.spoken import Spoken
from ecozone.geo import union
from ecozone.measure import ground_outside, ground_within, plane_metres
from ecozone.rules import Rule
from ecozone.workspace import Workspace


@dataclass(frozen=True)
class Obstacle:
    """The ground of one layer, near one site.

    Attributes
    ----------
    layer : str
    ground : geometry
        Polygons in the workspace's CRS.
    margin_m : float
        The positional accuracy that it is wider by.
    """

    layer: str
    ground: BaseGeometry
    margin_m: float


def obstacle(
    box: NDArray[np.float64], kind: int, features: gpd.GeoDataFrame, spoken: Spoken, ws: Workspace, *, margin: bool
) -> Obstacle:
    """Return the ground on which rules of a layer would ask about a site of that kind.

    Parameters
    ----------
    box : ndarray, shape (4,)
        Where the ground is wanted: west, south, east and north.
    kind : int
        Position among ``spoken.kinds``.
    margin : bool
        Whether the ground is wider by the layer's positional accuracy, so that not even a ``possible`` finding is left.

    Notes
    -----
    A rule that reaches beyond its zone widens the ground by its distance on the ellipsoid. One that reaches no known
    distance asks wherever the site lies: of it only the zone itself is left.
    """
    margin_m = (spoken.layer.accuracy_m or 0.0) if margin else 0.0
    shapes = np.asarray(features.geometry.array, dtype=object)
    grounds: list[BaseGeometry] = []
    for at, rule in enumerate(spoken.rules):
        if not spoken.restricts[at, kind]:
            continue
        if rule.position == "outside":
            grounds.append(ground_outside(shapes, box, margin_m, ws.crs))
            continue
        reach = plane_metres(_distance(rule, ws), box, ws.crs)
        grounds.append(ground_within(shapes[spoken.applies[at]], box, reach + margin_m, ws.crs))
    return Obstacle(spoken.layer.key, united(grounds, ws), margin_m)


def united(grounds: list[BaseGeometry], ws: Workspace) -> BaseGeometry:
    """Return several pieces of ground as one."""
    return union(gpd.GeoSeries(grounds, crs=ws.crs))


def grown(box: NDArray[np.float64], metres: float) -> NDArray[np.float64]:
    """Return a box that much wider on every side."""
    return box + metres * np.array([-1.0, -1.0, 1.0, 1.0])


def _distance(rule: Rule, ws: Workspace) -> float:
    within = rule.within_m
    if within is None and rule.within_parameter is not None:
        within = ws.parameters.get(rule.within_parameter)
    return 0.0 if within is None or not math.isfinite(within) else within
