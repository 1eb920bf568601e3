"""The strips of a plan tallied on the threads of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from threading import Event, Lock

import numpy as np

from ecozone.log import Progress, no_progress
from ecozone.measure.arrays import processors
from ecozone.measure.compiled import prepare
from ecozone.measure.partition import Part, Plan, Records, StripWorker, Tally, gather

#: What all threads together may hold of decoded strips.
_STRIPS_BYTES = 256 * 2**20
#: A thread costs more than so few cells.
_FEW_CELLS = 2**21


def tally_plan(plan: Plan, *, threads: int | None = None, progress: Progress = no_progress) -> Tally:
    """Tally all parts of a plan; each thread opens the rasters for itself.

    Parameters
    ----------
    plan : Plan
    threads : int, optional
        As many as there are processors and parts, and memory for, unless given. It does not change what comes out.
    progress : Progress
        Called in this thread after each strip.

    Raises
    ------
    RasterError
        If a raster cannot be opened.
    """
    prepare(progress)
    raster = plan.job.rasters[0]
    total = len(plan)
    parts = _Shared(plan.parts())
    results: SimpleQueue[Records | BaseException] = SimpleQueue()
    number = min(threads or _threads(plan), max(total, 1))
    found: list[Records] = []
    progress(0, total, raster.path.name)
    with ThreadPoolExecutor(number, "ecozone-tally") as pool:
        try:
            for _ in range(number):
                pool.submit(_work, plan, parts, results)
            while len(found) < total:
                result = results.get()
                if isinstance(result, BaseException):
                    raise result
                found.append(result)
                progress(len(found), total, raster.path.name)
        finally:
            parts.stop.set()
    return gather(found, rasters=len(plan.job.rasters))


class _Shared:
    """Parts for several threads to take one after the other."""

    def __init__(self, parts: Iterator[Part]) -> None:
        self._parts, self._lock, self.stop = parts, Lock(), Event()

    def take(self) -> Part | None:
        """Return the next part; None where there is none, or where the work is to stop."""
        with self._lock:
            return None if self.stop.is_set() else next(self._parts, None)


def _work(plan: Plan, parts: _Shared, results: SimpleQueue[Records | BaseException]) -> None:
    try:
        with StripWorker(plan.job.rasters) as worker:
            while (part := parts.take()) is not None:
                results.put(worker.tally(part))
    except BaseException as error:  # noqa: BLE001  it is raised where the results are waited for
        results.put(error)


def _threads(plan: Plan) -> int:
    """Return how many threads pay."""
    raster = plan.job.rasters[0]
    cells = plan.strip_height * min(plan.part_width, raster.width)
    size = max(np.dtype(raster.dtype).itemsize, 1)
    if raster.width * raster.height <= _FEW_CELLS:
        return 1
    return max(1, min(processors(), _STRIPS_BYTES // (cells * size)))
