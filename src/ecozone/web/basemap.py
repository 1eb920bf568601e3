"""A basemap, only where the user asks for one: a file of theirs, 天地图 with their key, or another server of tiles."""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import numpy as np

from ecozone.errors import CrsError, UsageError
from ecozone.geo import bd09_from_wgs84, gcj02_from_wgs84, norm_crs, places_apart, reproject
from ecozone.web.pixels import DEEPEST, Address
from ecozone.workspace import open_workspace

TIANDITU = "tianditu"
KEY_NAME = "ECOZONE_TIANDITU_KEY"
_LARGEST_TILE = 4 * 2**20
_MAGIC = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
#: Hosts whose tiles are drawn in a shifted datum.
_SHIFTED = {
    "gcj02": re.compile(r"(^|\.)(autonavi\.com|amap\.com|gtimg\.com|map\.qq\.com|google\.(cn|com|com\.hk)|geoq\.cn)$"),
    "bd09": re.compile(r"(^|\.)(bdimg\.com|bdstatic\.com|baidu\.com|bcebos\.com)$"),
}


@dataclass(frozen=True)
class BaseTile:
    """A picture of a basemap, its media type, a mark of its state, and why it is empty where it is."""

    picture: bytes
    kind: str
    mark: str = ""
    trouble: str = ""


class Basemap(Protocol):
    """What lies under everything else: pictures only, and nothing is measured on them."""

    @property
    def layers(self) -> Sequence[str]:
        """The layers that lie on each other, the lowest first."""

    def about(self, lang: str | None = None) -> dict[str, Any]:
        """Return what a page must know: ``name``, ``layers``, ``zooms``, ``box`` and ``credit``."""

    def tile(self, address: Address, layer: str) -> BaseTile:
        """Return one tile; an empty one, with the reason, where there is none."""


def open_basemap(what: str, workspace: str, *, environment: Mapping[str, str] = os.environ) -> Basemap:
    """Return the basemap that ``--basemap`` names.

    Parameters
    ----------
    what : str
        A ``.mbtiles`` or GeoTIFF file, the word ``tianditu``, or an address with ``{z}``, ``{x}`` and ``{y}``.
    workspace : str
        Of the district, to tell how far a shifted map would lie off there.
    environment : mapping
        Where the key of 天地图 is.

    Raises
    ------
    UsageError
        If it is none of these, a file that cannot be read, or 天地图 without a key.
    CrsError
        If its tiles are drawn in a shifted datum, or a GeoTIFF has no CRS that can be trusted.
    """
    from ecozone.web.basemap_picture import PictureBasemap
    from ecozone.web.basemap_remote import RemoteBasemap, tianditu

    if what == TIANDITU:
        key = environment.get(KEY_NAME, "").strip()
        if not key:
            raise UsageError("web.no_tianditu_key", name=KEY_NAME)
        return tianditu(key)
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*://", what):
        _require_unshifted(what, workspace)
        if urlsplit(what).scheme not in ("http", "https") or not all(f"{{{one}}}" in what for one in "zxy"):
            raise UsageError("web.basemap_address", z="{z}", x="{x}", y="{y}")
        return RemoteBasemap(name=urlsplit(what).hostname or "", templates={"base": what})
    path = Path(what)
    if not path.is_file():
        raise UsageError("web.no_basemap_file", file=what)
    if path.suffix.lower() == ".mbtiles":
        return TileFile(path)
    if path.suffix.lower() in (".tif", ".tiff"):
        return PictureBasemap(path)
    raise UsageError("web.basemap_kind", file=what)


def _require_unshifted(address: str, workspace: str) -> None:
    """Refuse tiles of GCJ-02 and BD-09, which lie hundreds of metres off."""
    host = (urlsplit(address).hostname or "").lower().rstrip(".")
    for datum, pattern in _SHIFTED.items():
        if pattern.search(host):
            lon, lat = _middle(workspace)
            moved = (gcj02_from_wgs84 if datum == "gcj02" else bd09_from_wgs84)(lon, lat)
            _, apart = places_apart(np.array([[lon, lat, float(moved[0]), float(moved[1])]]), norm_crs(4490))
            name = {"gcj02": "GCJ-02", "bd09": "BD-09"}[datum]
            raise CrsError("web.shifted_basemap", host=host, datum=name, metres=f"{apart[0]:.0f}")


def _middle(workspace: str) -> tuple[float, float]:
    """Return longitude and latitude of the middle of a district's first layer."""
    ws = open_workspace(workspace)
    west, south, east, north = reproject(ws.features(next(iter(ws.layers))), 4490).total_bounds
    return float(west + east) / 2, float(south + north) / 2


def kind_of(picture: bytes) -> str | None:
    """Return the media type of a picture that browsers show, by its first bytes.

    >>> kind_of(b"RIFF....WEBPVP8 "), kind_of(b"<svg>")
    ('image/webp', None)
    """
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _MAGIC.items() if picture.startswith(magic)), None)


def about_of(
    name: str, layers: Sequence[str], zooms: tuple[int, int], box: Sequence[float] | None, credit: str
) -> dict[str, Any]:
    """Return a basemap as the page reads it; ``box`` is west, south, east, north in degrees."""
    corners = None if box is None else [[box[1], box[0]], [box[3], box[2]]]
    return {"name": name, "layers": list(layers), "zooms": list(zooms), "box": corners, "credit": credit}


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
        wanted = (address.z, address.x, row, _LARGEST_TILE)
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


def blank(trouble: str = "") -> BaseTile:
    """Return an empty tile."""
    from ecozone.web.land_tiles import empty

    return BaseTile(empty(), "image/png", "empty", trouble)


def shown(picture: bytes) -> BaseTile:
    """Return a picture as a tile, an empty one with the reason where it is none that a browser shows."""
    kind = kind_of(picture) if isinstance(picture, bytes) else None
    if kind is None or len(picture) > _LARGEST_TILE:
        return blank("damaged")
    return BaseTile(picture, kind, hashlib.sha256(picture).hexdigest()[:32])
