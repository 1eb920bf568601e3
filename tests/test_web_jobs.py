"""Jobs: bounded, private, ended when they must be, and forgotten."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from ecozone.errors import InputError
from ecozone.web.jobs import Job, Jobs
from ecozone.web.problems import RefusedError
from ecozone.web.settings import Settings
from ecozone.web.workers import TaskFailed


class FakePool:
    """Lets one task at a time through, when told; what it then does is the test's to say."""

    def __init__(self) -> None:
        self.gate = asyncio.Semaphore(0)
        self.deed: Callable[[Path], Any] = lambda folder: None

    async def run(self, task: str, folder: Path, progress: Any, begun: Callable[[], None]) -> str:
        await self.gate.acquire()
        begun()
        progress(1, 2, task)
        self.deed(folder)
        (folder / "answer.json").write_text("{}")
        return "answer.json"


def carried_out(tmp_path: Path, story: Callable[[Jobs, FakePool], Awaitable[None]], **settings: Any) -> None:
    """Tell a story of jobs in an event loop."""
    (tmp_path / "jobs").mkdir(parents=True)

    async def told() -> None:
        pool = FakePool()
        jobs = Jobs(Settings("demo", **settings), pool, tmp_path)  # type: ignore[arg-type]
        await story(jobs, pool)
        await jobs.close()
        assert list((tmp_path / "jobs").iterdir()) == []

    asyncio.run(told())


def test_a_job_from_beginning_to_end(tmp_path: Path) -> None:
    """A job waits, runs with its progress, is done with its answer, in a folder that only its user may enter."""

    async def story(jobs: Jobs, pool: FakePool) -> None:
        job = jobs.submit("check", {"x": 1}, "en")
        await asyncio.sleep(0)
        assert job.document()["state"] == "queued"
        with pytest.raises(RefusedError):
            _ = job.answer
        pool.gate.release()
        await jobs.wait(job, 10)
        told = job.document()
        assert (told["state"], told["progress"]) == ("done", {"done": 2, "total": 2, "words": "check"})
        assert job.answer.read_text() == "{}"
        assert job.folder.stat().st_mode & 0o077 == 0
        words = json.loads((job.folder / "words.json").read_text())
        assert (words["x"], words["lang"], words["workspace"], words["kind"]) == (1, "en", "demo", "check")
        assert str(tmp_path) not in json.dumps(told)

    carried_out(tmp_path, story)


def test_numbers_cannot_be_guessed(tmp_path: Path) -> None:
    """No two numbers share a part that counts up, and what is not a number finds nothing."""

    async def story(jobs: Jobs, pool: FakePool) -> None:
        numbers = [jobs.submit("check", {}, "zh").id for _ in range(20)]
        for part in range(5):
            if part != 2:  # the version of the number
                assert len({number.split("-")[part] for number in numbers}) > 15 or part == 3
        for wrong in ("", "1", "../x", numbers[0].upper(), numbers[0][:-1]):
            with pytest.raises(RefusedError) as refused:
                jobs.get(wrong)
            assert refused.value.status == 404

    carried_out(tmp_path, story)


def test_the_queue_has_an_end(tmp_path: Path) -> None:
    """When as many wait as may, the next is refused with the time after which to try again, and leaves nothing."""

    async def story(jobs: Jobs, pool: FakePool) -> None:
        for _ in range(3):
            jobs.submit("check", {}, "zh")
        with pytest.raises(RefusedError) as refused:
            jobs.submit("check", {}, "zh")
        assert refused.value.status == 503
        assert refused.value.retry_s
        assert len(list((tmp_path / "jobs").iterdir())) == 3

    carried_out(tmp_path, story, max_waiting=3)


