"""One execution: request in, results and files out. Everything that reaches people goes through here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from ecozone.assess import Account, Check, SamplePlan, assess_account, check_sites, plan_samples
from ecozone.assess.screening import NEAR_M
from ecozone.errors import EcozoneError, InputError, UsageError
from ecozone.geo import operation_notice, reproject
from ecozone.intake import Database, is_database, is_geodatabase, limiting, read_sites, source_files, start_reader
from ecozone.log import Progress, no_progress
from ecozone.notices import Notice, notice, notices_of, with_notices
from ecozone.outputs import (
    check_document,
    ratios_document,
    require_new,
    write_csv,
    write_geojson,
    write_gpkg,
    write_json,
    write_map,
    write_overlap_txt,
    write_ratios_csv,
    write_samples,
    write_xlsx,
)
from ecozone.outputs.atomic import written
from ecozone.rules import project_tags
from ecozone.runs.manifest import canonical, describe, digest
from ecozone.runs.request import Request
from ecozone.runs.surroundings import extent_lonlat, shift_notices
from ecozone.text import speaking
from ecozone.workspace import Workspace, open_workspace


@dataclass(frozen=True)
class Outcome:
    """What a run gave.

    ``run`` is the description that decides its numbers (`ecozone.runs.manifest.describe`); ``files`` are all files
    written, the manifest last: the description with times, notices and the hashes of the outputs.
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


def execute(request: Request, *, progress: Progress = no_progress) -> Outcome:
    """Carry out a request.

    All is worked out before the first file is written; each file is written whole or not at all, and the manifest last,
    as ``NAME.run.json`` beside the first output.

    Raises
    ------
    EcozoneError
        If the workspace, an input or an output will not do. Nothing has been written then, except that a full disk or
        a locked file leaves the outputs before it.
    """
    with speaking(request.lang), limiting(**request.limits):
        started = datetime.now(UTC)
        writers = [(Path(path), _writer(Path(path), request)) for path in request.outputs]
        drawn = None if request.plan_samples is None else Path(request.plan_samples)
        if drawn is not None:
            require_new(drawn)
        if request.sites:
            # Its libraries load while the workspace opens.
            start_reader()
        ws = open_workspace(request.workspace)
        check = account = plan = None
        inputs = [
            path for what, path in ws.inputs.items() if "ratios" in request.parts or not what.startswith("landcover:")
        ]
        inputs += ws.pack.files
        tables: list[Mapping[str, Any]] = []
        if "check" in request.parts:
            if request.project_type is not None:
                project_tags(ws.pack, request.project_type, "")
            paths = site_files(request.sites)
            inputs += [part for path in paths if isinstance(path, Path) for part in source_files(path)]
            if request.control_points is not None:
                inputs += source_files(request.control_points)
            sites = read_all_sites(paths, ws, request)
            tables += sites.attrs.get("tables", ())
            check = check_sites(
                sites,
                ws,
                near_m=NEAR_M if request.near_m is None else request.near_m,
                progress=progress,
            )
        if "ratios" in request.parts:
            account = assess_account(ws, years=request.years, progress=progress)
        if drawn is not None:
            year = max(request.years) if request.years else None
            plan = plan_samples(ws, year=year, se=request.plan_se, seed=request.plan_seed, progress=progress)
        run = describe(request, inputs, [*tables, *ws.tables.values()])
        if check is not None:
            check = replace(check, run=run)
        files = [writer(path, check, account, run) for path, writer in writers]
        if plan is not None and drawn is not None:
            files.append(write_samples(plan, drawn))
        if files:
            manifest = _manifest(run, check, account, files, started)
            beside = files[0].with_name(f"{files[0].stem}.run.json")
            with written(beside) as draft:
                draft.write_bytes(canonical(manifest) + b"\n")
            files.append(beside)
        return Outcome(request, ws, check, account, plan, run, tuple(files))


#: What GDAL and office programs leave beside a file; it belongs to the file and holds no sites of its own.
_SIDECARS = (
    *(".aux.xml", ".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qpj", ".qmd", ".shp.xml"),
    *("-wal", "-shm", "-journal"),
)


def site_files(sites: tuple[str, ...]) -> list[Path | Database]:
    """Return the files that ``sites`` names: each file, and every file directly in each folder, by name; and databases.

    The folder of a file geodatabase is one such file.

    Raises
    ------
    UsageError
        If a folder holds no file, or the address of a database is wrong or holds a password.
    """
    found: list[Path | Database] = []
    for given in sites:
        if is_database(given):
            found.append(Database.parse(given))
            continue
        path = Path(given)
        if path.is_dir() and not is_geodatabase(path):
            inside = sorted(entry for entry in path.iterdir() if _may_hold_sites(entry))
            if not inside:
                raise UsageError("runs.empty_folder", file=path)
            found += inside
        else:
            found.append(path)
    return found


