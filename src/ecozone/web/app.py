"""The server as an ASGI application: routers inside, the guard around them, workers while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from ecozone.errors import EcozoneError
from ecozone.text import Lang
from ecozone.web import api, ogc
from ecozone.web.api.district import district_job
from ecozone.web.basemap import open_basemap
from ecozone.web.description import describe
from ecozone.web.guard import Guard, language_of
from ecozone.web.problems import RefusedError, field_of, hidden_folders, problem_of
from ecozone.web.refusals import refused
from ecozone.web.service import running
from ecozone.web.settings import Settings
from ecozone.web.tiles import tile_routes

OPENAPI = "/api/openapi.json"


def create_app(settings: Settings) -> FastAPI:
    """Return the application; its workers start with it and end with it.

    Raises
    ------
    UsageError, CrsError
        If the basemap that the settings name cannot be shown.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with running(settings) as service:
            app.state.service = service
            # The page asks for it first of all.
            preparing = asyncio.create_task(district_job(service, settings.lang))
            yield
            preparing.cancel()

    app = FastAPI(
        title="ecozone",
        version=version("ecozone"),
        lifespan=lifespan,
        openapi_url=OPENAPI,
        # Their pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    basemap = None if settings.basemap is None else open_basemap(settings.basemap, settings.workspace)
    app.state.basemap = basemap
    routers = [*api.routers(), *ogc.routers(), tile_routes(settings.workspace, basemap)]
    for router in routers:
        app.include_router(router)
    api.mount_files(app)
    _answer_errors(app, settings, [route for router in routers for route in router.routes])
    describe(app, settings, (*ogc.FORMS, *api.FORMS))
    app.add_middleware(ogc.Habits)
    app.add_middleware(Guard, settings=settings)
    return app


def _answer_errors(app: FastAPI, settings: Settings, routes: Sequence[BaseRoute]) -> None:
    hidden = hidden_folders(settings.workspace)

    def answered(error: EcozoneError, lang: Lang) -> Response:
        problem = problem_of(error, lang, hidden=hidden)
        return refused(problem, getattr(error, "retry_s", None))

    @app.exception_handler(EcozoneError)
    async def ours(request: Request, error: EcozoneError) -> Response:
        return answered(error, language_of(request.scope, settings.lang))

    @app.exception_handler(RequestValidationError)
    async def unfit(request: Request, error: RequestValidationError) -> Response:
        lang = language_of(request.scope, settings.lang)
        return answered(_unfit(error), lang)

    @app.exception_handler(HTTPException)
    async def plain(request: Request, error: HTTPException) -> Response:
        lang = language_of(request.scope, settings.lang)
        if isinstance(error.__cause__, RefusedError):
            return answered(error.__cause__, lang)
        key = {404: "web.not_found", 405: "web.method"}.get(error.status_code, "web.refused")
        answer = answered(RefusedError(key, error.status_code), lang)
        for name, value in (error.headers or {}).items():
            answer.headers[name] = value
        if error.status_code == 405:
            answer.headers["Allow"] = ", ".join(sorted(_methods(request, routes)))
        return answer


def _methods(request: Request, routes: Sequence[BaseRoute]) -> set[str]:
    """Return the methods that the path of a request knows, whichever route has them."""
    found = [route for route in routes if isinstance(route, Route) and route.path_regex.match(request.url.path)]
    methods = {method for route in found for method in route.methods or ()}
    return methods | {"HEAD"} if "GET" in methods and request.url.path.startswith(ogc.PREFIX) else methods


def _unfit(error: RequestValidationError) -> RefusedError:
    """Say what is wrong with a request: the field and the kind of fault, nothing of the library's sentence."""
    # Where a value may have several forms, each complains; the deepest complaint is of the one that was meant.
    first = max(error.errors(), key=lambda one: len(one["loc"]))
    field = field_of(first["loc"][1:]) or str(first["loc"][0])
    kind = str(first["type"])
    if kind == "json_invalid":
        return RefusedError("web.not_json", 400)
    why = {"missing": "missing", "extra_forbidden": "unknown"}.get(kind, "unfit")
    return RefusedError(f"web.field_{why}", 422, field=field)
