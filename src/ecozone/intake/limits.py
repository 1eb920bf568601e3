"""How much one file may hold: each limit has a name, a default, a message and can be set."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields
from typing import Any

from ecozone.errors import InputError, UsageError
from ecozone.text import near_word

MEBIBYTE = 1 << 20

#: Archives smaller than this, unpacked, do no harm whatever their ratio (a table of blanks packs 1000 : 1).
RATIO_COUNTS_FROM_BYTES = 10 * MEBIBYTE


@dataclass(frozen=True)
class Limits:
    """What a file may hold, and what reading it may cost, before it is refused.

    Where a function is given none, those of `limiting` are in force, else the defaults with what the environment
    variable ``ECOZONE_LIMITS`` says, for example ``seconds=300 memory_bytes=4G``.

    Parameters
    ----------
    bytes : int
        Size of a file.
    text_bytes : int
        Size of a file that is parsed in memory as text: GeoJSON, KML, CSV, WKT, a sheet of a workbook.
    archive_bytes, archive_ratio, archive_files : int
        Declared unpacked size of an archive, unpacked / packed size, and number of members.
    geodatabase_files : int
        Files of a file geodatabase, in a folder or an archive.
    features, rows, columns, cells : int
        Features of a layer; rows and columns of a table; cells of the rectangle that a sheet's content spans.
    vertices, feature_vertices : int
        Vertices of a layer and of one feature.
    feature_rings : int
        Rings of one feature: its outer boundaries and holes together.
    site_vertices, site_tangle : int
        Vertices of one proposed site, and pairs of edges that come near each other, among its own or between them and
        those of a layer (`ecozone.geo.entanglement`): overlaying two combs takes hours.
    depth : int
        Levels of nesting of JSON, XML, WKT and geometry collections.
    query_seconds : int
        Time for one query of a database.
    seconds : float
        Time to read, check and repair one file, where it is read in a process of its own.
    repair_seconds : float
        Of these, for one feature: one that takes longer is refused, and the others are read without it.
    memory_bytes : int
        Memory that reading a file may take in a process of its own, beyond what the libraries take (Linux).

    Examples
    --------
    >>> Limits(features=10).require("features", 10)
    >>> Limits(features=10).require("features", 11)
    Traceback (most recent call last):
        ...
    ecozone.errors.InputError: 要素有 11 个，超过上限 10 个
    请拆分文件；确认可信后可调高上限，例如 --limit features=20
    """

    bytes: int = 1024 * MEBIBYTE
    text_bytes: int = 256 * MEBIBYTE
    archive_bytes: int = 300 * MEBIBYTE
    archive_ratio: int = 200
    archive_files: int = 200
    geodatabase_files: int = 10_000
    features: int = 1_000_000
    rows: int = 200_000
    columns: int = 500
    cells: int = 5_000_000
    vertices: int = 20_000_000
    feature_vertices: int = 5_000_000
    feature_rings: int = 500_000
    site_vertices: int = 20_000
    site_tangle: int = 100_000
    depth: int = 60
    query_seconds: int = 300
    seconds: float = 60.0
    repair_seconds: float = 5.0
    memory_bytes: int = 2048 * MEBIBYTE

    def exceeded(self, name: str, found: float) -> bool:
        """Tell whether ``found`` is above the limit ``name``."""
        allowed: int = getattr(self, name)
        return found > allowed

    def require(self, name: str, found: float, **place: Any) -> None:
        """Refuse what is above the limit ``name``.

        Raises
        ------
        InputError
            With the text ``intake.limit_NAME``.
        """
        if self.exceeded(name, found):
            unit = MEBIBYTE if name.endswith("bytes") else 1
            allowed = getattr(self, name) / unit
            words = {"found": _shown(found / unit), "allowed": _shown(allowed)}
            raise InputError(f"intake.limit_{name}", **words, raised=self.raised(name, found), **place)

    def raised(self, name: str, found: float = 0) -> str:
        """Return the words that raise a limit, for messages: to its double, or above what was found.

        >>> Limits().raised("archive_bytes"), Limits().raised("repair_seconds")
        ('--limit archive_bytes=600M', '--limit repair_seconds=10')
        """
        enough = max(2 * getattr(self, name), math.ceil(found))
        shown = f"{math.ceil(enough / MEBIBYTE)}M" if name.endswith("bytes") else f"{enough:.10g}"
        return f"--limit {name}={shown}"


def _shown(number: float) -> str:
    return f"{number:.10g}" if number == round(number) else f"{number:.6g}"


_number = re.compile(r"([0-9]+(?:\.[0-9]+)?)([kKmMgG]?)[bB]?")
_FACTORS = {"": 1, "k": 1 << 10, "m": MEBIBYTE, "g": 1 << 30}


def parse_limits(words: Iterable[str]) -> dict[str, float]:
    """Read ``name=number`` words; sizes may end in K, M or G.

    Raises
    ------
    UsageError
        Where a name is unknown (the nearest is named) or its number cannot be read.

    Examples
    --------
    >>> parse_limits(["features=2000000", "memory_bytes=4G"])
    {'features': 2000000, 'memory_bytes': 4294967296}
    """
    kinds = {one.name: type(one.default) for one in fields(Limits)}
    found: dict[str, float] = {}
    for word in words:
        name, _, text = word.partition("=")
        if name not in kinds:
            near = near_word(name, kinds)
            raise UsageError("intake.limit_unknown", name=name[:40], near=near, known=", ".join(kinds))
        match = _number.fullmatch(text.strip())
        if match is None or (match[2] and not name.endswith("bytes")):
            raise UsageError("intake.limit_unreadable", name=name, value=text[:40])
        value = float(match[1]) * _FACTORS[match[2].casefold()]
        found[name] = value if kinds[name] is float else int(value)
    return found


_in_force: ContextVar[Limits | None] = ContextVar("ecozone_limits", default=None)


def limits_in_force() -> Limits:
    """Return the limits that count where a call names none.

    Raises
    ------
    UsageError
        If ``ECOZONE_LIMITS`` cannot be read.
    """
    return _in_force.get() or Limits(**_of_environment())


def _of_environment() -> Mapping[str, Any]:
    return parse_limits(os.environ.get("ECOZONE_LIMITS", "").replace(",", " ").split())


@contextmanager
def limiting(**limits: float) -> Iterator[None]:
    """Change some limits inside a ``with`` block, for every file that is read there: sites, layers and all.

    >>> with limiting(features=10):
    ...     limits_in_force().features
    10
    """
    token = _in_force.set(Limits(**{**_of_environment(), **limits}))
    try:
        yield
    finally:
        _in_force.reset(token)
