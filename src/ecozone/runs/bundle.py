"""A run as one archive: its manifest, what the workspace declares, its results and, if asked for, all that it read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ecozone.intake import sha256
from ecozone.outputs import write_archive
from ecozone.runs.manifest import canonical, is_own, whole_path

MANIFEST = "run.json"
RESULTS = "results/"
INPUTS = "inputs/"
#: What a workspace or a rule pack declares is small and says nothing of a site: it is always copied.
_DECLARED = ".toml"


def write_bundle(
    manifest: Mapping[str, Any],
    results: Sequence[Path],
    path: Path,
    *,
    copies: bool,
    lies: Mapping[str, Path] | None = None,
) -> Path:
    """Write the archive of a run.

    Parameters
    ----------
    manifest : mapping
        As beside the other outputs; what it says of outputs is made anew of ``results``.
    results : sequence of Path
        Files of different names.
    path : Path
        Written whole or not at all.
    copies : bool
        Whether all that the run read is copied, too.
    lies : mapping of str to Path, optional
        Where an input lies, by what the manifest calls it; that is its path unless given.

    Returns
    -------
    Path
        ``run.json``, ``results/``, and ``inputs/`` by their places below the folder that holds them all
        (``base`` of the manifest; what comes with ecozone is not copied).
    """
    base = whole_path(manifest["base"])
    members: dict[str, Path | bytes] = {}
    inputs = []
    for entry in manifest["inputs"]:
        name = entry["path"]
        place = whole_path(Path(manifest["folder"]) / name)
        wanted = copies or name.endswith(_DECLARED)
        if wanted and "bytes" in entry and not is_own(name) and place.is_relative_to(base):
            entry = entry | {"copy": INPUTS + place.relative_to(base).as_posix()}
            members[entry["copy"]] = place if lies is None else lies[name]
        inputs.append(entry)
    outputs = [{"path": file.name, "sha256": sha256(file)} for file in results]
    said = {**manifest, "inputs": inputs, "outputs": outputs}
    members |= {RESULTS + file.name: file for file in results}
    return write_archive({MANIFEST: canonical(said) + b"\n", **members}, path)
