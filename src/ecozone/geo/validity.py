"""Validity: found, explained, and repaired only where nobody can doubt the area."""

from __future__ import annotations

from os import PathLike

import numpy as np
import shapely
from geopandas import GeoSeries
from shapely.geometry.base import BaseGeometry

from ecozone.geo.crs import norm_crs
from ecozone.geo.measures import shape_areas
from ecozone.geo.rows import row_name
from ecozone.notices import Notice, Severity, notice
from ecozone.units import fixed

#: The words that GEOS gives as a reason, and the texts that explain them.
_REASONS = {
    "Self-intersection": "self_intersection",
    "Ring Self-intersection": "ring_self_intersection",
    "Hole lies outside shell": "hole_outside",
    "Holes are nested": "nested_holes",
    "Interior is disconnected": "disconnected",
    "Nested shells": "nested_shells",
    "Duplicate Rings": "duplicate_rings",
    "Too few points in geometry component": "too_few_points",
    "Invalid Coordinate": "not_finite",
}


def repair(
    series: GeoSeries,
    *,
    max_change_m2: float = 1.0,
    max_change_share: float = 1e-4,
    file: str | PathLike[str] | None = None,
) -> tuple[GeoSeries, tuple[Notice, ...]]:
    """Return the shapes with the invalid ones repaired or refused, and a notice for each of these.

    A shape that is not valid has more than one area: of its rings as they are walked (shoelace), by the even-odd rule,
    and that of its structure. Of a bow tie the first is 0 and the others are not, and nobody knows which the author
    meant. Only where all three agree (a boundary that touches itself, a spike, a loop as small as rounding makes) is
    the shape repaired.

    Parameters
    ----------
    series : GeoSeries
        In any CRS that has an area. Valid, empty and missing shapes are not touched.
    max_change_m2, max_change_share : float
        How far the three areas may lie apart: both in m² of the ellipsoid and as a share of the area.
    file : path, optional
        Named in the notices.

    Returns
    -------
    GeoSeries
        Index kept; None where refused.
    tuple of Notice
        ``repaired`` or ``refused``, with the reason and the place. ``place.feature`` is the index label; of a plain
        0, 1, 2 … index the row counted from 1.

    Examples
    --------
    >>> bow_tie = shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])
    >>> shapes, notices = repair(GeoSeries([bow_tie], crs=4548))
    >>> shapes[0] is None, notices[0].severity
    (True, 'refused')
    """
    crs = norm_crs(series.crs)
    shapes = np.array(series.array, dtype=object)
    bad = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_valid(shapes))
    notices = []
    for row in bad:
        words, _, at = shapely.is_valid_reason(shapes[row]).partition("[")
        reason = _REASONS.get(words.strip(), "other")
        fields = {"at": at.rstrip("]") or "?", "words": words.strip()}
        mended, areas = None, np.zeros(1)
        if np.isfinite(shapely.get_coordinates(shapes[row])).all():
            mended = shapely.make_valid(shapes[row], method="structure", keep_collapsed=False)
            areas = shape_areas(np.array([shapes[row], mended, shapely.make_valid(shapes[row])], dtype=object), crs)
        apart = float(np.ptp(areas))
        fits = apart <= max_change_m2 and apart <= max_change_share * float(areas.max())
        shapes[row] = mended if fits and _same_kind(shapes[row], mended) else None
        if mended is not None and mended.is_empty and reason != "too_few_points":
            reason = "no_area"
        severity: Severity = "refused" if shapes[row] is None else "repaired"
        notices.append(
            notice(
                f"geo.{severity}_{reason}",
                severity,
                file=file,
                feature=row_name(series.index, int(row)),
                **fields,
                least=fixed(float(areas.min()), 2),
                most=fixed(float(areas.max()), 2),
                change=fixed(apart, 4),
            )
        )
    return GeoSeries(shapes, index=series.index, crs=crs, name=series.name), tuple(notices)


def _same_kind(shape: BaseGeometry, mended: BaseGeometry | None) -> bool:
    """Say whether something of the same dimension is left."""
    return (
        mended is not None and not mended.is_empty and shapely.get_dimensions(mended) == shapely.get_dimensions(shape)
    )
