"""What a plate can show: the layers with their symbols, the sites with their numbers, and what lies inside a frame."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ecozone.assess import VERDICTS, Check, overrides_of_sites, records
from ecozone.geo import crs_name, require_metric
from ecozone.outputs.escape import plain
from ecozone.outputs.map_layers import MapLayer, draw_order, map_layers
from ecozone.outputs.map_names import headed, name_of, zone_title
from ecozone.outputs.map_notes import schematic_notice
from ecozone.outputs.plate.layout import View
from ecozone.outputs.plate.patterns import Printed, Symbol, printed_layers
from ecozone.text import language, room, say
from ecozone.units import fixed, hectares, percent
from ecozone.workspace import Layer, Workspace

#: Whose names stand on the map.
NAMED_ROLE = "subdistrict"
#: No line of a sheet holds more characters than this.
_LONGEST = 500
#: Marks that turn the direction of writing, or that nobody sees.
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
#: What a line may move on paper, and how far beyond the frame a shape is kept, in mm.
_MOVED_MM, _BEYOND_MM = 0.02, 3.0


@dataclass(frozen=True)
class Site:
    """A site on its way to paper; ``shape`` is None where it could not be trusted.

    ``measures`` are the layers that it touches with how much of each, overlapping features of a layer counted once.
    """

    number: int
    id: str
    name: str
    verdict: str
    override: str
    rulings: tuple[str, ...]
    shape: Any
    measures: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """The name, else the id."""
        return self.name or self.id

    @property
    def verdict_words(self) -> str:
        """The verdict, and behind it what a person ruled."""
        own = headed(say(f"words.{self.verdict}"))
        return say("plate.both_verdicts", before=own, after=say(f"words.{self.override}")) if self.override else own


@dataclass(frozen=True)
class Content:
    """All that may stand on the sheets of a check.

    ``layers`` lie from the bottom to the top; ``sites`` have their numbers, the worst first.
    """

    workspace: Workspace
    name: str
    crs: str
    day: dt.date
    layers: tuple[Printed, ...]
    unread: tuple[MapLayer, ...]
    sites: tuple[Site, ...]
    schematic: str

    def texts(self) -> list[str]:
        """Return every text that may be written, for the choice of a font."""
        said = [entry[language()] for key in ("plate", "map", "words") for entry in room(key).values()]
        said += [text for site in self.sites for text in (site.id, site.name, *site.rulings)]
        said += [text for site in self.sites for pair in site.measures for text in pair]
        for printed in self.layers:
            layer = printed.item.layer
            said += [printed.item.title, layer.basis or "", *(symbol.label for symbol in printed.symbols)]
            if printed.item.features is not None and printed.item.layer.role == NAMED_ROLE:
                said += map(name_of, printed.item.features["name"])
        said += [text for item in self.unread for text in (item.title, item.trouble)]
        return [self.name, self.schematic, *said]


def content_of(check: Check, day: dt.date) -> Content:
    """Return what a check's plates can show, in the current language.

    Raises
    ------
    CrsError
        If the workspace's coordinates are no metres: a scale would be wrong.
    """
    ws = check.workspace
    require_metric(ws.crs)
    layers = map_layers(ws)
    places = draw_order(layers)
    printed = sorted(printed_layers(layers), key=lambda one: places[one.item.layer.key])
    unread = tuple(item for item in layers if item.features is None)
    words = {"name": shown(ws.name), "crs": _crs_words(ws), "schematic": schematic_notice(ws)}
    return Content(ws, layers=tuple(printed), unread=unread, sites=_sites(check), day=day, **words)


def shown(text: object) -> str:
    r"""Return a text of the data as a sheet shows it: one line, of a length that can be set.

    >>> shown("A\nB\u202e")
    'A B'
    """
    return " ".join(_UNSEEN.sub("", plain(text)[: 2 * _LONGEST]).split())[:_LONGEST]


def _crs_words(ws: Workspace) -> str:
    code, name = crs_name(ws.crs), str(ws.crs.name)
    # Names in EPSG's register are English.
    grid = re.fullmatch(r"CGCS2000 / 3-degree Gauss-Kruger (?:CM (\d+)E|zone (\d+))", name)
    if grid is not None:
        key = "plate.crs_meridian" if grid[1] else "plate.crs_zone"
        return say(key, number=grid[1] or grid[2], code=code)
    return code if code == name else f"{name} ({code})"


def _sites(check: Check) -> tuple[Site, ...]:
    said, measured = overrides_of_sites(check), _measures(check)
    rows = list(zip(check.sites.to_dict("records"), check.sites.geometry, strict=True))
    rows.sort(key=lambda pair: VERDICTS.index(pair[0]["verdict"]))
    return tuple(
        Site(
            number,
            shown(row["site_id"]),
            shown(name_of(row.get("name"))),
            str(row["verdict"]),
            name_of(row.get("override")),
            tuple(shown(words) for words in said.get(row["site_id"], ())),
            None if shape is None or shape.is_empty else shape,
            tuple(measured.get(row["site_id"], ())),
        )
        for number, (row, shape) in enumerate(rows, start=1)
    )


def _measures(check: Check) -> dict[str, list[tuple[str, str]]]:
    """Return, by site, each layer that it touches with its size there and its share of the site."""
    ws, found = check.workspace, check.states[check.states["state"] == "affected"]
    whole = dict(zip(check.sites["site_id"], check.sites["area_m2"].fillna(0.0), strict=True))
    measured: dict[str, list[tuple[str, str]]] = {}
    for row in records(found[["site_id", "layer", "role", "overlap_m2", "length_m"]]):
        if row["overlap_m2"] > 0:
            size = say("map.hectares", value=fixed(hectares(row["overlap_m2"]), 4))
            share = row["overlap_m2"] / whole[row["site_id"]] if whole[row["site_id"]] > 0 else 0.0
            words = say("plate.size_share", size=size, share=fixed(percent(share), 2)) if share > 0 else size
        elif row["length_m"] > 0:
            words = say("map.metres", value=fixed(row["length_m"], 1))
        else:
            words = say("words.affected")
        title = shown(zone_title(ws, row["layer"], row["role"], None))
        measured.setdefault(row["site_id"], []).append((title, words))
    return measured


def ground_of(content: Content, sites: Sequence[Site]) -> tuple[float, float, float, float] | None:
    """Return the bounds of some sites in metres; where none has a shape those of the district, else of all layers."""
    shapes = [site.shape for site in sites if site.shape is not None]
    if not shapes:
        for wanted in ("district", None):
            chosen = [one.item.shapes for one in content.layers if wanted in (None, one.item.layer.role)]
            shapes = [shape for series in chosen if series is not None for shape in series if shape is not None]
            if shapes:
                break
    bounds = shapely.total_bounds(shapes) if shapes else np.full(4, np.nan)
    if np.isnan(bounds).any():
        return None
    west, south, east, north = (float(value) for value in bounds)
    return west, south, east, north


@dataclass(frozen=True)
class Seen:
    """A symbol inside a frame with the shapes that it is drawn on, in mm of the paper; ``names`` are those of them.

    ``visible`` is False where only an outline would be drawn and none of it is inside: the frame lies within.
    """

    layer: Layer
    title: str
    symbol: Symbol
    shapes: NDArray[np.object_]
    names: tuple[str, ...]
    dimensions: tuple[int, ...]
    visible: bool

    @property
    def told(self) -> bool:
        """Whether anything of it stands on the sheet: its symbol, or its names."""
        return self.visible or self.layer.role == NAMED_ROLE


def seen(content: Content, view: View) -> list[Seen]:
    """Return what of the layers is inside a frame, from the bottom to the top."""
    box = shapely.box(*view.bounds)
    found = []
    for printed in content.layers:
        frame = printed.item.features
        assert frame is not None
        shapes = frame.geometry.array.to_numpy()
        inside = np.flatnonzero(shapely.intersects(shapes, box))
        cut = on_paper(shapes[inside], view)
        names = [shown(name_of(name)) for name in frame["name"].iloc[inside]]
        for place, symbol in enumerate(printed.symbols):
            mine = np.flatnonzero((printed.which[inside] == place) & ~shapely.is_empty(cut))
            if len(mine):
                dimensions = tuple(sorted(set(shapely.get_dimensions(shapely.get_parts(cut[mine])).tolist())))
                words = tuple(names[at] for at in mine)
                visible = bool(symbol.tint or symbol.hatch) or _lines_inside(shapes[inside][mine], box)
                found.append(
                    Seen(printed.item.layer, printed.item.title, symbol, cut[mine], words, dimensions, visible)
                )
    return found


def _lines_inside(shapes: Any, box: Any) -> bool:
    """Tell whether any line, point, or edge of an area is inside a box."""
    areas = shapely.get_dimensions(shapes) == 2
    lines = np.where(areas, shapely.boundary(shapes), shapes)
    return bool(shapely.intersects(lines, box).any())


def on_paper(shapes: Any, view: View) -> NDArray[np.object_]:
    """Return shapes in mm of the paper, cut a little beyond the frame, without what is too fine to print."""
    moved = shapely.transform(np.asarray(shapes, dtype=object), view.on_paper)
    edges = view.frame.grown(_BEYOND_MM)
    outside = ~shapely.covers(shapely.box(edges.x, edges.y, edges.right, edges.top), moved)
    moved[outside] = shapely.clip_by_rect(moved[outside], edges.x, edges.y, edges.right, edges.top)
    simple: NDArray[np.object_] = shapely.simplify(moved, _MOVED_MM, preserve_topology=True)
    return simple
