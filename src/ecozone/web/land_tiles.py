"""Tiles of land cover and of its change, drawn from the workspace's rasters as they are asked for."""

from __future__ import annotations

import hashlib
import io
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ecozone.landcover import LandRaster, Scheme, open_raster, open_scheme
from ecozone.text import joined, say
from ecozone.web.pixels import SIDE, Address, Box, look_up, mercator_box
from ecozone.web.problems import RefusedError
from ecozone.workspace import LandCover, Workspace, open_workspace

_CACHE_BYTES = 32 * 2**20
#: Of a code that the scheme does not know; no scheme uses it.
_UNKNOWN = "#ff00ff"

State = tuple[int, int, int]
Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Tile:
    """A picture, and what is to be said beside it: ``damaged``, ``too_wide``, ``unknown`` or nothing."""

    png: bytes
    trouble: str = ""
    #: Codes of the classes that are on it, of one year's land cover.
    codes: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Source:
    """A raster as it was when its file was in this state."""

    state: State
    raster: LandRaster
    box: Box


class LandTiles:
    """The tiles of one workspace. Files are looked at anew whenever they change; several threads may ask at once.

    Parameters
    ----------
    workspace : str
        As `ecozone.workspace.open_workspace` takes it.
    """

    def __init__(self, workspace: str) -> None:
        self._where = workspace
        self._lock = threading.Lock()
        self._opened: tuple[State, Workspace] | None = None
        self._sources: dict[int, _Source] = {}
        self._kept: OrderedDict[tuple[str, Address], Tile] = OrderedDict()
        self._bytes = 0

    def state(self, years: Sequence[int]) -> str:
        """Return a mark of all that decides how these years look; it changes with any of their files.

        Raises
        ------
        RefusedError
            If there is no land cover of such a year, or it is one of polygons.
        EcozoneError
            If a raster cannot be trusted.
        """
        cover, scheme = self._cover(years)
        states = [self._source(year, cover, scheme).state for year in years]
        look = [(code, land.colour) for code, land in scheme.classes.items()]
        return hashlib.sha256(repr((years, states, look)).encode()).hexdigest()[:32]

    def land(self, year: int, address: Address) -> Tile:
        """Return the classes of a year in the colours of their scheme, transparent where there is none.

        Raises
        ------
        EcozoneError
            As `state`.
        """
        return self._tile((year,), address)

    def change(self, first: int, second: int, address: Address) -> Tile:
        """Return the ground that is another class in the second year, in the colours of the maps of change.

        Raises
        ------
        EcozoneError
            As `state`.
        """
        return self._tile((first, second), address)

    def _tile(self, years: tuple[int, ...], address: Address) -> Tile:
        key = self.state(years), address
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        cover, scheme = self._cover(years)
        sources = [self._source(year, cover, scheme) for year in years]
        tile = _drawn(sources, scheme, address)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = tile
                self._bytes += len(tile.png)
            while self._bytes > _CACHE_BYTES:
                _, old = self._kept.popitem(last=False)
                self._bytes -= len(old.png)
        return tile

    def _cover(self, years: Sequence[int]) -> tuple[LandCover, Scheme]:
        cover = self._workspace().landcover
        known = () if cover is None else tuple(cover.sources)
        if cover is None or not set(years) <= set(known):
            missing = joined(year for year in years if year not in known)
            raise RefusedError("web.no_such_year", 404, year=missing, known=joined(known) or "—")
        if cover.vectors:
            raise RefusedError("web.tiles_of_polygons", 404, year=joined(years))
        return cover, open_scheme(cover.scheme)

    def _workspace(self) -> Workspace:
        with self._lock:
            held = self._opened
            if held is not None and held[0] == _state(held[1].file):
                return held[1]
            ws = open_workspace(self._where)
            self._opened = _state(ws.file), ws
            self._sources.clear()
            return ws

    def _source(self, year: int, cover: LandCover, scheme: Scheme) -> _Source:
        path = cover.rasters[year]
        state = _state(path)
        with self._lock:
            held = self._sources.get(year)
            if held is not None and held.state == state and held.raster.scheme == scheme:
                return held
            raster = open_raster(path, scheme=scheme, crs=cover.crs)
            found = self._sources[year] = _Source(state, raster, mercator_box(raster))
            return found


