"""What the page knows of its district: layers, types, years, formats; worked out once a language and state of it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from ecozone.text import Lang
from ecozone.web.basemap_tiles import Basemap
from ecozone.web.jobs import Job
from ecozone.web.refusals import free, refused
from ecozone.web.service import Service, Spoken, lang_of, service_of
from ecozone.web.settings import Settings

router = APIRouter(prefix="/api", tags=["page"], dependencies=[Depends(lang_of)])


@router.get(
    "/district",
    summary="The district",
    response_class=Response,
    responses=free("The district", {"type": "object"}, 422, 500, 503),
)
async def district(request: Request, lang: Spoken) -> Response:
    """Return the district as the page shows it."""
    service = service_of(request)
    job = await district_job(service, lang)
    if job.problem is not None:
        return refused(job.problem)
    known = await asyncio.to_thread(job.answer.read_bytes)
    own = json.dumps(_own(service.settings, request.app.state.basemap, lang), ensure_ascii=False).encode()
    return Response(own[:-1] + b"," + known[1:], media_type="application/json")


def _own(settings: Settings, basemap: Basemap | None, lang: Lang) -> dict[str, Any]:
    """Return what the server itself has to tell beside its district."""
    limits = {
        "upload_bytes": settings.max_upload_bytes,
        "body_bytes": settings.max_body_bytes,
        "keep_s": settings.keep_s,
    }
    if basemap is None:
        return {"limits": limits, "basemap": None}
    told = basemap.about(lang)
    least, most = told["zooms"]
    shown = {name: told[name] for name in ("name", "layers", "box")} | {"attribution": told["credit"]}
    tiles = {"url": "/tiles/basemap/{z}/{x}/{y}", "min_zoom": least, "max_zoom": most}
    return {"limits": limits, "basemap": shown | tiles}


async def district_job(service: Service, lang: Lang) -> Job:
    """Return the finished job that describes the district as it is now."""
    return await service.jobs.shared("district", {}, lang, await service.workspace_state())
