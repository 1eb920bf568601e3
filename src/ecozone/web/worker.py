"""The process that works: a task comes in as one line of JSON, what becomes of it goes out as lines of JSON.

`ecozone.web.workers` starts it, waits for it and ends it. It has its own group of processes, so that all that it
starts ends with it; it ends itself when the pipe from the server closes, and at the latest when a clock of the system
runs out that every progress winds up again.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any, TextIO

from ecozone.errors import EcozoneError
from ecozone.memory import bounded, give_back
from ecozone.text import set_language
from ecozone.web.problems import hidden_folders, problem_of, scrub
from ecozone.web.settings import MEBIBYTE

#: Seconds after the server's patience has ended that a worker ends by itself.
_ORPHAN_S = 15
#: Name of an answer that is JSON.
ANSWER = "answer.json"
#: Seconds without a task in which a new worker begins to get ready for a check.
_BEFORE_WARMING_S = 0.2
#: Seconds between two reports of progress.
_REPORT_S = 0.1


class _Voice:
    """The way to the server, for any thread."""

    def __init__(self, out: TextIO, quiet_s: float) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._clock = int(quiet_s) + _ORPHAN_S
        self._reported = 0.0

    def say(self, **words: Any) -> None:
        with self._lock:
            self._out.write(json.dumps(words, ensure_ascii=False, default=str) + "\n")
            self._out.flush()

    def progress(self, done: int, total: int, what: str) -> None:
        now = time.monotonic()
        if now - self._reported < _REPORT_S and done != total:
            return
        self._reported = now
        self.wind()
        self.say(progress=[int(done), int(total), str(what)])

    def wind(self, *, stop: bool = False) -> None:
        """Set the clock that ends this process, however deep in a library it is, or stop it."""
        if hasattr(signal, "alarm"):
            signal.alarm(0 if stop else self._clock)


def main(words: dict[str, Any]) -> None:
    """Answer tasks until the server closes the pipe.

    Parameters
    ----------
    words : dict
        ``workspace``, ``memory_bytes``, ``quiet_s`` of the settings, and ``private``, the server's folder.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
    voice = _Voice(os.fdopen(os.dup(1), "w", encoding="utf-8"), words["quiet_s"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    # What a library prints must not come between the lines.
    os.dup2(2, 1)
    tasks: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, tasks), name="ecozone-server", daemon=True).start()
    import ecozone.runs  # noqa: F401 - the libraries that every task needs

    voice.say(ready=True)
    hidden = hidden_folders(words["private"], _workspace_folder(words["workspace"]))
    warm = False
    while True:
        try:
            request = tasks.get(timeout=None if warm else _BEFORE_WARMING_S)
        except queue.Empty:
            _warm(words["workspace"], voice)
            warm = True
            continue
        voice.wind()
        voice.say(**_carry_out(request, words["memory_bytes"], voice, hidden))
        voice.wind(stop=True)
        give_back()


def _warm(workspace: str, voice: _Voice) -> None:
    """Get ready for a check: compiled kernels, a reader, the workspace opened."""
    from ecozone.web.work import warm

    try:
        warm(workspace)
    except Exception:  # noqa: BLE001 - the log is told; a task that fails likewise has its own answer
        voice.say(cold=traceback.format_exc())


def _workspace_folder(workspace: str) -> Path:
    path = Path(workspace)
    return path.parent if path.is_file() else path


def _listen(requests: TextIO, tasks: queue.SimpleQueue[dict[str, Any]]) -> None:
    """Hand on tasks; when the server is gone, end this process and all that it started."""
    try:
        for line in requests:
            tasks.put(json.loads(line))
    finally:
        if sys.platform != "win32":
            os.killpg(0, signal.SIGKILL)
        os._exit(1)


def _carry_out(request: dict[str, Any], memory_bytes: int, voice: _Voice, hidden: tuple[str, ...]) -> dict[str, Any]:
    from ecozone.web.work import task

    folder = Path(request["folder"])
    words: dict[str, Any] = {}
    try:
        with bounded(memory_bytes), contextlib.chdir(folder):
            words = json.loads((folder / "words.json").read_text("utf-8"))
            set_language(words["lang"])
            made = task(request["task"])(words, folder, voice.progress)
            if made == ANSWER:
                _scrub_file(folder / made, hidden)
            return {"done": made}
    except EcozoneError as error:
        problem = problem_of(error, words["lang"], hidden=hidden)
        problem |= getattr(error, "more", {})
        if problem["status"] == 500:
            return {"failed": problem, "trace": traceback.format_exc()}
        return {"failed": problem}
    except MemoryError:
        return {"exhausted": memory_bytes // MEBIBYTE}
    except Exception:  # noqa: BLE001 - the last wall: a defect goes to the log, not to the answer
        return {"failed": None, "trace": traceback.format_exc()}


def _scrub_file(path: Path, hidden: tuple[str, ...]) -> None:
    """Take this machine's folders out of an answer: a run names the places of its inputs."""
    before = path.read_text("utf-8")
    after = scrub(before, (*hidden, *(json.dumps(folder)[1:-1] for folder in hidden)))
    if after != before:
        path.write_text(after, "utf-8")
