"""How green and blue each zone is, year by year, against the plan's targets.

- ``blue_green_ratio`` 蓝绿空间占比: blue and green ground over the zone's area, under every profile.
- ``tree_cover`` 林木覆盖: the classes that a scheme counts as forest over the zone's area. A land-cover raster shows
  trees, not the 森林覆盖率 of the forest regulations, so it stands beside that target and never claims to meet it.
- ``greening_coverage`` 建成区绿化覆盖率: trees, shrubs and grass over the built-up area.
- ``red_line_area`` 红线面积: the area of the red-line layer itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from ecozone.assess.table import table
from ecozone.errors import WorkspaceError
from ecozone.geo import area_m2
from ecozone.landcover import PROFILES, Scheme, open_scheme
from ecozone.log import Progress, no_progress
from ecozone.measure import measure_land_use, measure_zones
from ecozone.notices import Notice, notice, with_notices
from ecozone.text import pick
from ecozone.units import M2_PER_KM2, round_half_up
from ecozone.workspace import LandCover, Target, Workspace

RATIO_COLUMNS = (
    "layer",
    "zone",
    "title",
    "indicator",
    "profile",
    "year",
    "value",
    "unit",
    "numerator_m2",
    "zone_m2",
    "valid_share",
    "value_of_valid",
    "se",
    "ci_low",
    "ci_high",
    "target_year",
    "target",
    "status",
    "gap_m2",
)

_TEXTS = frozenset({"layer", "zone", "title", "indicator", "profile", "unit", "status"})

#: Below this share of valid ground a zone's ratio is shown and no target is judged by it (HAZARDS: a raster that covers
#: half a site gives the half's share without a word).
MIN_VALID_SHARE = 0.999

_DECIMALS = 2
# A measured baseline this many points off the published one is worth a word: another profile, or other data.
_BASELINE_POINTS = 0.5
_MEASURED_ROLES = ("district", "barrier_zone", "red_line", "subdistrict")
#: What a raster can show of an indicator that the plan defines otherwise.
_PROXY = {"tree_cover": "forest_coverage"}


def assess_indicators(
    ws: Workspace, *, years: Iterable[int] | None = None, progress: Progress = no_progress
) -> pd.DataFrame:
    """Compute every indicator of every zone and year of a workspace, beside its target.

    Parameters
    ----------
    ws : Workspace
        Its land cover, its layers of role district, barrier_zone, red_line, subdistrict and built_up, and its targets.
    years : iterable of int, optional
        The raster years; all of them unless given.
    progress : Progress
        Called as the tally goes on.

    Returns
    -------
    DataFrame
        `RATIO_COLUMNS`: ``value`` in ``unit`` (% or km²), ``numerator_m2`` and ``zone_m2`` ellipsoidal, ``valid_share``
        of the zone's area, ``value_of_valid`` the same ratio over valid ground alone, ``gap_m2`` what is missing to the
        target (negative: more than it asks), ``status`` met, missed or cannot_tell from the target year on and None
        before. ``se, ci_low, ci_high`` are empty without accuracy samples. ``.attrs["notices"]``.

    Raises
    ------
    WorkspaceError
        If a year asked for has no raster.
    RasterError
        If a raster cannot be tallied.

    Examples
    --------
    >>> import ecozone as ez
    >>> ratios = ez.assess_indicators(ez.open_workspace("demo"), years=[2020])
    >>> level_1 = ratios.query("zone == 'barrier:1' and profile == 'with_cropland'")
    >>> round(float(level_1["value"].iloc[0]), 1)
    75.0
    """
    rows: list[dict[str, Any]] = []
    notices: list[Notice] = []
    rows += [_red_line_row(ws, layer.key) for layer in ws.layers_of("red_line")]
    if ws.landcover is not None:
        scheme = open_scheme(ws.landcover.scheme)
        zones = _measured_zones(ws)
        for year, source in _chosen(ws, years).items():
            tally = _tally(zones, source, scheme, ws.landcover, progress)
            notices += tally.attrs["notices"] if scheme.kind == "vector" else ()
            rows += _year_rows(zones, tally, scheme, year, ws.targets)
        notices += ws.raster_notices(years)
        notices += _class_notices(scheme)
        notices += [
            notice("assess.zone_not_whole", "warning", layer=key, count=int(zone["refused"]))
            for key, zone in zones.iterrows()
            if zone["refused"]
        ]
    if any(row["indicator"] == "tree_cover" and row["target"] is not None for row in rows):
        notices.append(notice("assess.tree_cover_is_no_forest_coverage", "warning"))
    notices += list(_row_notices(rows, ws))
    result: pd.DataFrame = with_notices(table(rows, RATIO_COLUMNS, _TEXTS), notices)
    return result


def _chosen(ws: Workspace, years: Iterable[int] | None) -> Mapping[int, Path]:
    rasters = {} if ws.landcover is None else ws.landcover.sources
    if years is None:
        return rasters
    for year in years:
        if year not in rasters:
            known = "、".join(str(known) for known in rasters) or "—"
            raise WorkspaceError("assess.no_raster_year", file=ws.file, year=year, known=known)
    return {year: rasters[year] for year in sorted(set(years))}


def _tally(zones: gpd.GeoDataFrame, source: Path, scheme: Scheme, cover: LandCover, progress: Progress) -> pd.DataFrame:
    if scheme.kind == "raster":
        return measure_zones(zones, source, scheme=scheme, crs=cover.crs, progress=progress)
    return measure_land_use(
        zones, source, scheme=scheme, field=cover.column, layer=cover.sublayer, crs=cover.crs, progress=progress
    )


def _measured_zones(ws: Workspace) -> gpd.GeoDataFrame:
    wanted = (*_MEASURED_ROLES, "built_up")
    frames = [ws.zones(role) for role in wanted if ws.layers_of(role)]
    zones: gpd.GeoDataFrame = pd.concat(frames)
    # Of what is declared not to be there no share can be reckoned.
    return zones[[not ws.layers[key].empty for key in zones["layer"]]]


def _year_rows(
    zones: gpd.GeoDataFrame, tally: pd.DataFrame, scheme: Scheme, year: int, targets: Iterable[Target]
) -> Iterator[dict[str, Any]]:
    zone_m2 = area_m2(zones)
    for key, zone in zones.iterrows():
        mine = tally[tally["zone"] == key].set_index("code")["area_m2"]
        base = {"layer": zone["layer"], "zone": key, "title": zone["title"], "year": year, "zone_m2": zone_m2[key]}
        base["whole"] = not zone["refused"]
        if zone["role"] == "built_up":
            wanted: list[tuple[str, str | None]] = [("greening_coverage", None)]
        else:
            wanted = [("blue_green_ratio", profile) for profile in PROFILES] + [("tree_cover", None)]
        for indicator, profile in wanted:
            codes = scheme.codes(_PROXY.get(indicator, indicator), profile)
            share = _share(mine, codes, float(zone_m2[key]))
            yield {**base, "indicator": indicator, "profile": profile, **_judged(share, indicator, base, targets)}


def _share(tally: pd.Series, codes: frozenset[int | str], zone_m2: float) -> dict[str, float]:
    invalid = float(tally.reindex(["nodata", "outside"]).fillna(0.0).sum())
    counted = float(tally[[code for code in tally.index if code in codes]].sum())
    valid = zone_m2 - invalid
    return {
        "value": 100.0 * counted / zone_m2,
        "numerator_m2": counted,
        "valid_share": valid / zone_m2,
        "value_of_valid": 100.0 * counted / valid if valid > 0 else float("nan"),
    }


def _judged(
    share: Mapping[str, float], indicator: str, base: Mapping[str, Any], targets: Iterable[Target]
) -> dict[str, Any]:
    target = _target_of(targets, _PROXY.get(indicator, indicator), base["zone"])
    found: dict[str, Any] = {**share, "unit": "%", "target_year": None, "target": None, "status": None, "gap_m2": None}
    if target is None:
        return found
    aim = _aim(target)
    found |= {"target_year": target.target_year, "target": aim}
    if aim is None:
        return found
    found["gap_m2"] = (aim - share["value"]) / 100.0 * base["zone_m2"]
    if base["year"] >= target.target_year:
        proven = share["valid_share"] >= MIN_VALID_SHARE and indicator not in _PROXY and base["whole"]
        reached = round_half_up(share["value"], _DECIMALS) >= aim
        found["status"] = ("met" if reached else "missed") if proven else "cannot_tell"
    return found


def _red_line_row(ws: Workspace, key: str) -> dict[str, Any]:
    layer = ws.layers[key]
    zones = ws.zones(key)
    area = float(area_m2(zones).iloc[0])
    target = _target_of(ws.targets, "red_line_area", key)
    row: dict[str, Any] = {
        "layer": key,
        "zone": key,
        "title": pick(layer.title),
        "indicator": "red_line_area",
        "profile": None,
        "year": layer.valid_from.year if layer.valid_from else None,
        "value": area / M2_PER_KM2,
        "unit": "km2",
        "numerator_m2": area,
        "zone_m2": area,
        "valid_share": 1.0,
        "value_of_valid": area / M2_PER_KM2,
        "target_year": None,
        "target": None,
        "status": None,
        "gap_m2": None,
    }
    aim = None if target is None else _aim(target)
    if target is not None and aim is not None:
        reached = round_half_up(area / M2_PER_KM2, _DECIMALS) >= aim
        row |= {"target_year": target.target_year, "target": aim, "gap_m2": aim * M2_PER_KM2 - area}
        row["status"] = "cannot_tell" if zones["refused"].iloc[0] else "met" if reached else "missed"
    return row


def _aim(target: Target) -> float | None:
    """Return the figure to reach: the target's own, or the published baseline that it may not fall below."""
    return target.baseline_value if target.target_value is None else target.target_value


