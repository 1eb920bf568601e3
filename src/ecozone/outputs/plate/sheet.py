"""A sheet of paper to draw on in millimetres, and how it becomes a file of the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import shapely

from ecozone.outputs.plate.hatching import hatch_lines, hatch_marks
from ecozone.outputs.plate.layout import Box
from ecozone.outputs.plate.measuring import Ruler

INK, SOFT, FAINT = "#1a1a1a", "#595959", "#9a9a9a"
#: Pixels an inch of a PNG: what printers print.
DPI = 300
_MM_PER_INCH = 25.4
_POINT_MM = 25.4 / 72.0


class Sheet:
    """One page while it is drawn. Lengths are mm from the lower left corner, letters and lines are in points."""

    def __init__(self, paper: Box, ruler: Ruler) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.ruler = ruler
        size = (paper.width / _MM_PER_INCH, paper.height / _MM_PER_INCH)
        self.figure = Figure(figsize=size, dpi=72, facecolor="white")
        FigureCanvasAgg(self.figure)
        self.axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.axis("off")
        self.axes.set_xlim(0.0, paper.width)
        self.axes.set_ylim(0.0, paper.height)
        self._clip: Box | None = None
        self._order = 0

    @contextmanager
    def within(self, box: Box) -> Iterator[None]:
        """Cut off what is drawn in a ``with`` block at the edges of a box."""
        self._clip = box
        try:
            yield
        finally:
            self._clip = None

    def text(
        self,
        x: float,
        y: float,
        words: object,
        *,
        size: float,
        bold: bool = False,
        colour: str = INK,
        across: str = "left",
        room: float | None = None,
        turn: float = 0.0,
        halo: bool = False,
    ) -> None:
        """Write one line with its middle at ``y``, cut to ``room`` mm where that is given."""
        from matplotlib.patheffects import withStroke

        letters = self.ruler.lettering
        line = letters.words(words) if room is None else self.ruler.fitted(words, size, room, bold=bold)
        made = self.axes.text(
            *(x, y, line),
            fontproperties=letters.properties(size, bold=bold),
            color=colour,
            ha=across,
            va="center_baseline",
            rotation=turn,
            rotation_mode="anchor",
            parse_math=False,
        )
        if halo:
            made.set_path_effects([withStroke(linewidth=1.6, foreground="white")])
        self._placed(made)

    def width(self, words: object, size: float, *, bold: bool = False) -> float:
        """Return how wide a line is, in mm."""
        return self.ruler.width(self.ruler.lettering.words(words), size, bold=bold)

    def box(self, box: Box, *, fill: str = "none", edge: str = INK, line: float = 0.4, dash: Any = "-") -> None:
        """Draw a rectangle."""
        from matplotlib.patches import Rectangle

        looks: dict[str, Any] = {"facecolor": fill, "edgecolor": edge, "linewidth": line, "linestyle": dash}
        self._placed(self.axes.add_artist(Rectangle((box.x, box.y), box.width, box.height, **looks)))

    def line(
        self,
        points: Any,
        *,
        colour: str = INK,
        width: float = 0.6,
        dash: Any = "-",
        label: str = "",
    ) -> None:
        """Draw a line through points, an array (n, 2) or a list of pairs."""
        from matplotlib.lines import Line2D

        xy = np.asarray(points, dtype=np.float64)
        looks: dict[str, Any] = {"color": colour, "linewidth": width, "linestyle": dash, "label": label}
        line = Line2D(xy[:, 0], xy[:, 1], **looks, solid_capstyle="butt", dash_capstyle="butt", solid_joinstyle="round")
        self._placed(self.axes.add_artist(line))

    def mark(self, points: Any, marker: str, size: float, *, fill: str, edge: str, line: float = 0.8) -> None:
        """Draw a mark of ``size`` mm at each point."""
        from matplotlib.lines import Line2D

        xy = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        looks: dict[str, Any] = {
            "marker": marker,
            "markersize": size / _POINT_MM,
            "markerfacecolor": fill,
            "markeredgecolor": edge,
        }
        self._placed(self.axes.add_artist(Line2D(xy[:, 0], xy[:, 1], linestyle="none", markeredgewidth=line, **looks)))

    def areas(self, shapes: Any, **looks: Any) -> None:
        """Draw polygons, given in mm, as one patch with matplotlib's looks."""
        from matplotlib.patches import PathPatch

        path = _path(shapes)
        if path is not None:
            self._placed(self.axes.add_artist(PathPatch(path, joinstyle="round", **looks)))

    def hatch(self, shapes: Any, pattern: str, colour: str) -> None:
        """Draw a pattern over polygons, given in mm; see `ecozone.outputs.plate.hatching`."""
        from matplotlib.lines import Line2D
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        clip = self._clip
        if clip is not None:
            shapes = shapely.clip_by_rect(shapes, clip.x, clip.y, clip.right, clip.top)
        area = _path(shapes)
        if area is None:
            return
        x_min, y_min, x_max, y_max = shapely.total_bounds(shapes)
        box = Box(x_min, y_min, x_max - x_min, y_max - y_min)
        lines = [Path(line) for line in hatch_lines(pattern, box)]
        drawn: list[Any] = []
        if lines:
            looks: dict[str, Any] = {"facecolor": "none", "edgecolor": colour, "linewidth": 0.4}
            drawn.append(PathPatch(Path.make_compound_path(*lines), **looks))
        for mark, size, places in hatch_marks(pattern, box):
            looks = {"marker": mark, "markersize": size / _POINT_MM, "markeredgecolor": colour, "linestyle": "none"}
            looks |= {"markerfacecolor": "none" if mark == "o" else colour, "markeredgewidth": 0.4}
            drawn.append(Line2D(places[:, 0], places[:, 1], **looks))
        for artist in drawn:
            self._placed(self.axes.add_artist(artist))
            artist.set_clip_on(True)
            artist.set_clip_path(area, self.axes.transData)

    def _placed(self, artist: Any) -> None:
        """Put what was drawn above all that was drawn before, and cut it off where that is wanted."""
        from matplotlib.patches import Rectangle

        self._order += 1
        artist.set_zorder(self._order)
        if self._clip is None:
            artist.set_clip_on(False)
        else:
            clip = self._clip
            corner = Rectangle((clip.x, clip.y), clip.width, clip.height, transform=self.axes.transData)
            artist.set_clip_path(corner)


