"""A table of points, whichever file it came in: which columns are coordinates, in which order, and of which kind.

Nothing here is assumed without a notice, and a table whose rows are of two kinds is refused whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from ecozone.errors import CrsError, InputError
from ecozone.geo import check_coordinates, is_geographic, norm_crs
from ecozone.intake.headers import CORNERS, CRS_NAMES, coordinate_role, plain_header
from ecozone.intake.limits import Limits
from ecozone.intake.numerals import parse_number
from ecozone.intake.reading import CrsOrigin, Options, Reading, column_name, listed
from ecozone.notices import Notice, notice

WGS84 = "EPSG:4326"
HEADER_WITHIN_ROWS = 30

#: Where the numbers of mainland China lie (m; degrees): what tells northing from easting, and degrees from metres.
NORTHING = (1.9e6, 6.0e6)
EASTING = (1.0e5, 1.0e6)
ZONED_EASTING = (1.3e7, 4.6e7)
LONGITUDE, LATITUDE = (73.0, 136.0), (3.0, 54.0)

#: Pairs of roles, (what becomes x, what becomes y), best first.
_PAIRS = (("lon", "lat"), ("east", "north"), ("x", "y"))


@dataclass(frozen=True)
class Row:
    """One row of a table: its number as the user counts it, and its cells as text."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Header:
    """Where the coordinates stand: the header's row, and ``role -> column``."""

    row: Row
    at: int
    roles: dict[str, int]


@dataclass(frozen=True)
class Point:
    """A row's two numbers in the order of the columns; None where a cell holds no number."""

    row: Row
    first: float | None
    second: float | None


def find_header(rows: Sequence[Row]) -> Header | None:
    """Return the first row that names a pair of coordinate columns."""
    for at, row in enumerate(rows[:HEADER_WITHIN_ROWS]):
        roles: dict[str, int] = {}
        for column, cell in enumerate(row.cells):
            role = coordinate_role(cell)
            if role in roles:
                raise InputError("intake.two_columns_alike", first=row.cells[roles[role]], second=cell)
            if role is not None:
                roles[role] = column
        if any(set(pair) <= set(roles) for pair in _PAIRS):
            return Header(row, at, roles)
    return None


def read_table(rows: Sequence[Row], layer: str, options: Options, limits: Limits) -> Reading:
    """Read a table as points.

    Parameters
    ----------
    rows : sequence of Row
        Header and all, blank rows left out.

    Returns
    -------
    Reading
        Every attribute as text (blank as None), so that ``00123`` stays what it is.

    Raises
    ------
    InputError
        Where no columns are coordinates, the rows are corners of areas, or the rows are of two kinds.
    CrsError
        Where the rows name two CRS, or the order of X and Y cannot be told.
    """
    header = find_header(rows)
    if header is None:
        raise InputError("intake.no_coordinate_columns", layer=layer, columns=listed(rows[0].cells if rows else []))
    names = header.row.cells
    corners = [name for name in names if plain_header(name) in CORNERS]
    if corners:
        raise InputError("intake.corner_table", layer=layer, columns=listed(corners))
    body = rows[header.at + 1 :]
    limits.require("features", len(body))
    declared, notices = _declared_crs(names, body, options)
    roles = _pair(header, options.crs or declared)
    first, second = (header.roles[role] for role in roles)
    points = [_point(row, first, second) for row in body]
    _require_one_kind(points)
    order, crs, origin, said = _understand(points, roles, options.crs, declared)
    notices += [
        notice("intake.header_row", row=header.row.number),
        notice(
            f"intake.columns_{order}",
            x=names[second if order.startswith("swapped") else first],
            y=names[first if order.startswith("swapped") else second],
        ),
        *said,
    ]
    others = [role for role in header.roles if role not in roles]
    if others:
        notices.append(notice("intake.columns_unused", columns=listed([names[header.roles[role]] for role in others])))
    geometries: list[BaseGeometry | None] = []
    refused: dict[int, Notice] = {}
    for point in points:
        if point.first is None or point.second is None:
            wrong = first if point.first is None else second
            value = _cell(point.row, wrong)
            key = "intake.cell_not_a_number" if value else "intake.cell_blank"
            refused[point.row.number] = notice(
                key, "refused", feature=point.row.number, field=names[wrong], value=value[:40]
            )
            geometries.append(None)
        else:
            pair = (point.second, point.first) if order.startswith("swapped") else (point.first, point.second)
            geometries.append(shapely.Point(pair))
    columns = _columns(names, body)
    numbers = [row.number for row in body]
    return Reading(layer, numbers, geometries, columns, crs, origin, None, tuple(notices), refused)


def _cell(row: Row, column: int) -> str:
    return row.cells[column].strip() if column < len(row.cells) else ""


def _point(row: Row, first: int, second: int) -> Point:
    return Point(row, parse_number(_cell(row, first)), parse_number(_cell(row, second)))


