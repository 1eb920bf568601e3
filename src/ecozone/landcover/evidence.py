"""What a raster says of itself, held against the scheme that it is said to be in.

The same number is another class in other products, so a scheme is never guessed from the values; but a file's colour
table and metadata often name its product, and where they name another one the file is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ecozone.errors import RasterError
from ecozone.landcover.catalogue import open_scheme, scheme_names
from ecozone.landcover.scheme import Scheme
from ecozone.notices import Notice, notice

Palette = Mapping[int, tuple[int, int, int, int]]

#: Copies of one palette differ by a few levels (NLCD's blue is 466B9F and 476BA0).
_LEVELS = 10
#: A colour table speaks for a product where it has these many of its codes, in these colours.
_FEWEST_CODES = 3
_FIT = 0.8
#: Entries of a 256-colour table that were never set.
_UNSET = (0, 0, 0)


@dataclass(frozen=True)
class Identity:
    """What a raster's own metadata says: version id of the scheme and year, each None where it says nothing."""

    version: str | None
    year: int | None
    notices: tuple[Notice, ...]


def identify(scheme: Scheme, palette: Palette | None, tags: Mapping[str, str], path: Path) -> Identity:
    """Return what the raster at ``path`` says of itself.

    Raises
    ------
    RasterError
        If its metadata or its colour table speak for another product than ``scheme``.
    """
    _check_tags(scheme, tags, path)
    notices = _check_palette(scheme, palette, path) if palette else ()
    tag = tags.get(scheme.version_tag or "")
    version = next((each.id for each in scheme.versions if tag and each.tag == tag), None)
    year = re.search(r"(?:19|20)\d\d", tags.get(scheme.year_tag or "", ""))
    return Identity(version, int(year[0]) if year else None, tuple(notices))


def _check_tags(scheme: Scheme, tags: Mapping[str, str], path: Path) -> None:
    said = " ".join(tags.values()).casefold()
    if _marked(scheme, said):
        return
    for other in _others(scheme):
        if _marked(other, said):
            raise RasterError("landcover.metadata_of_other", file=path, scheme=scheme.name, found=other.name)


def _marked(scheme: Scheme, said: str) -> bool:
    return any(mark.casefold() in said for mark in scheme.marks)


def _check_palette(scheme: Scheme, palette: Palette, path: Path) -> Iterable[Notice]:
    if _fit(scheme, palette) >= _FIT:
        return ()
    for other in _others(scheme):
        if other.palette == "product" and _fit(other, palette) >= _FIT:
            raise RasterError("landcover.palette_of_other", file=path, scheme=scheme.name, found=other.name)
    if scheme.palette == "product":
        return (notice("landcover.palette_unknown", file=path, scheme=scheme.name),)
    return ()


def _fit(scheme: Scheme, palette: Palette) -> float:
    """Return the share of the codes common to both whose colours agree; 0 where too few are common."""
    pairs = [
        (palette[code][:3], tuple(bytes.fromhex(land.colour[1:])))
        for code, land in scheme.classes.items()
        if isinstance(code, int) and code in palette and palette[code][:3] != _UNSET
    ]
    if len(pairs) < _FEWEST_CODES:
        return 0.0
    alike = [all(abs(a - b) <= _LEVELS for a, b in zip(here, there, strict=True)) for here, there in pairs]
    return sum(alike) / len(pairs)


def _others(scheme: Scheme) -> list[Scheme]:
    return [open_scheme(name) for name in scheme_names("raster") if name != scheme.name]
