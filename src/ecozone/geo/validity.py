"""Validity: found, explained, and repaired only where nobody can doubt the area."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from os import PathLike
from typing import Any

import numpy as np
import shapely
from geopandas import GeoSeries
from shapely.geometry.base import BaseGeometry

from ecozone.geo.arrays import Mask, Shapes
from ecozone.geo.crs import norm_crs
from ecozone.geo.measures import shape_areas
from ecozone.geo.rows import row_name
from ecozone.geo.tangle import FEW_VERTICES, MOST_CROSSINGS, crossings
from ecozone.notices import Notice, Severity, notice
from ecozone.units import fixed

Begin = Callable[[Any], None]

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

#: Fewer are looked at before a thread has begun.
_MANY_VERTICES = 500_000


def repair(
    series: GeoSeries,
    *,
    max_change_m2: float = 1.0,
    max_change_share: float = 1e-4,
    file: str | PathLike[str] | None = None,
    begin: Begin | None = None,
    known_valid: Mask | None = None,
) -> tuple[GeoSeries, tuple[Notice, ...]]:
    """Return the shapes with the invalid ones repaired or refused, and a notice for each of these.

    A shape that is not valid has more than one area: of its rings as they are walked (shoelace), by the even-odd rule,
    and that of its structure. Of a bow tie the first is 0 and the others are not, and nobody knows which the author
    meant. Only where all three agree (a boundary that touches itself, a spike, a loop as small as rounding makes) is
    the shape repaired. One that crosses itself tens of thousands of times, on which GEOS works for hours, is refused
    unmended.

    Parameters
    ----------
    series : GeoSeries
        In any CRS that has an area. Valid, empty and missing shapes are not touched.
    max_change_m2, max_change_share : float
        How far the three areas may lie apart: both in m² of the ellipsoid and as a share of the area.
    file : path, optional
        Named in the notices.
    begin : function of an index label, optional
        Called before work that may take long on a shape, for whoever waits and may lose patience.
    known_valid : ndarray of bool, optional
        Shapes that need not be looked at.

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
    doubtful = ~shapely.is_missing(shapes)
    if known_valid is not None:
        doubtful &= ~known_valid
    rows = np.flatnonzero(doubtful)
    rows = rows[~_valid(shapes[rows])]
    if not len(rows):
        return GeoSeries(shapes, index=series.index, crs=crs, name=series.name), ()
    bad = [_Bad(shapes[row], row_name(series.index, int(row))) for row in rows]
    for one in bad:
        one.mend(begin)
    measured = [one for one in bad if one.mended is not None]
    one_way = shape_areas(_array([one.shape for one in measured]), crs)
    other = shape_areas(_array([one.mended for one in measured]), crs)
    for one, *areas in zip(measured, one_way, other, strict=True):
        one.areas = areas
    for one in measured:
        # The third way takes longest by far: only where the first two leave hope.
        if one.agrees(max_change_m2, max_change_share):
            one.areas += shape_areas(_array([one.even_odd(begin)]), crs).tolist()
    notices = []
    for row, one in zip(rows, bad, strict=True):
        kept = one.agrees(max_change_m2, max_change_share) and _same_kind(one.shape, one.mended)
        shapes[row] = one.mended if kept else None
        notices.append(one.notice("repaired" if kept else "refused", file))
    return GeoSeries(shapes, index=series.index, crs=crs, name=series.name), tuple(notices)


def _valid(shapes: Shapes) -> Mask:
    """Return `shapely.is_valid`, of very many vertices on two threads: it takes longer than to measure the shapes."""
    before = np.cumsum(shapely.get_num_coordinates(shapes))
    if not len(shapes) or before[-1] < _MANY_VERTICES:
        return np.asarray(shapely.is_valid(shapes))
    half = int(np.searchsorted(before, before[-1] / 2))
    with ThreadPoolExecutor(1) as pool:
        rest = pool.submit(shapely.is_valid, shapes[half:])
        return np.concatenate([shapely.is_valid(shapes[:half]), rest.result()])


class _Bad:
    """One shape that is not valid: why, what it could be mended to, and its areas by the rules tried so far."""

    def __init__(self, shape: BaseGeometry, label: object) -> None:
        words, _, at = shapely.is_valid_reason(shape).partition("[")
        self.shape = shape
        self.label = label
        self.words = words.strip()
        self.at = at.rstrip("]") or "?"
        self.reason = _REASONS.get(self.words, "other")
        self.mended: BaseGeometry | None = None
        self.areas: list[float] = []
        self.crossings = 0

    def mend(self, begin: Begin | None) -> None:
        """Make the shape valid by its structure, where that is not hopeless."""
        if not np.isfinite(shapely.get_coordinates(self.shape)).all():
            return
        self._tell(begin)
        self.crossings = crossings(self.shape)
        if self.crossings > MOST_CROSSINGS:
            self.reason = "tangled"
            return
        self.mended = shapely.make_valid(self.shape, method="structure", keep_collapsed=False)
        if self.mended.is_empty and self.reason != "too_few_points":
            self.reason = "no_area"

    def even_odd(self, begin: Begin | None) -> BaseGeometry:
        """Return what the even-odd rule makes of the shape."""
        self._tell(begin)
        return shapely.make_valid(self.shape)

    def _tell(self, begin: Begin | None) -> None:
        if begin is not None and shapely.get_num_coordinates(self.shape) > FEW_VERTICES:
            begin(self.label)

    def agrees(self, most_m2: float, most_share: float) -> bool:
        """Say whether the areas found so far lie no farther apart than that."""
        if not self.areas:
            return False
        apart = max(self.areas) - min(self.areas)
        return apart <= most_m2 and apart <= most_share * max(self.areas)

    def notice(self, severity: Severity, file: str | PathLike[str] | None) -> Notice:
        """Return what became of it."""
        least, most = min(self.areas, default=0.0), max(self.areas, default=0.0)
        return notice(
            f"geo.{severity}_{self.reason}",
            severity,
            file=file,
            feature=self.label,
            at=self.at,
            words=self.words,
            least=fixed(least, 2),
            most=fixed(most, 2),
            change=fixed(most - least, 4),
            crossings=self.crossings,
        )


def _array(shapes: list[BaseGeometry | None]) -> Shapes:
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found


def _same_kind(shape: BaseGeometry, mended: BaseGeometry | None) -> bool:
    """Say whether something of the same dimension is left."""
    return (
        mended is not None and not mended.is_empty and shapely.get_dimensions(mended) == shapely.get_dimensions(shape)
    )
