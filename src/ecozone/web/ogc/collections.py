"""OGC API - Features: the workspace's layers as collections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Path
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ecozone.text import Lang, say
from ecozone.web.ogc.asking import LANG, asked
from ecozone.web.ogc.catalogue import Found, catalogue_of
from ecozone.web.ogc.links import GEOJSON, address, link
from ecozone.web.ogc.problems import FailedError, no_such_layer
from ecozone.web.ogc.routes import router, spoken
from ecozone.web.ogc.store import Store
from ecozone.web.ogc.systems import CRS84, GREGORIAN, systems_of
from ecozone.web.problems import RefusedError, problem_of
from ecozone.web.refusals import answered

collections = router("OGC API - Features")
LAYER = Path(description="Key of a layer in `ecozone.toml`", examples=["red_line"], max_length=200)
_LANG = {"parameters": [LANG.described()]}


@collections.get(
    "/collections",
    summary="All layers",
    responses=answered("Collections", "The layers", 400, 422, 503),
    openapi_extra=_LANG,
)
async def listed(request: Request) -> Response:
    """List every layer of the workspace; one that cannot be read is listed with its trouble."""
    asked(request.query_params, [LANG])
    lang = spoken(request)
    catalogue = catalogue_of(request)
    document = await catalogue.declared(lang)
    stores = await catalogue.stores(document, lang)
    told = [_collection(request, document, layer, stores.get(layer["key"]), lang) for layer in document["layers"]]
    links = [link(address(request, "collections"), "self", title=say("ogc.layers", lang))]
    return JSONResponse({"links": links, "crs": [one.uri for one in systems_of(document)], "collections": told})


@collections.get(
    "/collections/{layer}",
    summary="One layer",
    responses=answered("Collection", "The layer", 400, 404, 422, 503),
    openapi_extra=_LANG,
)
async def described(request: Request, layer: Annotated[str, LAYER]) -> Response:
    """Tell of a layer what it is, what it rests on, since when it is in force, and where it lies."""
    asked(request.query_params, [LANG])
    lang = spoken(request)
    catalogue = catalogue_of(request)
    document = await catalogue.declared(lang)
    found = next((one for one in document["layers"] if one["key"] == layer), None)
    if found is None:
        raise no_such_layer(layer, [one["key"] for one in document["layers"]])
    stores = await catalogue.stores({**document, "layers": [found]}, lang)
    return JSONResponse(_collection(request, document, found, stores.get(layer), lang))


def _collection(
    request: Request, document: Mapping[str, Any], layer: Mapping[str, Any], found: Found | None, lang: Lang
) -> dict[str, Any]:
    """Return a layer as a collection; its box is left out where it has none, or is not known yet."""
    key = layer["key"]
    systems = systems_of(document)
    trouble = _trouble(found, lang)
    extent: dict[str, Any] = {}
    if isinstance(found, Store) and found.box is not None:
        extent["spatial"] = {"bbox": [found.box], "crs": CRS84}
    if layer["valid_from"] is not None:
        extent["temporal"] = {"interval": [[f"{layer['valid_from']}T00:00:00Z", None]], "trs": GREGORIAN}
    facts = ("role", "role_title", "basis", "valid_from", "accuracy_m", "required", "schematic")
    return {
        "id": key,
        "title": layer["title"],
        "description": _about(layer, trouble, lang),
        "attribution": layer["basis"],
        **({"extent": extent} if extent else {}),
        "itemType": "feature",
        "crs": [one.uri for one in systems],
        "storageCrs": systems[-1].uri,
        "links": [
            link(address(request, "collections", key), "self", title=layer["title"]),
            link(address(request, "collections", key, "items"), "items", GEOJSON, layer["title"]),
            link(address(request, "collections"), "collection", title=say("ogc.layers", lang)),
        ],
        "ecozone": {**{name: layer[name] for name in facts}, "trouble": trouble},
    }


def _trouble(found: Found | None, lang: Lang) -> Mapping[str, Any] | None:
    if isinstance(found, FailedError):
        return found.problem
    return problem_of(found, lang) if isinstance(found, RefusedError) else None


def _about(layer: Mapping[str, Any], trouble: Mapping[str, Any] | None, lang: Lang) -> str:
    """Return what a reader must know of a layer, the worst first."""
    told = []
    if trouble is not None:
        told.append(say("ogc.layer_trouble", lang, message=trouble["message"]))
    if layer["schematic"]:
        told.append(say("ogc.layer_schematic", lang))
    told.append(say("ogc.layer_role", lang, role=layer["role_title"]))
    if layer["basis"]:
        told.append(say("ogc.layer_basis", lang, basis=layer["basis"]))
    if layer["accuracy_m"] is not None:
        told.append(say("ogc.layer_accuracy", lang, accuracy=f"{layer['accuracy_m']:g}"))
    return say("ogc.layer_between", lang).join(told)
