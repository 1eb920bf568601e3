"""Tables as CSV that Excel opens right, and as a workbook: numbers are numbers, no text is ever a formula."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from numpy.typing import NDArray

from ecozone.assess import FINDING_COLUMNS, OVERRIDE_COLUMNS, VERDICTS, Account, Check, overrides_of_sites
from ecozone.notices import Notice, notices_of
from ecozone.outputs.atomic import written
from ecozone.outputs.columns import csv_lines, csv_words
from ecozone.outputs.escape import plain
from ecozone.outputs.plain import plain_value
from ecozone.outputs.ways import way_sheets
from ecozone.text import room, say
from ecozone.units import hectares_each, mu_each

#: Lines of CSV that are made at once.
_ROWS_AT_ONCE = 10_000
#: What tells Excel that a CSV is in UTF-8.
CSV_MARK = codecs.BOM_UTF8
_NUMBER_FORMATS = {"_m2": "#,##0.00", "_m": "#,##0.0", "_deg": "0", "share": "0.00%", "hectares": "#,##0.0000"}
_NUMBER_FORMATS["points"] = "0.0000"
_NUMBER_FORMATS |= dict.fromkeys(("accuracy", "half_width", "progress"), "0.00%")
_TWO_DECIMALS = frozenset(
    (
        *("value", "value_of_valid", "area_mu", "adjusted", "se", "ci_low", "ci_high", "baseline", "target", "gap_mu"),
        *("required_pace", "actual_pace", "needed_pace", "projected", "projected_low", "projected_high"),
        *("needed_se", "change", "change_low", "change_high", "change_needed_se"),
        *("value_before", "value_after", "adjusted_before", "adjusted_after", "ci_low_before", "ci_high_before"),
        *("ci_low_after", "ci_high_after", "area_mu", "lost_mu", "make_up_mu"),
    )
)
_VERDICT_FILLS = {"prohibited": "#F4C7C3", "conditional": "#FCE8B2", "review": "#D9D2E9", "clear": "#D9EAD3"}
_STATUS_FILLS = {
    "met": "#D9EAD3",
    "on_track": "#E6F2E1",
    "at_risk": "#FCE8B2",
    "missed": "#F4C7C3",
    "cannot_tell": "#D9D2E9",
}
# Columns whose codes a reader of a workbook sees as words; CSV and JSON keep the codes.
_LONG_TEXTS = {
    *("override_words", "override_reason", "what", "wording", "fact", "sentence", "citation", "procedure"),
    *("decided_by", "message", "reason", "remedy", "zh", "en", "why_old", "why_new"),
}
_WORDED = (
    *("indicator", "measured_as", "profile", "kind", "basis", "status", "by_count", "method", "use", "fate"),
    *("ground", "significance", "measure", "gap_kind"),
    *("status_before", "by_count_before", "status_after", "by_count_after", "change_kind"),
    *("verdict_old", "verdict_new", "finding_old", "finding_new"),
)
_CELL_LIMIT = 32_767
# The same results give the same bytes: when a run was is told by its manifest.
_NO_DATE = datetime(1980, 1, 1, tzinfo=UTC)


def site_table(check: Check) -> pd.DataFrame:
    """Return one row a site: its verdict in words, sizes in the planner's units, and what decided."""
    sites = check.sites
    area = sites["area_m2"].to_numpy(float)
    sized = area > 0
    hectare, acre = np.full(len(sites), np.nan), np.full(len(sites), np.nan)
    hectare[sized], acre[sized] = hectares_each(area[sized]), mu_each(area[sized])
    decided, cited = _decided(check)
    words = sites["verdict"].map({verdict: say(f"words.{verdict}") for verdict in VERDICTS})
    columns: dict[str, Any] = {name: sites[name].array for name in ("site_id", "name", "project_type", "verdict")}
    columns["verdict_words"] = words.array
    if "override" in sites:
        ruled = overrides_of_sites(check)
        columns["override"] = sites["override"].array
        columns["override_words"] = ["\n".join(ruled.get(site, ())) for site in sites["site_id"]]
    columns |= {"area_m2": area, "area_hectares": hectare, "area_mu": acre}
    columns |= {"length_m": sites["length_m"].array, "decided_by": decided, "citation": cited}
    return pd.DataFrame(columns | {name: sites[name].array for name in ("source_file", "source_row")})


