"""What is told beside the map: scale and north, the legend, the sites, where the data come from, and what it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import shapely

from ecozone.outputs.map_names import headed
from ecozone.outputs.plate.bearings import convergence_deg, sexagesimal
from ecozone.outputs.plate.content import Content, Seen, Site, shown
from ecozone.outputs.plate.drawing import (
    LOOKS,
    Shown,
    badge_size,
    badge_words,
    draw_badge,
    draw_sites,
    draw_symbol,
    mark_sites,
)
from ecozone.outputs.plate.layout import Box, Layout, View, grouped, round_step, scale_words
from ecozone.outputs.plate.sheet import FAINT, INK, SOFT, Sheet
from ecozone.text import say

#: Rows of sites that are listed at least, and the height of the scale with the arrow, in mm.
_LEAST_SITE_ROWS, _SCALE_MM = 3, 26.0
#: For so many layers of a sheet's own site there is room at least.
_LEAST_MEASURES = 8
#: The smallest letters that are still read in print, in points, and by how much those of sources are smaller.
_SMALLEST, _SMALLER = 4.5, 0.8
_SWATCH_MM = 9.0
#: The height of a line of text for each point of its size, in mm.
_LINE_MM = 0.3528 * 1.45


class Column:
    """A column that is filled from its top."""

    def __init__(self, sheet: Sheet, box: Box, text: float) -> None:
        self.sheet, self.box, self.size = sheet, box, text
        self.y = box.top

    @property
    def row(self) -> float:
        """The height of a row, in mm."""
        return self.size * 0.3528 * 1.75

    @property
    def left(self) -> float:
        """The height that is left, in mm."""
        return self.y - self.box.y

    def words(self, x: float, middle: float, words: object) -> None:
        """Write one line to the right edge, in smaller letters rather than cut."""
        room, sheet = self.box.right - x, self.sheet
        size = max(min(self.size, self.size * room / max(sheet.width(words, self.size), 1e-6)), _SMALLEST)
        sheet.text(x, middle, words, size=size, room=room + 1e-3)

    @property
    def heading_height(self) -> float:
        """The height of a heading."""
        return self.row + 1.4

    @property
    def gap_height(self) -> float:
        """The height of what parts two blocks."""
        return self.row * 0.6

    def heading(self, words: str) -> None:
        """Write what follows."""
        self.sheet.text(self.box.x, self.y - self.row / 2, words, size=self.size + 1.0, bold=True, room=self.box.width)
        self.sheet.line(
            [(self.box.x, self.y - self.row - 0.4), (self.box.right, self.y - self.row - 0.4)], colour=FAINT, width=0.5
        )
        self.y -= self.heading_height

    def lines(self, lines: Sequence[str], *, size: float, colour: str = INK, bold: bool = False) -> None:
        """Write lines below each other."""
        for line in lines:
            height = size * _LINE_MM
            self.sheet.text(
                self.box.x, self.y - height / 2, line, size=size, colour=colour, bold=bold, room=self.box.width
            )
            self.y -= height

    def gap(self) -> None:
        """Leave some room."""
        self.y -= self.gap_height


def draw_panel(
    sheet: Sheet,
    layout: Layout,
    view: View,
    content: Content,
    drawn: Shown,
    listed: Sequence[Site],
    pages: Mapping[int, int],
    own: Site | None = None,
) -> int:
    """Draw all that stands beside the map; return how many of the listed sites found no room.

    Of ``own``, the site that the sheet is of, stands below its name how much of it lies on each layer. Letters become
    smaller, down to `_SMALLEST`, where there is much to tell.
    """
    boxes, least = layout.columns, min(len(listed), _LEAST_SITE_ROWS)
    least += 0 if own is None else min(len(own.measures), _LEAST_MEASURES)
    if len(boxes) == 1:
        (box,) = boxes
        sizes = _sizes(layout.text)
        columns = [Column(sheet, box, size) for size in sizes]
        feet = [_Foot(content, drawn, column) for column in columns]
        tops = [_SCALE_MM + _legend_height(one, drawn) + _sites_height(one, least) for one in columns]
        fits = [top + foot.height <= box.height for top, foot in zip(tops, feet, strict=True)]
        chosen = fits.index(True) if True in fits else -1
        column, foot = columns[chosen], feet[chosen]
        _scale_and_north(column, view, content)
        _legend(column, drawn, column.left - foot.height - _sites_height(column, least))
        missing = _sites(column, listed, pages, column.left - foot.height, own)
        column.y = min(column.y, box.y + foot.height)
        foot.draw()
        return missing
    first, second, third = boxes
    sized = [Column(sheet, first, size) for size in _sizes(layout.text)]
    legend = next((one for one in sized if _legend_height(one, drawn) <= first.height), sized[-1])
    _legend(legend, drawn, first.height)
    column = Column(sheet, second, layout.text)
    _scale_and_north(column, view, content)
    missing = _sites(column, listed, pages, column.left, own)
    feet = [_Foot(content, drawn, Column(sheet, third, size)) for size in _sizes(layout.text)]
    next((foot for foot in feet if foot.height <= third.height), feet[-1]).draw()
    return missing


def _sizes(text: float) -> list[float]:
    return [size for size in (text, text - 0.5, text - 1.0, text - 1.5, text - 2.0) if size >= _SMALLEST]


def _scale_and_north(column: Column, view: View, content: Content) -> None:
    """Draw the numeric scale, the bar, and the arrow to grid north with the way to true north."""
    sheet, box, size = column.sheet, column.box, column.size
    top = column.y
    sheet.text(box.x, top - 3.0, say("plate.scale", scale=scale_words(view.scale)), size=size + 3.0, bold=True)
    room = min(box.width - 26.0, 62.0)
    unit = round_step(room / 4 * view.scale / 1000.0)
    while unit * 4 > room * view.scale / 1000.0:
        unit = _next_lower(unit)
    long = unit * 1000.0 / view.scale
    y = top - 12.0
    for step in range(4):
        part = Box(box.x + 1.0 + step * long, y, long, 1.6)
        sheet.box(part, fill=INK if step % 2 == 0 else "white", line=0.6)
    kilometres = unit * 4 >= 2000
    for step in (0, 1, 2, 4):
        value = unit * step / (1000.0 if kilometres else 1.0)
        sheet.text(box.x + 1.0 + step * long, y + 3.4, f"{value:g}", size=size - 1.0, across="center")
    unit_words = say("plate.kilometres" if kilometres else "plate.metres")
    sheet.text(box.x + 1.0, y - 2.2, unit_words, size=size - 1.0, colour=SOFT)
    turn = convergence_deg(*view.centre, content.workspace.crs)
    _north(column, turn, top)
    column.y = y - 4.2
    words = say("plate.convergence", angle=sexagesimal(turn))
    column.lines(sheet.ruler.wrapped(words, size - 1.0, box.width), size=size - 1.0)
    column.gap()


def _next_lower(unit: float) -> float:
    text = f"{unit:e}"
    lead, power = float(text[0]), 10.0 ** int(text.split("e")[1])
    return {1.0: 0.5, 2.0: 1.0, 5.0: 2.0}[lead] * power


def _north(column: Column, turn: float, top: float) -> None:
    """Draw an arrow to grid north, and a line to true north on its side of it, its angle drawn larger than it is."""
    sheet, size = column.sheet, column.size
    x, foot, head = column.box.right - 9.0, top - 16.5, top - 4.5
    left = [(x, head), (x - 2.4, foot), (x, foot + 2.6)]
    right = [(x, head), (x + 2.4, foot), (x, foot + 2.6)]
    sheet.areas([shapely.Polygon(left)], facecolor=INK, edgecolor=INK, linewidth=0.6)
    sheet.areas([shapely.Polygon(right)], facecolor="white", edgecolor=INK, linewidth=0.6)
    sheet.text(x, top - 2.2, "N", size=size + 2.0, bold=True, across="center")
    # Grid north lies to the right of true north where the convergence is positive.
    side = -1.0 if turn > 0 else 1.0
    tip = (x + side * 5.2, head - 0.4)
    sheet.line([(x + side * 0.4, foot + 2.6), tip], width=0.6, dash=(0, (3, 1.2)))
    sheet.mark(tip, "*", 2.0, fill=INK, edge=INK, line=0.0)


def _legend_height(column: Column, drawn: Shown) -> float:
    rows = len(_verdicts(drawn)) + len(_entries(drawn)) + 0.9 * drawn.small + 0.9 * _overruled(drawn)
    return column.heading_height + rows * column.row + column.gap_height


def _entries(drawn: Shown) -> list[Seen]:
    """Return the layers of the legend, from the top down."""
    return [one for one in reversed(drawn.layers) if one.visible]


def _verdicts(drawn: Shown) -> list[str]:
    return list(dict.fromkeys(site.verdict for site in drawn.sites))


def _overruled(drawn: Shown) -> bool:
    return any(site.override for site in drawn.sites)


def _legend(column: Column, drawn: Shown, room: float) -> None:
    """Draw what is inside the frame, and nothing else: the verdicts, then the layers from the top down."""
    sheet, box, size = column.sheet, column.box, column.size
    end = column.y - room
    column.heading(say("plate.legend"))
    height = column.row
    for verdict in _verdicts(drawn):
        middle = column.y - height / 2
        shape = shapely.box(box.x + 0.4, middle - height * 0.3, box.x + _SWATCH_MM, middle + height * 0.3)
        draw_sites(sheet, verdict, [shape])
        x = box.x + _SWATCH_MM + 2.0
        if drawn.small:
            mark_sites(sheet, verdict, [(x + 1.5, middle)])
            x += 5.0
        words = f"{LOOKS[verdict][1]} {headed(say(f'words.{verdict}'))}"
        sheet.text(x, middle, words, size=size, room=box.right - x)
        column.y -= height
    if drawn.small:
        column.lines([say("plate.small")], size=size - 0.7, colour=SOFT)
    if _overruled(drawn):
        column.lines([say("plate.star")], size=size - 0.7, colour=SOFT)
    entries = _entries(drawn)
    for place, one in enumerate(entries):
        middle = column.y - height / 2
        if place + 1 < len(entries) and column.y - 2 * height - column.gap_height < end - 1e-6:
            words = say("plate.more_layers", count=len(entries) - place)
            column.lines([words], size=size, bold=True)
            break
        draw_symbol(sheet, one.symbol, _samples(one, box.x + 0.4, middle, height))
        column.words(box.x + _SWATCH_MM + 2.0, middle, one.symbol.label)
        column.y -= height
    column.gap()


def _samples(one: Seen, x: float, y: float, height: float) -> list[object]:
    """Return shapes for a legend: an area, a line or a point, of the kinds that are drawn."""
    kinds = {
        2: shapely.box(x, y - height * 0.36, x + _SWATCH_MM - 0.4, y + height * 0.36),
        1: shapely.LineString([(x, y), (x + _SWATCH_MM - 0.4, y)]),
        0: shapely.Point(x + _SWATCH_MM / 2, y),
    }
    return [kinds[dimension] for dimension in reversed(one.dimensions)]


def _sites_height(column: Column, rows: int) -> float:
    """Return the height of a list of ``rows`` sites and the line that counts the rest."""
    return column.heading_height + (rows * 1.12 + 0.9) * column.row + column.gap_height if rows else 0.0


def _sites(
    column: Column, listed: Sequence[Site], pages: Mapping[int, int], room: float, own: Site | None = None
) -> int:
    """List sites with their numbers and verdicts as far as there is room; return how many are left out."""
    if not listed:
        return 0
    sheet, size = column.sheet, column.size
    end = column.y - room + 0.9 * column.row + column.gap_height
    column.heading(say("plate.sites"))
    told = 0
    # What persons ruled is never what there was no room for.
    for site in sorted(listed, key=lambda one: not one.override):
        lines = [line for one in site.rulings for line in sheet.ruler.wrapped(one, size - 0.5, column.box.width)][:6]
        height = 1.12 * column.row + len(lines) * (size - 0.5) * _LINE_MM
        if column.y - height < end - 1e-6:
            break
        _site_row(column, site, pages.get(site.number), 1.12 * column.row)
        column.lines(lines, size=size - 0.5, colour=SOFT)
        if site is own:
            _measures(column, site, column.y - end)
        told += 1
    left = len(listed) - told
    if left:
        words = say("plate.more_listed" if pages else "plate.more_sites", count=grouped(left))
        column.lines([words], size=size - 0.5, colour=SOFT)
    column.gap()
    return left


def _measures(column: Column, site: Site, room: float) -> None:
    """List the layers that a site touches with how much of it lies on each, as far as there is room."""
    sheet, box, size = column.sheet, column.box, column.size - 0.5
    height = size * _LINE_MM
    fit = max(int(room / height), 0)
    kept = site.measures if len(site.measures) <= fit else site.measures[: max(fit - 1, 0)]
    for title, words in kept:
        taken = min(sheet.width(words, size), 0.6 * box.width)
        sheet.text(box.x + 2.0, column.y - height / 2, title, size=size, room=box.width - taken - 4.0)
        sheet.text(box.right, column.y - height / 2, words, size=size, across="right", room=taken + 0.1)
        column.y -= height
    if len(kept) < len(site.measures) and fit:
        column.lines([say("plate.more_measures", count=len(site.measures) - len(kept))], size=size, colour=SOFT)


def list_sites(column: Column, sites: Sequence[Site], pages: Mapping[int, int]) -> None:
    """List sites in a column that has room for them."""
    for site in sites:
        _site_row(column, site, pages.get(site.number), column.row * 1.12)


def _site_row(column: Column, site: Site, page: int | None, height: float) -> None:
    sheet, box, size = column.sheet, column.box, column.size
    middle = column.y - height / 2
    words = badge_words(site)
    width, _ = badge_size(sheet, words, size - 0.5)
    draw_badge(sheet, Box(box.x + 0.3, middle - height * 0.42, width, height * 0.84), words, site.verdict, size - 0.5)
    verdict = site.verdict_words if site.shape is not None else say("plate.not_drawn", verdict=site.verdict_words)
    if page is not None:
        verdict += say("plate.on_page", page=page)
    start = box.x + max(width + 1.6, 10.0)
    taken = min(sheet.width(verdict, size), 0.68 * (box.right - start))
    sheet.text(start, middle, site.title, size=size, room=box.right - start - taken - 2.0)
    sheet.text(box.right, middle, verdict, size=size, across="right", room=taken + 0.1)
    column.y -= height


class _Foot:
    """The sources, the notes, who made it when, and what it is not: at the bottom of the last column."""

    def __init__(self, content: Content, drawn: Shown, column: Column) -> None:
        self._column = column
        wrapped, width, size = column.sheet.ruler.wrapped, column.box.width, column.size
        self._fine = max(size - _SMALLER, 4.2)
        told = list(dict.fromkeys((one.layer.key, _source(one)) for one in reversed(drawn.layers) if one.told))
        self._sources = (
            wrapped(say("plate.between").join(words for _, words in told), self._fine, width) if told else []
        )
        self._notes = [line for note in _notes(content, drawn) for line in wrapped(note, size - 0.5, width)]
        made = [
            say("plate.crs", crs=shown(content.crs)),
            say("plate.made_on", date=content.day.isoformat()),
            say("plate.author"),
        ]
        self._made = [line for words in made for line in wrapped(words, size, width)]
        self._schematic = any(one.layer.schematic for one in drawn.layers)
        warning = say("plate.schematic") if self._schematic else say("plate.no_title_document")
        self._warning = wrapped(warning, size + 0.5, width, bold=True)

    @property
    def height(self) -> float:
        """The height of all of it, in mm."""
        size = self._column.size
        rows = len(self._sources) * self._fine + len(self._notes) * (size - 0.5)
        rows += len(self._made) * size + len(self._warning) * (size + 0.5)
        heading = self._column.heading_height + self._column.gap_height if self._sources else 0.0
        return heading + rows * _LINE_MM + 0.8

    def draw(self) -> None:
        """Draw it from where the column stands."""
        column, size = self._column, self._column.size
        if self._sources:
            column.heading(say("plate.sources"))
            column.lines(self._sources, size=self._fine, colour=SOFT)
            column.gap()
        column.lines(self._notes, size=size - 0.5, colour=SOFT)
        column.lines(self._made, size=size)
        column.y -= 0.8
        colour = "#b3201b" if self._schematic else INK
        column.lines(self._warning, size=size + 0.5, colour=colour, bold=True)


def _source(one: Seen) -> str:
    """Return where a layer comes from, and since when it holds where that is known."""
    date = shown(one.layer.valid_from) if one.layer.valid_from else ""
    return say("plate.source", title=one.title, basis=shown(one.layer.basis or say("map.no_basis")), date=date)


def _notes(content: Content, drawn: Shown) -> list[str]:
    notes = []
    if drawn.unnumbered:
        notes.append(say("plate.unnumbered", count=grouped(drawn.unnumbered)))
    notes += [say("plate.unread", layer=item.title, why=item.trouble) for item in content.unread]
    return notes
