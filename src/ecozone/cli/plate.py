"""``plate``: the print map."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from ecozone.cli.common import (
    SETTINGS,
    chosen_workspace,
    command,
    showing_progress,
    told_files,
)
from ecozone.errors import UsageError
from ecozone.text import language, say


def register(app: typer.Typer) -> None:
    """Add the command, with its help in the current language."""

    @command(app, "plate")
    def plate(
        output: Annotated[list[str], typer.Argument(help=say("cli.arg_plate"))],
        sites: Annotated[list[str] | None, typer.Option("--sites", help=say("cli.arg_sites"))] = None,
        w: str | None = typer.Option(None, "-w", "--workspace", help=say("cli.opt_workspace")),
        paper: str = typer.Option("A3", "--paper", help=say("cli.opt_paper")),
        portrait: bool = typer.Option(False, "--portrait", help=say("cli.opt_portrait")),
        title: str | None = typer.Option(None, "--title", help=say("cli.opt_title")),
        scale: str | None = typer.Option(None, "--scale", metavar="1:N", help=say("cli.opt_scale")),
        atlas: bool = typer.Option(False, "--atlas", help=say("cli.opt_atlas")),
        reading: Any = None,
        project_type: str | None = typer.Option(None, "--project-type", help=say("cli.opt_project_type")),
        with_inputs: bool = typer.Option(False, "--with-inputs", help=say("cli.opt_with_inputs")),
        date: datetime | None = typer.Option(None, "--date", formats=["%Y-%m-%d"], help=say("cli.opt_date")),
        override: list[str] = typer.Option([], "--override", metavar="WORDS", help=say("cli.opt_override")),
    ) -> int:
        from ecozone.outputs import PLATE_SUFFIXES, plate_scale
        from ecozone.runs import Request, Sheet, execute

        if not any(one.lower().endswith(PLATE_SUFFIXES) for one in output):
            raise UsageError("cli.plate_suffix", file=output[0])
        sheet = Sheet(
            paper=paper.upper(),
            landscape=not portrait,
            title=title,
            scale=None if scale is None else plate_scale(scale),
            atlas=atlas,
        )
        request = Request(
            workspace=chosen_workspace(w),
            parts=("check",),
            sites=tuple(sites or ()),
            **reading,
            project_type=project_type,
            sheet=sheet,
            outputs=tuple(output),
            overrides=tuple(override),
            copies=with_inputs,
            date=None if date is None else date.date(),
            limits=dict(SETTINGS.limits),
            lang=language(),
        )
        with showing_progress() as progress:
            outcome = execute(request, progress=progress)
        return told_files(outcome)