def _decided(check: Check) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return the sentences and clauses of each site's worst findings, each said once."""
    verdicts = check.sites["verdict"].to_numpy(object)
    site = places(check.findings["site_id"], check)
    worst = np.flatnonzero(check.findings["verdict"].to_numpy(object) == verdicts[site])
    worst = worst[np.argsort(site[worst], kind="stable")]
    found = []
    for name in ("sentence", "citation"):
        said: list[dict[str, None]] = [{} for _ in range(len(verdicts))]
        for at, text in zip(site[worst].tolist(), check.findings[name].to_numpy(object)[worst].tolist(), strict=True):
            said[at][text] = None
        words = np.empty(len(verdicts), dtype=object)
        words[:] = ["\n".join(one) for one in said]
        found.append(words)
    return found[0], found[1]


def places(site_ids: pd.Series[Any], check: Check) -> NDArray[np.int64]:
    """Return the place, among the sites of a check, of the site that each row speaks of."""
    known = pd.Index(check.sites["site_id"].to_numpy(object))
    if isinstance(site_ids.dtype, pd.CategoricalDtype):
        of_names = known.get_indexer(pd.Index(site_ids.cat.categories.to_numpy(object)))
        return np.asarray(of_names[site_ids.cat.codes.to_numpy()], dtype=np.int64)
    return np.asarray(known.get_indexer(pd.Index(site_ids.to_numpy(object))), dtype=np.int64)


def notice_table(notices: tuple[Notice, ...]) -> pd.DataFrame:
    """Return notices as rows: severity, place, message, remedy."""
    columns = ["severity", "file", "layer", "feature", "field", "message", "remedy", "code"]
    return pd.DataFrame([notice.as_dict() for notice in notices], columns=columns)


def finding_table(check: Check) -> pd.DataFrame:
    """Return the findings, with the sites that have none, each with its site's name and verdict."""
    site = places(check.findings["site_id"], check)
    order = np.argsort(site, kind="stable")
    counts = np.bincount(site, minlength=len(check.sites))
    owner = np.repeat(np.arange(len(check.sites)), np.maximum(counts, 1))
    finding = np.full(len(owner), -1, dtype=np.int64)
    finding[counts[owner] > 0] = order
    names = {name: name for name in ("site_id", "name", "project_type")}
    names |= {name: f"site_{name}" for name in ("verdict", "override") if name in check.sites}
    front = {head: check.sites[name].array.take(owner) for name, head in names.items()}
    known = [*FINDING_COLUMNS[1:], *(name for name in OVERRIDE_COLUMNS if name in check.findings)]
    behind = {name: check.findings[name].array.take(finding, allow_fill=True) for name in known}
    return pd.DataFrame(front | behind, copy=False)


def csv_bytes(table: pd.DataFrame, *, header: bool = False) -> bytes:
    """Return a table as CSV in UTF-8, safe to open in a spreadsheet."""
    lines: list[bytes | memoryview] = [",".join(map(str, table.columns)).encode() + b"\r\n"] if header else []
    for start in range(0, len(table), _ROWS_AT_ONCE):
        rows = table.iloc[start : start + _ROWS_AT_ONCE]
        lines.append(csv_lines([csv_words(rows[name]) for name in table.columns]))
    return b"".join(lines)


def write_table_csv(table: pd.DataFrame, path: str | PathLike[str]) -> Path:
    """Write a table as CSV: UTF-8 with a mark, safe to open in a spreadsheet."""
    with written(path) as draft:
        draft.write_bytes(CSV_MARK + csv_bytes(table, header=True))
    return Path(path)


def write_csv(check: Check, path: str | PathLike[str]) -> Path:
    """Write the findings, with the sites that have none, as CSV: UTF-8 with a mark, safe to open in a spreadsheet."""
    return write_table_csv(finding_table(check), path)


