"""Parts of indexes of large layers in the user's cache folder, each named by the boundaries that it was built from.

A layer that has changed has another name, so that no index is ever stale. A file is written aside and then moved into
its place, so that processes may write at the same time; one that is damaged fails its checksum and is built anew.
Where nothing may be written, building takes its time and nothing else happens.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecozone.log import logger

#: So many files are kept, those last used.
_MOST = 32
_DAMAGED = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)

Arrays = Mapping[str, NDArray[Any]]


def load(digest: bytes) -> Arrays | None:
    """Return the arrays that were saved for these boundaries; None where there are none that can be trusted."""
    folder = _folder()
    if folder is None:
        return None
    path = folder / f"{digest.hex()}.npz"
    try:
        # numpy leaves a file open that it has opened itself and cannot read.
        with path.open("rb") as handle, np.load(handle, allow_pickle=False) as file:
            found = {name: file[name] for name in file.files}
        os.utime(path)
    except FileNotFoundError:
        return None
    except _DAMAGED as error:
        logger.debug("the index %s is of no use: %s", path, error)
        return None
    return found


def save(digest: bytes, arrays: Arrays) -> None:
    """Keep arrays for the next time, where a folder can be written."""
    folder = _folder()
    if folder is None:
        return
    aside, named = None, dict[str, Any](arrays)
    try:
        handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
        aside = Path(name)
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **named)
        aside.replace(folder / f"{digest.hex()}.npz")
        kept = sorted(folder.glob("*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept[_MOST:]:
            path.unlink(missing_ok=True)
    except OSError as error:
        logger.debug("no index can be kept in %s: %s", folder, error)
        if aside is not None:
            aside.unlink(missing_ok=True)


def _folder() -> Path | None:
    """Return the folder of indexes, beside the kernels that they were made by; None where nothing may be written."""
    from ecozone.measure.compiled import cache_folder

    kernels = cache_folder()
    if kernels is None:
        return None
    folder = kernels / "indexes"
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        logger.debug("%s cannot be made: %s", folder, error)
        return None
    return folder
