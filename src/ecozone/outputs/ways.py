"""Ways out of conflicts, for every file that holds them: the part to give up, what is left, where to move to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from ecozone.assess import CUT_COLUMNS, SHIFT_COLUMNS, Cuts, records
from ecozone.geo import CGCS2000, reproject
from ecozone.outputs.plain_values import plain_value
from ecozone.text import say

#: Columns that count.
_WHOLE = ("part_count", "left_count", "left_pieces")


def way_documents(cuts: Cuts) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return ``cuts`` and ``shifts`` by site as JSON has them, shapes as GeoJSON in longitude and latitude (CGCS2000).

    Each has the findings of what is left, or of the site where it was moved to.
    """
    met: dict[tuple[str, str, str | None], list[dict[str, Any]]] = {}
    for row in records(cuts.findings):
        key = row.pop("site_id"), row.pop("way"), row.pop("cleared")
        met.setdefault(key, []).append({str(name): plain_value(value) for name, value in row.items()})
    return {
        "cuts": _by_site(cuts.cuts, CUT_COLUMNS, {"part": cuts.cuts["part"], "left": cuts.cuts.geometry}, "cut", met),
        "shifts": _by_site(cuts.shifts, SHIFT_COLUMNS, {"geometry": cuts.shifts.geometry}, "shift", met),
    }


def _by_site(
    table: gpd.GeoDataFrame,
    columns: tuple[str, ...],
    shapes: Mapping[str, Any],
    way: str,
    met: Mapping[tuple[str, str, str | None], list[dict[str, Any]]],
) -> dict[str, list[dict[str, Any]]]:
    degrees = {name: reproject(gpd.GeoSeries(one, crs=table.crs), CGCS2000) for name, one in shapes.items()}
    found: dict[str, list[dict[str, Any]]] = {}
    for at, row in enumerate(records(pd.DataFrame(table[list(columns)]))):
        entry = {str(name): plain_value(value) for name, value in row.items() if name != "site_id"}
        entry["layers"] = entry["layers"].split(", ")
        entry |= {name: int(entry[name]) for name in _WHOLE if name in entry}
        entry |= {name: _json(one.iloc[at]) for name, one in degrees.items()}
        entry["findings"] = met.get((row["site_id"], way, row["layer"]), [])
        found.setdefault(row["site_id"], []).append(entry)
    return found


def _json(shape: Any) -> dict[str, Any] | None:
    geometry: dict[str, Any] | None = None if shape is None else json.loads(shapely.to_geojson(shape))
    return geometry


def way_sheets(cuts: Cuts) -> dict[str, pd.DataFrame]:
    """Return the tables of ways without shapes, outcomes in words."""
    tables = {"cuts": cuts.cuts[list(CUT_COLUMNS)], "shifts": cuts.shifts[list(SHIFT_COLUMNS)]}
    return {
        name: pd.DataFrame(table).assign(outcome=[say(f"words.{outcome}") for outcome in table["outcome"]])
        for name, table in tables.items()
    }


def way_layers(cuts: Cuts) -> dict[str, gpd.GeoDataFrame]:
    """Return the ways as layers of shapes: parts to give up, what is left, sites where they were moved to."""
    cut = cuts.cuts.drop(columns="part")
    parts = cut.set_geometry(gpd.GeoSeries(cuts.cuts["part"], crs=cut.crs).rename("geometry"))
    layers = {"cuts": parts, "remainders": cut, "shifts": cuts.shifts}
    return {name: layer[layer.geometry.notna()].reset_index(drop=True) for name, layer in layers.items()}
