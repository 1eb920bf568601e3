"""OGC API - Processes: carrying a process out, at once or as a job that is asked after."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path as File
from typing import Annotated, Any

from fastapi import Path
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse

from ecozone.web.jobs import ENDED, Job
from ecozone.web.ogc.asking import LANG, asked
from ecozone.web.ogc.catalogue import catalogue_of
from ecozone.web.ogc.inputs import REQUESTS, read_request
from ecozone.web.ogc.links import JSON, RESULTS, address, link
from ecozone.web.ogc.problems import NO_SUCH_JOB, RESULT_NOT_READY, FailedError
from ecozone.web.ogc.processes import require_process
from ecozone.web.ogc.routes import router, spoken
from ecozone.web.problems import RefusedError
from ecozone.web.refusals import answered, free, problems, reference
from ecozone.web.service import service_of

execution = router("OGC API - Processes")
_TASK = "ogc_process"
_SITES_FILE = "sites.geojson"
_STATUS = {
    "queued": "accepted",
    "running": "running",
    "done": "successful",
    "failed": "failed",
    "cancelled": "dismissed",
}
#: How often it is looked whether the client is still there.
_LOOK_S = 2.0
_LANG = {"parameters": [LANG.described()]}
JOB = Path(description="Number of a job", examples=["1f0d5c9e-6f0b-4f5e-9d3f-2b7a6c1e8d40"], max_length=100)
_RESULT = ("What `ecozone --json` prints", {"type": "object"})


async def execute(request: Request, process: str) -> Response:
    """Carry out a process.

    With the header `Prefer: respond-async` the answer comes at once and tells where the job is asked after. The result
    is what `ecozone PROCESS --json` prints; with `"response": "document"` it stands in it as the value of `result`.
    """
    asked(request.query_params, [LANG])
    require_process(process)
    lang = spoken(request)
    document = await catalogue_of(request).declared(lang)
    body = await request.body()
    types = {one["id"] for one in document["types"]}
    inputs, form = await run_in_threadpool(read_request, process, body, types)
    sites = inputs.pop("sites", None)
    text = None if sites is None else await run_in_threadpool(json.dumps, sites)
    words = {"process": process, "response": form, **_words(inputs)}
    job = service_of(request).jobs.submit(_TASK, words, lang, _handing(text))
    if _prefers_async(request):
        headers = {"Location": address(request, "jobs", job.id), "Preference-Applied": "respond-async"}
        return JSONResponse(_told(request, job, process), 201, headers)
    return await _at_once(request, job, form)


def _words(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs as the words of a job: what is said of the sites, and what else is asked; see `prepared`."""
    options = {name: inputs[name] for name in ("project_type", "near_m") if name in inputs}
    years = inputs.get("years") or ([inputs["year"]] if "year" in inputs else None)
    asked_for: dict[str, Any] = {} if years is None else {"years": years}
    asked_for |= {name: inputs[name] for name in ("by", "least_cut") if name in inputs}
    return {"source": {"files": [_SITES_FILE]}, "options": options, "asked": asked_for}


def _handing(text: str | None) -> Callable[[File], Mapping[str, Any]]:
    def hand(folder: File) -> Mapping[str, Any]:
        if text is not None:
            (folder / _SITES_FILE).write_text(text, "utf-8")
        return {}

    return hand


async def _at_once(request: Request, job: Job, form: str) -> Response:
    jobs = service_of(request).jobs
    while job.state not in ENDED:
        await jobs.wait(job, _LOOK_S)
        if await request.is_disconnected():
            await jobs.cancel(job)
            return Response(status_code=499)
    try:
        answer = _result(job, form)
    except FailedError:
        await jobs.cancel(job)
        raise
    answer.background = BackgroundTask(jobs.cancel, job)
    return answer


def _prefers_async(request: Request) -> bool:
    words = ",".join(request.headers.getlist("prefer")).casefold().replace(";", ",").split(",")
    return "respond-async" in (word.strip() for word in words)


def _result(job: Job, form: str) -> Response:
    """Return what a job gave.

    Raises
    ------
    FailedError
        If it failed.
    RefusedError
        404: It has not ended.
    """
    if job.problem is not None:
        raise FailedError(job.problem)
    if job.state != "done":
        raise RefusedError("ogc.not_ready", 404, kind=RESULT_NOT_READY)
    if form == "raw":
        return FileResponse(job.answer, media_type=JSON)
    return StreamingResponse(_document(job.answer), media_type=JSON)


def _document(answer: File) -> Iterator[bytes]:
    yield b'{"result": {"mediaType": "application/json", "value": '
    with answer.open("rb") as stream:
        while part := stream.read(1 << 16):
            yield part
    yield b"}}"


