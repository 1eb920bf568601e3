"""Files are read in a process that can be ended: what hangs, swells or crashes costs seconds and itself."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from ecozone.cli import run
from ecozone.errors import CrsError, EcozoneError, InputError, UsageError
from ecozone.intake import Limits, list_layers, read_features, start_reader
from ecozone.notices import notices_of
from ecozone.text import speaking

#: The module, which the room does not hand on.
isolation: Any = sys.modules["ecozone.intake.isolation"]
posix_only = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its memory")

BAD = 4
PATIENT = Limits(repair_seconds=100, seconds=100)


def hedgehog(spikes: int = 90) -> shapely.MultiPolygon:
    """Two rectangles with hair-thin spikes across each other: GEOS works for minutes to mend it.

    Its area is beyond doubt, so that nothing but patience decides.
    """
    ring = [(0.0, 0.0)]
    for i in range(spikes):
        x = (i + 0.5) * 1000 / spikes
        ring += [(x, 0), (x, 1000), (x + 2e-5, 1000), (x + 2e-5, 0)]
    xy = np.array([*ring, (1000, 0), (1000, -50), (0, -50)])
    return crossed(xy)


def crossed(xy: Any) -> shapely.MultiPolygon:
    """A ring and its mirror image, at Dongli."""
    corner = np.array([535_000, 4_330_000])
    return shapely.MultiPolygon([shapely.Polygon(part + corner) for part in (xy, xy[:, ::-1])])


def squares(count: int) -> list[Any]:
    return [shapely.box(535_000 + 200 * i, 4_332_000, 535_100 + 200 * i, 4_332_100) for i in range(count)]


def written(path: Path, shapes: list[Any]) -> Path:
    names = [f"地块{i}" for i in range(len(shapes))]
    gpd.GeoDataFrame({"name": names}, geometry=shapes, crs="EPSG:4548").to_file(path)
    return path


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return written(tmp_path / "good.gpkg", squares(6))


@pytest.fixture
def hanging(tmp_path: Path) -> Path:
    return written(tmp_path / "hanging.gpkg", [*squares(BAD - 1), hedgehog(), *squares(2)])


@pytest.fixture
def fresh() -> Iterator[None]:
    """No reader that an earlier test has started, none left for a later one."""
    isolation.end_readers()
    yield
    isolation.end_readers()


def running() -> int:
    """The process that the next file will be read in."""
    start_reader()
    reader = isolation._idle[-1]
    reader.wait()
    pid: int = reader._process.pid
    return pid


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def refusals(frame: gpd.GeoDataFrame) -> dict[object, str]:
    return {one.place.feature: one.key for one in notices_of(frame) if one.severity == "refused"}


def test_a_feature_that_hangs_is_refused_alone(hanging: Path) -> None:
    """GEOS would work on it for minutes: it is given up after its time, and the other features are answered."""
    start = time.monotonic()
    read = read_features(hanging, limits=Limits(repair_seconds=0.5))
    assert time.monotonic() - start < 15
    assert refusals(read) == {BAD: "intake.repair_too_long"}
    assert read.geometry.isna().tolist() == [row == BAD for row in read["source_row"]]
    said = next(one for one in notices_of(read) if one.severity == "refused")
    assert "0.5" in said.message()
    assert "--limit repair_seconds=1" in said.remedy()


def test_a_tangle_is_refused_before_anybody_waits(tmp_path: Path) -> None:
    """Two combs of 3000 vertices are known by their crossings, which gives the same answer on any machine."""
    teeth = [xy for i in range(750) for xy in ((2 * i, 0), (2 * i, 1500), (2 * i + 1, 1500), (2 * i + 1, 0))]
    xy = np.array([*teeth, (1500, -9), (0, -9)])
    combs = crossed(xy)
    assert shapely.get_num_coordinates(combs) > 6000
    for isolate in (True, False):
        path = written(tmp_path / f"{isolate}.gpkg", [*squares(2), combs])
        start = time.monotonic()
        assert refusals(read_features(path, isolate=isolate)) == {3: "geo.refused_tangled"}
        assert time.monotonic() - start < 20


def test_a_file_that_takes_too_long_is_refused_with_its_limit(hanging: Path) -> None:
    """The time for the whole counts also where no feature is given up; the message says how to raise it."""
    start = time.monotonic()
    with pytest.raises(InputError) as refused:
        read_features(hanging, limits=Limits(seconds=1, repair_seconds=100))
    assert time.monotonic() - start < 10
    assert refused.value.key == "intake.limit_seconds"
    assert refused.value.place.file == "hanging.gpkg"
    assert "--limit seconds=2" in refused.value.remedy()
    with pytest.raises(InputError) as refused:
        read_features(hanging, limits=Limits(seconds=1, repair_seconds=0.9))
    assert refused.value.key == "intake.limit_seconds"


@linux_only
def test_a_file_that_takes_too_much_memory_is_refused_with_its_limit(tmp_path: Path) -> None:
    """What a parser makes of a file is bounded, whatever the file's size; the next file is read as ever."""
    path = tmp_path / "many.geojson"
    many = gpd.GeoDataFrame({"n": range(20_000)}, geometry=shapely.points(np.linspace(110, 120, 20_000), 39), crs=4326)
    path.write_text(many.to_json(), "utf-8")
    with pytest.raises(InputError) as refused:
        read_features(path, limits=Limits(memory_bytes=16 << 20))
    assert refused.value.key == "intake.limit_memory_bytes"
    assert "16" in refused.value.message()
    assert "--limit memory_bytes=32M" in refused.value.remedy()
    assert len(read_features(path)) == 20_000


