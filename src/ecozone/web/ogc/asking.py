"""What a client may ask with the words after the ``?``: each known, bounded and described; any other is refused."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import QueryParams

from ecozone.text import LANGUAGES, joined
from ecozone.web.ogc.store import Box
from ecozone.web.ogc.systems import CRS84, System
from ecozone.web.problems import RefusedError

#: Features of one page, unless asked for otherwise and at the most.
FEATURES = 100
MOST_FEATURES = 10_000
#: The farthest feature that a page may start after: what SQLite counts to, and no client ever asks for.
_FAR = 2**53
#: Characters of an attribute's value.
_LONGEST = 200
_DATE = (
    r"\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))"
)
_INSTANT = rf"{_DATE}(?:T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{{1,9}})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d))?"
_INTERVAL = rf"^(?:{_INSTANT}|{_INSTANT}/(?:\.\.|{_INSTANT})?|(?:\.\.)?/{_INSTANT})$"


@dataclass(frozen=True)
class Parameter:
    """A word of a query.

    Attributes
    ----------
    name : str
    about : str
        For programmers, in the description of the API.
    schema : mapping
        JSON schema of its values.
    read : callable
        Turns the text into the value; a `ValueError` refuses it.
    more : mapping
        How the text is made of the value (``style``, ``explode``), and an example.
    """

    name: str
    about: str
    schema: Mapping[str, Any]
    read: Callable[[str], Any]
    more: Mapping[str, Any] = field(default_factory=dict)

    def described(self) -> dict[str, Any]:
        """Return it as OpenAPI has it."""
        return {
            "name": self.name,
            "in": "query",
            "required": False,
            "description": self.about,
            "schema": dict(self.schema),
            "style": "form",
            "explode": False,
            **self.more,
        }


def asked(
    query: QueryParams, parameters: Sequence[Parameter], *, also: Collection[str] = ()
) -> tuple[dict[str, Any], tuple[tuple[str, str], ...]]:
    """Return the values of a query by name, and what it says of the names in ``also``.

    Raises
    ------
    RefusedError
        400: A name is not known or stands twice, or a value will not do.
    """
    known = {one.name: one for one in parameters}
    values: dict[str, Any] = {}
    others: list[tuple[str, str]] = []
    for name, text in query.multi_items():
        if name in values or any(name == other for other, _ in others):
            raise RefusedError("ogc.parameter_twice", 400, field=name[:80])
        if name in known:
            try:
                values[name] = known[name].read(text)
            except ValueError:
                raise RefusedError("ogc.parameter_wrong", 400, field=name, value=text[:80]) from None
        elif name in also:
            others.append((name, text))
        else:
            names = joined(sorted({*known, *also}))
            raise RefusedError("ogc.parameter_unknown", 400, field=name[:80], known=names)
    return values, tuple(others)


def whole(low: int, high: int, *, above: bool = False) -> Callable[[str], int]:
    """Return what reads whole numbers of a range; where ``above``, a higher one is taken for the highest."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[+-]?[0-9]{1,30}", text):
            raise ValueError
        number = int(text)
        if number < low or (number > high and not above):
            raise ValueError
        return min(number, high)

    return read


def _numbers(text: str) -> tuple[float, ...]:
    numbers = tuple(float(part) for part in text.split(","))
    if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
        raise ValueError
    # Of six the third and the sixth are heights, which no layer has.
    return numbers if len(numbers) == 4 else (*numbers[:2], *numbers[3:5])


def _text(text: str) -> str:
    if len(text) > _LONGEST:
        raise ValueError
    return text


def _whole_text(text: str) -> str:
    if not re.fullmatch(r"[+-]?[0-9]{1,100}", text):
        raise ValueError
    return text


def _language(text: str) -> str:
    if text not in LANGUAGES:
        raise ValueError
    return text


Interval = tuple[dt.datetime | None, dt.datetime | None]


def _interval(text: str) -> Interval:
    """Return the first and the last moment of an interval or of an instant, None where it is open."""
    if not re.fullmatch(_INTERVAL.strip("^$"), text):
        raise ValueError
    ends = text.split("/")
    first, last = (None if end in ("", "..") else end for end in (ends[0], ends[-1]))
    begin = None if first is None else _moment(first, last=False)
    end = None if last is None else _moment(last, last=True)
    if begin is not None and end is not None and begin > end:
        raise ValueError
    return begin, end


