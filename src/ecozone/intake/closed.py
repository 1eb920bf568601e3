"""Lines that end where they begin, taken for the areas that they bound, where the user says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from ecozone.intake.reading import Reading, listed
from ecozone.notices import notice


def closed_as_polygons(reading: Reading) -> Reading:
    """Return a reading whose closed lines are polygons; other shapes as they are; and say which.

    A line of several parts is an area only where each part is closed; parts inside others make it invalid, and it is
    repaired or refused as any other.
    """
    geometries = [shape if shape is None else _area(shape) for shape in reading.geometries]
    taken = [
        row
        for row, before, after in zip(reading.rows, reading.geometries, geometries, strict=True)
        if before is not after
    ]
    if not taken:
        return reading
    said = notice("intake.closed_line_area", "warning", count=len(taken), rows=listed(taken))
    return replace(reading, geometries=geometries, notices=(*reading.notices, said))


def _area(shape: BaseGeometry) -> BaseGeometry:
    parts: Sequence[BaseGeometry] = getattr(shape, "geoms", [shape])
    if not len(parts) or not all(isinstance(part, LineString) and part.is_closed for part in parts):
        return shape
    # Fewer than four points bound nothing.
    if any(shapely.get_num_coordinates(part) < 4 for part in parts):
        return shape
    areas = [Polygon(part.coords) for part in parts]
    return areas[0] if len(areas) == 1 else MultiPolygon(areas)
