"""A sheet to draw on in millimetres from its top left corner, and how it becomes a file of the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any

from ecozone.errors import UsageError
from ecozone.outputs.atomic import written
from ecozone.outputs.pictures.lettering import Lettering
from ecozone.text import speaking

PICTURE_SUFFIXES = (".svg", ".png")
#: Pixels an inch of a PNG: sharp in print, small enough for a document.
DPI = 240
INK, SOFT, FAINT = "#1a1a1a", "#595959", "#d0d0d0"
MARGIN = 3.0
#: A picture of no given height ends here: a PNG has no more than 65,536 rows.
TALLEST_MM = 2000.0

Point = tuple[float, float]


class Board:
    """A picture while it is drawn. Lengths are mm, y points down, text sizes and line widths are points.

    ``title`` and ``about`` are its accessible name and description. What is drawn of data carries a label, so that it
    can be found again among ``axes.patches`` and ``axes.lines``.
    """

    def __init__(self, width: float, lettering: Lettering, title: str, about: str) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.width, self.height = width, width
        self.lettering = lettering
        self.title, self.about = lettering.words(title), lettering.words(about)
        self.figure = Figure(dpi=DPI, facecolor="white")
        FigureCanvasAgg(self.figure)
        self.axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.axis("off")

    def finish(self, height: float) -> Board:
        """Set the height once all is laid out."""
        self.height = height
        self.figure.set_size_inches(self.width / 25.4, height / 25.4)
        self.axes.set_xlim(0.0, self.width)
        self.axes.set_ylim(height, 0.0)
        return self

    def text(
        self,
        x: float,
        y: float,
        words: object,
        *,
        size: float = 7.0,
        bold: bool = False,
        colour: str = INK,
        across: str = "left",
        room: float | None = None,
    ) -> None:
        """Write one line with its middle at ``y``, cut to ``room`` mm where that is given."""
        lettering = self.lettering
        line = lettering.words(words) if room is None else lettering.fitted(words, size, room, bold=bold)
        self.axes.text(
            *(x, y, line),
            fontproperties=lettering.properties(size, bold=bold),
            color=colour,
            ha=across,
            va="center_baseline",
            parse_math=False,
        )

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str = "none",
        hatch: str | None = None,
        edge: str = INK,
        line: float = 0.4,
        label: str = "",
    ) -> None:
        """Draw a rectangle from its upper left corner."""
        from matplotlib.patches import Rectangle

        self.axes.add_patch(
            Rectangle((x, y), width, height, facecolor=fill, hatch=hatch, edgecolor=edge, linewidth=line, label=label)
        )

    def line(
        self,
        points: Sequence[Point],
        *,
        colour: str = INK,
        width: float = 0.6,
        marker: str = "",
        size: float = 3.0,
        behind: bool = False,
        dashed: bool = False,
        label: str = "",
    ) -> None:
        """Draw a line through points; with a marker at each."""
        from matplotlib.lines import Line2D

        xs, ys = [x for x, _ in points], [y for _, y in points]
        looks: dict[str, Any] = {"color": colour, "linewidth": width, "marker": marker, "markersize": size}
        looks["linestyle"] = (0, (2.0, 1.2)) if dashed else "solid"
        self.axes.add_line(Line2D(xs, ys, **looks, solid_capstyle="butt", zorder=0.5 if behind else 2.0, label=label))

    def shape(self, path: Any, **looks: Any) -> Any:
        """Draw a matplotlib path and return what is drawn."""
        from matplotlib.patches import PathPatch

        return self.axes.add_patch(PathPatch(path, **looks))

    def heading(self, words: str) -> float:
        """Write the title and return where what follows may begin."""
        y, room = MARGIN + 2.0, self.width - 2 * MARGIN
        for line in self.lettering.wrapped(words, 10.0, room, bold=True):
            self.text(MARGIN, y, line, size=10.0, bold=True, room=room)
            y += 4.8
        return y - 0.3

    def key(self, y: float, marks: Sequence[tuple[Callable[[float, float], None], str]]) -> float:
        """Draw what marks mean side by side, each 5 mm wide from a place and mid height, and return where they end."""
        x, room = MARGIN, self.width - MARGIN
        for mark, words in marks:
            said = self.lettering.fitted(words, 6.5, room - MARGIN - 6.2)
            taken = 6.2 + self.lettering.width(said, 6.5)
            if x > MARGIN and x + taken > room:
                x, y = MARGIN, y + 4.0
            mark(x, y + 2.0)
            self.text(x + 6.2, y + 2.0, said, size=6.5, colour=SOFT)
            x += taken + 5.0
        return y + 5.5

    def notes(self, y: float, lines: Sequence[str]) -> float:
        """Write notes below each other, broken to the width, and return where they end."""
        for note in lines:
            for line in self.lettering.wrapped(note, 6.5, self.width - 2 * MARGIN):
                self.text(MARGIN, y + 1.7, line, size=6.5, colour=SOFT)
                y += 3.4
        return y


def lines_of(lettering: Lettering, lines: Sequence[str], width: float) -> float:
    """Return the height of notes on a board of this width, in mm."""
    return 3.4 * sum(len(lettering.wrapped(note, 6.5, width - 2 * MARGIN)) for note in lines)


def saved(build: Callable[[], Board], path: str | PathLike[str], lang: str | None) -> Path:
    """Draw a picture and write it as SVG or PNG, as the suffix says.

    Raises
    ------
    UsageError
        If the suffix is another one.
    OutputError
        If the file cannot be written, or Chinese text has no font.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in PICTURE_SUFFIXES:
        raise UsageError("outputs.unknown_format", file=path, suffix=suffix, known=" ".join(PICTURE_SUFFIXES))
    found = drawn(build, suffix, lang)
    with written(path) as draft:
        draft.write_bytes(found)
    return Path(path)


def drawn(build: Callable[[], Board], suffix: str, lang: str | None) -> bytes:
    """Return the bytes of a picture."""
    with _settings(), speaking(lang) if lang else nullcontext():
        board = build()
        return _svg(board) if suffix == ".svg" else _png(board)


@contextmanager
def _settings() -> Iterator[None]:
    """Draw by matplotlib's defaults and ours, whatever the user's own settings are."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(
            {"svg.hashsalt": "ecozone", "svg.fonttype": "path", "hatch.linewidth": 0.4, "axes.unicode_minus": False}
        )
        yield


def _svg(board: Board) -> bytes:
    """Return an SVG whose letters are paths, named and described for those who do not see it."""
    stream = io.StringIO()
    board.figure.savefig(stream, format="svg", dpi=DPI, metadata={"Date": None, "Creator": None})
    text = stream.getvalue()
    at = text.index(">", text.index("<svg ")) + 1
    opened = text[: at - 1] + ' role="img">'
    told = f"\n <title>{escape(board.title)}</title>\n <desc>{escape(board.about)}</desc>"
    return (opened + told + text[at:]).encode("utf-8")


def _png(board: Board) -> bytes:
    stream = io.BytesIO()
    told = {"Software": None, "Title": board.title, "Description": board.about}
    board.figure.savefig(stream, format="png", dpi=DPI, metadata=told)
    return stream.getvalue()
