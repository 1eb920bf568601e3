"""Scenarios and comparisons of versions as tables that a person reads in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ecozone.cli.common import console
from ecozone.cli.show import STATUS_STYLES, table
from ecozone.text import say
from ecozone.units import fixed, hectares, mu, round_half_up

if TYPE_CHECKING:
    import pandas as pd

    from ecozone.assess import LayerComparison, Scenario

#: Rows of a table; the rest is in the files.
_MOST_ROWS = 12
_MOST_PLACES = 3


def show_scenario(scenario: Scenario) -> None:
    """Print what all sites together do to zones and targets, then each by itself, then open ground."""
    cover = scenario.workspace.landcover
    own = (None, None if cover is None else cover.profile)
    effects = [row for row in _records(scenario.effects) if row["profile"] in own and row["lost_m2"] != 0]
    targets = [
        row
        for row in _records(scenario.targets)
        if row["site_id"] is None and row["profile"] in own and row["status_after"]
    ]
    losing = [row for row in effects if row["site_id"] is None]
    names = ("zone", "indicator", "without_sites", "with_sites", "points", "make_up", "rank")
    rows = [
        (
            row["title"],
            say(f"words.{row['indicator']}"),
            _known(row["value_before"], "%"),
            _known(row["value_after"], "%"),
            _points(row),
            _size(row["lost_m2"]),
            _rank(row),
        )
        for row in losing
    ]
    if rows:
        _table(names, rows, right=(2, 3, 4, 5), title=say("cli.scenario_title", year=scenario.year))
    else:
        console().print(say("cli.scenario_nothing", year=scenario.year))
    _show_targets(targets)
    _show_sites(scenario, effects, targets)
    _show_places(_records(scenario.places), {row["zone"] for row in targets})


def _show_targets(targets: Iterable[Mapping[str, Any]]) -> None:
    from rich.text import Text

    rows = [
        (
            "\n".join((row["title"], say(f"words.{row['measured_as']}"))),
            f"{fixed(row['target'], 2)}{_unit(row)}",
            _known(row["value_before"], _unit(row)),
            _known(row["value_after"], _unit(row)),
            _status(row, "before"),
            Text(_status(row, "after"), style=STATUS_STYLES[row["status_after"]]),
            _size(row["make_up_m2"]) if row["make_up_m2"] else "",
        )
        for row in targets
    ]
    names = ("target_of", "target", "without_sites", "with_sites", "status_before", "status_after", "to_target")
    if rows:
        _table(names, rows, right=(1, 2, 3, 6), title=say("cli.scenario_targets_title"))


def _show_sites(scenario: Scenario, effects: list[dict[str, Any]], targets: list[dict[str, Any]]) -> None:
    """Print each site with what it takes by itself of the zones that have targets."""
    aimed = {(row["zone"], row["measured_as"], row["profile"]) for row in targets}
    own: dict[str, list[str]] = {}
    for row in effects:
        if row["site_id"] is not None and (row["zone"], row["indicator"], row["profile"]) in aimed:
            name = say(f"words.{row['indicator']}")
            change = say("cli.points", points=_points(row), size=_size(row["lost_m2"]))
            own.setdefault(row["site_id"], []).append(f"{row['title']} {name} {change}")
    rows = []
    for site in _records(scenario.sites.drop(columns="geometry")):
        size = fixed(hectares(site["area_m2"]), 4) if site["area_m2"] else ""
        nothing = "cli.not_counted" if site["use"] == "not_usable" else "cli.no_target_touched"
        alone = "\n".join(own.get(site["site_id"], [])) or say(nothing)
        rows.append((site["site_id"], site["name"] or "", say(f"words.{site['use']}"), size, alone))
    _table(("site", "name", "use", "size", "alone"), rows, right=(3,), title=say("cli.scenario_sites_title"))


def _show_places(places: list[dict[str, Any]], aimed: set[str]) -> None:
    """Print the open ground of zones that have targets, each with the subdistricts that have most of it."""
    rows = []
    for row in places:
        if row["in_subdistrict"] is not None or row["zone"] not in aimed:
            continue
        same = [
            one for one in places if (one["zone"], one["code"]) == (row["zone"], row["code"]) and one["in_subdistrict"]
        ]
        most = [f"{one['in_subdistrict']} {fixed(hectares(one['area_m2']), 2)}" for one in same[:_MOST_PLACES]]
        rows.append((row["title"], row["label"], _size(row["area_m2"]), "\n".join(most)))
    if rows:
        _table(("zone", "class", "size", "most_of_it"), rows, right=(2,), title=say("cli.places_title"))


def show_redline(found: LayerComparison, verdicts: pd.DataFrame | None) -> None:
    """Print the areas, whether these have decreased, what became of each feature, and which sites that concerns."""
    rows: list[Any] = [
        (
            say(f"columns.{name}").partition("（")[0].partition(" (")[0],
            fixed(round_half_up(size, 2) + 0.0, 2),
            _size(size),
        )
        for name, size in found.areas().items()
        if name.endswith("_m2")
    ]
    _table(("what", "square_metres", "size"), rows, right=(1, 2), title=say("cli.redline_title"))
    _show_whether_less(found)
    if found.thin_below_m is not None:
        console().print(say("cli.redline_width", width=fixed(found.thin_below_m, 1)), style="dim")
    changed = [row for row in _records(found.features) if row["fate"] != "same"]
    rows = [
        (
            say(f"words.{row['fate']}"),
            _named(row["old"], row["old_name"]),
            _named(row["new"], row["new_name"]),
            *(_size(row[name]) for name in ("difference_m2", "added_m2", "removed_m2")),
        )
        for row in changed
    ]
    unchanged = len(found.features) - len(changed)
    names = ("fate", "old", "new", "difference", "added", "removed")
    if rows:
        _table(names, rows, right=(3, 4, 5), title=say("cli.redline_features_title", count=unchanged))
    if verdicts is not None:
        _show_verdicts(_records(verdicts))


def _show_whether_less(found: LayerComparison) -> None:
    size, real = (_size(abs(area)) for area in (found.difference_m2, found.real_difference_m2))
    if found.not_decreased is None:
        console().print(say("cli.redrawn_gain", real=real), style="bold yellow")
    elif not found.not_decreased:
        console().print(say("cli.decreased", size=size), style="bold red")
    else:
        key = "cli.not_decreased" if hectares(found.difference_m2) else "cli.not_decreased_equal"
        console().print(say(key, size=size), style="green")


def _show_verdicts(verdicts: list[dict[str, Any]]) -> None:
    rows = [
        (
            row["site_id"],
            row["name"] or "",
            say(f"words.{row['verdict_old']}"),
            say(f"words.{row['verdict_new']}"),
            row["why_old"] or "—",
            row["why_new"] or "—",
            row["citation"] or "",
        )
        for row in verdicts
    ]
    names = ("site", "name", "verdict_old", "verdict_new", "why_old", "why_new", "clause")
    if rows:
        changed = len({row["site_id"] for row in verdicts if row["verdict_changes"]})
        _table(names, rows, title=say("cli.redline_verdicts_title", count=changed))
    else:
        console().print(say("cli.redline_no_verdict"))


def _table(names: Iterable[str], rows: list[Any], *, right: tuple[int, ...] = (), title: str) -> None:
    table([say(f"cli.head_{name}") for name in names], rows[:_MOST_ROWS], right=right, title=title)
    if len(rows) > _MOST_ROWS:
        console().print(say("cli.more_rows", count=len(rows) - _MOST_ROWS), style="dim")


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    from ecozone.assess import records

    return records(frame.astype(object).where(frame.notna(), None))


def _known(value: float | None, unit: str) -> str:
    return "—" if value is None else f"{fixed(value, 2)}{unit}"


def _size(area_m2: float | None) -> str:
    if area_m2 is None:
        return "—"
    # No minus before what rounds to nothing.
    return say("cli.size_words", hectares=fixed(hectares(area_m2) + 0.0, 4), mu=fixed(mu(area_m2) + 0.0, 2))


def _points(row: Mapping[str, Any]) -> str:
    points = row["change_points"]
    return "—" if points is None else fixed(round_half_up(points, 4) + 0.0, 4)


def _unit(row: Mapping[str, Any]) -> str:
    return {"km2": " km²"}.get(row["unit"], "%")


def _rank(row: Mapping[str, Any]) -> str:
    if row["rank_of"] is None:
        return ""
    if row["rank_before"] is None or row["rank_after"] is None:
        return "—"
    before, after = int(row["rank_before"]), int(row["rank_after"])
    words = str(after) if before == after else f"{before} → {after}"
    return f"{words} / {int(row['rank_of'])}"


def _status(row: Mapping[str, Any], when: str) -> str:
    status, by_count = row[f"status_{when}"], row[f"by_count_{when}"]
    if status is None:
        return ""
    words = say(f"words.{status}")
    if by_count and by_count != status:
        words += "\n" + say("cli.by_count", status=say(f"words.{by_count}"))
    return words


def _named(labels: str | None, names: str | None) -> str:
    return "—" if labels is None else f"{labels} {names}" if names else labels
