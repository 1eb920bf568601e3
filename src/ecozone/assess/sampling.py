"""The sample that would prove the targets: how many places in each stratum, and which.

The strata of a zone are what its map shows as blue, forest, other green, cropland and neither. The size is that of
Olofsson et al. (2014), equation 13, for a share whose strata are right as often as the map's product is said to be;
it is shared out by area, with no stratum below the 50 samples that the same paper advises for rare classes. Places are
drawn with equal chance everywhere in the stratum, by a generator whose seed is given.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from ecozone.assess.accuracy import Z_95
from ecozone.assess.series import PROXY
from ecozone.assess.table import table
from ecozone.errors import UsageError, WorkspaceError
from ecozone.geo import CGCS2000, area_m2, reproject
from ecozone.landcover import LandClass, Profile, Scheme, open_scheme
from ecozone.log import Progress, no_progress
from ecozone.measure import codes_at, measure_zones, scatter
from ecozone.text import joined
from ecozone.workspace import LandCover, Target, Workspace

PLAN_COLUMNS = ("zone", "stratum", "stratum_m2", "share", "samples")
PROOF_COLUMNS = ("zone", "indicator", "target", "value", "needed_se", "expected_se", "proves")

#: Strata from the surest sign down: what is blue is blue, whatever else counts for it.
_STRATA = ("blue", "forest", "green", "cropland", "neither")
#: Olofsson et al. (2014), section 5.1.1: 50 to 100 for each rare stratum.
_LEAST_SAMPLES = 50
#: A stratum with a smaller part of its zone joins the largest one: 50 visits would tell nothing more of the zone.
_LEAST_SHARE = 0.005
#: Where nobody has published how right a product is, nothing better than a coin is assumed.
_COIN = 0.5
_MOST_SAMPLES = 100_000
_BATCH = 100_000


@dataclass(frozen=True)
class SamplePlan:
    """A stratified random sample to be visited or interpreted.

    Attributes
    ----------
    year : int
        The land cover that it tests.
    seed : int
    se : float
        The standard error that it is laid out for, in points.
    accuracy : float
        How right the map was taken to be, a share.
    strata : DataFrame
        `PLAN_COLUMNS`: ``share`` is of the zone, ``samples`` how many to draw.
    proofs : DataFrame
        `PROOF_COLUMNS`: for each target the share as the map counts it, the standard error that would prove the target
        one way or the other, the one to be expected of this sample, and whether it is small enough; points.
    points : GeoDataFrame
        In the workspace's CRS, in random order: ``id, zone, stratum, stratum_m2, reference`` (empty: to be filled with
        a code or a name of the scheme), ``note``, ``lon``, ``lat`` (degrees of CGCS2000).
    """

    year: int
    seed: int
    se: float
    accuracy: float
    strata: pd.DataFrame
    proofs: pd.DataFrame
    points: gpd.GeoDataFrame


def plan_samples(
    ws: Workspace, *, year: int | None = None, se: float = 1.0, seed: int = 1, progress: Progress = no_progress
) -> SamplePlan:
    """Lay out and draw the sample that the targets of a workspace call for.

    Parameters
    ----------
    ws : Workspace
    year : int, optional
        Of the land cover to be tested; the last unless given.
    se : float
        The standard error of each target's share to lay it out for, in points.
    seed : int
        The same seed, workspace and raster give the same places.
    progress : Progress

    Returns
    -------
    SamplePlan

    Raises
    ------
    UsageError
        If ``se`` is not above 0, or calls for more samples than anybody could look at.
    WorkspaceError
        If there is no land cover of the year, or no target that samples could prove.
    RasterError
        If the raster cannot be read or trusted.

    Examples
    --------
    >>> import ecozone as ez
    >>> plan = plan_samples(ez.open_workspace("demo"), se=2.0)
    >>> len(plan.points) == int(plan.strata["samples"].sum()), sorted(set(plan.strata["zone"]))
    (True, ['barrier:1', 'barrier:2', 'barrier:3', 'built_up'])
    """
    if not 0 < se < math.inf:
        raise UsageError("assess.plan_se", value=se)
    cover = ws.landcover
    if cover is None or not cover.rasters or (year is not None and year not in cover.rasters):
        known = "—" if cover is None else joined(cover.rasters) or "—"
        raise WorkspaceError("assess.no_raster_year", file=ws.file, year=year or "—", known=known)
    tested = max(cover.rasters) if year is None else year
    targets = [target for target in ws.targets if _provable(target)]
    if not targets:
        raise WorkspaceError("assess.plan_no_target", file=ws.file)
    scheme = open_scheme(cover.scheme)
    parts = {target.zone: _drawn_in(target.zone, targets, ws) for target in targets}
    zones = pd.concat(
        [ws.zones(zone).loc[[zone]] for zone in sorted({part for found in parts.values() for part in found})]
    )
    tally = measure_zones(zones, cover.rasters[tested], scheme=scheme, crs=cover.crs, progress=progress)
    groups = {str(zone): _groups(tally[tally["zone"] == zone], scheme) for zone in zones.index}
    accuracy = _accuracy(scheme, tally.attrs["raster"]["version"])
    strata = _strata(groups, parts, accuracy, se / 100.0)
    points = pd.concat(list(_drawn(strata, groups, zones, cover, scheme, tested, seed, progress)))
    return SamplePlan(
        year=tested,
        seed=seed,
        se=se,
        accuracy=accuracy,
        strata=strata,
        proofs=table(
            list(_proofs(targets, parts, strata, tally, scheme, cover.first_profile, accuracy)),
            PROOF_COLUMNS,
            _PROOF_TEXTS,
        ),
        points=_shuffled(points, ws, tested, seed),
    )


_PROOF_TEXTS = frozenset({"zone", "indicator", "proves"})


def _provable(target: Target) -> bool:
    return target.indicator not in {"red_line_area", *PROXY.values()}


def _drawn_in(zone: str, targets: list[Target], ws: Workspace) -> list[str]:
    """Return the zones to draw in for one: a layer that is divided into levels is drawn in level by level."""
    zones = ws.zones(zone.partition(":")[0])
    levels = zones[zones["level"].notna()]
    divided = any(target.zone in levels.index for target in targets)
    if zone in levels.index or levels.empty or not divided:
        return [zone]
    sizes = area_m2(zones)
    fills = math.isclose(float(sizes[levels.index].sum()), float(sizes[zone]), rel_tol=1e-6)
    return [str(key) for key in levels.index] if fills else [zone]


def _groups(tally: pd.DataFrame, scheme: Scheme) -> dict[Any, tuple[str, float]]:
    """Return the stratum of each code of a zone, and the area of that code in m²."""
    rows = [
        (code, float(area))
        for code, area in zip(tally["code"], tally["area_m2"], strict=True)
        if code in scheme.classes
    ]
    whole = math.fsum(area for _, area in rows)
    sizes = {name: math.fsum(area for code, area in rows if _stratum(scheme.classes[code]) == name) for name in _STRATA}
    largest = max(_STRATA, key=lambda name: sizes[name])
    joined = {name: largest if sizes[name] < _LEAST_SHARE * whole else name for name in _STRATA}
    return {code: (joined[_stratum(scheme.classes[code])], area) for code, area in rows}


def _stratum(land: LandClass) -> str:
    return next((flag for flag in _STRATA if flag in land.flags), "neither")


def _accuracy(scheme: Scheme, version: str | None) -> float:
    """Return the overall accuracy that was published of the raster's version, else the lowest of its product."""
    known = [one.overall for one in scheme.accuracy]
    return min(
        (one.overall for one in scheme.accuracy if version and one.version == version),
        default=min(known, default=_COIN),
    )


