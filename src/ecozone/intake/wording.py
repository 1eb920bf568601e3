"""What the titles and remarks around a table say of its CRS, in the words of the header of a 报批坐标 TXT."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ecozone.errors import CrsError
from ecozone.intake.headers import plain_header
from ecozone.intake.layout import Layout, Row
from ecozone.intake.reading import listed
from ecozone.intake.txt_header import MERIDIAN, SYSTEM, WIDTH, ZONE, utm_crs
from ecozone.intake.txt_lines import Entry
from ecozone.intake.webmaps import web_datum

_system = re.compile(r"坐标系(?:统)?(?:名称)?\s*(?:采用|[:=为是])+\s*([^,;。\s]{2,40})")
_local = re.compile(r"[^\s,;。:()]{0,16}(?:任意直角|独立|城市|地方)(?:平面)?坐标系")
_others = (
    (ZONE, re.compile(r"带号\s*[:=为是]?\s*(\d{1,2})(?!\d)")),
    (
        MERIDIAN,
        re.compile(r"中央(?:子午线|经线)\s*[:=为是]?\s*(?:东经|[EL])?\s*(\d{2,3}(?:\.\d+)?[°度]?(?:\d{1,2}['′分])?)"),
    ),
    (WIDTH, re.compile(r"(?<!\d)([36三六])\s*[°度]\s*(?:分)?带")),
)
#: Columns that say for each row what a header says for all.
_COLUMNS = {
    **dict.fromkeys(("带号", "投影带号", "分带号", "投影带"), ZONE),
    **dict.fromkeys(("中央子午线", "中央经线"), MERIDIAN),
}
#: Datum as the header of a TXT calls it → how a title may.
_DATUMS = {
    "2000国家大地坐标系": re.compile(r"cgcs\s*2000|2000\s*(?:中国|国家)|国家\s*2000", re.IGNORECASE),
    "1980西安坐标系": re.compile(r"80\s*年?\s*西安|西安\s*(?:19)?80|xi'?an\s*(?:19)?80", re.IGNORECASE),
    "1954北京坐标系": re.compile(r"54\s*年?\s*北京|北京\s*(?:19)?54|beijing\s*(?:19)?54", re.IGNORECASE),
}
#: What numbers of degrees are without a word.
_unsaid = re.compile(r"wgs[\s_-]*(?:19)?84|大地坐标|经纬度|地理坐标", re.IGNORECASE)


def entries_of(rows: Sequence[Row]) -> list[Entry]:
    """Return what rows of one text each say of the CRS; nothing of the datum where they name two.

    >>> [entry[1:] for entry in entries_of([Row(1, ("界址点坐标表（2000国家大地坐标系，3度带，中央子午线117°）",))])]
    [('坐标系', '2000国家大地坐标系'), ('中央子午线', '117°'), ('几度分带', '3')]
    """
    texts = [(row.number, unicodedata.normalize("NFKC", text)) for row in rows if (text := row.lone_text())]
    systems = {name: line for line, text in texts for name in _systems(text)}
    found = [Entry(line, SYSTEM, name) for name, line in systems.items()] if len(systems) == 1 else []
    for key, pattern in _others:
        said = {match[1]: line for line, text in texts for match in pattern.finditer(text)}
        found += [Entry(line, key, value) for value, line in said.items()] if len(said) == 1 else []
    return found


def column_entries(layout: Layout) -> list[Entry]:
    """Return what columns of zones and meridians say, which must be one thing for all rows.

    Raises
    ------
    CrsError
        Where rows differ.
    """
    found = []
    for column, name in enumerate(layout.names):
        key = _COLUMNS.get(plain_header(name))
        rows = [row for row in layout.body if key is not None and not row.lone_text() and not layout.is_header(row)]
        values = {text: row.number for row in rows if (text := row.cell(column))}
        if len(values) > 1:
            raise CrsError("intake.rows_of_two_crs", field=name, values=listed(list(values), 5))
        found += [Entry(line, key or "", value) for value, line in values.items()]
    return found


def _systems(text: str) -> list[str]:
    """Return the datums and systems that a text names, each as the header of a TXT would."""
    if web_datum([text]) is not None:
        return []
    utm = utm_crs(text)
    if utm is not None:
        return [utm.name]
    known = [name for name, pattern in _DATUMS.items() if pattern.search(text)]
    if known:
        return known
    if match := _local.search(text):
        return [match[0]]
    match = _system.search(text)
    return [match[1]] if match and not _unsaid.search(match[1]) else []
