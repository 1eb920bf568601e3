"""What the header of a 报批坐标 TXT declares of its CRS, and which CRS follows from it and from the numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pyproj import CRS

from ecozone.errors import CrsError
from ecozone.geo import CGCS2000, crs_name, gauss_kruger, meridian_zone, norm_crs, strip_code, zone_meridian, zone_width
from ecozone.intake.reading import Options
from ecozone.intake.txt_axes import Numbers
from ecozone.intake.txt_lines import Entry, plain
from ecozone.intake.webmaps import require_word, web_datum
from ecozone.notices import Notice, notice
from ecozone.text import joined

SYSTEM, WIDTH, PROJECTION, UNIT = "坐标系", "几度分带", "投影类型", "计量单位"
ZONE, MERIDIAN, PARAMETERS = "带号", "中央子午线", "转换参数"
#: What a header says of its CRS; two headers of one file must agree in them.
CRS_KEYS = (SYSTEM, WIDTH, PROJECTION, UNIT, ZONE, MERIDIAN, PARAMETERS)
_ALIASES = {
    "坐标系统": SYSTEM,
    "坐标系名称": SYSTEM,
    "分带": WIDTH,
    "投影带号": ZONE,
    "中央经线": MERIDIAN,
    "投影": PROJECTION,
    "投影方式": PROJECTION,
    "坐标单位": UNIT,
}
#: Geographic CRS of each datum, by what is left of its names without the words that all of them share.
_DATUMS = {
    4490: ("2000", "cgcs2000", "2000cgcs2000", "cgcs20002000"),
    4610: ("80", "1980", "西安80", "80西安", "西安1980", "1980西安", "1980西安80", "xian80", "xian1980"),
    4214: ("54", "1954", "北京54", "54北京", "北京1954", "1954北京", "1954北京54", "beijing54", "beijing1954"),
}
#: What each of them is called in messages of either language.
_CALLED = {4490: "CGCS2000", 4610: "西安80 (Xian 1980)", 4214: "北京54 (Beijing 1954)"}
_GEOGRAPHIC = {name: code for code, names in _DATUMS.items() for name in names}
_shared_words = re.compile(r"国家|大地|坐标系统?|坐标|中国|年|[\s_()\-.、/]")
_gauss = re.compile(r"高斯|gauss|横轴墨卡托|transverse.?mercator", re.IGNORECASE)
#: UTM 50N, WGS_1984_UTM_Zone_50N, UTM投影第50带; no zone of it in China lies south of the equator.
_utm = re.compile(r"utm(?:投影)?[\s_,:()\-/]*(?:zone|第)?[\s_]*(\d{1,2})(?!\d)", re.IGNORECASE)
#: 117, 117.0°E, 东经117度, 117°00′00″: whole degrees.
_MERIDIAN = r"(?:东经|[eE])?(\d{2,3})(?:\.0+)?(?:[度°](?:0{1,2}[分′'](?:0{1,2}(?:\.0+)?[秒″\"′']{1,2})?)?)?[eE]?"
_WIDTHS = {"3": 3, "三": 3, "6": 6, "六": 6}


class _Unread(NamedTuple):
    """A value of the header that means nothing, or contradicts another."""

    name: str
    value: str


@dataclass(frozen=True)
class Declared:
    """What a header says, as far as it says it.

    Parameters
    ----------
    datum : CRS or None
        Geographic: CGCS2000, Xi'an 1980 or Beijing 1954.
    width, zone, meridian : int or None
        Degrees of a strip; its number; its central meridian (degrees east).
    crs : CRS or None
        A whole CRS that is no strip: UTM.
    web : str or None
        What names coordinates that a web map has shifted.
    metres : bool or None
        True where anything declares a plane, False where degrees are declared.
    unread : sequence
        Values that mean nothing or contradict another one.
    notices : sequence of Notice
    """

    datum: CRS | None = None
    width: int | None = None
    zone: int | None = None
    meridian: int | None = None
    crs: CRS | None = None
    web: str | None = None
    metres: bool | None = None
    unread: tuple[_Unread, ...] = ()
    notices: tuple[Notice, ...] = ()


def understand(entries: Sequence[Entry]) -> Declared:
    """Return what the lines of a header, or of several headers of one file, declare.

    Raises
    ------
    CrsError
        Where two headers differ in a line that the CRS depends on.
    """
    words = _words(entries)
    unread: list[_Unread] = []
    system = words.get(SYSTEM, "")
    if web_datum([f"{SYSTEM}={system}"]) is not None:
        degrees = _degrees(words, unread)
        return Declared(web=system, metres=False if degrees else None, notices=_notices(entries, words))
    if (utm := utm_crs(system)) is not None:
        return Declared(crs=utm, metres=True, notices=_notices(entries, words))
    datum, zone = _system(system, unread)
    width_word = _one(words, WIDTH, r"([36三六])(?:\.0+)?[度°]?(?:分带|带)?", unread)
    width = None if width_word is None else _WIDTHS[width_word]
    number = _one(words, ZONE, r"第?(\d{1,2})(?:号|度)?带?", unread)
    meridian_word = _one(words, MERIDIAN, _MERIDIAN, unread)
    meridian = None if meridian_word is None else int(meridian_word)
    degrees = _degrees(words, unread)
    zones = [one for one in (zone, None if number is None else int(number)) if one is not None]
    if not zones and width is not None and meridian is not None:
        zones = [meridian_zone(meridian, width) or 0]
    agreed = len(set(zones)) <= 1 and all(
        width in (None, zone_width(one)) and zone_width(one) and meridian in (None, zone_meridian(one)) for one in zones
    )
    if not agreed:
        names = [key for key in (SYSTEM, WIDTH, ZONE, MERIDIAN) if key in words]
        unread.append(_Unread(joined(names), joined(words[key] for key in names)))
        zones, width, meridian = [], None, None
    zone = zones[0] if zones else None
    plane = width is not None or zone is not None or PROJECTION in words or UNIT in words
    metres = False if degrees else True if plane else None
    notices = _notices(entries, words)
    return Declared(datum, width, zone, meridian, metres=metres, unread=tuple(unread), notices=notices)


def find_crs(declared: Declared, numbers: Numbers, options: Options) -> tuple[CRS | None, list[Notice]]:
    """Return the CRS that a header and the numbers give together, None where something is missing.

    Parameters
    ----------
    declared : Declared
    numbers : Numbers
        Of the parcels.
    options : Options
        The user's CRS stands where the header is silent or makes no sense, never against what it says; with control
        points a header without a known CRS is that of a local system.

    Raises
    ------
    CrsError
        Where the header makes no sense and the user says nothing, where the numbers contradict the header, or where
        the user does.
    """
    given, said = options.crs, list[Notice]()
    if declared.web is not None and (named := web_datum([f"{SYSTEM}={declared.web}"])) is not None:
        require_word(named, options)
    if declared.unread and given is None:
        wrong = declared.unread[0]
        raise CrsError("intake.txt_header_unread", field=wrong.name, value=wrong.value[:40])
    if options.control is None:
        said += [notice("intake.crs_unreadable", "warning", field=one.name, value=one.value) for one in declared.unread]
    if numbers.local:
        return None, [*said, notice("intake.txt_local", "warning")]
    if given is None and declared.datum is not None and crs_name(declared.datum) != CGCS2000:
        said.append(notice("intake.txt_legacy", "warning", field=SYSTEM, value=_called(declared.datum)))
    if declared.metres is not None and declared.metres == numbers.degrees:
        raise CrsError("intake.txt_degrees" if numbers.degrees else "intake.txt_metres")
    if numbers.degrees:
        found = declared.datum
        said.append(notice("intake.txt_decimal_degrees", "warning"))
    else:
        found, about = _strip(declared, numbers)
        said += about
    if found is None and given is not None and options.control is None:
        _require_agreement(declared, given)
    return found, said


def _strip(declared: Declared, numbers: Numbers) -> tuple[CRS | None, list[Notice]]:
    if declared.crs is not None:
        if numbers.zone is not None:
            raise CrsError("intake.txt_zone_contradicts", declared=crs_name(declared.crs), found=numbers.zone)
        return declared.crs, []
    zone = numbers.zone or declared.zone
    if zone is None and declared.meridian is not None and declared.datum is not None:
        # Without a number in the easting, a strip of 3° and one of 6° around one meridian are the same projection.
        zone = meridian_zone(declared.meridian, 3)
    if zone is None:
        return None, []
    if declared.zone not in (None, zone) or declared.meridian not in (None, zone_meridian(zone)):
        wanted = declared.zone if declared.zone is not None else f"{declared.meridian}°"
        raise CrsError("intake.txt_zone_contradicts", declared=wanted, found=zone)
    if declared.width not in (None, zone_width(zone)):
        raise CrsError("intake.txt_width_contradicts", width=declared.width, zone=zone, own=zone_width(zone))
    if declared.datum is None:
        return None, []
    code = strip_code(declared.datum, zone, prefixed=numbers.zone is not None)
    assert code is not None, "a zone has a width only where it has a code"
    key = "intake.txt_no_prefix" if numbers.zone is None else "intake.txt_zone_from_easting"
    told = numbers.zone is not None and declared.zone is not None
    return norm_crs(code), [] if told else [notice(key, zone=zone, meridian=zone_meridian(zone), crs=code)]


def _require_agreement(declared: Declared, given: CRS) -> None:
    """Refuse a CRS of the user's that the header, as far as it goes, contradicts."""
    strip = gauss_kruger(given)
    wrong = declared.datum is not None and _datum(given) != _datum(declared.datum)
    meridian = declared.meridian if declared.zone is None else zone_meridian(declared.zone)
    if meridian is not None:
        wrong = wrong or strip is None or strip.central_meridian != meridian
    if declared.width is not None:
        wrong = wrong or strip is None or strip.width not in (None, declared.width)
    if wrong:
        datum = declared.datum and _called(declared.datum)
        width, zone = declared.width and f"{WIDTH} {declared.width}°", declared.zone and f"{ZONE} {declared.zone}"
        words = [datum, width, zone, declared.meridian and f"{MERIDIAN} {declared.meridian}°"]
        known = ", ".join(str(word) for word in words if word)
        raise CrsError("intake.crs_conflict", declared=known, given=crs_name(given))


