"""How a run ends: its outputs, each whole or not at all, and the manifest beside the first of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ecozone.errors import UsageError
from ecozone.intake import Database
from ecozone.notices import Notice
from ecozone.outputs import written
from ecozone.runs.apart import manifest_of, parts_of, require_apart, workspace_files
from ecozone.runs.manifest import canonical, digest
from ecozone.workspace import Workspace

#: Writes one output and returns it.
Write = Callable[[Path], Path]


def require_formats(outputs: Iterable[str], known: Sequence[str]) -> list[Path]:
    """Return the outputs as paths.

    Raises
    ------
    UsageError
        If one is of another format than those known, by suffix.
    """
    paths = [Path(output) for output in outputs]
    for path in paths:
        if path.suffix.lower() not in known:
            raise UsageError("outputs.unknown_format", file=path, suffix=path.suffix.lower(), known=" ".join(known))
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
        require_apart([*outputs, manifest_of(outputs[0])], [*own, *files, *parts])
    return [part for part in parts if part.is_file() and os.access(part, os.R_OK)]


def finished(
    run: Mapping[str, Any], notices: Iterable[Notice], outputs: Sequence[Path], writers: Mapping[str, Write]
) -> tuple[Path, ...]:
    """Write the outputs, by suffix, then the manifest; return what was written."""
    files = [writers[path.suffix.lower()](path) for path in outputs]
    if not files:
        return ()
    said = [one.as_dict() for one in dict.fromkeys(notices)]
    beside = manifest_of(files[0])
    with written(beside) as draft:
        draft.write_bytes(canonical({**run, "notices": said, "outputs": [digest(path) for path in files]}) + b"\n")
    return (*files, beside)
