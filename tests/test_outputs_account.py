"""The annual account as CSV: each table a file, and the grid of the barrier's progress as people hand it in."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import ecozone as ez
from ecozone.assess import RATIO_COLUMNS, TARGET_COLUMNS, Account
from ecozone.assess.account import ACCURACY_COLUMNS
from ecozone.outputs import account_csv_names, write_account_csv
from ecozone.runs import Request, execute
from ecozone.text import speaking
from ecozone.workspace import demo_source


def of(ws: ez.Workspace) -> Account:
    """An account of a workspace, without rows."""
    columns = (RATIO_COLUMNS, TARGET_COLUMNS, ACCURACY_COLUMNS)
    return replace(Account(*(pd.DataFrame(columns=list(names)) for names in columns)), workspace=ws)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_progress_grid_is_a_csv_that_excel_opens(little: Any, square: Any, lang: str, tmp_path: Path) -> None:
    """A row a unit and ten groups of three columns, headed in words, blank, marked as UTF-8 and safe from formulas."""
    names = ["万新街道", "=cmd|calc"]
    shapes = [(square(2000 * at, 0, 1000), {"name": name}) for at, name in enumerate(names)]
    ws = little(barrier=[(square(0, 0, 1000), {"level": 1})], subdistrict=shapes)
    with speaking(lang):
        write_account_csv(of(ws), tmp_path / "r.csv")
    path = tmp_path / "r.progress.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    heads, *rows = csv.reader(path.read_text("utf-8-sig").splitlines())
    assert rows == [[name, *[""] * 30] for name in ("万新街道", "'=cmd|calc")]
    assert len(set(heads)) == 31 and not any(head.startswith("progress_") for head in heads)
    first, last = {"zh": ("单位", "综合监管 占比（%）"), "en": ("Unit", "Supervision: share (%)")}[lang]
    assert (heads[0], heads[-1]) == (first, last)


def test_without_a_barrier_there_is_no_grid(little: Any, square: Any, tmp_path: Path) -> None:
    """Nobody is asked to fill in what the district does not have."""
    write_account_csv(of(little(red_line=[(square(0, 0, 1000), {})])), tmp_path / "r.csv")
    names = account_csv_names(tmp_path / "r.csv", resolved=False, progress=False)
    assert sorted(tmp_path.glob("r*.csv")) == sorted(names)


def test_a_run_names_the_grid_among_its_files(tmp_path: Path) -> None:
    """Its manifest holds the hash of the grid as it does of every other table."""
    done = execute(
        Request(workspace=str(demo_source()), parts=("ratios",), years=(2025,), outputs=(str(tmp_path / "r.csv"),))
    )
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {path.name for path in done.files} and "r.progress.csv" in written
    assert "r.progress.csv" in (tmp_path / "r.run.json").read_text("utf-8")
