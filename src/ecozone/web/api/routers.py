"""All routers of the server, in the order in which they are asked."""

from __future__ import annotations

from fastapi import APIRouter

from ecozone.web.api import district, jobs, texts, uploads


def routers() -> list[APIRouter]:
    """Return the routers."""
    return [texts.router, district.router, uploads.router, jobs.router]
