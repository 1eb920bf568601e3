"""What OGC clients ask a worker for: what the workspace declares, one layer as a small database, and a process."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from ecozone.geo import CGCS2000, crs_name, reproject
from ecozone.log import Progress
from ecozone.outputs import check_document, plain, plain_rows, ratios_document, scenario_document
from ecozone.runs import execute, run_scenario
from ecozone.text import pick
from ecozone.web.work.answers import answered
from ecozone.web.work.requests import prepared
from ecozone.workspace import Layer, Workspace, open_workspace

#: The form of a layer's database; rows are numbered from 1 without a gap.
_SCHEMA = """
CREATE TABLE feature (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, west REAL, south REAL, east REAL, north REAL,
    properties TEXT NOT NULL, degrees BLOB, plane BLOB
);
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_AT_ONCE = 500


def ogc_declared(words: dict[str, Any], folder: Path, progress: Progress) -> str:
    """Tell what the workspace declares of layers, project types and years."""
    ws = open_workspace(words["workspace"])
    progress(0, 1, "")
    types = ws.pack.project_types.values()
    document = {
        "name": plain(ws.name),
        "crs": crs_name(ws.crs),
        "axes": [axis.direction for axis in ws.crs.axis_info],
        "schematic": ws.schematic,
        "layers": [_declared(ws, layer) for layer in ws.layers.values()],
        "types": [{"id": one.id, "title": plain(pick({"zh": one.zh, "en": one.en}))} for one in types],
        "years": [] if ws.landcover is None else sorted(ws.landcover.sources),
    }
    made = folder / "declared.json"
    made.write_text(_json(document), "utf-8")
    return made.name


def _declared(ws: Workspace, layer: Layer) -> dict[str, Any]:
    role = ws.pack.roles.get(layer.role)
    return {
        "key": layer.key,
        "title": plain(pick(layer.title)),
        "role": layer.role,
        "role_title": plain(layer.role if role is None else pick({"zh": role.zh, "en": role.en})),
        "basis": plain(layer.basis),
        "valid_from": None if layer.valid_from is None else layer.valid_from.isoformat(),
        "accuracy_m": layer.accuracy_m,
        "required": layer.required,
        "schematic": layer.schematic,
    }


def ogc_layer(words: dict[str, Any], folder: Path, progress: Progress) -> str:
    """Write a layer's features as a database that can be read page by page.

    Its table ``feature`` holds id, box in degrees, attributes as JSON, and the shape as WKB with x = east: in degrees
    of CGCS2000, and in the workspace's CRS. Table ``about`` holds ``count``, ``columns`` and ``box``.
    """
    ws = open_workspace(words["workspace"])
    progress(0, 3, words["layer"])
    frame = ws.features(words["layer"])
    progress(1, 3, words["layer"])
    degrees = shapely.orient_polygons(reproject(frame.geometry, CGCS2000).array.to_numpy())
    progress(2, 3, words["layer"])
    plane = shapely.orient_polygons(frame.geometry.array.to_numpy())
    table = pd.DataFrame(frame.drop(columns=[frame.geometry.name, "source_row"]))
    table.attrs = {}
    boxes = shapely.bounds(degrees)
    known = boxes[~np.isnan(boxes).any(axis=1)]
    about = {
        "count": len(frame),
        "columns": list(map(str, table.columns)),
        "box": [*known[:, :2].min(axis=0), *known[:, 2:].max(axis=0)] if len(known) else None,
    }
    file = folder / "layer.sqlite"
    with closing(sqlite3.connect(file)) as store:
        store.executescript(_SCHEMA)
        for start in range(0, len(frame), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            rows = _rows(start, table.iloc[part], boxes[part], degrees[part], plane[part])
            store.executemany("INSERT INTO feature VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        store.executemany("INSERT INTO about VALUES (?, ?)", [(name, _json(value)) for name, value in about.items()])
        store.commit()
    return file.name


def _rows(
    start: int, table: pd.DataFrame, boxes: np.ndarray[Any, Any], degrees: Iterable[Any], plane: Iterable[Any]
) -> Iterable[tuple[Any, ...]]:
    shapes = zip(plain_rows(table), boxes.tolist(), degrees, plane, strict=True)
    for number, (values, box, there, here) in enumerate(shapes, start + 1):
        found = [None] * 4 if there is None or there.is_empty else box
        properties = _json({name: _value(value) for name, value in values.items()})
        yield (number, values["zone"], *found, properties, *(None if one is None else one.wkb for one in (there, here)))


def _value(value: Any) -> Any:
    """Return an attribute as JSON has it: what is no number, truth or nothing is text."""
    return value if value is None or isinstance(value, bool | int | float) else plain(value)


def ogc_process(words: dict[str, Any], folder: Path, progress: Progress) -> str:
    """Carry out ``check``, ``ratios`` or ``scenario``; the answer is the document of the command line's ``--json``."""
    process = words["process"]
    asked = prepared(words, folder, process, **words["asked"])
    if process == "scenario":
        effect = run_scenario(asked.request, stage=asked.stage, progress=progress)
        return answered(folder, scenario_document(effect.scenario, effect.run))
    outcome = execute(asked.request, stage=asked.stage, progress=progress)
    if outcome.check is not None:
        return answered(folder, check_document(outcome.check))
    assert outcome.account is not None
    return answered(folder, ratios_document(outcome.account, outcome.run))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
