"""Sites of a file of any length, checked batch by batch: the next batch is read while this one is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from os import PathLike
from pathlib import Path
from typing import Any

import geopandas as gpd

from ecozone.assess import NEAR_M, Check, Screening
from ecozone.errors import EcozoneError, InputError
from ecozone.geo import operation_notice, reproject
from ecozone.intake import SiteStream, open_stream, stream_sites
from ecozone.notices import Notice
from ecozone.runs.surroundings import extent_lonlat, shift_notices
from ecozone.workspace import Workspace

#: Sites of a batch, unless another number is given.
BATCH = 10_000


def stream_checks(
    path: str | PathLike[str],
    ws: Workspace,
    *,
    batch: int = BATCH,
    near_m: float = NEAR_M,
    **said: Any,
) -> Iterator[Check]:
    """Judge the sites of a GeoPackage, FlatGeobuf or GeoParquet of any length, in bounded memory.

    The answers are those of `ecozone.check_sites` for the whole file: ids are unique over the file, and its CRS is
    settled once. Of the file's own columns only those are read that say something of a site.

    Parameters
    ----------
    path : path
    ws : Workspace
    batch : int
        Sites of one check; the answers do not depend on it.
    near_m : float
        As for `ecozone.check_sites`.
    **said
        ``crs``, ``layer``, ``encoding`` and ``project_type`` as for `ecozone.read_sites`.

    Yields
    ------
    Check
        The next sites in the order of the file; the first also carries what was noticed of the file as a whole.

    Raises
    ------
    InputError
        Where the file is of another format, cannot be read, or changes meanwhile.

    Examples
    --------
    >>> import ecozone as ez
    >>> ws = ez.open_workspace("demo")
    >>> [len(check.sites) for check in ez.stream_checks(ws.folder / "sites" / "parcels_zone39.gpkg", ws, batch=2)]
    [2, 1]
    """
    opening = {name: said[name] for name in ("crs", "layer", "encoding") if name in said}
    layer = open_stream(path, **opening)
    if layer is None:
        raise InputError("runs.stream_format", file=Path(path).name)
    sites = stream_sites(layer, around=extent_lonlat(ws), **{name: said[name] for name in said if name != "layer"})
    first = notices_of_whole(sites, ws)
    for _, frame, check in checked(sites, ws, batches_of(len(sites), batch), near_m=near_m):
        del frame
        if first:
            check = Check(check.sites, check.findings, check.states, (*first, *check.notices), ws)
            first = ()
        yield check


def batches_of(count: int, size: int) -> list[range]:
    """Return the rows of each batch.

    >>> batches_of(5, 2)
    [range(0, 2), range(2, 4), range(4, 5)]
    """
    return [range(start, min(start + size, count)) for start in range(0, count, size)]


def notices_of_whole(sites: SiteStream, ws: Workspace) -> tuple[Notice, ...]:
    """Return what is to be said of a file as a whole: its CRS, the way to the workspace's, a shift as of a map."""
    name = str(sites.settled.source["file"])
    try:
        change = operation_notice(sites.crs, ws.crs, file=name)
        sample = reproject(sites.settled.sample, ws.crs)
    except EcozoneError as error:
        raise error.of_file(name) from None
    sample["source_file"] = name
    return (*sites.notices, *([] if change is None else [change]), *shift_notices(sample, ws))


def checked(
    sites: SiteStream, ws: Workspace, batches: Sequence[range], *, near_m: float = NEAR_M
) -> Iterator[tuple[range, tuple[bytes, bytes], Check]]:
    """Yield the rows of each batch, what tells equal shapes among them, and its check."""
    screening = Screening(ws, near_m=near_m)
    for rows, frame in _ahead(sites.read, batches):
        yield rows, *checked_batch(frame, sites, screening, ws)


def checked_batch(
    frame: gpd.GeoDataFrame, sites: SiteStream, screening: Screening, ws: Workspace
) -> tuple[tuple[bytes, bytes], Check]:
    """Return what tells equal shapes among sites as `SiteStream.read` gives them, and their check."""
    shapes: tuple[bytes, bytes] = frame.attrs.pop("shapes")
    name = str(sites.settled.source["file"])
    try:
        frame = reproject(frame, ws.crs)
    except EcozoneError as error:
        raise error.of_file(name) from None
    frame["source_file"] = name
    return shapes, screening.check(frame)


def _ahead(
    read: Callable[[range], gpd.GeoDataFrame], batches: Sequence[range]
) -> Iterator[tuple[range, gpd.GeoDataFrame]]:
    """Yield each batch while the one after it is read."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="ecozone-read")
    try:
        coming = [pool.submit(copy_context().run, read, rows) for rows in batches[:1]]
        for at, rows in enumerate(batches):
            frame = coming.pop().result()
            coming += [pool.submit(copy_context().run, read, following) for following in batches[at + 1 : at + 2]]
            yield rows, frame
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
