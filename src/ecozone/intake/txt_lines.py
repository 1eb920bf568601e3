"""The grammar of 报批坐标 TXT: what its header says, and its parcels with the lines that could not be understood.

A header ``[属性描述]`` of ``key=value``, then ``[地块坐标]``; of each parcel one line of attributes that ends with
``@``, and its points, ``name, ring, X (north), Y (east)``. Nothing in practice is as fixed as that.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ecozone.errors import GeometryError
from ecozone.intake.numerals import parse_number

HEADER, PARCELS = "属性描述", "地块坐标"
#: Where the kind of a parcel stands in its line of attributes: the one field whose words are fixed.
KIND_AT = 4
#: Words for the kind of a parcel.
KINDS = {
    **dict.fromkeys(("面", "面状", "多边形", "polygon"), "面"),
    **dict.fromkeys(("线", "线状", "polyline", "line"), "线"),
    **dict.fromkeys(("点", "点状", "point"), "点"),
}
#: A line of attributes has so many fields at the least where it does not name its kind; a point has five at the most.
_LEAST_FIELDS = 6
_SHOWN = 60
_HEAD_LINES = 60
_BLANK = " \t\r\n\v\f\u3000\ufeff\u200b\x1a"
_section = re.compile(r"^[^\S\n]*[\[【〔]([^\[\]【】〔〕\n]*)[\]】〕][^\S\n]*$", re.MULTILINE)
_end_mark = re.compile(r"[@＠][\s,，;；]*$")
#: 制表人：张三, # …, 备注：…: what people write below the last point. A line that holds a number of a point is none.
_remark = re.compile(
    r"(?:#|//|;)|(?:注|备注|说明|附注|制表|制图|编制|填表|填报|审核|校核|复核|检查|测量|测绘)[^,，\d]{0,8}[:：]"
)
_digits = re.compile(r"\d{5,}")
_ring = re.compile(r"[+-]?\d{0,6}", re.ASCII)


class Point(NamedTuple):
    """A line ``name, ring, first, second``: which of the two numbers is north is not known yet."""

    line: int
    name: str
    ring: str
    first: float
    second: float
    fields: int
    decimals: int
    text: str


class Entry(NamedTuple):
    """A line ``key=value`` of a header."""

    line: int
    key: str
    value: str


@dataclass
class Parcel:
    """One parcel as its lines have it.

    ``fields`` is its line of attributes without the ``@``; empty where there is none. ``marked`` tells whether the
    ``@`` was there. ``trouble`` is the first line of it that could not be understood.
    """

    line: int
    fields: tuple[str, ...] = ()
    marked: bool = True
    points: list[Point] = field(default_factory=list)
    trouble: GeometryError | None = None

    @property
    def kind(self) -> str | None:
        """``面``, ``线`` or ``点``; None where the line of attributes does not say."""
        at = kind_at(self.fields)
        return None if at is None else KINDS[plain(self.fields[at]).casefold()]


def plain(text: str) -> str:
    """Return text with full-width digits, letters and signs as what they look like, without blanks around it.

    >>> plain("带号＝３９，")
    '带号=39,'
    """
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip(_BLANK)


def kind_at(fields: tuple[str, ...]) -> int | None:
    """Return where a line of attributes says 面, 线 or 点; a name may hold commas, and some layouts more fields.

    >>> kind_at(("10", "7.2", "1", "地块", "面", "")), kind_at(("8", "0.7", "A", "甲", "乙", "面"))
    (4, 5)
    """
    places = [at for at, text in enumerate(fields) if at >= 2 and plain(text).casefold() in KINDS]
    return KIND_AT if KIND_AT in places else next(iter(places), None)


def looks_like(head: str) -> bool:
    r"""Tell whether a text is 报批坐标 TXT: by a section, or by a line of attributes with points behind it.

    >>> looks_like("J1,1,4331250.000,39530120.000"), looks_like("4,,1,甲,面,,,,@\n1,1,4331250.0,39530120.0")
    (False, True)
    """
    if any(match[1].strip() in (HEADER, PARCELS) for match in _section.finditer(plain(head))):
        return True
    first = next(Scan("\n".join(head.splitlines()[:_HEAD_LINES])).parcels(), None)
    return first is not None and first.marked and bool(first.fields) and bool(first.points)


def unreadable(line: int, text: str) -> GeometryError:
    """Return the error for a line that means nothing."""
    return GeometryError("intake.txt_line", line=line, text=text[:_SHOWN])


class Scan:
    """Goes through a text once; ``header`` and ``stray`` are complete when ``parcels`` is at its end.

    Attributes
    ----------
    header : list of Entry
    stray : list of (int, str)
        Lines outside any parcel that mean nothing.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.header: list[Entry] = []
        self.stray: list[tuple[int, str]] = []

    def parcels(self) -> Iterator[Parcel]:
        """Yield the parcels in the order of the file."""
        section: str | None = None
        current: Parcel | None = None
        lost: tuple[int, str] | None = None
        for number, line in enumerate(io.StringIO(self._text, newline=None), 1):
            text = line.strip(_BLANK)
            if not text:
                continue
            words = plain(text)
            if match := _section.fullmatch(words):
                section = match[1].strip()
                if current is not None:
                    yield current
                current = None
                continue
            point = None if "=" in words or "@" in words else _point(number, words)
            described = None if point else _description(number, text)
            if described is not None:
                if current is not None:
                    yield current
                current, lost = described, None
                section = PARCELS
            elif current is not None and point is None and _remark.match(text) and not _digits.search(words):
                self.stray.append((number, text[:_SHOWN]))
            elif current is not None:
                _add(current, point, number, text)
            elif "=" in words or (":" in words and section == HEADER):
                key, _, value = words.partition("=" if "=" in words else ":")
                self.header.append(Entry(number, re.sub(r"\s", "", key), value.strip()))
            elif point is not None and section in (None, HEADER, PARCELS):
                # Points without a line of attributes; if that line stood here and is damaged, they are not trusted.
                current = Parcel(number, trouble=unreadable(*lost) if lost else None)
                _add(current, point, number, text)
            else:
                self.stray.append((number, text[:_SHOWN]))
                lost = (number, text) if section in (None, PARCELS) else lost
        if current is not None:
            yield current