@posix_only
def test_a_feature_that_brings_the_process_down_is_refused_alone(hanging: Path, fresh: None) -> None:
    """A crash inside a library while a feature is mended costs that feature."""
    pid = running()
    killer = threading.Timer(1.0, os.kill, (pid, signal.SIGSEGV))
    killer.start()
    read = read_features(hanging, limits=PATIENT)
    killer.join()
    assert refusals(read) == {BAD: "intake.repair_broke_off"}
    assert "SIGSEGV" in next(one for one in notices_of(read) if one.severity == "refused").message()
    assert gone(pid)


@posix_only
def test_a_crash_over_no_feature_refuses_the_file(monkeypatch: pytest.MonkeyPatch, good: Path, fresh: None) -> None:
    """A reader that ends in the middle of its answer is told with the way it ended; the next file is read as ever."""
    pid = running()
    dump = pickle.dump

    def struck(*words: Any, **more: Any) -> None:
        os.kill(pid, signal.SIGSTOP)
        dump(*words, **more)
        os.kill(pid, signal.SIGKILL)

    with monkeypatch.context() as patched, pytest.raises(InputError) as refused:
        patched.setattr(isolation.pickle, "dump", struck)
        read_features(good)
    assert refused.value.key == "intake.reader_ended"
    assert "SIGKILL" in refused.value.message()
    assert len(read_features(good)) == 6


@posix_only
def test_a_reader_that_ended_in_between_is_replaced(good: Path, fresh: None) -> None:
    """Whatever ended an idle reader, the next file gets another."""
    os.kill(running(), signal.SIGKILL)
    time.sleep(0.2)
    assert len(read_features(good)) == 6


@posix_only
def test_ctrl_c_ends_the_reader_and_reaches_the_caller(hanging: Path, good: Path, fresh: None) -> None:
    """An interrupt is not swallowed, and nobody goes on working behind the user's back."""
    pid = running()

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.7)
        with pytest.raises(KeyboardInterrupt):
            read_features(hanging, limits=PATIENT)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert gone(pid)
    assert len(read_features(good)) == 6


@posix_only
def test_a_reader_leaves_an_interrupt_of_the_group_to_its_caller(good: Path, fresh: None) -> None:
    """The keyboard sends Ctrl-C to both processes; the reader goes on until its caller ends it."""
    pid = running()
    os.kill(pid, signal.SIGINT)
    time.sleep(0.1)
    assert len(read_features(good)) == 6
    assert not gone(pid)


