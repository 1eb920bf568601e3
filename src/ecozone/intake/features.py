"""Any file → features: clean, tagged with their CRS, with everything noticed on the way."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from ecozone.errors import EcozoneError
from ecozone.geo import crs_name, norm_crs
from ecozone.intake.clean import Cleaner, require_some
from ecozone.intake.limits import Limits
from ecozone.intake.reading import Options, column_name
from ecozone.intake.reference import settle
from ecozone.intake.registry import READERS
from ecozone.intake.sniff import Format, sniff
from ecozone.intake.source import opening, regular_file, sha256, siblings, write_ahead_log
from ecozone.notices import Notice, notice
from ecozone.text import Place

#: Columns that every frame has of its own.
RESERVED = ("source_row", "geometry")


def read_features(
    path: str | PathLike[str],
    *,
    crs: Any = None,
    layer: str | None = None,
    encoding: str | None = None,
    limits: Limits | None = None,
) -> gpd.GeoDataFrame:
    r"""Read a layer of any format that ecozone knows.

    Parameters
    ----------
    path : path
        An existing regular file. Its content says what it is; its suffix does not matter.
    crs : any CRS, optional
        Of the file, where it does not say; checked against what it does say.
    layer : str, optional
        Needed where the file holds several.
    encoding : str, optional
        Of the texts, where what is found is wrong.
    limits : Limits, optional

    Returns
    -------
    GeoDataFrame
        In the file's own CRS, RangeIndex; columns ``source_row`` (from 1, as the user counts) and the file's own
        (dates as ISO text; of a table, all as text);
        geometry is a valid plane polygon, line or point (or a multi of one), or None where the feature was refused.
        ``attrs["notices"]`` holds a notice for each thing noticed, repaired or refused; ``attrs["source"]`` is
        ``file, path, format, layer, crs, crs_why, encoding, sha256, parts``.

    Raises
    ------
    InputError
        Where the file cannot be read or trusted, or no feature is left.
    CrsError
        Where no CRS is known, two are named, or the numbers contradict it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "schools.csv")
    ...     _ = file.write_text("名称,经度,纬度\n一小,117.32,39.09\n", encoding="gbk")
    ...     frame = read_features(file)
    >>> frame.loc[0, "名称"], frame.geometry[0].wkt, frame.attrs["source"]["encoding"]
    ('一小', 'POINT (117.32 39.09)', 'gb18030')
    """
    limits = limits or Limits()
    options = Options(None if crs is None else norm_crs(crs), encoding)
    found = regular_file(path)
    with _placing(found.name):
        kind = sniff(found, limits=limits)
        reader = READERS[kind]
        with opening(found, limits) as source:
            reading = reader.read(source, layer, options)
        place = Place(found.name, reading.layer if reader.layered else None)
        with _placing(found.name, place.layer):
            require_some(len(reading.rows), {})
            settled, why, said = settle(reading, options.crs)
            cleaner = Cleaner(reading.geometries, reading.rows, reading.refused)
            geometry = cleaner.clean(settled, limits)
            require_some(len(reading.rows), cleaner.refused)
    columns, renamed = _own_columns(reading.columns)
    frame = gpd.GeoDataFrame(
        {"source_row": np.asarray(reading.rows, dtype=np.int64), **columns}, geometry=geometry, crs=settled
    )
    refused = [cleaner.refused[row] for row in sorted(cleaner.refused)]
    notices = [*reading.notices, *said, *renamed, *cleaner.notices, *refused]
    frame.attrs["notices"] = tuple(_placed(one, place) for one in notices)
    parts = {part.name: sha256(part) for part in source_files(found)}
    frame.attrs["source"] = {
        "file": found.name,
        "path": str(found),
        "format": kind.value,
        "layer": reading.layer,
        "crs": crs_name(settled),
        "crs_why": why,
        "encoding": reading.encoding,
        "sha256": parts[found.name],
        "parts": parts,
    }
    return frame


def list_layers(path: str | PathLike[str], *, limits: Limits | None = None) -> list[str]:
    """Return the names of a file's layers that have geometry; of a workbook, its sheets with coordinate columns.

    Raises
    ------
    InputError
        Where the file cannot be read.
    """
    limits = limits or Limits()
    found = regular_file(path)
    with _placing(found.name):
        reader = READERS[sniff(found, limits=limits)]
        with opening(found, limits) as source:
            return reader.layers(source)


def source_files(path: str | PathLike[str]) -> tuple[Path, ...]:
    """Return every file that reading ``path`` reads: the parts of a shapefile, the log of an open GeoPackage."""
    found = regular_file(path)
    kind = sniff(found)
    if kind is Format.SHAPEFILE:
        return tuple(siblings(found).values())
    log = write_ahead_log(found) if kind is Format.GEOPACKAGE else None
    return (found,) if log is None else (found, log)


@contextmanager
def _placing(file: str, layer: str | None = None) -> Iterator[None]:
    """Give errors from below, which know no file, their place."""
    try:
        yield
    except EcozoneError as error:
        place = error.place
        error.place = dataclasses.replace(place, file=place.file or file, layer=place.layer or layer)
        raise


def _placed(one: Notice, place: Place) -> Notice:
    return dataclasses.replace(one, place=dataclasses.replace(one.place, file=place.file, layer=place.layer))


def _own_columns(columns: Mapping[str, Sequence[Any]]) -> tuple[dict[str, pd.Series[Any]], list[Notice]]:
    """Return the file's attributes as plain columns under names that are free."""
    found: dict[str, Any] = dict.fromkeys(RESERVED)
    renamed: list[Notice] = []
    for number, (wanted, values) in enumerate(columns.items(), 1):
        name = column_name(wanted, found, number)
        if name != wanted:
            renamed.append(notice("intake.column_renamed", field=wanted, name=name))
        found[name] = _series([_plain(value) for value in values])
    return {name: values for name, values in found.items() if name not in RESERVED}, renamed


def _series(values: list[Any]) -> pd.Series[Any]:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool} and None not in values:
        return pd.Series(values, dtype=bool)
    if kinds == {int} and None not in values and all(-(2**63) <= value < 2**63 for value in values):
        return pd.Series(values, dtype="int64")
    if kinds == {int} and all(value is None or abs(value) < 2**53 for value in values):
        return pd.Series(values, dtype="Int64")
    if kinds == {float}:
        return pd.Series(values, dtype=float)
    return pd.Series(values, dtype=object)


def _plain(value: Any) -> Any:
    """Return a value that every output can hold: number, text, truth, or None; the rest as text."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, bytes):
        return value.hex()
    return str(value)
