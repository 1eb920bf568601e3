"""The benchmarks compare what all sides find; tiny ones run here, and nothing is said about the clock."""

from __future__ import annotations

import datetime
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from benchmarks import intake, measuring, screening, streaming, table, tally
from benchmarks.measuring import Cost, Side
from benchmarks.table import Part, Row

pytestmark = pytest.mark.filterwarnings("ignore")  # peers warn as they like


@pytest.fixture
def at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[ModuleType], None]:
    """Have a module run its sides in this process: starting one each takes longer than all the rest.

    rasterstats makes a VRT of the raster, which GDAL reads no more once ecozone has told it which drivers it may use.
    """
    apart = measuring.measured

    def here(side: Side) -> Any:
        if side.work.endswith(":rasterstats"):
            return apart(side)
        measuring.main(asdict(side) | {"folder": str(tmp_path)})
        with np.load(tmp_path / "answer.npz") as file:
            return Cost(1.0, 1.0), dict(file)

    return lambda module: monkeypatch.setattr(module, "measured", here)


def test_a_side_runs_in_a_process_of_its_own() -> None:
    """Seconds, memory and the answer come back; what is made ready is not timed, and not counted."""
    cost, answer = measuring.measured(Side("", "sides:example", {"megabytes": 64}, 2))
    assert answer["sum"] == 64 << 20
    assert cost.cpu > 0
    assert cost.clock > 0
    if sys.platform == "linux":
        assert cost.megabytes is not None
        assert 60 < cost.megabytes < 80


def test_a_side_that_fails_fails_the_benchmark() -> None:
    """No figure comes of a side that ended with an error."""
    with pytest.raises(measuring.SideError, match="failed with 1"):
        measuring.measured(Side("", "sides:example", {"megabytes": "none"}))


def test_what_is_extrapolated_has_what_is_fixed_once() -> None:
    """A second of start-up and a second for each ten sites: of 100 sites eleven seconds, not twenty."""
    assert Cost(3, 3).beyond(Cost(2, 2), (100 - 20) / (20 - 10)) == Cost(11, 11)


def test_tally(tmp_path: Path, at_home: Callable[[ModuleType], None]) -> None:
    """ecozone, exactextract and GDAL find the same cells, and every peer has a row."""
    at_home(tally)
    part = tally.run(tmp_path, small=True)
    assert part.wrong == 0
    assert {row.against for row in part.rows} >= {tally.FLOOR, tally.EXACTEXTRACT, tally.RASTERSTATS, "rasterio.mask"}
    assert not any("above" in row.apart and ", 0 above" not in row.apart for row in part.rows)


def test_a_wrong_tally_is_seen() -> None:
    """A cell that one of two has and the other has not is counted as a difference."""
    one = {"zone": np.array([0, 1]), "code": np.array([1, 1]), "cells": np.array([10.0, 2.0])}
    assert tally.differing(one, one) == (0.0, 0)
    assert tally.differing(one, one | {"cells": np.array([10.0, 2.5])}) == (0.5, 1)
    assert tally.differing(one, {name: values[:1] for name, values in one.items()}) == (2.0, 1)


def test_screening(tmp_path: Path, at_home: Callable[[ModuleType], None], postgis_server: Any) -> None:
    """ecozone, shapely, geopandas and PostGIS find the same areas, nearest zones and points."""
    at_home(screening)
    part = screening.run(tmp_path, small=True)
    assert part.wrong == 0
    assert sum("PostGIS" in row.against for row in part.rows) == 3
    assert "PostGIS" in " ".join(part.versions)


def test_wrong_areas_and_distances_are_seen(tmp_path: Path) -> None:
    """An area that is a thousandth too large, a pair that is missing and a zone that is farther away are counted."""
    sites, zones = screening.layers.sites(tmp_path, 100), screening.layers.zones(tmp_path, "small")
    work = screening_side("prepared_areas", tmp_path)
    right: Any = work()
    assert screening.areas_differ(sites, right, right, None) == (0.0, 0)
    large = int(np.argmax(right["area"]))
    wrong = right["area"].copy()
    wrong[large] *= 1.001
    assert screening.areas_differ(sites, right | {"area": wrong}, right, None)[1] == 1
    fewer = {name: np.delete(values, large) for name, values in right.items()}
    assert screening.areas_differ(sites, fewer, right, None)[1] == 1
    near: Any = screening_side("ecozone_nearest", tmp_path)()
    theirs: Any = screening_side("geopandas_nearest", tmp_path, some=100)()
    assert screening.distances_differ(sites, zones, near, theirs) == 0
    far = near | {"zone": np.roll(near["zone"], 1)}
    assert screening.distances_differ(sites, zones, far, theirs) > 50