def test_what_fails_is_told_in_our_words(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A problem of a task, an error of the pool and a defect each end the job with a problem; a defect is a number."""

    async def story(jobs: Jobs, pool: FakePool) -> None:
        raised = [
            (TaskFailed({"code": "x", "status": 422}), "x"),
            (InputError("web.worker_quiet", seconds="5"), "web.worker_quiet"),
            (TaskFailed(None, "Traceback: /secret"), "web.defect"),
            (RuntimeError("/secret"), "web.defect"),
        ]
        for error, code in raised:

            def fail(folder: Path, error: Exception = error) -> None:
                raise error

            pool.deed = fail
            pool.gate.release()
            job = jobs.submit("check", {}, "zh")
            await jobs.wait(job, 10)
            assert (job.state, job.problem and job.problem["code"]) == ("failed", code)
            assert "secret" not in json.dumps(job.document())
        assert caplog.text.count("secret") >= 2

    carried_out(tmp_path, story)


def test_giving_up(tmp_path: Path) -> None:
    """A job that waits, one that runs and one that is done can be given up: number and files are gone."""

    async def story(jobs: Jobs, pool: FakePool) -> None:
        pool.gate.release()
        done = jobs.submit("check", {}, "zh")
        await jobs.wait(done, 10)
        waiting, new = jobs.submit("check", {}, "zh"), None
        await asyncio.sleep(0.01)
        new = jobs.submit("check", {}, "zh")
        for job in (done, waiting, new):
            await jobs.cancel(job)
            assert job.ended.is_set()
            assert not job.folder.exists()
            with pytest.raises(RefusedError):
                jobs.get(job.id)
        assert (done.state, waiting.state, new.state) == ("done", "cancelled", "cancelled")

    carried_out(tmp_path, story)


def test_results_expire(tmp_path: Path) -> None:
    """A result that nobody asks for goes after its time; one that is asked for stays; one at work is left alone."""

    async def story(jobs: Jobs, pool: FakePool) -> None:
        pool.gate.release()
        pool.gate.release()
        old, asked = jobs.submit("check", {}, "zh"), jobs.submit("check", {}, "zh")
        await jobs.wait(old, 10)
        await jobs.wait(asked, 10)
        waiting = jobs.submit("check", {}, "zh")
        for job in (old, asked, waiting):
            job.touched = time.monotonic() - 61
        jobs.get(asked.id)
        jobs.sweep()
        assert not old.folder.exists()
        assert jobs.get(asked.id).answer.exists()
        assert jobs.get(waiting.id).state == "queued"

    carried_out(tmp_path, story, keep_s=60)


@pytest.mark.parametrize("settings", [{"max_jobs": 3}, {"max_store_bytes": 2500}], ids=str)
def test_the_oldest_results_give_way(tmp_path: Path, settings: dict[str, int]) -> None:
    """Neither many nor large results fill the disk: the oldest go, the newest stays."""

    async def story(jobs: Jobs, pool: FakePool) -> None:
        pool.deed = lambda folder: (folder / "big").write_bytes(bytes(1000))
        made = []
        for _ in range(6):
            pool.gate.release()
            made.append(jobs.submit("check", {}, "zh"))
            await jobs.wait(made[-1], 10)
        assert not made[0].folder.exists()
        assert made[-1].folder.exists()
        assert sum(job.folder.exists() for job in made) <= 3

    carried_out(tmp_path, story, **settings)


def test_what_serves_everybody_is_worked_out_once(tmp_path: Path) -> None:
    """The same words in the same state share one job; another state, or one that failed, is another."""

    async def story(jobs: Jobs, pool: FakePool) -> None:
        for _ in range(5):
            pool.gate.release()
        first, second = await asyncio.gather(*(jobs.shared("district", {}, "zh", "state") for _ in range(2)))
        assert first is second
        assert await jobs.shared("district", {}, "zh", "other") is not first
        assert await jobs.shared("district", {}, "en", "state") is not first

        def fail(folder: Path) -> None:
            raise InputError("web.worker_ended")

        pool.deed = fail
        failed = await jobs.shared("district", {}, "zh", "bad")
        assert failed.state == "failed"
        pool.deed = lambda folder: None
        assert (await jobs.shared("district", {}, "zh", "bad")).state == "done"

    carried_out(tmp_path, story)


def test_a_folder_that_was_cleared_away(tmp_path: Path) -> None:
    """What was kept in it counts as expired, what was at work says so, and new jobs have a new folder."""

    async def story(jobs: Jobs, pool: FakePool) -> None:
        pool.gate.release()
        done = jobs.submit("check", {}, "zh")
        await jobs.wait(done, 10)
        common = await _shared(jobs, pool)
        working = jobs.submit("check", {}, "zh")
        shutil.rmtree(tmp_path / "private")
        pool.gate.release()
        await jobs.wait(working, 10)
        assert working.problem is not None
        assert (working.problem["code"], working.problem["status"]) == ("web.folder_gone", 404)
        for gone in (done, working):
            with pytest.raises(RefusedError) as refused:
                jobs.get(gone.id)
            assert (refused.value.key, refused.value.status) == ("web.no_job", 404)
        again = await _shared(jobs, pool)
        assert again is not common
        assert (again.answer.read_text(), again.folder.stat().st_mode & 0o077) == ("{}", 0)
        again.answer.unlink()
        with pytest.raises(RefusedError):
            jobs.get(again.id)

    carried_out(tmp_path / "private", story)


async def _shared(jobs: Jobs, pool: FakePool) -> Job:
    pool.gate.release()
    return await jobs.shared("district", {}, "zh", "state")


def test_no_folder_can_be_made(tmp_path: Path) -> None:
    """Where there is no place for a job, it is refused for now; that is no defect."""
    private = tmp_path / "private"

    async def story(jobs: Jobs, pool: FakePool) -> None:
        shutil.rmtree(private)
        private.write_text("another's")
        with pytest.raises(RefusedError) as refused:
            jobs.submit("check", {}, "zh")
        assert (refused.value.key, refused.value.status) == ("web.no_folder", 503)
        private.unlink()
        pool.gate.release()
        await jobs.wait(jobs.submit("check", {}, "zh"), 10)

    carried_out(private, story)
