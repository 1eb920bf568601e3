"""分类体系: the legend of a land-cover product, as a declared file: what each code means and what it counts for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from ecozone.errors import UsageError, WorkspaceError
from ecozone.landcover.declared import Strict, Words, nearest, read_declaration
from ecozone.landcover.profiles import PROFILES, Code, Flag, Profile, open_profile
from ecozone.text import pick


@dataclass(frozen=True)
class LandClass:
    """One class: its names, its colour, and what it counts for.

    ``green`` holds for forest too. ``contested`` and ``suspicious`` are the reason in both languages, or None:
    contested where the field does not agree what the class counts for, suspicious where its mere presence in a plain
    is most likely an error of the data. ``group`` is the key of a group of the scheme (三大类).
    """

    code: Code
    zh: str
    en: str
    colour: str
    blue: bool
    green: bool
    forest: bool
    cropland: bool
    contested: Mapping[str, str] | None = None
    suspicious: Mapping[str, str] | None = None
    group: str | None = None
    suffixes: frozenset[str] = frozenset()
    aliases: frozenset[str] = frozenset()

    @property
    def neither(self) -> bool:
        """Whether the class counts for nothing: built-up, bare, snow."""
        return not (self.blue or self.green or self.cropland)

    @property
    def flags(self) -> frozenset[str]:
        """The flags that are set."""
        return frozenset(flag for flag in ("blue", "green", "forest", "cropland") if getattr(self, flag))

    def label(self, lang: str | None = None) -> str:
        """Return the name in ``lang`` or the current language."""
        return pick({"zh": self.zh, "en": self.en}, lang)


@dataclass(frozen=True)
class Version:
    """One version of a product: how the product's own metadata calls it, and its years."""

    id: str
    tag: str | None
    years: frozenset[int]


@dataclass(frozen=True)
class Accuracy:
    """A published overall accuracy (a share) and its source."""

    version: str | None
    overall: float
    classes: int | None
    source: str


@dataclass(frozen=True)
class Scheme:
    """The legend of a land-cover raster (codes are int) or of a land-use layer (codes are str)."""

    name: str
    kind: Literal["raster", "vector"]
    palette: Literal["product", "own"]
    title: Mapping[str, str]
    citation: str
    classes: Mapping[Code, LandClass]
    nodata: frozenset[int]
    versions: tuple[Version, ...]
    accuracy: tuple[Accuracy, ...]
    cautions: tuple[Mapping[str, str], ...]
    marks: tuple[str, ...]
    year_tag: str | None
    version_tag: str | None
    code_fields: tuple[str, ...]
    name_fields: tuple[str, ...]
    suffixes: Mapping[str, Mapping[str, str]]
    groups: Mapping[str, Mapping[str, str]]

    @property
    def version(self) -> str:
        """The versions that the scheme covers, in one line."""
        return ", ".join(version.id for version in self.versions)

    @property
    def contested(self) -> tuple[LandClass, ...]:
        """The classes whose counting the field does not agree on, for a report to say so."""
        return tuple(land for land in self.classes.values() if land.contested)

    def codes(self, indicator: str, profile: str | PathLike[str] | Profile | None = None) -> frozenset[Code]:
        """Return the codes that count for an indicator.

        Parameters
        ----------
        indicator : str
            ``blue_green_ratio``, ``forest_coverage``, ``tree_cover`` or ``greening_coverage``.
        profile : str, path or Profile, optional
            One of `PROFILES` (the first unless given), or the user's own.

        Raises
        ------
        UsageError
            If the indicator or the profile does not exist.
        WorkspaceError
            If the user's profile speaks of another scheme, or of codes that this one does not have.

        Examples
        --------
        >>> worldcover = open_scheme("worldcover")
        >>> sorted(worldcover.codes("blue_green_ratio", "without_cropland"))
        [10, 20, 30, 80, 90, 95]
        >>> sorted(worldcover.codes("forest_coverage"))
        [10, 95]
        """
        chosen = profile if isinstance(profile, Profile) else open_profile(profile or PROFILES[0])
        if indicator not in chosen.flags:
            raise UsageError("landcover.unknown_indicator", indicator=indicator, near=nearest(indicator, chosen.flags))
        if chosen.scheme not in (None, self.name):
            raise WorkspaceError("landcover.profile_of_other", profile=chosen.name, scheme=self.name, of=chosen.scheme)
        include = chosen.include.get(indicator, frozenset())
        exclude = chosen.exclude.get(indicator, frozenset())
        if strange := (include | exclude) - self.classes.keys():
            raise WorkspaceError(
                "landcover.profile_codes", profile=chosen.name, scheme=self.name, codes=listed(strange)
            )
        counted = {code for code, land in self.classes.items() if land.flags & chosen.flags[indicator]}
        return frozenset((counted | include) - exclude)


