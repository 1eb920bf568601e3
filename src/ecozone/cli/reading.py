"""What a user declares about the files that a command reads: one group of options, wherever such files are read."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
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


def said_of_sites(types: Sequence[str], buffers: Sequence[str], only: Sequence[str]) -> dict[str, Any]:
    """Return what is said of single sites as requests name it.

    Parameters
    ----------
    types : sequence of str
        ``ID=TYPE``.
    buffers : sequence of str
        Metres for all points and lines, or ``ID=METRES``.
    only : sequence of str
        The ids that are asked about.

    Raises
    ------
    UsageError
        If a word is of another form.

    Examples
    --------
    >>> said_of_sites(["S1=road"], ["S2=20", "S3=5"], [])
    {'types': {'S1': 'road'}, 'radius_m': {'S2': 20.0, 'S3': 5.0}, 'only': ()}
    """
    named = {site: value for site, _, value in (word.rpartition("=") for word in types)}
    if "" in named or "" in named.values():
        raise UsageError("cli.site_type_unclear", value=types[0])
    radii: dict[str, float] = {}
    for word in buffers:
        site, _, metres = word.rpartition("=")
        try:
            radii[site] = float(metres)
        except ValueError:
            raise UsageError("cli.buffer_unclear", value=word) from None
    if "" in radii and len(radii) > 1:
        raise UsageError("cli.buffer_unclear", value=" ".join(buffers))
    radius: Any = radii.get("", radii or None)
    return {"types": named, "radius_m": radius, "only": tuple(only)}


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
