"""How the OGC's resources answer: whatever is refused as a problem, in the language that a client's headers ask for."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from ecozone.errors import EcozoneError
from ecozone.text import Lang
from ecozone.web.ogc.problems import FailedError
from ecozone.web.problems import RefusedError, hidden_folders, problem_of
from ecozone.web.refusals import refused
from ecozone.web.service import service_of


class OgcRoute(APIRoute):
    """A route whose errors are told in the language that the client's headers ask for."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers."""
        answer = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await answer(request)
            except (EcozoneError, FailedError) as error:
                return problem_answer(request, error)

        return told


def problem_answer(request: Request, error: EcozoneError | FailedError) -> Response:
    """Return an error as the answer to a request."""
    service = service_of(request)
    hidden = hidden_folders(service.folder, service.settings.workspace)
    problem = error.problem if isinstance(error, FailedError) else problem_of(error, spoken(request), hidden=hidden)
    retry_s = error.retry_s if isinstance(error, RefusedError) else None
    return refused(problem, retry_s)


def spoken(request: Request) -> Lang:
    """Return the language of an answer: the one in the address, else the first known one that the client's user reads.

    The order is that of ``Accept-Language``; programs send it in the order of preference.
    """
    asked = request.query_params.get("lang")
    if asked in ("zh", "en"):
        return "zh" if asked == "zh" else "en"
    for word in request.headers.get("accept-language", "").split(","):
        tag = word.partition(";")[0].strip().casefold().partition("-")[0]
        if tag in ("zh", "en"):
            return "zh" if tag == "zh" else "en"
    return service_of(request).settings.lang


def router(*tags: str) -> APIRouter:
    """Return a router for resources of the standards."""
    # Without a media type of its own, a route is described with those that it names.
    return APIRouter(prefix="/ogc", tags=list(tags), route_class=OgcRoute, default_response_class=Response)