#: Parts of a MapInfo table, which other programs use the suffixes of too.
_TABLE_PARTS = (".dat", ".map", ".id", ".ind", ".mid")


def _may_hold_sites(entry: Path) -> bool:
    name = entry.name.lower()
    if name.startswith((".", "~$")) or name.endswith(_SIDECARS):
        return False
    leads = (".tab", ".TAB", ".mif", ".MIF")
    if name.endswith(_TABLE_PARTS) and any(entry.with_suffix(lead).exists() for lead in leads):
        return False
    return entry.is_file() or is_geodatabase(entry)


def read_all_sites(paths: Sequence[Path | Database], ws: Workspace, request: Request) -> gpd.GeoDataFrame:
    """Read site files, each in its own CRS, into one frame in the workspace's CRS; ids are made unique over all.

    ``attrs["tables"]`` lists the sources that were tables of databases.

    Raises
    ------
    InputError
        If a file cannot be read or trusted: then none is judged.
    """
    frames = []
    notices: list[Notice] = []
    tables: list[Mapping[str, Any]] = []
    around = extent_lonlat(ws) if paths else None
    for path in paths:
        frame = read_sites(
            path,
            crs=request.crs,
            datum=request.datum,
            layer=request.layer,
            encoding=request.encoding,
            project_type=request.project_type,
            control_points=request.control_points,
            around=around,
            geometry=request.geometry,
            angles=request.angles,
        )
        notices += notices_of(frame)
        if isinstance(path, Database):
            tables.append(frame.attrs["source"])
        try:
            change = operation_notice(frame.crs, ws.crs, file=path.name)
            frame = reproject(frame, ws.crs)
        except EcozoneError as error:
            raise error.of_file(path.name) from None
        notices += [] if change is None else [change]
        frame["source_file"] = path.name
        frames.append(frame)
    if not frames:
        return no_sites(ws)
    sites = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=ws.crs) if len(frames) > 1 else frames[0]
    repeated = sites["site_id"].duplicated(keep=False)
    if len(frames) > 1 and repeated.any():
        stems = sites["source_file"].map(lambda name: Path(name).stem)
        sites["site_id"] = sites["site_id"].where(~repeated, stems + ":" + sites["site_id"])
        notices.append(notice("runs.ids_prefixed", count=int(repeated.sum())))
    if sites["site_id"].duplicated().any():
        raise InputError("runs.same_stem", names=", ".join(path.name for path in paths))
    result: gpd.GeoDataFrame = with_notices(sites, [*notices, *shift_notices(sites, ws)])
    result.attrs["tables"] = tables
    return result


def no_sites(ws: Workspace) -> gpd.GeoDataFrame:
    """Return a frame of no sites, for a map of the workspace alone."""
    columns = ["site_id", "name", "project_type", "radius_m", "flags", "source_row", "source_file"]
    return gpd.GeoDataFrame({column: [] for column in columns}, geometry=[], crs=ws.crs)


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
    ".txt": lambda path, check, _account, _run: write_overlap_txt(_sure(check), path),
}
_RATIO_WRITERS: Mapping[str, Writer] = {
    ".json": _CHECK_WRITERS[".json"],
    ".csv": lambda path, _check, account, _run: write_ratios_csv(_sure(account).ratios, path),
    ".xlsx": _CHECK_WRITERS[".xlsx"],
}


def _sure(part: Any) -> Any:
    assert part is not None
    return part


def _writer(path: Path, request: Request) -> Writer:
    known = _CHECK_WRITERS if "check" in request.parts else _RATIO_WRITERS
    suffix = path.suffix.lower()
    if suffix not in known:
        raise UsageError("outputs.unknown_format", file=path, suffix=suffix, known=" ".join(known))
    return known[suffix]


def _manifest(
    run: Mapping[str, Any], check: Check | None, account: Account | None, files: list[Path], started: datetime
) -> dict[str, Any]:
    noticed = [*(check.notices if check else ()), *(account.notices if account is not None else ())]
    return {
        **run,
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "notices": [entry.as_dict() for entry in dict.fromkeys(noticed)],
        "outputs": [digest(path) for path in files],
    }