def utm_crs(text: str) -> CRS | None:
    """Return the CRS of the UTM zone that a text names, on WGS 84; None where it names none, or another datum.

    >>> crs_name(utm_crs("WGS_1984_UTM_Zone_50N")), crs_name(utm_crs("WGS84 UTM 50N")), utm_crs("2000国家大地坐标系")
    ('EPSG:32650', 'EPSG:32650', None)
    """
    match = _utm.search(text)
    if match is None or re.search("2000|80|54", _utm.sub("", text)) or not 1 <= int(match[1]) <= 60:
        return None
    return norm_crs(f"EPSG:{32600 + int(match[1])}")


def _called(datum: CRS) -> str:
    return next((name for code, name in _CALLED.items() if crs_name(datum) == f"EPSG:{code}"), datum.name)


def _datum(crs: CRS) -> str | None:
    geodetic = crs.geodetic_crs
    return None if geodetic is None or geodetic.datum is None else geodetic.datum.name


def _words(entries: Sequence[Entry]) -> dict[str, str]:
    """Return the values of the lines that matter, blank ones left out."""
    found: dict[str, str] = {}
    for entry in entries:
        key = _ALIASES.get(entry.key, entry.key)
        value = plain(entry.value)
        if key not in CRS_KEYS or not value:
            continue
        if found.setdefault(key, value) != value:
            raise CrsError("intake.txt_two_headers", field=key, first=found[key], second=value)
    return found