@execution.get(
    "/jobs/{job}",
    summary="How far a job is",
    responses=answered("StatusInfo", "How far it is", 400, 404, 422),
    openapi_extra=_LANG,
)
async def status(request: Request, job: Annotated[str, JOB]) -> Response:
    """Tell how far a job is. There is no list of jobs: two planners at once do not see each other's."""
    asked(request.query_params, [LANG])
    found, words = await _job(request, job)
    return JSONResponse(_told(request, found, words["process"]))


@execution.delete(
    "/jobs/{job}",
    summary="Give a job up",
    responses=answered("StatusInfo", "How far it is", 400, 404, 422),
    openapi_extra=_LANG,
)
async def dismiss(request: Request, job: Annotated[str, JOB]) -> Response:
    """End a job where it has not ended, and forget it with all that it made."""
    asked(request.query_params, [LANG])
    found, words = await _job(request, job)
    await service_of(request).jobs.cancel(found)
    return JSONResponse(_told(request, found, words["process"]) | {"status": "dismissed", "links": []})


@execution.get(
    "/jobs/{job}/results",
    summary="The result of a job",
    responses=free(*_RESULT, 400, 404, 422, 500),
    openapi_extra=_LANG,
)
async def results(request: Request, job: Annotated[str, JOB]) -> Response:
    """Give what a job found, in the form that its request asked for."""
    asked(request.query_params, [LANG])
    found, words = await _job(request, job)
    return _result(found, words["response"])


async def _job(request: Request, number: str) -> tuple[Job, dict[str, Any]]:
    """Return a job of a process, and what it was told.

    Raises
    ------
    RefusedError
        404: There is none of this number, or none any more; work of other kinds is not shown here.
    """
    try:
        job = service_of(request).jobs.get(number)
    except RefusedError:
        job = None
    if job is None or job.kind != _TASK:
        raise RefusedError("ogc.no_job", 404, kind=NO_SUCH_JOB)
    try:
        words: dict[str, Any] = json.loads(await run_in_threadpool((job.folder / "words.json").read_bytes))
    except FileNotFoundError:
        raise RefusedError("ogc.no_job", 404, kind=NO_SUCH_JOB) from None
    return job, words


def _told(request: Request, job: Job, process: str) -> dict[str, Any]:
    """Return how far a job is, in the standard's words."""
    done, total, words = job.progress
    ended = job.state in ENDED
    told: dict[str, Any] = {
        "jobID": job.id,
        "processID": process,
        "type": "process",
        "status": _STATUS[job.state],
        "message": words if job.problem is None else job.problem["message"],
        "created": job.submitted.isoformat(timespec="seconds"),
        "updated": (job.finished or dt.datetime.now().astimezone()).isoformat(timespec="seconds"),
        "progress": 100 if job.state == "done" else min(99, 100 * done // total) if total and not ended else 0,
        "links": [link(address(request, "jobs", job.id), "self")],
    }
    if job.finished is not None:
        told["finished"] = told["updated"]
    if ended:
        told["links"].append(link(address(request, "jobs", job.id, "results"), RESULTS))
    return told


def _route(process: str) -> None:
    """Add the route of one process: what its body may hold is its own."""

    async def carry_out(request: Request) -> Response:
        return await execute(request, process)

    carry_out.__doc__ = execute.__doc__
    carry_out.__name__ = f"execute_{process}"
    execution.add_api_route(
        f"/processes/{process}/execution",
        carry_out,
        methods=["POST"],
        summary=f"Carry out {process}",
        responses={
            **free(*_RESULT),
            201: {
                "description": "Asked for; the job tells how far it is",
                "content": {JSON: {"schema": reference("StatusInfo")}},
                "headers": {
                    "Location": {"description": "Where to ask after it", "schema": {"type": "string"}},
                    "Preference-Applied": {"schema": {"type": "string"}},
                },
            },
            **problems(400, 413, 415, 422, 500, 503),
        },
        openapi_extra={
            "parameters": [_PREFER, LANG.described()],
            "requestBody": {
                "required": True,
                "content": {JSON: {"schema": reference(REQUESTS[process].__name__), "example": EXAMPLES[process]}},
            },
        },
    )


_PREFER = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "`respond-async`: the answer comes at once, and the work goes on as a job",
    "schema": {"type": "string"},
    "example": "respond-async",
}
_SITE = {
    "type": "Feature",
    "geometry": {
        "type": "Polygon",
        "coordinates": [[[117.3, 39.1], [117.302, 39.1], [117.302, 39.102], [117.3, 39.102], [117.3, 39.1]]],
    },
    "properties": {"name": "A"},
}
_SITES = {"type": "FeatureCollection", "features": [_SITE]}
EXAMPLES: Mapping[str, Any] = {
    "check": {"inputs": {"sites": _SITES, "near_m": 500}},
    "scenario": {"inputs": {"sites": _SITES}},
    "ratios": {"inputs": {}},
}
for _name in REQUESTS:
    _route(_name)


@execution.post("/processes/{process}/execution", include_in_schema=False)
async def unknown(request: Request, process: str) -> Response:
    """Refuse what there is not, as the standard has it."""
    return await execute(request, process)
