"""The numbers in the names of corners: where they jump, a corner may be missing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from ecozone.intake.numerals import narrow

_number = re.compile(r"(.*?)(\d{1,7})\D*", re.ASCII | re.DOTALL)

Name = tuple[str, int]


class Jump(NamedTuple):
    """Two corners that follow one another though the numbers between theirs are left out.

    Parameters
    ----------
    at : int
        Place of the later one in its ring.
    before, after : str
        The two names.
    missing : tuple of (str, int)
        What lies between them.
    """

    at: int
    before: str
    after: str
    missing: tuple[Name, ...]


def numbered(name: str) -> Name | None:
    """Return what stands before the number in the name of a corner, and the number; None where there is no number.

    >>> numbered("J01"), numbered("12"), numbered("西北角")
    (('j', 1), ('', 12), None)
    """
    # Nearly every name is this.
    if name.isascii() and name[1:].isdigit() and len(name) < 8:
        return (name[0].casefold(), int(name[1:])) if not name[0].isdigit() else ("", int(name))
    match = _number.fullmatch(narrow(name).strip())
    return (match[1].casefold(), int(match[2])) if match else None


def jumps(names: Sequence[str]) -> list[Jump]:
    """Return the places where the numbers of a ring jump though otherwise they run by one.

    Numbers that fall and rise again are those of a map whose corners are numbered once for all parcels, and say
    nothing; neither do those that leave out more than there is.

    Parameters
    ----------
    names : sequence of str
        Of the corners of one ring, in order, without the one that only closes it.

    Examples
    --------
    >>> [(jump.before, jump.after) for jump in jumps(["J1", "J3", "J4", "J5"])]
    [('J1', 'J3')]
    >>> jumps(["J12", "J13", "J57", "J58"]), jumps(["J2", "J5", "J6", "J3"]), jumps(["1", "3", "5", "7"])
    ([], [], [])
    """
    known = [numbered(name) for name in names]
    if len({name[0] for name in known if name is not None}) != 1:
        return []
    steps = [
        (at, one[1], other[1])
        for at, (one, other) in enumerate(pairwise(known), 1)
        if one is not None and other is not None
    ]
    rising = [(at, one, other) for at, one, other in steps if other > one]
    falling = [(at, other, one) for at, one, other in steps if other < one]
    # A ring may begin anywhere: where it passes its highest number, it goes on with its lowest.
    way, against = (rising, falling) if len(rising) >= len(falling) else (falling, rising)
    wide = [(at, low, high) for at, low, high in way if high - low > 1]
    left_out = sum(high - low - 1 for _, low, high in wide)
    numbers = [name[1] for name in known if name is not None]
    if any((low, high) != (min(numbers), max(numbers)) for _, low, high in against):
        return []
    if len(against) > 1 or len(wide) > len(way) - len(wide) or left_out > len(names):
        return []
    prefix = next(name[0] for name in known if name is not None)
    return [
        Jump(at, names[at - 1], names[at], tuple((prefix, number) for number in range(low + 1, high)))
        for at, low, high in wide
    ]


def borne(corners: Iterable[tuple[str, tuple[float, float]]]) -> frozenset[Name]:
    """Return the names of all corners where they are those of a map, each of one place; none where numbers start anew.

    >>> sorted(borne([("J1", (0.0, 0.0)), ("J2", (5.0, 0.0)), ("J1", (0.0, 0.0))]))
    [('j', 1), ('j', 2)]
    >>> sorted(borne([("J1", (0.0, 0.0)), ("J2", (5.0, 0.0)), ("J1", (9.0, 0.0))]))
    []
    """
    places: dict[Name, tuple[float, float]] = {}
    for text, place in corners:
        name = numbered(text)
        if name is not None and places.setdefault(name, place) != place:
            return frozenset()
    return frozenset(places)


def unexplained(found: Iterable[Jump], everywhere: Collection[Name]) -> list[Jump]:
    """Return the jumps over numbers that no corner anywhere bears: those of a neighbour are used once for both."""
    return [jump for jump in found if not any(name in everywhere for name in jump.missing)]
