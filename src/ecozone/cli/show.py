"""Results as tables that a person reads in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ecozone.cli.blocks import against_target, blocks_read_well, sparkline
from ecozone.cli.common import SETTINGS, console
from ecozone.text import joined, pick, room, say
from ecozone.units import fixed, hectares

if TYPE_CHECKING:
    import pandas as pd
    from rich.text import Text

    from ecozone.assess import Check

#: Sites of a check that a terminal lists; nobody reads more there.
MOST_SITES = 1_000
_STYLES = {"prohibited": "bold red", "conditional": "bold yellow", "review": "bold magenta", "clear": "green"}
_SIGNS = {"prohibited": "✕", "conditional": "△", "review": "?", "clear": "○"}
STATUS_STYLES = {
    "met": "green",
    "on_track": "green",
    "at_risk": "bold yellow",
    "missed": "bold red",
    "cannot_tell": "magenta",
}


def table(
    headings: Sequence[str], rows: Iterable[Sequence[Any]], *, right: Sequence[int] = (), title: str = ""
) -> None:
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
    """Print the sites with their verdict, each with what decided it, then what could not be checked.

    Of more than `MOST_SITES` the worst are printed, and how many are not.
    """
    from ecozone.assess import overrides_of_sites, records

    order = {verdict: i for i, verdict in enumerate(_STYLES)}
    sites = check.sites.drop(columns="geometry").sort_values("verdict", key=lambda one: one.map(order), kind="stable")
    shown = sites.head(MOST_SITES)
    ruled = overrides_of_sites(check)
    findings = _by_site(check.findings, shown)
    blocking = _by_site(check.states[check.states["blocks_clear"].astype(bool)], shown)
    rows = []
    for site in records(shown):
        verdict = site["verdict"]
        size = f"{fixed(hectares(site['area_m2']), 4)}" if site["area_m2"] > 0 else ""
        if not size and site["length_m"] > 0:
            size = say("cli.metres", length=fixed(site["length_m"], 1))
        why = _reasons(check, findings.get(site["site_id"], []), blocking.get(site["site_id"], []))
        words = verdict_text(verdict)
        if site["site_id"] in ruled:
            words.append("\n" + say("cli.override", verdict=say(f"words.{site['override']}")), style="default")
            why += ruled[site["site_id"]]
        rows.append((site["site_id"], site["name"] or "", words, size, "\n".join(why) or say("cli.nothing_found")))
    headings = [say(f"cli.head_{name}") for name in ("site", "name", "verdict", "size", "why")]
    table(headings, rows, right=(3,), title=say("cli.check_title", district=check.workspace.name))
    if len(sites) > len(shown):
        console().print(say("cli.sites_not_shown", shown=len(shown), left=len(sites) - len(shown)), style="yellow")
    counts = "  ".join(f"{say(f'words.{verdict}')} {count}" for verdict, count in check.verdicts.items() if count)
    console().print(say("cli.summary", sites=len(check.sites), counts=counts))
    for reason in check.states.loc[check.states["layer"].isna(), "reason"].unique():
        console().print(say("cli.not_judged", reason=reason), style="dim")
    console().print(say("cli.clear_means"), style="dim")


def verdict_text(verdict: str) -> Text:
    """Return a verdict's sign and word in its colour."""
    from rich.text import Text

    return Text(f"{_SIGNS[verdict]} {say(f'words.{verdict}')}", style=_STYLES[verdict])


