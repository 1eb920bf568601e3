"""Geometries of GeoJSON: every array looked at, nothing taken for what it is not."""

from __future__ import annotations

import math
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import (
    GeometryCollection,
    LineString,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
)
from shapely.geometry.base import BaseGeometry

from ecozone.errors import GeometryError

Position = tuple[float, ...]
Positions = NDArray[np.float64]
GEOMETRY_TYPES = frozenset(
    {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}
)


class Builder:
    """Builds geometries, refusing whatever the standard does not know; counts ordinates after the third."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.extra = 0

    def of_feature(self, feature: Any) -> BaseGeometry | None:
        """Return the geometry of a Feature, None where it has none.

        Raises
        ------
        GeometryError
            With the reason why it cannot be built.
        """
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise GeometryError("intake.not_a_feature")
        return self._of_geometry(feature.get("geometry"), 0)

    def _of_geometry(self, geometry: Any, depth: int) -> BaseGeometry | None:
        if geometry is None:
            return None
        if not isinstance(geometry, dict):
            raise GeometryError("intake.wrong_geometry_type", found=_shown(geometry))
        kind = geometry.get("type")
        if kind == "GeometryCollection":
            parts = geometry.get("geometries")
            if not isinstance(parts, list) or depth >= self.depth:
                raise GeometryError("intake.wrong_nesting", kind=kind)
            built = [self._of_geometry(part, depth + 1) for part in parts]
            return GeometryCollection([part for part in built if part is not None])
        if not isinstance(kind, str) or kind not in GEOMETRY_TYPES:
            raise GeometryError("intake.wrong_geometry_type", found=_shown(kind))
        coordinates = geometry.get("coordinates")
        if not isinstance(coordinates, list):
            raise GeometryError("intake.wrong_nesting", kind=kind)
        return self._simple(kind, coordinates) if coordinates else None

    def _simple(self, kind: str, coordinates: list[Any]) -> BaseGeometry:
        match kind:
            case "Point":
                return Point(self._position(coordinates))
            case "MultiPoint":
                return MultiPoint([Point(one) for one in self._positions(coordinates, 1)])
            case "LineString":
                return LineString(self._positions(coordinates, 2))
            case "MultiLineString":
                return MultiLineString([self._positions(one, 2) for one in coordinates])
            case "Polygon":
                return self._polygon(coordinates)
            case _:
                return MultiPolygon([self._polygon(one) for one in coordinates])

    def _position(self, value: Any) -> Position:
        if not isinstance(value, list):
            raise GeometryError("intake.wrong_nesting", kind=_shown(value))
        if len(value) < 2:
            raise GeometryError("intake.position_too_short", value=_shown(value))
        for number in value:
            if type(number) not in (int, float):
                wrong = isinstance(number, list | dict)
                raise GeometryError(
                    "intake.wrong_nesting" if wrong else "intake.coordinate_not_a_number",
                    **({"kind": _shown(value)} if wrong else {"value": _shown(number)}),
                )
        if len(value) > 3:
            self.extra += 1
        return tuple(_as_float(number) for number in value[:3])

    def _positions(self, value: Any, least: int) -> Positions:
        if not isinstance(value, list):
            raise GeometryError("intake.wrong_nesting", kind=_shown(value))
        found = _plain_positions(value)
        if found is None:
            slowly = [self._position(one) for one in value]
            # One height among none would make a geometry of mixed dimension.
            width = min((len(one) for one in slowly), default=2)
            found = np.array([one[:width] for one in slowly], dtype=float).reshape(-1, width)
        if len(found) < least:
            raise GeometryError("intake.too_few_points", found=len(found), least=least)
        return found

    def _ring(self, value: Any) -> Positions:
        found = self._positions(value, 4)
        if (found[0, :2] != found[-1, :2]).any():
            raise GeometryError("intake.ring_not_closed", first=_pair(found[0]), last=_pair(found[-1]))
        return found

    def _polygon(self, value: Any) -> Polygon:
        if not isinstance(value, list):
            raise GeometryError("intake.wrong_nesting", kind=_shown(value))
        rings = [self._ring(ring) for ring in value]
        return Polygon(rings[0], rings[1:]) if rings else Polygon()


def _plain_positions(value: list[Any]) -> Positions | None:
    """Return positions that hold nothing but two or three floats each, quickly; None for whatever needs a look."""
    if set(map(type, value)) != {list} or not (widths := set(map(len, value))) <= {2, 3} or len(widths) > 1:
        return None
    if set(map(type, chain.from_iterable(value))) != {float}:
        return None
    return np.array(value)


def _pair(position: Positions) -> str:
    return f"{position[0]:.10g}, {position[1]:.10g}"


def _as_float(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf


def _shown(value: Any) -> str:
    return str(value)[:60]
