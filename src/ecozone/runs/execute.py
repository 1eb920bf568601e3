"""One execution: request in, results and files out. Everything that reaches people goes through here."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from ecozone.assess import (
    NEAR_M,
    SHIFT_WITHIN_M,
    Account,
    Check,
    SamplePlan,
    assess_account,
    check_sites,
    least_cut,
    overrule,
    plan_samples,
)
from ecozone.errors import UsageError
from ecozone.intake import limiting, start_reader
from ecozone.log import Progress, no_progress
from ecozone.measure import mapper_for
from ecozone.outputs import (
    PICTURE_SUFFIXES,
    PLATE_SUFFIXES,
    check_document,
    ratios_document,
    require_new,
    require_plate,
    write_account_csv,
    write_account_gpkg,
    write_csv,
    write_geojson,
    write_gpkg,
    write_in_one_piece,
    write_json,
    write_map,
    write_overlap_txt,
    write_plate,
    write_samples,
    write_xlsx,
)
from ecozone.rules import project_tags
from ecozone.runs.apart import manifest_of, parts_of, require_apart, workspace_files
from ecozone.runs.batch import read_all_sites, site_files
from ecozone.runs.delivery import ARCHIVE, deliver, files_beside, is_archive
from ecozone.runs.drawing import RATIO_PICTURES, picture_of
from ecozone.runs.manifest import describe
from ecozone.runs.overriding import overrides_of
from ecozone.runs.request import Request
from ecozone.text import speaking
from ecozone.workspace import Workspace, open_workspace


@dataclass(frozen=True)
class Outcome:
    """What a run gave.

    ``run`` is the description that decides its numbers (`ecozone.runs.manifest.describe`); ``files`` are all files
    written, the manifest last: the description with notices and the hashes of the outputs.
    """

    request: Request
    workspace: Workspace
    check: Check | None
    account: Account | None
    plan: SamplePlan | None
    run: Mapping[str, Any]
    files: tuple[Path, ...]

    @property
    def ratios(self) -> pd.DataFrame | None:
        """The account's indicators."""
        return None if self.account is None else self.account.ratios


def execute(request: Request, *, told: Mapping[str, Any] | None = None, progress: Progress = no_progress) -> Outcome:
    """Carry out a request.

    All is worked out before the first file is written; each file is written whole or not at all, and the manifest last,
    as ``NAME.run.json`` beside the first output.

    Parameters
    ----------
    told : mapping, optional
        The description that the outputs are to carry in place of this run's own: that of a run which is verified.

    Raises
    ------
    EcozoneError
        If the workspace, an input or an output will not do. Nothing has been written then, except that a full disk or
        a locked file leaves the outputs before it.
    """
    # A cluster that will not do is told of before anything is read.
    with speaking(request.lang), limiting(**request.limits), mapper_for(request.scheduler) as mapper:
        if mapper is not None:
            mapper.require(())
        if request.picture is not None:
            picture_of(request, RATIO_PICTURES)
        writers = [
            (Path(path), _writer(Path(path), request, progress)) for path in request.outputs if not is_archive(path)
        ]
        drawn = None if request.plan_samples is None else Path(request.plan_samples)
        if drawn is not None:
            require_new(drawn)
        targets = [path for one, _ in writers for path in (one, *files_beside(one, request))]
        targets += [] if drawn is None else [drawn]
        targets += [manifest_of(path) for path in targets[:1]]
        targets += [Path(path) for path in request.outputs if is_archive(path)]
        if request.sites:
            # Its libraries load while the workspace opens.
            start_reader()
        ws = open_workspace(request.workspace)
        said = overrides_of(request, ws) if "check" in request.parts else ()
        check = account = plan = None
        inputs = [
            path for what, path in ws.inputs.items() if "ratios" in request.parts or not what.startswith("landcover:")
        ]
        inputs += ws.pack.files
        tables: list[Mapping[str, Any]] = []
        paths = site_files(request.sites) if "check" in request.parts else []
        named = [path for path in paths if isinstance(path, Path)]
        named += [] if request.control_points is None else [Path(request.control_points)]
        parts = [part for path in named for part in parts_of(path)]
        if targets:
            require_apart(targets, [*workspace_files(ws), *named, *parts])
        if "check" in request.parts:
            if request.project_type is not None:
                project_tags(ws.pack, request.project_type, "")
            sites = read_all_sites(paths, ws, request)
            # What may not be read has no hash; the request names it.
            inputs += [part for part in parts if part.is_file() and os.access(part, os.R_OK)]
            tables += sites.attrs.get("tables", ())
            check = check_sites(
                sites,
                ws,
                near_m=NEAR_M if request.near_m is None else request.near_m,
                client=mapper,
                progress=progress,
            )
            if request.least_cut:
                bound = SHIFT_WITHIN_M if request.shift_within_m is None else request.shift_within_m
                cuts = least_cut(check, shift_within_m=bound or None, margin=request.cut_margin, progress=progress)
                check = replace(check, cuts=cuts)
            check = overrule(check, said)
        if "ratios" in request.parts:
            account = assess_account(ws, years=request.years, by=request.by, client=mapper, progress=progress)
        if drawn is not None:
            year = max(request.years) if request.years else None
            plan = plan_samples(ws, year=year, se=request.plan_se, seed=request.plan_seed, progress=progress)
        run = describe(request, inputs, [*tables, *ws.tables.values()])
        carried = run if told is None else told
        if check is not None:
            check = replace(check, run=carried)
        noticed = [*(check.notices if check else ()), *(account.notices if account is not None else ())]

        def writing(write: Writer) -> Callable[[Path], Path]:
            return lambda path: write(path, check, account, carried)

        outputs = [(path, writing(write)) for path, write in writers]
        if plan is not None and drawn is not None:
            outputs.append((drawn, partial(write_samples, plan)))
        usual = {suffix: writing(write) for suffix, write in _known(request).items() if suffix in _USUAL}
        files = deliver(request, carried, noticed, outputs, usual)
        return Outcome(request, ws, check, account, plan, run, files)


