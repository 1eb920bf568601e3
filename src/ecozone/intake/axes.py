"""Which of a table's two numbers is east, and which CRS its columns, its rows and its numbers show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import shapely
from pyproj import CRS

from ecozone.errors import CrsError
from ecozone.geo import check_coordinates, is_geographic, norm_crs
from ecozone.intake.headers import CRS_NAMES, plain_header
from ecozone.intake.layout import PAIRS, Layout, Row
from ecozone.intake.numerals import narrow
from ecozone.intake.ranges import kind_of
from ecozone.intake.reading import CrsOrigin, Options, listed
from ecozone.intake.webmaps import require_word, web_datum
from ecozone.notices import Notice, notice

WGS84 = "EPSG:4326"
LONLAT = (("lon", "lat"), ("l", "b"))

Pair = tuple[float | None, float | None]


@dataclass(frozen=True)
class Order:
    """What the numbers of a table are.

    Parameters
    ----------
    degrees : bool
    swapped : bool
        Whether the second column becomes x.
    crs : CRS or None
        What the table says of its CRS.
    origin : "declared" | "detected"
    """

    degrees: bool
    swapped: bool
    crs: CRS | None
    origin: CrsOrigin

    @property
    def name(self) -> str:
        """The end of the key of its text, ``lon_lat`` or ``swapped_east_north``."""
        return ("swapped_" if self.swapped else "") + ("lon_lat" if self.degrees else "east_north")


def choose_pair(layout: Layout, crs: CRS | None) -> tuple[str, str]:
    """Choose the pair of columns: where a table has degrees and metres, the one that the CRS speaks of."""
    there = [pair for pair in PAIRS if set(pair) <= set(layout.roles)]
    if crs is not None and not is_geographic(crs):
        there = [pair for pair in there if pair not in LONLAT] or there
    return there[0]


def declared_crs(layout: Layout, options: Options) -> tuple[CRS | None, list[Notice]]:
    """Read the column that names the CRS of each row, where there is one.

    Raises
    ------
    CrsError
        Where the rows name two, or one that cannot be understood and the user says nothing.
    """
    for at, name in enumerate(layout.names):
        if plain_header(name) not in CRS_NAMES:
            continue
        rows = [row for row in layout.body if not row.lone_text() and not layout.is_header(row)]
        values = list(dict.fromkeys(text for row in rows if (text := row.cell(at))))
        if len(values) > 1:
            raise CrsError("intake.rows_of_two_crs", field=name, values=listed(values, 5))
        if not values:
            return None, []
        web = web_datum([f"坐标系={values[0]}"])
        if web is not None:
            require_word(web, options)
            return None, [notice("intake.crs_column", field=name, value=values[0])]
        try:
            said = narrow(values[0])
            text = f"EPSG:{said}" if said.isdigit() else said
            return norm_crs(text), [notice("intake.crs_column", field=name, value=values[0])]
        except CrsError:
            if options.crs is None:
                raise
            return None, [notice("intake.crs_column_unread", "warning", field=name, value=values[0])]
    return None, []


def find_order(
    rows: Sequence[Row],
    pairs: Sequence[Pair],
    roles: tuple[str, str],
    *,
    written: tuple[str, str] | None,
    given: CRS | None,
    declared: CRS | None,
    local: bool = False,
) -> Order:
    """Say which number is east, and which CRS follows.

    Parameters
    ----------
    rows, pairs : sequences
        The numbers of each row in the order of the columns.
    roles : (str, str)
        What the headers call the columns.
    written : (str, str) or None
        What the letters E and N in the cells call them.
    local : bool
        The numbers are of a local system, where they are in no range that is known.

    Raises
    ------
    CrsError
        Where rows are of two kinds, which no one CRS fits, or the order cannot be told.
    """
    _require_one_kind(rows, pairs)
    kind = next((found for pair in pairs if (found := kind_of(*pair)) is not None), None)
    degrees = kind is not None and kind.startswith("degrees")
    if declared is not None and is_geographic(declared) and kind is not None and not degrees and roles not in LONLAT:
        # "坐标系 = CGCS2000" beside metres names the datum, not the zone.
        declared = None
    origin: CrsOrigin = "declared" if declared is not None else "detected"
    if roles in LONLAT or written is not None:
        return Order(True, written == ("lat", "lon") and roles not in LONLAT, declared or norm_crs(WGS84), origin)
    if roles == ("east", "north"):
        if degrees:
            return Order(True, False, declared or norm_crs(WGS84), origin)
        return Order(False, False, declared, "declared")
    if kind is not None:
        swapped = "latitude first" in kind or kind.startswith("north")
        return Order(degrees, swapped, declared or (norm_crs(WGS84) if degrees else None), origin)
    crs = given or declared
    if local:
        # Control points say where a local system lies, not which of its columns is north.
        raise CrsError("intake.order_unknown")
    if crs is None:
        return Order(False, False, None, "declared")
    return Order(is_geographic(crs), _swapped_by_area(pairs, crs), declared, "declared")


def _require_one_kind(rows: Sequence[Row], pairs: Sequence[Pair]) -> None:
    """Refuse a table whose rows are of two kinds: two CRS, two zones, or two orders, which no one CRS fits."""
    seen: dict[str, tuple[Row, Pair]] = {}
    for row, pair in zip(rows, pairs, strict=True):
        kind = kind_of(*pair)
        if kind is not None:
            seen.setdefault(kind, (row, pair))
    if len(seen) > 1:
        (one, own), (other, its) = list(seen.values())[:2]
        raise CrsError(
            "intake.rows_of_two_kinds",
            first=f"{own[0]:.10g}, {own[1]:.10g}",
            first_row=one.number,
            second=f"{its[0]:.10g}, {its[1]:.10g}",
            second_row=other.number,
        )


def _swapped_by_area(pairs: Sequence[Pair], crs: CRS) -> bool:
    """Tell X/Y from Y/X by which of them lies where the CRS is used; refuse where both or neither do."""
    there = [pair for pair in pairs if None not in pair]
    if not there:
        return False
    fits = []
    for swapped, ordered in ((False, there), (True, [pair[::-1] for pair in there])):
        try:
            check_coordinates(gpd.GeoSeries(shapely.points(ordered), crs=crs), crs)
        except CrsError as error:
            failure = error
        else:
            fits.append(swapped)
    if len(fits) == 1:
        return fits[0]
    if not fits:
        raise failure
    raise CrsError("intake.order_unknown")
