"""Any file → features: clean, tagged with their CRS, with everything noticed on the way."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike, fsdecode
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from ecozone.errors import EcozoneError
from ecozone.geo import crs_name, norm_crs, repair, to_cgcs2000
from ecozone.intake.angles import Angles
from ecozone.intake.clean import Cleaner, require_some
from ecozone.intake.closed import closed_as_polygons
from ecozone.intake.columns import own_columns
from ecozone.intake.control_points import read_control_points
from ecozone.intake.datum import said_of
from ecozone.intake.exchanged import exchanged
from ecozone.intake.isolation import isolated
from ecozone.intake.limits import Limits, limits_in_force
from ecozone.intake.postgis import read_table, table_names
from ecozone.intake.postgis_address import Database, database_of, is_database
from ecozone.intake.reading import ClosedLines, Options, Reading, RowKind
from ecozone.intake.reference import locate, weigh
from ecozone.intake.registry import READERS
from ecozone.intake.sniffing import Format, sniff
from ecozone.intake.source import (
    MIF_PARTS,
    SHAPEFILE_PARTS,
    TAB_PARTS,
    geodatabase_files,
    given_path,
    opening,
    sha256,
    siblings,
    write_ahead_log,
)
from ecozone.intake.whereabouts import Box
from ecozone.notices import Notice
from ecozone.text import Place

#: How an address is named that could not be read: it may hold a password.
HIDDEN_ADDRESS = "postgis:…"

#: Formats whose files have parts beside them.
_PARTS = {Format.SHAPEFILE: SHAPEFILE_PARTS, Format.MAPINFO_TAB: TAB_PARTS, Format.MAPINFO_MIF: MIF_PARTS}


def read_features(
    path: str | PathLike[str],
    *,
    crs: Any = None,
    layer: str | None = None,
    encoding: str | None = None,
    limits: Limits | None = None,
    within: gpd.GeoSeries | None = None,
    unit: str | None = None,
    closed_lines: ClosedLines = "line",
    datum: str | None = None,
    control_points: str | PathLike[str] | None = None,
    around: Box | None = None,
    geometry: RowKind | None = None,
    angles: Angles | None = None,
    swapped: bool = False,
    called: str | None = None,
    isolate: bool = True,
) -> gpd.GeoDataFrame:
    r"""Read a layer of any format that ecozone knows, or a table of a PostGIS database.

    Parameters
    ----------
    path : path
        An existing regular file, whose content says what it is and whose suffix does not matter; or
        ``postgis://USER@HOST:PORT/DATABASE`` (or a `Database`), with ``SCHEMA.TABLE`` as ``layer`` and the password in
        the environment (``PGPASSWORD``) or in ``.pgpass``.
    crs : any CRS, optional
        Of the file, where it does not say; checked against what it does say.
    layer : str, optional
        Needed where the file holds several.
    encoding : str, optional
        Of the texts, where what is found is wrong.
    limits : Limits, optional
    within : GeoSeries, optional
        Of a table, only the rows whose box touches the box of this are read; files are always read whole.
    unit : {"m", "dm", "cm", "mm", "km"}, optional
        Of a drawing (DXF), where its header says nothing or is wrong.
    closed_lines : {"line", "polygon"}
        What a line that ends where it begins is taken for; 奥维 stores areas as such lines.
    datum : {"gcj02", "bd09", "wgs84", "cgcs2000"}, optional
        Of coordinates in degrees, where the file does not say it. Of a web map's shift the rows are led to CGCS2000.
    control_points : path, optional
        Points of a local system whose place is known (`ecozone.intake.control_points`): what has no CRS, or a grid of
        Xi'an 80 or Beijing 54, is led by them to the CRS that their table or ``crs`` names.
    around : tuple of float, optional
        Where the features are expected: west, south, east, north in degrees. It decides nothing; messages and
        ``attrs["crs_evidence"]`` say what lies inside.
    geometry : {"corners", "points"}, optional
        What the rows of a table in CSV or XLSX are, where it does not show it.
    angles : {"decimal", "dms", "ddd.mmss"}, optional
        How plain numbers of degrees in such a table are meant, where neither it nor ``around`` shows it; ``dms``:
        none are, all are written out.
    swapped : bool
        Whether the two coordinates of each place stand the other way round (north or latitude first in a format that
        has east first), and are to be exchanged.
    called : str, optional
        What the user calls the file, where it stands under another name; all that is said of it says this.
    isolate : bool
        Read a file, and clean the shapes of a table, in a process of its own, held to ``limits.seconds`` and
        ``limits.memory_bytes`` (`ecozone.intake.isolation`). False does it here, for what can be trusted, without
        bounds of time and memory.

    Returns
    -------
    GeoDataFrame
        In the file's own CRS, RangeIndex; columns ``source_row`` (from 1, as the user counts) and the file's own
        (dates as ISO text; of a table, all as text);
        geometry is a valid plane polygon, line or point (or a multi of one), or None where the feature was refused.
        ``attrs["notices"]`` holds a notice for each thing noticed, repaired or refused; ``attrs["source"]`` is
        ``file, path, format, layer, crs, crs_why, encoding, sha256, parts``; of a table the hash is of its rows.

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
    limits = limits or limits_in_force()
    given, shift = said_of(crs, datum)

    def options() -> Options:
        control = None if control_points is None else read_control_points(control_points, crs=crs, limits=limits)
        known = given if control is None else control.crs
        return Options(known, encoding, unit, closed_lines, shift, control, around, geometry, angles, swapped)

    if is_database(path):
        return _read_table(path, layer, options(), limits, within, isolate=isolate)
    if isolate:
        frame: gpd.GeoDataFrame = isolated(
            "read_features",
            limits,
            called or Path(fsdecode(path)).name,
            path=fsdecode(path),
            crs=None if crs is None else norm_crs(crs),
            layer=layer,
            encoding=encoding,
            unit=unit,
            closed_lines=closed_lines,
            datum=datum,
            control_points=None if control_points is None else fsdecode(control_points),
            around=around,
            geometry=geometry,
            angles=angles,
            swapped=swapped,
            called=called,
        )
        return frame
    found = given_path(path)
    words = options()
    name = called or found.name
    with placing(name, instead=found.name):
        kind = sniff(found, limits=limits)
        reader = READERS[kind]
        with opening(found, limits, called=called) as source:
            reading = reader.read(source, layer, words)
    frame = cleaned(reading, Place(name, reading.layer if reader.layered else None), words, limits)
    parts = {part.name: sha256(part) for part in source_files(found)}
    frame.attrs["source"] |= {"path": str(found), "format": kind.value, "sha256": sha256(found), "parts": parts}
    return frame


