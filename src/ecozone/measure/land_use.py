"""Land cover in zones from polygons: the exact area of each class of a land-use layer (三调 图斑) within each zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from ecozone.errors import DefectError, GeometryError, InputError, UsageError
from ecozone.geo import GRID_M, area_m2, crs_name, is_metric, norm_crs, repair, reproject, require_metric
from ecozone.intake import read_features
from ecozone.landcover import Scheme, as_scheme, listed, open_scheme, resolve_codes
from ecozone.log import Progress, no_progress
from ecozone.measure.arrays import added_up
from ecozone.measure.edge_index import index_of
from ecozone.measure.grid_zones import OnInvalid
from ecozone.measure.pairs import Floats, Ints, array_of
from ecozone.measure.parcels import OnOverlap, hectares_words, parcels_near, without_overlaps
from ecozone.measure.prepared import Prepared
from ecozone.measure.shared import shared_with
from ecozone.notices import Notice, notice, notices_of
from ecozone.text import say

#: The share of a zone by which the sum of its classes may miss it.
_SHARE = 1e-9
#: The share of a zone that is worth a word where no parcel lies on it.
_GAP = 1e-6
#: How far straight edges may stray when they change CRS.
TOLERANCE_M = 2e-6


def measure_land_use(
    zones: gpd.GeoDataFrame | gpd.GeoSeries,
    parcels: gpd.GeoDataFrame | str | PathLike[str],
    *,
    scheme: str | PathLike[str] | Scheme | None = None,
    field: str | None = None,
    layer: str | None = None,
    crs: Any = None,
    on_invalid: OnInvalid = "refuse",
    on_overlap: OnOverlap = "refuse",
    progress: Progress = no_progress,
) -> pd.DataFrame:
    """Return the area of each class of a land-use layer within each zone.

    Parameters
    ----------
    zones : GeoDataFrame or GeoSeries
        Polygons with unique index labels; they may overlap each other. Their CRS or that of the parcels is metric.
    parcels : GeoDataFrame or path
        Polygons with a code column, or a file of them; see `ecozone.landcover.resolve_codes`.
    scheme : str, path or Scheme, optional
        Where the name of the code column does not tell.
    field : str, optional
        The code column, where it has a name of its own.
    layer, crs : optional
        Of a file: as for `ecozone.intake.read_features`.
    on_invalid : "refuse" or "keep"
        As for `ecozone.measure.measure_zones`.
    on_overlap : "refuse" or "first"
        What to do about ground on which two parcels lie: raise, or count it once, for the parcel that comes first,
        with a notice.
    progress : Progress

    Returns
    -------
    DataFrame
        As `ecozone.measure.measure_zones` gives it, with the class codes as text; ``outside`` is ground of the zone on
        which no parcel lies. ``.attrs``: ``zone_area_m2`` by zone, ``raster`` (file, crs, scheme), ``notices``.

    Raises
    ------
    InputError
        If codes are missing, unknown or contradicted by their names, or parcels overlap.
    UsageError
        If index labels of zones repeat.
    GeometryError
        If a zone has no measurable shape.
    CrsError
        If neither CRS is metric, or no trustworthy operation leads from one to the other.
    DefectError
        If classes and zone contradict each other, or two ways to one area disagree.

    Examples
    --------
    >>> fields = gpd.GeoDataFrame(
    ...     {"DLBM": ["1101", "0301"]},
    ...     geometry=[shapely.box(535000, 4330000, 535060, 4330100), shapely.box(535060, 4330000, 535090, 4330100)],
    ...     crs=4548,
    ... )
    >>> zone = gpd.GeoSeries([shapely.box(535000, 4330000, 535100, 4330100)], index=["z"], crs=4548)
    >>> measure_land_use(zone, fields)[["code", "share"]].round(6).values.tolist()
    [['0301', 0.3], ['1101', 0.6], ['nodata', 0.0], ['outside', 0.1]]
    """
    if not zones.index.is_unique:
        twice = zones.index[zones.index.duplicated()].unique()
        raise UsageError("measure.tally_same_label", zones=listed(str(label) for label in twice))
    parcels, classes, land, file = classed(parcels, scheme=scheme, field=field, layer=layer, crs=crs)
    plane = _plane(zones, parcels)
    ready = in_plane(zones, plane, on_invalid)
    progress(0, 2, str(file or ""))
    fields = without_overlaps(parcels_near(parcels, ready.shapes, TOLERANCE_M), on_overlap, file)
    progress(1, 2, str(file or ""))
    shared = shared_with(Prepared(fields.shapes), index_of(array_of(ready.shapes)))
    met = np.flatnonzero(shared.area_m2 > 0)
    codes, kind = np.unique(classes["class_code"].to_numpy(dtype=str)[fields.rows], return_inverse=True)
    # The smallest first, so that the order of the parcels does not move the sum.
    zone, code, part = shared.right[met], kind[shared.left[met]], shared.area_m2[met]
    order = np.argsort(part, kind="stable")
    first, sums = added_up((zone[order], code[order]), part[order])
    table = _table(zones, ready, (zone[order][first], codes[code[order][first]], sums), land)
    progress(2, 2, str(file or ""))
    said = (*notices_of(parcels), *ready.notices, *fields.notices, *_gaps(table, file))
    table.attrs = {
        "zone_area_m2": ready.area_m2.to_dict(),
        "raster": {"file": None if file is None else str(file), "crs": crs_name(plane), "scheme": land.name},
        "notices": tuple(dict.fromkeys(said)),
    }
    return table


def classed(
    parcels: gpd.GeoDataFrame | str | PathLike[str],
    *,
    scheme: str | PathLike[str] | Scheme | None,
    field: str | None,
    layer: str | None,
    crs: Any,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, Scheme, str | None]:
    """Return the polygons of a land-use layer, their classes, the scheme of these, and the file.

    Raises
    ------
    InputError, UsageError
        As `measure_land_use`.
    """
    if not isinstance(parcels, gpd.GeoDataFrame):
        parcels = read_features(parcels, crs=crs, layer=layer)
    file = parcels.attrs.get("source", {}).get("file")
    try:
        classes = resolve_codes(pd.DataFrame(parcels.drop(columns=parcels.geometry.name)), scheme, field=field)
    except InputError as error:
        raise error.of_file(file) if file else error from error.__cause__
    return parcels, classes, as_scheme(scheme) or open_scheme(classes.attrs["scheme"]), file


@dataclass(frozen=True)
class ReadyZones:
    """Zones in the plane; ``area_m2`` has every zone, NaN for one without a measurable shape, ``shapes`` the others."""

    area_m2: pd.Series[float]
    shapes: gpd.GeoSeries
    notices: tuple[Notice, ...]


def _plane(zones: gpd.GeoDataFrame | gpd.GeoSeries, parcels: gpd.GeoDataFrame) -> CRS:
    """Return the metric CRS of one of the two, the parcels' own first: their borders are shared and many."""
    for frame in (parcels, zones):
        crs = norm_crs(frame.crs)
        if is_metric(crs):
            return crs
    require_metric(crs)
    return crs


