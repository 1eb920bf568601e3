"""A document's file: the same document gives the same bytes."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import Any

from ecozone.outputs.escape import plain

_NO_DATE = (1980, 1, 1, 0, 0, 0)
#: The day of a document whose run names none.
_NO_DAY = dt.date(1980, 1, 1)
_LONGEST = 255


def save(document: Any, draft: Path, *, title: str, lang: str, day: dt.date | None) -> None:
    """Write a document whose properties and zip name no moment but the day of its run.

    Parameters
    ----------
    document : docx.document.Document
    draft : Path
    day : date, optional
        Stands as the day that it was made and changed.
    """
    said = document.core_properties
    moment = dt.datetime.combine(day or _NO_DAY, dt.time())
    said.created = said.modified = said.last_printed = moment
    said.title, said.language = plain(title)[:_LONGEST], "zh-CN" if lang == "zh" else "en-US"
    said.author = said.last_modified_by = "ecozone"
    said.comments = said.keywords = said.subject = said.category = ""
    said.revision = 1
    # The picture of python-docx's own empty page.
    links = document.part.package.rels
    for name in [name for name, link in links.items() if link.reltype.endswith("/thumbnail")]:
        del links[name]
    buffer = io.BytesIO()
    document.save(buffer)
    whole = io.BytesIO()
    with zipfile.ZipFile(buffer) as made, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as out:
        for name in made.namelist():
            entry = zipfile.ZipInfo(name, _NO_DATE)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(entry, made.read(name))
    draft.write_bytes(whole.getvalue())
