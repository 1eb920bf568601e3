"""Land cover in zones: the exact area of each class within each zone, and of what the raster does not know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from os import PathLike
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from ecozone.errors import RasterError, UsageError
from ecozone.geo import crs_name
from ecozone.landcover import LandRaster, Scheme, as_scheme, schemes_with
from ecozone.log import Progress, no_progress
from ecozone.measure.grid_zones import OnInvalid
from ecozone.measure.ground import AreaKind, CoverageKind
from ecozone.measure.land_use import measure_land_use
from ecozone.measure.mapper import mapper_for
from ecozone.measure.zone_codes import ZoneCodes, tallied, vetted
from ecozone.notices import Notice, notice
from ecozone.text import pick, say
from ecozone.units import hectares

COLUMNS = ("zone", "code", "label", "area_m2", "share")

#: Ground without a class: cells that mean nodata, and what of a zone lies beyond the raster.
NODATA, OUTSIDE = "nodata", "outside"


def measure_zones(
    zones: gpd.GeoDataFrame | gpd.GeoSeries,
    raster: str | PathLike[str] | LandRaster | gpd.GeoDataFrame,
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
    """Return the area of each land-cover class within each zone.

    A cell on a zone's edge counts by the part of it that the zone covers, exactly. The areas of a zone's rows sum to
    the zone's own area.

    Parameters
    ----------
    zones : GeoDataFrame or GeoSeries
        Polygons in any CRS, with unique index labels; they may overlap each other.
    raster : path, LandRaster or GeoDataFrame
        Polygons, or a file of them where the scheme is one of polygons, go to `ecozone.measure.measure_land_use`.
        Of a raster see `ecozone.landcover.open_raster`. It is read in strips and never held; each block that a zone
        touches is decoded once, however many zones do.
    scheme : str, path or Scheme, optional
        What the codes mean. Without one (and none in a LandRaster) codes are counted and not named.
    area : "ellipsoidal" or "plane"
        On the CGCS2000 ellipsoid, or in the plane of the raster's grid: cells times their size.
    coverage : "fraction" or "centre"
        By centres, a cell counts as a whole for a zone that its centre lies in, as GDAL rasterizes; the areas of a
        zone's rows then do not sum to the zone's own area.
    crs : anything that `ecozone.geo.norm_crs` takes, optional
        For a raster that carries no CRS.
    on_invalid : "refuse" or "keep"
        What to do about a zone that cannot be measured, for want of a measurable shape or because a block that it needs
        cannot be decoded: raise, or keep it with one row each of unknown area for nodata and outside, and a notice.
    valid : bool
        The caller has made sure that every shape is valid.
    threads : int, optional
        As many as pay, unless given. It does not change what comes out.
    client : distributed.Client or str, optional
        A Dask cluster whose workers tally the strips, or the address of its scheduler; see the page on clusters. It
        does not change what comes out. Land use from polygons is measured here all the same.
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
        If the raster cannot be trusted or read, or changes meanwhile, or zones hold values that the scheme does not
        have.
    GeometryError
        If a zone has no measurable shape, overlaps itself, or is no polygon.
    CrsError
        If zones or raster have no CRS, or no trustworthy operation leads from one to the other; if plane areas are
        asked for in degrees or in the web maps' Mercator.
    ClusterError
        If the cluster cannot be reached, or a worker would come to other numbers.
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
    land = as_scheme(scheme)
    if isinstance(raster, gpd.GeoDataFrame) or (land is not None and land.kind == "vector"):
        if area != "ellipsoidal" or coverage != "fraction" or isinstance(raster, LandRaster):
            raise UsageError("measure.land_use_only_exact")
        return measure_land_use(zones, raster, scheme=land, crs=crs, on_invalid=on_invalid, progress=progress)
    known = vetted(raster, scheme, crs)
    with mapper_for(client) as mapper:
        found = tallied(
            zones, (known,), area=area, coverage=coverage, on_invalid=on_invalid, valid=valid, threads=threads,
            mapper=mapper, progress=progress,
        )  # fmt: skip
    codes = by_code(found, known)
    check_codes(codes, known)
    table = _table(found, known)
    table.attrs = {
        "zone_area_m2": found.own_areas(),
        "raster": {**described(known), "area": area, "coverage": coverage},
        "notices": (*known.notices, *found.notices, *_suspicions(codes, known)),
    }
    return table


