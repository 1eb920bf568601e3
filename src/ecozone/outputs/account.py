"""The annual account as files for other programs: CSV tables side by side, and a GeoPackage with the pieces."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

import pandas as pd

from ecozone.assess import Account
from ecozone.geo.gdal import pyogrio
from ecozone.outputs.atomic import written
from ecozone.outputs.beside import csv_names, write_tables_csv
from ecozone.outputs.geodata import plain_texts, writing_by_gdal
from ecozone.outputs.progress import progress_grid
from ecozone.outputs.styles import describe_layers
from ecozone.outputs.tables import notice_table, resolved_tables
from ecozone.text import say

_RESOLVED = ("resolved", "breakdown", "classes", "gaps")


def account_csv_names(path: str | PathLike[str], *, resolved: bool, progress: bool) -> tuple[Path, ...]:
    """Return the files of an account: the ratios by the name given, and the other tables beside.

    >>> [path.name for path in account_csv_names("2025.csv", resolved=False, progress=True)]
    ['2025.csv', '2025.targets.csv', '2025.accuracy.csv', '2025.progress.csv']
    """
    others = ("targets", "accuracy", *(_RESOLVED if resolved else ()), *(("progress",) if progress else ()))
    return csv_names(path, others)


def write_account_csv(account: Account, path: str | PathLike[str]) -> Path:
    """Write the tables of an account as CSV, each a file: UTF-8 with a mark, safe to open in a spreadsheet.

    The ratios stand at ``path``, the other tables beside it (`account_csv_names`). All are headed by JSON's keys but
    the grid of a barrier's progress, which people fill in and hand in: it is headed in words.
    """
    others = {"targets": account.targets, "accuracy": account.accuracy}
    others |= resolved_tables(account) if len(account.pieces) else {}
    grid = None if account.workspace is None else progress_grid(account.workspace)
    if grid is not None:
        others["progress"] = grid.rename(columns=lambda name: say(f"columns.{name}"))
    return write_tables_csv(account.ratios, others, path)


def write_account_gpkg(account: Account, path: str | PathLike[str]) -> Path:
    """Write a GeoPackage: layers ``pieces`` and ``gaps`` with shapes, and every table of the account without."""
    pieces = account.pieces.reset_index(names="piece")
    tables = {"ratios": account.ratios, "targets": account.targets, "accuracy": account.accuracy}
    tables |= resolved_tables(account) | {"notices": notice_table(account.notices)}
    del tables["gaps"]
    with written(path) as draft, writing_by_gdal():
        for name, layer in (("pieces", pieces), ("gaps", account.gaps)):
            shapes = plain_texts(layer)
            pyogrio.write_dataframe(
                shapes, draft, layer=name, driver="GPKG", append=draft.exists(), geometry_type="MultiPolygon",
                promote_to_multi=True,
            )  # fmt: skip
        for name, table in tables.items():
            pyogrio.write_dataframe(plain_texts(pd.DataFrame(table)), draft, layer=name, driver="GPKG", append=True)
        describe_layers(draft)
    return Path(path)
