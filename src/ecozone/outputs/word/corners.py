"""The corner points of a site, north before east, as surveyors list them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import shapely

from ecozone.text import say
from ecozone.units import fixed

#: So many points of a site are listed.
MOST_POINTS = 200
#: Millimetres.
_DECIMALS = 3


def corner_rows(site: Mapping[str, Any]) -> tuple[list[dict[str, str]], str]:
    """Return the corner points of a site in the CRS of its geometry, and what is to be said of them.

    Each ring is listed once around, without its first point again; of a point with a radius the centre alone.
    """
    shape = site["geometry"]
    radius = site.get("radius_m")
    if radius is not None and not math.isnan(float(radius)) and float(radius) > 0:
        centre = shape.centroid
        rows = [_row(1, say("report.centre"), (centre.x, centre.y))]
        return rows, say("report.corners_circle", radius=f"{float(radius):g}")
    rows, left = [], 0
    for part, points in _rings(shape):
        for at, point in enumerate(points):
            if len(rows) < MOST_POINTS:
                rows.append(_row(len(rows) + 1, f"{part}{at + 1}", point))
            else:
                left += 1
    return rows, say("report.corners_cut", most=MOST_POINTS, left=left) if left else ""


def _rings(shape: Any) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    """Yield each ring, line or point with the letters that its points are named by: of a hole, ``part-hole-``."""
    parts = shapely.get_parts(shape)
    for at, part in enumerate(parts, start=1):
        letters = "J" if len(parts) == 1 else f"{at}-J"
        if part.geom_type == "Polygon":
            yield letters, _points(part.exterior)[:-1]
            for hole, ring in enumerate(part.interiors, start=1):
                yield f"{letters.removesuffix('J')}N{hole}-J", _points(ring)[:-1]
        else:
            yield letters, _points(part)


def _points(line: Any) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(line)]


def _row(number: int, name: str, point: tuple[float, float]) -> dict[str, str]:
    east, north = point
    shown = {key: fixed(value, _DECIMALS).replace(",", "") for key, value in (("north", north), ("east", east))}
    return {"number": str(number), "point": name, **shown}
