"""What changed between two years: transitions, gains and losses, patches, and what should be verified on the ground."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ecozone.assess.adjusted import Adjusted, adjust
from ecozone.assess.change_flags import flag_notices, flag_roles, flag_tables, places
from ecozone.assess.change_tables import net_table, transition_table, year_tally
from ecozone.assess.tallying import unmeasured
from ecozone.errors import EcozoneError, UsageError, WorkspaceError
from ecozone.geo import intersection
from ecozone.landcover import LandRaster, Scheme, listed, open_raster, open_scheme
from ecozone.log import Progress, no_progress
from ecozone.measure import (
    Aligned,
    aligned,
    land_use_patches,
    measure_change,
    measure_land_use_change,
    measure_patches,
    same_cells,
)
from ecozone.notices import Notice, notice, notices_of
from ecozone.text import joined
from ecozone.units import M2_PER_MU, fixed, hectares
from ecozone.workspace import MEASURED_ROLES, LandCover, Workspace

PATCH_COLUMNS = (
    "patch",
    "from_year",
    "to_year",
    "from_code",
    "from_label",
    "to_code",
    "to_label",
    "area_m2",
    "hectares",
    "zones",
    "subdistrict",
    "violations",
    "lon",
    "lat",
)
#: The least patch that is listed unless another size is asked for: 1 mu, the least wood of GB/T 26424-2010.
MIN_PATCH_M2 = M2_PER_MU

#: Roles that every patch lies in, or that have a column of their own.
_PLACES = ("district", "subdistrict")


@dataclass(frozen=True)
class Change:
    """What changed between two years.

    Attributes
    ----------
    workspace : Workspace
    from_year, to_year : int
    min_area_m2 : float
        The least patch that is listed.
    transitions : DataFrame
        `ecozone.assess.TRANSITION_COLUMNS`: a row a zone and pair of classes, with what stayed the same.
    net : DataFrame
        `ecozone.assess.NET_COLUMNS`: a row a zone and kind of ground.
    patches : GeoDataFrame
        `ecozone.assess.PATCH_COLUMNS` in the workspace's CRS, the largest first; connected ground of one pair of
        classes within the measured zones. ``violations`` names what each may be.
    violations : GeoDataFrame
        `ecozone.assess.VIOLATION_COLUMNS`: possible violations, to be verified on the ground; the largest first.
    flagged : DataFrame
        `ecozone.assess.FLAG_COLUMNS`: their sums by rule and zone, with what is too small for the list.
    misaligned_share, other_class_share : float or None
        See `ecozone.measure.Aligned`; None where the years are of one grid.
    notices : tuple of Notice
    run : mapping or None
        The description of the run that it is of.
    """

    workspace: Workspace
    from_year: int
    to_year: int
    min_area_m2: float
    transitions: pd.DataFrame
    net: pd.DataFrame
    patches: gpd.GeoDataFrame
    violations: gpd.GeoDataFrame
    flagged: pd.DataFrame
    misaligned_share: float | None = None
    other_class_share: float | None = None
    notices: tuple[Notice, ...] = ()
    run: Mapping[str, Any] | None = field(default=None, compare=False)

    @property
    def complete(self) -> bool:
        """Whether every zone could be measured; of one that could not the areas are NaN."""
        return not self.transitions["area_m2"].isna().any()


def assess_change(
    ws: Workspace,
    from_year: int,
    to_year: int,
    *,
    min_area_m2: float = MIN_PATCH_M2,
    align: bool = False,
    client: Any = None,
    progress: Progress = no_progress,
) -> Change:
    """Work out what changed in a workspace's zones between two years of its land cover.

    Parameters
    ----------
    ws : Workspace
    from_year, to_year : int
        Years of the land cover, the earlier first.
    min_area_m2 : float
        The least patch that is listed; m² on the ellipsoid. It does not change transitions, gains and losses.
    align : bool
        Where the two rasters have other cells: bring the later to the earlier's by the nearest rule, and say how much
        ground that puts into a wrong cell, instead of refusing them.
    client : distributed.Client or str, optional
        As for `ecozone.measure.measure_change`.
    progress : Progress

    Returns
    -------
    Change
        Of a zone that cannot be measured, for want of a measurable shape or because a block of a raster that it needs
        cannot be decoded, nothing is known: its areas are NaN, with a notice of severity ``refused``.

    Raises
    ------
    UsageError
        If the years are not in order, or the least area is negative.
    WorkspaceError
        If the workspace declares no land cover, none of a year, or no zone to measure.
    RasterError
        If the rasters have other cells and are not to be aligned, or cannot be read or trusted.
    EcozoneError
        As `ecozone.measure.measure_change`, `ecozone.measure.measure_land_use` and `ecozone.assess.assess_indicators`.

    Examples
    --------
    >>> import ecozone as ez
    >>> change = assess_change(ez.open_workspace("demo"), 2020, 2025)
    >>> trees = change.net.query("zone == 'barrier:1' and ground == 'tree_cover'").iloc[0]
    >>> trees["significance"], bool(trees["net_m2"] > 0)
    ('cannot_tell', True)
    """
    cover = _checked(ws, (from_year, to_year), min_area_m2)
    scheme = open_scheme(cover.scheme)
    zones = _zones(ws)
    with tempfile.TemporaryDirectory(prefix="ecozone-") as folder:
        found = _measured(
            ws, cover, scheme, zones, (from_year, to_year), min_area_m2, align, Path(folder), client, progress
        )
    years = (from_year, to_year)
    patches = _described(found.patches, zones, scheme, years)
    violations, flagged = flag_tables(ws, found.table, zones, patches, scheme, min_area_m2)
    patches["violations"] = _of_patches(patches, violations)
    adjusted = _adjusted(ws, found.table, zones, scheme, years)
    notices = [*found.notices, *_zone_notices(zones), *flag_notices(ws, scheme)]
    notices += [one for year in adjusted.values() for one in year.notices]
    notices += _trust_notices(scheme, found.versions, years, adjusted)
    return Change(
        workspace=ws,
        from_year=from_year,
        to_year=to_year,
        min_area_m2=min_area_m2,
        transitions=transition_table(found.table, zones, scheme, years),
        net=net_table(found.table, zones, scheme, years, adjusted),
        patches=patches[[*PATCH_COLUMNS, "geometry"]],
        violations=violations,
        flagged=flagged,
        misaligned_share=found.misaligned_share,
        other_class_share=found.other_class_share,
        notices=tuple(dict.fromkeys(notices)),
    )


@dataclass(frozen=True)
class _Measured:
    table: pd.DataFrame
    patches: gpd.GeoDataFrame
    notices: tuple[Notice, ...]
    versions: tuple[str | None, str | None] = (None, None)
    misaligned_share: float | None = None
    other_class_share: float | None = None


def _checked(ws: Workspace, years: tuple[int, int], min_area_m2: float) -> LandCover:
    if ws.landcover is None:
        raise WorkspaceError("change.no_land_cover", file=ws.file)
    if years[0] >= years[1]:
        raise UsageError("change.years_order", one=years[0], other=years[1])
    if not (math.isfinite(min_area_m2) and min_area_m2 >= 0):
        raise UsageError("change.min_area", value=min_area_m2)
    for year in years:
        if year not in ws.landcover.sources:
            known = joined(ws.landcover.sources) or "—"
            raise WorkspaceError("assess.no_raster_year", file=ws.file, year=year, known=known)
    return ws.landcover


def _zones(ws: Workspace) -> gpd.GeoDataFrame:
    """Return the measured zones and those in which changes are looked at; index: their keys."""
    roles = dict.fromkeys((*MEASURED_ROLES, *flag_roles(ws)))
    frames = [ws.zones(role) for role in roles if ws.layers_of(role)]
    frames = [frame[[not ws.layers[key].empty for key in frame["layer"]]] for frame in frames]
    if not any(len(frame) for frame in frames):
        raise WorkspaceError("change.no_zones", file=ws.file)
    zones: gpd.GeoDataFrame = pd.concat(frames)
    return zones


def _measured(
    ws: Workspace,
    cover: LandCover,
    scheme: Scheme,
    zones: gpd.GeoDataFrame,
    years: tuple[int, int],
    min_area_m2: float,
    align: bool,
    folder: Path,
    client: Any,
    progress: Progress,
) -> _Measured:
    paths = [cover.sources[year] for year in years]
    if scheme.kind == "vector":
        words: dict[str, Any] = {"scheme": scheme, "field": cover.column, "layer": cover.sublayer, "crs": cover.crs}
        found = measure_land_use_change(zones, paths[0], paths[1], **words, on_invalid="keep", progress=progress)
        ground = zones[~zones.index.isin(unmeasured(found.table))]
        patches = land_use_patches(found.pieces, ground, min_area_m2)
        return _Measured(found.table, patches, (*notices_of(found.table), *_left_out(found.table)))
    before, after = (open_raster(path, scheme=scheme, crs=cover.crs) for path in paths)
    versions = (before.version, after.version)
    bridge = _bridge(before, after, zones, folder, progress) if align else None
    if bridge is not None:
        # The aligned raster lies on this machine alone.
        after, client = bridge.raster, None
    try:
        table = measure_change(zones, before, after, on_invalid="keep", client=client, progress=progress)
        ground = zones[~zones.index.isin(unmeasured(table))]
        patches = measure_patches(ground, before, after, min_area_m2=min_area_m2, on_invalid="keep", progress=progress)
    except EcozoneError as error:
        # The aligned copy is no file that a user knows.
        if error.place.file == str(after.path):
            error.place = replace(error.place, file=str(paths[1]))
        raise
    notices = (*ws.raster_notices(years), *notices_of(table), *_left_out(table))
    if bridge is None:
        return _Measured(table, patches, notices, versions)
    shares = {"share": fixed(100 * bridge.misaligned_share, 2), "classes": fixed(100 * bridge.other_class_share, 2)}
    said = notice("change.aligned", "warning", file=paths[1], year=years[1], other=years[0], **shares)
    return _Measured(table, patches, (said, *notices), versions, bridge.misaligned_share, bridge.other_class_share)


def _left_out(table: pd.DataFrame) -> Iterator[Notice]:
    """Say where patches are not looked for."""
    lost = unmeasured(table)
    if lost:
        yield notice("change.patches_left_out", "warning", zones=listed(map(str, lost)))


def _bridge(
    before: LandRaster, after: LandRaster, zones: gpd.GeoDataFrame, folder: Path, progress: Progress
) -> Aligned | None:
    """Return the later raster on the cells of the earlier; None where it has them already."""
    if same_cells(before, after):
        return None
    return aligned(after, before, zones[zones.geometry.notna()], folder, progress=progress)


def _described(
    patches: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, scheme: Scheme, years: tuple[int, int]
) -> gpd.GeoDataFrame:
    """Return patches with their numbers, names, zones, subdistrict and place."""
    shapes = np.asarray(patches.geometry.array, dtype=object)
    labels = {code: land.label() for code, land in scheme.classes.items()}
    met, districts = _whereabouts(shapes, zones)
    points = places(patches.geometry)
    return patches.assign(
        patch=np.arange(1, len(patches) + 1),
        from_year=years[0],
        to_year=years[1],
        from_label=[labels[code] for code in patches["from_code"]],
        to_label=[labels[code] for code in patches["to_code"]],
        hectares=[hectares(area) for area in patches["area_m2"]],
        zones=met,
        subdistrict=districts,
        lon=[lon for lon, _ in points],
        lat=[lat for _, lat in points],
    )


def _whereabouts(shapes: Any, zones: gpd.GeoDataFrame) -> tuple[list[str], list[str]]:
    """Return the keys of the zones that each patch shares ground with, and the subdistrict that holds most of it."""
    met: list[list[str]] = [[] for _ in shapes]
    best = [(0.0, "")] * len(shapes)
    tree = shapely.STRtree(shapes)
    for key, zone in zones[zones.geometry.notna()].iterrows():
        if zone["role"] == "district" or (zone["role"] == "subdistrict" and key == zone["layer"]):
            continue
        shapely.prepare(zone.geometry)
        near = np.sort(tree.query(zone.geometry, predicate="intersects"))
        near = near[~shapely.touches(zone.geometry, shapes[near])]
        if zone["role"] not in _PLACES:
            for at in near:
                met[at].append(str(key))
            continue
        inside = shapely.contains(zone.geometry, shapes[near])
        # Only where a patch lies in several does the size of each part decide; a plane comparison is enough.
        sizes = np.where(inside, math.inf, 0.0)
        edge = gpd.GeoSeries(shapes[near[~inside]], crs=zones.crs)
        sizes[~inside] = intersection(edge, gpd.GeoSeries([zone.geometry] * len(edge), crs=zones.crs)).area
        for at, size in zip(near, sizes, strict=True):
            best[at] = max(best[at], (float(size), str(zone["title"])), key=lambda pair: pair[0])
    return [";".join(keys) for keys in met], [title for _, title in best]


def _of_patches(patches: gpd.GeoDataFrame, violations: gpd.GeoDataFrame) -> list[str]:
    """Return what each patch may be: the ids of change rules, empty for most."""
    named: dict[int, list[str]] = {}
    for patch, violation in zip(violations["patch"], violations["violation"], strict=True):
        named.setdefault(patch, []).append(violation)
    return [";".join(dict.fromkeys(named.get(patch, ()))) for patch in patches["patch"]]


def _adjusted(
    ws: Workspace, change: pd.DataFrame, zones: gpd.GeoDataFrame, scheme: Scheme, years: tuple[int, int]
) -> dict[int, Adjusted]:
    sides = zip(years, ("from_code", "to_code"), strict=True)
    found = {year: adjust(ws, year, zones, year_tally(change, side), scheme) for year, side in sides}
    return {year: one for year, one in found.items() if one is not None}


def _zone_notices(zones: gpd.GeoDataFrame) -> Iterator[Notice]:
    for key, zone in zones.iterrows():
        if zone["refused"]:
            yield notice("assess.zone_not_whole", "warning", layer=str(key), count=int(zone["refused"]))


def _trust_notices(
    scheme: Scheme,
    versions: tuple[str | None, str | None],
    years: tuple[int, int],
    adjusted: Mapping[int, Adjusted],
) -> Iterator[Notice]:
    """Say what of the difference may be no change of the land; files that name their versions speak for themselves."""
    if None in versions:
        versions = (_version_of(scheme, years[0]), _version_of(scheme, years[1]))
        if None not in versions and versions[0] != versions[1]:
            words: dict[str, Any] = {"one": versions[0], "other": versions[1], "first": years[0], "second": years[1]}
            yield notice("change.other_version", "warning", scheme=scheme.name, **words)
    if not all(year in adjusted and adjusted[year].accuracies for year in years):
        mine = [one for one in scheme.accuracy if one.version in versions or None in versions]
        known = [f"{one.version or scheme.name} {fixed(100 * one.overall, 1)}%" for one in mine]
        yield notice("change.no_samples", "warning", accuracy=", ".join(known) or "—")


def _version_of(scheme: Scheme, year: int) -> str | None:
    """Return the version of a product that there is of a year, where there is one only."""
    found = [one.id for one in scheme.versions if year in one.years]
    return found[0] if len(found) == 1 else None