def by_code(found: ZoneCodes, raster: LandRaster, place: int = 0) -> dict[int, float]:
    """Return the ground of each code of one raster in all zones; masked cells have none."""
    codes, valid = found.codes[:, place], found.valid[:, place]
    values, index = np.unique(codes[valid], return_inverse=True)
    sums = np.bincount(index.reshape(-1), found.areas[valid], minlength=len(values))
    return dict(zip(values.astype(raster.dtype).tolist(), sums.tolist(), strict=True))


def check_codes(codes: Mapping[int, float], raster: LandRaster) -> None:
    """Refuse values that the scheme does not have: they may be another product's, or a class of this one's misread.

    Raises
    ------
    RasterError
    """
    if raster.scheme is None:
        return
    known = raster.scheme.classes.keys() | raster.nodata_codes
    unknown = {code: area for code, area in codes.items() if code not in known}
    if unknown:
        raise RasterError(
            "landcover.unknown_values",
            file=raster.path,
            scheme=raster.scheme.name,
            codes=", ".join(f"{code} ({_hectares(area)})" for code, area in sorted(unknown.items())),
            elsewhere=", ".join(schemes_with(set(codes))) or "-",
        )


def _table(found: ZoneCodes, raster: LandRaster) -> pd.DataFrame:
    """Return a row a zone and class, and the ground of no class, in the order of zones and codes."""
    count = len(found.area_m2)
    values = found.codes[:, 0].astype(raster.dtype)
    nodata = ~found.valid[:, 0] | np.isin(values, list(raster.nodata_codes))
    blank = np.bincount(found.zones[nodata], found.areas[nodata], minlength=count) + 0.0 * found.inside_m2
    zone = np.concatenate([found.zones[~nodata], np.arange(count), np.arange(count)])
    areas = np.concatenate([found.areas[~nodata], blank, found.outside_m2])
    names = {} if raster.scheme is None else {code: land.label() for code, land in raster.scheme.classes.items()}
    known, place = np.unique(values[~nodata], return_inverse=True)
    codes = [*known.tolist(), NODATA, OUTSIDE]
    labels = [*(names.get(code, "") for code in codes[:-2]), say("measure.tally_nodata"), say("measure.tally_outside")]
    place = np.concatenate([place.reshape(-1), np.repeat([len(known), len(known) + 1], count)])
    order = np.lexsort((place, zone))
    zone, place, areas = zone[order], place[order], areas[order]
    own = found.area_m2.to_numpy()[zone]
    return pd.DataFrame(
        {
            "zone": found.labels(zone),
            "code": pd.Series(np.array(codes, dtype=object)[place], dtype=object),
            # Each text is turned into what pandas keeps of texts once.
            "label": pd.Series(labels).array.take(place),
            "area_m2": areas,
            "share": np.divide(areas, own, out=np.full(len(own), np.nan), where=own > 0),
        },
        columns=list(COLUMNS),
    )


def described(raster: LandRaster) -> dict[str, Any]:
    """Return what a table tells of the raster that it was measured on."""
    return {
        "file": str(raster.path),
        "crs": crs_name(raster.crs),
        "width": raster.width,
        "height": raster.height,
        "scheme": raster.scheme.name if raster.scheme else None,
        "version": raster.version,
        "year": raster.year,
    }


def _suspicions(codes: Mapping[int, float], raster: LandRaster) -> Iterator[Notice]:
    """Say where a class lies that is most likely an error of the data."""
    for code, land in raster.scheme.classes.items() if raster.scheme else ():
        area = codes.get(code, 0.0) if isinstance(code, int) else 0.0
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
