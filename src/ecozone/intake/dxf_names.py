"""The words of a drawing: its code page, and the escapes for letters that the code page has not."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ecozone.errors import InputError
from ecozone.intake.encoding import Encoding, codec_of, decodes, detect, given_encoding, sample_of
from ecozone.notices import Notice, notice

#: From AutoCAD 2007 on a DXF is UTF-8, whatever code page its header names (Autodesk, *DXF Reference*, $ACADVER).
_UTF8_SINCE = "AC1021"
#: Code pages of the escape ``\M+NXXXX``.
_MULTIBYTE = {"1": "cp932", "2": "cp950", "3": "cp949", "5": "gbk"}
_unicode_escape = re.compile(r"\\U\+([0-9A-Fa-f]{4})")
_multibyte_escape = re.compile(r"\\M\+([1-5])([0-9A-Fa-f]{4})")


class Names:
    """Decodes the names of one drawing.

    Parameters
    ----------
    header : mapping of str to bytes
        Of the drawing.
    names : sequence of bytes
        All its names, so that what is found decodes every one.
    given : str, optional
        The user's word for the encoding.

    Raises
    ------
    InputError
        Where no encoding decodes them.
    """

    def __init__(self, header: dict[str, bytes], names: Sequence[bytes], given: str | None) -> None:
        self.notices: tuple[Notice, ...] = ()
        if given is not None:
            self.encoding: Encoding = given_encoding(given)
            if not decodes(names, self.encoding.codec):
                raise InputError("intake.not_in_encoding", encoding=self.encoding.name)
            return
        version = header.get("$ACADVER", b"").strip().decode("latin-1")
        page = header.get("$DWGCODEPAGE", b"").strip().decode("latin-1")
        declared = "utf-8" if version >= _UTF8_SINCE else codec_of(page) if page else None
        found = detect(*names, declared=declared)
        if found is None:
            raise InputError("intake.no_encoding")
        self.encoding = found
        if found.why == "detected":
            sample = sample_of([self.read(name) for name in names])
            word = "UTF-8" if declared == "utf-8" else page
            key = "intake.dxf_encoding_other" if declared else "intake.dxf_encoding_detected"
            self.notices = (notice(key, "warning", word=word, encoding=found.name, sample=sample),)
        elif found.why != "ascii":
            sample = sample_of([self.read(name) for name in names])
            self.notices = (notice("intake.dxf_encoding_declared", encoding=found.name, sample=sample),)

    def read(self, name: bytes) -> str:
        r"""Return a name as text.

        >>> Names({"$DWGCODEPAGE": b"ANSI_936"}, ["红线".encode("gbk")], None).read("红线".encode("gbk"))
        '红线'
        >>> Names({}, [], None).read(rb"\U+7EA2\M+5CFDF")
        '红线'
        """
        text = name.decode(self.encoding.codec).strip()
        text = _unicode_escape.sub(_unicode, text)
        return _multibyte_escape.sub(_multibyte, text)


def _unicode(match: re.Match[str]) -> str:
    letter = chr(int(match[1], 16))
    # Half of a pair is no letter, and no file could be written with it.
    return match[0] if "\ud800" <= letter <= "\udfff" else letter


def _multibyte(match: re.Match[str]) -> str:
    codec = _MULTIBYTE.get(match[1])
    try:
        return bytes.fromhex(match[2]).decode(codec) if codec else match[0]
    except UnicodeDecodeError:
        return match[0]
