"""Who does work in parts makes no difference: threads of this process, and what a machine must be for the same bits."""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from ecozone.measure import machine
from ecozone.measure.machine import ARITHMETIC, Machine, mark
from ecozone.measure.mapper import Threads
from ecozone.measure.workers import at_most, thread_count
from ecozone.text import speaking


def squares(common: int, parts: Iterable[int]) -> Iterator[int]:
    """Give common + part² of each part."""
    for part in parts:
        if part == 1_000:
            raise ValueError("a part that cannot be done")
        yield common + part * part


@pytest.mark.parametrize("size", [1, 2, 5])
def test_every_part_is_done_once(size: int) -> None:
    """All results come, each once, whatever the number of threads."""
    found = list(Threads(size).map(squares, 7, range(100)))
    assert sorted(found) == [7 + part * part for part in range(100)]
    assert list(Threads(size).map(squares, 7, [])) == []


@pytest.mark.parametrize("size", [1, 3])
def test_an_error_in_a_part_comes_out(size: int) -> None:
    """What a part raises is raised where the results are asked for."""
    with pytest.raises(ValueError, match="cannot be done"):
        list(Threads(size).map(squares, 0, [1, 2, 1_000, 3]))


def test_who_stops_asking_stops_the_work() -> None:
    """Closed in the middle, no thread goes on with the parts that are left."""
    before = threading.active_count()
    with closing(Threads(2).map(squares, 0, range(10**9))) as results:
        assert next(results) >= 0
    assert threading.active_count() == before


def test_threads_can_be_held_to_fewer() -> None:
    """Inside `at_most` the number holds, and no longer."""
    before = thread_count()
    with at_most(3):
        assert thread_count() == 3
    assert thread_count() == before


def test_a_machine_is_the_same_as_itself_after_a_journey(tmp_path: Path) -> None:
    """Pickled and asked again, nothing differs."""
    path = tmp_path / "a.tif"
    path.write_bytes(os.urandom(100_000))
    here = Machine.here([str(path)])
    assert list(here.differences(pickle.loads(pickle.dumps(here)))) == []
    assert here == Machine.here([str(path)])


def test_each_version_is_told_by_name() -> None:
    """A version that differs is named with both; last bits that differ are told in words."""
    here = Machine.here([])
    for name, value in here.versions:
        other = replace(here, versions=tuple((key, "other" if key == name else old) for key, old in here.versions))
        with speaking("en"):
            (words,) = here.differences(other)
        assert words.startswith("the same arithmetic" if name == ARITHMETIC else f"{name} is other, and {value}")
    assert {"ecozone", "python", "numpy", "numba", "shapely", "geos", "pyproj", "proj", "rasterio", "gdal"} <= {
        name for name, _ in here.versions
    }


def test_files_are_compared_by_their_bytes(tmp_path: Path) -> None:
    """A missing file, one of another size, and one of the same size with other bytes are told; a copy is one."""
    path, data = tmp_path / "a.tif", os.urandom(3_000_000)
    path.write_bytes(data)
    here = Machine.here([str(path)])
    path.unlink()
    with speaking("en"):
        assert list(here.differences(Machine.here([str(path)]))) == [f"cannot see the file {path}"]
        for other in (data[:-1], b"?" + data[1:], data[:-1] + b"?"):
            path.write_bytes(other)
            assert list(here.differences(Machine.here([str(path)]))) == [f"the file {path} has other bytes than here"]
    path.write_bytes(data)
    os.utime(path, (1e9, 1e9))
    copy = Machine.here([str(path)])
    assert list(here.differences(copy)) == []
    assert here.copies(copy) == [str(path)]
    assert here.copies(here) == []


def test_a_small_file_is_looked_at_whole(tmp_path: Path) -> None:
    """Of a file no larger than the samples every byte counts."""
    path, data = tmp_path / "a.tif", bytearray(os.urandom(900_000))
    path.write_bytes(data)
    before = mark(str(path)).sample
    for place in (0, 123_457, 500_001, 899_999):
        data[place] ^= 1
        path.write_bytes(data)
        os.utime(path, (place + 1, place + 1))
        assert mark(str(path)).sample != before
        data[place] ^= 1


def test_the_sources_have_a_name_of_their_own() -> None:
    """Two states of the code under one version are told apart."""
    assert dict(machine.versions())["ecozone"].endswith(")")
    assert len(dict(machine.versions())["ecozone"].split("(")[1]) == 13
