"""``plate``: the print map."""

from __future__ import annotations

from typing import Annotated, Any, cast

import typer

from ecozone.cli.common import (
    SETTINGS,
    answer,
    chosen_workspace,
    command,
    known_angles,
    row_kind,
    showing_progress,
    tell_files,
    tell_notices,
    tell_refused,
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
        crs: str | None = typer.Option(None, "--crs", help=say("cli.opt_crs")),
        layer: str | None = typer.Option(None, "--layer", help=say("cli.opt_layer")),
        encoding: str | None = typer.Option(None, "--encoding", help=say("cli.opt_encoding")),
        datum: str | None = typer.Option(None, "--datum", help=say("cli.opt_datum")),
        project_type: str | None = typer.Option(None, "--project-type", help=say("cli.opt_project_type")),
        control_points: str | None = typer.Option(None, "--control-points", help=say("cli.opt_control_points")),
        corners: bool | None = typer.Option(None, "--corners/--points", help=say("cli.opt_corners")),
        angles: str | None = typer.Option(None, "--angles", help=say("cli.opt_angles"), callback=known_angles),
        unit: str | None = typer.Option(None, "--unit", help=say("cli.opt_unit")),
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
            crs=crs,
            layer=layer,
            encoding=encoding,
            unit=unit,
            datum=datum,
            project_type=project_type,
            control_points=control_points,
            geometry=row_kind(corners),
            angles=cast("Any", angles),
            sheet=sheet,
            outputs=tuple(output),
            overrides=tuple(override),
            limits=dict(SETTINGS.limits),
            lang=language(),
        )
        with showing_progress() as progress:
            outcome = execute(request, progress=progress)
        assert outcome.check is not None
        if SETTINGS.json:
            answer({"schema": "ecozone.files/1", "files": [str(path) for path in outcome.files]})
        else:
            tell_notices(outcome.check.notices)
        tell_files(outcome.files)
        return 3 if tell_refused(outcome.check) else 0
