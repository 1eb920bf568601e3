"""OGC API - Features: the features of a layer by pages, streamed so that memory does not grow with the page."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import Path
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from ecozone.web.ogc.asking import (
    ATTRIBUTES,
    BBOX,
    DATETIME,
    FEATURES,
    LANG,
    LIMIT,
    OFFSET,
    asked,
    box_of,
    crs_parameter,
    in_force,
)
from ecozone.web.ogc.catalogue import catalogue_of
from ecozone.web.ogc.collections import LAYER
from ecozone.web.ogc.links import GEOJSON, address, link
from ecozone.web.ogc.routes import router, spoken
from ecozone.web.ogc.store import Search, Store
from ecozone.web.ogc.systems import DEGREES, System, systems_of
from ecozone.web.problems import RefusedError
from ecozone.web.refusals import answered

items = router("OGC API - Features")
#: Characters after which a piece of a page is sent.
_PIECE = 1 << 16
_CRS = (
    "In which coordinate system the shapes are answered: one of those that the layer lists, in the order of its axes."
)
_BBOX_CRS = "In which coordinate system `bbox` is: one of those that the layer lists, in the order of its axes."
# Which systems there are is known once the workspace is open; the description names the one that is always there.
_DESCRIBED = [
    *(one.described() for one in (LIMIT, OFFSET, BBOX, DATETIME, *ATTRIBUTES)),
    crs_parameter("crs", _CRS, [DEGREES]).described(),
    crs_parameter("bbox-crs", _BBOX_CRS, [DEGREES]).described(),
    LANG.described(),
]
_HEADERS = {
    "Content-Crs": {
        "description": "The coordinate system of the shapes",
        "schema": {"type": "string"},
    }
}


def _with_headers(told: dict[int | str, dict[str, Any]]) -> dict[int | str, dict[str, Any]]:
    return told | {200: told[200] | {"headers": _HEADERS}}


@items.get(
    "/collections/{layer}/items",
    summary="Features of a layer",
    responses=_with_headers(answered("FeatureCollection", "A page of features", 400, 404, 422, 503, media=GEOJSON)),
    openapi_extra={"parameters": _DESCRIBED},
)
async def features(request: Request, layer: Annotated[str, LAYER]) -> Response:
    """Give a page of a layer's features, in the order of its file, with their whole shapes; `next` leads on."""
    lang = spoken(request)
    catalogue = catalogue_of(request)
    document = await catalogue.declared(lang)
    store = await catalogue.store(document, layer, lang)
    systems = systems_of(document)
    parameters = [
        *(LANG, LIMIT, OFFSET, BBOX, DATETIME, *ATTRIBUTES),
        crs_parameter("crs", _CRS, systems),
        crs_parameter("bbox-crs", _BBOX_CRS, systems),
    ]
    words, others = asked(request.query_params, parameters, also=store.columns)
    system: System = words.get("crs", DEGREES)
    search = Search(
        box_of(words["bbox"], words.get("bbox-crs", DEGREES)) if "bbox" in words else None,
        (*((one.name, words[one.name]) for one in ATTRIBUTES if one.name in words), *others),
    )
    valid_from = next(one["valid_from"] for one in document["layers"] if one["key"] == layer)
    found: Sequence[int] = ()
    if "datetime" not in words or in_force(valid_from, words["datetime"]):
        found = await run_in_threadpool(store.find, search)
    offset, limit = words.get("offset", 0), words.get("limit", FEATURES)
    numbers = found[offset : offset + limit]
    head = {
        "type": "FeatureCollection",
        "timeStamp": dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "numberMatched": len(found),
        "numberReturned": len(numbers),
        "links": _links(request, layer, offset, limit, len(found)),
    }
    pieces = _pieces(head, store, numbers, system, valid_from)
    return StreamingResponse(pieces, media_type=GEOJSON, headers=_content_crs(system))


@items.get(
    "/collections/{layer}/items/{feature:path}",
    summary="One feature",
    responses=_with_headers(answered("OneFeature", "The feature", 400, 404, 422, 503, media=GEOJSON)),
    openapi_extra={"parameters": [crs_parameter("crs", _CRS, [DEGREES]).described(), LANG.described()]},
)
async def feature(
    request: Request,
    layer: Annotated[str, LAYER],
    feature: Annotated[str, Path(description="Id of a feature: its `zone`", examples=["HX-01"], max_length=400)],
) -> Response:
    """Give one feature. Its id is what the layer's column of zones says, else the layer's key and the row."""
    lang = spoken(request)
    catalogue = catalogue_of(request)
    document = await catalogue.declared(lang)
    store = await catalogue.store(document, layer, lang)
    words, _ = asked(request.query_params, [LANG, crs_parameter("crs", _CRS, systems_of(document))])
    system: System = words.get("crs", DEGREES)
    number = await run_in_threadpool(store.number_of, feature)
    if number is None:
        raise RefusedError("ogc.no_feature", 404, layer=layer, name=feature[:80])
    valid_from = next(one["valid_from"] for one in document["layers"] if one["key"] == layer)
    rows = await run_in_threadpool(lambda: list(store.rows([number], system)))
    links = [
        link(address(request, "collections", layer, "items", feature), "self", GEOJSON),
        link(address(request, "collections", layer), "collection"),
    ]
    told = _feature(*rows[0], system, valid_from)
    return JSONResponse({**told, "links": links}, media_type=GEOJSON, headers=_content_crs(system))


def _content_crs(system: System) -> dict[str, str]:
    return {"Content-Crs": f"<{system.uri}>"}


def _links(request: Request, layer: str, offset: int, limit: int, matched: int) -> list[dict[str, str]]:
    own = {name: value for name, value in request.query_params.items() if name not in ("offset", "limit")}
    place = ("collections", layer, "items")

    def page(start: int) -> str:
        return address(request, *place, query={**own, "limit": limit, "offset": start or None})

    links = [
        link(page(offset), "self", GEOJSON),
        link(address(request, "collections", layer), "collection"),
    ]
    if offset + limit < matched:
        links.append(link(page(offset + limit), "next", GEOJSON))
    if offset > 0:
        links.append(link(page(max(0, offset - limit)), "prev", GEOJSON))
    return links


def _pieces(
    head: Mapping[str, Any], store: Store, numbers: Sequence[int], system: System, valid_from: str | None
) -> Iterator[str]:
    """Yield the text of a page, by pieces of some size: each is handed from thread to thread."""
    waiting = [json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [']
    size, between = 0, ""
    for row in store.rows(numbers, system):
        text = between + json.dumps(_feature(*row, system, valid_from), ensure_ascii=False)
        waiting.append(text)
        size, between = size + len(text), ", "
        if size > _PIECE:
            yield "".join(waiting)
            size, waiting = 0, []
    yield "".join(waiting) + "]}"


def _feature(
    name: str, properties: dict[str, Any], shape: bytes | None, system: System, valid_from: str | None
) -> dict[str, Any]:
    if valid_from is not None:
        properties.setdefault("valid_from", valid_from)
    return {"type": "Feature", "id": name, "geometry": _geometry(shape, system), "properties": properties}


def _geometry(shape: bytes | None, system: System) -> dict[str, Any] | None:
    if shape is None:
        return None
    import shapely

    found = shapely.from_wkb(shape)
    if system.north_first:
        found = shapely.transform(found, lambda points: points[:, ::-1])
    geometry: dict[str, Any] = json.loads(shapely.to_geojson(found))
    return geometry
