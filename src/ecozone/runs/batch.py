"""Many site files as one frame: a file that cannot be read takes no other file with it, and is never lost."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from ecozone.errors import EcozoneError, InputError, UsageError
from ecozone.geo import norm_crs, operation_notice, reproject
from ecozone.intake import Database, is_database, is_geodatabase, read_sites, require_declared
from ecozone.notices import Notice, notice, notices_of, with_notices
from ecozone.runs.request import Request
from ecozone.runs.site_words import with_said
from ecozone.runs.surroundings import astray_notices, extent_lonlat, shift_notices
from ecozone.text import joined
from ecozone.workspace import Workspace

#: What GDAL and office programs leave beside a file; it belongs to the file and holds no sites of its own.
_SIDECARS = (
    *(".aux.xml", ".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qpj", ".qmd", ".shp.xml"),
    *("-wal", "-shm", "-journal"),
)
#: The row of a site that stands for a whole file.
WHOLE_FILE = 0


def site_files(sites: tuple[str, ...]) -> list[Path | Database]:
    """Return the files that ``sites`` names: each file, and every file directly in each folder, by name; and databases.

    The folder of a file geodatabase is one such file.

    Raises
    ------
    UsageError
        If a folder holds no file, or the address of a database is wrong or holds a password.
    InputError
        If nothing stands at a path; all such are named.
    """
    missing = [given for given in sites if not is_database(given) and not (given and os.path.exists(given))]  # noqa: PTH110 - never raises
    if len(missing) > 1:
        raise InputError("runs.not_found", names=joined(given or '""' for given in missing))
    if missing:
        raise InputError("intake.not_found", file=missing[0] or '""')
    found: list[Path | Database] = []
    for given in sites:
        if is_database(given):
            found.append(Database.parse(given))
            continue
        path = Path(given)
        if _is_folder(given):
            inside = sorted(entry for entry in path.iterdir() if holds_sites(entry))
            if not inside:
                raise UsageError("runs.empty_folder", file=path)
            found += inside
        else:
            found.append(path)
    return found


def _is_folder(given: str) -> bool:
    return not is_database(given) and Path(given).is_dir() and not is_geodatabase(given)


#: Parts of a MapInfo table, which other programs use the suffixes of too.
_TABLE_PARTS = (".dat", ".map", ".id", ".ind", ".mid")


def holds_sites(entry: Path, called: str | None = None) -> bool:
    """Tell whether a file may hold sites, by its name: what belongs to another does not, nor what is hidden."""
    name = (called or entry.name).lower()
    if name.startswith((".", "~$")) or name.endswith(_SIDECARS):
        return False
    leads = (".tab", ".TAB", ".mif", ".MIF")
    if name.endswith(_TABLE_PARTS) and any(entry.with_suffix(lead).exists() for lead in leads):
        return False
    return entry.is_file() or is_geodatabase(entry)


def read_all_sites(
    paths: Sequence[Path | Database], ws: Workspace, request: Request, *, called: Mapping[Path, str] | None = None
) -> gpd.GeoDataFrame:
    """Read site files, each in its own CRS, into one frame in the workspace's CRS; ids are made unique over all.

    Of a batch, several files or a folder, a file that cannot be read or trusted is one row with the file's stem as its
    id, no geometry and ``source_row`` 0; a notice says why. ``attrs["tables"]`` lists the sources that were tables of
    databases, ``attrs["refused"]`` the files that were refused, ``attrs["read"]`` what is known of each file that was
    read (`Read`).

    Parameters
    ----------
    called : mapping of Path to str, optional
        What files are called that stand under other names.

    Raises
    ------
    InputError
        If the only file cannot be read or trusted, or the names of the files cannot tell their sites apart.
    UsageError
        If what the user says of the files is wrong whatever they hold, or of sites that are not there.
    """
    names = called or {}
    require_declared(request.crs, request.datum, request.encoding, request.unit, request.control_points)
    alone = len(paths) == 1 and not _is_folder(request.sites[0])
    frames = []
    notices: list[Notice] = []
    tables: list[Mapping[str, Any]] = []
    refused: list[Path | Database] = []
    read: list[Read] = []
    around = extent_lonlat(ws) if paths else None
    for path in paths:
        name = _name(path, names)
        try:
            frame, said, known = _read(path, name, ws, request, around)
            read.append(known)
        except InputError as error:
            if alone:
                raise
            error.of_file(name)
            refused.append(path)
            frame, said = _refused(name, ws, request), [Notice(error.key, "refused", error.place, error.fields)]
        notices += said
        if isinstance(path, Database) and path not in refused:
            tables.append(frame.attrs["source"])
        frames.append(frame)
    if not frames:
        return no_sites(ws)
    sites = _joined(frames, ws)
    if len(frames) > 1:
        sites, renamed = _told_apart(sites, [_name(path, names) for path in paths])
        notices += renamed
    sites, notices = with_said(sites, notices, ws, request)
    result: gpd.GeoDataFrame = with_notices(sites, [*notices, *astray_notices(sites), *shift_notices(sites, ws)])
    result.attrs |= {"tables": tables, "refused": refused, "read": tuple(read)}
    return result


@dataclass(frozen=True)
class Read:
    """What is known of a file that was read.

    Parameters
    ----------
    name : str
        What it is called.
    path : Path or Database
    source : mapping
        ``attrs["source"]`` of its features.
    crs : CRS
        What it was read in.
    evidence : CrsEvidence
        For that CRS.
    notices : tuple of Notice
    """

    name: str
    path: Path | Database
    source: Mapping[str, Any]
    crs: CRS
    evidence: Any
    notices: tuple[Notice, ...]


def _name(path: Path | Database, called: Mapping[Path, str]) -> str:
    return called.get(path, path.name) if isinstance(path, Path) else path.name


def _read(
    path: Path | Database,
    name: str,
    ws: Workspace,
    request: Request,
    around: tuple[float, float, float, float] | None,
) -> tuple[gpd.GeoDataFrame, list[Notice], Read]:
    frame = read_sites(
        path,
        crs=request.crs,
        datum=request.datum,
        layer=request.layer,
        encoding=request.encoding,
        unit=request.unit,
        project_type=request.project_type,
        control_points=request.control_points,
        around=around,
        geometry=request.geometry,
        angles=request.angles,
        swapped=request.swapped,
        called=name,
    )
    notices = list(notices_of(frame))
    source, evidence = frame.attrs["source"], frame.attrs["crs_evidence"]
    crs = norm_crs(frame.crs)
    try:
        change = operation_notice(frame.crs, ws.crs, file=name)
        frame = reproject(frame, ws.crs)
    except EcozoneError as error:
        raise error.of_file(name) from None
    frame["source_file"] = name
    frame.attrs = {"source": source}
    notices += [] if change is None else [change]
    return frame, notices, Read(name, path, source, crs, evidence, tuple(notices))


def _refused(name: str, ws: Workspace, request: Request) -> gpd.GeoDataFrame:
    """Return the one row that stands for a file of which nothing is known."""
    row = {
        "site_id": pd.Series([Path(name).stem], dtype=object),
        "name": pd.Series([""], dtype=object),
        "project_type": pd.Series([request.project_type], dtype=object),
        "radius_m": pd.Series([np.nan], dtype=float),
        "flags": pd.Series([""], dtype=object),
        "source_row": pd.Series([WHOLE_FILE], dtype=np.int64),
        "source_file": pd.Series([name], dtype=object),
    }
    return gpd.GeoDataFrame(row, geometry=gpd.GeoSeries([None], crs=ws.crs))


def _joined(frames: Sequence[gpd.GeoDataFrame], ws: Workspace) -> gpd.GeoDataFrame:
    if len(frames) == 1:
        return frames[0]
    for frame in frames:
        frame.attrs = {}  # pandas compares them frame by frame
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=ws.crs)


def _told_apart(sites: gpd.GeoDataFrame, names: Sequence[str]) -> tuple[gpd.GeoDataFrame, list[Notice]]:
    """Put the file's stem, or where that too is repeated its name, before each id that occurs twice."""
    repeated = sites["site_id"].duplicated(keep=False)
    if not repeated.any():
        return sites, []
    own = sites["site_id"]
    for label in (lambda name: Path(name).stem, str):
        sites["site_id"] = own.where(~repeated, sites["source_file"].map(label) + ":" + own)
        if not sites["site_id"].duplicated().any():
            return sites, [notice("runs.ids_prefixed", count=int(repeated.sum()))]
    raise InputError("runs.same_stem", names=", ".join(names))


def no_sites(ws: Workspace) -> gpd.GeoDataFrame:
    """Return a frame of no sites, for a map of the workspace alone."""
    columns = ["site_id", "name", "project_type", "radius_m", "flags", "source_row", "source_file"]
    return gpd.GeoDataFrame({column: [] for column in columns}, geometry=[], crs=ws.crs)
