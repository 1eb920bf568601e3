"""``change`` as a run: a workspace and two years in; transitions, patches, possible violations and a map out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ecozone.assess import MIN_PATCH_M2, Change, assess_change
from ecozone.errors import UsageError
from ecozone.log import Progress, no_progress
from ecozone.outputs import (
    PICTURE_SUFFIXES,
    change_document,
    write_change_csv,
    write_change_docx,
    write_change_geojson,
    write_change_gpkg,
    write_change_map,
    write_change_xlsx,
    write_json,
)
from ecozone.runs.delivery import Writer, carrying_out, deliver, inputs_apart, require_formats
from ecozone.runs.drawing import CHANGE_PICTURES, picture_of
from ecozone.runs.manifest import describe
from ecozone.runs.request import Request
from ecozone.runs.stage import Stage
from ecozone.workspace import Workspace, open_workspace

FORMATS = (".json", ".csv", ".xlsx", ".gpkg", ".geojson", ".html", ".docx", *PICTURE_SUFFIXES)


@dataclass(frozen=True)
class ChangeOutcome:
    """What a run gave: ``run`` decides its numbers, ``files`` are all files written, the manifest last."""

    request: Request
    change: Change
    run: Mapping[str, Any]
    files: tuple[Path, ...]


def run_change(
    request: Request,
    *,
    told: Mapping[str, Any] | None = None,
    stage: Stage | None = None,
    progress: Progress = no_progress,
) -> ChangeOutcome:
    """Carry out a request for the change between its two years.

    Parameters
    ----------
    told, stage : optional
        As for `ecozone.runs.execute`.

    Raises
    ------
    UsageError
        If the request does not name two years.
    EcozoneError
        As `ecozone.assess.assess_change`, and if an output will not do.
    """
    with carrying_out(request) as mapper:
        if request.years is None or len(request.years) != 2:
            raise UsageError("change.two_years")
        draw = picture_of(request, CHANGE_PICTURES)
        outputs = require_formats(request.outputs, FORMATS)
        ws = open_workspace(request.workspace) if stage is None else stage.workspace
        inputs_apart(request, outputs, (), ws)
        found = assess_change(
            ws,
            *request.years,
            min_area_m2=MIN_PATCH_M2 if request.min_area_m2 is None else request.min_area_m2,
            align=request.align,
            client=mapper,
            progress=progress,
        )
        inputs = [*_read(ws, request.years), *ws.pack.files]
        run = describe(request, inputs, ws.tables.values(), stage=stage)
        carried = run if told is None else told
        change = replace(found, run=carried)
        writers: dict[str, Writer] = {
            ".json": lambda path: write_json(change_document(change), path),
            ".csv": lambda path: write_change_csv(change, path),
            ".xlsx": lambda path: write_change_xlsx(change, path),
            ".gpkg": lambda path: write_change_gpkg(change, path),
            ".geojson": lambda path: write_change_geojson(change, path),
            ".html": lambda path: write_change_map(change, path),
            ".docx": lambda path: write_change_docx(change, path),
            **dict.fromkeys(PICTURE_SUFFIXES, lambda path: draw(change, path)),
        }
        files = deliver(request, carried, change.notices, outputs, writers, stage=stage, inputs=inputs)
        return ChangeOutcome(request, change, run, files)


def _read(ws: Workspace, years: tuple[int, ...]) -> list[Path]:
    """Return the workspace's files that were read: of the land cover, those of the two years."""
    own = {f"landcover:{year}" for year in years} | {f"landcover:samples:{year}" for year in years}
    return [path for what, path in ws.inputs.items() if what in own or not what.startswith("landcover:")]
