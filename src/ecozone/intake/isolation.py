"""Files of others are read in a process of its own, which may be ended: a thread inside GEOS or GDAL cannot be.

A zip bomb, a sheet of a billion cells or a polygon on which GEOS works for hours costs the seconds and the memory that
`Limits` allow, and ends in a refusal that names the limit. One feature that takes too long, or takes the process with
it, is refused alone: the file is read once more without it.

The process (`ecozone.intake.worker`) is started once and reads one file after the other. It guards time and memory,
nothing else: it has the rights of its user. On Windows and macOS it is held to its time, and not to its memory.
"""

from __future__ import annotations

import atexit
import os
import pickle
import queue
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Literal

from ecozone.children import end_child, how_ended, start_child
from ecozone.errors import EcozoneError, InputError, system_words
from ecozone.intake.limits import MEBIBYTE, Limits
from ecozone.intake.watch import GivenUp, Request
from ecozone.text import language

READY, ROW, ANSWER, FAILED = "ready", "row", "answer", "failed"
_ENDED = "ended"

#: Seconds within which the process must have imported its libraries, on a slow disk too.
_START_SECONDS = 120.0


class _Broken(Exception):  # noqa: N818 - never leaves this module
    """The process did not answer: it took too long over one feature or over the whole, or it came to an end."""

    def __init__(self, what: Literal["feature", "whole", "ended"], row: int | None, status: int | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.row = row
        self.status = status


class Reader:
    """One process that reads, and the pipes to it. Not for two threads at once."""

    def __init__(self) -> None:
        try:
            # The folder in which it is started may be gone when it goes back there.
            self._process = start_child("ecozone.intake.worker", folder=os.path.abspath(os.sep))  # noqa: PTH100 - the root
        except OSError as error:
            raise InputError("intake.no_reader", why=system_words(error)) from error
        self._heard: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._ready = False
        threading.Thread(target=self._listen, name="ecozone-reader", daemon=True).start()

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        with stream:
            while True:
                try:
                    said = pickle.load(stream)  # noqa: S301 - from the process started here
                except (EOFError, OSError, ValueError, pickle.UnpicklingError):
                    self._heard.put((_ENDED, None))
                    return
                self._heard.put(said)

    @property
    def alive(self) -> bool:
        """Whether the process can take a request."""
        return self._process.poll() is None

    def wait(self) -> None:
        """Wait until the libraries are loaded.

        Raises
        ------
        InputError
            They never were.
        """
        if not self._ready:
            try:
                self._hear(time.monotonic() + _START_SECONDS, "whole", None)
            except _Broken as broken:
                raise InputError("intake.no_reader", why=how_ended(broken.status)) from None
            self._ready = True

    def ask(self, request: Request, seconds: float) -> tuple[str, Any]:
        """Send a request and wait for its answer, so long and no longer.

        Raises
        ------
        _Broken
            The process is gone then.
        """
        until = time.monotonic() + seconds
        assert self._process.stdin is not None
        try:
            pickle.dump(request, self._process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()
        except OSError:
            raise self._broken("ended", None) from None
        row: int | None = None
        patience, what = until, "whole"
        while True:
            kind, content = self._hear(patience, what, row)
            if kind != ROW:
                return kind, content
            row = content
            own = time.monotonic() + request.limits.repair_seconds
            patience, what = (own, "feature") if row is not None and own < until else (until, "whole")

    def _hear(self, until: float, what: Any, row: int | None) -> tuple[str, Any]:
        try:
            said = self._heard.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            raise self._broken(what, row) from None
        if said[0] == _ENDED:
            raise self._broken("ended", row)
        return said

    def _broken(self, what: Literal["feature", "whole", "ended"], row: int | None) -> _Broken:
        status = self.close(patience=1.0 if what == "ended" else 0.0)
        return _Broken(what, row, status)

    def close(self, patience: float = 0.0) -> int:
        """End the process at once, or when it has not ended by itself after ``patience`` seconds; return its status."""
        return end_child(self._process, patience)

    def forget(self) -> None:
        """Leave the process to the parent: this one is its fork and must not speak in its name."""
        self._process.returncode = 0


_lock = threading.Lock()
_idle: list[Reader] = []


def start_reader() -> None:
    """Start a reader while the caller has other things to do; its libraries take a second to load."""
    with _lock:
        if not any(reader.alive for reader in _idle):
            _idle.append(Reader())


def end_readers() -> None:
    """End the readers that wait for work, so that their memory is there for other things."""
    with _lock:
        while _idle:
            _idle.pop().close()


def isolated(job: str, limits: Limits, name: str, **words: Any) -> Any:
    """Carry out a job of `ecozone.intake.worker` in a process of its own and return its answer.

    Parameters
    ----------
    job : str
        A key of `ecozone.intake.worker.JOBS`.
    limits : Limits
        ``seconds`` for the whole, ``repair_seconds`` for one feature, ``memory_bytes`` beyond what the libraries take.
    name : str
        What the user calls that which is read.
    **words
        Arguments.

    Raises
    ------
    InputError
        The file takes too long or too much memory, or it brought the process down.
    """
    given_up: dict[int, GivenUp] = {}
    left = limits.seconds
    while True:
        reader = _taken()
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="ecozone-", ignore_cleanup_errors=True) as scratch:
            request = Request(job, name, words, limits, language(), str(Path.cwd()), scratch, dict(given_up))
            try:
                kind, content = reader.ask(request, left)
            except _Broken as broken:
                left -= time.monotonic() - start
                if broken.row is None or broken.what == "whole" or left <= 0:
                    raise _refusal(broken, name, limits) from None
                given_up[broken.row] = _reason(broken, limits)
                continue
            except BaseException:
                # Ctrl-C among them: the reader is in the middle of its work and can do no other.
                reader.close()
                raise
        _returned(reader)
        if kind == ANSWER:
            return content
        error, trace = content
        if not isinstance(error, EcozoneError):
            error.add_note(trace)
        raise error


def _taken() -> Reader:
    """Return a reader that is ready."""
    with _lock:
        while _idle and not _idle[-1].alive:
            _idle.pop().close()
        reader = _idle.pop() if _idle else Reader()
    try:
        reader.wait()
    except BaseException:
        reader.close()
        raise
    return reader


def _returned(reader: Reader) -> None:
    """Keep one reader for the next file; of those that threads used at once, the others end."""
    with _lock:
        if not _idle:
            _idle.append(reader)
            return
    reader.close()


def _refusal(broken: _Broken, name: str, limits: Limits) -> InputError:
    if broken.what != "ended":
        return InputError(
            "intake.limit_seconds", file=name, allowed=f"{limits.seconds:g}", raised=limits.raised("seconds")
        )
    allowed = limits.memory_bytes // MEBIBYTE
    return InputError(
        "intake.reader_ended",
        file=name,
        how=how_ended(broken.status),
        allowed=allowed,
        raised=limits.raised("memory_bytes"),
    )


def _reason(broken: _Broken, limits: Limits) -> GivenUp:
    if broken.what == "feature":
        return GivenUp(
            "intake.repair_too_long",
            {"allowed": f"{limits.repair_seconds:g}", "raised": limits.raised("repair_seconds")},
        )
    return GivenUp("intake.repair_broke_off", {"how": how_ended(broken.status)})


def _forget_all() -> None:
    """In a fork of this process: the readers are the parent's."""
    global _lock
    _lock = threading.Lock()
    for reader in _idle:
        reader.forget()
    _idle.clear()


atexit.register(end_readers)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
