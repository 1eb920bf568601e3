"""``report``: the Word document of a site check."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from ecozone.cli.common import (
    SETTINGS,
    answer,
    chosen_workspace,
    command,
    known_angles,
    known_scheduler,
    row_kind,
    showing_progress,
    tell_files,
    tell_notices,
    tell_refused,
    told_complete,
)
from ecozone.errors import UsageError
from ecozone.text import language, say


def register(app: typer.Typer) -> None:
    """Add the command, with its help in the current language."""

    @command(app, "report")
    def report(
        sites: Annotated[list[str], typer.Argument(help=say("cli.arg_sites"))],
        w: str | None = typer.Option(None, "-w", "--workspace", help=say("cli.opt_workspace")),
        output: list[str] = typer.Option([], "-o", "--output", help=say("cli.opt_output_report")),
        template: str | None = typer.Option(None, "--template", help=say("cli.opt_template")),
        with_ratios: bool = typer.Option(False, "--with-ratios", help=say("cli.opt_with_ratios")),
        crs: str | None = typer.Option(None, "--crs", help=say("cli.opt_crs")),
        layer: str | None = typer.Option(None, "--layer", help=say("cli.opt_layer")),
        encoding: str | None = typer.Option(None, "--encoding", help=say("cli.opt_encoding")),
        datum: str | None = typer.Option(None, "--datum", help=say("cli.opt_datum")),
        project_type: str | None = typer.Option(None, "--project-type", help=say("cli.opt_project_type")),
        control_points: str | None = typer.Option(None, "--control-points", help=say("cli.opt_control_points")),
        corners: bool | None = typer.Option(None, "--corners/--points", help=say("cli.opt_corners")),
        angles: str | None = typer.Option(None, "--angles", help=say("cli.opt_angles"), callback=known_angles),
        unit: str | None = typer.Option(None, "--unit", help=say("cli.opt_unit")),
        near: float | None = typer.Option(None, "--near", min=0, help=say("cli.opt_near")),
        with_inputs: bool = typer.Option(False, "--with-inputs", help=say("cli.opt_with_inputs")),
        override: list[str] = typer.Option([], "--override", metavar="WORDS", help=say("cli.opt_override")),
        date: datetime | None = typer.Option(None, "--date", formats=["%Y-%m-%d"], help=say("cli.opt_date")),
        scheduler: str | None = typer.Option(None, "--scheduler", metavar="ADDRESS", help=say("cli.opt_scheduler")),
    ) -> int:
        from ecozone.runs import Request, execute

        if not any(Path(path).suffix.lower() in (".docx", ".html") for path in output):
            raise UsageError("cli.report_suffix")
        request = Request(
            workspace=chosen_workspace(w),
            parts=("check", "ratios") if with_ratios else ("check",),
            sites=tuple(sites),
            crs=crs,
            layer=layer,
            encoding=encoding,
            unit=unit,
            datum=datum,
            project_type=project_type,
            control_points=control_points,
            geometry=row_kind(corners),
            angles=cast("Any", angles),
            near_m=near,
            outputs=tuple(output),
            copies=with_inputs,
            template=template,
            overrides=tuple(override),
            date=None if date is None else date.date(),
            limits=dict(SETTINGS.limits),
            lang=language(),
            scheduler=known_scheduler(scheduler),
        )
        with showing_progress() as progress:
            outcome = execute(request, progress=progress)
        assert outcome.check is not None
        if SETTINGS.json:
            answer({"schema": "ecozone.files/1", "files": [str(path) for path in outcome.files]})
        else:
            lost = (
                [] if outcome.account is None else [one for one in outcome.account.notices if one.severity == "refused"]
            )
            tell_notices(dict.fromkeys([*outcome.check.notices, *lost]))
        tell_files(outcome.files)
        status = told_complete(complete=outcome.account is None or outcome.account.complete)
        return 3 if tell_refused(outcome.check) else status
