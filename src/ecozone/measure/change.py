"""What became of what in each zone, from one land-cover raster to another of the same grid."""

from __future__ import annotations

from os import PathLike
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from ecozone.errors import RasterError, UsageError
from ecozone.geo import same_crs
from ecozone.landcover import LandRaster, Scheme
from ecozone.log import Progress, no_progress
from ecozone.measure.arrays import added_up
from ecozone.measure.grid_zones import OnInvalid
from ecozone.measure.ground import AreaKind, CoverageKind
from ecozone.measure.mapper import mapper_for
from ecozone.measure.tally import NODATA, OUTSIDE, by_code, check_codes, described
from ecozone.measure.zone_codes import ZoneCodes, tallied, vetted
from ecozone.text import joined, say

COLUMNS = ("zone", "from_code", "to_code", "area_m2")
#: Cells whose corners lie this near each other, in cells, are the same cells.
_SAME_CELLS = 1e-3


def measure_change(
    zones: gpd.GeoDataFrame | gpd.GeoSeries,
    raster_a: str | PathLike[str] | LandRaster,
    raster_b: str | PathLike[str] | LandRaster,
    *,
    scheme: str | PathLike[str] | Scheme | None = None,
    area: AreaKind = "ellipsoidal",
    coverage: CoverageKind = "fraction",
    crs: Any = None,
    on_invalid: OnInvalid = "refuse",
    valid: bool = False,
    threads: int | None = None,
    client: Any = None,
    progress: Progress = no_progress,
) -> pd.DataFrame:
    """Return the area of each transition from one class to another within each zone.

    Parameters
    ----------
    zones, scheme, area, coverage, crs, on_invalid, valid, threads, client, progress
        As for `ecozone.measure.measure_zones`; scheme and CRS are those of both rasters.
    raster_a, raster_b : path or LandRaster
        The earlier and the later one. Their cells must be the same: one grid, one extent.

    Returns
    -------
    DataFrame
        Long, in the order of the zones: ``zone`` (index label), ``from_code`` and ``to_code`` (int, or ``"nodata"``),
        ``area_m2``. What did not change stands there too, with both codes equal; what is beyond the rasters is a row
        with both codes ``"outside"``. The rows of a zone sum to its area, and those of one ``from_code`` to what
        `measure_zones` gives for it on the earlier raster. ``.attrs``: ``zone_area_m2`` by zone, ``rasters`` (two, as
        there), ``notices``.

    Raises
    ------
    RasterError
        If the cells of the rasters are not the same, and as `measure_zones`.
    UsageError
        If the rasters were opened with different schemes, and as `measure_zones`.
    GeometryError, CrsError, ClusterError, DefectError
        As `measure_zones`.

    Examples
    --------
    >>> from ecozone.workspace import open_workspace, demo_source
    >>> ws = open_workspace(demo_source())
    >>> rasters = ws.landcover.rasters
    >>> change = measure_change(ws.zones("barrier"), rasters[2020], rasters[2025], scheme="worldcover")
    >>> change.query("zone == 'barrier:1' and from_code == 50 and to_code == 10")["area_m2"].gt(0).tolist()
    [True]
    """
    before, after = vetted_pair(raster_a, raster_b, scheme, crs)
    with mapper_for(client) as mapper:
        found = tallied(
            zones, (before, after), area=area, coverage=coverage, on_invalid=on_invalid, valid=valid, threads=threads,
            mapper=mapper, progress=progress,
        )  # fmt: skip
    for place, raster in enumerate((before, after)):
        check_codes(by_code(found, raster, place), raster)
    table = _table(found, (before, after))
    table.attrs = {
        "zone_area_m2": found.own_areas(),
        "rasters": [{**described(raster), "area": area, "coverage": coverage} for raster in (before, after)],
        "notices": (*before.notices, *after.notices, *found.notices),
    }
    return table


