"""The least and the most overlap that the positional accuracy of zones allows."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from ecozone.geo import GRID_M, area_m2, require_metric
from ecozone.measure.edge_index import index_of
from ecozone.measure.overlaying import require_fit
from ecozone.measure.pairs import Floats, array_of
from ecozone.measure.prepared import Prepared
from ecozone.measure.shared import Shared, shared_with, sizes_between

#: A site of which all but this share lies in a zone is covered by it: rounding.
_COVERED = 1e-9

RANGE_COLUMNS = ("site", "zone", "overlap_min_m2", "overlap_max_m2", "length_min_m", "length_max_m")


def overlay_range(sites: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, *, accuracy_m: float) -> pd.DataFrame:
    """Measure the least and the most overlap that the zones' positional accuracy allows.

    The true boundary is taken to lie within ``accuracy_m`` of the drawn one: the least overlap is with the zone eroded
    by that distance, the most with the zone dilated by it.

    Parameters
    ----------
    sites, zones
        As for `overlay`.
    accuracy_m : float
        Positional accuracy of the zones, metres; one finer than the grid of overlays counts as exact.

    Returns
    -------
    DataFrame
        One row a pair whose dilated zone the site meets: ``site, zone, overlap_min_m2, overlap_max_m2, length_min_m,
        length_max_m`` (m² and m, ellipsoidal). A point inside has both areas and lengths 0.
    """
    require_fit(sites, zones)
    shared = shared_with(Prepared(sites), index_of(array_of(zones)), reach_m=accuracy_m)
    table = {"site": sites.index.to_numpy()[shared.left], "zone": zones.index.to_numpy()[shared.right]}
    return pd.DataFrame(table | ranges(shared, accuracy_m), columns=list(RANGE_COLUMNS))


def area_range(zones: gpd.GeoDataFrame, *, accuracy_m: float) -> pd.DataFrame:
    """Measure the least and the most area that the positional accuracy of zones allows.

    The true boundary is taken to lie within ``accuracy_m`` of the drawn one: the least area is that of the zone eroded
    by that distance, the most that of the zone dilated by it. Nothing is assumed of how errors along the boundary hang
    together, so that the true area is in between whenever the boundary is as accurate as declared; where the errors are
    independent the area is known far better.

    Parameters
    ----------
    zones : GeoDataFrame
        Polygons in a metric CRS.
    accuracy_m : float
        Positional accuracy of their boundaries, metres.

    Returns
    -------
    DataFrame
        Index of ``zones``: ``low_m2, high_m2``, ellipsoidal; NaN where the area is.

    Raises
    ------
    CrsError
        If the CRS is not metric.

    Examples
    --------
    >>> import shapely
    >>> square = gpd.GeoDataFrame(geometry=[shapely.box(535000, 4330000, 535100, 4330100)], crs=4548)
    >>> area_range(square, accuracy_m=5.0).round(-1).iloc[0].tolist()
    [8100.0, 12080.0]
    """
    require_metric(zones.crs)
    moved = {name: zones.geometry.buffer(by) for name, by in (("low_m2", -accuracy_m), ("high_m2", accuracy_m))}
    exact, known = area_m2(zones), accuracy_m > GRID_M
    return pd.DataFrame({name: area_m2(shape) + 0.0 * exact if known else exact for name, shape in moved.items()})


def ranges(shared: Shared, accuracy_m: float) -> dict[str, Floats]:
    """Return the least and the most overlap of each pair: the last four of `RANGE_COLUMNS`.

    Parameters
    ----------
    shared : Shared
        Found with a reach of ``accuracy_m``.
    accuracy_m : float
    """
    sites, left = shared.sites, shared.left
    kind = sites.outlines.dimension[left]
    here = np.where(kind == 2, shared.area_m2, np.where(kind == 1, shared.length_m, 0.0))
    least, most = here.copy(), here.copy()
    if accuracy_m > GRID_M:
        cut = np.flatnonzero(~shared.inside & (kind > 0))
        whole = sites.size[left[cut]]
        covered = here[cut] >= whole * (1.0 - _COVERED)
        pieces, which = shared.pieces(cut, 4.0 * accuracy_m)
        least[cut], most[cut] = 0.0, whole
        for found, rows, distance in (
            (least, np.flatnonzero(shared.touch[cut]), -accuracy_m),
            (most, np.flatnonzero(~covered), accuracy_m),
        ):
            moved, place = pieces.moved(which[rows], distance)
            found[cut[rows]] = sizes_between(sites, left[cut[rows]], moved, place)
    flat, along = kind == 2, kind == 1
    return {
        "overlap_min_m2": np.where(flat, least, 0.0),
        "overlap_max_m2": np.where(flat, most, 0.0),
        "length_min_m": np.where(along, least, 0.0),
        "length_max_m": np.where(along, most, 0.0),
    }
