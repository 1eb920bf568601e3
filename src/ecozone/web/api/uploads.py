"""Files in, as the bare body of a request: a form could be sent by any page of the network, this cannot."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from starlette.responses import JSONResponse

from ecozone.web.refusals import answered, problems
from ecozone.web.service import lang_of, service_of

_NUMBER = "1f0d5c9e-6f0b-4f5e-9d3f-2b7a6c1e8d40"
router = APIRouter(prefix="/api", tags=["page"], dependencies=[Depends(lang_of)])


Number = Annotated[str, Path(max_length=100, description="Number of an upload", examples=[_NUMBER])]
#: The bytes of a file as they are.
_BODY = {"application/octet-stream": {"schema": {"type": "string", "format": "binary", "minLength": 1}}}


@router.post(
    "/uploads",
    status_code=201,
    summary="Send a file",
    response_class=Response,
    responses=answered("UploadDocument", "Taken", 400, 404, 413, 415, 422, 503, status=201),
    openapi_extra={"requestBody": {"required": True, "content": _BODY}},
)
async def send(
    request: Request,
    name: Annotated[str, Query(min_length=1, max_length=1000, description="Its name", examples=["site.shp"])],
    to: Annotated[str | None, Query(max_length=100, description="Number of the upload that it belongs to")] = None,
) -> JSONResponse:
    """Take a file; ``to`` names the upload that it belongs to, as a .dbf belongs to its .shp."""
    upload = await service_of(request).uploads.take(name, request.stream(), to=to)
    return JSONResponse(upload.document(), 201)


@router.delete("/uploads/{number}", status_code=204, summary="Forget a file", responses=problems(404, 422))
async def drop(request: Request, number: Number) -> Response:
    """Forget a file."""
    uploads = service_of(request).uploads
    uploads.drop(uploads.get(number).id)
    return Response(status_code=204)
