"""``change`` as a run: a workspace and two years in; transitions, patches, possible violations and a map out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from ecozone.assess import MIN_PATCH_M2, Change, assess_change
from ecozone.errors import UsageError
from ecozone.intake import limiting
from ecozone.log import Progress, no_progress
from ecozone.measure import mapper_for
from ecozone.outputs import (
    PICTURE_SUFFIXES,
    change_document,
    write_change_csv,
    write_change_geojson,
    write_change_gpkg,
    write_change_map,
    write_change_xlsx,
    write_json,
)
from ecozone.runs.apart import manifest_of, require_apart, workspace_files
from ecozone.runs.delivery import ARCHIVE, deliver, is_archive
from ecozone.runs.drawing import CHANGE_PICTURES, Draw, is_picture, picture_of
from ecozone.runs.manifest import describe
from ecozone.runs.request import Request
from ecozone.text import speaking
from ecozone.workspace import Workspace, open_workspace


@dataclass(frozen=True)
class ChangeOutcome:
    """What a run gave: ``run`` decides its numbers, ``files`` are all files written, the manifest last."""

    request: Request
    change: Change
    run: Mapping[str, Any]
    files: tuple[Path, ...]


def run_change(
    request: Request, *, told: Mapping[str, Any] | None = None, progress: Progress = no_progress
) -> ChangeOutcome:
    """Carry out a request for the change between its two years.

    Parameters
    ----------
    told : mapping, optional
        As for `ecozone.runs.execute`.

    Raises
    ------
    UsageError
        If the request does not name two years.
    EcozoneError
        As `ecozone.assess.assess_change`, and if an output will not do.
    """
    with speaking(request.lang), limiting(**request.limits), mapper_for(request.scheduler) as mapper:
        if request.years is None or len(request.years) != 2:
            raise UsageError("change.two_years")
        if mapper is not None:
            mapper.require(())
        draw = picture_of(request, CHANGE_PICTURES)
        results = [(path, _writer(path, draw)) for path in map(Path, request.outputs) if not is_archive(path)]
        ws = open_workspace(request.workspace)
        if request.outputs:
            targets = [path for path, _ in results]
            targets += [manifest_of(path) for path in targets[:1]]
            targets += [path for path in map(Path, request.outputs) if is_archive(path)]
            require_apart(targets, workspace_files(ws))
        found = assess_change(
            ws,
            *request.years,
            min_area_m2=MIN_PATCH_M2 if request.min_area_m2 is None else request.min_area_m2,
            align=request.align,
            client=mapper,
            progress=progress,
        )
        run = describe(request, [*_read(ws, request.years), *ws.pack.files], ws.tables.values())
        change = replace(found, run=run if told is None else told)

        def writing(write: Writer) -> Callable[[Path], Path]:
            return lambda path: write(change, path, request.day)

        outputs = [(path, writing(write)) for path, write in results]
        usual = {suffix: writing(_WRITERS[suffix]) for suffix in _USUAL}
        files = deliver(request, change.run or run, change.notices, outputs, usual)
        return ChangeOutcome(request, change, run, files)


Writer = Callable[[Change, Path, date], Path]

_WRITERS: Mapping[str, Writer] = {
    ".json": lambda change, path, _day: write_json(change_document(change), path),
    ".csv": lambda change, path, _day: write_change_csv(change, path),
    ".xlsx": lambda change, path, _day: write_change_xlsx(change, path),
    ".gpkg": lambda change, path, _day: write_change_gpkg(change, path),
    ".geojson": lambda change, path, _day: write_change_geojson(change, path),
    ".html": lambda change, path, day: write_change_map(change, path, made_on=day),
}
#: What an archive holds of every run.
_USUAL = (".json", ".xlsx", ".html")


def _writer(path: Path, draw: Draw) -> Writer:
    suffix = path.suffix.lower()
    if is_picture(path):
        return lambda change, path, _day: draw(change, path)
    if suffix not in _WRITERS:
        formats = " ".join([*_WRITERS, *PICTURE_SUFFIXES, ARCHIVE])
        raise UsageError("outputs.unknown_format", file=path, suffix=suffix, known=formats)
    return _WRITERS[suffix]


def _read(ws: Workspace, years: tuple[int, ...]) -> list[Path]:
    """Return the workspace's files that were read: of the land cover, those of the two years."""
    own = {f"landcover:{year}" for year in years} | {f"landcover:samples:{year}" for year in years}
    return [path for what, path in ws.inputs.items() if what in own or not what.startswith("landcover:")]
