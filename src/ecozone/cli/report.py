"""``report``: the Word document of a site check."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ecozone.cli.common import (
    SETTINGS,
    chosen_workspace,
    command,
    known_scheduler,
    showing_progress,
    told_files,
)
from ecozone.cli.reading import said_of_sites
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
        reading: Any = None,
        project_type: str | None = typer.Option(None, "--project-type", help=say("cli.opt_project_type")),
        site_type: list[str] = typer.Option([], "--site-type", metavar="ID=TYPE", help=say("cli.opt_site_type")),
        buffer: list[str] = typer.Option([], "--buffer", metavar="[ID=]M", help=say("cli.opt_buffer")),
        only: list[str] = typer.Option([], "--only", metavar="ID", help=say("cli.opt_only")),
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
            **reading,
            project_type=project_type,
            **said_of_sites(site_type, buffer, only),
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
        return told_files(outcome)
