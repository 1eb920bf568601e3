"""The state of every site on every layer: affected, not affected, no data, or not checked, and why."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecozone.assess.coverage import Beyond, Coverage
from ecozone.assess.sentences import area_words, wind_words
from ecozone.assess.table import Columns
from ecozone.assess.touching import Contact
from ecozone.text import pick, say, say_each
from ecozone.units import fixed, fixed_each
from ecozone.workspace import Layer, Workspace

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Roles = frozenset[str]

STATE_COLUMNS = (
    "site_id",
    "layer",
    "role",
    "state",
    "reason",
    "overlap_m2",
    "length_m",
    "distance_m",
    "bearing_deg",
    "uncovered_m2",
    "blocks_clear",
)
#: What is told where no more is wanted than counts and verdicts: how many sites have a state on a layer, and whether it
#: blocks ``clear`` for any of them.
COUNT_COLUMNS = ("layer", "role", "state", "sites", "blocks_clear")
STATE_TEXTS = frozenset({"site_id", "layer", "role", "state", "reason", "blocks_clear"})


#: What a state says where nothing else is known.
_PLAIN: Columns = {
    "overlap_m2": 0.0,
    "length_m": 0.0,
    "distance_m": math.nan,
    "bearing_deg": math.nan,
    "uncovered_m2": 0.0,
}


class States:
    """Collects the states of all sites, layer by layer.

    Parameters
    ----------
    kind : ndarray of int
        Of each site, its position among ``needed``.
    needed : sequence of set of str
        Of each kind of project, the roles without which it cannot be clear (`ecozone.rules.required_roles`).
    near_m : float
        A layer whose nearest feature lies within this distance is named with it.
    brief : bool
        Whether only `COUNT_COLUMNS` are wanted: no reasons, sizes and distances.
    """

    def __init__(
        self, kind: NDArray[np.intp], needed: Sequence[Roles], ws: Workspace, near_m: float, *, brief: bool = False
    ) -> None:
        self._kind = kind
        self._needed = needed
        self._ws = ws
        self._near_m = near_m
        self._brief = brief
        self._parts: list[Columns] = []
        self._open: list[Columns] = []

    def add_layer(
        self,
        layer: Layer,
        contact: Contact,
        coverage: Coverage,
        found: Mask,
        told: Callable[[], NDArray[np.object_]],
        damage: Sequence[str],
    ) -> None:
        """Add the states of all sites on one layer.

        A site partly outside the layer's extent has a ``no_data`` row for that part; beside it stands ``affected``
        where the part inside is affected, and nothing where it is not, so that no reader takes the whole site for not
        affected.

        Parameters
        ----------
        found : ndarray of bool
            Whether a site has a finding on this layer.
        told : function
            Gives what rules that only inform say of a site (`ecozone.assess.findings.told_on`).
        damage : sequence of str
            Why the layer proves nothing where nothing is met.
        """
        pack, everyone = self._ws.pack, np.arange(len(self._kind))
        required = self._required(layer.role) | layer.required
        if layer.role not in pack.roles:
            reason = say("assess.reason_unknown_role", role=layer.role)
            self._add(everyone, "no_data", lambda: {"reason": reason}, blocks=np.ones(len(everyone), dtype=bool))
            return self._close(layer.key, layer.role)
        if not any(rule.role == layer.role for rule in pack.rules):
            blocks = required & (not pack.roles[layer.role].reference)
            self._add(everyone, "not_checked", lambda: {"reason": say("assess.reason_no_rule")}, blocks=blocks)
            return self._close(layer.key, layer.role)
        affected = np.zeros(len(everyone), dtype=bool)
        affected[contact.pairs["site"][contact.pairs["meets"]]] = True
        self._affected(np.flatnonzero(affected), contact, found, told)
        gap = self._gaps(layer, coverage, required)
        if damage:
            why = say("assess.reason_layer_damaged", why="; ".join(damage))
            self._add(everyone, "no_data", lambda: {"reason": why}, blocks=required)
        else:
            self._free(np.flatnonzero(~affected & ~gap), contact)
        return self._close(layer.key, layer.role)

    def _affected(self, rows: Ints, contact: Contact, found: Mask, told: Callable[[], NDArray[np.object_]]) -> None:
        def known() -> Columns:
            area, length = (contact.totals[name][rows] for name in ("overlap_m2", "length_m"))
            reasons = _overlap_words(area, length, found[rows]) + told()[rows]
            return {"reason": reasons, "overlap_m2": area, "length_m": length, "distance_m": np.zeros(len(rows))}

        self._add(rows, "affected", known)

    def _gaps(self, layer: Layer, coverage: Coverage, required: Mask) -> Mask:
        """Add what the layer cannot speak of; return whose that is."""
        beyond = coverage.beyond(layer)
        gap = np.ones(len(self._kind), dtype=bool) if beyond is None else beyond.out | coverage.refused
        rows = np.flatnonzero(gap)

        def known() -> Columns:
            if beyond is None:
                words = np.full(len(rows), say("assess.reason_no_extent"), dtype=object)
                sizes: Floats = np.zeros(len(rows))
            else:
                words, sizes = _gap_words(beyond, rows), beyond.area_m2[rows]
            words[coverage.refused[rows]] = say("assess.reason_site_refused")
            return {"reason": words, "uncovered_m2": sizes}

        self._add(rows, "no_data", known, blocks=required[rows])
        return gap

    def _free(self, rows: Ints, contact: Contact) -> None:
        """Add the sites that do not meet the layer, with how far it is."""

        def known() -> Columns:
            distance, bearing = contact.near.distance_m[rows], contact.near.bearing_deg[rows]
            reasons = np.full(len(rows), say("assess.reason_far", distance=fixed(self._near_m, 0)), dtype=object)
            touching = distance == 0
            reasons[touching] = say("assess.reason_touching")
            near = np.flatnonzero((distance <= self._near_m) & ~touching)
            metres, winds = fixed_each(distance[near], 1), wind_words(bearing[near])
            reasons[near] = say_each("assess.reason_near", distance=metres, wind=winds)
            return {"reason": reasons, "distance_m": distance, "bearing_deg": bearing}

        self._add(rows, "not_affected", known)

    def add_missing_roles(self) -> list[str]:
        """Add ``no_data`` for every role that the rules speak of and the workspace has no layer of; return these."""
        pack, everyone = self._ws.pack, np.arange(len(self._kind))
        present = {layer.role for layer in self._ws.layers.values()}
        missing = sorted({rule.role for rule in pack.rules} - present)
        for role in missing:
            known = pack.roles[role]
            words: Columns = {"reason": say("assess.reason_no_layer", role=pick({"zh": known.zh, "en": known.en}))}
            self._add(everyone, "no_data", partial(dict, words), blocks=self._required(role))
            self._close(None, role)
        return missing if len(everyone) else []

    def tables(self) -> list[Columns]:
        """Return the states on each layer, and for each missing role, in the order in which they were added.

        Columns but ``site_id``; ``row``: the position of the site. Where `brief`, of a state only ``row`` and
        ``blocks_clear``, and the number of sites by state as ``counts``.
        """
        return self._parts

    def _add(self, rows: Ints, state: str, known: Callable[[], Columns], blocks: Mask | bool = False) -> None:
        """Add a state to the layer now open, behind those that the same sites have there.

        ``known`` gives its other columns: thousands of sentences, which are not made where nobody wants them.
        """
        more = {} if self._brief else _PLAIN | known()
        self._open.append({"row": rows, "state": state, "blocks_clear": blocks} | more)

    def _close(self, layer: str | None, role: str) -> None:
        """Put what was added since the last layer into the order of the sites."""
        rows = np.concatenate([one["row"] for one in self._open])
        if self._brief:
            blocks = [_filled(one["blocks_clear"], len(one["row"]), bool) for one in self._open]
            counts = [
                (layer, role, one["state"], len(of), bool(of.any())) for one, of in zip(self._open, blocks, strict=True)
            ]
            self._parts.append({"row": rows, "blocks_clear": np.concatenate(blocks), "counts": counts})
            self._open = []
            return
        order = np.argsort(rows, kind="stable")
        columns: Columns = {"row": rows[order], "layer": layer, "role": role}
        for name in self._open[0].keys() - {"row"}:
            values = [one[name] for one in self._open]
            kind = object if name in STATE_TEXTS else np.float64
            parts = [_filled(value, len(one["row"]), kind) for value, one in zip(values, self._open, strict=True)]
            columns[name] = np.concatenate(parts)[order]
        self._open = []
        self._parts.append(columns)

    def _required(self, role: str) -> Mask:
        return np.array([role in roles for roles in self._needed], dtype=bool)[self._kind]


def counted(parts: Iterable[Columns]) -> pd.DataFrame:
    """Return the numbers of sites by state in brief tables of states, as `COUNT_COLUMNS`."""
    found: dict[tuple[str | None, str, str], tuple[int, bool]] = {}
    for layer, role, state, sites, blocks in chain.from_iterable(part["counts"] for part in parts):
        before, blocked = found.get((layer, role, state), (0, False))
        found[layer, role, state] = before + sites, blocked or blocks
    return pd.DataFrame([(*of, *count) for of, count in found.items() if count[0]], columns=list(COUNT_COLUMNS))


def _filled(value: Any, count: int, kind: type) -> NDArray[Any]:
    found: NDArray[Any] = np.empty(count, dtype=kind)
    found[:] = value
    return found


def _overlap_words(area_m2: Floats, length_m: Floats, restricted: Mask) -> NDArray[np.object_]:
    """Say how much of sites lies in a layer, and whether a rule restricts anything there."""
    words = np.full(len(area_m2), say("assess.reason_affected_point"), dtype=object)
    words[~restricted] = say("assess.reason_met_not_restricted")
    for key, rows in (
        ("reason_affected", np.flatnonzero((area_m2 > 0) & restricted)),
        ("reason_not_restricted", np.flatnonzero((area_m2 > 0) & ~restricted)),
    ):
        words[rows] = say_each(f"assess.{key}", area=area_words(area_m2[rows]))
    rows = np.flatnonzero((area_m2 <= 0) & (length_m > 0) & restricted)
    words[rows] = say_each("assess.reason_affected_line", length=fixed_each(length_m[rows], 1))
    return words


def _gap_words(beyond: Beyond, rows: Ints) -> NDArray[np.object_]:
    """Say how much of sites lies outside."""
    area, length = beyond.area_m2[rows], beyond.length_m[rows]
    words = np.full(len(rows), say("assess.reason_outside_extent"), dtype=object)
    some = np.flatnonzero(length > 0)
    words[some] = say_each("assess.reason_outside_length", length=fixed_each(length[some], 1))
    some = np.flatnonzero((area > 0) & ~beyond.whole[rows])
    words[some] = say_each("assess.reason_outside_area", area=area_words(area[some]))
    words[beyond.whole[rows]] = say("assess.reason_outside_whole")
    return words
