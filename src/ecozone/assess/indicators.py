"""How green and blue each zone is, year by year, against the plan's targets.

- ``blue_green_ratio`` 蓝绿空间占比: blue and green ground over the zone's area, under every profile.
- ``tree_cover`` 林木覆盖: the classes that a scheme counts as forest over the zone's area. A land-cover raster shows
  trees, not the 森林覆盖率 of the forest regulations, so it stands beside that target and never claims to meet it.
- ``greening_coverage`` 建成区绿化覆盖率: trees, shrubs and grass over the built-up area.
- ``red_line_area`` 红线面积: the area of the red-line layer itself.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from ecozone.assess.accuracy import Estimate
from ecozone.assess.adjusted import Adjusted, adjust
from ecozone.assess.covariance import covariance
from ecozone.assess.judging import DECIMALS, Bounds, Figure, Together, Why, judge_layer
from ecozone.assess.series import PROXY, Series, aim_of, judge_series, series_of, target_in
from ecozone.assess.table import table
from ecozone.assess.tallying import chosen_sources, tally, unmeasured
from ecozone.geo import area_m2
from ecozone.landcover import PROFILES, Profile, Scheme, listed, open_scheme
from ecozone.log import Progress, no_progress
from ecozone.measure import NODATA, OUTSIDE, area_range, mapper_for
from ecozone.notices import Notice, notice, with_notices
from ecozone.text import Place, pick, say
from ecozone.units import M2_PER_KM2, round_half_up
from ecozone.workspace import MEASURED_ROLES, LandCover, Layer, Target, Workspace

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
    "reason",
    "gap_m2",
)

_TEXTS = frozenset({"layer", "zone", "title", "indicator", "profile", "unit", "status", "by_count", "reason"})

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

    def together(self, one: Series) -> Together:
        """Return what gives the covariance of two figures of a series."""

        def known(first: Figure, second: Figure) -> float | None:
            years = self.adjusted.get(first.year), self.adjusted.get(second.year)
            if years[0] is None or years[1] is None:
                return 0.0
            shared = covariance(years[0], years[1], one.base["zone"], one.base["codes"])
            return None if shared is None else 100.0**2 * shared

        return known

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
        ``ci_low, ci_high`` its 95 % interval, in ``unit``; of a red line these are the least and the most area that the
        accuracy of its boundary leaves (`ecozone.measure.area_range`). ``status`` is what the intervals prove and
        ``by_count`` what the count alone would say (`ecozone.assess.judging`), both None up to the baseline year, and
        ``reason`` why;
        ``gap_m2`` is what is missing to the target by the adjusted ratio, else by the count (negative: more than it
        asks). A zone that could not be measured, for want of a measurable shape or because a block of the raster that
        it needs cannot be decoded, has figures NaN, the status ``cannot_tell``, and a notice of severity ``refused``.
        ``.attrs["notices"]``.

    Raises
    ------
    WorkspaceError
        If a year asked for has no raster, or a target speaks of a zone that is not there.
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
    for target in ws.targets:
        # Of a zone that its layer does not hold nothing would ever be said: the level or name is checked first.
        ws.zones(target.zone)
    rows: list[dict[str, Any]] = []
    notices: list[Notice] = []
    adjusted: dict[int, Adjusted] = {}
    closed: int | None = None
    if ws.landcover is not None:
        scheme = open_scheme(ws.landcover.scheme)
        zones = measured_zones(ws)
        sources = chosen_sources(ws, years)
        closed = max(sources, default=None)
        with mapper_for(client) as mapper:
            if mapper is not None:
                # All years, before the first is begun.
                mapper.require(
                    path.resolve() for path in sources.values() if scheme.kind == "raster" and path.is_file()
                )
            for year, source in sources.items():
                tallied = tally(zones, source, scheme, ws.landcover, mapper, progress)
                lost = unmeasured(tallied)
                notices += tallied.attrs["notices"] if scheme.kind == "vector" else lost.values()
                found = adjust(ws, year, zones, tallied, scheme)
                if found is not None:
                    adjusted[year] = found
                    notices += found.notices
                rows += _year_rows(zones, tallied, lost, scheme, ws.landcover, year, found)
        files = {one.file for one in adjusted.values() if one.accuracies}
        if len(files) > 1 and any(one.accuracies and one.places is None for one in adjusted.values()):
            notices.append(notice("assess.samples_apart_assumed", "warning", years=listed(adjusted)))
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
    red_lines = [_red_line_row(ws, layer.key, closed) for layer in ws.layers_of("red_line")]
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


def measured_zones(ws: Workspace) -> gpd.GeoDataFrame:
    """Return every zone whose land cover is measured, by its key."""
    frames = [ws.zones(role) for role in MEASURED_ROLES if ws.layers_of(role)]
    zones: gpd.GeoDataFrame = pd.concat(frames)
    # Of what is declared not to be there no share can be reckoned.
    return zones[[not ws.layers[key].empty for key in zones["layer"]]]


def _year_rows(
    zones: gpd.GeoDataFrame,
    tallied: pd.DataFrame,
    lost: Mapping[Hashable, Notice],
    scheme: Scheme,
    cover: LandCover,
    year: int,
    found: Adjusted | None,
) -> Iterator[dict[str, Any]]:
    zone_m2 = area_m2(zones)
    # Frames carry their notices along, and copy them at each step.
    areas: dict[Hashable, dict[Hashable, float]] = {key: {} for key in zones.index}
    for key, code, area in zip(tallied["zone"], tallied["code"], tallied["area_m2"], strict=True):
        areas[key][code] = area
    # Of the packaged profiles only the blue-green ratio differs; the user's own may count anything otherwise.
    every: list[tuple[str, str | None, Profile | None]]
    every = [("blue_green_ratio", profile.name, profile) for profile in cover.profiles]
    every += [("tree_cover", None, None)]
    every += [("tree_cover", one.name, one) for one in cover.profiles if "forest_coverage" in one.include]
    built_up: list[tuple[str, str | None, Profile | None]] = [("greening_coverage", None, None)]
    built_up += [("greening_coverage", one.name, one) for one in cover.profiles if "greening_coverage" in one.include]
    for key, zone in zones.iterrows():
        mine = areas[key]
        base = {"layer": zone["layer"], "zone": key, "title": zone["title"], "year": year, "zone_m2": zone_m2[key]}
        for indicator, profile, counted in built_up if zone["role"] == "built_up" else every:
            codes = scheme.codes(PROXY.get(indicator, indicator), counted)
            row = {**base, "indicator": indicator, "profile": profile, "unit": "%", "codes": codes}
            row["as_planned"] = indicator not in PROXY and profile in (None, cover.profile)
            row |= _share(mine, codes, float(zone_m2[key]))
            row |= _no_target() | {"figure": _figure(row, lost.get(key), int(zone["refused"]), codes, found)}
            if key in lost:
                row |= {"status": "cannot_tell", "reason": row["figure"].doubt.words()}
            estimate = row["figure"].adjusted
            if estimate is not None:
                row |= {"adjusted": estimate.value, "se": estimate.se}
                row |= {"ci_low": max(estimate.low, 0.0), "ci_high": min(estimate.high, 100.0)}
            yield row


def _no_target() -> dict[str, Any]:
    return dict.fromkeys(("target_year", "target", "status", "by_count", "reason", "gap_m2"))


def _figure(
    row: Mapping[str, Any], lost: Notice | None, refused: int, codes: frozenset[int | str], found: Adjusted | None
) -> Figure:
    """Return a row's figure with what samples say of it, and what stands against any judgement."""
    if lost is not None:
        return Figure(row["year"], row["value"], doubt=Why("not_measured", {"why": _said(lost)}))
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
        lack = Why("not_random") if found.samples is None else Why("not_covered")
        if accuracy is not None and accuracy.samples < LEAST_SAMPLES:
            lack = Why("few_samples", {"count": accuracy.samples, "least": LEAST_SAMPLES})
        elif accuracy is not None:
            share = accuracy.share(codes)
            # Samples that all agree show no error, which is not to say that there is none.
            lack = None if share.se > 0 else Why("no_spread")
            adjusted = Estimate(100 * share.value, 100 * share.se) if share.se > 0 else None
    return Figure(row["year"], row["value"], adjusted, doubt, lack, comparable=row["indicator"] not in PROXY)


