"""The sheets of a plate: one with all sites, or an atlas with an index and a sheet for each site."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path

from ecozone.assess import Check
from ecozone.errors import OutputError, UsageError
from ecozone.log import Progress, no_progress
from ecozone.outputs.atomic import written
from ecozone.outputs.days import run_day
from ecozone.outputs.pictures.lettering import lettering_for
from ecozone.outputs.plate.content import Content, Site, content_of, ground_of, seen, shown
from ecozone.outputs.plate.drawing import draw_map
from ecozone.outputs.plate.layout import SCALES, Box, Layout, View, layout_of, scale_words, view_of_ground
from ecozone.outputs.plate.measuring import Ruler
from ecozone.outputs.plate.panel import Column, draw_panel, list_sites
from ecozone.outputs.plate.sheet import SOFT, Sheet, pdf_bytes, picture_bytes, settings
from ecozone.text import language, say, speaking

PLATE_SUFFIXES = (".pdf", ".svg", ".png")
#: How much of its sheet of an atlas a site may fill, so that what is around it is seen.
_SITE_SHARE = 0.45
_LIST_COLUMNS = 3


def write_plate(
    check: Check,
    path: str | PathLike[str],
    *,
    paper: str = "A3",
    landscape: bool = True,
    title: str | None = None,
    scale: int | None = None,
    lang: str | None = None,
    atlas: bool = False,
    progress: Progress = no_progress,
) -> Path:
    """Write a print map of a check: exact in size and scale, and readable in black and white.

    Parameters
    ----------
    check : Check
        As `ecozone.assess.check_sites` gives it.
    path : path
        ``.pdf``, ``.svg`` or ``.png``; replaced where it exists.
    paper : {"A3", "A4"}
    landscape : bool
        Else the sheet stands upright.
    title : str, optional
        The map's name; one with the workspace's name unless given.
    scale : int, optional
        The denominator, such as 5000; the largest round scale at which all sites fit unless given.
    lang : {"zh", "en"}, optional
        The current language unless given. Names stay as the data have them.
    atlas : bool
        An index and a sheet for each site, each at its own scale unless one is given; PDF only.
    progress : callable, optional
        Told of each sheet.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UsageError
        If the suffix or the paper is not known, the scale is no positive number, or an atlas is to be no PDF.
    OutputError
        If what is to be shown does not fit at the scale, there is nothing to show, Chinese text has no font, or the
        file cannot be written.
    CrsError
        If the workspace's coordinates are no metres.
    """
    require_plate(path, paper=paper, scale=scale, atlas=atlas)
    suffix = Path(path).suffix.lower()
    with speaking(lang or language()), settings():
        plate = plate_of(check, paper=paper, landscape=landscape, title=title, scale=scale)
        if suffix == ".pdf":
            found = pdf_bytes(plate.atlas(progress) if atlas else [plate.whole()], plate.title)
        else:
            found = picture_bytes(plate.whole(), suffix, plate.title)
    with written(path) as draft:
        draft.write_bytes(found)
    return Path(path)


def plate_of(
    check: Check, *, paper: str = "A3", landscape: bool = True, title: str | None = None, scale: int | None = None
) -> Plate:
    """Return what draws the sheets of `write_plate`, in the current language and matplotlib's current settings."""
    content = content_of(check, run_day(check.run) or dt.date.today())
    ruler = Ruler(lettering_for([*content.texts(), title or ""]))
    return Plate(content, layout_of(paper, landscape), scale, title, ruler)


