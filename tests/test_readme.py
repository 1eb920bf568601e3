"""The README tells the truth: what it shows is run as a reader would run it.

Every ``python`` and every ``console`` block is run, top to bottom, in one folder that is empty at first, unless the
line before it is ``<!-- not run: REASON -->``. In a console block a line that starts with ``$ `` is a command, and the
lines after it must stand in what the command prints; ``…`` stands for anything.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"
BLOCK = re.compile(r"^(<!-- not run: \S.*? -->\n\n?)?```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ENVIRONMENT = {**os.environ, "COLUMNS": "120", "NO_COLOR": "1", "PYTHONUTF8": "1"}


def blocks() -> list[tuple[int, str, str]]:
    """Return line, language and body of each block that is to be run."""
    text = README.read_text("utf-8")
    return [
        (text.count("\n", 0, found.start(2)) + 1, found[2], found[3]) for found in BLOCK.finditer(text) if not found[1]
    ]


def run(words: list[str], folder: Path, where: str) -> str:
    """Run Python in the folder and return all that it printed."""
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=ENVIRONMENT, capture_output=True, encoding="utf-8", check=False
    )
    printed = done.stdout + done.stderr
    assert done.returncode == 0, f"{where} ended with {done.returncode}:\n{printed}"
    return printed


def run_console(body: str, folder: Path, where: str) -> None:
    """Run each command of a console block and look for the lines below it in what it prints."""
    printed = ""
    for line in body.splitlines():
        if line.startswith("$ "):
            program, *words = shlex.split(line[2:], comments=True)
            assert program == "ecozone", f"{where}: only ecozone is run here, not {program}; mark the block as not run"
            printed = run(["-m", "ecozone", *words], folder, f"{where}: {line}")
        elif line.strip():
            pattern = ".*".join(re.escape(part) for part in line.strip().split("…"))
            assert re.search(pattern, printed), f"{where}: {line!r} is not in what the command printed:\n{printed}"


def test_blocks_run(tmp_path: Path) -> None:
    """Every command and every Python example of the README works, in its order, and prints what is shown."""
    found = blocks()
    assert {"python", "console"} <= {language for _, language, _ in found}
    for line, language, body in found:
        where = f"README.md:{line}"
        if language == "python":
            run(["-c", body], tmp_path, where)
        else:
            run_console(body, tmp_path, where)