def _strata(
    groups: Mapping[str, Mapping[Any, tuple[str, float]]], parts: Mapping[str, list[str]], accuracy: float, se: float
) -> pd.DataFrame:
    needed = accuracy * (1 - accuracy) / se**2
    if needed > _MOST_SAMPLES:
        raise UsageError("assess.plan_too_many", value=100 * se, count=math.ceil(needed))
    whole = {zone: math.fsum(area for _, area in found.values()) for zone, found in groups.items()}
    # A zone that serves several targets gets what the most demanding of them asks of it.
    density = {
        zone: max(needed / math.fsum(whole[part] for part in found) for found in parts.values() if zone in found)
        for zone in groups
    }
    rows = []
    for zone, found in groups.items():
        for name in _STRATA:
            area = math.fsum(size for stratum, size in found.values() if stratum == name)
            if area > 0:
                samples = max(_LEAST_SAMPLES, 1 + math.ceil(density[zone] * area))
                rows.append(
                    {"zone": zone, "stratum": name, "stratum_m2": area, "share": area / whole[zone], "samples": samples}
                )
    return pd.DataFrame(rows, columns=list(PLAN_COLUMNS))


def _drawn(
    strata: pd.DataFrame,
    groups: Mapping[str, Mapping[Any, tuple[str, float]]],
    zones: gpd.GeoDataFrame,
    cover: LandCover,
    scheme: Scheme,
    year: int,
    seed: int,
    progress: Progress,
) -> Iterator[gpd.GeoDataFrame]:
    """Yield the places of each zone: points anywhere in it, kept while their stratum still wants some."""
    for number, (zone, mine) in enumerate(strata.groupby("zone", sort=False)):
        progress(number, len(zones), str(zone))
        draw = np.random.default_rng([seed, year, zlib.crc32(str(zone).encode())])
        areas = dict(zip(mine["stratum"], mine["stratum_m2"], strict=True))
        left = {name: int(count) for name, count in zip(mine["stratum"], mine["samples"], strict=True)}
        shares = dict(zip(mine["stratum"], mine["share"], strict=True))
        while any(left.values()):
            trials = min(_BATCH, math.ceil(max(1.3 * count / shares[name] for name, count in left.items())))
            at = scatter(zones.geometry[zone], trials, draw)
            points = gpd.GeoSeries(gpd.points_from_xy(at[:, 0], at[:, 1]), crs=zones.crs)
            codes = codes_at(points, cover.rasters[year], scheme=scheme, crs=cover.crs)
            names = pd.Series([groups[str(zone)].get(code, (None,))[0] for code in codes], dtype=object)
            for name in list(left):
                kept = points[(names == name).to_numpy()].iloc[: left[name]]
                left[name] -= len(kept)
                yield gpd.GeoDataFrame(
                    {"zone": str(zone), "stratum": name, "stratum_m2": areas[name]}, index=kept.index, geometry=kept
                )


