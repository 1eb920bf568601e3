"""A rule pack as TOML text that reads back as the same pack."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ecozone.rules.model import RulePack
from ecozone.rules.tables import tables_of

_BARE = re.compile(r"^[A-Za-z0-9_-]+$")


def pack_toml(pack: RulePack) -> str:
    """Return ``pack`` as the TOML text of one file that extends no other.

    >>> from ecozone.rules.load import load_packs
    >>> pack_toml(load_packs("vocabulary")).splitlines()[0]
    '[pack]'
    """
    return tables_toml(tables_of(pack))


def tables_toml(tables: Mapping[str, Any]) -> str:
    """Return the tables of a pack file as TOML text."""
    parts: list[str] = []
    for name, table in tables.items():
        if isinstance(table, list):
            parts += [f"[[{name}]]\n{_lines(entry)}" for entry in table]
        elif table:
            parts.append(f"[{name}]\n{_lines(table)}")
    return "\n".join(parts)


def _lines(table: Mapping[str, Any]) -> str:
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in table.items())


def _key(key: str) -> str:
    return key if _BARE.match(key) else json.dumps(key, ensure_ascii=False)


def _value(value: Any) -> str:
    # A JSON string is a TOML basic string, and so are JSON's booleans, integers and finite floats.
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