def _by_site(rows: pd.DataFrame, sites: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of some sites, by site."""
    from ecozone.assess import records

    found: dict[str, list[dict[str, Any]]] = {}
    for row in records(rows[rows["site_id"].isin(sites["site_id"])]):
        found.setdefault(row["site_id"], []).append(row)
    return found


def _reasons(check: Check, findings: list[dict[str, Any]], blocking: list[dict[str, Any]]) -> list[str]:
    """Say each finding of a site once with its clauses, worst first, then what could not be judged."""
    clauses: dict[tuple[str, str], list[str]] = {}
    for row in findings:
        words = row["sentence"] if SETTINGS.verbose else row["fact"]
        clauses.setdefault((row["verdict"], words), []).append(row["citation"])
    why = [
        f"{_SIGNS[verdict]} {say('cli.cited', what=words, clauses=say('cli.and_clause').join(dict.fromkeys(cited)))}"
        for (verdict, words), cited in clauses.items()
    ]
    by_reason: dict[str, list[str]] = {}
    for state in blocking:
        titles = by_reason.setdefault(state["reason"], [])
        if state["layer"] is not None:
            titles.append(pick(check.workspace.layers[state["layer"]].title))
    for reason, titles in by_reason.items():
        layers = joined(dict.fromkeys(titles))
        why.append(f"? {say('cli.reason_layers', reason=reason, layers=layers) if titles else reason}")
    return why


def show_ratios(ratios: pd.DataFrame, *, brief: bool = False) -> None:
    """Print indicators with a row a zone, indicator and profile, and a column a year.

    ``brief`` leaves out the zones that have no target and are parts of another layer.
    """
    from rich.text import Text

    from ecozone.assess import PROXY, records

    drawn = blocks_read_well()
    ratios = ratios[ratios["value"].notna() | ratios["status"].notna()]
    if brief:
        targeted = set(ratios.loc[ratios["target"].notna(), "layer"])
        ratios = ratios[~ratios["zone"].str.contains(":") | ratios["layer"].isin(targeted)]
    years = sorted({int(year) for year in ratios.loc[ratios["indicator"] != "red_line_area", "year"].dropna()})
    ratios = ratios.astype(object).where(ratios.notna(), None)
    groups: dict[tuple[Any, ...], dict[int, Mapping[str, Any]]] = {}
    for row in records(ratios):
        key = (row["title"], row["indicator"], row["profile"] or "")
        groups.setdefault(key, {})[int(row["year"] or 0)] = row
    through = drawn and len(years) > 2
    rows = []
    for (title, indicator, profile), by_year in groups.items():
        last = by_year[max(by_year)]
        if indicator == "red_line_area":
            values = [""] * (len(years) - 1) + [layer_area(last)] * min(1, len(years))
        else:
            values = [_share(by_year[year]) if year in by_year else "" for year in years]
        line = [by_year[year]["value"] if year in by_year else None for year in years]
        status = last["status"]
        aim = last["target"]
        aimed = aim is not None
        other = PROXY.get(indicator)
        aim_words = say("cli.at_year", value=fixed(aim, 2), year=int(last["target_year"])) if aimed else ""
        if aimed and other is not None:
            aim_words = f"{say(f'words.{other}')}\n{aim_words}"
        comparable = aimed and other is None
        missing = last["gap_m2"] if comparable and last["gap_m2"] is not None else 0.0
        rows.append(
            (
                title,
                say(f"words.{indicator}"),
                profile_words(profile) if profile else "",
                *values,
                *([sparkline(line)] if through else []),
                aim_words,
                *([against_target(last["value"], aim) if comparable and last["value"] else ""] if drawn else []),
                Text(status_words(last), style=STATUS_STYLES[status]) if status else "",
                say("cli.gap", hectares=fixed(hectares(missing), 2)) if missing > 0 else "",
            )
        )
    names = ("zone", "indicator", "profile")
    headings = [*(say(f"cli.head_{name}") for name in names), *(str(year) for year in years)]
    headings += [say("cli.head_trend")] if through else []
    headings += [say("cli.head_target"), *([say("cli.head_bar")] if drawn else []), say("cli.head_status")]
    aim_at, count = 3 + len(years) + through, len(headings)
    right = (*range(3, 3 + len(years)), aim_at, count)
    table([*headings, say("cli.head_gap")], rows, right=right, title=say("cli.ratios_title"))


def layer_area(row: Mapping[str, Any]) -> str:
    """Write the area of a layer with the year since which it is in force, which is none of the measured years."""
    if row["value"] is None:
        return "—"
    area = f"{fixed(row['value'], 2)} km²"
    return area if row["year"] is None else say("cli.since", value=area, year=int(row["year"]))


def profile_words(profile: str) -> str:
    """Say a profile; one of the user's own has the name that the user gave it."""
    return say(f"words.{profile}") if profile in room("words") else profile


def status_words(row: Mapping[str, Any]) -> str:
    """Say a status, and what the count alone would say where that is another."""
    from ecozone.assess import PROXY, alone

    words = say(f"words.{row['status']}")
    if row.get("measured_as", row["indicator"]) in PROXY:
        return f"{words}\n{say('words.not_comparable')}"
    if row["by_count"] and row["by_count"] != row["status"]:
        words += "\n" + say(f"cli.{alone(row['indicator'])}", status=say(f"words.{row['by_count']}"))
    return words


def _share(row: Mapping[str, Any]) -> str:
    """Write a ratio as the map counts it, and below it the adjusted one with its interval where there is one."""
    if row["value"] is None:
        return "—"
    words = f"{fixed(row['value'], 2)}%"
    return words if row["adjusted"] is None else f"{words}\n{interval_words(row)}"


def interval_words(row: Mapping[str, Any]) -> str:
    """Write an adjusted ratio with its 95 % interval."""
    numbers = {name: fixed(row[name], 2) for name in ("adjusted", "ci_low", "ci_high")}
    return say("cli.interval", value=numbers["adjusted"], low=numbers["ci_low"], high=numbers["ci_high"])
