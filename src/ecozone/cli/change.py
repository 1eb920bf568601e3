"""``change``: what became of what between two years, and what should be verified on the ground."""

from __future__ import annotations

import typer

from ecozone.cli.common import (
    SETTINGS,
    answer,
    chosen_workspace,
    command,
    known_scheduler,
    showing_progress,
    tell_files,
    tell_notices,
    told_complete,
)
from ecozone.text import language, say


def register(app: typer.Typer) -> None:
    """Add the command, with its help in the current language."""

    @command(app, "change")
    def change(
        year1: int = typer.Argument(metavar="YEAR1", help=say("cli.arg_first_year")),
        year2: int = typer.Argument(metavar="YEAR2", help=say("cli.arg_second_year")),
        w: str | None = typer.Option(None, "-w", "--workspace", help=say("cli.opt_workspace")),
        output: list[str] = typer.Option([], "-o", "--output", help=say("cli.opt_output_change")),
        picture: str | None = typer.Option(None, "--picture", metavar="NAME", help=say("cli.opt_picture_change")),
        min_area: float | None = typer.Option(None, "--min-area", metavar="M2", help=say("cli.opt_min_area")),
        align: bool = typer.Option(False, "--align", help=say("cli.opt_align")),
        with_inputs: bool = typer.Option(False, "--with-inputs", help=say("cli.opt_with_inputs")),
        scheduler: str | None = typer.Option(None, "--scheduler", metavar="ADDRESS", help=say("cli.opt_scheduler")),
    ) -> int:
        from ecozone.cli.show_change import show_change
        from ecozone.outputs import change_document
        from ecozone.runs import Request, run_change

        request = Request(
            workspace=chosen_workspace(w),
            parts=("change",),
            years=(year1, year2),
            picture=picture,
            min_area_m2=min_area,
            align=align,
            outputs=tuple(output),
            copies=with_inputs,
            limits=dict(SETTINGS.limits),
            lang=language(),
            scheduler=known_scheduler(scheduler),
        )
        with showing_progress() as progress:
            outcome = run_change(request, progress=progress)
        if SETTINGS.json:
            answer(change_document(outcome.change))
        else:
            tell_notices(outcome.change.notices)
            show_change(outcome.change)
        tell_files(outcome.files)
        return told_complete(complete=outcome.change.complete)
