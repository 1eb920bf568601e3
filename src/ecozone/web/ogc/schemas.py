"""JSON schemas of what the processes take, as the description of a process and OpenAPI show them."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from ecozone.web.ogc.inputs import REQUESTS


def input_schemas(process: str, document: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Return the schema of each input of a process, complete in itself, and the names of those that must be given.

    Parameters
    ----------
    document : mapping
        What the workspace declares: its project types and years are the choices; see `ecozone.web.work.ogc`.
    """
    whole = REQUESTS[process].model_json_schema()
    forms = whole.pop("$defs")
    inputs = forms[f"{process.capitalize()}Inputs"]
    known = {name: plain_schema(schema, forms) for name, schema in inputs["properties"].items()}
    for name, schema in known.items():
        schema.pop("title", None)
        _choose(name, schema, document)
    if "sites" in known:
        known["sites"]["format"] = "geojson-feature-collection"
    return known, set(inputs.get("required", ()))


def with_choices(schemas: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    """Let the forms of a description of the API list what the workspace knows, as `input_schemas` does."""
    for process in REQUESTS:
        for name, schema in schemas[f"{process.capitalize()}Inputs"]["properties"].items():
            for kind in schema.get("anyOf", [schema]):
                if kind.get("type") != "null":
                    _choose(name, kind, document)


def _choose(name: str, schema: dict[str, Any], document: Mapping[str, Any]) -> None:
    if name == "project_type":
        schema |= {"type": "string", "enum": [one["id"] for one in document["types"]]}
    elif name == "year" and document["years"]:
        schema["enum"] = list(document["years"])
    elif name == "years" and document["years"]:
        schema["items"] = {"type": "integer", "enum": list(document["years"])}


def plain_schema(schema: Any, forms: Mapping[str, Any]) -> Any:
    """Return a schema without references, and without the null that stands for an input that is not given."""
    if isinstance(schema, list):
        return [plain_schema(one, forms) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return plain_schema(deepcopy(forms[schema["$ref"].rpartition("/")[2]]), forms)
    told = {name: plain_schema(value, forms) for name, value in schema.items()}
    kinds = told.get("anyOf")
    if isinstance(kinds, list) and {"type": "null"} in kinds:
        rest = [one for one in kinds if one != {"type": "null"}]
        told.pop("anyOf")
        if told.get("default", 0) is None:
            told.pop("default")
        return told | (rest[0] if len(rest) == 1 else {"anyOf": rest})
    return told
