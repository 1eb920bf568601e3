"""Archives: looked at before they are unpacked, and unpacked under names of our own."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from ecozone.errors import InputError
from ecozone.intake.limits import RATIO_COUNTS_FROM_BYTES, Limits

#: What reading a broken archive raises.
BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    ValueError,
)

_CHUNK = 1 << 20
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1


@contextmanager
def open_archive(path: Path, limits: Limits, count: str = "archive_files") -> Iterator[zipfile.ZipFile]:
    """Open a zip whose declared contents keep the limits; ``count`` names that of its members.

    Raises
    ------
    InputError
        Where it is damaged or encrypted, or declares too many files, too many bytes, or too high a ratio.
    """
    try:
        archive = zipfile.ZipFile(path)
    except BROKEN_ARCHIVE as error:
        raise InputError("intake.archive_damaged") from error
    with archive:
        members = archive.infolist()
        limits.require(count, len(members))
        unpacked = sum(member.file_size for member in members)
        limits.require("archive_bytes", unpacked)
        if unpacked > RATIO_COUNTS_FROM_BYTES:
            limits.require("archive_ratio", unpacked / max(1, sum(member.compress_size for member in members)))
        if any(member.flag_bits & _ENCRYPTED for member in members):
            raise InputError("intake.archive_encrypted")
        if not all(member.filename for member in members):
            raise InputError("intake.archive_damaged")
        yield archive


def member_path(member: zipfile.ZipInfo) -> PurePosixPath:
    """Return the path that a user sees: archives made on Chinese Windows hold GBK names without saying so."""
    name = member.filename
    if not member.flag_bits & _UTF8_NAME and not name.isascii():
        try:
            # zipfile took the bytes for code page 437, as the standard says.
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            name = member.filename
    return PurePosixPath(name.replace("\\", "/"))


Members = Mapping[str, zipfile.ZipInfo]


def members_of(archive: zipfile.ZipFile) -> Iterator[tuple[PurePosixPath, zipfile.ZipInfo]]:
    """Yield the files of an archive that a user put there."""
    for member in archive.infolist():
        path = member_path(member)
        # macOS leaves a second file "._name" for each.
        if not (member.is_dir() or path.name.startswith("._") or "__MACOSX" in path.parts):
            yield path, member


def sets_of(archive: zipfile.ZipFile, *parts: tuple[str, ...]) -> tuple[dict[str, Members], list[str]]:
    """Gather members by folder and stem, ``layer name -> suffix -> member``; and name what is no part of one.

    Parameters
    ----------
    parts : tuple of str
        The suffixes of what may be in a set, for each kind of set; a set without the first of one kind is none.
    """
    gathered: dict[tuple[str, str], dict[str, zipfile.ZipInfo]] = {}
    shown: dict[tuple[str, str], PurePosixPath] = {}
    others: list[str] = []
    wanted = {suffix for kind in parts for suffix in kind}
    leads = {kind[0] for kind in parts}
    for path, member in members_of(archive):
        suffix = path.suffix.casefold()
        key = (str(path.parent).casefold(), path.stem.casefold())
        if suffix in wanted and suffix not in gathered.get(key, {}):
            gathered.setdefault(key, {})[suffix] = member
            shown.setdefault(key, path)
        else:
            others.append(path.name)
    found = {key: kinds for key, kinds in gathered.items() if leads & set(kinds)}
    others += [shown[key].stem + suffix for key in gathered.keys() - found.keys() for suffix in gathered[key]]
    stems = [key[1] for key in found]
    names = {key: shown[key].stem if stems.count(key[1]) == 1 else str(shown[key].with_suffix("")) for key in found}
    return {names[key]: kinds for key, kinds in found.items()}, sorted(others)


def unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: Path) -> Path:
    """Write one member to ``place``, never more bytes than it declared; zipfile checks its CRC-32 at the end.

    Raises
    ------
    InputError
        Where the member holds more than it declares, or does not match its checksum.
    """
    written = 0
    try:
        with archive.open(member) as packed, place.open("wb") as plain:
            while chunk := packed.read(_CHUNK):
                written += len(chunk)
                if written > member.file_size:
                    raise InputError("intake.archive_damaged")
                plain.write(chunk)
    except BROKEN_ARCHIVE as error:
        raise InputError("intake.archive_damaged") from error
    return place
