"""Results as tables that a person reads in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ecozone.cli.common import console
from ecozone.text import say
from ecozone.units import fixed, hectares, percent

if TYPE_CHECKING:
    import pandas as pd

    from ecozone.assess import Check

_STYLES = {"prohibited": "bold red", "conditional": "bold yellow", "review": "bold magenta", "clear": "green"}
_SIGNS = {"prohibited": "✕", "conditional": "△", "review": "?", "clear": "○"}
_STATUS_STYLES = {"met": "green", "missed": "bold red", "cannot_tell": "magenta"}


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]], *, right: Sequence[int] = (), title: str = "") -> None:
    """Print a table; ``right`` names the columns of numbers."""
    from rich import box
    from rich.table import Table

    drawn = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for i, heading in enumerate(headings):
        drawn.add_column(heading, justify="right" if i in right else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*row)
    console().print(drawn)


def show_check(check: Check) -> None:
    """Print the sites with their verdict, each with what decided it, then what could not be checked."""
    from rich.text import Text

    rows = []
    for site in check.sites.drop(columns="geometry").to_dict("records"):
        verdict = site["verdict"]
        mine = check.findings[check.findings["site_id"] == site["site_id"]]
        deciding = mine[mine["verdict"] == verdict]
        why = [f"{row['sentence']}〔{row['citation']}〕" for row in deciding.to_dict("records")]
        states = check.states[check.states["site_id"] == site["site_id"]]
        if verdict == "review":
            why += list(dict.fromkeys(states.loc[states["blocks_clear"].astype(bool), "reason"]))
        size = f"{fixed(hectares(site['area_m2']), 4)}" if site["area_m2"] > 0 else ""
        if not size and site["length_m"] > 0:
            size = say("cli.metres", length=fixed(site["length_m"], 1))
        rows.append(
            (
                site["site_id"],
                site["name"] or "",
                Text(f"{_SIGNS[verdict]} {say(f'words.{verdict}')}", style=_STYLES[verdict]),
                size,
                "\n".join(why) if why else say("cli.nothing_found"),
            )
        )
    headings = [say(f"cli.head_{name}") for name in ("site", "name", "verdict", "size", "why")]
    table(headings, rows, right=(3,), title=say("cli.check_title", district=check.workspace.name))
    counts = "  ".join(f"{say(f'words.{verdict}')} {count}" for verdict, count in check.verdicts.items() if count)
    console().print(say("cli.summary", sites=len(check.sites), counts=counts))
    console().print(say("cli.clear_means"), style="dim")


def show_ratios(ratios: pd.DataFrame) -> None:
    """Print indicators with a row a zone, indicator and profile, and a column a year."""
    from rich.text import Text

    ratios = ratios[ratios["value"].notna()]
    years = sorted({int(year) for year in ratios.loc[ratios["indicator"] != "red_line_area", "year"].dropna()})
    groups: dict[tuple[Any, ...], dict[int, Mapping[str, Any]]] = {}
    for row in ratios.to_dict("records"):
        key = (row["title"], row["indicator"], row["profile"] or "")
        groups.setdefault(key, {})[int(row["year"]) if row["year"] == row["year"] and row["year"] else 0] = row
    rows = []
    for (title, indicator, profile), by_year in groups.items():
        last = by_year[max(by_year)]
        if indicator == "red_line_area":
            values = [""] * (len(years) - 1) + [f"{fixed(last['value'], 2)} km²"] * min(1, len(years))
        else:
            values = [f"{fixed(by_year[year]['value'], 2)}%" if year in by_year else "" for year in years]
        status = last["status"]
        aim = last["target"]
        aimed = aim is not None and aim == aim
        rows.append(
            (
                title,
                say(f"words.{indicator}"),
                say(f"words.{profile}") if profile else "",
                *values,
                f"{fixed(aim, 2)}（{int(last['target_year'])}）" if aimed else "",
                Text(say(f"words.{status}"), style=_STATUS_STYLES[status]) if status else "",
                say("cli.gap", hectares=fixed(hectares(last["gap_m2"]), 2)) if aimed and last["gap_m2"] > 0 else "",
            )
        )
    names = ("zone", "indicator", "profile")
    headings = [*(say(f"cli.head_{name}") for name in names), *(str(year) for year in years)]
    headings += [say(f"cli.head_{name}") for name in ("target", "status", "gap")]
    count = len(years)
    table(headings, rows, right=(*range(3, 3 + count), 3 + count, 5 + count), title=say("cli.ratios_title"))


def share_words(share: float) -> str:
    """Write a share as a percentage."""
    return f"{fixed(percent(share), 2)}%"
