"""What a user declares about the files that a command reads: one group of options, wherever such files are read."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import typer

from ecozone.errors import UsageError
from ecozone.text import say

#: The parameter of a command that stands for the whole group.
READING = "reading"


def reading_options() -> list[inspect.Parameter]:
    """Return the options of the group, with their help in the current language."""
    named: dict[str, tuple[Any, str, Callable[..., Any] | None]] = {
        "crs": (str, "--crs", None),
        "layer": (str, "--layer", None),
        "encoding": (str, "--encoding", None),
        "datum": (str, "--datum", None),
        "control_points": (str, "--control-points", None),
        "corners": (bool, "--corners/--points", None),
        "angles": (str, "--angles", _known_angles),
        "swapped": (bool, "--swap-axes", None),
        "unit": (str, "--unit", None),
    }
    kind = inspect.Parameter.KEYWORD_ONLY
    return [
        inspect.Parameter(
            name,
            kind,
            default=typer.Option(None, words, help=say(f"cli.opt_{name}"), callback=callback),
            annotation=of | None,
        )
        for name, (of, words, callback) in named.items()
    ]


def taken_reading(words: dict[str, Any]) -> dict[str, Any]:
    """Take the group out of a command's words; return it as readers and requests name it."""
    names = ("crs", "layer", "encoding", "datum", "control_points", "angles", "unit")
    taken = {name: words.pop(name) for name in names}
    corners = words.pop("corners")
    taken["swapped"] = bool(words.pop("swapped"))
    return taken | {"geometry": None if corners is None else "corners" if corners else "points"}


def _known_angles(angles: str | None) -> str | None:
    """Return ``angles`` where it is a way to write degrees that ecozone knows.

    Raises
    ------
    UsageError
        If it is not.
    """
    from ecozone.intake import WAYS

    if angles is not None and angles not in WAYS:
        raise UsageError("cli.angles_unknown", value=angles, known=" ".join(WAYS))
    return angles
