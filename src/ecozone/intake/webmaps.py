"""Coordinates that say themselves that a web map has shifted them: GCJ-02 and BD-09 by all their names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal, NamedTuple

from ecozone.errors import CrsError
from ecozone.geo import crs_name
from ecozone.geo.mapshift import DATUM_NAMES, Datum
from ecozone.intake.reading import Options

#: The name of a map is that of its coordinates only beside such a word: a basemap may be named for itself.
_BESIDE = r"(?:地图|map)?(?:拾取|开放平台)?\s*(?:的?坐标|经度|纬度|经纬度|拾取|取点)"
_NAMES: dict[Datum, re.Pattern[str]] = {
    "gcj02": re.compile(rf"gcj[\s_-]*(?:20)?02(?!\d)|火星(?:坐标|经|纬)|(?:高德|腾讯|amap){_BESIDE}", re.IGNORECASE),
    "bd09": re.compile(rf"bd[\s_-]*(?:19)?09(?:ll|mc)?(?!\d)|(?:百度|baidu){_BESIDE}", re.IGNORECASE),
}
#: 坐标系：高德, 经度(百度), 取自腾讯地图
_system = re.compile(r"(?:坐标系统?(?:名称)?|crs|[经纬]度|[取来源采]自)\s*[(:=为是]*\s*(高德|腾讯|百度)", re.IGNORECASE)
_MAPS: dict[str, Datum] = {"高德": "gcj02", "腾讯": "gcj02", "百度": "bd09"}
#: Another datum named beside it: which of them the numbers are in, the text does not say.
_others = re.compile(r"cgcs|2000|wgs|西安|北京", re.IGNORECASE)
#: 由GCJ-02转换为CGCS2000, but not 未转换, 未经纠偏
_converted = re.compile(r"(?<![未不待需没])(?<!未经)(?<!没有)(?<!未作)(?<!未做)(?:转换|转[为成至到]|换算|纠偏)")


class WebDatum(NamedTuple):
    """The shifted datum that a text names.

    Parameters
    ----------
    datum : str
    text : str
        Where it stands.
    beside : "", "web" or "other"
        Whether nothing else is named beside it, the datum of another web map, or one that shifts nothing.
    """

    datum: Datum
    text: str
    beside: Literal["", "web", "other"] = ""


def web_datum(texts: Iterable[str]) -> WebDatum | None:
    """Return the shifted datum that texts say their coordinates are in; None where none does.

    >>> web_datum(["坐标系：高德坐标（GCJ-02）"])
    WebDatum(datum='gcj02', text='坐标系：高德坐标（GCJ-02）', beside='')
    >>> web_datum(["底图：高德地图"]), web_datum(["由GCJ-02转换为CGCS2000"])
    (None, None)
    """
    found: dict[Datum, WebDatum] = {}
    for text in texts:
        plain = unicodedata.normalize("NFKC", text)
        named = {datum for datum, pattern in _NAMES.items() if pattern.search(plain)}
        named |= {_MAPS[match[1]] for match in _system.finditer(plain)}
        if not _converted.search(plain):
            found |= {datum: WebDatum(datum, text, "other" if _others.search(plain) else "") for datum in sorted(named)}
    first = next(iter(found.values()), None)
    return first._replace(beside="web") if first is not None and len(found) > 1 else first


def require_word(found: WebDatum, options: Options) -> None:
    """Refuse shifted coordinates unless the user says that they are: nothing is shifted without a word.

    Raises
    ------
    CrsError
        Where the user says nothing, or, where no other datum is named beside it, another datum or CRS.
    """
    words = {"value": found.text.strip()[:60], "datum": DATUM_NAMES[found.datum], "option": found.datum}
    if options.datum == found.datum or (found.beside and options.datum is not None):
        return
    if found.beside == "other" and options.crs is not None:
        return  # CGCS2000 as the user's word on the datum comes as a CRS
    if found.beside:
        raise CrsError("intake.web_datum_beside", **words)
    if options.datum is not None:
        raise CrsError("intake.web_datum_conflict", given=DATUM_NAMES[options.datum], **words)
    if options.crs is not None:
        raise CrsError("intake.web_datum_conflict", given=crs_name(options.crs), **words)
    raise CrsError("intake.web_datum", **words)
