"""What a person rules in place of a finding: it stands beside the finding, and never takes its place.

The verdict that follows from layers and rules stays where it was, in findings, states and sites; the person's verdict,
reason, initials and date stand in columns of their own (`OVERRIDE_COLUMNS`). An override holds only where it fits one
thing alone and the figures are those that the person saw; else it is not applied, and a notice says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecozone.assess.screening import Check
from ecozone.assess.table import records
from ecozone.assess.verdict import VERDICTS
from ecozone.notices import Notice, notice
from ecozone.text import joined, pick, say
from ecozone.units import fixed
from ecozone.workspace import Override

#: Texts beside a finding or a state; the first, of a site, is the worst of what holds after the overrides.
OVERRIDE_COLUMNS = ("override", "override_reason", "override_by", "override_date")

#: Notices of overrides that were not applied: a person's word that is passed over is told even where no notice is.
NOT_APPLIED = frozenset(
    f"assess.override_{why}" for why in ("unclear", "unmatched", "stale", "twice", "no_site")
)  # fmt: skip

# A figure may have been copied as it is shown, with one decimal.
_SHOWN, _SHARE = 0.06, 1e-6


def overrule(check: Check, overrides: Sequence[Override]) -> Check:
    """Return a check with what persons ruled beside it.

    Parameters
    ----------
    check : Check
    overrides : sequence of Override
        Those of sites that the check does not hold are left alone.

    Returns
    -------
    Check
        Findings and states with `OVERRIDE_COLUMNS`; sites with ``override``, None where nothing was overruled. Where
        there are no overrides, the check itself.
    """
    if not overrides:
        return check
    sites, findings, states = check.sites.copy(), check.findings.copy(), check.states.copy()
    for frame in (findings, states):
        for column in OVERRIDE_COLUMNS:
            frame[column] = pd.Series([None] * len(frame), index=frame.index, dtype=object)
    said: list[Notice] = []
    known = sites["site_id"].to_numpy(object)
    for one in overrides:
        at = known == one.site
        if one.file is not None:
            at &= sites["source_file"].to_numpy(object) == one.file
        if at.any():
            said.append(_apply(one, sites[at], findings if one.rule is not None else states))
    sites.insert(sites.columns.get_loc("verdict") + 1, "override", _rulings(sites, findings, states))
    noticed = tuple(dict.fromkeys([*check.notices, *said]))
    return replace(check, sites=sites, findings=findings, states=states, notices=noticed)


def override_words(row: Mapping[str, Any]) -> str:
    """Say what a person ruled beside a finding or a state; empty where nobody did."""
    if row.get("override") is None:
        return ""
    words = {"by": row["override_by"], "date": row["override_date"], "reason": row["override_reason"]}
    return say("assess.override_words", verdict=say(f"words.{row['override']}"), **words)


def overrides_of_sites(check: Check) -> dict[str, list[str]]:
    """Return, by site, what persons ruled anywhere, with the layer that each speaks of."""
    said: dict[str, list[str]] = {}
    for table in (check.findings, check.states):
        for row in records(table[table["override"].notna()]) if "override" in table else ():
            layer = check.workspace.layers.get(row["layer"])
            role = check.workspace.pack.roles.get(row["role"])
            title = row["role"] if role is None else pick({"zh": role.zh, "en": role.en})
            of = title if layer is None else pick(layer.title)
            said.setdefault(row["site_id"], []).append(say("assess.override_of", layer=of, words=override_words(row)))
    return said


def _apply(one: Override, site: pd.DataFrame, table: pd.DataFrame) -> Notice:
    """Write an override beside what it speaks of, or say why it does not hold."""
    row = _meant(one, table)
    words = {"feature": one.site, "layer": one.layer, "by": one.by, "date": one.date.isoformat()}
    if len(row) != 1:
        return notice(f"assess.override_{'unclear' if len(row) else 'unmatched'}", "warning", count=len(row), **words)
    seen = {name: table[name].iloc[row[0]] if name in table else site[name].iloc[0] for name in one.figures}
    moved = [name for name, then in one.figures.items() if not abs(seen[name] - then) <= _SHOWN + _SHARE * then]
    if moved:
        told = [
            say(
                "assess.override_figure",
                name=say(f"columns.{name}"),
                then=_shown(one.figures[name]),
                now=_shown(seen[name]),
            )
            for name in moved
        ]
        return notice("assess.override_stale", "warning", figures=joined(told), **words)
    rows = table.index[row]
    if table.loc[rows, "override"].notna().any():
        return notice("assess.override_twice", "warning", **words)
    for column, value in zip(OVERRIDE_COLUMNS, (one.verdict, one.reason, one.by, one.date.isoformat()), strict=True):
        table.loc[rows, column] = value
    before = "review" if one.rule is None else str(table["verdict"].iloc[row[0]])
    verdicts = {"before": say(f"words.{before}"), "after": say(f"words.{one.verdict}")}
    return notice("assess.override_applied", "warning", reason=one.reason, **verdicts, **words)


def _shown(figure: float) -> str:
    return "—" if np.isnan(figure) else fixed(figure, 2)


def _meant(one: Override, table: pd.DataFrame) -> NDArray[np.intp]:
    """Return the rows that an override can mean: of a rule its findings, else states that block ``clear``."""
    layer = table["layer"].to_numpy(object)
    here = np.where(pd.isna(layer), table["role"].to_numpy(object), layer) == one.layer
    here &= table["site_id"].to_numpy(object) == one.site
    if one.rule is None:
        here &= table["blocks_clear"].to_numpy(bool)
    else:
        here &= table["rule"].to_numpy(object) == one.rule
    if one.zone is not None:
        named = table["zone"].to_numpy(object) if "zone" in table else np.full(len(table), None)
        here &= named == one.zone
    return np.flatnonzero(here)


def _rulings(sites: pd.DataFrame, findings: pd.DataFrame, states: pd.DataFrame) -> list[str | None]:
    """Return the worst that holds of each site that was overruled anywhere; one without a shape stays for review."""
    clear, review = VERDICTS.index("clear"), VERDICTS.index("review")
    touched = {
        *findings.loc[findings["override"].notna(), "site_id"],
        *states.loc[states["override"].notna(), "site_id"],
    }
    holding: dict[str, int] = dict.fromkeys(touched, clear)
    for table, own in ((findings, findings["verdict"]), (states, None)):
        rows = table["site_id"].isin(touched)
        if own is None:
            rows &= table["blocks_clear"].astype(bool) | table["override"].notna()
            own = pd.Series("review", index=table.index)
        held = table["override"].where(table["override"].notna(), own.astype(object))
        for site, verdict in zip(table.loc[rows, "site_id"], held[rows], strict=True):
            holding[site] = min(holding[site], VERDICTS.index(verdict))
    shapeless = sites["geometry"].isna().to_numpy()
    found: list[str | None] = []
    for site, gone in zip(sites["site_id"], shapeless, strict=True):
        worth = holding.get(site)
        found.append(None if worth is None else VERDICTS[min(worth, review) if gone else worth])
    return found
