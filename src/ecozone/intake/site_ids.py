"""An id of its own for every site: the file's, numbered where it repeats, "S" and a number where it has none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecozone.notices import Notice, notice

#: The ids as the file has them, None where blank, in as many pieces as one likes.
Wanted = Callable[[], Iterable[Sequence[str | None]]]


def plan_ids(wanted: Wanted) -> dict[int, str]:
    """Return the names of sites whose own id is blank or belongs to a site before, by position from 0.

    Of the others nothing is kept but eight bytes each while this runs, so that a layer of any length can be planned;
    ``wanted`` is called a second time where there is something to rename.

    Examples
    --------
    >>> plan_ids(lambda: [["A", None, "A"], ["A-2", "A"]])
    {1: 'S2', 2: 'A-3', 4: 'A-4'}
    """
    pieces = [_hashes(texts) for texts in wanted()]
    hashes = np.concatenate([found for found, _ in pieces] or [np.zeros(0, np.uint64)])
    blank = np.concatenate([blanks for _, blanks in pieces] or [np.zeros(0, bool)])
    filled = np.flatnonzero(~blank)
    order = filled[np.argsort(hashes[filled], kind="stable")]
    repeated = order[1:][hashes[order[1:]] == hashes[order[:-1]]]
    special = np.sort(np.concatenate([np.flatnonzero(blank), repeated]))
    if not len(special):
        return {}
    reserved = hashes[order]
    names: dict[int, str] = {}
    given: set[str] = set()
    counts: dict[str, int] = {}
    for position, text in zip(special.tolist(), _texts_at(wanted, special), strict=True):
        base = text or f"S{position + 1}"
        # Of a repeated id the first site bears it as it is.
        count = counts.get(base, 1 if text is None else 2)
        name = base if count == 1 else f"{base}-{count}"
        while name in given or _among(name, reserved):
            count += 1
            name = f"{base}-{count}"
        counts[base] = count + 1
        given.add(name)
        names[position] = name
    return names


def named(
    texts: Sequence[str | None], rows: Sequence[int], column: str | None, names: dict[int, str], *, first: int = 0
) -> tuple[list[str], list[Notice]]:
    """Return the ids of some sites, and what to say of those that are not the file's.

    Parameters
    ----------
    texts : sequence of str or None
        As the file has them.
    rows : sequence of int
        As the user counts them.
    column : str or None
        Where they stand.
    names : mapping of int to str
        As `plan_ids` gives it, for the whole layer.
    first : int
        Position of the first of these sites in the layer.
    """
    ids: list[str] = []
    notices: list[Notice] = []
    for at, (text, row) in enumerate(zip(texts, rows, strict=True), first):
        name = names.get(at) or text or f"S{at + 1}"
        ids.append(name)
        if text is not None and name != text:
            notices.append(
                notice("intake.site_id_repeated", "warning", feature=row, field=column, value=text, name=name)
            )
        elif text is None and column is not None:
            notices.append(notice("intake.site_id_blank", "warning", feature=row, field=column, name=name))
    return ids, notices


def _hashes(texts: Sequence[str | None]) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    blank = np.array([text is None for text in texts], dtype=bool)
    values = np.empty(len(texts), dtype=object)
    values[:] = [text or "" for text in texts]
    return pd.util.hash_array(values, categorize=False), blank


def _among(name: str, reserved: NDArray[np.uint64]) -> bool:
    """Tell whether a file names a site so."""
    (wanted,), _ = _hashes([name])
    at = int(np.searchsorted(reserved, wanted))
    return at < len(reserved) and bool(reserved[at] == wanted)


def _texts_at(wanted: Wanted, positions: NDArray[np.intp]) -> list[str | None]:
    found: list[str | None] = []
    start = 0
    for texts in wanted():
        inside = positions[(positions >= start) & (positions < start + len(texts))] - start
        found += [texts[at] for at in inside.tolist()]
        start += len(texts)
    return found
