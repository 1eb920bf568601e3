"""One execution: request in, results and files out. Everything that reaches people goes through here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from ecozone import assess, outputs
from ecozone.intake import end_readers, start_reader
from ecozone.log import Progress, no_progress
from ecozone.memory import give_back
from ecozone.rules import project_tags
from ecozone.runs.batch import read_all_sites, site_files
from ecozone.runs.delivery import Writer, carrying_out, deliver, inputs_apart, require_formats
from ecozone.runs.drawing import RATIO_PICTURES, picture_of
from ecozone.runs.manifest import describe
from ecozone.runs.overriding import Rulings, rulings_of
from ecozone.runs.request import Request
from ecozone.runs.stage import Stage
from ecozone.runs.writers import PartWriter, asks_for_words, known_writers, require_fitting
from ecozone.workspace import Workspace, open_workspace

#: From so many sites on memory that is not used any more is given back between the steps.
_MANY_SITES = 5_000


@dataclass(frozen=True)
class Outcome:
    """What a run gave.

    ``run`` is the description that decides its numbers (`ecozone.runs.manifest.describe`), empty where nobody asked for
    it; ``files`` are all files written, the manifest last: the description with notices and the hashes of the outputs.
    """

    request: Request
    workspace: Workspace
    check: assess.Check | None
    account: assess.Account | None
    plan: assess.SamplePlan | None
    run: Mapping[str, Any]
    files: tuple[Path, ...]

    @property
    def ratios(self) -> pd.DataFrame | None:
        """The account's indicators."""
        return None if self.account is None else self.account.ratios


def execute(
    request: Request,
    *,
    told: Mapping[str, Any] | None = None,
    stage: Stage | None = None,
    described: bool = True,
    progress: Progress = no_progress,
) -> Outcome:
    """Carry out a request.

    All is worked out before the first file is written; each file is written whole or not at all, and the manifest last,
    as ``NAME.run.json`` beside the first output.

    Parameters
    ----------
    told : mapping, optional
        The description that the outputs are to carry in place of this run's own: that of a run which is verified.
    stage : Stage, optional
        Where that lies which the request names, where it is not what the paths say.
    described : bool
        Whether the run is described, which hashes every input, although it writes no file.

    Raises
    ------
    EcozoneError
        If the workspace, an input or an output will not do. Nothing has been written then, except that a full disk or
        a locked file leaves the outputs before it.
    """
    with carrying_out(request) as mapper:
        if request.picture is not None:
            picture_of(request, RATIO_PICTURES)
        known = known_writers(request, progress)
        named = require_formats(request.outputs, known)
        require_fitting(named, request)
        drawn = None if request.plan_samples is None else Path(request.plan_samples)
        if drawn is not None:
            outputs.require_new(drawn)
        if request.sites:
            # Its libraries load while the workspace opens.
            start_reader()
        ws = open_workspace(request.workspace) if stage is None else stage.workspace
        if "ratios" in request.parts and ws.landcover is not None and ws.landcover.samples:
            start_reader()
        rulings = rulings_of(request, ws) if "check" in request.parts else Rulings()
        check = account = plan = None
        told_use = ws.landcover is not None and ws.landcover.vectors and asks_for_words(request)
        covered = "ratios" in request.parts or told_use
        inputs = [path for what, path in ws.inputs.items() if covered or not what.startswith("landcover:")]
        inputs += ws.pack.files
        tables: list[Mapping[str, Any]] = []
        asked = request.sites if "check" in request.parts else ()
        paths = site_files(asked) if stage is None else stage.files(asked)
        more = [Path(one) for one in (request.control_points, request.template) if one is not None]
        read = inputs_apart(request, named if drawn is None else [*named, drawn], [*paths, *more], ws)
        inputs += read
        if "check" in request.parts:
            if request.project_type is not None:
                project_tags(ws.pack, request.project_type, "")
            sites = read_all_sites(paths, ws, request, called=None if stage is None else stage.called)
            tables += sites.attrs.get("tables", ())
            if len(sites) >= _MANY_SITES:
                # What a long file took is not there twice: in its reader and in the check.
                end_readers()
                give_back()
            check = assess.check_sites(
                sites,
                ws,
                near_m=assess.NEAR_M if request.near_m is None else request.near_m,
                client=mapper,
                progress=progress,
            )
            if len(sites) >= _MANY_SITES:
                give_back()
            if request.least_cut:
                bound = assess.SHIFT_WITHIN_M if request.shift_within_m is None else request.shift_within_m
                cuts = assess.least_cut(
                    check, shift_within_m=bound or None, margin=request.cut_margin, progress=progress
                )
                check = replace(check, cuts=cuts)
            check = assess.overrule(check, rulings.every)
            there = check.sites["site_id"].tolist()
            lost = rulings.of_no_site(rulings.met(there), there)
            check = replace(check, notices=(*check.notices, *rulings.notices, *lost))
        if "ratios" in request.parts:
            account = assess.assess_account(ws, years=request.years, by=request.by, client=mapper, progress=progress)
        if drawn is not None:
            year = max(request.years) if request.years else None
            plan = assess.plan_samples(ws, year=year, se=request.plan_se, seed=request.plan_seed, progress=progress)
        run: Mapping[str, Any] = {}
        if described or named or drawn is not None:
            run = describe(request, inputs, [*tables, *ws.tables.values()], stage=stage)
        carried = run if told is None else told
        if check is not None and carried:
            check = replace(check, run=carried)
        noticed = [*(check.notices if check else ()), *(account.notices if account is not None else ())]

        def writing(write: PartWriter) -> Writer:
            return lambda path: write(path, check, account, carried)

        writers = {suffix: writing(write) for suffix, write in known.items()}
        more_files: dict[Path, Writer] = (
            {} if plan is None or drawn is None else {drawn: partial(outputs.write_samples, plan)}
        )
        files = deliver(request, carried, noticed, named, writers, more_files, ws=ws, stage=stage, inputs=inputs)
        return Outcome(request, ws, check, account, plan, run, files)
