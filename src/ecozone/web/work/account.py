"""The district's figures: the account of the years, what changed, and what building would do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ecozone.log import Progress
from ecozone.outputs import (
    account_tables,
    change_document,
    change_map_data,
    change_tables,
    notice_notes,
    ratio_table,
    ratios_document,
    scenario_document,
    scenario_ratios,
    scenario_tables,
)
from ecozone.runs import execute, run_change, run_scenario
from ecozone.text import on_page, speaking
from ecozone.web.work.answers import answered, answered_once
from ecozone.web.work.requests import prepared

#: So many possible violations are listed on the page, the largest first; the document has all.
MOST_MARKED = 2_000


def ratios(words: dict[str, Any], folder: Path, progress: Progress) -> str:
    """Work out the account: ``document`` (``ecozone.ratios/1``), and ``page`` with its tables."""
    years = tuple(words["years"]) if words.get("years") else None
    asked = prepared(words, folder, "ratios", years=years, by=tuple(words.get("by") or ()))

    def made() -> dict[str, Any]:
        outcome = execute(asked.request, stage=asked.stage, progress=asked.told(progress))
        account = outcome.account
        assert account is not None
        with speaking(words["lang"]), on_page():
            page = {
                "ratios": ratio_table(account.ratios),
                "tables": account_tables(account),
                "notices": notice_notes(account.notices),
            }
            return {"document": ratios_document(account, outcome.run), "page": page}

    return answered_once(folder, asked.key, made)


def change(words: dict[str, Any], folder: Path, progress: Progress) -> str:
    """Compare two years: ``document`` (``ecozone.change/1``), and ``page`` with patches and possible violations.

    ``page.marked`` tells how many possible violations there are, of which at most `MOST_MARKED` are listed.
    """
    asked = prepared(
        words,
        folder,
        "change",
        years=tuple(words.get("years") or ()),
        min_area_m2=words.get("min_area_m2"),
        align=bool(words.get("align")),
    )

    def made() -> dict[str, Any]:
        found = run_change(asked.request, stage=asked.stage, progress=asked.told(progress)).change
        with speaking(words["lang"]), on_page():
            data = change_map_data(found, with_layers=False)
            page = {key: value for key, value in data.items() if key != "texts"}
            page["marked"] = len(page["sites"])
            page["sites"] = page["sites"][:MOST_MARKED]
            page["tables"] = change_tables(found)
            return {"document": change_document(found), "page": page}

    return answered_once(folder, asked.key, made)


def scenario(words: dict[str, Any], folder: Path, progress: Progress) -> str:
    """Tell what building would do: ``document`` (``ecozone.scenario/1``), and ``page`` with its tables."""
    asked = prepared(words, folder, "scenario", years=tuple(words.get("years") or ()) or None)
    outcome = run_scenario(asked.request, stage=asked.stage, progress=asked.told(progress))
    found = outcome.scenario
    with speaking(words["lang"]), on_page():
        page = {
            "ratios": ratio_table(scenario_ratios(found)),
            "tables": scenario_tables(found),
            "notices": notice_notes(found.notices),
        }
        return answered(folder, {"document": scenario_document(found, outcome.run), "page": page})
