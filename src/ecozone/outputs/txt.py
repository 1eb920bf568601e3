"""报批坐标 TXT: shapes as the parcels of an 电子报盘, CGCS2000 Gauss-Krüger, X = north first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from ecozone.errors import OutputError, UsageError
from ecozone.geo import (
    CGCS2000,
    GaussKruger,
    crs_name,
    gauss_kruger,
    meridian_zone,
    norm_crs,
    plane_area_m2,
    reproject,
    strip_code,
    zone_width,
)
from ecozone.outputs.atomic import written
from ecozone.outputs.escape import plain
from ecozone.outputs.plain_values import plain_value
from ecozone.units import M2_PER_HECTARE, round_half_up

ENCODINGS = ("gb18030", "gbk", "utf-8", "utf-8-sig", "utf-16")
DECIMALS = range(1, 7)
#: The columns that fill the fields beside the kind, best first; fields behind these are columns called 字段9, 字段10 …
_BEFORE_KIND = (("地块编号", "site_id"), ("地块名称", "name"))
_BEHIND_KIND = (("图幅号",), ("地块用途",), ("地类编码",))
_FURTHER = re.compile(r"字段(9|[1-9]\d)")
_FIRST_FURTHER = 9
_KINDS = {2: "面", 1: "线", 0: "点"}
#: A comma ends a field and an @ a line; the layout has no way to quote them.
_SIGNS = str.maketrans({",": "，", "@": "＠"} | dict.fromkeys("\t\r\n\v\f\x85\u2028\u2029", " "))


def write_txt(
    frame: gpd.GeoDataFrame,
    path: str | PathLike[str],
    *,
    crs: Any = None,
    decimals: int = 3,
    encoding: str = "gb18030",
    prefix: str = "J",
    closed: bool = True,
    renumber: Literal["parcel", "part"] = "parcel",
) -> Path:
    """Write shapes as 报批坐标 TXT.

    Each row is a parcel; each ring of it, shells and holes alike, has its own 圈号, and `read_features` finds the same
    parts and holes again. 地块面积 is the **plane** area in the grid of the file, 公顷 with 4 decimals, as is the
    custom of this layout; it is not the ellipsoidal area that ecozone reports elsewhere. 界址点数 counts the closing
    points too.

    Parameters
    ----------
    frame : GeoDataFrame
        In any CRS that leads to CGCS2000; valid points, lines or polygons. Columns 地块编号 (else ``site_id``),
        地块名称 (else ``name``), 图幅号, 地块用途, 地类编码 and 字段9, 字段10 … fill the fields; commas and @ in them
        become full-width.
    path : path
        Of the file to write.
    crs : CRS, optional
        Of the file: CGCS2000 Gauss-Krüger with or without the zone in the easting. Without it, the 3° zone of the
        data's own CRS or else the one in which the data lie, zone in the easting.
    decimals : int
        1 to 6, of the coordinates in metres.
    encoding : str
        One of `ENCODINGS`.
    prefix : str
        Before the number of each point; ``""`` for none.
    closed : bool
        Whether the first point of each ring stands at its end again.
    renumber : {"parcel", "part"}
        Where the numbers of the points begin anew.

    Returns
    -------
    Path

    Raises
    ------
    UsageError
        An option that is none.
    CrsError
        No CRS, or one that does not lead to CGCS2000.
    OutputError
        A row without shape or with a mixed one, a shape that rounding to ``decimals`` spoils, a character that the
        encoding lacks, or a file that cannot be written.
    """
    if decimals not in DECIMALS:
        raise UsageError("outputs.txt_decimals", wanted=decimals, least=DECIMALS[0], most=DECIMALS[-1])
    if encoding not in ENCODINGS:
        raise UsageError("outputs.txt_encoding", wanted=encoding, known=", ".join(ENCODINGS))
    grid = grid_of(frame, crs)
    shapes = rounded(_whole(frame, path), grid, decimals)
    bad = np.flatnonzero(spoiled(shapes))
    if len(bad):
        raise OutputError("outputs.txt_rounding", file=path, feature=int(bad[0]) + 1, decimals=decimals)
    lines = _header(grid, decimals)
    fields = _fields(frame)
    for shape, area, row in zip(shapes, plane_area_m2(shapes), fields, strict=True):
        points = list(_points(shape, decimals, prefix, closed=closed, renumber=renumber))
        hectares = f"{round_half_up(area / M2_PER_HECTARE, 4):.4f}"
        before, behind = row[:2], row[2:]
        kind = _KINDS[shapely.get_dimensions(shape)]
        lines += [",".join([str(len(points)), hectares, *before, kind, *behind, "@"]), *points]
    data = _encoded("\r\n".join(lines) + "\r\n", path, encoding)
    with written(path) as draft:
        draft.write_bytes(data)
    return Path(path)


def grid_of(frame: gpd.GeoDataFrame, wanted: Any = None) -> CRS:
    """Return the Gauss-Krüger CRS of the file: the one wanted, or that of the 3° zone of the data."""
    crs = norm_crs(frame.crs if wanted is None else wanted)
    strip = gauss_kruger(crs)
    if wanted is not None:
        if strip is None or _zone(strip) is None or _datum(crs) != _datum(norm_crs(CGCS2000)):
            raise UsageError("outputs.txt_crs", crs=crs_name(crs))
        return crs
    zone = None if strip is None or strip.width != 3 else _zone(strip)
    if zone is None:
        shapes = frame.geometry.dropna()
        west, _, east, _ = reproject(shapes, CGCS2000).total_bounds
        zone = round((west + east) / 6) if len(shapes) else None
    code = None if zone is None or zone_width(zone) != 3 else strip_code(CGCS2000, zone, prefixed=True)
    if code is None:
        raise OutputError("outputs.txt_no_zone", crs=crs_name(crs))
    return norm_crs(code)


def _zone(strip: GaussKruger) -> int | None:
    return strip.zone or meridian_zone(strip.central_meridian, strip.width)


def _datum(crs: CRS) -> str | None:
    geodetic = crs.geodetic_crs
    return None if geodetic is None or geodetic.datum is None else geodetic.datum.name


def _whole(frame: gpd.GeoDataFrame, path: str | PathLike[str]) -> gpd.GeoSeries:
    """Return the shapes, every one of them there and of one kind."""
    shapes = frame.geometry
    mixed = shapely.get_type_id(shapes.array) == shapely.GeometryType.GEOMETRYCOLLECTION
    bad = np.flatnonzero(shapes.isna() | shapes.is_empty | mixed)
    if len(bad):
        raise OutputError("outputs.txt_no_shape", file=path, feature=int(bad[0]) + 1)
    return shapes


def rounded(shapes: gpd.GeoSeries, grid: CRS, decimals: int) -> gpd.GeoSeries:
    """Return the shapes as they will be written."""
    moved = reproject(shapes, grid).array.to_numpy()
    moved = shapely.transform(shapely.force_2d(moved), lambda xy: np.round(xy, decimals))
    return gpd.GeoSeries(shapely.remove_repeated_points(moved), index=shapes.index, crs=grid)


def spoiled(shapes: gpd.GeoSeries) -> NDArray[np.bool_]:
    """Tell which shapes rounding has made invalid."""
    wrong: NDArray[np.bool_] = ~shapely.is_valid(shapes.array.to_numpy())
    return wrong


def _header(grid: CRS, decimals: int) -> list[str]:
    strip = gauss_kruger(grid)
    assert strip is not None
    zone = _zone(strip)
    return [
        "[属性描述]",
        "格式版本号=1.01",
        "数据产生单位=",
        # Not today: the same results give the same file.
        "数据产生日期=",
        "坐标系=2000国家大地坐标系",
        f"几度分带={zone_width(zone)}",
        "投影类型=高斯克吕格",
        "计量单位=米",
        f"带号={zone}",
        f"精度={10.0**-decimals:.{decimals}f}",
        "转换参数=,,,,,,",
        "[地块坐标]",
    ]


def _fields(frame: gpd.GeoDataFrame) -> list[list[str]]:
    """Return number, name and what stands behind the kind, for each row."""
    further = {int(match[1]): name for name in frame.columns if (match := _FURTHER.fullmatch(str(name)))}
    named = [next((name for name in names if name in frame), None) for names in (*_BEFORE_KIND, *_BEHIND_KIND)]
    named += [further.get(at) for at in range(_FIRST_FURTHER, max(further, default=0) + 1)]
    columns = [[""] * len(frame) if name is None else [_text(value) for value in frame[name]] for name in named]
    return [list(row) for row in zip(*columns, strict=True)]


def _text(value: Any) -> str:
    found = plain_value(value)
    return "" if found is None else plain(str(found).translate(_SIGNS)).strip()


def _points(
    shape: BaseGeometry, decimals: int, prefix: str, *, closed: bool, renumber: Literal["parcel", "part"]
) -> Iterator[str]:
    """Yield the lines of a shape's points; each ring or line has the next 圈号, and loose points share the first."""
    number, ring = 0, 0
    for part in shapely.get_parts(shape):
        number = 0 if renumber == "part" else number
        for line in _lines(part):
            xy = shapely.get_coordinates(line)
            area = shapely.get_dimensions(part) == 2
            ring = 1 if shapely.get_dimensions(part) == 0 else ring + 1
            first = number + 1
            for at, (east, north) in enumerate(xy):
                last = area and at == len(xy) - 1
                if last and not closed:
                    continue
                number += not last
                name = first if last else number
                yield f"{prefix}{name},{ring},{north:.{decimals}f},{east:.{decimals}f}"


def _lines(part: BaseGeometry) -> list[BaseGeometry]:
    if part.geom_type != "Polygon":
        return [part]
    # Boundary points are counted clockwise.
    turned = shapely.orient_polygons(part)
    rings = [turned.exterior, *turned.interiors]
    return [shapely.reverse(ring) for ring in rings]


def _encoded(text: str, path: str | PathLike[str], encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        lacking = text[error.start]
        raise OutputError("outputs.txt_character", file=path, character=lacking, encoding=encoding) from error
