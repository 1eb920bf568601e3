"""How green and blue each zone is, year by year, against the plan's targets.

- ``blue_green_ratio`` 蓝绿空间占比: blue and green ground over the zone's area, under every profile.
- ``tree_cover`` 林木覆盖: the classes that a scheme counts as forest over the zone's area. A land-cover raster shows
  trees, not the 森林覆盖率 of the forest regulations, so it stands beside that target and never claims to meet it.
- ``greening_coverage`` 建成区绿化覆盖率: trees, shrubs and grass over the built-up area.
- ``red_line_area`` 红线面积: the area of the red-line layer itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import pandas as pd

from ecozone.assess.accuracy import Estimate
from ecozone.assess.adjusted import Adjusted, adjust, drawn_apart
from ecozone.assess.judging import DECIMALS, Figure, Why
from ecozone.assess.series import PROXY, Series, aim_of, judge_series, series_of, target_in
from ecozone.assess.table import table
from ecozone.errors import WorkspaceError
from ecozone.geo import area_m2
from ecozone.landcover import PROFILES, Scheme, open_scheme
from ecozone.log import Progress, no_progress
from ecozone.measure import Mapper, mapper_for, measure_land_use, measure_zones
from ecozone.notices import Notice, notice, with_notices
from ecozone.text import pick, say
from ecozone.units import M2_PER_KM2, round_half_up
from ecozone.workspace import MEASURED_ROLES, LandCover, Target, Workspace

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
    "adjusted",
    "se",
    "ci_low",
    "ci_high",
    "target_year",
    "target",
    "status",
    "by_count",
    "gap_m2",
)

_TEXTS = frozenset({"layer", "zone", "title", "indicator", "profile", "unit", "status", "by_count"})

#: Below this share of valid ground a zone's ratio is shown and no target is judged by it (HAZARDS: a raster that covers
#: half a site gives the half's share without a word).
MIN_VALID_SHARE = 0.999

#: With fewer samples of a zone an interval of 1.96 standard errors promises more than it holds.
LEAST_SAMPLES = 30

# A measured baseline this many points off the published one is worth a word: another profile, or other data.
_BASELINE_POINTS = 0.5


@dataclass(frozen=True)
class Measured:
    """What was measured of a workspace: rows of `RATIO_COLUMNS`, the same as series, and what samples prove."""

    rows: Sequence[Mapping[str, Any]]
    series: Sequence[Series]
    adjusted: Mapping[int, Adjusted]
    notices: Sequence[Notice]

    def apart(self, figures: Sequence[Figure]) -> bool:
        """Tell whether the samples of these years were drawn apart from each other."""
        known = [self.adjusted[figure.year] for figure in figures if figure.year in self.adjusted]
        return all(drawn_apart(one, other) for i, one in enumerate(known) for other in known[:i])

    def ratios(self) -> pd.DataFrame:
        """Return `RATIO_COLUMNS` with ``.attrs["notices"]``."""
        result: pd.DataFrame = with_notices(table(self.rows, RATIO_COLUMNS, _TEXTS), self.notices)
        return result


def assess_indicators(
    ws: Workspace, *, years: Iterable[int] | None = None, client: Any = None, progress: Progress = no_progress
) -> pd.DataFrame:
    """Compute every indicator of every zone and year of a workspace, beside its target.

    Parameters
    ----------
    ws : Workspace
        Its land cover, its layers of role district, barrier_zone, red_line, subdistrict and built_up, its reference
        samples and its targets.
    years : iterable of int, optional
        The raster years; all of them unless given.
    client : distributed.Client or str, optional
        A Dask cluster whose workers tally the rasters, or the address of its scheduler; see
        `ecozone.measure.measure_zones`.
    progress : Progress
        Called as the tally goes on.

    Returns
    -------
    DataFrame
        `RATIO_COLUMNS`: ``value`` in ``unit`` (% or km²) as the map counts it, ``numerator_m2`` and ``zone_m2``
        ellipsoidal, ``valid_share`` of the zone's area, ``value_of_valid`` the same ratio over valid ground alone. With
        reference samples of the year ``adjusted`` is the error-adjusted ratio, ``se`` its standard error and
        ``ci_low, ci_high`` its 95 % interval, in ``unit``. ``status`` is what the intervals prove and ``by_count`` what
        the count alone would say (`ecozone.assess.judging`), both None up to the baseline year; ``gap_m2`` is what is
        missing to the target by the adjusted ratio, else by the count (negative: more than it asks).
        ``.attrs["notices"]``.

    Raises
    ------
    WorkspaceError
        If a year asked for has no raster.
    RasterError
        If a raster cannot be tallied.
    InputError
        If reference samples cannot be trusted.
    ClusterError
        If the cluster cannot be reached, or a worker would come to other numbers.

    Examples
    --------
    >>> import ecozone as ez
    >>> ratios = ez.assess_indicators(ez.open_workspace("demo"), years=[2020])
    >>> level_1 = ratios.query("zone == 'barrier:1' and profile == 'with_cropland'")
    >>> round(float(level_1["value"].iloc[0]), 1)
    75.0
    """
    return measure_indicators(ws, years=years, client=client, progress=progress).ratios()


def measure_indicators(
    ws: Workspace, *, years: Iterable[int] | None = None, client: Any = None, progress: Progress = no_progress
) -> Measured:
    """Measure the indicators of a workspace; see `assess_indicators`."""
    rows: list[dict[str, Any]] = []
    notices: list[Notice] = []
    adjusted: dict[int, Adjusted] = {}
    if ws.landcover is not None:
        scheme = open_scheme(ws.landcover.scheme)
        zones = measured_zones(ws)
        sources = _chosen(ws, years)
        with mapper_for(client) as mapper:
            if mapper is not None:
                # All years, before the first is begun.
                mapper.require(
                    path.resolve() for path in sources.values() if scheme.kind == "raster" and path.is_file()
                )
            for year, source in sources.items():
                tally = tally_of(zones, source, scheme, ws.landcover, mapper=mapper, progress=progress)
                notices += tally.attrs["notices"] if scheme.kind == "vector" else ()
                found = adjust(ws, year, zones, tally, scheme)
                if found is not None:
                    adjusted[year] = found
                    notices += found.notices
                rows += _year_rows(zones, tally, scheme, year, found)
        notices += ws.raster_notices(years)
        notices += _class_notices(scheme)
        notices += [
            notice("assess.zone_not_whole", "warning", layer=key, count=int(zone["refused"]))
            for key, zone in zones.iterrows()
            if zone["refused"]
        ]
    series = series_of(rows)
    measured = Measured(rows, series, adjusted, notices)
    for one in series:
        _judge_rows(one, rows, ws.targets, measured)
    red_lines = [red_line_row(ws, layer.key) for layer in ws.layers_of("red_line")]
    notices += [
        notice("assess.target_no_source", "warning", layer=target.zone, indicator=say(f"words.{target.indicator}"))
        for target in ws.targets
        if not target.source
    ]
    if any(row["indicator"] == "tree_cover" and row["target"] is not None for row in rows):
        notices.append(notice("assess.tree_cover_is_no_forest_coverage", "warning"))
    every = [*red_lines, *rows]
    notices += _row_notices(every, ws)
    return Measured(every, series, adjusted, notices)


def _chosen(ws: Workspace, years: Iterable[int] | None) -> Mapping[int, Path]:
    rasters = {} if ws.landcover is None else ws.landcover.sources
    if years is None:
        return rasters
    for year in years:
        if year not in rasters:
            known = "、".join(str(known) for known in rasters) or "—"
            raise WorkspaceError("assess.no_raster_year", file=ws.file, year=year, known=known)
    return {year: rasters[year] for year in sorted(set(years))}


def tally_of(
    zones: gpd.GeoDataFrame | gpd.GeoSeries,
    source: Path,
    scheme: Scheme,
    cover: LandCover,
    *,
    on_invalid: Literal["refuse", "keep"] = "refuse",
    mapper: Mapper | None = None,
    progress: Progress = no_progress,
) -> pd.DataFrame:
    """Return the land cover of zones in one year of a workspace, as `ecozone.measure.measure_zones` does."""
    words: dict[str, Any] = {"scheme": scheme, "crs": cover.crs, "on_invalid": on_invalid, "progress": progress}
    if scheme.kind == "raster":
        return measure_zones(zones, source, client=mapper, **words)
    return measure_land_use(zones, source, field=cover.column, layer=cover.sublayer, **words)


def indicator_codes(scheme: Scheme, indicator: str, profile: str | None) -> frozenset[int | str]:
    """Return the classes that count for an indicator as it is measured."""
    return scheme.codes(PROXY.get(indicator, indicator), profile)


def measured_zones(ws: Workspace) -> gpd.GeoDataFrame:
    """Return every zone whose land cover is measured, by its key."""
    frames = [ws.zones(role) for role in MEASURED_ROLES if ws.layers_of(role)]
    zones: gpd.GeoDataFrame = pd.concat(frames)
    # Of what is declared not to be there no share can be reckoned.
    return zones[[not ws.layers[key].empty for key in zones["layer"]]]


def _year_rows(
    zones: gpd.GeoDataFrame, tally: pd.DataFrame, scheme: Scheme, year: int, found: Adjusted | None
) -> Iterator[dict[str, Any]]:
    zone_m2 = area_m2(zones)
    for key, zone in zones.iterrows():
        mine = tally[tally["zone"] == key].set_index("code")["area_m2"]
        base = {"layer": zone["layer"], "zone": key, "title": zone["title"], "year": year, "zone_m2": zone_m2[key]}
        if zone["role"] == "built_up":
            wanted: list[tuple[str, str | None]] = [("greening_coverage", None)]
        else:
            wanted = [("blue_green_ratio", profile) for profile in PROFILES] + [("tree_cover", None)]
        for indicator, profile in wanted:
            codes = indicator_codes(scheme, indicator, profile)
            row = {**base, "indicator": indicator, "profile": profile, "unit": "%"}
            row |= _share(mine, codes, float(zone_m2[key]))
            row |= _no_target() | {"figure": _figure(row, int(zone["refused"]), codes, found)}
            estimate = row["figure"].adjusted
            if estimate is not None:
                row |= {"adjusted": estimate.value, "se": estimate.se}
                row |= {"ci_low": max(estimate.low, 0.0), "ci_high": min(estimate.high, 100.0)}
            yield row


def _no_target() -> dict[str, Any]:
    return dict.fromkeys(("target_year", "target", "status", "by_count", "gap_m2"))


def _figure(row: Mapping[str, Any], refused: int, codes: frozenset[int | str], found: Adjusted | None) -> Figure:
    """Return a row's figure with what samples say of it, and what stands against any judgement."""
    doubt = None
    if row["indicator"] in PROXY:
        doubt = Why("proxy")
    elif refused:
        doubt = Why("not_whole", {"count": refused})
    elif row["valid_share"] < MIN_VALID_SHARE:
        doubt = Why("part_valid", {"share": round_half_up(100 * row["valid_share"], DECIMALS)})
    adjusted, lack = None, None
    if found is not None:
        accuracy = found.accuracies.get(row["zone"])
        lack = Why("not_covered") if found.accuracies else Why("not_random")
        if accuracy is not None and accuracy.samples < LEAST_SAMPLES:
            lack = Why("few_samples", {"count": accuracy.samples, "least": LEAST_SAMPLES})
        elif accuracy is not None:
            share = accuracy.share(codes)
            # Samples that all agree show no error, which is not to say that there is none.
            lack = None if share.se > 0 else Why("no_spread")
            adjusted = Estimate(100 * share.value, 100 * share.se) if share.se > 0 else None
    return Figure(row["year"], row["value"], adjusted, doubt, lack)


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


