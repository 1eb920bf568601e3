"""``check``, ``map`` and ``inspect``: the planner's commands."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ecozone.cli.common import SETTINGS, answer, chosen_workspace, command, showing_progress, tell, tell_notices
from ecozone.errors import UsageError
from ecozone.text import language, say

_FAIL_ON = ("prohibited", "conditional", "review")


def register(app: typer.Typer) -> None:
    """Add the commands, with their help in the current language."""
    workspace = typer.Option(None, "-w", "--workspace", help=say("cli.opt_workspace"))
    crs = typer.Option(None, "--crs", help=say("cli.opt_crs"))
    layer = typer.Option(None, "--layer", help=say("cli.opt_layer"))
    encoding = typer.Option(None, "--encoding", help=say("cli.opt_encoding"))
    datum = typer.Option(None, "--datum", help=say("cli.opt_datum"))
    project_type = typer.Option(None, "--project-type", help=say("cli.opt_project_type"))

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
        near: float | None = typer.Option(None, "--near", min=0, help=say("cli.opt_near")),
        fail_on: str | None = typer.Option(None, "--fail-on", help=say("cli.opt_fail_on")),
    ) -> int:
        from ecozone.assess import at_least
        from ecozone.cli.show import show_check
        from ecozone.outputs import check_document
        from ecozone.runs import Request, execute

        if fail_on is not None and fail_on not in _FAIL_ON:
            raise UsageError("cli.fail_on_unknown", value=fail_on, known=" ".join(_FAIL_ON))
        request = Request(
            workspace=chosen_workspace(w),
            parts=("check",),
            sites=tuple(sites),
            crs=crs,
            layer=layer,
            encoding=encoding,
            datum=datum,
            project_type=project_type,
            near_m=near,
            outputs=tuple(output),
            limits=dict(SETTINGS.limits),
            lang=language(),
        )
        with showing_progress() as progress:
            outcome = execute(request, progress=progress)
        done = outcome.check
        assert done is not None
        if SETTINGS.json:
            answer(check_document(done))
        else:
            tell_notices(done.notices)
            show_check(done)
        _tell_files(outcome.files)
        refused = done.sites.geometry.isna()
        if refused.any():
            tell(say("cli.some_refused", count=int(refused.sum())), style="red")
        bad = [verdict for verdict in done.sites["verdict"] if fail_on and at_least(verdict, fail_on)]
        if any(verdict != "review" for verdict in bad):
            return 1
        if bad:
            undecided = done.states.loc[done.states["blocks_clear"].astype(bool), "site_id"]
            return 4 if not undecided.empty else 1
        return 3 if refused.any() else 0

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
            datum=datum,
            project_type=project_type,
            outputs=(output,),
            limits=dict(SETTINGS.limits),
            lang=language(),
        )
        with showing_progress() as progress:
            outcome = execute(request, progress=progress)
        if SETTINGS.json:
            answer({"schema": "ecozone.files/1", "files": [str(path) for path in outcome.files]})
        elif outcome.check is not None:
            tell_notices(outcome.check.notices)
        _tell_files(outcome.files)
        return 0

    @command(app, "inspect")
    def inspect(
        files: Annotated[list[str], typer.Argument(help=say("cli.arg_files"))],
        crs: str | None = crs,
        layer: str | None = layer,
        encoding: str | None = encoding,
    ) -> int:
        from ecozone.cli.show import show_inspection
        from ecozone.intake import inspect_file

        reports = [inspect_file(path, crs=crs, layer=layer, encoding=encoding) for path in files]
        if SETTINGS.json:
            answer({"schema": "ecozone.inspect/1", "files": reports})
        else:
            for report in reports:
                show_inspection(report)
        return 0


def _tell_files(files: tuple[Any, ...]) -> None:
    if not SETTINGS.quiet:
        for path in files:
            tell(say("cli.wrote", file=path))
