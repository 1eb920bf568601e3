"""The order of verdicts: a site's verdict is its worst finding's."""

from __future__ import annotations

from collections.abc import Iterable

#: From the worst. There is no better word than ``clear``, and it means clear of the layers checked.
VERDICTS: tuple[str, ...] = ("prohibited", "conditional", "review", "clear")


def worst(verdicts: Iterable[str]) -> str:
    """Return the worst of these verdicts, ``clear`` where there is none.

    Raises
    ------
    ValueError
        If one of them is no verdict: an unknown word must never pass as clear.

    >>> worst(["review", "prohibited"]), worst([])
    ('prohibited', 'clear')
    """
    return VERDICTS[min((VERDICTS.index(verdict) for verdict in verdicts), default=len(VERDICTS) - 1)]


def at_least(verdict: str, threshold: str) -> bool:
    """Tell whether ``verdict`` is as bad as ``threshold`` or worse.

    >>> at_least("conditional", "review"), at_least("clear", "review")
    (True, False)
    """
    return VERDICTS.index(verdict) <= VERDICTS.index(threshold)
