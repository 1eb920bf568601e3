"""What runs of one kind each have in common: formats that are known, inputs apart from outputs, and their delivery."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ecozone.errors import UsageError
from ecozone.intake import Database
from ecozone.notices import Notice
from ecozone.runs.apart import manifest_of, parts_of, require_apart, workspace_files
from ecozone.runs.delivery import ARCHIVE, Writer, deliver, is_archive
from ecozone.runs.request import Request
from ecozone.workspace import Workspace

#: What an archive holds of every run.
_USUAL = (".json", ".xlsx", ".html")


def require_formats(outputs: Iterable[str], known: Sequence[str]) -> list[Path]:
    """Return the outputs as paths.

    Raises
    ------
    UsageError
        If one is of another format than those known, by suffix.
    """
    paths = [Path(output) for output in outputs]
    for path in paths:
        suffix = path.suffix.lower()
        if suffix not in known and not is_archive(path):
            words = " ".join([*known, ARCHIVE])
            raise UsageError("outputs.unknown_format", file=path, suffix=suffix, known=words)
    return paths


def inputs_apart(outputs: Sequence[Path], named: Iterable[Path | Database], ws: Workspace | None) -> list[Path]:
    """Return all that is read where these files are named, as far as it can be read, once no output is among it.

    Raises
    ------
    UsageError
        If an output is an input, or another output.
    """
    files = [path for path in named if isinstance(path, Path)]
    parts = [part for path in files for part in parts_of(path)]
    if outputs:
        own = [] if ws is None else workspace_files(ws)
        plain = [path for path in outputs if not is_archive(path)]
        require_apart([*outputs, *(manifest_of(path) for path in plain[:1])], [*own, *files, *parts])
    return [part for part in parts if part.is_file() and os.access(part, os.R_OK)]


def finished(
    request: Request,
    run: Mapping[str, Any],
    notices: Iterable[Notice],
    outputs: Sequence[Path],
    writers: Mapping[str, Writer],
) -> tuple[Path, ...]:
    """Write the outputs by suffix, the manifest and archives (`ecozone.runs.delivery.deliver`)."""
    plain = [(path, writers[path.suffix.lower()]) for path in outputs if not is_archive(path)]
    return deliver(request, run, notices, plain, {suffix: writers[suffix] for suffix in _USUAL})
