"""An empty document with our styles: A4, Chinese typography, numbered headings, page numbers."""

from __future__ import annotations

from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from ecozone.outputs.word.fonts import FANG_SONG, HEI, SONG, font_table, set_fonts, set_language
from ecozone.text import language, say

WIDTH_MM = 166.0
_MARGIN_MM = 22.0
_PAPER_MM = (210.0, 297.0)

#: Style: Chinese font, points, bold, space before and after in points.
_STYLES: dict[str, tuple[str, float, bool, float, float]] = {
    "Normal": (SONG, 10.5, False, 0, 4),
    "Title": (HEI, 20, False, 0, 6),
    "Subtitle": (FANG_SONG, 11, False, 0, 8),
    "Heading 1": (HEI, 15, False, 12, 6),
    "Heading 2": (HEI, 12, False, 10, 4),
    "Heading 3": (HEI, 10.5, False, 6, 3),
    "Caption": (HEI, 9, False, 6, 3),
    "Header": (SONG, 9, False, 0, 0),
    "Footer": (SONG, 9, False, 0, 0),
}
#: Styles of our own, by what they are made from.
TABLE_TEXT, NOTE = "Table Text", "Note"
_OWN: dict[str, tuple[str, float, bool, float, float]] = {
    TABLE_TEXT: (SONG, 9, False, 1, 1),
    NOTE: (FANG_SONG, 9, False, 2, 4),
}
_CENTRED = ("Title", "Subtitle", "Caption", "Footer")
_DARK = RGBColor(0x1F, 0x2A, 0x24)
#: How headings are numbered, level by level.
_NUMBERS = {
    "zh": (("chineseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3."), "nothing"),
    "en": (("decimal", "%1"), ("decimal", "%1.%2"), ("decimal", "%1.%2.%3"), "space"),
}


def new_document(title: str) -> Any:
    """Return an empty document in the current language, ``title`` at the head of its pages."""
    document = Document()
    _set_page(document.sections[0])
    _set_styles(document)
    _number_headings(document)
    _set_margins_text(document.sections[0], title)
    _drop_marks_of_editing(document)
    for part in document.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            part._blob = font_table()  # noqa: SLF001 - python-docx keeps a part that it does not know as bytes
    return document


def _drop_marks_of_editing(document: Any) -> None:
    """Take out the numbers by which Word knows its own sessions: they say when a text was typed."""
    for element in document.element.iter():
        for name in [name for name in element.attrib if name.startswith(qn("w:rsid"))]:
            del element.attrib[name]
    settings = document.settings.element
    for old in settings.findall(qn("w:rsids")):
        settings.remove(old)


def _set_page(section: Any) -> None:
    section.page_width, section.page_height = (Mm(size) for size in _PAPER_MM)
    section.left_margin = section.right_margin = Mm(_MARGIN_MM)
    section.top_margin, section.bottom_margin = Mm(25), Mm(22)
    section.header_distance = section.footer_distance = Mm(12)


def _set_styles(document: Any) -> None:
    root = document.styles.element
    defaults = root.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    set_fonts(defaults, SONG)
    set_language(defaults)
    # A style that nothing is written in may be chosen by whoever edits the report.
    for fonts in list(root.iter(qn("w:rFonts"))):
        set_fonts(fonts.getparent(), SONG)
    for name in _OWN:
        style = document.styles.add_style(name, 1)
        style.base_style = document.styles["Normal"]
    for name, (font, size, bold, before, after) in {**_STYLES, **_OWN}.items():
        style = document.styles[name]
        properties = style.element.get_or_add_rPr()
        set_fonts(properties, font)
        style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
        style.font.color.rgb = _DARK
        set_language(properties)
        form = style.paragraph_format
        form.space_before, form.space_after = Pt(before), Pt(after)
        form.line_spacing_rule = WD_LINE_SPACING.SINGLE
        form.widow_control = True
        if name in _CENTRED:
            form.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if name == "Title":
            for border in style.element.pPr.findall(qn("w:pBdr")):
                style.element.pPr.remove(border)
    document.styles["Normal"].paragraph_format.line_spacing = 1.25
    document.styles[TABLE_TEXT].paragraph_format.line_spacing = 1.0


def _number_headings(document: Any) -> None:
    root = document.part.numbering_part.element
    for old in list(root):
        root.remove(old)
    *levels, gap = _NUMBERS[language()]
    words = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:pStyle w:val="Heading{at + 1}"/>'
        f'<w:suff w:val="{gap}"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr></w:lvl>'
        for at, (form, text) in enumerate(levels)
    )
    root.append(
        parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="1"><w:multiLevelType w:val="multilevel"/>{words}'
            "</w:abstractNum>"
        )
    )
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="1"><w:abstractNumId w:val="1"/></w:num>'))
    for at in range(len(levels)):
        properties = document.styles[f"Heading {at + 1}"].element.get_or_add_pPr()
        numbered = properties.get_or_add_numPr()
        numbered.get_or_add_ilvl().val = at
        numbered.get_or_add_numId().val = 1


def _set_margins_text(section: Any, title: str) -> None:
    head = section.header.paragraphs[0]
    head.text = title
    head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    foot = section.footer.paragraphs[0]
    before, between, after = say("report.page").split("#")
    foot.add_run(before)
    add_field(foot, "PAGE", "1")
    foot.add_run(between)
    add_field(foot, "NUMPAGES", "1")
    foot.add_run(f"{after}　{say('report.for_reference')}")


def add_field(paragraph: Any, instruction: str, shown: str) -> None:
    """Add a field, with what it shows until Word works it out again."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), f" {instruction} ")
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = shown
    run.append(text)
    field.append(run)
    paragraph._p.append(field)  # noqa: SLF001 - python-docx has no way to add a field