def _database(path: str | PathLike[str]) -> Database:
    with placing(HIDDEN_ADDRESS):
        return database_of(path)


def _read_table(
    path: str | PathLike[str],
    table: str | None,
    options: Options,
    limits: Limits,
    within: gpd.GeoSeries | None,
    *,
    isolate: bool,
) -> gpd.GeoDataFrame:
    """Return a table; the database is asked here, where its password is, and its shapes are cleaned elsewhere."""
    database = _database(path)
    with placing(database.name):
        read = read_table(database, table, options, limits, within)
    place = Place(database.name, read.reading.layer)
    if isolate:
        words = {"reading": read.reading, "place": place, "options": options}
        frame: gpd.GeoDataFrame = isolated("cleaned", limits, database.name, **words)
    else:
        frame = cleaned(read.reading, place, options, limits)
    frame.attrs["source"] |= {
        "path": database.name,
        "format": "postgis",
        "sha256": read.sha256,
        "parts": {read.reading.layer: read.sha256},
    }
    return frame


def cleaned(reading: Reading, place: Place, options: Options, limits: Limits) -> gpd.GeoDataFrame:
    """Return a reading as a frame of features that can be measured, with all that was noticed."""
    assert place.file is not None
    if options.closed_lines == "polygon":
        reading = closed_as_polygons(reading)
    if options.swapped:
        reading = exchanged(reading)
    with placing(place.file, place.layer):
        # Where every feature is refused, their faults come before that of a CRS.
        require_some(len(reading.rows), reading.refused)
        reading, settled, why, said = locate(reading, options)
        cleaner = Cleaner(reading.geometries, reading.rows, reading.refused)
        geometry = cleaner.clean(settled, limits)
        require_some(len(reading.rows), cleaner.refused)
    columns, renamed = own_columns(reading.columns)
    frame = gpd.GeoDataFrame(
        {"source_row": np.asarray(reading.rows, dtype=np.int64), **columns}, geometry=geometry, crs=settled
    )
    notices = [*reading.notices, *said, *renamed, *cleaner.notices, *cleaner.refusals]
    frame.attrs["notices"] = tuple(placed(one, place) for one in notices)
    frame.attrs["source"] = {
        "file": place.file,
        "layer": reading.layer,
        "crs": crs_name(settled),
        "crs_why": why,
        "encoding": reading.encoding,
        "aliases": dict(reading.aliases),
    }
    if reading.datum is not None:
        frame.attrs["datum"] = reading.datum
    if options.datum is not None:
        frame = to_cgcs2000(frame, options.datum, file=place.file)
        frame.attrs["source"]["datum"] = options.datum
        # What was valid on the shifted map need not be so on the ground.
        shapes, mended = repair(frame.geometry.set_axis(frame["source_row"]), file=place.file)
        frame = frame.set_geometry(shapes.set_axis(frame.index))
        frame.attrs["notices"] += mended
    evidence, far = weigh(shapely.get_coordinates(frame.geometry.array), norm_crs(frame.crs), why, options.around)
    frame.attrs["crs_evidence"] = evidence
    frame.attrs["notices"] += tuple(placed(one, place) for one in far)
    return frame


