"""Uploads: counted, under fixed names, bounded together, and gone in time."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from ecozone.web.problems import RefusedError
from ecozone.web.settings import MEBIBYTE, Settings
from ecozone.web.uploads import Uploads


def carried_out(folder: Path, story: Callable[[Uploads], Awaitable[None]], **settings: Any) -> None:
    """Tell a story of uploads in an event loop."""
    asyncio.run(story(Uploads(Settings("demo", **settings), folder)))  # type: ignore[arg-type]


async def body(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def test_parts_of_a_file_stay_together(tmp_path: Path) -> None:
    """A .dbf stands beside its .shp under one stem, whichever came first; a job is told the .shp first.

    Another file of the same name is refused: neither takes the other's place.
    """

    async def story(uploads: Uploads) -> None:
        first = await uploads.take("地块.DBF", body(b"dbf"))
        await uploads.take("地块.shp", body(b"s", b"hp"), to=first.id)
        with pytest.raises(RefusedError) as refused:
            await uploads.take("地块.shp", body(b"other"), to=first.id)
        assert refused.value.key == "web.same_name"
        assert first.document()["files"] == [{"name": "地块.DBF", "bytes": 3}, {"name": "地块.shp", "bytes": 3}]
        job = tmp_path / "job"
        job.mkdir()
        handed = uploads.hand(first.id, job)
        assert handed == {"files": ["site.shp", "site.dbf"], "labels": {"site.dbf": "地块.DBF", "site.shp": "地块.shp"}}
        uploads.drop(first.id)
        assert (job / "site.shp").read_bytes() == b"shp"
        assert not first.folder.exists()

    carried_out(tmp_path, story)


@pytest.mark.parametrize(
    ("settings", "parts", "status"),
    [
        ({"max_upload_bytes": 10}, [b"12345", b"678901"], 413),
        ({"max_store_bytes": 10}, [b"12345", b"678901"], 503),
        ({}, [], 400),
        ({}, [b""], 400),
    ],
    ids=str,
)
def test_what_is_refused_leaves_nothing(tmp_path: Path, settings: Any, parts: list[bytes], status: int) -> None:
    """A file that is too large, empty, or more than may be kept is refused, and no file or folder of it is left."""

    async def story(uploads: Uploads) -> None:
        with pytest.raises(RefusedError) as refused:
            await uploads.take("a.shp", body(*parts))
        assert refused.value.status == status
        assert list((tmp_path / "uploads").iterdir()) == []

    carried_out(tmp_path, story, **settings)


def test_a_sibling_that_fails_leaves_the_others(tmp_path: Path) -> None:
    """When a sibling file breaks off, the files that came before stay."""

    async def broken() -> AsyncIterator[bytes]:
        yield b"x"
        raise RefusedError("web.slow", 408)

    async def story(uploads: Uploads) -> None:
        first = await uploads.take("a.shp", body(b"1"))
        with pytest.raises(RefusedError):
            await uploads.take("a.dbf", broken(), to=first.id)
        assert [path.name for path in first.folder.iterdir()] == ["site.shp"]
        assert uploads.get(first.id).document()["files"] == [{"name": "a.shp", "bytes": 1}]

    carried_out(tmp_path, story)


@pytest.mark.parametrize("settings", [{"max_uploads": 3}, {"max_store_bytes": 35}], ids=str)
def test_old_ones_give_way(tmp_path: Path, settings: dict[str, int]) -> None:
    """Where as many are kept as may be, one that nobody has used for ten minutes goes, and none that is in use."""

    async def story(uploads: Uploads) -> None:
        kept = [await uploads.take("a.shp", body(bytes(10))) for _ in range(3)]
        with pytest.raises(RefusedError) as refused:
            await uploads.take("a.shp", body(bytes(10)))
        assert refused.value.retry_s
        kept[1].touched = time.monotonic() - 601
        await uploads.take("a.shp", body(bytes(10)))
        with pytest.raises(RefusedError):
            uploads.get(kept[1].id)
        assert uploads.get(kept[0].id) is kept[0]

    carried_out(tmp_path, story, **settings)


def test_they_expire(tmp_path: Path) -> None:
    """An upload that nobody asks for goes after its time, but never while a file of it is being written."""

    async def story(uploads: Uploads) -> None:
        old, writing = [await uploads.take("a.shp", body(b"1")) for _ in range(2)]
        writing.writing = 1
        for one in (old, writing):
            one.touched = time.monotonic() - 61
        uploads.sweep()
        assert not old.folder.exists()
        assert writing.folder.exists()

    carried_out(tmp_path, story, keep_s=60)


def test_large_bodies_are_written_in_blocks(tmp_path: Path) -> None:
    """A body of several blocks is the same file, byte for byte."""
    parts = [bytes([number]) * 300_000 for number in range(9)]

    async def story(uploads: Uploads) -> None:
        upload = await uploads.take("a.tif", body(*parts))
        assert (upload.folder / "site.tif").read_bytes() == b"".join(parts)
        assert sum(upload.bytes.values()) == 2_700_000 > MEBIBYTE

    carried_out(tmp_path, story)


def test_a_folder_that_was_cleared_away(tmp_path: Path) -> None:
    """What was kept in it counts as expired, a file on its way says so, and new files have a new folder."""
    private = tmp_path / "private"

    async def story(uploads: Uploads) -> None:
        async def slow() -> AsyncIterator[bytes]:
            yield b"1"
            shutil.rmtree(private)
            yield b"2"

        kept = await uploads.take("a.kml", body(b"1"))
        with pytest.raises(RefusedError) as refused:
            await uploads.take("b.kml", slow())
        assert (refused.value.key, refused.value.status) == ("web.no_upload", 404)
        with pytest.raises(RefusedError) as refused:
            uploads.hand(kept.id, tmp_path)
        assert (refused.value.key, refused.value.status) == ("web.no_upload", 404)
        again = await uploads.take("a.kml", body(b"1"))
        (again.folder / "site.kml").unlink()
        with pytest.raises(RefusedError):
            await uploads.take("a.txt", body(b"1"), to=again.id)
        assert not again.folder.exists()

    carried_out(private, story)
