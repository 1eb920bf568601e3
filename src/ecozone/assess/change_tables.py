"""Transitions and their sums: what went to what in each zone, and what each kind of ground gained and lost."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from ecozone.assess.accuracy import Z_95, Estimate
from ecozone.assess.adjusted import Adjusted
from ecozone.assess.covariance import covariance
from ecozone.assess.indicators import LEAST_SAMPLES
from ecozone.assess.table import records, table
from ecozone.landcover import PROFILES, Scheme
from ecozone.text import say
from ecozone.units import hectares

TRANSITION_COLUMNS = (
    "layer",
    "zone",
    "title",
    "from_year",
    "to_year",
    "from_code",
    "from_label",
    "to_code",
    "to_label",
    "area_m2",
    "hectares",
    "share",
    "changed",
)
NET_COLUMNS = (
    "layer",
    "zone",
    "title",
    "ground",
    "profile",
    "from_year",
    "to_year",
    "zone_m2",
    "unclassed_m2",
    "from_m2",
    "to_m2",
    "gain_m2",
    "gain_hectares",
    "gain_share",
    "loss_m2",
    "loss_hectares",
    "loss_share",
    "net_m2",
    "net_hectares",
    "net_share",
    "adjusted_net_m2",
    "net_low_m2",
    "net_high_m2",
    "significance",
    "needed_se_m2",
)
_TRANSITION_TEXTS = frozenset(
    ("layer", "zone", "title", "from_code", "from_label", "to_code", "to_label", "from_year", "to_year", "changed")
)
_NET_TEXTS = frozenset(("layer", "zone", "title", "ground", "profile", "from_year", "to_year", "significance"))

#: Words of `ecozone.measure` for ground without a class.
_BLANK = ("nodata", "outside")

Codes = frozenset[int | str]


def kinds_of_ground(scheme: Scheme) -> dict[tuple[str, str | None], Codes]:
    """Return the codes of each kind of ground whose gains and losses are told, by kind and profile.

    Kinds without any class in the scheme are left out.
    """
    flagged = {
        kind: frozenset(code for code, land in scheme.classes.items() if getattr(land, kind))
        for kind in ("blue", "green", "cropland", "built")
    }
    found: dict[tuple[str, str | None], Codes] = {
        ("blue", None): flagged["blue"],
        ("green", None): flagged["green"],
        **{("blue_green", profile): scheme.codes("blue_green_ratio", profile) for profile in PROFILES},
        ("tree_cover", None): scheme.codes("forest_coverage"),
        ("cropland", None): flagged["cropland"],
        ("built", None): flagged["built"],
    }
    return {kind: codes for kind, codes in found.items() if codes}


def ground_words(row: Mapping[str, Any]) -> str:
    """Return what the ground of a row of `NET_COLUMNS` is called, with its profile where there are several.

    >>> ground_words({"ground": "blue_green", "profile": "with_cropland"})
    '蓝绿空间（含耕地口径）'
    """
    words = say(f"words.{row['ground']}")
    profile = row["profile"]
    return words if profile is None else say("change.ground", ground=words, profile=say(f"words.{profile}"))


def transition_table(
    change: pd.DataFrame, zones: gpd.GeoDataFrame, scheme: Scheme, years: tuple[int, int]
) -> pd.DataFrame:
    """Return `TRANSITION_COLUMNS` of what `ecozone.measure` found.

    Parameters
    ----------
    change : DataFrame
        As `ecozone.measure.measure_change` gives it.
    zones : GeoDataFrame
        The measured zones; index: their keys.
    scheme : Scheme
    years : tuple of int
        The earlier and the later one.
    """
    labels: dict[Any, str] = {code: land.label() for code, land in scheme.classes.items()}
    gap = "measure.tally_outside" if scheme.kind == "raster" else "measure.land_use_gap"
    labels |= {"nodata": say("measure.tally_nodata"), "outside": say(gap)}
    sizes = change.attrs["zone_area_m2"]
    rows = [
        {
            **row,
            "layer": zones.at[row["zone"], "layer"],
            "title": zones.at[row["zone"], "title"],
            "from_year": years[0],
            "to_year": years[1],
            "from_label": labels[row["from_code"]],
            "to_label": labels[row["to_code"]],
            "hectares": hectares(row["area_m2"]),
            "share": row["area_m2"] / sizes[row["zone"]] if sizes[row["zone"]] > 0 else math.nan,
            "changed": row["from_code"] != row["to_code"],
        }
        for row in records(change)
    ]
    return table(rows, TRANSITION_COLUMNS, _TRANSITION_TEXTS)


def year_tally(change: pd.DataFrame, side: str) -> pd.DataFrame:
    """Return the land cover of one year (``side`` ``from_code`` or ``to_code``) as a tally: ``zone, code, area_m2``."""
    sums = change.groupby(["zone", side], sort=False)["area_m2"].sum(min_count=1).reset_index()
    return pd.DataFrame(sums.rename(columns={side: "code"}))


def net_table(
    change: pd.DataFrame,
    zones: gpd.GeoDataFrame,
    scheme: Scheme,
    years: tuple[int, int],
    adjusted: Mapping[int, Adjusted],
) -> pd.DataFrame:
    """Return `NET_COLUMNS`: what each kind of ground gained, lost and kept in each zone.

    Gains and losses are between classes that are known in both years; ``unclassed_m2`` has none in one of them. Where
    that is 0, ``net_m2`` is ``to_m2`` less ``from_m2``. Where reference samples of both years cover the zone,
    ``adjusted_net_m2`` is the error-adjusted change with its 95 % interval, and ``significance`` says whether that
    leaves out 0; else it is ``cannot_tell`` and ``needed_se_m2`` the standard error that either year's area may have
    at most for the counted change to be significant.
    """
    rows: list[dict[str, Any]] = []
    kinds = kinds_of_ground(scheme)
    for zone, mine in change.groupby("zone", sort=False):
        one, other = mine["from_code"].to_numpy(object), mine["to_code"].to_numpy(object)
        area = mine["area_m2"].to_numpy(np.float64)
        size = float(change.attrs["zone_area_m2"][zone])
        # Of a zone that could not be measured nothing is known, be it of a class or of none.
        unknown = 0.0 * math.fsum(area)
        blank = np.array([a in _BLANK or b in _BLANK for a, b in zip(one, other, strict=True)], dtype=bool)
        for (kind, profile), codes in kinds.items():
            was, is_ = (np.array([code in codes for code in side], dtype=bool) for side in (one, other))
            gain = math.fsum(area[~was & is_ & ~blank]) + unknown
            loss = math.fsum(area[was & ~is_ & ~blank]) + unknown
            row = {
                "layer": zones.at[zone, "layer"],
                "zone": zone,
                "title": zones.at[zone, "title"],
                "ground": kind,
                "profile": profile,
                "from_year": years[0],
                "to_year": years[1],
                "zone_m2": size,
                "unclassed_m2": math.fsum(area[blank]),
                "from_m2": math.fsum(area[was]) + unknown,
                "to_m2": math.fsum(area[is_]) + unknown,
                "net_m2": gain - loss,
            }
            for name, value in (("gain", gain), ("loss", loss), ("net", gain - loss)):
                row |= {f"{name}_m2": value, f"{name}_hectares": hectares(value)}
                row[f"{name}_share"] = value / size if size > 0 else math.nan
            rows.append(row | dict(_proof(zone, codes, size, gain - loss, years, adjusted)))
    return table(rows, NET_COLUMNS, _NET_TEXTS)


def _proof(
    zone: Any, codes: Codes, size: float, net: float, years: tuple[int, int], adjusted: Mapping[int, Adjusted]
) -> Iterator[tuple[str, Any]]:
    """Yield what samples prove of a change; see `net_table`."""
    shares = [_share(adjusted.get(year), zone, codes) for year in years]
    one, other = shares
    shared = None
    if one is not None and other is not None:
        shared = covariance(adjusted[years[0]], adjusted[years[1]], zone, codes)
    if one is None or other is None or shared is None:
        yield "significance", "cannot_tell"
        yield "needed_se_m2", abs(net) / (Z_95 * math.sqrt(2.0))
        return
    variance = one.se**2 + other.se**2 - 2.0 * shared
    found = Estimate(size * (other.value - one.value), size * math.sqrt(max(variance, 0.0)))
    yield "adjusted_net_m2", found.value
    yield "net_low_m2", found.low
    yield "net_high_m2", found.high
    yield "significance", "significant" if found.low > 0 or found.high < 0 else "not_significant"


def _share(found: Adjusted | None, zone: Any, codes: Codes) -> Estimate | None:
    accuracy = None if found is None else found.accuracies.get(zone)
    if accuracy is None or accuracy.samples < LEAST_SAMPLES:
        return None
    share = accuracy.share(codes)
    # Samples that all agree show no error, which is not to say that there is none.
    return share if share.se > 0 else None
