"""From the entities of a drawing to shapes on the plane: outlines, lines and points; x is east, y is north.

Source: Autodesk, *DXF Reference*, section ENTITIES; the object coordinate system after its "arbitrary axis".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from ecozone.errors import GeometryError
from ecozone.geo import GRID_M
from ecozone.intake.arcs import Points, bulged, circle, sweep
from ecozone.intake.dxf_records import Record, number_of

#: What an entity may become.
Tier = Literal["outline", "hatch", "line", "point"]

_TIERS: dict[str, Tier] = {"CIRCLE": "outline", "HATCH": "hatch", "LINE": "line", "ARC": "line", "POINT": "point"}

#: Nothing on the Earth is farther from an origin (m): beyond it no arc is drawn out.
_FARTHEST = 1e9
#: Bits of group 70 of a polyline, and of a vertex.
_CLOSED, _IN_SPACE, _MESH, _POLYFACE = 1, 8, 16, 64
_CURVE_FIT, _FRAME_VERTEX = 2, 16
#: Groups of numbers that a light polyline has before its first corner (width, elevation, thickness, scale of dashes)
#: and from there on, and that a vertex of an old one has. Any other is a damaged code, which loses a corner or an arc.
_LIGHT_HEAD = frozenset({38, 39, 43, 48, 70, 90, 92})
_LIGHT_BODY = frozenset({10, 20, 30, 40, 41, 42, 70, 91})
_VERTEX = frozenset({10, 20, 30, 38, 39, 40, 41, 42, 48, 50, 70, 71, 72, 73, 74, 91, 92})
_NUMBERS = frozenset({*range(10, 60), *range(70, 80), *range(90, 100)})
#: How long a metre is in degrees, near enough to say when two corners are the same.
DEGREES_IN_METRE = 1 / 111_320


@dataclass(frozen=True)
class Vertex:
    """A corner, and how the edge that leaves it bulges."""

    place: complex
    bulge: float = 0.0


@dataclass(frozen=True)
class Drawn:
    """A shape, and whether arcs were made straight in it."""

    geometry: BaseGeometry
    arcs: bool = False


class Pen:
    """Draws the entities of one drawing.

    Parameters
    ----------
    factor : float
        Metres (or degrees) in a unit of the drawing.
    metre : float
        How long a metre is in the unit of the shapes.
    """

    def __init__(self, factor: float = 1.0, metre: float = 1.0) -> None:
        self.factor, self.metre = factor, metre

    def comes_back(self, corners: Sequence[Vertex]) -> bool:
        """Tell whether the last corner is the first."""
        return len(corners) > 2 and abs(corners[-1].place - corners[0].place) <= GRID_M * self.metre

    def draw(self, record: Record) -> Drawn:
        """Return the shape of an entity that is of one of `KINDS`.

        Raises
        ------
        GeometryError
            Where its groups are damaged, it is tilted out of the plane, or it has too few corners.
        """
        return _DRAWERS[record.kind](self, record)

    def place(self, record: Record, x: int = 10, y: int = 20) -> complex:
        """Return a point of the plane in metres."""
        return self.metres(complex(record.number(x), record.number(y)))

    def metres(self, place: complex) -> complex:
        """Scale a point of the drawing.

        Raises
        ------
        GeometryError
            Where it lies farther away than anything on the Earth.
        """
        scaled = place * self.factor
        if not max(abs(scaled.real), abs(scaled.imag)) <= _FARTHEST:
            raise GeometryError("intake.out_of_range", x=f"{place.real:.6g}", y=f"{place.imag:.6g}")
        return scaled


def tier_of(pen: Pen, record: Record) -> Tier | None:
    """Tell what an entity may become, None where it is no shape of the plane: a text, a block, a dimension.

    A damaged entity is what its kind makes it.
    """
    if record.kind == "POLYLINE" and _flags(record) & (_MESH | _POLYFACE):
        return None
    if record.kind in ("LWPOLYLINE", "POLYLINE"):
        if _flags(record) & _CLOSED:
            return "outline"
        try:
            corners, _ = _corners(pen, record)
        except GeometryError:
            return "outline"
        return "outline" if pen.comes_back(corners) else "line"
    return _TIERS.get(record.kind)


def facing(record: Record, points: Points) -> Points:
    """Return points of an entity's own plane where they are in the drawing: an entity seen from below is mirrored.

    Raises
    ------
    GeometryError
        Where its plane is not that of the map.
    """
    x, y, z = (record.number(code, default) for code, default in ((210, 0.0), (220, 0.0), (230, 1.0)))
    if math.hypot(x, y) > 1e-9 * abs(z):
        raise GeometryError("intake.dxf_tilted", kind=record.kind)
    return points if z > 0 else -points.conjugate()


def ring_of(pen: Pen, corners: Sequence[Vertex]) -> tuple[Points, bool]:
    """Return the closed ring through corners, with arcs drawn out, and whether there are any.

    Raises
    ------
    GeometryError
        Where fewer than three of its points are different.
    """
    if pen.comes_back(corners):
        corners = corners[:-1]
    points, arcs = _course(pen, [*corners, *corners[:1]])
    if len(points):
        points[-1] = points[0]
    if len(np.unique(points)) < 3:
        raise GeometryError("intake.too_few_points", found=len(np.unique(points)), least=3)
    return points, arcs


def coordinates(points: Points) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return points as rows of x and y."""
    return np.column_stack([points.real, points.imag])


