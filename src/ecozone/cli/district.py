"""``demo``, ``init`` and ``doctor``: a district's workspace from its first day."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ecozone.cli.common import SETTINGS, answer, chosen_workspace, command, console, showing_progress, tell
from ecozone.text import language, say


def register(app: typer.Typer) -> None:
    """Add the commands, with their help in the current language."""

    @command(app, "demo")
    def demo(folder: Annotated[str, typer.Argument(help=say("cli.arg_demo"))] = "ecozone-demo") -> int:
        from ecozone.cli.show import show_check, show_ratios
        from ecozone.runs import run_demo

        with showing_progress() as progress:
            outcome = run_demo(Path(folder), language(), progress=progress)
        assert outcome.check is not None
        assert outcome.ratios is not None
        if SETTINGS.json:
            files = [str(path) for path in outcome.files]
            answer({"schema": "ecozone.files/1", "files": files, "verdicts": outcome.check.verdicts})
            return 0
        tell(say("cli.demo_schematic"), style="yellow")
        show_check(outcome.check)
        show_ratios(outcome.ratios, brief=True)
        console().print(say("cli.demo_done", folder=outcome.workspace.folder))
        for path in outcome.files:
            console().print(f"  {path}", soft_wrap=True)
        return 0

    @command(app, "init")
    def init(
        folder: Annotated[str, typer.Argument(help=say("cli.arg_init"))],
        name: Annotated[str, typer.Option("--name", help=say("cli.opt_name"))] = "",
        crs: Annotated[str, typer.Option("--crs", help=say("cli.opt_crs_workspace"))] = "EPSG:4548",
    ) -> int:
        from ecozone.workspace import init_workspace

        written = init_workspace(Path(folder), name or Path(folder).resolve().name, crs, language())
        if SETTINGS.json:
            answer({"schema": "ecozone.files/1", "files": [str(written)]})
        else:
            console().print(say("cli.init_done", file=written, folder=folder), soft_wrap=True)
        return 0

    @command(app, "doctor")
    def doctor(
        w: Annotated[str | None, typer.Option("-w", "--workspace", help=say("cli.opt_workspace"))] = None,
    ) -> int:
        from ecozone.cli.show_account import show_targets
        from ecozone.outputs import plain_rows
        from ecozone.runs import check_up

        troubles, account = check_up(chosen_workspace(w))
        errors = sum(trouble.severity == "error" for trouble in troubles)
        if SETTINGS.json:
            rows = [trouble.as_dict() for trouble in troubles]
            targets = [] if account is None else plain_rows(account.targets)
            answer({"schema": "ecozone.doctor/1", "errors": errors, "troubles": rows, "targets": targets})
        else:
            _show_troubles(troubles, errors)
            if account is not None:
                show_targets(account)
        return 2 if errors else 0


def _show_troubles(troubles: tuple[Any, ...], errors: int) -> None:
    out = console()
    styles = {"error": "bold red", "warning": "yellow", "info": "dim"}
    for severity, style in styles.items():
        mine = [trouble for trouble in troubles if trouble.severity == severity]
        if not mine or (severity == "info" and SETTINGS.quiet):
            continue
        out.print(say(f"cli.doctor_{severity}", count=len(mine)), style=style)
        for trouble in mine:
            out.print(f"  · {trouble.message()}", soft_wrap=True)
            if trouble.remedy():
                out.print(f"    → {trouble.remedy()}", soft_wrap=True)
    warnings = sum(trouble.severity == "warning" for trouble in troubles)
    out.print(say("cli.doctor_summary", errors=errors, warnings=warnings))
