"""Compiled kernels: where they are kept, who may not write there, two at a time, and what is damaged."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ecozone.measure import compiled
from ecozone.measure.arrays import processors

KERNEL = """
from ecozone.measure.compiled import kernel

@kernel("int64(int64)")
def twice(number):
    return 2 * number
"""

RUN = """
import logging, sys
logging.basicConfig(level="DEBUG", format="%(message)s", stream=sys.stdout)
logging.getLogger("numba").setLevel("ERROR")
from ecozone.measure.compiled import cache_folder, prepare
from tiny import twice
prepare(lambda done, total, what: print("progress", done, total, what))
print("answer", twice(21), cache_folder())
"""


def started(folder: Path, program: str = RUN, **settings: str) -> subprocess.Popen[str]:
    """Start a process that calls a little kernel, with the user's folders in ``folder``."""
    if not (folder / "tiny.py").exists():  # older numba goes by its time
        (folder / "tiny.py").write_text(KERNEL, "utf-8")
    own = {
        "HOME": folder,
        "USERPROFILE": folder,
        "LOCALAPPDATA": folder / ".cache",
        "XDG_CACHE_HOME": folder / ".cache",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA")}
    paths = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    words = {**kept, **{name: str(value) for name, value in own.items()}, "PYTHONPATH": paths, "PYTHONUTF8": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", program],
        env={**words, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> str:
    """Return what a process printed, once it has come to its answer."""
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0 and "answer 42" in out, out + errors
    return out


def test_compiled_once(tmp_path: Path) -> None:
    """The first process says that it prepares, two at a time do each other no harm, and a later one only loads."""
    both = [started(tmp_path), started(tmp_path)]
    words = [said(process) for process in both]
    assert any("首次使用" in own for own in words)
    kept = list((tmp_path / ".cache").rglob("*.nbc")) + list((tmp_path / "Library").rglob("*.nbc"))
    assert len(kept) >= 1 and compiled.numba.__version__ in str(kept[0])
    assert "progress" not in said(started(tmp_path))


TELL = """
from ecozone.measure import compiled, nearest_kernels
waiting = [found for found, _ in compiled._waiting]
compiled.prepare()
print("answer 42", len(waiting), sum(bool(found.signatures) for found in waiting))
print("taken over", sum(sum(found.stats.cache_hits.values()) for found in waiting))
"""


@pytest.mark.skipif(processors() == 1, reason="one processor: nobody helps")
def test_two_compile_from_both_ends(tmp_path: Path) -> None:
    """Where many kernels are to be compiled, a second process does some of them, and the first takes these over."""
    out = said(started(tmp_path, TELL)).split()
    assert out[2] == out[3] and int(out[2]) > 1
    assert int(out[-1]) >= 1


def test_damaged_files_are_made_anew(tmp_path: Path) -> None:
    """Compiled code that was cut short, as by a full disk, is compiled again and not believed."""
    said(started(tmp_path))
    for path in tmp_path.rglob("*.nb[ci]"):
        path.write_bytes(path.read_bytes()[:20])
    assert "首次使用" in said(started(tmp_path))
    assert "progress" not in said(started(tmp_path))


def test_nothing_may_be_written(tmp_path: Path) -> None:
    """Where the user's cache cannot be written the process compiles for itself, and only a debug message says so."""
    (tmp_path / ".cache").write_text("a file, where a folder would have to be")
    (tmp_path / "Library").write_text("likewise")
    out = said(started(tmp_path))
    assert "this process compiles for itself" in out and "None" in out
    assert not list(tmp_path.rglob("*.nb[ci]"))


def test_the_users_own_folder_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NUMBA_CACHE_DIR is where the user wants compiled code, and a kernel leaves numba's own setting as it was."""
    before = vars(compiled.numba.config)["CACHE_DIR"]
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "mine"))
    assert compiled.cache_folder() == tmp_path / "mine"
    compiled.kernel()(abs_of)
    assert vars(compiled.numba.config)["CACHE_DIR"] == before


def abs_of(number: float) -> float:
    """Return the absolute value."""
    return abs(number)


def test_measure_is_imported_without_numba() -> None:
    """Who imports `ecozone.measure` for overlays does not wait for numba."""
    code = "import sys, ecozone.measure; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
