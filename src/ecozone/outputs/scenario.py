"""A scenario as data: one document, tables, shapes, and the figures that its map shows."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from ecozone.assess import RATIO_COLUMNS, Scenario, records
from ecozone.outputs.atomic import written
from ecozone.outputs.beside import write_tables_csv
from ecozone.outputs.documents import plain_rows
from ecozone.outputs.geodata import write_layers, write_shapes
from ecozone.outputs.tables import notice_table, run_sheet, worded
from ecozone.outputs.workbook import write_book
from ecozone.text import say
from ecozone.units import hectares, mu

SCENARIO_SCHEMA = "ecozone.scenario/1"


def scenario_document(scenario: Scenario, run: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a scenario as ``ecozone.scenario/1``; of effects and targets ``site_id`` null is all sites together."""
    return {
        "schema": SCENARIO_SCHEMA,
        "run": dict(run) if run else None,
        "year": scenario.year,
        "complete": scenario.complete and scenario.measured,
        "sites": plain_rows(_sites(scenario)),
        "effects": plain_rows(scenario.effects),
        "targets": plain_rows(scenario.targets),
        "places": plain_rows(scenario.places),
        "notices": [one.as_dict() for one in scenario.notices],
    }


def write_scenario_csv(scenario: Scenario, path: str | PathLike[str]) -> Path:
    """Write the effects as CSV, safe to open in a spreadsheet, and the other tables beside it."""
    others = {"targets": scenario.targets, "places": scenario.places, "sites": _sites(scenario)}
    return write_tables_csv(scenario.effects, others, path)


def write_scenario_xlsx(scenario: Scenario, path: str | PathLike[str], run: Mapping[str, Any] | None = None) -> Path:
    """Write a workbook: targets, effects, places, sites, notices, run."""
    sheets = {
        "targets": _together(worded(scenario.targets)),
        "effects": _together(worded(scenario.effects)),
        "places": scenario.places,
        "sites": worded(_sites(scenario)),
        "notices": notice_table(scenario.notices),
    } | run_sheet(run)
    with written(path) as draft:
        write_book(sheets, draft)
    return Path(path)


def write_scenario_gpkg(scenario: Scenario, path: str | PathLike[str]) -> Path:
    """Write a GeoPackage: layers ``sites`` and ``pieces`` (what is taken of each zone), and the tables."""
    tables = {
        "sites": _shaped(scenario),
        "pieces": scenario.pieces,
        "effects": scenario.effects,
        "targets": scenario.targets,
        "places": scenario.places,
        "notices": notice_table(scenario.notices),
    }
    return write_layers(tables, path)


def write_scenario_geojson(scenario: Scenario, path: str | PathLike[str], run: Mapping[str, Any]) -> Path:
    """Write the sites as GeoJSON, each with what becomes of its land."""
    return write_shapes(_shaped(scenario), path, {"run": dict(run), "year": scenario.year})


def scenario_ratios(scenario: Scenario) -> pd.DataFrame:
    """Return the scenario's year as indicators (`ecozone.assess.RATIO_COLUMNS`) for a map.

    Each zone that loses stands twice, the second time as it is with the sites built.
    """
    names = ("zone", "indicator", "profile")
    lost = {
        tuple(row[name] for name in names): row
        for row in records(scenario.effects)
        if row["site_id"] is None and row["lost_m2"] > 0
    }
    aims = {
        (row["zone"], row["measured_as"], row["profile"]): row
        for row in records(scenario.targets)
        if row["site_id"] is None
    }
    rows: list[dict[str, Any]] = []
    for row in records(scenario.ratios[scenario.ratios["year"] == scenario.year]):
        rows.append(row)
        key = tuple(row[name] for name in names)
        if key in lost:
            after = {"value": lost[key]["value_after"], "numerator_m2": lost[key]["numerator_after_m2"]}
            title = say("outputs.when_built", title=row["title"])
            rows.append(row | after | {"zone": f"{row['zone']} +", "title": title} | _aimed(aims.get(key)))
    ratios = pd.DataFrame(rows, columns=list(RATIO_COLUMNS))
    ratios.attrs["notices"] = scenario.notices
    return ratios


def _aimed(target: Mapping[str, Any] | None) -> dict[str, Any]:
    if target is None:
        return {}
    after = {name: target[f"{name}_after"] for name in ("adjusted", "ci_low", "ci_high", "status", "by_count")}
    return after | {"gap_m2": target["gap_after_m2"]}


def _together(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(site_id=[say("outputs.all_sites") if one is None else one for one in table["site_id"]])


def _sites(scenario: Scenario) -> pd.DataFrame:
    sites = pd.DataFrame(scenario.sites.drop(columns="geometry"))
    sizes = [None if pd.isna(size) or size <= 0 else float(size) for size in sites["area_m2"]]
    return pd.DataFrame(
        {
            **{name: sites[name].tolist() for name in ("site_id", "name", "project_type", "use", "area_m2")},
            "area_hectares": pd.Series([None if size is None else hectares(size) for size in sizes], dtype=float),
            "area_mu": pd.Series([None if size is None else mu(size) for size in sizes], dtype=float),
            **{name: sites[name].tolist() for name in ("source_file", "source_row")},
        }
    )


def _shaped(scenario: Scenario) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(_sites(scenario), geometry=scenario.sites.geometry.to_numpy(), crs=scenario.sites.crs)
