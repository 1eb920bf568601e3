"""What column headers mean in the wild."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

#: Role of a coordinate column → its header without the words and units that say nothing. In surveying 横坐标 is the
#: easting and 纵坐标 the northing, whatever letter stands beside them.
_COORDINATES = {
    "lon": r"[el]?((东?经)度?|lon|lng|long|longitude)[el]?",
    "lat": r"[bn]?((北?纬)度?|lat|latitude)[bn]?",
    "east": r"[xye]?(东向?|横|east|eastings?)[xye]?|e",
    "north": r"[xyn]?(北向?|纵|north|northings?)[xyn]?|n",
    "x": r"x",
    "y": r"y",
    "l": r"l",
    "b": r"b",
}
_ROLES = {role: re.compile(pattern) for role, pattern in _COORDINATES.items()}
_fillers = re.compile(
    r"国家|大地|坐标系?|中心点?|数值|值|方向|轴|拐点|界址点|顶点|角点|cgcs|wgs84|2000|coordinates?|coord|point|geo"
)
_unit = re.compile(r"[/,、]?(m|米|公尺|度|deg|degrees?)$")

#: Columns that only a list of boundary corners has: names of corners, and numbers of rings.
POINT_NAMES = frozenset(
    {"点号", "点名", "点编号", "点序号", "拐点", "拐点号", "拐点编号", "拐点序号", "拐点名称", "界址点", "界址点号"}
    | {"界址点编号", "界址点序号", "界桩号", "界桩编号", "顶点", "顶点号", "顶点编号", "角点", "角点号", "角点编号"}
    | {"jzd", "jzdh", "vertex", "vertexno", "corner", "cornerno", "pointno", "pointname"}
)
RINGS = frozenset({"圈号", "环号", "圈", "环", "界址圈号", "jzqh", "ring", "ringno"})
#: Columns of plain numbers: of corners as well as of sites.
NUMBERS = frozenset({"序号", "顺序号", "顺序", "编号", "号", "no", "no.", "num", "number", "#", "xh"})
#: Columns of the edges between corners; the first are lengths.
LENGTHS = frozenset({"边长", "界址边长", "界址间距", "间距", "距离", "水平距离", "平距", "edgelength"})
EDGES = LENGTHS | {"方位角", "坐标方位角", "方向角", "转角", "夹角", "内角", "至点号", "至", "azimuth"}
#: Columns that name the parcel to which a corner belongs.
PARCELS = frozenset(
    {"地块编号", "地块号", "地块序号", "地块", "地块名称", "地块名", "宗地", "宗地号", "宗地编号", "宗地代码"}
    | {"宗地名称", "图斑号", "图斑编号", "图斑名称", "区块", "区块号", "区块编号", "区块名称", "片区", "项目名称"}
    | {"项目编号", "dkbh", "dkmc", "zddm", "tbbh", "parcel", "parcelid", "parcelno", "parcelname"}
)
#: Columns of areas, beside those whose header holds 面积.
AREAS = frozenset({"area", "aream2", "areaha", "dkmj", "zdmj", "tbmj"})
#: Columns that say nothing of what the rows are.
ASIDES = frozenset(
    {"备注", "说明", "高程", "海拔", "大地高", "h", "z", "高程h", "elevation", "height", "remark", "remarks", "note"}
    | {"notes", "界标类型", "界标种类", "标志类型", "界址线类别", "界址线位置", "界标材料", "点位说明", "埋石类型"}
)
#: Words of a title above a table of corners.
TITLES = re.compile(r"拐点|界址点|界址坐标|角点坐标|顶点坐标|范围坐标|边界坐标|红线坐标|corner|vertices|vertex", re.I)

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

_bracket = re.compile(r"[(\[](.*?)[)\]]")
_part = re.compile(
    r"(.+?)[\s_\-./]*[(\[]?"
    r"(?:(度|°|d|deg|degrees?)|(分|'|m|min|minutes?)|(秒|\"|''|s|sec|seconds?))[)\]]?"
)
_ring_words = re.compile(
    r"(.*?)(外|内|outer|inner)\s*(?:部|侧)?\s*(?:环|圈|边界|轮廓|ring|boundary)(?:线)?\s*[\d一二三四五六七八九十]{0,3}[):]?",
    re.IGNORECASE,
)
_primes = str.maketrans({"′": "'", "″": '"', "’": "'", "”": '"'})


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
    """Return ``lon``, ``lat``, ``east``, ``north``, ``x``, ``y``, ``l``, ``b`` or None.

    ``l`` and ``b`` are longitude and latitude only where both are there: a column L may be a length.

    >>> [coordinate_role(text) for text in ("经度", "X(北)", "Y坐标（东）", "X", "面积", "纵坐标X(m)", "L(经度)")]
    ['lon', 'north', 'east', 'x', None, 'north', 'lon']
    """
    role = _role(plain_header(header))
    if role in ("x", "y", "l", "b"):
        for inside in _bracket.findall(unicodedata.normalize("NFKC", header).casefold()):
            named = _role(re.sub(r"[\s_\-:°*]", "", inside))
            if named in ("lon", "lat", "east", "north"):
                return named
    return role


def _role(plain: str) -> str | None:
    bare = _unit.sub("", _fillers.sub("", plain))
    return next((role for role, pattern in _ROLES.items() if pattern.fullmatch(bare)), None)


def angle_part(header: str) -> tuple[str, int] | None:
    """Return the role of a column that holds degrees (0), minutes (1) or seconds (2) alone, and which; else None.

    ``经度`` looks like the degrees of 经; only a table that has the minutes too means that.

    >>> angle_part("经度（分）"), angle_part("lat_s"), angle_part("经度"), angle_part("面积")
    (('lon', 1), ('lat', 2), ('lon', 0), None)
    """
    text = unicodedata.normalize("NFKC", header.translate(_primes)).casefold().strip()
    match = _part.fullmatch(text)
    role = coordinate_role(match[1]) if match else None
    if match is None or role is None:
        return None
    return role, next(place for place, unit in enumerate(match.groups()[1:]) if unit)


def ring_label(text: str) -> tuple[str, bool] | None:
    """Return what a text that names an outer or inner ring says beside that, and whether it is an inner one.

    >>> ring_label("外环"), ring_label("地块一（内圈2）"), ring_label("内环路")
    (('', False), ('地块一', True), None)
    """
    match = _ring_words.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return (match[1].strip(" (:、-—,"), match[2] in ("内", "inner")) if match else None


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
