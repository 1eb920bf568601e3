"""The words that planners write for the level of a control zone, read as a number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Set
from numbers import Real
from os import PathLike
from typing import Any

import pandas as pd

from ecozone.errors import WorkspaceError

_CHINESE = {word: number for number, word in enumerate("一二三四五六七八九", start=1)}
_ROMAN = {word: number for number, word in enumerate(("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"), start=1)}
_NUMBER = r"(?P<number>[1-9](?:\.0+)?|[IVX]+|[一二三四五六七八九])"
_FORMS = (
    re.compile(rf"(?:LEVEL|LV|TIER|L)?[ ._-]*{_NUMBER}"),
    re.compile(rf"第?{_NUMBER}[ ]?级?(?:生态)?(?:管控|控制)?(?:区域?|单元)?"),
)


def read_level(value: Any, words: Mapping[str, int] | None = None) -> int | None:
    """Return the level that ``value`` says, 1 to 9; None where it says none that is known.

    ``words`` are what a role calls its levels beside that: a word of one role says nothing for another.

    >>> [read_level(word) for word in (1, "2.0", "一级", "二级管控区", "Ⅲ级", "level 3", "十级", True, None)]
    [1, 2, 1, 2, 3, 3, None, None, None]
    >>> read_level("优先保护", {"优先保护": 1}), read_level("优先保护")
    (1, None)
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, Real):
        number = float(value)
        return int(number) if number in range(1, 10) else None
    word = _plain(str(value))
    for form in _FORMS:
        if match := form.fullmatch(word):
            return _number(match["number"])
    return next((level for known, level in (words or {}).items() if _plain(known) == word), None)


def _plain(word: str) -> str:
    # NFKC turns full-width digits, circled digits and the Roman numeral signs into plain ones.
    return " ".join(unicodedata.normalize("NFKC", word).upper().split())


def _number(word: str) -> int | None:
    if word[0].isdigit():
        return int(float(word))
    return _CHINESE.get(word) or _ROMAN.get(word)


def _called(level: int, words: Mapping[str, int]) -> str:
    """Return a level with the words for it.

    >>> _called(1, {"优先保护": 1, "重点管控": 2}), _called(3, {})
    ('1 = 优先保护', '3')
    """
    return " = ".join([str(level), *(word for word, known in words.items() if known == level)])


def read_levels(
    values: pd.Series[Any],
    *,
    known: Set[int] = frozenset(),
    words: Mapping[str, int] | None = None,
    file: str | PathLike[str] | None = None,
    layer: str | None = None,
) -> pd.Series[Any]:
    """Return the level of each value, the index kept.

    Parameters
    ----------
    values : Series
        The layer's level column; its name is the field that an error speaks of.
    known : set of int
        The levels that there are; empty where any of 1 to 9 will do.
    words : mapping, optional
        What the layer's role calls its levels, to the level.
    file, layer : optional
        The place that an error speaks of.

    Returns
    -------
    Series
        ``Int64``, 1 to 9.

    Raises
    ------
    WorkspaceError
        Where a value is empty, no level word, or none of ``known``; the message lists every such value and how often it
        stands. An unknown level is never taken for a lenient one.

    Examples
    --------
    >>> read_levels(pd.Series(["一级管控区", "三级管控区"])).tolist()
    [1, 3]
    """
    levels = pd.Series([read_level(value, words) for value in values], index=values.index, dtype="Int64")
    if known:
        levels = levels.where(levels.isin(known))
    unknown = values[levels.isna()]
    if not unknown.empty:
        found = [repr("") if pd.isna(value) else repr(value) for value in unknown]
        counts = pd.Series(found).value_counts(sort=False)
        listed = ", ".join(f"{word} × {count}" for word, count in counts.items())
        possible = ", ".join(_called(level, words or {}) for level in sorted(known) or range(1, 10))
        place: dict[str, Any] = {"file": file, "layer": layer, "field": str(values.name)}
        raise WorkspaceError("workspace.level_unknown", **place, values=listed, known=possible)
    return levels.rename("level")
