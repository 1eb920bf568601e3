"""Where in a TOML text a key stands: `tomllib` reads values but not their places."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Any

Step = str | int

_TABLE = re.compile(r"\s*\[(?P<name>[^\[\]].*?)\]\s*(?:#.*)?$")
_TABLES = re.compile(r"\s*\[\[(?P<name>.+?)\]\]\s*(?:#.*)?$")
_PART = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_KEY = re.compile(rf"\s*(?P<name>{_PART}(?:\s*\.\s*{_PART})*)\s*=")
_FENCE = re.compile(r'"""|' + "'''")


def line_of(text: str, path: Sequence[Step]) -> int:
    r"""Return the line, from 1, on which ``path`` stands, or that of the nearest table or key around it.

    Parameters
    ----------
    text : str
        A valid TOML document.
    path : sequence of str and int
        Keys from the top; an int counts the tables of an array.

    Examples
    --------
    >>> line_of("[[targets]]\nzone = 'a'\n[[targets]]\nzome = 'b'", ("targets", 1, "zome"))
    4
    """
    wanted = tuple(path)
    best, depth = 1, 0
    table: tuple[Step, ...] = ()
    seen: dict[tuple[Step, ...], int] = {}
    inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        start = 0
        here: tuple[Step, ...] | None = None
        if not inside:
            if match := _TABLES.match(line):
                name = _steps(match["name"])
                seen[name] = seen.get(name, -1) + 1
                here = table = (*name, seen[name])
            elif match := _TABLE.match(line):
                here = table = _indexed(_steps(match["name"]), seen)
            elif match := _KEY.match(line):
                here = table + _steps(match["name"])
                start = match.end()
        # A text over several lines may hold what looks like keys.
        inside ^= len(_FENCE.findall(line, start)) % 2 == 1
        if here and len(here) > depth and here == wanted[: len(here)]:
            best, depth = number, len(here)
    return best


def _steps(name: str) -> tuple[Step, ...]:
    """Read a dotted key as tomllib does, quotes and all."""
    try:
        value: Any = tomllib.loads(f"{name} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    steps: list[Step] = []
    while isinstance(value, dict):
        key, value = next(iter(value.items()))
        steps.append(key)
    return tuple(steps)


def _indexed(name: tuple[Step, ...], seen: dict[tuple[Step, ...], int]) -> tuple[Step, ...]:
    """Put the current index behind each array of tables that a header goes through."""
    path: tuple[Step, ...] = ()
    plain: tuple[Step, ...] = ()
    for step in name:
        path, plain = (*path, step), (*plain, step)
        if plain in seen:
            path = (*path, seen[plain])
    return path
