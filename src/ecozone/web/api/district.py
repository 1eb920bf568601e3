"""What the page knows of its district: layers, types, years, formats; worked out once a language and state of it."""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from ecozone.text import Lang
from ecozone.web.jobs import Job
from ecozone.web.service import Service, Spoken, lang_of, service_of

router = APIRouter(prefix="/api", tags=["page"], dependencies=[Depends(lang_of)])

#: Files of a workspace's folder that are looked at; one with more is looked at in part.
_MOST_FILES = 5000


@router.get("/district")
async def district(request: Request, lang: Spoken) -> Response:
    """Return the district as the page shows it."""
    service = service_of(request)
    job = await district_job(service, lang)
    if job.problem is not None:
        headers = {"Cache-Control": "no-store"}
        return JSONResponse(job.problem, job.problem["status"], headers, media_type="application/problem+json")
    return Response(await asyncio.to_thread(job.answer.read_bytes), media_type="application/json")


async def district_job(service: Service, lang: Lang) -> Job:
    """Return the finished job that describes the district as it is now."""
    state = await asyncio.to_thread(_state, service.settings.workspace)
    return await service.jobs.shared("district", {}, lang, state)


def _state(workspace: str) -> str:
    """Return what changes when a file of the workspace does."""
    found = hashlib.sha256()
    top = Path(workspace)
    top = top.parent if top.is_file() else top
    count = 0
    for folder, below, names in os.walk(top):
        below.sort()
        for name in sorted(names):
            count += 1
            if count > _MOST_FILES:
                return found.hexdigest()
            try:
                told = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118 - thousands of them at each load
            except OSError:
                continue
            found.update(f"{folder}/{name} {told.st_mtime_ns} {told.st_size}\n".encode("utf-8", "surrogateescape"))
    return found.hexdigest()
