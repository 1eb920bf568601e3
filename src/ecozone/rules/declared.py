"""The form of a rule pack file, and errors that name the key and the nearest right one."""

from __future__ import annotations

import re
from os import PathLike
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ecozone.errors import WorkspaceError
from ecozone.rules.model import Confidence, Effect, Ground, Hatch, Position, Shape
from ecozone.text import near_word

# No control characters and nothing XML cannot carry: texts travel through spreadsheets, Word and HTML.
Text = Annotated[str, Field(max_length=4000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]*$")]
Line = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f\ufffe\uffff]*$")]
Pair = dict[Literal["zh", "en"], Text]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
MaybeWord = Annotated[str, Field(pattern=r"^\??[a-z][a-z0-9_]*$", max_length=60)]
RuleId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=60)]
Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]


class Declared(BaseModel):
    """A table of a declared file: no unknown keys, no converted types."""

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)


class Head(Declared):
    """``[pack]``."""

    name: Annotated[Text, Field(min_length=1)]
    version: Annotated[Text, Field(min_length=1)]
    title: Pair
    extends: list[str] = []


class Named(Declared):
    """Something with a name in both languages: a tag, a parameter."""

    zh: Text = ""
    en: Text = ""


class DeclaredTag(Named):
    """``[tags]``."""

    keeps_cover: bool = False


class DeclaredType(Named):
    """``[project_types]``."""

    tags: list[MaybeWord]
    names: list[Line] = []
    industry: list[Annotated[str, Field(pattern=r"^[A-T]?\d{2,4}$|^[A-T]$")]] = []


class DeclaredFlag(Named):
    """``[flags]``."""

    tags: list[MaybeWord]


class DeclaredLevel(Named):
    """``[roles.ROLE.levels]``."""

    colour: Colour
    names: list[Line] = []


class DeclaredRole(Named):
    """``[roles]``."""

    required: bool
    colour: Colour
    hatch: Hatch = "none"
    outline: bool = False
    reference: bool = False
    geometry: Shape = "area"
    levels: dict[Annotated[str, Field(pattern=r"^\d+$")], DeclaredLevel] = {}


class DeclaredAssumption(Named):
    """``[[assumptions]]``."""

    id: RuleId
    source: Text = ""


class DeclaredRule(Declared):
    """``[[rules]]``; the meaning of each key is told at `ecozone.rules.Rule`."""

    id: RuleId
    role: Word
    levels: list[int] | None = None
    attributes: dict[Text, list[str | int | bool]] = {}
    tags: list[Word] = []
    except_tags: list[Word] = []
    permitted: list[Word] = []
    permitted_complete: bool | None = None
    effect: Effect
    within_m: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    within_parameter: Word | None = None
    position: Position = "inside"
    sentence: Pair
    procedure: Pair = {}
    citation: Pair = {}
    confidence: Confidence
    unknown: Pair | None = None


class DeclaredChange(Named):
    """``[[changes]]``; the meaning of each key is told at `ecozone.rules.ChangeRule`."""

    id: RuleId
    rule: RuleId
    before: Annotated[list[Ground], Field(min_length=1)]
    after: Annotated[list[Ground], Field(min_length=1)]


Model = TypeVar("Model", bound=Declared)


def validated(model: type[Model], data: Any, *, file: str | PathLike[str] | None, where: str) -> Model:
    """Return ``data`` as ``model``, or raise for the first thing that is wrong, with its place.

    Raises
    ------
    WorkspaceError
        A key that is unknown (with the nearest right one) or missing, or a value that does not fit.
    """
    try:
        return model.model_validate(data)
    except ValidationError as problem:
        # A misspelt key also leaves the right one missing: the misspelling is what to tell.
        errors = sorted(problem.errors(include_url=False), key=lambda error: error["type"] != "extra_forbidden")
        raise _explained(errors[0], model, file, where) from None


def _explained(error: Any, model: type[Declared], file: str | PathLike[str] | None, where: str) -> WorkspaceError:
    path = [str(step) for step in error["loc"] if step != "[key]"]
    key = path[-1] if path else where
    place: dict[str, Any] = {"file": file, "feature": where, "field": ".".join(path) or None}
    if error["type"] == "extra_forbidden":
        fields = DeclaredLevel.model_fields if "levels" in path[:-1] else model.model_fields
        return WorkspaceError("rules.unknown_key", **place, word=key, nearest=near_word(key, fields))
    if error["type"] == "missing":
        return WorkspaceError("rules.missing_key", **place, word=key)
    if error["type"] == "literal_error":
        known = re.findall(r"'([^']*)'", error["ctx"]["expected"])
        word = str(error["input"])
        return WorkspaceError(
            "rules.unknown_word", **place, word=word, nearest=near_word(word, known), known=", ".join(known)
        )
    return WorkspaceError("rules.bad_value", **place, word=key, value=repr(error["input"])[:80], problem=error["msg"])
