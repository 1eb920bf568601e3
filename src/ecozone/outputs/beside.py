"""Results of several tables as CSV: one at the path that was asked for, the others beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path

import pandas as pd

from ecozone.outputs.tables import write_table_csv

#: By command: the tables that stand beside the CSV of its first one, as its workbook has them.
BESIDE: Mapping[str, tuple[str, ...]] = {
    "change": ("net", "patches", "violations", "flagged"),
    "scenario": ("targets", "places", "sites"),
    "redline": ("areas", "pieces"),
}


def csv_names(path: str | PathLike[str], others: Sequence[str]) -> tuple[Path, ...]:
    """Return the files of a result: the first table by the name given, each of the others by its own behind it.

    >>> [path.name for path in csv_names("2025.csv", ("net", "patches"))]
    ['2025.csv', '2025.net.csv', '2025.patches.csv']
    """
    named = Path(path)
    return (named, *(named.with_name(f"{named.stem}.{name}.csv") for name in others))


def write_tables_csv(first: pd.DataFrame, others: Mapping[str, pd.DataFrame], path: str | PathLike[str]) -> Path:
    """Write tables as CSV, each a file (`csv_names`): UTF-8 with a mark, safe to open in a spreadsheet."""
    names = csv_names(path, tuple(others))
    for name, table in zip(names, (first, *others.values()), strict=True):
        write_table_csv(table, name)
    return names[0]
