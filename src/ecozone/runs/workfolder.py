"""The folder beside an output in which a long check keeps its finished parts, until they become the output.

``.NAME.ecozone-part/state.json`` says what is being worked out: the description of the run, whose hash covers the
request, the inputs and the versions. Each part is a folder that appears at once, by a rename, when all of it is
written; whatever stops the run leaves finished parts and nothing that looks like one.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ecozone.errors import OutputError, UsageError

_STATE, _DONE, _LOCK, _DRAFT = "state.json", "done.json", "lock", ".draft-"


class WorkFolder:
    """The parts of one run.

    Parameters
    ----------
    output : Path
        The first of its outputs.
    """

    def __init__(self, output: Path) -> None:
        self.path = output.with_name(f".{output.name}.ecozone-part")
        if not output.parent.is_dir():
            raise OutputError("outputs.no_folder", file=output, folder=str(output.parent))

    @contextmanager
    def held(self, run: Mapping[str, Any], *, restart: bool) -> Iterator[None]:
        """Begin or go on with a run, and keep other processes out meanwhile.

        Raises
        ------
        UsageError
            Where parts of another run are there, and it is not to begin anew; or another process is at work on it.
        """
        self.path.mkdir(exist_ok=True)
        with _locked(self.path / _LOCK, self.path):
            state = self.path / _STATE
            if restart:
                self._clear()
            elif state.exists():
                before = json.loads(state.read_text("utf-8"))
                if before["id"] != run["id"]:
                    changed = ", ".join(_differences(before, run))
                    raise UsageError("runs.stream_changed", file=self.path, changed=changed)
            for left in self.path.glob(f"{_DRAFT}*"):
                shutil.rmtree(left, ignore_errors=True)
            if not state.exists():
                self._clear()
                draft = self.path / f"{_DRAFT}state"
                draft.write_text(json.dumps(run, ensure_ascii=False), "utf-8")
                draft.replace(state)
            yield

    def _clear(self) -> None:
        for entry in self.path.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry.name != _LOCK:
                entry.unlink()

    def place(self, number: int) -> Path:
        """Return the folder of a part."""
        return self.path / f"{number:08d}"

    def done(self, number: int) -> dict[str, Any] | None:
        """Return what a finished part says of itself; None where it is not there, or a file of it is not whole."""
        folder = self.place(number)
        try:
            said: dict[str, Any] = json.loads((folder / _DONE).read_text("utf-8"))
            sizes = {name: (folder / name).stat().st_size for name in said["bytes"]}
        except (OSError, ValueError, KeyError):
            return None
        return said if sizes == said["bytes"] else None

    @contextmanager
    def draft(self, number: int, said: dict[str, Any]) -> Iterator[Path]:
        """Give a folder for the files of a part; when the block ends well it is whole, and waits for `take`.

        Parameters
        ----------
        said : dict
            What `done` is to return; it may be filled in the block.
        """
        draft = self.path / f"{_DRAFT}{number:08d}-{os.getpid()}"
        draft.mkdir()
        try:
            yield draft
            said["bytes"] = {entry.name: entry.stat().st_size for entry in sorted(draft.iterdir())}
            (draft / _DONE).write_text(json.dumps(said, ensure_ascii=False), "utf-8")
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise

    def take(self, number: int, draft: Path) -> None:
        """Make a finished draft the part; only the process that holds the folder does."""
        if self.place(number).exists():
            shutil.rmtree(self.place(number))
        draft.rename(self.place(number))

    def remove(self) -> None:
        """Take all of it away: the outputs are written."""
        shutil.rmtree(self.path)


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Name what two descriptions of runs do not have in common."""
    for what in ("request", "libraries"):
        names = dict.fromkeys([*before[what], *now[what]])
        yield from (name for name in names if before[what].get(name) != now[what].get(name))
    if before["ecozone"] != now["ecozone"]:
        yield "ecozone"
    files = [{entry["path"]: entry["sha256"] for entry in run["inputs"]} for run in (before, now)]
    paths = dict.fromkeys([*files[0], *files[1]])
    yield from (Path(path).name for path in paths if files[0].get(path) != files[1].get(path))


@contextmanager
def _locked(lock: Path, folder: Path) -> Iterator[None]:
    """Hold a lock that ends with the process, however it ends; Windows has none that a crash cannot leave behind."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with lock.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError("runs.stream_busy", file=folder) from error
        yield
