"""Processes that this one starts to work for it: how they start and end, and errors that come back from them."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import signal
import subprocess
import sys
from typing import Any

#: Threads reserve memory that counts as used; nothing that is done beside them needs many.
_FRUGAL = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "2", "MALLOC_ARENA_MAX": "2"}
# Ctrl-C goes to the whole group of processes, from the first import on; the caller ends its children itself.
_PROGRAM = (
    "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    "import sys, json, gc; sys.path[:] = json.loads(sys.argv[1]); "
    # What is imported stays to the end: nobody need look for garbage among it.
    "gc.disable(); from {module} import main; gc.freeze(); gc.enable(); main()"
)


def start_child(module: str, *, folder: str | None = None) -> subprocess.Popen[bytes]:
    """Start a Python that calls ``main()`` of a module, with pipes to its standard input and from its standard output.

    Nothing of the caller's own program is imported, as `multiprocessing` would; so it needs no guard.

    Parameters
    ----------
    folder : str, optional
        Where it stands; where the caller does unless given.

    Raises
    ------
    OSError
        If it cannot be started.
    """
    paths = json.dumps([os.path.abspath(path) for path in sys.path])  # noqa: PTH100 - entries may be zips or ""
    return subprocess.Popen(
        # -P: nothing is imported from the folder that the user happens to stand in.
        [sys.executable or "python", "-P", "-c", _PROGRAM.format(module=module), paths],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | _FRUGAL,
        cwd=folder,
    )


def end_child(process: subprocess.Popen[bytes], patience: float = 0.0) -> int:
    """End a process at once, or when it has not ended by itself after ``patience`` seconds; return its status."""
    with contextlib.suppress(OSError):
        assert process.stdin is not None
        process.stdin.close()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
    return process.wait()


def how_ended(status: int | None) -> str:
    """Return the name of the signal that ended a process, or its status.

    >>> how_ended(-2), how_ended(3)
    ('SIGINT', '3')
    """
    if status is not None and status < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-status).name
    return str(status)


def private_pipes() -> tuple[Any, Any]:
    """Return a child's pipe from its caller and the one to it; what a library prints goes to standard error."""
    given, out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    return given, out


def portable(error: Exception) -> Exception:
    """Return an error that comes through a pickle whole, or a plain one that says the same.

    >>> portable(ValueError("no"))
    ValueError('no')
    """
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - whatever a library's error does when it is pickled
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
