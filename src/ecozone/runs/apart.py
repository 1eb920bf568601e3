"""What a run writes is kept apart from what it reads: a result over an input would be the end of the input."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from ecozone.errors import EcozoneError, UsageError
from ecozone.intake import is_geodatabase, source_files
from ecozone.workspace import Workspace

_Mark = str | tuple[int, int]


def manifest_of(output: Path) -> Path:
    """Return where the manifest of a run stands whose first output this is.

    >>> manifest_of(Path("meeting.html")).name
    'meeting.run.json'
    """
    return output.with_name(f"{output.stem}.run.json")


def workspace_files(ws: Workspace) -> list[Path]:
    """Return every file that a workspace names, with what stands beside layers, whether a run reads it or not."""
    named = [*ws.inputs.values(), *ws.pack.files]
    return named + [part for path in named for part in parts_of(path)]


def parts_of(path: Path) -> tuple[Path, ...]:
    """Return the files that reading ``path`` reads, or ``path`` alone where that cannot be told."""
    try:
        return source_files(path)
    except EcozoneError:
        return (path,)


def require_apart(outputs: Sequence[Path], inputs: Iterable[Path]) -> None:
    """Refuse to write over what is read, and to write one file twice.

    Parameters
    ----------
    outputs : sequence of Path
        Files to be written; they may exist.
    inputs : iterable of Path
        Files that are read. Of the folder of a file geodatabase all that is in it.

    Raises
    ------
    UsageError
        If an output is an input, by whatever name, link or hard link, or is another output.

    Examples
    --------
    >>> require_apart([Path("a.json"), Path("a.xlsx")], [Path("a.gpkg")])
    >>> require_apart([Path("a.json"), Path("./a.json")], [])
    Traceback (most recent call last):
        ...
    ecozone.errors.UsageError: a.json: 要写两次同一个文件
    请给每个结果不同的文件名（第一个结果旁边还要写运行记录“同名.run.json”）
    """
    read: dict[_Mark, Path] = {}
    folders: list[Path] = []
    for path in inputs:
        read |= dict.fromkeys(_marks(path), path)
        if is_geodatabase(path):
            folders.append(Path(os.path.realpath(path)))
    written: set[_Mark] = set()
    for path in outputs:
        marks = _marks(path)
        found = next((read[mark] for mark in marks if mark in read), None)
        found = found or next((one for one in folders if one in Path(os.path.realpath(path)).parents), None)
        if found is not None:
            raise UsageError("runs.output_is_input", file=path, input=found)
        if written.intersection(marks):
            raise UsageError("runs.output_twice", file=path)
        written.update(marks)


def _marks(path: Path) -> tuple[_Mark, ...]:
    """Return what tells a file from others: where it really stands, and, where it exists, its number on the disk."""
    place = os.path.normcase(os.path.realpath(path))
    try:
        known = path.stat()
    except (OSError, ValueError):
        return (place,)
    return (place, (known.st_dev, known.st_ino))
