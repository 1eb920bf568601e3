"""Read a declared TOML file into a strict model; whatever is off is named with its key and the nearest right one."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from ecozone.errors import WorkspaceError
from ecozone.text import near_word


class Strict(BaseModel):
    """A declared table: unknown keys are refused, and nothing is turned into another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Words(Strict):
    """A text in both languages."""

    zh: str
    en: str


Model = TypeVar("Model", bound=Strict)


def read_declaration(path: Path, model: type[Model]) -> Model:
    """Return the file at ``path`` as ``model``.

    Raises
    ------
    WorkspaceError
        If the file is missing, is not TOML in UTF-8, or holds a key or a value that the model does not know.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise WorkspaceError("landcover.no_file", file=path) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WorkspaceError("landcover.bad_toml", file=path, reason=error) from error
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _explained(error, model, path) from error


def _explained(error: ValidationError, model: type[BaseModel], path: Path) -> WorkspaceError:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if not _is_branch(part))
    key = str(first["loc"][-1]) if first["loc"] else ""
    if first["type"] == "extra_forbidden":
        known = _fields_at(model, first["loc"][:-1])
        return WorkspaceError("landcover.unknown_key", file=path, field=place, word=key, near=near_word(key, known))
    if first["type"] == "missing":
        return WorkspaceError("landcover.missing_key", file=path, field=place, word=key)
    return WorkspaceError("landcover.bad_value", file=path, field=place, value=first["input"], reason=first["msg"])


def _is_branch(part: object) -> bool:
    """Tell whether pydantic named a branch of a union here, which is no key of the file."""
    return part in ("str", "Words")


def _fields_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    for part in loc:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(each) for each in get_args(annotation))
    return next((each for each in found if each is not None), None)
