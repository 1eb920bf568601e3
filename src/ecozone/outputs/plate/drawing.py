"""The map inside the neat line: the layers, the sites with their numbers, the names of subdistricts, and the grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from ecozone.outputs.plate.bearings import corner_words, grid_lines
from ecozone.outputs.plate.content import NAMED_ROLE, Content, Seen, Site, on_paper
from ecozone.outputs.plate.labels import Wanted, leader, placed
from ecozone.outputs.plate.layout import Box, Layout, View, grouped
from ecozone.outputs.plate.sheet import FAINT, INK, SOFT, Sheet

#: How a verdict is printed: its colours are those of the map in the browser, its sign, mark and dashes tell it in grey.
LOOKS = {
    "prohibited": ("#b3201b", "✕", "s", ()),
    "conditional": ("#a85b00", "△", "^", (6.0, 1.6)),
    "review": ("#5a3d9a", "?", "o", (1.6, 1.4)),
    "clear": ("#1f6b3a", "✓", "D", ()),
}
_FILLED = frozenset({"prohibited"})
_SMALL_MM, _MARK_MM = 2.2, 2.8
#: Grid crosses inside the frame, in mm.
_CROSS_MM = 1.5


@dataclass(frozen=True)
class Shown:
    """What came of drawing a map: what the legend must explain, which sites are inside, how many have no number."""

    layers: tuple[Seen, ...]
    sites: tuple[Site, ...]
    unnumbered: int
    small: bool


def draw_map(sheet: Sheet, layout: Layout, view: View, content: Content, layers: Sequence[Seen]) -> Shown:
    """Draw the map and return what is on it."""
    frame = layout.frame
    sheet.box(frame, fill="white", line=0.0)
    box = shapely.box(*view.bounds)
    there = [site for site in content.sites if site.shape is not None]
    hit = shapely.intersects(np.array([site.shape for site in there], dtype=object), box) if there else []
    sites = [site for site, inside in zip(there, hit, strict=True) if inside]
    with sheet.within(frame):
        for one in layers:
            draw_symbol(sheet, one.symbol, one.shapes)
        _grid_crosses(sheet, view)
        shapes = on_paper([site.shape for site in sites], view) if sites else np.array([], dtype=object)
        small = [_small(shape) for shape in shapes]
        # The worst lie on top.
        for verdict in reversed(LOOKS):
            mine = [place for place, site in enumerate(sites) if site.verdict == verdict]
            draw_sites(sheet, verdict, [shapes[place] for place in mine if not small[place]])
            mark_sites(sheet, verdict, [_anchor(shapes[place]) for place in mine if small[place]])
        unnumbered = _numbers(sheet, layout, sites, shapes, small, layers)
    _edges(sheet, layout, view, content)
    return Shown(tuple(layers), tuple(sites), unnumbered, any(small))


def draw_symbol(sheet: Sheet, symbol: Any, shapes: Any) -> None:
    """Draw shapes, in mm, with a layer's symbol."""
    from matplotlib.colors import to_rgba

    parts = shapely.get_parts(np.asarray(shapes, dtype=object))
    dimensions = shapely.get_dimensions(parts)
    areas = parts[dimensions == 2]
    if len(areas):
        face = to_rgba(symbol.fill, symbol.tint) if symbol.tint else "none"
        looks = {"edgecolor": symbol.stroke, "linewidth": symbol.weight, "linestyle": symbol.style}
        sheet.areas(areas, facecolor=face, edgecolor="none", linewidth=0.0)
        if symbol.hatch:
            sheet.hatch(areas, symbol.hatch, symbol.stroke)
        sheet.areas(areas, facecolor="none", **looks)
    for line in parts[dimensions == 1]:
        sheet.line(shapely.get_coordinates(line), colour=symbol.stroke, width=symbol.weight, dash=symbol.style)
    if (dimensions == 0).any():
        places = shapely.get_coordinates(parts[dimensions == 0])
        sheet.mark(places, symbol.mark, 1.9, fill="white", edge=symbol.stroke, line=0.9)


