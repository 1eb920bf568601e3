"""``scenario`` and ``redline``: what building would do, and what a new version of a layer changes."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ecozone.cli.common import (
    SETTINGS,
    answer,
    chosen_workspace,
    command,
    known_scheduler,
    showing_progress,
    tell,
    tell_files,
    tell_notices,
    told_complete,
    workspace_here,
)
from ecozone.text import language, say


def register(app: typer.Typer) -> None:
    """Add the commands, with their help in the current language."""
    workspace = typer.Option(None, "-w", "--workspace", help=say("cli.opt_workspace"))
    project_type = typer.Option(None, "--project-type", help=say("cli.opt_project_type"))

    @command(app, "scenario")
    def scenario(
        sites: Annotated[list[str], typer.Argument(help=say("cli.arg_sites"))],
        w: str | None = workspace,
        year: int | None = typer.Option(None, "--year", help=say("cli.opt_year_scenario")),
        output: list[str] = typer.Option([], "-o", "--output", help=say("cli.opt_output_shapes")),
        reading: Any = None,
        project_type: str | None = project_type,
        scheduler: str | None = typer.Option(None, "--scheduler", metavar="ADDRESS", help=say("cli.opt_scheduler")),
    ) -> int:
        from ecozone.cli.show_whatif import show_scenario
        from ecozone.outputs import scenario_document
        from ecozone.runs import Request, run_scenario

        request = Request(
            workspace=chosen_workspace(w),
            parts=("scenario",),
            sites=tuple(sites),
            years=None if year is None else (year,),
            **reading,
            project_type=project_type,
            outputs=tuple(output),
            limits=dict(SETTINGS.limits),
            lang=language(),
            scheduler=known_scheduler(scheduler),
        )
        with showing_progress() as progress:
            outcome = run_scenario(request, progress=progress)
        if SETTINGS.json:
            answer(scenario_document(outcome.scenario, outcome.run))
        else:
            tell_notices(outcome.scenario.notices)
            show_scenario(outcome.scenario)
        tell_files(outcome.files)
        status = told_complete(complete=outcome.scenario.measured)
        if not outcome.scenario.complete:
            tell(say("cli.scenario_incomplete"), style="red")
            return 3
        return status

    @command(app, "redline")
    def redline(
        old: str = typer.Argument(help=say("cli.arg_old")),
        new: str = typer.Argument(help=say("cli.arg_new")),
        w: str | None = workspace,
        role: str | None = typer.Option(None, "--role", "--layer", help=say("cli.opt_role")),
        key: str | None = typer.Option(None, "--key", help=say("cli.opt_key")),
        tolerance: float | None = typer.Option(None, "--tolerance", min=0, help=say("cli.opt_tolerance")),
        sites: list[str] = typer.Option([], "--sites", help=say("cli.opt_sites_redline")),
        project_type: str | None = project_type,
        old_crs: str | None = typer.Option(None, "--old-crs", help=say("cli.opt_old_crs")),
        new_crs: str | None = typer.Option(None, "--new-crs", help=say("cli.opt_new_crs")),
        old_layer: str | None = typer.Option(None, "--old-layer", help=say("cli.opt_old_layer")),
        new_layer: str | None = typer.Option(None, "--new-layer", help=say("cli.opt_new_layer")),
        output: list[str] = typer.Option([], "-o", "--output", help=say("cli.opt_output_shapes")),
    ) -> int:
        from ecozone.cli.show_whatif import show_redline
        from ecozone.outputs import redline_document
        from ecozone.runs import Request, Version, run_redline

        request = Request(
            workspace=workspace_here(w) or "",
            parts=("redline",),
            versions=(
                Version(path=old, crs=old_crs, layer=old_layer),
                Version(path=new, crs=new_crs, layer=new_layer),
            ),
            sites=tuple(sites),
            project_type=project_type,
            role=role,
            key=key,
            width_m=tolerance,
            outputs=tuple(output),
            limits=dict(SETTINGS.limits),
            lang=language(),
        )
        with showing_progress() as progress:
            outcome = run_redline(request, progress=progress)
        if SETTINGS.json:
            answer(redline_document(outcome.found, outcome.verdicts, outcome.run, outcome.notices))
        else:
            tell_notices(outcome.notices)
            show_redline(outcome.found, outcome.verdicts)
        tell_files(outcome.files)
        return 3 if outcome.sites is not None and bool(outcome.sites.geometry.isna().any()) else 0
