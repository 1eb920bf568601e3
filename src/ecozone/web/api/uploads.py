"""Files in, as the bare body of a request: a form could be sent by any page of the network, this cannot."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from ecozone.web.service import lang_of, service_of

router = APIRouter(prefix="/api", tags=["page"], dependencies=[Depends(lang_of)])


@router.post("/uploads", status_code=201)
async def send(
    request: Request,
    name: Annotated[str, Query(min_length=1, max_length=1000)],
    to: str | None = None,
) -> dict[str, Any]:
    """Take a file; ``to`` names the upload that it belongs to, as a .dbf belongs to its .shp."""
    upload = await service_of(request).uploads.take(name, request.stream(), to=to)
    return upload.document()


@router.delete("/uploads/{number}", status_code=204)
async def drop(request: Request, number: str) -> Response:
    """Forget a file."""
    uploads = service_of(request).uploads
    uploads.drop(uploads.get(number).id)
    return Response(status_code=204)