def _state(path: Path) -> State:
    """Return what tells one state of a file from another; nothing of a file that is absent."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0, 0
    return found.st_mtime_ns, found.st_size, found.st_ino


def _drawn(sources: Sequence[_Source], scheme: Scheme, address: Address) -> Tile:
    looked = [look_up(source.raster, source.box, address) for source in sources]
    trouble = next((one.trouble for one in looked if one.trouble), "")
    valid = np.logical_and.reduce([one.valid for one in looked])
    if not valid.any():
        return Tile(empty(), trouble)
    # Place 0 is no class; the last one a code that the scheme does not know.
    codes = np.array(sorted(code for code in scheme.classes if isinstance(code, int)), np.int64)
    places = [_places(one.codes, codes) for one in looked]
    classes = [None, *(scheme.classes[int(code)] for code in codes), None]
    if len(places) == 1:
        strange = (places[0] == len(classes) - 1) & valid
        colours = [land.colour if land is not None else _UNKNOWN for land in classes[1:]]
        pixels = places[0].astype(np.uint8)
    else:
        strange = np.logical_or.reduce([one == len(classes) - 1 for one in places]) & valid
        groups, table = _change_table(classes)
        colours = list(groups.values())
        pixels = table[places[0], places[1]]
    if not trouble and strange.any():
        trouble = "unknown"
    shown: tuple[int, ...] = ()
    if len(places) == 1:
        shown = tuple(int(codes[place - 1]) for place in np.unique(places[0][valid]) if place <= len(codes))
    return Tile(png(np.where(valid, pixels, np.uint8(0)), colours), trouble, shown)


def _places(codes: npt.NDArray[Any], known: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    """Return 1 for the first of the known codes, and so on; one more than there are for any other code."""
    at = np.searchsorted(known, codes)
    same = known[np.minimum(at, len(known) - 1)] == codes
    return np.where(same, at + 1, len(known) + 1)


def _change_table(classes: Sequence[Any]) -> tuple[Mapping[str, str], Pixels]:
    """Return the colours of the groups of change, and the place of each pair of classes among them, 0 for no change."""
    from ecozone.outputs import CHANGE_GROUPS, change_group

    place = {name: at for at, name in enumerate(CHANGE_GROUPS, start=1)}
    table = np.zeros((len(classes), len(classes)), np.uint8)
    for one, before in enumerate(classes):
        for other, after in enumerate(classes):
            table[one, other] = 0 if one == other else place[change_group(before, after)]
    return {name: fill for name, (fill, _) in CHANGE_GROUPS.items()}, table


def change_legend(lang: str | None = None) -> list[dict[str, str]]:
    """Return the groups of change with their words and colours."""
    from ecozone.outputs import CHANGE_GROUPS

    return [
        {"key": name, "label": say(f"pictures.{name}", lang), "colour": fill}
        for name, (fill, _) in CHANGE_GROUPS.items()
    ]


@cache
def empty() -> bytes:
    """Return the tile with nothing on it."""
    return png(np.zeros((SIDE, SIDE), np.uint8), ())


def png(pixels: Pixels, colours: Sequence[str]) -> bytes:
    """Return a PNG with a palette: 0 is transparent, 1 the first colour."""
    from PIL import Image

    image = Image.fromarray(pixels)
    image.putpalette(b"\0\0\0" + b"".join(bytes.fromhex(colour[1:]) for colour in colours))
    written = io.BytesIO()
    image.save(written, "PNG", transparency=0, compress_level=6)
    return written.getvalue()