Writer = Callable[[Path, Check | None, Account | None, Mapping[str, Any]], Path]


def _document(check: Check | None, account: Account | None, run: Mapping[str, Any]) -> dict[str, Any]:
    if check is None:
        assert account is not None
        return ratios_document(account, run)
    document = check_document(check)
    if account is None:
        return document
    ratios = ratios_document(account)
    return document | {"ratios": ratios["rows"], "targets": ratios["targets"], "accuracy": ratios["accuracy"]}


def _ratios(account: Account | None) -> pd.DataFrame | None:
    return None if account is None else account.ratios


_CHECK_WRITERS: Mapping[str, Writer] = {
    ".json": lambda path, check, account, run: write_json(_document(check, account, run), path),
    ".csv": lambda path, check, _account, _run: write_csv(_sure(check), path),
    ".xlsx": lambda path, check, account, _run: write_xlsx(check, path, ratios=account),
    ".geojson": lambda path, check, _account, _run: write_geojson(_sure(check), path),
    ".gpkg": lambda path, check, _account, _run: write_gpkg(_sure(check), path),
    ".html": lambda path, check, account, _run: write_map(_sure(check), path, ratios=_ratios(account)),
    ".jsonl": lambda path, check, _account, _run: write_in_one_piece(_sure(check), path),
    ".parquet": lambda path, check, _account, _run: write_in_one_piece(_sure(check), path),
    ".txt": lambda path, check, _account, _run: write_overlap_txt(_sure(check), path),
}
_RATIO_WRITERS: Mapping[str, Writer] = {
    ".json": _CHECK_WRITERS[".json"],
    ".csv": lambda path, _check, account, _run: write_account_csv(_sure(account), path),
    ".xlsx": _CHECK_WRITERS[".xlsx"],
    ".gpkg": lambda path, _check, account, _run: write_account_gpkg(_sure(account), path),
}


def _sure(part: Any) -> Any:
    assert part is not None
    return part


#: What an archive holds of every run.
_USUAL = (".json", ".xlsx", ".html")


def _known(request: Request, progress: Progress = no_progress) -> Mapping[str, Writer]:
    if request.sheet is not None:
        return {**dict.fromkeys(PLATE_SUFFIXES, partial(_plate, request, progress)), **_CHECK_WRITERS}
    return _CHECK_WRITERS if "check" in request.parts else _RATIO_WRITERS


def _plate(
    request: Request, progress: Progress, path: Path, check: Check | None, _account: Any, _run: Mapping[str, Any]
) -> Path:
    assert request.sheet is not None
    return write_plate(_sure(check), path, **request.sheet.model_dump(), progress=progress)


def _writer(path: Path, request: Request, progress: Progress) -> Writer:
    known = _known(request, progress)
    suffix = path.suffix.lower()
    pictures = PICTURE_SUFFIXES if known is _RATIO_WRITERS else ()
    if suffix in pictures:
        draw = picture_of(request, RATIO_PICTURES)
        return lambda path, _check, account, _run: draw(_sure(account), path)
    if suffix not in known:
        formats = " ".join([*known, *pictures, ARCHIVE])
        raise UsageError("outputs.unknown_format", file=path, suffix=suffix, known=formats)
    if suffix == ".gpkg" and known is _RATIO_WRITERS and not request.by:
        raise UsageError("outputs.gpkg_no_pieces", file=path)
    if request.sheet is not None and suffix in PLATE_SUFFIXES:
        asked = request.sheet
        require_plate(path, paper=asked.paper, scale=asked.scale, atlas=asked.atlas)
    return known[suffix]
