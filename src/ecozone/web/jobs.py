"""What users have asked for: each under a number that nobody can guess, with a private folder, kept for a while."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import secrets
import shutil
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ecozone.errors import EcozoneError
from ecozone.text import Lang
from ecozone.web.folders import restore
from ecozone.web.problems import Problem, RefusedError, defect, hidden_folders, problem_of
from ecozone.web.settings import Settings
from ecozone.web.workers import Pool, TaskFailed

logger = logging.getLogger("ecozone.web")

State = Literal["queued", "running", "done", "failed", "cancelled"]
ENDED: tuple[State, ...] = ("done", "failed", "cancelled")
_RETRY_S = 5
#: What a task is told, in the folder of its job.
_WORDS = "words.json"


@dataclass
class Job:
    """One piece of work."""

    id: str
    kind: str
    lang: Lang
    folder: Path
    submitted: dt.datetime
    state: State = "queued"
    progress: tuple[int, int, str] = (0, 0, "")
    file: str | None = None
    problem: Problem | None = None
    finished: dt.datetime | None = None
    bytes: int = 0
    touched: float = field(default_factory=time.monotonic)
    task: asyncio.Task[None] | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def document(self) -> dict[str, Any]:
        """Return what the API says of it."""
        done, total, words = self.progress
        told: dict[str, Any] = {
            "job": self.id,
            "kind": self.kind,
            "state": self.state,
            "progress": {"done": done, "total": total, "words": words},
            "submitted": self.submitted.isoformat(timespec="seconds"),
        }
        if self.finished is not None:
            told["finished"] = self.finished.isoformat(timespec="seconds")
        if self.problem is not None:
            told["problem"] = self.problem
        return told

    @property
    def answer(self) -> Path:
        """The file that the task made.

        Raises
        ------
        RefusedError
            If there is none: it is not done, or what it made has been cleared away.
        """
        if self.state != "done" or self.file is None:
            raise RefusedError("web.not_done", 409)
        made = self.folder / self.file
        if not made.exists():
            raise RefusedError("web.no_job", 404)
        return made

    @property
    def kept(self) -> bool:
        """Whether its files are still there; other programs clear old files away."""
        return (self.folder / _WORDS).exists() and (
            self.state != "done" or self.file is None or (self.folder / self.file).exists()
        )


class Jobs:
    """All jobs of a server."""

    def __init__(self, settings: Settings, pool: Pool, private: Path) -> None:
        self._settings = settings
        self._pool = pool
        self._private = private
        self._folder = private / "jobs"
        self._hidden = hidden_folders(private, settings.workspace)
        self._all: dict[str, Job] = {}
        self._shared: dict[str, str] = {}

    def get(self, number: str) -> Job:
        """Return a job, and keep it for longer.

        Raises
        ------
        RefusedError
            If there is none of this number, or none any more.
        """
        found = self._all.get(number)
        if found is not None and found.state in ENDED and not found.kept:
            self._forget(found)
            found = None
        if found is None:
            raise RefusedError("web.no_job", 404)
        found.touched = time.monotonic()
        return found

    def submit(
        self, kind: str, words: Mapping[str, Any], lang: Lang, hand: Callable[[Path], Mapping[str, Any]] | None = None
    ) -> Job:
        """Begin a job.

        Parameters
        ----------
        kind : str
            Name of its task.
        words : mapping
            What the task is told, beside the language and the workspace.
        hand : callable, optional
            Puts files into the job's folder and returns further words.

        Raises
        ------
        RefusedError
            If too many are waiting, or there is no place to put it.
        """
        if sum(job.state == "queued" for job in self._all.values()) >= self._settings.max_waiting:
            raise RefusedError("web.busy", 503, retry_s=_RETRY_S)
        self._make_room()
        number = str(uuid.uuid4())
        job = Job(number, kind, lang, self._folder / number, dt.datetime.now().astimezone())
        try:
            restore(self._private)
            job.folder.mkdir(mode=0o700)
        except OSError as error:
            logger.error("%s", self._private, exc_info=error)  # noqa: TRY400 - the answer tells no more than that
            raise RefusedError("web.no_folder", 503, retry_s=_RETRY_S) from None
        try:
            told = dict(words) | (dict(hand(job.folder)) if hand else {})
            told |= {"lang": lang, "workspace": self._settings.workspace, "limits": dict(self._settings.limits)}
            told |= {"kind": kind, "submitted": job.submitted.isoformat(timespec="seconds")}
            (job.folder / _WORDS).write_text(json.dumps(told, ensure_ascii=False), "utf-8")
        except BaseException:
            shutil.rmtree(job.folder, ignore_errors=True)
            raise
        self._all[number] = job
        job.task = asyncio.create_task(self._carry_out(job), name=f"job {number}")
        return job

    async def _carry_out(self, job: Job) -> None:
        def progress(done: int, total: int, words: str) -> None:
            job.progress = (done, total, words)

        def begun() -> None:
            job.state = "running"

        try:
            job.file = await self._pool.run(job.kind, job.folder, progress, begun)
            # The last that a worker reports need not be the last that it did.
            _, total, words = job.progress
            job.progress = (total, total, words)
            job.state = "done"
        except asyncio.CancelledError:
            job.state = "cancelled"
            raise
        except TaskFailed as failed:
            job.state, job.problem = "failed", self._told(failed, job.lang)
        except EcozoneError as error:
            job.state, job.problem = "failed", problem_of(error, job.lang, hidden=self._hidden)
        except Exception as error:  # noqa: BLE001 - the last wall: a defect goes to the log, not to the answer
            job.state, job.problem = "failed", logged_defect(job.lang, error)
        finally:
            if job.state == "failed" and not job.kept:
                # What went wrong on the way says nothing but that.
                job.problem = problem_of(RefusedError("web.folder_gone", 404), job.lang)
            job.finished = dt.datetime.now().astimezone()
            job.touched = time.monotonic()
            job.bytes = _size(job.folder)
            job.ended.set()

    @staticmethod
    def _told(failed: TaskFailed, lang: Lang) -> Problem:
        if failed.problem is None or failed.trace:
            number = new_number()
            logger.error("%s\n%s", number, failed.trace)
            return (failed.problem or defect(lang, number)) | {"id": number}
        return failed.problem

    async def shared(self, kind: str, words: Mapping[str, Any], lang: Lang, state: str) -> Job:
        """Return a finished job that serves everybody: the one there is for the same words and state, else a new one.

        Raises
        ------
        RefusedError
            If too many are waiting.
        """
        key = json.dumps([kind, words, lang, state], sort_keys=True)
        number = self._shared.get(key)
        job = None if number is None else self._all.get(number)
        if job is None or job.state in ("failed", "cancelled") or not job.kept:
            job = self.submit(kind, words, lang)
            self._shared = {key: one for key, one in self._shared.items() if one in self._all} | {key: job.id}
        job.touched = time.monotonic()
        await job.ended.wait()
        return job

    async def wait(self, job: Job, seconds: float) -> None:
        """Wait until a job has ended, but no longer than ``seconds``."""
        if seconds > 0 and job.state not in ENDED:
            with suppress(TimeoutError):
                await asyncio.wait_for(job.ended.wait(), seconds)

    async def cancel(self, job: Job) -> None:
        """End a job that has not ended, and forget it with all its files."""
        if job.task is not None and not job.task.done():
            job.task.cancel()
            with suppress(asyncio.CancelledError):
                await job.task
            # One that had not begun was never told.
            job.state = "cancelled"
            job.ended.set()
        self._forget(job)

    def _forget(self, job: Job) -> None:
        self._all.pop(job.id, None)
        shutil.rmtree(job.folder, ignore_errors=True)

    def _make_room(self) -> None:
        """Let the oldest results go where there are too many, or they are too large."""
        ended = sorted((job for job in self._all.values() if job.state in ENDED), key=lambda job: job.touched)
        kept = sum(job.bytes for job in ended)
        for job in ended:
            if len(self._all) < self._settings.max_jobs and kept <= self._settings.max_store_bytes:
                return
            kept -= job.bytes
            self._forget(job)

    def sweep(self) -> None:
        """Forget what has been kept long enough."""
        now = time.monotonic()
        for job in list(self._all.values()):
            if job.state in ENDED and now - job.touched > self._settings.keep_s:
                self._forget(job)

    async def close(self) -> None:
        """End everything."""
        for job in list(self._all.values()):
            await self.cancel(job)


def _size(folder: Path) -> int:
    with suppress(OSError):
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return 0


def new_number() -> str:
    """Return a number for an entry of the log."""
    return secrets.token_hex(4)


def logged_defect(lang: Lang, error: BaseException) -> Problem:
    """Write an error into the log under a new number, and return the problem that names the number alone."""
    number = new_number()
    logger.error("%s", number, exc_info=error)
    return defect(lang, number)
