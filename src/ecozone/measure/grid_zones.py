"""Zones made ready for a raster: valid polygons in its CRS, with the area that their tally must come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ecozone.errors import GeometryError, UsageError
from ecozone.geo import area_m2, metres_per_unit, norm_crs, plane_area_m2, repair, reproject, same_crs
from ecozone.landcover import LandRaster, listed
from ecozone.measure.arrays import Floats, Mask, Shapes
from ecozone.measure.ground import AreaKind
from ecozone.notices import Notice, notice
from ecozone.text import say

if TYPE_CHECKING:
    from ecozone.measure.edges import Rings

OnInvalid = Literal["refuse", "keep"]

#: How far straight edges may stray when they change CRS: so little that even a small parcel's area stays within 1e-8.
_TOLERANCE_M = 2e-6
_POLYGONS = (int(shapely.GeometryType.POLYGON), int(shapely.GeometryType.MULTIPOLYGON))
#: Zones that reach beyond the raster by no more of a cell lie on it as a whole, as far as changes of CRS can tell.
_EDGE_CELLS = 1e-6
#: Bounds within this part of a cell of the raster's edge lie on it, as vertices do in `ecozone.measure.edges`.
_SNAP = 1e-9

#: A projection's inverse at each of fewer vertices costs nothing that anyone would notice.
_MANY_VERTICES = 20_000


@dataclass(frozen=True)
class GridZones:
    """Zones on the grid of a raster.

    ``area_m2`` has every zone, NaN for one without a measurable shape; ``shapes``, in the CRS of the raster, only those
    that have one, at the places that ``measured`` names, and ``rings`` those taken apart, for a plan to take over.
    ``beyond`` says which of them reach beyond the raster, ``most_outside_m2`` how much of each may lie there (of those,
    any area), and ``slack_m2`` by how much repair and rounding may keep a tally from the area.
    """

    area_m2: pd.Series[float]
    measured: pd.Index
    shapes: Shapes
    rings: Rings
    beyond: Mask
    most_outside_m2: Floats
    slack_m2: Floats
    notices: tuple[Notice, ...]


def on_grid(
    zones: gpd.GeoDataFrame | gpd.GeoSeries, raster: LandRaster, area: AreaKind, on_invalid: OnInvalid, *, valid: bool
) -> GridZones:
    """Return zones as polygons on the grid of a raster; see `ecozone.measure.measure_zones`."""
    # Importing kernels loads numba, which takes a quarter of a second.
    from ecozone.measure.edges import rings_of

    if not zones.index.is_unique:
        twice = zones.index[zones.index.duplicated()].unique()
        raise UsageError("measure.tally_same_label", zones=listed(str(label) for label in twice))
    given = gpd.GeoSeries(zones.geometry.array, index=zones.index, crs=norm_crs(zones.crs))
    mended, repairs, rings = _mended(given, valid=valid)
    whole = _polygons(mended, given, on_invalid)
    there = reproject(whole, raster.crs, tolerance_m=_TOLERANCE_M)
    changes: tuple[Notice, ...] = ()
    same = same_crs(whole.crs, raster.crs)
    if not same:
        there, changes, rings = _mended(there, valid=False)
        there = _polygons(there, whole, on_invalid)
        whole = whole.loc[there.index]
    shapes = np.asarray(there.array, dtype=object)
    rings = rings_of(shapes) if rings is None else rings
    own = _areas(whole, rings if same else None) if area == "ellipsoidal" else plane_area_m2(there)
    own = own.reindex(zones.index)
    missing = tuple(notice("measure.tally_kept", "refused", feature=name) for name in zones.index[own.isna()])
    # Degrees of longitude are shorter than those of latitude: the edge is no longer than this.
    edge_m = shapely.length(whole.array) * metres_per_unit(whole.crs)
    slack = 1e-5 * own[there.index].to_numpy() + 1e-4 * edge_m + (1.0 if changes else 0.0)
    reach = _reach(there, raster)
    # A hair's breadth along the edge: a tally on the ellipsoid cannot tell it, yet all of a thin zone may lie in it.
    cell_m = max(abs(raster.transform.a), abs(raster.transform.e)) * metres_per_unit(raster.crs)
    strip = 2.0 * reach * cell_m * edge_m
    return GridZones(
        area_m2=own,
        measured=there.index,
        shapes=shapes,
        rings=rings,
        beyond=reach > _EDGE_CELLS,
        most_outside_m2=np.where(reach > _EDGE_CELLS, np.inf, np.where(reach > _SNAP, strip, 0.0)),
        slack_m2=slack,
        notices=(*repairs, *changes, *missing),
    )


def _mended(zones: gpd.GeoSeries, *, valid: bool) -> tuple[gpd.GeoSeries, tuple[Notice, ...], Rings | None]:
    """Return zones with the invalid ones repaired, notices, and, where all were valid polygons, their rings."""
    from ecozone.measure.edges import rings_of
    from ecozone.measure.plain_rings import plainly_valid

    if not _are_polygons(zones).all():
        return (zones, (), None) if valid else (*repair(zones), None)
    taken = rings_of(np.asarray(zones.array, dtype=object))
    if valid:
        return zones, (), taken
    mended, notices = repair(zones, known_valid=plainly_valid(taken, len(zones)))
    return mended, notices, None if notices else taken


def _areas(zones: gpd.GeoSeries, rings: Rings | None) -> pd.Series[float]:
    """Return `area_m2`, of many vertices by `zone_areas`: what takes longer than all the rest of a tally."""
    shapes = np.asarray(zones.array, dtype=object)
    if shapely.get_num_coordinates(shapes).sum() < _MANY_VERTICES:
        return area_m2(zones)
    from ecozone.measure.zone_areas import zone_areas

    return pd.Series(zone_areas(shapes, norm_crs(zones.crs), rings), index=zones.index, dtype=float)


def _polygons(mended: gpd.GeoSeries, before: gpd.GeoSeries, on_invalid: OnInvalid) -> gpd.GeoSeries:
    """Return the zones that are polygons; refuse the others, or leave them out."""
    fit = _are_polygons(mended)
    if not fit.all() and on_invalid == "refuse":
        first = before.iloc[[int(np.argmin(fit))]]
        shape = first.iloc[0]
        reasons = [say(each.key, **each.fields) for each in repair(first)[1]]
        raise GeometryError(
            "measure.tally_no_shape",
            feature=first.index[0],
            kind="-" if shape is None else shape.geom_type,
            reason=reasons[0] if reasons else "-",
            zones=listed(str(label) for label in mended.index[~fit]),
        )
    return mended[fit]


def _are_polygons(zones: gpd.GeoSeries) -> Mask:
    return np.asarray(np.isin(shapely.get_type_id(zones.array), _POLYGONS) & ~shapely.is_empty(zones.array))


def _reach(zones: gpd.GeoSeries, raster: LandRaster) -> Floats:
    """Return by how many cells each zone reaches beyond the raster; negative where it does not come to the edge."""
    bounds = shapely.bounds(zones.array).reshape(-1, 4)
    columns = (bounds[:, [0, 2]] - raster.transform.c) / raster.transform.a
    rows = (bounds[:, [1, 3]] - raster.transform.f) / raster.transform.e
    ends = -columns.min(axis=1), -rows.min(axis=1), columns.max(axis=1) - raster.width, rows.max(axis=1) - raster.height
    return np.asarray(np.maximum.reduce(ends), np.float64)
