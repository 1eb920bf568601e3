"""A basemap from an MBTiles file of the user's."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from ecozone.errors import UsageError
from ecozone.web.basemap_tiles import LARGEST_TILE, BaseTile, about_of, blank, kind_of, shown
from ecozone.web.pixels import DEEPEST, Address


class TileFile:
    """An MBTiles file, read where it lies and never written; its rows count from the south.

    Parameters
    ----------
    path : Path

    Raises
    ------
    UsageError
        If it is no MBTiles file, or holds tiles of vectors.
    """

    layers: Sequence[str] = ("base",)

    def __init__(self, path: Path) -> None:
        self._path = path
        # A journal beside the file is looked at, nothing is made.
        self._address = path.resolve().as_uri() + "?mode=ro"
        try:
            with closing(self._connected()) as database:
                told = dict(database.execute("SELECT name, value FROM metadata").fetchall())
                deepest = "SELECT min(zoom_level), max(zoom_level) FROM tiles"
                first, last = database.execute(deepest).fetchone()
                sample = database.execute("SELECT tile_data FROM tiles LIMIT 1").fetchone()
        except (sqlite3.Error, ValueError) as error:
            raise UsageError("web.broken_mbtiles", file=path) from error
        if sample is None or not isinstance(first, int):
            raise UsageError("web.empty_mbtiles", file=path)
        if told.get("format") == "pbf" or not isinstance(sample[0], bytes) or kind_of(sample[0]) is None:
            raise UsageError("web.vector_mbtiles", file=path)
        self._told = {str(name): str(value) for name, value in told.items()}
        self._zooms = max(first, 0), min(last, DEEPEST)

    def _connected(self) -> sqlite3.Connection:
        return sqlite3.connect(self._address, uri=True, timeout=2.0)

    def about(self, lang: str | None = None) -> dict[str, Any]:  # noqa: ARG002
        """Return what the file says of itself."""
        name = self._told.get("name") or self._path.name
        return about_of(name, self.layers, self._zooms, self._box(), self._told.get("attribution", ""))

    def _box(self) -> list[float] | None:
        try:
            west, south, east, north = (float(one) for one in self._told.get("bounds", "").split(","))
        except ValueError:
            return None
        whole = -180 <= west < east <= 180 and -90 <= south < north <= 90
        return [west, south, east, north] if whole else None

    def tile(self, address: Address, layer: str) -> BaseTile:  # noqa: ARG002
        """Return a tile as it is in the file."""
        row = 2**address.z - 1 - address.y
        wanted = (address.z, address.x, row, LARGEST_TILE)
        try:
            with closing(self._connected()) as database:
                found = database.execute(
                    "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
                    " AND length(tile_data) <= ?",
                    wanted,
                ).fetchone()
        except sqlite3.Error:
            return blank("damaged")
        if found is None:
            return blank()
        return shown(found[0])
