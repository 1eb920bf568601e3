"""The area that a table declares for a parcel, in whatever unit its cell or its column names."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from ecozone.intake.headers import bracketed
from ecozone.intake.numerals import parse_number, thousands_commas
from ecozone.units import M2_PER_HECTARE, M2_PER_MU

_UNITS = {
    **dict.fromkeys(("公顷", "ha", "hm2", "hm²", "hectare", "hectares"), M2_PER_HECTARE),
    **dict.fromkeys(("平方米", "平米", "m2", "m²", "㎡", "sqm"), 1.0),
    **dict.fromkeys(("亩", "mu"), M2_PER_MU),
    **dict.fromkeys(("平方公里", "km2", "km²"), 1e6),
}
_area = re.compile(r"([\d.,]+)\s*(\D.*)?")
_spelled = "|".join(sorted((re.escape(word) for word in _UNITS), key=len, reverse=True))
#: An area in a line of text: that of the land, not of buildings or of a part.
_line = re.compile(
    rf"(?<![^\s,，、;；。:：()|])((?:地块|宗地|用地|占地|项目|规划|土地|总){{0,3}}面积)\s*(?:\(({_spelled})\))?\s*"
    rf"(?:[:=]|为|是|约|共|计|合计){{0,3}}\s*(\d[\d.,]*\d|\d)\s*({_spelled})?(?![\d\w])"
)


@dataclass(frozen=True)
class Declared:
    """An area as it is written.

    Parameters
    ----------
    text : str
    number : float
    step : float
        Value of its last digit.
    units : tuple of float
        What it may be counted in (m²): one where it says so.
    """

    text: str
    number: float
    step: float
    units: tuple[float, ...]

    def fits(self, area_m2: float, slack_m2: float) -> bool:
        """Tell whether it is this area, rounded, in one of its units.

        >>> declared_area("7.2207", "面积(公顷)").fits(72207.01, 0.5)
        True
        >>> declared_area("7.22公顷", "面积").fits(72300, 0.5)
        False
        """
        return any(
            abs(self.number * unit - area_m2) <= (0.5 * self.step * unit + slack_m2) * (1 + 1e-9) for unit in self.units
        )

    @property
    def m2(self) -> float | None:
        """The area in m², None where its unit is not named."""
        return self.number * self.units[0] if len(self.units) == 1 else None


def declared_area(text: str, header: str) -> Declared | None:
    """Return the area that a cell declares, None where it is no number above zero.

    >>> declared_area("108.31", "用地面积（亩）").units, declared_area("—", "面积")
    ((666.6666666666666,), None)
    """
    match = _area.fullmatch(unicodedata.normalize("NFKC", text).strip().casefold())
    if match is None:
        return None
    digits = thousands_commas(match[1])
    number = parse_number(digits)
    if not number:
        return None
    named = _UNITS.get((match[2] or "").strip()) or _UNITS.get(bracketed(header)) or _in_words(header)
    units = (named,) if named else tuple(dict.fromkeys(_UNITS.values()))
    return Declared(text.strip(), number, 10.0 ** -len(digits.partition(".")[2]), units)


def area_in_line(text: str) -> Declared | None:
    """Return the area that a line of text gives a parcel; None where it gives none.

    >>> area_in_line("用地面积为5.1234公顷").m2, area_in_line("面积：20000平方米（合30.00亩）").m2
    (51234.0, 20000.0)
    >>> [area_in_line(text) for text in ("建筑面积：300平方米", "面积见附表", "面积 2024年测")]
    [None, None, None]
    """
    match = _line.search(unicodedata.normalize("NFKC", text).strip().casefold())
    return declared_area(f"{match[3]}{match[4] or match[2] or ''}", "") if match else None


def _in_words(header: str) -> float | None:
    plain = unicodedata.normalize("NFKC", header).casefold()
    return next((unit for word, unit in _UNITS.items() if plain.endswith(word)), None)
