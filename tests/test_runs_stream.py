"""A streamed check is the whole check, however it is cut, stopped and resumed."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import ecozone as ez
from ecozone.errors import InputError, OutputError, UsageError
from ecozone.notices import Notice, notice
from ecozone.runs import Request, Streamed, execute, hands, stream, streamable
from ecozone.runs.gathering import MOST_OF_A_KIND, Gathered

SUFFIXES = ("csv", "jsonl", "parquet", "geoparquet", "gpkg")
COUNT = 45


@pytest.fixture
def ws(little: Any, square: Any) -> Any:
    """A red line, zones of two levels that overlap, and a school."""
    return little(
        red_line=[(square(1000, 1000, 1000), {"name": "河滨"}), (square(1500, 1500, 1000), {"name": "湿地"})],
        barrier=[(square(2000, 1000, 1000), {"level": 1}), (square(2500, 1000, 1000), {"level": 2})],
        sensitive=[(shapely.Point(533_000, 4_333_000), {"name": "小学"})],
    )


@pytest.fixture
def sites_file(tmp_path: Path, square: Any) -> Path:
    """Sites over all layers and outside the district, with a bow tie, a gap, twins and repeated ids among them."""
    shapes = [square(200 * at, 150 * at + 50, 130 + 40 * (at % 7), 260) for at in range(COUNT)]
    shapes[4] = shapely.Polygon(
        [(526_000, 4_326_000), (526_040, 4_326_040), (526_040, 4_326_000), (526_000, 4_326_040)]
    )
    shapes[6] = None
    shapes[8] = shapely.LineString([(526_000, 4_326_100), (528_900, 4_326_600)])
    shapes[40] = shapes[3]
    ids = [f"P{at}" for at in range(COUNT)]
    ids[17] = ids[33] = "P5"
    kinds = ["boiler", "wetland", None, "school", "smelter", "rocket"]
    words = {
        "编号": ids,
        "名称": [f"地块{at}" for at in range(COUNT)],
        "项目类型": [kinds[at % 6] for at in range(COUNT)],
    }
    path = tmp_path / "sites.gpkg"
    gpd.GeoDataFrame(words, geometry=shapes, crs="EPSG:4548").to_file(path)
    return path


def request(ws: Any, path: Path, folder: Path, *suffixes: str, **words: Any) -> Request:
    folder.mkdir(exist_ok=True)
    outputs = tuple(str(folder / f"out.{suffix}") for suffix in suffixes or SUFFIXES)
    given: dict[str, Any] = {"workspace": str(ws.folder), "parts": ("check",), "sites": (str(path),)}
    return Request(**(given | {"outputs": outputs} | words))


def streamed(asked: Request, **words: Any) -> Streamed:
    layer = streamable(asked, wanted=True)
    assert layer is not None
    return stream(asked, layer, **words)


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.glob("out.*")
        if "run" not in path.name
    }


def stopping_after(parts: int, error: type[BaseException]) -> Callable[[int, int, str], None]:
    calls = iter(range(99))

    def progress(done: int, total: int, what: str) -> None:
        if next(calls) == parts:
            raise error

    return progress


@pytest.mark.parametrize("size", [4, 19, 100])
def test_the_streamed_check_is_the_whole_check(ws: Any, sites_file: Path, tmp_path: Path, size: int) -> None:
    """Findings, verdicts, states and what was noticed do not depend on how many sites are looked at together."""
    whole = execute(request(ws, sites_file, tmp_path / "whole"))
    done = streamed(request(ws, sites_file, tmp_path / "parts", batch=size))
    one, other = hashes(tmp_path / "whole"), hashes(tmp_path / "parts")
    assert one["out.csv"] == other["out.csv"]
    assert one["out.jsonl"] == other["out.jsonl"]
    for suffix, layers in {"gpkg": ("sites", "findings", "states"), "parquet": (None,), "geoparquet": (None,)}.items():
        for layer in layers:
            frames = [tables(tmp_path / name / f"out.{suffix}", layer) for name in ("whole", "parts")]
            pd.testing.assert_frame_equal(*frames)
    assert whole.check is not None
    assert dict(done.summary.verdicts) == whole.check.verdicts
    assert done.summary.findings == len(whole.check.findings)
    assert sum(sum(counts.values()) for counts in done.summary.states.values()) == len(whole.check.states)
    assert {said(one) for one in done.notices} == {said(one) for one in whole.check.notices}


def tables(path: Path, layer: str | None) -> pd.DataFrame:
    return pd.read_parquet(path) if layer is None else pd.DataFrame(gpd.read_file(path, layer=layer))


def said(one: Notice) -> tuple[str, str]:
    return one.severity, one.message()


def test_python_gets_the_same_checks_batch_by_batch(ws: Any, sites_file: Path) -> None:
    """`stream_checks` gives the whole check's findings, and states in the order of the sites."""
    whole = ez.check_sites(ez.read_sites(sites_file), ws)
    parts = list(ez.stream_checks(sites_file, ws, batch=10))
    assert [len(part.sites) for part in parts] == [10, 10, 10, 10, 5]
    pd.testing.assert_frame_equal(pd.concat([part.findings for part in parts], ignore_index=True), whole.findings)
    order = {site: at for at, site in enumerate(whole.sites["site_id"])}
    rows = pd.concat([part.states for part in parts]).sort_values(
        "site_id", key=lambda ids: ids.map(order), kind="stable"
    )
    wanted = whole.states.sort_values("site_id", key=lambda ids: ids.map(order), kind="stable")
    pd.testing.assert_frame_equal(rows.reset_index(drop=True), wanted.reset_index(drop=True))


