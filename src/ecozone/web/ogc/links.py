"""Links: absolute, by the name under which the client asked, and with the language that it asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request

JSON = "application/json"
GEOJSON = "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
SCHEMA = "application/schema+json"
_OGC_REL = "http://www.opengis.net/def/rel/ogc/1.0/"
PROCESSES = f"{_OGC_REL}processes"
EXECUTE = f"{_OGC_REL}execute"
RESULTS = f"{_OGC_REL}results"


def address(request: Request, *parts: str, query: Mapping[str, Any] | None = None) -> str:
    """Return the address of a resource below ``/ogc/``.

    The guard has seen to it that the request's own ``Host`` is a name of this server.
    """
    words = {name: value for name, value in (query or {}).items() if value is not None}
    if "lang" in request.query_params:
        words.setdefault("lang", request.query_params["lang"])
    path = "/".join(quote(part, safe="") for part in parts)
    return f"{request.base_url}ogc/{path}" + (f"?{urlencode(words)}" if words else "")


def link(href: str, rel: str, kind: str = JSON, title: str | None = None) -> dict[str, str]:
    """Return a link."""
    told = {"href": href, "rel": rel, "type": kind}
    return told if title is None else told | {"title": title}
