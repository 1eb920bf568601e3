"""The processes that work: started once, kept warm, one task at a time each, and ended when they must be.

A thread inside GEOS or GDAL cannot be stopped; a process can. What a task says comes as lines through a pipe, what it
makes stands as files in the folder of its job.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ecozone.errors import InputError
from ecozone.log import Progress
from ecozone.web.folders import restore
from ecozone.web.problems import Problem
from ecozone.web.settings import Settings

#: Seconds within which a process must have loaded its libraries, on a slow disk too.
_START_S = 180.0
#: Threads reserve memory that counts as used.
_FRUGAL = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "2", "MALLOC_ARENA_MAX": "2"}
_PROGRAM = (
    "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from ecozone.web.worker import main; main(json.loads(sys.argv[2]))"
)
logger = logging.getLogger("ecozone.web")
_GONE: dict[str, Any] = {"gone": True}


class TaskFailed(Exception):  # noqa: N818 - what a task came to, not a mistake of the caller
    """A task ended with a problem; ``problem`` is None for a defect, of which ``trace`` tells."""

    def __init__(self, problem: Problem | None, trace: str = "") -> None:
        super().__init__()
        self.problem = problem
        self.trace = trace


class Worker:
    """One process, and the pipes to it. Belongs to the event loop in which it is made."""

    def __init__(self, settings: Settings, private: Path) -> None:
        words = {
            "workspace": settings.workspace,
            "memory_bytes": settings.memory_bytes,
            "quiet_s": settings.quiet_s,
            "private": str(private),
        }
        paths = [os.path.abspath(path) for path in sys.path]  # noqa: PTH100 - entries may be zips or ""
        restore(private)
        self._scratch = tempfile.mkdtemp(dir=private / "tmp")
        # Its own group: Ctrl-C does not reach it, and what it starts can be ended with it.
        group: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        self._process = subprocess.Popen(
            # -P: nothing is imported from the folder that the user happens to stand in.
            [sys.executable or "python", "-P", "-c", _PROGRAM, json.dumps(paths), json.dumps(words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if settings.verbose else subprocess.DEVNULL,
            env=os.environ | _FRUGAL | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self._scratch),
            cwd=private,
            **group,
        )
        self._loop = asyncio.get_running_loop()
        self._heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._ready = False
        self._ended = False
        threading.Thread(target=self._listen, name="ecozone-worker", daemon=True).start()

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        with stream:
            for line in stream:
                # Of a process that was ended, the last line may be half a line.
                if line.endswith(b"\n"):
                    self._tell(json.loads(line))
        self._process.wait()
        self._tell(_GONE)

    def _tell(self, said: dict[str, Any]) -> None:
        # The loop may be closed: the server has ended.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._heard.put_nowait, said)

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process can take a task."""
        # One whose folders were cleared away stands nowhere: it could not even go to the folder of a job.
        return not self._ended and self._process.poll() is None and os.path.isdir(self._scratch)  # noqa: PTH112

    async def wait(self) -> None:
        """Wait until its libraries are loaded.

        Raises
        ------
        EcozoneError
            They never were.
        """
        if not self._ready:
            said = await self._hear(_START_S)
            if "ready" not in said:
                raise InputError("web.worker_ended")
            self._ready = True

    async def carry_out(self, task: str, folder: Path, progress: Progress, quiet_s: float) -> str:
        """Carry out a task whose words are in ``folder/words.json``; return the name of the file it made there.

        The process must be ready; see `wait`.

        Raises
        ------
        TaskFailed
            With what the task says of it.
        EcozoneError
            The task took too much memory, the process said nothing for ``quiet_s`` seconds, or it is gone.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"task": task, "folder": str(folder)}).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise InputError("web.worker_ended") from None
        while True:
            said = await self._hear(quiet_s)
            if "progress" in said:
                progress(*said["progress"])
            elif "done" in said:
                return str(said["done"])
            elif "failed" in said:
                raise TaskFailed(said["failed"], said.get("trace", ""))
            elif "cold" in said:
                logger.error("%s", said["cold"])
            elif "exhausted" in said:
                raise InputError("web.too_much_memory", allowed=said["exhausted"])
            else:
                raise InputError("web.worker_ended")

    async def _hear(self, seconds: float) -> dict[str, Any]:
        try:
            return await asyncio.wait_for(self._heard.get(), seconds)
        except TimeoutError:
            raise InputError("web.worker_quiet", seconds=f"{seconds:g}") from None

    def kill(self) -> None:
        """End the process and all that it started, and remove what it was writing for itself."""
        self._ended = True
        if sys.platform == "win32":
            # What it started reads from it, and ends when that ends.
            self._process.kill()
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        self._process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)


class Pool:
    """A number of workers for whoever needs one."""

    def __init__(self, settings: Settings, private: Path) -> None:
        self._settings = settings
        self._private = private
        self._free: asyncio.Queue[Worker] = asyncio.Queue()
        self._all: list[Worker] = []
        self._closed = False

    def start(self) -> None:
        """Start the processes; they get ready by themselves."""
        for _ in range(self._settings.workers):
            self._add()

    def _add(self) -> None:
        if not self._closed:
            worker = Worker(self._settings, self._private)
            self._all.append(worker)
            self._free.put_nowait(worker)

    @property
    def pids(self) -> tuple[int, ...]:
        """Numbers of the processes."""
        return tuple(worker.pid for worker in self._all)

    async def run(self, task: str, folder: Path, progress: Progress, begun: Callable[[], None]) -> str:
        """Carry out a task when a process is free; see `Worker.carry_out`. Cancelling this ends the process at work.

        Parameters
        ----------
        begun : callable
            Called when the task has a process that is ready.
        """
        while True:
            worker = await self._free.get()
            if worker.alive:
                break
            await self._replace(worker)
        sound = False
        try:
            await worker.wait()
            begun()
            name = await worker.carry_out(task, folder, progress, self._settings.quiet_s)
            sound = True
        except TaskFailed:
            sound = True
            raise
        finally:
            if sound:
                self._free.put_nowait(worker)
            else:
                await self._replace(worker)
        return name

    async def _replace(self, worker: Worker) -> None:
        if worker in self._all:
            self._all.remove(worker)
            self._add()
        # A process with much memory takes a while to end.
        await asyncio.to_thread(worker.kill)

    def close(self) -> None:
        """End all processes."""
        self._closed = True
        for worker in self._all:
            worker.kill()
        self._all.clear()
