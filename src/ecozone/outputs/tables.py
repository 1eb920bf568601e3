"""Tables as CSV that Excel opens right, and as a workbook: numbers are numbers, no text is ever a formula."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecozone.assess import FINDING_COLUMNS, OVERRIDE_COLUMNS, VERDICTS, Account, Check, overrides_of_sites
from ecozone.notices import Notice, notice, notices_of
from ecozone.outputs.atomic import written
from ecozone.outputs.columns import csv_lines, csv_words, with_whole
from ecozone.outputs.progress import progress_grid
from ecozone.outputs.ways import way_sheets
from ecozone.outputs.workbook import write_book
from ecozone.text import pick, room, say
from ecozone.units import hectares_each, mu_each
from ecozone.workspace import Workspace

#: Lines of CSV that are made at once.
_ROWS_AT_ONCE = 4_000
#: What tells Excel that a CSV is in UTF-8.
CSV_MARK = codecs.BOM_UTF8
_STATES = ("affected", "not_affected", "no_data", "not_checked")
_FIRMNESS = ("certain", "likely", "possible")
# How well a rule's wording is known (`ecozone.rules.Rule.confidence`).
_CONFIDENCES = "SKMUCI"
# Columns whose codes a reader of a workbook sees as words; CSV and JSON keep the codes.
_WORDED = (
    *("indicator", "measured_as", "profile", "kind", "basis", "status", "by_count", "method", "use", "fate"),
    "reckoned_as",
    *("ground", "significance", "measure", "gap_kind"),
    *("status_before", "by_count_before", "status_after", "by_count_after", "change_kind"),
    *("verdict_old", "verdict_new", "finding_old", "finding_new"),
    *("verdict_words", "firmness", "state", "override", "unit"),
)


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


def _decided(check: Check) -> tuple[pd.Series[Any], pd.Series[Any]]:
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
        words = pd.Series(["\n".join(one) for one in said], dtype=object)
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
    front: dict[str, Any] = {head: _taken(check.sites[name], owner) for name, head in names.items()}
    if "override" in check.sites:
        # What was ruled of missing data stands beside no finding.
        front["site_override_words"] = pd.Series(_rulings(check)[owner], dtype=object)
    known = [*FINDING_COLUMNS[1:], *(name for name in OVERRIDE_COLUMNS if name in check.findings)]
    behind = {name: _taken(check.findings[name], finding) for name in known}
    return pd.DataFrame(front | behind, copy=False)


def _taken(values: pd.Series[Any], places: NDArray[np.int64]) -> pd.Series[Any]:
    """Return the values at some places, none at -1."""
    # Of plain arrays pandas would make texts of its own, which take several times the room.
    return pd.Series(values.array.take(places, allow_fill=True), dtype=values.dtype, copy=False)


def _rulings(check: Check) -> NDArray[np.object_]:
    """Return what persons ruled of each site, None where nobody did."""
    ruled = overrides_of_sites(check)
    words = np.empty(len(check.sites), dtype=object)
    words[:] = ["\n".join(ruled[site]) if site in ruled else None for site in check.sites["site_id"]]
    return words


def csv_parts(table: pd.DataFrame) -> Iterator[bytes | memoryview]:
    """Yield a table as CSV in UTF-8, its headings first, safe to open in a spreadsheet."""
    yield ",".join(map(str, table.columns)).encode() + b"\r\n"
    for start in range(0, len(table), _ROWS_AT_ONCE):
        rows = table.iloc[start : start + _ROWS_AT_ONCE]
        yield csv_lines([csv_words(rows[name]) for name in table.columns])


def write_table_csv(table: pd.DataFrame, path: str | PathLike[str]) -> Path:
    """Write a table as CSV: UTF-8 with a mark, safe to open in a spreadsheet."""
    with written(path) as draft, draft.open("wb") as out:
        out.write(CSV_MARK)
        out.writelines(csv_parts(with_whole(table)))
    return Path(path)


def write_csv(check: Check, path: str | PathLike[str]) -> Path:
    """Write the findings, with the sites that have none, as CSV: UTF-8 with a mark, safe to open in a spreadsheet."""
    return write_table_csv(finding_table(check), path)


def write_xlsx(
    check: Check | None,
    path: str | PathLike[str],
    *,
    ratios: pd.DataFrame | Account | None = None,
    run: Mapping[str, Any] | None = None,
) -> Path:
    """Write a workbook with a sheet for each part: sites, findings, states, ways out, targets, ratios ….

    Words stand in the current language, where CSV and JSON have codes. The last sheet names the run.

    Parameters
    ----------
    check : Check or None
        Gives the sheets of a site check.
    ratios : DataFrame or Account, optional
        As `ecozone.assess.assess_indicators` or `ecozone.assess.assess_account` gives it.
    run : mapping, optional
        The description of the run; unless given, that of the check.
    """
    sheets: dict[str, pd.DataFrame] = {}
    notices: tuple[Notice, ...] = ()
    if check is not None:
        sheets["sites"] = _read(site_table(check).drop(columns="verdict_words"), check)
        sheets |= {"findings": _read(check.findings, check), "states": _read(check.states, check)}
        sheets |= {} if check.cuts is None else way_sheets(check.cuts)
        notices += check.notices
        run = check.run if run is None else run
    if isinstance(ratios, Account):
        sheets |= {"targets": worded(ratios.targets), "ratios": _of_layers(worded(ratios.ratios), ratios.workspace)}
        if len(ratios.accuracy):
            sheets["accuracy"] = ratios.accuracy
        if len(ratios.pieces):
            sheets |= {name: worded(resolved) for name, resolved in resolved_tables(ratios).items()}
        grid = None if ratios.workspace is None else progress_grid(ratios.workspace)
        if grid is not None:
            sheets["progress"] = grid
            notices += (notice("outputs.progress_blank", sheet=say("outputs.sheet_progress")),)
        notices += ratios.notices
    elif ratios is not None:
        sheets["ratios"] = worded(ratios)
        notices += notices_of(ratios)
    sheets["notices"] = notice_table(tuple(dict.fromkeys(notices)))
    if check is not None:
        sheets["assumptions"] = pd.DataFrame(
            [(one.id, pick({"zh": one.zh, "en": one.en}), one.source) for one in check.workspace.pack.assumptions],
            columns=["id", "message", "source"],
        )
    sheets |= run_sheet(run)
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


def run_sheet(run: Mapping[str, Any] | None) -> dict[str, pd.DataFrame]:
    """Return the sheet that names a run: its id and day, versions, request, and every input with its hash."""
    if run is None:
        return {}
    about = ("id", "date", "ecozone")
    rows: list[tuple[str, str, Any, Any]] = [
        ("run", say(f"outputs.run_of_{name}"), run.get(name), None) for name in about
    ]
    rows += [("libraries", name, version, None) for name, version in run["libraries"].items()]
    # What was not asked for is left out.
    asked = {name: value for name, value in run["request"].items() if value not in (None, [], {}, False)}
    rows += [("request", name, _one_text(value), None) for name, value in asked.items()]
    rows += [("inputs", one["path"], one.get("layer") or one.get("bytes"), one["sha256"]) for one in run["inputs"]]
    texts = [
        (say(f"outputs.run_{part}"), name, None if value is None else str(value), sha)
        for part, name, value, sha in rows
    ]
    return {"run": pd.DataFrame(texts, columns=["run_part", "run_item", "run_value", "sha256"])}


def _one_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _read(table: pd.DataFrame, check: Check) -> pd.DataFrame:
    """Return a table of a check as it is read: verdicts, layers, roles and types of project by their names."""
    ws = check.workspace
    kinds: Mapping[str, Mapping[str, Any]] = {"role": ws.pack.roles, "project_type": ws.pack.project_types}
    names = {kind: {key: pick({"zh": one.zh, "en": one.en}) for key, one in of.items()} for kind, of in kinds.items()}
    names["confidence"] = {code: say(f"report.confidence_{code.lower()}") for code in _CONFIDENCES}
    named = _of_layers(worded(table.rename(columns={"verdict": "verdict_words"})), ws)
    return named.assign(**{name: _replaced(table[name], words) for name, words in names.items() if name in table})


def _of_layers(table: pd.DataFrame, ws: Workspace | None) -> pd.DataFrame:
    """Return a table with the titles of its layers."""
    if ws is None or "layer" not in table:
        return table
    return table.assign(layer=_replaced(table["layer"], {key: pick(ws.layer(key).title) for key in ws.layers}))


def worded(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the codes that a reader of a workbook sees as words."""
    known = {name: say(f"words.{name}") for name, entry in room("words").items() if "{" not in entry["zh"]}
    return table.assign(**{name: _replaced(table[name], known) for name in _WORDED if name in table})


def with_words(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the words of its verdicts, states and firmness behind it."""
    coded = [name for name in ("verdict", "state", "firmness") if name in table]
    known = {name: say(f"words.{name}") for name in (*VERDICTS, *_STATES, *_FIRMNESS)}
    return table.assign(**{f"{name}_words": _replaced(table[name], known) for name in coded})


def _replaced(values: pd.Series[Any], names: Mapping[str, str]) -> pd.Categorical:
    """Return a column with the names of what has one; each is kept once, however many rows have it."""
    codes, known = pd.factorize(values)
    of, words = pd.factorize(np.array([names.get(value, value) for value in known], dtype=object))
    kind: Any = pd.CategoricalDtype(list(words))
    found: pd.Categorical = pd.Categorical.from_codes(np.append(of, -1)[codes].astype(np.int64), dtype=kind)
    return found