def _said(lost: Notice) -> str:
    """Return why a zone could not be measured: its row names the zone, and results name no folders."""
    file = None if lost.place.file is None else Path(lost.place.file).name
    return replace(lost, place=Place(file)).message()


def _share(areas: Mapping[Hashable, float], codes: frozenset[int | str], zone_m2: float) -> dict[str, float]:
    invalid = float(np.sum([areas[code] for code in (NODATA, OUTSIDE)]))
    # Of a zone that could not be measured nothing is known, be it of a class or of none.
    counted = float(np.sum([area for code, area in areas.items() if code in codes])) + 0.0 * invalid
    valid = max(zone_m2 - invalid, 0.0)
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
            found = judge_series(one, target, aim, row["year"], measured.together(one))
            why = None if found.why is None else found.why.words()
            row |= {"status": found.status, "by_count": found.by_count, "reason": why}
            row["gap_m2"] = (aim - row["figure"].best) / 100.0 * row["zone_m2"]


def _red_line_row(ws: Workspace, key: str, closed: int | None) -> dict[str, Any]:
    """Return the row of a red-line layer, whose area is that of its own boundary, for an account up to a year."""
    layer = ws.layers[key]
    zones = ws.zones(key)
    area = float(area_m2(zones).iloc[0])
    bounds = _bounds(layer, zones)
    since = layer.valid_from.year if layer.valid_from else None
    target = target_in(ws.targets, "red_line_area", key, since if closed is None else closed)
    row: dict[str, Any] = {
        "layer": key,
        "zone": key,
        "title": pick(layer.title),
        "indicator": "red_line_area",
        "profile": None,
        "year": since,
        "value": area / M2_PER_KM2,
        "unit": "km2",
        "numerator_m2": area,
        "zone_m2": area,
        "valid_share": 1.0,
        "value_of_valid": area / M2_PER_KM2,
        **_no_target(),
        "account": {"bounds": bounds, "since": since, "closed": closed, "trusted": not zones["refused"].iloc[0]},
    }
    if bounds is not None:
        row |= {"ci_low": bounds.low, "ci_high": bounds.high}
    aim = None if target is None else aim_of(target, None)
    if target is not None and aim is not None:
        found = judge_layer(row["value"], aim, target.target_year, **row["account"])
        row |= {"target_year": target.target_year, "target": aim, "gap_m2": aim * M2_PER_KM2 - area}
        why = None if found.why is None else found.why.words()
        row |= {"status": found.status, "by_count": found.by_count, "reason": why}
    if math.isnan(area):
        row |= {"status": "cannot_tell", "reason": Why("not_trusted").words()}
    return row


def _bounds(layer: Layer, zones: gpd.GeoDataFrame) -> Bounds | None:
    """Return what the accuracy of a layer's boundary leaves of its area in km²; what is declared empty is exactly 0."""
    accuracy_m = 0.0 if layer.empty else layer.accuracy_m
    if accuracy_m is None:
        return None
    low, high = area_range(zones, accuracy_m=accuracy_m).iloc[0] / M2_PER_KM2
    return Bounds(float(low), float(high), accuracy_m)


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
