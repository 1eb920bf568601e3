"""The page and what it loads: all of it from the package, nothing from the network."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope


class _Files(StaticFiles):
    """Files that a browser asks for again each time, and takes from its store where they are the same."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def mount_files(app: FastAPI) -> None:
    """Serve the page at ``/`` and its files below ``/assets``."""
    package = Path(str(files("ecozone")))
    assets = package / "web" / "assets"
    app.mount("/assets/vendor", _Files(directory=package / "outputs" / "vendor"), name="vendor")
    app.mount("/assets/map", _Files(directory=package / "outputs" / "map_assets"), name="map")
    app.mount("/assets", _Files(directory=assets), name="assets")

    @app.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(assets / "index.html", media_type="text/html", headers={"Cache-Control": "no-cache"})
