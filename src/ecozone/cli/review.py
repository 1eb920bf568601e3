"""``check`` and ``map``: the planner's commands."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, cast

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
    tell,
    tell_files,
    tell_notices,
    told_complete,
)
from ecozone.errors import UsageError
from ecozone.text import language, say

if TYPE_CHECKING:
    from ecozone.assess import Check

_FAIL_ON = ("prohibited", "conditional", "review")


def register(app: typer.Typer) -> None:
    """Add the commands, with their help in the current language."""
    workspace = typer.Option(None, "-w", "--workspace", help=say("cli.opt_workspace"))
    crs = typer.Option(None, "--crs", help=say("cli.opt_crs"))
    layer = typer.Option(None, "--layer", help=say("cli.opt_layer"))
    encoding = typer.Option(None, "--encoding", help=say("cli.opt_encoding"))
    datum = typer.Option(None, "--datum", help=say("cli.opt_datum"))
    project_type = typer.Option(None, "--project-type", help=say("cli.opt_project_type"))
    control = typer.Option(None, "--control-points", help=say("cli.opt_control_points"))

    corners = typer.Option(None, "--corners/--points", help=say("cli.opt_corners"))
    angles = typer.Option(None, "--angles", help=say("cli.opt_angles"), callback=known_angles)
    unit = typer.Option(None, "--unit", help=say("cli.opt_unit"))

    @command(app, "check")
    def check(
        sites: Annotated[list[str], typer.Argument(help=say("cli.arg_sites"))],
        w: str | None = workspace,
        output: list[str] = typer.Option([], "-o", "--output", help=say("cli.opt_output")),
        crs: str | None = crs,
        layer: str | None = layer,
        encoding: str | None = encoding,
        datum: str | None = datum,
        project_type: str | None = project_type,
        control_points: str | None = control,
        corners: bool | None = corners,
        angles: str | None = angles,
        unit: str | None = unit,
        near: float | None = typer.Option(None, "--near", min=0, help=say("cli.opt_near")),
        stream: bool | None = typer.Option(None, "--stream/--no-stream", help=say("cli.opt_stream")),
        batch: int | None = typer.Option(None, "--batch", min=1, help=say("cli.opt_batch")),
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
        from ecozone.assess import at_least
        from ecozone.cli.show import show_check
        from ecozone.cli.show_ways import show_ways
        from ecozone.outputs import check_document
        from ecozone.runs import Request, execute, streamable

        if fail_on is not None and fail_on not in _FAIL_ON:
            raise UsageError("cli.fail_on_unknown", value=fail_on, known=" ".join(_FAIL_ON))
        request = Request(
            workspace=chosen_workspace(w),
            parts=("check",),
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

            return check_streamed(request, streamed, restart=restart, fail_on=fail_on)
        with showing_progress() as progress:
            outcome = execute(request, progress=progress)
        done = outcome.check
        assert done is not None
        if SETTINGS.json:
            answer(check_document(done))
        else:
            tell_notices(done.notices)
            show_check(done)
            if done.cuts is not None:
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
        crs: str | None = crs,
        layer: str | None = layer,
        encoding: str | None = encoding,
        datum: str | None = datum,
        project_type: str | None = project_type,
        control_points: str | None = control,
        corners: bool | None = corners,
        angles: str | None = angles,
        unit: str | None = unit,
    ) -> int:
        from ecozone.runs import Request, execute

        if not output.lower().endswith((".html", ".htm")):
            raise UsageError("cli.map_suffix", file=output)
        request = Request(
            workspace=chosen_workspace(w),
            parts=("check", "ratios"),
            sites=tuple(sites or ()),
            crs=crs,
            layer=layer,
            encoding=encoding,
            unit=unit,
            datum=datum,
            project_type=project_type,
            control_points=control_points,
            geometry=row_kind(corners),
            angles=cast("Any", angles),
            outputs=(output,),
            limits=dict(SETTINGS.limits),
            lang=language(),
        )
        with showing_progress() as progress:
            outcome = execute(request, progress=progress)
        assert outcome.check is not None and outcome.account is not None
        if SETTINGS.json:
            answer({"schema": "ecozone.files/1", "files": [str(path) for path in outcome.files]})
        else:
            lost = [one for one in outcome.account.notices if one.severity == "refused"]
            tell_notices(dict.fromkeys([*outcome.check.notices, *lost]))
        tell_files(outcome.files)
        status = told_complete(complete=outcome.account.complete)
        return 3 if tell_refused(outcome.check) else status


def tell_refused(check: Check) -> bool:
    """Say which files and how many sites were not judged; return whether there were any."""
    gone = check.sites[check.sites.geometry.isna()]
    files = gone.loc[gone["source_row"] == 0, "source_file"].tolist()
    if files:
        tell(say("cli.files_refused", count=len(files), names="、".join(files)), style="red")
    if len(gone) > len(files):
        tell(say("cli.some_refused", count=len(gone) - len(files)), style="red")
    return not gone.empty