def _moment(text: str, *, last: bool) -> dt.datetime:
    """Return a moment; of a whole day its first or its last."""
    if len(text) == len("2020-01-01"):
        day = dt.datetime.combine(dt.date.fromisoformat(text), dt.time.min, dt.UTC)
        return day + dt.timedelta(days=1, microseconds=-1) if last else day
    return dt.datetime.fromisoformat(text)


LANG = Parameter(
    "lang",
    "Language of titles and messages: Chinese or English. Without it, `Accept-Language` decides.",
    {"type": "string", "enum": list(LANGUAGES)},
    _language,
)
LIMIT = Parameter(
    "limit",
    "The most features that one page holds.",
    {"type": "integer", "minimum": 1, "maximum": MOST_FEATURES, "default": FEATURES},
    whole(1, MOST_FEATURES, above=True),
    {"example": 100},
)
OFFSET = Parameter(
    "offset",
    "After how many features the page starts; links with the relation `next` hold it.",
    {"type": "integer", "minimum": 0, "maximum": _FAR, "default": 0},
    whole(0, _FAR),
)
BBOX = Parameter(
    "bbox",
    "Only features that touch this box: west, south, east, north in degrees (WGS 84, which CGCS2000 equals to some "
    "decimetres), or in the axes of `bbox-crs` in their order. Of six numbers the third and the sixth are heights, "
    "which are not looked at. West may be greater than east: the box then crosses the 180th meridian. Features without "
    "a shape are always among the answers.",
    {
        "type": "array",
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
        "items": {"type": "number"},
    },
    _numbers,
    {"example": [117.2, 39.0, 117.6, 39.3]},
)
DATETIME = Parameter(
    "datetime",
    "Only features in force at this moment, on this day or within this interval, which may be open (`..` or nothing) "
    "at one end. A layer is in force from its `valid_from`; one that declares none is always among the answers.",
    {"type": "string", "pattern": _INTERVAL},
    _interval,
    {"example": "2022-06-30/.."},
)
#: What every feature of every layer has; a layer's own attributes may be asked for likewise.
ATTRIBUTES = tuple(
    Parameter(
        name, f"Only features whose attribute `{name}` is this. Any other may be asked for likewise.", schema, read
    )
    for name, schema, read in (
        ("zone", {"type": "string", "maxLength": 200}, _text),
        ("name", {"type": "string", "maxLength": 200}, _text),
        ("level", {"type": "integer"}, _whole_text),
    )
)


def crs_parameter(name: str, about: str, systems: Sequence[System]) -> Parameter:
    """Return the parameter that names one of the systems."""
    by_uri = {one.uri: one for one in systems}

    def read(text: str) -> System:
        if text not in by_uri:
            raise ValueError
        return by_uri[text]

    return Parameter(name, about, {"type": "string", "format": "uri", "enum": list(by_uri), "default": CRS84}, read)


def box_of(numbers: tuple[float, ...], system: System) -> Box:
    """Return the box that four numbers in the axes of a system mean.

    Raises
    ------
    RefusedError
        400: They are no box.
    """
    if system.north_first:
        south, west, north, east = numbers
    else:
        west, south, east, north = numbers
    on_globe = all(abs(side) <= 180 for side in (west, east)) and all(abs(side) <= 90 for side in (south, north))
    if south > north or (not on_globe if system.degrees else west > east):
        raise RefusedError("ogc.box_wrong", 400, field="bbox", value=",".join(f"{number:g}" for number in numbers))
    return Box(system, west, south, east, north)


def in_force(since: str | None, asked_for: Interval) -> bool:
    """Say whether a layer that took force on a day is in force at some moment of an interval.

    >>> in_force("2022-06-30", (None, dt.datetime(2020, 1, 1, tzinfo=dt.UTC)))
    False
    """
    last = asked_for[1]
    return since is None or last is None or _moment(since, last=False) <= last
