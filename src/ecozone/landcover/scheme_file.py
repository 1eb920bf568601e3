"""The file that declares a scheme: its form, and how it becomes a `Scheme`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from ecozone.errors import WorkspaceError
from ecozone.landcover.declared import Strict, Words, read_declaration
from ecozone.landcover.profiles import Code
from ecozone.landcover.scheme import Accuracy, LandClass, Scheme, Version, listed
from ecozone.text import near_word

#: Where the packaged declarations lie.
FOLDER = Path(str(files("ecozone") / "landcover"))


#: What a class may count for; ``built`` and ``bare`` count for no indicator, only for change.
ClassFlag = Literal["blue", "green", "forest", "cropland", "built", "bare"]


class _Version(Strict):
    id: str
    tag: str | None = None
    years: Sequence[int] = ()


class _Accuracy(Strict):
    version: str | None = None
    overall: Annotated[float, Field(gt=0, lt=1)]
    classes: int | None = None
    source: str


class _Class(Strict):
    zh: str
    en: str
    colour: Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]
    flags: list[ClassFlag]
    contested: str | Words | None = None
    suspicious: str | Words | None = None
    group: str | None = None
    suffixes: Sequence[str] = ()
    aliases: Sequence[str] = ()


class _SchemeFile(Strict):
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    kind: Literal["raster", "vector"]
    palette: Literal["product", "own"] = "own"
    title: Words
    citation: str
    nodata: Sequence[int] = ()
    marks: Sequence[str] = ()
    year_tag: str | None = None
    version_tag: str | None = None
    versions: Sequence[_Version] = ()
    cautions: Sequence[Words] = ()
    accuracy: Sequence[_Accuracy] = ()
    code_fields: Sequence[str] = ()
    name_fields: Sequence[str] = ()
    suffixes: Mapping[str, Words] = Field(default_factory=dict)
    groups: Mapping[str, Words] = Field(default_factory=dict)
    reasons: Mapping[str, Words] = Field(default_factory=dict)
    classes: Annotated[dict[str, _Class], Field(min_length=1)]


class _Reasons(Strict):
    reasons: dict[str, Words]


def read_scheme(path: Path) -> Scheme:
    """Return the scheme that a TOML file declares.

    Raises
    ------
    WorkspaceError
        If the file is missing or wrong; the message names the key and the nearest right one.
    """
    declared = read_declaration(path, _SchemeFile)
    shared = read_declaration(FOLDER / "reasons.toml", _Reasons).reasons
    reasons = {key: words.model_dump() for key, words in {**shared, **declared.reasons}.items()}
    classes = [_land_class(key, each, declared, reasons, path) for key, each in declared.classes.items()]
    if clash := {land.code for land in classes} & set(declared.nodata):
        raise WorkspaceError("landcover.scheme_nodata", file=path, field="nodata", codes=listed(clash))
    if declared.kind == "vector" and not declared.code_fields:
        raise WorkspaceError("landcover.missing_key", file=path, field="code_fields", word="code_fields")
    return Scheme(
        name=declared.name,
        kind=declared.kind,
        palette=declared.palette,
        title=declared.title.model_dump(),
        citation=declared.citation,
        classes={land.code: land for land in classes},
        nodata=frozenset(declared.nodata),
        versions=tuple(Version(each.id, each.tag, frozenset(each.years)) for each in declared.versions),
        accuracy=tuple(Accuracy(**each.model_dump()) for each in declared.accuracy),
        cautions=tuple(each.model_dump() for each in declared.cautions),
        marks=tuple(declared.marks),
        year_tag=declared.year_tag,
        version_tag=declared.version_tag,
        code_fields=tuple(declared.code_fields),
        name_fields=tuple(declared.name_fields),
        suffixes={key: words.model_dump() for key, words in declared.suffixes.items()},
        groups={key: words.model_dump() for key, words in declared.groups.items()},
    )


def _land_class(
    key: str, declared: _Class, scheme: _SchemeFile, reasons: Mapping[str, Mapping[str, str]], path: Path
) -> LandClass:
    place = f"classes.{key}"
    for word, known, name in [
        *((suffix, scheme.suffixes, "suffixes") for suffix in declared.suffixes),
        *((group, scheme.groups, "groups") for group in [declared.group] if group),
    ]:
        if word not in known:
            near = near_word(word, known)
            raise WorkspaceError("landcover.scheme_word", file=path, field=place, word=word, table=name, near=near)
    return LandClass(
        code=_code(key, scheme.kind, path),
        zh=declared.zh,
        en=declared.en,
        colour=declared.colour,
        blue="blue" in declared.flags,
        green="green" in declared.flags or "forest" in declared.flags,
        forest="forest" in declared.flags,
        cropland="cropland" in declared.flags,
        contested=_reason(declared.contested, reasons, place, path),
        suspicious=_reason(declared.suspicious, reasons, place, path),
        group=declared.group,
        suffixes=frozenset(declared.suffixes),
        aliases=frozenset(declared.aliases),
        built="built" in declared.flags,
        bare="bare" in declared.flags,
    )


def _code(key: str, kind: str, path: Path) -> Code:
    if kind == "vector":
        return key
    try:
        return int(key)
    except ValueError as error:
        raise WorkspaceError("landcover.scheme_code", file=path, field=f"classes.{key}", code=key) from error


def _reason(
    declared: str | Words | None, reasons: Mapping[str, Mapping[str, str]], place: str, path: Path
) -> Mapping[str, str] | None:
    if declared is None:
        return None
    if isinstance(declared, Words):
        return declared.model_dump()
    if declared not in reasons:
        near = near_word(declared, reasons)
        raise WorkspaceError("landcover.scheme_word", file=path, field=place, word=declared, table="reasons", near=near)
    return reasons[declared]