def in_plane(zones: gpd.GeoDataFrame | gpd.GeoSeries, plane: CRS, on_invalid: OnInvalid) -> ReadyZones:
    """Return zones as valid polygons in a metric plane; refuse those without shape, or keep them without one."""
    given = gpd.GeoSeries(zones.geometry.array, index=zones.index, crs=norm_crs(zones.crs))
    mended, repairs = repair(given)
    here, changes = repair(reproject(mended, plane, tolerance_m=TOLERANCE_M))
    fit = (shapely.get_dimensions(here.array) == 2) & ~shapely.is_empty(here.array)
    if not fit.all() and on_invalid == "refuse":
        shape = given[~fit].iloc[0]
        words = {"kind": "-" if shape is None else shape.geom_type, "reason": "-"}
        names = listed(str(label) for label in given.index[~fit])
        raise GeometryError("measure.tally_no_shape", feature=given.index[~fit][0], zones=names, **words)
    kept = tuple(notice("measure.tally_kept", "refused", feature=name) for name in given.index[~fit])
    return ReadyZones(area_m2(mended[fit]).reindex(given.index), here[fit], (*repairs, *changes, *kept))


def _table(
    zones: gpd.GeoDataFrame | gpd.GeoSeries, ready: ReadyZones, sums: tuple[Ints, Any, Floats], land: Scheme
) -> pd.DataFrame:
    """Return a row a zone and class, and the ground of no class, in the order of zones and codes."""
    own = ready.area_m2.to_numpy()
    place = zones.index.get_indexer(ready.shapes.index)
    zone, codes, areas = place[sums[0]], sums[1], sums[2]
    classed = np.bincount(zone, areas, minlength=len(own))
    around = np.zeros(len(own))
    around[place] = shapely.length(ready.shapes.array)
    over = np.flatnonzero(classed - own > _SHARE * own + GRID_M * around)
    if len(over):
        at = int(over[0])
        words: dict[str, Any] = {"tally_m2": float(classed[at]), "zone_m2": float(own[at])}
        raise DefectError("measure.tally_contradicts", feature=zones.index[at], **words)
    rest = np.maximum(own - classed, 0.0 * own)
    every = np.arange(len(own))
    blank = 0.0 * own
    zone = np.concatenate([zone, every, every])
    code = np.concatenate([codes.astype(object), np.repeat(["nodata", "outside"], len(own)).astype(object)])
    area = np.concatenate([areas, blank, rest])
    rank = np.repeat([0, 1, 2], [len(areas), len(own), len(own)])
    # The classes of a zone are in the order of their codes already.
    order = np.lexsort((rank, zone))
    zone, code, area = zone[order], code[order], area[order]
    labels = {"nodata": say("measure.tally_nodata"), "outside": say("measure.land_use_gap")}
    labels |= {str(known): each.label() for known, each in land.classes.items()}
    return pd.DataFrame(
        {
            "zone": zones.index[zone],
            "code": pd.Series(code, dtype=object),
            "label": [labels[one] for one in code.tolist()],
            "area_m2": area,
            "share": np.divide(area, own[zone], out=np.full(len(area), np.nan), where=own[zone] > 0),
        }
    )


def _gaps(table: pd.DataFrame, file: str | None) -> Iterator[Notice]:
    """Say where a zone has ground on which no parcel lies."""
    gaps = table[(table["code"] == "outside") & (table["share"] > _GAP)]
    for zone, area in zip(gaps["zone"], gaps["area_m2"], strict=True):
        yield notice("measure.land_use_gaps", "warning", file=file, feature=zone, area=hectares_words(float(area)))
