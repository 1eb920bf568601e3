"""Where the demonstration workspace lies."""

from __future__ import annotations

from pathlib import Path

from ecozone.errors import WorkspaceError

_PACKAGE = Path(__file__).parent.parent


def demo_source() -> Path:
    """Return the folder of the packaged demonstration: in the wheel, or ``data/`` of a checkout.

    It is a workspace like any other, and read-only by intention: copy it to change it.

    Raises
    ------
    WorkspaceError
        If this installation carries none.
    """
    for folder in (_PACKAGE / "_demo", _PACKAGE.parent.parent / "data"):
        if (folder / "ecozone.toml").is_file():
            return folder
    raise WorkspaceError("workspace.no_demo")
