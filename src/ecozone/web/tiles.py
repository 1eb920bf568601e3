"""``/tiles/…``: land cover, its change, and the basemap that was asked for, as tiles of the usual web grid."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Path, Query, Request, Response

from ecozone.text import Lang
from ecozone.web.basemap_tiles import Basemap
from ecozone.web.land_tiles import LandTiles, Tile, change_legend
from ecozone.web.pixels import DEEPEST, Address
from ecozone.web.problems import RefusedError
from ecozone.web.refusals import problems

#: Tiles that are drawn at the same time; each takes some tens of megabytes at most.
_AT_ONCE = 4
#: The name of the header that says why a tile, or a part of it, is empty.
NOTICE = "X-Ecozone-Notice"
#: The name of the header that tells which classes are on a tile, so that a legend has no others.
CLASSES = "X-Ecozone-Classes"

Zoom = Annotated[int, Path(ge=0, le=DEEPEST, description="Zoom.")]
Column = Annotated[int, Path(ge=0, description="Column, from the west.")]
Row = Annotated[int, Path(ge=0, description="Row, from the north.")]
Year = Annotated[int, Path(ge=1, le=9999, description="A year of the workspace's land cover.")]
_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {}}, "description": "A picture of 256 × 256 pixels in EPSG:3857."},
    304: {"description": "As the one that the client holds."},
    404: problems(404)[404] | {"description": "There is no such tile, year or layer."},
}


def tile_routes(workspace: str, basemap: Basemap | None = None) -> APIRouter:
    """Return the routes of one workspace's tiles, and of its basemap where there is one."""
    routes = APIRouter(prefix="/tiles", tags=["tiles"])
    land = LandTiles(workspace)
    limit = CapacityLimiter(_AT_ONCE)
    # What waits for a server elsewhere holds up nobody who draws.
    outside = CapacityLimiter(2 * _AT_ONCE)

    async def answer(request: Request, years: tuple[int, ...], draw: Callable[[], Tile]) -> Response:
        mark = f'"{await to_thread.run_sync(land.state, years, limiter=limit)}"'
        headers = {"ETag": mark, "Cache-Control": "private, no-cache"}
        if _held(request, mark):
            return Response(status_code=304, headers=headers)
        tile = await to_thread.run_sync(draw, limiter=limit)
        if tile.trouble:
            headers |= {NOTICE: tile.trouble}
        if tile.codes:
            headers |= {CLASSES: ",".join(map(str, tile.codes))}
        return Response(tile.png, media_type="image/png", headers=headers)

    @routes.get("/landcover/{year}/{z}/{x}/{y}.png", responses=_PICTURE, response_class=Response)
    async def land_cover(request: Request, year: Year, z: Zoom, x: Column, y: Row) -> Response:
        """Return the land cover of a year, read from its raster as it is."""
        return await answer(request, (year,), partial(land.land, year, _address(z, x, y)))

    @routes.get("/change/{first}-{second}/{z}/{x}/{y}.png", responses=_PICTURE, response_class=Response)
    async def change(request: Request, first: Year, second: Year, z: Zoom, x: Column, y: Row) -> Response:
        """Return what is another class in the second year, coloured by what that means for blue and green."""
        return await answer(request, (first, second), partial(land.change, first, second, _address(z, x, y)))

    @routes.get("/legend")
    async def legend(lang: Annotated[Lang | None, Query()] = None) -> dict[str, list[dict[str, str]]]:
        """Return what the colours of the tiles of change mean."""
        return {"change": change_legend(lang)}

    @routes.get("/basemap")
    async def about(lang: Annotated[Lang | None, Query()] = None) -> dict[str, Any] | None:
        """Return what the basemap is called, its layers and where it has tiles; null where none was asked for."""
        return None if basemap is None else basemap.about(lang)

    @routes.get("/basemap/{z}/{x}/{y}", responses=_PICTURE, response_class=Response)
    async def background(
        request: Request, z: Zoom, x: Column, y: Row, layer: Annotated[str, Query(max_length=16)] = ""
    ) -> Response:
        """Return a tile of the basemap that the server was started with."""
        place = _address(z, x, y)
        if basemap is None:
            raise RefusedError("web.no_basemap", 404)
        if layer and layer not in basemap.layers:
            raise RefusedError("web.no_basemap_layer", 404, known=", ".join(basemap.layers))
        tile = await to_thread.run_sync(basemap.tile, place, layer or basemap.layers[0], limiter=outside)
        mark = f'"{tile.mark}"'
        headers = {"ETag": mark, "Cache-Control": "private, no-cache"}
        if tile.trouble:
            headers = {NOTICE: tile.trouble, "Cache-Control": "no-store"}
        elif _held(request, mark):
            return Response(status_code=304, headers=headers)
        return Response(tile.picture, media_type=tile.kind, headers=headers)

    return routes


def _address(z: int, x: int, y: int) -> Address:
    found = Address(z, x, y)
    if not found.valid:
        raise RefusedError("web.no_such_tile", 404, z=z, last=2**z - 1)
    return found


def _held(request: Request, mark: str) -> bool:
    """Say whether the client has this state already."""
    known = request.headers.get("if-none-match", "")
    return known == "*" or mark in (one.strip().removeprefix("W/") for one in known.split(","))
