"""The file that a missing one was probably renamed to."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path

# Below this likeness of names (difflib's ratio, 0 to 1) a guess would only confuse.
_LIKENESS = 0.5
# A workspace is a small folder; one that was made in a home folder by mistake must not be walked for minutes.
_FILES = 5000


def near_files(path: Path, folder: Path, *, count: int = 3) -> tuple[str, ...]:
    """Return the files in ``path``'s folder, and in the workspace ``folder``, whose names are like its name."""
    names: dict[str, str] = {}
    for place in dict.fromkeys((path.parent, folder)):
        found = _files(place, deep=place == folder)
        for other in found:
            shown = other.relative_to(folder) if other.is_relative_to(folder) else other
            names.setdefault(shown.as_posix(), other.stem.casefold())
    # Without the suffix: two GeoPackages are not alike for that.
    lower = path.stem.casefold()

    def rank(shown: str) -> tuple[float, str]:
        return -SequenceMatcher(None, lower, names[shown]).ratio(), shown

    return tuple(sorted((shown for shown in names if -rank(shown)[0] >= _LIKENESS), key=rank)[:count])


def _files(folder: Path, *, deep: bool) -> Iterator[Path]:
    if not folder.is_dir():
        return iter(())
    entries = folder.rglob("*") if deep else folder.iterdir()
    return (entry for entry in islice(entries, _FILES) if entry.is_file())
