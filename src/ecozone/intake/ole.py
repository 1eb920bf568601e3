"""Old Office files and workbooks with a password: both are compound files, told apart by the names of their streams.

Structure: [MS-CFB], sections 2.2 (header) and 2.6 (directory entries).
"""

from __future__ import annotations

import struct
from typing import BinaryIO

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Stream → what the file is: the end of the key ``intake.looks_like_…``; the first that is there decides.
_STREAMS = (("EncryptedPackage", "encrypted"), ("Workbook", "xls"), ("Book", "xls"), ("WordDocument", "ole"))
_ENTRY_BYTES = 128
_SECTORS = 4


def kind_of_compound(stream: BinaryIO) -> str:
    """Return ``encrypted``, ``xls`` or ``ole`` (any other) for a compound file.

    The directory's first sectors are looked at; they hold every stream that tells.

    >>> import io
    >>> kind_of_compound(io.BytesIO(MAGIC))
    'ole'
    """
    stream.seek(0)
    header = stream.read(512)
    if len(header) < 52:
        return "ole"
    (shift,) = struct.unpack_from("<H", header, 30)
    (first,) = struct.unpack_from("<I", header, 48)
    size = 4096 if shift == 12 else 512
    # A sector number of a damaged header would lead beyond any file.
    if first > 0x00FF_FFFF:
        return "ole"
    stream.seek((first + 1) * size)
    directory = stream.read(_SECTORS * size)
    names = set()
    for at in range(0, len(directory) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
        # The length counts the zero at the end.
        (length,) = struct.unpack_from("<H", directory, at + 64)
        if 2 <= length <= 64:
            names.add(directory[at : at + length - 2].decode("utf-16-le", "replace"))
    return next((kind for name, kind in _STREAMS if name in names), "ole")
