"""Compiled work shared out among threads: which of them does what makes no difference to a number."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from itertools import pairwise
from threading import local

from ecozone.measure.arrays import processors

#: Less work than this is done at once.
_SMALL = 2_000
#: Parts for each thread, so that one with hard work does not keep all waiting.
_PARTS = 4

_most: ContextVar[int | None] = ContextVar("ecozone_threads", default=None)
#: Whether this thread is one of those that work at once.
_here = local()


@contextmanager
def at_most(threads: int) -> Iterator[None]:
    """Have no more threads than this at work, where a process is not alone on its machine."""
    before = _most.set(threads)
    try:
        yield
    finally:
        _most.reset(before)


def thread_count() -> int:
    """Return how many threads work at once: as many as this process may have processors, unless held to fewer."""
    return _most.get() or processors()


def in_parts(work: Callable[[int, int], None], count: int, *, threads: int | None = None, least: int = _SMALL) -> None:
    """Call ``work(start, stop)`` until all of ``count`` is done; with fewer than ``least`` at once.

    What one of its threads calls is done by that thread: were all to wait for each other, nothing would ever be done.
    """
    workers = threads or thread_count()
    if workers == 1 or count < least or getattr(_here, "at_work", False):
        work(0, count)
        return
    marks = [count * part // (workers * _PARTS) for part in range(workers * _PARTS + 1)]
    pool = _pool(workers, os.getpid())
    parts = [pool.submit(work, *ends) for ends in pairwise(marks)]
    try:
        for part in parts:
            part.result()
    finally:
        for part in parts:
            part.cancel()
        wait(parts)


@cache
def _pool(workers: int, _process: int) -> ThreadPoolExecutor:
    """Return threads that stay, as there is work for them hundreds of times in a check; a child has its own."""
    return ThreadPoolExecutor(workers, thread_name_prefix="ecozone-measure", initializer=_begin)


def _begin() -> None:
    _here.at_work = True