def draw_sites(sheet: Sheet, verdict: str, shapes: Sequence[Any]) -> None:
    """Draw sites of a verdict, in mm: their outlines."""
    from matplotlib.colors import to_rgba

    if not shapes:
        return
    colour, _, _, dash = LOOKS[verdict]
    style = (0, dash) if dash else "-"
    parts = shapely.get_parts(np.array(shapes, dtype=object))
    areas = parts[shapely.get_dimensions(parts) == 2]
    sheet.areas(areas, facecolor=to_rgba(colour, 0.22), edgecolor="white", linewidth=3.0)
    sheet.areas(areas, facecolor="none", edgecolor=colour, linewidth=1.6, linestyle=style)
    for line in parts[shapely.get_dimensions(parts) == 1]:
        sheet.line(shapely.get_coordinates(line), colour="white", width=3.6)
        sheet.line(shapely.get_coordinates(line), colour=colour, width=2.0, dash=style)


def mark_sites(sheet: Sheet, verdict: str, places: Sequence[tuple[float, float]]) -> None:
    """Draw the symbol of sites that are too small to be seen, at places in mm."""
    if not places:
        return
    colour, _, mark, _ = LOOKS[verdict]
    fill = colour if verdict in _FILLED else "white"
    sheet.mark(places, mark, _MARK_MM, fill=fill, edge="white", line=2.4)
    sheet.mark(places, mark, _MARK_MM, fill=fill, edge=colour, line=1.3)


def badge_words(site: Site) -> str:
    """Return a site's sign and number; a star says that a person ruled something else."""
    return f"{LOOKS[site.verdict][1]} {site.number}{'*' if site.override else ''}"


def draw_badge(sheet: Sheet, box: Box, words: str, verdict: str, size: float) -> None:
    """Draw a label's box with its sign and number."""
    colour, dash = LOOKS[verdict][0], LOOKS[verdict][3]
    filled = verdict in _FILLED
    sheet.box(box, fill=colour if filled else "white", edge=colour, line=0.9, dash=(0, dash) if dash else "-")
    x, y = box.middle
    sheet.text(x, y, words, size=size, bold=True, colour="white" if filled else INK, across="center")


def badge_size(sheet: Sheet, words: str, size: float) -> tuple[float, float]:
    """Return the width and height of a label's box, in mm."""
    return sheet.width(words, size, bold=True) + 1.8, size * 0.3528 + 1.5


def _small(shape: Any) -> bool:
    x_min, y_min, x_max, y_max = shapely.bounds(shape)
    return bool(max(x_max - x_min, y_max - y_min) < _SMALL_MM)


def _anchor(shape: Any) -> tuple[float, float]:
    """Return a place on a shape: inside an area, half way along a line."""
    parts = shapely.get_parts(shape)
    dimension = shapely.get_dimensions(parts)
    parts = parts[dimension == dimension.max()]
    sizes = shapely.area(parts) if dimension.max() == 2 else shapely.length(parts)
    part = parts[int(np.argmax(sizes))]
    point = part.interpolate(0.5, normalized=True) if dimension.max() == 1 else shapely.point_on_surface(part)
    return float(point.x), float(point.y)


def _numbers(
    sheet: Sheet, layout: Layout, sites: Sequence[Site], shapes: Any, small: Sequence[bool], layers: Sequence[Seen]
) -> int:
    """Write the numbers of sites, then the names of subdistricts where room is left; return how many have no place."""
    frame, size = layout.frame, layout.text
    edges = shapely.box(frame.x, frame.y, frame.right, frame.top)
    wanted, words = [], []
    for site, shape, tiny in zip(sites, shapes, small, strict=True):
        inside = shapely.intersection(shapely.make_valid(shape), edges)
        x, y = _anchor(shape if inside.is_empty else inside)
        text = badge_words(site)
        width, height = badge_size(sheet, text, size)
        holds = not tiny and shapely.box(x - width, y - height, x + width, y + height).within(inside)
        wanted.append(Wanted(x, y, width, height, _MARK_MM / 2 if tiny else 0.0, holds))
        words.append(text)
    boxes = placed(wanted, frame)
    for one, box in zip(wanted, boxes, strict=True):
        line = None if box is None else leader(one, box)
        if line is not None:
            sheet.line(line, colour="white", width=1.6)
            sheet.line(line, colour=INK, width=0.6)
            if one.reach == 0:
                sheet.mark(line[1], "o", 0.8, fill=INK, edge=INK, line=0.0)
    for site, text, box in zip(sites, words, boxes, strict=True):
        if box is not None:
            draw_badge(sheet, box, text, site.verdict, size)
    _names(sheet, layout, layers, [box for box in boxes if box is not None])
    return sum(box is None for box in boxes)


