"""The annual account: indicators, targets and the accuracy behind them, from one measurement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ecozone.assess.indicators import Measured, measure_indicators
from ecozone.assess.table import records, table
from ecozone.assess.targets import target_account
from ecozone.landcover import Scheme, open_scheme
from ecozone.log import Progress, no_progress
from ecozone.notices import Notice, notices_of
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
    """

    ratios: pd.DataFrame
    targets: pd.DataFrame
    accuracy: pd.DataFrame

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What was noticed on the way."""
        return notices_of(self.ratios)


def assess_account(
    ws: Workspace, *, years: Iterable[int] | None = None, client: Any = None, progress: Progress = no_progress
) -> Account:
    """Draw up the annual account of a workspace.

    Parameters
    ----------
    ws, years, client, progress
        As for `ecozone.assess.assess_indicators`.

    Raises
    ------
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
    measured = measure_indicators(ws, years=years, client=client, progress=progress)
    scheme = None if ws.landcover is None else open_scheme(ws.landcover.scheme)
    return Account(measured.ratios(), target_account(ws, measured), _accuracy(measured, scheme))


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
