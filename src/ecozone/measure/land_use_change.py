"""What became of what in each zone, from one land-use layer (三调 图斑) to another: by overlay of their polygons."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ecozone.errors import UsageError
from ecozone.geo import area_m2, intersection, norm_crs, require_metric, union
from ecozone.landcover import Scheme
from ecozone.log import Progress, no_progress
from ecozone.measure.arrays import Floats, Ints, added_up
from ecozone.measure.edge_index import EdgeIndex, index_of
from ecozone.measure.grid_zones import OnInvalid
from ecozone.measure.land_use import TOLERANCE_M, classed, in_plane
from ecozone.measure.pairs import array_of
from ecozone.measure.parcels import OnOverlap, parcels_near, without_overlaps
from ecozone.measure.prepared import Prepared
from ecozone.measure.shared import shared_with
from ecozone.notices import Notice, notices_of
from ecozone.text import say

#: No parcel lies there.
_OUTSIDE = "outside"
#: What the millimetre grid may leave over of a class in a zone, as a share of the zone.
_REST = 1e-7


@dataclass(frozen=True)
class LandUseChange:
    """What changed between two land-use layers.

    Attributes
    ----------
    table : DataFrame
        As `ecozone.measure.measure_change` gives it, with class codes as text; ``"outside"`` is ground on which no
        parcel of that year lies.
    pieces : GeoDataFrame
        ``from_code, to_code, geometry``: where two parcels of different classes share ground, in the zones' CRS.
    """

    table: pd.DataFrame
    pieces: gpd.GeoDataFrame


def measure_land_use_change(
    zones: gpd.GeoDataFrame | gpd.GeoSeries,
    parcels_a: gpd.GeoDataFrame | str | PathLike[str],
    parcels_b: gpd.GeoDataFrame | str | PathLike[str],
    *,
    scheme: str | PathLike[str] | Scheme | None = None,
    field: str | None = None,
    layer: str | None = None,
    crs: Any = None,
    on_overlap: OnOverlap = "refuse",
    on_invalid: OnInvalid = "refuse",
    progress: Progress = no_progress,
) -> LandUseChange:
    """Return the area of each transition between the classes of two land-use layers within each zone.

    Parameters
    ----------
    zones : GeoDataFrame or GeoSeries
        Polygons in a metric CRS, with unique index labels.
    parcels_a, parcels_b : GeoDataFrame or path
        The earlier and the later layer; as for `ecozone.measure.measure_land_use`.
    scheme, field, layer, crs, on_overlap, on_invalid, progress
        As there, for both.

    Raises
    ------
    UsageError
        If the two layers are of different schemes.
    EcozoneError
        As `ecozone.measure.measure_land_use`.

    Examples
    --------
    >>> def field(codes):
    ...     boxes = [shapely.box(535000 + 50 * i, 4330000, 535050 + 50 * i, 4330100) for i in range(len(codes))]
    ...     return gpd.GeoDataFrame({"DLBM": codes}, geometry=boxes, crs=4548)
    >>> zone = gpd.GeoSeries([shapely.box(535000, 4330000, 535100, 4330100)], index=["z"], crs=4548)
    >>> found = measure_land_use_change(zone, field(["0103", "0103"]), field(["0103", "1104"]))
    >>> found.table[["from_code", "to_code", "area_m2"]].round(0).values.tolist()
    [['0103', '0103', 5000.0], ['0103', '1104', 5000.0], ['outside', 'outside', 0.0]]
    """
    plane = norm_crs(zones.crs)
    require_metric(plane)
    ready = in_plane(zones, plane, on_invalid)
    index, of_zone = index_of(array_of(ready.shapes)), zones.index.get_indexer(ready.shapes.index)
    years = []
    notices: list[Notice] = list(ready.notices)
    for step, given in enumerate((parcels_a, parcels_b)):
        progress(step, 3, say("measure.land_use_change_progress"))
        parcels, classes, land, file = classed(given, scheme=scheme, field=field, layer=layer, crs=crs)
        fields = without_overlaps(parcels_near(parcels, ready.shapes, TOLERANCE_M), on_overlap, file)
        codes = classes["class_code"].to_numpy(dtype=object)[fields.rows]
        notices += [*notices_of(parcels), *fields.notices]
        years.append((fields.shapes, codes, land, file))
    (ones, one_codes, one_land, one_file), (others, other_codes, other_land, other_file) = years
    if one_land != other_land:
        raise UsageError("measure.change_schemes", file=other_file or "-", other=one_file or "-")
    progress(2, 3, say("measure.land_use_change_progress"))
    shapes, left, right = _pieces(ones, others)
    names = np.unique(np.concatenate([one_codes, other_codes, [_OUTSIDE]]).astype(str))
    one_place, other_place = (np.searchsorted(names, codes.astype(str)) for codes in (one_codes, other_codes))
    keys, areas = _in_zones(shapes, index, of_zone, (one_place[left], other_place[right]))
    one_whole, other_whole = (
        _in_zones(side, index, of_zone, (place,)) for side, place in ((ones, one_place), (others, other_place))
    )
    rest = _rest(keys, areas, one_whole, other_whole, names)
    table = _table(zones, np.asarray(ready.area_m2, np.float64), keys, areas, rest, names)
    table.attrs = {"zone_area_m2": ready.area_m2.to_dict(), "notices": tuple(dict.fromkeys(notices))}
    changed = one_place[left] != other_place[right]
    pieces = gpd.GeoDataFrame(
        {"from_code": one_codes[left[changed]], "to_code": other_codes[right[changed]]},
        geometry=gpd.GeoSeries(shapes.array[changed], crs=plane),
        crs=plane,
    )
    progress(3, 3, say("measure.land_use_change_progress"))
    return LandUseChange(table, pieces)


def land_use_patches(
    pieces: gpd.GeoDataFrame, ground: gpd.GeoDataFrame | gpd.GeoSeries, min_area_m2: float
) -> gpd.GeoDataFrame:
    """Return the connected parts of some ground that changed from one class to another, of two land-use layers.

    As `ecozone.measure.measure_patches` gives them; ``pieces`` are those of `LandUseChange`, in the ground's CRS.
    """
    whole = gpd.GeoSeries([union(ground.geometry.dropna())], crs=ground.crs)
    rows: dict[str, list[Any]] = {"from_code": [], "to_code": [], "geometry": []}
    for (one, other), mine in pieces.groupby(["from_code", "to_code"], sort=True):
        together = gpd.GeoSeries([union(mine.geometry)], crs=ground.crs)
        parts = shapely.get_parts(intersection(together, whole).iloc[0])
        flat = parts[shapely.get_dimensions(parts) == 2].tolist()
        rows["from_code"] += [one] * len(flat)
        rows["to_code"] += [other] * len(flat)
        rows["geometry"] += flat
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs=ground.crs)
    table.insert(2, "area_m2", area_m2(table).to_numpy())
    kept = table[table["area_m2"] >= min_area_m2]
    west, _, _, north = shapely.bounds(kept.geometry.array.to_numpy()).reshape(-1, 4).T
    order = np.lexsort((west, -north, -np.round(kept["area_m2"].to_numpy(), 3)))
    return kept.iloc[order].reset_index(drop=True)


def _pieces(ones: gpd.GeoSeries, others: gpd.GeoSeries) -> tuple[gpd.GeoSeries, Ints, Ints]:
    """Return the ground that parcels of two layers share, and whose each piece is."""
    left, right = shapely.STRtree(others.to_numpy()).query(ones.to_numpy(), predicate="intersects")
    touching = shapely.touches(ones.to_numpy()[left], others.to_numpy()[right])
    left, right = left[~touching], right[~touching]
    one = gpd.GeoSeries(ones.array[left], crs=ones.crs)
    cut = intersection(one, gpd.GeoSeries(others.array[right], crs=ones.crs))
    shapes = np.asarray(cut.array, dtype=object)
    flat = (shapely.get_dimensions(shapes) == 2) & (shapely.area(shapes) > 0)
    return gpd.GeoSeries(shapes[flat], crs=ones.crs), left[flat], right[flat]


def _in_zones(
    shapes: gpd.GeoSeries, index: EdgeIndex, of_zone: Ints, places: tuple[Ints, ...]
) -> tuple[tuple[Ints, ...], Floats]:
    """Return zone and class places, and the area of each combination; ``of_zone``: the zone of each indexed shape."""
    shared = shared_with(Prepared(shapes), index)
    met = np.flatnonzero(shared.area_m2 > 0)
    zone, part = of_zone[shared.right[met]], shared.area_m2[met]
    # The smallest first, so that the order of the parcels does not move the sum.
    order = np.argsort(part, kind="stable")
    keys = (zone[order], *(place[shared.left[met]][order] for place in places))
    first, sums = added_up(keys, part[order])
    return tuple(key[first] for key in keys), sums


def _rest(
    keys: tuple[Ints, ...],
    areas: Floats,
    one: tuple[tuple[Ints, ...], Floats],
    other: tuple[tuple[Ints, ...], Floats],
    names: Any,
) -> tuple[tuple[Ints, Ints, Ints], Floats]:
    """Return what of each class of one year has no parcel in the other year."""
    outside = int(np.searchsorted(names, _OUTSIDE))
    parts: list[tuple[Ints, Ints, Ints, Floats]] = []
    for at, ((zone, place), whole) in ((1, one), (2, other)):
        joint = pd.Series(areas).groupby([keys[0], keys[at]]).sum()
        known = joint.reindex(pd.MultiIndex.from_arrays([zone, place])).fillna(0.0).to_numpy()
        none = np.full(len(zone), outside)
        parts.append((zone, place, none, whole - known) if at == 1 else (zone, none, place, whole - known))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return (columns[0], columns[1], columns[2]), columns[3]


def _table(
    zones: gpd.GeoDataFrame | gpd.GeoSeries,
    own: Floats,
    keys: tuple[Ints, ...],
    areas: Floats,
    rest: tuple[tuple[Ints, Ints, Ints], Floats],
    names: Any,
) -> pd.DataFrame:
    (rest_zone, rest_one, rest_other), left_over = rest
    there = left_over > _REST * own[rest_zone]
    zone = np.concatenate([keys[0], rest_zone[there]])
    one = np.concatenate([keys[1], rest_one[there]])
    other = np.concatenate([keys[2], rest_other[there]])
    area = np.concatenate([areas, left_over[there]])
    every = np.arange(len(own))
    bare = np.maximum(own - np.bincount(zone, area, minlength=len(own)), 0.0)
    outside = np.full(len(own), int(np.searchsorted(names, _OUTSIDE)))
    zone, one, other = (np.concatenate(pair) for pair in ((zone, every), (one, outside), (other, outside)))
    area = np.concatenate([area, bare])
    is_out = [names[place] == _OUTSIDE for place in (one, other)]
    order = np.lexsort((other, is_out[1], one, is_out[0], zone))
    return pd.DataFrame(
        {
            "zone": zones.index[zone[order]],
            "from_code": pd.Series(names[one[order]], dtype=object),
            "to_code": pd.Series(names[other[order]], dtype=object),
            "area_m2": area[order],
        }
    )
