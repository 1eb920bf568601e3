"""``ratios``: the statistician's command."""

from __future__ import annotations

from typing import Annotated

import typer

from ecozone.cli.common import (
    SETTINGS,
    answer,
    chosen_workspace,
    command,
    known_scheduler,
    showing_progress,
    tell,
    tell_notices,
    told_complete,
)
from ecozone.text import language, say


def register(app: typer.Typer) -> None:
    """Add the command, with its help in the current language."""

    @command(app, "ratios")
    def ratios(
        w: Annotated[str | None, typer.Option("-w", "--workspace", help=say("cli.opt_workspace"))] = None,
        years: Annotated[list[int] | None, typer.Option("--year", help=say("cli.opt_year"))] = None,
        output: Annotated[list[str] | None, typer.Option("-o", "--output", help=say("cli.opt_output_ratios"))] = None,
        picture: Annotated[
            str | None, typer.Option("--picture", metavar="NAME", help=say("cli.opt_picture_ratios"))
        ] = None,
        resolved: Annotated[bool, typer.Option("--resolved", help=say("cli.opt_resolved"))] = False,
        by: Annotated[list[str] | None, typer.Option("--by", help=say("cli.opt_by"))] = None,
        plan: Annotated[str | None, typer.Option("--plan-samples", help=say("cli.opt_plan_samples"))] = None,
        plan_se: Annotated[float, typer.Option("--plan-se", help=say("cli.opt_plan_se"))] = 1.0,
        plan_seed: Annotated[int, typer.Option("--plan-seed", min=0, help=say("cli.opt_plan_seed"))] = 1,
        with_inputs: bool = typer.Option(False, "--with-inputs", help=say("cli.opt_with_inputs")),
        scheduler: str | None = typer.Option(None, "--scheduler", metavar="ADDRESS", help=say("cli.opt_scheduler")),
    ) -> int:
        from ecozone import assess, outputs
        from ecozone.cli.show import show_ratios
        from ecozone.cli.show_account import show_accuracy, show_plan, show_targets
        from ecozone.cli.show_resolved import show_resolved
        from ecozone.runs import Request, execute

        request = Request(
            workspace=chosen_workspace(w),
            parts=("ratios",),
            years=tuple(years) if years else None,
            by=assess.known_breakdowns([*(["resolved"] if resolved else []), *(by or ())]),
            outputs=tuple(output or ()),
            picture=picture,
            copies=with_inputs,
            plan_samples=plan,
            plan_se=plan_se,
            plan_seed=plan_seed,
            limits=dict(SETTINGS.limits),
            lang=language(),
            scheduler=known_scheduler(scheduler),
        )
        with showing_progress() as progress:
            outcome = execute(request, described=SETTINGS.json, progress=progress)
        account = outcome.account
        assert account is not None
        if SETTINGS.json:
            answer(outputs.ratios_document(account, outcome.run, plan=outcome.plan))
        else:
            tell_notices(account.notices)
            show_ratios(account.ratios)
            show_targets(account)
            show_accuracy(account)
            show_resolved(account)
            if outcome.plan is not None:
                show_plan(outcome.plan)
        if not SETTINGS.quiet:
            for path in outcome.files:
                tell(say("cli.wrote", file=path))
        return told_complete(complete=account.complete)
