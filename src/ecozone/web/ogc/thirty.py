"""The description of the OGC's part of the API as OpenAPI 3.0, which their standards name; ours is OpenAPI 3.1."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

_PREFIX = "/ogc"
_PARTS = re.compile(r"#/components/([a-zA-Z]+)/(.+)")


def described_30(whole: Mapping[str, Any], *, server: str) -> dict[str, Any]:
    """Return the part of a description that lies below ``/ogc``, as OpenAPI 3.0.

    Parameters
    ----------
    whole : mapping
        OpenAPI 3.1.
    server : str
        Address that its paths follow.
    """
    paths = {
        path.removeprefix(_PREFIX): _older(deepcopy(item))
        for path, item in whole["paths"].items()
        if path.startswith(f"{_PREFIX}/")
    }
    components: dict[str, dict[str, Any]] = {}
    waiting = list(_references(paths))
    while waiting:
        kind, name = waiting.pop()
        if name not in components.setdefault(kind, {}):
            components[kind][name] = _older(deepcopy(whole["components"][kind][name]))
            waiting += _references(components[kind][name])
    document: dict[str, Any] = {
        "openapi": "3.0.3",
        "info": {name: value for name, value in whole["info"].items() if name != "summary"},
        "servers": [{"url": server}],
        "paths": paths,
        "components": components,
    }
    if "security" in whole:
        document["security"] = whole["security"]
        components["securitySchemes"] = deepcopy(whole["components"]["securitySchemes"])
    return document


def _references(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        found = _PARTS.fullmatch(value["$ref"]) if isinstance(value.get("$ref"), str) else None
        if found:
            yield found[1], found[2]
    for below in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _references(below)


def _older(value: Any) -> Any:
    """Return a part of a description with the words of JSON Schema 2020-12 said in those of OpenAPI 3.0."""
    if isinstance(value, list):
        return [_older(one) for one in value]
    if not isinstance(value, dict):
        return value
    told = {name: below if name in ("example", "default", "enum") else _older(below) for name, below in value.items()}
    if "const" in told and not isinstance(told["const"], dict):
        told["enum"] = [told.pop("const")]
    if isinstance(told.get("examples"), list) and told["examples"]:
        told["example"] = told.pop("examples")[0]
    for bound, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(told.get(bound), int | float) and not isinstance(told[bound], bool):
            told |= {limit: told[bound], bound: True}
    if isinstance(told.get("type"), list):
        kinds = [kind for kind in told["type"] if kind != "null"]
        told |= {"type": kinds[0], "nullable": True} if len(kinds) == 1 else {"nullable": True}
    return _nullable(told)


def _nullable(told: dict[str, Any]) -> dict[str, Any]:
    null = {"type": "null"}
    kinds = told.get("anyOf")
    if not isinstance(kinds, list) or null not in kinds:
        return told
    rest = [one for one in kinds if one != null]
    told.pop("anyOf")
    if len(rest) > 1:
        return {**told, "anyOf": rest, "nullable": True}
    # Beside a reference nothing else counts in OpenAPI 3.0.
    return {**told, **({"allOf": rest} if "$ref" in rest[0] else rest[0]), "nullable": True}