def write_xlsx(check: Check | None, path: str | PathLike[str], *, ratios: pd.DataFrame | Account | None = None) -> Path:
    """Write a workbook with a sheet for each part: sites, findings, states, ways out, targets, ratios ….

    Parameters
    ----------
    check : Check or None
        Gives the sheets of a site check.
    ratios : DataFrame or Account, optional
        As `ecozone.assess.assess_indicators` or `ecozone.assess.assess_account` gives it; words stand in the current
        language.
    """
    sheets: dict[str, pd.DataFrame] = {}
    notices: tuple[Notice, ...] = ()
    if check is not None:
        sheets |= {"sites": site_table(check), "findings": check.findings, "states": check.states}
        sheets |= {} if check.cuts is None else way_sheets(check.cuts)
        notices += check.notices
    if isinstance(ratios, Account):
        sheets |= {"targets": worded(ratios.targets), "ratios": worded(ratios.ratios)}
        if len(ratios.accuracy):
            sheets["accuracy"] = ratios.accuracy
        if len(ratios.pieces):
            sheets |= {name: worded(resolved) for name, resolved in resolved_tables(ratios).items()}
        notices += ratios.notices
    elif ratios is not None:
        sheets["ratios"] = worded(ratios)
        notices += notices_of(ratios)
    sheets["notices"] = notice_table(tuple(dict.fromkeys(notices)))
    if check is not None:
        sheets["assumptions"] = pd.DataFrame([vars(item) for item in check.workspace.pack.assumptions])
    with written(path) as draft:
        write_book(sheets, draft)
    return Path(path)


def resolved_tables(account: Account) -> dict[str, pd.DataFrame]:
    """Return the tables of the resolved account, without shapes."""
    return {
        "resolved": account.resolved,
        "breakdown": account.breakdown,
        "classes": account.classes,
        "gaps": pd.DataFrame(account.gaps.drop(columns="geometry")),
    }


def worded(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the codes that a reader of a workbook sees as words."""
    known = room("words")
    named = {
        column: [say(f"words.{value}") if value in known else value for value in table[column]]
        for column in _WORDED
        if column in table
    }
    return table.assign(**named)


def write_book(sheets: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Write tables as a workbook, a sheet each, named and headed in the current language."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": _NO_DATE})
    head = book.add_format({"bold": True, "bg_color": "#DCE6E0", "border": 1, "text_wrap": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    fills = {word: book.add_format({"bg_color": colour, "bold": True}) for word, colour in _VERDICT_FILLS.items()}
    fills |= {say(f"words.{word}"): book.add_format({"bg_color": colour}) for word, colour in _STATUS_FILLS.items()}
    numbers = {end: book.add_format({"num_format": code}) for end, code in _NUMBER_FORMATS.items()}
    two = book.add_format({"num_format": "#,##0.00"})
    for name, table in sheets.items():
        sheet = book.add_worksheet(say(f"outputs.sheet_{name}"))
        sheet.freeze_panes(1, 1)
        for j, column in enumerate(table.columns):
            sheet.write_string(0, j, say(f"columns.{column}"), head)
            form = (
                two
                if column in _TWO_DECIMALS
                else next((numbers[end] for end in numbers if str(column).endswith(end)), None)
            )
            long = column in _LONG_TEXTS
            sheet.set_column(j, j, 48 if long else 14, wrap if long else form)
        for i, row in enumerate(table.itertuples(index=False), start=1):
            for j, value in enumerate(row):
                _write_cell(sheet, i, j, plain_value(value), fills)
        if len(table):
            sheet.autofilter(0, 0, len(table), len(table.columns) - 1)
    book.close()


def _write_cell(sheet: Any, i: int, j: int, value: Any, fills: Mapping[str, Any]) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(i, j, value)
    elif isinstance(value, int | float):
        sheet.write_number(i, j, value)
    else:
        text = plain(value)[:_CELL_LIMIT]
        sheet.write_string(i, j, text, fills.get(text))