def require_plate(path: str | PathLike[str], *, paper: str, scale: int | None, atlas: bool) -> None:
    """Refuse a file, a paper or a scale that no plate can have.

    Raises
    ------
    UsageError
        If one will not do.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in PLATE_SUFFIXES:
        raise UsageError("outputs.unknown_format", file=path, suffix=suffix, known=" ".join(PLATE_SUFFIXES))
    if atlas and suffix != ".pdf":
        raise UsageError("plate.atlas_pdf", file=path, suffix=suffix)
    if scale is not None and not 1 <= scale <= SCALES[-1]:
        raise UsageError("plate.scale_range", scale=scale_words(scale), most=scale_words(SCALES[-1]))
    layout_of(paper, landscape=True)


class Plate:
    """What all sheets of a file share."""

    def __init__(self, content: Content, layout: Layout, scale: int | None, title: str | None, ruler: Ruler) -> None:
        self._content, self._layout, self._scale, self._ruler = content, layout, scale, ruler
        usual = "map.title" if content.sites else "map.title_district"
        self.title = shown(title) if title else say(usual, name=content.name)

    def whole(self) -> Sheet:
        """Return one sheet with all sites."""
        sheet, _ = self._page(self._view(self._content.sites), self.title, "", self._content.sites, {})
        return sheet

    def atlas(self, progress: Progress) -> Iterator[Sheet]:
        """Yield the index, the rest of its list where the map leaves no room for it, and a sheet for each site."""
        drawn = [site for site in self._content.sites if site.shape is not None]
        if not drawn:
            raise OutputError("plate.nothing")
        # The pages of lists come before the sites' own, and the index names pages.
        view = view_of_ground(self._ground(self._content.sites), self._layout.frame)
        index, left = self._index(view, dict.fromkeys((site.number for site in drawn), 1))
        lists = -(-left // self._rows()) if left else 0
        pages = {site.number: place + 2 + lists for place, site in enumerate(drawn)}
        total = 1 + lists + len(drawn)
        index, left = self._index(view, pages)
        yield index
        rest = self._content.sites[len(self._content.sites) - left :]
        for start in range(0, left, self._rows()):
            yield self._list(rest[start : start + self._rows()], pages)
        for place, site in enumerate(drawn):
            progress(place, len(drawn), site.id)
            view = self._view([site], share=_SITE_SHARE)
            told = say("plate.page_of", page=pages[site.number], pages=total)
            name = say("plate.site_title", title=self.title, site=site.title)
            sheet, _ = self._page(view, name, told, [site], {}, others=True)
            yield sheet

    def _index(self, view: View, pages: Mapping[int, int]) -> tuple[Sheet, int]:
        name = say("plate.index_title", title=self.title)
        return self._page(view, name, "", self._content.sites, pages)

    def _ground(self, sites: Sequence[Site]) -> tuple[float, float, float, float]:
        ground = ground_of(self._content, sites)
        if ground is None:
            raise OutputError("plate.nothing")
        return ground

    def _view(self, sites: Sequence[Site], share: float = 0.9) -> View:
        return view_of_ground(self._ground(sites), self._layout.frame, scale=self._scale, share=share)

    def _page(
        self,
        view: View,
        title: str,
        told: str,
        listed: Sequence[Site],
        pages: Mapping[int, int],
        *,
        others: bool = False,
    ) -> tuple[Sheet, int]:
        """Return a sheet, and how many of the sites to be listed found no room; ``others`` lists those inside, too."""
        sheet = self._sheet(title, told)
        drawn = draw_map(sheet, self._layout, view, self._content, seen(self._content, view))
        own = listed[0] if others else None
        if others:
            first = listed[0].number
            listed = [*listed, *(site for site in drawn.sites if site.number != first)]
        return sheet, draw_panel(sheet, self._layout, view, self._content, drawn, listed, pages, own)

    def _sheet(self, title: str, told: str) -> Sheet:
        sheet, box = Sheet(self._layout.paper, self._ruler), self._layout.title
        x, y = box.middle
        room = box.width - (60.0 if told else 4.0)
        # A long name is set smaller before it is cut.
        size = 2.3 * self._layout.text
        size *= min(1.0, max(0.6, 0.999 * room / max(sheet.width(title, size, bold=True), 1e-6)))
        sheet.text(x, y + 1.0, title, size=size, bold=True, across="center", room=room)
        if told:
            sheet.text(box.right, y, told, size=self._layout.text, colour=SOFT, across="right")
        return sheet

    def _rows(self) -> int:
        """Return how many sites a sheet of lists holds."""
        return _LIST_COLUMNS * (self._list_rows() - 1)

    def _list_rows(self) -> int:
        paper, title = self._layout.paper, self._layout.title
        column = Column(Sheet(paper, self._ruler), Box(0.0, 0.0, 1.0, title.y - 10.0), self._layout.text)
        return int((column.left - 2 * column.row) // (column.row * 1.12))

    def _list(self, sites: Sequence[Site], pages: Mapping[int, int]) -> Sheet:
        """Return a sheet that lists sites in columns."""
        sheet = self._sheet(say("plate.index_title", title=self.title), "")
        paper, title = self._layout.paper, self._layout.title
        gap = 6.0
        width = (title.width - (_LIST_COLUMNS - 1) * gap) / _LIST_COLUMNS
        each = self._list_rows() - 1
        for place in range(_LIST_COLUMNS):
            box = Box(title.x + place * (width + gap), paper.y + 10.0, width, title.y - 10.0)
            list_sites(Column(sheet, box, self._layout.text), sites[place * each : (place + 1) * each], pages)
        return sheet


def plate_scale(words: str) -> int:
    """Read a scale as people write it.

    Raises
    ------
    UsageError
        If it is none.

    >>> plate_scale("1:5000"), plate_scale("1：2.5万"), plate_scale("10,000")
    (5000, 25000, 10000)
    """
    text = words.strip().replace("：", ":").replace(",", "").replace("，", "").replace(" ", "")
    number = text.removeprefix("1:")
    factor = 10_000 if number.endswith("万") else 1
    try:
        scale = float(number.removesuffix("万")) * factor
    except ValueError:
        raise UsageError("plate.scale_unclear", value=words) from None
    if not (1 <= scale < 1e12 and scale == int(scale)):
        raise UsageError("plate.scale_unclear", value=words)
    return int(scale)
