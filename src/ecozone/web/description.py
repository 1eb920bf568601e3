"""The description of the whole API as OpenAPI 3.1: every route with what it refuses, and who may ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from ecozone.web.ogc import with_choices
from ecozone.web.refusals import PROBLEM, reference
from ecozone.web.settings import Settings

_ABOUT = """The server of `ecozone serve`: the page's own API below `/api`, and the OGC's APIs below `/ogc`.

Every refusal is a problem (RFC 7807) in Chinese or English: what is wrong, where, and what to do. `lang` chooses the
language. A server that others can reach asks for a token."""
_TAGS = {
    "page": "What the planner's page asks",
    "tiles": "Land cover, its change and the basemap as pictures",
    "OGC": "Where OGC clients begin",
    "OGC API - Features": "The workspace's layers",
    "OGC API - Processes": "Check, ratios and scenario",
}
#: What the guard, or whatever may fail in any route, refuses.
_ANYWHERE = {
    403: "A browser says that another site asks",
    421: "The request goes to a name that is not this server's",
    500: "A defect of ecozone; the number leads to the server's log",
}
_TOKEN = {401: "No token, or not the right one"}
_BODY = {408: "The body comes too slowly", 413: "The body is too large", 415: "The body is of another media type"}


class Place(BaseModel):
    """The place that a problem speaks of."""

    file: str | None
    layer: str | None
    feature: str | None
    field: str | None


class Problem(BaseModel):
    """Why a request was not carried out (RFC 7807): in our own words, never the text of an exception.

    `type` is of a standard that names this kind of refusal; `message` and `detail` are the same.
    """

    type: str
    code: str
    title: str
    message: str
    detail: str
    remedy: str | None
    where: Place
    status: Annotated[int, Field(ge=400, le=599)]


def describe(app: FastAPI, settings: Settings, forms: tuple[type[BaseModel], ...]) -> None:
    """Let an application describe itself.

    Parameters
    ----------
    forms : tuple of models
        That routes refer to by name.
    """

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title,
                version=app.version,
                description=_ABOUT,
                routes=app.routes,
                tags=[{"name": name, "description": about} for name, about in _TAGS.items()],
                separate_input_output_schemas=False,
            )
            _complete(document, settings, forms)
            app.openapi_schema = document
        catalogue = getattr(app.state, "catalogue", None)
        if catalogue is not None and catalogue.known is not None:
            with_choices(app.openapi_schema["components"]["schemas"], catalogue.known)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign] # the way that FastAPI names


def _complete(document: dict[str, Any], settings: Settings, forms: tuple[type[BaseModel], ...]) -> None:
    modes = [(form, "validation") for form in (*forms, Problem)]
    _, found = models_json_schema(modes, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas |= found.get("$defs", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    anywhere = _ANYWHERE
    if settings.token is not None:
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        document["security"] = [{"token": []}]
        anywhere = _ANYWHERE | _TOKEN
    for operation in _operations(document):
        answers = operation["responses"]
        refused = anywhere | (_BODY if "requestBody" in operation else {})
        for code, about in refused.items():
            answers.setdefault(str(code), {"description": about})
        for code, told in answers.items():
            if code.startswith(("4", "5")) and PROBLEM not in told.get("content", {}):
                # FastAPI describes what it would answer by itself to a value that will not do.
                told["content"] = {PROBLEM: {"schema": reference("Problem")}}


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document["paths"].values():
        yield from item.values()
