"""How wide words are, quickly: each character is measured once, at a size at which no rounding tells."""

from __future__ import annotations

import re

from ecozone.outputs.pictures.lettering import Lettering

_MEASURED = 100.0
#: What belongs to the line before it, and parts between which a line may be broken.
_CLOSING = "，。；：、）】》”〕！？"
_PART = re.compile(r"\s*(?:[^\s\u2e80-\uffef]+|[\u2e80-\uffef])")


class Ruler:
    """Measures and breaks lines in the letters of a sheet."""

    def __init__(self, lettering: Lettering) -> None:
        self.lettering = lettering
        self._known: dict[tuple[str, bool], float] = {}

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """Return how wide a line is, in mm, at ``size`` points."""
        for letter in set(text):
            if (letter, bold) not in self._known:
                self._known[letter, bold] = self.lettering.width(letter, _MEASURED, bold=bold) / _MEASURED
        return size * sum(self._known[letter, bold] for letter in text)

    def fitted(self, text: object, size: float, room: float, *, bold: bool = False) -> str:
        """Return one line cut to ``room`` mm, with an ellipsis where something was cut off."""
        words = self.lettering.words(text)
        if self.width(words, size, bold=bold) <= room:
            return words
        low, high = 0, len(words)
        while low < high:
            middle = (low + high + 1) // 2
            if self.width(words[:middle].rstrip() + "…", size, bold=bold) <= room:
                low = middle
            else:
                high = middle - 1
        return words[:low].rstrip() + "…"

    def wrapped(self, text: object, size: float, room: float, *, bold: bool = False) -> list[str]:
        """Return lines no wider than ``room`` mm, broken at spaces and between Chinese characters."""
        lines = [""]
        for part in _PART.findall(self.lettering.words(text)):
            if not lines[-1] or self.width(lines[-1] + part, size, bold=bold) <= room:
                lines[-1] += part
            elif part in _CLOSING and len(lines[-1]) > 1:
                lines[-1], moved = lines[-1][:-1], lines[-1][-1]
                lines.append(moved + part)
            else:
                lines.append(part.lstrip())
        # A word without a place to break it.
        return [piece for line in lines for piece in self._broken(line, size, room, bold)]

    def _broken(self, line: str, size: float, room: float, bold: bool) -> list[str]:
        pieces, piece = [], ""
        for letter in line:
            if piece and self.width(piece + letter, size, bold=bold) > room:
                pieces.append(piece)
                piece = ""
            piece += letter
        return [*pieces, piece]
