"""The site check: every site against every layer and rule, with nothing left out and nothing passed by default."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecozone.assess.coverage import Coverage
from ecozone.assess.findings import FINDING_COLUMNS, FINDING_TEXTS, findings_on, told_on
from ecozone.assess.meetings import meetings_of, reach_of
from ecozone.assess.spoken import Kind, Spoken, spoken_of
from ecozone.assess.states import STATE_COLUMNS, STATE_TEXTS, Roles, States, counted
from ecozone.assess.subjects import kinds_of, prepare_sites
from ecozone.assess.table import Columns, once, stacked
from ecozone.assess.touching import touches
from ecozone.assess.verdict import VERDICTS
from ecozone.log import Progress, no_progress
from ecozone.measure import EdgeIndex, Mapper, Prepared, index_of, mapper_for, prepare_screening
from ecozone.notices import Notice, notice, notices_of
from ecozone.rules import required_roles
from ecozone.text import language, pick
from ecozone.workspace import Layer, Workspace

if TYPE_CHECKING:
    from ecozone.assess.cuts import Cuts

#: A layer whose nearest feature lies within this distance of a site is named with that distance.
NEAR_M = 500.0
#: What is asked of each site beside its shape.
_ASKED = ("site_id", "tags", "area_m2", "length_m")
#: Others are given so many batches for each that works at once, of no fewer sites than this.
_BATCHES = 4
_FEW_SITES = 2_000
#: So many sites are judged at once where nobody else judges.
_MANY_SITES = 10_000
#: Texts that a table makes row by row.
_TOLD = frozenset(("fact", "sentence", "reason"))
_VERDICTS = np.array(VERDICTS, dtype=object)


@dataclass(frozen=True)
class Check:
    """The answer to "may something stand here?" for a set of sites.

    Attributes
    ----------
    sites : GeoDataFrame
        In the workspace's CRS: ``site_id, name, project_type, verdict, area_m2, length_m, source_row`` and the file's
        own columns. A site that could not be trusted has no geometry and is never ``clear``.
    findings : DataFrame
        One row a site × zone × rule that says something; see `ecozone.assess.findings`.
    states : DataFrame
        One row a site × layer, and one more for the part that the layer cannot speak of; see `ecozone.assess.states`.
    notices : tuple of Notice
        Everything noticed on the way.
    workspace : Workspace
        What it was checked against.
    run : mapping or None
        The manifest, where a run made this check.
    cuts : Cuts or None
        Ways out of the conflicts (`least_cut`), where they were asked for; writers write them along.
    """

    sites: gpd.GeoDataFrame
    findings: pd.DataFrame
    states: pd.DataFrame
    notices: tuple[Notice, ...]
    workspace: Workspace
    run: Mapping[str, Any] | None = field(default=None)
    cuts: Cuts | None = field(default=None)

    @property
    def verdicts(self) -> dict[str, int]:
        """Count of sites by verdict, worst first."""
        counts = self.sites["verdict"].value_counts()
        return {verdict: int(counts.get(verdict, 0)) for verdict in ("prohibited", "conditional", "review", "clear")}


def check_sites(
    sites: gpd.GeoDataFrame,
    ws: Workspace,
    *,
    near_m: float = NEAR_M,
    client: Any = None,
    progress: Progress = no_progress,
) -> Check:
    """Judge proposed sites against all layers and rules of a workspace.

    Parameters
    ----------
    sites : GeoDataFrame
        As `ecozone.intake.read_sites` gives them, in any CRS that leads to the workspace's.
    ws : Workspace
        Layers, rules and parameters.
    near_m : float
        Layers within this distance (metres) that are not touched are named with their distance.
    client : distributed.Client or str, optional
        A Dask cluster whose workers judge the sites batch by batch, or the address of its scheduler; see the page on
        clusters. It does not change what comes out.
    progress : Progress
        Called once a layer; on a cluster, once a batch.

    Returns
    -------
    Check
        Findings uncapped, one state a layer and more for uncovered parts, one verdict a site.

    Raises
    ------
    EcozoneError
        If the sites' CRS does not lead to the workspace's, a layer cannot be read, or a cluster cannot be reached or
        would come to other numbers.

    Examples
    --------
    >>> import ecozone as ez
    >>> ws = ez.open_workspace("demo")
    >>> check = ez.check_sites(ez.read_sites(ws.folder / "sites" / "parcels_zone39.gpkg"), ws)
    >>> set(check.sites["verdict"]) <= {"prohibited", "conditional", "review", "clear"}
    True
    """
    with mapper_for(client) as mapper:
        return Screening(ws, near_m=near_m).check(sites, mapper=mapper, progress=progress)


def check_batches(
    batches: Iterable[gpd.GeoDataFrame],
    ws: Workspace,
    *,
    near_m: float = NEAR_M,
    client: Any = None,
    progress: Progress = no_progress,
) -> Iterator[Check]:
    """Judge sites batch by batch, as `check_sites` does, with the layers made ready once.

    A site's answer does not depend on the batch that it is in, so that memory is that of one batch.

    Parameters
    ----------
    batches : iterable of GeoDataFrame
        Each as for `check_sites`, asked for when the one before it is answered.
    ws, near_m, client, progress
        As for `check_sites`; progress begins anew with each batch.

    Yields
    ------
    Check
        One for each batch, in order.
    """
    screening = Screening(ws, near_m=near_m)
    with mapper_for(client) as mapper:
        for batch in batches:
            yield screening.check(batch, mapper=mapper, progress=progress)


class Screening:
    """A workspace whose layers are made ready when they are first asked for, and kept for the next sites.

    Parameters
    ----------
    ws : Workspace
    near_m : float
        As for `check_sites`.
    brief : bool
        Whether of states no more is wanted than `ecozone.assess.states.COUNT_COLUMNS`, for outputs that do not
        show them.
    """

    def __init__(self, ws: Workspace, *, near_m: float = NEAR_M, brief: bool = False) -> None:
        self._ws, self._near_m, self._brief = ws, near_m, brief
        self._layers: dict[str, _Ready] = {}
        self._kinds: dict[Kind, int] = {}
        self._roles: list[Roles] = []
        self._extents: dict[str | None, EdgeIndex] = {}
        self._lock = Lock()

    def __getstate__(self) -> dict[str, Any]:
        self._read()
        return {"_ws": self._ws, "_near_m": self._near_m, "_brief": self._brief}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _layers={}, _kinds={}, _roles=[], _extents={}, _lock=Lock())

    def check(
        self, sites: gpd.GeoDataFrame, *, mapper: Mapper | None = None, progress: Progress = no_progress
    ) -> Check:
        """Judge sites: see `check_sites`."""
        if mapper is not None:
            mapper.require(())
        subjects, notices = prepare_sites(sites, self._ws)
        judged = self._judged(subjects, progress) if mapper is None else self._judged_by(mapper, subjects, progress)
        if len(subjects) > _MANY_SITES:
            known: dict[str, str] = {}
            judged = (_told_once(answer, known) for answer in judged)
        answers = sorted(judged, key=lambda answer: answer.start)
        noticed = (*notices, *(one for answer in answers for one in answer.notices))
        site_ids = subjects["site_id"].to_numpy(object)
        states = _by_layer([answer.states for answer in answers])
        findings = _by_layer([answer.findings for answer in answers])
        answered = subjects.drop(columns="tags")
        answered.insert(3, "verdict", _verdicts(subjects, findings, states))
        answered.attrs = {}
        order = _worst_first(findings)
        for part in findings if self._brief else (*findings, *states):
            part["site_id"] = site_ids[part["row"]]
        for part in findings:
            part["verdict"] = _VERDICTS[part["worth"]]
        found = stacked(findings, FINDING_COLUMNS, FINDING_TEXTS, order)
        told = counted(states) if self._brief else stacked(states, STATE_COLUMNS, STATE_TEXTS)
        return Check(answered, found, told, tuple(dict.fromkeys(noticed)), self._ws)

    def judge(self, start: int, subjects: gpd.GeoDataFrame, progress: Progress = no_progress) -> Answer:
        """Judge the sites from the ``start``-th on; those of several threads one after the other."""
        ws = self._ws
        with self._lock:
            prepare_screening(progress)
            batch = self._batch(subjects)
            states = States(batch.kind, self._needed(), ws, self._near_m, brief=self._brief)
            noticed: list[Notice] = []
            findings: list[Columns] = []
            for done, layer in enumerate(ws.layers.values()):
                progress(done, len(ws.layers), layer.key)
                ready = self._ready(layer)
                noticed += ready.notices
                findings.append(_judged(batch, ready, ws, states, brief=self._brief))
            progress(len(ws.layers), len(ws.layers), "")
            for role in states.add_missing_roles():
                known = ws.pack.roles[role]
                noticed.append(notice("assess.no_layer", "warning", role=pick({"zh": known.zh, "en": known.en})))
            for part in (*findings, *states.tables()):
                part["row"] += start
            return Answer(start, findings, states.tables(), noticed)

    def _batch(self, subjects: gpd.GeoDataFrame) -> _Batch:
        """Make sites ready; kinds of project that are new get the next numbers."""
        rows = subjects.reset_index(drop=True)
        kind = kinds_of(rows["tags"], self._kinds)
        prepared = Prepared(rows, area_m2=np.nan_to_num(rows["area_m2"].to_numpy(np.float64)))
        return _Batch(rows, kind, tuple(self._kinds), prepared, Coverage(prepared, self._ws, self._extents))

    def _needed(self) -> Sequence[Roles]:
        """Return the roles that each kind of project needs, in the order of their numbers."""
        for tags in list(self._kinds)[len(self._roles) :]:
            self._roles.append(required_roles(self._ws.pack, project_tags=tags))
        return self._roles

    def _judged(self, subjects: gpd.GeoDataFrame, progress: Progress) -> Iterator[Answer]:
        """Judge the sites part by part: what the measuring takes is that of a part."""
        starts = range(0, max(len(subjects), 1), _MANY_SITES)
        for at, start in enumerate(starts):

            def so_far(done: int, total: int, what: str, at: int = at) -> None:
                progress(at * total + done, len(starts) * total, what)

            yield self.judge(start, subjects.iloc[start : start + _MANY_SITES], so_far)

    def _judged_by(self, mapper: Mapper, subjects: gpd.GeoDataFrame, progress: Progress) -> Iterator[Answer]:
        """Have batches of the sites judged by others: what is not asked for, such as names, does not leave."""
        self._read()
        number = max(min(len(subjects) // _FEW_SITES, mapper.size * _BATCHES), 1)
        ends = [len(subjects) * part // number for part in range(number + 1)]
        asked = subjects[[*_ASKED, subjects.geometry.name]]
        batches = [(start, asked.iloc[start:stop]) for start, stop in pairwise(ends)]
        with closing(mapper.map(judge_batches, self, batches)) as found:
            for done, answer in enumerate(found, start=1):
                yield answer
                progress(done, len(batches), "")

    def _read(self) -> None:
        """Have all in memory that a check asks of the workspace: others may not see its files."""
        for layer in self._ws.layers.values():
            self._ws.features(layer.key)
            self._ws.extent(layer.key)
        self._ws.pack  # noqa: B018  it is kept when it was asked for

    def _ready(self, layer: Layer) -> _Ready:
        if layer.key not in self._layers:
            features = self._ws.features(layer.key)
            noticed = notices_of(features)
            features.attrs = {}  # pandas copies them deeply at every step
            zones = index_of(np.asarray(features.geometry.array, dtype=object))
            self._layers[layer.key] = _Ready(layer, features, zones, noticed)
        return self._layers[layer.key]


@dataclass(frozen=True)
class Answer:
    """What one batch gave: findings and states by layer, states of missing roles behind them. May be pickled."""

    start: int
    findings: list[Columns]
    states: list[Columns]
    notices: list[Notice]


def judge_batches(screening: Screening, batches: Iterable[tuple[int, gpd.GeoDataFrame]]) -> Iterator[Answer]:
    """Judge batches of sites: the work that `Screening` shares out."""
    for start, subjects in batches:
        yield screening.judge(start, subjects)


def _told_once(answer: Answer, known: dict[str, str]) -> Answer:
    """Return an answer in which what is said of many sites in the same words is kept once."""
    for part in (*answer.findings, *answer.states):
        for name in _TOLD & part.keys():
            part[name] = once(part[name], known)
    return answer


def _by_layer(tables: list[list[Columns]]) -> list[Columns]:
    """Return the batches' tables layer by layer, those of one layer in the order of the batches."""
    return [one for of_layer in zip(*tables, strict=True) for one in of_layer]


