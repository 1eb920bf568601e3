"""The day that results name: the run's, so that a run made again names the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any


def run_day(run: Mapping[str, Any] | None) -> dt.date | None:
    """Return the day that a run names, None where no run made the results.

    >>> run_day({"date": "2026-03-01"}), run_day(None)
    (datetime.date(2026, 3, 1), None)
    """
    return None if not run or "date" not in run else dt.date.fromisoformat(run["date"])
