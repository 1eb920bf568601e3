"""Frames of shifted coordinates led to CGCS2000 and back, with a notice of what was moved and how far."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from typing import TypeVar

import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries

from ecozone.errors import CrsError, UsageError
from ecozone.geo.alignment import edges_of, lines_of
from ecozone.geo.arrays import Floats, Shapes
from ecozone.geo.coordinates import check_coordinates
from ecozone.geo.crs import CGCS2000, crs_name, in_family, norm_crs
from ecozone.geo.ellipsoid import GEOD
from ecozone.geo.mapshift import DATUM_NAMES, FROM_CGCS2000, TO_CGCS2000, Datum, in_china, norm_datum
from ecozone.notices import Notice, notice, notices_of, with_notices

Frame = TypeVar("Frame", GeoDataFrame, GeoSeries)

#: Metres by which a long edge may leave its true course before it is said.
BEND_M = 1.0
#: No shorter edge bends by as much: at most 0.9 m in BD-09 and 0.05 m in GCJ-02, anywhere in China.
_STRAIGHT_M = 500.0


def to_cgcs2000(frame: Frame, datum: str, *, file: str | PathLike[str] | None = None) -> Frame:
    """Return the same rows where they are on the ground, in EPSG:4490.

    Vertices alone are moved, so that a parcel keeps its corners and comes back exactly. A shifted map bends the ground,
    though: an edge drawn straight on it is not straight here. Of 100 m it leaves its course by 4 cm at the most, which
    nobody can draw; where a long edge leaves it by more than `BEND_M`, a notice says by how much.

    Parameters
    ----------
    frame : GeoDataFrame or GeoSeries
        Longitude and latitude labelled as CGCS2000 or WGS 84, in degrees. None and empty geometries pass; heights are
        left out.
    datum : {"gcj02", "bd09", "wgs84", "cgcs2000"}
        What the numbers are, by the user's word; WGS 84 and CGCS2000 count as one.
    file : path, optional
        Named in errors and notices.

    Returns
    -------
    GeoDataFrame or GeoSeries
        A new frame; index, columns, name and attrs kept. ``.attrs["datum"]`` is ``"cgcs2000"`` and
        ``.attrs["notices"]`` has one more that says how far the vertices went (least, mean, most metres).

    Raises
    ------
    CrsError
        Not degrees on one of the two datums; numbers that contradict them; a point that no place, or two places, have
        (see `wgs84_from_gcj02`).
    UsageError
        An unknown datum, or not the one in ``.attrs["datum"]``: a shift is never undone twice.

    Examples
    --------
    >>> drawn = GeoSeries([shapely.Point(117.40956691473, 39.13368254549)], crs=4326)
    >>> place = to_cgcs2000(drawn, "gcj02")
    >>> round(float(place.x[0]), 9), round(float(place.y[0]), 9), place.attrs["notices"][0].fields["mean"]
    (117.403, 39.1325, '582.8')
    """
    word = norm_datum(datum)
    return _shifted(frame, word, "cgcs2000", file)


def from_cgcs2000(frame: Frame, datum: str, *, file: str | PathLike[str] | None = None) -> Frame:
    """Return the rows as a shifted map has them: the exact inverse of `to_cgcs2000`.

    The numbers fit that map and nothing else. No code names their CRS, so the frame is labelled EPSG:4490 like every
    file of this kind; ``.attrs["datum"]`` and a warning say what they are.

    Parameters
    ----------
    frame : GeoDataFrame or GeoSeries
        Longitude and latitude on CGCS2000 or WGS 84, in degrees.
    datum : {"gcj02", "bd09", "wgs84", "cgcs2000"}
        What the numbers shall be.
    file : path, optional
        Named in errors and notices.

    Returns
    -------
    GeoDataFrame or GeoSeries
        As `to_cgcs2000`; ``.attrs["datum"]`` is ``datum``.

    Raises
    ------
    CrsError, UsageError
        As `to_cgcs2000`.
    """
    word = norm_datum(datum)
    return _shifted(frame, "cgcs2000", word, file)


def _shifted(frame: Frame, src: Datum, dst: Datum, file: str | PathLike[str] | None) -> Frame:
    crs = norm_crs(frame.crs, file=file)
    if not (crs.is_geographic and in_family(crs)):
        raise CrsError("geo.degrees_needed", file=file, crs=crs_name(crs))
    said = frame.attrs.get("datum")
    if said is not None and _ground(norm_datum(str(said))) != _ground(src):
        names = {"said": DATUM_NAMES[norm_datum(str(said))], "datum": DATUM_NAMES[src]}
        raise UsageError("geo.mapshift_contradicts", file=file, **names)
    shapes = np.asarray(frame.geometry.array, dtype=object)
    check_coordinates(frame.geometry, crs, file=file)

    def way(xy: Floats) -> Floats:
        try:
            ground = TO_CGCS2000[src](xy[:, 0], xy[:, 1])
        except CrsError as error:
            raise CrsError(error.key, file=file, **error.fields) from error
        return np.column_stack(FROM_CGCS2000[dst](*ground))

    # One array of vertices first: it says how far each went, and the shapes are filled from it.
    xy = shapely.get_coordinates(shapes)
    moved = way(xy)
    new = shapely.set_coordinates(shapely.force_2d(shapes), moved)
    found = _notices(xy, moved, src, dst, file)
    if _ground(src) != _ground(dst):
        found += _bends(shapes, way, file)
    return _with_shapes(frame, new, dst, found)


def _with_shapes(frame: Frame, shapes: Shapes, datum: Datum, notices: list[Notice]) -> Frame:
    series = frame.geometry
    out = GeoSeries(shapes, index=series.index, crs=CGCS2000, name=series.name)
    if isinstance(frame, GeoDataFrame):
        out = frame.copy().set_geometry(out)
    out.attrs = {**frame.attrs, "datum": datum}
    kept: Frame = with_notices(out, (*notices_of(frame), *notices))
    return kept


def _ground(datum: Datum) -> Datum:
    return "cgcs2000" if datum == "wgs84" else datum


def _notices(xy: Floats, moved: Floats, src: Datum, dst: Datum, file: str | PathLike[str] | None) -> list[Notice]:
    """Return what the user must know of vertices that were moved, or not."""
    if not len(xy):
        return []
    names = {"src": DATUM_NAMES[src], "dst": DATUM_NAMES[dst], "count": f"{len(xy)}"}
    if _ground(src) == _ground(dst):
        return [notice("geo.mapshift_none", "info", file=file, **names)]
    metres = GEOD.inv(xy[:, 0], xy[:, 1], moved[:, 0], moved[:, 1])[2]
    names |= {"least": f"{metres.min():.1f}", "mean": f"{metres.mean():.1f}", "most": f"{metres.max():.1f}"}
    if dst == "cgcs2000":
        ground, found = moved, [notice("geo.mapshift_undone", "info", file=file, **names)]
    else:
        ground, found = xy, [notice("geo.mapshift_applied", "warning", file=file, **names)]
    outside = int((~in_china(ground[:, 0], ground[:, 1])).sum())
    if outside:
        found.append(notice("geo.mapshift_outside", "warning", file=file, count=outside))
    return found


def _bends(shapes: Shapes, way: Callable[[Floats], Floats], file: str | PathLike[str] | None) -> list[Notice]:
    """Return a notice where an edge's true course leaves the chord that stands for it."""
    low, high = edges_of(lines_of(shapes))
    size = GEOD.inv(low[:, 0], low[:, 1], high[:, 0], high[:, 1])[2]
    long = size > _STRAIGHT_M
    low, high, size = low[long], high[long], size[long]
    away = np.zeros(len(low))
    for share in (0.25, 0.5, 0.75):
        true, chord = way(low + (high - low) * share), way(low) + (way(high) - way(low)) * share
        away = np.maximum(away, GEOD.inv(true[:, 0], true[:, 1], chord[:, 0], chord[:, 1])[2])
    bent = int((away > BEND_M).sum())
    if not bent:
        return []
    i = int(np.argmax(away))
    words = {"bend": f"{away[i]:.1f}", "length": f"{size[i] / 1e3:.1f}"}
    return [notice("geo.mapshift_bent", "warning", file=file, count=bent, **words)]
