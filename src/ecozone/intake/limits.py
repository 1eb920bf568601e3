"""How much one file may hold: each limit has a name, a default, a message and can be set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ecozone.errors import InputError

MEBIBYTE = 1 << 20

#: Archives smaller than this, unpacked, do no harm whatever their ratio (a table of blanks packs 1000 : 1).
RATIO_COUNTS_FROM_BYTES = 10 * MEBIBYTE


@dataclass(frozen=True)
class Limits:
    """What a file may hold before it is refused unread.

    Parameters
    ----------
    bytes : int
        Size of a file.
    text_bytes : int
        Size of a file that is parsed in memory as text: GeoJSON, KML, CSV, WKT, a sheet of a workbook.
    archive_bytes, archive_ratio, archive_files : int
        Declared unpacked size of an archive, unpacked / packed size, and number of members.
    features, rows, columns, cells : int
        Features of a layer; rows and columns of a table; cells of the rectangle that a sheet's content spans.
    vertices, feature_vertices : int
        Vertices of a layer and of one feature.
    depth : int
        Levels of nesting of JSON, XML, WKT and geometry collections.

    Examples
    --------
    >>> Limits(features=10).require("features", 10)
    >>> Limits(features=10).require("features", 11)
    Traceback (most recent call last):
        ...
    ecozone.errors.InputError: 要素有 11 个，超过上限 10 个
    请拆分文件，或确认文件可信后调高上限 features
    """

    bytes: int = 1024 * MEBIBYTE
    text_bytes: int = 256 * MEBIBYTE
    archive_bytes: int = 300 * MEBIBYTE
    archive_ratio: int = 200
    archive_files: int = 200
    features: int = 1_000_000
    rows: int = 200_000
    columns: int = 500
    cells: int = 5_000_000
    vertices: int = 20_000_000
    feature_vertices: int = 5_000_000
    depth: int = 60

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
            raise InputError(f"intake.limit_{name}", found=f"{found / unit:.6g}", allowed=f"{allowed:.6g}", **place)
