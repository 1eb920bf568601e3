"""Numbers as text: read strictly, or not at all."""

from __future__ import annotations

import math
import re
import unicodedata

_number = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


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