def _judge_rows(one: Series, rows: Iterable[dict[str, Any]], targets: Sequence[Target], measured: Measured) -> None:
    """Put into the rows of a series which target their year works towards, and how that stands."""
    mine = [row for row in rows if all(row[name] == one.base[name] for name in ("zone", "indicator", "profile"))]
    for row in mine:
        target = target_in(targets, one.planned, row["zone"], row["year"])
        aim = None if target is None else aim_of(target, one)
        if target is None:
            continue
        row |= {"target_year": target.target_year, "target": aim}
        if aim is not None:
            found = judge_series(one, target, aim, row["year"], measured.apart)
            row |= {"status": found.status, "by_count": found.by_count}
            row["gap_m2"] = (aim - row["figure"].best) / 100.0 * row["zone_m2"]


def red_line_row(ws: Workspace, key: str) -> dict[str, Any]:
    """Return the row of a red-line layer, whose area is that of its own boundary and needs no samples."""
    layer = ws.layers[key]
    zones = ws.zones(key)
    area = float(area_m2(zones).iloc[0])
    target = target_in(ws.targets, "red_line_area", key, None)
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
        **_no_target(),
    }
    aim = None if target is None else aim_of(target, None)
    if target is not None and aim is not None:
        reached = round_half_up(area / M2_PER_KM2, DECIMALS) >= aim
        row |= {"target_year": target.target_year, "target": aim, "gap_m2": aim * M2_PER_KM2 - area}
        row["by_count"] = "met" if reached else "missed"
        row["status"] = "cannot_tell" if zones["refused"].iloc[0] else row["by_count"]
    return row


