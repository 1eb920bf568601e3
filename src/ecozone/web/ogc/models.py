"""The forms of the answers, for the description of the API. Answers are plain dictionaries of these forms."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


def _nothing_required(schema: dict[str, Any]) -> None:
    schema.pop("required", None)


class Link(BaseModel):
    """A link to another resource."""

    href: str
    rel: str
    type: str
    title: str = ""


class LandingPage(BaseModel):
    """Where a client begins."""

    title: str
    description: str
    attribution: str
    links: list[Link]


class Conformance(BaseModel):
    """The classes of the standards that are fulfilled."""

    conformsTo: list[str]


class SpatialExtent(BaseModel):
    """Boxes in degrees: west, south, east, north."""

    bbox: list[Annotated[list[float], Field(min_length=4, max_length=4)]]
    crs: str


class TemporalExtent(BaseModel):
    """Intervals; null is an open end."""

    interval: list[Annotated[list[str | None], Field(min_length=2, max_length=2)]]
    trs: str


class Extent(BaseModel):
    """Where and since when there are features."""

    model_config = ConfigDict(json_schema_extra=_nothing_required)

    spatial: SpatialExtent
    temporal: TemporalExtent


class LayerFacts(BaseModel):
    """What a workspace declares of a layer; ``trouble`` is why it could not be read."""

    role: str
    role_title: str
    basis: str
    valid_from: str | None
    accuracy_m: float | None
    required: bool
    schematic: bool
    trouble: dict[str, Any] | None


class Collection(BaseModel):
    """A layer of the workspace."""

    model_config = ConfigDict(json_schema_extra={"required": ["id", "title", "links", "crs", "ecozone"]})

    id: str
    title: str
    description: str
    attribution: str
    extent: Extent
    itemType: Literal["feature"]
    crs: list[str]
    storageCrs: str
    links: list[Link]
    ecozone: LayerFacts


class Collections(BaseModel):
    """All layers of the workspace, those that cannot be read too."""

    links: list[Link]
    crs: list[str]
    collections: list[Collection]


class Feature(BaseModel):
    """A feature as RFC 7946 has it; attributes that are no number, truth or nothing are text."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None
    properties: dict[str, str | float | bool | None]


class OneFeature(Feature):
    """A feature with the links of its own resource."""

    links: list[Link]


class FeatureCollection(BaseModel):
    """A page of features."""

    type: Literal["FeatureCollection"]
    timeStamp: str
    numberMatched: Annotated[int, Field(ge=0)]
    numberReturned: Annotated[int, Field(ge=0)]
    links: list[Link]
    features: list[Feature]


class ProcessSummary(BaseModel):
    """A process, in short."""

    id: str
    version: str
    title: str
    description: str
    jobControlOptions: list[Literal["sync-execute", "async-execute", "dismiss"]]
    outputTransmission: list[Literal["value", "reference"]]
    links: list[Link]


class ProcessList(BaseModel):
    """All processes."""

    processes: list[ProcessSummary]
    links: list[Link]


class InputDescription(BaseModel):
    """An input; ``schema`` is a JSON schema of its values."""

    model_config = ConfigDict(json_schema_extra={"required": ["title", "schema"]})

    title: str
    description: str
    minOccurs: Annotated[int, Field(ge=0)]
    maxOccurs: Annotated[int, Field(ge=1)]
    schema_: Annotated[dict[str, Any], Field(alias="schema")]


class OutputDescription(BaseModel):
    """An output; ``schema`` is a JSON schema of its values."""

    title: str
    description: str
    schema_: Annotated[dict[str, Any], Field(alias="schema")]


class ProcessDescription(ProcessSummary):
    """A process with its inputs and outputs."""

    inputs: dict[str, InputDescription]
    outputs: dict[str, OutputDescription]


class StatusInfo(BaseModel):
    """How far a job is."""

    model_config = ConfigDict(json_schema_extra={"required": ["jobID", "status", "type", "links"]})

    processID: str
    type: Literal["process"]
    jobID: str
    status: Literal["accepted", "running", "successful", "failed", "dismissed"]
    message: str
    created: str
    finished: str
    updated: str
    progress: Annotated[int, Field(ge=0, le=100)]
    links: list[Link]
