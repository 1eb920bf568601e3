"""A basemap, only where the user asks for one: a file of theirs, 天地图 with their key, or another server of tiles."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from ecozone.errors import CrsError, UsageError
from ecozone.geo import bd09_from_wgs84, gcj02_from_wgs84, norm_crs, places_apart, reproject
from ecozone.web.basemap_file import TileFile
from ecozone.web.basemap_picture import PictureBasemap
from ecozone.web.basemap_remote import RemoteBasemap, tianditu
from ecozone.web.basemap_tiles import Basemap
from ecozone.workspace import open_workspace

TIANDITU = "tianditu"
KEY_NAME = "ECOZONE_TIANDITU_KEY"
#: Hosts whose tiles are drawn in a shifted datum.
_SHIFTED = {
    "gcj02": re.compile(r"(^|\.)(autonavi\.com|amap\.com|gtimg\.com|map\.qq\.com|google\.(cn|com|com\.hk)|geoq\.cn)$"),
    "bd09": re.compile(r"(^|\.)(bdimg\.com|bdstatic\.com|baidu\.com|bcebos\.com)$"),
}


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
