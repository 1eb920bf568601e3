"""口径: which classes count for an indicator, packaged (with or without cropland) or the user's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Literal

from ecozone.errors import UsageError
from ecozone.landcover.declared import Strict, Words, read_declaration
from ecozone.text import near_word

Code = int | str
Flag = Literal["blue", "green", "forest", "cropland"]
Indicator = Literal["blue_green_ratio", "forest_coverage", "tree_cover", "greening_coverage"]

#: The packaged profiles; the first is the default.
PROFILES = ("with_cropland", "without_cropland")


@dataclass(frozen=True)
class Profile:
    """Which classes count for each indicator: those with one of its flags, and single codes put in or left out.

    ``scheme`` is the scheme that the single codes belong to; None where there are none.
    """

    name: str
    title: Mapping[str, str]
    flags: Mapping[str, frozenset[str]]
    scheme: str | None = None
    include: Mapping[str, frozenset[Code]] = field(default_factory=dict)
    exclude: Mapping[str, frozenset[Code]] = field(default_factory=dict)


class _Counted(Strict):
    title: Words
    blue_green_ratio: list[Flag]
    forest_coverage: list[Flag]
    tree_cover: list[Flag]
    greening_coverage: list[Flag]


class _Packaged(Strict):
    with_cropland: _Counted
    without_cropland: _Counted


class _Codes(Strict):
    blue_green_ratio: Sequence[Code] = ()
    forest_coverage: Sequence[Code] = ()
    tree_cover: Sequence[Code] = ()
    greening_coverage: Sequence[Code] = ()

    def as_sets(self) -> dict[str, frozenset[Code]]:
        return {indicator: frozenset(codes) for indicator, codes in self if codes}


class _Own(Strict):
    name: str
    title: Words
    base: Literal["with_cropland", "without_cropland"]
    scheme: str
    include: _Codes = _Codes()
    exclude: _Codes = _Codes()


def open_profile(name_or_path: str | PathLike[str]) -> Profile:
    """Return a profile: one of `PROFILES` by name, or the user's own from a TOML file.

    The user's own names a packaged profile as its ``base``, the ``scheme`` whose codes it speaks of, and under
    ``[include]`` and ``[exclude]`` the codes that it adds to or takes from an indicator.

    Raises
    ------
    UsageError
        If there is neither a profile nor a file of that name.
    WorkspaceError
        If the file is wrong.

    Examples
    --------
    >>> sorted(open_profile("without_cropland").flags["blue_green_ratio"])
    ['blue', 'green']
    """
    if name_or_path in PROFILES:
        return _packaged()[str(name_or_path)]
    path = Path(name_or_path)
    if path.suffix != ".toml":
        near = near_word(str(name_or_path), PROFILES)
        raise UsageError("landcover.unknown_profile", profile=name_or_path, near=near)
    own = read_declaration(path, _Own)
    return Profile(
        name=own.name,
        title=own.title.model_dump(),
        flags=_packaged()[own.base].flags,
        scheme=own.scheme,
        include=own.include.as_sets(),
        exclude=own.exclude.as_sets(),
    )


def listed_profile(name: str, base: str, classes: Mapping[str, Iterable[Code]]) -> Profile:
    """Return a profile of the user's own that lists the classes of some indicators, the others as in ``base``.

    >>> own = listed_profile("水林", "with_cropland", {"blue_green_ratio": [10, 80]})
    >>> sorted(own.include["blue_green_ratio"]), own.flags["blue_green_ratio"]
    ([10, 80], frozenset())
    """
    flags: dict[str, frozenset[str]] = dict(_packaged()[base].flags)
    flags |= dict.fromkeys(classes, frozenset())
    include = {indicator: frozenset(codes) for indicator, codes in classes.items()}
    return Profile(name, {"zh": name, "en": name}, flags, include=include)


@cache
def _packaged() -> Mapping[str, Profile]:
    declared = read_declaration(Path(str(files("ecozone") / "landcover" / "profiles.toml")), _Packaged)
    found = {}
    for name, counted in declared:
        flags = {indicator: frozenset(wanted) for indicator, wanted in counted if indicator != "title"}
        found[name] = Profile(name, counted.title.model_dump(), flags)
    return found
