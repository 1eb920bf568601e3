"""The corners of a drawing's polylines, each group of them accounted for: damage never loses a corner or an arc.

Source: Autodesk, *DXF Reference*, LWPOLYLINE, POLYLINE, VERTEX.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ecozone.errors import GeometryError
from ecozone.geo import GRID_M
from ecozone.intake.dxf_records import Record, number_of

#: Nothing on the Earth is farther from an origin (m): beyond it no arc is drawn out.
FARTHEST = 1e9
#: Bits of group 70 of a polyline, and of a vertex.
CLOSED, IN_SPACE, MESH, POLYFACE = 1, 8, 16, 64
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
        if not max(abs(scaled.real), abs(scaled.imag)) <= FARTHEST:
            raise GeometryError("intake.out_of_range", x=f"{place.real:.6g}", y=f"{place.imag:.6g}")
        return scaled


def corners_of(pen: Pen, record: Record) -> tuple[list[Vertex], bool]:
    """Return the corners of a polyline, old or new, and whether it says that it is closed.

    Raises
    ------
    GeometryError
        Where a group is damaged, or it is no polyline but a mesh.
    """
    if record.kind == "LWPOLYLINE":
        corners = list(_light(pen, record))
        expected = record.whole(90, len(corners))
        if len(corners) != expected:
            raise GeometryError("intake.dxf_vertices", found=len(corners), expected=expected)
    else:
        if flags_of(record) & (MESH | POLYFACE):
            raise GeometryError("intake.dxf_mesh")
        vertices = [child for child in record.children if not child.whole(70) & _FRAME_VERTEX]
        corners = [_vertex(pen, vertex) for vertex in vertices]
    return corners, bool(record.whole(70) & CLOSED)


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
        known = _LIGHT_HEAD if x is None and place is None else _LIGHT_BODY
        if code in _NUMBERS and code not in known and code != 10:
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


def flags_of(record: Record) -> int:
    """Return the bits of group 70, none where it is damaged."""
    try:
        return record.whole(70)
    except GeometryError:
        return 0
