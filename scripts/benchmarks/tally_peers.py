"""The peers that measure land cover in zones; each function makes one ready.

Nothing of ecozone is loaded here, so that they meet GDAL as they would without it: with the cache of its default.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
from rasterio.mask import mask

from benchmarks.measuring import Answer, Work
from benchmarks.rasters import loaded


def exactextract(strategy: str, **case: Any) -> Work:
    """Fractions of cells, exact but for 32 bits."""
    from exactextract import exact_extract

    zones, path = loaded(**case)
    frame = gpd.GeoDataFrame({"zone": range(len(zones))}, geometry=zones.to_numpy(), crs=zones.crs)
    asked = {"include_cols": ["zone"], "output": "pandas", "strategy": strategy}

    def work() -> Callable[[], Answer]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the raster's CRS is the zones' own, by another name
            found = exact_extract(str(path), frame, ["count", "unique", "frac"], **asked)
        return lambda: _flat(found)

    return work


def _flat(found: pd.DataFrame) -> Answer:
    rows = found.explode(["unique", "frac"]).dropna(subset=["unique"])
    zone, code = rows["zone"].to_numpy(int), rows["unique"].to_numpy(int)
    return {"zone": zone, "code": code, "cells": (rows["frac"].astype(float) * rows["count"]).to_numpy()}


def rasterstats(some: int | None = None, **case: Any) -> Work:
    """Count the centres of cells, of some of the zones."""
    from rasterstats import zonal_stats

    zones, path = loaded(**case)
    few = list(zones.iloc[:some])

    def work() -> Answer:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            zonal_stats(few, str(path), categorical=True)
        return {}

    return work


def masks(some: int | None = None, **case: Any) -> Work:
    """Mask the raster by zone after zone, of some of them, and count the centres of cells."""
    zones, path = loaded(**case)
    few = list(zones.iloc[:some])

    def work() -> Answer:
        with rasterio.open(path) as dataset:
            for zone in few:
                found, _ = mask(dataset, [zone], crop=True)
                np.bincount(found.ravel(), minlength=256)
        return {}

    return work


def rusterize(**case: Any) -> Work:
    """Count the centres of cells by a raster of labels: one zone a cell, which overlapping zones are not."""
    from rusterize import rusterize as burn

    zones, path = loaded(**case)
    frame = gpd.GeoDataFrame({"zone": np.arange(1, len(zones) + 1)}, geometry=zones.to_numpy(), crs=zones.crs)

    def work() -> Answer:
        with rasterio.open(path) as dataset:
            codes, shape, bounds = dataset.read(1), (dataset.height, dataset.width), tuple(dataset.bounds)
        words = {"field": "zone", "background": 0, "encoding": "numpy", "dtype": "uint16"}
        labels = np.squeeze(burn(frame, out_shape=shape, extent=bounds, **words))
        np.bincount((labels.astype(np.uint32) * 256 + codes).ravel(), minlength=256 * (len(frame) + 1))
        return {}

    return work
