"""The samples of one year brought to the zones that are measured: which of them they prove something of, and what.

A zone's samples are those that were drawn in it, or in parts that fill it without overlap, such as the levels of a
barrier. Their strata must fill the ground in which they were drawn; where they do not, or where the samples were not
drawn at random, nothing is estimated.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ecozone.assess.accuracy import Accuracy, assess_accuracy
from ecozone.errors import EcozoneError, InputError
from ecozone.geo import CGCS2000, area_m2, intersection, reproject
from ecozone.landcover import Scheme, listed
from ecozone.measure import codes_at
from ecozone.notices import Notice, notice
from ecozone.units import fixed, hectares
from ecozone.workspace import LandCover, Workspace

#: Strata that fill this part of their zone fill it: slivers of classes that no sample can fall on are left out.
FILLED_SHARE = 0.999

#: Designs that the estimator covers.
_RANDOM = frozenset({"stratified_random", "simple_random"})
# Coordinates rounded to metres move a sample this far from the cell that it was drawn in.
_ROUNDING_M = 1.0
_EDGE_M = 0.01
_SAME_SHARE = 1e-6


@dataclass(frozen=True)
class Adjusted:
    """What the samples of one year prove.

    Attributes
    ----------
    year : int
    file : Path
        Of the samples.
    accuracies : mapping
        By the key of each measured zone that the samples cover.
    places : GeoSeries or None
        Where the samples lie, in the workspace's CRS; None where the file gives no places.
    samples : DataFrame or None
        One row a sample, as ``places``: ``zone``, ``stratum`` (of the keys of ``strata_m2``), ``reference``, ``count``.
    strata_m2 : mapping
        The area of each stratum.
    parts : mapping
        For the key of each zone of ``accuracies``, the zones of the samples that fill it.
    notices : tuple of Notice
    """

    year: int
    file: Path
    accuracies: Mapping[Hashable, Accuracy] = field(default_factory=dict)
    places: gpd.GeoSeries | None = None
    notices: tuple[Notice, ...] = ()
    samples: pd.DataFrame | None = None
    strata_m2: Mapping[Any, float] = field(default_factory=dict)
    parts: Mapping[Hashable, Sequence[str]] = field(default_factory=dict)


def adjust(ws: Workspace, year: int, zones: gpd.GeoDataFrame, tally: pd.DataFrame, scheme: Scheme) -> Adjusted | None:
    """Return what the samples of a year prove of the zones; None where the workspace declares none.

    Parameters
    ----------
    ws : Workspace
    year : int
    zones : GeoDataFrame
        The measured zones, in the workspace's CRS; index: their keys.
    tally : DataFrame
        Their land cover of that year, as `ecozone.measure.measure_zones` gives it. Samples of zones whose areas are
        not known are left out.
    scheme : Scheme

    Raises
    ------
    InputError
        If the samples' file cannot be trusted; a sample lies outside the zone or the raster's data, or on another
        class than it says; strata do not fill their zone, or have too few samples.
    WorkspaceError
        If a zone of the samples does not exist.
    """
    cover = ws.landcover
    if cover is None or (samples := ws.samples(year)) is None:
        return None
    declared = cover.samples[year]
    if declared.design not in _RANDOM:
        said = notice("assess.samples_not_random", "warning", file=declared.path, design=declared.design)
        return Adjusted(year, declared.path, notices=(said,))
    # Where the map itself is not known, samples prove nothing of it.
    samples = samples[~samples["zone"].isin(tally.loc[tally["area_m2"].isna(), "zone"])]
    if samples.empty:
        return Adjusted(year, declared.path, samples=samples)
    drawn_in = _drawn_in(samples, ws, declared.path)
    places = _places(samples, ws)
    if places is not None:
        _check_places(samples, places, drawn_in, declared.path)
    samples = _with_map(samples, places, cover, year, scheme, declared.path)
    samples, areas = _strata(samples, drawn_in, tally, scheme, declared.path)
    accuracies: dict[Hashable, Accuracy] = {}
    filled: dict[Hashable, list[str]] = {}
    own, sizes = area_m2(zones), area_m2(drawn_in)
    for key in zones.index:
        parts = _parts(key, zones, float(own[key]), drawn_in, sizes)
        if parts:
            filled[key] = parts
            mine = samples[samples["zone"].isin(parts)]
            try:
                accuracies[key] = assess_accuracy(
                    mine, {name: area for name, area in areas.items() if name[0] in parts}
                )
            except EcozoneError as error:
                raise error.of_file(declared.path) from None
    missed = [str(zone) for zone in {target.zone for target in ws.targets} - accuracies.keys() if zone in zones.index]
    said_missed = [notice("assess.samples_not_covering", "info", file=declared.path, year=year, zones=listed(missed))]
    noticed = tuple(said_missed if missed else ())
    return Adjusted(year, declared.path, accuracies, places, noticed, samples, areas, filled)


def _drawn_in(samples: pd.DataFrame, ws: Workspace, file: Path) -> gpd.GeoDataFrame:
    found = []
    for name in sorted(set(samples["zone"])):
        zones = ws.zones(name)
        if name not in zones.index:
            raise InputError("assess.samples_zone_not_measured", file=file, zone=name)
        found.append(zones.loc[[name]])
    drawn_in: gpd.GeoDataFrame = pd.concat(found)
    return drawn_in


def _places(samples: pd.DataFrame, ws: Workspace) -> gpd.GeoSeries | None:
    known = samples["lon"].notna() & samples["lat"].notna()
    if not known.all():
        return None
    points = gpd.GeoSeries(gpd.points_from_xy(samples["lon"], samples["lat"]), index=samples.index, crs=CGCS2000)
    here: gpd.GeoSeries = reproject(points, ws.crs)
    return here


def _check_places(samples: pd.DataFrame, places: gpd.GeoSeries, drawn_in: gpd.GeoDataFrame, file: Path) -> None:
    for zone, mine in samples.groupby("zone", sort=True):
        shape = drawn_in.geometry[zone]
        here = places.to_numpy()[samples["zone"].to_numpy() == zone]
        far = ~shapely.dwithin(here, shape, _EDGE_M) if shape is not None else np.ones(len(here), dtype=bool)
        if far.any():
            row = mine.index[far][0]
            raise InputError("assess.sample_outside", file=file, feature=row, zone=zone, count=int(far.sum()))


def _with_map(
    samples: pd.DataFrame, places: gpd.GeoSeries | None, cover: LandCover, year: int, scheme: Scheme, file: Path
) -> pd.DataFrame:
    """Return samples that all know the class of the map; what they say of it is held against the raster."""
    lacking = samples["map"].isna()
    if places is None:
        if lacking.any():
            raise InputError("assess.sample_no_map", file=file, feature=samples.index[lacking][0])
        return samples

    def codes(points: gpd.GeoSeries) -> Any:
        return codes_at(points, cover.rasters[year], scheme=scheme, crs=cover.crs)

    found = codes(places)
    empty = np.array([code is None for code in found])
    if empty.any():
        raise InputError("assess.sample_no_data", file=file, feature=samples.index[empty][0], count=int(empty.sum()))
    written = samples["map"].where(~lacking, pd.Series(found, index=samples.index))
    wrong = np.flatnonzero(written.to_numpy() != found)
    for east, north in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        if len(wrong):
            near = codes(places.iloc[wrong].translate(east * _ROUNDING_M, north * _ROUNDING_M))
            wrong = wrong[written.to_numpy()[wrong] != near]
    if len(wrong):
        first = int(wrong[0])
        words: dict[str, Any] = {"written": written.iloc[first], "found": found[first], "count": len(wrong)}
        raise InputError("assess.sample_other_map", file=file, feature=samples.index[first], year=year, **words)
    return samples.assign(map=written)


def _strata(
    samples: pd.DataFrame, drawn_in: gpd.GeoDataFrame, tally: pd.DataFrame, scheme: Scheme, file: Path
) -> tuple[pd.DataFrame, dict[tuple[str, Any], float]]:
    """Return samples with their strata, ``(zone, name)``, and the area of each stratum in m²."""
    areas: dict[tuple[str, Any], float] = {}
    whole = area_m2(drawn_in)
    for zone, mine in samples.groupby("zone", sort=True):
        if mine["stratum"].notna().any():
            found = {name: float(part.iloc[0]) for name, part in mine.groupby("stratum")["stratum_m2"]}
        else:
            found = _of_classes(str(zone), mine, tally, scheme, float(whole[zone]), file)
        filled = math.fsum(found.values()) / float(whole[zone])
        if not FILLED_SHARE <= filled <= 2 - FILLED_SHARE:
            raise InputError("assess.strata_not_filling", file=file, zone=zone, share=fixed(100 * filled, 2))
        areas |= {(str(zone), name): area for name, area in found.items()}
    names = samples["stratum"].where(samples["stratum"].notna(), samples["map"])
    strata = pd.Series(list(zip(samples["zone"], names, strict=True)), index=samples.index, dtype=object)
    return samples.assign(stratum=strata), areas


def _of_classes(
    zone: str, mine: pd.DataFrame, tally: pd.DataFrame, scheme: Scheme, zone_m2: float, file: Path
) -> dict[Any, float]:
    """Return the areas of a zone's map classes, without slivers on which no sample fell."""
    rows = tally[(tally["zone"] == zone) & tally["code"].isin(list(scheme.classes))]
    if rows.empty:
        raise InputError("assess.samples_zone_not_measured", file=file, zone=zone)
    found = {code: float(area) for code, area in zip(rows["code"], rows["area_m2"], strict=True) if area > 0}
    sampled = set(mine.loc[mine["count"] > 0, "map"])
    unseen = {code: area for code, area in found.items() if code not in sampled}
    if math.fsum(unseen.values()) > (1 - FILLED_SHARE) * zone_m2:
        named = [f"{scheme.classes[code].label()} ({hectares(area)} ha)" for code, area in sorted(unseen.items())]
        raise InputError("assess.stratum_unsampled", file=file, zone=zone, classes=", ".join(named))
    return {code: area for code, area in found.items() if code not in unseen}


def _parts(
    key: Hashable, zones: gpd.GeoDataFrame, own: float, drawn_in: gpd.GeoDataFrame, sizes: pd.Series
) -> list[str]:
    """Return the zones of the samples that fill a zone without overlap: itself, or parts of it; none where none do."""
    if key in drawn_in.index:
        return [str(key)]
    shape = zones.geometry[key]
    if shape is None:
        return []
    found = []
    for part, size in sizes.items():
        here = drawn_in.geometry.loc[[part]]
        if here.iloc[0] is None or size > own * (1 + _SAME_SHARE) or not shapely.intersects(shape, here.iloc[0]):
            continue
        within = intersection(here, gpd.GeoSeries([shape], index=[part], crs=drawn_in.crs))
        if abs(float(area_m2(within).iloc[0]) - size) <= _SAME_SHARE * own:
            found.append(str(part))
    fills = abs(math.fsum(sizes[part] for part in found) - own) <= _SAME_SHARE * own
    return found if fills else []
