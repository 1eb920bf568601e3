"""A worker does a small check before its first task, so that libraries, compiled kernels and its reader are there."""

from __future__ import annotations

import json
import logging
import tempfile
from pathlib import Path

from ecozone.errors import EcozoneError
from ecozone.runs import Request, execute, extent_lonlat
from ecozone.workspace import open_workspace

logger = logging.getLogger("ecozone.web")
_SIDE = 1e-4


def warm(workspace: str) -> None:
    """Check a small square in the middle of the workspace, and forget it."""
    try:
        extent = extent_lonlat(open_workspace(workspace))
        if extent is None:
            return
        west, south, east, north = extent
        x, y = (west + east) / 2, (south + north) / 2
        ring = [[x, y], [x + _SIDE, y], [x + _SIDE, y + _SIDE], [x, y + _SIDE], [x, y]]
        feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
            site = Path(scratch) / "site.geojson"
            site.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
            execute(Request(workspace=workspace, parts=("check",), sites=(str(site),)))
    except EcozoneError as error:
        # Whoever asks for the first check is told; a workspace may be mended while the server runs.
        logger.info("warming up: %s", error.key)
