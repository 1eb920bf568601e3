"""The demonstration: a copy of the packaged district, and the main job run on it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from ecozone.errors import cannot_write
from ecozone.log import Progress, no_progress
from ecozone.runs.execution import Outcome, execute
from ecozone.runs.request import Request
from ecozone.text import Lang
from ecozone.workspace import demo_source

RESULTS = ("demo.html", "demo.xlsx", "demo.json", "demo.csv", "demo.geojson", "demo.gpkg")


def run_demo(folder: Path, lang: Lang, *, progress: Progress = no_progress) -> Outcome:
    """Copy the demonstration workspace to ``folder``/workspace and write its results to ``folder``/results.

    A workspace that is already there is kept as it is: it may have been edited.

    Raises
    ------
    OutputError
        If the folder cannot be made.
    """
    workspace, results = folder / "workspace", folder / "results"
    try:
        results.mkdir(parents=True, exist_ok=True)
        if not workspace.exists():
            with tempfile.TemporaryDirectory(prefix=".ecozone-", dir=folder) as half:
                copy = shutil.copytree(demo_source(), Path(half) / "workspace", copy_function=shutil.copyfile)
                copy.rename(workspace)
    except OSError as error:
        raise cannot_write(folder, error) from error
    request = Request(
        workspace=str(workspace),
        parts=("check", "ratios"),
        sites=(str(workspace / "sites"),),
        outputs=tuple(str(results / name) for name in RESULTS),
        lang=lang,
    )
    return execute(request, progress=progress)
