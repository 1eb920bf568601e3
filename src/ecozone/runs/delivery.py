"""The files of a run: each output whole or not at all, then the manifest, then the archives that hold all of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ecozone.notices import Notice
from ecozone.outputs import account_csv_names, written
from ecozone.runs.apart import manifest_of
from ecozone.runs.bundle import write_bundle
from ecozone.runs.manifest import canonical, digest, places
from ecozone.runs.request import Request

ARCHIVE = ".zip"

#: Writes one output at a path and returns it.
Writer = Callable[[Path], Path]


def is_archive(path: str | Path) -> bool:
    """Tell whether an output is the archive of the whole run."""
    return Path(path).suffix.lower() == ARCHIVE


def files_beside(path: Path, request: Request) -> tuple[Path, ...]:
    """Return what is written beside an output: the other tables of an account beside the CSV of its ratios."""
    tables = path.suffix.lower() == ".csv" and request.parts == ("ratios",)
    return account_csv_names(path, resolved=bool(request.by))[1:] if tables else ()


def deliver(
    request: Request,
    run: Mapping[str, Any],
    notices: Iterable[Notice],
    writers: Sequence[tuple[Path, Writer]],
    usual: Mapping[str, Writer],
) -> tuple[Path, ...]:
    """Write the outputs of a run.

    Parameters
    ----------
    run : mapping
        The description that decides its numbers.
    writers : sequence
        Each output but archives, with what writes it, and what stands beside it.
    usual : mapping
        By suffix, what writes the results that an archive holds whether they were asked for or not.

    Returns
    -------
    tuple of Path
        The outputs in this order; the manifest beside the first of them; the archives.
    """
    files = [file for path, write in writers for file in (write(path), *files_beside(path, request))]
    archives = [Path(path) for path in request.outputs if is_archive(path)]
    said = [notice.as_dict() for notice in dict.fromkeys(notices)]
    manifest = {**run, **places(run), "notices": said, "outputs": [digest(path) for path in files]}
    if files:
        beside = manifest_of(files[0])
        with written(beside) as draft:
            draft.write_bytes(canonical(manifest) + b"\n")
        results, files = list(files), [*files, beside]
    else:
        results = []
    for path in archives:
        with tempfile.TemporaryDirectory(prefix="ecozone-") as folder:
            there = {file.suffix.lower() for file in results}
            more = [write(Path(folder) / f"result{suffix}") for suffix, write in usual.items() if suffix not in there]
            files.append(write_bundle(manifest, [*results, *more], path, copies=request.copies))
    return tuple(files)
