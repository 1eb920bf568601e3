"""Kernels: pure functions of arrays, compiled when they are first needed and kept in the user's cache folder.

Importing this module loads numba, which takes a quarter of a second: modules that hold kernels are imported inside the
functions that need them.

Compiled code goes to ``NUMBA_CACHE_DIR`` where the user has set it, else to ``ecozone`` in the user's cache folder, in
a folder of its own for every version of numba and of the kernels. numba writes each file aside and then moves it
into its place, so that processes may start at the same time: where there is much to compile, a second one does so from
the other end. Where nothing may be written, each process compiles for itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core import event

from ecozone.children import end_child, start_child
from ecozone.log import Progress, logger, no_progress
from ecozone.measure.arrays import processors
from ecozone.text import say

Function = TypeVar("Function", bound=Callable[..., Any])

_lock = threading.RLock()
_waiting: list[tuple[Any, str]] = []
#: What a damaged file of the cache may raise when it is read.
_DAMAGED = (OSError, EOFError, pickle.UnpicklingError, AttributeError, ImportError, IndexError, TypeError, ValueError)


def kernel(signature: str | None = None) -> Callable[[Function], Function]:
    """Return a decorator that makes a function a kernel.

    Parameters
    ----------
    signature : str, optional
        Types as numba writes them, for `prepare`. Without one the kernel is compiled when it is called: for those that
        other kernels use, and those that are seldom wanted.
    """

    def made(function: Function) -> Function:
        with _lock:
            folder = cache_folder()
            settings: Any = numba.config
            before = settings.CACHE_DIR
            # numba fixes a kernel's folder when the kernel is made, and knows no other way to name one.
            settings.CACHE_DIR = str(folder or "")
            try:
                found: Any = numba.njit(nogil=True, error_model="numpy", cache=folder is not None)(function)
            finally:
                settings.CACHE_DIR = before
            if signature is not None:
                _waiting.append((found, signature))
        compiled: Function = found
        return compiled

    return made


def prepare(progress: Progress = no_progress) -> None:
    """Compile the kernels that are there, or load them; say so where it takes a while."""
    with (
        _lock,
        _another_one() as begin,
        event.install_listener("numba:compile", _Announcing(progress, len(_waiting), begin)),
    ):
        while _waiting:
            found, signature = _waiting[0]
            try:
                found.compile(signature)
            except _DAMAGED as error:
                folder = cache_folder()
                logger.debug("the cache of compiled kernels in %s is of no use: %s", folder, error)
                if not found.signatures:
                    # numba has made its own folder in ours, and takes for granted that it stays.
                    for path in () if folder is None else folder.rglob("*.nb[ci]"):
                        path.unlink(missing_ok=True)
                    found.compile(signature)
            del _waiting[0]


def compile_backwards() -> None:
    """Compile the kernels that are there from the last on, for a process that does so from the first on."""
    with _lock:
        for found, signature in reversed(_waiting):
            try:
                found.compile(signature)
            except _DAMAGED as error:
                # The other one makes the cache anew.
                logger.debug("no help with compiling: %s", error)
                return


@contextmanager
def _another_one() -> Iterator[Callable[[], None]]:
    """Yield what starts a process that compiles what is waiting from the other end; it ends with the block."""
    others: list[subprocess.Popen[bytes]] = []

    def begin() -> None:
        modules = list(dict.fromkeys(found.py_func.__module__ for found, _ in _waiting))
        if processors() == 1 or cache_folder() is None or len(_waiting) == 1:
            return
        try:
            other = start_child("ecozone.measure.compiling")
            others.append(other)
            assert other.stdin is not None
            with other.stdin as pipe:
                pipe.write(json.dumps(modules).encode())
        except OSError as error:
            logger.debug("nobody helps with compiling: %s", error)

    try:
        yield begin
    finally:
        for other in others:
            end_child(other)
            assert other.stdout is not None
            other.stdout.close()


class _Announcing(event.Listener):
    """Says when a kernel is compiled, and not loaded; the first time it has another process help."""

    def __init__(self, progress: Progress, total: int, begin: Callable[[], None]) -> None:
        self._progress, self._total, self._done, self._begin = progress, total, -1, begin

    def on_start(self, _: Any) -> None:
        done = self._total - len(_waiting)
        words = say("measure.tally_prepares")
        if self._done < 0:
            logger.info(words)
            self._begin()
        if done != self._done:
            self._done = done
            self._progress(done, self._total, words)

    def on_end(self, _: Any) -> None:
        """Nothing is said."""


def cache_folder() -> Path | None:
    """Return where compiled kernels are kept; None where nothing may be written."""
    if os.environ.get("NUMBA_CACHE_DIR"):
        return _writable(Path(os.environ["NUMBA_CACHE_DIR"]))
    try:
        home = Path.home()
    except RuntimeError:  # a user without a home
        return _writable(None)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return _writable(base / "ecozone" / f"kernels-{_digest()}-numba-{numba.__version__}")


@cache
def _writable(folder: Path | None) -> Path | None:
    try:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
            return folder
    except OSError as error:
        logger.debug("%s cannot be written: %s", folder, error)
    logger.debug("no folder for compiled kernels: this process compiles for itself")
    return None


@cache
def _digest() -> str:
    """Return a name for the sources of this folder: numba looks at a kernel's own file, not at those that it uses."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()[:12]