@pytest.mark.parametrize("parts", [0, 1, 3])
def test_a_run_that_was_stopped_goes_on_to_the_same_bytes(
    ws: Any, sites_file: Path, tmp_path: Path, parts: int
) -> None:
    """Ctrl-C leaves no output; the same request works out what is missing, and no byte tells that it was stopped."""
    streamed(request(ws, sites_file, tmp_path / "straight", batch=10))
    asked = request(ws, sites_file, tmp_path / "stopped", batch=10)
    with pytest.raises(KeyboardInterrupt):
        streamed(asked, progress=stopping_after(parts, KeyboardInterrupt))
    assert hashes(tmp_path / "stopped") == {}
    done = streamed(asked)
    assert done.resumed >= 10 * parts
    assert hashes(tmp_path / "stopped") == hashes(tmp_path / "straight")
    assert sorted(path.name for path in (tmp_path / "stopped").iterdir()) == sorted(path.name for path in done.files)


def test_parts_that_were_cut_otherwise_are_no_parts(
    ws: Any, sites_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another size of parts has left, as of another build, is worked out again and not joined."""
    asked = request(ws, sites_file, tmp_path / "stopped", "csv")
    monkeypatch.setattr("ecozone.runs.streaming.BATCH", 10)
    with pytest.raises(KeyboardInterrupt):
        streamed(asked, progress=stopping_after(2, KeyboardInterrupt))
    monkeypatch.setattr("ecozone.runs.streaming.BATCH", 7)
    assert streamed(asked).resumed == 0
    streamed(request(ws, sites_file, tmp_path / "straight", "csv"))
    assert hashes(tmp_path / "stopped") == hashes(tmp_path / "straight")


KILLED = """
import os, signal, sys
from ecozone.runs import Request, stream, streamable
asked = Request.model_validate_json(sys.argv[1])
def progress(done, total, what):
    if done >= 20:
        os.kill(os.getpid(), signal.SIGKILL)
stream(asked, streamable(asked, wanted=True), progress=progress)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_a_killed_run_goes_on(ws: Any, sites_file: Path, tmp_path: Path) -> None:
    """A process that is gone without a word leaves whole parts, which the next one takes up."""
    asked = request(ws, sites_file, tmp_path / "killed", "csv", "gpkg", batch=10)
    ran = subprocess.run([sys.executable, "-c", KILLED, asked.model_dump_json()], capture_output=True, check=False)
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    done = streamed(asked)
    assert done.resumed >= 20
    streamed(request(ws, sites_file, tmp_path / "straight", "csv", "gpkg", batch=10))
    assert hashes(tmp_path / "killed") == hashes(tmp_path / "straight")


FULL = """
import resource, sys
from ecozone.runs import Request, stream, streamable
asked = Request.model_validate_json(sys.argv[1])
layer = streamable(asked, wanted=True)
# Nor is what is imported from now on kept compiled, cut short.
sys.dont_write_bytecode = True
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    stream(asked, layer, workers=int(sys.argv[3]))
except Exception as error:
    sys.exit(f"{type(error).__name__} {error.key}")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="files are held to a size there")
@pytest.mark.parametrize(
    ("suffix", "size", "workers"),
    [("csv", 2_000, 1), ("csv", 2_000, 2), ("csv", 20_000, 1), ("gpkg", 60_000, 1), ("gpkg", 130_000, 1)],
)
def test_a_full_disk_ends_clean_and_is_gone_on_from(
    ws: Any, sites_file: Path, tmp_path: Path, suffix: str, size: int, workers: int
) -> None:
    """Whether a part or the joined file finds no room: an error that says so, no output, and the rest afterwards."""
    asked = request(ws, sites_file, tmp_path / "full", suffix, batch=10)
    words = [sys.executable, "-c", FULL, asked.model_dump_json(), str(size), str(workers)]
    ran = subprocess.run(words, capture_output=True, encoding="utf-8", check=False)
    assert ran.stderr.strip().splitlines()[-1].startswith("OutputError"), ran.stderr
    assert hashes(tmp_path / "full") == {}
    assert [path.name for path in (tmp_path / "full").iterdir()] == [f".out.{suffix}.ecozone-part"]
    streamed(asked)
    streamed(request(ws, sites_file, tmp_path / "straight", suffix, batch=10))
    assert hashes(tmp_path / "full") == hashes(tmp_path / "straight")


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that are started to work on parts."""
    started: list[subprocess.Popen[bytes]] = []
    start = hands.start_child

    def noting(module: str) -> subprocess.Popen[bytes]:
        started.append(start(module))
        return started[-1]

    monkeypatch.setattr(hands, "start_child", noting)
    return started


def test_two_processes_write_the_bytes_of_one(
    ws: Any, sites_file: Path, tmp_path: Path, others: list[subprocess.Popen[bytes]]
) -> None:
    """Both work, none is left, a run that both were stopped at goes on with one, and no byte tells of it."""
    asked = request(ws, sites_file, tmp_path / "two", batch=4)
    seen: list[int] = []

    def until_half(done: int, total: int, what: str) -> None:
        seen.append(done)
        if done > COUNT // 2 and others[0].poll() is None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        streamed(asked, workers=2, progress=until_half)
    assert seen == sorted(seen)
    assert [one.poll() is None for one in others] == [False]
    assert hashes(tmp_path / "two") == {}
    done = streamed(asked, workers=2)
    assert done.resumed >= seen[-1]
    assert [one.poll() for one in others[1:]] == [0]
    alone = streamed(request(ws, sites_file, tmp_path / "one", batch=4), workers=1)
    assert len(others) == 2
    assert hashes(tmp_path / "two") == hashes(tmp_path / "one")
    assert (done.summary, done.notices) == (alone.summary, alone.notices)


def test_a_process_that_is_killed_is_told_of(
    ws: Any, sites_file: Path, tmp_path: Path, others: list[subprocess.Popen[bytes]]
) -> None:
    """The run ends with a message that names the signal, and the same command goes on to the same bytes."""
    asked = request(ws, sites_file, tmp_path / "killed", "csv", batch=1)

    def kill(done: int, total: int, what: str) -> None:
        others[0].kill()

    with pytest.raises(OutputError, match="SIGKILL" if sys.platform != "win32" else "") as caught:
        streamed(asked, workers=2, progress=kill)
    assert caught.value.key == "runs.hand_ended"
    streamed(asked)
    streamed(request(ws, sites_file, tmp_path / "straight", "csv", batch=1))
    assert hashes(tmp_path / "killed") == hashes(tmp_path / "straight")


def test_an_error_of_another_process_is_its_own(ws: Any, sites_file: Path, tmp_path: Path) -> None:
    """A file that changes while both are at work is refused by whichever meets it, in the same words."""
    asked = request(ws, sites_file, tmp_path / "out", "csv", batch=1)
    table = sites_file.read_bytes()

    def touch(done: int, total: int, what: str) -> None:
        if done == 0:
            sites_file.write_bytes(table)

    with pytest.raises(InputError) as caught:
        streamed(asked, workers=2, progress=touch)
    assert caught.value.key == "intake.changed"


@pytest.mark.parametrize(
    ("processors", "megabytes", "sites", "expected"),
    [(2, 4000, 10**6, 2), (2, 1400, 10**6, 1), (8, None, 10**6, 8), (8, 100, 10**6, 1), (8, None, 50_000, 2)],
)
def test_as_many_work_as_processors_memory_and_sites_allow(
    monkeypatch: pytest.MonkeyPatch, processors: int, megabytes: int | None, sites: int, expected: int
) -> None:
    """Two of them on two processors, one where there is little room, and no more than there is work for."""
    monkeypatch.setattr(hands, "processors", lambda: processors)
    monkeypatch.setattr(hands, "available_bytes", lambda: None if megabytes is None else megabytes * 10**6)
    assert hands.number_of_hands(sites) == expected


def test_what_differs_is_named_and_only_a_restart_throws_parts_away(ws: Any, sites_file: Path, tmp_path: Path) -> None:
    """Parts of another question, or of another state of the files, are neither mixed in nor lost."""
    asked = request(ws, sites_file, tmp_path / "out", "csv", batch=10)
    with pytest.raises(KeyboardInterrupt):
        streamed(asked, progress=stopping_after(2, KeyboardInterrupt))
    with pytest.raises(UsageError, match="near_m"):
        streamed(request(ws, sites_file, tmp_path / "out", "csv", batch=10, near_m=50.0))
    with (ws.folder / "little.toml").open("a") as pack:
        pack.write("\n")
    with pytest.raises(UsageError, match=r"little\.toml"):
        streamed(asked)
    assert streamed(asked, restart=True).resumed == 0


def test_a_part_that_is_not_whole_is_worked_out_again(ws: Any, sites_file: Path, tmp_path: Path) -> None:
    """A power cut may leave a file short whose folder is there."""
    asked = request(ws, sites_file, tmp_path / "out", "csv", batch=10)
    with pytest.raises(KeyboardInterrupt):
        streamed(asked, progress=stopping_after(3, KeyboardInterrupt))
    (tmp_path / "out" / ".out.csv.ecozone-part" / "00000001" / "0.csv").write_bytes(b"")
    streamed(asked)
    execute(request(ws, sites_file, tmp_path / "whole", "csv"))
    assert hashes(tmp_path / "out") == hashes(tmp_path / "whole")


def test_what_cannot_be_streamed_is_said_when_it_is_wanted_and_done_whole_otherwise(
    ws: Any, sites_file: Path, tmp_path: Path
) -> None:
    """Outputs in one go, several files, a datum to undo, another format: each has its sentence."""
    table = tmp_path / "a.csv"
    table.write_text("名称,经度,纬度\n一小,117.32,39.09\n", "utf-8")
    wrong = {
        "runs.stream_outputs": request(ws, sites_file, tmp_path / "o", "csv", "html"),
        "runs.stream_one_file": request(ws, sites_file, tmp_path / "o", sites=(str(sites_file), str(table))),
        "runs.stream_moved": request(ws, sites_file, tmp_path / "o", datum="gcj02"),
        "runs.stream_format": request(ws, table, tmp_path / "o"),
    }
    for key, asked in wrong.items():
        with pytest.raises(UsageError) as caught:
            streamable(asked, wanted=True)
        assert caught.value.key == key
        assert streamable(asked) is None


def test_many_sites_are_streamed_unasked(
    ws: Any, sites_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a number of sites on, and never against the user's word."""
    asked = request(ws, sites_file, tmp_path / "o", "csv")
    assert streamable(asked) is None
    monkeypatch.setattr(sys.modules["ecozone.runs.streaming"], "STREAM_FROM", COUNT)
    assert streamable(asked) is not None
    assert streamable(asked, wanted=False) is None


def test_a_missing_folder_is_refused_before_any_work(ws: Any, sites_file: Path, tmp_path: Path) -> None:
    """Hours of work do not end in a folder that is not there."""
    asked = request(ws, sites_file, tmp_path / "o", "csv", outputs=(str(tmp_path / "no" / "out.csv"),))
    with pytest.raises(OutputError):
        streamed(asked)


def test_memory_does_not_grow_with_the_number_of_batches(ws: Any, square: Any, tmp_path: Path) -> None:
    """Twenty batches need no more memory at their worst than five of the same size."""
    peaks = []
    for count in (5, 20):
        path = tmp_path / f"{count}.fgb"
        shapes = [square(7 * at % 9000, 11 * at % 9000, 60) for at in range(60 * count)]
        gpd.GeoDataFrame({"编号": [f"P{at}" for at in range(len(shapes))]}, geometry=shapes, crs=4548).to_file(path)
        next(ez.stream_checks(path, ws, batch=60))
        tracemalloc.start()
        seen = sum(len(check.sites) for check in ez.stream_checks(path, ws, batch=60, project_type="smelter"))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert seen == 60 * count
    assert peaks[1] < 1.25 * peaks[0]


spoken = st.lists(
    st.one_of(
        st.builds(lambda row: notice("intake.record_lost", "refused", feature=row), st.integers(1, 99)),
        st.builds(lambda count: notice("intake.heights_dropped", count=count), st.integers(1, 9)),
        st.builds(lambda role: notice("assess.no_layer", "warning", role=role), st.sampled_from("ab")),
    ),
    max_size=60,
)


@given(spoken, st.integers(1, 13))
def test_gathered_notices_do_not_depend_on_the_batches(notices: list[Notice], size: int) -> None:
    """Counts add up, what is said of the whole is said once, and of a kind no more than the first are kept."""
    whole, parts = Gathered(), Gathered()
    whole.add(notices)
    for at in range(0, len(notices), size):
        part = Gathered()
        part.add(notices[at : at + size])
        parts.add_dict(json.loads(json.dumps(part.as_dict())))
    assert [said(one) for one in parts.notices()] == [said(one) for one in whole.notices()]
    heights = [one for one in whole.notices() if one.key == "intake.heights_dropped"]
    total = sum(one.fields["count"] for one in notices if one.key == "intake.heights_dropped")
    assert [one.fields["count"] for one in heights] == ([total] if total else [])
    lost = sum(one.key == "intake.record_lost" for one in notices)
    more = [one.fields["count"] for one in whole.notices() if one.key == "runs.more_of_kind"]
    assert sum(one.key == "intake.record_lost" for one in whole.notices()) + sum(more) == lost
    assert sum(one.key == "intake.record_lost" for one in whole.notices()) <= MOST_OF_A_KIND