def vetted_pair(
    raster_a: str | PathLike[str] | LandRaster,
    raster_b: str | PathLike[str] | LandRaster,
    scheme: str | PathLike[str] | Scheme | None,
    crs: Any,
) -> tuple[LandRaster, LandRaster]:
    """Return two rasters opened, vetted and of the same cells.

    Raises
    ------
    RasterError, UsageError
        As `measure_change`.
    """
    before, after = vetted(raster_a, scheme, crs), vetted(raster_b, scheme, crs)
    if before.scheme != after.scheme:
        raise UsageError("measure.change_schemes", file=after.path, other=before.path)
    _check_same_cells(before, after)
    return before, after


def same_cells(before: LandRaster, after: LandRaster) -> bool:
    """Tell whether two rasters have the same cells: one CRS, one grid, one extent."""
    sizes = (before.width, before.height) == (after.width, after.height)
    return sizes and same_crs(before.crs, after.crs) and _apart(before, after) <= _SAME_CELLS


def _check_same_cells(before: LandRaster, after: LandRaster) -> None:
    """Refuse rasters of different cells: to resample one is to invent changes along every edge of its classes."""
    if not same_crs(before.crs, after.crs):
        raise RasterError("measure.change_crs", file=after.path, other=before.path)
    if not same_cells(before, after):
        words = {"differs": _differs(before, after), "apart": f"{_apart(before, after):.3g}"}
        raise RasterError("measure.change_grid", file=after.path, other=before.path, **words)


def _differs(before: LandRaster, after: LandRaster) -> str:
    """Say in which of count, size and origin of its cells a grid is another, with both figures."""
    told = []
    for what in ("count", "size", "origin"):
        own, other = (_grid(raster)[what] for raster in (after, before))
        if own != other:
            told.append(say(f"measure.grid_{what}", own=own, other=other))
    return joined(told)


def _grid(raster: LandRaster) -> dict[str, str]:
    place = raster.transform
    return {
        "count": f"{raster.width} × {raster.height}",
        "size": f"{abs(place.a):.12g} × {abs(place.e):.12g}",
        "origin": f"{place.c:.12g} {place.f:.12g}",
    }


def _apart(before: LandRaster, after: LandRaster) -> float:
    """Return how far the corners of two rasters of one CRS lie from each other at most, in cells."""
    own, other = (np.array(raster.transform[:6]).reshape(2, 3) for raster in (after, before))
    corners = np.array([[0, before.width, 0, before.width], [0, 0, before.height, before.height], [1, 1, 1, 1]])
    cell = np.abs([[before.transform.a], [before.transform.e]])
    return float((np.abs((own - other) @ corners) / cell).max())


def _table(found: ZoneCodes, rasters: tuple[LandRaster, LandRaster]) -> pd.DataFrame:
    count = len(found.area_m2)
    blank = [
        ~found.valid[:, place] | np.isin(found.codes[:, place].astype(raster.dtype), list(raster.nodata_codes))
        for place, raster in enumerate(rasters)
    ]
    codes = [np.where(none, 0, found.codes[:, place]) for place, none in enumerate(blank)]
    # Several values may mean nodata.
    first, areas = added_up([found.zones, blank[0], codes[0], blank[1], codes[1]], found.areas)
    columns = []
    for place, raster in enumerate(rasters):
        words = codes[place][first].astype(raster.dtype).astype(object)
        words[blank[place][first]] = NODATA
        columns.append(np.concatenate([words, np.full(count, OUTSIDE, dtype=object)]))
    # A zone that could not be measured has a row of unknown area for nodata too.
    lost = np.flatnonzero(np.isnan(found.outside_m2))
    zone = np.concatenate([found.zones[first], np.arange(count), lost])
    columns = [np.concatenate([column, np.full(len(lost), NODATA, dtype=object)]) for column in columns]
    areas = np.concatenate([areas, found.outside_m2, np.full(len(lost), np.nan)])
    kind = np.repeat([0, 2, 1], [len(first), count, len(lost)])
    order = np.lexsort((kind, zone))
    return pd.DataFrame(
        {
            "zone": found.labels(zone[order]),
            "from_code": pd.Series(columns[0][order], dtype=object),
            "to_code": pd.Series(columns[1][order], dtype=object),
            "area_m2": areas[order],
        },
        columns=list(COLUMNS),
    )
