"""Cells of tables as plain values."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd


def plain_value(value: Any) -> Any:
    """Return a table's cell as JSON has it: missing and not-a-number are null.

    >>> plain_value(float("nan")) is None, plain_value(True)
    (True, True)
    """
    if value is None or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value.item() if hasattr(value, "item") else value
