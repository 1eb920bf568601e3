"""A worker does a small check before its first task, so that libraries, compiled kernels and its reader are there."""

from __future__ import annotations

import logging
from pathlib import Path

import geopandas as gpd
import shapely

from ecozone.assess import check_sites
from ecozone.errors import EcozoneError
from ecozone.geo import CGCS2000
from ecozone.intake import read_features, start_reader
from ecozone.outputs import map_data
from ecozone.runs import extent_lonlat, kept_workspace
from ecozone.workspace import Workspace

logger = logging.getLogger("ecozone.web")
_SIDE = 1e-4


def warm(workspace: str) -> None:
    """Read a file of the workspace and check a small square in its middle, and forget both; nothing is written."""
    try:
        start_reader()
        ws, _ = kept_workspace(workspace)
        extent = extent_lonlat(ws)
        if extent is not None:
            west, south, east, north = extent
            map_data(check_sites(_site((west + east) / 2, (south + north) / 2), ws), with_layers=False)
        _read(ws)
    except EcozoneError as error:
        # Whoever asks for the first check is told; a workspace may be mended while the server runs.
        logger.info("warming up: %s", error.key)


def _site(x: float, y: float) -> gpd.GeoDataFrame:
    texts = {name: [""] for name in ("site_id", "name", "flags", "source_file")}
    numbers = {"project_type": [None], "radius_m": [float("nan")], "source_row": [1]}
    return gpd.GeoDataFrame({**texts, **numbers}, geometry=[shapely.box(x, y, x + _SIDE, y + _SIDE)], crs=CGCS2000)


def _read(ws: Workspace) -> None:
    """Let the reader read the smallest layer: its libraries load then."""
    files = [layer.path for layer in ws.layers.values() if isinstance(layer.path, Path) and layer.path.is_file()]
    layers = [path for path in files if path != ws.file]
    if layers:
        read_features(min(layers, key=lambda path: path.stat().st_size))
