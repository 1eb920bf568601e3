"""What the processes take: the form of each input, for the description of a process, for OpenAPI and for validation."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import unquote_to_bytes

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ecozone.assess import By
from ecozone.web.ogc.problems import INVALID_PARAMETER
from ecozone.web.problems import RefusedError, field_of

Number = Annotated[float, Field(allow_inf_nan=False)]
Position = Annotated[list[Number], Field(min_length=2, max_length=3)]
Line = Annotated[list[Position], Field(min_length=2)]
Ring = Annotated[list[Position], Field(min_length=4)]
Rings = Annotated[list[Ring], Field(min_length=1)]


class _GeoJson(BaseModel):
    # RFC 7946 lets members stand there that it does not know.
    model_config = ConfigDict(strict=True, extra="allow")


class Point(_GeoJson):
    """A point; with `radius_m` among its properties, a circle."""

    type: Literal["Point"]
    coordinates: Position


class MultiPoint(_GeoJson):
    """Points of one site."""

    type: Literal["MultiPoint"]
    coordinates: Annotated[list[Position], Field(min_length=1)]


class LineString(_GeoJson):
    """A line; with `radius_m` among its properties, a strip."""

    type: Literal["LineString"]
    coordinates: Line


class MultiLineString(_GeoJson):
    """Lines of one site."""

    type: Literal["MultiLineString"]
    coordinates: Annotated[list[Line], Field(min_length=1)]


class Polygon(_GeoJson):
    """An area: its outline, then its holes."""

    type: Literal["Polygon"]
    coordinates: Rings


class MultiPolygon(_GeoJson):
    """Areas of one site."""

    type: Literal["MultiPolygon"]
    coordinates: Annotated[list[Rings], Field(min_length=1)]


class Site(_GeoJson):
    """A site. Of its properties `name`, `project_type` and `radius_m` (metres) are understood, as in any site file."""

    type: Literal["Feature"]
    geometry: Point | MultiPoint | LineString | MultiLineString | Polygon | MultiPolygon
    properties: dict[str, Any] | None = None


class Sites(_GeoJson):
    """Sites in degrees of longitude and latitude (WGS 84, which CGCS2000 equals to some decimetres)."""

    type: Literal["FeatureCollection"]
    features: Annotated[list[Site], Field(min_length=1)]


class _Words(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


Year = Annotated[int, Field(ge=1900, le=2100)]
Type = Annotated[str, Field(min_length=1, max_length=200)]


class CheckInputs(_Words):
    """Inputs of `check`."""

    sites: Sites
    project_type: Type | None = None
    near_m: Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)] | None = None
    least_cut: bool = False


class ScenarioInputs(_Words):
    """Inputs of `scenario`."""

    sites: Sites
    project_type: Type | None = None
    year: Year | None = None


class RatiosInputs(_Words):
    """Inputs of `ratios`."""

    years: Annotated[list[Year], Field(min_length=1, max_length=100)] | None = None
    by: Annotated[list[By], Field(max_length=10)] = []


class OutputWish(_Words):
    """How an output is wanted: there is one form of it."""

    transmissionMode: Literal["value"] = "value"


class _Execute(_Words):
    outputs: dict[Literal["result"], OutputWish] | None = None
    response: Literal["raw", "document"] = "raw"


class CheckRequest(_Execute):
    """A request to carry out `check`."""

    inputs: CheckInputs


class ScenarioRequest(_Execute):
    """A request to carry out `scenario`."""

    inputs: ScenarioInputs


class RatiosRequest(_Execute):
    """A request to carry out `ratios`."""

    inputs: RatiosInputs = RatiosInputs()


REQUESTS: Mapping[str, type[CheckRequest | ScenarioRequest | RatiosRequest]] = {
    "check": CheckRequest,
    "scenario": ScenarioRequest,
    "ratios": RatiosRequest,
}


def read_request(process: str, body: bytes, types: set[str]) -> tuple[dict[str, Any], str]:
    """Return the inputs of a request and the form of the answer (``raw`` or ``document``).

    Parameters
    ----------
    types : set of str
        The project types that there are.

    Raises
    ------
    RefusedError
        400: It is no JSON, an input is not known, is missing or has a value that will not do.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise RefusedError("web.not_json", 400, kind=INVALID_PARAMETER) from None
    if isinstance(document, dict) and isinstance(document.get("inputs"), dict):
        document["inputs"] = {name: _inline(name, value) for name, value in document["inputs"].items()}
    try:
        asked = REQUESTS[process].model_validate(document)
    except (ValidationError, RecursionError) as error:
        raise _unfit(error) from None
    named = getattr(asked.inputs, "project_type", None)
    if named is not None and named not in types:
        raise RefusedError("ogc.input_unfit", 400, kind=INVALID_PARAMETER, field="inputs.project_type")
    inputs: dict[str, Any] = document.get("inputs", {})
    return {name: value for name, value in inputs.items() if value is not None}, asked.response


def _inline(name: str, value: Any) -> Any:
    """Return the value of an input that is given with its media type, or by reference.

    A reference may be a ``data:`` address alone: this server asks no other for anything.
    """
    if not isinstance(value, dict) or ("type" in value and "href" not in value):
        return value
    if "href" in value:
        return _referred(name, value["href"])
    return value.get("value", value)


def _referred(name: str, href: Any) -> Any:
    head, comma, text = href.partition(",") if isinstance(href, str) else ("", "", "")
    if not comma or not head.casefold().startswith("data:"):
        raise RefusedError("ogc.input_elsewhere", 400, kind=INVALID_PARAMETER, field=f"inputs.{name[:80]}")
    try:
        data = unquote_to_bytes(text)
        return json.loads(base64.b64decode(data, validate=True) if head.endswith(";base64") else data)
    except (ValueError, binascii.Error, RecursionError):
        raise RefusedError("ogc.input_unfit", 400, kind=INVALID_PARAMETER, field=f"inputs.{name[:80]}") from None


def _unfit(error: ValidationError | RecursionError) -> RefusedError:
    """Say which part of a request is wrong, and nothing of the library's sentence."""
    first: Any = {"loc": (), "type": ""}
    if isinstance(error, ValidationError):
        # Of a union every kind complains; the deepest complaint is of the kind that was meant.
        first = max(error.errors(include_url=False, include_input=False), key=lambda one: len(one["loc"]))
    why = {"missing": "missing", "extra_forbidden": "unknown"}.get(first["type"], "unfit")
    field = field_of(first["loc"]) or "body"
    return RefusedError(f"ogc.input_{why}", 400, kind=INVALID_PARAMETER, field=field)
