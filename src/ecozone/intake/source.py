"""One file of the user: proved to be a regular file, sized, hashed, and handed to GDAL under a name of our own.

GDAL reads names as commands (``/vsicurl/…``, ``CSV:/etc/passwd``, ``GeoJSON:http://…``), and it writes beside what
it reads. So it never sees a name that a user chose: it gets a link called ``u.gpkg`` in a private folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path

from ecozone.errors import InputError
from ecozone.intake.limits import Limits

#: Suffixes of the files that make up one shapefile, in the order in which they are listed.
SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def regular_file(path: str | PathLike[str]) -> Path:
    """Return the resolved path of an existing regular file.

    Raises
    ------
    InputError
        Where nothing, a folder, a device or a pipe stands at ``path``, or it may not be read.
    """
    name = os.fsdecode(path)
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


def sha256(path: str | PathLike[str]) -> str:
    """Return the SHA-256 of a file's bytes, as 64 hexadecimal digits.

    Raises
    ------
    InputError
        Where ``path`` is no readable regular file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.csv").write_bytes(b"abc")
    ...     sha256(Path(folder, "a.csv"))
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    """
    found = regular_file(path)
    try:
        with found.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InputError("intake.not_readable", file=os.fsdecode(path)) from error


def siblings(shp: Path) -> dict[str, Path]:
    """Return the parts of a shapefile that exist beside its ``.shp``, ``suffix -> path``, letter case aside."""
    parts = {".shp": shp}
    stem = shp.stem.casefold()
    for other in sorted(shp.parent.iterdir()):
        suffix = other.suffix.casefold()
        if suffix not in SHAPEFILE_PARTS[1:] or other.stem.casefold() != stem or not other.is_file():
            continue
        # An exact match of the stem wins where a case-sensitive disk holds both.
        if suffix not in parts or other.stem == shp.stem:
            parts[suffix] = other
    return {suffix: parts[suffix] for suffix in SHAPEFILE_PARTS if suffix in parts}


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
        Resolved; a regular file.
    folder : Path
        Private and temporary.
    """

    path: Path
    folder: Path
    limits: Limits = field(default_factory=Limits)

    @property
    def name(self) -> str:
        """The file's name without its folder: what notices and errors show."""
        return self.path.name

    @property
    def stem(self) -> str:
        """The name without its suffix: the layer's name where the format has none."""
        return self.path.stem

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
def opening(path: str | PathLike[str], limits: Limits) -> Iterator[Source]:
    """Open a user's file for one reading; its private folder goes away afterwards.

    Raises
    ------
    InputError
        Where ``path`` is no readable regular file, is empty, or is larger than ``limits.bytes``.
    """
    found = regular_file(path)
    size = found.stat().st_size
    if size == 0:
        raise InputError("intake.empty_file", file=found.name)
    limits.require("bytes", size, file=found.name)
    with tempfile.TemporaryDirectory(prefix="ecozone-") as folder:
        yield Source(found, Path(folder), limits)
