"""What a report is built of: headings, paragraphs, tables and figures, each text through one escape."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from ecozone.outputs.escape import plain
from ecozone.outputs.word.paper import NOTE, TABLE_TEXT, WIDTH_MM, add_field, new_document
from ecozone.text import say

_TWIPS_PER_MM = 1440 / 25.4
_CELL_MARGIN = 60
#: No picture is higher, so that its caption stays on its page.
_PICTURE_MM = 215.0
#: A table of so few rows is kept on one page.
_SMALL = 6
_HEAD_FILL = "DCE6E0"
#: Openers of a change of direction, and what ends each.
_CLOSERS = {**dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c"), **dict.fromkeys("\u2066\u2067\u2068", "\u2069")}
_MARKS = frozenset(_CLOSERS) | {"\u200e", "\u200f", "\u061c", "\u202c", "\u2069"}
#: A longer name is cut in headings; it stands whole in its table.
_HEADING_SIGNS = 60


@dataclass(frozen=True)
class Cell:
    """A cell that differs from plain text: its fill (``RRGGBB``) and whether it is bold."""

    text: str
    fill: str | None = None
    bold: bool = False


@dataclass(frozen=True)
class Column:
    """A column: its heading, its share of the table's width, and whether it holds numbers."""

    title: str
    width: float
    number: bool = False