def screening_side(work: str, folder: Path, **more: int) -> Any:
    """A side of the screening, ready."""
    from benchmarks import sides

    return getattr(sides, work)(folder=str(folder), layer="small", count=100, **more)


@pytest.mark.skipif(sys.platform != "linux", reason="it looks at memory as Linux shows it")
def test_intake(tmp_path: Path) -> None:
    """Rows, refusals, repairs, areas and notices are those of the parcels that were made."""
    part = intake.run(tmp_path, small=True)
    assert part.wrong == 0
    assert all(row.ours.megabytes and row.ours.megabytes > 50 for row in part.rows)
    assert "10 bow-tie" in " ".join(part.words)


def test_streaming(tmp_path: Path) -> None:
    """In one go and in parts the findings are the same, to the last bit; no site is missing."""
    part = streaming.run(tmp_path, small=True)
    assert part.wrong == 0
    assert len(part.rows) == 3


def test_a_part_goes_into_its_place_in_a_file(tmp_path: Path) -> None:
    """A second run replaces the tables of its subject; those of others, and what people wrote, stay."""
    path = tmp_path / "benchmarks.md"
    path.write_text("# Ours\n\nWords.\n", "utf-8")
    row = Row("a work", Cost(1.0, 1.5, 10.0), "a peer", Cost(20.0, 19.0), "5", "1e-9", "from 1 and 2 sites")
    table.write(path, [Part("one", "First", [row]), Part("two", "Second", [row])])
    table.write(path, [Part("one", "First anew", [row], ["Said of it."])])
    text = path.read_text("utf-8")
    assert text.startswith("# Ours\n\nWords.\n")
    assert text.index("## First anew") < text.index("Said of it.") < text.index("## Second")
    assert "## First\n" not in text
    told = "| a work | 1 (1.5) | a peer, from 1 and 2 sites | 20 (19)\\* | 20 (12.7)\\* | 5 | 1e-9 | 10 / – |"
    assert text.count(told) == 2


def test_the_short_table_has_its_place(tmp_path: Path) -> None:
    """A file with a place for the short table gets a line a work; other lines stay, of whichever run they are."""
    path = tmp_path / "README.md"
    path.write_text("Before.\n\n<!-- benchmark: short -->\nold\n<!-- end: short -->\n\nAfter.\n", "utf-8")
    rows = [Row("a work", Cost(2, 2), "one", Cost(30, 30)), Row("a work", Cost(2, 2), "two", Cost(7, 7), share="some")]
    table.write(path, [Part("one", "First", [*rows, Row("another", Cost(1, 1))], short=["a work", "another"])])
    text = path.read_text("utf-8")
    day = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d")
    first = f"| a work | 2 s | one 15; two 3.5\\* | {day} |\n"
    assert f"{first}| another | 1 s |  | {day} |\n\n\\* Extrapolated." in text
    assert text.startswith("Before.\n")
    assert text.endswith("After.\n")
    assert "old" not in text
    table.write(path, [Part("two", "Second", [Row("another", Cost(3, 3))], short=["another"])])
    again = path.read_text("utf-8")
    assert f"{first}| another | 3 s |  | {day} |\n" in again
    assert again.count("| another |") == 1


def test_the_command(tmp_path: Path) -> None:
    """`python -m benchmarks` takes a subject and a file, and fails where answers differ."""
    asked = [sys.executable, "-c", COMMAND, "intake", "--small", "--markdown", str(tmp_path / "all.md")]
    ran = subprocess.run(asked, capture_output=True, encoding="utf-8", check=False)
    assert ran.returncode == 1, ran.stderr
    assert "3 answers differ by more than is allowed" in ran.stdout
    assert "## Wrong" in (tmp_path / "all.md").read_text("utf-8")


COMMAND = f"""
import sys
sys.path.insert(0, {str(measuring.SCRIPTS)!r})
from benchmarks import __main__, intake, table
intake.run = lambda folder, small, only: table.Part("intake", "Wrong", [], wrong=3)
sys.exit(__main__.main())
"""
