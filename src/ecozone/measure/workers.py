"""Compiled work shared out among threads: which of them does what makes no difference to a number."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

#: Less work than this is done at once.
_SMALL = 2_000
#: Parts for each thread, so that one with hard work does not keep all waiting.
_PARTS = 8


def thread_count() -> int:
    """Return how many threads work at once: as many as this process may have processors."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_parts(work: Callable[[int, int], None], count: int, *, threads: int | None = None, least: int = _SMALL) -> None:
    """Call ``work(start, stop)`` until all of ``count`` is done; with fewer than ``least`` at once."""
    workers = threads or thread_count()
    if workers == 1 or count < least:
        work(0, count)
        return
    marks = [count * part // (workers * _PARTS) for part in range(workers * _PARTS + 1)]
    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(work, *ends) for ends in pairwise(marks)]:
            done.result()
