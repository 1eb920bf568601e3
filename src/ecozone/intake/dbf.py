"""The attribute table of a shapefile (dBASE), read by ourselves: drivers guess its encoding and do not tell.

Layout: dBASE III+ file structure; the language byte is the 30th of the header (ESRI, *ArcGIS code pages*).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ecozone.errors import InputError
from ecozone.intake.encoding import Encoding, codec_of, decode, decodes, detect, given_encoding, sample_of
from ecozone.intake.limits import Limits
from ecozone.intake.numerals import parse_number
from ecozone.intake.reading import column_name
from ecozone.notices import Notice, notice

#: Language byte → code page. 0x57 says "ANSI, whichever that is" and is written by default, so it says nothing.
_LANGUAGES = {
    0x01: "cp437",
    0x02: "cp850",
    0x03: "cp1252",
    0x13: "cp932",
    0x4D: "gb18030",
    0x4E: "cp949",
    0x4F: "cp950",
    0x78: "cp950",
    0x79: "cp949",
    0x7A: "gb18030",
    0x7B: "cp932",
    0xC8: "cp1250",
    0xC9: "cp1251",
}
_DESCRIPTOR = 32
_DELETED = b"*"


@dataclass(frozen=True)
class Field:
    """One column as the header describes it."""

    name: bytes
    kind: str
    start: int
    length: int
    decimals: int


@dataclass(frozen=True)
class Table:
    """A table read: columns as long as ``deleted``, which marks the records that were struck out."""

    columns: dict[str, list[Any]]
    deleted: list[bool]
    encoding: Encoding
    notices: tuple[Notice, ...]


def looks_like(head: bytes) -> bool:
    r"""Tell whether a file begins as a table of dBASE does: a version, a date, and descriptions of fields to their end.

    >>> looks_like(bytes.fromhex("03 7a 07 02 01000000 4100 0500") + bytes(52) + b"\r"), looks_like(b"PK")
    (True, False)
    """
    if len(head) <= _DESCRIPTOR or head[0] & 0x07 != 3 or head[2] > 12 or head[3] > 31:
        return False
    header, length = struct.unpack_from("<HH", head, 8)
    end = header - 1
    return bool(length) and _DESCRIPTOR <= end < len(head) and end % _DESCRIPTOR == 0 and head[end : end + 1] == b"\r"


def read_dbf(data: bytes, limits: Limits, *, declared: str | None = None, given: str | None = None) -> Table:
    """Read a whole table.

    Parameters
    ----------
    data : bytes
        The file.
    declared : str, optional
        The text of the ``.cpg`` beside it.
    given : str, optional
        The user's word for the encoding, which stands above all.

    Raises
    ------
    InputError
        Where the header and the bytes disagree, or no encoding reads every text.
    """
    fields, records = _structure(data, limits)
    texts = [field.name for field in fields]
    texts += [_raw(record, field) for record in records for field in fields if field.kind == "C"]
    encoding, notices = _encoding(texts, data[29], declared, given)
    columns: dict[str, list[Any]] = {}
    unread: list[str] = []
    for number, field in enumerate(fields, 1):
        name = column_name(_text(field.name, encoding.codec), columns, number)
        parse = _parser(field, encoding.codec)
        if parse is None:
            unread.append(name)
        else:
            columns[name] = [parse(_raw(record, field)) for record in records]
    notices += [notice("intake.field_unread", "warning", field=name) for name in unread]
    if encoding.why != "ascii":
        sample = sample_of([*columns, *(text for column in columns.values() for text in column if type(text) is str)])
        notices.append(notice(f"intake.dbf_encoding_{encoding.why}", encoding=encoding.name, sample=sample))
    return Table(columns, [record[:1] == _DELETED for record in records], encoding, tuple(notices))


def _structure(data: bytes, limits: Limits) -> tuple[list[Field], list[bytes]]:
    if len(data) < _DESCRIPTOR + 1:
        raise InputError("intake.dbf_damaged")
    count, header, length = struct.unpack_from("<IHH", data, 4)
    limits.require("features", count)
    fields: list[Field] = []
    start = 1
    for at in range(_DESCRIPTOR, min(header, len(data)) - _DESCRIPTOR, _DESCRIPTOR):
        if data[at] == 0x0D:
            break
        name, kind, size, decimals = struct.unpack_from("<11sc4xBB", data, at)
        fields.append(Field(name.split(b"\x00")[0], kind.decode("latin-1"), start, size, decimals))
        start += size
    if start > length or length == 0 or header + count * length > len(data):
        raise InputError("intake.dbf_damaged")
    limits.require("columns", len(fields))
    return fields, [data[header + i * length : header + (i + 1) * length] for i in range(count)]


def _raw(record: bytes, field: Field) -> bytes:
    return record[field.start : field.start + field.length].rstrip(b" \x00")


def _text(raw: bytes, codec: str) -> str:
    return decode(raw, codec, may_be_cut=True).strip()


def _encoding(
    texts: list[bytes], language: int, declared: str | None, given: str | None
) -> tuple[Encoding, list[Notice]]:
    """Find the encoding in the order: the user, ``.cpg``, language byte, UTF-8, GB18030."""
    if given is not None:
        encoding = given_encoding(given)
        if not decodes(texts, encoding.codec, may_be_cut=True):
            raise InputError("intake.not_in_encoding", encoding=encoding.name)
        return encoding, []
    words = [codec_of(declared) if declared else None, _LANGUAGES.get(language)]
    word = next((word for word in words if word is not None), None)
    found = detect(*texts, declared=word, may_be_cut=True)
    if found is None:
        raise InputError("intake.no_encoding")
    notices = []
    if word is not None and found.why == "detected" and found.codec != word:
        notices.append(notice("intake.encoding_word_wrong", "warning", word=declared or word, found=found.name))
    return found, notices


def _parser(field: Field, codec: str) -> Callable[[bytes], Any] | None:
    """Return what turns the bytes of a cell into its value; None for kinds that hold no plain value."""
    binary = {"I": ("<i", 4), "+": ("<i", 4), "O": ("<d", 8), "B": ("<d", 8)}.get(field.kind)
    if binary is not None and field.length == binary[1]:
        return lambda raw: struct.unpack(binary[0], raw.ljust(binary[1], b"\x00"))[0]
    if field.kind in "NF":
        whole = field.kind == "N" and field.decimals == 0
        return lambda raw: _number(raw, whole=whole)
    return {"C": lambda raw: _text(raw, codec) or None, "D": _date, "L": _logical}.get(field.kind)


def _number(raw: bytes, *, whole: bool) -> float | None:
    text = raw.decode("ascii", "replace").strip()
    value = parse_number(text)
    if value is None or not whole:
        return value
    return int(text) if text.lstrip("+-").isdigit() else (int(value) if value == math.floor(value) else value)


def _date(raw: bytes) -> str | None:
    text = raw.decode("ascii", "replace").strip()
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isdigit() and text != "00000000" else None


def _logical(raw: bytes) -> bool | None:
    return {b"T": True, b"t": True, b"Y": True, b"y": True, b"F": False, b"f": False, b"N": False, b"n": False}.get(
        raw[:1]
    )
