"""What a PostGIS database holds: its geometry columns, who may read them, and the one that a name means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from ecozone.errors import InputError
from ecozone.intake.postgis_session import Session
from ecozone.intake.reading import listed

# The catalogue shows tables without the right to read them, so that a missing right is told as one.
_COLUMNS = """
SELECT n.nspname AS schema, c.relname AS table, a.attname AS column, t.typname = 'geography' AS geography,
       a.atttypmod AS typmod,
       has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT') AS readable,
       row_security_active(c.oid) AS filtered
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_namespace p ON p.oid = t.typnamespace AND p.nspname = :postgis
WHERE t.typname IN ('geometry', 'geography') AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY n.nspname, c.relname, a.attnum
"""
_WITHOUT_GEOMETRY = """
SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND :wanted IN (CAST(c.relname AS text), n.nspname || '.' || c.relname)
"""
_ATTRIBUTES = """
SELECT a.attname AS name, CASE WHEN t.typtype = 'd' THEN b.typname ELSE t.typname END AS kind,
       has_column_privilege(c.oid, a.attnum, 'SELECT') AS readable,
       EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k
               WHERE k.conrelid = c.oid AND k.contype = 'p' AND k.conkey = ARRAY[a.attnum]) AS key
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
WHERE n.nspname = :schema AND c.relname = :table
ORDER BY a.attnum
"""
_NEAR = 3


@dataclass(frozen=True)
class GeometryColumn:
    """A geometry column of a table or view.

    ``typmod``: what PostGIS keeps with the column, its SRID among it. ``filtered``: the server hides rows from this
    user. ``alone``: its table has no other.
    """

    schema: str
    table: str
    column: str
    geography: bool
    typmod: int
    readable: bool
    filtered: bool
    alone: bool = True

    @property
    def layer(self) -> str:
        """The name that means it: ``schema.table``, with the column behind where the table has several."""
        return self.relation if self.alone else f"{self.relation}.{self.column}"

    @property
    def relation(self) -> str:
        """``schema.table``."""
        return f"{self.schema}.{self.table}"

    def means(self, wanted: str) -> bool:
        """Tell whether ``wanted`` names it, with or without schema and column, to the letter."""
        short = (self.table, self.relation)
        return wanted in (*short, *(f"{name}.{self.column}" for name in short))


@dataclass(frozen=True)
class Attribute:
    """A column of a table: its name, PostgreSQL's name of its type, and whether it alone is the primary key."""

    name: str
    kind: str
    readable: bool
    key: bool


def geometry_columns(session: Session) -> list[GeometryColumn]:
    """Return every geometry column of the database, readable or not."""
    rows = session.rows(_COLUMNS, postgis=session.schema)
    tables = [(row["schema"], row["table"]) for row in rows]
    return [GeometryColumn(**row, alone=tables.count(table) == 1) for row, table in zip(rows, tables, strict=True)]


def choose(session: Session, wanted: str | None) -> GeometryColumn:
    """Return the geometry column that ``wanted`` means, or the only one.

    Parameters
    ----------
    wanted : str or None
        ``schema.table``, ``table``, and ``schema.table.column`` where a table has several; compared letter by letter
        with the catalogue, and never made part of a query.

    Raises
    ------
    InputError
        Where it means none or several, or the user may not read it.
    """
    every = geometry_columns(session)
    if wanted is None:
        found = [one for one in every if one.readable]
        if not found:
            raise InputError("intake.no_layers")
    else:
        found = [one for one in every if one.means(wanted)]
        if not found:
            raise _unknown(session, wanted, every)
    if len(found) > 1:
        names = [one.layer for one in found]
        raise InputError("intake.several_layers", count=len(found), layers=listed(names))
    (one,) = found
    if not one.readable:
        raise InputError("postgis.no_right", layer=one.layer, table=one.relation)
    return one


def attributes(session: Session, of: GeometryColumn) -> list[Attribute]:
    """Return the columns of a table, in their order; domains by the type that they stand on."""
    return [Attribute(**row) for row in session.rows(_ATTRIBUTES, schema=of.schema, table=of.table)]


def _unknown(session: Session, wanted: str, every: Sequence[GeometryColumn]) -> InputError:
    if session.rows(_WITHOUT_GEOMETRY, wanted=wanted):
        return InputError("postgis.no_geometry", table=wanted)
    names = {name.casefold(): one.layer for one in every for name in (one.table, one.relation, one.layer)}
    near = get_close_matches(wanted.casefold(), names, n=2 * _NEAR)
    if not near:
        return InputError("postgis.no_table", table=wanted, known=listed([one.layer for one in every]) or "—")
    close = list(dict.fromkeys(names[word] for word in near))[:_NEAR]
    return InputError("postgis.no_table_near", table=wanted, near=listed(close))
