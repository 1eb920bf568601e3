"""``serve``: the planner's page on this machine."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ecozone.cli.common import SETTINGS, answer, chosen_workspace, command, console, tell
from ecozone.errors import UsageError
from ecozone.text import language, say

if TYPE_CHECKING:
    from ecozone.web import Settings

_NEEDED = ("fastapi", "uvicorn")


def register(app: typer.Typer) -> None:
    """Add the command, with its help in the current language."""

    @command(app, "serve")
    def serve(
        w: str | None = typer.Option(None, "-w", "--workspace", help=say("cli.opt_workspace")),
        port: int = typer.Option(8765, "--port", min=0, max=65_535, help=say("cli.opt_port")),
        host: str = typer.Option("127.0.0.1", "--host", help=say("cli.opt_host")),
        browser: bool = typer.Option(True, "--browser/--no-browser", help=say("cli.opt_browser")),
        workers: int = typer.Option(2, "--workers", min=1, max=64, help=say("cli.opt_workers")),
        basemap: str | None = typer.Option(None, "--basemap", help=say("cli.opt_basemap")),
    ) -> int:
        if any(find_spec(name) is None for name in _NEEDED):
            raise UsageError("web.extra")
        from ecozone.web import Settings
        from ecozone.web.serve import serve as run
        from ecozone.workspace import open_workspace

        workspace = chosen_workspace(w)
        open_workspace(workspace)
        settings = Settings(
            workspace if workspace == "demo" else str(Path(workspace).resolve()),
            host=host,
            port=port,
            lang=language(),
            workers=workers,
            basemap=basemap,
            limits=dict(SETTINGS.limits),
            verbose=SETTINGS.verbose,
        )
        run(settings, open_browser=browser, tell=_said, show=_show)
        return 0


def _said(words: str) -> None:
    if not SETTINGS.quiet:
        tell(words)


def _show(settings: Settings, address: str) -> None:
    """Give the address, which is what the command is for: quiet or not, and at once."""
    if SETTINGS.json:
        told = {"address": address, "host": settings.host, "port": settings.port, "token": settings.token}
        answer({"schema": "ecozone.serve/1", **told})
    else:
        console().print(say("web.serving", address=address), soft_wrap=True)
    sys.stdout.flush()
