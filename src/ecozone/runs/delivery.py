"""How every run begins and ends: words and limits in force, inputs apart from outputs; files, manifest, archives."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ecozone import outputs
from ecozone.errors import UsageError
from ecozone.intake import Database, limiting
from ecozone.measure import Mapper, mapper_for
from ecozone.notices import Notice
from ecozone.runs.apart import manifest_of, parts_of, require_apart, workspace_files
from ecozone.runs.bundle import write_bundle
from ecozone.runs.manifest import manifest_with, named_files, write_manifest
from ecozone.runs.request import Request
from ecozone.runs.stage import Stage
from ecozone.text import speaking
from ecozone.workspace import Workspace

ARCHIVE = ".zip"

#: What an archive holds of every run, whether it was asked for or not.
_USUAL = (".json", ".xlsx", ".html")

#: Writes one output at a path and returns it.
Writer = Callable[[Path], Path]


@contextmanager
def carrying_out(request: Request) -> Iterator[Mapper | None]:
    """Put the language and the limits of a request in force, and give the cluster that does its work, None for none.

    Raises
    ------
    ClusterError
        If the cluster will not do: it is told of before anything is read.
    """
    with speaking(request.lang), limiting(**request.limits), mapper_for(request.scheduler) as mapper:
        if mapper is not None:
            mapper.require(())
        yield mapper


def is_archive(path: str | Path) -> bool:
    """Tell whether an output is the archive of the whole run."""
    return Path(path).suffix.lower() == ARCHIVE


def require_formats(outputs: Iterable[str], known: Iterable[str]) -> list[Path]:
    """Return the outputs as paths.

    Raises
    ------
    UsageError
        If one is of another format than those known, by suffix.
    """
    paths = [Path(output) for output in outputs]
    known = list(known)
    for path in paths:
        suffix = path.suffix.lower()
        if suffix not in known and not is_archive(path):
            raise UsageError("outputs.unknown_format", file=path, suffix=suffix, known=" ".join([*known, ARCHIVE]))
    return paths


def files_beside(path: Path, request: Request, ws: Workspace | None = None) -> tuple[Path, ...]:
    """Return what is written beside an output: of results of several tables, all but the first one's CSV.

    Without the workspace it is all that may be.
    """
    if path.suffix.lower() != ".csv" or len(request.parts) != 1:
        return ()
    (part,) = request.parts
    if part == "ratios":
        progress = ws is None or outputs.has_progress(ws)
        return outputs.account_csv_names(path, resolved=bool(request.by), progress=progress)[1:]
    sites = ("verdicts",) if part == "redline" and request.sites else ()
    return outputs.csv_names(path, (*outputs.BESIDE.get(part, ()), *sites))[1:]


def inputs_apart(
    request: Request, outputs: Sequence[Path], named: Iterable[Path | Database], ws: Workspace | None
) -> list[Path]:
    """Return all that is read where these files are named, as far as it can be read, once no output is among it.

    What may not be read has no hash; the request names it.

    Raises
    ------
    UsageError
        If an output is an input or a file of the workspace, or another output.
    """
    files = [path for path in named if isinstance(path, Path)]
    parts = [part for path in files for part in parts_of(path)]
    if outputs:
        own = [] if ws is None else workspace_files(ws)
        plain = [file for path in outputs if not is_archive(path) for file in (path, *files_beside(path, request, ws))]
        manifest = [manifest_of(path) for path in plain[:1]]
        require_apart([*plain, *manifest, *filter(is_archive, outputs)], [*own, *files, *parts])
    return [part for part in parts if part.is_file() and os.access(part, os.R_OK)]


def deliver(
    request: Request,
    run: Mapping[str, Any],
    notices: Iterable[Notice],
    outputs: Sequence[Path],
    writers: Mapping[str, Writer],
    drawn: Mapping[Path, Writer] | None = None,
    *,
    ws: Workspace | None = None,
    stage: Stage | None = None,
    inputs: Iterable[Path] = (),
) -> tuple[Path, ...]:
    """Write the outputs of a run: each whole or not at all, then the manifest, then the archives that hold all of it.

    Parameters
    ----------
    run : mapping
        The description that decides its numbers.
    outputs : sequence of Path
        As `require_formats` gives them.
    writers : mapping
        By suffix, what writes an output.
    drawn : mapping, optional
        What is written besides, by its path.
    ws : Workspace, optional
        What an account is of.
    stage, inputs : Stage and iterable of Path, optional
        Where that lies which the request names, and the files that were read there.

    Returns
    -------
    tuple of Path
        The outputs in their order, each with what stands beside it; what is drawn; the manifest beside the first of
        them; the archives.
    """
    if not outputs and not drawn:
        return ()
    plain = [(path, writers[path.suffix.lower()]) for path in outputs if not is_archive(path)]
    files = [file for path, write in plain for file in (write(path), *files_beside(path, request, ws))]
    files += [write(path) for path, write in (drawn or {}).items()]
    manifest = manifest_with(run, notices, files, stage)
    results = list(files)
    lies = None if stage is None else named_files(inputs, stage)
    if files:
        files.append(write_manifest(manifest, files[0]))
    for path in filter(is_archive, outputs):
        with tempfile.TemporaryDirectory(prefix="ecozone-") as folder:
            there = {file.suffix.lower() for file in results}
            lacking = [suffix for suffix in _USUAL if suffix in writers and suffix not in there]
            more = [writers[suffix](Path(folder) / f"result{suffix}") for suffix in lacking]
            files.append(write_bundle(manifest, [*results, *more], path, copies=request.copies, lies=lies))
    return tuple(files)
