"""What each rule of a layer's role says of each feature and of each kind of project, asked once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecozone.assess.table import records
from ecozone.rules import Judgement, Rule, judge
from ecozone.text import pick, say
from ecozone.workspace import Layer, Workspace

Kind = frozenset[str] | None

# An attribute says "no" only in one of these words; any other that the rule does not list is unknown.
_DENIALS = frozenset({"否", "不是", "非", "0", "0.0", "n", "no", "f", "false"})


@dataclass(frozen=True)
class Spoken:
    """The rules of a layer's role against its features and against the kinds of project that there are.

    Attributes
    ----------
    layer : Layer
    rules : tuple of Rule
    kinds : sequence
        Tags of each kind of project among the sites.
    features : sequence of mapping
        The layer's features as plain rows, by position.
    missing : sequence of sequence
        By rule and feature: None where the rule does not speak of the feature, else what is missing to be sure of
        that, empty where nothing is.
    judgements : sequence of sequence
        By rule and kind.
    damage : tuple of str
        Why the layer proves nothing where nothing is met (`ecozone.workspace.Workspace.damage`); empty where it does.
    """

    layer: Layer
    rules: tuple[Rule, ...]
    kinds: Sequence[Kind]
    features: Sequence[Mapping[str, Any]]
    missing: Sequence[Sequence[str | None]]
    judgements: Sequence[Sequence[Judgement]]
    damage: tuple[str, ...]

    @cached_property
    def applies(self) -> NDArray[np.bool_]:
        """Whether a rule speaks of a feature: rules down, features across."""
        found = [[words is not None for words in row] for row in self.missing]
        return np.array(found, dtype=bool).reshape(len(self.rules), len(self.features))

    @cached_property
    def restricts(self) -> NDArray[np.bool_]:
        """Whether a rule has a verdict for a kind of project: rules down, kinds across."""
        found = [[one.verdict is not None for one in row] for row in self.judgements]
        return np.array(found, dtype=bool).reshape(len(self.rules), len(self.kinds))

    @cached_property
    def concerns(self) -> NDArray[np.bool_]:
        """Whether a rule concerns a kind of project, be it that it only informs: rules down, kinds across."""
        found = [[one.concerns for one in row] for row in self.judgements]
        return np.array(found, dtype=bool).reshape(len(self.rules), len(self.kinds))

    @cached_property
    def informing(self) -> list[int]:
        """The rules that only inform."""
        return [at for at, rule in enumerate(self.rules) if rule.effect == "info"]

    def informed(self, zone: int, kind: int) -> str:
        """Return what rules that only inform tell a kind of project about a feature, each behind a joint."""
        if (zone, kind) not in self._informed:
            joint = say("assess.joint")
            speaking = [at for at in self.informing if self.applies[at, zone] and self.concerns[at, kind]]
            self._informed[zone, kind] = "".join(joint + self._told(at, zone) for at in speaking)
        return self._informed[zone, kind]

    def _told(self, at: int, zone: int) -> str:
        what, clause = pick(self.rules[at].sentence).rstrip("。."), pick(self.rules[at].citation)
        return say("assess.told", name=self.features[zone]["name"] or "", what=what, clause=clause)

    @cached_property
    def verdicts(self) -> dict[tuple[Any, ...], tuple[str, str]]:
        """Verdicts and their sentences that were thought of already, by all that they depend on."""
        return {}

    @cached_property
    def _informed(self) -> dict[tuple[int, int], str]:
        return {}

    @cached_property
    def names(self) -> list[str]:
        """What each feature is called in a sentence: the layer, and its own name where it has another."""
        title = pick(self.layer.title)
        names = [row["name"] for row in self.features]
        return [say("assess.zone_level", layer=title, name=name) if name and name != title else title for name in names]

    @cached_property
    def levels(self) -> list[int | None]:
        """The level of each feature, None where it has none."""
        return [None if pd.isna(row["level"]) else int(row["level"]) for row in self.features]


def spoken_of(features: gpd.GeoDataFrame, layer: Layer, ws: Workspace, kinds: Sequence[Kind]) -> Spoken:
    """Ask every rule of a layer's role about every feature and every kind of project."""
    rules = tuple(rule for rule in ws.pack.rules if rule.role == layer.role)
    rows = records(pd.DataFrame(features.drop(columns="geometry")))
    missing = [[_missing(rule, row) for row in rows] for rule in rules]
    judgements = [[judge(rule, project_tags=kind) for kind in kinds] for rule in rules]
    return Spoken(layer, rules, kinds, rows, missing, judgements, ws.damage(layer.key))


def _missing(rule: Rule, feature: Mapping[str, Any]) -> str | None:
    """Return None where a rule does not speak of a feature, else what is missing to be sure, empty where nothing is."""
    if rule.levels is not None:
        if pd.isna(feature["level"]):
            return say("assess.remark_level")
        if int(feature["level"]) not in rule.levels:
            return None
    for attribute, values in rule.attributes.items():
        value = feature.get(attribute)
        if value is None or pd.isna(value):
            return say("assess.remark_attribute", attribute=attribute)
        if str(value) in {str(known) for known in values}:
            continue
        if str(value).casefold() in _DENIALS:
            return None
        return say("assess.remark_attribute_value", attribute=attribute, value=value)
    return ""
