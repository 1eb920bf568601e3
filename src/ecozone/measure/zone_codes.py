"""The ground of each code, or combination of two rasters' codes, within each zone: checked, nothing dropped."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ecozone.errors import DefectError, GeometryError, RasterError, UsageError
from ecozone.landcover import LandRaster, Scheme, as_scheme, listed, open_raster
from ecozone.log import Progress
from ecozone.measure.arrays import Floats, Ints, Mask
from ecozone.measure.grid_zones import GridZones, OnInvalid, on_grid
from ecozone.measure.ground import AreaKind, CoverageKind
from ecozone.measure.mapper import Mapper
from ecozone.notices import Notice, notice

if TYPE_CHECKING:
    from ecozone.measure.partition import Tally


@dataclass(frozen=True)
class ZoneCodes:
    """What was found on one raster, or on several of one grid.

    One record a zone and combination of codes, in the order of zones and codes: ``zones`` (positions), ``codes`` and
    ``valid`` (each of shape (records, rasters); not valid is what a raster's own mask leaves out), ``areas`` (m²).
    One entry a zone: ``area_m2`` (by label; NaN where a zone cannot be measured), ``inside_m2`` (what the raster covers
    of it, as tallied) and ``outside_m2`` (the rest).
    """

    area_m2: pd.Series[float]
    inside_m2: Floats
    outside_m2: Floats
    zones: Ints
    codes: Ints
    valid: Mask
    areas: Floats
    notices: tuple[Notice, ...]

    def labels(self, zones: Ints) -> Any:
        """Return the labels of zones by their positions."""
        return self.area_m2.index.to_flat_index().take(zones)

    def own_areas(self) -> dict[Any, float]:
        """Return the zones' own areas by their labels."""
        # As `Series.to_dict`, which asks each number what it is.
        return dict(zip(self.area_m2.index.tolist(), self.area_m2.tolist(), strict=True))


def vetted(
    raster: str | PathLike[str] | LandRaster, scheme: str | PathLike[str] | Scheme | None, crs: Any
) -> LandRaster:
    """Return a raster opened and vetted.

    Raises
    ------
    UsageError
        If it is opened already, with other words.
    RasterError
        See `ecozone.landcover.open_raster`.
    """
    if not isinstance(raster, LandRaster):
        return open_raster(raster, scheme=scheme, crs=crs)
    if crs is not None or as_scheme(scheme) not in (None, raster.scheme):
        raise UsageError("measure.tally_vetted_otherwise", file=raster.path)
    return raster


def tallied(
    zones: gpd.GeoDataFrame | gpd.GeoSeries,
    rasters: tuple[LandRaster, ...],
    *,
    area: AreaKind,
    coverage: CoverageKind,
    on_invalid: OnInvalid,
    valid: bool,
    threads: int | None,
    mapper: Mapper | None,
    progress: Progress,
) -> ZoneCodes:
    """Return what zones hold of rasters on one grid; see `ecozone.measure.measure_zones`."""
    if mapper is not None:
        mapper.require(raster.path for raster in rasters)
    # numba takes a quarter of a second to load, and who imports `ecozone.measure` need not want a tally.
    from ecozone.measure.partition import plan
    from ecozone.measure.threads import tally_plan

    states = [_state(raster) for raster in rasters]
    ready = on_grid(zones, rasters[0], area, on_invalid, valid=valid)
    work = plan(ready.shapes, rasters, area=area, coverage=coverage, rings=ready.rings)
    found = tally_plan(work, threads=threads, mapper=mapper, progress=progress)
    for raster, state in zip(rasters, states, strict=True):
        if _state(raster) != state:
            raise RasterError("measure.tally_changed", file=raster.path)
    tangled = ready.measured[found.overlapping]
    if len(tangled) and on_invalid == "refuse":
        raise GeometryError("measure.tally_overlaps_itself", feature=tangled[0])
    overlapping = [notice("measure.tally_overlaps_itself", "refused", feature=label) for label in tangled]
    notices = [*ready.notices, *overlapping, *_unreadable(found, ready, rasters[0], on_invalid)]
    lost = np.union1d(found.lost, found.overlapping)
    sound = ~np.isin(found.shapes, found.overlapping)
    inside = np.asarray(np.bincount(found.shapes, found.areas, len(ready.measured)), np.float64)
    own = np.asarray(ready.area_m2[ready.measured], np.float64)
    outside = np.zeros(len(own))
    if coverage == "centre":
        # What lies beyond the raster has no centres to go by.
        exact = plan(ready.shapes[ready.beyond], rasters[:1], area=area)
        parts = tally_plan(exact, threads=threads, mapper=mapper, progress=progress)
        outside[ready.beyond] = own[ready.beyond] - np.bincount(parts.shapes, parts.areas, ready.beyond.sum())
    else:
        _check_areas(inside, own, ready, lost, rasters[0])
        outside = np.minimum(own - inside, ready.most_outside_m2)
    own_all = ready.area_m2.copy()
    places = own_all.index.get_indexer(ready.measured)
    whole = np.full((2, len(own_all)), np.nan)
    whole[:, places] = inside, np.maximum(outside, 0.0)
    whole[:, places[lost]] = np.nan
    return ZoneCodes(
        area_m2=own_all,
        inside_m2=whole[0],
        outside_m2=whole[1],
        zones=places[found.shapes[sound]],
        codes=found.codes[sound],
        valid=found.valid[sound],
        areas=found.areas[sound],
        notices=tuple(notices),
    )


def _state(raster: LandRaster) -> tuple[int, int]:
    try:
        found = raster.path.stat()
    except OSError as error:
        raise RasterError("landcover.no_raster", file=raster.path) from error
    return found.st_size, found.st_mtime_ns


def _unreadable(found: Tally, ready: GridZones, raster: LandRaster, on_invalid: OnInvalid) -> list[Notice]:
    """Refuse what needs blocks that cannot be decoded, or say which zones it is, and of each the first such block."""
    if not len(found.lost):
        return []
    if on_invalid == "refuse":
        zones = listed(str(label) for label in ready.measured[found.lost])
        block = found.unreadable[0]
        words = {"rows": block.rows, "columns": block.columns, "zones": zones}
        raise RasterError("measure.tally_unreadable", file=block.file, **words)
    blocks = shapely.STRtree([block.ground(raster) for block in found.unreadable])
    said = []
    for shape, label in zip(ready.shapes[found.lost], ready.measured[found.lost], strict=True):
        met = blocks.query(shape, predicate="intersects")
        block = found.unreadable[met.min(initial=len(found.unreadable)) % len(found.unreadable)]
        place = {"rows": block.rows, "columns": block.columns}
        said.append(notice("measure.tally_lost", "refused", file=block.file, feature=label, **place))
    return said


def _check_areas(inside: Floats, own: Floats, ready: GridZones, lost: Ints, raster: LandRaster) -> None:
    """Compare what was tallied of each zone with the zone's own area, found in an independent way.

    Where a zone lies on the raster as a whole they must agree.
    """
    apart = (inside - own > ready.slack_m2) | (own - inside > ready.slack_m2 + ready.most_outside_m2)
    apart[lost] = False
    if apart.any():
        first = int(np.argmax(apart))
        raise DefectError(
            "measure.tally_contradicts",
            file=raster.path,
            feature=ready.measured[first],
            tally_m2=float(inside[first]),
            zone_m2=float(own[first]),
        )
