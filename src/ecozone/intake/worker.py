"""The process that reads: it takes requests on its standard input and answers on its standard output, in pickles.

`ecozone.intake.isolation` starts it, waits for it and ends it. It binds itself too: the memory that a request may add,
and a clock that ends an orphan whose caller was killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import pickle
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from ecozone.errors import InputError
from ecozone.intake import features, parts
from ecozone.intake.isolation import ANSWER, FAILED, READY, ROW
from ecozone.intake.limits import MEBIBYTE, Limits
from ecozone.intake.watch import GivenUp, Request, Watch, watched
from ecozone.text import speaking

#: Seconds after its caller's patience has ended that a reader ends by itself.
_ORPHAN_SECONDS = 10

JOBS: dict[str, Any] = {
    "read_features": partial(features.read_features, isolate=False),
    "list_layers": partial(features.list_layers, isolate=False),
    "cleaned": features.cleaned,
    "open_layer": parts.open_layer,
    "read_rows": parts.read_rows,
    "read_texts": parts.read_texts,
    "settle_layer": parts.settle_layer,
}


class _Reporting(Watch):
    """Tells the caller the row at work."""

    def __init__(self, given_up: dict[int, GivenUp], out: BinaryIO) -> None:
        super().__init__(given_up)
        self._out = out

    def begin(self, row: int | None) -> None:
        _send(self._out, ROW, row)


def main() -> None:
    """Answer requests until the caller closes the pipe."""
    # The keyboard's interrupt goes to the whole group of processes; the caller ends its reader itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, out = _private(0, "rb"), _private(1, "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    # What a library prints must not come between the pickles.
    os.dup2(2, 1)
    _send(out, READY, None)
    while True:
        try:
            request: Request = pickle.load(requests)  # noqa: S301 - from the process that started this one
        except EOFError:
            return
        _send(out, *_carry_out(request, out))
        _give_back()


def _private(descriptor: int, mode: str) -> Any:
    return os.fdopen(os.dup(descriptor), mode)


def _send(out: BinaryIO, kind: str, content: Any) -> None:
    pickle.dump((kind, content), out, protocol=pickle.HIGHEST_PROTOCOL)
    out.flush()


def _carry_out(request: Request, out: BinaryIO) -> tuple[str, Any]:
    tempfile.tempdir = request.scratch
    watch = _Reporting(dict(request.given_up), out)
    try:
        with (
            _bounded(request.limits),
            contextlib.chdir(request.folder),
            speaking(request.language),
            watched(watch),
        ):
            return ANSWER, JOBS[request.job](**request.words, limits=request.limits)
    except MemoryError:
        allowed = request.limits.memory_bytes // MEBIBYTE
        raised = request.limits.raised("memory_bytes")
        return FAILED, (InputError("intake.limit_memory_bytes", file=request.name, allowed=allowed, raised=raised), "")
    except Exception as error:  # noqa: BLE001 - every failure is the caller's to tell, a defect with the way it took
        return FAILED, (_portable(error), traceback.format_exc())


def _give_back() -> None:
    """Return what an answer took to the system: the process waits for the next file, perhaps for long."""
    gc.collect()
    if sys.platform == "linux":
        # Shapes are allocated by GEOS one by one; without this their pages stay with the process (glibc).
        with contextlib.suppress(AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def _portable(error: Exception) -> Exception:
    """Return an error that comes through a pickle whole, or a plain one that says the same."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - whatever a library's error does when it is pickled
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


@contextlib.contextmanager
def _bounded(limits: Limits) -> Iterator[None]:
    """Let a request add so much memory and take so long, where the system can hold a process to that."""
    if sys.platform == "win32":
        yield
        return
    import resource

    # Not RLIMIT_AS: that counts what threads reserve and never touch, which grows with the machine's cores.
    before = resource.getrlimit(resource.RLIMIT_DATA)
    used = _data_bytes()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(int(limits.seconds) + _ORPHAN_SECONDS)
    if used is not None:
        allowed = used + int(limits.memory_bytes)
        if before[1] != resource.RLIM_INFINITY:
            allowed = min(allowed, before[1])
        resource.setrlimit(resource.RLIMIT_DATA, (allowed, before[1]))
    try:
        yield
    finally:
        signal.alarm(0)
        resource.setrlimit(resource.RLIMIT_DATA, before)


def _data_bytes() -> int | None:
    """Return the bytes of memory in use as Linux counts them for RLIMIT_DATA; None elsewhere."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[5]
    except OSError:
        return None
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
