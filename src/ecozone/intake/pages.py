"""Rings that a page break or a blank row cuts in two: which pieces are one ring, and of which it cannot be told.

Taken for two parcels, the pieces of a ring lose all that lies between them, and a site would be clear of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import shapely

from ecozone.intake.cells import Raw
from ecozone.intake.numbering import numbered

#: Of so many pieces at the most is asked whether they are one ring that never comes back to its first corner.
_MOST_PIECES = 50
_WORDS = r"续\s*表|续[上下前]|[接承][上下]|[上下]接|转下|第\s*\d+\s*页|共\s*\d+\s*页|page\s*\d"
#: What only the foot or the head of a page has.
PAGE = re.compile(rf"{_WORDS}|[-—–]\s*\d+\s*[-—–]", re.IGNORECASE)
_tail = re.compile(
    rf"(?:\s*[(（\[【〔]\s*(?:续|{_WORDS})[^)）\]】〕]*[)）\]】〕]|[\s,，]+(?:{_WORDS})\S*)+\s*", re.IGNORECASE
)

#: ``joined`` to the piece before; ``unclear``: it may be that piece's ring or another.
Bond = Literal["joined", "unclear"]


def begins_page(text: str) -> bool:
    """Tell whether a text is the foot or the head of a page and nothing else.

    >>> [begins_page(text) for text in ("（续表）", "转下页", "- 2 -", "手续齐全", "DK-1-2")]
    [True, True, True, False, False]
    """
    return bool(PAGE.match(text.strip().lstrip("(（[【〔<《…· ")))


def without_page(text: str) -> str:
    """Return a title without what a further page adds to it.

    >>> without_page("界址点成果表（续）"), without_page("界址点成果表 第2页 共3页"), without_page("手续")
    ('界址点成果表', '界址点成果表', '手续')
    """
    found = next((match for match in _tail.finditer(text) if match.end() == len(text)), None)
    return text[: found.start()].strip() if found else text


@dataclass(frozen=True)
class Piece:
    """Corners between two breaks.

    Parameters
    ----------
    places : list of int
        Among the rows.
    cut : bool
        Whether nothing parts it from the piece before but a blank row, a heading, a further header, or its numbers.
    page : bool
        Whether that break is one of pages: a header or a title that comes again, 续表.
    again : bool
        Whether its numbers begin again: a ring may begin anywhere among its numbers, or this is another parcel.
    heading : str
        The text above it, where that is no title of pages.
    """

    places: list[int]
    cut: bool = False
    page: bool = False
    again: bool = False
    heading: str = ""


def find_bonds(pieces: Sequence[Piece], raws: Sequence[Raw], names: int | None) -> dict[int, Bond]:
    """Return the pieces that belong, or may belong, to the ring of the piece before them.

    They do where the corners' numbers run on through them and the last corner is the first one again, or where the
    break is one of pages. They may where they come back to the first corner without such numbers, or have such numbers
    and do not come back; unless the ring that they would make crosses itself.

    Parameters
    ----------
    pieces : sequence of Piece
        In the order of the table.
    names : int or None
        The column of the corners' names or numbers.
    """
    return _Bonds(pieces, raws, names).find()


class _Bonds:
    def __init__(self, pieces: Sequence[Piece], raws: Sequence[Raw], names: int | None) -> None:
        self.pieces, self.raws = pieces, raws
        self.names = [None if names is None else numbered(raw.row.cell(names)) for raw in raws]

    def find(self) -> dict[int, Bond]:
        found: dict[int, Bond] = {}
        at = 0
        while at < len(self.pieces):
            end, bond = self._bond(at)
            if bond is not None:
                found |= dict.fromkeys(range(at + 1, end + 1), bond)
            at = end + 1
        return found

    def _bond(self, at: int) -> tuple[int, Bond | None]:
        """Return the last piece of the ring that begins with a piece, and how it belongs to it."""
        last = at
        while last + 1 < len(self.pieces) and self.pieces[last + 1].cut:
            last += 1
        for end in range(at + 1, last + 1):
            if self._returns(at, end, by_name=not any(piece.again for piece in self.pieces[at + 1 : end + 1])):
                return self._returned(at, end)
        running = at
        while running < min(last, at + _MOST_PIECES) and self._runs_on(self._places(running, running + 1)):
            running += 1
        for end in dict.fromkeys((running, min(running, at + 1))):
            if end > at and self._is_ring(self._places(at, end)):
                named = any(piece.heading for piece in self.pieces[at + 1 : end + 1])
                paged = all(piece.page for piece in self.pieces[at + 1 : end + 1])
                return (at, None) if named else (end, "joined" if paged else "unclear")
        return at, None

    def _returned(self, at: int, end: int) -> tuple[int, Bond | None]:
        places, later = self._places(at, end), self.pieces[at + 1 : end + 1]
        if any(piece.again for piece in later) and self._turns(places[:-1]):
            return end, "unclear" if any(piece.heading for piece in later) else "joined"
        named = self._same_name(places[0], places[-1])
        unnumbered = all(self.names[place] is None for place in places)
        runs_on = self._runs_on(places[:-1] if named else places)
        # One that runs on and crosses itself is refused for that: it is no reason to part it.
        if not runs_on and not self._is_ring(places[:-1]):
            return at, None
        told = runs_on or (unnumbered and all(piece.page for piece in later))
        return end, "joined" if told and not any(piece.heading for piece in later) else "unclear"

    def _places(self, first: int, last: int) -> list[int]:
        return [place for piece in self.pieces[first : last + 1] for place in piece.places]

    def _returns(self, at: int, end: int, *, by_name: bool) -> bool:
        one, other = self.pieces[at].places[0], self.pieces[end].places[-1]
        pair = self.raws[one].pair
        return (pair is not None and pair == self.raws[other].pair) or (by_name and self._same_name(one, other))

    def _turns(self, places: Sequence[int]) -> bool:
        """Tell whether numbers run on once they begin with the lowest of them, wherever the ring begins."""
        lowest = min(range(len(places)), key=lambda at: self.names[places[at]] or ("", 0))
        return self._runs_on([*places[lowest:], *places[:lowest]])

    def _same_name(self, one: int, other: int) -> bool:
        return self.names[one] is not None and self.names[one] == self.names[other]

    def _runs_on(self, places: Sequence[int]) -> bool:
        found = [self.names[place] for place in places]
        return all(
            one is not None and other is not None and other == (one[0], one[1] + 1) for one, other in pairwise(found)
        )

    def _is_ring(self, places: Sequence[int]) -> bool:
        """Tell whether corners make a ring that does not cross itself."""
        pairs = [pair for place in places if (pair := self.raws[place].pair) is not None]
        return len(pairs) >= 3 and bool(shapely.Polygon(pairs).is_valid)
