"""What column headers mean in the wild."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

#: Role of a coordinate column → headers, plain as `plain_header` makes them.
COORDINATES: dict[str, frozenset[str]] = {
    "lon": frozenset({"经度", "东经", "中心经度", "经度坐标", "经度值", "lon", "lng", "long", "longitude"}),
    "lat": frozenset({"纬度", "北纬", "中心纬度", "纬度坐标", "纬度值", "lat", "latitude"}),
    # In surveying 横坐标 is the easting and 纵坐标 the northing, whatever letter stands beside them.
    "east": frozenset({"东坐标", "横坐标", "东", "e", "east", "easting", "eastings"}),
    "north": frozenset({"北坐标", "纵坐标", "北", "n", "north", "northing", "northings"}),
    "x": frozenset({"x", "x坐标", "坐标x", "xcoord", "coordx", "pointx", "geox"}),
    "y": frozenset({"y", "y坐标", "坐标y", "ycoord", "coordy", "pointy", "geoy"}),
}

#: Columns that only a list of boundary corners has: several rows make one shape.
CORNERS = frozenset(
    {"点号", "拐点", "拐点号", "拐点编号", "拐点序号", "界址点", "界址点号", "界址点编号", "圈号", "jzdh"}
)

#: Columns that name the CRS of each row.
CRS_NAMES = frozenset(
    {"坐标系", "坐标系统", "坐标系名称", "空间参考", "crs", "epsg", "srid", "coordinatereferencesystem"}
)

#: What a site's columns are called, best first.
SITE_COLUMNS: dict[str, tuple[str, ...]] = {
    "site_id": ("siteid", "编号", "项目编号", "地块编号", "id"),
    "name": ("name", "名称", "项目名称", "地块名称"),
    "project_type": ("projecttype", "项目类型", "type"),
    "radius_m": ("radiusm", "半径", "radius", "bufferm"),
    "flags": ("flags", "标记"),
}

_AXIS_WORDS = (("lon", ("经",)), ("lat", ("纬",)), ("north", ("北", "纵", "north")), ("east", ("东", "横", "east")))
_bracket = re.compile(r"[(\[](.*?)[)\]]")


def plain_header(header: str) -> str:
    """Return a header without what varies: width, case, blanks, underscores, and what stands in brackets.

    >>> plain_header("Ｘ 坐标（北）"), plain_header("Project_Type")
    ('x坐标', 'projecttype')
    """
    text = unicodedata.normalize("NFKC", header).casefold()
    return re.sub(r"[\s_\-:°*]", "", _bracket.sub("", text))


def bracketed(header: str) -> str:
    """Return what stands in the brackets of a header: an axis or a unit.

    >>> bracketed("X（北）"), bracketed("半径(km)"), bracketed("name")
    ('北', 'km', '')
    """
    match = _bracket.search(unicodedata.normalize("NFKC", header).casefold())
    return match[1].strip() if match else ""


def coordinate_role(header: str) -> str | None:
    """Return ``lon``, ``lat``, ``east``, ``north``, ``x``, ``y`` or None.

    >>> [coordinate_role(text) for text in ("经度", "X(北)", "Y坐标（东）", "lng", "X", "面积")]
    ['lon', 'north', 'east', 'lon', 'x', None]
    """
    plain, axis = plain_header(header), bracketed(header)
    for role, names in COORDINATES.items():
        if plain in names:
            if role in ("x", "y"):
                return next((found for found, words in _AXIS_WORDS if any(word in axis for word in words)), role)
            return role
    return None


def find_column(columns: Sequence[str], role: str, *, cut_at: int | None = None) -> str | None:
    """Return the column that holds a site's ``role``, by the best name that is there.

    Parameters
    ----------
    cut_at : int, optional
        Bytes after which the format cuts names (10 in a shapefile).

    Examples
    --------
    >>> find_column(["面积", "项目名称"], "name"), find_column(["project_ty"], "project_type", cut_at=10)
    ('项目名称', 'project_ty')
    """
    plain = {plain_header(column): column for column in reversed(columns)}
    for name in SITE_COLUMNS[role]:
        if name in plain:
            return plain[name]
    if cut_at is None:
        return None
    cut = {column.casefold(): column for column in reversed(columns) if len(column.encode()) >= cut_at - 3}
    for name in (role, *SITE_COLUMNS[role]):
        for codec in ("utf-8", "gb18030"):
            short = name.encode(codec)[:cut_at].decode(codec, "ignore")
            if short != name and short in cut:
                return cut[short]
    return None
