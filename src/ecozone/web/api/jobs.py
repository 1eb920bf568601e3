"""Work: asked for, waited for, fetched, given up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Request, Response
from fastapi import Path as Word
from starlette.responses import FileResponse, JSONResponse

from ecozone.web.api.downloads import download
from ecozone.web.api.models import JobRequest
from ecozone.web.problems import RefusedError
from ecozone.web.refusals import answered, free, problems
from ecozone.web.service import Service, Spoken, lang_of, service_of

router = APIRouter(prefix="/api/jobs", tags=["page"], dependencies=[Depends(lang_of)])

MOST_WAIT_S = 25.0
_NUMBER = "1f0d5c9e-6f0b-4f5e-9d3f-2b7a6c1e8d40"
Wait = Annotated[float, Query(ge=0, le=MOST_WAIT_S, description="Seconds to wait for the end")]

Number = Annotated[str, Word(max_length=100, description="Number of a job", examples=[_NUMBER])]
_CHECK = {"kind": "check", "source": {"text": "J1,4336530.1,526010.2\nJ2,4336530.1,526110.2\nJ3,4336430.1,526110.2"}}

#: Kinds that need a source, and those that go on from another job.
_OF_SOURCE = {"read", "check"}
_OF_JOB = {"overlap", "scenario", "least_cut", "file"}


@router.post(
    "",
    status_code=202,
    summary="Ask for work",
    response_class=Response,
    responses=answered("JobDocument", "Asked for", 400, 404, 409, 422, 503, status=202),
)
async def submit(
    request: Request, asked: Annotated[JobRequest, Body(examples=[_CHECK])], lang: Spoken, wait: Wait = 0
) -> JSONResponse:
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


@router.get(
    "/{number}",
    summary="How a job stands",
    response_class=Response,
    responses=answered("JobDocument", "How it stands", 404, 422),
)
async def look(request: Request, number: Number, wait: Wait = 0) -> JSONResponse:
    """Tell how a job stands; ``wait`` waits for its end."""
    jobs = service_of(request).jobs
    job = jobs.get(number)
    await jobs.wait(job, wait)
    return JSONResponse(job.document())


@router.delete("/{number}", status_code=204, summary="Give a job up", responses=problems(404, 422))
async def cancel(request: Request, number: Number) -> Response:
    """Give a job up, and forget what it made."""
    jobs = service_of(request).jobs
    await jobs.cancel(jobs.get(number))
    return Response(status_code=204)


@router.get(
    "/{number}/answer",
    summary="What a job found",
    response_class=Response,
    responses=free("What it found", {"type": "object"}, 404, 409, 422),
)
async def answer(request: Request, number: Number) -> FileResponse:
    """Return what a job found, as JSON."""
    path = service_of(request).jobs.get(number).answer
    if path.suffix != ".json":
        raise RefusedError("web.is_file", 409)
    return FileResponse(path, media_type="application/json", headers={"Cache-Control": "no-store"})


@router.get(
    "/{number}/file",
    summary="The file that a job made",
    response_class=Response,
    responses=free("The file", {"type": "string", "format": "binary"}, 404, 409, 422, media="*/*"),
)
async def file(request: Request, number: Number) -> FileResponse:
    """Return the file that a job made."""
    return download(service_of(request).jobs.get(number).answer)
