"""One side of a comparison: made ready and run in a process of its own, its seconds, memory and answer brought back.

What makes a side ready (reading its data, compiled kernels, a connection) is not timed, what it does with them is. Of
several repetitions the least counts. CPU seconds are those of all threads and, where a server does the work, of its
processes. Memory is by how much the peak of the process grows over what it held when it was ready (Linux).
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

Answer = dict[str, np.ndarray]
#: A work that is ready: it is called, and timed, as often as is asked. One that leaves its answer elsewhere returns
#: what fetches it, which is not timed.
Work = Callable[[], Answer | Callable[[], Answer]]

#: Settings of GDAL that no side is given: peers have their defaults, ecozone its own.
_OF_GDAL = ("CPL_", "GDAL_CACHEMAX", "GDAL_DISABLE", "GDAL_HTTP", "GDAL_NUM_THREADS", "GDAL_SKIP", "OGR_SKIP", "VSI_")
SCRIPTS = Path(__file__).resolve().parent.parent


class SideError(Exception):
    """A side that came to no end: its process failed or fell over."""


class Cost(NamedTuple):
    """Seconds by the clock and of the processors; growth of memory in MB, None where it is not known."""

    clock: float
    cpu: float
    megabytes: float | None = None

    def beyond(self, fewer: Cost, times: float) -> Cost:
        """Extrapolate by what the work between two samples took: ``times`` that, added to this."""
        clock, cpu = (one + times * max(one - other, 0.0) for one, other in zip(self[:2], fewer[:2], strict=True))
        return Cost(clock, cpu)


@dataclass(frozen=True)
class Side:
    """Who does a work and how.

    Attributes
    ----------
    name : str
        What the table says.
    work : str
        ``module:function`` of this package; the function makes ready and returns a `Work`.
    words : mapping
        What the function is given; it stands in JSON.
    repeat : int
    server : int, optional
        The process whose CPU seconds, with those of its children, count too.
    """

    name: str
    work: str
    words: Mapping[str, Any] = field(default_factory=dict)
    repeat: int = 1
    server: int | None = None


def measured(side: Side) -> tuple[Cost, Answer]:
    """Run a side; return what it took and what it found.

    Raises
    ------
    SideError
        If its process ended badly; what it said stands on standard error.
    """
    with tempfile.TemporaryDirectory(prefix="ecozone-side-") as folder:
        asked = asdict(side) | {"folder": folder}
        environment = {name: value for name, value in os.environ.items() if not name.startswith(_OF_GDAL)}
        environment["PYTHONPATH"] = os.pathsep.join([str(SCRIPTS), *filter(None, [os.environ.get("PYTHONPATH")])])
        words = [sys.executable, "-m", "benchmarks.measuring", json.dumps(asked)]
        status = subprocess.call(words, env=environment)
        if status:
            raise SideError(f"ended by {signal.Signals(-status).name}" if status < 0 else f"failed with {status}")
        cost = Cost(*json.loads(Path(folder, "cost.json").read_text("utf-8")))
        with np.load(Path(folder, "answer.npz")) as file:
            return cost, dict(file)


def cpu_seconds(server: int | None = None) -> float:
    """Return the CPU seconds of this process so far and, on Linux, of a server and its children."""
    return time.process_time() + (sum(map(_ticks, family(server)), start=0.0) if server else 0.0)


def family(process: int) -> list[int]:
    """Return the ids of a process and of all that it started and that still run."""
    found = [process]
    for one in found:
        for tasks in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, tasks.read_text("ascii").split())
            except OSError:
                continue  # it has ended meanwhile
    return found


def _ticks(process: int) -> float:
    """Return the CPU seconds of a process and of its children that have ended."""
    try:
        told = Path(f"/proc/{process}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, told[11:15])) / os.sysconf("SC_CLK_TCK")


def peak_mb(process: int | str = "self") -> float | None:
    """Return the peak of a process's memory (VmHWM) in MB; None where the system does not tell."""
    try:
        told = Path(f"/proc/{process}/status").read_text("utf-8", "replace")
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in told.splitlines() if line.startswith("VmHWM:")), None)


def forget_peak() -> float | None:
    """Have the peak begin anew; return it, None where the system cannot."""
    try:
        Path("/proc/self/clear_refs").write_text("5", "ascii")
    except OSError:
        return None
    return peak_mb()


def timed(work: Work, repeat: int = 1, server: int | None = None) -> tuple[Cost, Answer]:
    """Call a work; return the least it took and its last answer."""
    before, times = forget_peak(), []
    answer: Any = None
    for _ in range(repeat):
        answer = None  # its memory is free for the next
        clock, cpu = time.perf_counter(), cpu_seconds(server)
        answer = work()
        times.append((time.perf_counter() - clock, cpu_seconds(server) - cpu))
    clock, cpu = (min(one) for one in zip(*times, strict=True))
    after = None if before is None or server else peak_mb()
    return Cost(clock, cpu, None if after is None or before is None else after - before), answer() if callable(
        answer
    ) else answer


def main(asked: dict[str, Any]) -> None:
    """Make a side ready, run it, and leave in its folder what it took and found."""
    module, _, name = asked["work"].partition(":")
    work = getattr(importlib.import_module(f"benchmarks.{module}"), name)(**asked["words"])
    cost, answer = timed(work, asked["repeat"], asked["server"])
    Path(asked["folder"], "cost.json").write_text(json.dumps(cost), "utf-8")
    np.savez(Path(asked["folder"], "answer.npz"), **answer)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
