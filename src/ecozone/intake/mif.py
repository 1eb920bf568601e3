"""The grammar of MapInfo interchange files, with which GDAL is too lenient: damage must not pass for a shape.

Source: MapInfo Corporation, *MapInfo Professional User Guide*, appendix "MapInfo data interchange format".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ecozone.errors import InputError

#: Kinds of objects on one line; of the others, lists of coordinates follow.
_SIMPLE = frozenset({"none", "point", "line", "arc", "rect", "roundrect", "ellipse"})
_LISTS = frozenset({"pline", "region", "multipoint"})
#: What may follow an object: how it is drawn.
_CLAUSES = frozenset({"pen", "brush", "symbol", "smooth", "center", "font", "spacing", "justify", "angle", "label"})
_CURVED = {"arc": "Arc", "roundrect": "RoundRect", "ellipse": "Ellipse"}
_number = re.compile(rb"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_columns = re.compile(rb"^\s*columns\s+(\d+)\s*$", re.IGNORECASE | re.MULTILINE)
_data = re.compile(rb"^\s*data\s*$", re.IGNORECASE | re.MULTILINE)


@dataclass
class Interchange:
    """How many columns and objects a file has, and the kinds of its objects that are curves."""

    columns: int
    objects: int = 0
    kinds: list[str] = field(default_factory=list)


def check_mif(data: bytes) -> Interchange:
    """Look through a whole file.

    Raises
    ------
    InputError
        Where a line of it is none that such a file has there, or it is cut short.
    """
    columns, start = _columns.search(data), _data.search(data)
    if columns is None or start is None:
        raise InputError("intake.mapinfo_line", line="?", text="Columns … Data")
    found = Interchange(int(columns[1]))
    lines = _Lines(data[start.end() :], data.count(b"\n", 0, start.end()))
    parts = 0
    for words in lines:
        word = words[0].decode("latin-1").partition("(")[0].casefold()
        if word in _CLAUSES:
            continue
        parts, count = max(0, parts - 1), parts == 0
        found.objects += count
        if word in _CURVED:
            found.kinds.append(_CURVED[word])
        if word == "collection":
            parts = lines.whole(words[1:])
        elif word == "text":
            # The text stands on the same line or the next.
            if len(words) == 1:
                next(lines, None)
            lines.numbers(4)
        elif word in _LISTS:
            lines.lists(word, words[1:])
        elif word not in _SIMPLE or not all(map(_number.fullmatch, words[1:])):
            raise lines.wrong()
    if data[-1:].isdigit() or data[-1:] in (b".", b"-", b"+"):
        # The last number may have lost digits, and nothing would show it.
        raise lines.wrong()
    return found


class _Lines:
    """The lines of a data section, each as its words; blank ones left out."""

    def __init__(self, data: bytes, before: int) -> None:
        self._lines = iter(data.splitlines())
        self._number, self._line = before, b""

    def __iter__(self) -> Iterator[list[bytes]]:
        return self

    def __next__(self) -> list[bytes]:
        for line in self._lines:
            self._number, self._line = self._number + 1, line
            if words := line.split():
                return words
        raise StopIteration

    def wrong(self) -> InputError:
        text = self._line.strip()[:40].decode("gb18030", "replace")
        return InputError("intake.mapinfo_line", line=self._number, text=text)

    def numbers(self, count: int) -> None:
        words = next(self, [])
        if len(words) != count or not all(map(_number.fullmatch, words)):
            raise self.wrong()

    def whole(self, words: list[bytes]) -> int:
        if len(words) != 1 or not words[0].isdigit():
            raise self.wrong()
        return int(words[0])

    def lists(self, word: str, words: list[bytes]) -> None:
        """Pass over the coordinates of an object of several points."""
        multiple = len(words) == 2 and words[0].lower() == b"multiple"
        if word == "region" or (word == "pline" and multiple):
            for _ in range(self.whole(words[-1:])):
                self._coordinates(self.whole(next(self, [])))
        else:
            self._coordinates(self.whole(words))

    def _coordinates(self, count: int) -> None:
        for _ in range(count):
            self.numbers(2)
