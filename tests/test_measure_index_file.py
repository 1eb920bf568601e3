"""Indexes kept in the user's cache folder: the same numbers, never stale, and a folder that fails costs only time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from ecozone.measure import EdgeIndex, Prepared, edge_index, index_file, nearest_to, shared_with

E, N = 527_000.0, 4_328_000.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every layer counts as large, and indexes go to a folder of the test."""
    monkeypatch.setattr(edge_index, "LARGE", 1)
    monkeypatch.setattr("ecozone.measure.compiled.cache_folder", lambda: tmp_path)
    return tmp_path / "indexes"


def layer(shift: float = 0.0) -> EdgeIndex:
    shapes = [shapely.Point(E + 100 * i + shift, N).buffer(80 + i) for i in range(5)]
    return EdgeIndex(np.array(shapes, dtype=object))


def answers(zones: EdgeIndex) -> list[Any]:
    sites = Prepared(
        gpd.GeoSeries([shapely.box(E + 37 * i, N - 30, E + 37 * i + 20, N + 300) for i in range(20)], crs=4548)
    )
    far = Prepared(gpd.GeoSeries([shapely.Point(E + 37 * i, N + 900) for i in range(20)], crs=4548))
    shared, near = shared_with(sites, zones), nearest_to(far, zones)
    return [shared.area_m2.tolist(), shared.right.tolist(), near.distance_m.tolist(), near.zone.tolist()]


def test_an_index_from_a_file_answers_like_one_that_was_built(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time no hierarchy is built, and every number is the same to the last bit."""
    first = answers(layer())
    assert len(list(folder.glob("*.npz"))) == 1

    def never(_: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr(edge_index, "hierarchy_of", never)
    assert answers(layer()) == first


def test_a_layer_that_has_changed_has_another_file(folder: Path) -> None:
    """A vertex moved by a micrometre is another layer."""
    answers(layer())
    answers(layer(1e-6))
    assert len(list(folder.glob("*.npz"))) == 2


@pytest.mark.parametrize("damage", ["cut", "bit", "other"])
def test_a_damaged_file_is_built_anew(folder: Path, damage: str) -> None:
    """A file cut short, with one bit turned, or of another kind never gives a number."""
    first = answers(layer())
    path = min(folder.glob("*.npz"))
    digest = bytes.fromhex(path.stem)
    content = bytearray(path.read_bytes())
    if damage == "bit":
        content[len(content) // 2] ^= 16
    path.write_bytes(
        b"no index" if damage == "other" else bytes(content[: len(content) // 2] if damage == "cut" else content)
    )
    assert index_file.load(digest) is None
    assert answers(layer()) == first
    assert index_file.load(digest) is not None


def test_a_folder_that_cannot_be_written_costs_only_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no folder, or a file where the folder should be, answers are the same."""
    first = answers(layer())
    for path in folder.glob("*"):
        path.unlink()
    folder.rmdir()
    folder.write_text("in the way")
    assert answers(layer()) == first
    monkeypatch.setattr("ecozone.measure.compiled.cache_folder", lambda: None)
    assert answers(layer()) == first


def test_a_full_disk_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails leaves no part of a file, and the answer is there."""

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    assert answers(layer())
    assert list(folder.iterdir()) == []


def test_only_the_files_last_used_stay(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder does not grow without end."""
    monkeypatch.setattr(index_file, "_MOST", 3)
    for i in range(6):
        answers(layer(float(i)))
    assert len(list(folder.glob("*.npz"))) == 3


WRITER = """
import sys
from pathlib import Path
import numpy as np
from ecozone.measure import index_file

index_file._folder = lambda: Path(sys.argv[1])
for _ in range(30):
    index_file.save(b"same", {"a": np.full(50_000, 7)})
    found = index_file.load(b"same")
    assert found is not None and (found["a"] == 7).all()
"""


def test_two_processes_may_write_at_once(tmp_path: Path) -> None:
    """Both write the same file again and again; each always reads a whole one."""
    both = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)]) for _ in range(2)]
    assert [each.wait(120) for each in both] == [0, 0]
    assert [path.suffix for path in tmp_path.iterdir()] == [".npz"]


COLD = """
import json, sys
from ecozone.measure import prepare_screening

assert "numba" not in sys.modules
said = []
prepare_screening(lambda done, total, what: said.append((done, total, what)))
first = len(said)
prepare_screening(lambda done, total, what: said.append((done, total, what)))
print(json.dumps([first, len(said), said[0][2] if said else ""]))
"""


def test_a_first_run_says_that_it_prepares(tmp_path: Path) -> None:
    """With an empty cache compiling is said, once; with a full one nothing is; importing alone loads no numba."""
    words = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), "PYTHONUTF8": "1"}
    runs = [
        json.loads(subprocess.run([sys.executable, "-c", COLD], env=words, check=True, capture_output=True).stdout)
        for _ in range(2)
    ]
    assert runs[0][0] == runs[0][1] > 0
    assert runs[0][2]
    assert runs[1] == [0, 0, ""]
