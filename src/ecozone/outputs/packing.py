r"""Sites of a page written so that twenty thousand fit: what is said the same way of many sites is written once.

A text is cut at its figures. What remains between them is a wording, which many sites share; a site keeps the places of
its wordings and its figures, each figure once. Nothing is rounded and nothing is lost: `unpacked` gives back what went
in, and ``unpack.js`` does the same in the browser. Lines are written as differences of whole micro-degrees, five bits a
character (Google's encoded polyline algorithm, with six decimals).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

# What differs from site to site: figures with decimals, bearings, and numbers marked by "#".
_FIGURE = re.compile(r"\d[\d,]*\.\d+|\d+(?=°)|(?<=#)\d+")
# No JSON text holds a raw tab or line feed, so that they can stand for a figure and for one that was there before.
_GAP, _AGAIN = "\t", "\n"
_GAPS = re.compile(r"\t|\n(.)")
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
_GROUPS = ("rest", "findings", "states")
_OWN = frozenset({"id", "name", "verdict", "findings", "states", "g", "at", "round", "ways"})
_MICRO = 1e6
# How deep coordinates are nested, and what parts the lines of each depth.
_DEPTHS = {"Point": 0, "LineString": 1, "Polygon": 2, "MultiLineString": 2, "MultiPolygon": 3}


def packed(sites: Sequence[Mapping[str, Any]], verdicts: Sequence[str]) -> dict[str, Any]:
    """Return a page's sites in their short form.

    Parameters
    ----------
    sites : sequence of mapping
        As `ecozone.outputs.map_sites.site_list` gives them.
    verdicts : sequence of str
        Known verdicts, by whose place each is written.

    Returns
    -------
    dict
        ``ids``, ``names``, ``verdicts``, ``shapes`` and ``words``, one entry a site; ``ways`` by a site's place;
        ``wordings`` and ``orders`` (the
        places of the wordings of a site's rest, of its findings and of its states), which they share.
    """
    wordings: dict[str, int] = {}
    orders: dict[tuple[int, ...], int] = {}
    cuts: dict[str, tuple[int, list[str]]] = {}

    def cut(text: str) -> tuple[int, list[str]]:
        if text not in cuts:
            wording, figures = _cut(text)
            cuts[text] = wordings.setdefault(wording, len(wordings)), figures
        return cuts[text]

    def words(site: Mapping[str, Any]) -> str:
        rest = {key: value for key, value in site.items() if key not in _OWN}
        groups = [[cut(_text(one)) for one in group] for group in ([rest], site["findings"], site["states"])]
        order = [orders.setdefault(tuple(place for place, _ in group), len(orders)) for group in groups]
        figures = [figure for group in groups for _, found in group for figure in found]
        pool = {figure: place for place, figure in enumerate(dict.fromkeys(figures))}
        width = _width(len(pool))
        slots = "".join(_digits(pool[figure], width) for figure in figures)
        return f"{' '.join(map(str, order))};{' '.join(pool)};{slots}"

    return {
        "ids": [site["id"] for site in sites],
        "names": [None if site["name"] == site["id"] else site["name"] for site in sites],
        "verdicts": [verdicts.index(site["verdict"]) for site in sites],
        "shapes": [_shape(site) for site in sites],
        "words": [words(site) for site in sites],
        "ways": {place: site["ways"] for place, site in enumerate(sites) if "ways" in site},
        "wordings": list(wordings),
        "orders": [list(order) for order in orders],
    }


def unpacked(short: Mapping[str, Any], verdicts: Sequence[str]) -> list[dict[str, Any]]:
    """Return what `packed` was given.

    >>> site = {"id": "A", "name": "甲", "verdict": "clear", "facts": [["压占", "0.50 公顷"]], "findings": [],
    ...     "states": [{"reason": "压占 0.50 公顷"}]}
    >>> short = packed([site], ["clear"])
    >>> short["words"], unpacked(short, ["clear"]) == [site]
    (['0 1 2;0.50;00'], True)
    """
    sites: list[dict[str, Any]] = []
    rows = zip(short["ids"], short["names"], short["verdicts"], short["shapes"], short["words"], strict=True)
    for site_id, name, verdict, shape, words in rows:
        order, pool, slots = words.split(";")
        figures = pool.split(" ")
        width = _width(len(figures))
        filled = iter(figures[_number(slots[at : at + width])] for at in range(0, len(slots), width))
        groups = [
            [json.loads(_filled(short["wordings"][place], filled)) for place in group]
            for group in (short["orders"][int(one)] for one in order.split(" "))
        ]
        told = dict(zip(_GROUPS, groups, strict=True))
        site = {"id": site_id, "name": site_id if name is None else name, "verdict": verdicts[verdict]}
        site |= told["rest"][0] | {"findings": told["findings"], "states": told["states"]}
        ways = short["ways"].get(str(len(sites)), short["ways"].get(len(sites)))
        site |= {} if ways is None else {"ways": ways}
        sites.append(site | ({} if shape is None else _shape_back(shape)))
    return sites


def line_text(points: Iterable[Sequence[float]]) -> str:
    """Return places as text: each the difference to the one before it, in micro-degrees.

    >>> line_text([(-120.2, 38.5)])
    '~rlgdF_izlhA'
    >>> points_of(line_text([(117.3, 39.1), (117.300001, 39.099998)]))
    [[117.3, 39.1], [117.300001, 39.099998]]
    """
    letters: list[str] = []
    before = (0, 0)
    for x, y in points:
        here = round(x * _MICRO), round(y * _MICRO)
        for now, then in zip(here, before, strict=True):
            step = (now - then) << 1
            step = ~step if step < 0 else step
            while step >= 0x20:
                letters.append(chr((0x20 | (step & 0x1F)) + 63))
                step >>= 5
            letters.append(chr(step + 63))
        before = here
    return "".join(letters)


def points_of(text: str) -> list[list[float]]:
    """Return the places that `line_text` wrote."""
    numbers: list[int] = []
    value = shift = 0
    for letter in text:
        bits = ord(letter) - 63
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits < 0x20:
            before = numbers[-2] if len(numbers) > 1 else 0
            numbers.append(before + (~(value >> 1) if value & 1 else value >> 1))
            value = shift = 0
    degrees = [number / _MICRO for number in numbers]
    return [list(pair) for pair in zip(degrees[::2], degrees[1::2], strict=True)]


def _cut(text: str) -> tuple[str, list[str]]:
    """Return a text's wording and its figures, each figure once."""
    figures: list[str] = []
    known: dict[str, int] = {}

    def gap(found: re.Match[str]) -> str:
        place = known.get(found[0])
        if place is not None:
            return _AGAIN + _DIGITS[place]
        if len(figures) < len(_DIGITS):
            known[found[0]] = len(figures)
        figures.append(found[0])
        return _GAP

    return _FIGURE.sub(gap, text), figures


def _filled(wording: str, figures: Iterator[str]) -> str:
    mine: list[str] = []

    def figure(found: re.Match[str]) -> str:
        if found[1] is not None:
            return mine[_DIGITS.index(found[1])]
        mine.append(next(figures))
        return mine[-1]

    return _GAPS.sub(figure, wording)


def _text(thing: Any) -> str:
    return json.dumps(thing, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _shape(site: Mapping[str, Any]) -> Any:
    """Return a drawn site's kind of shape, symbol's place, lines, and 1 where a radius made it; None if not drawn."""
    if "g" not in site:
        return None
    kind = site["g"]["type"]
    at = line_text([site["at"][::-1]])
    mark = [1] if site.get("round") else []
    if kind not in _DEPTHS:
        return [kind, at, site["g"], *mark]
    lines = site["g"]["coordinates"]
    return [kind, at, _lines([lines] if kind == "Point" else lines, max(_DEPTHS[kind], 1)), *mark]


def _lines(coordinates: Any, depth: int) -> str:
    if depth == 1:
        return line_text(coordinates)
    return (" ", ",")[depth - 2].join(_lines(part, depth - 1) for part in coordinates)


def _shape_back(shape: Sequence[Any]) -> dict[str, Any]:
    kind, place, geometry, *mark = shape
    if isinstance(geometry, str):
        coordinates = _lines_back(geometry, max(_DEPTHS[kind], 1))
        geometry = {"type": kind, "coordinates": coordinates[0] if kind == "Point" else coordinates}
    return {"g": geometry, "at": points_of(place)[0][::-1]} | ({"round": True} if mark else {})


def _lines_back(text: str, depth: int) -> Any:
    if depth == 1:
        return points_of(text)
    return [_lines_back(part, depth - 1) for part in text.split((" ", ",")[depth - 2])]


def _width(pool: int) -> int:
    """Return how many digits the place of a figure has."""
    width = 1
    while len(_DIGITS) ** width < pool:
        width += 1
    return width


def _digits(place: int, width: int) -> str:
    text = ""
    for _ in range(width):
        place, digit = divmod(place, len(_DIGITS))
        text = _DIGITS[digit] + text
    return text


def _number(digits: str) -> int:
    value = 0
    for digit in digits:
        value = value * len(_DIGITS) + _DIGITS.index(digit)
    return value
