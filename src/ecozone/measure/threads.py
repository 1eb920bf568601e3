"""The parts of a plan tallied: on the threads of this machine, or by whoever else is to do it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing

import numpy as np

from ecozone.log import Progress, no_progress
from ecozone.measure.arrays import processors
from ecozone.measure.compiled import prepare
from ecozone.measure.mapper import Mapper, Threads
from ecozone.measure.partition import Plan, Records, StripWorker, Tally, gather

#: What all threads together may hold of decoded strips.
_STRIPS_BYTES = 256 * 2**20
#: A second thread costs more than it saves on so few cells: it opens the raster again, and waits for the other.
_FEW_CELLS = 2**24


def tally_plan(
    plan: Plan, *, threads: int | None = None, mapper: Mapper | None = None, progress: Progress = no_progress
) -> Tally:
    """Tally all parts of a plan; each thread opens the rasters for itself.

    Parameters
    ----------
    plan : Plan
    threads : int, optional
        As many as there are processors and parts, and memory for, unless given.
    mapper : Mapper, optional
        Who is to do it instead of threads of this process. Neither changes what comes out.
    progress : Progress
        Called in this thread after each part.

    Raises
    ------
    RasterError
        If a raster cannot be opened.
    """
    prepare(progress)
    name = plan.job.rasters[0].path.name
    numbers = plan.numbers()
    mapper = mapper or Threads(threads or _threads(plan))
    files = {raster.path for raster in plan.job.rasters}
    found: list[Records] = []
    progress(0, len(numbers), name)
    with closing(mapper.map(tally_parts, plan, numbers, files=files)) as results:
        for records in results:
            found.append(records)
            progress(len(found), len(numbers), name)
    return gather(found, rasters=len(plan.job.rasters))


def tally_parts(plan: Plan, numbers: Iterable[int]) -> Iterator[Records]:
    """Tally the parts of these numbers: the work that `tally_plan` shares out."""
    with StripWorker(plan.job.rasters) as worker:
        for number in numbers:
            yield worker.tally(plan.part(number))


def _threads(plan: Plan) -> int:
    """Return how many threads pay."""
    raster = plan.job.rasters[0]
    cells = plan.strip_height * min(plan.part_width, raster.width)
    size = max(np.dtype(raster.dtype).itemsize, 1)
    if raster.width * raster.height <= _FEW_CELLS:
        return 1
    return max(1, min(processors(), _STRIPS_BYTES // (cells * size)))
