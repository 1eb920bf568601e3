"""What overlays share: the grid, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from ecozone.errors import CrsError, DefectError, GeometryError
from ecozone.geo.arrays import Shapes
from ecozone.geo.crs import crs_name, is_metric
from ecozone.geo.rows import row_name
from ecozone.log import logger

#: Metres between the grid lines that overlay results lie on.
GRID_M = 0.001
#: Tried in turn where a result contradicts its inputs.
GRIDS = (GRID_M, GRID_M / 10.0)
#: The share of an area that rounding may move.
SHARE = 1e-9


def require_metric(crs: CRS) -> None:
    """Raise a `CrsError` unless coordinates are metres."""
    if not is_metric(crs):
        raise CrsError("geo.metric_needed", crs=crs_name(crs))


def require_valid(shapes: Shapes, index: Any) -> None:
    """Raise a `GeometryError` that names the first row whose shape is not valid or mixes kinds."""
    if (shapely.get_type_id(shapes) == shapely.GeometryType.POINT).all() and shapely.is_valid(shapes).all():
        return
    _, once = np.unique(np.fromiter(map(id, shapes), dtype=np.int64, count=len(shapes)), return_index=True)
    bad = ~shapely.is_missing(shapes[once]) & ~shapely.is_valid(shapes[once])
    mixed = shapely.get_type_id(shapes[once]) == shapely.GeometryType.GEOMETRYCOLLECTION
    bad |= mixed & ~shapely.is_empty(shapes[once])
    if bad.any():
        row = int(once[bad].min())
        reason = shapely.is_valid_reason(shapes[row])
        raise GeometryError("geo.overlay_invalid", feature=row_name(index, row), reason=reason)


def defect(what: str, *shapes: BaseGeometry) -> DefectError:
    """Return the error for an overlay that cannot be true; its shapes go to the log."""
    logger.error("an overlay contradicts its inputs: %s of %s", what, shapely.to_wkb(shapes, hex=True).tolist())
    return DefectError("geo.overlay_disagrees", what=what)


def gathered(shapes: list[BaseGeometry]) -> BaseGeometry:
    """Return shapes of one dimension as one multipart shape."""
    parts = shapely.get_parts(shapes)
    if len(parts) == 1:
        single: BaseGeometry = parts[0]
        return single
    make = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)[shapely.get_dimensions(parts[0])]
    whole: BaseGeometry = make(parts)
    return whole
