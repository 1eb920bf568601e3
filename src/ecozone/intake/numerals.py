"""Numbers as text: read strictly, or not at all."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable

_number = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_thousands = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)


def parse_number(text: str) -> float | None:
    """Return the number that a text is; None where it is anything else.

    Full-width digits and signs are read as what they look like. Python's own liberties (``1_000``, ``nan``, ``inf``)
    and commas, which mean thousands to one reader and decimals to another, are not numbers.

    >>> parse_number(" ３９．１２ "), parse_number("-1.5e3")
    (39.12, -1500.0)
    >>> [parse_number(text) for text in ("1_000", "nan", "39,530", "117°23'", "", "1e400")]
    [None, None, None, None, None, None]
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace("−", "-")
    if not _number.fullmatch(plain):
        return None
    value = float(plain)
    return value if math.isfinite(value) else None


def narrow(text: str) -> str:
    """Return text with full-width digits, letters and signs as what they look like.

    >>> narrow("Ｊ１２"), narrow("J12")
    ('J12', 'J12')
    """
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def has_comma(text: str) -> bool:
    """Tell whether a text holds a comma of any width."""
    return "," in text or "，" in text


def decimal_commas(text: str) -> str:
    """Return a text with its one comma as a decimal point; unchanged where it holds none or more.

    >>> decimal_commas("4331250,125"), decimal_commas("1,234,5")
    ('4331250.125', '1,234,5')
    """
    plain = text.replace("，", ",")
    return plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else text


def thousands_commas(text: str) -> str:
    """Return a text without commas that separate thousands; unchanged where they stand elsewhere.

    >>> thousands_commas("4,331,250.125"), thousands_commas("39,53")
    ('4331250.125', '39,53')
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    return plain.replace(",", "") if _thousands.fullmatch(plain) else text


#: Readings of a comma: name of the text that says it → what makes a plain number of it.
COMMAS: dict[str, Callable[[str], str]] = {"decimal": decimal_commas, "thousands": thousands_commas}
