"""A run proved a year later: its files are as they were written, and the same request gives the same numbers."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

from ecozone.errors import InputError
from ecozone.intake import is_database, sha256
from ecozone.log import Progress, no_progress
from ecozone.outputs import damaged
from ecozone.runs.bundle import INPUTS, MANIFEST, RESULTS
from ecozone.runs.change import run_change
from ecozone.runs.comparing import Compared, compare
from ecozone.runs.delivery import files_beside, is_archive
from ecozone.runs.execution import execute
from ecozone.runs.manifest import DESCRIPTION, RUN_SCHEMA, is_own, own_file, versions, whole_path
from ecozone.runs.redline import run_redline
from ecozone.runs.request import Part, Request
from ecozone.runs.scenario import run_scenario
from ecozone.runs.streaming import stream, streamable

#: Parts that are carried out by themselves.
_OF_THEIR_OWN: Mapping[tuple[Part, ...], Callable[..., Any]] = {
    ("change",): run_change,
    ("scenario",): run_scenario,
    ("redline",): run_redline,
}


@dataclass(frozen=True)
class Verified:
    """What came of running a run again.

    Attributes
    ----------
    run : str
        Its id.
    damaged : tuple of str
        Files of the run that are not as they were written; ``""`` is the archive itself. Nothing was run again then.
    inputs : tuple of str
        Inputs that are missing or not what they were.
    versions : mapping of str to (str, str)
        Libraries that were others, then and now.
    files : tuple of Compared
        The results, each beside the same result made again.
    """

    run: str
    damaged: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    versions: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    files: tuple[Compared, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing was changed and every number is the same."""
        return not self.damaged and not self.inputs and all(file.same for file in self.files)


def verify(path: Path, *, at: Path | None = None, progress: Progress = no_progress) -> Verified:
    """Run a run again and compare every number.

    Parameters
    ----------
    path : Path
        An archive (``run.zip``), or the manifest beside outputs (``NAME.run.json``).
    at : Path, optional
        The folder in which the inputs lie today, where that is not the place that the run names.

    Raises
    ------
    InputError
        If the file is no record of a run, or so broken that nothing of it can be read.
    EcozoneError
        If the run cannot be made again.
    """
    with tempfile.TemporaryDirectory(prefix="ecozone-verify-") as scratch:
        folder = Path(scratch)
        if not is_archive(path):
            try:
                data = path.read_bytes()
            except OSError as error:
                raise InputError("intake.not_found", file=path) from error
            return _Proof(path, _manifest(path, data), path.parent, None, at, folder).run(progress)
        bad = damaged(path)
        if bad:
            return Verified("", damaged=tuple(bad))
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if any(PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts for name in names):
                raise InputError("outputs.archive_foreign", file=path)
            archive.extractall(folder / "run")
        there = folder / "run"
        manifest = _manifest(path, (there / MANIFEST).read_bytes())
        return _Proof(path, manifest, there / RESULTS, there / INPUTS, at, folder).run(progress)


def _manifest(path: Path, data: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(data)
        if manifest["schema"] != RUN_SCHEMA:
            raise ValueError(manifest["schema"])
        Request.model_validate(manifest["request"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError("runs.no_manifest", file=path) from error
    found: dict[str, Any] = manifest
    return found


@dataclass(frozen=True)
class _Proof:
    """One run to be made again: its record, where its results and copies of its inputs stand, and room to work."""

    path: Path
    manifest: Mapping[str, Any]
    results: Path
    copies: Path | None
    at: Path | None
    scratch: Path

    def run(self, progress: Progress) -> Verified:
        manifest = self.manifest
        names = [entry["path"] for entry in manifest["outputs"]]
        bad = tuple(entry["path"] for entry in manifest["outputs"] if not _as_written(self.results, entry))
        changed = tuple(entry["path"] for entry in manifest["inputs"] if not self._as_read(entry))
        now = versions()
        others = {
            name: (then, now.get(name, "—")) for name, then in manifest["libraries"].items() if now.get(name) != then
        }
        if manifest["ecozone"] != version("ecozone"):
            others = {"ecozone": (manifest["ecozone"], version("ecozone"))} | others
        if bad or changed:
            return Verified(manifest["id"], bad, changed, others)
        again = self.scratch / "again"
        again.mkdir()
        read = self._carry_out(self._request(names, again), progress)
        tables = {(entry["path"], entry["layer"]): entry["sha256"] for entry in read if "layer" in entry}
        changed = tuple(
            entry["path"]
            for entry in manifest["inputs"]
            if "layer" in entry and tables.get((entry["path"], entry["layer"])) != entry["sha256"]
        )
        files = tuple(compare(name, self.results / name, again / name) for name in names)
        return Verified(manifest["id"], (), changed, others, files)

    def _carry_out(self, request: Request, progress: Progress) -> list[Mapping[str, Any]]:
        """Make the run again; return what it read."""
        if "summary" in self.manifest:
            layer = streamable(request, wanted=True)
            assert layer is not None
            return list(stream(request, layer, progress=progress).run["inputs"])
        read = [{name: entry[name] for name in entry if name != "copy"} for entry in self.manifest["inputs"]]
        whole = dict(self.manifest) | {"inputs": read}
        told = {key: whole[key] for key in whole if key in DESCRIPTION}
        carry_out: Callable[..., Any] = _OF_THEIR_OWN.get(request.parts, execute)
        return list(carry_out(request, told=told, progress=progress).run["inputs"])

    def _request(self, names: list[str], again: Path) -> Request:
        """Return the request with the places of today, and every result in a folder of its own."""
        request = Request.model_validate(self.manifest["request"])
        plan = None if request.plan_samples is None else Path(request.plan_samples).name
        others = {plan, *(other.name for name in names for other in files_beside(Path(name), request))}
        where = {
            "workspace": request.workspace if request.workspace in ("", "demo") else self._place(request.workspace),
            "sites": tuple(site if is_database(site) else self._place(site) for site in request.sites),
            "versions": tuple(
                one if is_database(one.path) else one.model_copy(update={"path": self._place(one.path)})
                for one in request.versions
            ),
            "control_points": None if request.control_points is None else self._place(request.control_points),
            "template": None if request.template is None else self._place(request.template),
            "plan_samples": None if plan is None else str(again / plan),
            "outputs": tuple(str(again / name) for name in names if name not in others),
            "date": dt.date.fromisoformat(self.manifest["date"]),
        }
        return request.model_copy(update=where)

    def _place(self, path: str) -> str:
        """Return where a file or folder that the run names lies today."""
        place = whole_path(Path(self.manifest["folder"]) / path)
        base = whole_path(self.manifest["base"])
        read = [entry for entry in self.manifest["inputs"] if "bytes" in entry and not is_own(entry["path"])]
        copied = self.copies is not None and all("copy" in entry for entry in read)
        root = self.copies if copied else self.at
        return str(place if root is None or not place.is_relative_to(base) else root / place.relative_to(base))

    def _as_read(self, entry: Mapping[str, Any]) -> bool:
        """Tell whether an input is what it was; a table of a database is read later."""
        if "bytes" not in entry:
            return True
        path = own_file(entry["path"]) if is_own(entry["path"]) else Path(self._place(entry["path"]))
        return path.is_file() and sha256(path) == entry["sha256"]


def _as_written(folder: Path, entry: Mapping[str, Any]) -> bool:
    file = folder / Path(entry["path"]).name
    return file.is_file() and sha256(file) == entry["sha256"]
