"""The progress report of the green barrier's supervision platform, with its units and nothing that nobody declared."""

from __future__ import annotations

import pandas as pd

from ecozone.workspace import Workspace

#: Groups of works and, for each, the numbers asked for (`columns.progress_1_planned` and so on name them).
PROGRESS_GROUPS, PROGRESS_NUMBERS = range(1, 11), ("planned", "started", "share")


def has_progress(ws: Workspace) -> bool:
    """Tell whether a workspace has a green barrier, whose works are reported on."""
    return bool(ws.layers_of("barrier_zone"))


def progress_grid(ws: Workspace) -> pd.DataFrame | None:
    """Return the grid of a workspace with a green barrier, else None.

    A row for each subdistrict, or one for the district where none is declared. How many works were planned and started
    is in no layer and no raster: these cells are for those who know.
    """
    if not has_progress(ws):
        return None
    units = [str(name) for layer in ws.layers_of("subdistrict") for name in ws.features(layer.key)["name"] if name]
    asked = [f"progress_{group}_{number}" for group in PROGRESS_GROUPS for number in PROGRESS_NUMBERS]
    grid = pd.DataFrame({"unit_name": list(dict.fromkeys(units)) or [ws.name]})
    return grid.reindex(columns=["unit_name", *asked])