def data_text(text: object) -> str:
    r"""Return a text from data as a document may hold it: nothing unprintable, and its direction kept to itself.

    >>> data_text("A\x00B{{7*7}}<b>&")
    'AB{{7*7}}<b>&'
    """
    words = plain(text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if not _MARKS.intersection(words):
        return words
    if words[0] == "\u2068" and words[-1] == "\u2069":
        words = words[1:-1]
    ends: list[str] = []
    for sign in words:
        if sign in _CLOSERS:
            ends.append(_CLOSERS[sign])
        elif ends and sign == ends[-1]:
            ends.pop()
    return f"\u2068{words}{''.join(reversed(ends))}\u2069"


def short(text: str) -> str:
    """Return a name as a heading holds it.

    >>> len(short("长" * 300))
    60
    """
    line = " ".join(text.split())
    return data_text(line if len(line) <= _HEADING_SIGNS else line[: _HEADING_SIGNS - 1] + "…")


class Blocks:
    """A document that grows block by block."""

    def __init__(self, title: str) -> None:
        self.document = new_document(short(title))
        self._counts = {"table": 0, "figure": 0}
        # python-docx looks through all styles for a name.
        self._styles = {style.name: style for style in self.document.styles}

    def heading(self, text: str, level: int) -> Any:
        """Add a numbered heading and return its paragraph."""
        return self.document.add_heading(short(text), level)

    def paragraph(self, text: str, style: str = "Normal", *, bold: bool = False) -> None:
        """Add a paragraph."""
        run = self.document.add_paragraph(style=self._styles[style]).add_run(data_text(text))
        run.bold = True if bold else None

    def note(self, text: str) -> None:
        """Add a remark below what it speaks of."""
        self.paragraph(text, NOTE)

    def new_page_heading(self, text: str) -> None:
        """Add a heading of the first level at the head of a page."""
        self.heading(text, 1).paragraph_format.page_break_before = True

    def table(self, caption: str, columns: Sequence[Column], rows: Iterable[Sequence[str | Cell]]) -> None:
        """Add a table with its number and caption; its head is repeated on each page."""
        self._caption("table", caption, above=True)
        head = [Cell(column.title, _HEAD_FILL, bold=True) for column in columns]
        whole = [head, *rows]
        widths, numbers = [column.width for column in columns], [column.number for column in columns]
        self._table(whole, widths, numbers, 1, together=len(whole) <= _SMALL)

    def pairs(self, caption: str, rows: Iterable[tuple[str, str | Cell]], *, first: float = 0.2) -> None:
        """Add a table of what is called how, without a head; ``first`` is the share of the names."""
        if caption:
            self._caption("table", caption, above=True)
        named = [(Cell(name, _HEAD_FILL), value) for name, value in rows]
        self._table(named, [first, 1 - first], [False, False], 0, together=True)

    def figure(self, picture: bytes, caption: str, alternative: str, width_mm: float = 120.0) -> None:
        """Add a picture with its number, its caption and what is read to those who do not see it."""
        paragraph = self.document.add_paragraph()
        shape = paragraph.add_run().add_picture(io.BytesIO(picture), width=Mm(width_mm))
        if shape.height > Mm(_PICTURE_MM):
            shape.width, shape.height = round(shape.width * Mm(_PICTURE_MM) / shape.height), Mm(_PICTURE_MM)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = True
        described = shape._inline.docPr  # noqa: SLF001 - python-docx has no way to describe a picture
        described.set("descr", data_text(alternative))
        described.set("title", data_text(caption))
        self._caption("figure", caption, above=False)

    def _caption(self, kind: str, text: str, *, above: bool) -> None:
        self._counts[kind] += 1
        paragraph = self.document.add_paragraph(style=self._styles["Caption"])
        paragraph.paragraph_format.keep_with_next = above
        word = say(f"report.{kind}")
        paragraph.add_run(f"{word} ")
        add_field(paragraph, f"SEQ {word} \\* ARABIC", str(self._counts[kind]))
        paragraph.add_run(f"　{data_text(text)}")

    def _table(
        self,
        rows: Sequence[Sequence[str | Cell]],
        widths: Sequence[float],
        numbers: Sequence[bool],
        heads: int,
        *,
        together: bool = False,
    ) -> None:
        whole = sum(widths)
        twips = [round(width / whole * WIDTH_MM * _TWIPS_PER_MM) for width in widths]
        table = _element("w:tbl")
        table.append(_table_properties(sum(twips)))
        grid = _element("w:tblGrid")
        for width in twips:
            grid.append(_element("w:gridCol", w=width))
        table.append(grid)
        for at, row in enumerate(rows):
            follows = at < heads or (together and at + 1 < len(rows))
            table.append(_row(row, twips, numbers, head=at < heads, follows=follows))
        body = self.document.element.body
        body.insert(len(body) - 1, table)  # the last element describes the section
        gap = self.document.add_paragraph().paragraph_format
        gap.space_after, gap.line_spacing = Pt(0), Pt(6)


def _element(tag: str, **attributes: object) -> Any:
    found = OxmlElement(tag)
    for name, value in attributes.items():
        found.set(qn(f"w:{name}"), str(value))
    return found


def _table_properties(width: int) -> Any:
    properties = _element("w:tblPr")
    properties.append(_element("w:tblW", w=width, type="dxa"))
    properties.append(_element("w:jc", val="center"))
    borders = _element("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(_element(f"w:{side}", val="single", sz=4, space=0, color="7F8C84"))
    properties.append(borders)
    properties.append(_element("w:tblLayout", type="fixed"))
    margins = _element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(f"w:{side}", w=_CELL_MARGIN, type="dxa"))
    properties.append(margins)
    return properties


def _row(
    cells: Sequence[str | Cell], widths: Sequence[int], numbers: Sequence[bool], *, head: bool, follows: bool
) -> Any:
    row = _element("w:tr")
    properties = _element("w:trPr")
    properties.append(_element("w:cantSplit"))
    if head:
        properties.append(_element("w:tblHeader"))
    row.append(properties)
    for content, width, number in zip(cells, widths, numbers, strict=True):
        row.append(_cell(content if isinstance(content, Cell) else Cell(content), width, number, head, follows))
    return row


def _cell(content: Cell, width: int, number: bool, head: bool, follows: bool) -> Any:
    cell = _element("w:tc")
    properties = _element("w:tcPr")
    properties.append(_element("w:tcW", w=width, type="dxa"))
    if content.fill is not None:
        properties.append(_element("w:shd", val="clear", color="auto", fill=content.fill))
    properties.append(_element("w:vAlign", val="center"))
    cell.append(properties)
    paragraph = _element("w:p")
    form = _element("w:pPr")
    form.append(_element("w:pStyle", val=TABLE_TEXT.replace(" ", "")))
    if follows:
        form.append(_element("w:keepNext"))
    form.append(_element("w:jc", val="center" if head else "right" if number else "left"))
    paragraph.append(form)
    run = _element("w:r")
    if content.bold:
        bold = _element("w:rPr")
        bold.append(_element("w:b"))
        run.append(bold)
    for at, line in enumerate(data_text(content.text).split("\n")):
        if at:
            run.append(_element("w:br"))
        text = _element("w:t")
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        text.text = line
        run.append(text)
    paragraph.append(run)
    cell.append(paragraph)
    return cell
