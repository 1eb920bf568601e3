"""OGC API - Processes: what can be carried out, and what each process takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import Path
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ecozone.text import Lang, joined, say
from ecozone.web.ogc.asking import LANG, Parameter, asked, whole
from ecozone.web.ogc.catalogue import catalogue_of
from ecozone.web.ogc.inputs import REQUESTS
from ecozone.web.ogc.links import EXECUTE, address, link
from ecozone.web.ogc.problems import NO_SUCH_PROCESS
from ecozone.web.ogc.routes import router, spoken
from ecozone.web.ogc.schemas import input_schemas
from ecozone.web.problems import RefusedError
from ecozone.web.refusals import answered

processes = router("OGC API - Processes")
PROCESSES = tuple(REQUESTS)
_MOST = 100
_LIMIT = Parameter(
    "limit",
    "The most processes that are listed.",
    {"type": "integer", "minimum": 1, "maximum": _MOST, "default": _MOST},
    whole(1, _MOST, above=True),
)
_LANG = {"parameters": [LANG.described()]}


@processes.get(
    "/processes",
    summary="All processes",
    responses=answered("ProcessList", "The processes", 400),
    openapi_extra={"parameters": [_LIMIT.described(), LANG.described()]},
)
async def listed(request: Request) -> Response:
    """List what can be carried out here."""
    words, _ = asked(request.query_params, [LANG, _LIMIT])
    lang = spoken(request)
    told = [_summary(request, name, lang) for name in PROCESSES[: words.get("limit", _MOST)]]
    links = [link(address(request, "processes"), "self", title=say("ogc.processes", lang))]
    return JSONResponse({"processes": told, "links": links})


@processes.get(
    "/processes/{process}",
    summary="One process",
    responses=answered("ProcessDescription", "The process", 400, 404, 422),
    openapi_extra=_LANG,
)
async def described(
    request: Request, process: Annotated[str, Path(description="Its id", examples=["check"], max_length=100)]
) -> Response:
    """Tell what a process takes, with the project types and years that the workspace knows, and what it gives."""
    asked(request.query_params, [LANG])
    require_process(process)
    lang = spoken(request)
    document = await catalogue_of(request).declared(lang)
    return JSONResponse(
        {
            **_summary(request, process, lang),
            "inputs": _inputs(process, document, lang),
            "outputs": {
                "result": {
                    "title": say("ogc.output", lang),
                    "description": say("ogc.output_about", lang, schema=f"ecozone.{process}/1"),
                    "schema": {"type": "object", "contentMediaType": "application/json"},
                }
            },
        }
    )


def require_process(name: str) -> None:
    """Raise a `RefusedError` (404) where there is no process of that name."""
    if name not in PROCESSES:
        raise RefusedError("ogc.no_process", 404, kind=NO_SUCH_PROCESS, name=name[:80], known=joined(PROCESSES))


def _summary(request: Request, name: str, lang: Lang) -> dict[str, Any]:
    return {
        "id": name,
        "version": version("ecozone"),
        "title": say(f"ogc.process_{name}", lang),
        "description": say(f"ogc.about_{name}", lang),
        "jobControlOptions": ["sync-execute", "async-execute", "dismiss"],
        "outputTransmission": ["value"],
        "links": [
            link(address(request, "processes", name), "self"),
            link(address(request, "processes", name, "execution"), EXECUTE),
        ],
    }


def _inputs(process: str, document: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    schemas, required = input_schemas(process, document)
    return {
        name: {
            "title": say(f"ogc.input_name_{name}", lang),
            "description": say(f"ogc.input_about_{name}", lang),
            "minOccurs": int(name in required),
            "maxOccurs": 1,
            "schema": schema,
        }
        for name, schema in schemas.items()
    }
