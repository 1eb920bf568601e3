"""Degrees as surveyors write them: decimal, in degrees, minutes and seconds, or packed as ddd.mmss.

What is written out (``117°23′15.20″``, ``117度23分15.2秒``, ``E117 23 15.2``) says itself what it means. A plain number
does not: 117.231520 is 117.231520° to one surveyor and 117°23′15.20″ to another, 18 km away.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, get_args

from ecozone.intake.numerals import parse_number

#: How plain numbers of degrees are meant; ``dms`` means that there are none, all are written out.
Angles = Literal["decimal", "dms", "ddd.mmss"]
WAYS: tuple[str, ...] = get_args(Angles)

_ALIKE = str.maketrans({"″": '"', "“": '"', "”": '"', "〃": '"', "′": "'", "‘": "'", "’": "'", "´": "'", "`": "'"})
_RINGS = str.maketrans({"º": "°", "˚": "°", "⁰": "°", "−": "-", "–": "-", "‐": "-"})
_WORDS = {"东经": "E", "西经": "W", "北纬": "N", "南纬": "S", "东": "E", "西": "W", "北": "N", "南": "S"}
_side = re.compile(r"(东经|西经|北纬|南纬|[东西南北]|[ENWS])[:：]?", re.IGNORECASE)

_SECONDS = r"(\d{1,2}(?:\.\d*)?)"
_FORMS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"(\d{{1,3}})[°度](\d{{1,2}})['分]{_SECONDS}(?:\"|''|秒)?",
        r"(\d{1,3})[°度](\d{1,2}(?:\.\d*)?)(?:['分])?",
        rf"(\d{{1,3}}):(\d{{1,2}}):{_SECONDS}",
        rf"(\d{{1,3}})-(\d{{1,2}})-{_SECONDS}",
        rf"(\d{{1,3}}) +(\d{{1,2}}) +{_SECONDS}",
        r"(\d{1,3})\.(\d{1,2})\.(\d{1,2}(?:\.\d*)?)",
    )
)
_plain = re.compile(r"\d+(?:\.(\d*))?", re.ASCII)
_decimal = re.compile(r"(\d{1,3}(?:\.\d*)?)[°度]", re.ASCII)
_packed = re.compile(r"(\d{1,3})(?:\.(\d*))?", re.ASCII)


@dataclass(frozen=True)
class Angle:
    """A number of degrees as its cell has it.

    Parameters
    ----------
    degrees : float
        What it means where it is written out, else the plain number.
    side : {"", "E", "W", "N", "S"}
        Which half of the Earth the cell names; it is in the sign of ``degrees`` already.
    plain : str or None
        The digits of a plain number, which may be packed; None where it is written out.
    step : float
        The value of the last digit, in degrees, or in whatever a plain number is.
    """

    degrees: float
    side: str = ""
    plain: str | None = None
    step: float = 1.0

    @property
    def written(self) -> bool:
        """Whether degrees, minutes and seconds, or a degree sign, are written out."""
        return self.plain is None


def parse_angle(text: str) -> Angle | None:
    """Return the degrees that a text is; None where it is none, or where minutes or seconds reach 60.

    >>> [round(parse_angle(text).degrees, 6) for text in ("117°23′15.20″", "117度23分15.2秒", "E117 23 15.2")]
    [117.387556, 117.387556, 117.387556]
    >>> parse_angle("117.231520"), parse_angle("１１７．５°").degrees, parse_angle("117°75′00″")
    (Angle(degrees=117.23152, side='', plain='117.231520', step=1e-06), 117.5, None)
    """
    # Nearly every cell of a long table is this.
    if len(text) < 40 and (match := _plain.fullmatch(text)):
        return Angle(float(text), "", text, math.pow(10.0, -len(match[1] or "")))
    plain = unicodedata.normalize("NFKC", text.translate(_ALIKE).translate(_RINGS)).translate(_RINGS).strip()
    body, side = _without_side(plain)
    if body is None:
        return None
    sign = -1.0 if side in ("W", "S") else 1.0
    if body.startswith(("-", "+")):
        if side:
            return None
        sign, body = (-1.0 if body[0] == "-" else 1.0), body[1:].strip()
    tight = re.sub(r"\s*([°度'分\"秒:])\s*", r"\1", body)
    for form in _FORMS:
        if match := form.fullmatch(tight):
            parts = [float(part) for part in match.groups()]
            if any(part >= 60 for part in parts[1:]):
                return None
            return Angle(sign * _sum(parts), side, None, _last_digit(match[len(parts)]) / 60 ** (len(parts) - 1))
    if match := _decimal.fullmatch(tight):
        return Angle(sign * float(match[1]), side, None, _last_digit(match[1]))
    number = parse_number(body)
    if number is None or body.startswith(("-", "+")):
        return None
    return Angle(sign * number, side, body, _last_digit(body))


def _without_side(text: str) -> tuple[str | None, str]:
    """Take the letter or word of the half of the Earth off either end; None where there is one at both."""
    found = []
    if match := _side.match(text):
        found.append(match[1])
        text = text[match.end() :].strip()
    if match := re.search(rf"(?:{_side.pattern})$", text, re.IGNORECASE):
        found.append(match[1])
        text = text[: match.start()].strip()
    if len(found) > 1:
        return None, ""
    return text, "".join(_WORDS.get(word, word.upper()) for word in found)


def unpack(plain: str) -> float | None:
    """Return the degrees of a packed number ddd.mmss…; None where its minutes or seconds reach 60.

    >>> round(unpack("117.23152"), 6), unpack("117.3875"), unpack("39")
    (117.387556, None, 39.0)
    """
    match = _packed.fullmatch(plain)
    if match is None:
        return None
    # A spreadsheet drops zeros at the end: 117.231 is 117°23′10″.
    digits = (match[2] or "").ljust(4, "0")
    minutes, seconds = float(digits[:2]), float(f"{digits[2:4]}.{digits[4:] or '0'}")
    return None if minutes >= 60 or seconds >= 60 else _sum([float(match[1]), minutes, seconds])


def join(parts: list[str]) -> Angle | None:
    """Return the degrees of cells that hold degrees, minutes and, where there are three, seconds.

    Only the last may have a fraction; each may bear its unit.

    >>> round(join(["117", "23", "15.20"]).degrees, 6), join(["东经117°", "23′", "15″"]).side, join(["117.5", "23"])
    (117.387556, 'E', None)
    """
    head, side = _without_side(unicodedata.normalize("NFKC", parts[0].translate(_RINGS)).translate(_RINGS).strip())
    if head is None:
        return None
    bare = [head, *parts[1:]]
    numbers = [
        parse_number(part.translate(_ALIKE).rstrip().rstrip(units).rstrip())
        for part, units in zip(bare, ("°度", "'分", "\"'秒"), strict=False)
    ]
    values = [number for number in numbers if number is not None]
    if len(values) < len(parts) or any(value != int(value) for value in values[:-1]):
        return None
    if values[0] < 0 or any(not 0 <= value < 60 for value in values[1:]):
        return None
    step = _last_digit(parts[-1].rstrip("\"'秒分 ")) / 60 ** (len(values) - 1)
    return Angle((-1.0 if side in ("W", "S") else 1.0) * _sum(values), side, None, step)


def spelt(degrees: float) -> str:
    """Return degrees as a surveyor reads them.

    >>> spelt(117.387556), spelt(39.9999999)
    ('117°23′15.20″', '40°00′00.00″')
    """
    hundredths = round(abs(degrees) * 360_000)
    minutes, seconds = divmod(hundredths, 6000)
    return f"{'-' if degrees < 0 else ''}{minutes // 60}°{minutes % 60:02d}′{seconds / 100:05.2f}″"


def _last_digit(number: str) -> float:
    return math.pow(10.0, -len(number.partition(".")[2]))


def _sum(parts: list[float]) -> float:
    return math.fsum(part / 60**place for place, part in enumerate(parts))