def list_layers(
    path: str | PathLike[str], *, limits: Limits | None = None, called: str | None = None, isolate: bool = True
) -> list[str]:
    """Return the names of a file's layers that have geometry; of a workbook, its sheets with coordinate columns.

    Of a database, the tables and views with geometry that the user may read. ``called`` is what the user calls a file
    that stands under another name.

    Raises
    ------
    InputError
        Where the file cannot be read.
    """
    limits = limits or limits_in_force()
    if is_database(path):
        database = _database(path)
        with placing(database.name):
            return table_names(database, limits)
    if isolate:
        names: list[str] = isolated(
            "list_layers", limits, called or Path(fsdecode(path)).name, path=fsdecode(path), called=called
        )
        return names
    found = given_path(path)
    with placing(called or found.name, instead=found.name):
        reader = READERS[sniff(found, limits=limits)]
        with opening(found, limits, called=called) as source:
            return reader.layers(source)


def source_files(path: str | PathLike[str]) -> tuple[Path, ...]:
    """Return every file that reading ``path`` reads: parts, the log of an open GeoPackage, a geodatabase's files."""
    found = given_path(path)
    kind = sniff(found)
    if kind is Format.FILEGDB:
        return geodatabase_files(found)
    if kind in _PARTS:
        return tuple(siblings(found, _PARTS[kind]).values())
    log = write_ahead_log(found) if kind is Format.GEOPACKAGE else None
    return (found,) if log is None else (found, log)


@contextmanager
def placing(file: str | None, layer: str | None = None, *, instead: str | None = None) -> Iterator[None]:
    """Give errors from below, which know no file, their place; ``file`` stands for the name ``instead``, too."""
    try:
        yield
    except EcozoneError as error:
        place = error.place
        known = None if place.file == instead else place.file
        error.place = dataclasses.replace(place, file=known or file, layer=place.layer or layer)
        raise


def placed(one: Notice, place: Place) -> Notice:
    """Return a notice with the file and layer it speaks of."""
    return dataclasses.replace(one, place=dataclasses.replace(one.place, file=place.file, layer=place.layer))
