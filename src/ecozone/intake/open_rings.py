"""Rings that are left open though something in their rows begins again: they may be two parcels.

Corners whose numbers run on are one ring unless the table says otherwise. Where such a ring does not come back to its
first corner, a running number that begins again, an area or an owner that changes, or a line of an area amid the
corners says that it may be otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ecozone.intake.cells import Raw
from ecozone.intake.layout import Layout
from ecozone.intake.numerals import parse_number
from ecozone.intake.rowkind import LEAST_CORNERS, Columns

_sum = re.compile(r"面积|合计|总计|小计|共计|area|total", re.IGNORECASE)


def second_start(
    places: Sequence[int], layout: Layout, raws: Sequence[Raw], columns: Columns, notes: Sequence[int]
) -> tuple[int, str] | None:
    """Return the place at which another parcel may begin within a ring, and the sign of it; None where there is none.

    Parameters
    ----------
    places : sequence of int
        Of the ring's corners among the rows, in order.
    notes : sequence of int
        The places of the remarks.
    """
    if raws[places[0]].pair == raws[places[-1]].pair:
        return None
    rows = [raws[place].row for place in places]
    column = columns.number
    if column is not None and column != columns.names:
        numbers = [parse_number(row.cell(column)) for row in rows]
        for at, (one, other) in enumerate(pairwise(numbers), 1):
            if one is not None and other is not None and other <= one:
                return places[at], layout.name(column)
    for column in (columns.area, *columns.others):
        if column is None:
            continue
        starts = _starts([row.cell(column) for row in rows])
        lengths = [after - before for before, after in pairwise([*starts, len(places)])]
        # What changes from corner to corner is the corners', not the parcels'.
        if len(starts) > 1 and min(lengths) >= LEAST_CORNERS:
            return places[starts[1]], layout.name(column)
    for one, other in pairwise(places):
        for note in notes:
            text = next((cell.strip() for cell in raws[note].row.cells if cell.strip()), "")
            if one < note < other and _sum.search(text):
                return other, text[:40]
    return None


def _starts(cells: Sequence[str]) -> list[int]:
    """Return where runs of one value begin, blank cells being what is above them."""
    starts, last = [0], ""
    for at, cell in enumerate(cells):
        if cell and last and cell != last:
            starts.append(at)
        last = cell or last
    return starts
