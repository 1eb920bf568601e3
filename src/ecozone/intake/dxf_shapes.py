"""From the entities of a drawing to shapes on the plane: outlines, lines and points; x is east, y is north.

Source: Autodesk, *DXF Reference*, section ENTITIES; the object coordinate system after its "arbitrary axis".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from ecozone.errors import GeometryError
from ecozone.intake.arcs import Points, bulged, circle, sweep
from ecozone.intake.dxf_corners import CLOSED, FARTHEST, IN_SPACE, MESH, POLYFACE, Pen, Vertex, corners_of, flags_of
from ecozone.intake.dxf_records import Record

#: What an entity may become.
Tier = Literal["outline", "hatch", "line", "point"]

_TIERS: dict[str, Tier] = {"CIRCLE": "outline", "HATCH": "hatch", "LINE": "line", "ARC": "line", "POINT": "point"}


@dataclass(frozen=True)
class Drawn:
    """A shape, and whether arcs were made straight in it."""

    geometry: BaseGeometry
    arcs: bool = False


def tier_of(pen: Pen, record: Record) -> Tier | None:
    """Tell what an entity may become, None where it is no shape of the plane: a text, a block, a dimension.

    A damaged entity is what its kind makes it.
    """
    if record.kind == "POLYLINE" and flags_of(record) & (MESH | POLYFACE):
        return None
    if record.kind in ("LWPOLYLINE", "POLYLINE"):
        if flags_of(record) & CLOSED:
            return "outline"
        try:
            corners, _ = corners_of(pen, record)
        except GeometryError:
            return "outline"
        return "outline" if pen.comes_back(corners) else "line"
    return _TIERS.get(record.kind)


def draw(pen: Pen, record: Record) -> Drawn:
    """Return the shape of an entity that `tier_of` knows, hatches aside.

    Raises
    ------
    GeometryError
        Where its groups are damaged, it is tilted out of the plane, or it has too few corners.
    """
    return _DRAWERS[record.kind](pen, record)


def facing(record: Record, points: Points) -> Points:
    """Return points of an entity's own plane where they are in the drawing: an entity seen from below is mirrored.

    Raises
    ------
    GeometryError
        Where its plane is not that of the map.
    """
    x, y, z = (record.number(code, default) for code, default in ((210, 0.0), (220, 0.0), (230, 1.0)))
    if math.hypot(x, y) >= 1e-9 * abs(z):
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
    corners, closed = corners_of(pen, record)
    if closed or pen.comes_back(corners):
        ring, arcs = ring_of(pen, corners)
        return Drawn(shapely.Polygon(coordinates(_faced(record, ring))), arcs)
    points, arcs = _course(pen, corners)
    if len(np.unique(points)) < 2:
        raise GeometryError("intake.too_few_points", found=len(np.unique(points)), least=2)
    return Drawn(shapely.LineString(coordinates(_faced(record, points))), arcs)


def _faced(record: Record, points: Points) -> Points:
    # The vertices of a polyline in space are in the coordinates of the drawing already.
    in_space = record.kind == "POLYLINE" and flags_of(record) & IN_SPACE
    return points if in_space else facing(record, points)


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
    if not 0 < radius <= FARTHEST:
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
