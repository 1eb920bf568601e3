"""OGC API - Features: the abstract tests of Part 1 (core, geojson, oas30) and Part 2 (crs), named as they are there."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

import ecozone as ez
from ogc_serving import HOSTILE, Ogc, odd_features

shapely = pytest.importorskip("shapely")

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
PLANE = "http://www.opengis.net/def/crs/EPSG/0/4548"
FEATURES = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"


def rels(document: Any) -> dict[str, dict[str, Any]]:
    """Return the links of a document by their relation."""
    return {one["rel"]: one for one in document["links"]}


def pages(server: Ogc, path: str, limit: int) -> Iterator[Any]:
    """Follow the links to the next pages."""
    page = server.json(path, params={"limit": limit})
    while True:
        yield page
        after = rels(page).get("next")
        if after is None:
            return
        assert after["type"] == "application/geo+json"
        page = server.json(after["href"])


def test_core_http(ogc: Ogc) -> None:
    """Answers are those of HTTP 1.1, and a method that is not known is refused with those that are."""
    answer = ogc.get("/")
    assert answer.http_version == "HTTP/1.1"
    refused = ogc.http.post(ogc.address + "/collections")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")


RESOURCES = ("/", "", "/conformance", "/collections", "/collections/red_line/items", "/processes")


@pytest.mark.parametrize("path", RESOURCES)
def test_usual_ways_to_ask(ogc: Ogc, path: str) -> None:
    """HEAD is GET without the body; `f=json` and a slash at the end change nothing; `f=html` is refused."""
    whole = ogc.get(path)
    head = ogc.http.head(ogc.address + path)
    assert (head.status_code, head.headers["content-type"]) == (200, whole.headers["content-type"])
    assert not head.content
    assert ogc.get(path, params={"f": "json"}).json().keys() == whole.json().keys()
    assert ogc.get(f"{path.rstrip('/')}/").json().keys() == whole.json().keys()
    assert ogc.http.get(ogc.address + path, params={"f": "html"}).status_code == 400
    assert ogc.http.head(ogc.address + "/collections/nothing").status_code == 404


@pytest.mark.parametrize("path", ["", "/"])
def test_core_root_op_and_success(ogc: Ogc, path: str) -> None:
    """The landing page leads to the description, the conformance, the layers and the processes, each there to read."""
    found = rels(ogc.json(path))
    assert {"self", "service-desc", "conformance", "data"} <= set(found)
    assert "http://www.opengis.net/def/rel/ogc/1.0/processes" in found
    for link in found.values():
        assert link["href"].startswith(ogc.address.removesuffix("/ogc"))
        answer = ogc.get(link["href"])
        assert answer.headers["content-type"].partition(";")[0] == link["type"].partition(";")[0]


def test_core_api_definition_op_and_success(ogc: Ogc) -> None:
    """The description is where the landing page says, of the media type that the standard names."""
    link = rels(ogc.json("/"))["service-desc"]
    answer = ogc.get(link["href"])
    assert link["type"] == answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    assert answer.json()["openapi"].startswith("3.0.")


def test_core_conformance_op_and_success(ogc: Ogc) -> None:
    """The classes that these tests cover are declared."""
    declared = ogc.json("/conformance")["conformsTo"]
    assert {f"{FEATURES}{name}" for name in ("core", "oas30", "geojson")} <= set(declared)
    assert "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs" in declared


def test_core_fc_md_op_and_success(ogc: Ogc) -> None:
    """Every layer of the workspace is a collection, the one that cannot be read too, in the order of the file."""
    document = ogc.json("/collections")
    ws = ez.open_workspace(ogc.workspace)
    assert [one["id"] for one in document["collections"]] == list(ws.layers)
    assert rels(document)["self"]["href"] == ogc.address + "/collections"


def test_core_fc_md_links_and_items_links(ogc: Ogc) -> None:
    """Each collection leads to itself and to its features, by relations and media types of the standard."""
    for one in ogc.json("/collections")["collections"]:
        found = rels(one)
        assert found["self"]["href"] == f"{ogc.address}/collections/{one['id']}"
        assert found["items"] | {"title": ""} == {
            "href": f"{ogc.address}/collections/{one['id']}/items",
            "rel": "items",
            "type": "application/geo+json",
            "title": "",
        }


def test_core_fc_md_extent(ogc: Ogc) -> None:
    """The box of a collection holds its features in degrees, and its interval begins when the layer took force."""
    ws = ez.open_workspace(ogc.workspace)
    for one in ogc.json("/collections")["collections"]:
        layer = ws.layers[one["id"]]
        if one["id"] == "lost":
            assert "extent" not in one
            continue
        features = ws.features(one["id"])
        west, south, east, north = one["extent"]["spatial"]["bbox"][0]
        assert one["extent"]["spatial"]["crs"] == CRS84
        shown = features.to_crs("OGC:CRS84").total_bounds
        assert shown == pytest.approx([west, south, east, north], abs=1e-8)
        since = None if layer.valid_from is None else f"{layer.valid_from}T00:00:00Z"
        assert ("temporal" in one["extent"]) == (since is not None)
        if since is not None:
            assert one["extent"]["temporal"]["interval"] == [[since, None]]


def test_core_sfc_md_op_and_success(ogc: Ogc) -> None:
    """A collection alone says what it says in the list."""
    for one in ogc.json("/collections")["collections"]:
        assert ogc.json(f"/collections/{one['id']}") == one
    assert ogc.json("/collections/none", 404)["code"] == "ogc.no_layer"


def test_core_fc_op(ogc: Ogc) -> None:
    """Each collection that can be read gives its features."""
    for one in ogc.json("/collections")["collections"]:
        if one["ecozone"]["trouble"] is None:
            assert ogc.get(rels(one)["items"]["href"]).headers["content-type"] == "application/geo+json"


def test_core_fc_response(ogc: Ogc) -> None:
    """A page says when it was made, how many features there are and how many it holds, and leads to itself."""
    page = ogc.json("/collections/farmland/items?limit=7")
    assert page["type"] == "FeatureCollection"
    assert dt.datetime.fromisoformat(page["timeStamp"]).tzinfo is not None
    assert page["timeStamp"].endswith("Z")
    assert (page["numberMatched"], page["numberReturned"], len(page["features"])) == (50, 7, 7)
    assert rels(page)["self"]["href"] == f"{ogc.address}/collections/farmland/items?limit=7"
    assert rels(page)["collection"]["href"] == f"{ogc.address}/collections/farmland"


@pytest.mark.parametrize("limit", [1, 7, 25, 50, 10_000])
def test_core_fc_links(ogc: Ogc, limit: int) -> None:
    """The links from page to page lead through every feature once, in the order of the file."""
    found = [one["id"] for page in pages(ogc, "/collections/farmland/items", limit) for one in page["features"]]
    assert found == list(ez.open_workspace(ogc.workspace).features("farmland")["zone"])


def parameter(server: Ogc, name: str) -> Any:
    """Return the description of a parameter of the features."""
    operation = server.json("/api")["paths"]["/collections/{layer}/items"]["get"]
    (found,) = [one for one in operation["parameters"] if one["name"] == name]
    assert (found["in"], found["required"], found["style"], found["explode"]) == ("query", False, "form", False)
    return found["schema"]


def test_core_fc_bbox_definition(ogc: Ogc) -> None:
    """The parameter ``bbox`` is described as the standard has it."""
    assert parameter(ogc, "bbox") == {
        "type": "array",
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
        "items": {"type": "number"},
    }


BOXES = [
    (117.30, 39.05, 117.40, 39.12),
    (117.305, 39.105, 117.335, 39.1055),
    (0.0, 0.0, 1.0, 1.0),
    (-180.0, -90.0, 180.0, 90.0),
    (117.35, 39.11, 117.35, 39.11),
    (117.32, 39.0, 117.32, 39.3),
]


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("layer", ["farmland", "red_line", "subdistrict", "odd"])
def test_core_fc_bbox_response(ogc: Ogc, layer: str, box: tuple[float, ...]) -> None:
    """Those features are found whose shape touches the box, whatever their own boxes do, and those without a shape."""
    page = ogc.json(f"/collections/{layer}/items", params={"bbox": ",".join(map(str, box)), "limit": 1000})
    features = ez.open_workspace(ogc.workspace).features(layer)
    shapes = features.geometry.to_crs("OGC:CRS84")
    west, south, east, north = box
    asked = shapely.envelope(shapely.linestrings([[west, south], [east, north]]))
    wanted = features["zone"][shapes.intersects(asked) | shapes.isna()]
    assert [one["id"] for one in page["features"]] == list(wanted)
    assert page["numberMatched"] == len(wanted)


def test_core_fc_bbox_response_of_six_numbers_and_over_the_meridian(ogc: Ogc) -> None:
    """Heights decide nothing, and a box whose west is greater than its east goes round the back of the Earth."""
    path = "/collections/farmland/items"
    flat = ogc.json(path, params={"bbox": "117.3,39.05,117.4,39.12"})
    assert 0 < flat["numberMatched"] < 50
    high = ogc.json(path, params={"bbox": "117.3,39.05,-10,117.4,39.12,10"})
    assert [one["id"] for one in high["features"]] == [one["id"] for one in flat["features"]]
    back = ogc.json(path, params={"bbox": "117.4,39.05,117.3,39.12"})
    whole = ogc.json(path, params={"bbox": "-180,39.05,180,39.12"})
    both = {one["id"] for one in flat["features"]} | {one["id"] for one in back["features"]}
    assert both == {one["id"] for one in whole["features"]}
    assert ogc.json(path, params={"bbox": "170,39,-170,40"})["numberMatched"] == 0


def test_core_fc_limit_definition(ogc: Ogc) -> None:
    """The parameter ``limit`` is described with its bounds."""
    assert parameter(ogc, "limit") == {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 100}


def test_core_fc_limit_response(ogc: Ogc) -> None:
    """No page holds more than was asked for; more than the greatest page is the greatest page."""
    for limit in (1, 49, 50, 51, 10_000, 10_001, 10**20):
        page = ogc.json("/collections/farmland/items", params={"limit": limit})
        assert len(page["features"]) == min(limit, 50)
        assert ("next" in rels(page)) == (limit < 50)


def test_core_fc_time_definition(ogc: Ogc) -> None:
    """The parameter ``datetime`` is described as a text."""
    assert parameter(ogc, "datetime")["type"] == "string"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("2022-06-30", True),
        ("2022-06-29", False),
        ("2022-06-30T00:00:00Z", True),
        ("2022-06-29T23:59:59Z", False),
        ("2022-06-30T07:59:59+08:00", False),
        ("2020-01-01/2022-06-29", False),
        ("2020-01-01/2022-06-30", True),
        ("2021-01-01/..", True),
        ("2021-01-01/", True),
        ("../2022-06-29", False),
        ("/2022-06-29", False),
        ("../2022-06-30", True),
        ("2030-01-01T00:00:00Z/2031-01-01T00:00:00Z", True),
    ],
)
def test_core_fc_time_response(ogc: Ogc, asked: str, found: bool) -> None:
    """A layer is in force from its first day on; one that declares no day is always among the answers."""
    assert ogc.json("/collections/red_line/items", params={"datetime": asked})["numberMatched"] == 2 * found
    assert ogc.json("/collections/farmland/items", params={"datetime": asked})["numberMatched"] == 50


@pytest.mark.parametrize(
    "words",
    [
        *("limit=0", "limit=-1", "limit=x", "limit=1.5", "limit=", "offset=-1", "offset=x"),
        *("bbox=1,2,3", "bbox=1,2,3,x", "bbox=1,40,2,39", "bbox=181,0,182,1", "bbox=0,0,1,91", "bbox=nan,0,1,1"),
        *("bbox=1,2,3,4,5", "bbox=", "datetime=yesterday", "datetime=2022-13-01", "datetime=2022-02-30"),
        *("datetime=2023-01-01/2022-01-01", "datetime=../..", "datetime=2022-01-01T00:00:00", "level=x"),
        *("crs=EPSG:4548", "bbox-crs=x", "lang=fr", "limit=1&limit=2"),
    ],
)
def test_core_query_param_invalid(ogc: Ogc, words: str) -> None:
    """A value that will not do is refused with the name of its parameter."""
    problem = ogc.json(f"/collections/red_line/items?{words}", 400)
    assert problem["where"]["field"] == words.partition("=")[0]
    assert {"type", "title", "status", "detail"} <= set(problem)


@pytest.mark.parametrize("path", ["/", "/conformance", "/api", "/collections", "/collections/red_line"])
@pytest.mark.parametrize("of", ["", "/collections/red_line/items", "/collections/red_line/items/HX-01"])
def test_core_query_param_unknown(ogc: Ogc, path: str, of: str) -> None:
    """A parameter that is not described is refused, wherever it stands."""
    problem = ogc.json(f"{of or path}?unheard=1", 400)
    assert (problem["code"], problem["where"]["field"]) == ("ogc.parameter_unknown", "unheard")


def test_core_f_op_and_success(ogc: Ogc) -> None:
    """Each feature of each layer is found by its id, and is what it is in the collection."""
    for layer in ("red_line", "odd"):
        for one in ogc.json(f"/collections/{layer}/items")["features"]:
            alone = ogc.json(f"/collections/{layer}/items/{quote(one['id'], safe='')}")
            found = rels(alone)
            assert found["collection"]["href"] == f"{ogc.address}/collections/{layer}"
            assert ogc.json(found["self"]["href"]) == alone
            assert {name: alone[name] for name in one} == one
    assert ogc.json("/collections/red_line/items/none", 404)["code"] == "ogc.no_feature"


def test_core_crs84(ogc: Ogc) -> None:
    """Shapes are in degrees, longitude first, and it is said; they are whole, and lie where the workspace has them."""
    answer = ogc.get("/collections/control_unit/items")
    assert answer.headers["content-crs"] == f"<{CRS84}>"
    wanted = ez.open_workspace(ogc.workspace).features("control_unit").geometry.to_crs("OGC:CRS84")
    for one, shape in zip(answer.json()["features"], wanted, strict=True):
        found = shapely.from_geojson(json.dumps(one["geometry"]))
        assert shapely.get_num_coordinates(found) >= shapely.get_num_coordinates(shape)
        # A straight side of the plane is none of the globe: it is given more corners.
        assert found.symmetric_difference(shape).area < 1e-8 * shape.area**0.5
        parts = [found] if found.geom_type == "Polygon" else list(found.geoms)
        assert all(part.exterior.is_ccw for part in parts)


def test_geojson_definition_and_content(ogc: Ogc) -> None:
    """Features are GeoJSON: attributes of any text come across as they are, numbers as numbers, and nothing as null."""
    answer = ogc.get("/collections/odd/items")
    assert answer.headers["content-type"] == "application/geo+json"
    for one, source in zip(answer.json()["features"], odd_features(), strict=True):
        assert set(one) == {"type", "id", "geometry", "properties"}
        given = source["properties"]
        assert one["id"] == one["properties"]["zone"] == given["id"]
        assert {name: one["properties"][name] for name in ("count", "share", "open")} == {
            name: given[name] for name in ("count", "share", "open")
        }
        assert one["properties"]["name"] == given["name"]
        assert (one["geometry"] is None) == (source["geometry"] is None)
    assert answer.json()["features"][0]["properties"]["name"] == HOSTILE


def test_oas30_definition_and_impl(ogc: Ogc) -> None:
    """The description holds no word that OpenAPI 3.0 lacks, and every reference in it leads somewhere."""
    document = ogc.json("/api")

    def look(value: Any, names: bool = False) -> None:
        if isinstance(value, list):
            for one in value:
                look(one)
        elif isinstance(value, dict):
            if not names:
                assert not {"const", "prefixItems", "$defs", "unevaluatedProperties"} & set(value)
                assert value.get("type") != "null"
                assert not isinstance(value.get("type"), list)
                assert not isinstance(value.get("examples"), list)
                for bound in ("exclusiveMinimum", "exclusiveMaximum"):
                    assert isinstance(value.get(bound, True), bool)
            if "$ref" in value:
                found = document
                for part in value["$ref"].removeprefix("#/").split("/"):
                    found = found[part]
            for name, one in value.items():
                if name not in ("example", "enum", "default"):
                    look(one, names=name in ("properties", "responses", "schemas", "paths", "components"))

    look(document)
    assert document["servers"] == [{"url": ogc.address}]


def test_oas30_completeness(ogc: Ogc) -> None:
    """Every resource that a link leads to is described, and so is every status that these tests have met."""
    paths = ogc.json("/api")["paths"]
    assert {"/", "/conformance", "/api", "/collections", "/collections/{layer}", "/processes"} <= set(paths)
    items = paths["/collections/{layer}/items"]["get"]
    assert {"200", "400", "404", "422", "500"} <= set(items["responses"])
    assert {"limit", "offset", "bbox", "datetime", "crs", "bbox-crs", "lang", "zone", "name", "level", "layer"} == {
        one["name"] for one in items["parameters"]
    }
    for path, item in paths.items():
        for operation in item.values():
            assert operation["summary"], path
            assert operation["description"], path


def test_oas30_exceptions_codes(ogc: Ogc) -> None:
    """What is refused is a problem of RFC 7807 with the status that is described."""
    for path, status in (("/collections/none", 404), ("/nothing", 404), ("/collections?x=1", 400)):
        answer = ogc.get(path, status)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status


def test_crs_discovery(ogc: Ogc) -> None:
    """Each layer lists the systems that it is given in, degrees first, and the one that it is kept in."""
    document = ogc.json("/collections")
    for one in (document, *document["collections"]):
        assert one["crs"] == [CRS84, PLANE]
    assert {one["storageCrs"] for one in document["collections"]} == {PLANE}


def test_crs_parameter_and_axis_order(ogc: Ogc) -> None:
    """In the workspace's system the northing comes first, as its register has it, and it is said which system it is."""
    path = "/collections/control_unit/items"
    answer = ogc.get(path, params={"crs": PLANE})
    assert answer.headers["content-crs"] == f"<{PLANE}>"
    wanted = ez.open_workspace(ogc.workspace).features("control_unit")
    for one, shape in zip(answer.json()["features"], wanted.geometry, strict=True):
        found = shapely.transform(shapely.from_geojson(json.dumps(one["geometry"])), lambda xy: xy[:, ::-1])
        assert shapely.equals_exact(shapely.normalize(found), shapely.normalize(shape))
    name = quote(wanted["zone"].iloc[0], safe="")
    alone = ogc.get(f"{path}/{name}", params={"crs": PLANE})
    assert alone.headers["content-crs"] == f"<{PLANE}>"
    assert alone.json()["geometry"] == answer.json()["features"][0]["geometry"]


