"""Coordinates that say themselves that a web map has shifted them: GCJ-02 and BD-09 by all their names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

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
#: 坐标系：高德
_system = re.compile(r"(?:坐标系统?(?:名称)?|crs)\s*[:=为是]*\s*(高德|腾讯|百度)", re.IGNORECASE)
_MAPS: dict[str, Datum] = {"高德": "gcj02", "腾讯": "gcj02", "百度": "bd09"}
#: What is named beside it may be what the numbers were converted to.
_others = re.compile(r"cgcs|2000|wgs|西安|北京|转换|纠偏", re.IGNORECASE)


def web_datum(texts: Iterable[str]) -> tuple[Datum, str] | None:
    """Return the shifted datum that texts say their coordinates are in, and the text; None where none or two do.

    >>> web_datum(["坐标系：高德坐标（GCJ-02）"]), web_datum(["底图：高德地图"]), web_datum(["由GCJ-02转换为CGCS2000"])
    (('gcj02', '坐标系：高德坐标（GCJ-02）'), None, None)
    """
    found: dict[Datum, str] = {}
    for text in texts:
        plain = unicodedata.normalize("NFKC", text)
        named = {datum for datum, pattern in _NAMES.items() if pattern.search(plain)}
        named |= {_MAPS[match[1]] for match in _system.finditer(plain)}
        if named and not _others.search(plain):
            found |= dict.fromkeys(named, text)
    return next(iter(found.items())) if len(found) == 1 else None


def require_word(datum: Datum, text: str, options: Options) -> None:
    """Refuse shifted coordinates unless the user says that they are: nothing is shifted without a word.

    Raises
    ------
    CrsError
        Where the user says nothing, or another datum or CRS.
    """
    words = {"value": text.strip()[:60], "datum": DATUM_NAMES[datum], "option": datum}
    if options.datum == datum:
        return
    if options.datum is not None:
        raise CrsError("intake.web_datum_conflict", given=DATUM_NAMES[options.datum], **words)
    if options.crs is not None:
        raise CrsError("intake.web_datum_conflict", given=crs_name(options.crs), **words)
    raise CrsError("intake.web_datum", **words)
