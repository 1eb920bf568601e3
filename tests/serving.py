"""A real server in a process of its own, for tests; stopped by its own number."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROGRAM = """
import json, sys
from ecozone.web import Settings
from ecozone.web.serve import serve
def tell(words):
    print(words, flush=True)
serve(Settings(**json.loads(sys.argv[1])), open_browser=False, tell=tell, show=lambda settings, address: tell(address))
"""


@dataclass
class Served:
    """A running server, its address, and its private folder's parent."""

    process: subprocess.Popen[str]
    temporary: Path
    said: list[str] = field(default_factory=list)
    address: str = ""

    @property
    def port(self) -> int:
        return int(self.address.rstrip("/").rpartition(":")[2])

    @property
    def private(self) -> Path:
        (found,) = self.temporary.glob("ecozone-serve-*")
        return found

    def workers(self) -> list[int]:
        """Return the numbers of the processes that the server started."""
        return children(self.process.pid)

    def files(self) -> list[Path]:
        """Return what is kept for users: all but the lock and the district's description, which serves everybody."""
        shared = {
            words.parent
            for words in self.private.glob("jobs/*/words.json")
            if json.loads(words.read_text("utf-8"))["kind"] == "district"
        }
        found = [path for path in self.private.rglob("*") if path.is_file() and path.name != "lock"]
        return [path for path in found if path.parent not in shared]

    def stop(self, number: int = signal.SIGINT, seconds: float = 30) -> int:
        """Send a signal and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(seconds)


def children(parent: int) -> list[int]:
    """Return the processes that a process started, those of these too."""
    table = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                table[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = [pid for pid, above in table.items() if above == parent]
    return found + [below for pid in found for below in children(pid)]


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that nobody has asked after yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition: Any, seconds: float = 30) -> bool:
    """Wait until something is so; return whether it came to be."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())


@contextmanager
def served(temporary: Path, words: list[str] | None = None, **settings: Any) -> Iterator[Served]:
    """Run a server on the demonstration, by settings, or by the words of the command line."""
    command = [sys.executable, "-c", PROGRAM, json.dumps({"workspace": "demo", "port": 0, "lang": "en"} | settings)]
    if words is not None:
        command = [sys.executable, "-m", "ecozone", "serve", *words]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        env={**os.environ, "TMPDIR": str(temporary), "PYTHONUTF8": "1"},
    )
    server = Served(process, temporary)

    def listen() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            server.said.append(line.rstrip())

    listening = threading.Thread(target=listen, daemon=True)
    listening.start()
    try:
        assert until(lambda: _address(server) or process.poll() is not None, 60), server.said
        assert server.address, server.said
        assert until(lambda: list(temporary.glob("ecozone-serve-*/uploads")), 60)
        yield server
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        listening.join(10)
        assert process.stdout is not None
        process.stdout.close()


def _address(server: Served) -> bool:
    for line in list(server.said):
        if found := re.search(r"http://\S+", line):
            server.address = found[0].partition("#")[0]
            return True
    return False