def test_crs_bbox_crs(ogc: Ogc) -> None:
    """A box in the workspace's system, northing first, finds what touches it there."""
    features = ez.open_workspace(ogc.workspace).features("farmland")
    west, south, east, north = features.geometry.iloc[3].bounds
    words = {"bbox": f"{south},{west},{north},{east}", "bbox-crs": PLANE}
    page = ogc.json("/collections/farmland/items", params=words)
    wanted = features["zone"][features.intersects(shapely.box(west, south, east, north))]
    assert [one["id"] for one in page["features"]] == list(wanted)
    assert ogc.json("/collections/farmland/items", 400, params=words | {"bbox": f"{north},{west},{south},{east}"})


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ({"level": "1"}, 4),
        ({"level": "+1"}, 4),
        ({"zone": "PZ1-01"}, 1),
        ({"type": "一级管控区"}, 4),
        ({"type": "一级管控区", "zone": "PZ1-01"}, 1),
        ({"name": "' OR 1=1 --"}, 0),
    ],
)
def test_property_filters(ogc: Ogc, words: dict[str, str], found: int) -> None:
    """A layer's attributes, ours and the file's own, may be asked for by their values."""
    assert ogc.json("/collections/barrier/items", params=words)["numberMatched"] == found


@pytest.mark.parametrize(
    ("words", "found"),
    [({"count": "3"}, 2), ({"share": "0.5"}, 1), ({"share": "2"}, 1), ({"open": "true"}, 3), ({"note": "=1+1"}, 1)],
)
def test_property_filters_of_other_kinds(ogc: Ogc, words: dict[str, str], found: int) -> None:
    """Numbers are compared as numbers, truths as truths, texts as texts."""
    assert ogc.json("/collections/odd/items", params=words)["numberMatched"] == found


