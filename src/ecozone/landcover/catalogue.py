"""The schemes there are: packaged ones by name, the user's own by path."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Literal

from ecozone.errors import UsageError
from ecozone.landcover.scheme import Scheme
from ecozone.landcover.scheme_file import FOLDER, read_scheme
from ecozone.text import near_word


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
        near = near_word(str(name_or_path), _packaged_names())
        raise UsageError("landcover.unknown_scheme", scheme=name_or_path, near=near)
    return read_scheme(path)


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


@cache
def _packaged_names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (FOLDER / "schemes").glob("*.toml")))


@cache
def _packaged(name: str) -> Scheme:
    return read_scheme(FOLDER / "schemes" / f"{name}.toml")
