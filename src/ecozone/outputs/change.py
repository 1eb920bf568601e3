"""What changed between two years as data: one document, tables, shapes."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from ecozone.assess import Change
from ecozone.outputs.atomic import written
from ecozone.outputs.beside import write_tables_csv
from ecozone.outputs.documents import plain_rows
from ecozone.outputs.geodata import write_layers, write_shapes
from ecozone.outputs.tables import notice_table, run_sheet, worded
from ecozone.outputs.workbook import write_book

CHANGE_SCHEMA = "ecozone.change/1"


def change_document(change: Change) -> dict[str, Any]:
    """Return what changed as ``ecozone.change/1``; shapes are left to the files that hold them."""
    return {"schema": CHANGE_SCHEMA, "run": dict(change.run) if change.run else None, **_about(change)} | {
        "transitions": plain_rows(change.transitions),
        "net": plain_rows(change.net),
        "patches": plain_rows(_rows(change.patches)),
        "violations": plain_rows(_rows(change.violations)),
        "flagged": plain_rows(change.flagged),
        "notices": [one.as_dict() for one in change.notices],
    }


def write_change_csv(change: Change, path: str | PathLike[str]) -> Path:
    """Write the transitions as CSV, safe to open in a spreadsheet, and the other tables beside it."""
    others = {
        "net": change.net,
        "patches": _rows(change.patches),
        "violations": _rows(change.violations),
        "flagged": change.flagged,
    }
    return write_tables_csv(change.transitions, others, path)


def write_change_xlsx(change: Change, path: str | PathLike[str]) -> Path:
    """Write a workbook: net change, transitions, patches, possible violations and their sums, notices, run."""
    sheets = {
        "net": worded(change.net),
        "violations": _rows(change.violations),
        "flagged": change.flagged,
        "patches": _rows(change.patches),
        "transitions": change.transitions,
        "notices": notice_table(change.notices),
    } | run_sheet(change.run)
    with written(path) as draft:
        write_book(sheets, draft)
    return Path(path)


def write_change_gpkg(change: Change, path: str | PathLike[str]) -> Path:
    """Write a GeoPackage: layers ``patches``, ``violations``; tables of the sheets of `write_change_xlsx`.

    Codes are texts in it: ground without a class has a word for one.
    """
    tables: dict[str, pd.DataFrame] = {
        "patches": change.patches,
        "violations": change.violations,
        "net": change.net,
        "transitions": change.transitions,
        "flagged": change.flagged,
        "notices": notice_table(change.notices),
    }
    return write_layers({name: _typed(table) for name, table in tables.items()}, path)


def write_change_geojson(change: Change, path: str | PathLike[str]) -> Path:
    """Write the patches as GeoJSON (RFC 7946: longitude, latitude)."""
    return write_shapes(change.patches, path, {"run": dict(change.run) if change.run else None, **_about(change)})


def _about(change: Change) -> dict[str, Any]:
    alignment: Mapping[str, Any] | None = None
    if change.misaligned_share is not None:
        shares = {"misaligned_share": change.misaligned_share, "other_class_share": change.other_class_share}
        alignment = {"rule": "nearest", **shares}
    return {
        "years": [change.from_year, change.to_year],
        "min_area_m2": change.min_area_m2,
        "alignment": alignment,
    }


def _rows(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(frame.drop(columns="geometry"))


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    kinds: Mapping[str, Any] = {
        "from_code": "str",
        "to_code": "str",
        "from_year": "int64",
        "to_year": "int64",
        "changed": "bool",
    }
    return table.assign(**{name: table[name].astype(kind) for name, kind in kinds.items() if name in table})