def test_pages_keep_what_was_asked_for(ogc: Ogc) -> None:
    """The next page of a search is of the same search, in the same system and language."""
    words = {"limit": 1, "level": 1, "crs": PLANE, "bbox": "117,39,118,40", "lang": "en"}
    page = ogc.json("/collections/barrier/items", params=words)
    found = []
    while True:
        found += page["features"]
        after = rels(page).get("next")
        if after is None:
            break
        page = ogc.json(after["href"])
    assert len({one["id"] for one in found}) == len(found) == page["numberMatched"] == 4
    assert all(one["geometry"]["coordinates"][0][0][0][0] > 4_000_000 for one in found)
    assert rels(page)["prev"]["href"].count("lang=en") == 1


def test_layer_that_cannot_be_read(ogc: Ogc) -> None:
    """It is listed with its trouble; its features are a problem that names what to do, and no path."""
    listed = {one["id"]: one for one in ogc.json("/collections?lang=en")["collections"]}
    trouble = listed["lost"]["ecozone"]["trouble"]
    assert "cannot be read" in listed["lost"]["description"]
    assert trouble["code"].startswith("workspace.file_missing")
    answer = ogc.get("/collections/lost/items?lang=en", 422)
    assert answer.json() == trouble
    for text in (answer.text, json.dumps(listed, ensure_ascii=False)):
        assert str(ogc.workspace.parent) not in text
    assert listed["red_line"]["ecozone"]["schematic"] is True
    assert "schematic" in listed["red_line"]["description"]


