"""On a real Dask cluster: the numbers of one machine, whoever dies; what will not do is told before work starts."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine

import ecozone as ez
from ecozone.assess import check_batches, screening
from ecozone.errors import ClusterError
from ecozone.geo.gdal import rasterio
from ecozone.measure import cluster, mapper_for
from ecozone.measure.machine import Machine
from ecozone.text import speaking

pytestmark = pytest.mark.cluster
pytest.importorskip("distributed", reason="the extra cluster is not installed")

E0, N0 = 525_000.0, 4_330_000.0
SIDE = 1500


@dataclass
class Dask:
    """A scheduler and its workers, processes of their own on loopback, stopped by their own ids."""

    folder: Path
    scheduler: subprocess.Popen[bytes] | None = None
    address: str = ""
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        """Start the scheduler."""
        file = self.folder / "scheduler.json"
        words = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
        self.scheduler = self._run("scheduler", *words)
        while not file.exists() or not file.read_text():
            assert self.scheduler.poll() is None
            time.sleep(0.02)
        self.address = json.loads(file.read_text())["address"]

    def work(self, *, code: str = "", **environment: str) -> subprocess.Popen[bytes]:
        """Start a worker of one thread, without a nanny that would raise it from the dead; ``code`` runs first."""
        words = ["--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0"]
        if code:
            preload = self.folder / f"preload{len(self.workers)}.py"
            preload.write_text(code, "utf-8")
            words += ["--preload", str(preload)]
        process = self._run("worker", self.address, *words, "--local-directory", str(self.folder), **environment)
        self.workers.append(process)
        return process

    def _run(self, what: str, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "distributed.cli.dask_" + what, *words]
        with (self.folder / f"{what}{len(self.workers)}.log").open("wb") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, env={**os.environ, **environment})

    def stop(self) -> None:
        """Stop every process that is left."""
        for process in [*self.workers, *([self.scheduler] if self.scheduler else [])]:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    """Two workers, kept over the tests that do them no harm."""
    running = Dask(tmp_path_factory.mktemp("dask"))
    try:
        running.start()
        running.work()
        running.work(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
        yield running
    finally:
        running.stop()


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Dask]:
    """A scheduler without workers, for one test."""
    running = Dask(tmp_path)
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def client(dask: Dask) -> Iterator[Any]:
    """A client of the two workers."""
    from distributed import Client

    with Client(dask.address, set_as_default=False) as found:
        found.wait_for_workers(2, timeout=60)
        yield found


@pytest.fixture(scope="module")
def rasters(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two years of land cover in low blocks, so that there are many parts; in degrees, with their own ellipsoid."""
    folder, rng = tmp_path_factory.mktemp("rasters"), np.random.default_rng(3)
    grid = Affine(1 / 12_000, 0, 117.2, 0, -1 / 12_000, 39.3)
    profile = {"driver": "GTiff", "crs": "EPSG:4326", "transform": grid, "count": 1, "dtype": "uint8", "nodata": 0}
    found = []
    for year in (2020, 2025):
        codes = np.kron(rng.choice([0, 10, 30, 40, 50, 80], (SIDE // 5, 300)), np.ones((5, 5))).astype(np.uint8)
        path = folder / f"{year}.tif"
        with rasterio.open(path, "w", width=1500, height=SIDE, blockysize=16, compress="deflate", **profile) as dataset:
            dataset.write(codes, 1)
        found.append(path)
    return found[0], found[1]


@pytest.fixture(scope="module")
def zones() -> gpd.GeoDataFrame:
    """Stars of all sizes, some beyond the rasters."""
    rng = np.random.default_rng(5)
    turn = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    shapes = []
    for _ in range(80):
        middle, reach = rng.uniform([117.19, 39.17], [117.33, 39.31]), 10 ** rng.uniform(-4, -1.2)
        rim = reach * rng.uniform(0.5, 1.0, 60)[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
        shapes.append(shapely.Polygon(middle + rim))
    return gpd.GeoDataFrame(geometry=shapes, index=[f"z{i}" for i in range(80)], crs="EPSG:4490")


@pytest.fixture
def many_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the work finer than it pays."""
    monkeypatch.setattr("ecozone.measure.partition._STRIP_ROWS", 16)
    monkeypatch.setattr(screening, "_FEW_SITES", 7)


@pytest.fixture
def ws(little: Callable[..., Any], square: Callable[..., Any]) -> Any:
    """Layers with levels, an accuracy, overlapping features and a missing role."""
    return little(
        parameters={"near_school_m": 800.0},
        red_line=[(square(500, 500, 2000), {"name": "甲"}), (square(2000, 2000, 1500), {"name": "乙"})],
        barrier=[(square(0, 0, 4000), {"level": 1}), (square(3500, 0, 4000), {"level": 2})],
        sensitive=[(square(6000, 6000, 50), {"name": "学校"})],
    )


def some_sites(number: int) -> gpd.GeoDataFrame:
    """Points, lines and polygons around the little district, of every kind of project, some of none."""
    rng = np.random.default_rng(11)
    xy = rng.uniform([525_000.0 - 300, 4_325_000.0 - 300], [525_000.0 + 8_000, 4_325_000.0 + 8_000], (number, 2))
    shapes = shapely.buffer(shapely.points(xy), np.exp(rng.uniform(0, 6, number)), quad_segs=3)
    shapes[::5] = shapely.points(xy[::5])
    shapes[1::5] = shapely.linestrings(np.stack([xy[1::5], xy[1::5] + 400], axis=1))
    kinds = ["boiler", "wetland", "school", "smelter", None]
    columns: dict[str, Any] = {"site_id": [f"S{i}" for i in range(number)], "name": "不外传"}
    columns |= {"project_type": "", "radius_m": np.nan, "flags": "", "source_row": range(1, number + 1)}
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4548")
    frame["project_type"] = pd.Series([kinds[i % 5] for i in range(number)], dtype=object)
    return frame


def same_check(one: Any, other: Any) -> None:
    """Assert that two checks are equal, to the bit."""
    for name in ("sites", "findings", "states"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)
    assert one.notices == other.notices


def same_table(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Assert that two tables are equal, to the bit."""
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    assert one.attrs == other.attrs


@pytest.mark.parametrize("coverage", ["fraction", "centre"])
def test_a_tally_has_the_same_bits(client: Any, rasters: Any, zones: Any, many_parts: None, coverage: Any) -> None:
    """Land cover in zones: tables, notices and all are those of one machine."""
    words = {"scheme": "worldcover", "coverage": coverage}
    seen: list[tuple[int, int]] = []
    on_cluster = ez.measure_zones(
        zones, rasters[0], client=client, progress=lambda done, total, _: seen.append((done, total)), **words
    )
    same_table(ez.measure_zones(zones, rasters[0], **words), on_cluster)
    assert (94, 94) in seen


def test_a_change_has_the_same_bits(client: Any, rasters: Any, zones: Any, many_parts: None) -> None:
    """Transitions between two years, in a projected plane whose ground bends."""
    here = zones.to_crs(3857).to_crs(4490)
    same_table(ez.measure_change(here, *rasters), ez.measure_change(here, *rasters, client=client))


def test_a_check_has_the_same_bits(dask: Dask, ws: Any, many_parts: None) -> None:
    """Sites by batches, with the address of the scheduler: frames, order, sentences and notices are those of one."""
    sites = some_sites(200)
    same_check(ez.check_sites(sites, ws), ez.check_sites(sites, ws, client=dask.address))


def test_batches_and_no_sites(client: Any, ws: Any, many_parts: None) -> None:
    """A stream of sites is answered batch by batch; none at all is an answer, too."""
    sites = some_sites(60)
    for client_ in (None, client):
        parts = list(check_batches((sites.iloc[i : i + 25] for i in (0, 25, 50)), ws, client=client_))
        assert [len(part.sites) for part in parts] == [25, 25, 10]
    same_check(ez.check_sites(sites.iloc[:0], ws), ez.check_sites(sites.iloc[:0], ws, client=client))


def test_words_come_in_the_language_of_the_one_who_asks(client: Any, ws: Any) -> None:
    """Workers speak the language of this process."""
    with speaking("en"):
        found = ez.check_sites(some_sites(5), ws, client=client)
        same_check(found, ez.check_sites(some_sites(5), ws))
    assert not found.states["reason"].str.contains("米").any()


def test_names_and_columns_of_sites_stay_here(client: Any, ws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not asked for does not travel."""
    import pickle

    sent: list[bytes] = []
    monkeypatch.setattr(client, "submit", lambda *words, **_: sent.append(pickle.dumps(words[3])) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        ez.check_sites(some_sites(20), ws, client=client)
    assert b"S7" in sent[0]
    assert "不外传".encode() not in sent[0]


def kill_at_first_progress(worker: subprocess.Popen[bytes]) -> Callable[[int, int, str], None]:
    """Give a progress that kills a worker, by its own id, when a first part is done."""

    def step(done: int, _total: int, _what: str) -> None:
        if done and worker.poll() is None:
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()

    return step


def test_a_worker_killed_in_the_middle_changes_nothing(
    another: Dask, rasters: Any, zones: Any, many_parts: None
) -> None:
    """One of two dies with parts in its hands and in its memory: the table is that of one machine."""
    doomed, _ = another.work(), another.work()
    from distributed import Client

    with Client(another.address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
        progress = kill_at_first_progress(doomed)
        found = ez.measure_zones(zones, rasters[0], scheme="worldcover", client=client, progress=progress)
        assert doomed.poll() == -signal.SIGKILL
        same_table(ez.measure_zones(zones, rasters[0], scheme="worldcover"), found)


def test_the_only_worker_killed_and_another_come(another: Dask, ws: Any, many_parts: None) -> None:
    """What all parts have in common is lost with the last worker: it is sent anew to the next."""
    doomed = another.work()
    sites = some_sites(300)
    step = kill_at_first_progress(doomed)

    def progress(done: int, total: int, what: str) -> None:
        if done and doomed.poll() is None:
            another.work()
        step(done, total, what)

    found = ez.check_sites(sites, ws, client=another.address, progress=progress)
    assert doomed.poll() == -signal.SIGKILL
    same_check(ez.check_sites(sites, ws), found)


def test_a_scheduler_that_dies_is_told(another: Dask, ws: Any, many_parts: None) -> None:
    """The connection is lost in the middle: a clear error within seconds, and no result."""
    another.work()
    assert another.scheduler is not None
    step = kill_at_first_progress(another.scheduler)
    start = time.monotonic()
    with pytest.raises(ClusterError) as caught:
        ez.check_sites(some_sites(300), ws, client=another.address, progress=step)
    assert caught.value.key == "measure.cluster_lost"
    assert time.monotonic() - start < 60


def refused(call: Callable[[], Any]) -> ClusterError:
    """Return the refusal of a call, which comes before any part is sent."""
    with pytest.raises(ClusterError) as caught, speaking("en"):
        call()
    assert caught.value.exit_status == 2
    assert caught.value.remedy("zh")
    assert caught.value.remedy("en")
    return caught.value


def test_a_worker_with_other_versions_is_named(another: Dask, rasters: Any, zones: Any) -> None:
    """Another numpy and other last bits on one of two workers: one message with the worker and the differences."""
    another.work()
    code = "import numpy\nfrom ecozone.measure import machine\nold = dict(machine.versions())\n"
    code += "new = tuple((old | {'numpy': '9.9.9', 'arithmetic': 'other'}).items())\nmachine.versions = lambda: new\n"
    another.work(code=code)
    from distributed import Client

    with Client(another.address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
        (odd,) = [
            name
            for name, found in client.run(
                lambda: __import__("ecozone.measure.machine").measure.machine.versions()
            ).items()
            if dict(found)["numpy"] == "9.9.9"
        ]
        error = refused(lambda: ez.measure_zones(zones, rasters[0], client=client))
        words = error.message("en")
        assert odd in words
        assert f"numpy is 9.9.9, and {np.__version__} here" in words
        assert "last digits" in words
        assert words.count("tcp://") == 1
        assert "1 workers" in words


def test_a_worker_without_ecozone_is_named(another: Dask, ws: Any) -> None:
    """Where ecozone cannot be imported, that is told, with the reason."""
    another.work(code="import sys\nsys.modules['ecozone.measure.cluster'] = None\n")
    words = refused(lambda: ez.check_sites(some_sites(3), ws, client=another.address)).message("en")
    assert "has no ecozone" in words
    assert another.address.rpartition(":")[0] in words


def test_a_path_that_workers_see_otherwise_is_named(
    client: Any, rasters: Any, zones: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A raster that workers do not see, or see with other bytes, is named with them; a copy of another day will do."""
    path = tmp_path / "land.tif"
    shutil.copy(rasters[0], path)
    real = Machine.here
    for key, change in (("cannot see", None), ("other bytes", b"\0")):
        # This process saw the file as it was; the workers look at it as it is.
        def here(paths: Any, change: Any = change) -> Machine:
            found = real(paths)
            path.unlink() if change is None else path.write_bytes(change + path.read_bytes()[1:])
            return found

        monkeypatch.setattr(cluster.Machine, "here", here)
        words = refused(lambda: ez.measure_zones(zones, path, client=client)).message("en")
        assert key in words
        assert str(path) in words
        assert words.count("tcp://") == 2
        monkeypatch.undo()
        shutil.copy(rasters[0], path)
    shutil.copy(rasters[0], path)

    def older(paths: Any) -> Machine:
        found = real(paths)
        os.utime(path, (1e9, 1e9))
        return found

    monkeypatch.setattr(cluster.Machine, "here", older)
    with mapper_for(client) as mapper:
        assert mapper is not None
        mapper.require([path])


def test_whole_files_decide_where_samples_do_not(client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of another day whose samples agree and whose bytes do not is told all the same."""
    path, data = tmp_path / "big.tif", bytearray(4_000_000)
    path.write_bytes(data)
    real = Machine.here

    def other(paths: Any) -> Machine:
        found = real(paths)
        data[16_384 + 1_000] = 1  # between two samples
        path.write_bytes(data)
        os.utime(path, (1e9, 1e9))
        return found

    monkeypatch.setattr(cluster.Machine, "here", other)
    monkeypatch.setattr(cluster, "sha256", lambda _: "the hash of zeros")
    with mapper_for(client) as mapper:
        assert mapper is not None
        assert "other bytes" in refused(lambda: mapper.require([path])).message("en")


def test_a_worker_that_joins_late_is_held_to_the_same(client: Any) -> None:
    """What was compared before work starts is looked at again by whoever does a part."""
    guard = cluster.Guard((("numpy", "9.9.9"),), (), frozenset())
    task = cluster._Task(guard, "en")
    future = client.submit(cluster.carried_out, sorted, None, [1], task, pure=False)
    words = refused(future.result).message("en")
    assert f"numpy is {np.__version__}, and 9.9.9 here" in words
    assert "tcp://127.0.0.1" in words


def test_no_scheduler_is_told_within_seconds() -> None:
    """Nobody answers, or something else does: a clear error, soon."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        for address in (f"tcp://127.0.0.1:{port}", f"tcp://127.0.0.1:{silent.getsockname()[1]}"):
            start = time.monotonic()
            error = refused(lambda address=address: ez.check_sites(some_sites(1), None, client=address))  # type: ignore[arg-type,misc]
            assert error.key == "measure.cluster_unreachable"
            assert address in error.message()
            assert time.monotonic() - start < 20


@pytest.mark.parametrize(
    "address", ["127.0.0.1:8786", "tcp://", "tcp://host", "http://host:1", "tcp://h:x", "tcp://h:1/a", ""]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    """Only tcp and tls with a host and a port; nothing is looked up for others."""
    error = refused(lambda: ez.check_sites(some_sites(1), None, client=address))  # type: ignore[arg-type]
    assert error.key == "measure.cluster_address"


def test_a_cluster_without_workers_is_told(another: Dask, ws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheduler alone does nothing: that is said, and nobody waits for ever."""
    monkeypatch.setattr(cluster, "PATIENCE_S", 1.0)
    assert refused(lambda: ez.check_sites(some_sites(1), ws, client=another.address)).key == "measure.cluster_empty"


def test_an_interrupt_leaves_nothing_to_do(client: Any, rasters: Any, zones: Any, many_parts: None) -> None:
    """Ctrl-C in the middle: what was not begun is cancelled, and the workers are free for others."""

    def stop(done: int, _total: int, _what: str) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ez.measure_zones(zones, rasters[0], client=client, progress=stop)
    until = time.monotonic() + 30
    while any(client.processing().values()) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(client.processing().values())
    assert client.submit(sum, [1, 2], pure=False).result(timeout=30) == 3


def run_command(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ecozone as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "ecozone", *words],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONUTF8": "1", **environment},
    )


def test_the_command_line(dask: Dask, client: Any, tmp_path: Path) -> None:
    """`ratios --scheduler` answers as `ratios`, and the run has the same id: who worked decides no number."""
    alone, on_cluster = (
        run_command("ratios", "-w", "demo", "--json", "--year", "2020", *words)
        for words in ([], ["--scheduler", dask.address])
    )
    assert on_cluster.returncode == 0, on_cluster.stderr
    assert json.loads(alone.stdout) == json.loads(on_cluster.stdout)
    assert on_cluster.stderr == ""


def test_the_command_line_tells_who_cannot_be_reached() -> None:
    """`check --scheduler` of nobody: exit status 2 and a sentence, and a word on data that travel in the clear."""
    found = run_command("check", "x.gpkg", "-w", "demo", "--lang", "en", "--scheduler", "tcp://192.0.2.1:9")
    assert found.returncode == 2
    assert "no scheduler answered within 5 s" in found.stderr
    assert "travel unencrypted" in found.stderr


def test_dask_is_not_loaded_unasked() -> None:
    """Without a cluster the library of clusters is not imported, though it is there."""
    code = "import ecozone as ez, sys; ez.assess_indicators(ez.open_workspace('demo'), years=[2020]); "
    code += "sys.exit(any(name.split('.')[0] in ('dask', 'distributed') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False).returncode == 0
