"""Numbers that contradict their CRS, and what they would fit."""

from __future__ import annotations

from os import PathLike
from typing import Any

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from ecozone.errors import CrsError
from ecozone.geo.arrays import Floats, Mask, Shapes
from ecozone.geo.crs import crs_name, datum_name, norm_crs, unbound
from ecozone.geo.operation import to_lonlat
from ecozone.geo.rows import row_name
from ecozone.geo.strips import gauss_kruger, meridian_zone, strip_code, zone_meridian, zone_width
from ecozone.notices import Notice, notice

#: How far, in degrees, data may lie outside the area that its CRS was made for. Districts reach into the next strip,
#: and GDAL names a grid by another country's code (seen: Utah under a Mexican code, 5° north of its area). Each mistake
#: looked for here throws the data much farther.
MARGIN_DEG = 6.0

_CHINA = (73.0, 3.0, 136.0, 54.0)
_NORTHINGS = (1.9e6, 6.0e6)
#: A box of shapes no larger than this (m) is looked at as a whole.
_WIDEST_M = 800_000.0
_BORDER_POINTS = 17


def check_coordinates(geoms: Any, crs: Any, *, file: str | PathLike[str] | None = None) -> None:
    """Refuse geometries whose numbers contradict their CRS, naming the first and what its numbers would fit.

    Found are coordinates that are not finite; degrees the wrong way round; metres labelled as degrees and degrees as
    metres; northing before easting; an easting with the number of its strip under a CRS without it, and the reverse;
    anything farther than `MARGIN_DEG` from the area that the CRS was made for. A wrong central meridian cannot be seen
    from the numbers.

    Parameters
    ----------
    geoms : GeoSeries, GeoDataFrame or array of geometries
        x = east, y = north. None and empty geometries pass.
    crs : anything that `norm_crs` takes
    file : path, optional
        Named in the error.

    Raises
    ------
    CrsError
        ``feature`` is the index label; of an array or a plain 0, 1, 2 … index the place counted from 1.
    """
    for feature, key, fields in _troubles(geoms, norm_crs(crs, file=file), most=1):
        raise CrsError(key, file=file, feature=feature, **fields)


def coordinate_notices(geoms: Any, crs: Any, *, file: str | PathLike[str] | None = None) -> tuple[Notice, ...]:
    """Return one ``refused`` notice for each geometry that `check_coordinates` would refuse.

    Returns
    -------
    tuple of Notice
        In the order of the features, named as by `check_coordinates`.
    """
    found = _troubles(geoms, norm_crs(crs, file=file), most=None)
    return tuple(notice(key, "refused", file=file, feature=feature, **fields) for feature, key, fields in found)


def in_place(geoms: Any, crs: Any) -> Mask:
    """Tell which geometries `check_coordinates` would let pass.

    Parameters
    ----------
    geoms : GeoSeries or array of geometries, shape (n,)
        x = east, y = north. None and empty geometries pass.
    crs : anything that `norm_crs` takes

    Returns
    -------
    array of bool, shape (n,)
    """
    array = np.asarray(getattr(geoms, "geometry", geoms), dtype=object)
    fine = np.ones(len(array), dtype=bool)
    if not _all_well_inside(array, norm_crs(crs)):
        xy, owner = shapely.get_coordinates(array, return_index=True)
        fine[owner[_bad(xy[:, 0], xy[:, 1], norm_crs(crs))[0]]] = False
    return fine


def check_points(x: Any, y: Any, crs: CRS) -> None:
    """Refuse points, given as numbers, as `check_coordinates` refuses geometries."""
    first, second = np.ravel(np.asarray(x, dtype=np.float64)), np.ravel(np.asarray(y, dtype=np.float64))
    bad, lon, lat = _bad(first, second, crs)
    if bad.any():
        i = int(np.argmax(bad))
        key, fields = _explain(float(first[i]), float(second[i]), float(lon[i]), float(lat[i]), crs)
        raise CrsError(key, **fields)


def _troubles(geoms: Any, crs: CRS, *, most: int | None) -> list[tuple[object, str, dict[str, str]]]:
    array = np.asarray(getattr(geoms, "geometry", geoms), dtype=object)
    if _all_well_inside(array, crs):
        return []
    index = geoms.index if isinstance(geoms, (pd.Series, pd.DataFrame)) else None
    xy, owner = shapely.get_coordinates(array, return_index=True)
    bad, lon, lat = _bad(xy[:, 0], xy[:, 1], crs)
    where = np.flatnonzero(bad)
    owners, first = np.unique(owner[where], return_index=True)
    return [
        (row_name(index, int(position)), *_explain(float(xy[i, 0]), float(xy[i, 1]), float(lon[i]), float(lat[i]), crs))
        for position, i in zip(owners[:most], where[first][:most], strict=True)
    ]


def _area(crs: CRS) -> tuple[float, float, float, float]:
    plain = unbound(crs)
    if plain.area_of_use is not None:
        return plain.area_of_use.bounds
    strip = gauss_kruger(plain)
    if strip is None:
        return (-180.0, -90.0, 180.0, 90.0)
    return (strip.central_meridian - 3.0, -84.0, strip.central_meridian + 3.0, 84.0)


