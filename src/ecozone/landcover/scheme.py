"""分类体系: the legend of a land-cover product, as a declared file: what each code means and what it counts for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Literal

from ecozone.errors import UsageError, WorkspaceError
from ecozone.landcover.profiles import PROFILES, Code, Profile, open_profile
from ecozone.text import near_word, pick


@dataclass(frozen=True)
class LandClass:
    """One class: its names, its colour, and what it counts for.

    ``green`` holds for forest too. ``built`` and ``bare`` are kinds of ground that count for no indicator.
    ``contested`` and ``suspicious`` are the reason in both languages, or None: contested where the field does not agree
    what the class counts for, suspicious where its mere presence in a plain is most likely an error of the data.
    ``group`` is the key of a group of the scheme (三大类).
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
    built: bool = False
    bare: bool = False

    @property
    def neither(self) -> bool:
        """Whether the class counts for nothing: built-up, bare, snow."""
        return not (self.blue or self.green or self.cropland)

    @property
    def flags(self) -> frozenset[str]:
        """What it counts for, of blue, green, forest and cropland."""
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
        >>> from ecozone.landcover import open_scheme
        >>> worldcover = open_scheme("worldcover")
        >>> sorted(worldcover.codes("blue_green_ratio", "without_cropland"))
        [10, 20, 30, 80, 90, 95]
        >>> sorted(worldcover.codes("forest_coverage"))
        [10, 95]
        """
        chosen = profile if isinstance(profile, Profile) else open_profile(profile or PROFILES[0])
        if indicator not in chosen.flags:
            raise UsageError(
                "landcover.unknown_indicator", indicator=indicator, near=near_word(indicator, chosen.flags)
            )
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


def listed(codes: Iterable[Code], most: int = 12) -> str:
    """Write codes for a message, sorted, the rest as a count.

    >>> listed({3, 1, 2}, most=2)
    '1, 2 … (+1)'
    """
    ordered = sorted(codes, key=lambda code: (isinstance(code, str), code))
    rest = len(ordered) - most
    return ", ".join(str(code) for code in ordered[:most]) + (f" … (+{rest})" if rest > 0 else "")
