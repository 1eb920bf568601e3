"""The line of attributes of a parcel: what its fields are called, and what it declares of area and points."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ecozone.intake.numerals import parse_number
from ecozone.intake.txt_lines import KIND_AT, Parcel, kind_at, plain
from ecozone.units import M2_PER_HECTARE, M2_PER_MU

COUNT, AREA = "申报界址点数", "申报面积_公顷"
NUMBER, NAME, KIND = "地块编号", "地块名称", "图形属性"
SHEET, USE, CODE = "图幅号", "地块用途", "地类编码"
#: What follows the kind; the fields behind these differ from one office to another, and bear their place as name.
_BEHIND = (SHEET, USE, CODE)
#: m² in the unit that an area names; without one it is 公顷.
_UNITS = {
    **dict.fromkeys(("", "公顷", "ha", "hm2"), M2_PER_HECTARE),
    **dict.fromkeys(("平方米", "平米", "m2", "㎡"), 1.0),
    **dict.fromkeys(("亩",), M2_PER_MU),
}
_area = re.compile(r"([\d.]+)\s*([^\d.\s].*)?")


@dataclass(frozen=True)
class Attributes:
    """A line of attributes, understood.

    Parameters
    ----------
    texts : dict of str to str
        Column → text, blank ones left out; what stands at an unusual place is called 字段N by that place, from 1.
    count : int or None
        Points declared.
    area_m2 : float or None
        Area declared, and by how much its last digit may be off (``area_off_m2``).
    unread : tuple of (str, str)
        Column and text of what should be a number and is none.
    shifted : bool
        Whether number and name were found by counting back from the kind, which stands at an unusual place.
    """

    texts: dict[str, str] = field(default_factory=dict)
    count: int | None = None
    area_m2: float | None = None
    area_off_m2: float = 0.0
    unread: tuple[tuple[str, str], ...] = ()
    shifted: bool = False


def attributes(parcel: Parcel) -> Attributes:
    """Name the fields of a parcel's line of attributes.

    >>> found = attributes(Parcel(12, ("10", "7.2207", "A-1", "地块一", "面", "", "工业用地", "0601", "地上")))
    >>> found.texts["地块名称"], found.texts["地类编码"], found.texts["字段9"], found.count, round(found.area_m2, 1)
    ('地块一', '0601', '地上', 10, 72207.0)
    """
    fields = parcel.fields
    at = kind_at(fields)
    end = KIND_AT if at is None else at
    names = [*_before(fields[:end]), KIND, *_BEHIND]
    texts = {
        (names[place] if place < len(names) else "") or f"字段{place + 1}": text
        for place, text in enumerate(fields)
        if text
    }
    unread = []
    count = area = None
    off = 0.0
    if COUNT in texts:
        text = texts.pop(COUNT)
        value = parse_number(text)
        if value is None or value < 0 or value != int(value):
            unread.append((COUNT, text))
        else:
            # A template's 0 stands for "not filled in".
            count = int(value) or None
    if AREA in texts:
        text = texts.pop(AREA)
        found = _hectares(text)
        if found is None:
            unread.append((AREA, text))
        elif found[0]:
            area, off = found
    return Attributes(texts, count, area, off, tuple(unread), bool(fields) and end != KIND_AT)


def _before(fields: Sequence[str]) -> list[str]:
    """Name the fields before the kind: count and area from the front, number and name from the kind back."""
    if fields and re.search(r"[^\d.\s]", plain(fields[0])) and _hectares(fields[0]):
        # Some write no count, and the area, with its unit, comes first.
        return [AREA, *[""] * (len(fields) - 3), NUMBER, NAME][: len(fields)]
    if len(fields) < KIND_AT:
        return [COUNT, AREA, NAME][: len(fields)]
    return [COUNT, AREA, *[""] * (len(fields) - 4), NUMBER, NAME]


def _hectares(text: str) -> tuple[float, float] | None:
    """Return an area in m² and half the weight of its last digit; None where the text is no area."""
    match = _area.fullmatch(plain(text))
    value = parse_number(match[1]) if match else None
    unit = _UNITS.get((match[2] or "").strip().casefold()) if match else None
    if match is None or value is None or unit is None:
        return None
    return value * unit, 0.5 * 10.0 ** -len(match[1].partition(".")[2]) * unit
