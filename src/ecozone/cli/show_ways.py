"""Ways out of conflicts as a table that a person reads in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecozone.cli.common import console
from ecozone.cli.show import table, verdict_text
from ecozone.text import pick, say

if TYPE_CHECKING:
    from ecozone.assess import Check


def show_ways(check: Check) -> None:
    """Print, of each site in conflict, what to give up or how far to move for which layer, and what is met instead."""
    from ecozone.assess import records

    assert check.cuts is not None
    titles = {key: pick(layer.title) for key, layer in check.workspace.layers.items()}
    rows = [
        (
            row["site_id"],
            say("cli.all_together") if row["layer"] is None else titles[row["layer"]],
            say(f"cli.way_{way}"),
            row["sentence"],
            "—" if row["verdict"] is None else verdict_text(row["verdict"]),
        )
        for way, ways in (("cut", check.cuts.cuts), ("shift", check.cuts.shifts))
        for row in records(ways)
    ]
    order = {site_id: at for at, site_id in enumerate(check.sites["site_id"])}
    rows.sort(key=lambda row: order[row[0]])
    headings = [say(f"cli.head_{name}") for name in ("site", "for_layer", "way", "ways", "then")]
    if rows:
        table(headings, rows, title=say("cli.ways_title"))
    else:
        console().print(say("cli.no_ways"))
    console().print(say("cli.ways_mean"), style="dim")
