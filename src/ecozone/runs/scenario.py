"""``scenario`` as a run: workspace and sites in; effects, targets, places, shapes and map out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ecozone.assess import Scenario, assess_scenario, check_sites
from ecozone.intake import start_reader
from ecozone.log import Progress, no_progress
from ecozone.outputs import (
    scenario_document,
    scenario_ratios,
    write_json,
    write_map,
    write_scenario_csv,
    write_scenario_geojson,
    write_scenario_gpkg,
    write_scenario_xlsx,
)
from ecozone.rules import project_tags
from ecozone.runs.batch import read_all_sites, site_files
from ecozone.runs.delivery import Writer, carrying_out, deliver, inputs_apart, is_archive, require_formats
from ecozone.runs.manifest import describe
from ecozone.runs.request import Request
from ecozone.runs.stage import Stage
from ecozone.workspace import open_workspace

FORMATS = (".json", ".csv", ".xlsx", ".gpkg", ".geojson", ".html")


@dataclass(frozen=True)
class ScenarioOutcome:
    """What a run gave: ``run`` decides its numbers, ``files`` are all files written, the manifest last."""

    request: Request
    scenario: Scenario
    run: Mapping[str, Any]
    files: tuple[Path, ...]


def run_scenario(
    request: Request,
    *,
    told: Mapping[str, Any] | None = None,
    stage: Stage | None = None,
    progress: Progress = no_progress,
) -> ScenarioOutcome:
    """Carry out a request for a scenario.

    The map shows what a check of the same sites says, and the figures of the scenario's year before and after.

    Parameters
    ----------
    told, stage : optional
        As for `ecozone.runs.execute`.

    Raises
    ------
    EcozoneError
        As `ecozone.runs.execute` does.
    """
    with carrying_out(request) as mapper:
        outputs = require_formats(request.outputs, FORMATS)
        start_reader()
        ws = open_workspace(request.workspace) if stage is None else stage.workspace
        paths = site_files(request.sites) if stage is None else stage.files(request.sites)
        more = [] if request.control_points is None else [Path(request.control_points)]
        inputs = inputs_apart(request, outputs, [*paths, *more], ws)
        if request.project_type is not None:
            project_tags(ws.pack, request.project_type, "")
        sites = read_all_sites(paths, ws, request, called=None if stage is None else stage.called)
        tables = list(sites.attrs.get("tables", ()))
        year = max(request.years) if request.years else None
        scenario = assess_scenario(ws, sites, year=year, client=mapper, progress=progress)
        drawn = any(path.suffix.lower() == ".html" or is_archive(path) for path in outputs)
        check = check_sites(sites, ws, client=mapper, progress=progress) if drawn else None
        inputs = [*ws.inputs.values(), *ws.pack.files, *inputs]
        run = describe(request, inputs, [*tables, *ws.tables.values()], stage=stage)
        carried = run if told is None else told

        def write_page(path: Path) -> Path:
            assert check is not None
            said = tuple(dict.fromkeys((*scenario.notices, *check.notices)))
            shown = replace(check, notices=said, run=carried)
            return write_map(shown, path, ratios=scenario_ratios(scenario))

        writers: dict[str, Writer] = {
            ".json": lambda path: write_json(scenario_document(scenario, carried), path),
            ".csv": lambda path: write_scenario_csv(scenario, path),
            ".xlsx": lambda path: write_scenario_xlsx(scenario, path, carried),
            ".gpkg": lambda path: write_scenario_gpkg(scenario, path),
            ".geojson": lambda path: write_scenario_geojson(scenario, path, carried),
            ".html": write_page,
        }
        files = deliver(request, carried, scenario.notices, outputs, writers, stage=stage, inputs=inputs)
        return ScenarioOutcome(request, scenario, run, files)
