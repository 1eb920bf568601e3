"""What sites take of zones: the ground of each class on the part of a zone that a site covers."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ecozone.assess.tallying import tally
from ecozone.geo import area_m2, difference, intersection, union
from ecozone.landcover import Scheme
from ecozone.log import Progress, no_progress
from ecozone.measure import Mapper
from ecozone.notices import Notice, notices_of
from ecozone.workspace import LandCover

#: Stands for all sites together, overlaps counted once.
TOGETHER = ""

#: Stands for the classes of ground that could not be measured; no scheme has such a code.
UNMEASURED = "unmeasured"

_NO_CLASS = ("nodata", "outside")


@dataclass(frozen=True)
class LandYear:
    """The land cover of one year, and who tallies it."""

    source: Path
    scheme: Scheme
    cover: LandCover
    mapper: Mapper | None = None
    progress: Progress = no_progress

    def tally(self, shapes: gpd.GeoSeries) -> pd.DataFrame:
        """Return the ground of each class on shapes; of one that cannot be measured it is not known."""
        return tally(shapes, self.source, self.scheme, self.cover, self.mapper, self.progress)


@dataclass(frozen=True)
class Taken:
    """What sites take of zones.

    Attributes
    ----------
    pieces : GeoDataFrame
        A row a site and zone that share ground: ``site_id`` (`TOGETHER` for all sites), ``zone``, ``area_m2``
        (ellipsoidal), in the CRS of the zones.
    ground : mapping
        ``(site_id, zone)`` to the area of each class there, m²; ground without class is under None. Of what could not
        be measured nothing but its whole area is known, under `UNMEASURED`.
    notices : tuple of Notice
    """

    pieces: gpd.GeoDataFrame
    ground: Mapping[tuple[str, str], Mapping[int | str | None, float]]
    notices: tuple[Notice, ...] = ()

    def of(self, site_id: str, zone: str, codes: Collection[int | str]) -> float:
        """Return the area of these classes that a site takes of a zone, m²."""
        found = self.ground.get((site_id, zone), {})
        unknown = math.nan if UNMEASURED in found else 0.0
        return float(sum(area for code, area in found.items() if code in codes)) + unknown

    def zones_of(self, site_id: str) -> Sequence[str]:
        """Return the zones that a site takes ground of."""
        return self._zones.get(site_id, ())

    @cached_property
    def _zones(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for site_id, zone in self.ground:
            found.setdefault(site_id, []).append(zone)
        return found


def taken_by(sites: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, year: LandYear) -> Taken:
    """Return what each site, and all together, take of each zone.

    Parameters
    ----------
    sites : GeoDataFrame
        Valid polygons with unique ``site_id`` in the CRS of the zones.
    zones : GeoDataFrame
        Index: keys.
    year : LandYear
    """
    together = gpd.GeoDataFrame({"site_id": [TOGETHER]}, geometry=[union(sites.geometry)], crs=zones.crs)
    owners = pd.concat([sites[["site_id", "geometry"]], together], ignore_index=True)
    known = zones[zones.geometry.notna()]
    left, right = shapely.STRtree(owners.geometry.array).query(known.geometry.array, predicate="intersects")[::-1]
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    shapes = intersection(
        gpd.GeoSeries(owners.geometry.to_numpy()[left], crs=zones.crs),
        gpd.GeoSeries(known.geometry.to_numpy()[right], crs=zones.crs),
    )
    pieces = gpd.GeoDataFrame(
        {
            "site_id": owners["site_id"].to_numpy(dtype=object)[left],
            "zone": known.index.to_numpy(dtype=object)[right],
            "area_m2": area_m2(shapes).to_numpy(),
        },
        geometry=shapes,
        crs=zones.crs,
    )
    pieces = pieces[pieces["area_m2"] > 0].reset_index(drop=True)
    if pieces.empty:
        return Taken(pieces, {})
    names = pieces["site_id"] + " × " + pieces["zone"]
    tally = year.tally(gpd.GeoSeries(pieces.geometry.to_numpy(), index=pd.Index(names), crs=zones.crs))
    ground: dict[tuple[str, str], dict[int | str | None, float]] = {}
    pairs = dict(zip(names, zip(pieces["site_id"], pieces["zone"], pieces["area_m2"], strict=True), strict=True))
    for name, code, size in zip(tally["zone"], tally["code"], tally["area_m2"], strict=True):
        site_id, zone, area = pairs[name]
        found = ground.setdefault((site_id, zone), {})
        if math.isnan(size):
            found[UNMEASURED] = area
        elif size > 0:
            key = None if code in _NO_CLASS else code
            found[key] = found.get(key, 0.0) + float(size)
    return Taken(pieces, ground, notices_of(tally))


def open_ground(
    sites: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, parts: gpd.GeoDataFrame, year: LandYear
) -> list[dict[str, Any]]:
    """Return the open ground of zones that the sites leave: for each class its area, as a whole and by part.

    Parameters
    ----------
    sites, zones : GeoDataFrame
        As for `taken_by`; only the zones that are asked about.
    parts : GeoDataFrame
        Subdistricts, in the same form; there may be none.

    Returns
    -------
    list of dict
        ``zone, title, in_subdistrict`` (None for the whole zone), ``code, label, area_m2``; the largest first.
    """
    wanted = {code: land for code, land in year.scheme.classes.items() if land.bare and land.neither}
    rows = [(key, None) for key in zones.index]
    shapes = list(zones.geometry)
    for key, zone in zones.iterrows():
        others = parts[parts["layer"] != zone["layer"]]
        shared = intersection(
            gpd.GeoSeries([zone.geometry] * len(others), index=others.index, crs=zones.crs), others.geometry
        )
        rows += [(key, part) for part in others.index]
        shapes += list(shared)
    free = difference(
        gpd.GeoSeries(shapes, crs=zones.crs),
        gpd.GeoSeries([union(sites.geometry)] * len(shapes), crs=zones.crs),
    )
    known = np.flatnonzero((shapely.get_dimensions(free.array) == 2) & ~shapely.is_empty(free.array))
    if not wanted or not len(known):
        return []
    tally = year.tally(free.iloc[known])
    tally = tally[tally["code"].isin(list(wanted)) & (tally["area_m2"] > 0)]
    found = [
        {
            "zone": rows[at][0],
            "title": zones.loc[rows[at][0], "title"],
            "in_subdistrict": None if rows[at][1] is None else parts.loc[rows[at][1], "title"],
            "code": code,
            "label": wanted[code].label(),
            "area_m2": float(area),
        }
        for at, code, area in zip(tally["zone"], tally["code"], tally["area_m2"], strict=True)
    ]
    place = {key: number for number, key in enumerate(zones.index)}
    return sorted(found, key=lambda row: (place[row["zone"]], row["in_subdistrict"] is not None, -row["area_m2"]))
