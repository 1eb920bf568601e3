"""What a rule pack holds, as the rest of the house sees it: frozen, plain, picklable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

Texts: TypeAlias = Mapping[str, str]  #: ``{"zh": …, "en": …}``; read with `ecozone.text.pick`
Effect: TypeAlias = Literal["prohibit", "prohibit_unless", "restrict", "review", "info"]
Confidence: TypeAlias = Literal["S", "K", "M", "U", "C", "I"]
Position: TypeAlias = Literal["inside", "outside"]
Verdict: TypeAlias = Literal["prohibited", "conditional", "review"]
Shape: TypeAlias = Literal["area", "any"]
Hatch: TypeAlias = Literal["none", "diagonal", "back_diagonal", "cross", "grid", "horizontal", "vertical", "dots"]

Ground: TypeAlias = Literal["blue", "green", "forest", "cropland", "built", "bare"]

UNSURE = "?"  #: before a tag of a project type: it may have the property, the type alone does not tell


@dataclass(frozen=True)
class Rule:
    """One clause, in a form that can be judged.

    Parameters
    ----------
    id : str
        Unique in a pack; a later pack overrides an earlier one's rule by it.
    role : str
        The role of the layers it binds.
    levels : frozenset of int or None
        The levels of that layer; None where every level is meant.
    attributes : mapping of str to tuple
        Column of the feature to the values with which the rule applies. A missing column or value is unknown, not "no".
    tags, except_tags : frozenset of str
        It concerns projects with any of ``tags`` (empty: every project) and none of ``except_tags``.
    permitted, permitted_complete
        The positive list of ``prohibit_unless``, as tags, and whether the list is known in full.
    effect : str
        ``prohibit``, ``prohibit_unless``, ``restrict`` (a procedure follows), ``review`` or ``info`` (no verdict).
    within_m, within_parameter
        It reaches this far beyond the zone, in metres, or as far as the workspace's parameter of that name says.
    position : str
        ``inside``: it binds sites that touch the zone. ``outside``: sites that are not wholly inside the layer.
    procedure, sentence, citation, unknown : mapping of str to str
        What follows; what the clause says of the project; document, number and article; what its source leaves open.
    confidence : str
        How sure the wording is: S seen in a source, K well known, M recalled, U uncertain, C computed, I inferred.
    """

    id: str
    role: str
    effect: Effect
    sentence: Texts = field(default_factory=dict)
    citation: Texts = field(default_factory=dict)
    confidence: Confidence = "U"
    levels: frozenset[int] | None = None
    attributes: Mapping[str, tuple[str | int | bool, ...]] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    except_tags: frozenset[str] = frozenset()
    permitted: frozenset[str] = frozenset()
    permitted_complete: bool = False
    within_m: float | None = None
    within_parameter: str | None = None
    position: Position = "inside"
    procedure: Texts = field(default_factory=dict)
    unknown: Texts | None = None


@dataclass(frozen=True)
class ChangeRule:
    """A change of land cover that the clause of a rule may forbid: something to verify on the ground, never a verdict.

    Parameters
    ----------
    id : str
        Unique in a pack; a later pack overrides an earlier one's by it.
    rule : str
        The `Rule` whose clause it is; role, levels, citation and confidence are that rule's.
    before, after : frozenset of str
        What the ground was, and what it became: flags of land-cover classes.
    zh, en : str
        What it may be, in a few words.
    """

    id: str
    rule: str
    before: frozenset[Ground]
    after: frozenset[Ground]
    zh: str
    en: str


@dataclass(frozen=True)
class ProjectType:
    """A kind of project; a tag with ``?`` in front is possible, and the type alone does not tell.

    ``names`` are further words a planner may write for it; ``industry`` are GB/T 4754-2017 codes, as a hint.
    """

    id: str
    zh: str
    en: str
    tags: frozenset[str]
    names: tuple[str, ...] = ()
    industry: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flag:
    """A property of one project, whatever its type: national major project, temporary use …."""

    id: str
    zh: str
    en: str
    tags: frozenset[str]


@dataclass(frozen=True)
class RoleLevel:
    """A level of a role: what it is called and drawn in (``#RRGGBB``); ``names`` are further words for it in data."""

    zh: str
    en: str
    colour: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Role:
    """What a layer can be, and how it is drawn where nothing else is said.

    ``required``: without data on it no site is clear. ``outline``: drawn as outline only. ``reference``: it places and
    measures things, and no rule is expected to bind it. ``geometry``: "area" where only polygons say what is inside,
    "any" where a point or a line may stand for the place. Hatches stand beside colours for those who cannot tell these
    apart, and for black and white prints.
    """

    id: str
    zh: str
    en: str
    required: bool
    colour: str
    hatch: Hatch = "none"
    outline: bool = False
    reference: bool = False
    geometry: Shape = "area"
    levels: Mapping[int, RoleLevel] = field(default_factory=dict)


@dataclass(frozen=True)
class Parameter:
    """A number in metres that a rule's source leaves open and a workspace may set."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True)
class Assumption:
    """Something assumed or not known, which every report carries."""

    id: str
    zh: str
    en: str
    source: str


@dataclass(frozen=True)
class RulePack:
    """Everything that one or more rule pack files declare, later ones over earlier ones.

    ``keeps_cover`` are the tags of projects that leave the land as green or blue as it is: a scenario builds nothing on
    their sites. ``files`` are the files it was read from, in that order; ``origins`` tells which of them an entry is
    from, by ``table.id``.
    """

    name: str
    title: Texts
    version: str
    rules: tuple[Rule, ...]
    project_types: Mapping[str, ProjectType]
    tags: Mapping[str, Texts]
    flags: Mapping[str, Flag]
    roles: Mapping[str, Role]
    parameters: Mapping[str, Parameter]
    assumptions: tuple[Assumption, ...]
    changes: tuple[ChangeRule, ...] = ()
    keeps_cover: frozenset[str] = frozenset()
    files: tuple[Path, ...] = field(default=(), compare=False)
    origins: Mapping[str, Path] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class Judgement:
    """What a rule says of a project, and the key of the text that says why.

    ``verdict`` is None where the rule only informs, or does not concern the project; ``concerns`` tells these apart.
    """

    verdict: Verdict | None
    reason_key: str
    concerns: bool = True