def scheme_names(kind: Literal["raster", "vector"] | None = None) -> list[str]:
    """Return the names of the packaged schemes, of one kind or of both, sorted.

    >>> scheme_names("vector")
    ['sandiao', 'ydyh_2023']
    """
    return [name for name in _packaged_names() if kind in (None, open_scheme(name).kind)]


def open_scheme(name_or_path: str | PathLike[str]) -> Scheme:
    """Return a packaged scheme by its name, or the user's own from a TOML file of the same form.

    Raises
    ------
    UsageError
        If there is neither a scheme nor a file of that name.
    WorkspaceError
        If the file is wrong; the message names the key and the nearest right one.

    Examples
    --------
    >>> open_scheme("clcd").classes[5].label("en"), open_scheme("sandiao").classes["1101"].label("zh")
    ('Water', '河流水面')
    """
    if name_or_path in _packaged_names():
        return _packaged(str(name_or_path))
    path = Path(name_or_path)
    if path.suffix != ".toml":
        near = nearest(str(name_or_path), _packaged_names())
        raise UsageError("landcover.unknown_scheme", scheme=name_or_path, near=near)
    return _read(path)


def as_scheme(scheme: str | PathLike[str] | Scheme | None) -> Scheme | None:
    """Return what `open_scheme` would, and a scheme or None as it is."""
    return scheme if scheme is None or isinstance(scheme, Scheme) else open_scheme(scheme)


def schemes_with(codes: Iterable[int]) -> list[str]:
    """Return the packaged raster schemes in which every one of ``codes`` is a class or nodata.

    >>> schemes_with([10, 20, 95])
    ['worldcover']
    """
    wanted = set(codes)
    schemes = (_packaged(name) for name in scheme_names("raster"))
    return [scheme.name for scheme in schemes if wanted <= scheme.classes.keys() | scheme.nodata]


def listed(codes: Iterable[Code], most: int = 12) -> str:
    """Write codes for a message, sorted, the rest as a count.

    >>> listed({3, 1, 2}, most=2)
    '1, 2 … (+1)'
    """
    ordered = sorted(codes, key=lambda code: (isinstance(code, str), code))
    rest = len(ordered) - most
    return ", ".join(str(code) for code in ordered[:most]) + (f" … (+{rest})" if rest > 0 else "")


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
    flags: list[Flag]
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


def _folder() -> Path:
    return Path(str(files("ecozone") / "landcover"))


@cache
def _packaged_names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (_folder() / "schemes").glob("*.toml")))


@cache
def _packaged(name: str) -> Scheme:
    return _read(_folder() / "schemes" / f"{name}.toml")


def _read(path: Path) -> Scheme:
    declared = read_declaration(path, _SchemeFile)
    shared = read_declaration(_folder() / "reasons.toml", _Reasons).reasons
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
            near = nearest(word, known)
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
        near = nearest(declared, reasons)
        raise WorkspaceError("landcover.scheme_word", file=path, field=place, word=declared, table="reasons", near=near)
    return reasons[declared]
