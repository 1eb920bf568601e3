"""A check of any number of sites: findings are written as they come, and a run that was stopped goes on."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from ecozone import outputs
from ecozone.assess import NEAR_M, Screening
from ecozone.errors import InputError, UsageError, cannot_write
from ecozone.intake import (
    Layer,
    all_refused,
    is_database,
    is_geodatabase,
    limiting,
    open_stream,
    placed,
    source_files,
    start_reader,
    stream_sites,
    tell_alike,
)
from ecozone.log import Progress, no_progress
from ecozone.measure import processors
from ecozone.notices import Notice, notices_of
from ecozone.rules import project_tags
from ecozone.runs.apart import manifest_of, require_apart, workspace_files
from ecozone.runs.batches import BATCH, batches_of, notices_of_whole
from ecozone.runs.gathering import Gathered, Summary, added_up
from ecozone.runs.hands import Hand, number_of_hands, other_hands, worked_out
from ecozone.runs.manifest import describe, manifest_with, write_manifest
from ecozone.runs.overriding import rulings_of
from ecozone.runs.parts import SHAPES, PartWork, rows_of
from ecozone.runs.request import Request
from ecozone.runs.surroundings import extent_lonlat
from ecozone.runs.workfolder import WorkFolder
from ecozone.text import speaking
from ecozone.workspace import Workspace, open_workspace

#: From so many sites on a check is streamed unasked, where its file and its outputs allow it.
STREAM_FROM = 50_000


@dataclass(frozen=True)
class Streamed:
    """What a streamed run gave: counts and files; the findings are in the files.

    Attributes
    ----------
    resumed : int
        Sites whose answers an earlier run had left.
    """

    request: Request
    workspace: Workspace
    summary: Summary
    notices: tuple[Notice, ...]
    run: Mapping[str, Any]
    files: tuple[Path, ...]
    resumed: int


def streamable(request: Request, wanted: bool | None = None) -> Layer | None:
    """Return the layer whose sites are to be streamed, None where the check is to be made in one go.

    Parameters
    ----------
    wanted : bool, optional
        The user's word; unless given, a check of `STREAM_FROM` sites or more is streamed where it can be.

    Raises
    ------
    UsageError
        Where it is wanted and cannot be. The text says why.
    InputError
        Where it is wanted and the file cannot be read.
    """
    if wanted is False or (wanted is None and not request.outputs):
        return None
    why = _obstacle(request)
    if why is not None:
        if wanted:
            raise why
        return None
    with speaking(request.lang), limiting(**request.limits):
        try:
            layer = open_stream(request.sites[0], crs=request.crs, layer=request.layer, encoding=request.encoding)
        except InputError:
            if wanted:
                raise
            # The check in one go tells of files that cannot be read, beside those that can.
            return None
    if layer is None and wanted:
        raise UsageError("runs.stream_format", file=request.sites[0])
    return layer if wanted or (layer is not None and layer.head.count >= STREAM_FROM) else None


def _obstacle(request: Request) -> UsageError | None:
    """Return why a request cannot be streamed, whatever its file holds."""
    whole = [path for path in request.outputs if Path(path).suffix.lower() not in outputs.PIECEWISE]
    known = " ".join(outputs.PIECEWISE)
    if whole or not request.outputs:
        return UsageError("runs.stream_outputs", outputs=", ".join(whole) or "—", known=known)
    given = request.sites[0] if len(request.sites) == 1 else None
    if given is None or is_database(given) or Path(given).is_dir() or is_geodatabase(given):
        return UsageError("runs.stream_one_file", count=len(request.sites))
    if request.least_cut:
        return UsageError("runs.stream_cuts")
    if request.datum is not None or request.control_points is not None:
        return UsageError("runs.stream_moved", option="--datum" if request.datum is not None else "--control-points")
    if request.swapped:
        return UsageError("runs.stream_moved", option="--swap-axes")
    if request.types or request.radius_m is not None or request.only:
        return UsageError("runs.stream_of_sites")
    return None


def stream(
    request: Request,
    layer: Layer,
    *,
    restart: bool = False,
    workers: int | None = None,
    progress: Progress = no_progress,
) -> Streamed:
    """Carry out a check part by part.

    Finished parts stand in a folder beside the first output (`WorkFolder`) until all are done; the same request goes
    on after them. Whatever stops it, the outputs are written whole or not at all.

    Parameters
    ----------
    layer : Layer
        As `streamable` gives it.
    restart : bool
        Throw away what an earlier run has left.
    workers : int, optional
        How many processes work at once; as many as there are processors, memory and work for unless given. It makes no
        difference to a file.
    progress : Progress
        ``progress(sites done, sites, "")``, once a part.

    Raises
    ------
    UsageError
        If the folder holds parts of a run that differs in request, inputs or versions; the text says in what.
    EcozoneError
        As `execute`.
    """
    count = workers or number_of_hands(layer.head.count)
    with speaking(request.lang), limiting(**request.limits), other_hands(count - 1) as others:
        start_reader()
        folder = WorkFolder(Path(request.outputs[0]))
        ws = open_workspace(request.workspace)
        targets = [Path(path) for path in request.outputs]
        require_apart([*targets, manifest_of(targets[0])], [*workspace_files(ws), *source_files(layer.path)])
        if request.project_type is not None:
            project_tags(ws.pack, request.project_type, "")
        inputs = [path for what, path in ws.inputs.items() if not what.startswith("landcover:")]
        run = describe(request, [*inputs, *ws.pack.files, *source_files(layer.path)], ws.tables.values())
        with _telling_of_room(folder.path), folder.held(run, restart=restart):
            work = _Work(request, folder, ws, layer, max(1, processors() // count))
            resumed = work.done()
            files = work.write(others, progress)
            summary, notices = work.whole
            manifest = manifest_with(run, notices, files, summary=summary.as_dict())
            beside = write_manifest(manifest, files[0])
            folder.remove()
        return Streamed(request, ws, summary, notices, run, (*files, beside), resumed)


@contextmanager
def _telling_of_room(path: Path) -> Iterator[None]:
    """Tell that what was finished is kept, where the disk is full or may not be written to."""
    try:
        yield
    except OSError as error:
        raise cannot_write(path, error, key="runs.cannot_write", full="runs.disk_full") from error


@contextmanager
def _gone(drafts: Sequence[Path]) -> Iterator[None]:
    """Have none of these files before the block, where a crash may have left them, nor after it."""
    try:
        for draft in drafts:
            draft.unlink(missing_ok=True)
        yield
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)


class _Work:
    """One streamed check at work."""

    def __init__(self, request: Request, folder: WorkFolder, ws: Workspace, layer: Layer, threads: int) -> None:
        sites = stream_sites(
            layer,
            crs=request.crs,
            encoding=request.encoding,
            project_type=request.project_type,
            around=extent_lonlat(ws),
        )
        rulings = rulings_of(request, ws)
        # What was ruled is compared with the figures of states.
        written = [outputs.PIECEWISE[Path(path).suffix.lower()] for path in request.outputs]
        brief = not rulings.every and not any(one.states for one in written)
        near_m = NEAR_M if request.near_m is None else request.near_m
        self._parts = PartWork(
            request,
            folder,
            ws,
            Screening(ws, near_m=near_m, brief=brief),
            sites,
            batches_of(len(sites), request.batch or BATCH),
            rulings,
            frozenset(one for key in ws.layers for one in notices_of(ws.features(key))),
            threads,
        )
        self._folder, self._sites, self._ws, self._rulings = folder, sites, ws, rulings
        self._numbers = range(len(self._parts.batches))

    def write(self, others: Sequence[Hand], progress: Progress) -> list[Path]:
        """Work out every part that is not there, and write the outputs, the first of them meanwhile."""
        files = [Path(given) for given in self._parts.request.outputs]
        drafts = [self._folder.path / name for name in self._parts.names]
        with _gone(drafts):
            try:
                with closing(self._in_order(others, progress)) as coming:
                    for file, draft in zip(files, drafts, strict=True):
                        # The parts are worked out as the first output asks for them.
                        numbers = coming if draft == drafts[0] else self._numbers
                        pieces = (self._folder.place(number) / draft.name for number in numbers)
                        outputs.PIECEWISE[file.suffix.lower()].join(pieces, draft, lambda: self.whole[1])
            except KeyboardInterrupt:
                # What the others have finished meanwhile counts too.
                progress(self.done(), len(self._sites), "")
                raise
            for file, draft in zip(files, drafts, strict=True):
                with outputs.written(file) as room:
                    draft.replace(room)
        return files

    def _in_order(self, others: Sequence[Hand], progress: Progress) -> Generator[int, None, None]:
        """Work out every part that is not there; yield the number of each when it and those before it are."""
        left = [number for number in self._numbers if self._part(number) is None]
        done, at = len(self._sites) - sum(len(self._parts.batches[number]) for number in left), 0
        with closing(worked_out(self._parts, left, others)) as parts:
            for sites in chain([0], parts):
                done += sites
                progress(done, len(self._sites), "")
                while at in self._numbers and self._part(at) is not None:
                    yield at
                    at += 1
                if sites:
                    # Reckoned while the others are at work.
                    self._of_whole  # noqa: B018
        self.whole  # noqa: B018  where not one site could be trusted there is no output

    def done(self) -> int:
        """Return the sites of all parts that are there."""
        return sum(len(self._parts.batches[at]) for at in self._numbers if self._part(at) is not None)

    @cached_property
    def _of_whole(self) -> tuple[Notice, ...]:
        return notices_of_whole(self._sites, self._ws)

    def _part(self, number: int) -> dict[str, Any] | None:
        """Return what a part says of itself; None where it is not there, or is one of other rows."""
        found = self._folder.done(number)
        return found if found is not None and found.get("rows") == rows_of(self._parts.batches[number]) else None

    @cached_property
    def whole(self) -> tuple[Summary, tuple[Notice, ...]]:
        """The counts of all parts, and what was noticed.

        Raises
        ------
        InputError
            Where not one site could be trusted.
        """
        parts = [self._part(number) or {} for number in self._numbers]
        summary = added_up(parts)
        gathered = Gathered()
        gathered.add(self._of_whole)
        gathered.add(sorted(self._parts.of_layers, key=lambda one: (one.key, str(one.place))))
        for part in parts:
            gathered.add_dict(part["notices"])
        gathered.add(self._rulings.notices)
        gathered.add(self._rulings.of_no_site(site for part in parts for site in part.get("ruled", ())))
        if summary.refused == summary.sites:
            refused = [one for one in gathered.notices() if one.severity == "refused"]
            raise all_refused(refused, summary.sites, file=self._sites.settled.source["file"])
        found = [np.load(self._folder.place(at) / SHAPES) for at in self._numbers]
        rows, keys = np.concatenate(found, axis=1)
        place = self._sites.layer.place
        alike = tell_alike(rows, keys.view(np.uint64))
        gathered.add(placed(one, place) for one in alike)
        return summary, gathered.notices()
