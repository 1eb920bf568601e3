"""``ecozone.toml`` read: all that is wrong with it told at once, with line, key and the nearest right one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ecozone.errors import WorkspaceError, system_words
from ecozone.intake import without_address
from ecozone.text import nearest
from ecozone.workspace.lines import Step, line_of
from ecozone.workspace.model import TABLES, Table
from ecozone.workspace.trouble import DeclarationError, Trouble, trouble

_KIND = {
    "string": "value_not_text",
    "int": "value_not_whole",
    "float": "value_not_number",
    "finite": "value_not_number",
    "bool": "value_not_flag",
    "date": "value_not_date",
    "tuple": "value_not_list",
    "list": "value_not_list",
    "dict": "value_not_table",
    "model": "value_not_table",
}
_BOUND = {"greater_than": "gt", "greater_than_equal": "ge", "less_than": "lt", "less_than_equal": "le"}
_SIGN = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}
_PLACE = re.compile(r"\(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")


@dataclass(frozen=True)
class Source:
    """A workspace file and its text, which gives every trouble its line."""

    file: Path
    text: str

    def trouble(self, name: str, place: tuple[Step, ...], /, **fields: Any) -> Trouble:
        """Make the trouble ``workspace.name`` of the key at ``place``."""
        key = name if "." in name else f"workspace.{name}"
        layer = str(place[1]) if len(place) > 1 and place[0] == "layers" else None
        line = line_of(self.text, place)
        return trouble(key, file=self.file, layer=layer, field=dotted(place), line=line, **fields)


def read_text(path: Path) -> str:
    """Return the text of a workspace file: UTF-8, with or without a byte-order mark.

    Raises
    ------
    WorkspaceError
        If it cannot be read or is in another encoding.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WorkspaceError("workspace.not_utf8", file=path, position=error.start) from error
    except OSError as error:
        raise WorkspaceError("workspace.unreadable", file=path, why=system_words(error)) from error


Model = TypeVar("Model", bound=Table)


def read_declaration(source: Source, form: type[Model]) -> Model:
    """Return what a workspace file declares, in the form of its root.

    Raises
    ------
    WorkspaceError
        If it is no TOML; the line and column are named.
    DeclarationError
        If keys or values are wrong; every one is named with its line.
    """
    try:
        data = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        raise _no_toml(error, source) from error
    try:
        return form.model_validate(data)
    except ValidationError as error:
        found = [_trouble(detail, source, form) for detail in error.errors(include_url=False)]
        raise DeclarationError(in_order(found), file=source.file) from error


def in_order(troubles: list[Trouble]) -> tuple[Trouble, ...]:
    """Return troubles by their line."""
    return tuple(sorted(troubles, key=lambda one: int(one.fields.get("line", 0))))


def _no_toml(error: tomllib.TOMLDecodeError, source: Source) -> WorkspaceError:
    place = _PLACE.search(str(error))
    lines = source.text.splitlines() or [""]
    line = int(place["line"]) if place and place["line"] else len(lines)
    column = int(place["column"]) if place and place["column"] else len(lines[-1])
    reason = _PLACE.sub("", str(error)).strip()
    shown = without_address(lines[min(line, len(lines)) - 1].strip())
    words: dict[str, Any] = {"line": line, "column": column, "reason": reason, "shown": shown}
    return WorkspaceError("workspace.no_toml", file=source.file, **words)


def _trouble(detail: ErrorDetails, source: Source, form: type[Table]) -> Trouble:
    """Say one of pydantic's findings in our words."""
    place = tuple(step for step in detail["loc"] if step != "[key]")
    name, fields = _words(detail["type"], place, detail.get("ctx", {}), form)
    if name == "key_missing" and place[-1] != fields["name"]:
        place = (*place, fields["name"])
    return source.trouble(name, place, **{"value": _shown(detail["input"]), **fields})


def _words(
    kind: str, place: tuple[Step, ...], context: Mapping[str, Any], form: type[Table]
) -> tuple[str, dict[str, Any]]:
    """Return the text's name and the fields that it needs."""
    last = str(place[-1]) if place else ""
    if kind == "extra_forbidden":
        known = _known(place[:-1], form)
        near = nearest(last, known)
        fields = {"name": last, "known": ", ".join(known)}
        return ("key_unknown", fields) if near is None else ("key_misspelt", fields | {"near": near})
    if kind == "missing":
        return "key_missing", {"name": last}
    if kind == "literal_error":
        return "value_no_choice", {"choices": str(context["expected"]).replace(" or ", ", ")}
    if kind in _BOUND:
        bound = _BOUND[kind]
        return "value_out_of_range", {"bound": f"{_SIGN[bound]} {context[bound]:g}"}
    if kind.startswith("postgis."):
        return kind, {}
    if kind.startswith("workspace."):
        return kind.removeprefix("workspace."), dict(context)
    return _KIND.get(kind.partition("_")[0], "value_wrong"), {}


def _known(place: tuple[Step, ...], form: type[Table]) -> list[str]:
    """Return the keys that may stand in the table at ``place``."""
    if not place:
        return list(form.model_fields)
    many = {"layers": 1, "targets": 1, "profiles": 1, "landcover": 2, "overrides": 1}
    pattern = tuple("*" if index == many.get(str(place[0])) else step for index, step in enumerate(place))
    return list(TABLES[tuple(str(step) for step in pattern)].model_fields)


def dotted(place: tuple[Step, ...]) -> str:
    """Write a place as TOML people do; tables of an array count from 1.

    >>> dotted(("targets", 0, "zone"))
    'targets[1].zone'
    """
    words = ""
    for step in place:
        words += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if words else step
    return words


def _shown(value: Any) -> str:
    """Return a value short enough for a message."""
    text = without_address(repr(value))
    return text if len(text) <= 60 else f"{text[:57]}…"