def _class_notices(scheme: Scheme) -> Iterator[Notice]:
    for land in scheme.classes.values():
        if land.contested:
            yield notice("assess.contested_class", code=land.code, name=pick({"zh": land.zh, "en": land.en}))


def _row_notices(rows: Iterable[Mapping[str, Any]], ws: Workspace) -> Iterator[Notice]:
    """Say which ratios rest on ground that the raster does not know, and which do not start where the plan does."""
    for row in rows:
        if row["valid_share"] < MIN_VALID_SHARE and row["profile"] in (None, PROFILES[0]):
            share = round_half_up(100 * row["valid_share"], DECIMALS)
            yield notice("assess.part_valid", "warning", layer=row["zone"], year=row["year"], share=share)
        target = target_in(ws.targets, row["indicator"], row["zone"], row["year"])
        default = ws.landcover is not None and row["profile"] in (None, ws.landcover.profile)
        if target and default and target.baseline_year == row["year"] and target.baseline_value is not None:
            measured = round_half_up(row["value"], DECIMALS)
            if abs(measured - target.baseline_value) >= _BASELINE_POINTS:
                yield notice(
                    "assess.baseline_differs",
                    "warning",
                    layer=row["zone"],
                    year=row["year"],
                    value=measured,
                    baseline=target.baseline_value,
                )
