"""What the working processes can do: one module a task, loaded when it is first asked for.

A task takes its words (``words["lang"]``, ``words["workspace"]``, ``words["limits"]`` and what the page sent), the
private folder of its job, in which the process stands, and a progress callback. It carries out requests of
`ecozone.runs`, writes its answer into the folder and returns that file's name.

What the page sent comes prepared: a source ``{"upload": ID}`` is ``{"files": ["site.shp", …], "labels": {"site.shp":
"地块.shp", …}}`` with the files in the job's folder; ``of`` is the folder of the job that is meant (``../ID``), which
holds that job's own ``words.json`` beside its files. Errors are raised as `ecozone.errors.EcozoneError`; where one has
a mapping ``more``, its fields go into the problem too.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from ecozone.log import Progress

Task = Callable[[dict[str, Any], Path, Progress], str]

#: Name of a task → module of this package that holds a function of the task's name.
TASKS: dict[str, str] = {
    "change": "account",
    "check": "check",
    "district": "district",
    "file": "file",
    "least_cut": "check",
    "ogc_declared": "ogc",
    "ogc_layer": "ogc",
    "ogc_process": "ogc",
    "overlap": "check",
    "ratios": "account",
    "read": "read",
    "scenario": "account",
}


def task(name: str) -> Task:
    """Return the function that carries out a task."""
    found: Task = getattr(import_module(f"ecozone.web.work.{TASKS[name]}"), name)
    return found


def warm(workspace: str) -> None:
    """Load what the first task needs, so that its user does not wait for it."""
    from ecozone.web.work import warming

    warming.warm(workspace)
