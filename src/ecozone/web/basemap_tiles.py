"""What every basemap is for its page: tiles of pictures, each with a mark of its state, and what is said of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ecozone.web.land_tiles import empty
from ecozone.web.pixels import Address

LARGEST_TILE = 4 * 2**20
_MAGIC = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


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


def about_of(
    name: str, layers: Sequence[str], zooms: tuple[int, int], box: Sequence[float] | None, credit: str
) -> dict[str, Any]:
    """Return a basemap as the page reads it; ``box`` is west, south, east, north in degrees."""
    corners = None if box is None else [[box[1], box[0]], [box[3], box[2]]]
    return {"name": name, "layers": list(layers), "zooms": list(zooms), "box": corners, "credit": credit}


def kind_of(picture: bytes) -> str | None:
    """Return the media type of a picture that browsers show, by its first bytes.

    >>> kind_of(b"RIFF....WEBPVP8 "), kind_of(b"<svg>")
    ('image/webp', None)
    """
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _MAGIC.items() if picture.startswith(magic)), None)


def blank(trouble: str = "") -> BaseTile:
    """Return an empty tile."""
    return BaseTile(empty(), "image/png", "empty", trouble)


def shown(picture: bytes) -> BaseTile:
    """Return a picture as a tile, an empty one with the reason where it is none that a browser shows."""
    kind = kind_of(picture) if isinstance(picture, bytes) else None
    if kind is None or len(picture) > LARGEST_TILE:
        return blank("damaged")
    return BaseTile(picture, kind, hashlib.sha256(picture).hexdigest()[:32])
