"""A file looked at: what it holds, where that lies in the district, and a clean copy where one is asked for."""

from __future__ import annotations

from collections import Counter
from os import PathLike
from pathlib import Path
from typing import Any

from ecozone import outputs
from ecozone.errors import EcozoneError, UsageError
from ecozone.geo import operation_notice
from ecozone.intake import check_command, inspect_features, is_database, list_layers, read_features
from ecozone.runs.apart import parts_of, require_apart, workspace_files
from ecozone.runs.surroundings import extent_lonlat
from ecozone.workspace import Workspace, open_workspace, places_of

GEOPACKAGE = ".gpkg"


def examine(
    path: str,
    *,
    workspace: str | None = None,
    fix: str | PathLike[str] | None = None,
    layer: str | None = None,
    **said: Any,
) -> dict[str, Any]:
    """Say what a file holds, and where in the district.

    Parameters
    ----------
    path : str
        A file, or the address of a database.
    workspace : str, optional
        Where places are asked after.
    fix : path, optional
        A GeoPackage to write: the features as they are understood, repaired, with a column of what was noticed.
    layer, **said
        What the user declares, as for `ecozone.intake.read_features`.

    Returns
    -------
    dict
        As `ecozone.intake.inspect_file` gives it. With a workspace each of ``rows`` has ``places`` and ``outside``
        (`ecozone.workspace.places_of`), and ``where`` sums them up: ``workspace, places`` (features by name),
        ``outside, partly_outside``. With ``fix`` it has ``fixed``, the file written.

    Raises
    ------
    UsageError
        If the file to write is not called .gpkg, or is the input itself or a file of the workspace.
    EcozoneError
        If the file or the workspace cannot be read, or the result cannot be written.
    """
    if fix is not None:
        _require_geopackage(Path(fix))
    ws = None if workspace is None else open_workspace(workspace)
    if fix is not None:
        _require_other(Path(fix), path, said.get("control_points"), ws)
    features = read_features(path, layer=layer, around=None if ws is None else extent_lonlat(ws), **said)
    told = {
        name: said[name]
        for name in ("crs", "encoding", "datum", "control_points", "geometry", "angles", "swapped", "unit")
        if name in said
    }
    command = check_command(path, layer=layer, workspace=workspace, **told)
    report = inspect_features(features, layers=list_layers(path), command=command)
    if ws is not None:
        try:
            change = operation_notice(features.crs, ws.crs, file=report["file"])
            places = places_of(features, ws)
        except EcozoneError as error:
            raise error.of_file(report["file"]) from None
        report["notices"] += [] if change is None else [change.as_dict()]
        report["where"] = _where(report["rows"], places, ws)
    if fix is not None:
        report["fixed"] = str(outputs.write_features(features, fix))
    return report


def _where(rows: list[dict[str, Any]], places: Any, ws: Workspace) -> dict[str, Any]:
    """Add to each row where it lies, and return the sum."""
    counts: Counter[str] = Counter()
    for row, names, outside in zip(rows, places["names"], places["outside"], strict=True):
        row["places"] = list(names)
        row["outside"] = outside
        counts.update(names)
    found = Counter(places["outside"])
    return {
        "workspace": ws.name,
        "places": dict(counts.most_common()),
        "outside": found["wholly"],
        "partly_outside": found["partly"],
    }


def _require_geopackage(target: Path) -> None:
    if target.suffix.lower() != GEOPACKAGE:
        raise UsageError("runs.fix_suffix", file=target)


def _require_other(target: Path, source: str, control_points: str | None, ws: Workspace | None) -> None:
    """Refuse to write over what is read."""
    named = [] if is_database(source) else [Path(source)]
    named += [] if control_points is None else [Path(control_points)]
    files = [] if ws is None else workspace_files(ws)
    require_apart([target], [*files, *named, *(part for path in named for part in parts_of(path))])