def _system(value: str, unread: list[_Unread]) -> tuple[CRS | None, int | None]:
    """Return the geographic CRS that a name means, and the strip where the name holds one too."""
    name = _shared_words.sub("", value.casefold())
    if not value:
        return None, None
    if name in _GEOGRAPHIC:
        return norm_crs(_GEOGRAPHIC[name]), None
    try:
        named = norm_crs(value)
    except CrsError:
        named = None
    code = next((code for code in _DATUMS if named is not None and _datum(named) == _datum(norm_crs(code))), None)
    if named is None or code is None:
        # 2000天津城市坐标系 is no CGCS2000: a name is known whole or not at all.
        unread.append(_Unread(SYSTEM, value))
        return None, None
    strip = gauss_kruger(named)
    return norm_crs(code), None if strip is None else meridian_zone(strip.central_meridian, strip.width)


def _one(words: dict[str, str], key: str, pattern: str, unread: list[_Unread]) -> str | None:
    """Return what a value says if it says it in a form that is known."""
    if key not in words:
        return None
    match = re.fullmatch(pattern, re.sub(r"\s", "", words[key]))
    if match is None:
        unread.append(_Unread(key, words[key]))
        return None
    return match[1]


def _degrees(words: dict[str, str], unread: list[_Unread]) -> bool:
    unit = words.get(UNIT, "").casefold()
    if unit in ("度", "十进制度", "degree", "degrees"):
        return True
    if unit not in ("", "米", "m", "公尺", "meter", "metre", "meters", "metres"):
        unread.append(_Unread(UNIT, words[UNIT]))
    if words.get(PROJECTION) and not _gauss.search(words[PROJECTION]):
        unread.append(_Unread(PROJECTION, words[PROJECTION]))
    return False


def _notices(entries: Sequence[Entry], words: dict[str, str]) -> tuple[Notice, ...]:
    found = []
    filled = [f"{entry.key}={entry.value}" for entry in entries if entry.value.strip(" ,，")]
    if filled:
        found.append(notice("intake.txt_header", said="; ".join(dict.fromkeys(filled))[:400]))
    if re.search("[1-9]", words.get(PARAMETERS, "")):
        found.append(notice("intake.txt_parameters", "warning", field=PARAMETERS, value=words[PARAMETERS][:80]))
    return tuple(found)
