"""The resolved account as tables that a person reads in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ecozone.cli.common import console
from ecozone.cli.show import profile_words, table
from ecozone.text import say
from ecozone.units import fixed, hectares

if TYPE_CHECKING:
    from ecozone.assess import Account

_SUMS = ("blue", "green", "forest", "cropland", "neither")
_SMALL_M2 = 1.0


def show_resolved(account: Account) -> None:
    """Print to which zone the ground belongs, what does not fit, and each breakdown; nothing where none was asked."""
    if not len(account.pieces):
        return
    _show_zones(account)
    _show_gaps(account)
    _show_breakdowns(account)


def _show_zones(account: Account) -> None:
    from ecozone.assess import records

    shown = records(account.resolved)
    rows = [
        (
            row["title"],
            row["also_title"] or "",
            fixed(row["area_hectares"], 4),
            fixed(row["area_mu"], 2),
            f"{fixed(100 * row['share'], 2)}%",
        )
        for row in shown
    ]
    sums = [sum(row[name] for row in shown) for name in ("area_hectares", "area_mu", "share")]
    rows.append((say("cli.total"), "", fixed(sums[0], 4), fixed(sums[1], 2), f"{fixed(100 * sums[2], 2)}%"))
    headings = [say(f"cli.head_{name}") for name in ("zone", "also", "size", "mu", "of_district")]
    table(headings, rows, right=(2, 3, 4), title=say("cli.resolved_title"))


def _show_gaps(account: Account) -> None:
    from ecozone.assess import records

    rows = [
        (
            say(f"words.{row['gap_kind']}") + (say("cli.noise") if row["noise"] else ""),
            say("cli.gap_pair", one=row["title"], other=row["other_title"]),
            fixed(row["area_hectares"], 4),
            f"{row['lon']:.6f}, {row['lat']:.6f}",
            row["title"] if row["given_to"] else "",
        )
        for row in records(account.gaps.drop(columns="geometry"))
    ]
    if rows:
        headings = [say(f"cli.head_{name}") for name in ("gap_kind", "zone", "size", "where", "given_to")]
        table(headings, rows, right=(2,), title=say("cli.gaps_title"))
    else:
        console().print(say("cli.no_gaps"), style="dim")


def _show_breakdowns(account: Account) -> None:
    from ecozone.assess import records

    frame = account.breakdown.astype(object).where(account.breakdown.notna(), None)
    groups: dict[tuple[str, int], dict[tuple[Any, Any], dict[tuple[str, Any], Mapping[str, Any]]]] = {}
    for row in records(frame):
        grounds = groups.setdefault((row["by"], int(row["year"])), {})
        grounds.setdefault((row["zone"], row["part"]), {})[row["measure"], row["profile"]] = row
    profiles = list(dict.fromkeys(frame.loc[frame["profile"].notna(), "profile"]))
    headings = [say("cli.head_part"), say("cli.head_size"), *(profile_words(profile) for profile in profiles)]
    headings += [say(f"words.{name}") for name in _SUMS] + [say("cli.head_valid")]
    for (by, year), grounds in groups.items():
        shown, small = [], []
        for found in grounds.values():
            base = found["neither", None]
            if base["zone_m2"] < _SMALL_M2:
                small.append(base["zone_m2"])
                continue
            cells = [found["blue_green_ratio", profile]["value"] for profile in profiles]
            valid = base["valid_share"]
            cells += [found[name, None]["value"] for name in _SUMS] + [None if valid is None else 100 * valid]
            numbers = ("—" if cell is None else f"{fixed(cell, 2)}%" for cell in cells)
            shown.append((base["title"], fixed(hectares(base["zone_m2"]), 2), *numbers))
        title = say(f"cli.by_{by.replace('-', '_')}", year=year)
        table(headings, shown, right=range(1, len(headings)), title=title)
        if small:
            console().print(say("cli.small_rows", count=len(small), area=fixed(sum(small), 2)), style="dim")