def _target_of(targets: Iterable[Target], indicator: str, zone: str) -> Target | None:
    return next((target for target in targets if (target.indicator, target.zone) == (indicator, zone)), None)


def _class_notices(scheme: Scheme) -> Iterator[Notice]:
    for land in scheme.classes.values():
        if land.contested:
            yield notice("assess.contested_class", code=land.code, name=pick({"zh": land.zh, "en": land.en}))


def _row_notices(rows: Iterable[Mapping[str, Any]], ws: Workspace) -> Iterator[Notice]:
    """Say which ratios rest on ground that the raster does not know, and which do not start where the plan does."""
    for row in rows:
        if row["valid_share"] < MIN_VALID_SHARE and row["profile"] in (None, PROFILES[0]):
            share = round_half_up(100 * row["valid_share"], _DECIMALS)
            yield notice("assess.part_valid", "warning", layer=row["zone"], year=row["year"], share=share)
        target = _target_of(ws.targets, row["indicator"], row["zone"])
        default = ws.landcover is not None and row["profile"] in (None, ws.landcover.profile)
        if target and default and target.baseline_year == row["year"] and target.baseline_value is not None:
            measured = round_half_up(row["value"], _DECIMALS)
            if abs(measured - target.baseline_value) >= _BASELINE_POINTS:
                yield notice(
                    "assess.baseline_differs",
                    "warning",
                    layer=row["zone"],
                    year=row["year"],
                    value=measured,
                    baseline=target.baseline_value,
                )
