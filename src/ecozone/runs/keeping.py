"""A workspace kept open between runs of one process, for as long as none of its files has changed."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

from ecozone.intake import Database
from ecozone.workspace import Workspace, find_workspace, open_workspace

#: A file that was written so short a time before it was read may be written again without its clock showing it.
_SETTLED_S = 2.0
#: What files cannot tell is looked at anew after so long.
_FRESH_S = 60.0

#: Name, inode, size, and when content and file were changed, in nanoseconds.
State = tuple[tuple[str, int, int, int, int], ...]


@dataclass(frozen=True)
class _Kept:
    workspace: Workspace
    files: tuple[Path, ...]
    state: State


_kept: dict[Path, _Kept] = {}


def kept_workspace(where: str) -> tuple[Workspace, State | None]:
    """Return a workspace, the one of the last time where its files are as they were then.

    Returns
    -------
    workspace : Workspace
    state : tuple or None
        What its files are like: the same state, the same workspace. None where that cannot be relied on: a layer comes
        from a database, or a file was written only just now.

    Raises
    ------
    WorkspaceError
        As `ecozone.workspace.open_workspace`.
    """
    file = find_workspace(where)
    known = _kept.get(file)
    if known is not None and _state(known.files) == known.state:
        return known.workspace, known.state
    _kept.pop(file, None)
    begun = time.time_ns()
    ws = open_workspace(where)
    files = (file, *ws.inputs.values(), *ws.pack.files)
    state = state_of(where, ws)
    in_database = any(isinstance(layer.path, Database) for layer in ws.layers.values())
    latest = max((when for *_, changed, noted in state for when in (changed, noted)), default=0)
    if in_database or latest > begun - _SETTLED_S * 1e9:
        return ws, None
    _kept.clear()
    _kept[file] = _Kept(ws, files, state)
    return ws, state


def state_of(where: str, ws: Workspace) -> State:
    """Return what the files of a workspace are like now; of layers in databases it tells nothing."""
    return _state((find_workspace(where), *ws.inputs.values(), *ws.pack.files))


def workspace_mark(where: str) -> str:
    """Return a text that is another one when a file of the workspace has changed.

    Where files cannot tell, it is another one every minute, too: a layer comes from a database, or a file was written
    only just now.

    Raises
    ------
    WorkspaceError
        As `ecozone.workspace.open_workspace`.
    """
    ws, state = kept_workspace(where)
    doubt = None if state is not None else int(time.monotonic() / _FRESH_S)
    return hashlib.sha256(repr((state or state_of(where, ws), doubt)).encode()).hexdigest()


def _state(files: tuple[Path, ...]) -> State:
    """Return what the files are like, with all that stands beside them under their stem, and what decides rulings."""
    stems: dict[Path, set[str]] = {}
    for path in files:
        stems.setdefault(path if path.is_dir() else path.parent, set()).add("" if path.is_dir() else path.stem)
    stems.setdefault(files[0].parent, set()).add("overrides")
    found: list[tuple[str, int, int, int, int]] = []
    for folder, names in stems.items():
        beginnings = tuple(names)
        try:
            with os.scandir(folder) as entries:
                of_folder = [entry.path for entry in entries if entry.name.startswith(beginnings)]
        except (FileNotFoundError, NotADirectoryError):
            # A missing layer is told of by whoever reads it.
            of_folder = []
        found.extend(map(_mark, of_folder))
    return tuple(sorted(found))


def _mark(path: str) -> tuple[str, int, int, int, int]:
    try:
        stat = os.stat(path)  # noqa: PTH116 - one call, no object
    except FileNotFoundError:  # gone since its folder was listed
        return path, 0, 0, 0, 0
    return path, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
