"""A user's own .docx in place of ours: read with suspicion, filled with our values, and run by nothing."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import TemplateError

from ecozone.errors import InputError
from ecozone.outputs.word.sandbox import TemplateLanguage, TemplateRefusedError
from ecozone.text import near_word, say

#: A template unpacks to no more than this.
MOST_MB = 50
_PICTURE_MM = 120
_OUTSIDE = re.compile(rb"<[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>")
_LINK = re.compile(rb"/relationships/hyperlink[\"']")
_FETCHES = re.compile(rb"\b(?:DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE)\b")
Draw = Callable[[int], tuple[bytes, Sequence[tuple[str, str]]]]


def filled(path: Path, values: Mapping[str, Any], draw: Draw) -> Any:
    """Return the user's document with our values in it.

    Parameters
    ----------
    path : Path
        A .docx with the names of docs/word-template.md in it.
    values : mapping
        Of `ecozone.outputs.word.values.report_values`.
    draw : callable
        Draws the site at a place of the check; called where the template shows it.

    Raises
    ------
    InputError
        If it cannot be read, refers to other files, names what there is not, or asks for what a template may not.
    """
    data = _trusted(path)
    template = DocxTemplate(io.BytesIO(data))
    context = {name: value for name, value in values.items() if name != "sites"}
    context["sites"] = [{**site, "map": _Picture(template, draw, site)} for site in values["sites"]]
    context["site"] = context["sites"][0] if context["sites"] else None
    try:
        template.render(context, TemplateLanguage(context), autoescape=True)
    except TemplateRefusedError as error:
        if error.key == "report.template_name" and error.words["near"] == "—":
            error.words["near"] = near_word(str(error.words["name"]), context)
        raise error.of(path) from None
    except TemplateError as error:
        raise InputError("report.template_wrong", file=path, why=_said(error)) from error
    except (KeyError, ValueError, TypeError, SyntaxError, RecursionError, zipfile.BadZipFile) as error:
        raise InputError("report.template_broken", file=path) from error
    return template.docx


#: What jinja2 says of a template's text, and the name of our sentence for it; what it quotes fills the sentence.
_WRONG = (
    (re.compile(r"unknown tag '(?P<found>[^']*)'"), "tag"),
    (re.compile(r"(?i)unexpected end of template|end of file"), "open"),
    (re.compile(r"expected token '(?P<wanted>[^']*)', got '(?P<found>.*)'"), "sign"),
    (re.compile(r"unexpected (?:char )?'(?P<found>.*)'"), "sign"),
    (re.compile(r"No (?:filter|test) named '(?P<found>[^']*)'"), "filter"),
)


def _said(error: TemplateError) -> str:
    """Say what is wrong with a template's text in the user's language; what no sentence fits, as jinja2 has it."""
    words = error.message or type(error).__name__
    for pattern, name in _WRONG:
        if found := pattern.search(words):
            return say(f"report.template_{name}", found=found.groupdict().get("found") or "")
    return say("report.template_other", words=words)


class _Picture(InlineImage):  # type: ignore[misc]
    """A site's picture, drawn where the template shows it."""

    def __init__(self, template: Any, draw: Draw, site: Mapping[str, Any]) -> None:
        super().__init__(template, None, width=Mm(_PICTURE_MM))
        self._draw, self._at = draw, site["at"]
        self._words = html.escape(say("report.caption_map", site=site["name"]), quote=True)

    def _insert_image(self) -> str:
        self.image_descriptor = io.BytesIO(self._draw(self._at)[0])
        return str(super()._insert_image()).replace("<wp:docPr ", f'<wp:docPr descr="{self._words}" ', 1)

    __unicode__ = __str__ = __html__ = _insert_image


def _trusted(path: Path) -> bytes:
    """Return the bytes of a template that fetches nothing, runs nothing and unpacks to a sane size."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError("intake.not_found", file=path) from error
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if "word/document.xml" not in names or len(set(names)) != len(names):
                raise InputError("report.template_broken", file=path)
            if sum(entry.file_size for entry in archive.infolist()) > MOST_MB * 1_000_000:
                raise InputError("report.template_large", file=path, most=MOST_MB)
            for what in _foreign(archive):
                raise InputError("report.template_outside", file=path, what=what)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputError("report.template_broken", file=path) from error
    return data


def _foreign(archive: zipfile.ZipFile) -> Iterator[str]:
    """Yield what in a template would run, or fetch another file."""
    for name in archive.namelist():
        if "vbaproject" in name.casefold() or "/activex" in name.casefold() or "/embeddings/" in name.casefold():
            yield name
        if not name.endswith((".xml", ".rels")):
            continue
        text = archive.read(name)
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text or _FETCHES.search(text):
            yield name
        if any(not _LINK.search(found) for found in _OUTSIDE.findall(text)):
            yield name
