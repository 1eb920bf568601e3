"""三调 70 m ellipsoidal area."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ecozone.geo.ellipsoid import area_m2


def survey_area_m2(series: Any) -> pd.Series:
    return area_m2(series)
