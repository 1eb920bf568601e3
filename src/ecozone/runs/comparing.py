"""Two results compared, number by number."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: So many differences of one file are told; the rest are counted.
TOLD = 20


@dataclass(frozen=True)
class Compared:
    """One output of a run beside the same output made again.

    Attributes
    ----------
    name : str
    same : bool
        To the byte; of JSON in everything that it says, of Word in all but the pixels of its pictures.
    numbers : int
        Numbers compared; 0 where the file is compared as bytes.
    different : int
    differences : tuple of str
        The first `TOLD`, as ``place: before → now``.
    """

    name: str
    same: bool
    numbers: int = 0
    different: int = 0
    differences: tuple[str, ...] = ()


def compare(name: str, before: Path, now: Path) -> Compared:
    """Compare an output with the same output made again."""
    old, new = before.read_bytes(), now.read_bytes()
    if Path(name).suffix.lower() == ".docx":
        return Compared(name, old == new or _members(before) == _members(now))
    if Path(name).suffix.lower() not in (".json", ".geojson"):
        return Compared(name, old == new)
    then, again = json.loads(old), json.loads(new)
    found = list(differences(then, again))
    told = tuple(f"{place}: {_shown(one)} → {_shown(other)}" for place, one, other in found[:TOLD])
    return Compared(name, not found and old == new, _count(then), len(found), told)


def _members(path: Path) -> dict[str, bytes]:
    """Return the parts of a document but its pictures, whose letters are drawn with the fonts of the machine."""
    with zipfile.ZipFile(path) as document:
        return {name: document.read(name) for name in document.namelist() if not name.startswith("word/media/")}


def differences(one: Any, other: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield where two JSON values differ, with both.

    >>> list(differences({"a": [1, 2.5]}, {"a": [1, 2.25], "b": None}))
    [('a[1]', 2.5, 2.25), ('b', '—', None)]
    """
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *(key for key in other if key not in one)]:
            yield from differences(one.get(key, "—"), other.get(key, "—"), f"{place}.{key}" if place else key)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for at, (mine, its) in enumerate(zip(one, other, strict=True)):
            yield from differences(mine, its, f"{place}[{at}]")
    elif type(one) is not type(other) or one != other:
        yield place, one, other


def _count(value: Any) -> int:
    if isinstance(value, dict):
        return sum(_count(part) for part in value.values())
    if isinstance(value, list):
        return sum(_count(part) for part in value)
    return int(isinstance(value, int | float) and not isinstance(value, bool))


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}…"
