"""A layer read part by part, in the process that reads (`ecozone.intake.worker`).

What concerns the layer as a whole is settled first: its CRS by a sample spread over all its rows, its ids by a passage
over that one column. Every part is then read and cleaned in the same way, and depends on nothing but its rows.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from ecozone.geo import crs_name, norm_crs
from ecozone.intake.clean import Cleaner, require_some
from ecozone.intake.columns import own_columns
from ecozone.intake.features import placed, placing
from ecozone.intake.limits import Limits
from ecozone.intake.reading import Head, Options, Parts, Reading
from ecozone.intake.reference import locate, weigh
from ecozone.intake.registry import READERS
from ecozone.intake.sites import site_columns, texts_of
from ecozone.intake.sniffing import Format, sniff
from ecozone.intake.source import Source, given_path, opening
from ecozone.notices import Notice
from ecozone.text import Place

#: Features of the sample, in so many windows; a layer that has no more is its own sample.
SAMPLE, _WINDOWS = 20_000, 16


@dataclass(frozen=True)
class Layer:
    """A layer that can be read part by part.

    Parameters
    ----------
    kind : Format
    columns : mapping of str to str or None
        Which column tells each thing about a site (`ecozone.intake.sites.site_columns`).
    """

    path: str
    kind: Format
    head: Head
    columns: dict[str, str | None]

    @property
    def place(self) -> Place:
        """File and, of formats that may hold several, layer."""
        return Place(Path(self.path).name, self.head.layer if READERS[self.kind].layered else None)

    @property
    def wanted(self) -> list[str]:
        """The columns that are read, in the order of the file."""
        return [name for name in self.head.columns if name in self.columns.values()]


@dataclass(frozen=True)
class Settled:
    """What holds for every part of a layer.

    Parameters
    ----------
    source : dict
        As ``attrs["source"]`` of `ecozone.intake.read_features`, without hashes.
    notices : tuple of Notice
        Of the layer as a whole.
    sample : GeoDataFrame
        Features spread over the layer, cleaned.
    """

    crs: CRS
    source: dict[str, Any]
    notices: tuple[Notice, ...]
    sample: gpd.GeoDataFrame


def open_layer(path: str, layer: str | None, options: Options, *, limits: Limits) -> Layer | None:
    """Return what a file says of itself; None where its format is not read part by part."""
    found = given_path(path)
    with placing(found.name):
        kind = sniff(found, limits=limits)
        parts = READERS[kind].parts
        if parts is None:
            return None
        with _source(str(found), limits) as source:
            head = parts.head(source, layer, options)
        require_some(head.count, {})
    columns = site_columns(list(head.columns), {"format": kind, "aliases": {}})
    return Layer(str(found), kind, head, columns)


def read_texts(layer: Layer, column: str, rows: range, *, limits: Limits) -> list[str | None]:
    """Return one column of some rows as texts."""
    with placing(layer.place.file, layer.place.layer), _source(layer.path, limits) as source:
        reading = _parts(layer).read(source, layer.head, rows, [column], False)
    values, _ = own_columns(reading.columns)
    return texts_of(values[column])


def settle_layer(layer: Layer, options: Options, *, limits: Limits) -> Settled:
    """Decide the CRS of a layer by its sample, as that of a file is decided by its features.

    Raises
    ------
    CrsError
        As for a file; a layer of whose sample every feature contradicts its CRS is refused.
    InputError
        Where the sample cannot be read, or each of its features is refused.
    """
    place = layer.place
    with placing(place.file, place.layer):
        with _source(layer.path, limits) as source:
            parts = [_parts(layer).read(source, layer.head, rows, layer.wanted, True) for rows in _windows(layer)]
        reading = _joined(parts, layer.head)
        reading, settled, why, said = locate(reading, options)
        cleaner = Cleaner(reading.geometries, reading.rows, reading.refused)
        shapes = cleaner.clean(settled, limits)
        require_some(len(reading.rows), cleaner.refused)
    sample = gpd.GeoDataFrame({"source_row": list(reading.rows)}, geometry=shapes.to_numpy(), crs=settled)
    evidence, far = weigh(shapely.get_coordinates(sample.geometry.array), norm_crs(settled), why, options.around)
    sample.attrs["crs_evidence"] = evidence
    source_words: dict[str, Any] = {
        "file": place.file,
        "path": layer.path,
        "format": layer.kind.value,
        "layer": layer.head.layer,
        "crs": crs_name(settled),
        "crs_why": why,
        "encoding": "utf-8",
        "aliases": {},
    }
    notices = tuple(placed(one, place) for one in (*layer.head.notices, *said, *far))
    return Settled(settled, source_words, notices, sample)


def read_rows(layer: Layer, crs: CRS, source_words: dict[str, Any], rows: range, *, limits: Limits) -> gpd.GeoDataFrame:
    """Return some rows (from 0) of a layer as features; ``attrs["shapes"]`` holds what tells equal shapes."""
    place = layer.place
    with placing(place.file, place.layer):
        with _source(layer.path, limits) as source:
            reading = _parts(layer).read(source, layer.head, rows, layer.wanted, True)
        cleaner = Cleaner(reading.geometries, reading.rows, reading.refused)
        shapes = cleaner.clean(crs, limits, part=True)
    columns, renamed = own_columns(reading.columns)
    frame = gpd.GeoDataFrame(
        {"source_row": np.asarray(reading.rows, dtype=np.int64), **columns}, geometry=shapes, crs=crs
    )
    notices = [*reading.notices, *renamed, *cleaner.notices, *cleaner.refusals]
    frame.attrs["notices"] = tuple(placed(one, place) for one in notices)
    frame.attrs["source"] = source_words
    # As bytes: pandas compares and copies what a frame carries.
    frame.attrs["shapes"] = tuple(numbers.tobytes() for numbers in cleaner.shape_keys())
    return frame


def _parts(layer: Layer) -> Parts:
    parts = READERS[layer.kind].parts
    assert parts is not None
    return parts


@contextmanager
def _source(path: str, limits: Limits) -> Iterator[Source]:
    """Open a file whatever its size: only a part of it is ever in memory."""
    with opening(path, replace(limits, bytes=sys.maxsize)) as source:
        yield replace(source, limits=limits)


def _windows(layer: Layer) -> list[range]:
    """Return the rows of the sample: evenly spread, and the same however the layer is read."""
    count = layer.head.count
    if count <= SAMPLE:
        return [range(count)]
    size = SAMPLE // _WINDOWS
    starts = np.linspace(0, count - size, _WINDOWS).astype(int).tolist()
    return [range(start, start + size) for start in starts]


def _joined(parts: Sequence[Reading], head: Head) -> Reading:
    """Return the parts of a sample as one reading."""
    return replace(
        parts[0],
        crs=head.crs,
        crs_origin=head.crs_origin,
        rows=[row for part in parts for row in part.rows],
        geometries=[shape for part in parts for shape in part.geometries],
        columns={},
        refused={row: why for part in parts for row, why in part.refused.items()},
    )
