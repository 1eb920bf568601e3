"""The file that a missing one was probably renamed to."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path

# Below this likeness of names (difflib's ratio, 0 to 1) a guess would only confuse.
_LIKENESS = 0.7
#: What a file may have been saved as instead: suffixes of one kind of data.
_KINDS = (
    frozenset((".gpkg", ".geojson", ".json", ".shp", ".zip", ".kml", ".kmz", ".ovkml", ".parquet", ".fgb", ".gdb"))
    | frozenset((".tab", ".mif", ".dxf", ".wkt", ".txt", ".csv", ".xlsx")),
    frozenset((".tif", ".tiff")),
)
# A workspace is a small folder; one that was made in a home folder by mistake must not be walked for minutes.
_FILES = 5000


def near_files(path: Path, folder: Path, *, count: int = 3) -> tuple[str, ...]:
    """Return the files in ``path``'s folder, and in the workspace ``folder``, whose names are like its name.

    Only of the same kind: a missing layer was not renamed to a text about it.
    """
    names: dict[str, str] = {}
    own = path.suffix.casefold()
    kind = next((kind for kind in _KINDS if own in kind), None)
    for place in dict.fromkeys((path.parent, folder)):
        found = _files(place, deep=place == folder)
        for other in found:
            if kind is not None and other.suffix.casefold() not in kind:
                continue
            shown = other.relative_to(folder) if other.is_relative_to(folder) else other
            names.setdefault(shown.as_posix(), _compared(other, kind is not None))
    lower = _compared(path, kind is not None)

    def rank(shown: str) -> tuple[float, str]:
        whole = bool(lower) and bool(names[shown]) and (lower in names[shown] or names[shown] in lower)
        return -(1.0 if whole else SequenceMatcher(None, lower, names[shown]).ratio()), shown

    return tuple(sorted((shown for shown in names if -rank(shown)[0] >= _LIKENESS), key=rank)[:count])


def _compared(path: Path, data: bool) -> str:
    """Return what of a name is compared: of data files not the suffix, two GeoPackages are not alike for that."""
    return (path.stem if data else path.name).casefold()


def _files(folder: Path, *, deep: bool) -> Iterator[Path]:
    if not folder.is_dir():
        return iter(())
    entries = folder.rglob("*") if deep else folder.iterdir()
    return (entry for entry in islice(entries, _FILES) if entry.is_file())