def _columns(names: Sequence[str], body: Sequence[Row]) -> dict[str, list[str | None]]:
    width = max([len(names), *(len(row.cells) for row in body)])
    columns: dict[str, list[str | None]] = {}
    for at in range(width):
        values = [_cell(row, at) or None for row in body]
        wanted = names[at] if at < len(names) else ""
        if wanted.strip() or any(value is not None for value in values):
            columns[column_name(wanted, columns, at + 1)] = values
    return columns


def _pair(header: Header, crs: CRS | None) -> tuple[str, str]:
    """Choose the pair of columns: where a table has degrees and metres, the one that the CRS speaks of."""
    there = [pair for pair in _PAIRS if set(pair) <= set(header.roles)]
    if crs is not None and not is_geographic(crs):
        there = [pair for pair in there if pair != ("lon", "lat")] or there
    return there[0]


def _declared_crs(names: Sequence[str], body: Sequence[Row], options: Options) -> tuple[CRS | None, list[Notice]]:
    """Read the column that names the CRS of each row, where there is one."""
    for at, name in enumerate(names):
        if plain_header(name) not in CRS_NAMES:
            continue
        values = list(dict.fromkeys(_cell(row, at) for row in body if _cell(row, at)))
        if len(values) > 1:
            raise CrsError("intake.rows_of_two_crs", field=name, values=listed(values, 5))
        if not values:
            return None, []
        try:
            text = f"EPSG:{values[0]}" if values[0].isdigit() else values[0]
            return norm_crs(text), [notice("intake.crs_column", field=name, value=values[0])]
        except CrsError:
            if options.crs is None:
                raise
            return None, [notice("intake.crs_column_unread", "warning", field=name, value=values[0])]
    return None, []


def _within(value: float, span: tuple[float, float]) -> bool:
    return span[0] <= value <= span[1]


def _kind(point: Point) -> str | None:
    """Return what a row's numbers can only be; None where they can be several things."""
    a, b = point.first, point.second
    if a is None or b is None:
        return None
    for kind, first, second in (("degrees", a, b), ("degrees, latitude first", b, a)):
        if _within(first, LONGITUDE) and first > 90 and _within(second, LATITUDE):
            return kind
    for kind, east, north in (("east, north", a, b), ("north, east", b, a)):
        if _within(north, NORTHING):
            if _within(east, EASTING):
                return kind
            if _within(east, ZONED_EASTING):
                return f"{kind}, zone {int(east // 1e6)}"
    return None


def _require_one_kind(points: Sequence[Point]) -> None:
    """Refuse a table whose rows are of two kinds: two CRS, two zones, or two orders, which no one CRS fits."""
    seen: dict[str, Point] = {}
    for point in points:
        kind = _kind(point)
        if kind is not None:
            seen.setdefault(kind, point)
    if len(seen) > 1:
        one, other = list(seen.values())[:2]
        raise CrsError(
            "intake.rows_of_two_kinds",
            first=f"{one.first:.10g}, {one.second:.10g}",
            first_row=one.row.number,
            second=f"{other.first:.10g}, {other.second:.10g}",
            second_row=other.row.number,
        )


def _understand(
    points: Sequence[Point], roles: tuple[str, str], given: CRS | None, declared: CRS | None
) -> tuple[str, CRS | None, CrsOrigin, list[Notice]]:
    """Return the order (name of its text), the CRS of the table, where it comes from, and what to say of it."""
    kinds = {kind for point in points if (kind := _kind(point)) is not None}
    kind = next(iter(kinds), None)
    degrees = kind is not None and kind.startswith("degrees")
    if roles == ("lon", "lat"):
        if declared is not None:
            return "lon_lat", declared, "declared", []
        return "lon_lat", norm_crs(WGS84), "detected", []
    if declared is not None and is_geographic(declared) and kind is not None and not degrees:
        # "坐标系 = CGCS2000" beside metres names the datum, not the zone.
        declared = None
    if roles == ("east", "north"):
        return "east_north", declared, "declared", []
    if kind is not None:
        swapped = "latitude first" in kind or kind.startswith("north")
        crs = declared or (norm_crs(WGS84) if degrees else None)
        origin: CrsOrigin = "declared" if declared is not None else "detected"
        return ("swapped_" if swapped else "") + ("lon_lat" if degrees else "east_north"), crs, origin, []
    crs = given or declared
    if crs is None:
        return "east_north", None, "declared", []
    return _order_by_area(points, crs), declared, "declared", []


def _order_by_area(points: Sequence[Point], crs: CRS) -> str:
    """Tell X/Y from Y/X by which of them lies where the CRS is used; refuse where both or neither do."""
    pairs = [(point.first, point.second) for point in points if point.first is not None and point.second is not None]
    suffix = "lon_lat" if is_geographic(crs) else "east_north"
    fits = []
    for name, ordered in ((suffix, pairs), (f"swapped_{suffix}", [pair[::-1] for pair in pairs])):
        try:
            check_coordinates(gpd.GeoSeries(shapely.points(ordered), crs=crs), crs)
        except CrsError as error:
            failure = error
        else:
            fits.append(name)
    if len(fits) == 1:
        return fits[0]
    if not fits and pairs:
        raise failure
    raise CrsError("intake.order_unknown")
