"""The private folder of a server: made for it alone, emptied at its end, and cleared away later where it was killed."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_PREFIX = "ecozone-serve-"
_LOCK = "lock"
# A server that is just starting has a folder and no lock yet.
_UNLOCKED_S = 600.0
_ROOMS = ("jobs", "uploads", "tmp")
#: Folders of this process, each with the lock that tells others of it.
_held: dict[Path, IO[bytes]] = {}


@contextmanager
def private_folder(parent: Path | None = None) -> Iterator[Path]:
    """Give a new folder that only this user may enter, with ``jobs``, ``uploads`` and ``tmp`` in it.

    Those that servers of this user left behind when they were killed are removed first.

    Parameters
    ----------
    parent : Path, optional
        Where it is made; the system's folder for temporary files unless given.
    """
    above = Path(tempfile.gettempdir()) if parent is None else parent
    _clear_left(above)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=above)).resolve()
    try:
        _held[folder] = _locked(folder)
        restore(folder)
        yield folder
    finally:
        if folder in _held:
            _held.pop(folder).close()
        shutil.rmtree(folder, ignore_errors=True)


def restore(folder: Path) -> None:
    """Make a private folder anew, or what is missing of it: what clears old files away may have taken it.

    Raises
    ------
    OSError
        If it cannot be made, or another user has made it meanwhile.
    """
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        if sys.platform != "win32":
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
                raise
    for name in _ROOMS:
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    if folder in _held and not (folder / _LOCK).exists():
        _held[folder].close()
        _held[folder] = _locked(folder)


def _locked(folder: Path) -> IO[bytes]:
    lock = (folder / _LOCK).open("wb")
    _hold(lock)
    return lock


def _hold(lock: IO[bytes]) -> None:
    if sys.platform != "win32":  # an open file cannot be removed there, which is lock enough
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _clear_left(above: Path) -> None:
    for folder in above.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if _is_left(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    """Tell whether a folder is this user's own, and the server whose it was is gone."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    if sys.platform != "win32" and folder.stat().st_uid != os.getuid():
        return False
    lock = folder / _LOCK
    if not lock.exists():
        return time.time() - folder.stat().st_mtime > _UNLOCKED_S
    if sys.platform == "win32":
        lock.unlink()  # fails while the server that holds it is there
        return True
    import fcntl

    with lock.open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails likewise
    return True
