"""Writing a file whole or not at all: a temporary name beside the target, then a rename."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ecozone.errors import OutputError, cannot_write


@contextmanager
def written(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path of the same suffix; rename it to ``path`` when the block ends well, else remove it.

    A crash, a full disk or Ctrl-C inside the block leaves the old file as it was and no half file behind.

    Raises
    ------
    OutputError
        If the folder is missing or cannot be written, or the target is open elsewhere.
    """
    target = Path(path)
    with room_beside(target) as folder:
        draft = folder / f"draft{target.suffix}"
        yield draft
        draft.replace(target)


@contextmanager
def room_beside(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a folder beside a file that is to be written, and remove it with all that is in it.

    Raises
    ------
    OutputError
        As `written`.
    """
    target = Path(path)
    try:
        if target.is_dir():
            raise OutputError("outputs.is_folder", file=target)
        if not target.parent.is_dir():
            raise OutputError("outputs.no_folder", file=target, folder=str(target.parent))
        with tempfile.TemporaryDirectory(prefix=".ecozone-", dir=target.parent) as folder:
            yield Path(folder)
    except OSError as error:
        raise cannot_write(target, error) from error
