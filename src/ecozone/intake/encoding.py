"""Which characters do these bytes mean: strict, in a fixed order, and said.

``.cpg`` or other declaration → byte-order mark → UTF-16 by its zeros → strict UTF-8 → GB18030 (which holds GBK and
GB2312).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ecozone.errors import InputError, UsageError

#: How names of code pages in ``.cpg`` files and XML declarations read in the wild.
_CODE_PAGES = {
    "65001": "utf-8",
    "936": "gb18030",
    "54936": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "950": "cp950",
    "88591": "iso8859-1",
    "885915": "iso8859-15",
}
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: UTF-16 without a mark: bytes that are looked at, the least share of ASCII characters in it (one in so many), and how
#: many times more zeros stand on their side than on the other.
_LOOKED_AT, _ASCII_ONE_IN, _ZEROS_BESIDE = 65_536, 8, 4
#: Bytes beyond ASCII below which GBK text may be valid UTF-8 by chance.
_UTF8_BY_CHANCE_BELOW = 12
#: Bytes beyond ASCII from which on texts of whole Chinese characters are no chance words of a Western code page.
_CHINESE_FROM = 4
#: A text of ASCII and of pairs of bytes that are characters of GB2312, which nearly all Chinese text is made of.
_gb2312 = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xa9\xb0-\xf7][\xa1-\xfe])*")
_multibyte = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_beyond_ascii = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True)
class Encoding:
    """A codec and where the word for it came from: ``given``, ``declared``, ``mark``, ``ascii`` or ``detected``."""

    codec: str
    why: str

    @property
    def name(self) -> str:
        """The name that a user reads."""
        return {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "gb18030": "GB18030", "utf-16": "UTF-16"}.get(
            self.codec, self.codec.upper()
        )


def codec_of(name: str) -> str | None:
    """Return Python's name for an encoding as users and files write it; None where there is none for text.

    >>> codec_of("GBK"), codec_of("OEM 936"), codec_of("ANSI 1252"), codec_of("UTF-8"), codec_of("rot13")
    ('gb18030', 'gb18030', 'cp1252', 'utf-8', None)
    """
    word = re.sub(r"^(ansi|oem|cp|ibm|windows|ms)[\s_-]*(?=\d)", "", name.strip().casefold())
    word = re.sub(r"[\s_-]", "", word) if re.sub(r"[\s_-]", "", word) in _CODE_PAGES else word
    word = _CODE_PAGES.get(word, f"cp{word}" if word.isdigit() else word)
    try:
        found = codecs.lookup(word)
        "".encode(found.name)
    except (LookupError, ValueError):
        return None
    return found.name


def decode(data: bytes, codec: str, *, may_be_cut: bool = False) -> str:
    """Decode strictly; ``may_be_cut`` leaves out a last character of which only the first bytes are there.

    >>> decode("林地".encode("gbk")[:3], "gb18030", may_be_cut=True)
    '林'
    """
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        # A field of fixed width cuts a text where its bytes end, in the middle of a character too.
        if may_be_cut and error.end >= len(data) and ("incomplete" in error.reason or "end of data" in error.reason):
            return data[: error.start].decode(codec)
        raise


def decodes(pieces: Iterable[bytes], codec: str, *, may_be_cut: bool = False) -> bool:
    """Tell whether every piece decodes."""
    try:
        for piece in pieces:
            decode(piece, codec, may_be_cut=may_be_cut)
    except ValueError:
        return False
    return True


def is_damaged_utf8(data: bytes) -> bool:
    """Tell whether bytes that do not decode as UTF-8 are nevertheless mostly that, so that GBK would be a wrong guess.

    Chinese text in GBK seldom forms UTF-8 sequences; Chinese text in UTF-8 forms nothing else.
    """
    good = sum(len(match) for match in _multibyte.findall(data))
    return good * 4 >= 3 * len(_beyond_ascii.findall(data)) > 0


def wide_codec(data: bytes) -> str | None:
    """Return the codec of a text of two or four bytes a character; None where the bytes are no such text.

    A byte-order mark says it. Without one, the digits, commas and ends of lines that every text of coordinates is full
    of have a zero beside them, always on the same side; what is on the other side is a zero in few characters (一).

    >>> [wide_codec(text) for text in ("J1,1".encode("utf-16"), "J1,1".encode("utf-16-be"), b"J1,1", bytes(9))]
    ['utf-16', 'utf-16-be', None, None]
    """
    for mark, codec in _BYTE_ORDER_MARKS:
        if data.startswith(mark) and codec != "utf-8-sig":
            return codec
    halves = (data[0:_LOOKED_AT:2], data[1:_LOOKED_AT:2])
    first, second = (half.count(0) for half in halves)
    if len(data) % 2 or max(first, second) * _ASCII_ONE_IN < len(halves[0]):
        return None
    if first >= _ZEROS_BESIDE * second:
        return "utf-16-be" if first else None
    return "utf-16-le" if second >= _ZEROS_BESIDE * first else None


def detect(*pieces: bytes, declared: str | None = None, may_be_cut: bool = False) -> Encoding | None:
    """Find the encoding of a text, trying ``declared`` first.

    Parameters
    ----------
    *pieces : bytes
        The whole text, or every text of a table, so that what is found decodes all of it.
    declared : str, optional
        A codec that the file names. It is honoured only where it decodes.
    may_be_cut : bool
        The last character of a piece may lack bytes.

    Returns
    -------
    Encoding or None
        None where nothing decodes the text, or where it is damaged UTF-8.

    Examples
    --------
    >>> detect("林地".encode("gbk")).name, detect("林地".encode()).name, detect(b"forest").why
    ('GB18030', 'UTF-8', 'ascii')
    >>> detect("林地,耕地,园地,草地".encode() + bytes([0xFF])) is None
    True
    >>> [detect(text, declared="cp1252").name for text in ("红线".encode("gbk"), "Größe, Straße".encode("cp1252"))]
    ['GB18030', 'CP1252']
    """
    for mark, codec in _BYTE_ORDER_MARKS:
        if len(pieces) == 1 and pieces[0].startswith(mark):
            return Encoding(codec, "mark") if decodes(pieces, codec) else None
    if len(pieces) == 1 and (wide := wide_codec(pieces[0])) is not None:
        return Encoding(wide, "detected") if decodes(pieces, wide) else None
    if all(piece.isascii() for piece in pieces):
        return Encoding("utf-8", "ascii")
    utf8 = decodes(pieces, "utf-8", may_be_cut=may_be_cut)
    doubted = declared is None or (utf8 and _is_weak(declared, pieces)) or _is_chinese(declared, pieces)
    if declared is not None and not doubted and decodes(pieces, declared, may_be_cut=may_be_cut):
        return Encoding(declared, "declared")
    if utf8:
        return Encoding("utf-8", "detected")
    if not is_damaged_utf8(b"".join(pieces)) and decodes(pieces, "gb18030", may_be_cut=may_be_cut):
        return Encoding("gb18030", "detected")
    return None


def _is_weak(declared: str, pieces: Iterable[bytes]) -> bool:
    """Tell whether a declaration is worth less than the fact that the text is valid UTF-8.

    A one-byte code page decodes anything, and GBK nearly anything; other text is valid UTF-8 by chance only where it
    is short.
    """
    if declared == "utf-8":
        return False
    return _one_byte(declared) or sum(map(_high, pieces)) >= _UTF8_BY_CHANCE_BELOW


def _is_chinese(declared: str, pieces: Iterable[bytes]) -> bool:
    """Tell whether a Western code page is declared and every text is made of Chinese characters.

    Programs write the code page of their own home as a matter of course; in Western text, accented letters stand
    singly.
    """
    if not _one_byte(declared):
        return False
    texts = list(pieces)
    return sum(map(_high, texts)) >= _CHINESE_FROM and all(_gb2312.fullmatch(text) for text in texts)


def _one_byte(codec: str) -> bool:
    return len("é".encode(codec, "ignore")) == 1 or len("я".encode(codec, "ignore")) == 1


def _high(piece: bytes) -> int:
    return len(_beyond_ascii.findall(piece))


def read_text(data: bytes, *, given: str | None = None) -> tuple[str, Encoding]:
    """Decode a text file in the encoding that the user gave, or in what `detect` finds.

    Raises
    ------
    InputError
        Where the encoding is unknown to us, or does not decode the text, or none is found.
    """
    if given is None:
        found = detect(data)
        if found is None:
            raise InputError("intake.no_encoding")
    else:
        found = given_encoding(given)
    try:
        return data.decode(found.codec).lstrip("\ufeff"), found
    except ValueError as error:
        raise InputError("intake.not_in_encoding", encoding=found.name) from error


def given_encoding(name: str) -> Encoding:
    """Return the encoding that a user names.

    Raises
    ------
    UsageError
        Where there is none of this name.
    """
    codec = codec_of(name)
    if codec is None:
        raise UsageError("intake.no_such_encoding", wanted=name[:40])
    return Encoding(codec, "given")


def sample_of(texts: Iterable[str]) -> str:
    """Return the first text that is not plain ASCII, shortened: what shows a reader that the encoding is right.

    >>> sample_of(["A1", "林地"])
    '林地'
    """
    return next((text.strip()[:30] for text in texts if not text.isascii()), "")