def _shuffled(points: gpd.GeoDataFrame, ws: Workspace, year: int, seed: int) -> gpd.GeoDataFrame:
    """Return places in random order, so that neither their number nor their neighbours tell what the map shows."""
    order = np.random.default_rng([seed, year]).permutation(len(points))
    drawn = points.iloc[order].reset_index(drop=True)
    lonlat = reproject(drawn.geometry, CGCS2000)
    width = len(str(len(drawn)))
    return gpd.GeoDataFrame(
        {
            "id": [f"{year}-{number + 1:0{width}d}" for number in range(len(drawn))],
            "zone": drawn["zone"],
            "stratum": drawn["stratum"],
            "stratum_m2": drawn["stratum_m2"],
            "reference": "",
            "note": "",
            "lon": lonlat.x.round(8),
            "lat": lonlat.y.round(8),
        },
        geometry=drawn.geometry,
        crs=ws.crs,
    )


def _proofs(
    targets: list[Target],
    parts: Mapping[str, list[str]],
    strata: pd.DataFrame,
    tally: pd.DataFrame,
    scheme: Scheme,
    profile: Profile,
    accuracy: float,
) -> Iterator[dict[str, Any]]:
    for target in targets:
        mine = strata[strata["zone"].isin(parts[target.zone])]
        whole = float(mine["stratum_m2"].sum())
        weight = mine["stratum_m2"] / whole
        expected = 100 * math.sqrt(float((weight**2 * accuracy * (1 - accuracy) / (mine["samples"] - 1)).sum()))
        codes = scheme.codes(target.indicator, profile)
        counted = tally[tally["zone"].isin(parts[target.zone]) & tally["code"].isin(list(codes))]["area_m2"].sum()
        value = 100 * float(counted) / whole
        aim = target.baseline_value if target.target_value is None else target.target_value
        needed = None if aim is None else abs(value - aim) / Z_95
        yield {
            "zone": target.zone,
            "indicator": target.indicator,
            "target": aim,
            "value": value,
            "needed_se": needed,
            "expected_se": expected,
            "proves": None if needed is None else expected <= needed,
        }
