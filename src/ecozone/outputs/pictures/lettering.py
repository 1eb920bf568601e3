"""The letters of a picture: a font that has them all, and how wide words are in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from ecozone.errors import OutputError
from ecozone.outputs.escape import plain
from ecozone.text import language, room

#: Families with the Chinese characters of everyday use, the clearest at a small size first.
CHINESE_FAMILIES = (
    *("Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Noto Sans SC"),
    *("Microsoft YaHei", "PingFang SC", "Hiragino Sans GB", "Heiti SC", "STHeiti", "SimHei"),
    *("WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback"),
    *("Noto Sans CJK JP", "Noto Sans CJK TC", "Noto Serif CJK SC", "Noto Serif CJK JP"),
    *("SimSun", "Songti SC", "AR PL UMing CN", "AR PL UKai CN", "Arial Unicode MS"),
)
#: Comes with matplotlib.
_LATIN = "DejaVu Sans"
#: Printers' mark for a character that a font lacks, and what stands for it without Chinese.
_LACKING, _LACKING_LATIN = "〓", "?"
_CHINESE = re.compile("[\u2e80-\u303f\u31c0-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
#: What no place name does without: the unified ideographs of the basic plane.
_COMMON = re.compile("[\u4e00-\u9fa5]")
_MM_PER_POINT = 25.4 / 72.0


@dataclass(frozen=True)
class Lettering:
    """Fonts by name, the first preferred, and the characters that none of them has."""

    families: tuple[str, ...]
    lacking: frozenset[str] = frozenset()

    def words(self, text: object) -> str:
        """Return ``text`` on one line as it is drawn: a character that no font has becomes a mark, never a box."""
        said = " ".join(plain(text).split())
        mark = _LACKING if len(self.families) > 1 else _LACKING_LATIN
        return "".join(mark if letter in self.lacking else letter for letter in said)

    def properties(self, size: float, *, bold: bool = False) -> Any:
        """Return matplotlib's ``FontProperties`` at ``size`` points."""
        from matplotlib.font_manager import FontProperties

        return FontProperties(family=list(self.families), size=size, weight="bold" if bold else "normal")

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """Return how wide a line is, in mm."""
        if not text:
            return 0.0
        prop = self.properties(size, bold=bold)
        width, _, _ = self._renderer.get_text_width_height_descent(text, prop, ismath=False)
        return float(width) * _MM_PER_POINT

    def fitted(self, text: object, size: float, room_mm: float, *, bold: bool = False) -> str:
        """Return a line cut to ``room_mm``, with an ellipsis where something was cut off."""
        words = self.words(text)
        if self.width(words, size, bold=bold) <= room_mm:
            return words
        low, high = 0, len(words)
        while low < high:
            middle = (low + high + 1) // 2
            if self.width(words[:middle].rstrip() + "…", size, bold=bold) <= room_mm:
                low = middle
            else:
                high = middle - 1
        return words[:low].rstrip() + "…"

    def wrapped(self, text: object, size: float, room_mm: float, *, bold: bool = False) -> list[str]:
        """Return lines no wider than ``room_mm``, broken at spaces, or between Chinese characters."""
        lines = [""]
        for part in re.findall(r"\s*(?:[^\s\u2e80-\uffef]+|[\u2e80-\uffef])", self.words(text)):
            longer = lines[-1] + part
            if not lines[-1] or self.width(longer, size, bold=bold) <= room_mm:
                lines[-1] = longer
            elif part.strip() and part.strip()[0] in "，。；：、）”":
                # Chinese punctuation does not begin a line.
                lines[-1], moved = lines[-1][:-1], lines[-1][-1]
                lines.append(moved + part)
            elif lines[-1][-1] in "（“" and len(lines[-1]) > 1:
                # Nor does an opening one end it.
                lines[-1], moved = lines[-1][:-1], lines[-1][-1]
                lines.append(moved + part)
            else:
                lines.append(part.lstrip())
        return lines

    @cached_property
    def _renderer(self) -> Any:
        from matplotlib.backends import backend_agg

        untyped: Any = backend_agg
        return untyped.RendererAgg(1, 1, 72.0)


def lettering_for(texts: Iterable[object]) -> Lettering:
    """Return fonts for a picture in the current language with ``texts`` from data.

    Raises
    ------
    OutputError
        If there are Chinese characters and no installed font has them: a picture of empty boxes is never drawn.
    """
    letters = set("".join(plain(text) for text in texts))
    if language() == "zh":
        letters |= {letter for name in ("pictures", "words") for entry in room(name).values() for letter in entry["zh"]}
    letters -= set("\n\r\t")
    has = _letters_of(_LATIN)
    if not any(_CHINESE.match(letter) for letter in letters):
        return Lettering((_LATIN,), frozenset(letters - has))
    for family in CHINESE_FAMILIES:
        more = _letters_of(family)
        if more and all(letter in more for letter in letters if _COMMON.match(letter)):
            return Lettering((family, _LATIN), frozenset(letters - more - has))
    raise OutputError("pictures.no_font")


@lru_cache(maxsize=32)
def _letters_of(family: str) -> frozenset[str]:
    """Return the characters of an installed family; none where it is not installed."""
    from matplotlib.font_manager import findfont, fontManager, get_font

    if not any(entry.name == family for entry in fontManager.ttflist):
        return frozenset()
    return frozenset(map(chr, get_font(findfont(family)).get_charmap()))
