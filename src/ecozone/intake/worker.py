"""The process that reads: it takes requests on its standard input and answers on its standard output, in pickles.

`ecozone.intake.isolation` starts it, waits for it and ends it. It binds itself too: the memory that a request may add,
and a clock that ends an orphan whose caller was killed.
"""

from __future__ import annotations

import contextlib
import pickle
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO

from ecozone.children import portable, private_pipes
from ecozone.errors import InputError
from ecozone.intake import features, parts
from ecozone.intake.isolation import ANSWER, FAILED, READY, ROW
from ecozone.intake.limits import MEBIBYTE, Limits
from ecozone.intake.watch import GivenUp, Request, Watch, watched
from ecozone.memory import bounded, give_back
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
    requests, out = private_pipes()
    _send(out, READY, None)
    while True:
        try:
            request: Request = pickle.load(requests)  # noqa: S301 - from the process that started this one
        except EOFError:
            return
        _send(out, *_carry_out(request, out))
        give_back()


def _send(out: BinaryIO, kind: str, content: Any) -> None:
    pickle.dump((kind, content), out, protocol=pickle.HIGHEST_PROTOCOL)
    out.flush()


def _carry_out(request: Request, out: BinaryIO) -> tuple[str, Any]:
    tempfile.tempdir = request.scratch
    watch = _Reporting(dict(request.given_up), out)
    try:
        with (
            bounded(int(request.limits.memory_bytes)),
            _timed(request.limits),
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
        return FAILED, (portable(error), traceback.format_exc())


@contextlib.contextmanager
def _timed(limits: Limits) -> Iterator[None]:
    """Let a request take so long, where the system has a clock for that."""
    if sys.platform == "win32":
        yield
        return
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(int(limits.seconds) + _ORPHAN_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