@dataclass
class _Ready:
    """A layer, its features with their index of edges, what was noticed of them, and what the rules say of them."""

    layer: Layer
    features: gpd.GeoDataFrame
    zones: EdgeIndex
    notices: tuple[Notice, ...]
    _spoken: tuple[str, Spoken] | None = None

    def spoken(self, kinds: Sequence[Kind], ws: Workspace) -> Spoken:
        """Return what the rules say, asked anew where there are more kinds of project or another language."""
        if self._spoken is None or self._spoken[0] != language() or len(self._spoken[1].kinds) != len(kinds):
            self._spoken = language(), spoken_of(self.features, self.layer, ws, kinds)
        return self._spoken[1]


@dataclass(frozen=True)
class _Batch:
    """Sites ready to be measured, and of each its kind of project by position among ``kinds``."""

    rows: gpd.GeoDataFrame
    kind: NDArray[np.intp]
    kinds: Sequence[Kind]
    prepared: Prepared
    coverage: Coverage


def _judged(batch: _Batch, ready: _Ready, ws: Workspace, states: States, *, brief: bool) -> Columns:
    """Return the findings of a batch on one layer, and add its states."""
    spoken = ready.spoken(batch.kinds, ws)
    # States tell how far away a layer is, at any distance.
    reach = reach_of(spoken.rules, ws) if brief else None
    contact = touches(batch.prepared, ready.zones, ready.layer, reach_m=reach)
    meetings = meetings_of(batch.rows, batch.prepared, batch.kind, ready.features, spoken, ws, contact)
    found = np.zeros(len(batch.rows), dtype=bool)
    found[meetings.table["site"][meetings.meeting]] = True
    told = partial(told_on, batch.kind, spoken, contact)
    states.add_layer(ready.layer, contact, batch.coverage, found, told, spoken.damage)
    return findings_on(batch.kind, spoken, meetings)


def _verdicts(subjects: gpd.GeoDataFrame, findings: list[Columns], states: list[Columns]) -> NDArray[np.object_]:
    """Return each site's worst verdict; a state that blocks ``clear`` counts as review, and so does a missing shape."""
    worth = np.full(len(subjects), VERDICTS.index("clear"), dtype=np.intp)
    for part in findings:
        np.minimum.at(worth, part["row"], part["worth"])
    review = subjects.geometry.isna().to_numpy(copy=True)
    for part in states:
        review[part["row"][part["blocks_clear"].astype(bool)]] = True
    worth[review] = np.minimum(worth[review], VERDICTS.index("review"))
    return _VERDICTS[worth]


def _worst_first(findings: list[Columns]) -> NDArray[np.intp]:
    """Return the order of findings by site as given, and within a site from the worst verdict and largest overlap."""

    def whole(name: str) -> NDArray[Any]:
        return np.concatenate([part[name] for part in findings] or [np.zeros(0)])

    return np.lexsort((-(whole("overlap_m2") + whole("length_m")), whole("worth"), whole("row")))
