"""The form of ``ecozone.toml``: every key that may stand in it, and nothing else.

================  =====================================================================================================
``[workspace]``   ``name``, ``crs`` (metric; overlay happens in it), ``rules`` (packs, by name or path)
``[layers.KEY]``  ``role``, ``path``, ``title``, ``basis``, ``valid_from``, ``extent`` (a layer or a polygon file),
                  ``accuracy_m``, ``min_area_m2``, ``min_width_m``, ``area_km2`` (published, for comparison), ``level``,
                  ``zone``, ``name`` (columns), ``crs``, ``layer``, ``encoding`` (what the file does not say itself),
                  ``closed_lines`` (``"polygon"``: lines that end where they begin are areas), ``required``,
                  ``schematic``; ``empty = true`` in place of ``path`` where there is truly none; of a PostGIS layer
                  ``source`` (its address) and ``table`` stand in place of ``path``, and ``near_extent`` reads only
                  what lies near its extent
``[landcover]``   ``scheme``, ``rasters`` (year = path), ``profile``, ``crs``, ``schematic``, ``samples`` (year = path
                  of reference samples or an error matrix, or a table of ``path``, ``zone``, ``reference`` (the column
                  of that year), ``design``); of land-use polygons ``vectors`` (year = path) in place of ``rasters``,
                  ``column`` (of the codes), ``layer``
``[[targets]]``   ``indicator``, ``zone``, ``baseline`` (year, value), ``target`` (year, value, kind), ``source``,
                  ``clause``, ``rule``
``[profiles.X]``  of the user's own: ``base`` and, for the indicators that it counts otherwise, the codes of the classes
``[account]``     ``priority``: layers or zones, to the first of which ground belongs that several claim
``[parameters]``  name = metres: distances that a rule names and its source does not give
================  =====================================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from ecozone.errors import UsageError
from ecozone.intake import Database, is_database

Indicator = Literal["blue_green_ratio", "forest_coverage", "greening_coverage", "red_line_area"]
TargetRule = Literal["not_less_than_baseline"]
TargetKind = Literal["binding", "guiding", "expected"]
SampleDesign = Literal["stratified_random", "simple_random", "cluster", "purposive"]

#: The three indicators that are shares of a zone, in per cent.
SHARES: frozenset[Indicator] = frozenset({"blue_green_ratio", "forest_coverage", "greening_coverage"})

#: 规划指标的属性, as plans print it, and the word of this program.
KINDS: Mapping[str, TargetKind] = {
    "约束性": "binding",
    "导向性": "guiding",
    "预期性": "expected",
    "binding": "binding",
    "guiding": "guiding",
    "expected": "expected",
}

_LAYER_KEY = re.compile(r"[\w-]+")
# One letter and a colon is a drive of Windows; more are an address or one of GDAL's prefixes.
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:|/vsi", re.IGNORECASE)


def _wrong(key: str, **fields: Any) -> PydanticCustomError:
    """Make an error whose type is the key of its text."""
    return PydanticCustomError(f"workspace.{key}", "see the catalogue", fields)


def _filled(text: str) -> str:
    if not text.strip():
        raise _wrong("value_empty")
    return text.strip()


def _local_path(text: str) -> str:
    """Refuse what is no file of this machine; Windows' backslashes read as slashes."""
    if any(ord(sign) < 32 for sign in text):
        # "boundaries\red.gpkg" in double quotes holds a carriage return, not a backslash and an r.
        raise _wrong("path_escape")
    if is_database(text):
        raise _wrong("path_database")
    if _ADDRESS.match(text):
        raise _wrong("path_remote")
    return text.replace("\\", "/")


def _database(text: str) -> str:
    """Refuse what is no address of a database, and above all a password in one."""
    try:
        return str(Database.parse(text))
    except UsageError as error:
        raise PydanticCustomError(error.key, "see the catalogue") from None


def _texts(value: Any) -> Any:
    return {"zh": value} if isinstance(value, str) else value


def _year(text: str) -> str:
    if not re.fullmatch(r"(?:19|20)\d\d", text):
        raise _wrong("year_wrong", year=text)
    return text


def _kind(text: str) -> str:
    if text.strip() and text.strip() not in KINDS:
        raise _wrong("value_no_choice", choices=", ".join(KINDS))
    return text.strip()


def _path_alone(value: Any) -> Any:
    return {"path": value} if isinstance(value, str) else value


def _layer_key(text: str) -> str:
    if not _LAYER_KEY.fullmatch(text):
        raise _wrong("layer_key_wrong", name=text)
    return text