def test_nothing_is_left_behind(hanging: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The private folder of a reader that was ended goes away like that of one that was not."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    read_features(hanging, limits=Limits(repair_seconds=0.3))
    assert list(place.iterdir()) == []


def test_the_answer_is_that_of_the_own_process(tmp_path: Path) -> None:
    """Columns, kinds, CRS, notices and source come through whole, refused features and all."""
    bow_tie = shapely.Polygon([(535_000, 4_330_000), (535_009, 4_330_009), (535_009, 4_330_000), (535_000, 4_330_009)])
    frame = gpd.GeoDataFrame(
        {
            "名称": ["甲", None, "丙", "丁"],
            "n": [1, 2, 3, 4],
            "x": [0.5, None, 1.5, 2.5],
            "yes": [True, False, True, True],
        },
        geometry=[*squares(2), bow_tie, None],
        crs="EPSG:4548",
    )
    for name in ("a.gpkg", "a.geojson", "a.shp", "a.fgb", "a.parquet"):
        path = tmp_path / name
        to = frame.to_crs(4490) if name.endswith("json") else frame
        if name.endswith("parquet"):
            to.to_parquet(path)
        else:
            to.to_file(path, **({"SPATIAL_INDEX": "NO"} if name.endswith("fgb") else {}))
        words: dict[str, Any] = {"crs": "EPSG:4490"} if name.endswith("json") else {}
        one, other = read_features(path, **words), read_features(path, isolate=False, **words)
        assert_geodataframe_equal(one, other, check_crs=True)
        assert one.attrs == other.attrs
        assert one.crs == other.crs
        assert list_layers(path) == list_layers(path, isolate=False)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_error_comes_through_whole(tmp_path: Path, lang: str) -> None:
    """Its kind, text, place and the caller's language, as if it had been raised here."""
    text = tmp_path / "坏.geojson"
    text.write_text('{"type": "FeatureCollection", "features": []}', "utf-8")
    with speaking(lang):
        for path, words in (
            (text, {}),
            (tmp_path / "none", {}),
            (written(tmp_path / "a.gpkg", squares(1)), {"layer": "x"}),
        ):
            errors: list[EcozoneError] = []
            for isolate in (True, False):
                with pytest.raises(EcozoneError) as refused:
                    read_features(path, isolate=isolate, **words)
                errors.append(refused.value)
            assert type(errors[0]) is type(errors[1])
            assert str(errors[0]) == str(errors[1])
            assert errors[0].place == errors[1].place
            assert not hasattr(errors[0], "__notes__")
    assert {InputError, UsageError, CrsError} >= {type(errors[0])}


def test_relative_paths_start_where_the_caller_stands(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the caller has moved since the reader was started."""
    read_features(good)
    monkeypatch.chdir(good.parent)
    assert len(read_features("good.gpkg")) == 6


def test_nothing_is_imported_from_the_folder_the_user_stands_in(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: None
) -> None:
    """A file called pandas.py beside somebody's parcels is not run."""
    trap = tmp_path / "trap"
    trap.mkdir()
    for name in ("pandas", "json", "ecozone"):
        (trap / f"{name}.py").write_text("open('sprung', 'w').close(); raise SystemExit", "utf-8")
    monkeypatch.chdir(trap)
    assert len(read_features(good)) == 6
    assert not (trap / "sprung").exists()


def test_two_threads_read_at_once(good: Path, fresh: None) -> None:
    """Each has a reader of its own; one is kept, the other ends."""
    with ThreadPoolExecutor(2) as pool:
        read = list(pool.map(read_features, [good] * 6))
    assert [len(one) for one in read] == [6] * 6
    assert len(isolation._idle) == 1


def test_a_program_that_cannot_be_started_is_said(good: Path, monkeypatch: pytest.MonkeyPatch, fresh: None) -> None:
    """With what to do instead; the file is not read unguarded behind the caller's back."""
    monkeypatch.setattr(sys, "executable", str(good.parent / "no-python"))
    with pytest.raises(InputError) as refused:
        read_features(good)
    assert refused.value.key == "intake.no_reader"
    assert "isolate=False" in refused.value.remedy()
    assert len(read_features(good, isolate=False)) == 6


FORKING = """
import os, sys
from ecozone.intake import read_features
assert len(read_features(sys.argv[1])) == 6
child = os.fork()
if child == 0:
    os._exit(0 if len(read_features(sys.argv[1])) == 6 else 1)
assert os.waitpid(child, 0)[1] == 0
assert len(read_features(sys.argv[1])) == 6
"""


@posix_only
def test_a_fork_of_the_caller_has_its_own_reader(good: Path) -> None:
    """Neither parent nor child hears the other's answers."""
    words = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORKING, str(good)]
    subprocess.run(words, check=True, timeout=60)


def test_the_command_line_answers_the_rest_of_a_batch(hanging: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`check` judges the good sites, says which one it gave up and why, and ends with status 3."""
    assert run(["check", str(hanging), "-w", "demo", "--limit", "repair_seconds=0.5"]) == 3
    captured = capsys.readouterr()
    assert "地块4" in captured.out
    assert "repair_seconds" in captured.err
