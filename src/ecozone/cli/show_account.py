"""The annual account as tables that a person reads in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ecozone.cli.common import console
from ecozone.cli.show import STATUS_STYLES, interval_words, layer_area, profile_words, status_words, table
from ecozone.text import say
from ecozone.units import fixed, hectares

if TYPE_CHECKING:
    import pandas as pd

    from ecozone.assess import Account, SamplePlan


def show_targets(account: Account) -> None:
    """Print each target: its figures, how fast, where the line leads, its status and why; then the sources."""
    from rich.text import Text

    rows = []
    for row in _records(account.targets):
        unit = {"km2": " km²"}.get(row["unit"], "%")
        name = [row["title"], say(f"words.{row['measured_as']}")]
        name += [profile_words(row["profile"])] if row["profile"] else []
        plan = [] if row["measured_as"] == row["indicator"] else [say(f"words.{row['indicator']}")]
        plan += [
            say("cli.at_year", value=_number(row[what], unit), year=_year(row[year]))
            for what, year in (("baseline", "baseline_year"), ("target", "target_year"))
        ]
        if row["basis"] == "layer":
            measured = [layer_area(row)]
        else:
            measured = [say("cli.at_year", value=_number(row["value"], unit), year=_year(row["year"]))]
        measured += [interval_words(row)] if row["adjusted"] is not None else []
        status = Text(status_words(row), style=STATUS_STYLES[row["status"]]) if row["status"] else ""
        why = [part for part in (row["reason"], _gap(row)) if part]
        cells = ("\n".join(part) for part in (name, plan, measured, list(_pace(row)), list(_ahead(row))))
        rows.append((*cells, status, "\n".join(why)))
    if not rows:
        return
    names = ("target_of", "plan", "measured", "pace", "ahead", "status", "why_gap")
    table([say(f"cli.head_{name}") for name in names], rows, title=say("cli.targets_title"))
    said = dict.fromkeys(
        say(
            "cli.target_source",
            zone=row["title"],
            indicator=say(f"words.{row['indicator']}"),
            kind=say(f"words.{row['kind']}") if row["kind"] else "—",
            source=row["source"] or "—",
            clause=row["clause"] or "—",
        )
        for row in _records(account.targets)
    )
    for line in said:
        console().print(line, style="dim")


def show_accuracy(account: Account) -> None:
    """Print user's and producer's accuracy and adjusted areas, where there are reference samples."""
    rows = [
        (
            row["zone"],
            _year(row["year"]),
            row["label"],
            str(int(row["samples"])),
            f"{fixed(hectares(row['adjusted_m2']), 2)} ± {fixed(hectares(1.96 * row['se_m2']), 2)}",
            _share(row["users_accuracy"], row["users_half_width"]),
            _share(row["producers_accuracy"], row["producers_half_width"]),
            _share(row["overall_accuracy"], row["overall_half_width"]),
        )
        for row in _records(account.accuracy)
    ]
    if rows:
        names = ("zone", "year", "class", "samples", "adjusted", "users", "producers", "overall")
        headings = [say(f"cli.head_{name}") for name in names]
        table(headings, rows, right=(3, 4, 5, 6, 7), title=say("cli.accuracy_title"))


def show_plan(plan: SamplePlan) -> None:
    """Print how many samples to look at in each stratum, and what they will prove."""
    strata = [
        (
            row["zone"],
            say(f"cli.flag_{row['stratum']}"),
            fixed(hectares(row["stratum_m2"]), 2),
            f"{fixed(100 * row['share'], 2)}%",
            str(int(row["samples"])),
        )
        for row in _records(plan.strata)
    ]
    headings = [say(f"cli.head_{name}") for name in ("zone", "stratum", "size", "share", "samples")]
    title = say("cli.plan_title", year=plan.year, count=len(plan.points), seed=plan.seed)
    table(headings, strata, right=(2, 3, 4), title=title)
    proofs = [
        (
            row["zone"],
            say(f"words.{row['indicator']}"),
            _number(row["value"], "%"),
            _number(row["target"], "%"),
            _number(row["needed_se"], ""),
            _number(row["expected_se"], ""),
            say("cli.enough" if row["proves"] else "cli.not_enough"),
        )
        for row in _records(plan.proofs)
    ]
    names = ("zone", "indicator", "by_count", "aim", "needed_se", "expected_se", "proof")
    table([say(f"cli.head_{name}") for name in names], proofs, right=(2, 3, 4, 5), title=say("cli.proofs_title"))
    console().print(say("cli.plan_accuracy", accuracy=fixed(100 * plan.accuracy, 1)), style="dim")


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    from ecozone.assess import records

    return records(frame.astype(object).where(frame.notna(), None))


def _number(value: float | None, unit: str) -> str:
    return "—" if value is None else f"{fixed(value, 2)}{unit}"


def _year(value: float | None) -> str:
    return "—" if value is None else str(int(value))


def _share(value: float | None, half_width: float | None) -> str:
    return "—" if value is None or half_width is None else f"{fixed(100 * value, 1)}% ± {fixed(100 * half_width, 1)}"


def _pace(row: Mapping[str, Any]) -> Iterator[str]:
    if row["actual_pace"] is not None and row["required_pace"] is not None:
        yield say("cli.paces", actual=fixed(row["actual_pace"], 2), required=fixed(row["required_pace"], 2))
    if row["needed_pace"] is not None:
        yield say("cli.pace_needed", needed=fixed(row["needed_pace"], 2))
    if row["reckoned_as"] is not None:
        yield say("cli.reckoned", value=_number(row["reckoned_from"], "%"), what=say(f"words.{row['reckoned_as']}"))
    if row["progress"] is not None:
        yield say("cli.progress", share=fixed(100 * row["progress"], 1))
    if row["change_low"] is not None:
        low, high = fixed(row["change_low"], 2), fixed(row["change_high"], 2)
        key = "cli.change_significant" if row["change_significant"] else "cli.change_not_significant"
        yield say(key, change=fixed(row["change"], 2), low=low, high=high)
    elif row["change_needed_se"] is not None:
        yield say("cli.change_unproven", change=fixed(row["change"], 2), se=fixed(row["change_needed_se"], 2))


def _ahead(row: Mapping[str, Any]) -> Iterator[str]:
    if row["projected"] is not None:
        yield say("cli.at_year", value=_number(row["projected"], "%"), year=_year(row["target_year"]))
    if row["attainment_year"] is not None:
        yield say("cli.attained", year=_year(row["attainment_year"]))
    if row["method"] is not None:
        yield say(f"words.{row['method']}")


def _gap(row: Mapping[str, Any]) -> str:
    from ecozone.assess import PROXY

    if row["gap_m2"] is None or row["measured_as"] in PROXY or round(row["gap_hectares"], 4) == 0:
        return ""
    key = "cli.gap_both" if row["gap_m2"] > 0 else "cli.beyond_both"
    return say(key, hectares=fixed(abs(row["gap_hectares"]), 4), mu=fixed(abs(row["gap_mu"]), 2))