def _path(shapes: Any) -> Any:
    """Return the polygons among shapes as one matplotlib path, None where there are none."""
    from matplotlib.path import Path

    parts = shapely.get_parts(np.asarray(shapes, dtype=object))
    parts = shapely.orient_polygons(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])
    rings = shapely.get_rings(parts)
    if not len(rings):
        return None
    xy, owner = shapely.get_coordinates(rings, return_index=True)
    codes = np.full(len(xy), Path.LINETO, dtype=np.uint8)
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    codes[starts] = Path.MOVETO
    codes[np.append(starts[1:], len(xy)) - 1] = Path.CLOSEPOLY
    return Path(xy, codes)


@contextmanager
def settings() -> Iterator[None]:
    """Draw by matplotlib's defaults and ours, whatever the user's own settings are."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        ours: dict[Any, Any] = {"svg.hashsalt": "ecozone", "svg.fonttype": "path", "pdf.fonttype": 3}
        mpl.rcParams.update(ours | {"path.simplify": False})
        yield


def pdf_bytes(pages: Iterator[Sheet] | Sequence[Sheet], title: str) -> bytes:
    """Return a PDF of some pages; each is drawn when the one before is done with."""
    from matplotlib.backends.backend_pdf import PdfPages

    stream = io.BytesIO()
    told = {"Title": title, "Creator": None, "Producer": None, "CreationDate": None, "ModDate": None}
    with PdfPages(stream, metadata=told) as file:
        for page in pages:
            page.figure.savefig(file, format="pdf")
    return stream.getvalue()


def picture_bytes(page: Sheet, suffix: str, title: str) -> bytes:
    """Return a page as SVG or PNG."""
    stream = io.BytesIO()
    if suffix == ".svg":
        page.figure.savefig(stream, format="svg", metadata={"Title": title, "Date": None, "Creator": None})
    else:
        page.figure.savefig(stream, format="png", dpi=DPI, metadata={"Title": title, "Software": None})
    return stream.getvalue()
