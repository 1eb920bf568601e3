"""What a command takes, its children included: seconds, and memory as Linux shows it, looked at ten times a second."""

from __future__ import annotations

import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

from benchmarks.measuring import Cost, family, peak_mb


def command(*words: str | Path) -> tuple[Cost, str]:
    """Run a program of this Python; return what it took and what it said.

    Memory is the sum of the peaks (VmHWM) of the processes that live at one time, the largest that was seen.

    Raises
    ------
    CalledProcessError
        If it ends with a status other than 0 and 3, which says that something in the input was refused.
    """
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    asked = [sys.executable, *map(str, words)]
    process = subprocess.Popen(asked, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    most, ended = 0.0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not ended.wait(0.1):
            most = max(most, sum(peak_mb(one) or 0.0 for one in family(process.pid)))

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    said, _ = process.communicate()
    seconds = time.perf_counter() - start
    ended.set()
    watching.join()
    if process.returncode not in (0, 3):
        raise subprocess.CalledProcessError(process.returncode, asked)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(seconds, busy, most or None), said
