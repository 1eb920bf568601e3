"""From the points of a parcel to its shape: which ring is a hole is told by where it lies, not by its number."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from ecozone.errors import GeometryError
from ecozone.intake.limits import Limits
from ecozone.intake.numbering import Jump, Name, jumps, unexplained
from ecozone.intake.txt_axes import Axes
from ecozone.intake.txt_lines import Point as Row
from ecozone.notices import Notice, notice

#: By how much a closing point may miss the first one whose name it bears: the coarsest rounding in use (m; degrees).
_CLOSING_M, _CLOSING_DEG = 0.01, 1e-7
_LEAST = 3
_CHUNK = 256

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Shape:
    """A parcel's shape, how many of its points only close a ring, and what was noticed of its rings.

    ``jumps`` holds where the numbers of the points jump, each with the line of the later point.
    """

    geometry: BaseGeometry
    closing: int
    notices: tuple[Notice, ...]
    jumps: tuple[tuple[int, Jump], ...] = ()

    def jumps_beside(self, everywhere: Collection[Name]) -> list[dict[str, Any]]:
        """Return the words for the jumps over numbers that no corner ``everywhere`` bears."""
        return [
            {"line": line, "before": jump.before, "after": jump.after}
            for line, jump in self.jumps
            if unexplained([jump], everywhere)
        ]


class Rings:
    """Builds the shape of one parcel.

    Parameters
    ----------
    number : int
        Of the parcel, from 1: the place of its notices.
    points : sequence of Row
    axes : Axes
        Their coordinates.
    """

    def __init__(self, number: int, points: Sequence[Row], axes: Axes) -> None:
        self._number, self._points = number, points
        self._xy = np.column_stack([axes.x, axes.y])
        self._degrees = axes.numbers.degrees
        self._tolerance = _CLOSING_DEG if self._degrees else _CLOSING_M
        self._closing = 0
        self._notices: list[Notice] = []
        self._jumps: list[tuple[int, Jump]] = []

    def shape(self, kind: str, limits: Limits) -> Shape:
        """Return the shape of a parcel that is ``面``, ``线`` or ``点``.

        Raises
        ------
        GeometryError
            Where the points do not make such a shape, or more than one.
        """
        build = {"面": self._area, "线": self._line, "点": self._point}[kind]
        return Shape(build(limits), self._closing, tuple(self._notices), tuple(self._jumps))

    def _note_jumps(self, run: Ints) -> None:
        """Note where the numbers of a ring or line jump."""
        found = jumps([self._points[at].name for at in run])
        self._jumps += [(self._points[run[jump.at]].line, jump) for jump in found]

    def _runs(self) -> list[Ints]:
        """Return the points that follow one another under one ring number."""
        labels = [point.ring for point in self._points]
        turns = [at for at in range(1, len(labels)) if labels[at] != labels[at - 1]]
        return list(np.split(np.arange(len(labels)), turns))

    def _point(self, limits: Limits) -> BaseGeometry:
        del limits
        points = [Point(xy) for xy in self._xy]
        return points[0] if len(points) == 1 else MultiPoint(points)

    def _line(self, limits: Limits) -> BaseGeometry:
        lines = self._runs()
        _require_rings(len(lines), limits)
        for run in lines:
            if len(np.unique(self._xy[run], axis=0)) < 2:
                raise self._too_few(run, 2)
            self._note_jumps(run)
        made = [LineString(self._xy[run]) for run in lines]
        return made[0] if len(made) == 1 else MultiLineString(made)

    def _area(self, limits: Limits) -> BaseGeometry:
        rings: list[Ints] = []
        open_labels: dict[str, int] = {}
        for run in self._runs():
            first = self._points[run[0]]
            if first.ring in open_labels:
                raise GeometryError("intake.txt_ring_returns", ring=first.ring, line=first.line)
            closed, rest = self._closed(run)
            rings += closed
            if len(rest) == 1 and closed and (self._xy[rest[0]] == self._xy[closed[-1][0]]).all():
                # The closing point stands there twice.
                self._closing += 1
                rest = rest[:0]
            if len(rest):
                open_labels[first.ring] = first.line
                rings.append(self._close(rest))
            _require_rings(len(rings), limits)
        for ring in rings:
            self._note_jumps(ring)
        return self._assemble(rings)

    def _closed(self, run: Ints) -> tuple[list[Ints], Ints]:
        """Split a run where it comes back to the point that it started from; return what is left open too."""
        rings: list[Ints] = []
        start = 0
        for at in range(len(run)):
            if at - start >= _LEAST and (self._xy[run[at]] == self._xy[run[start]]).all():
                rings.append(run[start:at])
                self._closing += 1
                start = at + 1
        return rings, run[start:]

    def _close(self, run: Ints) -> Ints:
        """Close a ring that does not come back to its first point, unless its names contradict that."""
        first, last = self._points[run[0]], self._points[run[-1]]
        names = [_plain_name(self._points[at].name) for at in run]
        gap = float(np.hypot(*(self._xy[run[-1]] - self._xy[run[0]])))
        telling = bool(names[0]) and len(set(names)) > 1
        if telling and names[-1] == names[0]:
            if gap > self._tolerance:
                raise GeometryError(
                    "intake.txt_closing_differs", name=last.name, first=first.line, line=last.line, gap=self._spelt(gap)
                )
            run = run[:-1]
            self._closing += 1
        elif telling and len(set(names)) < len(names):
            again = next(at for at, name in enumerate(names) if name in names[:at])
            row = self._points[run[again]]
            raise GeometryError("intake.txt_name_returns", name=row.name, line=row.line)
        self._notices.append(
            notice("intake.txt_closed", "repaired", feature=self._number, line=last.line, gap=self._spelt(gap))
        )
        if len(np.unique(self._xy[run], axis=0)) < _LEAST:
            raise self._too_few(run, _LEAST)
        return run

    def _spelt(self, length: float) -> str:
        return f"{length:.7f}°" if self._degrees else f"{length:.3f} m"

    def _too_few(self, run: Ints, least: int) -> GeometryError:
        line = self._points[run[0]].line
        found = len(np.unique(self._xy[run], axis=0))
        return GeometryError("intake.txt_too_few_points", line=line, found=found, least=least)

    def _assemble(self, rings: list[Ints]) -> BaseGeometry:
        """Return the polygon or polygons of rings: one inside an odd number of larger ones is a hole."""
        made = shapely.polygons([shapely.linearrings(self._xy[ring]) for ring in rings])
        if len(rings) == 1:
            single: BaseGeometry = made[0]
            return single
        self._require_different(rings, made)
        depth, around = _nesting(made)
        holes: dict[int, list[NDArray[np.float64]]] = {int(at): [] for at in np.flatnonzero(depth % 2 == 0)}
        for at in np.flatnonzero(depth % 2 == 1):
            if int(around[at]) not in holes:
                raise GeometryError("intake.txt_rings_cross", line=self._points[rings[at][0]].line)
            holes[int(around[at])].append(self._xy[rings[at]])
        parts = [Polygon(self._xy[rings[at]], inside) for at, inside in holes.items()]
        self._notices.append(
            notice(
                "intake.txt_rings",
                feature=self._number,
                count=len(rings),
                parts=len(parts),
                holes=len(rings) - len(parts),
            )
        )
        return parts[0] if len(parts) == 1 else MultiPolygon(parts)

    def _require_different(self, rings: list[Ints], made: NDArray[np.object_]) -> None:
        seen: dict[bytes, int] = {}
        for ring, key in zip(rings, shapely.to_wkb(shapely.normalize(made)), strict=True):
            line = self._points[ring[0]].line
            if key in seen:
                raise GeometryError("intake.txt_ring_twice", first=seen[key], line=line)
            seen[key] = line


def _require_rings(found: int, limits: Limits) -> None:
    """Refuse a parcel of more rings than a feature may have, before each is compared with every other."""
    if found > limits.feature_rings:
        raised = limits.raised("feature_rings", found)
        raise GeometryError("intake.too_many_rings", found=found, allowed=limits.feature_rings, raised=raised)


def _nesting(made: NDArray[np.object_]) -> tuple[Ints, Ints]:
    """Return how many larger rings each ring lies in, and the smallest of them (-1 where there is none).

    Where rings cross, the shape that follows is not valid, and is repaired or refused as any other.
    """
    rank = np.empty(len(made), dtype=np.int64)
    order = np.argsort(-shapely.area(made), kind="stable")
    rank[order] = np.arange(len(made))
    depth, closest = np.zeros(len(made), dtype=np.int64), np.full(len(made), -1)
    tree, inside = shapely.STRtree(made), shapely.point_on_surface(made)
    for rows in np.array_split(np.arange(len(made)), -(-len(made) // _CHUNK)):
        inner, outer = tree.query(inside[rows], predicate="within")
        inner = rows[inner]
        larger = rank[outer] < rank[inner]
        inner, outer = inner[larger], outer[larger]
        depth += np.bincount(inner, minlength=len(made))
        np.maximum.at(closest, inner, rank[outer])
    return depth, np.where(closest >= 0, order[closest], -1)


def mend_closing(points: Sequence[Row], number: int) -> tuple[list[Row], list[Notice]]:
    """Return the points with closing points mended into which a program wrote one number twice.

    Such a point is the last of its ring, bears the name of the first, and repeats one of the first's numbers in both
    its places: what it means is beyond doubt, and where it would lie is nowhere in China.
    """
    mended, notices = list(points), []
    begin = 0
    for at, point in enumerate(points):
        if point.ring != points[begin].ring:
            begin = at
        if at + 1 < len(points) and points[at + 1].ring == point.ring:
            continue
        first = points[begin]
        named = bool(point.name) and _plain_name(point.name) == _plain_name(first.name)
        twice = point.first == point.second and point.first in (first.first, first.second)
        if named and twice and at - begin >= _LEAST:
            mended[at] = point._replace(first=first.first, second=first.second)
            notices.append(notice("intake.txt_closing_mended", "repaired", feature=number, line=point.line))
    return mended, notices


def _plain_name(name: str) -> str:
    """Return a point's name without its prefix and leading zeros: J01 closes as 1.

    >>> _plain_name("J01"), _plain_name("1"), _plain_name("界12")
    ('1', '1', '12')
    """
    digits = name.lstrip("Jj界址点").lstrip("0")
    return digits or name
