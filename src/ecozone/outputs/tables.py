"""Tables as CSV that Excel opens right, and as a workbook: numbers are numbers, no text is ever a formula."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from ecozone.assess import FINDING_COLUMNS, Account, Check, overrides_of_sites, records
from ecozone.notices import Notice, notices_of
from ecozone.outputs.atomic import written
from ecozone.outputs.documents import plain_value
from ecozone.outputs.escape import plain, plain_all
from ecozone.text import room, say
from ecozone.units import hectares, mu

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_FORMULA_LINE = re.compile(r"^[=+\-@\t\r]", re.MULTILINE)
#: What tells Excel that a CSV is in UTF-8.
CSV_MARK = codecs.BOM_UTF8
_NUMBER_FORMATS = {"_m2": "#,##0.00", "_m": "#,##0.0", "_deg": "0", "share": "0.00%", "hectares": "#,##0.0000"}
_NUMBER_FORMATS["points"] = "0.0000"
_NUMBER_FORMATS |= dict.fromkeys(("accuracy", "half_width", "progress"), "0.00%")
_TWO_DECIMALS = frozenset(
    (
        *("value", "value_of_valid", "adjusted", "se", "ci_low", "ci_high", "baseline", "target", "gap_mu"),
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
_WORDED = (
    *("indicator", "measured_as", "profile", "kind", "basis", "status", "by_count", "method", "use", "fate"),
    *("status_before", "by_count_before", "status_after", "by_count_after", "change_kind"),
    *("verdict_old", "verdict_new", "finding_old", "finding_new"),
)
_LONG_TEXTS = {"fact", "sentence", "citation", "procedure", "decided_by", "message", "reason", "remedy", "zh", "en"}
_LONG_TEXTS |= {"override_words", "override_reason", "why_old", "why_new"}
_CELL_LIMIT = 32_767
# The same results give the same bytes: when a run was is told by its manifest.
_NO_DATE = datetime(1980, 1, 1, tzinfo=UTC)


def site_table(check: Check) -> pd.DataFrame:
    """Return one row a site: its verdict in words, sizes in the planner's units, and what decided."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in records(check.findings):
        found.setdefault(row["site_id"], []).append(row)
    ruled = overrides_of_sites(check)
    rows = []
    for site in records(check.sites.drop(columns="geometry")):
        mine = found.get(site["site_id"], [])
        worst = [row for row in mine if row["verdict"] == site["verdict"]]
        rows.append(
            {
                "site_id": site["site_id"],
                "name": site["name"],
                "project_type": site["project_type"],
                "verdict": site["verdict"],
                "verdict_words": say(f"words.{site['verdict']}"),
                **(
                    {"override": site["override"], "override_words": "\n".join(ruled.get(site["site_id"], ()))}
                    if ruled
                    else {}
                ),
                "area_m2": site["area_m2"],
                "area_hectares": hectares(site["area_m2"]) if site["area_m2"] > 0 else None,
                "area_mu": mu(site["area_m2"]) if site["area_m2"] > 0 else None,
                "length_m": site["length_m"],
                "decided_by": "\n".join(dict.fromkeys(row["sentence"] for row in worst)),
                "citation": "\n".join(dict.fromkeys(row["citation"] for row in worst)),
                "source_file": site["source_file"],
                "source_row": site["source_row"],
            }
        )
    return pd.DataFrame(rows)


def notice_table(notices: tuple[Notice, ...]) -> pd.DataFrame:
    """Return notices as rows: severity, place, message, remedy."""
    columns = ["severity", "file", "layer", "feature", "field", "message", "remedy", "code"]
    return pd.DataFrame([notice.as_dict() for notice in notices], columns=columns)


def finding_table(check: Check) -> pd.DataFrame:
    """Return the findings, with the sites that have none, each with its site's name and verdict."""
    names = {"verdict": "site_verdict", "override": "site_override"}
    known = [name for name in ("site_id", "name", "project_type", *names) if name in check.sites]
    sites = check.sites[known].rename(columns=names)
    return pd.DataFrame(sites).merge(check.findings, on="site_id", how="left")


def csv_header() -> bytes:
    """Return the first line of the CSV of a `finding_table`."""
    names = ["site_id", "name", "project_type", "site_verdict", *FINDING_COLUMNS[1:]]
    return csv_bytes(pd.DataFrame(columns=names), header=True)


def csv_bytes(table: pd.DataFrame, *, header: bool = False) -> bytes:
    """Return a table as CSV in UTF-8, safe to open in a spreadsheet."""
    safe = pd.DataFrame({name: _csv_column(table[name]) for name in table.columns}, index=table.index)
    return safe.to_csv(index=False, header=header, lineterminator="\r\n").encode("utf-8")


def write_csv(check: Check, path: str | PathLike[str]) -> Path:
    """Write the findings, with the sites that have none, as CSV: UTF-8 with a mark, safe to open in a spreadsheet."""
    with written(path) as draft:
        draft.write_bytes(CSV_MARK + csv_bytes(finding_table(check), header=True))
    return Path(path)


def write_ratios_csv(ratios: pd.DataFrame, path: str | PathLike[str]) -> Path:
    """Write indicators as CSV in the same way."""
    with written(path) as draft:
        draft.write_bytes(CSV_MARK + csv_bytes(ratios, header=True))
    return Path(path)


def write_xlsx(check: Check | None, path: str | PathLike[str], *, ratios: pd.DataFrame | Account | None = None) -> Path:
    """Write a workbook with a sheet for each part: sites, findings, states, targets, ratios, accuracy, notices.

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
        notices += check.notices
    if isinstance(ratios, Account):
        sheets |= {"targets": worded(ratios.targets), "ratios": worded(ratios.ratios)}
        if len(ratios.accuracy):
            sheets["accuracy"] = ratios.accuracy
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


def _csv_column(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column whose cells no spreadsheet takes for a formula; one search tells that none needs a change."""
    if values.dtype != object and not isinstance(values.dtype, pd.StringDtype):
        return values
    found = values.tolist()
    text = "\n".join(value for value in found if isinstance(value, str))
    if _FORMULA_LINE.search(text) is None:
        return pd.Series(plain_all(found), index=values.index, dtype=object)
    return pd.Series([_csv_text(value) for value in found], index=values.index, dtype=object)


def _csv_text(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if isinstance(value, str):
        text = plain(value)
        return "'" + text if text.startswith(_FORMULA_STARTS) else text
    return value
