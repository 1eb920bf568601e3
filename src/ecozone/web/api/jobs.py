"""Work: asked for, waited for, fetched, given up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import FileResponse, JSONResponse

from ecozone.web.api.downloads import download
from ecozone.web.api.models import JobRequest
from ecozone.web.problems import RefusedError
from ecozone.web.service import Service, Spoken, lang_of, service_of

router = APIRouter(prefix="/api/jobs", tags=["page"], dependencies=[Depends(lang_of)])

MOST_WAIT_S = 25.0
Wait = Annotated[float, Query(ge=0, le=MOST_WAIT_S, description="Seconds to wait for the end")]

#: Kinds that need a source, and those that go on from another job.
_OF_SOURCE = {"read", "check"}
_OF_JOB = {"overlap", "scenario", "least_cut", "file"}


@router.post("", status_code=202)
async def submit(request: Request, asked: JobRequest, lang: Spoken, wait: Wait = 0) -> JSONResponse:
    """Ask for something to be worked out."""
    service = service_of(request)
    words = asked.model_dump(mode="json", exclude_none=True)
    kind = words.pop("kind")
    spoken = asked.lang or lang
    job = service.jobs.submit(kind, words, spoken, lambda folder: _handed(service, asked, folder))
    await service.jobs.wait(job, wait)
    return JSONResponse(job.document(), 202, {"Location": f"/api/jobs/{job.id}"})


def _handed(service: Service, asked: JobRequest, folder: Path) -> Mapping[str, Any]:
    """Put what a task works on beside its words, and return how it finds it."""
    handed: dict[str, Any] = {}
    if asked.kind in _OF_SOURCE:
        source = asked.source
        given = [] if source is None else [one for one in (source.upload, source.text, source.geojson) if one]
        if source is None or len(given) != 1:
            raise RefusedError("web.field_unfit", 422, field="source")
        if source.upload is not None:
            handed["source"] = service.uploads.hand(source.upload, folder)
    if asked.kind in _OF_JOB:
        if asked.of is None:
            raise RefusedError("web.field_missing", 422, field="of")
        before = service.jobs.get(asked.of)
        if before.state != "done":
            raise RefusedError("web.not_done", 409)
        handed["of"] = f"../{before.id}"
    return handed


@router.get("/{number}")
async def look(request: Request, number: str, wait: Wait = 0) -> dict[str, Any]:
    """Tell how a job stands; ``wait`` waits for its end."""
    jobs = service_of(request).jobs
    job = jobs.get(number)
    await jobs.wait(job, wait)
    return job.document()


@router.delete("/{number}", status_code=204)
async def cancel(request: Request, number: str) -> Response:
    """Give a job up, and forget what it made."""
    jobs = service_of(request).jobs
    await jobs.cancel(jobs.get(number))
    return Response(status_code=204)


@router.get("/{number}/answer")
async def answer(request: Request, number: str) -> FileResponse:
    """Return what a job found, as JSON."""
    path = service_of(request).jobs.get(number).answer
    if path.suffix != ".json":
        raise RefusedError("web.is_file", 409)
    return FileResponse(path, media_type="application/json", headers={"Cache-Control": "no-store"})


@router.get("/{number}/file")
async def file(request: Request, number: str) -> FileResponse:
    """Return the file that a job made."""
    return download(service_of(request).jobs.get(number).answer)
