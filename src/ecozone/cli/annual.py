"""``ratios``: the statistician's command."""

from __future__ import annotations

from typing import Annotated

import typer

from ecozone.cli.common import SETTINGS, answer, chosen_workspace, command, showing_progress, tell, tell_notices
from ecozone.text import language, say


def register(app: typer.Typer) -> None:
    """Add the command, with its help in the current language."""

    @command(app, "ratios")
    def ratios(
        w: Annotated[str | None, typer.Option("-w", "--workspace", help=say("cli.opt_workspace"))] = None,
        years: Annotated[list[int] | None, typer.Option("--year", help=say("cli.opt_year"))] = None,
        output: Annotated[list[str] | None, typer.Option("-o", "--output", help=say("cli.opt_output_ratios"))] = None,
    ) -> int:
        from ecozone.cli.show import show_ratios
        from ecozone.notices import notices_of
        from ecozone.outputs import ratios_document
        from ecozone.runs import Request, execute

        request = Request(
            workspace=chosen_workspace(w),
            parts=("ratios",),
            years=tuple(years) if years else None,
            outputs=tuple(output or ()),
            limits=dict(SETTINGS.limits),
            lang=language(),
        )
        with showing_progress() as progress:
            outcome = execute(request, progress=progress)
        assert outcome.ratios is not None
        if SETTINGS.json:
            answer(ratios_document(outcome.ratios, outcome.run))
        else:
            tell_notices(notices_of(outcome.ratios))
            show_ratios(outcome.ratios)
        if not SETTINGS.quiet:
            for path in outcome.files:
                tell(say("cli.wrote", file=path))
        return 0