def _within(lon: Any, lat: Any, box: tuple[float, float, float, float], margin: float = 0.0) -> Any:
    west, south, east, north = box
    width = (east - west) % 360.0 or 360.0
    with np.errstate(invalid="ignore"):
        along = np.mod(np.asarray(lon) - west + margin, 360.0) <= width + 2 * margin
    return along & (np.asarray(lat) >= south - margin) & (np.asarray(lat) <= north + margin)


def _bad(x: Floats, y: Floats, crs: CRS) -> tuple[Mask, Floats, Floats]:
    with np.errstate(invalid="ignore"):
        lon, lat = to_lonlat(x, y, crs)
        area = _area(crs)
        fine = (np.abs(lon) <= 180.0) & (np.abs(lat) <= 90.0) & _within(lon, lat, area, MARGIN_DEG)
        if crs.is_projected:
            fine &= (np.abs(x) > 180.0) | (np.abs(y) > 180.0)
        if area[2] - area[0] > 200.0:
            # A CRS of the whole Earth takes west China the wrong way round for a place in the Arctic sea.
            arctic = np.flatnonzero(fine & (lat > 72.0))
            fine[arctic[_within(*to_lonlat(y[arctic], x[arctic], crs), _CHINA)]] = False
    return ~fine, lon, lat


def _all_well_inside(shapes: Shapes, crs: CRS) -> bool:
    """Tell whether the box around all shapes lies so well within the area of a strip that no vertex need be looked at.

    Longitude and latitude grow steadily over a strip, so that over a box they are largest on its border.
    """
    if not len(shapes) or gauss_kruger(crs) is None:
        return False
    west, south, east, north = box = shapely.total_bounds(shapes)
    if not np.isfinite(box).all() or max(east - west, north - south) > _WIDEST_M or south <= 180.0:
        return False
    x, y = np.linspace(west, east, _BORDER_POINTS), np.linspace(south, north, _BORDER_POINTS)
    border = np.concatenate([x, x, np.full(len(y), west), np.full(len(y), east)])
    area = _area(crs)
    lon, lat = to_lonlat(border, np.concatenate([np.full(len(x), south), np.full(len(x), north), y, y]), crs)
    return area[2] - area[0] <= 200.0 and bool(_within(lon, lat, area, MARGIN_DEG - 1.0).all())


def _explain(x: float, y: float, lon: float, lat: float, crs: CRS) -> tuple[str, dict[str, str]]:
    fields = {"x": f"{x:.10g}", "y": f"{y:.10g}", "crs": crs_name(crs)}
    if not (np.isfinite(x) and np.isfinite(y)):
        return "geo.not_finite", fields
    key, more = _degrees(x, y, crs) if crs.is_geographic else _metres(x, y, crs)
    if key:
        return key, fields | more
    if not (np.isfinite(lon) and np.isfinite(lat)):
        return "geo.off_the_map", fields
    west, south, east, north = _area(crs)
    area = f"{west:g}°-{east:g}°E, {south:g}°-{north:g}°N"
    return "geo.out_of_area", fields | {"lon": f"{lon:.4f}", "lat": f"{lat:.4f}", "area": area}


def _degrees(x: float, y: float, crs: CRS) -> tuple[str, dict[str, str]]:
    if max(abs(x), abs(y)) > 1e8:
        return "geo.off_the_map", {}
    if max(abs(x), abs(y)) > 360.0:
        fits = strip_code(crs, int(max(x, y) // 1e6), prefixed=True)
        return ("geo.metres_as_degrees_fits", {"fits": fits}) if fits else ("geo.metres_as_degrees", {})
    if _within(y, x, _CHINA) or (abs(x) <= 90.0 < abs(y) <= 180.0):
        return "geo.degrees_swapped", {}
    return "", {}


def _metres(x: float, y: float, crs: CRS) -> tuple[str, dict[str, str]]:
    if abs(x) <= 180.0 and abs(y) <= 180.0:
        return "geo.degrees_as_metres", {}
    if _NORTHINGS[0] <= x <= _NORTHINGS[1] and (0.0 < y < 1e6 or zone_width(int(y // 1e6))):
        return "geo.axes_swapped", {}
    if datum_name(crs) == "World Geodetic System 1984" and _within(*to_lonlat(y, x, crs), _CHINA):
        return "geo.axes_swapped", {}
    strip = gauss_kruger(crs)
    if strip is None:
        return "", {}
    zone = int(x // 1e6)
    if zone_width(zone) and zone != strip.zone:
        more = {
            "zone": str(zone),
            "fits": str(strip_code(crs, zone, prefixed=True)),
            "meridian": str(zone_meridian(zone)),
        }
        return ("geo.zone_extra", more) if strip.zone is None else ("geo.zone_other", more | {"own": str(strip.zone)})
    own = meridian_zone(strip.central_meridian, strip.width)
    if strip.zone is not None and 0.0 < x < 1e6 and own is not None:
        return "geo.zone_missing", {"zone": str(strip.zone), "fits": str(strip_code(crs, own, prefixed=False))}
    return "", {}
