"""What a request may hold. A field that is not named here is refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ecozone.text import Lang

Number = Annotated[str, Field(pattern="^[0-9a-f-]{36}$", description="A number that the server gave")]
Year = Annotated[int, Field(ge=1900, le=2200)]
Metres = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Source(_Model):
    """Where the sites come from: one of an upload, pasted text, or shapes drawn in longitude and latitude."""

    upload: Number | None = None
    text: Annotated[str, Field(min_length=1, max_length=4_000_000)] | None = None
    geojson: dict[str, Any] | None = None
    names: dict[str, str] | None = None


class Options(_Model):
    """How the source is to be understood; see the options of ``ecozone check``."""

    crs: Annotated[str, Field(max_length=4000)] | None = None
    datum: Annotated[str, Field(max_length=40)] | None = None
    layer: Annotated[str, Field(max_length=400)] | None = None
    encoding: Annotated[str, Field(max_length=40)] | None = None
    unit: Annotated[str, Field(max_length=40)] | None = None
    geometry: Annotated[str, Field(max_length=40)] | None = None
    angles: Annotated[str, Field(max_length=40)] | None = None
    swapped: bool | None = None
    project_type: Annotated[str, Field(max_length=200)] | None = None
    near_m: Metres | None = None
    types: dict[str, str] | None = None
    radius_m: Metres | dict[str, Metres] | None = None


class Sheet(_Model):
    """How a print map is laid out."""

    paper: Annotated[str, Field(max_length=10)] | None = None
    atlas: bool | None = None
    landscape: bool | None = None
    title: Annotated[str, Field(max_length=200)] | None = None
    scale: Annotated[int, Field(ge=1, le=10_000_000)] | None = None


class JobRequest(_Model):
    """What is asked of a worker."""

    kind: Literal["read", "check", "overlap", "ratios", "change", "scenario", "least_cut", "file"]
    lang: Lang | None = None
    source: Source | None = None
    options: Options = Options()
    of: Number | None = None
    site: Annotated[str, Field(max_length=400)] | None = None
    years: Annotated[tuple[Year, ...], Field(max_length=100, strict=False)] | None = None
    by: Annotated[tuple[Annotated[str, Field(max_length=40)], ...], Field(max_length=10, strict=False)] | None = None
    min_area_m2: Metres | None = None
    align: bool | None = None
    format: Annotated[str, Field(pattern="^[a-z.]{1,20}$")] | None = None
    sheet: Sheet | None = None
