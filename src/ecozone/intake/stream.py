"""Proposed sites of a file of any length, part by part: the same sites as of the whole file, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from os import PathLike, fsdecode
from pathlib import Path
from typing import Any

import geopandas as gpd
from pyproj import CRS

from ecozone.errors import InputError
from ecozone.geo import norm_crs
from ecozone.intake.features import source_files
from ecozone.intake.isolation import isolated
from ecozone.intake.limits import Limits, limits_in_force
from ecozone.intake.parts import Layer, Settled
from ecozone.intake.reading import Options
from ecozone.intake.site_ids import plan_ids
from ecozone.intake.sites import as_sites
from ecozone.intake.source import regular_file
from ecozone.intake.whereabouts import Box
from ecozone.notices import Notice

#: Rows of one column that are read at once.
_IDS = 250_000


def open_stream(
    path: str | PathLike[str],
    *,
    crs: Any = None,
    layer: str | None = None,
    encoding: str | None = None,
    limits: Limits | None = None,
) -> Layer | None:
    """Return what a file says of itself where it can be read part by part, None where it cannot.

    These are GeoPackage, FlatGeobuf and GeoParquet.

    Raises
    ------
    InputError, CrsError
        As `ecozone.intake.read_features`.
    """
    limits = limits or limits_in_force()
    name = regular_file(path).name
    options = Options(None if crs is None else norm_crs(crs), encoding)
    found: Layer | None = isolated("open_layer", limits, name, path=fsdecode(path), layer=layer, options=options)
    return found


@dataclass(frozen=True)
class SiteStream:
    """The sites of a layer, ready to be read part by part.

    Parameters
    ----------
    layer : Layer
    settled : Settled
        CRS and notices of the layer as a whole; ``settled.sample`` are features spread over it.
    names : dict of int to str
        Ids that are not the file's own (`ecozone.intake.site_ids.plan_ids`).
    project_type : str or None
        Of sites that do not say theirs.
    """

    layer: Layer
    settled: Settled
    names: dict[int, str]
    project_type: str | None
    limits: Limits
    _stamp: tuple[tuple[str, int, int], ...]

    def __len__(self) -> int:
        return self.layer.head.count

    @property
    def crs(self) -> CRS:
        """The CRS of every part."""
        return self.settled.crs

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What was noticed of the layer as a whole."""
        return self.settled.notices

    def read(self, rows: range) -> gpd.GeoDataFrame:
        """Return the sites of some rows (from 0), as `ecozone.intake.read_sites` gives them.

        The file's own columns are left out. ``attrs["notices"]`` speak of these rows; ``attrs["shapes"]`` are the bytes
        of two arrays, rows (int64) and what tells equal shapes (uint64; `ecozone.intake.alike.tell_alike`).

        Raises
        ------
        InputError
            Where they cannot be read, or the file has changed since it was opened.
        """
        features = self._asked("read_rows", crs=self.crs, source_words=self.settled.source, rows=rows)
        if _stamp(self.layer.path) != self._stamp:
            raise InputError("intake.changed", file=Path(self.layer.path).name)
        sites = as_sites(
            features,
            project_type=self.project_type,
            names=self.names,
            first=rows.start,
            place=self.layer.place,
        )
        # Types of the file's own columns would differ from part to part.
        front = sites.loc[:, : sites.geometry.name]
        front.attrs = {**sites.attrs, "shapes": features.attrs["shapes"]}
        return front

    def _asked(self, job: str, **words: Any) -> Any:
        return isolated(job, self.limits, Path(self.layer.path).name, layer=self.layer, **words)


def stream_sites(
    layer: Layer,
    *,
    crs: Any = None,
    encoding: str | None = None,
    project_type: str | None = None,
    around: Box | None = None,
    limits: Limits | None = None,
) -> SiteStream:
    """Settle what holds for a layer as a whole.

    The CRS is decided by a sample of 20,000 features spread over the layer: one whose sample contradicts it as a whole
    is refused. `Limits` for the size of files and the number of features do not count; the others do for each part.

    Parameters
    ----------
    layer : Layer
        As `open_stream` gives it.
    crs, encoding, project_type, around, limits
        As in `ecozone.intake.read_sites`.

    Raises
    ------
    InputError, CrsError
        As `ecozone.intake.read_sites`.
    """
    limits = limits or limits_in_force()
    name = Path(layer.path).name
    stamp = _stamp(layer.path)
    options = Options(None if crs is None else norm_crs(crs), encoding, around=around)
    settled: Settled = isolated("settle_layer", limits, name, layer=layer, options=options)
    column = layer.columns["site_id"]
    names = {} if column is None else plan_ids(partial(_ids, layer, column, limits))
    return SiteStream(layer, settled, names, project_type, limits, stamp)


def _ids(layer: Layer, column: str, limits: Limits) -> Iterator[list[str | None]]:
    count = layer.head.count
    for start in range(0, count, _IDS):
        rows = range(start, min(start + _IDS, count))
        yield isolated("read_texts", limits, Path(layer.path).name, layer=layer, column=column, rows=rows)


def _stamp(path: str) -> tuple[tuple[str, int, int], ...]:
    """Return what shows that a file has changed."""
    found = [(str(part), part.stat()) for part in source_files(path)]
    return tuple((name, about.st_size, about.st_mtime_ns) for name, about in found)