def _add(parcel: Parcel, point: Point | None, number: int, text: str) -> None:
    if point is not None:
        parcel.points.append(point)
    elif parcel.trouble is None:
        parcel.trouble = unreadable(number, text)


def _description(number: int, text: str) -> Parcel | None:
    """Return the parcel that a line of attributes begins, None where the line is no such line."""
    mark = _end_mark.search(text)
    body = text[: mark.start()] if mark else text
    fields: tuple[str, ...] = ()
    # A comma of full width is a separator only where the ASCII ones do not do: names hold it too.
    for separator in (",", "[,，]", "\t"):
        found = tuple(part.strip(_BLANK) for part in re.split(separator, body))
        if mark and found and not found[-1]:
            found = found[:-1]
        if kind_at(found) is not None and (mark or len(found) > KIND_AT):
            return Parcel(number, found, mark is not None)
        fields = max(fields, found, key=len)
    # A point that got an @ by accident has fewer fields than any line of attributes.
    return Parcel(number, fields) if mark and len(fields) >= _LEAST_FIELDS else None


def _point(number: int, words: str) -> Point | None:
    """Return the point that a line holds: ``name, ring, X, Y``, with a height, or without the ring."""
    parts = [part.strip() for part in words.split(",")] if "," in words else words.split()
    while parts and not parts[-1]:
        parts.pop()
    count = len(parts)
    if count == 3:
        # A number of few digits is a ring, and the line lacks a coordinate.
        if re.fullmatch(r"[+-]?\d{1,4}", parts[1]):
            return None
        parts.insert(1, "")
    if not 4 <= len(parts) <= 5 or not _ring.fullmatch(parts[1]):
        return None
    numbers = [_coordinate(part) for part in parts[2:]]
    first, second = numbers[:2]
    if first is None or second is None or None in numbers:
        return None
    decimals = max(len(part.partition(".")[2]) for part in parts[2:4])
    return Point(number, parts[0], parts[1], first, second, count, decimals, words[:_SHOWN])


def _coordinate(text: str) -> float | None:
    # An exponent is a damaged decimal point, or a figure that a spreadsheet has cut short.
    return None if "e" in text or "E" in text else parse_number(text)
