"""The annual account: indicators, targets and the accuracy behind them, from one measurement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from ecozone.assess.breakdown import BREAKDOWN_COLUMNS, CLASS_COLUMNS, break_down, require_layers
from ecozone.assess.breakdowns import known_breakdowns
from ecozone.assess.gaps import GAP_COLUMNS
from ecozone.assess.indicators import Measured, measure_indicators
from ecozone.assess.resolved import PIECE_COLUMNS, RESOLVED_COLUMNS, resolve_zones
from ecozone.assess.table import records, table
from ecozone.assess.targets import target_account
from ecozone.landcover import Scheme, open_scheme
from ecozone.log import Progress, no_progress
from ecozone.measure import mapper_for
from ecozone.notices import Notice, notices_of, with_notices
from ecozone.workspace import Workspace

ACCURACY_COLUMNS = (
    "year",
    "zone",
    "code",
    "label",
    "samples",
    "share",
    "share_half_width",
    "adjusted_m2",
    "se_m2",
    "low_m2",
    "high_m2",
    "users_accuracy",
    "users_half_width",
    "producers_accuracy",
    "producers_half_width",
    "overall_accuracy",
    "overall_half_width",
)


@dataclass(frozen=True)
class Account:
    """What one year's account holds.

    Attributes
    ----------
    ratios : DataFrame
        `ecozone.assess.RATIO_COLUMNS`, with ``.attrs["notices"]``.
    targets : DataFrame
        `ecozone.assess.TARGET_COLUMNS`: a row a target and profile.
    accuracy : DataFrame
        `ACCURACY_COLUMNS`: a row a year, zone and class for which there are reference samples; shares are of the zone,
        widths half the 95 % interval.
    resolved : DataFrame
        `ecozone.assess.RESOLVED_COLUMNS`: each square metre of the district in one zone. This and what follows is empty
        unless a breakdown was asked for.
    gaps : GeoDataFrame
        `ecozone.assess.GAP_COLUMNS` and geometry: overlaps that nothing decides, and ground in no zone.
    breakdown, classes : DataFrame
        `ecozone.assess.BREAKDOWN_COLUMNS` and `ecozone.assess.CLASS_COLUMNS`: the land cover of every breakdown.
    pieces : GeoDataFrame
        `ecozone.assess.PIECE_COLUMNS` and geometry: the ground that all of it is measured on.
    workspace : Workspace, optional
        What it is the account of.
    """

    ratios: pd.DataFrame
    targets: pd.DataFrame
    accuracy: pd.DataFrame
    resolved: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(RESOLVED_COLUMNS)))
    gaps: gpd.GeoDataFrame = field(default_factory=lambda: _no_shapes(GAP_COLUMNS))
    breakdown: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(BREAKDOWN_COLUMNS)))
    classes: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(CLASS_COLUMNS)))
    pieces: gpd.GeoDataFrame = field(default_factory=lambda: _no_shapes(PIECE_COLUMNS))
    workspace: Workspace | None = None

    @property
    def complete(self) -> bool:
        """Whether every zone could be measured; of one that could not the figures are NaN."""
        return not (self.ratios["value"].isna().any() or self.breakdown["area_m2"].isna().any())

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What was noticed on the way."""
        return notices_of(self.ratios)


def _no_shapes(columns: Iterable[str]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(pd.DataFrame(columns=list(columns)), geometry=[])


def assess_account(
    ws: Workspace,
    *,
    years: Iterable[int] | None = None,
    by: Iterable[str] = (),
    client: Any = None,
    progress: Progress = no_progress,
) -> Account:
    """Draw up the annual account of a workspace.

    Parameters
    ----------
    ws, years, client, progress
        As for `ecozone.assess.assess_indicators`.
    by : iterable of str
        Of `ecozone.assess.BREAKDOWNS`: the district is resolved (`ecozone.assess.resolve_zones`), and its land cover
        broken down by ``resolved`` zone, ``subdistrict``, ``level-subdistrict`` or ``control-unit``.

    Raises
    ------
    UsageError
        If there is no such breakdown.
    WorkspaceError
        If a breakdown needs a layer that is not there.
    EcozoneError
        As `ecozone.assess.assess_indicators` does.

    Examples
    --------
    >>> import ecozone as ez
    >>> account = assess_account(ez.open_workspace("demo"))
    >>> level_1 = account.targets.query("zone == 'barrier:1' and profile == 'with_cropland'").iloc[0]
    >>> level_1["status"], level_1["by_count"], float(level_1["required_pace"])
    ('cannot_tell', 'missed', 2.0)
    """
    wanted = known_breakdowns(by)
    require_layers(wanted, ws)
    years = None if years is None else tuple(years)
    resolved = resolve_zones(ws) if wanted else None
    measured = measure_indicators(ws, years=years, client=client, progress=progress)
    scheme = None if ws.landcover is None else open_scheme(ws.landcover.scheme)
    parts = (measured.ratios(), target_account(ws, measured), _accuracy(measured, scheme))
    if resolved is None:
        return Account(*parts, workspace=ws)
    with mapper_for(client) as mapper:
        breakdown, classes = break_down(ws, resolved, wanted, years=years, mapper=mapper, progress=progress)
    ratios = with_notices(parts[0], dict.fromkeys((*measured.notices, *resolved.notices, *notices_of(breakdown))))
    return Account(ratios, *parts[1:], resolved.zones, resolved.gaps, breakdown, classes, resolved.pieces, ws)


def _accuracy(measured: Measured, scheme: Scheme | None) -> pd.DataFrame:
    rows = [
        {
            **row,
            "year": year,
            "zone": zone,
            "label": "" if scheme is None else scheme.classes[row["code"]].label(),
            "overall_accuracy": accuracy.overall.value,
            "overall_half_width": accuracy.overall.half_width,
        }
        for year, found in measured.adjusted.items()
        for zone, accuracy in found.accuracies.items()
        for row in records(accuracy.table())
    ]
    return table(rows, ACCURACY_COLUMNS, {"zone", "label"})
