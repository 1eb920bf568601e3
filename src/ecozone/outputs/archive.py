"""One file that holds a whole run: a zip whose bytes depend on nothing but what is in it, sealed by its own hash.

The comment of the zip is the SHA-256 of all bytes before it, so that a change anywhere shows; each member's CRC tells
where.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from os import PathLike
from pathlib import Path

from ecozone.errors import InputError
from ecozone.outputs.atomic import written

_SEAL = b"ecozone sha256 "
_NO_DATE = (1980, 1, 1, 0, 0, 0)
#: Formats that are packed already.
_PACKED = frozenset({".xlsx", ".docx", ".zip", ".kmz", ".tif", ".tiff", ".png", ".parquet", ".pdf"})


def write_archive(members: Mapping[str, Path | bytes], path: str | PathLike[str]) -> Path:
    """Write files and bytes by their names in the archive, in that order, whole or not at all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    with written(path) as draft:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for name, content in members.items():
                entry = zipfile.ZipInfo(name, _NO_DATE)
                entry.external_attr = 0o644 << 16
                packed = Path(name).suffix.lower() in _PACKED
                entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
                with archive.open(entry, "w", force_zip64=True) as out:
                    if isinstance(content, bytes):
                        out.write(content)
                        continue
                    with content.open("rb") as stream:
                        while block := stream.read(1 << 20):
                            out.write(block)
            # Room for the seal; it covers all bytes before it.
            archive.comment = _SEAL + b"0" * 64
        size = draft.stat().st_size - 64
        seal = _hash(draft, size)
        with draft.open("r+b") as out:
            out.seek(size)
            out.write(seal.encode())
    return Path(path)


def damaged(path: str | PathLike[str]) -> list[str]:
    """Return the members of an archive that are not as they were written; ``""`` where the damage is between them.

    Raises
    ------
    InputError
        If it is no archive that `write_archive` wrote, or so broken that nothing of it can be read.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError("intake.not_found", file=file)
    try:
        with zipfile.ZipFile(file) as archive:
            bad = [entry.filename for entry in archive.infolist() if not _sound(archive, entry)]
            sealed = archive.comment
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputError("outputs.archive_broken", file=file) from error
    if not sealed.startswith(_SEAL):
        raise InputError("outputs.archive_foreign", file=file)
    size = file.stat().st_size - 64
    if sealed[len(_SEAL) :].decode("ascii", "replace") != _hash(file, size):
        return bad or [""]
    return bad


def _sound(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    try:
        with archive.open(entry) as stream:
            while stream.read(1 << 20):
                pass
    except Exception:  # noqa: BLE001 - whatever a changed byte makes the reader say, this member is not as it was
        return False
    return True


def _hash(file: Path, size: int) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while size > 0:
            block = stream.read(min(1 << 20, size))
            if not block:
                break
            digest.update(block)
            size -= len(block)
    return digest.hexdigest()
