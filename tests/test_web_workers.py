"""The processes that work: held to their time and their memory, ended with all that they started."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from ecozone.errors import InputError
from ecozone.log import no_progress
from ecozone.web.settings import Settings
from ecozone.web.workers import Pool
from serving import alive, children, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")

RING = [[117.4, 39.1], [117.41, 39.1], [117.41, 39.11], [117.4, 39.11], [117.4, 39.1]]
SITE = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [RING]}}


def with_pool(private: Path, story: Callable[[Pool, Path], Awaitable[None]], **settings: Any) -> None:
    """Tell a story of one worker in an event loop, with a folder in which a check is asked for."""
    folder = private / "jobs" / "1"
    folder.mkdir(parents=True)
    (private / "tmp").mkdir()
    source = {"geojson": {"type": "FeatureCollection", "features": [SITE]}}
    words = {"kind": "check", "lang": "zh", "workspace": "demo", "limits": {}, "options": {}, "source": source}
    (folder / "words.json").write_text(json.dumps(words))

    async def told() -> None:
        pool = Pool(Settings("demo", workers=1, **settings), private)
        pool.start()
        try:
            await story(pool, folder)
        finally:
            mine = [pid for worker in pool.pids for pid in (worker, *children(worker))]
            pool.close()
        for _ in range(100):
            if not any(alive(pid) for pid in mine):
                break
            await asyncio.sleep(0.05)
        assert not any(alive(pid) for pid in mine)
        assert list((private / "tmp").iterdir()) == []

    asyncio.run(told())


def test_who_says_nothing_is_ended(tmp_path: Path) -> None:
    """A process that makes no progress is ended with a problem that says so, and another takes its place."""

    async def story(pool: Pool, folder: Path) -> None:
        (first,) = pool.pids
        with pytest.raises(InputError) as quiet:
            await pool.run("check", folder, no_progress, lambda: os.kill(first, signal.SIGSTOP))
        assert quiet.value.key == "web.worker_quiet"
        assert "1 秒" in quiet.value.message("zh")
        assert not alive(first)
        assert pool.pids != (first,)

    with_pool(tmp_path, story, quiet_s=1.0)


def test_who_takes_too_much_memory_is_refused(tmp_path: Path) -> None:
    """A task that needs more memory than it may have ends with a problem; what it was does not matter to the next."""

    async def story(pool: Pool, folder: Path) -> None:
        words = (folder / "words.json").read_text()
        (folder / "words.json").write_text(json.dumps(json.loads(words) | {"ballast": "x" * 700_000_000}))
        for _ in range(2):
            with pytest.raises(InputError) as much:
                await pool.run("check", folder, no_progress, lambda: None)
            assert much.value.key == "web.too_much_memory"
        (folder / "words.json").write_text(words)
        assert await pool.run("check", folder, no_progress, lambda: None) == "answer.json"

    with_pool(tmp_path, story, memory_bytes=600 << 20)


def test_a_private_scratch_for_each(tmp_path: Path) -> None:
    """What a process writes for itself lies in the server's folder, and goes with the process."""

    async def story(pool: Pool, folder: Path) -> None:
        (scratch,) = (tmp_path / "tmp").iterdir()
        (pid,) = pool.pids
        environment = Path(f"/proc/{pid}/environ")
        assert until(lambda: f"TMPDIR={scratch}".encode() in environment.read_bytes().split(b"\0"))
        (scratch / "left").write_bytes(b"1")

    with_pool(tmp_path, story)
