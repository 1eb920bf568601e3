"""``redline`` as a run: two versions of a layer in; areas, features, pieces, changed verdicts and map out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from ecozone.assess import Check, LayerComparison, check_sites, compare_layers, compare_verdicts
from ecozone.errors import UsageError, WorkspaceError
from ecozone.intake import Database, is_database, read_features, start_reader
from ecozone.log import Progress, no_progress
from ecozone.notices import Notice, notice
from ecozone.outputs import (
    redline_document,
    write_json,
    write_redline_csv,
    write_redline_geojson,
    write_redline_gpkg,
    write_redline_map,
    write_redline_xlsx,
)
from ecozone.runs.batch import no_sites, read_all_sites, site_files
from ecozone.runs.delivery import Writer, carrying_out, deliver, inputs_apart, is_archive, require_formats
from ecozone.runs.manifest import describe
from ecozone.runs.request import Request, Version
from ecozone.workspace import Layer, Workspace, open_workspace

FORMATS = (".json", ".csv", ".xlsx", ".gpkg", ".geojson", ".html")
#: The role of the layer, unless another is named.
ROLE = "red_line"
#: Of the name of a pack that gives a map without workspace its words.
_WORDS = "vocabulary"


@dataclass(frozen=True)
class RedlineOutcome:
    """What a run gave.

    ``layer`` is the layer of the workspace that the two are versions of, ``verdicts`` what differs for the sites
    (`ecozone.assess.VERDICT_COLUMNS`); None without a workspace or without sites.
    """

    request: Request
    found: LayerComparison
    layer: Layer | None
    verdicts: pd.DataFrame | None
    sites: gpd.GeoDataFrame | None
    notices: tuple[Notice, ...]
    run: Mapping[str, Any]
    files: tuple[Path, ...]


def run_redline(
    request: Request, *, told: Mapping[str, Any] | None = None, progress: Progress = no_progress
) -> RedlineOutcome:
    """Carry out a request to compare two versions of a layer.

    With sites, these are checked against the workspace with the old version in the place of its own layer, then with
    the new one.

    Parameters
    ----------
    told : mapping, optional
        As for `ecozone.runs.execute`.

    Raises
    ------
    UsageError
        If there are sites and no workspace, or no layer of the role, or several.
    EcozoneError
        As `ecozone.runs.execute` does; a version with a feature that cannot be trusted is refused.
    """
    with carrying_out(request):
        outputs = require_formats(request.outputs, FORMATS)
        start_reader()
        old, new = request.versions
        ws = open_workspace(request.workspace) if request.workspace else None
        if ws is None and request.sites:
            raise UsageError("runs.redline_needs_workspace")
        layer = None if ws is None else chosen_layer(ws, request)
        paths = site_files(request.sites)
        inputs = inputs_apart(request, outputs, [_source(old.path), _source(new.path), *paths], ws)
        frames = [read_features(one.path, crs=one.crs, layer=one.layer) for one in request.versions]
        width = request.width_m
        if width is None and layer is not None and layer.accuracy_m:
            width = 2.0 * layer.accuracy_m
        found = compare_layers(*frames, key=request.key, width_m=width, crs=None if ws is None else ws.crs)
        notices = list(found.notices)
        tables = [frame.attrs["source"] for frame in frames if frame.attrs["source"]["format"] == "postgis"]
        sites = verdicts = check = None
        if ws is not None:
            assert layer is not None
            inputs += [*ws.inputs.values(), *ws.pack.files]
            sites = read_all_sites(paths, ws, request) if paths else no_sites(ws)
            tables += [*sites.attrs.get("tables", ()), *ws.tables.values()]
            if paths:
                before = check_sites(sites, _with(ws, layer, old), progress=progress)
                check = check_sites(sites, _with(ws, layer, new), progress=progress)
                verdicts = compare_verdicts(before, check, layer.key)
                notices = list(dict.fromkeys([*notices, *_told(before, check)]))
            elif any(path.suffix.lower() == ".html" or is_archive(path) for path in outputs):
                check = check_sites(sites, ws)
        run = describe(request, inputs, tables)
        carried = run if told is None else told

        def write_page(path: Path) -> Path:
            shown = check or _nothing(found, old, new)
            return write_redline_map(found, replace(shown, notices=tuple(notices), run=carried), path)

        writers: dict[str, Writer] = {
            ".json": lambda path: write_json(redline_document(found, verdicts, carried, notices), path),
            ".csv": lambda path: write_redline_csv(found, verdicts, path),
            ".xlsx": lambda path: write_redline_xlsx(found, verdicts, path, notices, carried),
            ".gpkg": lambda path: write_redline_gpkg(found, verdicts, path, notices),
            ".geojson": lambda path: write_redline_geojson(found, path, carried),
            ".html": write_page,
        }
        files = deliver(request, carried, notices, outputs, writers)
        return RedlineOutcome(request, found, layer, verdicts, sites, tuple(notices), run, files)


def chosen_layer(ws: Workspace, request: Request) -> Layer:
    """Return the layer of a workspace that two files are versions of: that of the name, else the only one of the role.

    Raises
    ------
    UsageError
        If there is none of the role, or several.
    """
    wanted = request.role or ROLE
    if wanted in ws.layers:
        return ws.layers[wanted]
    found = ws.layers_of(wanted)
    if len(found) != 1:
        known = " ".join(f"{layer.key}({layer.role})" for layer in ws.layers.values())
        raise UsageError("runs.redline_layer", role=wanted, count=len(found), known=known)
    return found[0]


def _source(path: str) -> Path | Database:
    return Database.parse(path) if is_database(path) else Path(path)


def _with(ws: Workspace, layer: Layer, version: Version) -> Workspace:
    """Return a workspace with a version of a layer in its place, read as the layer declares."""
    path = Database.parse(version.path) if is_database(version.path) else Path(version.path).resolve()
    mine: dict[str, Any] = {
        "path": path,
        "crs": version.crs,
        "sublayer": version.layer,
        "encoding": None,
        "near_extent": False,
    }
    found = ws.with_layer(replace(layer, **mine, empty=False))
    try:
        found.features(layer.key)
    except WorkspaceError as error:
        raise error.of_file(Path(version.path).name) from None
    return found


def _told(old: Check, new: Check) -> list[Notice]:
    refused = int(new.sites.geometry.isna().sum())
    said = [*old.notices, *new.notices]
    return [*said, *([notice("runs.redline_refused", "warning", count=refused)] if refused else [])]


def _nothing(found: LayerComparison, old: Version, new: Version) -> Check:
    """Return a check of no sites against nothing, for a map of the versions alone."""
    file = Path(new.path)
    name = f"{Path(old.path).stem} → {file.stem}"
    ws = Workspace(file=file, name=name, crs=found.new.crs, rule_packs=(_WORDS,))
    return check_sites(no_sites(ws), ws)