def test_language(ogc: Ogc) -> None:
    """The word in the address decides the language, else what the client's user reads, else the server's."""
    chinese = {"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}
    assert ogc.json("/")["links"][3]["title"] == "Layers"
    assert ogc.json("/", headers=chinese)["links"][3]["title"] == "图层"
    assert ogc.json("/?lang=en", headers=chinese)["links"][3]["title"] == "Layers"
    assert ogc.json("/collections/none", 404, headers=chinese)["message"] == "没有图层“none”"


def test_changed_file_is_read_again(ogc: Ogc) -> None:
    """A layer whose file has changed is told as it is now, and so is a workspace that declares another layer."""
    file = ogc.workspace / "boundaries" / "odd.geojson"
    before = file.read_bytes()
    assert ogc.json("/collections/odd/items")["numberMatched"] == 4
    file.write_text(json.dumps({"type": "FeatureCollection", "features": odd_features()[:2]}), "utf-8")
    try:
        assert ogc.json("/collections/odd/items")["numberMatched"] == 2
    finally:
        file.write_bytes(before)
    assert ogc.json("/collections/odd/items")["numberMatched"] == 4


def test_a_name_that_is_not_ours_is_not_answered(ogc: Ogc) -> None:
    """Links are made of the name that a client asks by, and a name that is not this server's is refused first."""
    ogc.get("/", 421, headers={"host": "evil.example"})
    port = ogc.address.rpartition(":")[2].removesuffix("/ogc")
    document = ogc.json("/", headers={"host": f"localhost:{port}"})
    assert all(one["href"].startswith(f"http://localhost:{port}/") for one in document["links"])
