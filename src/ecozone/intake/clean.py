"""From what a file holds to geometries that can be measured.

Each feature is plane, finite, valid and of one kind, or refused with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from ecozone.errors import CrsError, InputError
from ecozone.geo import coordinate_notices, is_geographic, repair
from ecozone.intake.alike import shape_keys, tell_alike
from ecozone.intake.limits import Limits
from ecozone.intake.reading import listed
from ecozone.intake.watch import current
from ecozone.notices import Notice, notice

#: No coordinate of any CRS of the Earth is larger (m); what is, has lost its decimal point or its mind.
LARGEST_COORDINATE = 1e9

_POLYGON_ID = shapely.GeometryType.POLYGON
_POINT, _LINE, _POLYGON = "Point", "Line", "Polygon"
_KINDS = {
    shapely.GeometryType.POINT: _POINT,
    shapely.GeometryType.MULTIPOINT: _POINT,
    shapely.GeometryType.LINESTRING: _LINE,
    shapely.GeometryType.LINEARRING: _LINE,
    shapely.GeometryType.MULTILINESTRING: _LINE,
    shapely.GeometryType.POLYGON: _POLYGON,
    shapely.GeometryType.MULTIPOLYGON: _POLYGON,
}
_GATHER = {_POINT: shapely.multipoints, _LINE: shapely.multilinestrings, _POLYGON: shapely.multipolygons}

Geometries = NDArray[Any]


class Cleaner:
    """Takes the geometries of one layer through every check, keeping a notice for each thing done.

    Parameters
    ----------
    geometries : sequence of geometry or None
    rows : sequence of int
        As the user counts them, one for each geometry.
    refused : mapping of int to Notice
        What the reader refused already, by row.
    """

    def __init__(
        self, geometries: Sequence[BaseGeometry | None], rows: Sequence[int], refused: Mapping[int, Notice]
    ) -> None:
        self.geometries: Geometries = np.empty(len(rows), dtype=object)
        self.geometries[:] = geometries
        self.rows = np.asarray(rows, dtype=np.int64)
        self.notices: list[Notice] = []
        self.refused: dict[int, Notice] = dict(refused)

    @property
    def refusals(self) -> list[Notice]:
        """Why features were refused, by row."""
        return [self.refused[row] for row in sorted(self.refused)]

    def clean(self, crs: CRS, limits: Limits, *, part: bool = False) -> gpd.GeoSeries:
        """Return the geometries in ``crs``, None where refused; rows keep their order.

        What can only be told of a layer as a whole is left out of a ``part``: whether every feature contradicts the
        CRS, and which are alike.

        Raises
        ------
        CrsError
            Where the numbers of every feature contradict the CRS.
        InputError
            Where the layer has more vertices than allowed.
        """
        self._refuse_empty()
        self._bound(limits)
        self._refuse_numbers()
        self._flatten()
        self._one_kind()
        self._leave_out_empty_parts()
        self._check_coordinates(crs, part=part)
        self._refuse_wide(crs)
        self._repair(crs)
        if not part:
            self.notices += tell_alike(*self.shape_keys())
        return gpd.GeoSeries(self.geometries, crs=crs)

    def _refuse(self, at: np.integer[Any] | int, key: str, **fields: Any) -> None:
        row = int(self.rows[at])
        self.refused.setdefault(row, notice(key, "refused", feature=row, **fields))
        self.geometries[at] = None

    def _there(self) -> NDArray[np.int64]:
        return np.flatnonzero(~shapely.is_missing(self.geometries))

    def _refuse_empty(self) -> None:
        for at in np.flatnonzero(shapely.is_missing(self.geometries) | shapely.is_empty(self.geometries)):
            self._refuse(at, "intake.no_geometry")

    def _bound(self, limits: Limits) -> None:
        counts = shapely.get_num_coordinates(self.geometries)
        limits.require("vertices", int(counts.sum()))
        for at in np.flatnonzero(counts > limits.feature_vertices):
            raised = limits.raised("feature_vertices", int(counts[at]))
            self._refuse(
                at, "intake.too_many_vertices", found=int(counts[at]), allowed=limits.feature_vertices, raised=raised
            )
        rings = _rings(self.geometries)
        for at in np.flatnonzero(rings > limits.feature_rings):
            raised = limits.raised("feature_rings", int(rings[at]))
            self._refuse(at, "intake.too_many_rings", found=int(rings[at]), allowed=limits.feature_rings, raised=raised)

    def _refuse_numbers(self) -> None:
        xy, owner = shapely.get_coordinates(self.geometries, return_index=True)
        with np.errstate(invalid="ignore"):
            wild = ~np.isfinite(xy).all(axis=1) | (np.abs(xy) > LARGEST_COORDINATE).any(axis=1)
        for vertex in np.flatnonzero(wild):
            if self.geometries[owner[vertex]] is not None:
                x, y = (f"{value:.6g}" for value in xy[vertex])
                finite = bool(np.isfinite(xy[vertex]).all())
                self._refuse(owner[vertex], "intake.out_of_range" if finite else "intake.not_finite", x=x, y=y)

    def _flatten(self) -> None:
        heights = np.flatnonzero(shapely.has_z(self.geometries) | shapely.has_m(self.geometries))
        if len(heights):
            self.geometries[heights] = shapely.force_2d(self.geometries[heights])
            self.notices.append(notice("intake.heights_dropped", count=len(heights)))

    def _one_kind(self) -> None:
        kinds = shapely.get_type_id(self.geometries)
        rings = kinds == shapely.GeometryType.LINEARRING
        self.geometries[rings] = [shapely.LineString(ring) for ring in self.geometries[rings]]
        unpacked = []
        for at in np.flatnonzero(kinds == shapely.GeometryType.GEOMETRYCOLLECTION):
            parts = _simple_parts(self.geometries[at])
            held = {_KINDS.get(shapely.get_type_id(part)) for part in parts}
            if len(held) != 1 or None in held:
                self._refuse(at, "intake.mixed_collection", kinds=listed(sorted({part.geom_type for part in parts})))
                continue
            gather = _GATHER[str(next(iter(held)))]
            self.geometries[at] = parts[0] if len(parts) == 1 else gather(parts)
            unpacked.append(int(self.rows[at]))
        known = [*_KINDS, shapely.GeometryType.GEOMETRYCOLLECTION, shapely.GeometryType.MISSING]
        for at in np.flatnonzero(~np.isin(kinds, known)):
            self._refuse(at, "intake.unknown_shape", kind=self.geometries[at].geom_type)
        if unpacked:
            self.notices.append(notice("intake.collection_unpacked", count=len(unpacked), rows=listed(unpacked)))

    def _leave_out_empty_parts(self) -> None:
        """Leave out parts and holes without a vertex, which some formats can hold: they hold no ground."""
        rows = np.flatnonzero(
            (shapely.get_type_id(self.geometries) > _POLYGON_ID) | (shapely.get_num_interior_rings(self.geometries) > 0)
        )
        parts, owner = shapely.get_parts(self.geometries[rows], return_index=True)
        empty = shapely.is_empty(parts)
        rings, of = shapely.get_rings(parts, return_index=True)
        empty[of[shapely.is_empty(rings)]] = True
        for at in rows[np.unique(owner[empty])]:
            whole = [_without_empty_holes(part) for part in shapely.get_parts(self.geometries[at]) if not part.is_empty]
            kind = _KINDS[shapely.get_type_id(whole[0])]
            self.geometries[at] = whole[0] if len(whole) == 1 else _GATHER[kind](whole)

    def shape_keys(self) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """Return the rows that have a shape, and what tells equal shapes."""
        there = self._there()
        return self.rows[there], shape_keys(self.geometries[there])

    def _check_coordinates(self, crs: CRS, *, part: bool) -> None:
        """Refuse what contradicts the CRS: feature by feature where some fit, the file where none does."""
        there = self._there()
        found = coordinate_notices(gpd.GeoSeries(self.geometries[there], crs=crs), crs)
        if found and len(found) == len(there) and not part:
            raise CrsError(found[0].key, feature=int(self.rows[there[0]]), **found[0].fields)
        for one in found:
            at = there[int(str(one.place.feature)) - 1]
            self._refuse(at, one.key, **one.fields)

    def _refuse_wide(self, crs: CRS) -> None:
        """Refuse shapes of more than half the Earth: drawn across the 180° meridian, they go round the other way."""
        if not is_geographic(crs):
            return
        west, _, east, _ = shapely.bounds(self.geometries).T
        wide = (east - west > 180.0) & (shapely.get_dimensions(self.geometries) > 0)
        for at in np.flatnonzero(wide):
            self._refuse(at, "intake.across_180", west=f"{west[at]:g}", east=f"{east[at]:g}")

    def _repair(self, crs: CRS) -> None:
        there = self._there()
        watch = current()
        bad = there[~shapely.is_valid(self.geometries[there])]
        for at in bad:
            if gone := watch.given_up.get(int(self.rows[at])):
                self._refuse(at, gone.key, **gone.fields)
        bad = bad[~shapely.is_missing(self.geometries[bad])]
        if not len(bad):
            return
        series, notices = repair(gpd.GeoSeries(self.geometries[bad], index=self.rows[bad], crs=crs), begin=watch.begin)
        watch.begin(None)
        self.geometries[bad] = series.to_numpy()
        for one in notices:
            if one.severity == "refused":
                self.refused[int(str(one.place.feature))] = one
            else:
                self.notices.append(one)
        for at in bad:
            if self.geometries[at] is None or self.geometries[at].is_empty:
                self._refuse(at, "intake.no_geometry")


def _rings(shapes: Geometries) -> NDArray[np.int64]:
    """Return the number of rings of each shape."""
    kinds = shapely.get_type_id(shapes)
    if (kinds <= _POLYGON_ID).all():
        return np.where(kinds == _POLYGON_ID, shapely.get_num_interior_rings(shapes) + 1, 0).astype(np.int64)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings: NDArray[np.int64] = np.zeros(len(shapes), dtype=np.int64)
    np.add.at(rings, owner, shapely.get_num_interior_rings(parts) + (shapely.get_type_id(parts) == _POLYGON_ID))
    return rings


def _without_empty_holes(part: BaseGeometry) -> BaseGeometry:
    """Return a polygon without those of its holes that have no vertex, another part as it is."""
    if shapely.get_num_interior_rings(part) == 0:
        return part
    return shapely.Polygon(part.exterior, [hole for hole in part.interiors if not hole.is_empty])


def _simple_parts(collection: BaseGeometry) -> list[BaseGeometry]:
    """Return the parts of a collection, none of them empty or a collection itself."""
    found: list[BaseGeometry] = []
    stack = [collection]
    while stack:
        one = stack.pop()
        if hasattr(one, "geoms"):
            stack.extend(reversed(one.geoms))
        elif not one.is_empty:
            found.append(one)
    return found


def require_some(total: int, refused: Mapping[int, Notice]) -> None:
    """Refuse a layer of which nothing is left.

    Raises
    ------
    InputError
        Where it has no features, or every one was refused. The text gives the first reasons, and what
        to do about them.
    """
    if total == 0:
        raise InputError("intake.no_features")
    if len(refused) >= total:
        raise all_refused([refused[row] for row in sorted(refused)], total)


def all_refused(refused: Sequence[Notice], count: int, *, file: str | None = None) -> InputError:
    """Return the error of a file of ``count`` features of which none is left, with the first reasons and remedies."""
    shown = refused[:3]
    reasons = "; ".join(one.message() for one in shown)
    todo = "".join(f"{text}; " for text in dict.fromkeys(one.remedy() for one in shown) if text)
    return InputError("intake.all_refused", file=file, count=count, reasons=reasons, todo=todo)
