"""``verify``: a run made again, and every number compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ecozone.cli.common import SETTINGS, answer, command, console, showing_progress
from ecozone.text import say

if TYPE_CHECKING:
    from ecozone.runs import Compared, Verified

SCHEMA = "ecozone.verify/1"


def register(app: typer.Typer) -> None:
    """Add the command, with its help in the current language."""

    @command(app, "verify")
    def prove(
        run: Annotated[Path, typer.Argument(help=say("cli.arg_run"))],
        at: Annotated[Path | None, typer.Option("--at", help=say("cli.opt_at"))] = None,
    ) -> int:
        from ecozone.runs import verify

        with showing_progress() as progress:
            found = verify(run, at=at, progress=progress)
        if SETTINGS.json:
            answer(_document(found))
        else:
            _show(found)
        return 0 if found.sound else 1 if not found.damaged and not found.inputs else 3


def _document(found: Verified) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "run": found.run,
        "sound": found.sound,
        "damaged": list(found.damaged),
        "inputs": list(found.inputs),
        "versions": {name: {"then": then, "now": now} for name, (then, now) in found.versions.items()},
        "files": [vars(file) | {"differences": list(file.differences)} for file in found.files],
    }


def _show(found: Verified) -> None:
    out = console()
    for name in found.damaged:
        out.print(say("cli.verify_damaged", name=name) if name else say("cli.verify_archive"), style="bold red")
    for name in found.inputs:
        out.print(say("cli.verify_input", name=name), style="bold red")
    for name, (then, now) in found.versions.items():
        out.print(say("cli.verify_version", name=name, then=then, now=now), style="yellow")
    for file in found.files:
        count = file.different or "—"
        words = say(f"cli.verify_{_outcome(file)}", name=file.name, numbers=file.numbers, count=count)
        out.print(words, style="green" if file.same else "bold red")
        for line in file.differences:
            out.print(f"  {line}")
    out.print(say("cli.verify_sound" if found.sound else "cli.verify_unsound"), style="bold")


def _outcome(file: Compared) -> str:
    if file.same:
        return "same" if file.numbers else "alike"
    return "rewritten" if file.numbers and not file.different else "differs"
