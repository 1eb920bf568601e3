"""Land cover in zones: the exact area of each class within each zone, and of what the raster does not know."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from os import PathLike
from typing import Any

import geopandas as gpd
import pandas as pd

from ecozone.errors import DefectError, RasterError, UsageError
from ecozone.geo import crs_name
from ecozone.landcover import LandRaster, Scheme, as_scheme, open_raster, schemes_with
from ecozone.log import Progress, no_progress
from ecozone.measure.counting import Counts, count
from ecozone.measure.coverage import edges_of
from ecozone.measure.grid_zones import GridZones, OnInvalid, on_grid
from ecozone.measure.ground import AreaKind, Ground
from ecozone.notices import Notice, notice
from ecozone.text import pick, say
from ecozone.units import hectares

COLUMNS = ("zone", "code", "label", "area_m2", "share")

#: Ground without a class: cells that mean nodata, and what of a zone lies beyond the raster.
NODATA, OUTSIDE = "nodata", "outside"


def measure_zones(
    zones: gpd.GeoDataFrame | gpd.GeoSeries,
    raster: str | PathLike[str] | LandRaster,
    *,
    scheme: str | PathLike[str] | Scheme | None = None,
    area: AreaKind = "ellipsoidal",
    crs: Any = None,
    on_invalid: OnInvalid = "refuse",
    progress: Progress = no_progress,
) -> pd.DataFrame:
    """Return the area of each land-cover class within each zone.

    A cell on a zone's edge counts by the part of it that the zone covers, exactly. The areas of a zone's rows sum to
    the zone's own area.

    Parameters
    ----------
    zones : GeoDataFrame or GeoSeries
        Polygons in any CRS, with unique index labels; they may overlap each other.
    raster : path or LandRaster
        See `ecozone.landcover.open_raster`. It is read in windows and never held.
    scheme : str, path or Scheme, optional
        What the codes mean. Without one (and none in a LandRaster) codes are counted and not named.
    area : "ellipsoidal" or "plane"
        On the CGCS2000 ellipsoid, or in the plane of the raster's grid: cells times their size.
    crs : anything that `ecozone.geo.norm_crs` takes, optional
        For a raster that carries no CRS.
    on_invalid : "refuse" or "keep"
        What to do about a zone without a measurable shape: raise, or keep it with one row each of unknown area for
        nodata and outside, and a notice.
    progress : Progress

    Returns
    -------
    DataFrame
        Long, in the order of the zones: ``zone`` (index label), ``code`` (int, ``"nodata"`` or ``"outside"``),
        ``label`` in the current language (empty without a scheme), ``area_m2``, and ``share`` of the zone's area.
        A class that is not there has no row; ``nodata`` and ``outside`` (of the raster) always have one.
        ``.attrs``: ``zone_area_m2`` by zone, ``raster`` (file, crs, size, scheme, version, year, area), ``notices``.

    Raises
    ------
    UsageError
        If index labels repeat, or a LandRaster is given with another scheme than its own.
    RasterError
        If the raster cannot be trusted or read, or zones hold values that the scheme does not have.
    GeometryError
        If a zone has no measurable shape, overlaps itself, or is no polygon.
    CrsError
        If zones or raster have no CRS, or no trustworthy operation leads from one to the other; if plane areas are
        asked for in degrees or in the web maps' Mercator.
    DefectError
        If a tally and the area of its zone contradict each other.

    Examples
    --------
    >>> from ecozone.workspace import open_workspace, demo_source
    >>> ws = open_workspace(demo_source())
    >>> tally = measure_zones(ws.zones("barrier"), ws.landcover.rasters[2020], scheme="worldcover")
    >>> tally.groupby("zone")["share"].sum().round(9).unique().tolist()
    [1.0]
    """
    vetted = _vetted(raster, scheme, crs)
    ground = Ground(vetted, area)
    ready = on_grid(zones, vetted, area, on_invalid)
    counts = count(edges_of(ready.shapes, vetted.transform), list(ready.measured), vetted, ground, progress)
    _check_codes(counts, vetted)
    inside = _inside(counts, ready, vetted)
    measured = dict(zip(ready.measured, zip(counts, inside, strict=True), strict=True))
    rows: list[tuple[Any, ...]] = []
    for zone, zone_m2 in ready.area_m2.items():
        found, within = measured.get(zone, ({}, math.nan))
        rows += _rows(zone, zone_m2, found, within, vetted)
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"area_m2": float, "share": float})
    table.attrs = {
        "zone_area_m2": ready.area_m2.to_dict(),
        "raster": _described(vetted, area),
        "notices": (*vetted.notices, *ready.notices, *_suspicions(counts, vetted)),
    }
    return table


def _vetted(
    raster: str | PathLike[str] | LandRaster, scheme: str | PathLike[str] | Scheme | None, crs: Any
) -> LandRaster:
    if not isinstance(raster, LandRaster):
        return open_raster(raster, scheme=scheme, crs=crs)
    if crs is not None or as_scheme(scheme) not in (None, raster.scheme):
        raise UsageError("measure.tally_vetted_otherwise", file=raster.path)
    return raster


def _check_codes(counts: Sequence[Counts], raster: LandRaster) -> None:
    """Refuse values that the scheme does not have: they may be another product's, or a class of this one's misread."""
    if raster.scheme is None:
        return
    known = raster.scheme.classes.keys() | raster.nodata_codes | {None}
    unknown: dict[int, float] = defaultdict(float)
    for code, area in ((code, area) for found in counts for code, area in found.items()):
        if code is not None and code not in known:
            unknown[code] += area
    if unknown:
        everything = {code for found in counts for code in found if code is not None}
        raise RasterError(
            "landcover.unknown_values",
            file=raster.path,
            scheme=raster.scheme.name,
            codes=", ".join(f"{code} ({_hectares(area)})" for code, area in sorted(unknown.items())),
            elsewhere=", ".join(schemes_with(everything)) or "-",
        )


def _inside(counts: Sequence[Counts], ready: GridZones, raster: LandRaster) -> list[float]:
    """Return how much of each zone the raster covers, checked against the zone's own area.

    Where a zone lies on the raster as a whole the two are found in independent ways and must agree.
    """
    inside = [math.fsum(found.values()) for found in counts]
    for zone, within, zone_m2, beyond, slack in zip(
        ready.measured, inside, ready.area_m2[ready.measured], ready.beyond, ready.slack_m2, strict=True
    ):
        if within - zone_m2 > slack or (not beyond and zone_m2 - within > slack):
            raise DefectError(
                "measure.tally_contradicts", file=raster.path, feature=zone, tally_m2=within, zone_m2=zone_m2
            )
    return [
        within if beyond else zone_m2
        for within, zone_m2, beyond in zip(inside, ready.area_m2[ready.measured], ready.beyond, strict=True)
    ]


def _rows(
    zone: Hashable, zone_m2: float, found: Counts, within: float, raster: LandRaster
) -> Iterator[tuple[Any, ...]]:
    classes = {code: area for code, area in found.items() if code is not None and code not in raster.nodata_codes}
    nodata = math.fsum(area for code, area in found.items() if code not in classes) + 0.0 * within
    for code, area in sorted(classes.items()):
        label = raster.scheme.classes[code].label() if raster.scheme else ""
        yield zone, code, label, area, _share(area, zone_m2)
    yield zone, NODATA, say("measure.tally_nodata"), nodata, _share(nodata, zone_m2)
    outside = max(zone_m2 - within, 0.0 * within)
    yield zone, OUTSIDE, say("measure.tally_outside"), outside, _share(outside, zone_m2)


def _share(area: float, zone_m2: float) -> float:
    return area / zone_m2 if zone_m2 > 0 else math.nan


def _described(raster: LandRaster, area: AreaKind) -> dict[str, Any]:
    return {
        "file": str(raster.path),
        "crs": crs_name(raster.crs),
        "width": raster.width,
        "height": raster.height,
        "scheme": raster.scheme.name if raster.scheme else None,
        "version": raster.version,
        "year": raster.year,
        "area": area,
    }


def _suspicions(counts: Sequence[Counts], raster: LandRaster) -> Iterator[Notice]:
    """Say where a class lies that is most likely an error of the data."""
    for code, land in raster.scheme.classes.items() if raster.scheme else ():
        area = math.fsum(found.get(code, 0.0) for found in counts if isinstance(code, int))
        if land.suspicious and area > 0:
            yield notice(
                "measure.tally_suspicious",
                "warning",
                file=raster.path,
                code=code,
                label=land.label(),
                area=_hectares(area),
                reason=pick(land.suspicious),
            )


def _hectares(area_m2: float) -> str:
    return f"{hectares(area_m2):.4f} {say('words.hectare')}"
