"""One file of the user: proved to be a regular file, sized, hashed, and handed to GDAL under a name of our own.

GDAL reads names as commands (``/vsicurl/…``, ``CSV:/etc/passwd``, ``GeoJSON:http://…``), and it writes beside what
it reads. So it never sees a name that a user chose: it gets a link called ``u.gpkg`` in a private folder.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path

from ecozone.errors import InputError
from ecozone.intake.limits import Limits

#: Suffixes of the files that make up one shapefile or MapInfo table, the one that is named first.
SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
TAB_PARTS = (".tab", ".dat", ".map", ".id")
MIF_PARTS = (".mif", ".mid")

#: What a file geodatabase consists of; locks and what other programs leave in its folder do not belong to it.
_GEODATABASE_FILE = re.compile(r"a[0-9a-f]{8}\.[a-z0-9_]+|gdb|timestamps", re.IGNORECASE)
#: The list of its tables, which every file geodatabase has.
GEODATABASE_CATALOGUE = "a00000001.gdbtable"


def regular_file(path: str | PathLike[str]) -> Path:
    """Return the resolved path of an existing regular file.

    Raises
    ------
    InputError
        Where nothing, a folder, a device or a pipe stands at ``path``, or it may not be read.
    """
    name = os.fsdecode(path)
    if not name:
        # An empty name would stand for the folder that the user happens to be in.
        raise InputError("intake.not_found", file='""')
    try:
        found = Path(name).resolve(strict=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError("intake.not_found", file=name) from error
    if found.is_dir():
        raise InputError("intake.is_folder", file=name)
    if not found.is_file():
        raise InputError("intake.not_regular", file=name)
    if not os.access(found, os.R_OK):
        raise InputError("intake.not_readable", file=name)
    return found


def is_geodatabase(path: str | PathLike[str]) -> bool:
    """Tell whether a path is the folder of a file geodatabase (``.gdb``), by what is in it and not by its name."""
    try:
        return any(entry.name.casefold() == GEODATABASE_CATALOGUE for entry in Path(path).iterdir())
    except (OSError, ValueError):
        return False


def is_geodatabase_file(name: str) -> bool:
    """Tell whether a file of this name in the folder of a geodatabase belongs to it.

    >>> is_geodatabase_file("a00000009.gdbtable"), is_geodatabase_file("_gdb.PC-7.1234.ed.lock")
    (True, False)
    """
    return _GEODATABASE_FILE.fullmatch(name) is not None


def geodatabase_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of a geodatabase by name.

    Raises
    ------
    InputError
        Where one of them is no regular file of this folder: a link may lead anywhere.
    """
    found = sorted(entry for entry in folder.iterdir() if is_geodatabase_file(entry.name))
    for entry in found:
        if entry.is_symlink() or not entry.is_file():
            raise InputError("intake.gdb_link", name=entry.name)
        if not os.access(entry, os.R_OK):
            raise InputError("intake.not_readable", file=folder.name)
    return tuple(found)


def given_path(path: str | PathLike[str]) -> Path:
    """Return the resolved path of what a user may name: a regular file, or the folder of a file geodatabase.

    Raises
    ------
    InputError
        As `regular_file`.
    """
    if is_geodatabase(path):
        return Path(path).resolve(strict=True)
    return regular_file(path)


def sha256(path: str | PathLike[str]) -> str:
    """Return the SHA-256 of a file's bytes, as 64 hexadecimal digits.

    Of a file geodatabase, that of the lines ``hash  name`` of its files, by name.

    Raises
    ------
    InputError
        Where ``path`` is neither a readable regular file nor a file geodatabase.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.csv").write_bytes(b"abc")
    ...     sha256(Path(folder, "a.csv"))
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    """
    if is_geodatabase(path):
        lines = [f"{sha256(part)}  {part.name}\n" for part in geodatabase_files(given_path(path))]
        return hashlib.sha256("".join(lines).encode()).hexdigest()
    found = regular_file(path)
    try:
        with found.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InputError("intake.not_readable", file=os.fsdecode(path)) from error


def siblings(lead: Path, suffixes: tuple[str, ...] = SHAPEFILE_PARTS) -> dict[str, Path]:
    """Return the parts that exist beside the file that is named, ``suffix -> path``, letter case aside.

    Parameters
    ----------
    lead : Path
        Of the part whose suffix should be the first of ``suffixes``.
    suffixes : tuple of str
        Of the parts of such a file.
    """
    parts = {suffixes[0]: lead}
    stem = lead.stem.casefold()
    for other in sorted(lead.parent.iterdir()):
        suffix = other.suffix.casefold()
        if suffix not in suffixes[1:] or other.stem.casefold() != stem or not other.is_file():
            continue
        # An exact match of the stem wins where a case-sensitive disk holds both.
        if suffix not in parts or other.stem == lead.stem:
            parts[suffix] = other
    return {suffix: parts[suffix] for suffix in suffixes if suffix in parts}


def write_ahead_log(gpkg: Path) -> Path | None:
    """Return the write-ahead log that stands beside a GeoPackage, which holds the last changes of an open project."""
    log = gpkg.with_name(gpkg.name + "-wal")
    return log if log.is_file() and log.stat().st_size else None


@dataclass(frozen=True)
class Source:
    """A file under reading.

    Parameters
    ----------
    path : Path
        Resolved; a regular file, or the folder of a file geodatabase.
    folder : Path
        Private and temporary.
    called : str, optional
        The file's name, where it stands under another.
    """

    path: Path
    folder: Path
    limits: Limits = field(default_factory=Limits)
    called: str | None = None

    @property
    def name(self) -> str:
        """The file's name without its folder: what notices and errors show."""
        return self.called or self.path.name

    @property
    def stem(self) -> str:
        """The name without its suffix: the layer's name where the format has none."""
        return Path(self.name).stem

    def read_bytes(self, limit: str = "text_bytes") -> bytes:
        """Return the whole content, refusing what is above the named limit."""
        self.limits.require(limit, self.path.stat().st_size, file=self.name)
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise InputError("intake.not_readable", file=self.name) from error

    def link(self, target: Path, name: str) -> Path:
        """Make ``target`` reachable as ``name`` in the private folder and return that path.

        A symbolic link where the system lets us, else a hard link (Windows without the privilege), else a copy.
        """
        place = self.folder / name
        for make in (os.symlink, os.link, shutil.copyfile):
            try:
                make(target, place)
            except (OSError, NotImplementedError) as error:
                failure = error
            else:
                return place
        raise InputError("intake.not_readable", file=self.name) from failure

    def copy(self, target: Path, name: str) -> Path:
        """Copy ``target`` into the private folder as ``name`` and return that path."""
        place = self.folder / name
        try:
            shutil.copyfile(target, place)
        except OSError as error:
            raise InputError("intake.not_readable", file=self.name) from error
        return place


@contextmanager
def opening(path: str | PathLike[str], limits: Limits, *, called: str | None = None) -> Iterator[Source]:
    """Open a user's file for one reading; its private folder goes away afterwards.

    Raises
    ------
    InputError
        Where ``path`` is neither a readable regular file nor a file geodatabase, is empty, or is larger than
        ``limits.bytes``.
    """
    found = given_path(path)
    parts = geodatabase_files(found) if found.is_dir() else (found,)
    limits.require("geodatabase_files", len(parts), file=found.name)
    size = sum(part.stat().st_size for part in parts)
    if size == 0:
        raise InputError("intake.empty_file", file=found.name)
    limits.require("bytes", size, file=found.name)
    with tempfile.TemporaryDirectory(prefix="ecozone-") as folder:
        yield Source(found, Path(folder), limits, called)
