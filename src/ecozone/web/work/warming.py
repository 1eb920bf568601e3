"""A worker does a small check before its first task, so that libraries, compiled kernels and its reader are there."""

from __future__ import annotations

import json
import logging
import tempfile
from pathlib import Path

from ecozone.errors import EcozoneError
from ecozone.outputs import map_data
from ecozone.runs import Request, Stage, execute, extent_lonlat, kept_workspace

logger = logging.getLogger("ecozone.web")
_SIDE, _NAME = 1e-4, "site.geojson"


def warm(workspace: str) -> None:
    """Check a small square in the middle of the workspace, and forget it; the workspace stays open."""
    try:
        ws, _ = kept_workspace(workspace)
        extent = extent_lonlat(ws)
        if extent is None:
            return
        west, south, east, north = extent
        x, y = (west + east) / 2, (south + north) / 2
        ring = [[x, y], [x + _SIDE, y], [x + _SIDE, y + _SIDE], [x, y + _SIDE], [x, y]]
        feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
            site = Path(scratch) / _NAME
            site.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
            stage = Stage(ws, {_NAME: site})
            done = execute(Request(workspace=stage.name, parts=("check",), sites=(_NAME,)), stage=stage)
            assert done.check is not None
            map_data(done.check, with_layers=False)
    except EcozoneError as error:
        # Whoever asks for the first check is told; a workspace may be mended while the server runs.
        logger.info("warming up: %s", error.key)
