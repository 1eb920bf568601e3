"""Memory: how much there is left, how much a process that works for another may add, and what it gives back."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def bounded(more_bytes: int) -> Iterator[None]:
    """Let what runs inside add so much memory, where the system can hold a process to that (Linux).

    Not RLIMIT_AS: that counts what threads reserve and never touch, which grows with the machine's cores.
    """
    used = _data_bytes()
    if sys.platform == "win32" or used is None:
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_DATA)
    allowed = used + more_bytes
    if before[1] != resource.RLIM_INFINITY:
        allowed = min(allowed, before[1])
    resource.setrlimit(resource.RLIMIT_DATA, (allowed, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def give_back() -> None:
    """Return to the system what is no longer used: the process waits for its next work, perhaps for long."""
    gc.collect()
    if sys.platform == "linux":
        # Shapes are allocated by GEOS one by one; without this their pages stay with the process (glibc).
        with contextlib.suppress(AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def available_bytes() -> int | None:
    """Return how much memory this process and its children may still take (Linux); None where nothing tells.

    What the control group of a container allows counts too.
    """
    found = []
    with contextlib.suppress(OSError, ValueError):
        told = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text("ascii").splitlines())
        found.append(int(told["MemAvailable"].split()[0]) * 1024)
    with contextlib.suppress(OSError, ValueError):
        group = Path("/sys/fs/cgroup")
        # "max" where there is no bound.
        most = int((group / "memory.max").read_text("ascii"))
        found.append(most - int((group / "memory.current").read_text("ascii")))
    return min(found, default=None)


def _data_bytes() -> int | None:
    """Return the bytes of memory in use as Linux counts them for RLIMIT_DATA; None elsewhere."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[5]
    except OSError:
        return None
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
