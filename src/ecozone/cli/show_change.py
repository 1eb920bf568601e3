"""What changed between two years as tables that a person reads in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ecozone.cli.blocks import blocks_read_well, whole_cells
from ecozone.cli.common import SETTINGS, console
from ecozone.cli.show import table
from ecozone.text import say
from ecozone.units import fixed, hectares

if TYPE_CHECKING:
    import pandas as pd

    from ecozone.assess import Change

#: So many rows of the largest are shown; the files have all.
_TRANSITIONS, _PATCHES = 8, 10
#: Cells of the longest bar.
_CELLS = 24
#: Roles whose zones are always shown; the others with ``-v``.
_MAIN = ("barrier_zone", "red_line", "district", "farmland")


def show_change(change: Change) -> None:
    """Print gains and losses, the largest transitions and patches, then what should be verified on the ground."""
    years = {"first": change.from_year, "second": change.to_year}
    _show_net(change, years)
    if blocks_read_well():
        _show_balance(change)
    _show_transitions(change, years)
    _show_patches(change)
    _show_flagged(change)


def _main(change: Change, rows: pd.DataFrame) -> pd.DataFrame:
    if SETTINGS.verbose:
        return rows
    roles = {key: layer.role for key, layer in change.workspace.layers.items()}
    main = rows[[roles[key] in _MAIN for key in rows["layer"]]]
    return main if len(main) else rows


def _show_net(change: Change, years: Mapping[str, int]) -> None:
    """Print a row a zone: the net change of each kind of ground, and below it gain and loss."""
    from ecozone.assess import ground_words

    cells: dict[str, dict[str, str]] = {}
    titles: dict[str, str] = {}
    proved = set()
    for row in _records(_main(change, change.net)):
        mark = "*" if row["significance"] == "significant" else ""
        net = _signed(row["net_hectares"]) + mark
        loss = None if row["loss_hectares"] is None else -row["loss_hectares"]
        parts = [_signed(row["gain_hectares"]), _signed(loss)]
        cells.setdefault(row["zone"], {})[ground_words(row)] = "\n".join([net, *parts])
        titles[row["zone"]] = row["title"]
        proved.add(row["significance"])
    grounds = list(dict.fromkeys(words for mine in cells.values() for words in mine))
    rows = [(titles[zone], *(mine.get(words, "") for words in grounds)) for zone, mine in cells.items()]
    headings = [say("cli.head_zone"), *grounds]
    table(headings, rows, right=range(1, len(headings)), title=say("cli.net_title", **years))
    key = "cli.change_marks" if proved - {"cannot_tell"} else "cli.change_unproved"
    console().print(say(key), style="dim")


def _show_balance(change: Change) -> None:
    """Print losses and gains of the widest zone as bars away from each other."""
    from ecozone.assess import ground_words

    main = _main(change, change.net)
    mine = _records(main[main["zone"] == main["zone"].iloc[int(main["zone_m2"].argmax())]])
    largest = max(max(row["gain_m2"], row["loss_m2"]) for row in mine)
    rows = [
        (
            ground_words(row),
            whole_cells(row["loss_m2"], largest, _CELLS),
            whole_cells(row["gain_m2"], largest, _CELLS),
            _signed(row["net_hectares"]),
        )
        for row in mine
    ]
    headings = [say(f"cli.head_{name}") for name in ("ground", "loss", "gain", "net")]
    table(headings, rows, right=(1, 3), title=say("cli.balance_title", zone=mine[0]["title"]))


def _show_transitions(change: Change, years: Mapping[str, int]) -> None:
    """Print the largest transitions of the widest zone."""
    moved = change.transitions[change.transitions["changed"].astype(bool)]
    if moved.empty:
        console().print(say("cli.change_none", **years))
        return
    main = _main(change, change.transitions)
    lost = set(main.loc[main["area_m2"].isna(), "zone"])
    main = main[~main["zone"].isin(lost)] if len(lost) < main["zone"].nunique() else main
    widest = main.groupby("zone", sort=False)["area_m2"].sum().idxmax()
    mine = moved[moved["zone"] == widest].sort_values("area_m2", ascending=False, kind="stable")
    rows = [
        (row["from_label"], row["to_label"], fixed(row["hectares"], 2), f"{fixed(100 * row['share'], 2)}%")
        for row in _records(mine.head(_TRANSITIONS))
    ]
    title = say("cli.transitions_title", zone=mine["title"].iloc[0] if len(mine) else widest, count=len(mine))
    table([say(f"cli.head_{name}") for name in ("before", "after", "size", "share")], rows, right=(2, 3), title=title)


def _show_patches(change: Change) -> None:
    patches = change.patches
    if patches.empty:
        console().print(say("cli.patches_none", least=fixed(change.min_area_m2, 0)))
        return
    rows = [
        (
            str(row["patch"]),
            say("change.map_pair", before=row["from_label"], after=row["to_label"]),
            fixed(row["hectares"], 4),
            row["subdistrict"] or "—",
            f"{row['lon']:.5f}, {row['lat']:.5f}",
            say("cli.to_verify") if row["violations"] else "",
        )
        for row in _records(patches.head(_PATCHES).drop(columns="geometry"))
    ]
    names = ("patch", "class", "size", "subdistrict", "place", "note")
    title = say(
        "cli.patches_title",
        least=fixed(change.min_area_m2, 0),
        count=len(patches),
        total=fixed(hectares(float(patches["area_m2"].sum())), 2),
    )
    table([say(f"cli.head_{name}") for name in names], rows, right=(2,), title=title)


def _show_flagged(change: Change) -> None:
    from rich.text import Text

    found = change.flagged[change.flagged["area_m2"] > 0].sort_values("area_m2", ascending=False, kind="stable")
    if len(change.flagged) and found.empty and change.complete:
        console().print(say("cli.flagged_none"))
    if found.empty:
        return
    rows = [
        (
            Text(row["what"], style="bold magenta"),
            row["title"],
            fixed(row["hectares"], 2),
            str(int(row["patches"])),
            fixed(hectares(row["small_m2"]), 2),
            say("cli.cited", what=row["citation"], clauses=row["confidence"]),
        )
        for row in _records(found)
    ]
    names = ("possible", "zone", "size", "patches", "small", "citation")
    table([say(f"cli.head_{name}") for name in names], rows, right=(2, 3, 4), title=say("cli.flagged_title"))
    console().print(say("cli.flagged_means"), style="dim")


def _signed(value: float | None) -> str:
    if value is None:
        return "—"
    words = fixed(abs(value), 2)
    return words if float(words.replace(",", "")) == 0 else f"{'+' if value > 0 else '−'}{words}"


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    from ecozone.assess import records

    return records(frame.astype(object).where(frame.notna(), None))
