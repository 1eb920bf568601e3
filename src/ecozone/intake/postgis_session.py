"""One reading of a PostGIS database: connected, unable to write, bounded in time, its refusals said in plain words."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecozone.errors import EcozoneError, InputError, UsageError
from ecozone.intake.limits import Limits
from ecozone.intake.postgis_address import Database

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Executable

CONNECT_SECONDS = 10
#: A connection whose other side has gone is given up after about a minute.
_KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
_DEFAULT_PORT = 5432
#: Rows that are fetched at a time.
_BATCH = 2000

# A server speaks its own language when it turns a user away, and tells no SQLSTATE then: English and Chinese are known.
_ANSWERED = re.compile(r"\b(?:FATAL|PANIC|ERROR)\b|致命错误|错误\s*[:：]")
_WRONG_PASSWORD = re.compile(r"password authentication failed|Password 认证失败|密码.*认证失败", re.IGNORECASE)
_ABSENT = re.compile(r"does not exist|不存在")
_ATTEMPT = re.compile(r"^(?:connection failed: )?connection to server (?:at|on socket) .*? failed: ", re.DOTALL)

# SQLSTATE (PostgreSQL, appendix A).
_NO_RIGHT, _TOO_LONG = "42501", "57014"
_NO_TEXT = ("22021", "22P05")


@dataclass(frozen=True)
class Session:
    """An open, read-only transaction; all of it sees the same state of the database.

    ``schema`` is where the PostGIS extension lives: its functions are called there and found nowhere else.
    """

    connection: Connection
    limits: Limits
    schema: str

    def function(self, name: str, *arguments: Any) -> ColumnElement[Any]:
        """Return a call of a PostGIS function."""
        from sqlalchemy.sql.elements import quoted_name
        from sqlalchemy.sql.functions import Function

        return Function(name, *arguments, packagenames=(quoted_name(self.schema, quote=True),))

    def rows(self, query: str | Executable, **bound: Any) -> Sequence[Mapping[str, Any]]:
        """Run a query and return its rows.

        Raises
        ------
        InputError
            Where the server refuses or fails.
        """
        from sqlalchemy import text

        with _refusing(self.limits):
            statement = text(query) if isinstance(query, str) else query
            return [dict(row) for row in self.connection.execute(statement, bound).mappings()]

    def stream(self, query: Executable) -> Iterator[Sequence[Any]]:
        """Run a query and yield its rows, fetched a batch at a time.

        Raises
        ------
        InputError
            Where the server refuses or fails, or a text cannot be read.
        """
        with _refusing(self.limits), self.connection.execution_options(yield_per=_BATCH).execute(query) as result:
            yield from result


@contextmanager
def session(database: Database, limits: Limits) -> Iterator[Session]:
    """Connect, forbid writing, and find PostGIS; the connection ends with the block.

    Raises
    ------
    UsageError
        Where the extra ``postgis`` is not installed.
    InputError
        Where there is no server, no such database, no right, or no PostGIS in it.
    """
    _require_drivers()
    from sqlalchemy import URL, create_engine, exc
    from sqlalchemy.pool import NullPool

    place = URL.create(
        "postgresql+psycopg",
        username=database.user or None,
        host=database.host or None,
        port=database.port,
        database=database.database,
    )
    # Without prepared statements a pooler between us and the server does no harm.
    settings: dict[str, Any] = {"prepare_threshold": None, "client_encoding": "utf8", **_KEEPALIVE}
    # psycopg before 3.2 does not look at the environment for this one.
    own = os.environ.get("PGCONNECT_TIMEOUT", "")
    settings["connect_timeout"] = int(own) if own.isdecimal() else CONNECT_SECONDS
    engine = create_engine(place, poolclass=NullPool, connect_args=settings, hide_parameters=True)
    try:
        connection = engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    except exc.DBAPIError as error:
        raise _unconnected(error, database) from error
    except AssertionError as error:
        # SQLAlchemy's word for a server whose version line it does not know.
        raise InputError("postgis.failed", reason=_line(str(error))) from error
    with connection:
        opened = Session(connection, limits, "")
        opened.rows("SELECT set_config('statement_timeout', :value, true)", value=f"{limits.query_seconds}s")
        # Dates and times as ISO 8601, whatever the server's or the user's habit.
        opened.rows("SELECT set_config('DateStyle', 'ISO, YMD', true), set_config('TimeZone', 'UTC', true)")
        found = opened.rows(
            "SELECT n.nspname AS schema FROM pg_catalog.pg_extension e"
            " JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'postgis'"
        )
        if not found:
            raise InputError("postgis.absent", database=database.database)
        yield Session(connection, limits, str(found[0]["schema"]))


def _require_drivers() -> None:
    try:
        import psycopg
        import sqlalchemy
    except ImportError as error:
        raise UsageError("postgis.extra") from error
    del psycopg, sqlalchemy


@contextmanager
def _refusing(limits: Limits) -> Iterator[None]:
    """Say in plain words why a query failed."""
    from sqlalchemy import exc

    try:
        yield
    except exc.DBAPIError as error:
        raise _failed(error, limits) from error
    except UnicodeDecodeError as error:
        raise InputError("postgis.text") from error


def _failed(error: Any, limits: Limits) -> EcozoneError:
    state = getattr(error.orig, "sqlstate", None)
    if state == _NO_RIGHT:
        return InputError("postgis.forbidden", reason=_line(str(error.orig)))
    if state == _TOO_LONG:
        return InputError("postgis.timeout", raised=limits.raised("query_seconds"))
    if state in _NO_TEXT:
        return InputError("postgis.text")
    return InputError("postgis.failed", reason=_line(str(error.orig)))


def _unconnected(error: Any, database: Database) -> EcozoneError:
    """Say why there is no connection."""
    words, attempt = str(error.orig), getattr(error.orig, "pgconn", None)
    reason = _line(_ATTEMPT.sub("", words))
    if attempt is not None and attempt.needs_password:
        return InputError("postgis.needs_password")
    if not _ANSWERED.search(words) and not _listens(database):
        return InputError("postgis.unreachable", reason=reason)
    if _WRONG_PASSWORD.search(words):
        return InputError("postgis.wrong_password", reason=reason)
    if _ABSENT.search(words) and f'"{database.database}"' in words:
        return InputError("postgis.no_database", database=database.database)
    return InputError("postgis.refused", reason=reason)


def _listens(database: Database) -> bool:
    """Tell whether anything listens where the server should be."""
    host = database.host or os.environ.get("PGHOST", "")
    if not host or host.startswith("/"):
        return False
    own = os.environ.get("PGPORT", "")
    port = database.port or (int(own) if own.isdecimal() else _DEFAULT_PORT)
    try:
        socket.create_connection((host, port), timeout=CONNECT_SECONDS).close()
    except OSError:
        return False
    return True


def _line(words: str) -> str:
    """Return what a library says as one short line."""
    return " ".join(words.split())[:200]
