"""Hatches of a drawing as areas: what GDAL and QGIS write for polygons, and what remains where only the fill was sent.

Source: Autodesk, *DXF Reference*, HATCH and "boundary path data".
"""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from shapely.geometry import MultiPolygon, Polygon

from ecozone.errors import GeometryError
from ecozone.geo import GRID_M
from ecozone.intake.arcs import Points
from ecozone.intake.dxf_corners import Pen, Vertex
from ecozone.intake.dxf_records import Pair, Record, number_of
from ecozone.intake.dxf_shapes import Drawn, coordinates, facing, ring_of

_POLYLINE_PATH, _LINE_EDGE = 2, 1
_PATHS, _FLAGS, _COUNT, _SOURCES = 91, 92, 93, 97


class _Groups:
    """The pairs of a hatch from its paths on, taken one after the other."""

    def __init__(self, record: Record) -> None:
        self._record = record
        codes = [code for code, _ in record.pairs]
        start = codes.index(_PATHS) if _PATHS in codes else len(codes)
        self._pairs: list[Pair] = record.pairs[start:]
        self._at = 0

    def wrong(self, code: int) -> GeometryError:
        return GeometryError("intake.dxf_group", kind=self._record.kind, code=code, line=self._record.line)

    def follows(self, code: int) -> bool:
        return self._at < len(self._pairs) and self._pairs[self._at][0] == code

    def number(self, code: int) -> float:
        if not self.follows(code):
            raise self.wrong(code)
        value = self._pairs[self._at][1]
        self._at += 1
        return number_of(value, None, self._record, code)

    def whole(self, code: int) -> int:
        found = self.number(code)
        # A count beyond the groups that are left is damage, not a reason to loop.
        if found != int(found) or not 0 <= found <= max(len(self._pairs), 1 << 16):
            raise self.wrong(code)
        return int(found)


def draw_hatch(pen: Pen, record: Record) -> Drawn:
    """Return the area that a hatch fills: what lies in an odd number of its paths.

    Raises
    ------
    GeometryError
        Where a path is damaged, does not close, or has edges that are no straight lines or arcs of a polyline.
    """
    groups = _Groups(record)
    rings: list[Points] = []
    arcs = False
    for _ in range(groups.whole(_PATHS)):
        flags = groups.whole(_FLAGS)
        corners = _polyline(groups, pen) if flags & _POLYLINE_PATH else _edges(groups, pen)
        # The handles of the source entities have group 330, which is not kept.
        groups.whole(_SOURCES)
        ring, bent = ring_of(pen, corners)
        rings.append(facing(record, ring))
        arcs |= bent
    if not rings:
        raise groups.wrong(_PATHS)
    return Drawn(assembled([Polygon(coordinates(ring)) for ring in rings]), arcs)


def _polyline(groups: _Groups, pen: Pen) -> list[Vertex]:
    bulges = groups.whole(72)
    groups.whole(73)
    corners = []
    for _ in range(groups.whole(_COUNT)):
        place = pen.metres(complex(groups.number(10), groups.number(20)))
        corners.append(Vertex(place, groups.number(42) if bulges and groups.follows(42) else 0.0))
    return corners


def _edges(groups: _Groups, pen: Pen) -> list[Vertex]:
    """Return the corners of a path of straight edges, each of which begins where the one before ended."""
    corners: list[Vertex] = []
    end: complex | None = None
    for _ in range(groups.whole(_COUNT)):
        if groups.whole(72) != _LINE_EDGE:
            raise GeometryError("intake.dxf_hatch_edge")
        start = pen.metres(complex(groups.number(10), groups.number(20)))
        if end is not None and abs(start - end) > GRID_M * pen.metre:
            raise GeometryError("intake.dxf_hatch_open")
        end = pen.metres(complex(groups.number(11), groups.number(21)))
        corners.append(Vertex(start))
    if end is None or abs(end - corners[0].place) > GRID_M * pen.metre:
        raise GeometryError("intake.dxf_hatch_open")
    return corners


def assembled(rings: Sequence[Polygon]) -> Polygon | MultiPolygon:
    """Return the area of rings of which one inside another is a hole, and one inside that an area again.

    Raises
    ------
    GeometryError
        Where rings cross, so that a hole has no area around it.

    Examples
    --------
    >>> assembled([shapely.box(0, 0, 9, 9), shapely.box(1, 1, 4, 4), shapely.box(2, 2, 3, 3)]).area
    73.0
    """
    ordered = sorted(rings, key=lambda ring: -ring.area)
    inner, outer = shapely.STRtree(ordered).query(ordered, predicate="within")
    around: dict[int, list[int]] = {}
    for ring, other in sorted(zip(inner.tolist(), outer.tolist(), strict=True)):
        # Of two equal rings the second lies in the first.
        if other < ring:
            around.setdefault(ring, []).append(other)
    holes: dict[int, list[Polygon]] = {at: [] for at in range(len(ordered)) if len(around.get(at, ())) % 2 == 0}
    for at, ring in enumerate(ordered):
        if at in holes:
            continue
        owner = around[at][-1]
        if owner not in holes:
            raise GeometryError("intake.dxf_hatch_crossing")
        holes[owner].append(ring)
    made = [Polygon(ordered[at].exterior, [hole.exterior for hole in inside]) for at, inside in holes.items()]
    return made[0] if len(made) == 1 else MultiPolygon(made)
