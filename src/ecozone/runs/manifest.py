"""What a run was: versions, words, and the hash of every input, as canonical JSON."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any

from ecozone.geo import gdal
from ecozone.intake import is_geodatabase, sha256, source_files
from ecozone.notices import Notice
from ecozone.outputs import written
from ecozone.runs.apart import manifest_of
from ecozone.runs.request import Request
from ecozone.runs.stage import Stage

RUN_SCHEMA = "ecozone.run/1"
#: Keys of a description.
DESCRIPTION = ("id", "date", "schema", "ecozone", "libraries", "request", "inputs")
_OWN = "ecozone:"
_ROOT = "/"
_PACKAGE = Path(str(files("ecozone"))).absolute()
_LIBRARIES: tuple[str, ...] = ("fiona", "folium", "geopandas", "numba", "numpy", "pandas", "pyogrio", "pyproj")
_LIBRARIES += ("rasterio", "shapely", "docxtpl", "matplotlib", "python-docx")


def describe(
    request: Request,
    inputs: Iterable[Path],
    tables: Iterable[Mapping[str, Any]] = (),
    *,
    stage: Stage | None = None,
) -> dict[str, Any]:
    """Return what decides a run's numbers: the same request, files and versions give the same description.

    Its ``id`` is the SHA-256 of all the rest but ``date``, the day that results name. ``tables`` are the sources of
    what came from databases (``attrs["source"]``): their hash is of the rows that were read. A file below the folder
    of the run is named from there, one of a ``stage`` as the request names it.
    """
    files = named_files(inputs, stage)
    read = [
        {"path": name, "bytes": files[name].stat().st_size, "sha256": sha256(files[name])} for name in sorted(files)
    ]
    # Two layers may be one table, read near different extents.
    tabled = {
        (table["path"], table["layer"], table["sha256"]): {name: table[name] for name in ("path", "layer", "sha256")}
        for table in tables
    }
    body = {
        "schema": RUN_SCHEMA,
        "ecozone": version("ecozone"),
        "libraries": versions(),
        "request": request.model_dump(mode="json", exclude={"scheduler", "date"}),
        "inputs": read + [tabled[key] for key in sorted(tabled)],
    }
    whole = {"id": hashlib.sha256(canonical(body)).hexdigest(), "date": request.day.isoformat(), **body}
    # In the order in which it is read back from a manifest, so that a run made again writes the same bytes.
    ordered: dict[str, Any] = json.loads(canonical(whole))
    return ordered


def named_files(inputs: Iterable[Path], stage: Stage | None = None) -> dict[str, Path]:
    """Return files that are read by what a description calls them."""
    # A layer that a run does not need may be missing: whatever it needs was read by then.
    parts = [part for path in inputs for part in _parts(path) if part.exists()]
    return {_named(part, stage): part for part in parts}


def _named(path: Path, stage: Stage | None) -> str:
    """Return a file's path, of one that comes with ecozone its place in the package: its version stands for it."""
    place = path.absolute()
    if place.is_relative_to(_PACKAGE):
        return _OWN + place.relative_to(_PACKAGE).as_posix()
    if stage is not None:
        return stage.said(place)
    here = Path.cwd()
    return (place.relative_to(here) if place.is_relative_to(here) else path).as_posix()


def is_own(path: str) -> bool:
    """Tell whether a manifest names a file that comes with ecozone."""
    return path.startswith(_OWN)


def own_file(path: str) -> Path:
    """Return where a file that comes with ecozone stands here."""
    return _PACKAGE / path.removeprefix(_OWN)


def _parts(path: Path) -> tuple[Path, ...]:
    """Return the files of a file geodatabase, whose folder has no size of its own; else the file."""
    return source_files(path) if is_geodatabase(path) else (path,)


def canonical(data: Mapping[str, Any]) -> bytes:
    """Return the one byte form of a JSON object: UTF-8, keys sorted, no white space.

    >>> canonical({"b": 1, "a": "红线"}).decode()
    '{"a":"红线","b":1}'
    """
    return json.dumps(data, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def whole_path(path: str | PathLike[str]) -> Path:
    """Return a path from the root without ``..``: two names of one place must not look like two places."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.absolute keeps ``..``


def places(run: Mapping[str, Any], stage: Stage | None = None) -> dict[str, str]:
    """Return the folder that a run was made in, and the deepest one that holds all that it read.

    Of a ``stage`` that is the root of all names: where it lies is nobody's business, and it is gone after the run.
    """
    if stage is not None:
        return {"folder": _ROOT, "base": _ROOT}
    read = [whole_path(entry["path"]) for entry in run["inputs"] if "bytes" in entry and not is_own(entry["path"])]
    drive = Path(read[0].anchor if read else Path.cwd())
    alike = [path.parent for path in read if path.anchor == drive.anchor]
    base = os.path.commonpath(alike) if alike else drive
    return {"folder": Path.cwd().as_posix(), "base": Path(base).as_posix()}


def digest(path: str | PathLike[str]) -> dict[str, Any]:
    """Return an output's name and hash."""
    return {"path": Path(path).name, "sha256": sha256(Path(path))}


def manifest_with(
    run: Mapping[str, Any],
    notices: Iterable[Notice],
    files: Iterable[Path],
    stage: Stage | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return the whole manifest of a run: its description, what was noticed, and the hash of each output."""
    said = [notice.as_dict() for notice in dict.fromkeys(notices)]
    return {**run, **places(run, stage), **more, "notices": said, "outputs": [digest(path) for path in files]}


def write_manifest(manifest: Mapping[str, Any], output: Path) -> Path:
    """Write a manifest beside an output, whole or not at all, and return where."""
    beside = manifest_of(output)
    with written(beside) as draft:
        draft.write_bytes(canonical(manifest) + b"\n")
    return beside


def versions() -> dict[str, str]:
    """Return the version of every library that decides a number or the bytes of a result."""
    return dict(_versions())


@cache
def _versions() -> Mapping[str, str]:
    # Asking the metadata of each takes milliseconds.
    import pyproj
    import shapely

    found = {name: version(name) for name in _LIBRARIES}
    return found | {
        "python": platform.python_version(),
        "gdal (pyogrio)": ".".join(str(part) for part in gdal.pyogrio.__gdal_version__),
        "gdal (rasterio)": gdal.rasterio.__gdal_version__,
        "geos": shapely.geos_version_string,
        "proj": pyproj.proj_version_str,
    }
