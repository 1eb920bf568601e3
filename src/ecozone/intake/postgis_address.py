"""The address of a PostGIS database: who asks and where, never with which password.

A password comes from the environment (``PGPASSWORD``) or from ``.pgpass``, which PostgreSQL's own library reads; no
part of ecozone ever holds it, so that no message, log, manifest or file can show it.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from os import PathLike
from urllib.parse import quote, unquote

from ecozone.errors import UsageError

SCHEMES = ("postgis", "postgresql", "postgres")
#: How an address begins, and what other programs write for one: SQLAlchemy's driver names, GDAL's ``PG:``.
_BEGINS = re.compile(r"\s*(?:post(?:gis|gres|gresql)(?:\+\w+)?:/|pg:)", re.IGNORECASE)
_PLACE = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[\w.-]*)(?::(?P<port>\d{1,5}))?/(?P<database>[^/?#\s]+)")
_SECRET = re.compile(r"[?&;](?:ssl)?password=", re.IGNORECASE)
_ENDS = re.compile(r"[%/?#@\s]")
_SHOWN = re.compile(r"\b(post(?:gis|gres|gresql)(?:\+\w+)?:/|pg:).*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Database(PathLike[str]):
    """Where a database is, in place of a file's path: ``os.fspath`` gives its address.

    Attributes
    ----------
    database : str
    host : str
        Empty: what ``PGHOST`` says, or else the server of this machine.
    port : int or None
        None: what ``PGPORT`` says, or else PostgreSQL's own.
    user : str
        Empty: what ``PGUSER`` says, or else the user of this machine.
    """

    database: str
    host: str = ""
    port: int | None = None
    user: str = ""

    @classmethod
    def parse(cls, text: str) -> Database:
        """Read an address.

        Parameters
        ----------
        text : str
            ``postgis://USER@HOST:PORT/DATABASE``, or with ``postgresql``; user, host and port may be left out;
            what is no plain letter stands as ``%40`` and the like.

        Raises
        ------
        UsageError
            Where it holds a password or is no such address. The message repeats nothing of it.

        Examples
        --------
        >>> str(Database.parse("postgresql://gis@db.local:5433/planning"))
        'postgis://gis@db.local:5433/planning'
        >>> Database.parse("postgis:///规划").database
        '规划'
        """
        scheme, marked, rest = text.strip().partition("://")
        user = ""
        if "@" in rest:
            # Whoever writes a password does not always escape the signs that end a host's name.
            user, _, rest = rest.rpartition("@")
            if ":" in user:
                raise UsageError("postgis.password")
        if _SECRET.search(rest):
            raise UsageError("postgis.password")
        found = _PLACE.fullmatch(rest)
        port = None if found is None or found["port"] is None else int(found["port"])
        wrong_user = re.search(r"[/?#\s]", user) is not None
        if not marked or scheme.lower() not in SCHEMES or found is None or wrong_user or not 0 < (port or 1) < 65536:
            raise UsageError("postgis.address")
        return cls(unquote(found["database"]), found["host"].strip("[]"), port, unquote(user))

    def __fspath__(self) -> str:
        user = f"{quote(self.user, safe='')}@" if self.user else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port is None else f":{self.port}"
        # Only what would end the name is escaped: a Chinese name stays readable.
        database = _ENDS.sub(lambda sign: quote(sign[0], safe=""), self.database)
        return f"postgis://{user}{host}{port}/{database}"

    def __str__(self) -> str:
        return self.__fspath__()

    @property
    def name(self) -> str:
        """The address, as a file has its name."""
        return str(self)


def is_database(path: str | PathLike[str]) -> bool:
    """Tell whether ``path`` is meant for a database, rightly written or not, and not for a file.

    >>> is_database("postgis://h/db"), is_database("PG:dbname=db"), is_database("postgis.gpkg")
    (True, True, False)
    """
    return isinstance(path, Database) or _BEGINS.match(os.fsdecode(path)) is not None


def database_of(path: str | PathLike[str]) -> Database:
    """Return the database that ``path`` is or names.

    Raises
    ------
    UsageError
        As `Database.parse`.
    """
    return path if isinstance(path, Database) else Database.parse(os.fsdecode(path))


def without_address(text: str) -> str:
    """Return a text without what follows the beginning of an address in it: a password may stand anywhere there.

    >>> without_address('source = "postgis://gis:secret@h/db')
    'source = "postgis:/…'
    """
    return _SHOWN.sub(r"\1…", text)
