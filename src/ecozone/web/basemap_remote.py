"""A basemap from a server elsewhere, fetched by this machine: the page never speaks to it and never sees a key."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ecozone.text import say
from ecozone.web.basemap_tiles import LARGEST_TILE, BaseTile, about_of, blank, shown
from ecozone.web.pixels import Address

_TIMEOUT_S = 6.0
#: After so many failures in a row nothing is asked for a while, and each tile answered at once.
_PATIENCE = 3
_PAUSE_S = 20.0
_DEEPEST = 18
TIANDITU_HOST = "https://t{s}.tianditu.gov.cn"
_TIANDITU_SERVERS = 8


class _NoRedirect(HTTPRedirectHandler):
    """A server that sends us on might send us anywhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


class RemoteBasemap:
    """Tiles of another server.

    Parameters
    ----------
    name : str
        What the page calls it.
    templates : mapping of str to str
        Address of each layer with ``{z}``, ``{x}``, ``{y}`` and perhaps ``{s}`` (the number of a server), the lowest
        first. They may hold a key, which is told to nobody else.
    credit : str
        Key of the text that names whose map it is; the name unless given.
    """

    def __init__(self, *, name: str, templates: Mapping[str, str], credit: str = "", servers: int = 1) -> None:
        self._name, self._templates, self._credit, self._servers = name, dict(templates), credit, servers
        self.layers: Sequence[str] = tuple(templates)
        self._opener = build_opener(_NoRedirect)
        self._lock = threading.Lock()
        self._failures = 0
        self._resume = 0.0

    def about(self, lang: str | None = None) -> dict[str, Any]:
        """Return what the page must know, without any address."""
        credit = say(self._credit, lang) if self._credit else self._name
        return about_of(credit, self.layers, (1, _DEEPEST), None, credit)

    def tile(self, address: Address, layer: str) -> BaseTile:
        """Return a tile; an empty one where the server cannot be reached, refuses, or has none."""
        if address.z > _DEEPEST:
            return blank()
        with self._lock:
            if time.monotonic() < self._resume:
                return blank("unreachable")
        place = {"z": address.z, "x": address.x, "y": address.y, "s": (address.x + address.y) % self._servers}
        target = self._templates[layer]
        for name, value in place.items():
            target = target.replace(f"{{{name}}}", str(value))
        try:
            asked = Request(target, headers={"User-Agent": "ecozone"})  # noqa: S310 - http or https, as vetted
            with self._opener.open(asked, timeout=_TIMEOUT_S) as answer:
                picture = answer.read(LARGEST_TILE + 1)
        except HTTPError as error:
            # Its words may repeat the address, and with it the key.
            error.close()
            self._heard()
            return blank() if error.code == 404 else blank("refused")
        except (URLError, OSError, ValueError, HTTPException):
            self._missed()
            return blank("unreachable")
        self._heard()
        return shown(picture)

    def _heard(self) -> None:
        with self._lock:
            self._failures = 0

    def _missed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= _PATIENCE:
                self._failures = 0
                self._resume = time.monotonic() + _PAUSE_S


def tianditu(key: str, host: str = TIANDITU_HOST) -> RemoteBasemap:
    """Return 天地图: its streets (``vec_w``) and their names (``cva_w``) in CGCS2000, which is not shifted.

    Parameters
    ----------
    key : str
        The user's own.
    host : str
        Beginning of the addresses.
    """
    words = (
        "/{group}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={group}&STYLE=default&TILEMATRIXSET=w"
        "&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk="
    )
    templates = {group: host + words.replace("{group}", group) + quote(key, safe="") for group in ("vec", "cva")}
    return RemoteBasemap(name="tianditu", templates=templates, credit="web.credit_tianditu", servers=_TIANDITU_SERVERS)
