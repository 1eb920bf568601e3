"""``check`` and ``map``: the planner's commands."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated, Any

import typer

from ecozone.cli.common import (
    SETTINGS,
    chosen_workspace,
    command,
    known_scheduler,
    showing_progress,
    tell_files,
    tell_notices,
    tell_refused,
    told_files,
)
from ecozone.cli.reading import said_of_sites
from ecozone.errors import UsageError
from ecozone.text import language, say

_FAIL_ON = ("prohibited", "conditional", "review")


def register(app: typer.Typer) -> None:
    """Add the commands, with their help in the current language."""
    workspace = typer.Option(None, "-w", "--workspace", help=say("cli.opt_workspace"))
    project_type = typer.Option(None, "--project-type", help=say("cli.opt_project_type"))

    @command(app, "check")
    def check(
        sites: Annotated[list[str], typer.Argument(help=say("cli.arg_sites"))],
        w: str | None = workspace,
        output: list[str] = typer.Option([], "-o", "--output", help=say("cli.opt_output")),
        reading: Any = None,
        project_type: str | None = project_type,
        site_type: list[str] = typer.Option([], "--site-type", metavar="ID=TYPE", help=say("cli.opt_site_type")),
        buffer: list[str] = typer.Option([], "--buffer", metavar="[ID=]M", help=say("cli.opt_buffer")),
        only: list[str] = typer.Option([], "--only", metavar="ID", help=say("cli.opt_only")),
        near: float | None = typer.Option(None, "--near", min=0, help=say("cli.opt_near")),
        stream: bool | None = typer.Option(None, "--stream/--no-stream", help=say("cli.opt_stream")),
        batch: int | None = typer.Option(None, "--batch", min=1, help=say("cli.opt_batch")),
        workers: int | None = typer.Option(None, "--workers", min=1, max=64, help=say("cli.opt_stream_workers")),
        restart: bool = typer.Option(False, "--restart", help=say("cli.opt_restart")),
        with_inputs: bool = typer.Option(False, "--with-inputs", help=say("cli.opt_with_inputs")),
        override: list[str] = typer.Option([], "--override", metavar="WORDS", help=say("cli.opt_override")),
        date: datetime | None = typer.Option(None, "--date", formats=["%Y-%m-%d"], help=say("cli.opt_date")),
        fail_on: str | None = typer.Option(None, "--fail-on", help=say("cli.opt_fail_on")),
        scheduler: str | None = typer.Option(None, "--scheduler", metavar="ADDRESS", help=say("cli.opt_scheduler")),
        least_cut: bool = typer.Option(False, "--least-cut", help=say("cli.opt_least_cut")),
        shift: float | None = typer.Option(
            None, "--shift-within", min=0, metavar="M", help=say("cli.opt_shift_within")
        ),
        margin: bool = typer.Option(True, "--cut-margin/--no-cut-margin", help=say("cli.opt_cut_margin")),
    ) -> int:
        from ecozone import outputs
        from ecozone.assess import at_least
        from ecozone.cli.show import show_check
        from ecozone.runs import Request, execute, streamable

        if fail_on is not None and fail_on not in _FAIL_ON:
            raise UsageError("cli.fail_on_unknown", value=fail_on, known=" ".join(_FAIL_ON))
        request = Request(
            workspace=chosen_workspace(w),
            parts=("check",),
            sites=tuple(sites),
            **reading,
            project_type=project_type,
            **said_of_sites(site_type, buffer, only),
            near_m=near,
            least_cut=least_cut or shift is not None or not margin,
            shift_within_m=shift,
            cut_margin=margin,
            outputs=tuple(output),
            batch=batch,
            copies=with_inputs,
            overrides=tuple(override),
            date=None if date is None else date.date(),
            limits=dict(SETTINGS.limits),
            lang=language(),
            scheduler=known_scheduler(scheduler),
        )
        if SETTINGS.json and stream is None:
            stream = False  # the answer is the whole check
        streamed = streamable(request, stream)
        if streamed is not None:
            from ecozone.cli.streamed import check_streamed

            return check_streamed(request, streamed, restart=restart, workers=workers, fail_on=fail_on)
        with showing_progress() as progress:
            outcome = execute(request, described=SETTINGS.json, progress=progress)
        done = outcome.check
        assert done is not None
        if SETTINGS.json:
            for part in outputs.check_json(done):
                sys.stdout.write(bytes(part).decode())
        else:
            tell_notices(done.notices)
            show_check(done)
            if done.cuts is not None:
                from ecozone.cli.show_ways import show_ways

                show_ways(done)
        tell_files(outcome.files)
        refused = tell_refused(done)
        bad = [verdict for verdict in done.sites["verdict"] if fail_on and at_least(verdict, fail_on)]
        if any(verdict != "review" for verdict in bad):
            return 1
        if bad:
            undecided = done.states.loc[done.states["blocks_clear"].astype(bool), "site_id"]
            return 4 if not undecided.empty else 1
        return 3 if refused else 0

    @command(app, "map")
    def draw(
        output: str = typer.Argument(help=say("cli.arg_map")),
        sites: Annotated[list[str] | None, typer.Option("--sites", help=say("cli.arg_sites"))] = None,
        w: str | None = workspace,
        reading: Any = None,
        project_type: str | None = project_type,
    ) -> int:
        from ecozone.runs import Request, execute

        if not output.lower().endswith((".html", ".htm")):
            raise UsageError("cli.map_suffix", file=output)
        request = Request(
            workspace=chosen_workspace(w),
            parts=("check", "ratios"),
            sites=tuple(sites or ()),
            **reading,
            project_type=project_type,
            outputs=(output,),
            limits=dict(SETTINGS.limits),
            lang=language(),
        )
        with showing_progress() as progress:
            outcome = execute(request, progress=progress)
        return told_files(outcome)
