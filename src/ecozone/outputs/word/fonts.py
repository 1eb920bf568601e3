"""The fonts of a document and their names: Chinese and Latin each have their own, in every style."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

#: Digits and Latin letters.
LATIN = "Times New Roman"
#: Windows has these; a machine without them takes the other name, or a font like them.
SONG, HEI, FANG_SONG = "宋体", "黑体", "仿宋"
_ALSO: Mapping[str, tuple[str, str, str]] = {
    SONG: ("SimSun", "roman", "02010600030101010101"),
    HEI: ("SimHei", "swiss", "02010609060101010101"),
    FANG_SONG: ("FangSong", "modern", "02010609060101010101"),
}


def set_fonts(properties: Any, east_asian: str) -> None:
    """Name the fonts of a style's or run's properties, in place of those of the theme.

    Word takes the Chinese font from ``w:eastAsia`` alone, and a theme's font before any that is named.
    """
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)
    fonts = OxmlElement("w:rFonts")
    for script in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{script}"), LATIN)
    fonts.set(qn("w:eastAsia"), east_asian)
    properties.insert(0, fonts)


def set_language(properties: Any) -> None:
    """Say which language each script is in; punctuation and the ends of lines depend on it.

    Digits and Latin letters are never said to be Chinese: LibreOffice would then end a line inside a number.
    """
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    said = OxmlElement("w:lang")
    said.set(qn("w:val"), "en-US")
    said.set(qn("w:eastAsia"), "zh-CN")
    properties.append(said)


def font_table() -> bytes:
    """Return the part that tells Word what stands in for a font that is not there."""
    entries = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{also}"/><w:panose1 w:val="{panose}"/><w:charset w:val="86"/>'
        f'<w:family w:val="{family}"/><w:pitch w:val="variable"/></w:font>'
        for name, (also, family, panose) in _ALSO.items()
    )
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f'{head}<w:fonts xmlns:w="{space}">{entries}</w:fonts>'.encode()