def _polyline(pen: Pen, record: Record) -> Drawn:
    corners, closed = _corners(pen, record)
    if closed or pen.comes_back(corners):
        ring, arcs = ring_of(pen, corners)
        return Drawn(shapely.Polygon(coordinates(_faced(record, ring))), arcs)
    points, arcs = _course(pen, corners)
    if len(np.unique(points)) < 2:
        raise GeometryError("intake.too_few_points", found=len(np.unique(points)), least=2)
    return Drawn(shapely.LineString(coordinates(_faced(record, points))), arcs)


def _faced(record: Record, points: Points) -> Points:
    # The vertices of a polyline in space are in the coordinates of the drawing already.
    in_space = record.kind == "POLYLINE" and _flags(record) & _IN_SPACE
    return points if in_space else facing(record, points)


def _corners(pen: Pen, record: Record) -> tuple[list[Vertex], bool]:
    """Return the corners of a polyline, old or new, and whether it says that it is closed."""
    if record.kind == "LWPOLYLINE":
        corners = list(_light(pen, record))
        expected = record.whole(90, len(corners))
        if len(corners) != expected:
            raise GeometryError("intake.dxf_vertices", found=len(corners), expected=expected)
    else:
        if _flags(record) & (_MESH | _POLYFACE):
            raise GeometryError("intake.dxf_mesh")
        vertices = [child for child in record.children if not child.whole(70) & _FRAME_VERTEX]
        corners = [_vertex(pen, vertex) for vertex in vertices]
    return corners, bool(record.whole(70) & _CLOSED)


def _vertex(pen: Pen, record: Record) -> Vertex:
    """Return a corner of an old polyline."""
    curve_fit = record.whole(70) & _CURVE_FIT
    for code, _ in record.pairs:
        if code in _NUMBERS and (code not in _VERTEX or (code == 50 and not curve_fit)):
            raise _stray(record, code)
    _require_widths(record)
    return Vertex(pen.place(record), record.number(42, 0.0))


def _light(pen: Pen, record: Record) -> Iterator[Vertex]:
    """Yield the corners of a light polyline: each begins with its x, and y follows at once."""
    x: float | None = None
    place: complex | None = None
    bulge = 0.0
    _require_widths(record)
    for code, value in record.pairs:
        if (
            code in _NUMBERS
            and code not in (_LIGHT_HEAD if x is None and place is None else _LIGHT_BODY)
            and code != 10
        ):
            raise _stray(record, code)
        if code not in (10, 20, 42):
            continue
        number = number_of(value, None, record, code)
        if code == 10 and x is None:
            if place is not None:
                yield Vertex(place, bulge)
            x, place, bulge = number, None, 0.0
        elif code == 20 and x is not None:
            place, x = pen.metres(complex(x, number)), None
        elif code == 42 and place is not None and not bulge:
            bulge = number
        else:
            raise _stray(record, code)
    if place is None:
        raise GeometryError("intake.too_few_points", found=0, least=2)
    yield Vertex(place, bulge)


def _require_widths(record: Record) -> None:
    """Refuse widths that do not come in pairs, at the start of an edge and its end: one of them was something else."""
    counts = [sum(code == wanted for code, _ in record.pairs) for wanted in (40, 41)]
    if counts[0] != counts[1] or (record.kind == "VERTEX" and counts[0] > 1):
        raise _stray(record, 40)


def _stray(record: Record, code: int) -> GeometryError:
    return GeometryError("intake.dxf_group", kind=record.kind, code=code, line=record.line)


def _flags(record: Record) -> int:
    try:
        return record.whole(70)
    except GeometryError:
        return 0


def _course(pen: Pen, corners: Sequence[Vertex]) -> tuple[Points, bool]:
    """Return the points along corners, each once where neighbours are alike, and whether there are arcs."""
    pieces: list[Points] = [np.array([corner.place for corner in corners[:1]], dtype=complex)]
    arcs = False
    for one, other in pairwise(corners):
        if one.place != other.place:
            points = bulged(one.place, other.place, one.bulge, pen.metre)
            arcs |= len(points) > 2
            pieces.append(points[1:])
    return np.concatenate(pieces), arcs


def _circle(pen: Pen, record: Record) -> Drawn:
    ring = circle(pen.place(record), _radius(pen, record), pen.metre)
    return Drawn(shapely.Polygon(coordinates(facing(record, ring))), arcs=True)


def _arc(pen: Pen, record: Record) -> Drawn:
    centre, radius = pen.place(record), _radius(pen, record)
    first, last = (math.radians(record.number(code)) for code in (50, 51))
    start = centre + radius * complex(math.cos(first), math.sin(first))
    points = sweep(centre, start, (last - first) % (2 * math.pi) or 2 * math.pi, pen.metre)
    return Drawn(shapely.LineString(coordinates(facing(record, points))), arcs=True)


def _radius(pen: Pen, record: Record) -> float:
    radius = record.number(40) * pen.factor
    if not 0 < radius <= _FARTHEST:
        raise GeometryError("intake.dxf_number", kind=record.kind, code=40, line=record.line, value=f"{radius:g}")
    return radius


def _line(pen: Pen, record: Record) -> Drawn:
    ends = [pen.place(record), pen.place(record, 11, 21)]
    if ends[0] == ends[1]:
        raise GeometryError("intake.too_few_points", found=1, least=2)
    return Drawn(shapely.LineString(coordinates(np.array(ends))))


def _point(pen: Pen, record: Record) -> Drawn:
    place = pen.place(record)
    return Drawn(shapely.Point(place.real, place.imag))


_DRAWERS: dict[str, Callable[[Pen, Record], Drawn]] = {
    "LWPOLYLINE": _polyline,
    "POLYLINE": _polyline,
    "CIRCLE": _circle,
    "ARC": _arc,
    "LINE": _line,
    "POINT": _point,
}
