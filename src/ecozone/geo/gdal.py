"""GDAL made safe before it is first imported."""

from __future__ import annotations

import importlib
import os
from typing import Any


def open_gdal() -> None:
    os.environ.setdefault("GDAL_SKIP", "VRT,WMS,WCS,WMTS,HTTP")
    os.environ.setdefault("OGR_SKIP", "OGR_VRT,WFS,OAPIF,CSW")
    os.environ["PROJ_NETWORK"] = "OFF"


def __getattr__(name: str) -> Any:
    if name not in ("pyogrio", "fiona", "rasterio"):
        raise AttributeError(name)
    open_gdal()
    return importlib.import_module(name)
