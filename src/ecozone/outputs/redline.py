"""Two versions of a layer as data: one document, tables, shapes, and the layers that their map shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from ecozone.assess import Check, LayerComparison
from ecozone.geo import reproject
from ecozone.notices import Notice
from ecozone.outputs.atomic import written
from ecozone.outputs.beside import write_tables_csv
from ecozone.outputs.documents import plain_rows
from ecozone.outputs.geodata import write_layers, write_shapes
from ecozone.outputs.map import write_map
from ecozone.outputs.plain_values import plain_value
from ecozone.outputs.tables import notice_table, run_sheet, worded
from ecozone.outputs.workbook import write_book
from ecozone.rules import Role
from ecozone.text import say
from ecozone.workspace import Layer, Workspace

REDLINE_SCHEMA = "ecozone.redline/1"

#: How change is drawn: role, colour, hatch; two colours that differ in lightness too, and strips from redrawing grey.
_LOOKS = {"added": ("#1B7837", "diagonal"), "removed": ("#D7191C", "back_diagonal"), "redrawn": ("#6E6E6E", "dots")}
_OUTLINES = {"version_old": "#7B3294", "version_new": "#2166AC"}


def redline_document(
    found: LayerComparison,
    verdicts: pd.DataFrame | None,
    run: Mapping[str, Any] | None = None,
    notices: Sequence[Notice] = (),
) -> dict[str, Any]:
    """Return a comparison as ``ecozone.redline/1``; ``verdicts`` is null where no sites were given."""
    return {
        "schema": REDLINE_SCHEMA,
        "run": dict(run) if run else None,
        "areas": {name: plain_value(value) for name, value in found.areas().items()},
        "features": plain_rows(found.features),
        "pieces": plain_rows(_rows(found.pieces)),
        "verdicts": None if verdicts is None else plain_rows(verdicts),
        "notices": [one.as_dict() for one in notices or found.notices],
    }


def write_redline_csv(found: LayerComparison, verdicts: pd.DataFrame | None, path: str | PathLike[str]) -> Path:
    """Write what became of each feature as CSV, safe to open in a spreadsheet, and the other tables beside it."""
    others = {"areas": pd.DataFrame([found.areas()]), "pieces": _rows(found.pieces)}
    others |= {} if verdicts is None else {"verdicts": verdicts}
    return write_tables_csv(found.features, others, path)


def write_redline_xlsx(
    found: LayerComparison,
    verdicts: pd.DataFrame | None,
    path: str | PathLike[str],
    notices: Sequence[Notice] = (),
    run: Mapping[str, Any] | None = None,
) -> Path:
    """Write a workbook: areas, features, pieces, verdicts where there are sites, notices, run."""
    areas = found.areas()
    if found.not_decreased is None:
        areas["not_decreased"] = say("words.cannot_tell")
    sheets = {
        "areas": pd.DataFrame([areas]),
        "features": worded(found.features),
        "pieces": worded(_rows(found.pieces)),
    }
    if verdicts is not None:
        sheets["verdicts"] = worded(verdicts)
    sheets["notices"] = notice_table(tuple(notices or found.notices))
    sheets |= run_sheet(run)
    with written(path) as draft:
        write_book(sheets, draft)
    return Path(path)


def write_redline_gpkg(
    found: LayerComparison, verdicts: pd.DataFrame | None, path: str | PathLike[str], notices: Sequence[Notice] = ()
) -> Path:
    """Write a GeoPackage: layers ``pieces``, ``old`` and ``new``; tables ``features``, ``verdicts``, ``notices``."""
    tables: dict[str, pd.DataFrame] = {
        "pieces": found.pieces,
        "old": found.old,
        "new": found.new,
        "features": found.features,
    }
    if verdicts is not None:
        tables["verdicts"] = verdicts
    tables["notices"] = notice_table(tuple(notices or found.notices))
    return write_layers(tables, path)


def write_redline_geojson(found: LayerComparison, path: str | PathLike[str], run: Mapping[str, Any]) -> Path:
    """Write the pieces of change as GeoJSON."""
    areas = {name: plain_value(value) for name, value in found.areas().items()}
    return write_shapes(found.pieces, path, {"run": dict(run), "areas": areas})


def write_redline_map(found: LayerComparison, check: Check, path: str | PathLike[str]) -> Path:
    """Write the meeting's map with the change on top: both outlines, what was added, removed and only redrawn.

    Parameters
    ----------
    check : Check
        Sites against the new version; there may be none.
    """
    ws = check.workspace
    shown = []
    for key, frame in (("version_old", found.old), ("version_new", found.new)):
        role = Role(key, *_names(key), required=False, colour=_OUTLINES[key], outline=True)
        ws = _with(ws, role, frame)
        shown.append(key)
    for kind, mine in found.pieces.groupby(_kinds(found.pieces), sort=False):
        colour, hatch = _LOOKS[str(kind)]
        role = Role(f"version_{kind}", *_names(f"version_{kind}"), required=False, colour=colour, hatch=hatch)  # type: ignore[arg-type]
        ws = _with(ws, role, mine)
        shown.append(role.id)
    drawn = Check(check.sites, check.findings, check.states, (*found.notices, *check.notices), ws, check.run)
    return write_map(drawn, path, shown=shown)


def _kinds(pieces: gpd.GeoDataFrame) -> list[str]:
    kinds = zip(pieces["change_kind"], pieces["thin"], strict=True)
    return ["redrawn" if thin else kind for kind, thin in kinds]


def _names(key: str) -> tuple[str, str]:
    return say(f"outputs.{key}", "zh"), say(f"outputs.{key}", "en")


def _with(ws: Workspace, role: Role, frame: gpd.GeoDataFrame) -> Workspace:
    here = reproject(frame.geometry, ws.crs)
    features = gpd.GeoDataFrame(
        {
            "zone": [str(number) for number in range(1, len(frame) + 1)],
            "name": frame["name"].tolist(),
            "level": pd.array([None] * len(frame), dtype="Int64"),
        },
        geometry=here.to_numpy(),
        crs=ws.crs,
    )
    title = {"zh": role.zh, "en": role.en}
    return ws.with_layer(Layer(role.id, role.id, ws.file, title), features, role=role)


def _rows(pieces: gpd.GeoDataFrame) -> pd.DataFrame:
    return pd.DataFrame(pieces.drop(columns="geometry"))
