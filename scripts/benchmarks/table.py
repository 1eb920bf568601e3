"""What a benchmark has found, as a table that people read: on the screen and in Markdown."""

from __future__ import annotations

import datetime
import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.measuring import Cost

LIBRARIES = ("numpy", "numba", "shapely", "geopandas", "rasterio", "exactextract", "rasterstats", "rusterize")
HEAD = "| work | ecozone s (CPU) | against | its s (CPU) | times (CPU) | at least | apart | MB, ecozone / it |"


@dataclass(frozen=True)
class Row:
    """A work, what it costs ecozone, and what it costs somebody else.

    ``wanted`` is how many times faster ecozone is to be, or what it may take. ``apart`` says how far the two answers
    differ; an empty one was not compared. ``share`` says which part of the work was run where the rest is extrapolated.
    """

    work: str
    ours: Cost
    against: str = ""
    theirs: Cost | None = None
    wanted: str = ""
    apart: str = ""
    share: str = ""

    def cells(self) -> list[str]:
        """Return the cells of the row."""
        star = "\\*" if self.share else ""
        against, theirs, times = f"{self.against}, {self.share}" if self.share else self.against, "", ""
        if self.theirs is not None:
            theirs = f"{_seconds(self.theirs)}{star}"
            times = f"{_number(self.theirs.clock / self.ours.clock)} ({_number(self.theirs.cpu / self.ours.cpu)}){star}"
        memory = [_memory(self.ours), *([] if self.theirs is None else [_memory(self.theirs)])]
        return [
            self.work, _seconds(self.ours), against, theirs, times, self.wanted, self.apart, " / ".join(memory)
        ]  # fmt: skip


@dataclass(frozen=True)
class Part:
    """The rows of one subject, and what is to be said of them; the works that stand in a short table, too."""

    name: str
    title: str
    rows: Sequence[Row]
    words: Sequence[str] = ()
    versions: Sequence[str] = ()
    wrong: int = 0
    short: Sequence[str] = ()

    def markdown(self) -> str:
        """Return the part as Markdown."""
        lines = [
            f"## {self.title}",
            "",
            _run(self.versions),
            "",
            HEAD,
            "|" + "---|" * HEAD.strip("|").count("|") + "---|",
        ]
        lines += ["| " + " | ".join(row.cells()) + " |" for row in self.rows]
        if any(row.share for row in self.rows):
            lines += ["", "\\* Extrapolated by what the work took that only the larger of two samples has."]
        return "\n".join([*lines, *(f"\n{words}" for words in self.words)])


def placed(text: str, name: str, block: str) -> str:
    """Return a text with the block of this name in its place, between its marks; at the end where there are none."""
    marked = f"<!-- benchmark: {name} -->\n{block.strip()}\n<!-- end: {name} -->"
    if _between(text, name) is None:
        return f"{text.rstrip()}\n\n{marked}\n".lstrip()
    return _marks(name).sub(lambda _: marked, text, count=1)


def _marks(name: str) -> re.Pattern[str]:
    return re.compile(rf"<!-- benchmark: {re.escape(name)} -->\n?(.*?)<!-- end: {re.escape(name)} -->", re.DOTALL)


def _between(text: str, name: str) -> str | None:
    """Return what stands between the marks of a block, None where there are none."""
    found = _marks(name).search(text)
    return None if found is None else found[1]


def short(parts: Sequence[Part], before: str = "") -> str:
    """Return a table of a few works: what ecozone takes, and how many times faster it is than whom, on which day.

    ``before`` is such a table, whose works stay where they were not done again.
    """
    day = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d")
    found = {line.split("|")[1].strip(): line for line in before.splitlines() if line.startswith("| ")}
    found.pop("work", None)
    for part in parts:
        for work in part.short:
            rows = [row for row in part.rows if row.work == work]
            if not rows:
                continue
            ours = rows[0].ours
            took = f"{_number(ours.clock)} s" + (f", {ours.megabytes:.0f} MB" if ours.megabytes else "")
            pairs = [(row, row.theirs.clock / ours.clock) for row in rows if row.theirs is not None]
            others = [f"{row.against} {_number(times)}" + ("\\*" if row.share else "") for row, times in pairs]
            found[work] = f"| {work} | {took} | {'; '.join(others)} | {day} |"
    lines = [f"{_machine()}:", "", "| work | ecozone | times faster than | day |", "|---|---|---|---|", *found.values()]
    if any("\\*" in line for line in lines):
        lines += ["", "\\* Extrapolated."]
    return "\n".join(lines)


def write(path: Path, parts: Sequence[Part]) -> None:
    """Write parts into a file of Markdown, where the others stay; their short table where a file has a place for it."""
    text = path.read_text("utf-8") if path.exists() else "# Benchmarks\n"
    before = _between(text, "short")
    if before is not None:
        text = placed(text, "short", short(parts, before))
    else:
        for part in parts:
            text = placed(text, part.name, part.markdown())
    path.write_text(text, "utf-8")


def _run(versions: Sequence[str]) -> str:
    """Say when, on what and with what."""
    found = []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    load = f"; load {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    day = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d")
    return f"{day}; {_machine()}{load}; Python {platform.python_version()}, {', '.join([*found, *versions])}."


def _machine() -> str:
    """Name the processor, its cores and the memory."""
    name, memory = platform.processor() or platform.machine(), ""
    try:
        told = Path("/proc/cpuinfo").read_text("utf-8")
        name = next((line.partition(":")[2].strip() for line in told.splitlines() if "model name" in line), name)
        memory = f", {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB"
    except (OSError, ValueError):
        pass
    return f"{name}, {os.cpu_count()} processors{memory}"


def _seconds(cost: Cost) -> str:
    return f"{_number(cost.clock)} ({_number(cost.cpu)})"


def _number(value: float) -> str:
    """Return three digits, no more and no exponent."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}" if value >= 0.1 else f"{value:.3f}"


def _memory(cost: Cost) -> str:
    return "–" if cost.megabytes is None else f"{cost.megabytes:.0f}"
