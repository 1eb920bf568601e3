"""What is asked of a PostGIS table: its SRID and what that means, its rows, and which of them lie near a place.

Every name in a query comes from the database's own catalogue and is quoted; every value is bound.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd
from pyproj import CRS

from ecozone.errors import CrsError
from ecozone.geo import reproject
from ecozone.intake.clean import LARGEST_COORDINATE
from ecozone.intake.ogr import ARC_STEP_DEGREES
from ecozone.intake.postgis_catalogue import Attribute, GeometryColumn
from ecozone.intake.postgis_session import Session
from ecozone.intake.reading import listed

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

#: Types that arrive as what they are; all others as PostgreSQL writes them.
PLAIN = frozenset({"int2", "int4", "int8", "float4", "float8", "bool", "numeric"})

# ST_CurveToLine: the tolerance is the largest angle (radians), and arcs are cut alike from either end.
_BY_ANGLE, _SYMMETRIC = 2, 1


def srid_of(opened: Session, chosen: GeometryColumn) -> tuple[int, int]:
    """Return the one SRID of all shapes of a table, 0 where they have none, and the count of its rows.

    Raises
    ------
    CrsError
        Where there are several, or another than the column's type says.
    """
    from sqlalchemy import column, literal, select

    number = opened.function("ST_SRID", _named(chosen.column)).label("srid")
    counted = opened.rows(select(number, _count()).select_from(_relation(chosen)).group_by(column("srid")))
    found = {int(row["srid"]): int(row["count"]) for row in counted if row["srid"] is not None}
    if len(found) > 1:
        values = listed([f"{srid} × {count}" for srid, count in sorted(found.items())])
        raise CrsError("postgis.srids", layer=chosen.layer, values=values)
    declaring = opened.function("postgis_typmod_srid", literal(chosen.typmod)).label("srid")
    declared = int(opened.rows(select(declaring))[0]["srid"])
    actual = next(iter(found), declared)
    if declared and actual != declared:
        raise CrsError("postgis.srid_conflict", layer=chosen.layer, declared=declared, actual=actual)
    return actual, sum(int(row["count"]) for row in counted)


def crs_words(opened: Session, srid: int) -> str | None:
    """Return what the database means by an SRID, as ``EPSG:4548`` or WKT; None where it does not say.

    The number itself need not be that of EPSG.
    """
    from sqlalchemy import select

    names = ("auth_name", "auth_srid", "srtext")
    query = select(*map(_named, names)).select_from(_table(opened.schema, "spatial_ref_sys"))
    for row in opened.rows(query.where(_named("srid") == srid)):
        authority, code, text = (row[name] for name in names)
        return f"{authority}:{code}" if authority and code else text
    return None


def rows_of(opened: Session, chosen: GeometryColumn, wanted: Sequence[Attribute]) -> Select[Any]:
    """Return the query of all rows: WKB with curves made straight, whether there were any, the kind, attributes."""
    from sqlalchemy import String, cast, literal, select

    shape = _named(chosen.column)
    angle = literal(math.radians(float(ARC_STEP_DEGREES)))
    straight = opened.function("ST_CurveToLine", shape, angle, literal(_BY_ANGLE), literal(_SYMMETRIC))
    columns: list[ColumnElement[Any]] = [
        opened.function("ST_AsBinary", straight, literal("NDR")).label("wkb"),
        opened.function("ST_HasArc", shape).label("arc"),
        opened.function("GeometryType", shape).label("kind"),
    ]
    for number, one in enumerate(wanted):
        value = _named(one.name)
        columns.append((value if one.kind in PLAIN else cast(value, String)).label(f"a{number}"))
    return select(*columns).select_from(_relation(chosen))


def near(opened: Session, chosen: GeometryColumn, srid: int, within: gpd.GeoSeries, crs: CRS) -> ColumnElement[bool]:
    """Return the condition of rows whose box touches that of ``within``, and of rows that lie nowhere at all.

    ``crs`` is the table's. The first part uses the table's spatial index.
    """
    from sqlalchemy import literal, or_

    shape = _named(chosen.column)
    corners = (literal(float(value)) for value in reproject(within, crs).total_bounds)
    box = opened.function("ST_MakeEnvelope", *corners, literal(srid))
    schema = opened.schema.replace('"', '""')
    overlaps = shape.op(f'OPERATOR("{schema}".&&)', is_comparison=True)(box)
    edges = [opened.function(name, shape) for name in ("ST_XMin", "ST_XMax", "ST_YMin", "ST_YMax")]
    # A shape with no place or an impossible one must be read to be refused: from a file it would be.
    wild = [~edge.between(-LARGEST_COORDINATE, LARGEST_COORDINATE) for edge in edges]
    return or_(overlaps, shape.is_(None), opened.function("ST_IsEmpty", shape), *wild)


def count_of(opened: Session, query: Select[Any]) -> int:
    """Return how many rows a query has."""
    from sqlalchemy import select

    return int(opened.rows(select(_count()).select_from(query.subquery()))[0]["count"])


def _count() -> Any:
    from sqlalchemy import func

    return func.count().label("count")


def _named(name: str) -> Any:
    from sqlalchemy import column
    from sqlalchemy.sql.elements import quoted_name

    return column(quoted_name(name, quote=True))


def _table(schema: str, name: str) -> Any:
    from sqlalchemy import table
    from sqlalchemy.sql.elements import quoted_name

    return table(quoted_name(name, quote=True), schema=quoted_name(schema, quote=True))


def _relation(chosen: GeometryColumn) -> Any:
    return _table(chosen.schema, chosen.table)