Filled = Annotated[str, AfterValidator(_filled)]
LocalPath = Annotated[Filled, AfterValidator(_local_path)]
#: A boundary that is off by metres crosses another by tens of m²; beyond this a finding would be called noise.
MOST_NOISE_M2 = 10_000.0
Noise = Annotated[float, Field(ge=0, le=MOST_NOISE_M2, allow_inf_nan=False)]
#: Beyond this a strip is no slip of a boundary.
MOST_NOISE_M = 10.0
NoiseWidth = Annotated[float, Field(ge=0, le=MOST_NOISE_M, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Year = Annotated[int, Field(ge=1900, le=2100)]


class Table(BaseModel):
    """A table of the file: no key but those named, no value of another kind."""

    # An address may hold a password, so that pydantic's own words must not repeat what was written.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Texts(Table):
    """A text in one or both languages."""

    zh: Filled | None = None
    en: Filled | None = None

    @model_validator(mode="after")
    def _one_at_least(self) -> Texts:
        if self.zh is None and self.en is None:
            raise _wrong("value_empty")
        return self

    def texts(self) -> dict[str, str]:
        """Return what is given, Chinese first."""
        return {lang: text for lang, text in (("zh", self.zh), ("en", self.en)) if text is not None}


class WorkspaceTable(Table):
    """``[workspace]``."""

    name: Filled
    crs: Filled
    rules: tuple[LocalPath, ...] = Field(default=(), strict=False)


#: What a layer that is declared empty cannot have.
_OF_A_SOURCE: tuple[str, ...] = ("path", "source", "table", "level", "zone", "name", "crs", "layer", "encoding")
_OF_A_SOURCE += ("near_extent", "closed_lines", "area_km2")


class LayerTable(Table):
    """``[layers.KEY]``."""

    role: Filled
    path: LocalPath | None = None
    source: Annotated[Filled, AfterValidator(_database)] | None = None
    table: Filled | None = None
    title: Annotated[Texts, BeforeValidator(_texts)] | None = None
    basis: str = ""
    valid_from: date | None = None
    extent: LocalPath | None = None
    accuracy_m: NotNegative | None = None
    min_area_m2: Noise = 0.0
    min_width_m: NoiseWidth = 0.0
    area_km2: Positive | None = None
    level: Filled | None = None
    zone: Filled | None = None
    name: Filled | None = None
    crs: Filled | None = None
    layer: Filled | None = None
    encoding: Filled | None = None
    closed_lines: Literal["line", "polygon"] = "line"
    empty: bool = False
    near_extent: bool = False
    required: bool | None = None
    schematic: bool = False

    @model_validator(mode="after")
    def _one_source(self) -> LayerTable:
        if self.empty:
            for name in _OF_A_SOURCE:
                if getattr(self, name) not in (None, False, "line"):
                    raise _wrong("empty_and_other", name=name)
            return self
        if self.source is None and self.table is None:
            if self.path is None:
                raise _wrong("key_missing", name="path")
            if self.near_extent:
                raise _wrong("near_extent_of_file")
            return self
        for name in ("source", "table"):
            if getattr(self, name) is None:
                raise _wrong("key_missing", name=name)
        for name in ("path", "layer", "encoding"):
            if getattr(self, name) is not None:
                raise _wrong("source_and_other", name=name)
        if self.near_extent and self.extent is None:
            raise _wrong("key_missing", name="extent")
        return self


class SampleTable(Table):
    """One year of ``[landcover.samples]``."""

    path: LocalPath
    zone: Filled | None = None
    reference: Filled | None = None
    design: SampleDesign = "stratified_random"


class LandCoverTable(Table):
    """``[landcover]``."""

    scheme: LocalPath
    rasters: dict[Annotated[str, AfterValidator(_year)], LocalPath] = Field(default_factory=dict)
    vectors: dict[Annotated[str, AfterValidator(_year)], LocalPath] = Field(default_factory=dict)
    column: Filled | None = None
    layer: Filled | None = None
    samples: dict[Annotated[str, AfterValidator(_year)], Annotated[SampleTable, BeforeValidator(_path_alone)]] = Field(
        default_factory=dict
    )
    profile: LocalPath | None = None
    crs: Filled | None = None
    schematic: bool = False


class BaselineTable(Table):
    """``baseline`` of a target."""

    year: Year
    value: NotNegative | None = None


class AimTable(Table):
    """``target`` of a target."""

    year: Year
    value: NotNegative | None = None
    kind: Annotated[str, AfterValidator(_kind)] = ""


class TargetTable(Table):
    """One of ``[[targets]]``."""

    indicator: Indicator
    zone: Filled
    baseline: BaselineTable | None = None
    target: AimTable
    source: str = ""
    clause: str = ""
    rule: TargetRule | None = None

    @model_validator(mode="after")
    def _something_to_reach(self) -> TargetTable:
        if self.target.value is None and self.rule is None:
            raise _wrong("target_without_value")
        if self.rule is not None and self.baseline is None:
            raise _wrong("target_without_baseline")
        figures = [self.target.value, None if self.baseline is None else self.baseline.value]
        if self.indicator in SHARES and any(value is not None and value > 100 for value in figures):
            raise _wrong("target_not_percent")
        return self


class Override(Table):
    """One of ``[[overrides]]`` in ``overrides.toml``: what a person ruled in place of a finding or of missing data.

    With ``rule`` it speaks of the finding of that rule (on ``zone``, where it has several); without, of the layer's
    missing data. ``layer`` is a layer's key, or the role of a layer that the workspace does not have. A figure that
    the outputs show (``overlap_m2`` and the others) holds it to what the person saw: a site that was redrawn since has
    other figures.
    """

    site: Filled
    layer: Filled
    rule: Filled | None = None
    zone: Filled | None = None
    file: Filled | None = None
    verdict: Literal["prohibited", "conditional", "review", "clear"]
    reason: Filled
    by: Filled
    date: date
    overlap_m2: NotNegative | None = None
    length_m: NotNegative | None = None
    distance_m: NotNegative | None = None
    uncovered_m2: NotNegative | None = None
    area_m2: NotNegative | None = None

    @property
    def figures(self) -> dict[str, float]:
        """What the finding, the state or (``area_m2``) the site measured when it was overruled."""
        given = {name: getattr(self, name) for name in OVERRIDE_FIGURES}
        return {name: value for name, value in given.items() if value is not None}


#: The figures that can hold an override to what the person saw.
OVERRIDE_FIGURES = ("overlap_m2", "length_m", "distance_m", "uncovered_m2", "area_m2")


class Overrides(Table):
    """The whole of ``overrides.toml``."""

    overrides: tuple[Override, ...] = Field(default=(), strict=False)


Code = Annotated[int, Field(strict=True)] | Filled
Codes = Annotated[tuple[Code, ...], Field(strict=False)]


class ProfileTable(Table):
    """``[profiles.NAME]``: 口径 of the user's own."""

    base: Literal["with_cropland", "without_cropland"] = "with_cropland"
    blue_green_ratio: Codes | None = None
    forest_coverage: Codes | None = None
    greening_coverage: Codes | None = None

    def classes(self) -> dict[str, tuple[int | str, ...]]:
        """Return the codes by the indicators that are given."""
        named = {name: getattr(self, name) for name in type(self).model_fields if name != "base"}
        return {name: codes for name, codes in named.items() if codes is not None}


def _some(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise _wrong("value_empty")
    return names


class AccountTable(Table):
    """``[account]``."""

    priority: Annotated[tuple[Filled, ...], Field(strict=False), AfterValidator(_some)]


class Declaration(Table):
    """The whole of ``ecozone.toml``."""

    workspace: WorkspaceTable
    layers: dict[Annotated[str, AfterValidator(_layer_key)], LayerTable] = Field(default_factory=dict)
    landcover: LandCoverTable | None = None
    targets: tuple[TargetTable, ...] = Field(default=(), strict=False)
    profiles: dict[Annotated[str, AfterValidator(_layer_key)], ProfileTable] = Field(default_factory=dict)
    account: AccountTable | None = None
    parameters: dict[str, Positive] = Field(default_factory=dict)


#: The tables by their place: a layer's key, a target's number and a year of samples are ``*``.
TABLES: Mapping[tuple[str, ...], type[Table]] = {
    (): Declaration,
    ("workspace",): WorkspaceTable,
    ("layers", "*"): LayerTable,
    ("layers", "*", "title"): Texts,
    ("landcover",): LandCoverTable,
    ("landcover", "samples", "*"): SampleTable,
    ("profiles", "*"): ProfileTable,
    ("account",): AccountTable,
    ("targets", "*"): TargetTable,
    ("targets", "*", "baseline"): BaselineTable,
    ("targets", "*", "target"): AimTable,
    ("overrides", "*"): Override,
}
