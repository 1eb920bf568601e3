"""One layer as a worker wrote it: a small database, read page by page, so that memory does not grow with the layer."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ecozone.web.ogc.systems import System

_AT_ONCE = 200
#: Searches of one layer whose hits are kept, so that the next page need not search again.
_KEPT = 32


@dataclass(frozen=True)
class Box:
    """A box that features must touch: sides in ``system``, x = east. Of degrees it may cross the 180th meridian."""

    system: System
    west: float
    south: float
    east: float
    north: float

    @property
    def parts(self) -> tuple[tuple[float, float, float, float], ...]:
        """The box, or the two that it is on either side of the 180th meridian."""
        if self.system.degrees and self.west > self.east:
            return (self.west, self.south, 180.0, self.north), (-180.0, self.south, self.east, self.north)
        return ((self.west, self.south, self.east, self.north),)


@dataclass(frozen=True)
class Search:
    """What features must be like: touch a box, and have these attributes as they are written."""

    box: Box | None = None
    properties: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, eq=False)
class Store:
    """A layer's features in the order of its file, numbered from 1."""

    file: Path
    _found: dict[Search, tuple[int, ...]] = field(default_factory=dict, repr=False)

    def _open(self) -> closing[sqlite3.Connection]:
        # A page is read by one thread after another, never by two at once.
        return closing(sqlite3.connect(f"{self.file.as_uri()}?mode=ro", uri=True, check_same_thread=False))

    @cached_property
    def _about(self) -> dict[str, Any]:
        with self._open() as store:
            return {name: json.loads(value) for name, value in store.execute("SELECT name, value FROM about")}

    @property
    def count(self) -> int:
        """Number of features."""
        return int(self._about["count"])

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the attributes."""
        return tuple(self._about["columns"])

    @property
    def box(self) -> list[float] | None:
        """West, south, east and north of all features in degrees; None where none has a shape."""
        box: list[float] | None = self._about["box"]
        return box

    def find(self, search: Search) -> Sequence[int]:
        """Return the numbers of the features that a search finds.

        A feature without a shape is found by every box: where it lies is not known.
        """
        if search == Search():
            return range(1, self.count + 1)
        if search not in self._found:
            found = tuple(self._search(search))
            while len(self._found) >= _KEPT:
                self._found.pop(next(iter(self._found)), None)
            self._found[search] = found
        return self._found[search]

    def _search(self, search: Search) -> Iterator[int]:
        conditions, values = [], []
        for name, text in search.properties:
            number = _number(text)
            conditions.append(
                "EXISTS (SELECT 1 FROM json_each(properties) WHERE key = ? AND (CASE type WHEN 'text' THEN value = ?"
                " WHEN 'true' THEN ? = 'true' WHEN 'false' THEN ? = 'false' WHEN 'null' THEN 0 ELSE value = ? END))"
            )
            values += [name, text, text, text, number]
        box = search.box
        if box is not None and box.system.degrees:
            touching = " OR ".join("(west <= ? AND east >= ? AND south <= ? AND north >= ?)" for _ in box.parts)
            conditions.append(f"(west IS NULL OR {touching})")
            for west, south, east, north in box.parts:
                values += [east, west, north, south]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        with self._open() as store:
            column = "NULL" if box is None else box.system.column
            rows = store.execute(f"SELECT row, {column} FROM feature{where} ORDER BY row", values)  # noqa: S608 - our own words
            while part := rows.fetchmany(_AT_ONCE):
                yield from _touching(part, box)

    def rows(self, numbers: Sequence[int], system: System) -> Iterator[tuple[str, dict[str, Any], bytes | None]]:
        """Yield id, attributes and shape (WKB, x = east) of features by their numbers, a part at a time."""
        asked = f"SELECT id, properties, {system.column} FROM feature WHERE row IN "  # noqa: S608 - our own words
        with self._open() as store:
            for start in range(0, len(numbers), _AT_ONCE):
                part = numbers[start : start + _AT_ONCE]
                rows = store.execute(f"{asked}({', '.join('?' * len(part))}) ORDER BY row", part)
                for name, properties, shape in rows:
                    yield name, json.loads(properties), shape

    def number_of(self, name: str) -> int | None:
        """Return the number of the feature of that id, None where there is none."""
        with self._open() as store:
            found = store.execute("SELECT row FROM feature WHERE id = ?", (name,)).fetchone()
        return None if found is None else int(found[0])


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _touching(rows: list[tuple[int, bytes | None]], box: Box | None) -> list[int]:
    import numpy as np
    import shapely

    if box is None:
        return [number for number, _ in rows]
    shapes = shapely.from_wkb([shape for _, shape in rows])
    hit = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    for sides in box.parts:
        hit |= shapely.intersects(shapes, shapely.box(*sides))
    return [rows[place][0] for place in np.flatnonzero(hit)]
