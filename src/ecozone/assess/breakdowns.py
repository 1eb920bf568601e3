"""The breakdowns of an account that there are, by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

from ecozone.errors import UsageError
from ecozone.text import near_word

By = Literal["resolved", "subdistrict", "level-subdistrict", "control-unit"]
BREAKDOWNS: tuple[By, ...] = get_args(By)


def known_breakdowns(by: Iterable[str]) -> tuple[By, ...]:
    """Return breakdowns each once, in their own order.

    Raises
    ------
    UsageError
        If there is no such breakdown.

    Examples
    --------
    >>> known_breakdowns(["subdistrict", "resolved", "subdistrict"])
    ('resolved', 'subdistrict')
    """
    wanted = set(by)
    known = ", ".join(BREAKDOWNS)
    for word in sorted(wanted - set(BREAKDOWNS)):
        raise UsageError("assess.breakdown_unknown", by=word, near=near_word(word, BREAKDOWNS), known=known)
    return tuple(one for one in BREAKDOWNS if one in wanted)