def _names(sheet: Sheet, layout: Layout, layers: Sequence[Seen], taken: Sequence[Box]) -> None:
    full = list(taken)
    for one in layers:
        if one.layer.role != NAMED_ROLE:
            continue
        for name, shape in zip(one.names, one.shapes, strict=True):
            edges = shapely.box(layout.frame.x, layout.frame.y, layout.frame.right, layout.frame.top)
            inside = shapely.intersection(shapely.make_valid(shape), edges)
            if not name or inside.is_empty:
                continue
            x, y = _anchor(inside)
            size = layout.text + 1.0
            wanted = Wanted(x, y, min(sheet.width(name, size), 60.0), size * 0.36, inside=True)
            (box,) = placed([wanted], layout.frame, full)
            if box is not None and (box.middle[0] - x) ** 2 + (box.middle[1] - y) ** 2 < 400.0:
                sheet.text(*box.middle, name, size=size, colour=SOFT, across="center", room=61.0, halo=True)
                full.append(box)


def _grid_crosses(sheet: Sheet, view: View) -> None:
    eastings, northings = grid_lines(view)
    for easting in eastings:
        for northing in northings:
            x, y = view.on_paper((easting, northing))
            sheet.line([(x - _CROSS_MM, y), (x + _CROSS_MM, y)], colour=FAINT, width=0.4)
            sheet.line([(x, y - _CROSS_MM), (x, y + _CROSS_MM)], colour=FAINT, width=0.4)


def _edges(sheet: Sheet, layout: Layout, view: View, content: Content) -> None:
    """Draw the neat lines, and between them the grid's ticks with their coordinates and the corners' degrees."""
    frame, border, size = layout.frame, layout.border, layout.text - 1.0
    sheet.box(frame, line=0.7)
    sheet.box(border, line=1.8)
    band = frame.x - border.x
    eastings, northings = grid_lines(view)
    corner = 34.0 if frame.width > 150 else 28.0
    for easting in eastings:
        x, _ = view.on_paper((easting, view.y))
        for edge, out in ((frame.y, -1), (frame.top, 1)):
            sheet.line([(x, edge), (x, edge + 1.4 * out)], width=0.6, label=f"easting|{easting:.0f}")
            if frame.x + corner < x < frame.right - corner:
                sheet.text(x, edge + out * (band / 2 + 0.6), grouped(easting), size=size, across="center")
    for northing in northings:
        _, y = view.on_paper((view.x, northing))
        for edge, out in ((frame.x, -1), (frame.right, 1)):
            sheet.line([(edge, y), (edge + 1.4 * out, y)], width=0.6, label=f"northing|{northing:.0f}")
            # Set upright, the words need room above and below.
            if frame.y + 8.0 < y < frame.top - 8.0:
                x = edge + out * (band / 2 + 0.6)
                sheet.text(x, y, grouped(northing), size=size, across="center", turn=90.0)
    low_left, low_right, up_left, up_right = corner_words(view, content.workspace.crs)
    for words, x, y, across in (
        (low_left, frame.x, frame.y - band / 2, "left"),
        (low_right, frame.right, frame.y - band / 2, "right"),
        (up_left, frame.x, frame.top + band / 2, "left"),
        (up_right, frame.right, frame.top + band / 2, "right"),
    ):
        sheet.text(x, y, words, size=size, colour=SOFT, across=across)
