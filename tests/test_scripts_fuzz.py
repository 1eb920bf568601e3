"""The fuzz of `scripts/fuzz` without its fuzzer: every seed, and a hundred changes that are always the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import pytest
import shapely

from ecozone.errors import InputError

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"
TARGETS = ("txt", "csv", "xlsx", "paste")
#: Changed inputs of each target: three hundred in all.
CHANGES = 75


@pytest.fixture(scope="module")
def fuzzing() -> Iterator[Any]:
    """The modules of the fuzz."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SCRIPTS))
        from fuzzing import harness, keep, mutations, same, seeds

        yield SimpleNamespace(harness=harness, keep=keep, mutations=mutations, same=same, seeds=seeds)


@pytest.mark.parametrize("target", TARGETS)
def test_every_seed_is_read_and_stays_with_its_answer(fuzzing: Any, target: str) -> None:
    """Every habit of writing is read or refused in words, and stays with its answer however it is written otherwise."""
    seeds = fuzzing.seeds.seeds(target)
    for thorough, some in ((False, seeds), (True, seeds[::9])):
        with fuzzing.harness.Harness(target, thorough=thorough) as harness:
            for data in some:
                assert harness.judge(data) is None, data
            # A seed that is refused teaches a fuzzer little.
            assert harness.accepted >= 0.8 * len(some)


@pytest.mark.parametrize("target", TARGETS)
def test_changed_seeds_are_read_or_refused(fuzzing: Any, target: str) -> None:
    """Changed lines, fields, numbers, words and bytes give valid shapes or refusals, and one answer to one meaning."""
    chance = random.Random(f"{target} 20250615")
    seeds = fuzzing.seeds.seeds(target)
    with fuzzing.harness.Harness(target) as harness:
        for _ in range(CHANGES):
            data = fuzzing.mutations.mutate(target, chance.choice(seeds), chance, seeds)
            assert harness.judge(data) is None, data
        assert harness.accepted


@pytest.fixture
def judged(fuzzing: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Judge one input while the reader is replaced."""

    def judging(read: Any, data: bytes = b"a") -> Any:
        monkeypatch.setattr(fuzzing.harness, "read_sites", read)
        with fuzzing.harness.Harness("csv", thorough=True) as harness:
            return harness.judge(data)

    return judging


def frame(shape: Any, **attrs: Any) -> gpd.GeoDataFrame:
    made = gpd.GeoDataFrame({"source_row": [1]}, geometry=[shape], crs=4527)
    made.attrs = {"notices": (), "source": {"encoding": "utf-8", "path": "a.csv", "format": "csv"}} | attrs
    return made


def test_the_harness_sees_what_a_reader_may_not_do(judged: Any) -> None:
    """A crash, an error without words, an invalid, endless or missing shape, and another answer are findings."""

    def crash(*_: Any, **__: Any) -> Any:
        raise KeyError("x")

    def wordless(*_: Any, **__: Any) -> Any:
        raise InputError("intake.no_such_layer")

    def of_line_ends(path: Path, **_: Any) -> Any:
        return frame(shapely.Point(1, 1 + path.read_bytes().count(b"\r")))

    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    assert judged(crash).kind == "crash"
    assert "test_scripts_fuzz" in judged(crash).detail
    assert judged(wordless).kind == "wordless"
    assert judged(lambda *_, **__: frame(bow)).kind == "invalid"
    assert judged(lambda *_, **__: frame(shapely.Point(float("inf"), 0))).kind in ("invalid", "not finite")
    assert judged(lambda *_, **__: frame(None)).kind == "silent"
    other = judged(of_line_ends, b"a\n")
    assert (other.kind, other.place) == ("another answer", "CRLF: shape")
    assert judged(lambda *_, **__: frame(shapely.Point(1, 1))) is None


def test_findings_are_made_small_and_kept_with_their_command(fuzzing: Any, judged: Any, tmp_path: Path) -> None:
    """What remains of a finding is the part that matters; beside it stands the command that repeats it."""

    def crash(path: Path, **_: Any) -> Any:
        if b"XYZ" in path.read_bytes():
            raise KeyError("x")
        return frame(shapely.Point(1, 1))

    data = b"one\ntwo XYZ three\nfour\n"
    found = judged(crash, data)
    small = fuzzing.keep.minimise("csv", data, found, lambda part: judged(crash, part))
    assert small == b"XYZ"
    path = fuzzing.keep.keep(tmp_path, "csv", small, found)
    assert path.read_bytes() == b"XYZ"
    assert f"scripts/fuzz --target csv --repeat {path}" in path.with_suffix(".why").read_text("utf-8")


def test_workbooks_are_made_small_member_by_member(fuzzing: Any) -> None:
    """A finding in one member of a workbook leaves that member's part alone."""
    held = {"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b"<a>\n<bad/>\n</a>"}
    found = fuzzing.harness.Finding("crash", "x", "x")

    def judge(data: bytes) -> Any:
        members = fuzzing.mutations.members(data) or {}
        return found if b"bad" in members.get("xl/worksheets/sheet1.xml", b"") else None

    small = fuzzing.keep.minimise("xlsx", fuzzing.mutations.packed(held), found, judge)
    assert fuzzing.mutations.members(small) == {"xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": b"bad"}
