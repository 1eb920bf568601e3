"""Where OGC clients begin: the landing page, what is fulfilled, and the description of the API."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ecozone.text import say
from ecozone.web.ogc.asking import LANG, asked
from ecozone.web.ogc.catalogue import catalogue_of
from ecozone.web.ogc.links import OPENAPI, PROCESSES, address, link
from ecozone.web.ogc.routes import router, spoken
from ecozone.web.ogc.thirty import described_30
from ecozone.web.refusals import answered, free

_FEATURES = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
_PROCESSES = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/"
CONFORMS_TO = (
    *(_FEATURES + name for name in ("core", "oas30", "geojson")),
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    *(_PROCESSES + name for name in ("core", "ogc-process-description", "json", "oas30", "dismiss")),
)

common = router("OGC")
_LANG = {"parameters": [LANG.described()]}


@common.get("", include_in_schema=False)
@common.get(
    "/", summary="Landing page", responses=answered("LandingPage", "The landing page", 400, 422), openapi_extra=_LANG
)
async def landing(request: Request) -> Response:
    """Lead clients to the layers, the processes and this description."""
    asked(request.query_params, [LANG])
    lang = spoken(request)
    document = await catalogue_of(request).declared(lang)
    about = say("ogc.about", lang, name=document["name"])
    schematic = say("ogc.schematic", lang) if document["schematic"] else ""
    links = [
        link(address(request, ""), "self", title=say("ogc.this", lang)),
        link(address(request, "api"), "service-desc", OPENAPI, say("ogc.description", lang)),
        link(address(request, "conformance"), "conformance", title=say("ogc.conformance", lang)),
        link(address(request, "collections"), "data", title=say("ogc.layers", lang)),
        link(address(request, "processes"), PROCESSES, title=say("ogc.processes", lang)),
        link(str(request.base_url), "service-doc", "text/html", say("ogc.page", lang)),
    ]
    title = say("ogc.title", lang, name=document["name"])
    return JSONResponse({"title": title, "description": about, "attribution": schematic, "links": links})


@common.get(
    "/conformance", summary="Conformance", responses=answered("Conformance", "The classes", 400), openapi_extra=_LANG
)
async def conformance(request: Request) -> Response:
    """Name the classes of the standards that are fulfilled."""
    asked(request.query_params, [LANG])
    return JSONResponse({"conformsTo": list(CONFORMS_TO)})


@common.get(
    "/api",
    summary="Description of the API",
    responses=free("The description", {"type": "object"}, 400, 422, media=OPENAPI),
    openapi_extra=_LANG,
)
async def api(request: Request) -> Response:
    """Describe this part of the API in OpenAPI 3.0; `/api/openapi.json` describes the whole in OpenAPI 3.1."""
    asked(request.query_params, [LANG])
    # With the workspace's own project types and years.
    await catalogue_of(request).declared(spoken(request))
    document = described_30(request.app.openapi(), server=str(request.base_url) + "ogc")
    return JSONResponse(document, media_type=OPENAPI)
