"""What a check says as a whole when its sites come in batches: counts, and of each kind of notice the first few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ecozone.assess import VERDICTS, Check
from ecozone.notices import Notice, Severity
from ecozone.text import Place

#: Notices of a kind that are kept; the others are counted.
MOST_OF_A_KIND = 20
#: Numbers in the text of a notice of a whole file that add up over its parts.
_ADDITIVE = ("count", "filled", "kept")
_SEVERITIES: tuple[Severity, ...] = ("error", "refused", "repaired", "warning", "info")


@dataclass(frozen=True)
class Summary:
    """The counts of a check.

    Attributes
    ----------
    sites, refused, findings : int
        Sites, those that could not be trusted, and findings.
    verdicts : mapping of str to int
        Sites by verdict, worst first.
    states : mapping of str to mapping of str to int
        Layer (or, of a layer that is missing, its role) to rows by state.
    undecided : bool
        Whether some site lacks data on a layer that is required.
    """

    sites: int
    refused: int
    findings: int
    verdicts: Mapping[str, int]
    states: Mapping[str, Mapping[str, int]]
    undecided: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the form that JSON outputs use."""
        return dict(vars(self))


def summed_up(check: Check) -> dict[str, Any]:
    """Return the counts of one batch, ready for JSON."""
    states = check.states
    where, role = (states[name].to_numpy(object) for name in ("layer", "role"))
    layer, layers = pd.factorize(np.where(pd.isna(where), role, where))
    state, names = pd.factorize(states["state"].to_numpy(object))
    counts = np.zeros((len(layers), len(names)), dtype=np.int64)
    np.add.at(counts, (layer, state), states.get("sites", 1))
    by_layer = {
        str(layers[at]): {str(name): int(count) for name, count in zip(names, counts[at], strict=True) if count}
        for at in np.argsort(layers.astype(str))
    }
    return {
        "sites": len(check.sites),
        "refused": int(check.sites.geometry.isna().sum()),
        "findings": len(check.findings),
        "verdicts": check.verdicts,
        "states": by_layer,
        "undecided": bool(states["blocks_clear"].astype(bool).any()),
    }


def added_up(parts: Iterable[Mapping[str, Any]]) -> Summary:
    """Return the counts of all batches.

    >>> one = {"sites": 2, "refused": 0, "findings": 1, "verdicts": {"clear": 2}, "states": {}, "undecided": False}
    >>> added_up([one, one | {"undecided": True}]).verdicts["clear"]
    4
    """
    numbers: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    states: dict[str, Counter[str]] = {}
    undecided = False
    for part in parts:
        numbers.update({name: part[name] for name in ("sites", "refused", "findings")})
        verdicts.update(part["verdicts"])
        for layer, counts in part["states"].items():
            states.setdefault(layer, Counter()).update(counts)
        undecided |= part["undecided"]
    return Summary(
        numbers["sites"],
        numbers["refused"],
        numbers["findings"],
        {verdict: verdicts[verdict] for verdict in VERDICTS},
        {layer: dict(sorted(states[layer].items())) for layer in sorted(states)},
        undecided,
    )


class Gathered:
    """Notices of many batches in bounded memory; what comes out does not depend on where the batches end."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[Severity, str], list[Notice]] = {}
        self._more: Counter[tuple[Severity, str]] = Counter()

    def add(self, notices: Iterable[Notice], *, but: Collection[Notice] = ()) -> None:
        """Take these, but those that are in ``but``; what speaks of no feature is added to what says the same."""
        for one in notices:
            if one in but:
                continue
            kept = self._kinds.setdefault((one.severity, one.key), [])
            whole = one.place.feature is None
            at = next((at for at, other in enumerate(kept) if whole and _same(one, other)), None)
            if at is not None:
                kept[at] = _sum(kept[at], one)
            elif len(kept) < MOST_OF_A_KIND:
                kept.append(one)
            else:
                self._more[one.severity, one.key] += 1

    def as_dict(self) -> dict[str, Any]:
        """Return what was gathered, ready for JSON."""
        kept = [_packed(one) for notices in self._kinds.values() for one in notices]
        return {"kept": kept, "more": [[*kind, count] for kind, count in self._more.items()]}

    def add_dict(self, packed: Mapping[str, Any]) -> None:
        """Take what another has gathered."""
        self.add(map(_unpacked, packed["kept"]))
        self._more.update({(severity, key): count for severity, key, count in packed["more"]})

    def notices(self) -> tuple[Notice, ...]:
        """Return the notices by severity and kind, each kind with how many more there are."""
        found: list[Notice] = []
        for kind in sorted(self._kinds, key=lambda kind: (_SEVERITIES.index(kind[0]), kind[1])):
            found += self._kinds[kind]
            if more := self._more[kind]:
                severity, key = kind
                found.append(Notice("runs.more_of_kind", severity, fields={"count": more, "code": key}))
        return tuple(found)


def _same(one: Notice, other: Notice) -> bool:
    """Tell whether two notices of one kind speak of a whole, and of the same but for numbers that add up."""
    return one.place == other.place and all(
        other.fields.get(name) == value for name, value in one.fields.items() if name not in (*_ADDITIVE, "rows")
    )


def _sum(one: Notice, other: Notice) -> Notice:
    sums = {name: one.fields[name] + other.fields[name] for name in _ADDITIVE if name in one.fields}
    # Equal ones that count nothing are said once.
    return Notice(one.key, one.severity, one.place, dict(one.fields) | sums)


def _packed(one: Notice) -> dict[str, Any]:
    fields = {name: _plain(value) for name, value in one.fields.items()}
    place = {name: _plain(value) for name, value in vars(one.place).items()}
    return {"key": one.key, "severity": one.severity, "place": place, "fields": fields}


def _unpacked(packed: Mapping[str, Any]) -> Notice:
    return Notice(packed["key"], packed["severity"], Place(**packed["place"]), packed["fields"])


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
